package web

import (
	"net/http"

	"github.com/patternbook/patternbook/registry/index"
	"github.com/patternbook/patternbook/schema"
)

type advisoriesPage struct {
	Advisories []index.Advisory
	Next       string
}

func (p *pages) advisories(r *http.Request) (view, error) {
	list, cursor, err := p.service.Advisories(r.Context(), "", index.Page{After: r.URL.Query().Get("cursor"), Limit: pageRows})
	return view{"advisories", "Advisories · Patternbook", "Warnings of defects in what was made from the designs of this registry.", advisoriesPage{list, next(r, cursor)}}, err
}

type advisoryPage struct {
	Row       index.Advisory
	Document  schema.Advisory
	Responses []index.Response
	Affected  schema.Affected
	Counts    []statusCount
	Next      string
}

// A statusCount is how many units have a status.
type statusCount struct {
	Status schema.UnitStatus
	Units  int
}

func (p *pages) advisory(r *http.Request) (view, error) {
	id, err := schema.ParseAdvisoryID(r.PathValue("id"))
	if err != nil {
		return view{}, misspelt(err)
	}
	var page advisoryPage
	if page.Row, page.Document, page.Responses, err = p.service.Advisory(r.Context(), id); err != nil {
		return view{}, err
	}
	if page.Affected, err = p.service.Affected(r.Context(), id, "", index.Page{After: r.URL.Query().Get("cursor"), Limit: 4 * pageRows}); err != nil {
		return view{}, err
	}
	for _, s := range schema.UnitStatuses() {
		if n := page.Affected.Units[s]; n > 0 {
			page.Counts = append(page.Counts, statusCount{s, n})
		}
	}
	page.Next = next(r, page.Affected.Next)
	return view{"advisory", page.Row.Title + " · " + id.String(), "A warning of a defect, and what it means for every unit.", page}, nil
}
