package api_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/patternbook/patternbook/registry"
	"github.com/patternbook/patternbook/registry/api"
	"github.com/patternbook/patternbook/schema"
)

func TestUnpublishedIsPrivate(t *testing.T) {
	p := newPlace(t, api.Options{})
	ada, eve := p.open("ada"), p.open("eve")
	secret := p.put(ada, "not yet public")
	at := "/v1/artifacts/" + secret.String()
	own := p.do(ada, http.MethodGet, at, nil).is(t, http.StatusOK)
	if own.body != "not yet public" || !strings.HasPrefix(own.header.Get("Cache-Control"), "private") {
		t.Errorf("its uploader gets %q, %v", own.body, own.header)
	}
	p.do(ada, http.MethodHead, at, nil).is(t, http.StatusOK)
	p.get(at).problem(t, http.StatusNotFound, schema.NotFound)
	p.do(eve, http.MethodGet, at, nil).problem(t, http.StatusNotFound, schema.NotFound)
	p.do(eve, http.MethodHead, at, nil).is(t, http.StatusNotFound)
	other := schema.DigestOf([]byte("never sent"))
	ask := api.Digests{Digests: []schema.Digest{secret, other}}
	missing := func(token string) string {
		return p.do(token, http.MethodPost, "/v1/artifacts/missing", ask).is(t, http.StatusOK).body
	}
	if got := missing(ada); strings.Contains(got, secret.String()) || !strings.Contains(got, other.String()) {
		t.Errorf("its uploader misses %s", got)
	}
	if got := missing(eve); !strings.Contains(got, secret.String()) || !strings.Contains(got, other.String()) {
		t.Errorf("another misses %s, and so learns what was sent", got)
	}
	if got := p.do(ada, http.MethodPost, "/v1/artifacts/missing", `{"digests": []}`).is(t, 200).body; strings.TrimSpace(got) != `{"missing":[]}` {
		t.Errorf("of none are missing: %s", got)
	}
	many := make([]schema.Digest, registryMaxMissing+1)
	for i := range many {
		many[i] = secret
	}
	if a := p.do(ada, http.MethodPost, "/v1/artifacts/missing", api.Digests{Digests: many[1:]}); a.status != 200 {
		t.Errorf("the most that can be asked about is answered by %d", a.status)
	}
	p.do(ada, http.MethodPost, "/v1/artifacts/missing", api.Digests{Digests: many}).problem(t, http.StatusUnprocessableEntity, schema.Invalid)
	p.put(eve, "not yet public") // has the bytes herself now
	p.do(eve, http.MethodGet, at, nil).is(t, http.StatusOK)
	p.get(at).is(t, http.StatusNotFound)
}

const registryMaxMissing = 10_000

// left fails the test when an artifact, or part of one, is stored.
func (p *place) left() {
	p.t.Helper()
	for info, err := range p.store.List(context.Background()) {
		p.t.Errorf("%v is stored, %v", info, err)
	}
	// The request has been answered, or its connection is gone: what the handler
	// still does ends soon after.
	var names []string
	for range 100 {
		entries, err := os.ReadDir(filepath.Join(p.folder, "artifacts", "tmp"))
		if err != nil {
			p.t.Fatal(err)
		}
		if len(entries) == 0 {
			return
		}
		names = names[:0]
		for _, e := range entries {
			names = append(names, e.Name())
		}
		time.Sleep(20 * time.Millisecond)
	}
	p.t.Errorf("a refused upload left %v", names)
}

func TestPutArtifactRefused(t *testing.T) {
	p := newLimitedPlace(t, api.Options{}, registry.Limits{File: 1000})
	ada := p.open("ada")
	at := "/v1/artifacts/" + digestOf("right")
	p.do(ada, http.MethodPut, at, "wrong").problem(t, http.StatusUnprocessableEntity, schema.DigestMismatch)
	p.do(ada, http.MethodPut, at, "").problem(t, http.StatusUnprocessableEntity, schema.DigestMismatch)
	large := strings.Repeat("x", 1001)
	p.do(ada, http.MethodPut, "/v1/artifacts/"+digestOf(large), large).problem(t, http.StatusRequestEntityTooLarge, schema.TooLarge)
	unsized := struct{ io.Reader }{strings.NewReader(large)} // goes out in chunks
	p.do(ada, http.MethodPut, "/v1/artifacts/"+digestOf(large), unsized).problem(t, http.StatusRequestEntityTooLarge, schema.TooLarge)
	p.do("", http.MethodPut, at, "right").problem(t, http.StatusUnauthorized, schema.Unauthenticated)
	p.do("pbk_nonsense", http.MethodPut, at, "right").problem(t, http.StatusUnauthorized, schema.Unauthenticated)
	p.do(ada, http.MethodPut, "/v1/artifacts/sha256:x", "right").problem(t, http.StatusUnprocessableEntity, schema.Invalid)
	p.left()
	p.put(ada, large[:1000])
	p.put(ada, "")
	p.put(ada, "right")
	p.put(ada, "right") // the same again
}

// dial opens a bare connection, to send what no client library would.
func (p *place) dial(request string) *bufio.Reader {
	p.t.Helper()
	c, err := net.Dial("tcp", p.server.Listener.Addr().String())
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { _ = c.Close() })
	if _, err := io.WriteString(c, request); err != nil {
		p.t.Fatal(err)
	}
	if err := c.(*net.TCPConn).CloseWrite(); err != nil {
		p.t.Fatal(err)
	}
	return bufio.NewReader(c)
}

// TestCutUpload ends connections in the middle of a body: nothing stays.
func TestCutUpload(t *testing.T) {
	p := newPlace(t, api.Options{})
	ada := p.open("ada")
	head := "PUT /v1/artifacts/" + digestOf("right") + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + ada + "\r\n"
	for name, rest := range map[string]string{
		"short":          "Content-Length: 5\r\n\r\nrig",
		"nothing":        "Content-Length: 5\r\n\r\n",
		"cut chunk":      "Transfer-Encoding: chunked\r\n\r\n5\r\nrig",
		"no last chunk":  "Transfer-Encoding: chunked\r\n\r\n5\r\nright\r\n",
		"bad chunk":      "Transfer-Encoding: chunked\r\n\r\nzz\r\nright\r\n0\r\n\r\n",
		"length and 5":   "Content-Length: 4\r\n\r\nright",
		"negative":       "Content-Length: -1\r\n\r\nright",
		"both":           "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nrig\r\n0\r\n\r\n",
		"two lengths":    "Content-Length: 5\r\nContent-Length: 3\r\n\r\nright",
		"longer than it": "Content-Length: 9\r\n\r\nright....",
	} {
		t.Run(name, func(t *testing.T) {
			p.t = t
			response, err := http.ReadResponse(p.dial(head+rest), nil)
			if err == nil {
				_ = response.Body.Close()
				if response.StatusCode < 400 {
					t.Errorf("it was taken: %d", response.StatusCode)
				}
			}
			p.left()
		})
	}
	// Documents that are cut leave nothing either.
	p.t = t
	for _, path := range []string{"PUT /v1/designs/ada/lamp/versions/1.0.0", "POST /v1/batches", "POST /v1/designs/ada/lamp/versions/1.0.0/draft"} {
		response, err := http.ReadResponse(p.dial(path+" HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: Bearer "+ada+"\r\nContent-Length: 500\r\n\r\n{\"release\": {"), nil)
		if err == nil {
			b, _ := io.ReadAll(response.Body)
			_ = response.Body.Close()
			if response.StatusCode < 400 || response.Header.Get("Content-Type") != "application/problem+json" || bytes.Contains(b, []byte("unexpected EOF")) {
				t.Errorf("%s, cut, is answered by %d %s", path, response.StatusCode, b)
			}
		}
	}
	p.get("/v1/designs/ada/lamp").is(t, http.StatusNotFound)
}

// TestRefusedBeforeBody checks that nobody's upload is refused while the body is
// still to come: the answer arrives though not one byte of it was sent.
func TestRefusedBeforeBody(t *testing.T) {
	p := newLimitedPlace(t, api.Options{}, registry.Limits{File: 1 << 20})
	ada := p.open("ada")
	for name, test := range map[string]struct {
		head   string
		status int
	}{
		"nobody":    {"", 401},
		"bad token": {"Authorization: Bearer pbk_nonsense\r\n", 401},
		"too large": {"Authorization: Bearer " + ada + "\r\n", 413},
	} {
		c, err := net.Dial("tcp", p.server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(c, "PUT /v1/artifacts/"+digestOf("right")+" HTTP/1.1\r\nHost: x\r\n"+test.head+"Expect: 100-continue\r\nContent-Length: 9999999\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		response, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil || response.StatusCode != test.status {
			t.Errorf("%s: %v, %v", name, response, err)
		}
		_ = c.Close()
	}
}

// TestSlowUpload sends a body for longer than the server gives whole requests.
func TestSlowUpload(t *testing.T) {
	p := newPlace(t, api.Options{})
	ada := p.open("ada")
	server := httptest.NewUnstartedServer(p.server.Config.Handler)
	server.Config.ReadTimeout, server.Config.WriteTimeout = 150*time.Millisecond, 150*time.Millisecond
	server.Start()
	defer server.Close()
	p.server = server
	pieces := []string{"a ", "slow ", "upload ", "that ", "goes ", "on"}
	reader, writer := io.Pipe()
	go func() {
		for _, piece := range pieces {
			time.Sleep(100 * time.Millisecond)
			_, _ = io.WriteString(writer, piece)
		}
		_ = writer.Close()
	}()
	p.do(ada, http.MethodPut, "/v1/artifacts/"+digestOf(strings.Join(pieces, "")), io.Reader(reader)).is(t, http.StatusNoContent)
}
