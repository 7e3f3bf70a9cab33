package schema

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"strings"
)

// A Digest names bytes by their SHA-256: "sha256:" and 64 lower-case hex
// digits. The zero Digest names nothing. Digests are comparable.
type Digest struct{ text string }

const digestPrefix = "sha256:"

// ParseDigest reads "sha256:<64 hex>". Upper-case digits are refused: a digest
// has one spelling.
func ParseDigest(s string) (Digest, error) {
	hexed, ok := strings.CutPrefix(s, digestPrefix)
	if !ok || len(hexed) != 2*sha256.Size || strings.Trim(hexed, "0123456789abcdef") != "" {
		return Digest{}, invalid(Quote(s)+" is not a digest", "write sha256: and 64 lower-case hex digits")
	}
	return Digest{s}, nil
}

// DigestOf gives the digest of the bytes b.
func DigestOf(b []byte) Digest {
	return DigestFromSum(sha256.Sum256(b))
}

// DigestFromSum gives the digest whose SHA-256 is sum.
func DigestFromSum(sum [sha256.Size]byte) Digest {
	return Digest{digestPrefix + hex.EncodeToString(sum[:])}
}

// DigestFromHash gives the digest of what was written to h, a sha256 hash.
func DigestFromHash(h hash.Hash) Digest {
	return Digest{digestPrefix + hex.EncodeToString(h.Sum(nil))}
}

// String gives "sha256:<hex>", or "" for the zero Digest.
func (d Digest) String() string { return d.text }

// Hex gives the 64 hex digits alone.
func (d Digest) Hex() string { return strings.TrimPrefix(d.text, digestPrefix) }

// IsZero tells whether d names nothing.
func (d Digest) IsZero() bool { return d.text == "" }

// MarshalText writes d as its text.
func (d Digest) MarshalText() ([]byte, error) { return []byte(d.text), nil }

// UnmarshalText reads what ParseDigest reads; empty text is the zero Digest.
func (d *Digest) UnmarshalText(b []byte) (err error) { return unmarshalText(d, b, ParseDigest) }

// unmarshalText is the UnmarshalText of a type that parse makes. Empty text
// gives the zero value: whether something may be empty is for Validate to say.
func unmarshalText[T any](v *T, b []byte, parse func(string) (T, error)) (err error) {
	if len(b) == 0 {
		var zero T
		*v = zero
		return nil
	}
	*v, err = parse(string(b))
	return err
}
