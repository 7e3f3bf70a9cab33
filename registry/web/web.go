// Package web is the registry's pages for people: rendered on the server,
// readable without JavaScript, with nothing from elsewhere on the Internet. A
// handler reads its input, asks registry.Service, and fills a template.
//
// Imports registry and the rooms below it. Start reading at [New].
package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"

	"github.com/patternbook/patternbook/registry"
	"github.com/patternbook/patternbook/schema"
)

//go:embed templates assets
var files embed.FS

// Options are what can be chosen about the pages. The zero value is right.
type Options struct {
	// Log takes what no reader is told, slog.Default when nil.
	Log *slog.Logger
}

// pages serves the pages of a service.
type pages struct {
	service   *registry.Service
	problemOf func(error) *schema.Problem
	log       *slog.Logger
	templates map[string]*template.Template // by page, each with the layout
	mux       *http.ServeMux
}

// New makes the handler of the pages. problemOf is the one table from errors to
// statuses, which the API has.
func New(service *registry.Service, problemOf func(error) *schema.Problem, o Options) (http.Handler, error) {
	p := &pages{service: service, problemOf: problemOf, log: o.Log, templates: make(map[string]*template.Template), mux: http.NewServeMux()}
	if p.log == nil {
		p.log = slog.Default()
	}
	for _, name := range []string{"search", "design", "version", "batch", "unit", "error"} {
		t, err := template.New("layout.html").Funcs(functions).ParseFS(files, "templates/layout.html", "templates/"+name+".html")
		if err != nil {
			return nil, fmt.Errorf("read the template %s: %w", name, err)
		}
		p.templates[name] = t
	}
	p.mux.HandleFunc("GET /assets/{file}", func(w http.ResponseWriter, r *http.Request) {
		name := "assets/" + r.PathValue("file")
		if _, err := fs.Stat(files, name); err != nil {
			p.fail(w, r, nothing)
			return
		}
		w.Header().Set("Cache-Control", "public, max-age=3600")
		http.ServeFileFS(w, r, files, name)
	})
	p.mux.HandleFunc("GET /robots.txt", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("User-agent: *\nAllow: /\n")) })
	p.handle("GET /{$}", p.search)
	p.handle("GET /{owner}", p.owner)
	p.handle("GET /{owner}/{name}", p.design)
	p.handle("GET /{owner}/{name}/{version}", p.version)
	p.handle("GET /batches/{maker}/{batch}", p.batch)
	p.handle("GET /u/{maker}/{serial}", p.unit)
	return p, nil
}

// ServeHTTP answers with a page, or, for what is no page, as its reader asks.
func (p *pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	if path := strings.TrimRight(r.URL.Path, "/"); path != "" && path != r.URL.Path && !strings.HasPrefix(path, "//") {
		http.Redirect(w, r, path, http.StatusMovedPermanently)
		return
	}
	if _, pattern := p.mux.Handler(r); pattern == "" {
		err := nothing
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			err = &schema.Error{Kind: schema.MethodNotAllowed, Detail: "This address can only be read."}
			h.Set("Allow", "GET, HEAD")
		}
		p.fail(w, r, err)
		return
	}
	p.mux.ServeHTTP(w, r)
}

// nothing is the error of an address without a page.
var nothing = &schema.Error{Kind: schema.NotFound, Detail: "There is nothing at this address."}

// A view is a filled page.
type view struct {
	template string
	title    string
	data     any
}

// redirect is the error of a page that is elsewhere.
type redirect string

// Error implements error.
func (r redirect) Error() string { return "see " + string(r) }

func (p *pages) handle(pattern string, page func(*http.Request) (view, error)) {
	p.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		v, err := page(r)
		if to, elsewhere := errors.AsType[redirect](err); elsewhere {
			http.Redirect(w, r, string(to), http.StatusFound)
			return
		}
		if err == nil {
			err = p.render(w, r, http.StatusOK, v)
		}
		if err != nil {
			p.fail(w, r, err)
		}
	})
}

// render fills a page into memory first, so that an error can still become a
// page of its own.
func (p *pages) render(w http.ResponseWriter, r *http.Request, status int, v view) error {
	var b bytes.Buffer
	data := struct {
		Title string
		Query string
		Data  any
	}{v.title, r.URL.Query().Get("q"), v.data}
	if err := p.templates[v.template].Execute(&b, data); err != nil {
		return fmt.Errorf("render %s: %w", v.template, err)
	}
	sum := sha256.Sum256(b.Bytes())
	etag := `"` + hex.EncodeToString(sum[:16]) + `"`
	h := w.Header()
	h.Set("Cache-Control", "no-cache")
	h.Set("Content-Type", "text/html; charset=utf-8")
	if status == http.StatusOK {
		h.Set("Etag", etag)
		if r.Header.Get("If-None-Match") == etag {
			w.WriteHeader(http.StatusNotModified)
			return nil
		}
	}
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the reader has gone: nobody is left to tell
	return nil
}

// fail tells of an error: with a page for whoever reads pages, else with a problem.
func (p *pages) fail(w http.ResponseWriter, r *http.Request, err error) {
	problem := p.problemOf(err)
	if problem.Status >= http.StatusInternalServerError && r.Context().Err() == nil {
		p.log.ErrorContext(r.Context(), "page failed", "path", r.URL.Path, "error", err)
	}
	if strings.Contains(r.Header.Get("Accept"), "text/html") {
		if p.render(w, r, problem.Status, view{"error", problem.Title, problem}) == nil {
			return
		}
	}
	h := w.Header()
	h.Set("Content-Type", problem.ContentType(""))
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(problem.Status)
	_ = json.NewEncoder(w).Encode(problem) // likewise
}
