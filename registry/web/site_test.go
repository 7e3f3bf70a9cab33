package web_test

import (
	"context"
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
		if err := s.service.PutArtifact(ctx, registry.As(by), f.Digest, f.Size, strings.NewReader(text)); err != nil {
			s.t.Fatal(err)
		}
		q.Files = append(q.Files, f)
	}
	d, err := s.service.Draft(ctx, registry.As(by), q)
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := s.service.Publish(ctx, registry.As(by), d.Publication); err != nil {
		s.t.Fatal(err)
	}
}

// batch registers a batch of the latest version of a design.
func (s *site) batch(maker, owner schema.Name, design, batch, serials string, units int) {
	s.t.Helper()
	row, err := s.service.Resolve(context.Background(), schema.Reference{Design: schema.Design{Owner: owner, Name: design}})
	if err != nil {
		s.t.Fatal(err)
	}
	name, err := schema.ParseSerial(batch)
	if err != nil {
		s.t.Fatal(err)
	}
	patterns, err := schema.ParseSerialPatterns(serials)
	if err != nil {
		s.t.Fatal(err)
	}
	_, err = s.service.RegisterBatch(context.Background(), registry.As(maker), schema.Batch{
		Head: schema.Head{Kind: schema.KindBatch, Author: maker}, Maker: maker, Batch: name, Release: row.Digest,
		Serials: patterns, Planned: units, Status: schema.BatchCompleted, Conformance: schema.AsDesigned,
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// yank yanks a version of by's.
func (s *site) yank(by schema.Name, design, version, reason string) {
	s.t.Helper()
	v, err := schema.ParseVersion(version)
	if err != nil {
		s.t.Fatal(err)
	}
	row, err := s.service.Resolve(context.Background(), schema.Reference{Design: schema.Design{Owner: by, Name: design}, Version: v})
	if err != nil {
		s.t.Fatal(err)
	}
	_, err = s.service.SetStatus(context.Background(), registry.As(by), schema.ReleaseStatus{
		Head: schema.Head{Kind: schema.KindReleaseStatus, Author: by}, Release: row.Digest, Status: schema.Yanked, Follows: row.StatusBy, Reason: reason,
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// ask sends a request with headers given as name and value. Redirects are
// answers too.
func (s *site) ask(method, path, accept string, headers ...string) *http.Response {
	s.t.Helper()
	r, err := http.NewRequest(method, s.url+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Accept", accept)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = response.Body.Close() })
	return response
}

// walk counts what the pages from path on list.
func (s *site) walk(path, row string) (n int) {
	s.t.Helper()
	for range 20 {
		page := s.get(path, 200)
		n += strings.Count(page, row)
		_, rest, more := strings.Cut(page, `rel="next" href="`)
		if !more {
			return n
		}
		path, _, _ = strings.Cut(rest, `"`)
		path = html.UnescapeString(path)
	}
	s.t.Errorf("the pages never end: %s", path)
	return n
}

// get reads a page and checks that it is sound: it parses, tables have headers,
// pictures a text, inputs a label.
func (s *site) get(path string, status int) string {
	s.t.Helper()
	response := s.ask(http.MethodGet, path, "text/html,*/*;q=0.8")
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
	if strings.HasPrefix(response.Header.Get("Content-Type"), "text/html") && (status < 300 || status >= 400) {
		s.checkHTML(path, string(body))
	}
	if status >= 300 && status < 400 {
		return response.Header.Get("Location")
	}
	return string(body)
}

func (s *site) checkHTML(path, body string) {
	s.t.Helper()
	checkClosed(s.t, path, body)
	root, err := html.Parse(strings.NewReader(body))
	if err != nil {
		s.t.Fatalf("%s: %v", path, err)
	}
	labelled, ids, count := map[string]bool{}, map[string]bool{}, map[string]int{}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		count[n.Data]++
		if n.Data == "label" {
			labelled[attribute(n, "for")] = true
		}
		if id := attribute(n, "id"); id != "" {
			if ids[id] {
				s.t.Errorf("%s has two elements with the id %q", path, id)
			}
			ids[id] = true
		}
	}
	for _, once := range []string{"h1", "main", "header", "footer", "title"} {
		if count[once] != 1 {
			s.t.Errorf("%s has %d elements %s, want 1", path, count[once], once)
		}
	}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			s.checkElement(path, n, labelled, ids)
		}
	}
}

func (s *site) checkElement(path string, n *html.Node, labelled, ids map[string]bool) {
	s.t.Helper()
	for _, a := range n.Attr {
		if strings.HasPrefix(a.Key, "on") || a.Key == "style" {
			s.t.Errorf("%s has an attribute %s, which the policy forbids", path, a.Key)
		}
		if a.Key == "src" && !strings.HasPrefix(a.Val, "/") {
			s.t.Errorf("%s takes %q from elsewhere", path, a.Val)
		}
		if a.Key == "href" && strings.HasPrefix(a.Val, "#") && !ids[a.Val[1:]] {
			s.t.Errorf("%s has a link to %q, which is not on it", path, a.Val)
		}
		if a.Key == "href" && strings.Contains(a.Val, ":") && attribute(n, "rel") != "nofollow noopener" {
			s.t.Errorf("%s vouches for %q", path, a.Val)
		}
	}
	switch n.Data {
	case "script", "iframe":
		s.t.Errorf("%s has a %s", path, n.Data)
	case "img":
		if !hasAttribute(n, "alt") {
			s.t.Errorf("%s has a picture without a text", path)
		}
	case "input", "select":
		if attribute(n, "type") != "hidden" && !labelled[attribute(n, "id")] {
			s.t.Errorf("%s has an input %q without a label", path, attribute(n, "id"))
		}
	case "th":
		if attribute(n, "scope") == "" {
			s.t.Errorf("%s has a header cell without a scope", path)
		}
	case "table":
		s.checkTable(path, n)
	}
}

func (s *site) checkTable(path string, table *html.Node) {
	s.t.Helper()
	heads, caption := 0, false
	for n := range table.Descendants() {
		if n.Data == "th" && attribute(n, "scope") == "col" {
			heads++
		}
		caption = caption || n.Data == "caption"
	}
	if attribute(table.Parent, "aria-label") == "Table" { // of a README, which says what it wants
		heads, caption = 1, true
	}
	if heads == 0 || !caption {
		s.t.Errorf("%s has a table with %d headers, caption %t", path, heads, caption)
	}
	if attribute(table.Parent, "tabindex") != "0" || attribute(table.Parent, "aria-label") == "" {
		s.t.Errorf("%s has a table that a keyboard cannot scroll", path)
	}
}

// checkClosed checks what html.Parse repairs in silence: that every element is
// closed, in its order.
func checkClosed(t *testing.T, path, body string) {
	t.Helper()
	var open []string
	z := html.NewTokenizer(strings.NewReader(body))
	for {
		switch z.Next() {
		case html.ErrorToken:
			if len(open) > 0 {
				t.Errorf("%s does not close %v", path, open)
			}
			return
		case html.StartTagToken:
			switch name := z.Token().Data; name {
			case "meta", "link", "img", "input", "br":
			default:
				open = append(open, name)
			}
		case html.EndTagToken:
			name := z.Token().Data
			if len(open) == 0 || open[len(open)-1] != name {
				t.Errorf("%s closes %s inside %v", path, name, open)
				return
			}
			open = open[:len(open)-1]
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
