package vault

import (
	"context"
	"database/sql"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/patternbook/patternbook/registry/sqlite"
	"github.com/patternbook/patternbook/schema"
)

var now = time.Date(2026, 11, 1, 9, 30, 0, 0, time.UTC)

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func name(t testing.TB, s string) schema.Name {
	t.Helper()
	n, err := schema.ParseName(s)
	check(t, err)
	return n
}

func wantKind(t testing.TB, what string, err error, kind schema.Kind, texts ...string) {
	t.Helper()
	if err == nil || schema.KindOf(err) != kind {
		t.Errorf("%s: got %v, want an error of kind %s", what, err, kind)
		return
	}
	for _, text := range texts {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("%s: %q does not name %q", what, err, text)
		}
	}
}

func open(t testing.TB, path string) *Vault {
	t.Helper()
	db, err := sqlite.Open(context.Background(), path, sqlite.Full)
	check(t, err)
	t.Cleanup(func() { _ = db.Close() })
	v, err := Open(context.Background(), db)
	check(t, err)
	return v
}

func fresh(t testing.TB, accounts ...string) *Vault {
	t.Helper()
	v := open(t, filepath.Join(t.TempDir(), "ledger.db"))
	for _, a := range accounts {
		check(t, v.OpenAccount(context.Background(), name(t, a), "hash of "+a, now))
	}
	return v
}

func TestAccounts(t *testing.T) {
	v := fresh(t, "ada", "bob")
	ctx := context.Background()
	ada, err := v.Account(ctx, name(t, "ada"))
	check(t, err)
	bob, err := v.Account(ctx, name(t, "bob"))
	check(t, err)
	if ada.Password != "hash of ada" || bob.Password != "hash of bob" {
		t.Errorf("the passwords are %q and %q", ada.Password, bob.Password)
	}
	if len(ada.Salt) != 32 || strings.Trim(ada.Salt, "0123456789abcdef") != "" || ada.Salt == bob.Salt {
		t.Errorf("the salts are %q and %q, want 32 random hex digits each", ada.Salt, bob.Salt)
	}
	_, err = v.Account(ctx, name(t, "eve"))
	wantKind(t, "an unknown account", err, schema.NotFound, "eve")
}

func TestLookAlikes(t *testing.T) {
	v := fresh(t, "lab-one", "open-makers", "tiny-worm")
	for _, test := range []struct{ account, taken string }{
		{"lab-one", ""}, {"labone", "lab-one"}, {"lab-0ne", "lab-one"}, {"1ab-one", "lab-one"}, {"iab-one", "lab-one"}, {"la-bo-ne", "lab-one"},
		{"openmakers", "open-makers"}, {"open-rnakers", "open-makers"}, {"open-maker5", "open-makers"}, {"tiny-vvorm", "tiny-worm"},
	} {
		err := v.OpenAccount(context.Background(), name(t, test.account), "x", now)
		if test.taken == "" {
			wantKind(t, test.account, err, schema.Conflict, "exists already")
		} else {
			wantKind(t, test.account, err, schema.Conflict, test.account, "mistaken for the account "+test.taken)
		}
	}
	check(t, v.OpenAccount(context.Background(), name(t, "lab-two"), "x", now))
}

func TestTokens(t *testing.T) {
	v := fresh(t, "ada", "bob")
	ctx := context.Background()
	ada, bob := name(t, "ada"), name(t, "bob")
	secret, token, err := v.MakeToken(ctx, ada, schema.TokenRequest{Label: "release workflow", Ends: schema.TimeOf(now.Add(time.Hour)), Grant: schema.Grant{Scopes: []schema.Scope{schema.ScopePublish}}}, now)
	check(t, err)
	if !strings.HasPrefix(secret, TokenPrefix) || len(secret) != len(TokenPrefix)+32+7 {
		t.Errorf("the token is %q, want %s, 160 bits and a checksum in base32", secret, TokenPrefix)
	}
	if token.Account != ada || token.Made != schema.TimeOf(now) || token.ID == "" {
		t.Errorf("the token is %+v", token)
	}
	found, err := v.FindToken(ctx, secret, now)
	token.Used = schema.TimeOf(now.Truncate(time.Hour))
	if err != nil || !reflect.DeepEqual(found, token) {
		t.Errorf("found is %+v (%v), want %+v", found, err, token)
	}
	if again, err := v.Token(ctx, ada, token.ID); err != nil || !reflect.DeepEqual(again, token) {
		t.Errorf("by its id it is %+v (%v), want %+v", again, err, token)
	}
	_, err = v.FindToken(ctx, secret, now.Add(time.Hour))
	wantKind(t, "a token that has ended", err, schema.Unauthenticated)
	second, _, err := v.MakeToken(ctx, ada, schema.TokenRequest{Label: "another"}, now)
	check(t, err)
	list, err := v.Tokens(ctx, ada, "", 10)
	if err != nil || len(list) != 2 || list[0].Label != "another" || list[1].ID != token.ID || second == secret {
		t.Errorf("the list is %+v (%v)", list, err)
	}
	if list, err := v.Tokens(ctx, ada, list[0].ID, 10); err != nil || len(list) != 1 || list[0].ID != token.ID {
		t.Errorf("after the first the list is %+v (%v)", list, err)
	}
	// The secret itself is nowhere in the file.
	for _, column := range []string{"id", "account", "hash", "made"} {
		var n int
		check(t, v.db.Read.QueryRow(`SELECT count(*) FROM tokens WHERE instr(CAST(`+column+` AS BLOB), CAST(? AS BLOB))`, secret).Scan(&n))
		if n != 0 {
			t.Errorf("the secret is in the column %s", column)
		}
	}
	other := newSecret()
	for what, secret := range map[string]string{
		"nothing": "", "the prefix alone": TokenPrefix, "an unknown one": other, "upper case": strings.ToUpper(secret),
		"one letter changed": changed(secret, len(TokenPrefix)+3), "the checksum changed": changed(secret, len(secret)-1),
		"cut short": secret[:len(secret)-1], "longer": secret + "a", "without prefix": strings.TrimPrefix(secret, TokenPrefix),
		"another prefix": "ghp_" + strings.TrimPrefix(secret, TokenPrefix), "SQL": "pbk_' OR 1=1 --", "with a space": secret + " ",
	} {
		_, err := v.FindToken(ctx, secret, now)
		wantKind(t, what, err, schema.Unauthenticated)
		if secret != other && wellFormed(secret) {
			t.Errorf("%s passes for a token", what)
		}
	}
	if !wellFormed(other) {
		t.Errorf("%q does not pass for a token", other)
	}
	// Tokens are the account's own.
	_, err = v.Token(ctx, bob, token.ID)
	wantKind(t, "another's token", err, schema.NotFound)
	wantKind(t, "revoking another's token", v.RevokeToken(ctx, bob, token.ID, now), schema.NotFound)
	if _, err := v.FindToken(ctx, secret, now); err != nil {
		t.Errorf("another has revoked it: %v", err)
	}
	check(t, v.RevokeToken(ctx, ada, token.ID, now))
	_, err = v.FindToken(ctx, secret, now)
	wantKind(t, "a revoked token", err, schema.Unauthenticated)
	_, err = v.Token(ctx, ada, token.ID)
	wantKind(t, "a revoked token by its id", err, schema.NotFound)
	if _, _, err := v.MakeToken(ctx, name(t, "eve"), schema.TokenRequest{}, now); err == nil {
		t.Error("an account that does not exist has got a token")
	}
}

// changed gives s with another letter at i.
func changed(s string, i int) string {
	letter := "a"
	if s[i] == 'a' {
		letter = "b"
	}
	return s[:i] + letter + s[i+1:]
}

func TestUploads(t *testing.T) {
	v := fresh(t, "ada", "bob")
	ctx := context.Background()
	var digests []schema.Digest
	check(t, v.db.Update(ctx, func(tx *sql.Tx) error {
		for i := range 1200 { // more than one query asks about
			d := schema.DigestOf([]byte{byte(i), byte(i >> 8)})
			digests = append(digests, d)
			if i%2 == 0 {
				if err := v.RecordUpload(ctx, tx, name(t, "ada"), d, 1, now, now); err != nil {
					return err
				}
			}
		}
		return v.RecordUpload(ctx, tx, name(t, "ada"), digests[0], 1, now, now) // again
	}))
	for account, want := range map[string]int{"ada": 600, "bob": 0} {
		found, err := v.Uploaded(ctx, name(t, account), digests)
		check(t, err)
		if len(found) != want {
			t.Errorf("%s has sent %d, want %d", account, len(found), want)
		}
		for i, d := range digests {
			if found[d] != (want > 0 && i%2 == 0) {
				t.Errorf("%s has sent number %d: got %v", account, i, found[d])
				break
			}
		}
	}
	if found, err := v.Uploaded(ctx, name(t, "ada"), nil); err != nil || len(found) != 0 {
		t.Errorf("of nothing %d were sent (%v)", len(found), err)
	}
}

func TestLedgerKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	ctx := context.Background()
	v := open(t, path)
	const origin = "registry.example/ledger"
	signer, key, err := v.LedgerKey(ctx, origin)
	check(t, err)
	if signer.Name() != origin || !strings.HasPrefix(key, origin+"+") {
		t.Errorf("the signer is %s and the key %s, want them of %s", signer.Name(), key, origin)
	}
	signed, err := note.Sign(&note.Note{Text: "hello\n"}, signer)
	check(t, err)
	check(t, v.db.Close())

	v = open(t, path)
	for _, asked := range []string{"", origin} {
		again, sameKey, err := v.LedgerKey(ctx, asked)
		check(t, err)
		if again.Name() != origin || sameKey != key {
			t.Errorf("asked for %q the key is %s, want %s", asked, sameKey, key)
		}
	}
	verifier, err := note.NewVerifier(key)
	check(t, err)
	if _, err := note.Open(signed, note.VerifierList(verifier)); err != nil {
		t.Errorf("what was signed before does not verify: %v", err)
	}
	_, _, err = v.LedgerKey(ctx, "elsewhere.example/ledger")
	wantKind(t, "another origin", err, schema.Conflict, origin, "elsewhere.example/ledger")

	a, _, err := fresh(t).LedgerKey(ctx, "")
	check(t, err)
	b, _, err := fresh(t).LedgerKey(ctx, "")
	check(t, err)
	if a.Name() == b.Name() {
		t.Errorf("two ledgers are both called %s", a.Name())
	}
	if _, _, err := fresh(t).LedgerKey(ctx, "not an origin"); err == nil {
		t.Error("an origin with spaces was taken, which no note can carry")
	}
}
