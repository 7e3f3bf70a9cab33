package artifactstest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/patternbook/patternbook/artifacts"
	"github.com/patternbook/patternbook/schema"
)

// begin begins to put b in pieces.
func begin(t *testing.T, s artifacts.Store, b []byte) artifacts.Partial {
	t.Helper()
	p, err := s.Begin(t.Context(), schema.DigestOf(b), int64(len(b)))
	if err != nil {
		t.Fatalf("Begin: %v", err)
	}
	return p
}

// add appends b and sees that all of it is kept. The Partial goes through its
// written form, as after a restart.
func add(t *testing.T, s artifacts.Store, p artifacts.Partial, b []byte) artifacts.Partial {
	t.Helper()
	next, err := s.Append(t.Context(), p, bytes.NewReader(b))
	if err != nil {
		t.Fatalf("Append of %d bytes after %d: %v", len(b), p.Offset, err)
	}
	if want := p.Offset + int64(len(b)); next.Offset != want {
		t.Fatalf("after Append the offset is %d, want %d", next.Offset, want)
	}
	return reread(t, next)
}

func reread(t *testing.T, p artifacts.Partial) (again artifacts.Partial) {
	t.Helper()
	text, err := json.Marshal(p)
	if err := errors.Join(err, json.Unmarshal(text, &again)); err != nil {
		t.Fatal(err)
	}
	return again
}

func complete(t *testing.T, s artifacts.Store, p artifacts.Partial) {
	t.Helper()
	if err := s.Complete(t.Context(), p); err != nil {
		t.Fatalf("Complete: %v", err)
	}
}

// testPieces puts artifacts in pieces of many sizes; 5 MiB is S3's smallest part.
func testPieces(t *testing.T, s artifacts.Store) {
	for _, c := range []struct{ size, piece int }{
		{0, 1}, {1, 1}, {10, 3}, {100_000, 100_000}, {6 << 20, 1 << 20}, {12 << 20, 5<<20 + 1}, {20 << 20, 20 << 20}, {11 << 20, 5 << 20},
	} {
		b := Bytes(c.size)
		p := begin(t, s, b)
		for at := 0; at < c.size; at += c.piece {
			if _, err := s.Stat(t.Context(), p.Digest); !errors.Is(err, schema.NotFound) {
				t.Errorf("%d bytes in pieces of %d can be seen before they are complete: %v", c.size, c.piece, err)
			}
			p = add(t, s, p, b[at:min(at+c.piece, c.size)])
		}
		complete(t, s, p)
		wantBytes(t, s, b)
		if info, err := s.Stat(t.Context(), p.Digest); err != nil || info.Size != int64(c.size) {
			t.Errorf("Stat gives %+v, %v; want %d bytes", info, err, c.size)
		}
		complete(t, s, p) // whoever does not know that it worked may ask again
	}
	wantNoLeftovers(t, s)
}

// testBrokenOff breaks pieces off in the middle and goes on from what was kept.
func testBrokenOff(t *testing.T, s artifacts.Store) {
	fault := errors.New("the cable was pulled")
	for _, size := range []int{1000, 7 << 20, 18 << 20} {
		b := Bytes(size)
		p := begin(t, s, b)
		for _, to := range []int{size / 3, size / 2, size - 1} {
			r := io.MultiReader(bytes.NewReader(b[p.Offset:to]), iotest.ErrReader(fault))
			next, err := s.Append(t.Context(), p, r)
			if !errors.Is(err, fault) {
				t.Errorf("Append gives %v, want the reader's error", err)
			}
			if next.Offset < p.Offset || next.Offset > int64(to) {
				t.Fatalf("after %d bytes of %d, of which %d came before, %d are said to be kept", to, size, p.Offset, next.Offset)
			}
			p = reread(t, next)
		}
		p = add(t, s, p, b[p.Offset:])
		complete(t, s, p)
		wantBytes(t, s, b)
	}
	wantNoLeftovers(t, s)
}

// testPieceCancelled: a context that ends loses no more than a cable.
func testPieceCancelled(t *testing.T, s artifacts.Store) {
	for _, size := range []int{1000, 7 << 20} {
		b := Bytes(size)
		p := add(t, s, begin(t, s, b), b[:100])
		ctx, cancel := context.WithCancel(t.Context())
		next, err := s.Append(ctx, p, &cancelling{bytes.NewReader(b[100:]), size / 2, cancel})
		cancel()
		if !errors.Is(err, context.Canceled) || next.Offset < 100 || next.Offset >= int64(size) {
			t.Errorf("Append gives offset %d of %d, %v", next.Offset, size, err)
		}
		p = add(t, s, reread(t, next), b[next.Offset:])
		complete(t, s, p)
		wantBytes(t, s, b)
	}
}

// testForgotten: what was appended can be left out again.
func testForgotten(t *testing.T, s artifacts.Store) {
	for _, size := range []int{10_000, 12 << 20} {
		b := Bytes(size)
		first := add(t, s, begin(t, s, b), b[:size/4])
		add(t, s, first, bytes.Repeat([]byte("wrong"), size/10))
		p := add(t, s, first, b[size/4:size/2])
		p = add(t, s, p, b[size/2:])
		complete(t, s, p)
		wantBytes(t, s, b)
	}
	wantNoLeftovers(t, s)
}

func testPiecesWrong(t *testing.T, s artifacts.Store) {
	for _, size := range []int{0, 10, 6 << 20} {
		b, other := Bytes(size), Bytes(size + 1)[:size+1]
		digest := schema.DigestOf(other)
		p, err := s.Begin(t.Context(), digest, int64(size))
		if err != nil {
			t.Fatal(err)
		}
		p = add(t, s, p, b)
		err = s.Complete(t.Context(), p)
		wantKind(t, err, schema.DigestMismatch)
		for _, named := range []schema.Digest{digest, schema.DigestOf(b)} {
			if err != nil && !strings.Contains(err.Error(), named.String()) {
				t.Errorf("the error %q does not name %s", err, named)
			}
		}
		wantNothing(t, s, digest)
		wantNothing(t, s, schema.DigestOf(b))
	}
	_, err := s.Begin(t.Context(), schema.Digest{}, 10)
	wantKind(t, err, schema.Invalid)
	_, err = s.Begin(t.Context(), schema.DigestOf(nil), -1)
	wantKind(t, err, schema.Invalid)
}

// testPiecesSize: neither too much nor too little is taken for the whole.
func testPiecesSize(t *testing.T, s artifacts.Store) {
	for _, size := range []int{10, 6 << 20} {
		b := Bytes(size)
		p := add(t, s, begin(t, s, b), b[:size-2])
		wantKind(t, s.Complete(t.Context(), p), schema.Invalid)
		next, err := s.Append(t.Context(), p, strings.NewReader("more than is missing"))
		wantKind(t, err, schema.Invalid)
		if next.Offset > int64(size) {
			t.Errorf("%d bytes of %d are kept", next.Offset, size)
		}
		p = add(t, s, p, b[size-2:])
		_, err = s.Append(t.Context(), p, strings.NewReader("x"))
		wantKind(t, err, schema.Invalid)
		complete(t, s, p)
		wantBytes(t, s, b)
	}
}

func testAbort(t *testing.T, s artifacts.Store) {
	for _, size := range []int{10, 7 << 20} {
		b := Bytes(size)
		p := add(t, s, begin(t, s, b), b[:size-1])
		for range 2 {
			if err := s.Abort(t.Context(), p); err != nil {
				t.Errorf("Abort: %v", err)
			}
		}
		_, err := s.Append(t.Context(), p, bytes.NewReader(b[size-1:]))
		wantKind(t, err, schema.NotFound)
		wantNothing(t, s, p.Digest)
	}
	if err := s.Abort(t.Context(), begin(t, s, Bytes(5))); err != nil {
		t.Errorf("Abort of what was just begun: %v", err)
	}
	wantNothing(t, s, schema.DigestOf(Bytes(5)))
}

// testSweepPartials: what nobody goes on with does not stay for ever.
func testSweepPartials(t *testing.T, s artifacts.Store) {
	small, large := Bytes(1000), Bytes(8<<20)
	first, second := add(t, s, begin(t, s, small), small[:10]), add(t, s, begin(t, s, large), large[:7<<20])
	if n, err := s.Sweep(t.Context(), time.Now().Add(-time.Hour)); n != 0 || err != nil {
		t.Errorf("Sweep of older ones takes %d, %v", n, err)
	}
	if n, err := s.Sweep(t.Context(), time.Now().Add(time.Hour)); n < 2 || err != nil {
		t.Errorf("Sweep takes %d, %v, want both", n, err)
	}
	for _, p := range []artifacts.Partial{first, second} {
		_, err := s.Append(t.Context(), p, strings.NewReader("x"))
		wantKind(t, err, schema.NotFound)
		wantNothing(t, s, p.Digest)
	}
}

// testPiecesAtOnce: several bring the same artifact, one of them whole.
func testPiecesAtOnce(t *testing.T, s artifacts.Store) {
	b := Bytes(6 << 20)
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			if i == 0 {
				if err := s.Put(t.Context(), schema.DigestOf(b), int64(len(b)), bytes.NewReader(b)); err != nil {
					t.Errorf("Put: %v", err)
				}
				return
			}
			p, err := s.Begin(t.Context(), schema.DigestOf(b), int64(len(b)))
			if err == nil {
				p, err = s.Append(t.Context(), p, bytes.NewReader(b))
			}
			if err == nil {
				err = s.Complete(t.Context(), p)
			}
			if err != nil {
				t.Errorf("in pieces: %v", err)
			}
		})
	}
	wg.Wait()
	wantBytes(t, s, b)
	if got := len(list(t, s)); got != 1 {
		t.Errorf("List gives %d artifacts, want 1", got)
	}
	wantNoLeftovers(t, s)
}

func testReady(t *testing.T, s artifacts.Store) {
	if err := s.Ready(t.Context()); err != nil {
		t.Errorf("Ready: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Ready(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Ready with a cancelled context gives %v", err)
	}
}
