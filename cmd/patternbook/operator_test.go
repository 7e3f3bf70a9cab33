package main

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/patternbook/patternbook/artifacts/s3/s3test"
	"github.com/patternbook/patternbook/client"
	"github.com/patternbook/patternbook/schema"
)

// artifactFile is where a folder keeps the artifact.
func artifactFile(folder, bytes string) string {
	h := schema.DigestOf([]byte(bytes)).Hex()
	return filepath.Join(folder, "sha256", h[:2], h)
}

// overwrite replaces a file that nobody may write.
func overwrite(t *testing.T, path, bytes string) {
	t.Helper()
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(bytes), 0o600); err != nil {
		t.Fatal(err)
	}
}

const hookReadme = "# Wall hook\n"

// inBoth runs a test while the registry runs, and while it rests.
func inBoth(t *testing.T, do func(*testing.T, *place)) {
	for name, runs := range map[string]bool{"running": true, "resting": false} {
		t.Run(name, func(t *testing.T) {
			p := newPlaceWith(t, map[string]string{"PATTERNBOOK_GRACE": "0"})
			p.open("ada")
			p.as("ada", "publish", hook(t), "--as", "ada/hook").ok(t)
			if !runs {
				p.stop()
			}
			do(t, p)
		})
	}
}

func TestCollect(t *testing.T) {
	inBoth(t, func(t *testing.T, p *place) {
		stray := artifactFile(filepath.Join(p.data, "artifacts"), "nobody names this")
		if err := os.MkdirAll(filepath.Dir(stray), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(stray, []byte("nobody names this"), 0o444); err != nil {
			t.Fatal(err)
		}
		if got := p.as("", "gc", "--dry-run", "--data", p.data).ok(t).out; !strings.Contains(got, "1 artifacts (17 B) would be removed, 3 kept") {
			t.Errorf("gc --dry-run says %s", got)
		}
		if _, err := os.Stat(stray); err != nil {
			t.Fatal("gc --dry-run removed something")
		}
		if got := p.as("", "gc", "--data", p.data).ok(t).out; !strings.Contains(got, "1 artifacts (17 B) removed, 3 kept") {
			t.Errorf("gc says %s", got)
		}
		if _, err := os.Stat(stray); err == nil {
			t.Error("gc left what nothing needs")
		}
		if got := p.as("", "gc", "--data", p.data, "--json").ok(t).out; !strings.HasPrefix(got, `{"garbage":{`) || strings.Count(got, "\n") != 1 {
			t.Errorf("gc --json says %s", got)
		}
	})
}

func TestScrubAndRepair(t *testing.T) {
	inBoth(t, func(t *testing.T, p *place) {
		store := filepath.Join(p.data, "artifacts")
		backup := filepath.Join(t.TempDir(), "backup")
		p.as("", "artifacts", "copy", store, backup).ok(t)
		overwrite(t, artifactFile(store, hookReadme), "# Wall hoax\n")
		got := p.as("", "scrub", "--data", p.data)
		if got.status != exitFailed || !strings.Contains(got.out, "is rotten") || !strings.Contains(got.out, "needed by ada/hook@") || !strings.Contains(got.out, "as README.md") {
			t.Errorf("scrub gives %d\n%s%s", got.status, got.out, got.err)
		}
		if got := p.as("", "scrub", "--data", p.data, "--repair-from", backup+"-nothing"); got.status != exitFailed || !strings.Contains(got.err, "there is no folder") {
			t.Errorf("scrub from nowhere gives %d\n%s%s", got.status, got.out, got.err)
		}
		got = p.as("", "scrub", "--data", p.data, "--repair-from", backup).ok(t)
		if !strings.Contains(got.out, "and was repaired") || !strings.Contains(got.out, "1 damaged, 1 of them repaired") {
			t.Errorf("scrub --repair-from says %s", got.out)
		}
		if got := p.as("", "scrub", "--data", p.data).ok(t).out; !strings.Contains(got, "0 damaged") {
			t.Errorf("scrub after the repair says %s", got)
		}
	})
}

// TestRepairFromMirror restores a file from another registry.
func TestRepairFromMirror(t *testing.T) {
	mirror, p := newPlace(t), newPlace(t)
	for _, at := range []*place{mirror, p} {
		at.open("ada")
		at.as("ada", "publish", hook(t), "--as", "ada/hook").ok(t)
	}
	path := artifactFile(filepath.Join(p.data, "artifacts"), hookReadme)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if got := p.as("", "scrub", "--data", p.data, "--repair-from", mirror.address).ok(t).out; !strings.Contains(got, "is missing, and was repaired") {
		t.Errorf("scrub says %s", got)
	}
	if b, err := os.ReadFile(path); err != nil || string(b) != hookReadme {
		t.Errorf("what was restored is %q, %v", b, err)
	}
}

func TestDoctor(t *testing.T) {
	inBoth(t, func(t *testing.T, p *place) {
		if got := p.as("", "doctor", "--data", p.data).ok(t).out; strings.Contains(got, "wrong") || strings.Count(got, "fine") < 6 {
			t.Errorf("doctor says of a registry that is well\n%s", got)
		}
		if err := os.Chmod(p.data, 0o755); err != nil {
			t.Fatal(err)
		}
		if got := p.as("", "doctor", "--data", p.data).ok(t).out; !strings.Contains(got, "watch  folder") || !strings.Contains(got, "chmod 700 ") {
			t.Errorf("doctor says of a folder that all can enter\n%s", got)
		}
	})
}

func TestRedact(t *testing.T) {
	inBoth(t, func(t *testing.T, p *place) {
		digest := schema.DigestOf([]byte(hookReadme)).String()
		order := []string{"admin", "redact", digest, "--as", "ada", "--reason", "court order 12/2026", "--data", p.data}
		if got := p.as("", order...).ok(t).out; !strings.Contains(got, "ada/hook@") || !strings.Contains(got, "has it as README.md") || !strings.Contains(got, "contain one that does: 1, of designs: 1; batches made from these: 0, with units: 0") || !strings.Contains(got, "nothing was done") {
			t.Errorf("without --yes redact says %s", got)
		}
		if got := p.as("", "admin", "redact", digest, "--as", "ada", "--data", p.data); got.status != exitUsage {
			t.Errorf("redact without a reason gives %d %s", got.status, got.err)
		}
		if got := p.as("", append(order, "--yes")...).ok(t).out; !strings.Contains(got, "removed for good, by the document sha256:") {
			t.Errorf("redact says %s", got)
		}
		if _, err := os.Stat(artifactFile(filepath.Join(p.data, "artifacts"), hookReadme)); err == nil {
			t.Error("the bytes are still there")
		}
		if p.address == "" {
			return
		}
		if got, err := http.Get(p.address + "/v1/artifacts/" + digest); err == nil {
			defer got.Body.Close()
			if got.StatusCode != http.StatusUnavailableForLegalReasons {
				t.Errorf("who asks for it is answered %d", got.StatusCode)
			}
		}
	})
}

// TestNoRegistry: orders for a folder that is none make nothing there.
func TestNoRegistry(t *testing.T) {
	p := newPlace(t)
	empty := t.TempDir()
	for _, order := range []string{"gc", "scrub", "doctor", "admin redact " + schema.DigestOf(nil).String() + " --as ada --reason law"} {
		got := p.as("", append(strings.Fields(order), "--data", empty)...)
		if got.status != exitFailed || !strings.Contains(got.err, "there is no registry in") {
			t.Errorf("%s gives %d %s", order, got.status, got.err)
		}
	}
	if left, err := os.ReadDir(empty); err != nil || len(left) > 0 {
		t.Errorf("in the folder is now %v (%v)", left, err)
	}
}

// TestOperatorIsKnown: only who can read the registry's folder gives orders.
func TestOperatorIsKnown(t *testing.T) {
	p := newPlace(t)
	p.open("ada") // it answers: then it listens to its keeper as well
	path := filepath.Join(p.data, operatorFile)
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%s has the rights %v (%v)", operatorFile, info.Mode(), err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), `"address":"`)
	address, _, _ := strings.Cut(rest, `"`)
	for _, token := range []string{"", "Bearer ", "Bearer wrong"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+address+"/gc", strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", token)
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode != http.StatusUnauthorized {
			t.Errorf("with %q: %d", token, answer.StatusCode)
		}
	}
	p.stop()
	if _, err := os.Stat(path); err == nil {
		t.Errorf("%s stays when the registry has ended", operatorFile)
	}
}

func TestSettings(t *testing.T) {
	for _, test := range []struct{ file, env, want string }{
		{"listn = 'x'\n", "", "there is no such setting"},
		{"listen = \n", "", "the settings cannot be read"},
		{"", "PATTERNBOOK_MAX_FILE=large", `max_file: "large" is no size; write it like 500MB or 16GiB`},
		{"grace = 'soon'\n", "", `grace: "soon" is no duration; write it like 12h or 14d`},
		{"upload_expiry = '-3h'\n", "", `upload_expiry: "-3h" is no duration`},
		{"uploads = 0\n", "", `uploads: "0" is no number of uploads`},
		{"", "PATTERNBOOK_COLLECT_EVERY=1s", "collect_every: it is less than a minute"},
		{"limit_login = 'often'\n", "", `limit_login: "often" is no rate; write it like 20/10m or 60/h, or off`},
		{"", "PATTERNBOOK_TRUSTED_PROXIES=10.0.0.0/8,proxy", `trusted_proxies: "proxy" is no network`},
		{"accounts = 'ajar'\n", "", `accounts: "ajar" is neither open nor closed`},
		{"artifacts_redirect = 'perhaps'\n", "", `artifacts_redirect: "perhaps" is neither true nor false`},
		{"artifacts_redirect = true\n", "", "downloads cannot be sent to a folder"},
		{"artifacts = 's3://'\n", "", "names no artifact store"},
		{"artifacts = 's3://user:secret@bucket'\n", "", "credentials do not belong in it"},
	} {
		name, value, _ := strings.Cut(test.env, "=")
		p := &place{t: t, homes: t.TempDir(), env: map[string]string{name: value}}
		home := filepath.Join(p.homes, "keeper")
		if err := os.MkdirAll(home, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(home, "patternbook.toml"), []byte(test.file), 0o600); err != nil {
			t.Fatal(err)
		}
		got := p.as("keeper", "serve", "--listen", "127.0.0.1:0", "--data", filepath.Join(t.TempDir(), "data"))
		if got.status != exitFailed || !strings.Contains(got.err, test.want) || strings.Contains(got.err, "secret") {
			t.Errorf("%s%s: serve ends with %d\n%s", test.file, test.env, got.status, got.err)
		}
	}
}

// TestOnS3 has a registry keep its files in a bucket, and moves it to a folder.
func TestOnS3(t *testing.T) {
	server := s3test.Start(t)
	bucket := "s3://" + server.Bucket + "/designs?path_style=true&region=" + s3test.Region
	t.Setenv("AWS_ACCESS_KEY_ID", s3test.AccessKey)
	t.Setenv("AWS_SECRET_ACCESS_KEY", s3test.SecretKey)
	p := newPlaceWith(t, map[string]string{
		"PATTERNBOOK_ARTIFACTS": bucket, "PATTERNBOOK_S3_ENDPOINT": server.Endpoint, "PATTERNBOOK_ARTIFACTS_REDIRECT": "true",
	})
	p.open("ada")
	p.as("ada", "publish", hook(t), "--as", "ada/hook").ok(t)

	h := schema.DigestOf([]byte(hookReadme)).Hex()
	if _, err := os.Stat(filepath.Join(server.Folder, "designs", "sha256", h[:2], h)); err != nil {
		t.Errorf("the bucket has no README.md: %v", err)
	}
	to := filepath.Join(t.TempDir(), "got")
	p.as("ada", "get", "ada/hook", "--output", to).ok(t)
	if b, err := os.ReadFile(filepath.Join(to, "README.md")); err != nil || string(b) != hookReadme {
		t.Errorf("got %q, %v", b, err)
	}
	asked := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := asked.Get(p.address + "/v1/artifacts/" + schema.DigestOf([]byte(hookReadme)).String())
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if at := answer.Header.Get("Location"); answer.StatusCode != http.StatusTemporaryRedirect || !strings.HasPrefix(at, server.Endpoint+"/") {
		t.Errorf("a download is answered %d, %s", answer.StatusCode, at)
	}
	if got := p.as("", "scrub", "--data", p.data).ok(t).out; !strings.Contains(got, "3 artifacts read") {
		t.Errorf("scrub says %s", got)
	}
	if got := p.as("", "doctor", "--data", p.data).ok(t).out; strings.Contains(got, "wrong") {
		t.Errorf("doctor says %s", got)
	}

	folder := filepath.Join(t.TempDir(), "moved")
	if got := p.as("", "artifacts", "copy", bucket, folder).ok(t).out; !strings.Contains(got, "3 artifacts copied") {
		t.Errorf("copy says %s", got)
	}
	p.stop()
	if got := p.as("", "artifacts", "copy", bucket, folder).ok(t).out; !strings.Contains(got, "0 artifacts copied (0 B), 3 were there already") {
		t.Errorf("copy again says %s", got)
	}
	p.env = map[string]string{"PATTERNBOOK_ARTIFACTS": folder}
	p.start()
	p.as("ada", "get", "ada/hook", "--output", filepath.Join(t.TempDir(), "again")).ok(t)
}

// TestStoreAway takes the S3 server away: what needs no file goes on, all else
// fails cleanly, and works again when the server is back.
func TestStoreAway(t *testing.T) {
	server := s3test.Start(t)
	target, err := url.Parse(server.Endpoint)
	if err != nil {
		t.Fatal(err)
	}
	var away atomic.Bool
	next := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Host = r.In.Host // it is signed
	}}
	way := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if away.Load() {
			panic(http.ErrAbortHandler)
		}
		next.ServeHTTP(w, r)
	}))
	t.Cleanup(way.Close)
	t.Setenv("AWS_ACCESS_KEY_ID", s3test.AccessKey)
	t.Setenv("AWS_SECRET_ACCESS_KEY", s3test.SecretKey)
	p := newPlaceWith(t, map[string]string{"PATTERNBOOK_ARTIFACTS": "s3://" + server.Bucket, "PATTERNBOOK_S3_ENDPOINT": way.URL, "PATTERNBOOK_S3_REGION": s3test.Region})
	p.open("ada")
	p.as("ada", "publish", hook(t), "--as", "ada/hook").ok(t)
	another := write(t, "okh.toml", strings.Replace(hookManifest, "1.0.0", "1.1.0", 1), "README.md", "# Another\n", "bom.csv", "Item,Name,Quantity\n1,Hook,2\n")

	away.Store(true)
	for _, args := range []string{"search hook", "show ada/hook", "bom ada/hook --view flat", "where-used Hook"} {
		p.as("", strings.Fields(args)...).ok(t)
	}
	quick, err := client.New(p.address, client.Options{Retries: -1})
	if err != nil {
		t.Fatal(err)
	}
	digest := schema.DigestOf([]byte(hookReadme))
	if _, err := quick.OpenArtifact(t.Context(), digest, -1); !errors.Is(err, schema.Unavailable) {
		t.Errorf("a download is answered with %v", err)
	}
	if _, err := quick.PublishFolder(t.Context(), another, mustDesign("ada/hook"), client.PublishOptions{}); err == nil {
		t.Error("a release was published without its files")
	}
	if said := p.ready(); strings.HasPrefix(said, "ok") {
		t.Errorf("readyz says %s", said)
	}
	if got := p.as("", "doctor", "--data", p.data); got.status != exitFailed || !strings.Contains(got.out, "wrong  store") {
		t.Errorf("doctor gives %d\n%s", got.status, got.out)
	}

	away.Store(false)
	p.as("ada", "publish", another, "--as", "ada/hook").ok(t)
	if got := p.as("", "scrub", "--data", p.data).ok(t).out; !strings.Contains(got, " 0 damaged") {
		t.Errorf("scrub says %s", got)
	}
}

// TestAudit shows the keeper who has written, and who was refused.
func TestAudit(t *testing.T) {
	p := newPlace(t)
	p.open("ada")
	p.open("eve")
	p.as("ada", "publish", hook(t), "--as", "ada/hook").ok(t)
	if got := p.as("eve", "yank", "ada/hook@1.0.0"); got.status != exitFailed {
		t.Fatal("eve has yanked what is ada's")
	}
	nobody, err := http.Post(p.address+"/v1/batches", "application/json", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	_ = nobody.Body.Close()
	p.stop() // writes down what waits
	got := p.as("", "admin", "audit", "--data", p.data).ok(t).out
	for _, want := range []string{
		"  201  -                    127.0.0.1            POST /v1/accounts  /v1/accounts",
		"  201  ada                  127.0.0.1            PUT /v1/designs/{owner}/{name}/versions/{version}  /v1/designs/ada/hook/versions/1.0.0",
		"  403  eve                  127.0.0.1            POST /v1/designs/{owner}/{name}/versions/{version}/status  /v1/designs/ada/hook/versions/1.0.0/status",
		"  401  -                    127.0.0.1            POST /v1/batches  /v1/batches",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the audit lacks%s\n%s", want, got)
		}
	}
	if strings.Contains(got, "missing") || strings.Contains(got, "GET ") {
		t.Errorf("the audit has what writes nothing\n%s", got)
	}
	if got := p.as("", "admin", "audit", "--data", p.data, "--account", "eve", "--json").ok(t).out; strings.Contains(got, `"account":"ada"`) || !strings.Contains(got, `"status":403`) {
		t.Errorf("of eve the audit has %s", got)
	}
}

// TestInvite opens an account where only the keeper does.
func TestInvite(t *testing.T) {
	p := newPlaceWith(t, map[string]string{"PATTERNBOOK_ACCOUNTS": "closed"})
	open := []string{"login", "--account", "ada", "--create", "--password-stdin"}
	if got := p.with("ada", "a password for ada\n", open...); got.status != exitFailed || !strings.Contains(got.err, "opened by its keeper") {
		t.Fatalf("anybody opens an account: %d %s", got.status, got.err)
	}
	codes := strings.Fields(p.as("", "admin", "invite", "ada", "--data", p.data).ok(t).out)
	if got := p.as("", "admin", "invite", "ada", "--data", p.data); got.status != exitFailed || !strings.Contains(got.err, "exists already") {
		t.Errorf("inviting again gives %d %s", got.status, got.err)
	}
	if got := p.as("", "admin", "invite", "admin", "--data", p.data); got.status != exitFailed || !strings.Contains(got.err, "kept for the registry itself") {
		t.Errorf("inviting a reserved name gives %d %s", got.status, got.err)
	}
	p.with("ada", "a password for ada\n", "password", "recover", "--account", "ada", "--code", codes[0], "--password-stdin").ok(t)
	p.with("ada", "a password for ada\n", "login", "--account", "ada", "--password-stdin").ok(t)
	p.as("ada", "publish", hook(t), "--as", "ada/hook").ok(t)
}

func TestReport(t *testing.T) {
	p := newPlace(t)
	p.open("ada")
	p.as("ada", "publish", hook(t), "--as", "ada/hook").ok(t)
	p.as("", "report", "ada/hook@1.0.0", "--text", "It\nbreaks.").ok(t)
	p.as("", "report", "ada", "--text", "It advertises.").ok(t)
	if got := p.as("", "report", "ada/nothing@1.0.0", "--text", "It breaks."); got.status != exitFailed || !strings.Contains(got.err, "there is no design ada/nothing") {
		t.Errorf("a report of nothing gives %d %s", got.status, got.err)
	}
	if got := p.as("", "admin", "reports", "--data", p.data).ok(t).out; !strings.Contains(got, "ada/hook@1.0.0\n    It breaks.\n") || !strings.Contains(got, "ada\n    It advertises.\n") {
		t.Errorf("the keeper reads %s", got)
	}
	if got := p.as("", "admin", "audit", "--data", p.data).ok(t).out; strings.Contains(got, "report") {
		t.Errorf("it is written down who reports: %s", got)
	}
	p.as("", "admin", "reports", "--close", "1", "--data", p.data).ok(t)
	if got := p.as("", "admin", "reports", "--data", p.data).ok(t).out; strings.Contains(got, "hook") || !strings.Contains(got, "It advertises.") {
		t.Errorf("with one closed the keeper reads %s", got)
	}
	if got := p.as("", "admin", "reports", "--close", "1", "--data", p.data); got.status != exitFailed || !strings.Contains(got.err, "no report 1 is open") {
		t.Errorf("closing it again gives %d %s", got.status, got.err)
	}
}

func TestModerate(t *testing.T) {
	inBoth(t, func(t *testing.T, p *place) {

		order := []string{"--as", "ada", "--reason", "It breaks.", "--data", p.data}
		run := func(args ...string) string {
			return p.as("", append(append([]string{"admin"}, args...), order...)...).ok(t).out
		}
		if got := run("quarantine", "ada/hook@1.0.0"); !strings.Contains(got, "nothing was done") {
			t.Errorf("without --yes quarantine says %s", got)
		}
		if got := run("quarantine", "ada/hook@1.0.0", "--yes"); !strings.Contains(got, "done, by the document sha256:") {
			t.Errorf("quarantine says %s", got)
		}
		if got, err := http.Get(p.address + "/healthz"); err == nil { // where it runs
			_ = got.Body.Close()
			if got := p.as("", "show", "ada/hook@1.0.0").ok(t).out; !strings.Contains(got, "under quarantine  It breaks.") {
				t.Errorf("show says %s", got)
			}
			if got := p.as("", "search", "hook").ok(t).out; strings.Contains(got, "ada/hook") {
				t.Errorf("search finds %s", got)
			}
		}
		if got := run("lift", "ada/hook@1.0.0", "--yes"); !strings.Contains(got, "because: It breaks.") || !strings.Contains(got, "lift: done") {
			t.Errorf("lift says %s", got)
		}
		if got := run("suspend", "ada", "--yes"); !strings.Contains(got, "releases that are its own: 1") || !strings.Contains(got, "suspend: done") {
			t.Errorf("suspend says %s", got)
		}
		if got := p.as("", append([]string{"admin", "quarantine", "ada/hook"}, order...)...); got.status != exitUsage || !strings.Contains(got.err, "write its version") {
			t.Errorf("quarantine of no one release gives %d %s", got.status, got.err)
		}
	})
}
