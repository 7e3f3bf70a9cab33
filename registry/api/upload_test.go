package api_test

import (
	"bufio"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/patternbook/patternbook/registry"
	"github.com/patternbook/patternbook/registry/api"
	"github.com/patternbook/patternbook/schema"
)

// tus sends a request of the protocol.
func (p *place) tus(token, method, path string, body any, headers ...string) answered {
	p.t.Helper()
	return p.do(token, method, path, body, append([]string{"Tus-Resumable", "1.0.0"}, headers...)...)
}

// create begins an upload and gives its address.
func (p *place) create(token, data string, headers ...string) string {
	p.t.Helper()
	a := p.tus(token, http.MethodPost, "/v1/uploads", nil, append([]string{
		"Upload-Length", strconv.Itoa(len(data)), "Upload-Metadata", metadata(data),
	}, headers...)...).is(p.t, http.StatusCreated)
	return a.header.Get("Location")
}

func metadata(data string) string {
	return "filename " + base64.StdEncoding.EncodeToString([]byte("lamp.step")) + ", digest " + base64.StdEncoding.EncodeToString([]byte(digestOf(data)))
}

// patch sends a piece.
func (p *place) patch(token, path string, offset int, body string, headers ...string) answered {
	p.t.Helper()
	return p.tus(token, http.MethodPatch, path, body, append([]string{
		"Content-Type", "application/offset+octet-stream", "Upload-Offset", strconv.Itoa(offset),
	}, headers...)...)
}

func wantOffset(t *testing.T, a answered, want int) {
	t.Helper()
	if got := a.header.Get("Upload-Offset"); got != strconv.Itoa(want) {
		t.Errorf("Upload-Offset is %q, want %d", got, want)
	}
}

func TestTus(t *testing.T) {
	p := newPlace(t, api.Options{})
	ada, eve := p.open("ada"), p.open("eve")
	const data = "a file that comes in pieces"
	for _, path := range []string{"/v1/uploads", "/v1/uploads/x"} {
		a := p.do("", http.MethodOptions, path, nil).is(t, http.StatusNoContent)
		for header, want := range map[string]string{
			"Tus-Version": "1.0.0", "Tus-Resumable": "1.0.0", "Tus-Max-Size": "17179869184", "Tus-Checksum-Algorithm": "sha256,sha1",
			"Tus-Extension": "creation,creation-with-upload,expiration,checksum,termination",
		} {
			if got := a.header.Get(header); got != want {
				t.Errorf("OPTIONS %s: %s is %q, want %q", path, header, got, want)
			}
		}
	}
	at := p.create(ada, data)
	head := p.tus(ada, http.MethodHead, at, nil).is(t, http.StatusOK)
	wantOffset(t, head, 0)
	if head.header.Get("Upload-Length") != strconv.Itoa(len(data)) || head.header.Get("Upload-Metadata") != metadata(data) || head.header.Get("Cache-Control") != "no-store" {
		t.Errorf("HEAD gives %v", head.header)
	}
	if expires, err := http.ParseTime(head.header.Get("Upload-Expires")); err != nil || time.Until(expires) < 24*time.Hour {
		t.Errorf("it expires %v, %v", expires, err)
	}
	a := p.patch(ada, at, 0, data[:5]).is(t, http.StatusNoContent)
	wantOffset(t, a, 5)
	if a.header.Get("Upload-Expires") == "" || a.header.Get("Tus-Resumable") != "1.0.0" {
		t.Errorf("PATCH gives %v", a.header)
	}
	wrong, right := sha256.Sum256([]byte("other")), sha1.Sum([]byte(data[5:10]))
	p.patch(ada, at, 5, data[5:10], "Upload-Checksum", "sha256 "+base64.StdEncoding.EncodeToString(wrong[:])).problem(t, 460, schema.ChecksumMismatch)
	p.patch(ada, at, 5, data[5:10], "Upload-Checksum", "sha1 "+base64.StdEncoding.EncodeToString(right[:])).is(t, http.StatusNoContent)
	for what, refused := range map[string]struct {
		a      answered
		status int
		kind   schema.Kind
	}{
		"another offset":     {p.patch(ada, at, 5, "x"), 409, schema.Conflict},
		"no offset":          {p.tus(ada, http.MethodPatch, at, "x", "Content-Type", "application/offset+octet-stream"), 400, schema.Malformed},
		"another media type": {p.tus(ada, http.MethodPatch, at, "x", "Upload-Offset", "10", "Content-Type", "text/plain"), 415, schema.Malformed},
		"another tus":        {p.do(ada, http.MethodPatch, at, "x", "Upload-Offset", "10", "Tus-Resumable", "0.2.2"), 412, schema.Malformed},
		"unknown algorithm":  {p.patch(ada, at, 10, "x", "Upload-Checksum", "crc32 AAAA"), 400, schema.Malformed},
		"another's":          {p.patch(eve, at, 10, "x"), 404, schema.NotFound},
		"nobody's":           {p.patch("", at, 10, "x"), 401, schema.Unauthenticated},
		"none":               {p.patch(ada, "/v1/uploads/none", 0, "x"), 404, schema.NotFound},
		"no digest":          {p.tus(ada, http.MethodPost, "/v1/uploads", nil, "Upload-Length", "5"), 422, schema.Invalid},
		"no length":          {p.tus(ada, http.MethodPost, "/v1/uploads", nil, "Upload-Metadata", metadata("x")), 400, schema.Malformed},
		"a deferred length":  {p.tus(ada, http.MethodPost, "/v1/uploads", nil, "Upload-Defer-Length", "1", "Upload-Metadata", metadata("x")), 400, schema.Malformed},
		"a path as digest":   {p.tus(ada, http.MethodPost, "/v1/uploads", nil, "Upload-Length", "5", "Upload-Metadata", "digest "+base64.StdEncoding.EncodeToString([]byte("sha256:../../x"))), 422, schema.Invalid},
		"too large":          {p.tus(ada, http.MethodPost, "/v1/uploads", nil, "Upload-Length", "17179869185", "Upload-Metadata", metadata("x")), 413, schema.TooLarge},
	} {
		refused.a.problem(t, refused.status, refused.kind)
		if refused.a.header.Get("Tus-Resumable") != "1.0.0" {
			t.Errorf("%s: the answer does not say which tus it is", what)
		}
	}
	var list api.Uploads
	if err := json.Unmarshal([]byte(p.do(ada, http.MethodGet, "/v1/uploads", nil).is(t, http.StatusOK).body), &list); err != nil || len(list.Uploads) != 1 || list.Uploads[0].URL != at || list.Uploads[0].Offset != 10 {
		t.Errorf("ada's uploads are %+v, %v", list, err)
	}
	if got := p.do(eve, http.MethodGet, "/v1/uploads", nil).is(t, http.StatusOK).body; strings.TrimSpace(got) != `{"uploads":[]}` {
		t.Errorf("eve's uploads are %s", got)
	}
	p.do(ada, http.MethodGet, "/v1/artifacts/"+digestOf(data), nil).problem(t, http.StatusNotFound, schema.NotFound)
	a = p.tus(ada, http.MethodPost, at, data[10:], "X-HTTP-Method-Override", "PATCH", "Content-Type", "application/offset+octet-stream", "Upload-Offset", "10").is(t, http.StatusNoContent)
	wantOffset(t, a, len(data))
	if got := p.do(ada, http.MethodGet, "/v1/artifacts/"+digestOf(data), nil).is(t, http.StatusOK).body; got != data {
		t.Errorf("it reads %q", got)
	}
	wantOffset(t, p.tus(ada, http.MethodHead, at, nil).is(t, http.StatusOK), len(data))
}

func TestTusAtOnce(t *testing.T) {
	p := newPlace(t, api.Options{})
	ada := p.open("ada")
	for _, data := range []string{"", "begun and ended by one request"} {
		a := p.tus(ada, http.MethodPost, "/v1/uploads", data, "Content-Type", "application/offset+octet-stream",
			"Upload-Length", strconv.Itoa(len(data)), "Upload-Metadata", metadata(data)).is(t, http.StatusCreated)
		wantOffset(t, a, len(data))
		if got := p.do(ada, http.MethodGet, "/v1/artifacts/"+digestOf(data), nil).is(t, http.StatusOK).body; got != data {
			t.Errorf("it reads %q, want %q", got, data)
		}
	}
	at := p.create(ada, "never to be ended")
	p.patch(ada, at, 0, "never").is(t, http.StatusNoContent)
	p.tus(ada, http.MethodDelete, at, nil).is(t, http.StatusNoContent)
	p.tus(ada, http.MethodHead, at, nil).is(t, http.StatusNotFound)
	p.tus(ada, http.MethodDelete, at, nil).problem(t, http.StatusNotFound, schema.NotFound)
}

// TestTusWrongDigest: nothing stays of what is not what it was said to be.
func TestTusWrongDigest(t *testing.T) {
	p := newPlace(t, api.Options{})
	ada := p.open("ada")
	at := p.create(ada, "right")
	a := p.patch(ada, at, 0, "wrong")
	a.problem(t, http.StatusUnprocessableEntity, schema.DigestMismatch)
	if !strings.Contains(a.body, digestOf("right")) || !strings.Contains(a.body, digestOf("wrong")) {
		t.Errorf("the answer does not name both digests: %s", a.body)
	}
	p.tus(ada, http.MethodHead, at, nil).is(t, http.StatusNotFound)
	for _, data := range []string{"right", "wrong"} {
		p.do(ada, http.MethodGet, "/v1/artifacts/"+digestOf(data), nil).problem(t, http.StatusNotFound, schema.NotFound)
	}
	p.left()
}

func TestTusLimits(t *testing.T) {
	p := newLimitedPlace(t, api.Options{}, registry.Limits{File: 1000, Account: 1500, Total: 2000, Uploads: 2})
	ada, eve := p.open("ada"), p.open("eve")
	begin := func(token string, data string) answered {
		return p.tus(token, http.MethodPost, "/v1/uploads", nil, "Upload-Length", strconv.Itoa(len(data)), "Upload-Metadata", metadata(data))
	}
	begin(ada, strings.Repeat("x", 1001)).problem(t, http.StatusRequestEntityTooLarge, schema.TooLarge)
	begin(ada, strings.Repeat("x", 900)).is(t, http.StatusCreated)
	begin(ada, strings.Repeat("x", 601)).problem(t, http.StatusInsufficientStorage, schema.NoRoom) // its own quota
	last := begin(ada, strings.Repeat("x", 600)).is(t, http.StatusCreated)
	a := begin(ada, "x")
	a.problem(t, http.StatusTooManyRequests, schema.TooMany)
	if a.header.Get("Retry-After") == "" {
		t.Error("429 does not say when to come again")
	}
	begin(eve, strings.Repeat("x", 501)).problem(t, http.StatusInsufficientStorage, schema.NoRoom) // everybody's
	p.do(eve, http.MethodPut, "/v1/artifacts/"+digestOf(strings.Repeat("y", 501)), strings.Repeat("y", 501)).problem(t, http.StatusInsufficientStorage, schema.NoRoom)
	p.tus(ada, http.MethodDelete, last.header.Get("Location"), nil).is(t, http.StatusNoContent)
	begin(eve, strings.Repeat("x", 501)).is(t, http.StatusCreated)
}

// TestTusStandsStill: a request that sends nothing more is stopped as soon as
// another goes on with the upload, and what it had sent is kept.
func TestTusStandsStill(t *testing.T) {
	p := newPlace(t, api.Options{})
	ada := p.open("ada")
	const data = "half of it comes, then the cable is pulled"
	at := p.create(ada, data)
	c, err := net.Dial("tcp", p.server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	if _, err := fmt.Fprintf(c, "PATCH %s HTTP/1.1\r\nHost: x\r\nTus-Resumable: 1.0.0\r\nAuthorization: Bearer %s\r\nContent-Type: application/offset+octet-stream\r\nUpload-Offset: 0\r\nContent-Length: %d\r\n\r\n%s",
		at, ada, len(data), data[:20]); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the first half", func() bool { return p.partialBytes() == 20 })
	wantOffset(t, p.tus(ada, http.MethodHead, at, nil).is(t, http.StatusOK), 20)
	p.patch(ada, at, 20, data[20:]).is(t, http.StatusNoContent)
	if got := p.do(ada, http.MethodGet, "/v1/artifacts/"+digestOf(data), nil).is(t, http.StatusOK).body; got != data {
		t.Errorf("it reads %q", got)
	}
	_ = c.SetReadDeadline(time.Now().Add(20 * time.Second))
	if response, err := http.ReadResponse(bufio.NewReader(c), nil); err != nil && err != io.ErrUnexpectedEOF && err != io.EOF {
		t.Errorf("the request that stood still is not answered: %v", err)
	} else if err == nil && response.StatusCode < 400 {
		t.Errorf("the request that stood still is answered by %s", response.Status)
	}
}

// waitFor waits until something has come about.
func waitFor(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s does not come", what)
		}
	}
}

// partialBytes is how many bytes of uploads in pieces lie in the folder.
func (p *place) partialBytes() (n int64) {
	files, err := filepath.Glob(filepath.Join(p.folder, "artifacts", "partial", "*"))
	if err != nil {
		p.t.Fatal(err)
	}
	for _, f := range files {
		if info, err := os.Stat(f); err == nil { // it may go meanwhile
			n += info.Size()
		}
	}
	return n
}

// TestTusRestart: an upload survives a restart of the registry.
func TestTusRestart(t *testing.T) {
	p := newPlace(t, api.Options{})
	ada := p.open("ada")
	const data = "the registry is restarted in the middle of it"
	at := p.create(ada, data)
	p.patch(ada, at, 0, data[:11]).is(t, http.StatusNoContent)
	p.stop()
	p.start(api.Options{}, registry.Limits{})
	wantOffset(t, p.tus(ada, http.MethodHead, at, nil).is(t, http.StatusOK), 11)
	p.patch(ada, at, 11, data[11:]).is(t, http.StatusNoContent)
	if got := p.do(ada, http.MethodGet, "/v1/artifacts/"+digestOf(data), nil).is(t, http.StatusOK).body; got != data {
		t.Errorf("it reads %q", got)
	}
}
