package registry

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/registry/index"
	"github.com/patternbook/patternbook/schema"
)

func privateKey(n byte) ed25519.PrivateKey {
	seed := make([]byte, ed25519.SeedSize)
	seed[0] = n
	return ed25519.NewKeyFromSeed(seed)
}

// signing is an account that signs this document with the key.
func signing(account string, key ed25519.PrivateKey, d schema.Document) Actor {
	b, _, err := schema.Encode(d)
	if err != nil {
		panic(err)
	}
	by := As(name(account))
	by.Signature = schema.Sign(key, d.Header().Kind, b)
	return by
}

func (f *fixture) addKey(account string, n byte) schema.KeyID {
	f.t.Helper()
	key := schema.PublicKeyOf(privateKey(n))
	_, err := f.AddKey(context.Background(), As(name(account)), key, "")
	check(f.t, err)
	return key.ID()
}

// TestSignedRelease: a signature that fits is kept for ever, and found again.
func TestSignedRelease(t *testing.T) {
	f := open(t, "ada")
	ctx := context.Background()
	id := f.addKey("ada", 1)
	p := f.draft("ada/lamp", "1.0.0", lamp()).Publication
	done, err := f.Publish(ctx, signing("ada", privateKey(1), p.Release), p)
	check(t, err)
	b, document, err := schema.Encode(p.Release)
	check(t, err)
	envelope, err := f.Envelope(ctx, document)
	check(t, err)
	s, kind, payload, err := schema.ReadEnvelope(envelope)
	if err != nil || kind != schema.KindRelease || s.Key != id || string(payload) != string(b) || !schema.PublicKeyOf(privateKey(1)).Verify(s, kind, payload) {
		t.Errorf("the envelope is of a %s by %s (%v)", kind, s.Key, err)
	}
	again, err := f.Publish(ctx, As(name("ada")), p)
	if err != nil || again.New || again.Digest != done.Digest {
		t.Errorf("the same again, unsigned, is %+v (%v)", again, err)
	}
	a, err := f.Account(ctx, name("ada"))
	if err != nil || len(a.Keys) != 1 || !a.Keys[0].ValidAt(done.LedgerIndex) || a.Keys[0].ValidAt(a.Keys[0].Since) {
		t.Errorf("the keys are %+v (%v), the release is entry %d", a.Keys, err, done.LedgerIndex)
	}
	_, err = f.Envelope(ctx, schema.DigestOf([]byte("nothing")))
	wantKind(t, "the envelope of nothing", err, schema.NotFound)
	_, err = f.Envelope(ctx, a.Document)
	wantKind(t, "the envelope of what is not signed", err, schema.NotFound)
}

// TestWrongSignatures tries signatures that do not fit.
func TestWrongSignatures(t *testing.T) {
	f := open(t, "ada", "bob")
	ctx := context.Background()
	f.addKey("ada", 1)
	revoked := f.addKey("ada", 2)
	_, err := f.RevokeKey(ctx, As(name("ada")), revoked)
	check(t, err)
	f.addKey("bob", 3)
	p := f.draft("ada/lamp", "1.0.0", lamp()).Publication
	other := f.draft("ada/lamp", "1.0.1", lamp(`keywords = ["x"]`)).Publication
	flipped := signing("ada", privateKey(1), p.Release)
	flipped.Signature.Bytes[5] ^= 1
	renamed := signing("ada", privateKey(1), p.Release)
	renamed.Signature.Key = schema.PublicKeyOf(privateKey(2)).ID()
	asBOM := As(name("ada"))
	b, _, err := schema.Encode(p.Release)
	check(t, err)
	asBOM.Signature = schema.Sign(privateKey(1), schema.KindBOM, b)
	for what, test := range map[string]struct {
		by   Actor
		kind schema.Kind
	}{
		"of another document":             {signing("ada", privateKey(1), other.Release), schema.Invalid},
		"with a bit flipped":              {flipped, schema.Invalid},
		"of the bytes as another kind":    {asBOM, schema.Invalid},
		"by a key that was revoked":       {signing("ada", privateKey(2), p.Release), schema.Forbidden},
		"under the name of a revoked key": {renamed, schema.Forbidden},
		"by another's key":                {signing("ada", privateKey(3), p.Release), schema.Forbidden},
		"by a key that nobody has":        {signing("ada", privateKey(4), p.Release), schema.Forbidden},
	} {
		_, err := f.Publish(ctx, test.by, p)
		wantKind(t, what, err, test.kind)
	}
	if _, err := f.Resolve(ctx, ref("ada/lamp")); err == nil {
		t.Error("a release with a wrong signature is published")
	}
	_, err = f.AddKey(ctx, As(name("ada")), schema.PublicKeyOf(privateKey(2)), "")
	wantKind(t, "adding a revoked key again", err, schema.Conflict)
	_, err = f.RevokeKey(ctx, As(name("bob")), schema.PublicKeyOf(privateKey(1)).ID())
	wantKind(t, "revoking another's key", err, schema.NotFound)
}

// TestKeyByLedgerOrder: a key that is revoked between check and commit signs nothing.
func TestKeyByLedgerOrder(t *testing.T) {
	f := open(t, "ada")
	ctx := context.Background()
	id := f.addKey("ada", 1)
	p := f.draft("ada/lamp", "1.0.0", lamp()).Publication
	by := signing("ada", privateKey(1), p.Release)
	signed, err := f.sign(ctx, by, p.Release) // checked before the queue
	check(t, err)
	_, err = f.RevokeKey(ctx, by, id)
	check(t, err)
	_, err = f.write(ctx, signed, name("ada"), func(context.Context, *transaction) (schema.Document, error) { return p.Release, nil })
	wantKind(t, "a key revoked meanwhile", err, schema.Forbidden)
	a, err := f.Account(ctx, name("ada"))
	if err != nil || len(a.Keys) != 1 || a.Keys[0].Until == 0 || a.Keys[0].Revoked.IsZero() || a.Keys[0].ValidAt(a.Keys[0].Until) {
		t.Errorf("the keys are %+v (%v)", a.Keys, err)
	}
}

// TestDemandedSignatures: who demands signatures gets no unsigned document, in
// whichever name it is said.
func TestDemandedSignatures(t *testing.T) {
	f := open(t, "ada", "bob")
	ctx := context.Background()
	f.organisation("ada", "lab-one")
	f.member("lab-one", "bob", schema.RolePublisher)
	_, err := f.RequireSignatures(ctx, As(name("bob")), name("lab-one"), true)
	wantKind(t, "a publisher demands signatures", err, schema.Forbidden)
	_, err = f.RequireSignatures(ctx, As(name("ada")), name("lab-one"), true)
	check(t, err)
	p := f.draftBy("bob", "lab-one/lamp", "1.0.0", lamp()).Publication
	_, err = f.Publish(ctx, As(name("bob")), p)
	wantKind(t, "an unsigned release of the organisation", err, schema.Forbidden, "lab-one demands")
	f.addKey("bob", 7)
	_, err = f.Publish(ctx, signing("bob", privateKey(7), p.Release), p)
	check(t, err)
	_, err = f.RequireSignatures(ctx, As(name("bob")), name("bob"), true)
	check(t, err)
	own := f.draft("bob/vice", "1.0.0", lamp()).Publication
	_, err = f.Publish(ctx, As(name("bob")), own)
	wantKind(t, "an unsigned release of one who demands it of himself", err, schema.Forbidden)
	if again, err := f.RequireSignatures(ctx, As(name("bob")), name("bob"), true); err != nil || !again.RequiresSignatures {
		t.Errorf("the same again is %+v (%v)", again, err)
	}
	_, err = f.RequireSignatures(ctx, As(name("bob")), name("bob"), false)
	check(t, err)
	_, err = f.Publish(ctx, As(name("bob")), own)
	check(t, err)
}

// TestSignedAgain: the same again gives the same answer, however it is signed, also
// when the key was revoked since.
func TestSignedAgain(t *testing.T) {
	f := open(t, "ada")
	ctx := context.Background()
	id := f.addKey("ada", 1)
	f.addKey("ada", 2)
	p := f.draft("ada/lamp", "1.0.0", lamp()).Publication
	by := signing("ada", privateKey(1), p.Release)
	done, err := f.Publish(ctx, by, p)
	check(t, err)
	first, err := f.Envelope(ctx, done.Digest)
	check(t, err)
	_, err = f.RevokeKey(ctx, As(name("ada")), id)
	check(t, err)
	for what, by := range map[string]Actor{"by the revoked key": by, "by another": signing("ada", privateKey(2), p.Release), "unsigned": As(name("ada"))} {
		again, err := f.Publish(ctx, by, p)
		if err != nil || again.New || again.Digest != done.Digest || again.LedgerIndex != done.LedgerIndex {
			t.Errorf("the same again, %s, is %+v (%v), want %+v", what, again, err, done)
		}
	}
	if envelope, err := f.Envelope(ctx, done.Digest); err != nil || !bytes.Equal(envelope, first) {
		t.Errorf("the envelope is %s now (%v), it was %s", envelope, err, first)
	}
}

// TestSignWhileRevoking publishes while the key is revoked: all that counts stands
// before the revocation in the ledger.
func TestSignWhileRevoking(t *testing.T) {
	f := open(t, "ada")
	ctx := context.Background()
	id := f.addKey("ada", 1)
	const many = 24
	var list []bom.Publication
	for i := range many {
		list = append(list, f.plain("ada/lamp", fmt.Sprintf("1.%d.0", i), fmt.Sprint(i)))
	}
	var work sync.WaitGroup
	entries := make([]int64, many)
	for i, p := range list {
		work.Go(func() {
			if i == many/2 {
				if _, err := f.RevokeKey(ctx, As(name("ada")), id); err != nil {
					t.Error(err)
				}
			}
			done, err := f.Publish(ctx, signing("ada", privateKey(1), p.Release), p)
			if err != nil && !errors.Is(err, schema.Forbidden) {
				t.Error(err)
			}
			entries[i] = done.LedgerIndex
		})
	}
	work.Wait()
	a, err := f.Account(ctx, name("ada"))
	check(t, err)
	for i, n := range entries {
		if n > 0 && !a.Keys[0].ValidAt(n) || n > 0 && i == many/2 {
			t.Errorf("entry %d is signed by a key that is valid from %d to %d", n, a.Keys[0].Since, a.Keys[0].Until)
		}
	}
}

// TestManyKeys: the revoked ones make room in the document, and stay ended.
func TestManyKeys(t *testing.T) {
	f := open(t, "ada")
	ctx, ada := context.Background(), As(name("ada"))
	_, err := f.RevokeKey(ctx, ada, f.addKey("ada", 0))
	check(t, err)
	for i := 1; i <= schema.MaxKeys; i++ { // the last in the place of the revoked one
		f.addKey("ada", byte(i))
	}
	_, err = f.AddKey(ctx, ada, schema.PublicKeyOf(privateKey(201)), "")
	wantKind(t, "one too many", err, schema.Invalid)
	_, err = f.AddKey(ctx, ada, schema.PublicKeyOf(privateKey(0)), "")
	wantKind(t, "the revoked one", err, schema.Conflict)
}

// TestKeyThatCannotSign: one that is read, since documents name such keys, is not
// taken anew.
func TestKeyThatCannotSign(t *testing.T) {
	f := open(t, "ada")
	key, err := schema.ParsePublicKey("ed25519:" + strings.Repeat("A", 43) + "=")
	check(t, err)
	_, err = f.AddKey(context.Background(), As(name("ada")), key, "")
	wantKind(t, "a key of low order", err, schema.Invalid)
}

// TestAccountSalts: no account document tells the salt of another.
func TestAccountSalts(t *testing.T) {
	f := open(t, "ada")
	ctx := context.Background()
	f.addKey("ada", 1)
	f.addKey("ada", 2)
	a, err := f.Account(ctx, name("ada"))
	check(t, err)
	salts := make(map[string]bool)
	documents := 0
	for digest := a.Document; !digest.IsZero(); documents++ {
		d, err := index.Read[schema.Account](ctx, f.index.View, digest)
		check(t, err)
		salts[d.Salt], digest = true, d.Follows
	}
	if documents != 3 || len(salts) != documents {
		t.Errorf("%d documents have %d salts, want 3 of each", documents, len(salts))
	}
}
