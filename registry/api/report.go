package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/patternbook/patternbook/schema"
)

func (a *API) registerReports() {
	handle(a, huma.Operation{
		OperationID: "report", Method: http.MethodPost, Path: "/v1/reports", Summary: "Report a release or an account",
		Description: "Tells the keeper of the registry what is harmful, misleading or unlawful. Anybody may; nothing is kept of who did.",
		Tags:        []string{"reports"}, DefaultStatus: http.StatusNoContent,
	}, a.report)
}

func (a *API) report(ctx context.Context, in *struct{ Body schema.Report }) (*struct{}, error) {
	return nil, a.service.Report(ctx, in.Body)
}
