package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// mustSay runs a command that succeeds, and checks that it says each of the texts.
func (p *place) mustSay(user string, args []string, texts ...string) string {
	p.t.Helper()
	got := p.as(user, args...).ok(p.t).out
	for _, text := range texts {
		if !strings.Contains(got, text) {
			p.t.Errorf("%s says nothing of %q:\n%s", strings.Join(args, " "), text, got)
		}
	}
	return got
}

// TestTransfer goes the way of a design that is renamed and given away, and of those
// who use it under its first name.
func TestTransfer(t *testing.T) {
	p := newPlaceWith(t, map[string]string{"PATTERNBOOK_TRANSFER_WAIT": "0"})
	for _, who := range []string{"ada", "bob"} {
		p.open(who)
	}
	p.as("ada", "publish", hook(t), "--as", "ada/hook").ok(t)
	rack := write(t, "okh.toml", strings.Replace(hookManifest, "Wall Hook", "Rack", 1)+"\n[[assembly]]\nline = \"1\"\nrelease = \"ada/hook@1.0.0\"\n", "README.md", "# Rack\n",
		"bom.csv", "POS,NAME,UNITS,TYPE\n1,Hook,4,MOSH\n")
	p.as("ada", "publish", rack, "--as", "ada/rack").ok(t)
	p.as("bob", "batch", "register", "ada/hook@1.0.0", "--as", "bob", "--batch", "LOT-1", "--quantity", "2", "--serials", "H-{1..2}", "--conformance", "as_designed").ok(t)
	p.mustSay("ada", []string{"rename", "ada/hook", "wall-hook"}, "ada/hook is ada/wall-hook now")
	p.mustSay("ada", []string{"transfer", "offer", "ada/wall-hook", "--to", "bob", "--name", "peg"}, "patternbook transfer accept ada/wall-hook")
	p.mustSay("bob", []string{"whoami"}, "bob at", "ada/wall-hook", "bob/peg", "offered")
	if got := p.as("ada", "transfer", "accept", "ada/wall-hook"); got.status != exitFailed || !strings.Contains(got.err, "ada cannot take over") {
		t.Errorf("ada accepts her own: %d %s", got.status, got.err)
	}
	p.mustSay("bob", []string{"transfer", "accept", "ada/wall-hook"}, "patternbook transfer complete ada/wall-hook")
	p.mustSay("ada", []string{"transfer", "list"}, "accepted")
	p.mustSay("bob", []string{"transfer", "complete", "ada/hook"}, "ada/hook is bob/peg now") // by any of its names
	p.mustSay("", []string{"transfer", "list", "ada"}, "no transfer is under way")

	for _, name := range []string{"ada/hook", "ada/wall-hook", "bob/peg"} {
		folder := filepath.Join(t.TempDir(), "got")
		p.mustSay("", []string{"get", name, "-o", folder}, "every digest verified")
		p.mustSay("", []string{"show", name + "@1.0.0"}, "bob/peg", "published as", "ada/hook")
		p.mustSay("", []string{"bom", name}, "Screw")
		p.mustSay("", []string{"where-used", name}, "ada/rack")
		p.mustSay("", []string{"verify", name + "@1.0.0", folder}, "signed by ada")
	}
	p.mustSay("", []string{"trace", "bob/H-1"}, "bob/peg")
	p.mustSay("", []string{"bom", "ada/rack", "--view", "flat"}, "Screw")
	p.mustSay("", []string{"search", "hook"}, "bob/peg")
	p.as("", "get", "bob/peg", "-o", filepath.Join(t.TempDir(), "new")).ok(t)
	p.as("bob", "yank", "ada/hook@1.0.0").ok(t)
	if got := p.as("ada", "unyank", "bob/peg@1.0.0"); got.status != exitFailed {
		t.Error("ada still says what holds of bob's")
	}
	p.as("bob", "unyank", "bob/peg@1.0.0").ok(t)
	if got := p.as("ada", "publish", hook(t), "--as", "ada/hook", "--version", "1.1.0"); got.status != exitFailed || !strings.Contains(got.err, "ada/hook is called bob/peg now") {
		t.Errorf("publishing under the old name gives %d %s", got.status, got.err)
	}
	p.as("bob", "publish", hook(t), "--as", "bob/peg", "--version", "1.1.0").ok(t)
	p.mustSay("", []string{"show", "ada/hook"}, "1.1.0")
	p.mustSay("", []string{"bom", "ada/rack", "--view", "tree", "--stop", "bob/peg"}, "Hook")
}

func TestTransferOfAnOrganisation(t *testing.T) {
	p := newPlaceWith(t, map[string]string{"PATTERNBOOK_TRANSFER_WAIT": "0"})
	for _, who := range []string{"ada", "bob"} {
		p.open(who)
	}
	p.as("ada", "org", "create", "lamp-lab").ok(t)
	p.as("ada", "transfer", "offer", "lamp-lab", "--to", "bob", "--leave").ok(t)
	p.mustSay("bob", []string{"transfer", "stop", "lamp-lab"}, "stopped")
	p.as("ada", "transfer", "offer", "lamp-lab", "--to", "bob", "--leave").ok(t)
	p.as("bob", "transfer", "accept", "lamp-lab").ok(t)
	p.mustSay("bob", []string{"transfer", "complete", "lamp-lab"}, "bob is an owner of lamp-lab")
	if got := p.mustSay("", []string{"org", "members", "lamp-lab"}, "bob"); strings.Contains(got, "ada") {
		t.Errorf("ada has not left:\n%s", got)
	}
	for _, wrong := range [][]string{{"transfer"}, {"transfer", "offer", "lamp-lab"}, {"transfer", "offer", "bob/lamp", "--to", "ada", "--leave"}, {"rename", "bob/lamp"}} {
		if got := p.as("bob", wrong...); got.status != exitUsage {
			t.Errorf("%s gives %d %s", fmt.Sprint(wrong), got.status, got.err)
		}
	}
}
