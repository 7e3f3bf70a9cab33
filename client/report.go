package client

import (
	"context"
	"net/http"

	"github.com/patternbook/patternbook/schema"
)

// Report tells the keeper of the registry that something published there is wrong.
func (c *Client) Report(ctx context.Context, r schema.Report) error {
	_, err := c.bytes(ctx, request{method: http.MethodPost, path: "/v1/reports", body: r})
	return err
}
