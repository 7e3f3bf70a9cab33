package main

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/patternbook/patternbook/schema"
)

// TestOrganisation goes the way of a cooperative: opened, joined, published for,
// made for, and left.
func TestOrganisation(t *testing.T) {
	p := newPlace(t)
	for _, who := range []string{"ada", "bob", "eve"} {
		p.open(who)
	}
	p.as("ada", "org", "create", "lamp-lab", "--display-name", "Lamp lab").ok(t)
	if got := p.as("ada", "org", "invite", "lamp-lab", "bob", "--role", "publisher").ok(t).out; !strings.Contains(got, "patternbook org accept lamp-lab") {
		t.Errorf("invite says %s", got)
	}
	if got := p.as("bob", "publish", hook(t), "--as", "lamp-lab/hook"); got.status != exitFailed || !strings.Contains(got.err, "bob cannot publish as lamp-lab") {
		t.Errorf("before he has accepted, publish gives %d %s", got.status, got.err)
	}
	if got := p.as("bob", "org", "members").ok(t).out; !strings.Contains(got, "lamp-lab") || !strings.Contains(got, "invited") {
		t.Errorf("bob's memberships are %s", got)
	}
	p.as("bob", "org", "accept", "lamp-lab").ok(t)
	p.as("bob", "publish", hook(t), "--as", "lamp-lab/hook").ok(t)
	p.as("ada", "publish", hook(t), "--as", "lamp-lab/hook").ok(t) // the same again, by another member
	if got := p.as("bob", "yank", "lamp-lab/hook@1.0.0"); got.status != exitFailed {
		t.Error("a publisher has yanked a release")
	}
	p.as("ada", "yank", "lamp-lab/hook@1.0.0").ok(t)
	p.as("ada", "unyank", "lamp-lab/hook@1.0.0").ok(t)
	register := []string{"batch", "register", "lamp-lab/hook@1.0.0", "--as", "lamp-lab", "--batch", "LOT-1", "--quantity", "2", "--serials", "H-{1..2}", "--conformance", "as_designed"}
	if got := p.as("bob", register...); got.status != exitFailed {
		t.Error("a publisher has registered a batch")
	}
	p.as("ada", "org", "invite", "lamp-lab", "eve", "--role", "maker").ok(t)
	p.as("eve", "org", "accept", "lamp-lab").ok(t)
	p.as("eve", register...).ok(t)
	if got := p.as("", "org", "members", "lamp-lab").ok(t).out; strings.Count(got, "accepted") != 3 {
		t.Errorf("the members are %s", got)
	}
	p.as("eve", "org", "leave", "lamp-lab").ok(t)
	p.as("ada", "org", "remove", "lamp-lab", "bob").ok(t)
	if got := p.as("ada", "org", "leave", "lamp-lab"); got.status != exitFailed || !strings.Contains(got.err, "last owner") {
		t.Errorf("the last owner leaves: %d %s", got.status, got.err)
	}
	if got := p.as("ada", "org", "invite", "lamp-lab", "bob", "--role", "boss"); got.status != exitUsage {
		t.Errorf("a role that there is not gives %d %s", got.status, got.err)
	}
}

// withToken runs a command as a program that has but a token.
func (p *place) withToken(token string, args ...string) result {
	var out, problems bytes.Buffer
	env := p.variable("robot")
	a := &app{in: strings.NewReader(""), out: &out, err: &problems, env: func(name string) string {
		if name == "PATTERNBOOK_TOKEN" {
			return token
		}
		return env(name)
	}}
	status := a.run(context.Background(), args)
	return result{out.String(), problems.String(), status}
}

// TestTokens makes a token for a workflow, which may do that and nothing else.
func TestTokens(t *testing.T) {
	p := newPlace(t)
	p.open("ada")
	token := strings.TrimSpace(p.as("ada", "token", "create", "--label", "release workflow", "--scope", "publish", "--name", "ada/hook*", "--ends", "90d").ok(t).out)
	if !strings.HasPrefix(token, "pbk_") {
		t.Fatalf("the token is %q", token)
	}
	p.withToken(token, "publish", hook(t), "--as", "ada/hook").ok(t)
	for _, refused := range []string{
		"publish " + hook(t) + " --as ada/other", "token create", "token list", "org create lamp-lab",
		"batch register ada/hook@1.0.0 --as ada --batch LOT-1 --quantity 1 --conformance as_designed",
	} {
		if got := p.withToken(token, strings.Fields(refused)...); got.status != exitFailed || !strings.Contains(got.err, "this token is not for that") {
			t.Errorf("%s gives %d %s", refused, got.status, got.err)
		}
	}
	list := into[schema.TokenList](t, p.as("ada", "token", "list", "--json"))
	if len(list.Tokens) != 2 || list.Tokens[0].Label != "release workflow" || list.Tokens[0].Used.IsZero() || list.Tokens[0].Ends.IsZero() || list.Tokens[0].Secret != "" {
		t.Fatalf("the tokens are %+v", list.Tokens)
	}
	if got := p.as("ada", "token", "list").ok(t).out; !strings.Contains(got, "publish ada/hook*") || !strings.Contains(got, "everything") || strings.Contains(got, token) {
		t.Errorf("the list is\n%s", got)
	}
	p.as("ada", "token", "revoke", list.Tokens[0].ID).ok(t)
	if got := p.withToken(token, "whoami"); got.status != exitFailed {
		t.Error("a revoked token is good")
	}
	for _, wrong := range []string{"--scope everything", "--name ada", "--name ada/*/x", "--ends soon"} {
		if got := p.as("ada", append([]string{"token", "create"}, strings.Fields(wrong)...)...); got.status == exitDone {
			t.Errorf("token create %s makes a token", wrong)
		}
	}
}
