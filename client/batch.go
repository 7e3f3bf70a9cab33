package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/patternbook/patternbook/schema"
)

// Batches gives the latest batches that a query asks for, but by release: a page of at
// most limit, 1 to 1000.
func (c *Client) Batches(ctx context.Context, q schema.BatchQuery, limit int) (schema.BatchList, error) {
	query := batchQuery(q)
	query.Set("limit", strconv.Itoa(limit))
	return call[schema.BatchList](ctx, c, request{method: http.MethodGet, path: "/v1/batches", query: query})
}

// CountBatches tells how much was made of what a query asks for, by whom and where.
func (c *Client) CountBatches(ctx context.Context, q schema.BatchQuery) (schema.BatchCounts, error) {
	return call[schema.BatchCounts](ctx, c, request{method: http.MethodGet, path: "/v1/batches/counts", query: batchQuery(q)})
}

func batchQuery(q schema.BatchQuery) url.Values {
	query := url.Values{}
	for name, value := range map[string]string{"maker": q.Maker.String(), "place": string(q.Place)} {
		if value != "" {
			query.Set(name, value)
		}
	}
	if !q.Design.IsZero() {
		query.Set("design", q.Design.String())
		query.Set("forks", strconv.FormatBool(q.Forks))
	}
	return query
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
