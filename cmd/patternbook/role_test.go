package main

import (
	"strings"
	"testing"
)

// TestAdministrator goes the way of one who looks after a registry from elsewhere.
func TestAdministrator(t *testing.T) {
	p := newPlace(t)
	for _, who := range []string{"carol", "keeper", "mallory"} {
		p.open(who)
	}
	p.as("mallory", "publish", hook(t), "--as", "mallory/hook").ok(t)
	p.as("", "report", "mallory/hook@1.0.0", "--text", "It falls off.").ok(t)
	quarantine := []string{"admin", "quarantine", "mallory/hook@1.0.0", "--reason", "It falls off."}
	if got := p.as("carol", append(quarantine, "--yes")...); got.status != exitFailed || !strings.Contains(got.err, "its administrators may") {
		t.Errorf("anybody puts under quarantine: %d %s", got.status, got.err)
	}
	if got := p.as("", quarantine...); got.status == exitDone {
		t.Error("nobody puts under quarantine")
	}

	role := []string{"admin", "role", "set", "carol", "administrator", "--as", "keeper", "--reason", "Known to us.", "--data", p.data}
	p.mustSay("", role, "carol: none, becomes administrator", "nothing was done")
	p.mustSay("", append(role, "--yes"), "done, by the document")
	p.mustSay("", []string{"admin", "role", "list", "--data", p.data}, "carol  administrator  Known to us.")
	if got := p.as("", "admin", "role", "set", "carol", "king", "--as", "keeper", "--reason", "x", "--data", p.data); got.status != exitUsage {
		t.Errorf("a role that there is not gives %d %s", got.status, got.err)
	}

	p.mustSay("carol", []string{"admin", "reports"}, "It falls off.", "mallory/hook@1.0.0")
	p.mustSay("carol", quarantine, "nothing was done", "mallory/hook@1.0.0: releases that contain it: 0")
	p.mustSay("carol", append(quarantine, "--yes"), "quarantine: done")
	p.mustSay("carol", []string{"admin", "suspend", "mallory", "--reason", "Again.", "--yes"}, "suspend: done")
	p.mustSay("carol", []string{"admin", "lift", "mallory", "--reason", "Sorry.", "--yes"}, "mallory: suspend, because: Again.", "lift: done")
	p.mustSay("carol", []string{"admin", "reports", "--close", "1"}, "closed")
	if got := p.mustSay("carol", []string{"admin", "reports"}); got != "" {
		t.Errorf("the report is open still: %s", got)
	}
	p.mustSay("", []string{"show", "mallory/hook@1.0.0"}, "under quarantine")
	if got := p.as("carol", append(quarantine, "--as", "keeper")...); got.status != exitUsage || !strings.Contains(got.err, "you are carol") {
		t.Errorf("carol acts as keeper: %d %s", got.status, got.err)
	}
	if got := p.as("carol", "admin", "redact", "sha256:"+strings.Repeat("0", 64), "--as", "carol", "--reason", "x"); got.status != exitFailed || !strings.Contains(got.err, "there is no registry in") {
		t.Errorf("carol redacts: %d %s", got.status, got.err)
	}

	// The audit is written once a second; stopping writes what waits.
	p.stop()
	p.start() // at another address
	p.with("carol", "a password for carol\n", "login", "--account", "carol", "--password-stdin", "--no-key").ok(t)
	if got := p.mustSay("carol", []string{"admin", "audit", "--limit", "2"}); strings.Count(got, "\n") != 2 {
		t.Errorf("the audit is\n%s", got)
	}
	p.mustSay("carol", []string{"admin", "audit", "--account", "carol", "--json"}, `"operation":"POST /v1/moderations"`, `"status":201`)
	token := strings.TrimSpace(p.mustSay("carol", []string{"token", "create", "--scope", "admin"}))
	if got := p.withToken(token, "admin", "audit", "--account", "mallory"); !strings.Contains(got.out, "mallory/hook") {
		t.Errorf("with a token the audit is %d %s %s", got.status, got.out, got.err)
	}
	p.mustSay("", []string{"admin", "role", "set", "carol", "none", "--as", "keeper", "--reason", "On leave.", "--data", p.data, "--yes"}, "carol: administrator, becomes none")
	if got := p.as("carol", "admin", "reports"); got.status != exitFailed {
		t.Error("who was dismissed still reads reports")
	}
}
