package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/patternbook/patternbook/schema"
)

// sendSigned sends a document to where it counts, signed when the client has a key.
func sendSigned[T any](ctx context.Context, c *Client, at string, d schema.Document) (answer T, err error) {
	if err := d.Validate(); err != nil {
		return answer, err
	}
	signed, err := c.signature(d)
	if err != nil {
		return answer, err
	}
	return call[T](ctx, c, request{method: http.MethodPost, path: at, body: d, header: signed})
}

// RegisterBatch registers a batch, or revises one.
func (c *Client) RegisterBatch(ctx context.Context, d schema.Batch) (schema.BatchReceipt, error) {
	return sendSigned[schema.BatchReceipt](ctx, c, "/v1/batches", d)
}

// RecordBuild records what went into units of a batch.
func (c *Client) RecordBuild(ctx context.Context, d schema.BuildRecord) (schema.Receipt, error) {
	return sendSigned[schema.Receipt](ctx, c, path("v1", "batches", d.Maker.String(), d.Batch.String(), "records"), d)
}

// RecordEvent tells what happened to a unit.
func (c *Client) RecordEvent(ctx context.Context, d schema.UnitEvent) (schema.Receipt, error) {
	return sendSigned[schema.Receipt](ctx, c, path("v1", "units", d.Unit.Maker.String(), d.Unit.Serial.String(), "events"), d)
}

// PublishAdvisory warns of a defect, or revises a warning.
func (c *Client) PublishAdvisory(ctx context.Context, d schema.Advisory) (schema.AdvisoryReceipt, error) {
	return sendSigned[schema.AdvisoryReceipt](ctx, c, "/v1/advisories", d)
}

// AnswerAdvisory answers an advisory.
func (c *Client) AnswerAdvisory(ctx context.Context, d schema.AdvisoryResponse) (schema.Receipt, error) {
	return sendSigned[schema.Receipt](ctx, c, path("v1", "advisories", d.Advisory.String(), "responses"), d)
}

// Advisory gives an advisory with the answers to it.
func (c *Client) Advisory(ctx context.Context, id schema.AdvisoryID) (schema.AdvisoryAnswer, error) {
	return call[schema.AdvisoryAnswer](ctx, c, request{method: http.MethodGet, path: path("v1", "advisories", id.String())})
}

// Advisories gives the latest advisories of a status, or of all for "": at most limit, 1 to 1000.
func (c *Client) Advisories(ctx context.Context, status schema.AdvisoryStatus, limit int) (schema.AdvisoryList, error) {
	query := url.Values{"limit": {strconv.Itoa(limit)}}
	if status != "" {
		query.Set("status", string(status))
	}
	return call[schema.AdvisoryList](ctx, c, request{method: http.MethodGet, path: "/v1/advisories", query: query})
}

// affectedPage is how many units are asked for at once.
const affectedPage = 10_000

// Affected gives what an advisory means for units: of one status, or of all for "". It
// gathers all pages, or gives the counts alone.
func (c *Client) Affected(ctx context.Context, id schema.AdvisoryID, status schema.UnitStatus, counts bool) (schema.Affected, error) {
	query := url.Values{"limit": {strconv.Itoa(affectedPage)}}
	if counts {
		query.Set("limit", "0")
	}
	if status != "" {
		query.Set("status", string(status))
	}
	q := request{method: http.MethodGet, path: path("v1", "advisories", id.String(), "affected"), query: query}
	all, err := call[schema.Affected](ctx, c, q)
	for next := all.Next; err == nil && next != "" && !counts; {
		var u *url.URL
		if u, err = url.Parse(next); err != nil {
			break
		}
		q.query = u.Query()
		var page schema.Affected
		if page, err = call[schema.Affected](ctx, c, q); err == nil {
			all.Items, next = append(all.Items, page.Items...), page.Next
		}
	}
	all.Next = ""
	return all, err
}
