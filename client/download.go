package client

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/patternbook/patternbook/artifacts"
	"github.com/patternbook/patternbook/schema"
)

// OpenArtifact gives the bytes of an artifact. Reading them to their end is an
// error of kind DigestMismatch when they are not what the digest says. size is
// how many are expected, -1 when that is not known. A download that is cut off
// goes on where it was.
func (c *Client) OpenArtifact(ctx context.Context, digest schema.Digest, size int64) (io.ReadCloser, error) {
	d := &download{ctx: ctx, client: c, digest: digest}
	if err := d.request(); err != nil {
		return nil, err
	}
	return struct {
		io.Reader
		io.Closer
	}{artifacts.Verify(ctx, digest, size, d), d}, nil
}

// A download gives the bytes of an artifact, by as many requests as it takes.
type download struct {
	ctx    context.Context
	client *Client
	digest schema.Digest

	body  io.ReadCloser // nil between two requests
	at    int64         // bytes that have come
	size  int64         // bytes of the artifact, -1 when the registry does not say
	tries int           // requests since some came
}

// request asks for what is left.
func (d *download) request() error {
	q := request{method: http.MethodGet, path: path("v1", "artifacts", d.digest.String())}
	if d.at > 0 {
		q.header = http.Header{"Range": {fmt.Sprintf("bytes=%d-", d.at)}}
	}
	response, err := d.client.do(d.ctx, q)
	if err != nil {
		return err
	}
	switch {
	case response.StatusCode == http.StatusPartialContent && strings.HasPrefix(response.Header.Get("Content-Range"), fmt.Sprintf("bytes %d-", d.at)):
	case response.StatusCode == http.StatusOK: // all of it
		if _, err := io.CopyN(io.Discard, response.Body, d.at); err != nil {
			_ = response.Body.Close()
			return d.client.unreachable(d.ctx, err)
		}
	default:
		_ = response.Body.Close()
		return &schema.Error{Kind: schema.Internal, Detail: fmt.Sprintf("%s answers %s to who asks for the rest of a file", d.client.base, response.Status)}
	}
	d.body, d.size = response.Body, -1
	if response.ContentLength >= 0 {
		d.size = response.ContentLength
		if response.StatusCode == http.StatusPartialContent {
			d.size += d.at
		}
	}
	return nil
}

// Read implements io.Reader.
func (d *download) Read(b []byte) (int, error) {
	for {
		if d.body == nil {
			if err := d.request(); err != nil {
				return 0, err
			}
		}
		n, err := d.body.Read(b)
		d.at += int64(n)
		if n > 0 {
			d.tries = 0
		}
		if err == nil || err == io.EOF {
			return n, err
		}
		if d.at == d.size { // cut when all had come
			return n, io.EOF
		}
		_ = d.Close()
		if d.ctx.Err() != nil || d.tries >= d.client.goOn {
			return n, d.client.unreachable(d.ctx, err)
		}
		h := d.client.http
		if err := pause(d.ctx, h.Backoff(h.RetryWaitMin, h.RetryWaitMax, d.tries, nil)); err != nil {
			return n, err
		}
		d.tries++
		if n > 0 {
			return n, nil
		}
	}
}

// Close implements io.Closer.
func (d *download) Close() error {
	if d.body == nil {
		return nil
	}
	err := d.body.Close()
	d.body = nil
	return err
}
