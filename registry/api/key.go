package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/patternbook/patternbook/schema"
)

// signatureHeader is the header by which a request signs the document that it sends.
const signatureHeader = "Patternbook-Signature"

// signs documents it, for operations that take a document.
var signs = []*huma.Param{{
	Name: signatureHeader, In: "header", Schema: &huma.Schema{Type: huma.TypeString},
	Description: "the name of one of your keys, a space, and its Ed25519 signature in base64 of the document, as DSSE encodes it with the type application/vnd.patternbook.<kind>+json",
	Example:     "2cf24dba5fb0a30e MEUCIQ…",
}}

func (a *API) registerKeys() {
	tags := []string{"accounts"}
	handle(a, huma.Operation{
		OperationID: "add-key", Method: http.MethodPost, Path: "/v1/accounts/{account}/keys", Summary: "Add a key with which you sign",
		Description: "Its public part. It is valid for what is appended afterwards.", Tags: tags, Security: needsToken, DefaultStatus: http.StatusOK,
		Responses: responds[schema.AccountAnswer](a, 200, "the account", "application/json"),
	}, a.addKey)
	handle(a, huma.Operation{
		OperationID: "revoke-key", Method: http.MethodDelete, Path: "/v1/accounts/{account}/keys/{id}", Summary: "Revoke a key",
		Description: "It signs nothing from then on; what it has signed stays signed.", Tags: tags, Security: needsToken, DefaultStatus: http.StatusOK,
		Responses: responds[schema.AccountAnswer](a, 200, "the account", "application/json"),
	}, a.revokeKey)
	handle(a, huma.Operation{
		OperationID: "require-signatures", Method: http.MethodPut, Path: "/v1/accounts/{account}/requires-signatures", Summary: "Demand that all that is published under a name is signed",
		Description: "For the account itself, and for the owners of an organisation.", Tags: tags, Security: needsToken,
		Responses: responds[schema.AccountAnswer](a, 200, "the account", "application/json"),
	}, a.requireSignatures)
	handle(a, huma.Operation{
		OperationID: "get-envelope", Method: http.MethodGet, Path: "/v1/documents/{digest}/envelope", Summary: "Get the signature of a document",
		Description: "A DSSE envelope, which has the document in it. The key is one of the account that is the document's author; it was valid if its entries since and until stand around the document's.",
		Tags:        []string{"ledger"}, Responses: map[string]*huma.Response{"200": {
			Description: "the envelope", Content: map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{Type: huma.TypeObject}}},
		}},
	}, a.getEnvelope)
}

func (a *API) addKey(ctx context.Context, in *struct {
	AccountPath
	Body struct {
		Key  string `json:"key" doc:"ed25519: and the 32 bytes of the public key in base64"`
		Name string `json:"name,omitempty" maxLength:"100" doc:"to know it by, like the machine it is on" example:"workshop laptop"`
	}
}) (*huma.StreamResponse, error) {
	if err := a.own(ctx, in.AccountPath); err != nil {
		return nil, err
	}
	key, err := schema.ParsePublicKey(in.Body.Key)
	if err != nil {
		return nil, err
	}
	account, err := a.service.AddKey(ctx, by(ctx), key, in.Body.Name)
	if err != nil {
		return nil, err
	}
	return a.sendJSON(account)
}

func (a *API) revokeKey(ctx context.Context, in *struct {
	AccountPath
	ID string `path:"id" doc:"name of the key" example:"2cf24dba5fb0a30e"`
}) (*huma.StreamResponse, error) {
	if err := a.own(ctx, in.AccountPath); err != nil {
		return nil, err
	}
	id, err := schema.ParseKeyID(in.ID)
	if err != nil {
		return nil, err
	}
	account, err := a.service.RevokeKey(ctx, by(ctx), id)
	if err != nil {
		return nil, err
	}
	return a.sendJSON(account)
}

// own refuses another's account: keys, passwords and codes are one's own.
func (a *API) own(ctx context.Context, at AccountPath) error {
	name, err := schema.ParseName(at.Account)
	if err != nil {
		return err
	}
	if me := by(ctx).Account; name != me {
		return &schema.Error{Kind: schema.Forbidden, Detail: "the account " + name.String() + " is not yours to change", Fix: "your account is " + me.String()}
	}
	return nil
}

func (a *API) requireSignatures(ctx context.Context, in *struct {
	AccountPath
	Body struct {
		Required bool `json:"required"`
	}
}) (*huma.StreamResponse, error) {
	name, err := schema.ParseName(in.Account)
	if err != nil {
		return nil, err
	}
	account, err := a.service.RequireSignatures(ctx, by(ctx), name, in.Body.Required)
	if err != nil {
		return nil, err
	}
	return a.sendJSON(account)
}

func (a *API) getEnvelope(ctx context.Context, in *struct {
	Digest string `path:"digest" doc:"of the document" example:"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"`
}) (*huma.StreamResponse, error) {
	digest, err := schema.ParseDigest(in.Digest)
	if err != nil {
		return nil, err
	}
	b, err := a.service.Envelope(ctx, digest)
	if err != nil {
		return nil, err
	}
	return a.send(document(b, schema.DigestOf(b), true)), nil
}
