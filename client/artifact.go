package client

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/patternbook/patternbook/schema"
)

// maxMissing is how many digests are asked about at once.
const maxMissing = 10_000

// Missing gives those of the digests that have to be sent.
func (c *Client) Missing(ctx context.Context, digests []schema.Digest) (map[schema.Digest]bool, error) {
	missing := make(map[schema.Digest]bool)
	for some := range slices.Chunk(digests, maxMissing) {
		answer, err := call[struct {
			Missing []schema.Digest `json:"missing"`
		}](ctx, c, request{method: http.MethodPost, path: "/v1/artifacts/missing", body: map[string][]schema.Digest{"digests": some}})
		if err != nil {
			return nil, err
		}
		for _, d := range answer.Missing {
			missing[d] = true
		}
	}
	return missing, nil
}

// putArtifact sends size bytes under their digest by one request. open gives them
// anew for each attempt.
func (c *Client) putArtifact(ctx context.Context, digest schema.Digest, size int64, open func() (io.ReadCloser, error)) error {
	var last io.Closer
	defer func() {
		if last != nil {
			_ = last.Close()
		}
	}()
	stream := func() (io.Reader, error) {
		if last != nil {
			_ = last.Close()
		}
		r, err := open()
		if err != nil {
			return nil, err
		}
		last = r
		return io.NopCloser(r), nil // the transport would close it while the server's early answer is read
	}
	_, err := c.bytes(ctx, request{method: http.MethodPut, path: path("v1", "artifacts", digest.String()), stream: stream, size: size})
	return err
}

// A Progress is told of a transfer of files. Its methods may be called at once.
type Progress interface {
	// Start tells how many files and bytes there are.
	Start(files int, bytes int64)
	// Add tells of bytes that have gone through; fewer, below 0, when a file is
	// begun anew.
	Add(bytes int64)
	// Done tells that the transfer has ended.
	Done()
}

// silent is the Progress of those who ask for none.
type silent struct{}

// Start implements Progress.
func (silent) Start(int, int64) {}

// Add implements Progress.
func (silent) Add(int64) {}

// Done implements Progress.
func (silent) Done() {}

// transfer runs do for each item, several at once, and gives every error.
func transfer[T any](ctx context.Context, items []T, do func(context.Context, T) error) error {
	var group errgroup.Group
	group.SetLimit(parallel)
	errs := make([]error, len(items))
	for i, item := range items {
		if ctx.Err() != nil {
			break
		}
		group.Go(func() error {
			errs[i] = do(ctx, item)
			return nil
		})
	}
	_ = group.Wait() // the errors are in errs
	return errors.Join(append(errs, ctx.Err())...)
}

// A counted reader tells of what is read, until it is ended: a transport may read
// on for a while after the answer has come.
type counted struct {
	r    io.Reader
	told func(int64)

	mu    sync.Mutex
	read  int64
	fault error // of r, when it has failed
	ended bool
}

// Read implements io.Reader.
func (c *counted) Read(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		return 0, io.ErrClosedPipe
	}
	n, err := c.r.Read(b)
	c.read += int64(n)
	c.told(int64(n))
	if err != nil && err != io.EOF {
		c.fault = err
	}
	return n, err
}

// end keeps everybody from reading on, and gives how many bytes were read and the
// fault of reading them.
func (c *counted) end() (int64, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended = true
	return c.read, c.fault
}
