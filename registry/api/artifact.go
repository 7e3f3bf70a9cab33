package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/patternbook/patternbook/schema"
)

// Digests is a list of digests.
type Digests struct {
	Digests []schema.Digest `json:"digests" maxItems:"10000"`
}

// Missing is the part of a list of digests that has to be sent.
type Missing struct {
	Missing []schema.Digest `json:"missing"`
}

const artifactURL = "/v1/artifacts/{digest}"

func (a *API) registerArtifacts() {
	handle(a, huma.Operation{
		OperationID: "missing-artifacts", Method: http.MethodPost, Path: "/v1/artifacts/missing", Summary: "Ask which artifacts have to be sent",
		Tags: []string{"artifacts"}, Security: needsToken, Responses: responds[Missing](a, 200, "those of the digests that have to be sent", "application/json"),
	}, a.missing)
	handle(a, huma.Operation{
		OperationID: "put-artifact", Method: http.MethodPut, Path: artifactURL, Summary: "Send an artifact whole",
		Description: "Until a release names it, only its sender can read it.", Tags: []string{"artifacts"}, Security: needsToken,
		RequestBody:     &huma.RequestBody{Required: true, Content: octets()},
		DefaultStatus:   http.StatusNoContent,
		BodyReadTimeout: -1, // an artifact may take hours; putArtifact ends a connection that stands still
	}, a.putArtifact)
}

// octets documents a body that is any bytes.
func octets() map[string]*huma.MediaType {
	return map[string]*huma.MediaType{schema.DefaultMediaType: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}
}

func (a *API) missing(ctx context.Context, in *struct{ Body Digests }) (*huma.StreamResponse, error) {
	missing, err := a.service.Missing(ctx, by(ctx), in.Body.Digests)
	if err != nil {
		return nil, err
	}
	return a.sendJSON(Missing{missing})
}

// An upload is the input of a body that is streamed.
type upload struct {
	Digest string `path:"digest" example:"sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"`

	size int64 // bytes, -1 when the sender has not said
	body *patient
}

// Resolve keeps the request's body, unread.
func (in *upload) Resolve(ctx huma.Context) []error {
	r, w := humago.Unwrap(ctx)
	in.size = r.ContentLength
	in.body = patientBody(w, r)
	return nil
}

func (a *API) putArtifact(ctx context.Context, in *upload) (*struct{}, error) {
	digest, err := schema.ParseDigest(in.Digest)
	if err != nil {
		return nil, err
	}
	defer in.body.leave()
	return nil, a.service.PutArtifact(ctx, by(ctx), digest, in.size, in.body)
}
