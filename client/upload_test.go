package client_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/patternbook/patternbook/artifacts/artifactstest"
	"github.com/patternbook/patternbook/client"
	"github.com/patternbook/patternbook/registry"
	"github.com/patternbook/patternbook/schema"
)

const largeUpload = 12 << 20 // bytes, more than goes by one request

// bytesOf gives b as a file that is opened anew for each try.
func bytesOf(b []byte) func() (io.ReadSeekCloser, error) {
	return func() (io.ReadSeekCloser, error) {
		return struct {
			io.ReadSeeker
			io.Closer
		}{bytes.NewReader(b), io.NopCloser(nil)}, nil
	}
}

// cutting passes on n bytes of a body, then cuts the connection.
type cutting struct {
	io.ReadCloser
	left int64
}

func (c *cutting) Read(b []byte) (int, error) {
	if c.left <= 0 {
		return 0, errors.New("the cable was pulled")
	}
	n, err := c.ReadCloser.Read(b[:min(int64(len(b)), c.left)])
	c.left -= int64(n)
	return n, err
}

// pull serves a request of which no more than n bytes of the body arrive.
func pull(w http.ResponseWriter, r *http.Request, next http.Handler, n int64) {
	r.Body = &cutting{r.Body, n}
	next.ServeHTTP(discarded{http.Header{}}, r)
	panic(http.ErrAbortHandler)
}

// A discarded answer reaches nobody.
type discarded struct{ header http.Header }

func (d discarded) Header() http.Header         { return d.header }
func (d discarded) Write(b []byte) (int, error) { return len(b), nil }
func (d discarded) WriteHeader(int)             {}

func wantSent(t *testing.T, p *place, c *client.Client, b []byte) {
	t.Helper()
	r, err := c.OpenArtifact(t.Context(), schema.DigestOf(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, b) {
		t.Errorf("the registry has %d bytes, %v", len(got), err)
	}
}

// TestSendIsCut cuts a large upload again and again: it goes on where it was.
func TestSendIsCut(t *testing.T) {
	p := newPlace(t)
	c, b := p.client(), artifactstest.Bytes(largeUpload)
	var patches, arrived, told atomic.Int64
	p.behave(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Method != http.MethodPatch {
			next.ServeHTTP(w, r)
			return
		}
		r.Body = struct {
			io.Reader
			io.Closer
		}{io.TeeReader(r.Body, arriving{&arrived}), r.Body}
		if patches.Add(1) <= 5 {
			pull(w, r, next, 2<<20)
		}
		next.ServeHTTP(w, r)
	})
	if err := c.SendArtifact(t.Context(), schema.DigestOf(b), int64(len(b)), bytesOf(b), func(n int64) { told.Add(n) }); err != nil {
		t.Fatal(err)
	}
	if patches.Load() != 6 || arrived.Load() > largeUpload+5*64<<10 {
		t.Errorf("%d requests brought %d bytes of %d", patches.Load(), arrived.Load(), len(b))
	}
	if told.Load() != largeUpload {
		t.Errorf("%d bytes were told of, want %d", told.Load(), largeUpload)
	}
	wantSent(t, p, c, b)
}

type arriving struct{ n *atomic.Int64 }

func (c arriving) Write(b []byte) (int, error) {
	c.n.Add(int64(len(b)))
	return len(b), nil
}

// TestSendGoesOnLater interrupts the client, then the registry, and publishes the
// folder again: only what is missing is sent.
func TestSendGoesOnLater(t *testing.T) {
	p := newPlace(t)
	files := lampFiles()
	files["cad/large.step"] = string(artifactstest.Bytes(largeUpload))
	at := folder(t, files)
	p.behave(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Method == http.MethodPatch {
			pull(w, r, next, 9<<20)
		}
		next.ServeHTTP(w, r)
	})
	impatient, err := client.New(p.address, client.Options{Token: p.token, Retries: -1})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := impatient.PublishFolder(t.Context(), at, design(t, "ada/lamp"), client.PublishOptions{}); !errors.Is(err, schema.Unavailable) {
		t.Fatalf("an upload that is cut for good gives %v", err)
	}
	if err := p.service.Close(); err != nil {
		t.Fatal(err)
	}
	p.start()
	var arrived, puts atomic.Int64
	p.behave(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Method == http.MethodPut && strings.HasPrefix(r.URL.Path, "/v1/artifacts/") {
			puts.Add(1)
		}
		r.Body = struct {
			io.Reader
			io.Closer
		}{io.TeeReader(r.Body, arriving{&arrived}), r.Body}
		next.ServeHTTP(w, r)
	})
	told := &counting{}
	if _, err := impatient.PublishFolder(t.Context(), at, design(t, "ada/lamp"), client.PublishOptions{Progress: told}); err != nil {
		t.Fatal(err)
	}
	if puts.Load() != 0 || arrived.Load() > 4<<20 {
		t.Errorf("after 9 MiB of 12 had come, %d small files and %d bytes in all were sent", puts.Load(), arrived.Load())
	}
	if told.added.Load() != told.total || told.total != largeUpload {
		t.Errorf("the progress came to %d of %d bytes, want %d", told.added.Load(), told.total, largeUpload)
	}
}

// TestSendThroughRestart restarts the registry in the middle of an upload, whose
// client notices nothing but a pause.
func TestSendThroughRestart(t *testing.T) {
	p := newPlace(t)
	c, b := p.client(), artifactstest.Bytes(largeUpload)
	var began atomic.Bool
	down := make(chan struct{})
	p.behave(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Method == http.MethodPatch && began.CompareAndSwap(false, true) {
			defer close(down)
			pull(w, r, next, 3<<20)
		}
		select {
		case <-down:
			w.WriteHeader(http.StatusBadGateway)
		default:
			next.ServeHTTP(w, r)
		}
	})
	go func() {
		<-down
		time.Sleep(300 * time.Millisecond)
		_ = p.service.Close()
		p.start()
		p.behave(nil)
	}()
	if err := c.SendArtifact(t.Context(), schema.DigestOf(b), int64(len(b)), bytesOf(b), nil); err != nil {
		t.Fatal(err)
	}
	wantSent(t, p, c, b)
}

// TestSendBeginsAnew: an upload that the registry has forgotten is begun again.
func TestSendBeginsAnew(t *testing.T) {
	p := newPlace(t)
	c, b := p.client(), artifactstest.Bytes(largeUpload)
	var patches atomic.Int64
	p.behave(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Method == http.MethodPatch && patches.Add(1) == 1 {
			if err := p.service.EndUpload(r.Context(), registry.As(name(t, "ada")), strings.TrimPrefix(r.URL.Path, "/v1/uploads/")); err != nil {
				t.Error(err)
			}
		}
		next.ServeHTTP(w, r)
	})
	if err := c.SendArtifact(t.Context(), schema.DigestOf(b), int64(len(b)), bytesOf(b), nil); err != nil {
		t.Fatal(err)
	}
	wantSent(t, p, c, b)
}

// TestSendFails gives errors that no second try would mend.
func TestSendFails(t *testing.T) {
	p := newPlace(t)
	c, b := p.client(), artifactstest.Bytes(largeUpload)
	other := schema.DigestOf([]byte("other bytes"))
	if err := c.SendArtifact(t.Context(), other, int64(len(b)), bytesOf(b), nil); !errors.Is(err, schema.DigestMismatch) {
		t.Errorf("wrong bytes give %v", err)
	}
	if n := p.count("PATCH"); n != 1 {
		t.Errorf("wrong bytes were sent %d times", n)
	}
	p.behave(nil)
	changed := &schema.Error{Kind: schema.Conflict, Detail: "changed"}
	open := func() (io.ReadSeekCloser, error) { return failing{changed}, nil }
	if err := c.SendArtifact(t.Context(), other, int64(len(b)), open, nil); !errors.Is(err, schema.Conflict) || p.count("PATCH") > 1 {
		t.Errorf("a file that changes gives %v after %d tries", err, p.count("PATCH"))
	}
}
