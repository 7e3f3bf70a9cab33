package web

import (
	"net/http"
	"strings"

	"github.com/patternbook/patternbook/registry/index"
	"github.com/patternbook/patternbook/schema"
)

type searchPage struct {
	Text, Owner, Licence string
	Asked                bool // for something, not for the latest designs
	List                 designList
}

// A designList is a page of designs.
type designList struct {
	Designs []schema.DesignSummary
	Next    string // address of the next page, "" at the end
}

func (p *pages) search(r *http.Request) (view, error) {
	q := r.URL.Query()
	page := searchPage{Text: strings.TrimSpace(q.Get("q")), Owner: strings.ToLower(strings.TrimSpace(q.Get("owner"))), Licence: strings.TrimSpace(q.Get("licence"))}
	page.Asked = page.Text != "" || page.Owner != "" || page.Licence != ""
	query := index.Query{Text: page.Text, Licence: page.Licence}
	var err error
	if page.Owner != "" {
		if query.Owner, err = schema.ParseName(page.Owner); err != nil {
			return view{}, err
		}
	}
	page.List, err = p.list(r, query)
	title := "Patternbook: open hardware designs"
	if page.Asked {
		title = strings.TrimSpace(page.Text+" · search") + " · Patternbook"
	}
	return view{"search", strings.TrimPrefix(title, "· "), "Open hardware designs, what they are made of, and every unit that was made from them.", page}, err
}

// list finds designs, from the cursor of the request on.
func (p *pages) list(r *http.Request, q index.Query) (designList, error) {
	designs, cursor, err := p.service.Search(r.Context(), q, index.Page{After: r.URL.Query().Get("cursor"), Limit: pageRows})
	return designList{designs, next(r, cursor)}, err
}

// next gives the address of this page after a cursor, "" for none.
func next(r *http.Request, cursor string) string {
	if cursor == "" {
		return ""
	}
	q := r.URL.Query()
	q.Set("cursor", cursor)
	return r.URL.EscapedPath() + "?" + q.Encode()
}
