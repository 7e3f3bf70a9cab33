package web

import (
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/registry/index"
	"github.com/patternbook/patternbook/schema"
)

const (
	pageRows = 50   // rows of a list on one page
	maxLines = 2000 // lines of a BOM on one page
)

// functions are what templates can call.
var functions = template.FuncMap{
	"link":  httpURL,
	"path":  escapePath,
	"short": func(d schema.Digest) string { return d.Hex()[:12] },
	"size":  humanSize,
	"day":   func(t schema.Time) string { day, _, _ := strings.Cut(t.String(), "T"); return day },
}

// httpURL gives a URL that somebody wrote if it can be followed safely, else "".
func httpURL(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	return u.String()
}

// escapePath escapes the segments of a path, and keeps its slashes.
func escapePath(p string) string {
	segments := strings.Split(p, "/")
	for i, s := range segments {
		segments[i] = url.PathEscape(s)
	}
	return strings.Join(segments, "/")
}

func humanSize(n int64) string {
	const unit = 1024
	if n < unit {
		return fmt.Sprintf("%d bytes", n)
	}
	value, units := float64(n)/unit, []string{"KiB", "MiB", "GiB", "TiB"}
	for len(units) > 1 && value >= unit {
		value, units = value/unit, units[1:]
	}
	return fmt.Sprintf("%.1f %s", value, units[0])
}

type designList struct {
	Heading       string
	Owner         string
	Text, Licence string
	Designs       []schema.DesignSummary
	Next          string
}

func (p *pages) search(r *http.Request) (view, error) {
	q := r.URL.Query()
	l := designList{Heading: "Latest designs", Text: q.Get("q"), Licence: q.Get("licence")}
	if l.Text != "" || l.Licence != "" {
		l.Heading = "Designs that fit"
	}
	title := "Patternbook"
	if l.Text != "" {
		title = l.Text + " · Patternbook"
	}
	return p.list(r, title, l, index.Query{Text: l.Text, Licence: l.Licence})
}

func (p *pages) owner(r *http.Request) (view, error) {
	name, err := schema.ParseName(r.PathValue("owner"))
	if err != nil {
		return view{}, nothing
	}
	if _, err := p.service.Account(r.Context(), name); err != nil {
		return view{}, err
	}
	l := designList{Heading: "Designs of " + name.String(), Owner: name.String()}
	return p.list(r, name.String()+" · Patternbook", l, index.Query{Owner: name})
}

func (p *pages) list(r *http.Request, title string, l designList, q index.Query) (view, error) {
	designs, cursor, err := p.service.Search(r.Context(), q, index.Page{After: r.URL.Query().Get("cursor"), Limit: pageRows})
	if err != nil {
		return view{}, err
	}
	l.Designs, l.Next = designs, next(r, cursor)
	return view{"search", title, l}, nil
}

// next gives the address of this page after a cursor, "" for none.
func next(r *http.Request, cursor string) string {
	if cursor == "" {
		return ""
	}
	q := r.URL.Query()
	q.Set("cursor", cursor)
	return r.URL.Path + "?" + q.Encode()
}

func designOf(r *http.Request) (schema.Design, error) {
	d, err := schema.ParseDesign(r.PathValue("owner") + "/" + r.PathValue("name"))
	if err != nil {
		return d, nothing
	}
	return d, nil
}

type designPage struct {
	Design   schema.Design
	Latest   *index.Release
	Release  schema.Release
	Releases []index.Release
}

func (p *pages) design(r *http.Request) (view, error) {
	d, err := designOf(r)
	if err != nil {
		return view{}, err
	}
	releases, err := p.service.Versions(r.Context(), d)
	if err != nil {
		return view{}, err
	}
	page := designPage{Design: d, Latest: index.Latest(releases), Releases: releases}
	shown := releases[0]
	if page.Latest != nil {
		shown = *page.Latest
	}
	if _, page.Release, err = p.service.Release(r.Context(), schema.Reference{Design: d, Digest: shown.Digest}); err != nil {
		return view{}, err
	}
	slices.SortFunc(page.Releases, func(a, b index.Release) int { return b.Version.Compare(a.Version) })
	return view{"design", page.Release.Name + " · " + d.String(), page}, nil
}

type versionPage struct {
	Row      index.Release
	Release  schema.Release
	URL      string // of the version in the API
	Image    string // path of a picture among the files
	View     bom.View
	Views    []bom.View
	Units    int64
	BOM      *bom.BOM // nil when there is none
	Lines    []line
	Cut      int // lines that are not shown
	Batches  []index.Batch
	External []bom.Line // assemblies that are not pinned
}

// A line is a line of a BOM with the path that leads to it.
type line struct {
	bom.Line
	Path  string
	Depth int
}

func (p *pages) version(r *http.Request) (view, error) {
	d, err := designOf(r)
	if err != nil {
		return view{}, err
	}
	ref, err := d.At(r.PathValue("version"))
	if err != nil {
		return view{}, err
	}
	row, release, err := p.service.Release(r.Context(), ref)
	if err != nil {
		return view{}, err
	}
	if ref.Version.IsZero() {
		return view{}, redirect(fmt.Sprintf("/%s/%s", d, row.Version))
	}
	page := versionPage{
		Row: row, Release: release, URL: fmt.Sprintf("/v1/designs/%s/versions/%s", d, row.Version), Image: imageOf(release),
		View: bom.ViewLines, Views: bom.Views(), Units: 1,
	}
	if err := page.ask(r.URL.Query()); err != nil {
		return view{}, err
	}
	if err := p.fillBOM(r, &page); err != nil {
		return view{}, err
	}
	page.Batches, _, err = p.service.Batches(r.Context(), schema.Name{}, row.Digest, index.Page{Limit: pageRows})
	return view{"version", fmt.Sprintf("%s %s · %s", release.Name, row.Version, d), page}, err
}

// ask reads how the BOM is to be shown.
func (v *versionPage) ask(q url.Values) error {
	if text := q.Get("view"); text != "" {
		v.View = bom.View(text)
	}
	if text := q.Get("units"); text != "" {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return &schema.Error{Kind: schema.Invalid, Detail: fmt.Sprintf("%q is not a number of units", text), Fix: "write a whole number, like 10"}
		}
		v.Units = n
	}
	return nil
}

func (p *pages) fillBOM(r *http.Request, page *versionPage) (err error) {
	if page.Row.BOM.IsZero() {
		return nil
	}
	if _, page.BOM, err = p.service.BOM(r.Context(), schema.Reference{Design: page.Row.Design, Digest: page.Row.Digest}, page.View, page.Units); err != nil {
		return err
	}
	page.add(page.BOM.Lines, "", 0)
	for _, l := range page.BOM.Lines {
		if l.Assembly != nil && l.Assembly.Release.IsZero() {
			page.External = append(page.External, l)
		}
	}
	return nil
}

// add lists lines and those of the assemblies opened in them.
func (v *versionPage) add(lines []bom.Line, above string, depth int) {
	for _, l := range lines {
		if len(v.Lines) == maxLines {
			v.Cut++
			continue
		}
		v.Lines = append(v.Lines, line{l, above + l.Item, depth})
		if l.BOM != nil {
			v.add(l.BOM.Lines, above+l.Item+"/", depth+1)
		}
	}
}

// imageOf gives the first picture that is a file of the release.
func imageOf(r schema.Release) string {
	for _, i := range r.Images {
		if f, ok := r.FileAt(i.Location); ok && strings.HasPrefix(f.MediaType, "image/") {
			return f.Path
		}
	}
	return ""
}

type batchPage struct {
	Row      index.Batch
	Document schema.Batch
	Units    []schema.Serial
	Next     string
}

func (p *pages) batch(r *http.Request) (view, error) {
	name, err := schema.ParseBatchName(r.PathValue("maker") + "/" + r.PathValue("batch"))
	if err != nil {
		return view{}, err
	}
	var page batchPage
	if page.Row, page.Document, err = p.service.Batch(r.Context(), name); err != nil {
		return view{}, err
	}
	var cursor string
	page.Units, cursor, err = p.service.Units(r.Context(), name, index.Page{After: r.URL.Query().Get("cursor"), Limit: 4 * pageRows})
	page.Next = next(r, cursor)
	return view{"batch", "Batch " + page.Row.Batch.String(), page}, err
}

func (p *pages) unit(r *http.Request) (view, error) {
	name, err := schema.ParseUnit(r.PathValue("maker") + "/" + r.PathValue("serial"))
	if err != nil {
		return view{}, err
	}
	t, err := p.service.Trace(r.Context(), name)
	if err != nil {
		return view{}, err
	}
	return view{"unit", "Unit " + t.Unit.String(), t}, nil
}
