package s3

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/patternbook/patternbook/artifacts"
	"github.com/patternbook/patternbook/artifacts/artifactstest"
	"github.com/patternbook/patternbook/artifacts/s3/s3test"
	"github.com/patternbook/patternbook/schema"
)

// TestMain has minio-go wait less between tries: here a server recovers at once.
func TestMain(m *testing.M) {
	minio.DefaultRetryUnit, minio.DefaultRetryCap = 2*time.Millisecond, 10*time.Millisecond
	os.Exit(m.Run())
}

// patience is how long the stores wait for an answer. Every test of a server that
// hangs waits so long several times.
const patience = 600 * time.Millisecond

// A deed puts b and tells how that went. Done again it goes on, or begins anew.
type deed func(s *Store, b []byte) error

// deeds makes the deeds to be disturbed, each with the size of its artifact.
var deeds = map[string]struct {
	size int
	make func(t *testing.T) deed
}{
	"small": {1000, func(t *testing.T) deed {
		return func(s *Store, b []byte) error {
			return s.Put(t.Context(), schema.DigestOf(b), int64(len(b)), bytes.NewReader(b))
		}
	}},
	"stream": {artifacts.WholeChecked + 50_000, func(t *testing.T) deed {
		return func(s *Store, b []byte) error {
			return s.Put(t.Context(), schema.DigestOf(b), int64(len(b)), bytes.NewReader(b))
		}
	}},
	"parts": {minPart + 1000, func(t *testing.T) deed {
		return func(s *Store, b []byte) error {
			return s.Put(t.Context(), schema.DigestOf(b), -1, bytes.NewReader(b))
		}
	}},
	"pieces":       {minPart + 3000, func(t *testing.T) deed { return pieces(t, 1000, minPart+1000, minPart+3000) }},
	"small pieces": {3000, func(t *testing.T) deed { return pieces(t, 1000, 2000, 3000) }},
}

// pieces gives the artifact in pieces that end at the places, and goes on after a
// fault from what was kept.
func pieces(t *testing.T, to ...int) deed {
	var p artifacts.Partial
	return func(s *Store, b []byte) (err error) {
		if p.ID == "" {
			if p, err = s.Begin(t.Context(), schema.DigestOf(b), int64(len(b))); err != nil {
				return err
			}
		}
		for _, end := range to {
			if int64(end) <= p.Offset {
				continue
			}
			next, err := s.Append(t.Context(), p, bytes.NewReader(b[p.Offset:end]))
			if next.Offset < p.Offset || next.Offset > int64(end) {
				t.Errorf("the offset goes from %d to %d, of %d", p.Offset, next.Offset, end)
			}
			if p = next; err != nil {
				return begun(&p, err)
			}
		}
		return begun(&p, s.Complete(t.Context(), p))
	}
}

// begun forgets a Partial that is gone.
func begun(p *artifacts.Partial, err error) error {
	if errors.Is(err, schema.NotFound) {
		*p = artifacts.Partial{}
	}
	return err
}

// TestFaults disturbs each request of each deed in each way, once and for good.
// Whatever the outcome, it must be told honestly, nothing half-made be seen, and
// the same deed succeed when the fault is over.
func TestFaults(t *testing.T) {
	server := s3test.Start(t)
	for name, do := range faults {
		for what, d := range deeds {
			for _, times := range []int{1, 1000} {
				t.Run(fmt.Sprintf("%s/%s/%d", name, what, times), func(t *testing.T) {
					t.Parallel()
					way := newFaulty(t, server)
					b := artifactstest.Bytes(d.size)
					step := 1
					if name == "hangs" && times > 1 {
						step = 3 // each waits several times over
					}
					for first, more := 0, true; more; first += step {
						more = disturb(t, way, do, first, times, d.make(t), b)
					}
				})
			}
		}
	}
}

// disturb does the deed with a fault at its request first, and again without. It
// tells whether there was such a request.
func disturb(t *testing.T, way *faulty, do fault, first, times int, d deed, b []byte) bool {
	t.Helper()
	c := config(way.server, way.URL)
	c.Prefix = fmt.Sprintf("%s/%d", t.Name(), first)
	c.Timeout, c.Tries = patience, 2
	s := openStore(t, c)
	s.usual = minPart
	straight := c
	straight.Endpoint = way.server.Endpoint
	judge := openStore(t, straight)

	way.arm(do, first, times)
	err := d(s, b)
	_, hits := way.disarm()

	got, seen := readAll(t, judge, schema.DigestOf(b))
	switch {
	case err == nil && (seen != nil || !bytes.Equal(got, b)):
		t.Errorf("request %d: success was said, but it reads as %d bytes of %d, %v", first, len(got), len(b), seen)
	case seen == nil && !bytes.Equal(got, b), seen != nil && !errors.Is(seen, schema.NotFound):
		t.Errorf("request %d: after %v what can be seen is %d bytes of %d, %v", first, err, len(got), len(b), seen)
	case err != nil && !errors.Is(err, schema.Unavailable) && !errors.Is(err, schema.NotFound):
		t.Errorf("request %d: the error %v has no kind that tells to try again", first, err)
	}
	for try := 0; err != nil && try < 2; try++ {
		err = d(s, b) // the first may only learn that its Partial is gone
	}
	if err != nil {
		t.Errorf("request %d: when the fault is over: %v", first, err)
	}
	wantBytes(t, judge, b)
	if _, err := judge.Sweep(t.Context(), time.Now().Add(time.Hour)); err != nil {
		t.Errorf("request %d: Sweep: %v", first, err)
	}
	wantNoLeftovers(t, judge)
	return hits > 0
}

// TestReadFaults: what is read is right or an error, and one fault is got over.
func TestReadFaults(t *testing.T) {
	server := s3test.Start(t)
	b := artifactstest.Bytes(3*artifacts.WholeChecked + 5)
	digest := mustPut(t, openStore(t, config(server, server.Endpoint)), b)
	for name, do := range faults {
		for _, times := range []int{1, 1000} {
			t.Run(fmt.Sprintf("%s/%d", name, times), func(t *testing.T) {
				t.Parallel()
				way := newFaulty(t, server)
				c := config(server, way.URL)
				c.Timeout, c.Tries = patience, 3
				s := openStore(t, c)
				harmless := name == "wrong ETag" || name == "object lost"
				for first, more := 0, true; more; first++ {
					way.arm(do, first, times)
					got, err := readParts(t, s, digest)
					_, hits := way.disarm()
					more = hits > 0
					if err == nil && !bytes.Equal(got, b) || len(got) > len(b) {
						t.Errorf("request %d: got %d bytes of %d or others, without an error", first, len(got), len(b))
					}
					if err != nil && (times == 1 || harmless || !more || !errors.Is(err, schema.Unavailable)) {
						t.Errorf("request %d: %v", first, err)
					}
				}
			})
		}
	}
}

// readParts reads the second half and then the first, which takes two requests or
// more.
func readParts(t *testing.T, s *Store, digest schema.Digest) ([]byte, error) {
	o, err := s.Open(t.Context(), digest)
	if err != nil {
		return nil, err
	}
	defer o.Close()
	half := o.Size() / 2
	if _, err := o.Seek(half, io.SeekStart); err != nil {
		return nil, err
	}
	second, err := io.ReadAll(o)
	if err != nil {
		return nil, err
	}
	if _, err := o.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	first, err := io.ReadAll(io.LimitReader(o, half))
	return append(first, second...), err
}

// TestServerWithoutConditions: a server that knows no If-None-Match will do.
func TestServerWithoutConditions(t *testing.T) {
	server := s3test.Start(t)
	for name, d := range deeds {
		t.Run(name, func(t *testing.T) {
			way := newFaulty(t, server)
			way.arm(func(f *faulty, w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("If-None-Match") != "" {
					_, _ = io.Copy(io.Discard, r.Body)
					refusing(http.StatusNotImplemented, "NotImplemented")(f, w, r)
					return
				}
				f.next.ServeHTTP(w, r)
			}, 0, 1000)
			c := config(server, way.URL)
			c.Prefix = t.Name()
			s := openStore(t, c)
			b := artifactstest.Bytes(d.size)
			do := d.make(t)
			err := do(s, b)
			if errors.Is(err, schema.Unavailable) { // where the bytes come only once they are asked for again
				err = do(s, b)
			}
			if err != nil {
				t.Error(err)
			}
			wantBytes(t, s, b)
			if err := d.make(t)(s, b); err != nil {
				t.Errorf("again: %v", err)
			}
		})
	}
}

// TestKinds: what servers refuse becomes the kind that tells what to do.
func TestKinds(t *testing.T) {
	server := s3test.Start(t)
	for _, c := range []struct {
		status int
		code   string
		kind   schema.Kind
	}{
		{http.StatusInsufficientStorage, "XMinioStorageFull", schema.NoRoom},
		{http.StatusForbidden, "QuotaExceeded", schema.NoRoom},
		{http.StatusBadRequest, "XAmzContentSHA256Mismatch", schema.DigestMismatch},
		{http.StatusBadRequest, "BadDigest", schema.DigestMismatch},
		{http.StatusForbidden, "AccessDenied", schema.Unavailable},
		{http.StatusForbidden, "SignatureDoesNotMatch", schema.Unavailable},
		{http.StatusForbidden, "RequestTimeTooSkewed", schema.Unavailable},
		{http.StatusNotFound, "NoSuchBucket", schema.Unavailable},
		{http.StatusTooManyRequests, "SlowDown", schema.Unavailable},
		{http.StatusBadGateway, "", schema.Unavailable},
	} {
		for _, size := range []int{10, artifacts.WholeChecked + 1} {
			way := newFaulty(t, server)
			conf := config(server, way.URL)
			conf.Tries = 1
			s := openStore(t, conf)
			b := artifactstest.Bytes(size)
			first := 0
			if size > artifacts.WholeChecked {
				first = 1 // after Stat
			}
			way.arm(refusing(c.status, c.code), first, 1000)
			err := s.Put(t.Context(), schema.DigestOf(b), int64(size), bytes.NewReader(b))
			way.disarm()
			if schema.KindOf(err) != c.kind {
				t.Errorf("%d %s, %d bytes: kind %s (%v), want %s", c.status, c.code, size, schema.KindOf(err), err, c.kind)
			}
			if _, err := s.Stat(t.Context(), schema.DigestOf(b)); !errors.Is(err, schema.NotFound) {
				t.Errorf("%d %s: then Stat gives %v", c.status, c.code, err)
			}
		}
	}
}

// TestDeadServer: a store that is not there is an error, soon.
func TestDeadServer(t *testing.T) {
	server := s3test.Start(t)
	way := newFaulty(t, server)
	c := config(server, way.URL)
	c.Tries = 1
	s := openStore(t, c)
	way.Close()
	for act, err := range map[string]error{
		"Ready":  s.Ready(t.Context()),
		"Put":    s.Put(t.Context(), schema.DigestOf([]byte("foo")), 3, bytes.NewReader([]byte("foo"))),
		"Delete": s.Delete(t.Context(), schema.DigestOf([]byte("foo"))),
	} {
		if !errors.Is(err, schema.Unavailable) {
			t.Errorf("%s gives %v, want kind unavailable", act, err)
		}
	}
	for _, err := range s.List(t.Context()) {
		if !errors.Is(err, schema.Unavailable) {
			t.Errorf("List gives %v, want kind unavailable", err)
		}
	}
	if _, err := Open(t.Context(), c); !errors.Is(err, schema.Unavailable) {
		t.Errorf("Open gives %v, want kind unavailable", err)
	}
	c.Endpoint, c.SecretKey = server.Endpoint, "wrong"
	if _, err := Open(t.Context(), c); !errors.Is(err, schema.Unavailable) {
		t.Errorf("Open with a wrong key gives %v, want kind unavailable", err)
	}
}
