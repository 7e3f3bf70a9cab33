package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/patternbook/patternbook/registry"
	"github.com/patternbook/patternbook/schema"
)

// A view is a filled page.
type view struct {
	template string
	title    string
	about    string // one sentence, for whoever lists the page
	data     any
}

// redirect is the error of a page that is elsewhere: a path, escaped.
type redirect string

// Error implements error.
func (r redirect) Error() string { return "see " + string(r) }

// moved is the error of a page that is elsewhere for good: a path, escaped.
type moved string

// Error implements error.
func (m moved) Error() string { return "see " + string(m) }

// A pageFunc makes the page that a request asks for.
type pageFunc func(*http.Request) (view, error)

func (p *pages) readTemplates() (map[string]*template.Template, error) {
	templates := make(map[string]*template.Template)
	for _, name := range []string{"search", "account", "design", "version", "batches", "batch", "unit", "advisories", "advisory", "report", "error"} {
		t, err := template.New("layout.html").Funcs(p.functions()).ParseFS(files, "templates/layout.html", "templates/parts.html", "templates/"+name+".html")
		if err != nil {
			return nil, fmt.Errorf("read the template %s: %w", name, err)
		}
		templates[name] = t
	}
	return templates, nil
}

func (p *pages) handle(pattern string, page pageFunc) {
	p.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { p.show(w, r, page) })
}

// show answers with a page.
func (p *pages) show(w http.ResponseWriter, r *http.Request, page pageFunc) {
	if p.admit != nil {
		if err := p.admit(r, registry.ClassSearch); err != nil {
			p.fail(w, r, err)
			return
		}
	}
	v, err := p.fill(page, r)
	if to, elsewhere := errors.AsType[redirect](err); elsewhere {
		w.Header().Set("Location", withQuery(string(to), r.URL))
		w.WriteHeader(http.StatusFound)
		return
	}
	if to, elsewhere := errors.AsType[moved](err); elsewhere {
		w.Header().Set("Cache-Control", "no-cache")
		w.Header().Set("Location", withQuery(string(to), r.URL))
		w.WriteHeader(http.StatusMovedPermanently)
		return
	}
	if err == nil {
		err = p.render(w, r, http.StatusOK, v)
	}
	if err != nil {
		p.fail(w, r, err)
	}
}

// fill makes a page when it is its turn. The turn ends before the page is written:
// a reader may take long.
func (p *pages) fill(page pageFunc, r *http.Request) (view, error) {
	leave, err := p.service.Enter(r.Context())
	if err != nil {
		return view{}, err
	}
	defer leave()
	v, err := page(r)
	if errors.Is(err, schema.NotFound) && lower(r) && exists(page, r) {
		err = redirect(lowerPath(r.URL.EscapedPath()))
	}
	return v, err
}

// lower brings the names of account and design in a request to lower case, as
// they are registered, and tells whether that changed anything.
func lower(r *http.Request) (changed bool) {
	for _, segment := range []string{"owner", "name", "maker"} {
		if was := r.PathValue(segment); was != strings.ToLower(was) {
			r.SetPathValue(segment, strings.ToLower(was))
			changed = true
		}
	}
	return changed
}

// lowerPath does the same to an address: the names are its first two segments.
func lowerPath(path string) string {
	segments := strings.SplitN(path, "/", 4)
	for i := range min(len(segments), 3) {
		segments[i] = strings.ToLower(segments[i])
	}
	return strings.Join(segments, "/")
}

func exists(page pageFunc, r *http.Request) bool {
	_, err := page(r)
	_, elsewhere := errors.AsType[redirect](err)
	_, gone := errors.AsType[moved](err)
	return err == nil || elsewhere || gone
}

// render fills a page into memory first, so that an error can still become a
// page of its own.
func (p *pages) render(w http.ResponseWriter, r *http.Request, status int, v view) error {
	var b bytes.Buffer
	data := struct {
		Title, About, Query string
		Search              bool // whether the head has a search box: the search page has its own
		Data                any
	}{v.title, excerpt(v.about), r.URL.Query().Get("q"), v.template != "search", v.data}
	if err := p.templates[v.template].Execute(&b, data); err != nil {
		return fmt.Errorf("render %s: %w", v.template, err)
	}
	h := w.Header()
	h.Set("Cache-Control", "no-cache")
	h.Set("Content-Type", "text/html; charset=utf-8")
	if status == http.StatusOK {
		sum := sha256.Sum256(b.Bytes())
		h.Set("Etag", `"`+hex.EncodeToString(sum[:16])+`"`)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(b.Bytes()))
		return nil
	}
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the reader has gone: nobody is left to tell
	return nil
}

// fail tells of an error: with a page for whoever reads pages, else with a problem.
func (p *pages) fail(w http.ResponseWriter, r *http.Request, err error) {
	problem := p.problemOf(err)
	if problem.Status >= http.StatusInternalServerError && r.Context().Err() == nil {
		p.log.ErrorContext(r.Context(), "page failed", "path", r.URL.Path, "error", err, "cause", cause(err))
	}
	h := w.Header()
	h.Set("Vary", "Accept")
	if problem.Status == http.StatusTooManyRequests || problem.Status == http.StatusServiceUnavailable {
		h.Set("Retry-After", strconv.Itoa(int(schema.WaitOf(err).Seconds())))
	}
	if readsHTML(r) {
		if err := p.render(w, r, problem.Status, view{template: "error", title: heading(problem.Status) + " · Patternbook", data: problem}); err == nil {
			return
		}
	}
	h.Set("Content-Type", problem.ContentType(""))
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(problem.Status)
	_ = json.NewEncoder(w).Encode(problem) // likewise
}

// cause gives what an error keeps from its reader.
func cause(err error) error {
	if e, ok := errors.AsType[*schema.Error](err); ok {
		return e.Err
	}
	return nil
}

// readsHTML tells a browser from a program: it asks for HTML by name.
func readsHTML(r *http.Request) bool {
	for accepted := range strings.SplitSeq(strings.Join(r.Header.Values("Accept"), ","), ",") {
		mediaType, parameters, err := mime.ParseMediaType(accepted)
		if err != nil || mediaType != "text/html" {
			continue
		}
		q, err := strconv.ParseFloat(parameters["q"], 64)
		if err != nil || q > 0 {
			return true
		}
	}
	return false
}

// wantsJSON tells a program that asks for JSON by name, and not for HTML.
func wantsJSON(r *http.Request) bool {
	return !readsHTML(r) && strings.Contains(strings.Join(r.Header.Values("Accept"), ","), "application/json")
}

// heading says in plain words what a status means to whoever reads.
func heading(status int) string {
	switch status {
	case http.StatusNotFound:
		return "Not found"
	case http.StatusMethodNotAllowed:
		return "Not possible here"
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return "Not just now"
	}
	if status >= http.StatusInternalServerError {
		return "Something went wrong"
	}
	return "That cannot be shown"
}

// misspelt is the error of an address with a name in it that cannot be: nothing
// is there, and the error of reading the name says why.
func misspelt(err error) error {
	e, ok := errors.AsType[*schema.Error](err)
	if !ok {
		return nothing
	}
	return &schema.Error{Kind: schema.NotFound, Detail: e.Detail, Fix: e.Fix, At: e.At}
}
