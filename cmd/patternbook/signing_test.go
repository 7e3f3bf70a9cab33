package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/patternbook/patternbook/client"
	"github.com/patternbook/patternbook/schema"
)

// TestKeyRefused: where the registry takes no key, login works all the same, and the
// key that is here stays.
func TestKeyRefused(t *testing.T) {
	p := newPlace(t)
	p.open("ada")
	stored, err := os.ReadFile(filepath.Join(p.homes, "ada", "keys.json"))
	if err != nil {
		t.Fatal(err)
	}
	if got := p.as("ada", "key", "add", "--name", strings.Repeat("x", 200)); got.status != exitFailed {
		t.Fatalf("a name that is too long: %d %s", got.status, got.out)
	}
	if after, err := os.ReadFile(filepath.Join(p.homes, "ada", "keys.json")); err != nil || string(after) != string(stored) {
		t.Errorf("after a refusal the keys are %s (%v), they were %s", after, err, stored)
	}
	keys := into[[]schema.KeyAnswer](t, p.as("ada", "key", "list", "--json"))
	if len(keys) != 1 || keys[0].Name != "" {
		t.Errorf("the keys are %+v, want one, which does not tell the machine's name to everybody", keys)
	}
	p.with("ada-2", "a password for ada\n", "login", "--account", "ada", "--password-stdin", "--no-key").ok(t)
	if keys := into[[]schema.KeyAnswer](t, p.as("ada-2", "key", "list", "--json")); len(keys) != 1 {
		t.Errorf("login --no-key makes the keys %+v", keys)
	}
	broken := filepath.Join(p.homes, "ada-3")
	if err := os.MkdirAll(filepath.Join(broken, "keys.json"), 0o700); err != nil { // a folder in its place
		t.Fatal(err)
	}
	if got := p.with("ada-3", "a password for ada\n", "login", "--account", "ada", "--password-stdin").ok(t); !strings.Contains(got.err, "not signed") {
		t.Errorf("a login without a key says %q", got.err)
	}
}

// TestVerifyWithoutUs checks a signature by the commands of docs/signatures.md, with
// no code of ours.
func TestVerifyWithoutUs(t *testing.T) {
	for _, program := range []string{"bash", "curl", "jq", "openssl"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not here", program)
		}
	}
	p := newPlace(t)
	p.open("ada")
	p.as("ada", "publish", hook(t), "--as", "ada/hook").ok(t)
	v := into[client.Verification](t, p.as("", "verify", "ada/hook", "--json"))
	docs, err := os.ReadFile("../../docs/signatures.md")
	if err != nil {
		t.Fatal(err)
	}
	_, told, _ := strings.Cut(string(docs), "## Verify without us\n")
	var lines []string
	for line := range strings.Lines(told) {
		if command, ok := strings.CutPrefix(line, "    "); ok {
			lines = append(lines, strings.ReplaceAll(command, "https://registry.example", p.address))
		}
	}
	if len(lines) == 0 {
		t.Fatal("docs/signatures.md does not tell how to verify")
	}
	last := len(lines) - 1
	for what, test := range map[string]struct {
		spoil string
		want  bool
	}{
		"as published": {"true\n", true}, "another document": {"printf x >> signed\n", false}, "another key": {"{ head -c 12 key.der; printf '%032d' 0; } > other && mv other key.der\n", false},
	} {
		script := strings.Join(lines[:last], "") + test.spoil + lines[last]
		c := exec.CommandContext(t.Context(), "bash", "-eu", "-o", "pipefail", "-c", script)
		c.Dir, c.Env = t.TempDir(), append(os.Environ(), "D="+v.Digest.String(), "no_proxy=127.0.0.1")
		out, err := c.CombinedOutput()
		if verified := err == nil && strings.Contains(string(out), "Verified Successfully"); verified != test.want {
			t.Errorf("%s: the commands of docs/signatures.md say %s (%v)", what, out, err)
		}
	}
}

// TestKeyOfWorkflow: a program signs with a token and a key that others have made.
func TestKeyOfWorkflow(t *testing.T) {
	p := newPlace(t)
	p.open("ada")
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(write(t, "workflow.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))), "workflow.pem")
	public := schema.PublicKeyOf(private)
	at := hook(t)
	token := strings.TrimSpace(p.as("ada", "token", "create", "--scope", "publish").ok(t).out)
	workflow := map[string]string{"PATTERNBOOK_TOKEN": token, "PATTERNBOOK_KEY": file}

	p.env = workflow
	if got := p.as("ci", "publish", at, "--as", "ada/hook"); got.status != exitFailed || !strings.Contains(got.err, "has no key "+public.ID().String()) {
		t.Errorf("by a key that the account has not: %d %s", got.status, got.err)
	}
	if got := p.as("ci", "key", "add", public.String()); got.status != exitFailed {
		t.Error("a token for publishing adds a key")
	}
	p.env = nil
	p.as("ada", "key", "add", public.String(), "--name", "workflow").ok(t)
	p.as("ada", "key", "demand", "ada").ok(t)
	p.env = workflow
	p.as("ci", "publish", at, "--as", "ada/hook").ok(t)
	if v := into[client.Verification](t, p.as("ci", "verify", "ada/hook", "--json")); v.Key == nil || v.Key.Key != public || v.Key.Name != "workflow" {
		t.Errorf("the release is signed by %+v", v.Key)
	}
	for what, wrong := range map[string]string{"no key": filepath.Join(at, "README.md"), "no file": file + ".missing"} {
		p.env = map[string]string{"PATTERNBOOK_TOKEN": token, "PATTERNBOOK_KEY": wrong}
		if got := p.as("ci", "publish", at, "--as", "ada/hook"); got.status != exitFailed || !strings.Contains(got.err, "PATTERNBOOK_KEY") {
			t.Errorf("%s: %d %s", what, got.status, got.err)
		}
	}
}
