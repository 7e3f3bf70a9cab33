// Package artifactstest holds the laws of [artifacts.Store] as tests, for every
// implementation to pass.
package artifactstest

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/patternbook/patternbook/artifacts"
	"github.com/patternbook/patternbook/schema"
)

// Run tests a store. open gives an empty one, new for each call; it closes and
// clears away with t.Cleanup.
func Run(t *testing.T, open func(*testing.T) artifacts.Store) {
	for _, law := range []struct {
		name string
		test func(*testing.T, artifacts.Store)
	}{
		{"what is put comes back", testRoundTrip},
		{"unknown size", testUnknownSize},
		{"the same twice", testTwice},
		{"twice with wrong bytes", testTwiceWrong},
		{"wrong digest", testWrongDigest},
		{"wrong size", testWrongSize},
		{"reader fails", testReaderFails},
		{"cancelled", testCancelled},
		{"absent", testAbsent},
		{"no digest", testNoDigest},
		{"list", testList},
		{"delete", testDelete},
		{"sweep", testSweep},
		{"parts", testParts},
		{"behind HTTP", testHTTP},
		{"at once", testAtOnce},
		{"in pieces", testPieces},
		{"pieces broken off", testBrokenOff},
		{"a piece cancelled", testPieceCancelled},
		{"a piece forgotten", testForgotten},
		{"pieces with a wrong digest", testPiecesWrong},
		{"pieces with a wrong size", testPiecesSize},
		{"pieces aborted", testAbort},
		{"pieces swept", testSweepPartials},
		{"pieces at once", testPiecesAtOnce},
		{"ready", testReady},
	} {
		t.Run(law.name, func(t *testing.T) {
			t.Parallel()
			law.test(t, open(t))
		})
	}
}

// sizes are those at which implementations change their ways.
var sizes = []int{
	0, 1, 4096, artifacts.WholeChecked - 1, artifacts.WholeChecked, artifacts.WholeChecked + 1,
	2*artifacts.WholeChecked + 17, 6 << 20, // 5 MiB is S3's smallest part of several
}

// Bytes gives n bytes that look random and are the same for the same n.
func Bytes(n int) []byte {
	b := make([]byte, n)
	rand.NewChaCha8(sha256.Sum256([]byte(strconv.Itoa(n)))).Read(b)
	return b
}

func testRoundTrip(t *testing.T, s artifacts.Store) {
	for _, size := range sizes {
		b := Bytes(size)
		before := time.Now().Add(-time.Minute) // the store's clock may be another
		digest := put(t, s, b)
		wantBytes(t, s, b)
		info, err := s.Stat(t.Context(), digest)
		if err != nil {
			t.Fatalf("Stat: %v", err)
		}
		if info.Digest != digest || info.Size != int64(size) || info.Modified.Before(before) {
			t.Errorf("Stat gives %+v, want digest %s, size %d, modified now", info, digest, size)
		}
		o, err := s.Open(t.Context(), digest)
		if err != nil {
			t.Fatalf("Open: %v", err)
		}
		if o.Size() != int64(size) || o.Info().Digest != digest {
			t.Errorf("the object says %+v, want digest %s, size %d", o.Info(), digest, size)
		}
		if err := iotest.TestReader(o, b); err != nil && size < 10_000 {
			t.Errorf("the object is no good reader: %v", err)
		}
		if err := o.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
		if _, err := o.Read(make([]byte, 1)); err == nil {
			t.Error("a closed object can be read")
		}
	}
	wantNoLeftovers(t, s)
}

func testUnknownSize(t *testing.T, s artifacts.Store) {
	for _, size := range sizes {
		b := Bytes(size)
		if err := s.Put(t.Context(), schema.DigestOf(b), -1, iotest.HalfReader(bytes.NewReader(b))); err != nil {
			t.Fatalf("Put of %d bytes: %v", size, err)
		}
		wantBytes(t, s, b)
	}
}

func testTwice(t *testing.T, s artifacts.Store) {
	b := Bytes(10_000)
	put(t, s, b)
	put(t, s, b)
	wantBytes(t, s, b)
	if got := len(list(t, s)); got != 1 {
		t.Errorf("List gives %d artifacts, want 1", got)
	}
	wantNoLeftovers(t, s)
}

// testTwiceWrong: who names a digest that is stored must have its bytes, too.
func testTwiceWrong(t *testing.T, s artifacts.Store) {
	b := Bytes(10_000)
	digest := put(t, s, b)
	for _, other := range [][]byte{nil, b[:9999], Bytes(10_001), Bytes(9_999)} {
		err := s.Put(t.Context(), digest, -1, bytes.NewReader(other))
		wantKind(t, err, schema.DigestMismatch)
		wantBytes(t, s, b)
	}
	wantNoLeftovers(t, s)
}

func testAbsent(t *testing.T, s artifacts.Store) {
	digest := schema.DigestOf([]byte("nobody has put this"))
	wantNothing(t, s, digest)
	if err := s.Delete(t.Context(), digest); err != nil {
		t.Errorf("Delete of what is not stored: %v", err)
	}
}

func testNoDigest(t *testing.T, s artifacts.Store) {
	wantKind(t, s.Put(t.Context(), schema.Digest{}, 0, strings.NewReader("")), schema.Invalid)
	wantNothing(t, s, schema.Digest{})
	if err := s.Delete(t.Context(), schema.Digest{}); err != nil {
		t.Errorf("Delete of the zero digest: %v", err)
	}
}

func testList(t *testing.T, s artifacts.Store) {
	want := map[schema.Digest]int64{}
	for i := range 300 {
		b := fmt.Appendf(nil, "artifact %d", i)
		want[put(t, s, b)] = int64(len(b))
	}
	got := list(t, s)
	if len(got) != len(want) {
		t.Errorf("List gives %d artifacts, want %d", len(got), len(want))
	}
	if !slices.IsSortedFunc(got, func(a, b artifacts.Info) int { return strings.Compare(a.Digest.String(), b.Digest.String()) }) {
		t.Error("List is not in the order of the digests")
	}
	for _, info := range got {
		stat, err := s.Stat(t.Context(), info.Digest)
		if err != nil || info.Size != want[info.Digest] || !stat.Modified.Equal(info.Modified) || stat.Size != info.Size {
			t.Errorf("List gives %+v, Stat %+v, %v; want size %d", info, stat, err, want[info.Digest])
		}
	}
	for range s.List(t.Context()) {
		break // who has seen enough may stop
	}
}

func testDelete(t *testing.T, s artifacts.Store) {
	kept, gone := put(t, s, Bytes(1000)), put(t, s, Bytes(1001))
	for range 2 {
		if err := s.Delete(t.Context(), gone); err != nil {
			t.Fatalf("Delete: %v", err)
		}
		_, err := s.Open(t.Context(), gone)
		wantKind(t, err, schema.NotFound)
	}
	if got := list(t, s); len(got) != 1 || got[0].Digest != kept {
		t.Errorf("List gives %v, want %s alone", got, kept)
	}
	put(t, s, Bytes(1001))
	wantBytes(t, s, Bytes(1001))
}

// testSweep: artifacts are no leftovers, however old.
func testSweep(t *testing.T, s artifacts.Store) {
	put(t, s, Bytes(1000))
	wantNoLeftovers(t, s)
	wantBytes(t, s, Bytes(1000))
}

func testParts(t *testing.T, s artifacts.Store) {
	for _, size := range []int{1, 5000, artifacts.WholeChecked, 3 * artifacts.WholeChecked} {
		b := Bytes(size)
		o, err := s.Open(t.Context(), put(t, s, b))
		if err != nil {
			t.Fatal(err)
		}
		for _, from := range []int{size / 2, 0, size - 1, size / 3, size, 0} {
			if at, err := o.Seek(int64(from-size), io.SeekEnd); err != nil || at != int64(from) {
				t.Fatalf("Seek gives %d, %v, want %d", at, err, from)
			}
			part := make([]byte, min(1000, size-from))
			if _, err := io.ReadFull(o, part); err != nil || !bytes.Equal(part, b[from:from+len(part)]) {
				t.Errorf("of %d bytes, the %d from %d on: %v, or they are wrong", size, len(part), from, err)
			}
		}
		if _, err := o.Seek(0, io.SeekStart); err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(o); err != nil || !bytes.Equal(got, b) {
			t.Errorf("read from the start again: %v, or it is wrong", err)
		}
		if _, err := o.Seek(-1, io.SeekStart); err == nil {
			t.Error("Seek before the start is no error")
		}
		if err := o.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
}

func testHTTP(t *testing.T, s artifacts.Store) {
	b := Bytes(2*artifacts.WholeChecked + 17)
	digest := put(t, s, b)
	for header, want := range map[string][]byte{"": b, "bytes=100-199": b[100:200], "bytes=-5": b[len(b)-5:]} {
		o, err := s.Open(t.Context(), digest)
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		if header != "" {
			r.Header.Set("Range", header)
		}
		w := httptest.NewRecorder()
		http.ServeContent(w, r, "", o.Info().Modified, o)
		if !bytes.Equal(w.Body.Bytes(), want) {
			t.Errorf("Range %q: got %d bytes, status %d; want %d bytes", header, w.Body.Len(), w.Code, len(want))
		}
		if err := o.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
}

// testAtOnce: many put the same and different bytes, some wrong, others read.
func testAtOnce(t *testing.T, s artifacts.Store) {
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 10 {
				b := fmt.Appendf(nil, "artifact %d", j)
				digest := schema.DigestOf(b)
				if err := s.Put(t.Context(), digest, -1, bytes.NewReader(b)); err != nil {
					t.Errorf("Put: %v", err)
				}
				if err := s.Put(t.Context(), digest, -1, strings.NewReader("wrong")); !errors.Is(err, schema.DigestMismatch) {
					t.Errorf("Put of wrong bytes gives %v", err)
				}
				if o, err := s.Open(t.Context(), digest); err != nil {
					t.Errorf("Open after Put: %v", err)
				} else if got, err := io.ReadAll(o); err != nil || !bytes.Equal(got, b) || o.Close() != nil {
					t.Errorf("read after Put: %q, %v", got, err)
				}
				own := fmt.Appendf(nil, "artifact %d of %d", j, i)
				if err := s.Put(t.Context(), schema.DigestOf(own), int64(len(own)), bytes.NewReader(own)); err != nil {
					t.Errorf("Put: %v", err)
				}
				if err := s.Delete(t.Context(), schema.DigestOf(own)); err != nil {
					t.Errorf("Delete: %v", err)
				}
			}
		})
	}
	wg.Wait()
	if got := len(list(t, s)); got != 10 {
		t.Errorf("List gives %d artifacts, want 10", got)
	}
	wantNoLeftovers(t, s)
}
