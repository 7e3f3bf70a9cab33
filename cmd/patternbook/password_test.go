package main

import (
	"strings"
	"testing"
	"time"

	"github.com/patternbook/patternbook/client"
	"github.com/patternbook/patternbook/schema"
)

// TestClose closes an account: nobody gets in, what it published stays, and nobody
// else gets its name.
func TestClose(t *testing.T) {
	p := newPlace(t)
	p.open("ada")
	p.as("ada", "publish", hook(t), "--as", "ada/hook").ok(t)
	codes := strings.Fields(p.as("ada", "password", "codes").ok(t).out)
	p.as("ada", "org", "create", "lamp-lab").ok(t)
	shut := func(password string) result {
		return p.with("ada", password+"\n", "account", "close", "--password-stdin", "--yes")
	}
	if got := p.with("ada", "a password for ada\n", "account", "close", "--password-stdin"); got.status != exitUsage || !strings.Contains(got.err, "--yes") {
		t.Errorf("closing without --yes gives %d %s", got.status, got.err)
	}
	if got := shut("a wrong password"); got.status != exitFailed {
		t.Error("a wrong password closes the account")
	}
	if got := shut("a password for ada"); got.status != exitFailed || !strings.Contains(got.err, "ada belongs to lamp-lab") || !strings.Contains(got.err, "org leave lamp-lab") {
		t.Errorf("the owner of an organisation closes the account: %d %s", got.status, got.err)
	}
	p.open("bob")
	p.as("ada", "org", "invite", "lamp-lab", "bob", "--role", "owner").ok(t)
	p.as("bob", "org", "accept", "lamp-lab").ok(t)
	p.as("ada", "org", "leave", "lamp-lab").ok(t)
	shut("a password for ada").ok(t)
	for what, args := range map[string][]string{
		"by its password": {"login", "--account", "ada", "--password-stdin"}, "anew": {"login", "--account", "ada", "--create", "--password-stdin"},
		"by a look-alike": {"login", "--account", "a-da", "--create", "--password-stdin"},
		"by a code":       {"password", "recover", "--account", "ada", "--code", codes[0], "--password-stdin"}, "by its key": {"password", "recover", "--account", "ada", "--password-stdin"},
	} {
		if got := p.with("ada", "a password for ada\n", args...); got.status != exitFailed {
			t.Errorf("somebody gets into the account %s", what)
		}
	}
	if got := p.as("bob", "org", "invite", "lamp-lab", "ada", "--role", "owner"); got.status != exitFailed || !strings.Contains(got.err, "is closed") {
		t.Errorf("inviting it gives %d %s", got.status, got.err)
	}
	p.as("", "get", "ada/hook", "-o", t.TempDir()).ok(t)
}

// TestPassword changes a password, and gets in without it: by a code, once, and by
// the key on the machine.
func TestPassword(t *testing.T) {
	p := newPlace(t)
	p.open("ada")
	login := func(user, password string) result {
		return p.with(user, password+"\n", "login", "--account", "ada", "--password-stdin")
	}
	login("elsewhere", "a password for ada").ok(t)
	if got := p.with("ada", "not the old one\na second password\n", "password", "change", "--password-stdin"); got.status != exitFailed {
		t.Error("a wrong old password will do")
	}
	if got := p.with("ada", "a password for ada\nshort\n", "password", "change", "--password-stdin"); got.status != exitFailed || !strings.Contains(got.err, "5 bytes") {
		t.Errorf("a poor password gives %d %s", got.status, got.err)
	}
	p.with("ada", "a password for ada\na second password\n", "password", "change", "--password-stdin").ok(t)
	p.as("ada", "whoami").ok(t)
	if got := p.as("elsewhere", "whoami"); got.status != exitFailed {
		t.Error("another token is still good")
	}
	if got := login("elsewhere", "a password for ada"); got.status != exitFailed {
		t.Error("the old password is still good")
	}

	old := strings.Fields(p.as("ada", "password", "codes").ok(t).out)
	codes := strings.Fields(p.as("ada", "password", "codes").ok(t).out)
	if len(codes) != 8 || codes[0] == old[0] {
		t.Fatalf("the codes are %q", codes)
	}
	recover := func(code, password string) result {
		return p.with("elsewhere", password+"\n", "password", "recover", "--account", "ada", "--code", code, "--password-stdin")
	}
	for what, code := range map[string]string{"an old code": old[0], "no code": "xxxxxx-xxxxxx-xxxxxx-xxxxxx", "half a code": codes[0][:13]} {
		if got := recover(code, "a third password"); got.status != exitFailed {
			t.Errorf("%s opens the account", what)
		}
	}
	recover(strings.ToUpper(strings.ReplaceAll(codes[0], "-", " ")), "a third password").ok(t)
	if got := recover(codes[0], "a fourth password"); got.status != exitFailed {
		t.Error("a code opens the account twice")
	}
	if got := p.as("ada", "whoami"); got.status != exitFailed {
		t.Error("a token is good after a recovery")
	}
	login("elsewhere", "a third password").ok(t)

	p.with("ada", "a fifth password\n", "password", "recover", "--account", "ada", "--password-stdin").ok(t)
	login("ada", "a fifth password").ok(t)
	if got := p.with("nobody", "a sixth password\n", "password", "recover", "--account", "ada", "--password-stdin"); got.status != exitFailed || !strings.Contains(got.err, "no key of ada on this machine") {
		t.Errorf("without a key: %d %s", got.status, got.err)
	}
}

// TestRecoveryByWrongKey signs what is not right.
func TestRecoveryByWrongKey(t *testing.T) {
	p := newPlace(t)
	p.open("ada")
	p.open("eve")
	a := &app{env: p.variable("eve")}
	if err := a.settings.fill(a.env); err != nil {
		t.Fatal(err)
	}
	eve, err := a.settings.key(mustName("eve"))
	if err != nil || eve == nil {
		t.Fatal("eve has no key", err)
	}
	c, err := client.New(p.address, client.Options{Retries: -1})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.RecoverByKey(t.Context(), mustName("ada"), eve, "a password of eve's"); schema.KindOf(err) != schema.Unauthenticated {
		t.Errorf("eve's key opens ada's account: %v", err)
	}
	old := schema.Recovery{Account: mustName("eve"), Origin: "elsewhere", Password: schema.DigestOf([]byte("a password of eve's")), Time: schema.TimeOf(time.Now())}
	if _, err := schema.EncodeRecovery(old); err != nil {
		t.Error(err)
	}
	if err := c.RecoverByKey(t.Context(), mustName("eve"), eve, "a password of eve's"); err != nil {
		t.Errorf("her own: %v", err)
	}
}

func mustName(text string) schema.Name {
	n, err := schema.ParseName(text)
	if err != nil {
		panic(err) // it is written in the test
	}
	return n
}
