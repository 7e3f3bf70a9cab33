package client_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/patternbook/patternbook/client"
	"github.com/patternbook/patternbook/schema"
)

// A narrow answer is cut after so many bytes.
type narrow struct {
	http.ResponseWriter
	left int
	sent *atomic.Int64
}

func (n *narrow) Write(b []byte) (int, error) {
	some := b[:min(len(b), n.left)]
	n.left -= len(some)
	n.sent.Add(int64(len(some)))
	if _, err := n.ResponseWriter.Write(some); err != nil {
		return 0, err
	}
	if len(some) < len(b) {
		if err := http.NewResponseController(n.ResponseWriter).Flush(); err != nil {
			return 0, err
		}
		panic(http.ErrAbortHandler)
	}
	return len(b), nil
}

func (n *narrow) Unwrap() http.ResponseWriter { return n.ResponseWriter }

// random gives bytes of which no two pieces are alike.
func random(size int) []byte {
	b := make([]byte, size)
	for i, state := 0, uint64(1); i < size; i++ {
		state = state*6364136223846793005 + 1442695040888963407
		b[i] = byte(state >> 56)
	}
	return b
}

// TestDownloadGoesOn cuts a download again and again: all of it comes, and no more
// than that is sent.
func TestDownloadGoesOn(t *testing.T) {
	p := newPlace(t)
	c := p.client()
	b := random(2 << 20)
	if err := c.SendArtifact(t.Context(), schema.DigestOf(b), int64(len(b)), bytesOf(b), nil); err != nil {
		t.Fatal(err)
	}
	var sent atomic.Int64
	p.behave(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		next.ServeHTTP(&narrow{w, 600_000, &sent}, r)
	})
	wantSent(t, p, c, b)
	if n := p.count("GET /v1/artifacts/"); n != 4 || sent.Load() != int64(len(b)) {
		t.Errorf("%d requests brought %d bytes of %d", n, sent.Load(), len(b))
	}

	t.Run("without ranges", func(t *testing.T) {
		cuts := 2
		p.behave(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			r.Header.Del("Range")
			if cuts--; cuts >= 0 {
				w = &narrow{w, 600_000, new(atomic.Int64)}
			}
			next.ServeHTTP(w, r)
		})
		wantSent(t, p, c, b)
	})

	t.Run("other bytes", func(t *testing.T) {
		first := true
		p.behave(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			if first {
				first = false
				next.ServeHTTP(&narrow{w, 600_000, new(atomic.Int64)}, r)
				return
			}
			altered(w, r, next, func(b []byte) []byte { b = bytes.Clone(b); b[1000] ^= 1; return b })
		})
		read := func() error {
			r, err := c.OpenArtifact(t.Context(), schema.DigestOf(b), int64(len(b)))
			if err != nil {
				return err
			}
			_, err = io.Copy(io.Discard, r)
			return errors.Join(err, r.Close())
		}
		if err := read(); !errors.Is(err, schema.DigestMismatch) {
			t.Errorf("got %v", err)
		}
	})

	t.Run("for good", func(t *testing.T) {
		p.behave(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			next.ServeHTTP(&narrow{w, 0, new(atomic.Int64)}, r)
		})
		hasty, err := client.New(p.address, client.Options{Token: p.token, Retries: -1})
		if err != nil {
			t.Fatal(err)
		}
		r, err := hasty.OpenArtifact(t.Context(), schema.DigestOf(b), int64(len(b)))
		if err == nil {
			_, err = io.Copy(io.Discard, r)
			_ = r.Close()
		}
		if !errors.Is(err, schema.Unavailable) {
			t.Errorf("got %v", err)
		}
	})
}
