package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/patternbook/patternbook/schema"
)

// Parts gives the parts that designs are made of and that have the words of text:
// a page of at most limit, 1 to 1000, those that are just text first.
func (c *Client) Parts(ctx context.Context, text string, limit int) (schema.PartList, error) {
	query := url.Values{"q": {text}, "limit": {strconv.Itoa(limit)}}
	return call[schema.PartList](ctx, c, request{method: http.MethodGet, path: "/v1/parts", query: query})
}

// PartUses gives the latest releases that contain the part of that key: a page of
// at most limit, 1 to 1000.
func (c *Client) PartUses(ctx context.Context, key string, limit int) (schema.UseList, error) {
	return c.uses(ctx, path("v1", "parts", key, "used-by"), limit)
}

// DesignUses gives the latest releases that contain a design: in any version, or
// the release that the reference means where it says one. A page has at most
// limit, 1 to 1000.
func (c *Client) DesignUses(ctx context.Context, ref schema.Reference, limit int) (schema.UseList, error) {
	if ref == (schema.Reference{Design: ref.Design}) {
		return c.uses(ctx, designPath(ref.Design)+"/used-by", limit)
	}
	return c.uses(ctx, releasePath(ref)+"/used-by", limit)
}

func (c *Client) uses(ctx context.Context, path string, limit int) (schema.UseList, error) {
	query := url.Values{"limit": {strconv.Itoa(limit)}}
	return call[schema.UseList](ctx, c, request{method: http.MethodGet, path: path, query: query})
}
