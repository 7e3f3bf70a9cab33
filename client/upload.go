package client

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/patternbook/patternbook/schema"
)

const (
	// wholeUpTo is the size in bytes up to which an artifact is sent by one request,
	// and again from its start after a fault. A larger one goes as a resumable upload
	// (tus 1.0.0), of which no more is sent twice than was on the way.
	wholeUpTo = 8 << 20
	// goOn is how often in a row a resumable upload goes on without getting further,
	// before it is given up: with the pauses between it is about a minute, in which a
	// registry has started again.
	goOn = 10
)

// SendArtifact sends size bytes under their digest. open gives them anew, as often
// as they are wanted. told, which may be nil, learns of each byte that has gone
// through, and of fewer, below 0, when some have to be sent again. An upload that
// was interrupted, also of an earlier run, goes on where it stood.
//
// Errors: those of open, and those of the registry: DigestMismatch, TooLarge, NoRoom, Removed.
func (c *Client) SendArtifact(ctx context.Context, digest schema.Digest, size int64, open func() (io.ReadSeekCloser, error), told func(int64)) error {
	if told == nil {
		told = func(int64) {}
	}
	if size > wholeUpTo {
		s := &sending{client: c, digest: digest, size: size, open: open, told: told}
		return s.run(ctx)
	}
	var before *counted
	return c.putArtifact(ctx, digest, size, func() (io.ReadCloser, error) {
		if before != nil { // begun anew
			read, _ := before.end()
			told(-read)
		}
		r, err := open()
		if err != nil {
			return nil, err
		}
		before = &counted{r: r, told: told}
		return struct {
			io.Reader
			io.Closer
		}{before, r}, nil
	})
}

// A sending is a resumable upload.
type sending struct {
	client *Client
	digest schema.Digest
	size   int64
	open   func() (io.ReadSeekCloser, error)
	told   func(int64)

	url string // of the upload, from the registry's root; "" before it is begun
	at  int64  // bytes that were told of
}

// run sends until all is there.
func (s *sending) run(ctx context.Context) error {
	offset, err := s.find(ctx)
	for tries := 0; err == nil; tries++ {
		if s.url == "" {
			if s.url, err = s.begin(ctx); err != nil {
				break
			}
			offset = 0
		}
		s.stand(offset)
		fault := s.send(ctx, offset)
		if fault == nil {
			return nil
		}
		if !passing(fault) || tries >= s.client.goOn {
			return fault
		}
		if err = pause(ctx, s.client.http.Backoff(s.client.http.RetryWaitMin, s.client.http.RetryWaitMax, tries, nil)); err != nil {
			return err
		}
		before := offset
		offset, err = s.ask(ctx)
		switch {
		case err == nil && offset == s.size:
			s.stand(offset)
			return nil
		case err == nil && offset > before:
			tries = -1 // it gets on
		case errors.Is(err, schema.NotFound): // it is no more, or its registry
			s.url, err = "", nil
		case errors.Is(err, schema.Unavailable):
			offset, err = before, nil // asked again after the next try
		}
	}
	return err
}

// passing tells whether a fault may be gone later: the connection, the registry
// that starts anew, or somebody else who sends the same.
func passing(err error) bool {
	if _, own := errors.AsType[*ownFault](err); own {
		return false
	}
	return errors.Is(err, schema.Unavailable) || errors.Is(err, schema.Conflict) || errors.Is(err, schema.NotFound)
}

// pause waits, or ends with ctx.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// stand tells of the bytes that are there.
func (s *sending) stand(offset int64) {
	if offset != s.at {
		s.told(offset - s.at)
		s.at = offset
	}
}

// find looks for an upload of the same bytes that was interrupted.
func (s *sending) find(ctx context.Context) (offset int64, err error) {
	list, err := call[struct {
		Uploads []struct {
			URL    string        `json:"url"`
			Digest schema.Digest `json:"digest"`
			Size   int64         `json:"size"`
			Offset int64         `json:"offset"`
		} `json:"uploads"`
	}](ctx, s.client, request{method: http.MethodGet, path: "/v1/uploads"})
	for _, u := range list.Uploads {
		if u.Digest == s.digest && u.Size == s.size && u.Offset >= offset {
			s.url, offset = u.URL, u.Offset
		}
	}
	return offset, err
}

// tus makes the headers of a request.
func tus(more ...string) http.Header {
	h := http.Header{"Tus-Resumable": {"1.0.0"}}
	for i := 0; i < len(more); i += 2 {
		h.Set(more[i], more[i+1]) // #nosec G602 -- more has pairs
	}
	return h
}

// begin begins the upload and gives its place.
func (s *sending) begin(ctx context.Context) (string, error) {
	metadata := "digest " + base64.StdEncoding.EncodeToString([]byte(s.digest.String()))
	response, err := s.client.do(ctx, request{
		method: http.MethodPost, path: "/v1/uploads", header: tus("Upload-Length", strconv.FormatInt(s.size, 10), "Upload-Metadata", metadata),
	})
	if err != nil {
		return "", err
	}
	defer func() { _ = response.Body.Close() }()
	at, err := url.Parse(response.Header.Get("Location"))
	if err != nil || !strings.HasPrefix(at.Path, "/v1/uploads/") {
		return "", &schema.Error{Kind: schema.Internal, Detail: fmt.Sprintf("%s does not say where the upload goes on", s.client.base)}
	}
	return at.EscapedPath(), nil
}

// ask asks how far the upload has come.
func (s *sending) ask(ctx context.Context) (int64, error) {
	response, err := s.client.do(ctx, request{method: http.MethodHead, path: s.url, header: tus()})
	if err != nil {
		return 0, err
	}
	defer func() { _ = response.Body.Close() }()
	offset, err := strconv.ParseInt(response.Header.Get("Upload-Offset"), 10, 64)
	if err != nil || offset < 0 || offset > s.size {
		return 0, &schema.Error{Kind: schema.Internal, Detail: fmt.Sprintf("%s does not say how far the upload has come", s.client.base)}
	}
	return offset, nil
}

// send sends all from offset on.
func (s *sending) send(ctx context.Context, offset int64) (err error) {
	r, err := s.open()
	if err != nil {
		return &ownFault{err}
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	if _, err := r.Seek(offset, io.SeekStart); err != nil {
		return &ownFault{err}
	}
	body := &counted{r: r, told: func(n int64) {
		s.at += n
		s.told(n)
	}}
	response, err := s.client.do(ctx, request{
		method: http.MethodPatch, path: s.url, once: true, size: s.size - offset,
		stream: func() (io.Reader, error) { return io.NopCloser(body), nil }, // the transport would close it while the server's early answer is read
		header: tus("Content-Type", "application/offset+octet-stream", "Upload-Offset", strconv.FormatInt(offset, 10)),
	})
	if _, fault := body.end(); fault != nil {
		return &ownFault{fault}
	}
	if err != nil {
		return err
	}
	return response.Body.Close()
}

// An ownFault is one of the bytes to send, which no other try will mend.
type ownFault struct{ err error }

// Error implements error.
func (f *ownFault) Error() string { return f.err.Error() }

// Unwrap gives the fault itself.
func (f *ownFault) Unwrap() error { return f.err }
