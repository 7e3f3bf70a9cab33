package api

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/schema"
)

func (a *API) registerDifferences() {
	handle(a, huma.Operation{
		OperationID: "compare-releases", Method: http.MethodGet, Path: versionURL + "/diff/{other}", Summary: "Tell what changed from one version of a design to another",
		Description: "Lines are told by what they are and not by how they are written: reordering is no change.", Tags: []string{"designs"},
		Responses: responds[bom.ReleaseDifference](a, 200, "the difference, from version to other", "application/json"),
	}, a.compareReleases)
}

func (a *API) compareReleases(ctx context.Context, in *struct {
	VersionPath
	Other string `path:"other" doc:"a version of the same design, written as the first" example:"1.1.0"`
	View  string `query:"view" enum:"lines,flat" default:"lines" doc:"of the bills of materials: as written, or summed with all assemblies opened"`
}) (*huma.StreamResponse, error) {
	before, err := in.reference()
	if err != nil {
		return nil, err
	}
	after, err := before.Design.At(in.Other)
	if err != nil {
		return nil, err
	}
	d, err := a.service.CompareBOMs(ctx, before, after, bom.View(in.View))
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(d)
	if err != nil {
		return nil, err
	}
	return a.send(document(body, schema.DigestOf(body), before.Exact() && after.Exact())), nil
}
