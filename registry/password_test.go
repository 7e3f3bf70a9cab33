package registry

import (
	"context"
	"testing"
	"time"

	"github.com/patternbook/patternbook/schema"
)

// TestRecoverByKey: what a key has signed is good at one registry, for one password,
// for a while, and as long as the key is valid.
func TestRecoverByKey(t *testing.T) {
	f := open(t, "ada")
	ctx := context.Background()
	id := f.addKey("ada", 1)
	const fresh = "five words to remember well"
	right := schema.Recovery{Account: name("ada"), Origin: f.signer.Name(), Password: schema.DigestOf([]byte(fresh)), Time: schema.TimeOf(time.Now())}
	try := func(r schema.Recovery, key byte, kind, password string) error {
		b, err := schema.EncodeRecovery(r)
		check(t, err)
		return f.RecoverByKey(ctx, r, schema.Sign(privateKey(key), kind, b), password)
	}
	for what, change := range map[string]func(*schema.Recovery){
		"at another registry":  func(r *schema.Recovery) { r.Origin = "registry.example/ledger" },
		"for another password": func(r *schema.Recovery) { r.Password = schema.DigestOf(nil) },
		"from yesterday":       func(r *schema.Recovery) { r.Time = schema.TimeOf(time.Now().Add(-24 * time.Hour)) },
		"of tomorrow":          func(r *schema.Recovery) { r.Time = schema.TimeOf(time.Now().Add(24 * time.Hour)) },
		"of another account":   func(r *schema.Recovery) { r.Account = name("bob") },
	} {
		r := right
		change(&r)
		wantKind(t, what, try(r, 1, schema.KindRecovery, fresh), schema.Unauthenticated)
	}
	wantKind(t, "signed as something else", try(right, 1, schema.KindRelease, fresh), schema.Unauthenticated)
	wantKind(t, "by another key", try(right, 2, schema.KindRecovery, fresh), schema.Unauthenticated)
	check(t, try(right, 1, schema.KindRecovery, fresh))
	_, _, err := f.Login(ctx, name("ada"), fresh, schema.TokenRequest{})
	check(t, err)
	_, err = f.RevokeKey(ctx, As(name("ada")), id)
	check(t, err)
	wantKind(t, "by a revoked key", try(right, 1, schema.KindRecovery, fresh), schema.Unauthenticated)
}
