package artifactstest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/patternbook/patternbook/artifacts"
	"github.com/patternbook/patternbook/schema"
)

func testWrongDigest(t *testing.T, s artifacts.Store) {
	for _, size := range sizes {
		b, other := Bytes(size), Bytes(size+1)
		digest := schema.DigestOf(other)
		err := s.Put(t.Context(), digest, int64(size), bytes.NewReader(b))
		wantKind(t, err, schema.DigestMismatch)
		for _, named := range []schema.Digest{digest, schema.DigestOf(b)} {
			if err != nil && !strings.Contains(err.Error(), named.String()) {
				t.Errorf("the error %q does not name %s", err, named)
			}
		}
		wantNothing(t, s, digest)
		wantNothing(t, s, schema.DigestOf(b))
	}
}

func testWrongSize(t *testing.T, s artifacts.Store) {
	for _, size := range sizes {
		b := Bytes(size)
		digest := schema.DigestOf(b)
		for _, announced := range []int64{0, int64(size) - 1, int64(size) + 1, int64(size) + 1<<20} {
			if announced < 0 || announced == int64(size) {
				continue
			}
			err := s.Put(t.Context(), digest, announced, bytes.NewReader(b))
			wantKind(t, err, schema.Invalid)
			wantNothing(t, s, digest)
		}
	}
}

func testReaderFails(t *testing.T, s artifacts.Store) {
	fault := errors.New("the cable was pulled")
	for _, size := range sizes {
		b := Bytes(size)
		for _, announced := range []int64{-1, int64(size)} {
			// Also after the last byte, where all that came was right.
			for _, sent := range []int{0, size / 2, size} {
				r := io.MultiReader(bytes.NewReader(b[:sent]), iotest.ErrReader(fault))
				err := s.Put(t.Context(), schema.DigestOf(b), announced, r)
				if !errors.Is(err, fault) {
					t.Errorf("Put gives %v, want the reader's error", err)
				}
				wantNothing(t, s, schema.DigestOf(b))
			}
		}
	}
}

// A cancelling reader calls stop once after bytes have been read.
type cancelling struct {
	io.Reader
	after int
	stop  func()
}

func (c *cancelling) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p[:min(len(p), max(1, c.after))])
	if c.after -= n; c.after <= 0 {
		c.stop()
	}
	return n, err
}

func testCancelled(t *testing.T, s artifacts.Store) {
	for _, size := range sizes {
		b := Bytes(size)
		digest := schema.DigestOf(b)
		for _, after := range []int{0, size / 2, size} {
			ctx, cancel := context.WithCancel(t.Context())
			err := s.Put(ctx, digest, int64(size), &cancelling{bytes.NewReader(b), after, cancel})
			cancel()
			if !errors.Is(err, context.Canceled) {
				t.Errorf("Put of %d bytes, cancelled after %d, gives %v", size, after, err)
			}
			wantNothing(t, s, digest)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	digest := put(t, s, Bytes(10))
	_, opened := s.Open(ctx, digest)
	_, statted := s.Stat(ctx, digest)
	_, swept := s.Sweep(ctx, time.Now())
	var listed error
	for _, listed = range s.List(ctx) {
	}
	for act, err := range map[string]error{
		"Open": opened, "Stat": statted, "Sweep": swept, "List": listed, "Delete": s.Delete(ctx, digest),
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s with a cancelled context gives %v", act, err)
		}
	}
	wantBytes(t, s, Bytes(10))
}
