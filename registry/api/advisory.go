package api

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/patternbook/patternbook/registry/index"
	"github.com/patternbook/patternbook/schema"
)

// An AdvisoryPath is the part of an address that names an advisory.
type AdvisoryPath struct {
	ID string `path:"id" example:"pba-2026-7"`
}

func (p AdvisoryPath) id() (schema.AdvisoryID, error) { return schema.ParseAdvisoryID(p.ID) }

func (a *API) registerAdvisories() {
	tags := []string{"advisories"}
	handle(a, huma.Operation{
		OperationID: "publish-advisory", Parameters: signs, Method: http.MethodPost, Path: "/v1/advisories", Summary: "Warn of a defect, or revise a warning",
		Description: "Published by those who have designed or made what it selects; anybody else can file one as reported, which shows as unconfirmed.",
		Tags:        tags, Security: needsToken, RequestBody: a.bodyOf(typeOf[schema.Advisory]()), Responses: receives[schema.AdvisoryReceipt](a, "the advisory counts"),
	}, a.publishAdvisory)
	handle(a, huma.Operation{
		OperationID: "list-advisories", Method: http.MethodGet, Path: "/v1/advisories", Summary: "List advisories, the latest first",
		Tags: tags, Responses: responds[schema.AdvisoryList](a, 200, "a page of advisories", "application/json"),
	}, a.listAdvisories)
	handle(a, huma.Operation{
		OperationID: "get-advisory", Method: http.MethodGet, Path: "/v1/advisories/{id}", Summary: "Get an advisory and the answers to it",
		Tags: tags, Responses: responds[schema.AdvisoryAnswer](a, 200, "the advisory", "application/json"),
	}, a.getAdvisory)
	affected := responds[schema.Affected](a, 200, "what it means for units", "application/json")
	for _, mediaType := range []string{"application/jsonl", "text/csv"} {
		affected["200"].Content[mediaType] = &huma.MediaType{}
	}
	handle(a, huma.Operation{
		OperationID: "list-affected", Method: http.MethodGet, Path: "/v1/advisories/{id}/affected", Summary: "What an advisory means for every unit",
		Description: "As JSON page by page, with how many there are of each status; as jsonl or csv all units at once.", Tags: tags, Responses: affected,
	}, a.listAffected)
	handle(a, huma.Operation{
		OperationID: "answer-advisory", Parameters: signs, Method: http.MethodPost, Path: "/v1/advisories/{id}/responses", Summary: "Answer an advisory for one's batches or designs",
		Tags: tags, Security: needsToken, RequestBody: a.bodyOf(typeOf[schema.AdvisoryResponse]()), Responses: receives[schema.Receipt](a, "the answer counts"),
	}, a.answerAdvisory)
}

func (a *API) publishAdvisory(ctx context.Context, in *DocumentInput) (*huma.StreamResponse, error) {
	d, err := decodeBody[schema.Advisory](in)
	if err != nil {
		return nil, err
	}
	done, id, err := a.service.PublishAdvisory(ctx, by(ctx), d)
	if err != nil {
		return nil, err
	}
	return a.sendReceipt(schema.AdvisoryReceipt{ID: id, Digest: done.Digest, Status: d.Status, LedgerIndex: done.LedgerIndex}, done.New)
}

func (a *API) answerAdvisory(ctx context.Context, in *struct {
	AdvisoryPath
	DocumentInput
}) (*huma.StreamResponse, error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	d, err := decodeBody[schema.AdvisoryResponse](&in.DocumentInput)
	if err != nil {
		return nil, err
	}
	if d.Advisory != id {
		return nil, elsewhere("advisory", d.Advisory.String(), id.String())
	}
	return a.receipt(a.service.AnswerAdvisory(ctx, by(ctx), d))
}

func (a *API) listAdvisories(ctx context.Context, in *struct {
	Paging
	Status string `query:"status" enum:"reported,published,withdrawn" doc:"only advisories of this status"`
}) (*huma.StreamResponse, error) {
	list, cursor, err := a.service.Advisories(ctx, schema.AdvisoryStatus(in.Status), in.page())
	if err != nil {
		return nil, err
	}
	rows := make([]schema.AdvisorySummary, len(list))
	for i, row := range list {
		rows[i] = row.AdvisorySummary
	}
	query := url.Values{"limit": {fmt.Sprint(in.Limit)}}
	if in.Status != "" {
		query.Set("status", in.Status)
	}
	next := nextPage("/v1/advisories", query, cursor)
	return a.sendList(schema.AdvisoryList{Advisories: rows, Next: next}, next)
}

func (a *API) getAdvisory(ctx context.Context, in *AdvisoryPath) (*huma.StreamResponse, error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	row, d, responses, err := a.service.Advisory(ctx, id)
	if err != nil {
		return nil, err
	}
	answer := schema.AdvisoryAnswer{AdvisorySummary: row.AdvisorySummary, Document: d, Responses: []schema.AdvisoryResponseOf{}}
	for _, r := range responses {
		answer.Responses = append(answer.Responses, schema.AdvisoryResponseOf{Digest: r.Digest, Time: r.Time, Document: r.Document})
	}
	return a.sendJSON(answer)
}

func (a *API) listAffected(ctx context.Context, in *struct {
	AdvisoryPath
	Limit  int    `query:"limit" minimum:"0" maximum:"10000" default:"1000" doc:"units of a page; 0 for the counts alone"`
	Cursor string `query:"cursor" maxLength:"200" doc:"where to go on, from the page before"`
	Status string `query:"status" enum:"known_affected,under_investigation,fixed,known_not_affected" doc:"only units of this status"`
	Format string `query:"format" enum:"json,jsonl,csv" default:"json" doc:"jsonl and csv give all units at once"`
}) (*huma.StreamResponse, error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	status := schema.UnitStatus(in.Status)
	if in.Format != "json" {
		units, err := a.service.EachAffected(ctx, id, status)
		if err != nil {
			return nil, err
		}
		return a.streamAffected(units, in.Format), nil
	}
	answer, err := a.service.Affected(ctx, id, status, index.Page{After: in.Cursor, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	query := url.Values{"limit": {fmt.Sprint(in.Limit)}}
	if in.Status != "" {
		query.Set("status", in.Status)
	}
	answer.Next = nextPage("/v1/advisories/"+id.String()+"/affected", query, answer.Next)
	return a.sendList(answer, answer.Next)
}

// streamAffected writes units as they are found. An error on the way cuts the
// connection, so that nobody takes for whole what is not.
func (a *API) streamAffected(units iter.Seq2[schema.AffectedUnit, error], format string) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(ctx huma.Context) {
		_, w := humago.Unwrap(ctx)
		w.Header().Set("Cache-Control", "no-cache")
		out := bufio.NewWriter(w)
		var write func(schema.AffectedUnit) error
		var flush func() error
		switch format {
		case "csv":
			w.Header().Set("Content-Type", "text/csv; charset=utf-8")
			write, flush = csvOf(out)
		default:
			w.Header().Set("Content-Type", "application/jsonl")
			lines := json.NewEncoder(out)
			write, flush = func(u schema.AffectedUnit) error { return lines.Encode(u) }, out.Flush
		}
		for u, err := range units {
			if err == nil {
				err = write(u)
			}
			if err != nil {
				a.log.ErrorContext(ctx.Context(), "list of affected units cut short", "error", err)
				panic(http.ErrAbortHandler)
			}
		}
		if err := flush(); err != nil {
			panic(http.ErrAbortHandler)
		}
	}}
}

func csvOf(out *bufio.Writer) (write func(schema.AffectedUnit) error, flush func() error) {
	rows := csv.NewWriter(out)
	write = func(u schema.AffectedUnit) error {
		return rows.Write([]string{u.Maker.String(), u.Batch.String(), u.Unit.String(), string(u.Status), string(u.Basis)})
	}
	_ = rows.Write([]string{"maker", "batch", "unit", "status", "basis"}) // it fails with the first row
	return write, func() error {
		rows.Flush()
		return errors.Join(rows.Error(), out.Flush())
	}
}
