package client_test

import (
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/patternbook/patternbook/artifacts/dir"
	"github.com/patternbook/patternbook/client"
	"github.com/patternbook/patternbook/registry"
	"github.com/patternbook/patternbook/registry/api"
	"github.com/patternbook/patternbook/schema"
)

// A place is a registry behind a proxy that counts requests, and, where a test
// wants it, loses, cuts or alters them.
type place struct {
	t       *testing.T
	folder  string
	store   *dir.Store
	api     http.Handler
	address string
	service *registry.Service
	token   string // of ada

	mu    sync.Mutex
	seen  []string                                                        // "PUT /v1/…", in order
	fault func(w http.ResponseWriter, r *http.Request, next http.Handler) // nil: none
}

func newPlace(t *testing.T) *place {
	t.Helper()
	p := &place{t: t, folder: t.TempDir()}
	var err error
	if p.store, err = dir.Open(filepath.Join(p.folder, "artifacts")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.store.Close() })
	p.start()
	t.Cleanup(func() { _ = p.service.Close() })
	server := httptest.NewServer(http.HandlerFunc(p.proxy))
	t.Cleanup(server.Close)
	p.address = server.URL
	if p.token, _, err = p.service.OpenAccount(t.Context(), name(t, "ada"), "four words to remember"); err != nil {
		t.Fatal(err)
	}
	return p
}

// start starts the registry, also again after it was closed.
func (p *place) start() {
	p.t.Helper()
	log := slog.New(slog.DiscardHandler)
	service, err := registry.Open(p.t.Context(), p.folder, p.store, registry.Options{Log: log})
	if err != nil {
		p.t.Fatal(err)
	}
	handler, err := api.New(service, api.Options{Log: log})
	if err != nil {
		p.t.Fatal(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.service, p.api = service, handler
}

func (p *place) proxy(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.seen = append(p.seen, r.Method+" "+r.URL.Path)
	fault, next := p.fault, p.api
	p.mu.Unlock()
	if fault != nil {
		fault(w, r, next)
		return
	}
	next.ServeHTTP(w, r)
}

// behave gives the proxy a fault, nil for none.
func (p *place) behave(fault func(w http.ResponseWriter, r *http.Request, next http.Handler)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fault = fault
	p.seen = nil
}

// count gives how many requests came since the last behave whose method and path
// begin so.
func (p *place) count(prefix string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for _, s := range p.seen {
		if strings.HasPrefix(s, prefix) {
			n++
		}
	}
	return n
}

// client makes a client of ada's.
func (p *place) client() *client.Client {
	p.t.Helper()
	c, err := client.New(p.address, client.Options{Token: p.token})
	if err != nil {
		p.t.Fatal(err)
	}
	return c
}

func name(t testing.TB, s string) schema.Name {
	t.Helper()
	n, err := schema.ParseName(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func design(t testing.TB, s string) schema.Design {
	t.Helper()
	d, err := schema.ParseDesign(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func version(t testing.TB, s string) schema.Version {
	t.Helper()
	v, err := schema.ParseVersion(s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func reference(t testing.TB, s string) schema.Reference {
	t.Helper()
	r, err := schema.ParseReference(s)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

const lampManifest = `okhv = "2.4"
name = "Bench Lamp"
version = "1.0.0"
license = "CERN-OHL-S-2.0"
licensor = "Ada"
function = "Lights a bench."
bom = "bom.csv"
`

// lampFiles are the files of a small design.
func lampFiles() map[string]string {
	return map[string]string{
		"okh.toml": lampManifest, "bom.csv": "Item,Name,Quantity,Manufacturer,MPN\n1,Screw M3,4,Acme,M3-10\n2,Lamp,1,Lux,L-1\n",
		"cad/base.scad": "cube(1);\n", "cad/copy.scad": "cube(1);\n", "empty.txt": "",
	}
}

// folder writes files into a new folder.
func folder(t testing.TB, files map[string]string) string {
	t.Helper()
	at := t.TempDir()
	for path, content := range files {
		write(t, filepath.Join(at, filepath.FromSlash(path)), content)
	}
	return at
}

func write(t testing.TB, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// lamp publishes a small design as ada/lamp.
func (p *place) lamp() *client.PublishResult {
	p.t.Helper()
	result, err := p.client().PublishFolder(p.t.Context(), folder(p.t, lampFiles()), design(p.t, "ada/lamp"), client.PublishOptions{})
	if err != nil {
		p.t.Fatal(err)
	}
	return result
}

// holds fails the test unless a folder has just these files.
func holds(t *testing.T, at string, want map[string]string) {
	t.Helper()
	got := map[string]string{}
	err := filepath.WalkDir(at, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		rel, _ := filepath.Rel(at, path)
		got[filepath.ToSlash(rel)] = string(b)
		return err
	})
	if err != nil || !maps.Equal(got, want) {
		t.Errorf("the folder holds %q, %v; want %q", got, err, want)
	}
}

// altered answers as next does, with its body changed.
func altered(w http.ResponseWriter, r *http.Request, next http.Handler, change func([]byte) []byte) {
	recorder := httptest.NewRecorder()
	next.ServeHTTP(recorder, r)
	body := recorder.Body.Bytes()
	if recorder.Code < 300 {
		body = change(body)
	}
	maps.Copy(w.Header(), recorder.Header())
	w.Header().Del("Content-Length")
	w.WriteHeader(recorder.Code)
	_, _ = w.Write(body)
}

// drain reads what the sender still sends, so that it reads the answer.
func drain(r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }
