package api

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/schema"
)

func (a *API) registerBOMs() {
	handle(a, huma.Operation{
		OperationID: "get-bom", Method: http.MethodGet, Path: versionURL + "/bom", Summary: "Get the bill of materials of a release",
		Description: "Views: lines (as written), tree (assemblies opened: such a line carries its own bom), flat (leaf parts summed over the tree, with the paths they come by), make (what the workshop makes itself).",
		Tags:        []string{"designs"}, Responses: responds[bom.BOM](a, 200, "the bill of materials", "application/json"),
	}, a.getBOM)
}

func (a *API) getBOM(ctx context.Context, in *struct {
	VersionPath
	View   string `query:"view" enum:"lines,tree,flat,make" default:"lines"`
	Units  int64  `query:"units" minimum:"1" maximum:"1000000000" default:"1" doc:"how many units of the design; changes required, not quantity"`
	Format string `query:"format" enum:"json,csv,tsv" default:"json"`
}) (*huma.StreamResponse, error) {
	ref, err := in.reference()
	if err != nil {
		return nil, err
	}
	_, b, err := a.service.BOM(ctx, ref, bom.Query{View: bom.View(in.View), Units: in.Units}, bom.Choices{})
	if err != nil {
		return nil, err
	}
	body, mediaType, err := writeBOM(b, in.Format)
	if err != nil {
		return nil, err
	}
	ans := document(body, schema.DigestOf(body), ref.Exact())
	ans.mediaType = mediaType
	return a.send(ans), nil
}

func writeBOM(b *bom.BOM, format string) (body []byte, mediaType string, err error) {
	var buf bytes.Buffer
	switch format {
	case "csv":
		err = bom.WriteCSV(&buf, b)
		return buf.Bytes(), "text/csv; charset=utf-8", err
	case "tsv":
		err = bom.WriteTSV(&buf, b)
		return buf.Bytes(), "text/tab-separated-values; charset=utf-8", err
	}
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	err = enc.Encode(b)
	return buf.Bytes(), "application/json", err
}
