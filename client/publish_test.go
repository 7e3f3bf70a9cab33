package client_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/client"
	"github.com/patternbook/patternbook/schema"
)

func TestPublishFolder(t *testing.T) {
	p := newPlace(t)
	c, at := p.client(), folder(t, lampFiles())
	first, err := c.PublishFolder(t.Context(), at, design(t, "ada/lamp"), client.PublishOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if n := p.count("PUT /v1/artifacts/"); n != 4 { // two of the five files are the same
		t.Errorf("%d files were sent, want 4", n)
	}
	p.behave(nil)
	again, err := c.PublishFolder(t.Context(), at, design(t, "ada/lamp"), client.PublishOptions{})
	if err != nil || again.ReleaseReceipt != first.ReleaseReceipt {
		t.Errorf("the same again gives %+v, %v; want %+v", again, err, first)
	}
	if n := p.count("PUT /v1/artifacts/"); n != 0 {
		t.Errorf("publishing the same again sent %d files", n)
	}
	// Another commit or other notes do not make the same files another release.
	if notes, err := c.PublishFolder(t.Context(), at, design(t, "ada/lamp"), client.PublishOptions{Notes: "said later"}); err != nil || notes.Digest != first.Digest {
		t.Errorf("the same files with notes give %+v, %v", notes, err)
	}
	write(t, filepath.Join(at, "cad/base.scad"), "cube(2);\n")
	p.behave(nil)
	if _, err := c.PublishFolder(t.Context(), at, design(t, "ada/lamp"), client.PublishOptions{}); !errors.Is(err, schema.Conflict) {
		t.Errorf("other files under the same version give %v", err)
	}
	next, err := c.PublishFolder(t.Context(), at, design(t, "ada/lamp"), client.PublishOptions{Version: version(t, "1.1.0")})
	if err != nil || next.Version.String() != "1.1.0" {
		t.Errorf("the next version gives %+v, %v", next, err)
	}
	if n := p.count("PUT /v1/artifacts/"); n != 1 {
		t.Errorf("%d files were sent of which one is new", n)
	}
	if _, err := c.PublishFolder(t.Context(), at, design(t, "eve/lamp"), client.PublishOptions{}); !errors.Is(err, schema.Forbidden) {
		t.Errorf("publishing under another's name gives %v", err)
	}
	anonymous, err := client.New(p.address, client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := anonymous.PublishFolder(t.Context(), at, design(t, "ada/lamp"), client.PublishOptions{}); !errors.Is(err, schema.Unauthenticated) {
		t.Errorf("publishing without a token gives %v", err)
	}
}

// TestPublishInterrupted fails the third upload for good, then publishes again:
// what arrived before is not sent twice.
func TestPublishInterrupted(t *testing.T) {
	p := newPlace(t)
	at := folder(t, lampFiles())
	var sent atomic.Int32
	p.behave(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Method == http.MethodPut && sent.Add(1) > 2 {
			drain(r)
			w.WriteHeader(http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
	if _, err := p.client().PublishFolder(t.Context(), at, design(t, "ada/lamp"), client.PublishOptions{}); err == nil || !strings.Contains(err.Error(), "send ") {
		t.Fatalf("an upload that fails gives %v", err)
	}
	if n := p.count("POST /v1/designs"); n != 0 {
		t.Error("a release was drafted though its files did not arrive")
	}
	p.behave(nil)
	if _, err := p.client().PublishFolder(t.Context(), at, design(t, "ada/lamp"), client.PublishOptions{}); err != nil {
		t.Fatal(err)
	}
	if n := p.count("PUT /v1/artifacts/"); n != 2 {
		t.Errorf("%d files were sent the second time, want the 2 that were missing", n)
	}
}

// TestRetry loses each request once, in each of the ways that pass by themselves.
func TestRetry(t *testing.T) {
	for name, lose := range map[string]func(w http.ResponseWriter, r *http.Request, next http.Handler){
		"unavailable": func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
			drain(r)
			w.WriteHeader(http.StatusServiceUnavailable)
		},
		"too many": func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
			drain(r)
			w.WriteHeader(http.StatusTooManyRequests)
		},
		"bad gateway": func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
			drain(r)
			w.WriteHeader(http.StatusBadGateway)
		},
		"cut before": func(http.ResponseWriter, *http.Request, http.Handler) { panic(http.ErrAbortHandler) },
		"cut in the body": func(_ http.ResponseWriter, r *http.Request, _ http.Handler) {
			_, _ = r.Body.Read(make([]byte, 1))
			panic(http.ErrAbortHandler)
		},
		"cut after it did": func(_ http.ResponseWriter, r *http.Request, next http.Handler) {
			next.ServeHTTP(devNull{}, r)
			panic(http.ErrAbortHandler)
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			lost := map[string]bool{}
			p.behave(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				key := r.Method + r.URL.Path
				p.mu.Lock()
				first := !lost[key]
				lost[key] = true
				p.mu.Unlock()
				if first {
					lose(w, r, next)
					return
				}
				next.ServeHTTP(w, r)
			})
			progress := &counting{}
			result, err := p.client().PublishFolder(t.Context(), folder(t, lampFiles()), design(t, "ada/lamp"), client.PublishOptions{Progress: progress})
			if err != nil || result.LedgerIndex != 2 { // account, bom, release
				t.Fatalf("got %+v, %v", result, err)
			}
			if n := p.count("PUT /v1/artifacts/"); n != 8 {
				t.Errorf("%d uploads were tried, want each of 4 twice", n)
			}
			if progress.added.Load() != progress.total || progress.total == 0 {
				t.Errorf("progress tells of %d bytes of %d", progress.added.Load(), progress.total)
			}
		})
	}
}

type devNull struct{}

func (devNull) Header() http.Header         { return http.Header{} }
func (devNull) Write(b []byte) (int, error) { return len(b), nil }
func (devNull) WriteHeader(int)             {}

// counting is a Progress that counts.
type counting struct {
	total int64
	added atomic.Int64
}

func (c *counting) Start(_ int, bytes int64) { c.total = bytes }
func (c *counting) Add(bytes int64)          { c.added.Add(bytes) }
func (*counting) Done()                      {}

// TestNoRetry checks what must not be sent twice, and what cannot come better.
func TestNoRetry(t *testing.T) {
	p := newPlace(t)
	c := p.client()
	p.behave(func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		drain(r)
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	if _, err := c.OpenAccount(t.Context(), name(t, "eve"), "four words to remember"); !errors.Is(err, schema.Unavailable) {
		t.Errorf("opening an account gives %v", err)
	}
	if _, err := c.Login(t.Context(), name(t, "eve"), "four words to remember"); !errors.Is(err, schema.Unavailable) {
		t.Errorf("logging in gives %v", err)
	}
	if n := p.count("POST"); n != 2 {
		t.Errorf("%d requests were sent, want one each", n)
	}
	p.behave(func(http.ResponseWriter, *http.Request, http.Handler) { panic(http.ErrAbortHandler) })
	if _, err := c.OpenAccount(t.Context(), name(t, "eve"), "four words to remember"); !errors.Is(err, schema.Unavailable) {
		t.Errorf("a connection that is cut gives %v", err)
	}
	if n := p.count("POST"); n != 1 {
		t.Errorf("%d requests were sent", n)
	}
	p.behave(nil)
	if _, err := c.Design(t.Context(), design(t, "ada/lamp")); !errors.Is(err, schema.NotFound) || p.count("GET") != 1 {
		t.Errorf("what is not there gives %v after %d requests", err, p.count("GET"))
	}
	// A file that changes while it is sent is our own fault, and not tried again.
	digest := schema.DigestOf([]byte("x"))
	changed := &schema.Error{Kind: schema.Conflict, Detail: "changed"}
	err := c.SendArtifact(t.Context(), digest, 10, func() (io.ReadSeekCloser, error) { return failing{changed}, nil }, nil)
	if !errors.Is(err, schema.Conflict) || p.count("PUT") > 1 {
		t.Errorf("a file that changes gives %v after %d requests", err, p.count("PUT"))
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error)       { return 0, f.err }
func (f failing) Seek(int64, int) (int64, error) { return 0, nil }
func (f failing) Close() error                   { return nil }

// TestNotARegistry asks something else than a registry.
func TestNotARegistry(t *testing.T) {
	p := newPlace(t)
	c, err := client.New(p.address, client.Options{Retries: -1})
	if err != nil {
		t.Fatal(err)
	}
	for body, status := range map[string]int{"<html>": 404, "{}": 500, `{"type": "about:blank", "title": "no"}`: 403, "": 502} {
		p.behave(func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		})
		_, err := c.Design(t.Context(), design(t, "ada/lamp"))
		want := schema.Internal
		if status == 502 {
			want = schema.Unavailable
		}
		if schema.KindOf(err) != want || !strings.Contains(err.Error(), "not as a registry") {
			t.Errorf("%d %s gives %v", status, body, err)
		}
	}
	p.behave(func(w http.ResponseWriter, _ *http.Request, _ http.Handler) { _, _ = io.WriteString(w, "<html>") })
	if _, err := c.Design(t.Context(), design(t, "ada/lamp")); err == nil || !strings.Contains(err.Error(), "cannot be read") {
		t.Errorf("a page gives %v", err)
	}
	for _, address := range []string{"", "registry.example", "ftp://registry.example", "http://", ":"} {
		if _, err := client.New(address, client.Options{}); !errors.Is(err, schema.Invalid) {
			t.Errorf("the address %q gives %v", address, err)
		}
	}
	nowhere, err := client.New("http://127.0.0.1:1", client.Options{Retries: -1})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := nowhere.Design(t.Context(), design(t, "ada/lamp")); !errors.Is(err, schema.Unavailable) || !strings.Contains(err.Error(), "PATTERNBOOK_REGISTRY") {
		t.Errorf("nobody there gives %v", err)
	}
}

// TestLyingDraft has the registry's drafts altered on their way: what the folder
// does not say is not published.
func TestLyingDraft(t *testing.T) {
	p := newPlace(t)
	other := schema.DigestOf([]byte("other"))
	// settle makes the documents fit one another again, as a clever liar would.
	settle := func(d *bom.Draft) {
		var parts schema.Digest
		if d.BOM != nil {
			_, digest, err := schema.Encode(*d.BOM)
			if err != nil {
				t.Error(err)
			}
			d.Release.BOM, parts = digest, d.BOM.PartsDigest()
		}
		d.Release.Hardware = d.Release.HardwareDigest(parts)
	}
	for what, test := range map[string]struct {
		lie   func(d *bom.Draft)
		field string
	}{
		"author":      {func(d *bom.Draft) { d.Release.Author = name(t, "eve") }, "author"},
		"design":      {func(d *bom.Draft) { d.Release.Design = design(t, "ada/lump") }, "design"},
		"version":     {func(d *bom.Draft) { d.Release.Version = version(t, "1.0.1") }, "version"},
		"licence":     {func(d *bom.Draft) { d.Release.Licences.Hardware = "CC0-1.0" }, "licences"},
		"manifest":    {func(d *bom.Draft) { d.Release.Manifest.Path = "bom.csv" }, "manifest.path"},
		"digest":      {func(d *bom.Draft) { d.Release.Files[1].Digest = other; settle(d) }, "files"},
		"path":        {func(d *bom.Draft) { d.Release.Files[1].Path = "cad/bast.scad"; settle(d) }, "files"},
		"size":        {func(d *bom.Draft) { d.Release.Files[1].Size++ }, "files"},
		"a file less": {func(d *bom.Draft) { d.Release.Files = d.Release.Files[:4]; settle(d) }, "files"},
		"a file more": {func(d *bom.Draft) {
			d.Release.Files = append(d.Release.Files, schema.File{Path: "z", Digest: other, MediaType: "x", Role: "other"})
		}, "files"},
		"role":         {func(d *bom.Draft) { d.Release.Files[1].Role = "export"; settle(d) }, "files"},
		"bom":          {func(d *bom.Draft) { d.Release.BOM = other }, "bom"},
		"no bom":       {func(d *bom.Draft) { d.BOM, d.Release.BOM = nil, schema.Digest{}; settle(d) }, "bom"},
		"bom unsent":   {func(d *bom.Draft) { d.BOM = nil }, "bom"},
		"part":         {func(d *bom.Draft) { d.BOM.Lines[0].Part.MPN = "M3-12"; settle(d) }, "bom.lines"},
		"bom's author": {func(d *bom.Draft) { d.BOM.Author = name(t, "eve"); settle(d) }, "bom.author"},
		"bom's source": {func(d *bom.Draft) { d.BOM.Sources[0].Digest = other; settle(d) }, "bom.sources"},
		"hardware":     {func(d *bom.Draft) { d.Release.Hardware = other }, "hardware"},
		"credit":       {func(d *bom.Draft) { d.Release.Contributors[0].Name = "Eve" }, "contributors"},
		"name":         {func(d *bom.Draft) { d.Release.Name = "Eve's Lamp" }, "about"},
		"notes":        {func(d *bom.Draft) { d.Release.Notes = "bad" }, "notes"},
		"source":       {func(d *bom.Draft) { d.Release.Source.Repository = "https://eve.example" }, "source"},
		"origin": {func(d *bom.Draft) {
			d.Release.DerivedFrom = &schema.Derivation{Release: other, Design: design(t, "eve/lamp"), Version: version(t, "1.0.0")}
		}, "derived_from"},
	} {
		t.Run(what, func(t *testing.T) {
			p.behave(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				if !strings.HasSuffix(r.URL.Path, "/draft") {
					next.ServeHTTP(w, r)
					return
				}
				altered(w, r, next, func(b []byte) []byte {
					var d bom.Draft
					if err := json.Unmarshal(b, &d); err != nil {
						t.Error(err)
					}
					test.lie(&d)
					b, err := json.Marshal(d)
					if err != nil {
						t.Error(err)
					}
					return b
				})
			})
			_, err := p.client().PublishFolder(t.Context(), folder(t, lampFiles()), design(t, "ada/lamp"), client.PublishOptions{})
			e, ok := errors.AsType[*schema.Error](err)
			if !ok || !strings.Contains(e.Detail, "nothing was published") {
				t.Fatalf("a draft with another %s gives %v", what, err)
			}
			named := false
			for _, place := range e.At {
				named = named || place.Field == test.field
			}
			if !named {
				t.Errorf("it names %+v, not %s", e.At, test.field)
			}
			if n := p.count("PUT /v1/designs"); n != 0 {
				t.Error("it was published")
			}
		})
	}
	p.behave(nil)
	if _, err := p.client().Design(t.Context(), design(t, "ada/lamp")); !errors.Is(err, schema.NotFound) {
		t.Errorf("the design is there: %v", err)
	}
	p.lamp() // the truth is still taken
}

// TestPublishCancelled ends the context while a file is on its way.
func TestPublishCancelled(t *testing.T) {
	p := newPlace(t)
	ctx, cancel := contextWithCancel(t)
	p.behave(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Method == http.MethodPut {
			cancel()
		}
		next.ServeHTTP(w, r)
	})
	_, err := p.client().PublishFolder(ctx, folder(t, lampFiles()), design(t, "ada/lamp"), client.PublishOptions{})
	if !errors.Is(err, ctx.Err()) || ctx.Err() == nil {
		t.Errorf("got %v", err)
	}
	if p.count("POST /v1/designs") != 0 {
		t.Error("a release was drafted")
	}
}

// TestCheckFolder checks that every fault is told at once, as publishing would.
func TestCheckFolder(t *testing.T) {
	files := lampFiles()
	files["okh.toml"] = strings.NewReplacer(`"CERN-OHL-S-2.0"`, `"CC-BY-NC-4.0"`, `name = "Bench Lamp"`, `readme = "../README.md"`).Replace(lampManifest) + "image = \"gone.png\"\ncolour = \"red\"\n"
	at := folder(t, files)
	if err := os.Symlink("/etc/passwd", filepath.Join(at, "leak.txt")); err != nil {
		t.Skip(err)
	}
	check, err := client.CheckFolder(t.Context(), at, client.PublishOptions{})
	if err != nil {
		t.Fatal(err)
	}
	refused, ok := errors.AsType[*schema.Error](check.Refused())
	if !ok {
		t.Fatalf("it is not refused: %+v", check.Findings)
	}
	text := refused.Error()
	for _, part := range []string{"license", "name", "leak.txt", "README.md"} {
		if !strings.Contains(text, part) {
			t.Errorf("it does not tell of %s: %s", part, text)
		}
	}
	all, _ := json.Marshal(check.Findings)
	for _, part := range []string{"gone.png", "colour"} {
		if !strings.Contains(string(all), part) {
			t.Errorf("there is no finding about %s: %s", part, all)
		}
	}
	p := newPlace(t)
	_, err = p.client().PublishFolder(t.Context(), at, design(t, "ada/lamp"), client.PublishOptions{})
	if !errors.Is(err, schema.Invalid) || p.count("") != 0 {
		t.Errorf("publishing it gives %v after %d requests", err, p.count(""))
	}
}

func TestFindManifest(t *testing.T) {
	for what, test := range map[string]struct {
		files map[string]string // of manifests: their names
		at    string
		want  string
		kind  schema.Kind
	}{
		"toml":             {map[string]string{"okh.toml": "toml"}, "", "okh.toml", ""},
		"yml":              {map[string]string{"okh.yml": "yml"}, "", "okh.yml", ""},
		"yaml":             {map[string]string{"okh.yaml": "yml"}, "", "okh.yaml", ""},
		"upper case":       {map[string]string{"OKH.toml": "toml"}, "", "OKH.toml", ""},
		"other name":       {map[string]string{"okh-lamp.yml": "yml"}, "", "okh-lamp.yml", ""},
		"usual and other":  {map[string]string{"okh.toml": "toml", "okh-lamp.yml": "yml"}, "", "okh.toml", ""},
		"two usual":        {map[string]string{"okh.toml": "toml", "okh.yml": "yml"}, "", "", schema.Ambiguous},
		"two others":       {map[string]string{"okh-a.toml": "toml", "okh-b.toml": "toml"}, "", "", schema.Ambiguous},
		"named of two":     {map[string]string{"okh-a.toml": "toml", "okh-b.toml": "toml"}, "okh-b.toml", "okh-b.toml", ""},
		"named otherwise":  {map[string]string{"lamp.toml": "toml"}, "lamp.toml", "lamp.toml", ""},
		"none":             {map[string]string{"lamp.toml": "toml"}, "", "", schema.NotFound},
		"only below":       {map[string]string{"docs/okh.toml": "toml"}, "", "", schema.NotFound},
		"nothing there":    {nil, "nowhere", "", schema.NotFound},
		"a folder of name": {map[string]string{"okh.toml/x": "toml"}, "", "", schema.NotFound},
	} {
		t.Run(what, func(t *testing.T) {
			contents := map[string]string{"toml": strings.Replace(lampManifest, "bom = \"bom.csv\"\n", "", 1), "yml": "title: Bench Lamp\ndescription: Lights a bench.\nversion: 1.0.0\nlicense:\n  hardware: CERN-OHL-S-2.0\nlicensor:\n  name: Ada\n"}
			files := map[string]string{"cad.scad": "cube(1);"}
			for path, form := range test.files {
				files[path] = contents[form]
			}
			check, err := client.CheckFolder(t.Context(), filepath.Join(folder(t, files), test.at), client.PublishOptions{})
			if test.kind != "" {
				if !errors.Is(err, test.kind) {
					t.Errorf("got %v, want %s", err, test.kind)
				}
				if e, ok := errors.AsType[*schema.Error](err); !ok || e.Fix == "" {
					t.Errorf("%v does not say what to do", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if check.Manifest.Path != test.want || check.Manifest.Name != "Bench Lamp" {
				t.Errorf("got %s, %q", check.Manifest.Path, check.Manifest.Name)
			}
		})
	}
}
