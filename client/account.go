package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/patternbook/patternbook/schema"
)

type credentials struct {
	Account  schema.Name `json:"account"`
	Password string      `json:"password"`
}

// OpenAccount opens an account and gives a token for it.
func (c *Client) OpenAccount(ctx context.Context, name schema.Name, password string) (schema.TokenAnswer, error) {
	return call[schema.TokenAnswer](ctx, c, request{method: http.MethodPost, path: "/v1/accounts", body: credentials{name, password}, once: true})
}

// Login gives a new token for an account.
func (c *Client) Login(ctx context.Context, name schema.Name, password string) (schema.TokenAnswer, error) {
	return call[schema.TokenAnswer](ctx, c, request{method: http.MethodPost, path: "/v1/tokens", body: credentials{name, password}, once: true})
}

// Whoami tells whose token the client has.
func (c *Client) Whoami(ctx context.Context) (schema.TokenAnswer, error) {
	return call[schema.TokenAnswer](ctx, c, request{method: http.MethodGet, path: "/v1/tokens/current"})
}

// Logout revokes the client's token.
func (c *Client) Logout(ctx context.Context) error {
	_, err := c.bytes(ctx, request{method: http.MethodDelete, path: "/v1/tokens/current", once: true})
	return err
}

// MakeToken makes another token of the account whose token the client has.
func (c *Client) MakeToken(ctx context.Context, q schema.TokenRequest) (schema.TokenAnswer, error) {
	return call[schema.TokenAnswer](ctx, c, request{method: http.MethodPost, path: "/v1/tokens", body: q, once: true})
}

// Tokens gives the latest tokens of the account, without their secrets: a page of
// at most limit, 1 to 1000.
func (c *Client) Tokens(ctx context.Context, limit int) (schema.TokenList, error) {
	return call[schema.TokenList](ctx, c, request{method: http.MethodGet, path: "/v1/tokens", query: url.Values{"limit": {strconv.Itoa(limit)}}})
}

// RevokeToken ends one of the account's tokens at once.
func (c *Client) RevokeToken(ctx context.Context, id string) error {
	_, err := c.bytes(ctx, request{method: http.MethodDelete, path: path("v1", "tokens", id)})
	return err
}
