package api_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/patternbook/patternbook/artifacts"
	"github.com/patternbook/patternbook/artifacts/dir"
	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/registry"
	"github.com/patternbook/patternbook/registry/api"
	"github.com/patternbook/patternbook/schema"
)

// A place is a registry that answers on a port of its own.
type place struct {
	t       testing.TB
	folder  string // of the registry
	service *registry.Service
	store   *dir.Store
	around  func(*dir.Store) artifacts.Store // gives what the service has for it
	server  *httptest.Server
	log     *lines
	rates   registry.Rates
	wait    time.Duration // before a transfer can be completed, see registry.Options
}

// lines are what a registry has put into its log.
type lines struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(b)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

func newPlace(t testing.TB, o api.Options) *place {
	t.Helper()
	return newLimitedPlace(t, o, registry.Limits{})
}

func newRatedPlace(t testing.TB, o api.Options, rates registry.Rates) *place {
	t.Helper()
	p := &place{t: t, rates: rates}
	return p.begin(o, registry.Limits{}, func(s *dir.Store) artifacts.Store { return s })
}

func newLimitedPlace(t testing.TB, o api.Options, limits registry.Limits) *place {
	t.Helper()
	return newPlaceOn(t, o, limits, func(s *dir.Store) artifacts.Store { return s })
}

// newPlaceOn makes a place whose service has another store around that in the folder.
func newPlaceOn(t testing.TB, o api.Options, limits registry.Limits, around func(*dir.Store) artifacts.Store) *place {
	t.Helper()
	p := &place{t: t, rates: registry.Rates{}} // nothing is counted, but where that is tested
	return p.begin(o, limits, around)
}

func (p *place) begin(o api.Options, limits registry.Limits, around func(*dir.Store) artifacts.Store) *place {
	t := p.t
	t.Helper()
	p.folder, p.log = t.TempDir(), &lines{}
	o.Log = slog.New(slog.NewTextHandler(p.log, nil))
	var err error
	if p.store, err = dir.Open(filepath.Join(p.folder, "artifacts")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.store.Close() })
	p.around = around
	p.start(o, limits)
	t.Cleanup(p.stop)
	return p
}

// start starts the registry, also again after stop, on another port.
func (p *place) start(o api.Options, limits registry.Limits) {
	p.t.Helper()
	var err error
	if p.service, err = registry.Open(p.t.Context(), p.folder, p.around(p.store), registry.Options{Log: o.Log, Limits: limits, Rates: p.rates, TransferWait: p.wait}); err != nil {
		p.t.Fatal(err)
	}
	handler, err := api.New(p.service, o)
	if err != nil {
		p.t.Fatal(err)
	}
	p.server = httptest.NewServer(handler)
}

func (p *place) stop() {
	p.server.Close()
	_ = p.service.Close()
}

// open opens an account and gives a token for it.
func (p *place) open(name string) string {
	p.t.Helper()
	n, err := schema.ParseName(name)
	if err != nil {
		p.t.Fatal(err)
	}
	secret, _, err := p.service.OpenAccount(p.t.Context(), n, "a password for "+name)
	if err != nil {
		p.t.Fatal(err)
	}
	return secret
}

// An answered request.
type answered struct {
	status int
	header http.Header
	body   string
}

// do sends a request. body is bytes, a string, or a value to send as JSON.
// headers are pairs of a name and a value.
func (p *place) do(token, method, path string, body any, headers ...string) answered {
	p.t.Helper()
	var r io.Reader
	switch b := body.(type) {
	case nil:
	case io.Reader:
		r = b
	case []byte:
		r = bytes.NewReader(b)
	case string:
		r = strings.NewReader(b)
	default:
		data, err := json.Marshal(body)
		if err != nil {
			p.t.Fatal(err)
		}
		r = bytes.NewReader(data)
	}
	request, err := http.NewRequestWithContext(p.t.Context(), method, p.server.URL+path, r)
	if err != nil {
		p.t.Fatal(err)
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultTransport.RoundTrip(request) // follows no redirects
	if err != nil {
		p.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer func() { _ = response.Body.Close() }()
	b, err := io.ReadAll(response.Body)
	if err != nil {
		p.t.Fatalf("%s %s: %v", method, path, err)
	}
	return answered{response.StatusCode, response.Header, string(b)}
}

func (p *place) get(path string, headers ...string) answered {
	p.t.Helper()
	return p.do("", http.MethodGet, path, nil, headers...)
}

// is fails the test unless the answer has the status.
func (a answered) is(t testing.TB, status int) answered {
	t.Helper()
	if a.status != status {
		t.Fatalf("status %d, want %d: %s", a.status, status, a.body)
	}
	return a
}

// problem gives the problem that an answer is, and fails the test when it is
// none of this kind and status, or can be kept by a cache.
func (a answered) problem(t testing.TB, status int, kind schema.Kind) schema.Problem {
	t.Helper()
	var p schema.Problem
	if err := json.Unmarshal([]byte(a.body), &p); err != nil {
		t.Fatalf("status %d, and no problem: %v in %q", a.status, err, a.body)
	}
	if a.status != status || p.Status != status || p.Type != schema.ProblemPrefix+string(kind) || p.Title == "" {
		t.Fatalf("status %d, want %d and %s: %s", a.status, status, kind, a.body)
	}
	a.noStore(t)
	return p
}

func (a answered) noStore(t testing.TB) {
	t.Helper()
	if got := a.header.Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("an error has the content type %q", got)
	}
	if got := a.header.Values("Cache-Control"); len(got) != 1 || got[0] != "no-store" {
		t.Errorf("an error has the cache control %q", got)
	}
	if a.header.Get("Etag") != "" {
		t.Error("an error has an ETag")
	}
}

func into[T any](t testing.TB, a answered) (v T) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.body), &v); err != nil {
		t.Fatalf("%v in %s", err, a.body)
	}
	return v
}

const lampManifest = `okhv = "2.4"
name = "Bench Lamp"
license = "CERN-OHL-S-2.0"
licensor = "Ada"
function = "Lights a bench."
bom = "bom.csv"
`

const lampBOM = "Item,Name,Quantity,Manufacturer,MPN\n1,Screw M3,4,Acme,M3-10\n2,Lamp,1,Lux,L-1\n"

// lampFiles are the files of a small design.
func lampFiles() map[string]string {
	return map[string]string{"okh.toml": lampManifest, "bom.csv": lampBOM, "cad/base.scad": "cube(1);\n"}
}

// put sends bytes as an artifact.
func (p *place) put(token, content string) schema.Digest {
	p.t.Helper()
	d := schema.DigestOf([]byte(content))
	p.do(token, http.MethodPut, "/v1/artifacts/"+d.String(), content).is(p.t, http.StatusNoContent)
	return d
}

// draft sends files and has a release drafted of them.
func (p *place) draft(token, design, version string, files map[string]string) answered {
	p.t.Helper()
	body := api.Draft{Manifest: "okh.toml"}
	for path, content := range files {
		body.Files = append(body.Files, api.DraftFile{Path: path, Digest: p.put(token, content), Size: int64(len(content))})
	}
	return p.do(token, http.MethodPost, "/v1/designs/"+design+"/versions/"+version+"/draft", body)
}

// publish publishes files and gives the documents and the receipt.
func (p *place) publish(token, design, version string, files map[string]string) (bom.Publication, schema.ReleaseReceipt) {
	p.t.Helper()
	d := into[bom.Draft](p.t, p.draft(token, design, version, files).is(p.t, http.StatusOK))
	a := p.do(token, http.MethodPut, "/v1/designs/"+design+"/versions/"+version, d.Publication).is(p.t, http.StatusCreated)
	return d.Publication, into[schema.ReleaseReceipt](p.t, a)
}
