package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/patternbook/patternbook/schema"
)

// RegisterBatch registers a batch.
func (c *Client) RegisterBatch(ctx context.Context, d schema.Batch) (schema.BatchReceipt, error) {
	if err := d.Validate(); err != nil {
		return schema.BatchReceipt{}, err
	}
	signed, err := c.signature(d)
	if err != nil {
		return schema.BatchReceipt{}, err
	}
	return call[schema.BatchReceipt](ctx, c, request{method: http.MethodPost, path: "/v1/batches", body: d, header: signed})
}

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

// Trace gives everything that a unit came from.
func (c *Client) Trace(ctx context.Context, unit schema.Unit) (schema.Trace, error) {
	return call[schema.Trace](ctx, c, request{method: http.MethodGet, path: path("v1", "units", unit.Maker.String(), unit.Serial.String(), "trace")})
}
