package web_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/patternbook/patternbook/artifacts/dir"
	"github.com/patternbook/patternbook/registry"
	"github.com/patternbook/patternbook/registry/api"
	"github.com/patternbook/patternbook/registry/web"
	"github.com/patternbook/patternbook/schema"
)

// A site is a registry whose pages are read over HTTP.
type site struct {
	t       *testing.T
	service *registry.Service
	url     string
}

func newSite(t *testing.T) *site {
	t.Helper()
	data := t.TempDir()
	store, err := dir.Open(filepath.Join(data, "artifacts"))
	if err != nil {
		t.Fatal(err)
	}
	service, err := registry.Open(context.Background(), data, store, registry.Options{})
	if err != nil {
		t.Fatal(err)
	}
	pages, err := web.New(service, api.ProblemOf, web.Options{})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(pages)
	t.Cleanup(func() {
		server.Close()
		if err := service.Close(); err != nil {
			t.Error(err)
		}
	})
	return &site{t, service, server.URL}
}

// account opens an account.
func (s *site) account(name string) schema.Name {
	s.t.Helper()
	n, err := schema.ParseName(name)
	if err != nil {
		s.t.Fatal(err)
	}
	if _, _, err := s.service.OpenAccount(context.Background(), n, "a long password"); err != nil {
		s.t.Fatal(err)
	}
	return n
}

// publish publishes files given as path and text; the first is the manifest.
func (s *site) publish(by schema.Name, name string, files ...string) {
	s.t.Helper()
	ctx := context.Background()
	design, err := schema.ParseDesign(by.String() + "/" + name)
	if err != nil {
		s.t.Fatal(err)
	}
	q := registry.DraftRequest{Design: design, Manifest: files[0]}
	for i := 0; i < len(files); i += 2 {
		text := files[i+1]
		f := schema.File{Path: files[i], Digest: schema.DigestOf([]byte(text)), Size: int64(len(text))}
		if err := s.service.PutArtifact(ctx, by, f.Digest, f.Size, strings.NewReader(text)); err != nil {
			s.t.Fatal(err)
		}
		q.Files = append(q.Files, f)
	}
	d, err := s.service.Draft(ctx, by, q)
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := s.service.Publish(ctx, by, d.Publication); err != nil {
		s.t.Fatal(err)
	}
}

// get reads a page and checks that it is sound: it parses, tables have headers,
// pictures a text, inputs a label.
func (s *site) get(path string, status int) string {
	s.t.Helper()
	r, err := http.NewRequest(http.MethodGet, s.url+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Accept", "text/html,*/*;q=0.8")
	response, err := http.DefaultTransport.RoundTrip(r) // redirects are answers too
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	if response.StatusCode != status {
		s.t.Errorf("%s answers %d, want %d: %s", path, response.StatusCode, status, body)
	}
	if csp := response.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") {
		s.t.Errorf("%s has the policy %q", path, csp)
	}
	if strings.HasPrefix(response.Header.Get("Content-Type"), "text/html") && status < 300 {
		s.checkHTML(path, string(body))
	}
	if status >= 300 && status < 400 {
		return response.Header.Get("Location")
	}
	return string(body)
}

func (s *site) checkHTML(path, body string) {
	s.t.Helper()
	root, err := html.Parse(strings.NewReader(body))
	if err != nil {
		s.t.Fatalf("%s: %v", path, err)
	}
	labelled := map[string]bool{}
	for n := range root.Descendants() {
		if n.Data == "label" {
			labelled[attribute(n, "for")] = true
		}
	}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		switch n.Data {
		case "script":
			s.t.Errorf("%s has a script", path)
		case "img":
			if !hasAttribute(n, "alt") {
				s.t.Errorf("%s has a picture without a text", path)
			}
		case "input", "select":
			if !labelled[attribute(n, "id")] {
				s.t.Errorf("%s has an input %q without a label", path, attribute(n, "id"))
			}
		case "th":
			if attribute(n, "scope") == "" {
				s.t.Errorf("%s has a header cell without a scope", path)
			}
		case "table":
			if first := n.FirstChild.NextSibling; first == nil || first.Data != "caption" {
				s.t.Errorf("%s has a table without a caption", path)
			}
		}
	}
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func hasAttribute(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

func manifest(name, version, function, more string) string {
	return fmt.Sprintf("okhv = \"2.4\"\nname = %q\nversion = %q\nlicense = \"CERN-OHL-S-2.0\"\nlicensor = \"Ada\"\nfunction = %q\nreadme = \"README.md\"\n%s", name, version, function, more)
}

func TestPages(t *testing.T) {
	s := newSite(t)
	if page := s.get("/", 200); !strings.Contains(page, "patternbook publish") {
		t.Errorf("an empty registry does not say how to publish: %s", page)
	}
	ada, coop := s.account("ada"), s.account("coop")
	hostile := `<script>alert("&")</script>`
	s.publish(ada, "foot", "okh.toml", manifest("Foot", "1.0.0", hostile, ""), "README.md", "#\n", "a b/ü#?.scad", "cube(1);")
	s.publish(ada, "table", "okh.toml", manifest("Table", "1.0.0", "Stands.", `bom = "bom.tsv"`), "README.md", "# Table\n",
		"bom.tsv", "POS\tNAME\tUNITS\tTYPE\tREFERENCE\n1\tFoot\t4\tMOSH\tada/foot@^1\n2\tScrew\t8\tSTD\tISO 4017 M8 x 20\n3\tBoard\t1\tMOSH\thttps://example.org/board\n")
	registerBatch(t, s, coop, ada)
	for path, want := range map[string][]string{
		"/":                                  {"Foot", "Table", "/ada/table"},
		"/?q=stan":                           {"Table", `value="stan"`},
		"/?q=nothing":                        {"Nothing fits"},
		"/ada":                               {"Designs of ada", "Table"},
		"/coop":                              {"Designs of coop"},
		"/ada/table":                         {"Stands.", "/ada/table/1.0.0", "in use"},
		"/ada/table/1.0.0":                   {"ISO 4017 M8 x 20", "/ada/foot/1.0.0", "https://example.org/board", "bom.tsv", "coop/LOT-1"},
		"/ada/table/1.0.0?view=tree&units=3": {`value="3"`, "<td class=\"number\">24</td>"},
		"/ada/foot/1.0.0":                    {"&lt;script&gt;", "/files/a%20b/%C3%BC%23%3F.scad", "This version has none"},
		"/batches/coop/LOT-1":                {"/u/coop/T-3", "/ada/table/1.0.0", "as_designed"},
		"/batches/coop/lot-1":                {"/u/coop/T-3"},
		"/u/coop/t-2":                        {"T-2", "/ada/table/1.0.0", "/ada/foot/1.0.0", "/batches/coop/LOT-1"},
	} {
		page := s.get(path, 200)
		for _, text := range want {
			if !strings.Contains(page, text) {
				t.Errorf("%s does not say %q:\n%s", path, text, page)
			}
		}
		if strings.Contains(page, hostile) {
			t.Errorf("%s does not escape what an author wrote", path)
		}
	}
	for path, want := range map[string]string{"/ada/table/latest": "/ada/table/1.0.0", "/ada/table/^1": "/ada/table/1.0.0"} {
		if got := s.get(path, 302); got != want {
			t.Errorf("%s leads to %s, want %s", path, got, want)
		}
	}
	if got := s.get("/ada/table/", 301); got != "/ada/table" {
		t.Errorf("/ada/table/ leads to %s", got)
	}
	for _, path := range []string{"/eve", "/ada/none", "/ada/table/9.0.0", "/batches/coop/none", "/u/coop/none", "/assets/none", "/a/b/c/d", "/Ada"} {
		if page := s.get(path, 404); !strings.Contains(page, "<form") {
			t.Errorf("%s: an unknown page offers no search", path)
		}
	}
	s.get("/ada/table/1.0.0?units=many", 422)
	s.get("/ada/table/1.0.0?view=none", 422)
}

func registerBatch(t *testing.T, s *site, coop, ada schema.Name) {
	t.Helper()
	row, err := s.service.Resolve(context.Background(), schema.Reference{Design: schema.Design{Owner: ada, Name: "table"}})
	if err != nil {
		t.Fatal(err)
	}
	name, _ := schema.ParseSerial("LOT-1")
	serials, _ := schema.ParseSerialPatterns("T-{1..3}")
	_, err = s.service.RegisterBatch(context.Background(), coop, schema.Batch{
		Head: schema.Head{Kind: schema.KindBatch, Author: coop}, Maker: coop, Batch: name, Release: row.Digest,
		Serials: serials, Planned: 3, Status: schema.BatchCompleted, Conformance: schema.AsDesigned,
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestProblems asks as a program does.
func TestProblems(t *testing.T) {
	s := newSite(t)
	for _, test := range []struct {
		method, path string
		status       int
	}{{http.MethodGet, "/nobody", 404}, {http.MethodPost, "/", 405}, {http.MethodDelete, "/ada/lamp", 405}, {http.MethodGet, "/a/b/c/d", 404}} {
		r, _ := http.NewRequest(test.method, s.url+test.path, nil)
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		var p schema.Problem
		err = json.NewDecoder(response.Body).Decode(&p)
		_ = response.Body.Close()
		if err != nil || response.StatusCode != test.status || p.Status != test.status || response.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s %s: %d %+v %v", test.method, test.path, response.StatusCode, p, err)
		}
	}
}
