package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/patternbook/patternbook/schema"
)

// PreviewModeration tells how a release, owner/name@version, or an account is treated,
// and what hangs on it. It is for administrators, as all that follows.
func (c *Client) PreviewModeration(ctx context.Context, about string) (schema.ModerationPreview, error) {
	return call[schema.ModerationPreview](ctx, c, request{method: http.MethodGet, path: "/v1/moderations", query: url.Values{"about": {about}}})
}

// Moderate puts a release under quarantine, suspends an account, or ends either.
func (c *Client) Moderate(ctx context.Context, d schema.Moderation) (schema.DocumentReceipt, error) {
	if err := d.Validate(); err != nil {
		return schema.DocumentReceipt{}, err
	}
	signed, err := c.signature(d)
	if err != nil {
		return schema.DocumentReceipt{}, err
	}
	return call[schema.DocumentReceipt](ctx, c, request{method: http.MethodPost, path: "/v1/moderations", body: d, header: signed})
}

// Reports shows at most limit of the open reports, the oldest first.
func (c *Client) Reports(ctx context.Context, limit int, show func(schema.Reported) error) error {
	return pages(ctx, c, "/v1/reports", url.Values{}, limit, show, func(l schema.ReportList) ([]schema.Reported, string) { return l.Reports, l.Next })
}

// CloseReport forgets a report.
func (c *Client) CloseReport(ctx context.Context, number int64) error {
	_, err := c.bytes(ctx, request{method: http.MethodDelete, path: path("v1", "reports", strconv.FormatInt(number, 10))})
	return err
}

// Audits shows at most limit writes and refused writes since a time, the latest first;
// of one account, or of all for the zero Name.
func (c *Client) Audits(ctx context.Context, since time.Time, account schema.Name, limit int, show func(schema.Audited) error) error {
	query := url.Values{"since": {schema.TimeOf(since).String()}}
	if !account.IsZero() {
		query.Set("account", account.String())
	}
	return pages(ctx, c, "/v1/audit", query, limit, show, func(l schema.AuditList) ([]schema.Audited, string) { return l.Audits, l.Next })
}

// pages shows at most limit rows of a list, page by page.
func pages[L, R any](ctx context.Context, c *Client, at string, query url.Values, limit int, show func(R) error, open func(L) (rows []R, next string)) error {
	const page = 1000 // rows at most
	for limit > 0 {
		query.Set("limit", strconv.Itoa(min(limit, page)))
		list, err := call[L](ctx, c, request{method: http.MethodGet, path: at, query: query})
		if err != nil {
			return err
		}
		rows, next := open(list)
		for _, r := range rows {
			if err := show(r); err != nil {
				return err
			}
		}
		following, err := url.Parse(next)
		if next == "" || len(rows) == 0 || err != nil {
			return err
		}
		limit -= len(rows)
		query.Set("cursor", following.Query().Get("cursor"))
	}
	return nil
}
