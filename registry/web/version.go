package web

import (
	"html/template"
	"net/http"

	"github.com/patternbook/patternbook/registry/index"
	"github.com/patternbook/patternbook/schema"
)

type versionPage struct {
	Row     index.Release
	Release schema.Release
	Former  schema.Design // as which it was published, zero when that is its name
	API     string        // address of the version for programs
	Picture *picture
	BOM     *bomTable // nil when there is none
	Files   []schema.File
	Cut     int               // files that are not shown
	Removed map[string]string // why files were removed by law, by their paths
	Readme  template.HTML     // safe, "" when there is none to show
	Batches []index.Batch
	Next    string // address of the page with more batches
}

func (p *pages) version(r *http.Request) (view, error) {
	d, err := designOf(r)
	if err != nil {
		return view{}, err
	}
	ref, err := d.At(r.PathValue("version"))
	if err != nil {
		return view{}, misspelt(err)
	}
	if err := p.forward(r, d); err != nil {
		return view{}, err
	}
	row, release, err := p.service.Release(r.Context(), ref)
	if err != nil {
		return view{}, err
	}
	if ref.Version.IsZero() {
		return view{}, redirect(versionURL(d, row.Version))
	}
	former := release.Design
	release.Design = row.Design // all that the page leads to has the present name
	page := versionPage{Row: row, Release: release, API: versionAPI(d, row.Version)}
	if former != row.Design {
		page.Former = former
	}
	page.Files, page.Cut = cut(release.Files)
	if page.Removed, err = p.service.RemovedFiles(r.Context(), row); err != nil {
		return view{}, err
	}
	page.Picture = pictureOf(release, page.Removed)
	page.Readme = p.readme(r.Context(), row.Digest, release, page.Removed)
	if page.BOM, err = p.bom(r, row, release); err != nil {
		return view{}, err
	}
	var cursor string
	page.Batches, cursor, err = p.service.Batches(r.Context(), schema.BatchQuery{Release: row.Digest}, index.Page{After: r.URL.Query().Get("cursor"), Limit: pageRows})
	page.Next = next(r, cursor)
	return view{"version", release.Name + " " + row.Version.String() + " · " + d.String(), release.Function, page}, err
}

// cut gives as many of the rows as a page shows, and how many are left out.
func cut[T any](rows []T) ([]T, int) {
	if len(rows) <= maxRows {
		return rows, 0
	}
	return rows[:maxRows], len(rows) - maxRows
}
