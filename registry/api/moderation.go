package api

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/patternbook/patternbook/schema"
)

func (a *API) registerModeration() {
	tags := []string{"administration"}
	handle(a, huma.Operation{
		OperationID: "moderate", Parameters: signs, Method: http.MethodPost, Path: "/v1/moderations", Summary: "Put a release under quarantine, suspend an account, or end either",
		Description: "For administrators of the registry. Everybody can read the document, with its reason.", Tags: tags, Security: needsToken,
		RequestBody: a.bodyOf(typeOf[schema.Moderation]()), Responses: receives[schema.DocumentReceipt](a, "the document counts"),
	}, a.moderate)
	handle(a, huma.Operation{
		OperationID: "preview-moderation", Method: http.MethodGet, Path: "/v1/moderations", Summary: "Tell how a release or an account is treated, and what hangs on it",
		Description: "For administrators of the registry.", Tags: tags, Security: needsToken,
		Responses: responds[schema.ModerationPreview](a, 200, "what would be concerned", "application/json"),
	}, a.previewModeration)
	handle(a, huma.Operation{
		OperationID: "list-reports", Method: http.MethodGet, Path: "/v1/reports", Summary: "List the open reports, the oldest first",
		Description: "For administrators of the registry. Nothing is kept of who has sent them.", Tags: tags, Security: needsToken,
		Responses: responds[schema.ReportList](a, 200, "a page of reports", "application/json"),
	}, a.listReports)
	handle(a, huma.Operation{
		OperationID: "close-report", Method: http.MethodDelete, Path: "/v1/reports/{number}", Summary: "Forget a report that is settled",
		Description: "For administrators of the registry.", Tags: tags, Security: needsToken, DefaultStatus: http.StatusNoContent,
	}, a.closeReport)
	handle(a, huma.Operation{
		OperationID: "list-audit", Method: http.MethodGet, Path: "/v1/audit", Summary: "List who has written, or tried to, the latest first",
		Description: "For administrators of the registry.", Tags: tags, Security: needsToken,
		Responses: responds[schema.AuditList](a, 200, "a page of writes", "application/json"),
	}, a.listAudit)
}

func (a *API) moderate(ctx context.Context, in *DocumentInput) (*huma.StreamResponse, error) {
	data, err := in.read()
	if err != nil {
		return nil, err
	}
	d, _, err := schema.Decode[schema.Moderation](data)
	if err != nil {
		return nil, err
	}
	done, err := a.service.Moderate(ctx, by(ctx), d)
	if err != nil {
		return nil, err
	}
	return a.sendReceipt(schema.DocumentReceipt{Digest: done.Digest, LedgerIndex: done.LedgerIndex}, done.New)
}

func (a *API) previewModeration(ctx context.Context, in *struct {
	About string `query:"about" required:"true" maxLength:"300" doc:"owner/name@version, or the name of an account" example:"mallory/lamp@1.0.0"`
}) (*huma.StreamResponse, error) {
	var release schema.Reference
	var account schema.Name
	var err error
	if strings.Contains(in.About, "/") {
		release, err = schema.ParseReference(in.About)
	} else {
		account, err = schema.ParseName(in.About)
	}
	if err != nil {
		return nil, err
	}
	p, err := a.service.PreviewModeration(ctx, by(ctx), release, account)
	if err != nil {
		return nil, err
	}
	return a.sendPrivately(p, "")
}

func (a *API) listReports(ctx context.Context, in *Paging) (*huma.StreamResponse, error) {
	list, cursor, err := a.service.Reports(ctx, by(ctx), in.page())
	if err != nil {
		return nil, err
	}
	next := nextPage("/v1/reports", url.Values{"limit": {fmt.Sprint(in.Limit)}}, cursor)
	return a.sendPrivately(schema.ReportList{Reports: nonNil(list), Next: next}, next)
}

func (a *API) closeReport(ctx context.Context, in *struct {
	Number int64 `path:"number" minimum:"1"`
}) (*struct{}, error) {
	return nil, a.service.CloseReport(ctx, by(ctx), in.Number)
}

func (a *API) listAudit(ctx context.Context, in *struct {
	Paging
	Since   time.Time `query:"since" doc:"only from this time on" example:"2026-11-01T09:30:00Z"`
	Account string    `query:"account" doc:"only what this account did" example:"ada"`
}) (*huma.StreamResponse, error) {
	var account schema.Name
	if in.Account != "" {
		var err error
		if account, err = schema.ParseName(in.Account); err != nil {
			return nil, err
		}
	}
	list, cursor, err := a.service.Audits(ctx, by(ctx), in.Since, account, in.page())
	if err != nil {
		return nil, err
	}
	query := url.Values{"account": {in.Account}, "limit": {fmt.Sprint(in.Limit)}}
	if !in.Since.IsZero() {
		query.Set("since", in.Since.UTC().Format(time.RFC3339))
	}
	next := nextPage("/v1/audit", query, cursor)
	return a.sendPrivately(schema.AuditList{Audits: nonNil(list), Next: next}, next)
}
