package web

import (
	"net/http"

	"github.com/patternbook/patternbook/registry/index"
	"github.com/patternbook/patternbook/schema"
)

type batchesPage struct {
	Maker   schema.Name // zero for the batches of all
	Batches []index.Batch
	Next    string
}

func (p *pages) batches(r *http.Request) (view, error) {
	var page batchesPage
	title := "Batches · Patternbook"
	if text := r.PathValue("maker"); text != "" {
		name, err := schema.ParseName(text)
		if err != nil {
			return view{}, misspelt(err)
		}
		if _, err := p.service.Account(r.Context(), name); err != nil {
			return view{}, err
		}
		page.Maker, title = name, "Batches of "+name.String()+" · Patternbook"
	}
	list, cursor, err := p.service.Batches(r.Context(), schema.BatchQuery{Maker: page.Maker}, index.Page{After: r.URL.Query().Get("cursor"), Limit: pageRows})
	page.Batches, page.Next = list, next(r, cursor)
	return view{"batches", title, "What was made from the designs of this registry.", page}, err
}

type batchPage struct {
	Row      index.Batch
	Document schema.Batch
	Release  index.Release // that the units were made from
	Units    []schema.Unit
	Next     string
}

func (p *pages) batch(r *http.Request) (view, error) {
	const rows = 4 * pageRows // they are short
	name, err := schema.ParseBatchName(r.PathValue("maker") + "/" + r.PathValue("batch"))
	if err != nil {
		return view{}, misspelt(err)
	}
	var page batchPage
	if page.Row, page.Document, err = p.service.Batch(r.Context(), name); err != nil {
		return view{}, err
	}
	if page.Release, err = p.service.Resolve(r.Context(), schema.Reference{Design: page.Row.Design, Digest: page.Row.Release}); err != nil {
		return view{}, err
	}
	serials, cursor, err := p.service.Units(r.Context(), name, index.Page{After: r.URL.Query().Get("cursor"), Limit: rows})
	for _, s := range serials {
		page.Units = append(page.Units, schema.Unit{Maker: name.Maker, Serial: s})
	}
	page.Next = next(r, cursor)
	return view{"batch", "Batch " + page.Row.Batch.String() + " · Patternbook", count(page.Row.Planned, "unit") + " of " + page.Release.Title, page}, err
}
