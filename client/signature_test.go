package client_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/patternbook/patternbook/client"
	"github.com/patternbook/patternbook/schema"
)

func privateKey(n byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{n}, ed25519.SeedSize))
}

// told changes what the registry tells of an account.
func told(t *testing.T, change func(*schema.AccountAnswer)) func([]byte) []byte {
	return func(b []byte) []byte {
		var a schema.AccountAnswer
		if err := json.Unmarshal(b, &a); err != nil {
			t.Error(err)
		}
		change(&a)
		b, err := json.Marshal(a)
		if err != nil {
			t.Error(err)
		}
		return b
	}
}

// TestVerifyLies asks a registry that lies about a signature.
func TestVerifyLies(t *testing.T) {
	p := newPlace(t)
	c, err := client.New(p.address, client.Options{Token: p.token, Retries: -1, Signer: &client.Signer{Account: name(t, "ada"), Key: privateKey(1)}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.AddKey(t.Context(), name(t, "ada"), schema.PublicKeyOf(privateKey(1)), "laptop"); err != nil {
		t.Fatal(err)
	}
	published, err := c.PublishFolder(t.Context(), folder(t, lampFiles()), design(t, "ada/lamp"), client.PublishOptions{})
	if err != nil {
		t.Fatal(err)
	}
	ref := reference(t, "ada/lamp")
	v, err := verify(t, c, ref)
	if err != nil || v.Key == nil || v.Key.Key != schema.PublicKeyOf(privateKey(1)) || v.LedgerIndex != published.LedgerIndex {
		t.Fatalf("the verification is %+v (%v)", v, err)
	}
	forged := func(kind string, key byte, change func([]byte) []byte) func([]byte) []byte {
		return func(b []byte) []byte {
			_, _, document, err := schema.ReadEnvelope(b)
			if err != nil {
				t.Error(err)
			}
			document = change(document)
			b, err = schema.Envelope(schema.Sign(privateKey(key), kind, document), kind, document)
			if err != nil {
				t.Error(err)
			}
			return b
		}
	}
	as := func(b []byte) []byte { return b }
	for what, test := range map[string]struct {
		end    string
		change func([]byte) []byte
	}{
		"signed by another key":         {"/envelope", forged(schema.KindRelease, 2, as)},
		"signed as another kind":        {"/envelope", forged(schema.KindBOM, 1, as)},
		"signed is another document":    {"/envelope", forged(schema.KindRelease, 1, func(b []byte) []byte { return bytes.Replace(b, []byte("Ada"), []byte("Eve"), 1) })},
		"an envelope spelled otherwise": {"/envelope", func(b []byte) []byte { return append(b, '\n') }},
		"no keys":                       {"/accounts/ada", told(t, func(a *schema.AccountAnswer) { a.Keys = nil })},
		"another key under the name":    {"/accounts/ada", told(t, func(a *schema.AccountAnswer) { a.Keys[0].Key = schema.PublicKeyOf(privateKey(2)) })},
		"a key that came later":         {"/accounts/ada", told(t, func(a *schema.AccountAnswer) { a.Keys[0].Since = published.LedgerIndex })},
		"a key that was revoked before": {"/accounts/ada", told(t, func(a *schema.AccountAnswer) { a.Keys[0].Until = published.LedgerIndex })},
	} {
		p.behave(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			if strings.HasSuffix(r.URL.Path, test.end) {
				altered(w, r, next, test.change)
				return
			}
			next.ServeHTTP(w, r)
		})
		if v, err := verify(t, c, ref); !errors.Is(err, schema.DigestMismatch) {
			t.Errorf("%s: %+v, %v", what, v.Key, err)
		}
	}
}

// verify fetches the proof of a release and checks it as one that was kept.
func verify(t *testing.T, c *client.Client, ref schema.Reference) (client.Verification, error) {
	t.Helper()
	p, err := c.Proof(t.Context(), ref)
	if err != nil {
		return client.Verification{}, err
	}
	kept, err := json.MarshalIndent(p, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	if p, err = client.ReadProof(bytes.NewReader(kept)); err != nil {
		t.Fatal(err)
	}
	return p.Check("")
}
