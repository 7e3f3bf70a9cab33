package api

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/bom/export"
	"github.com/patternbook/patternbook/schema"
)

func (a *API) registerBOMs() {
	content := map[string]*huma.MediaType{}
	var formats []string
	for _, f := range export.Formats() {
		mediaType, _, _ := strings.Cut(f.MediaType, ";")
		content[mediaType] = &huma.MediaType{}
		formats = append(formats, f.Name+": "+f.About)
	}
	responses := responds[bom.BOM](a, http.StatusOK, "the bill of materials", "application/json")
	content["application/json"] = responses["200"].Content["application/json"]
	responses["200"].Content = content
	responses["200"].Headers = map[string]*huma.Param{
		"Bom-Lines":          {Description: "how many lines the view has", Schema: &huma.Schema{Type: huma.TypeInteger}},
		"Bom-Lines-Left-Out": {Description: "how many of them the format cannot carry; absent when it carries all", Schema: &huma.Schema{Type: huma.TypeInteger}},
	}
	handle(a, huma.Operation{
		OperationID: "get-bom", Method: http.MethodGet, Path: versionURL + "/bom", Summary: "Get the bill of materials of a release",
		Description: "Views: lines (as written), tree (assemblies opened: such a line carries its own bom), flat (leaf parts summed over the tree, with the paths they come by), make (what the workshop makes itself), cost (flat, with what to order, from whom, and what it costs by the prices in the files).\n\n" +
			"Formats, chosen by format or, without it, by the Accept header: " + strings.Join(formats, "; ") + ".",
		Tags: []string{"designs"}, Responses: responses,
	}, a.getBOM)
}

// A BOMInput says how to look at a bill of materials.
type BOMInput struct {
	View        string   `query:"view" enum:"lines,tree,flat,make,cost" default:"lines"`
	Units       int64    `query:"units" minimum:"1" maximum:"1000000000" default:"1" doc:"how many units of the design; changes required, not quantity"`
	Variants    []string `query:"variant" maxItems:"100" doc:"names of variants of the design"`
	Stop        []string `query:"stop" maxItems:"100" doc:"designs that are bought whole" example:"ada/psu"`
	Depth       int      `query:"depth" minimum:"0" maximum:"64" doc:"how many levels of assemblies to open; 0 for all"`
	StockLength string   `query:"stock_length" maxLength:"50" doc:"length of the bars that the make view plans cuts from" example:"3 m"`
	Currency    string   `query:"currency" pattern:"^[A-Z]{3}$" doc:"what the cost view prices in, where there are prices in it" example:"EUR"`
	Kerf        string   `query:"kerf" maxLength:"50" doc:"what a cut takes away" example:"2 mm"`
}

func (in BOMInput) choices() (c bom.Choices, err error) {
	c = bom.Choices{Variants: in.Variants, Depth: in.Depth, Stop: make([]schema.Design, len(in.Stop))}
	for i, text := range in.Stop {
		if c.Stop[i], err = schema.ParseDesign(text); err != nil {
			return c, err
		}
	}
	return c, nil
}

func (in BOMInput) query() (bom.Query, error) {
	q := bom.Query{View: bom.View(in.View), Units: in.Units, Currency: in.Currency}
	for _, length := range []struct {
		text string
		to   **schema.Measure
	}{{in.StockLength, &q.StockLength}, {in.Kerf, &q.Kerf}} {
		if length.text == "" {
			continue
		}
		m, err := bom.ParseLength(length.text)
		if err != nil {
			return q, err
		}
		*length.to = &m
	}
	return q, nil
}

func (a *API) getBOM(ctx context.Context, in *struct {
	VersionPath
	BOMInput
	Format   string `query:"format" maxLength:"50" doc:"what the answer is to be; the Accept header says it otherwise" example:"csv"`
	Supplier string `query:"supplier" maxLength:"100" doc:"whose numbers a cart has" example:"LCSC"`
	Strict   bool   `query:"strict" doc:"refuse when the format cannot carry every line"`
	Accept   string `header:"Accept" hidden:"true"`
}) (*huma.StreamResponse, error) {
	ref, err := in.reference()
	if err != nil {
		return nil, err
	}
	format, err := chooseFormat(in.Format, in.Accept)
	if err != nil {
		return nil, err
	}
	choices, err := in.choices()
	if err != nil {
		return nil, err
	}
	query, err := in.query()
	if err != nil {
		return nil, err
	}
	row, b, err := a.service.BOM(ctx, ref, query, choices)
	if err != nil {
		return nil, err
	}
	var body bytes.Buffer
	report, err := format.Write(&body, b, export.Options{
		Title: fmt.Sprintf("%s %s, for %d", row.Design, row.Version, in.Units), Name: row.Design.String(), Version: row.Version.String(), Supplier: in.Supplier,
	})
	if err != nil {
		return nil, err
	}
	if in.Strict && len(report.LeftOut) > 0 {
		return nil, cannotCarry(format, report)
	}
	ans := document(body.Bytes(), schema.DigestOf(body.Bytes()), ref.Exact())
	ans.mediaType, ans.varies = format.MediaType, in.Format == ""
	ans.extra = map[string]string{"Bom-Lines": strconv.Itoa(report.Lines)}
	if n := len(report.LeftOut); n > 0 {
		ans.extra["Bom-Lines-Left-Out"] = strconv.Itoa(n)
	}
	return a.send(ans), nil
}

// chooseFormat gives the format that is named or, without a name, accepted; JSON
// for who accepts none that there is (RFC 9110 section 12.4.1).
func chooseFormat(name, accept string) (export.Format, error) {
	if name != "" {
		return export.ByName(name)
	}
	if format, ok := export.Negotiate(accept); ok {
		return format, nil
	}
	return export.ByName("json")
}

func cannotCarry(format export.Format, report export.Report) error {
	e := &schema.Error{
		Kind: schema.Invalid, Detail: fmt.Sprintf("%s carries %d of %d lines", format.Name, report.Carried, report.Lines), Fix: "leave strict away, or choose a format that carries them",
	}
	for _, l := range report.LeftOut {
		e.At = append(e.At, schema.Place{Field: l.Item, Detail: l.Name + ": " + l.Reason})
	}
	return e
}
