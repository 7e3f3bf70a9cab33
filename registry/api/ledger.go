package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/patternbook/patternbook/schema"
)

func (a *API) registerLedger() {
	text := func(description string) map[string]*huma.Response {
		return map[string]*huma.Response{"200": {Description: description, Content: map[string]*huma.MediaType{"text/plain": {}}}}
	}
	handle(a, huma.Operation{
		OperationID: "get-checkpoint", Method: http.MethodGet, Path: "/ledger/checkpoint", Summary: "Get the signed size and root of the ledger",
		Tags: []string{"ledger"}, Responses: text("a signed note, as c2sp.org/tlog-checkpoint says"),
	}, a.getCheckpoint)
	handle(a, huma.Operation{
		OperationID: "get-ledger-key", Method: http.MethodGet, Path: "/ledger/key", Summary: "Get the key that checks the checkpoints",
		Tags: []string{"ledger"}, Responses: text("a verifier key, as golang.org/x/mod/sumdb/note writes it"),
	}, a.getLedgerKey)
	handle(a, huma.Operation{
		OperationID: "healthz", Method: http.MethodGet, Path: "/healthz", Summary: "Tell whether the program runs",
		Tags: []string{"operation"}, Responses: text("ok"),
	}, func(context.Context, *struct{}) (*huma.StreamResponse, error) { return a.sendText([]byte("ok\n")), nil })
	handle(a, huma.Operation{
		OperationID: "readyz", Method: http.MethodGet, Path: "/readyz", Summary: "Tell whether the registry can answer",
		Description: "Also where the registry takes nothing just now; the second line then says why.",
		Tags:        []string{"operation"}, Responses: text("ok, and whether it is read-only"),
	}, func(ctx context.Context, _ *struct{}) (*huma.StreamResponse, error) {
		text := "ok\n"
		if err := a.service.ReadOnly(); err != nil {
			text += "read-only: " + err.Error() + "\n"
		}
		return a.sendText([]byte(text)), a.service.Ready(ctx)
	})
}

func (a *API) sendText(b []byte) *huma.StreamResponse {
	ans := document(b, schema.DigestOf(b), false)
	ans.mediaType = "text/plain; charset=utf-8"
	return a.send(ans)
}

func (a *API) getCheckpoint(ctx context.Context, _ *struct{}) (*huma.StreamResponse, error) {
	b, err := a.service.Checkpoint(ctx)
	return a.sendText(b), err
}

func (a *API) getLedgerKey(context.Context, *struct{}) (*huma.StreamResponse, error) {
	return a.sendText([]byte(a.service.LedgerKey() + "\n")), nil
}
