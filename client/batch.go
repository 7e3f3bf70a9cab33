package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/patternbook/patternbook/schema"
)

// Batches gives the latest batches of a maker, or of all for the zero Name: a page
// of at most limit, 1 to 1000.
func (c *Client) Batches(ctx context.Context, maker schema.Name, limit int) (schema.BatchList, error) {
	query := url.Values{"limit": {strconv.Itoa(limit)}}
	if !maker.IsZero() {
		query.Set("maker", maker.String())
	}
	return call[schema.BatchList](ctx, c, request{method: http.MethodGet, path: "/v1/batches", query: query})
}

// Batch gives a batch.
func (c *Client) Batch(ctx context.Context, name schema.BatchName) (schema.BatchAnswer, error) {
	return call[schema.BatchAnswer](ctx, c, request{method: http.MethodGet, path: path("v1", "batches", name.Maker.String(), name.Batch.String())})
}

// Trace gives everything that a unit came from, with the units in it down to depth.
func (c *Client) Trace(ctx context.Context, unit schema.Unit, depth int) (schema.Trace, error) {
	query := url.Values{"depth": {strconv.Itoa(depth)}}
	return call[schema.Trace](ctx, c, request{method: http.MethodGet, query: query, path: path("v1", "units", unit.Maker.String(), unit.Serial.String(), "trace")})
}
