package schema

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"
)

func testKey(n byte) ed25519.PrivateKey {
	seed := sha256.Sum256([]byte{n})
	return ed25519.NewKeyFromSeed(seed[:])
}

// TestSignedBytes holds what is signed against the encoding that DSSE 1.0 gives as
// its example: DSSEv1, then type and body, each after its length.
func TestSignedBytes(t *testing.T) {
	want := "DSSEv1 43 application/vnd.patternbook.membership+json 11 hello world"
	if got := string(signed("membership", []byte("hello world"))); got != want {
		t.Errorf("what is signed is %q, want %q", got, want)
	}
}

func TestSignature(t *testing.T) {
	private := testKey(1)
	key := PublicKeyOf(private)
	document := []byte(`{"kind":"x"}`)
	s := Sign(private, "x", document)
	if !key.Verify(s, "x", document) || key.Verify(s, "y", document) || key.Verify(s, "x", []byte(`{"kind":"y"}`)) || PublicKeyOf(testKey(2)).Verify(s, "x", document) {
		t.Error("a signature is of one document, kind and key")
	}
	again, err := ParseSignature(s.String())
	if err != nil || again != s {
		t.Errorf("%s reads as %v (%v)", s, again, err)
	}
	if read, err := ParsePublicKey(key.String()); err != nil || read != key || len(key.ID().String()) != 16 {
		t.Errorf("%s reads as %v (%v)", key, read, err)
	}
	for _, wrong := range []string{"", "ed25519:", "ed25519:AAAA", "rsa:" + key.String()[8:], key.String() + "A", strings.ToUpper(key.String())} {
		if _, err := ParsePublicKey(wrong); err == nil {
			t.Errorf("%q passes for a key", wrong)
		}
	}
	for what, low := range map[string]string{ // https://eprint.iacr.org/2020/1244, table 6
		"order 1": "0100000000000000000000000000000000000000000000000000000000000000", "order 2": "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"order 4": "0000000000000000000000000000000000000000000000000000000000000000", "order 4, other sign": "0000000000000000000000000000000000000000000000000000000000000080",
		"order 8": "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", "order 8, other": "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
		"order 1 in another encoding": "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", "no point": "0200000000000000000000000000000000000000000000000000000000000000",
	} {
		b, err := hex.DecodeString(low)
		if err != nil {
			t.Fatal(err)
		}
		if key, err := ParsePublicKey("ed25519:" + base64.StdEncoding.EncodeToString(b)); err != nil || key.CanSign() == nil {
			t.Errorf("a key of %s passes for one that can sign, or cannot be read (%v)", what, err)
		}
	}
	for _, wrong := range []string{"", key.ID().String(), key.ID().String() + " ", "x " + s.String()[17:], s.String() + "A", s.String()[:50], strings.Replace(s.String(), " ", "  ", 1)} {
		if _, err := ParseSignature(wrong); err == nil {
			t.Errorf("%q passes for a signature", wrong)
		}
	}
}

// TestEnvelope: an envelope has one form, and gives back what was put in.
func TestEnvelope(t *testing.T) {
	document := []byte(`{"kind":"x"}`)
	s := Sign(testKey(1), "x", document)
	b, err := Envelope(s, "x", document)
	if err != nil {
		t.Fatal(err)
	}
	got, kind, payload, err := ReadEnvelope(b)
	if err != nil || got != s || kind != "x" || !bytes.Equal(payload, document) {
		t.Errorf("the envelope %s gives %v, %s, %s (%v)", b, got, kind, payload, err)
	}
	text := string(b)
	for what, wrong := range map[string]string{
		"nothing": "", "no JSON": "x", "an array": "[]", "a space more": text + " ", "another member": strings.Replace(text, `{"payload"`, `{"also":1,"payload"`, 1),
		"two signatures": strings.Replace(text, `"signatures":[`, `"signatures":[{"keyid":"0123456789abcdef","sig":""},`, 1), "no signature": text[:strings.Index(text, "[")] + "[]}",
		"another type": strings.Replace(text, "vnd.patternbook", "vnd.other", 1), "unpadded base64": strings.Replace(text, `="`, `"`, 1),
		"another order": strings.Replace(text, `{"payload":`, `{"payloadType":"x","payload":`, 1), "an upper-case key": strings.Replace(text, s.Key.String(), strings.ToUpper(s.Key.String())+"A", 1),
	} {
		if wrong == text {
			t.Errorf("%s: nothing was changed", what)
		}
		if _, _, _, err := ReadEnvelope([]byte(wrong)); KindOf(err) != Malformed {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func FuzzReadEnvelope(f *testing.F) {
	b, err := Envelope(Sign(testKey(1), "release", []byte("{}")), "release", []byte("{}"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte(`{"payload":"","payloadType":"application/vnd.patternbook.x+json","signatures":[{"keyid":"","sig":""}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, kind, document, err := ReadEnvelope(data)
		if err != nil {
			return
		}
		again, err := Envelope(s, kind, document)
		if err != nil || !bytes.Equal(again, data) {
			t.Errorf("%q is written as %q (%v)", data, again, err)
		}
	})
}
