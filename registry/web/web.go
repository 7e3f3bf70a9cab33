// Package web is the registry's pages for people: rendered on the server,
// readable without JavaScript, with nothing from elsewhere on the Internet. A
// handler reads its input, asks registry.Service, and fills a template.
//
//	/                              search; without words the latest designs
//	/{owner}                       an account and its designs
//	/{owner}/{name}                a design and its versions
//	/{owner}/{name}/{version}      a version; a range or "latest" leads to one
//	/batches, /batches/{maker}     batches, the latest first
//	/batches/{maker}/{batch}       a batch and its units
//	/u/{maker}/{serial}            the passport of a unit
//	/advisories, /advisories/{id}  warnings of defects, and what they mean for every unit
//	/report?about=                 the form by which anybody reports a release or an account
//
// Imports registry and the rooms below it. Start reading at [New].
package web

import (
	"embed"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"github.com/maypok86/otter/v2"

	"github.com/patternbook/patternbook/registry"
	"github.com/patternbook/patternbook/schema"
)

//go:embed templates assets
var files embed.FS

// Options are what can be chosen about the pages. The zero value is right.
type Options struct {
	// Log takes what no reader is told, slog.Default when nil.
	Log *slog.Logger
	// Admit counts a request of a class and lets it through, or says why not; nil
	// lets all through.
	Admit func(*http.Request, registry.Class) error
}

// pages serves the pages of a service.
type pages struct {
	service   *registry.Service
	problemOf func(error) *schema.Problem
	log       *slog.Logger
	admit     func(*http.Request, registry.Class) error
	assets    map[string]asset              // by name
	templates map[string]*template.Template // by page, each with the layout
	mux       *http.ServeMux

	sameOrigin *http.CrossOriginProtection
	readmes    *otter.Cache[schema.Digest, template.HTML] // rendered, by release
}

// New makes the handler of the pages. problemOf is the one table from errors to
// statuses, which the API has.
func New(service *registry.Service, problemOf func(error) *schema.Problem, o Options) (http.Handler, error) {
	p := &pages{service: service, problemOf: problemOf, log: o.Log, admit: o.Admit, mux: http.NewServeMux(), sameOrigin: http.NewCrossOriginProtection()}
	if p.log == nil {
		p.log = slog.Default()
	}
	var err error
	if p.readmes, err = otter.New(&otter.Options[schema.Digest, template.HTML]{MaximumSize: maxReadmes}); err != nil {
		return nil, err
	}
	if p.assets, err = readAssets(); err != nil {
		return nil, fmt.Errorf("read the assets: %w", err)
	}
	if p.templates, err = p.readTemplates(); err != nil {
		return nil, err
	}
	p.route()
	return p, nil
}

func (p *pages) route() {
	p.mux.HandleFunc("GET /assets/{file}", func(w http.ResponseWriter, r *http.Request) { p.serveAsset(w, r, r.PathValue("file")) })
	p.mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, r *http.Request) { p.serveAsset(w, r, "logo.svg") })
	p.mux.HandleFunc("GET /robots.txt", func(w http.ResponseWriter, r *http.Request) { p.serveAsset(w, r, "robots.txt") })
	p.handle("GET /{$}", p.search)
	p.handle("GET /{owner}", p.account)
	p.handle("GET /{owner}/{name}", p.design)
	p.handle("GET /{owner}/{name}/{version}", p.version)
	p.handle("GET /batches", p.batches)
	p.handle("GET /batches/{maker}", p.batches)
	p.handle("GET /batches/{maker}/{batch}", p.batch)
	p.handle("GET /u/{maker}", func(r *http.Request) (view, error) {
		return view{}, redirect("/batches/" + url.PathEscape(r.PathValue("maker")))
	})
	p.mux.HandleFunc("GET /u/{maker}/{serial}", p.passport)
	p.handle("GET /advisories", p.advisories)
	p.handle("GET /advisories/{id}", p.advisory)
	p.handle("GET /report", p.report)
	p.mux.HandleFunc("POST /report", p.sendReport)
}

// ServeHTTP answers with a page, or, for what is no page, as its reader asks.
func (p *pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	if _, pattern := p.mux.Handler(r); r.Method != http.MethodGet && r.Method != http.MethodHead && !strings.HasPrefix(pattern, r.Method+" ") {
		h.Set("Allow", "GET, HEAD")
		p.fail(w, r, &schema.Error{Kind: schema.MethodNotAllowed, Detail: "This address can only be read.", Fix: "To change something, use the patternbook command or the API."})
		return
	}
	if to := withoutSlash(r.URL); to != "" {
		w.Header().Set("Location", to)
		w.WriteHeader(http.StatusMovedPermanently)
		return
	}
	if _, pattern := p.mux.Handler(r); pattern == "" {
		p.fail(w, r, nothing)
		return
	}
	p.mux.ServeHTTP(w, r)
}

// withoutSlash gives the address without the slashes at its end, "" when it has
// none. It stays escaped: the decoded path may hold what a browser takes for the
// name of another site.
func withoutSlash(u *url.URL) string {
	path := u.EscapedPath()
	trimmed := strings.TrimRight(path, "/")
	if trimmed == "" || trimmed == path || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") {
		return ""
	}
	return withQuery(trimmed, u)
}

// withQuery adds the query of u to a path.
func withQuery(path string, u *url.URL) string {
	if u.RawQuery == "" {
		return path
	}
	return path + "?" + u.RawQuery
}

// nothing is the error of an address without a page.
var nothing = &schema.Error{Kind: schema.NotFound, Detail: "There is nothing at this address.", Fix: "It may be misspelt, or may never have been published."}
