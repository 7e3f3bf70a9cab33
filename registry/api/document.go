package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/patternbook/patternbook/schema"
)

func (a *API) registerDocuments() {
	handle(a, huma.Operation{
		OperationID: "get-document", Method: http.MethodGet, Path: "/v1/documents/{digest}", Summary: "Get a document by its digest",
		Description: "In canonical form (RFC 8785), of whatever kind, so that the SHA-256 of the bytes is the digest.", Tags: []string{"ledger"},
		Responses: map[string]*huma.Response{"200": {
			Description: "the document", Content: map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{Type: huma.TypeObject}}},
		}},
	}, a.getDocument)
}

func (a *API) getDocument(ctx context.Context, in *struct {
	Digest string `path:"digest" example:"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"`
}) (*huma.StreamResponse, error) {
	digest, err := schema.ParseDigest(in.Digest)
	if err != nil {
		return nil, err
	}
	b, err := a.service.Document(ctx, digest)
	return a.send(document(b, digest, true)), err
}
