package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/patternbook/patternbook/client"
	"github.com/patternbook/patternbook/schema"
)

// TestSignAndVerify signs with the key that login has made, and loses it.
func TestSignAndVerify(t *testing.T) {
	p := newPlace(t)
	p.open("ada")
	info, err := os.Stat(filepath.Join(p.homes, "ada", "keys.json"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the key is stored with the rights %v (%v)", info.Mode(), err)
	}
	folder := hook(t)
	p.as("ada", "publish", folder, "--as", "ada/hook").ok(t)
	first := into[client.Verification](t, p.as("", "verify", "ada/hook", "--json"))
	if first.Key == nil || first.Author.String() != "ada" {
		t.Fatalf("the release is signed by %+v", first)
	}
	if got := p.as("", "verify", "ada/hook", "--signed").ok(t).out; !strings.Contains(got, "signed by ada with the key "+first.Key.ID.String()) {
		t.Errorf("verify says %s", got)
	}
	if got := p.as("", "verify", "ada/hook", folder).ok(t).out; !strings.Contains(got, "all 3 files in the folder are those of the release") {
		t.Errorf("verify of the folder says %s", got)
	}
	kept := filepath.Join(t.TempDir(), "proof")
	p.as("", "verify", "ada/hook", "--save", kept).ok(t)
	nowhere := []string{"verify", "--registry", "http://127.0.0.1:1", "--proof", kept}
	if got := p.as("", append(nowhere, folder, "--key", first.Key.Key.String())...).ok(t).out; !strings.Contains(got, "all 3 files") || !strings.Contains(got, "signed by ada") {
		t.Errorf("verify without a network says %s", got)
	}
	if got := p.as("", append(nowhere, "--key", "ed25519:other")...); got.status != exitFailed || !strings.Contains(got.err, "and not by ed25519:other") {
		t.Errorf("verify by another key gives %d %s", got.status, got.err)
	}
	proof, err := os.ReadFile(kept)
	if err != nil {
		t.Fatal(err)
	}
	for what, forged := range map[string]string{
		"another text": strings.Replace(string(proof), `"function":`, `"function": "Holds.", "functions":`, 1), "another place": strings.Replace(string(proof), `"ledger_index": `, `"ledger_index": -`, 1),
		"another author": strings.Replace(string(proof), `"account": "ada"`, `"account": "bob"`, 1), "nothing": "{}", "no proof": "no",
	} {
		if err := os.WriteFile(kept, []byte(forged), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := p.as("", nowhere...); got.status != exitFailed || forged == string(proof) {
			t.Errorf("a proof with %s gives %d %s", what, got.status, got.out)
		}
	}
	if got := p.as("", "verify", "ada/hook", t.TempDir()); got.status != exitFailed || !strings.Contains(got.err, "it is not there") {
		t.Errorf("verify of another folder gives %d %s", got.status, got.err)
	}
	// Another login on the same machine goes on with the same key.
	p.with("ada", "a password for ada\n", "login", "--account", "ada", "--password-stdin").ok(t)
	if got := p.as("ada", "key", "list").ok(t).out; strings.Count(got, "ed25519:") != 1 || !strings.Contains(got, "on this machine") {
		t.Errorf("after another login the keys are\n%s", got)
	}

	p.as("ada", "key", "revoke", first.Key.ID.String()).ok(t)
	if got := p.as("", "verify", "ada/hook").ok(t).out; !strings.Contains(got, "the key was revoked later") {
		t.Errorf("of what was signed before, verify says %s", got)
	}
	overwrite(t, filepath.Join(folder, "okh.toml"), strings.Replace(hookManifest, "1.0.0", "1.1.0", 1))
	p.as("ada", "publish", folder, "--as", "ada/hook").ok(t) // there is no key here any more
	if got := p.as("", "verify", "ada/hook@1.1.0").ok(t).out; !strings.Contains(got, "has not signed it") {
		t.Errorf("of what is not signed, verify says %s", got)
	}
	if got := p.as("", "verify", "ada/hook@1.1.0", "--signed"); got.status != exitFailed {
		t.Error("verify --signed takes what is not signed")
	}

	p.as("ada", "key", "demand", "ada").ok(t)
	overwrite(t, filepath.Join(folder, "okh.toml"), strings.Replace(hookManifest, "1.0.0", "1.2.0", 1))
	if got := p.as("ada", "publish", folder, "--as", "ada/hook"); got.status != exitFailed || !strings.Contains(got.err, "demands that everything is signed") {
		t.Errorf("unsigned where signatures are demanded: %d %s", got.status, got.err)
	}
	p.as("ada", "key", "add", "--name", "new laptop").ok(t)
	p.as("ada", "publish", folder, "--as", "ada/hook").ok(t)
	second := into[client.Verification](t, p.as("", "verify", "ada/hook@1.2.0", "--json"))
	if second.Key == nil || second.Key.ID == first.Key.ID || second.Key.Name != "new laptop" {
		t.Errorf("the next release is signed by %+v", second.Key)
	}
	p.as("ada", "batch", "register", "ada/hook@1.2.0", "--as", "ada", "--batch", "LOT-1", "--quantity", "1", "--conformance", "as_designed").ok(t)
	p.as("ada", "yank", "ada/hook@1.1.0").ok(t)
	p.as("ada", "key", "demand", "ada", "--off").ok(t)
	if keys := into[[]schema.KeyAnswer](t, p.as("", "key", "list", "ada", "--json")); len(keys) != 2 || keys[0].Until == 0 || keys[1].Until != 0 {
		t.Errorf("the keys are %+v", keys)
	}
}
