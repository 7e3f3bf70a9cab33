package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/patternbook/patternbook/client"
	"github.com/patternbook/patternbook/schema"
)

// write makes a design's folder of the files given as path and text.
func write(t *testing.T, files ...string) string {
	t.Helper()
	dir := t.TempDir()
	for i := 0; i < len(files); i += 2 {
		path := filepath.Join(dir, files[i])
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(files[i+1]), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const hookManifest = `okhv = "2.4"
name = "Wall Hook"
version = "1.0.0"
repo = "https://example.org/hook"
license = "CERN-OHL-P-2.0"
licensor = "Ada"
function = "Holds a coat."
documentation-language = "en"
readme = "README.md"
bom = "bom.csv"
`

func hook(t *testing.T) string {
	return write(t, "okh.toml", hookManifest, "README.md", "# Wall hook\n", "bom.csv", "Item,Name,Quantity\n1,Hook,1\n2,Screw 4 x 30,2\n")
}

func TestExitStatus(t *testing.T) {
	p := newPlace(t)
	for _, test := range []struct {
		args string
		want int
	}{
		{"search", exitDone},
		{"whoami", exitFailed},
		{"show ada/nothing", exitFailed},
		{"check /does/not/exist", exitFailed},
		{"", exitDone}, // help
		{"frobnicate", exitUsage},
		{"show", exitUsage},
		{"show a b", exitUsage},
		{"get ada/lamp --nonsense", exitUsage},
		{"publish .", exitUsage}, // --as is missing
		{"bom ada/lamp --format pdf", exitUsage},
		{"bom ada/lamp --units many", exitUsage},
		{"batch", exitUsage},
		{"yank ada/lamp", exitUsage}, // not exact
	} {
		got := p.as("nobody", strings.Fields(test.args)...)
		if got.status != test.want {
			t.Errorf("patternbook %s: exit status %d, want %d; %s", test.args, got.status, test.want, got.err)
		}
		if test.want != exitDone && (got.err == "" || got.out != "") {
			t.Errorf("patternbook %s: an error belongs on standard error alone; got %q and %q", test.args, got.out, got.err)
		}
	}
}

func TestErrorsSayWhatWouldBeRight(t *testing.T) {
	p := newPlace(t)
	p.open("ada")
	for _, test := range []struct {
		args []string
		kind schema.Kind
		want string
	}{
		{[]string{"show", "Ada/Lamp"}, schema.Invalid, "lower-case letters"},
		{[]string{"show", "lamp"}, schema.Invalid, "owner/name"},
		{[]string{"show", "ada/lamp@one"}, schema.Invalid, "@1.2.0"},
		{[]string{"show", "ada/lamp@sha256:12"}, schema.Invalid, "64 lower-case hex digits"},
		{[]string{"trace", "coop"}, schema.Invalid, "maker/serial"},
		{[]string{"batch", "register", "ada/lamp", "--as", "ada", "--batch", "L", "--quantity", "3", "--serials", "A-{9..1}"}, schema.Invalid, "lower number first"},
		{[]string{"publish", hook(t), "--as", "eve/hook"}, schema.Forbidden, "eve"},
		{[]string{"publish", hook(t), "--as", "ada/hook", "--version", "banana"}, schema.Invalid, "three numbers"},
		{[]string{"publish", t.TempDir(), "--as", "ada/hook"}, schema.NotFound, "patternbook init"},
		{[]string{"login", "--account", "admin", "--create", "--password-stdin"}, schema.Invalid, "kept for the registry"},
	} {
		got := p.with("ada", "a long password\n", append(test.args, "--json")...)
		var problem schema.Problem
		if err := json.Unmarshal([]byte(got.err), &problem); err != nil {
			t.Errorf("%v: the error is no problem object: %s", test.args, got.err)
			continue
		}
		if problem.Err().Kind != test.kind || !strings.Contains(got.err, test.want) {
			t.Errorf("%v: got %s, want kind %s and %q", test.args, got.err, test.kind, test.want)
		}
	}
}

func TestLogin(t *testing.T) {
	p := newPlace(t)
	p.open("ada")
	if got := p.as("ada", "whoami").ok(t); !strings.HasPrefix(got.out, "ada at ") {
		t.Errorf("whoami says %q", got.out)
	}
	if got := p.with("other", "not the password\n", "login", "--account", "ada", "--password-stdin"); got.status != exitFailed {
		t.Errorf("a wrong password logs in: %s", got.out)
	}
	info, err := os.Stat(filepath.Join(p.homes, "ada", "logins.json"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the stored login can be read by others: %v %v", info.Mode(), err)
	}
	p.as("ada", "logout").ok(t)
	if got := p.as("ada", "whoami"); got.status != exitFailed {
		t.Errorf("after logout whoami says %q", got.out)
	}
	p.with("ada", "a password for ada\n", "login", "--account", "ada", "--password-stdin").ok(t)
	if got := p.with("eve", "a password of mine\n", "login", "--account", "a-da", "--create", "--password-stdin"); got.status != exitFailed {
		t.Errorf("a name that is mistaken for ada's was opened")
	}
}

func TestPublishSameAndOther(t *testing.T) {
	p := newPlace(t)
	p.open("ada")
	dir := hook(t)
	first := into[client.PublishResult](t, p.as("ada", "publish", dir, "--as", "ada/hook", "--json"))
	again := into[client.PublishResult](t, p.as("ada", "publish", dir, "--as", "ada/hook", "--json"))
	if first.Digest != again.Digest || first.LedgerIndex != again.LedgerIndex {
		t.Errorf("the same again is %s at %d, not %s at %d", again.Digest, again.LedgerIndex, first.Digest, first.LedgerIndex)
	}
	if err := os.WriteFile(filepath.Join(dir, "README.md"), []byte("# Other\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	other := p.as("ada", "publish", dir, "--as", "ada/hook")
	if other.status != exitFailed || !strings.Contains(other.err, "exists already") {
		t.Errorf("other content under the same version: %d %s", other.status, other.err)
	}
	next := into[client.PublishResult](t, p.as("ada", "publish", dir, "--as", "ada/hook", "--version", "v1.1", "--json"))
	if next.Version.String() != "1.1.0" {
		t.Errorf("v1.1 became %s", next.Version)
	}
	type shown struct{ Release schema.Release }
	a := into[shown](t, p.as("", "show", "ada/hook@1.0.0", "--json")).Release
	b := into[shown](t, p.as("", "show", "ada/hook@1.1.0", "--json")).Release
	if a.Hardware != b.Hardware {
		t.Errorf("releases that differ only in their readme are other hardware: %s and %s", a.Hardware, b.Hardware)
	}
	p.as("ada", "yank", "ada/hook@1.1.0", "--reason", "typing error").ok(t)
	if got := into[shown](t, p.as("", "show", "ada/hook", "--json")).Release.Version.String(); got != "1.0.0" {
		t.Errorf("a yanked release is still the latest: %s", got)
	}
}

func TestCheckTellsEverything(t *testing.T) {
	dir := write(t, "okh.toml", `okhv = "2.4"
name = "Bad"
version = "x.y"
license = "CC-BY-NC-4.0"
licensor = "Eve <eve@example.org>"
function = "Nothing."
bom = "../outside.csv"
readme = "/README.md"
`, "README.md", "#\n")
	a := &app{in: strings.NewReader(""), out: &bytes.Buffer{}, err: io.Discard, env: func(string) string { return t.TempDir() }}
	status := a.run(context.Background(), []string{"check", dir, "--json"})
	var check client.Check
	if err := json.Unmarshal(a.out.(*bytes.Buffer).Bytes(), &check); err != nil {
		t.Fatal(err)
	}
	if status != exitFailed {
		t.Errorf("exit status %d, want %d", status, exitFailed)
	}
	for _, field := range []string{"version", "license", "bom"} {
		if !slices.ContainsFunc(check.Findings, func(f schema.Finding) bool {
			return strings.HasPrefix(f.Field, field) && f.File == "okh.toml" && f.Line > 0 || f.Field == field && f.Code == "version-missing"
		}) {
			t.Errorf("nothing is said of %s with its line: %+v", field, check.Findings)
		}
	}
	for _, f := range check.Files {
		if f.Path == "README.md" && f.Role != schema.RoleReadme {
			t.Errorf("a leading slash is not the design's root: README.md has the role %s", f.Role)
		}
	}
	if out := a.out.(*bytes.Buffer).String(); strings.Contains(out, "eve@example.org") {
		t.Errorf("an e-mail address is in the answer: %s", out)
	}
}

func TestInitNeverOverwrites(t *testing.T) {
	p := newPlace(t)
	dir := write(t, "bom.csv", "Item,Name,Quantity\n1,Hook,1\n", "readme.md", "#\n")
	p.as("", "init", dir, "--licence", "CERN-OHL-P-2.0", "--name", "Hook", "--bom", "bom.csv").ok(t)
	if got := p.as("", "init", dir, "--licence", "CERN-OHL-P-2.0"); got.status != exitFailed {
		t.Error("init overwrote a manifest")
	}
	check := into[client.Check](t, p.as("", "check", dir, "--json"))
	if check.BOM == nil || check.BOM.Summary.Lines != 1 || check.Manifest.Licences.Hardware != "CERN-OHL-P-2.0" {
		t.Errorf("what init wrote reads as %+v", check.Manifest)
	}
	if got := p.as("", "init", t.TempDir(), "--licence", "CC-BY-NC-4.0"); got.status != exitFailed {
		t.Error("init took a licence that is not open")
	}
}

func TestReindex(t *testing.T) {
	p := newPlace(t)
	p.open("ada")
	p.as("ada", "publish", hook(t), "--as", "ada/hook").ok(t)
	if got := p.as("", "reindex", "--data", p.data); got.status != exitFailed || !strings.Contains(got.err, "stop it first") {
		t.Errorf("reindex of a registry that runs: %d %s", got.status, got.err)
	}
	if got := p.as("", "reindex", "--data", t.TempDir()); got.status != exitFailed || !strings.Contains(got.err, "no registry") {
		t.Errorf("reindex of nothing: %d %s", got.status, got.err)
	}
	p.stop()
	if got := p.as("", "reindex", "--data", p.data).ok(t).out; got != "4 entries indexed\n" {
		t.Errorf("reindex says %q", got)
	}
}

// TestSecretsArePrivate looks at who may read the file with passwords and keys.
func TestSecretsArePrivate(t *testing.T) {
	p := newPlace(t)
	info, err := os.Stat(filepath.Join(p.data, "ledger.db"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("ledger.db has the rights %v (%v), want 0600", info.Mode(), err)
	}
}
