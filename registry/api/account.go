package api

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

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

type tokenRequest struct {
	Body struct {
		Account  string `json:"account,omitempty" doc:"name of the account; not needed with a token" example:"ada"`
		Password string `json:"password,omitempty" doc:"its password; not needed with a token" example:"four words you remember"`
		schema.TokenRequest
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
		Description: "With the account's password, or with a token that may do everything. Without scopes and names the new one may do everything too.",
		Tags:        []string{"accounts"}, DefaultStatus: http.StatusCreated,
	}, a.makeToken)
	handle(a, huma.Operation{
		OperationID: "list-tokens", Method: http.MethodGet, Path: "/v1/tokens", Summary: "List your tokens, without their secrets",
		Tags: []string{"accounts"}, Security: needsToken, Responses: responds[schema.TokenList](a, 200, "the tokens", "application/json"),
	}, a.listTokens)
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
	return &tokenAnswer{answerOf(t, secret)}
}

func answerOf(t vault.Token, secret string) schema.TokenAnswer {
	return schema.TokenAnswer{ID: t.ID, Account: t.Account, TokenRequest: t.TokenRequest, Made: t.Made, Used: t.Used, Secret: secret}
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

func (a *API) makeToken(ctx context.Context, in *tokenRequest) (*tokenAnswer, error) {
	if in.Body.Account == "" && in.Body.Password == "" {
		secret, t, err := a.service.MakeToken(ctx, by(ctx), in.Body.TokenRequest)
		if err != nil {
			return nil, err
		}
		return newTokenAnswer(secret, t), nil
	}
	if in.Body.Password == "" {
		return nil, &schema.Error{Kind: schema.Invalid, Detail: "nobody logs in without a password", At: []schema.Place{{Field: "password", Detail: "it is missing"}}}
	}
	name, err := schema.ParseName(in.Body.Account)
	if err != nil {
		return nil, err
	}
	if err := a.service.AdmitLogin(name, from(ctx)); err != nil {
		return nil, err
	}
	secret, t, err := a.service.Login(ctx, name, in.Body.Password, in.Body.TokenRequest)
	if err != nil {
		return nil, err
	}
	return newTokenAnswer(secret, t), nil
}

func (a *API) listTokens(ctx context.Context, in *Paging) (*huma.StreamResponse, error) {
	list, cursor, err := a.service.Tokens(ctx, by(ctx), in.page())
	if err != nil {
		return nil, err
	}
	tokens := make([]schema.TokenAnswer, len(list))
	for i, t := range list {
		tokens[i] = answerOf(t, "")
	}
	next := nextPage("/v1/tokens", url.Values{"limit": {fmt.Sprint(in.Limit)}}, cursor)
	return a.sendList(schema.TokenList{Tokens: tokens, Next: next}, next)
}

type tokenPath struct {
	ID string `path:"id" doc:"id of the token, or current" example:"current"`
}

func (p tokenPath) id(ctx context.Context) string {
	if p.ID == "current" {
		return by(ctx).Token
	}
	return p.ID
}

func (a *API) getToken(ctx context.Context, in *tokenPath) (*huma.StreamResponse, error) {
	t, err := a.service.Token(ctx, by(ctx), in.id(ctx))
	if err != nil {
		return nil, err
	}
	return a.sendJSON(answerOf(t, ""))
}

func (a *API) revokeToken(ctx context.Context, in *tokenPath) (*struct{}, error) {
	return nil, a.service.RevokeToken(ctx, by(ctx), in.id(ctx))
}
