package artifacts

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding"
	"fmt"
	"hash"

	"github.com/patternbook/patternbook/schema"
)

// A Partial is an artifact on its way in pieces. It is a value: written down (it
// marshals as JSON) and read again, it resumes where it was, also after a
// restart. See the methods Begin, Append, Complete and Abort of [Store].
type Partial struct {
	ID     string        `json:"id"` // its name in the store: letters, digits and hyphens
	Digest schema.Digest `json:"digest"`
	Size   int64         `json:"size"`           // bytes of the whole
	Offset int64         `json:"offset"`         // bytes that are kept
	Hash   []byte        `json:"hash"`           // state of the SHA-256 over those
	Note   []byte        `json:"note,omitempty"` // what the store must know besides
}

// NewPartial makes a Partial of which no byte has come, for implementations of
// [Store]. Errors: Invalid (no digest, a size below 0).
func NewPartial(digest schema.Digest, size int64) (Partial, error) {
	if digest.IsZero() {
		return Partial{}, NoDigest()
	}
	if size < 0 {
		return Partial{}, &schema.Error{Kind: schema.Invalid, Detail: fmt.Sprintf("an artifact cannot have %d bytes", size), Fix: "announce the size that the file has"}
	}
	p := Partial{ID: digest.Hex()[:16] + "-" + rand.Text(), Digest: digest, Size: size}
	return p.Advance(sha256.New(), 0)
}

// NoDigest is the error of an artifact that is to be stored under no name.
func NoDigest() error {
	return &schema.Error{Kind: schema.Invalid, Detail: "an artifact has no digest", Fix: "name the sha256 of its bytes"}
}

// Hasher gives the SHA-256 over the bytes that are kept, to go on with.
func (p Partial) Hasher() (hash.Hash, error) {
	h := sha256.New()
	if err := h.(encoding.BinaryUnmarshaler).UnmarshalBinary(p.Hash); err != nil {
		return nil, fmt.Errorf("resume %s: %w", p.Digest, err)
	}
	return h, nil
}

// Advance gives the Partial that has n bytes more, which h has seen as well.
func (p Partial) Advance(h hash.Hash, n int64) (Partial, error) {
	state, err := h.(encoding.BinaryMarshaler).MarshalBinary()
	if err != nil {
		return p, fmt.Errorf("keep the digest of %s: %w", p.Digest, err)
	}
	p.Hash, p.Offset = state, p.Offset+n
	return p, nil
}

// Check tells whether all bytes have come and have the digest. Errors: Invalid,
// DigestMismatch.
func (p Partial) Check() error {
	h, err := p.Hasher()
	if err != nil {
		return err
	}
	return check(p.Digest, p.Size, p.Offset, h)
}

// TooMuch is the error of bytes beyond the size that was announced.
func TooMuch(digest schema.Digest, size int64) error {
	return &schema.Error{
		Kind:   schema.Invalid,
		Detail: fmt.Sprintf("%s was announced with %d bytes, but more came", digest, size),
		Fix:    "announce the size that the file has",
	}
}

// Gone is the error of a Partial whose bytes are not there any more.
func Gone(p Partial) error {
	return &schema.Error{Kind: schema.NotFound, Detail: fmt.Sprintf("the upload of %s is not there any more", p.Digest), Fix: "begin it anew"}
}
