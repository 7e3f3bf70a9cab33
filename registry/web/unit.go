package web

import (
	"net/http"
	"net/url"

	"github.com/patternbook/patternbook/schema"
)

// unitDepth is how many levels of units in units a passport shows.
const unitDepth = 4

type unitPage struct {
	*schema.Trace
	About   schema.About // what the release says of the thing
	Picture *picture
	Files   []schema.TracedFile
	Cut     int // files that are not shown
}

// passport answers the address that is printed on a product: with a page for people,
// and leads programs to the trace.
func (p *pages) passport(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Vary", "Accept")
	if wantsJSON(r) {
		http.Redirect(w, r, "/v1/units/"+url.PathEscape(r.PathValue("maker"))+"/"+url.PathEscape(r.PathValue("serial"))+"/trace", http.StatusSeeOther)
		return
	}
	p.show(w, r, p.unit)
}

func (p *pages) unit(r *http.Request) (view, error) {
	name, err := schema.ParseUnit(r.PathValue("maker") + "/" + r.PathValue("serial"))
	if err != nil {
		return view{}, misspelt(err)
	}
	t, err := p.service.Trace(r.Context(), name, unitDepth)
	if err != nil {
		return view{}, err
	}
	row, release, err := p.service.Release(r.Context(), schema.Reference{Design: t.Release.Design, Digest: t.Release.Digest})
	if err != nil {
		return view{}, err
	}
	release.Design = row.Design // it may say a former name
	page := unitPage{Trace: t, About: release.About}
	page.Files, page.Cut = cut(t.Files)
	page.Picture, err = p.picture(r.Context(), row, release)
	return view{"unit", t.Release.Name + " · unit " + t.Unit.String(), release.Function, page}, err
}
