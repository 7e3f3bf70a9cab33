package registry

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/alexedwards/argon2id"

	"github.com/patternbook/patternbook/schema"
)

func TestAccounts(t *testing.T) {
	f := open(t)
	ctx := context.Background()
	secret, token, err := f.OpenAccount(ctx, name("ada"), "a long enough one")
	check(t, err)
	found, err := f.Authenticate(ctx, secret)
	if err != nil || found.Token != token.ID || found.Account != name("ada") || !found.Whole() {
		t.Errorf("the new token is %+v, %v; want %+v", found, err, token)
	}
	if f.size() != 0 {
		t.Error("opening an account appended something")
	}
	second, _, err := f.Login(ctx, name("ada"), "a long enough one", schema.TokenRequest{})
	check(t, err)
	if second == secret {
		t.Error("two logins gave one token")
	}
	_, _, wrong := f.Login(ctx, name("ada"), "another password", schema.TokenRequest{})
	wantKind(t, "a wrong password", wrong, schema.Unauthenticated)
	_, _, unknown := f.Login(ctx, name("nobody-here"), "another password", schema.TokenRequest{})
	wantKind(t, "an unknown account", unknown, schema.Unauthenticated)
	if wrong != nil && unknown != nil && wrong.Error() != unknown.Error() {
		t.Errorf("one can tell %q from %q", wrong, unknown)
	}
	_, _, err = f.Login(ctx, name("ada"), strings.Repeat("x", maxPassword+1), schema.TokenRequest{})
	wantKind(t, "an endless password", err, schema.Unauthenticated)

	check(t, f.RevokeToken(ctx, As(name("ada")), token.ID))
	_, err = f.Authenticate(ctx, secret)
	wantKind(t, "a revoked token", err, schema.Unauthenticated)
	if _, err := f.Authenticate(ctx, second); err != nil {
		t.Errorf("the other token was revoked too: %v", err)
	}
	wantKind(t, "revoking it again", f.RevokeToken(ctx, As(name("ada")), token.ID), schema.NotFound)
	wantKind(t, "revoking as nobody", f.RevokeToken(ctx, Actor{}, token.ID), schema.Unauthenticated)
}

func TestOpenAccountRefuses(t *testing.T) {
	f := open(t, "lab-one")
	ctx := context.Background()
	for _, test := range []struct {
		account, password string
		kind              schema.Kind
		says              []string
	}{
		{"admin", "a long enough one", schema.Invalid, []string{"account", "admin"}},
		{"ada", "short", schema.Invalid, []string{"password", "5 bytes"}},
		{"api", "short", schema.Invalid, []string{"account", "password"}},
		{"ada", strings.Repeat("x", maxPassword+1), schema.Invalid, []string{"password"}},
	} {
		_, _, err := f.OpenAccount(ctx, name(test.account), test.password)
		wantKind(t, test.account, err, test.kind, test.says...)
	}
	_, _, err := f.OpenAccount(ctx, name("1ab-0ne"), "a long enough one")
	wantKind(t, "a name that looks like another", err, schema.Conflict, "lab-one")
}

// The hash that stands for unknown accounts costs what a known one costs.
func TestUnknownAccountTakesAsLong(t *testing.T) {
	params, salt, key, err := argon2id.DecodeHash(nobody)
	check(t, err)
	if *params != *passwordParams || len(salt) != int(passwordParams.SaltLength) || len(key) != int(passwordParams.KeyLength) {
		t.Errorf("nobody's hash has the parameters %+v, want %+v", params, passwordParams)
	}
}

// Few passwords are hashed at once, for each takes 19 MiB: who waits too long is
// told so.
func TestHashingIsBounded(t *testing.T) {
	f := open(t)
	for range maxHashing {
		f.hashing <- struct{}{}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, _, err := f.OpenAccount(ctx, name("ada"), "a long enough one")
	wantKind(t, "somebody who cannot wait", err, schema.TooMany)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v hides its cause", err)
	}
}
