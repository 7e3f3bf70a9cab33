package web

import (
	"net/http"

	"github.com/patternbook/patternbook/registry/index"
	"github.com/patternbook/patternbook/schema"
)

type accountPage struct {
	Account schema.AccountAnswer
	List    designList
	Batches []index.Batch   // the latest few
	More    bool            // batches than these
	Members []schema.Member // of an organisation, or the memberships of a person

	Transfers []schema.TransferAnswer // under way, of which it is a part
}

func (p *pages) account(r *http.Request) (view, error) {
	const batches = 5
	name, err := schema.ParseName(r.PathValue("owner"))
	if err != nil {
		return view{}, misspelt(err)
	}
	var page accountPage
	if page.Account, err = p.service.Account(r.Context(), name); err != nil {
		return view{}, err
	}
	if page.List, err = p.list(r, index.Query{Owner: name}); err != nil {
		return view{}, err
	}
	var cursor string
	page.Batches, cursor, err = p.service.Batches(r.Context(), schema.BatchQuery{Maker: name}, index.Page{Limit: batches})
	page.More = cursor != ""
	if err != nil {
		return view{}, err
	}
	members := p.service.Memberships
	if page.Account.Type == schema.AccountOrganisation {
		members = p.service.Members
	}
	if page.Members, _, err = members(r.Context(), name, index.Page{Limit: maxRows}); err != nil {
		return view{}, err
	}
	page.Transfers, _, err = p.service.Transfers(r.Context(), name, index.Page{Limit: maxRows})
	return view{"account", name.String() + " · Patternbook", page.Account.About, page}, err
}
