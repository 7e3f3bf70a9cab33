package api

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/patternbook/patternbook/schema"
)

func (a *API) registerTransfers() {
	handle(a, huma.Operation{
		OperationID: "transfer", Parameters: signs, Method: http.MethodPost, Path: "/v1/transfers", Summary: "Offer, accept, stop or complete a transfer, or rename a design",
		Description: "A design with all its releases, or the ownership of an organisation. It is offered by an owner, accepted by the receiving account, and completed by either after a waiting time, in which either can stop it. A design keeps its old names, which lead to it.",
		Tags:        []string{"accounts"}, Security: needsToken,
		RequestBody: a.bodyOf(typeOf[schema.Transfer]()), Responses: receives[schema.DocumentReceipt](a, "the step counts"),
	}, a.transfer)
	handle(a, huma.Operation{
		OperationID: "list-transfers", Method: http.MethodGet, Path: "/v1/accounts/{account}/transfers", Summary: "List the transfers under way that concern an account, the latest first",
		Description: "As owner or receiver, by itself or as an owner of organisations.", Tags: []string{"accounts"},
		Responses: responds[schema.TransferList](a, 200, "a page of transfers", "application/json"),
	}, a.listTransfers)
	handle(a, huma.Operation{
		OperationID: "get-ownership-transfer", Method: http.MethodGet, Path: "/v1/accounts/{account}/transfer", Summary: "Get the last transfer of the ownership of an organisation",
		Tags: []string{"accounts"}, Responses: responds[schema.TransferAnswer](a, 200, "the transfer, under way or not", "application/json"),
	}, a.getOwnershipTransfer)
	handle(a, huma.Operation{
		OperationID: "get-design-transfer", Method: http.MethodGet, Path: designURL + "/transfer", Summary: "Get the last transfer of a design",
		Tags: []string{"designs"}, Responses: responds[schema.TransferAnswer](a, 200, "the transfer, under way or not", "application/json"),
	}, a.getDesignTransfer)
}

func (a *API) transfer(ctx context.Context, in *DocumentInput) (*huma.StreamResponse, error) {
	data, err := in.read()
	if err != nil {
		return nil, err
	}
	d, _, err := schema.Decode[schema.Transfer](data)
	if err != nil {
		return nil, err
	}
	done, err := a.service.Transfer(ctx, by(ctx), d)
	if err != nil {
		return nil, err
	}
	if d.State == schema.TransferCompleted && !d.Design.IsZero() {
		a.cache.forget() // what it has under the old address
	}
	return a.sendReceipt(schema.DocumentReceipt{Digest: done.Digest, LedgerIndex: done.LedgerIndex}, done.New)
}

func (a *API) listTransfers(ctx context.Context, in *struct {
	AccountPath
	Paging
}) (*huma.StreamResponse, error) {
	name, err := schema.ParseName(in.Account)
	if err != nil {
		return nil, err
	}
	list, cursor, err := a.service.Transfers(ctx, name, in.page())
	if err != nil {
		return nil, err
	}
	next := nextPage(fmt.Sprintf("/v1/accounts/%s/transfers", name), url.Values{"limit": {fmt.Sprint(in.Limit)}}, cursor)
	return a.sendList(schema.TransferList{Transfers: nonNil(list), Next: next}, next)
}

func (a *API) getOwnershipTransfer(ctx context.Context, in *AccountPath) (*huma.StreamResponse, error) {
	name, err := schema.ParseName(in.Account)
	if err != nil {
		return nil, err
	}
	t, err := a.service.TransferOfOwnership(ctx, name)
	if err != nil {
		return nil, err
	}
	return a.sendJSON(t)
}

func (a *API) getDesignTransfer(ctx context.Context, in *DesignPath) (*huma.StreamResponse, error) {
	design, err := in.design()
	if err != nil {
		return nil, err
	}
	t, err := a.service.TransferOfDesign(ctx, design)
	if err != nil {
		return nil, err
	}
	return a.sendJSON(t)
}

// forward sends whoever reads a design under a name that it had before to the same
// address under the present one.
func (a *API) forward(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	former, err := schema.ParseDesign(ctx.Param("owner") + "/" + ctx.Param("name"))
	if err != nil {
		next(ctx) // who tells what is wrong with it
		return
	}
	now, moved, err := a.service.Forward(r.Context(), former)
	if err != nil {
		WriteProblem(w, r, a.log, err)
		return
	}
	if !moved {
		next(ctx)
		return
	}
	// Names have no character that would be escaped, but whoever asks may have
	// escaped some: what follows the four segments /v1/designs/owner/name is kept.
	segments := strings.SplitN(r.URL.EscapedPath(), "/", 6)
	to := "/v1/designs/" + now.String()
	if len(segments) == 6 {
		to += "/" + segments[5]
	}
	if r.URL.RawQuery != "" {
		to += "?" + r.URL.RawQuery
	}
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusPermanentRedirect)
}
