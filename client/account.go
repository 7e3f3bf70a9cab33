package client

import (
	"context"
	"crypto/ed25519"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

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

// ChangePassword changes the password of the client's own account; its other tokens end.
func (c *Client) ChangePassword(ctx context.Context, me schema.Name, old, fresh string) error {
	_, err := c.bytes(ctx, request{method: http.MethodPut, path: path("v1", "accounts", me.String(), "password"), body: map[string]string{"old": old, "new": fresh}, once: true})
	return err
}

// CloseAccount closes the client's own account, for good.
func (c *Client) CloseAccount(ctx context.Context, me schema.Name, password string) error {
	_, err := c.bytes(ctx, request{method: http.MethodPost, path: path("v1", "accounts", me.String(), "close"), body: map[string]string{"password": password}, once: true})
	return err
}

// MakeRecoveryCodes makes codes for the client's own account, in place of those it had.
func (c *Client) MakeRecoveryCodes(ctx context.Context, me schema.Name) (schema.RecoveryCodes, error) {
	return call[schema.RecoveryCodes](ctx, c, request{method: http.MethodPost, path: path("v1", "accounts", me.String(), "recovery-codes"), once: true})
}

// RecoverByCode gives an account another password by one of its recovery codes.
func (c *Client) RecoverByCode(ctx context.Context, account schema.Name, code, fresh string) error {
	_, err := c.bytes(ctx, request{method: http.MethodPost, path: path("v1", "accounts", account.String(), "recovery"), body: map[string]string{"code": code, "new": fresh}, once: true})
	return err
}

// RecoverByKey gives an account another password by one of its keys.
func (c *Client) RecoverByKey(ctx context.Context, account schema.Name, key ed25519.PrivateKey, fresh string) error {
	ledger, err := c.bytes(ctx, request{method: http.MethodGet, path: "/ledger/key"})
	if err != nil {
		return err
	}
	origin, _, _ := strings.Cut(string(ledger), "+")
	r := schema.Recovery{Account: account, Origin: origin, Password: schema.DigestOf([]byte(fresh)), Time: schema.TimeOf(time.Now())}
	b, err := schema.EncodeRecovery(r)
	if err != nil {
		return err
	}
	_, err = c.bytes(ctx, request{
		method: http.MethodPost, path: path("v1", "accounts", account.String(), "recovery"), once: true,
		header: http.Header{"Patternbook-Signature": {schema.Sign(key, schema.KindRecovery, b).String()}},
		body:   map[string]any{"new": fresh, "recovery": r},
	})
	return err
}
