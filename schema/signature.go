package schema

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"filippo.io/edwards25519"
)

// A PublicKey is the public part of an Ed25519 key (RFC 8032), written as ed25519:
// and its 32 bytes in base64.
type PublicKey struct{ bytes [ed25519.PublicKeySize]byte }

const keyPrefix = "ed25519:"

// ParsePublicKey reads a public key.
func ParsePublicKey(s string) (PublicKey, error) {
	var k PublicKey
	text, ok := strings.CutPrefix(s, keyPrefix)
	b, err := base64.StdEncoding.Strict().DecodeString(text)
	if !ok || err != nil || len(b) != len(k.bytes) {
		return PublicKey{}, invalid(Quote(s)+" is no public key", "write ed25519: and 32 bytes in base64, as patternbook key list shows")
	}
	copy(k.bytes[:], b)
	return k, nil
}

// CanSign is an error of kind Invalid unless k is a point of the curve in its one
// encoding, and none of low order: by such a key one signature would fit many
// documents. A document may name a key that cannot sign, as some did before this
// was asked; nothing is verified by it.
func (k PublicKey) CanSign() error {
	p, err := new(edwards25519.Point).SetBytes(k.bytes[:])
	if err == nil && bytes.Equal(p.Bytes(), k.bytes[:]) && new(edwards25519.Point).MultByCofactor(p).Equal(edwards25519.NewIdentityPoint()) == 0 {
		return nil
	}
	return invalid(Quote(k.String())+" is no key that can sign: it is no point of the curve, or one of low order", "make another: patternbook key add")
}

// PublicKeyOf gives the public part of a private key.
func PublicKeyOf(private ed25519.PrivateKey) PublicKey {
	var k PublicKey
	copy(k.bytes[:], private[ed25519.PrivateKeySize-ed25519.PublicKeySize:])
	return k
}

// String gives the key as ParsePublicKey reads it, "" for the zero PublicKey.
func (k PublicKey) String() string {
	if k.IsZero() {
		return ""
	}
	return keyPrefix + base64.StdEncoding.EncodeToString(k.bytes[:])
}

// IsZero tells whether k is no key.
func (k PublicKey) IsZero() bool { return k == PublicKey{} }

// MarshalText writes k as its text.
func (k PublicKey) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads what ParsePublicKey reads; empty text is the zero PublicKey.
func (k *PublicKey) UnmarshalText(b []byte) error { return unmarshalText(k, b, ParsePublicKey) }

// ID names the key: the first 16 hex digits of the SHA-256 of its 32 bytes.
func (k PublicKey) ID() KeyID {
	sum := sha256.Sum256(k.bytes[:])
	return KeyID{hex.EncodeToString(sum[:8])}
}

// A KeyID names a key: 16 lower-case hex digits.
type KeyID struct{ text string }

// ParseKeyID reads the name of a key.
func ParseKeyID(s string) (KeyID, error) {
	if !isHex(s, 16) {
		return KeyID{}, invalid(Quote(s)+" names no key", "write the 16 hex digits that patternbook key list shows")
	}
	return KeyID{s}, nil
}

// String gives the name.
func (id KeyID) String() string { return id.text }

// IsZero tells whether id names nothing.
func (id KeyID) IsZero() bool { return id.text == "" }

// MarshalText writes id as its text.
func (id KeyID) MarshalText() ([]byte, error) { return []byte(id.text), nil }

// UnmarshalText reads what ParseKeyID reads; empty text is the zero KeyID.
func (id *KeyID) UnmarshalText(b []byte) error { return unmarshalText(id, b, ParseKeyID) }

// A Signature is what a key says of a document. The zero Signature is none.
type Signature struct {
	Key   KeyID
	Bytes [ed25519.SignatureSize]byte
}

// IsZero tells whether s is none.
func (s Signature) IsZero() bool { return s == Signature{} }

// ParseSignature reads the name of a key, a space, and 64 bytes in base64.
func ParseSignature(text string) (Signature, error) {
	id, rest, _ := strings.Cut(text, " ")
	key, err := ParseKeyID(id)
	if err != nil {
		return Signature{}, err
	}
	s := Signature{Key: key}
	b, err := base64.StdEncoding.Strict().DecodeString(rest)
	if err != nil || len(b) != len(s.Bytes) {
		return Signature{}, invalid("this is no signature", "write the key's name, a space, and the 64 bytes of an Ed25519 signature in base64")
	}
	copy(s.Bytes[:], b)
	return s, nil
}

// String gives the signature as ParseSignature reads it.
func (s Signature) String() string {
	return s.Key.String() + " " + base64.StdEncoding.EncodeToString(s.Bytes[:])
}

// PayloadType is how a DSSE envelope names documents of a kind.
func PayloadType(kind string) string { return payloadBegin + kind + payloadEnd }

const payloadBegin, payloadEnd = "application/vnd.patternbook.", "+json"

// signed gives what is signed of a document: the pre-authentication encoding of
// DSSE 1.0 (https://github.com/secure-systems-lab/dsse/blob/v1.0.0/protocol.md).
func signed(kind string, document []byte) []byte {
	t := PayloadType(kind)
	return append(fmt.Appendf(nil, "DSSEv1 %d %s %d ", len(t), t, len(document)), document...)
}

// Sign signs the canonical bytes of a document.
func Sign(private ed25519.PrivateKey, kind string, document []byte) Signature {
	s := Signature{Key: PublicKeyOf(private).ID()}
	copy(s.Bytes[:], ed25519.Sign(private, signed(kind, document)))
	return s
}

// Verify tells whether s is what the key's holder has signed of a document of that
// kind with those canonical bytes.
func (k PublicKey) Verify(s Signature, kind string, document []byte) bool {
	return s.Key == k.ID() && k.CanSign() == nil && ed25519.Verify(k.bytes[:], signed(kind, document), s.Bytes[:])
}

// An envelope is the JSON of DSSE 1.0.
type envelope struct {
	Payload     string              `json:"payload"` // base64
	PayloadType string              `json:"payloadType"`
	Signatures  []envelopeSignature `json:"signatures"`
}

type envelopeSignature struct {
	KeyID string `json:"keyid"`
	Sig   string `json:"sig"` // base64
}

// Envelope gives a document with its signature as a DSSE envelope, which has one
// form for each signature: canonical JSON, with one signature.
func Envelope(s Signature, kind string, document []byte) ([]byte, error) {
	return canonicalOf(envelope{
		Payload: base64.StdEncoding.EncodeToString(document), PayloadType: PayloadType(kind),
		Signatures: []envelopeSignature{{s.Key.String(), base64.StdEncoding.EncodeToString(s.Bytes[:])}},
	})
}

// maxEnvelope bounds an envelope: the largest document in base64, and the rest.
const maxEnvelope = MaxDocument/3*4 + 4096

// ReadEnvelope reads what Envelope gives, and nothing else. It verifies nothing.
func ReadEnvelope(data []byte) (s Signature, kind string, document []byte, err error) {
	broken := func(err error) error {
		return &Error{Kind: Malformed, Detail: "this is no envelope with one signature in canonical JSON", Fix: "ask the registry for it again", Err: err}
	}
	if len(data) > maxEnvelope {
		return s, "", nil, broken(errors.New("it is too long"))
	}
	var e envelope
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&e); err != nil || len(e.Signatures) != 1 {
		return s, "", nil, broken(err)
	}
	if s, err = ParseSignature(e.Signatures[0].KeyID + " " + e.Signatures[0].Sig); err != nil {
		return s, "", nil, broken(err)
	}
	kind, begins := strings.CutPrefix(e.PayloadType, payloadBegin)
	kind, ends := strings.CutSuffix(kind, payloadEnd)
	if document, err = base64.StdEncoding.Strict().DecodeString(e.Payload); err != nil || !begins || !ends {
		return s, "", nil, broken(err)
	}
	if again, err := Envelope(s, kind, document); err != nil || !bytes.Equal(again, data) {
		return s, "", nil, broken(err)
	}
	return s, kind, document, nil
}
