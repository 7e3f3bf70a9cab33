package api

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/danielgtaylor/huma/v2"

	"github.com/patternbook/patternbook/registry/index"
	"github.com/patternbook/patternbook/schema"
)

// Paging is the input of every list.
type Paging struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"rows of a page"`
	Cursor string `query:"cursor" maxLength:"200" doc:"where to go on, from the page before"`
}

func (p Paging) page() index.Page { return index.Page{After: p.Cursor, Limit: p.Limit} }

// A DesignPath is the part of an address that names a design. Like the other
// shared inputs it is exported because huma passes over embedded types that are not.
type DesignPath struct {
	Owner string `path:"owner" example:"ada"`
	Name  string `path:"name" example:"bench-lamp"`
}

func (p DesignPath) design() (schema.Design, error) {
	return schema.ParseDesign(p.Owner + "/" + p.Name)
}

const designURL = "/v1/designs/{owner}/{name}"

func (a *API) registerDesigns() {
	handle(a, huma.Operation{
		OperationID: "search-designs", Method: http.MethodGet, Path: "/v1/designs", Summary: "Search designs",
		Description: "Best matches first; without q, those with the latest releases.", Tags: []string{"designs"},
		Responses: responds[schema.DesignList](a, 200, "a page of designs", "application/json"),
	}, a.searchDesigns)
	handle(a, huma.Operation{
		OperationID: "get-design", Method: http.MethodGet, Path: designURL, Summary: "Get a design with its versions",
		Description: "Under a name that it had before: the address of the present one (308), as with all that can be read of a design.",
		Tags:        []string{"designs"}, Responses: responds[schema.DesignOverview](a, 200, "the design", "application/json"),
	}, a.getDesign)
}

func (a *API) searchDesigns(ctx context.Context, in *struct {
	Paging
	Query   string `query:"q" maxLength:"500" doc:"words; each must occur, or begin a word that does" example:"lamp"`
	Owner   string `query:"owner" doc:"only designs of this account" example:"ada"`
	Licence string `query:"licence" maxLength:"500" doc:"only designs whose hardware is under this SPDX expression" example:"CERN-OHL-S-2.0"`
}) (*huma.StreamResponse, error) {
	query := index.Query{Text: in.Query, Licence: in.Licence}
	if in.Owner != "" {
		owner, err := schema.ParseName(in.Owner)
		if err != nil {
			return nil, err
		}
		query.Owner = owner
	}
	designs, cursor, err := a.service.Search(ctx, query, in.page())
	if err != nil {
		return nil, err
	}
	next := nextPage("/v1/designs", url.Values{"q": {in.Query}, "owner": {in.Owner}, "licence": {in.Licence}, "limit": {fmt.Sprint(in.Limit)}}, cursor)
	return a.sendList(schema.DesignList{Designs: nonNil(designs), Next: next}, next)
}

// sendList answers with a page of a list.
func (a *API) sendList(v any, next string) (*huma.StreamResponse, error) {
	ans, err := asJSON(v)
	ans.next = next
	return a.send(ans), err
}

// sendPrivately answers with what is for those alone who asked: no cache keeps it.
func (a *API) sendPrivately(v any, next string) (*huma.StreamResponse, error) {
	ans, err := asJSON(v)
	ans.next, ans.extra = next, map[string]string{"Cache-Control": "no-store"}
	return a.send(ans), err
}

func nonNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func (a *API) getDesign(ctx context.Context, in *DesignPath) (*huma.StreamResponse, error) {
	design, err := in.design()
	if err != nil {
		return nil, err
	}
	releases, err := a.service.Versions(ctx, design)
	if err != nil {
		return nil, err
	}
	former, err := a.service.FormerNames(ctx, design)
	if err != nil {
		return nil, err
	}
	d := schema.DesignOverview{Design: releases[0].Design, Former: former, Name: releases[0].Title, Versions: make([]schema.ReleaseSummary, len(releases))}
	if latest := index.Latest(releases); latest != nil {
		d.Name, d.Latest = latest.Title, latest.Version
	}
	for i, r := range releases {
		d.Versions[i] = schema.ReleaseSummary{
			Version: r.Version, Digest: r.Digest, Licence: r.Licence, Hardware: r.Hardware, Status: r.Status, StatusDocument: r.StatusBy,
			Reason: r.Reason, Quarantine: r.Quarantine, LedgerIndex: r.Number, Time: r.Time,
		}
	}
	return a.sendJSON(d)
}
