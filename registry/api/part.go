package api

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/danielgtaylor/huma/v2"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/schema"
)

// A PartPath is the part of an address that names a part.
type PartPath struct {
	Key string `path:"part" pattern:"^[0-9a-f]{32}$" doc:"the key of a part, from the list of parts"`
}

func (a *API) registerParts() {
	tags := []string{"parts"}
	uses := responds[schema.UseList](a, 200, "a page of releases", "application/json")
	handle(a, huma.Operation{
		OperationID: "list-parts", Method: http.MethodGet, Path: "/v1/parts", Summary: "Find parts that designs are made of",
		Description: "By each word of manufacturer, part number, standard, name or value; three letters from within a word are enough. Parts that are just what was asked for come first.",
		Tags:        tags, Responses: responds[schema.PartList](a, 200, "a page of parts", "application/json"),
	}, a.listParts)
	handle(a, huma.Operation{
		OperationID: "get-part", Method: http.MethodGet, Path: "/v1/parts/{part}", Summary: "Get a part",
		Tags: tags, Responses: responds[schema.PartSummary](a, 200, "the part", "application/json"),
	}, a.getPart)
	handle(a, huma.Operation{
		OperationID: "list-part-uses", Method: http.MethodGet, Path: "/v1/parts/{part}/used-by", Summary: "List the releases that contain a part, the latest first",
		Description: "In their own BOM or in that of an assembly, at any depth.", Tags: tags, Responses: uses,
	}, a.listPartUses)
	handle(a, huma.Operation{
		OperationID: "list-design-uses", Method: http.MethodGet, Path: designURL + "/used-by", Summary: "List the releases that contain a design, the latest first",
		Description: "As an assembly at any depth, in any version.", Tags: tags, Responses: uses,
	}, a.listDesignUses)
	handle(a, huma.Operation{
		OperationID: "list-release-uses", Method: http.MethodGet, Path: versionURL + "/used-by", Summary: "List the releases that contain this one, the latest first",
		Tags: tags, Responses: uses,
	}, a.listReleaseUses)
}

func (a *API) listParts(ctx context.Context, in *struct {
	Paging
	Text string `query:"q" maxLength:"200" example:"ISO 4032 M8"`
}) (*huma.StreamResponse, error) {
	list, cursor, err := a.service.Parts(ctx, in.Text, in.page())
	if err != nil {
		return nil, err
	}
	next := nextPage("/v1/parts", url.Values{"q": {in.Text}, "limit": {fmt.Sprint(in.Limit)}}, cursor)
	return a.sendList(schema.PartList{Parts: append([]schema.PartSummary{}, list...), Next: next}, next)
}

func (a *API) getPart(ctx context.Context, in *PartPath) (*huma.StreamResponse, error) {
	p, err := a.service.Part(ctx, bom.PartKey(in.Key))
	if err != nil {
		return nil, err
	}
	return a.sendJSON(p)
}

func (a *API) listPartUses(ctx context.Context, in *struct {
	PartPath
	Paging
}) (*huma.StreamResponse, error) {
	list, cursor, err := a.service.PartUses(ctx, bom.PartKey(in.Key), in.page())
	if err != nil {
		return nil, err
	}
	return a.sendUses(list, "/v1/parts/"+in.Key+"/used-by", in.Paging, cursor)
}

func (a *API) listDesignUses(ctx context.Context, in *struct {
	DesignPath
	Paging
}) (*huma.StreamResponse, error) {
	design, err := in.design()
	if err != nil {
		return nil, err
	}
	list, cursor, err := a.service.DesignUses(ctx, design, in.page())
	if err != nil {
		return nil, err
	}
	return a.sendUses(list, "/v1/designs/"+design.String()+"/used-by", in.Paging, cursor)
}

func (a *API) listReleaseUses(ctx context.Context, in *struct {
	VersionPath
	Paging
}) (*huma.StreamResponse, error) {
	ref, err := in.reference()
	if err != nil {
		return nil, err
	}
	r, list, cursor, err := a.service.ReleaseUses(ctx, ref, in.page())
	if err != nil {
		return nil, err
	}
	return a.sendUses(list, fmt.Sprintf("/v1/designs/%s/versions/%s/used-by", r.Design, r.Version), in.Paging, cursor)
}

func (a *API) sendUses(list []schema.Use, path string, p Paging, cursor string) (*huma.StreamResponse, error) {
	next := nextPage(path, url.Values{"limit": {fmt.Sprint(p.Limit)}}, cursor)
	return a.sendList(schema.UseList{Uses: append([]schema.Use{}, list...), Next: next}, next)
}
