package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/patternbook/patternbook/registry/vault"
	"github.com/patternbook/patternbook/schema"
)

type credentials struct {
	Body struct {
		Account  string `json:"account" doc:"name of the account" example:"ada"`
		Password string `json:"password" doc:"10 to 1024 bytes" example:"four words you remember"`
	}
}

type tokenAnswer struct {
	Body schema.TokenAnswer
}

func (a *API) registerAccounts() {
	handle(a, huma.Operation{
		OperationID: "open-account", Method: http.MethodPost, Path: "/v1/accounts", Summary: "Open an account",
		Description: "Anybody may. The answer has a token for it.", Tags: []string{"accounts"}, DefaultStatus: http.StatusCreated,
	}, a.openAccount)
	handle(a, huma.Operation{
		OperationID: "get-account", Method: http.MethodGet, Path: "/v1/accounts/{account}", Summary: "Get what is public of an account",
		Tags: []string{"accounts"}, Responses: responds[schema.AccountAnswer](a, 200, "the account", "application/json"),
	}, a.getAccount)
	handle(a, huma.Operation{
		OperationID: "make-token", Method: http.MethodPost, Path: "/v1/tokens", Summary: "Log in: make a token",
		Tags: []string{"accounts"}, DefaultStatus: http.StatusCreated,
	}, a.makeToken)
	handle(a, huma.Operation{
		OperationID: "get-token", Method: http.MethodGet, Path: "/v1/tokens/{id}", Summary: "Get one of your tokens",
		Description: "The id \"current\" is the token that the request carries.", Tags: []string{"accounts"}, Security: needsToken,
		Responses: responds[schema.TokenAnswer](a, 200, "the token, without its secret", "application/json"),
	}, a.getToken)
	handle(a, huma.Operation{
		OperationID: "revoke-token", Method: http.MethodDelete, Path: "/v1/tokens/{id}", Summary: "Revoke one of your tokens",
		Tags: []string{"accounts"}, Security: needsToken, DefaultStatus: http.StatusNoContent,
	}, a.revokeToken)
}

func newTokenAnswer(secret string, t vault.Token) *tokenAnswer {
	return &tokenAnswer{schema.TokenAnswer{ID: t.ID, Account: t.Account, Made: t.Made, Secret: secret}}
}

func (a *API) openAccount(ctx context.Context, in *credentials) (*tokenAnswer, error) {
	name, err := schema.ParseName(in.Body.Account)
	if err != nil {
		return nil, err
	}
	secret, t, err := a.service.OpenAccount(ctx, name, in.Body.Password)
	if err != nil {
		return nil, err
	}
	return newTokenAnswer(secret, t), nil
}

func (a *API) getAccount(ctx context.Context, in *struct {
	Account string `path:"account" example:"ada"`
}) (*huma.StreamResponse, error) {
	name, err := schema.ParseName(in.Account)
	if err != nil {
		return nil, err
	}
	account, err := a.service.Account(ctx, name)
	if err != nil {
		return nil, err
	}
	return a.sendJSON(account)
}

func (a *API) makeToken(ctx context.Context, in *credentials) (*tokenAnswer, error) {
	name, err := schema.ParseName(in.Body.Account)
	if err != nil {
		return nil, err
	}
	secret, t, err := a.service.Login(ctx, name, in.Body.Password)
	if err != nil {
		return nil, err
	}
	return newTokenAnswer(secret, t), nil
}

type tokenPath struct {
	ID string `path:"id" doc:"id of the token, or current" example:"current"`
}

func (p tokenPath) id(ctx context.Context) string {
	if p.ID == "current" {
		return callerOf(ctx).token
	}
	return p.ID
}

func (a *API) getToken(ctx context.Context, in *tokenPath) (*huma.StreamResponse, error) {
	t, err := a.service.Token(ctx, by(ctx), in.id(ctx))
	if err != nil {
		return nil, err
	}
	return a.sendJSON(schema.TokenAnswer{ID: t.ID, Account: t.Account, Made: t.Made})
}

func (a *API) revokeToken(ctx context.Context, in *tokenPath) (*struct{}, error) {
	return nil, a.service.RevokeToken(ctx, by(ctx), in.id(ctx))
}
