package client

import (
	"context"
	"fmt"
	"net/http"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/schema"
)

// document gives a document by its digest. Bytes of another digest are an error
// of kind DigestMismatch.
func document[T schema.Document](ctx context.Context, c *Client, digest schema.Digest) (d T, err error) {
	b, err := c.bytes(ctx, request{method: http.MethodGet, path: path("v1", "documents", digest.String())})
	if err != nil {
		return d, err
	}
	if got := schema.DigestOf(b); got != digest {
		return d, &schema.Error{Kind: schema.DigestMismatch, Detail: fmt.Sprintf("the registry gave a document with the digest %s for %s", got, digest)}
	}
	d, _, err = schema.Decode[T](b)
	return d, err
}

// Node gives what exploding needs to know of a release, by the digest of its
// document. It is a [bom.Fetch]. All of it is checked against that digest, so
// that any mirror can give it.
func (c *Client) Node(ctx context.Context, release schema.Digest) (*bom.Node, error) {
	r, err := document[schema.Release](ctx, c, release)
	if err != nil {
		return nil, fmt.Errorf("the release document %s: %w", release, err)
	}
	if r.BOM.IsZero() {
		return bom.NodeOf(release, r, nil), nil
	}
	d, err := document[bom.Document](ctx, c, r.BOM)
	if err != nil {
		return nil, fmt.Errorf("the bill of materials of %s %s: %w", r.Design, r.Version, err)
	}
	return bom.NodeOf(release, r, &d.BOM), nil
}
