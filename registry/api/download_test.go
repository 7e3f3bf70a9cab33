package api_test

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/registry/api"
	"github.com/patternbook/patternbook/schema"
)

func TestRange(t *testing.T) {
	p := newPlace(t, api.Options{})
	ada := p.open("ada")
	files := lampFiles()
	large := strings.Repeat("0123456789", 100_000) // more than is checked before the first byte
	files["large.bin"] = large
	p.publish(ada, "ada/lamp", "1.0.0", files)
	for _, path := range []string{"/v1/artifacts/" + digestOf(large), "/v1/designs/ada/lamp/versions/1.0.0/files/large.bin"} {
		whole := p.get(path).is(t, http.StatusOK)
		if whole.body != large || whole.header.Get("Accept-Ranges") != "bytes" {
			t.Fatalf("%s gives %d bytes, %v", path, len(whole.body), whole.header)
		}
		for spec, want := range map[string]string{
			"bytes=0-0": "0", "bytes=3-7": "34567", "bytes=999998-": "89", "bytes=-3": "789", "bytes=999990-2000000": "0123456789",
		} {
			a := p.get(path, "Range", spec).is(t, http.StatusPartialContent)
			if a.body != want || !strings.HasSuffix(a.header.Get("Content-Range"), "/1000000") || a.header.Get("Etag") != whole.header.Get("Etag") {
				t.Errorf("%s of %s gives %q, %v", spec, path, a.body, a.header)
			}
		}
		a := p.get(path, "Range", "bytes=1000000-")
		a.problem(t, http.StatusRequestedRangeNotSatisfiable, schema.Invalid)
		if a.header.Get("Content-Range") != "bytes */1000000" {
			t.Errorf("416 has the Content-Range %q", a.header.Get("Content-Range"))
		}
		p.get(path, "Range", "bytes=5-1").problem(t, http.StatusRequestedRangeNotSatisfiable, schema.Invalid)
		p.get(path, "If-Match", `"other"`).problem(t, http.StatusPreconditionFailed, schema.Invalid)
		p.get(path, "Range", "bytes=0-3", "If-Range", `"other"`).is(t, http.StatusOK)
		p.get(path, "Range", "bytes=0-3", "If-Range", whole.header.Get("Etag")).is(t, http.StatusPartialContent)
		p.get(path, "Range", "bytes=0-3", "If-None-Match", whole.header.Get("Etag")).is(t, http.StatusNotModified)
		several := p.get(path, "Range", "bytes=0-1,5-6").is(t, http.StatusPartialContent)
		if !strings.HasPrefix(several.header.Get("Content-Type"), "multipart/byteranges") {
			t.Errorf("several ranges come as %s", several.header.Get("Content-Type"))
		}
	}
}

// TestNamesOfFiles asks for files with every odd name.
func TestNamesOfFiles(t *testing.T) {
	p := newPlace(t, api.Options{})
	ada := p.open("ada")
	files := lampFiles()
	for path, content := range map[string]string{
		"noextension": "<html>", "a file.txt": "spaces", "100%.txt": "percent", "x+y.txt": "plus", "q?.txt": "question", "h#.txt": "hash",
		`say "hi".txt`: "quotes", "größe/Übersicht.txt": "unicode", "日本.txt": "japanese", "semi;colon.txt": "semicolon", "a/b/c/d.txt": "deep", "..x/...txt": "dots",
		"%2e%2e.txt": "encoded dots", "a&b=c.txt": "ampersand", "emoji-🔧.txt": "emoji",
	} {
		files[path] = content
	}
	p.publish(ada, "ada/lamp", "1.0.0", files)
	for path, content := range files {
		a := p.get("/v1/designs/ada/lamp/versions/1.0.0/files/"+escape(path)).is(t, http.StatusOK)
		if a.body != content {
			t.Errorf("%s came as %q", path, a.body)
		}
		_, parameters, err := mime.ParseMediaType(a.header.Get("Content-Disposition"))
		if want := path[strings.LastIndex(path, "/")+1:]; err != nil || parameters["filename"] != want {
			t.Errorf("%s is called %q, %v", path, a.header.Get("Content-Disposition"), err)
		}
	}
	const at = "/v1/designs/ada/lamp/versions/1.0.0/files/"
	for _, path := range []string{
		"%2e%2e/okh.toml", "cad/%2e%2e/okh.toml", "%2Fokh.toml", "CAD/base.scad", "cad", "cad/", "cad%5Cbase.scad", "cad/base.scad/", "..%2f..%2fledger.db", "okh.toml%00", "okh.toml%0d%0aX:%20y",
	} {
		a := p.get(at + path)
		a.problem(t, http.StatusNotFound, schema.NotFound)
		if a.header.Get("X") != "" {
			t.Error("a path writes headers")
		}
	}
	// A path that is written unclean leads to the clean one, by the method it was asked.
	if a := p.get(at + "cad/../okh.toml"); a.status != http.StatusTemporaryRedirect && a.status != http.StatusMovedPermanently && a.status != http.StatusNotFound {
		t.Errorf("a path with .. answers %d %s", a.status, a.body)
	}
	if a := p.get(at + "cad%2Fbase.scad"); a.status != http.StatusOK {
		t.Errorf("an encoded slash in a path answers %d", a.status)
	}
}

// claim sends a release in which one file has another media type than its name
// says: the document is the author's own.
func (p *place) claim(token, design, path, content, mediaType string) {
	p.t.Helper()
	files := lampFiles()
	files[path] = content
	d := into[bom.Draft](p.t, p.draft(token, design, "1.0.0", files).is(p.t, http.StatusOK))
	for i, f := range d.Publication.Release.Files {
		if f.Path == path {
			d.Publication.Release.Files[i].MediaType = mediaType
		}
	}
	p.do(token, http.MethodPut, "/v1/designs/"+design+"/versions/1.0.0", d.Publication).is(p.t, http.StatusCreated)
}

// TestFilesCannotRun checks how files are given to browsers, also those whose
// author lies about them. What browsers make of it is in TestInBrowser.
func TestFilesCannotRun(t *testing.T) {
	p := newPlace(t, api.Options{})
	ada := p.open("ada")
	const html, svg = "<script>alert(1)</script>", `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`
	for i, test := range []struct{ path, claimed, mediaType, disposition string }{
		{"page.html", "text/html", "text/html", "inline"},
		{"page.html", "TEXT/HTML ; charset=utf-7", "text/html", "inline"},
		{"page.txt", "text/html", "text/html", "inline"},
		{"page.xhtml", "application/xhtml+xml", "application/octet-stream", "attachment"},
		{"page.xml", "application/xml", "text/plain; charset=utf-8", "inline"},
		{"page.xml", "text/xml", "text/plain; charset=utf-8", "inline"},
		{"page.xsl", "text/xsl", "text/plain; charset=utf-8", "inline"},
		{"page.dae", "model/vnd.collada+xml", "application/octet-stream", "attachment"},
		{"page.mht", "multipart/related", "application/octet-stream", "attachment"},
		{"page.mht", "message/rfc822", "application/octet-stream", "attachment"},
		{"page.swf", "application/x-shockwave-flash", "application/octet-stream", "attachment"},
		{"x.js", "text/javascript", "text/plain; charset=utf-8", "inline"},
		{"x.js", "application/javascript", "application/octet-stream", "attachment"},
		{"x.wasm", "application/wasm", "application/octet-stream", "attachment"},
		{"x.css", "text/css", "text/plain; charset=utf-8", "inline"},
		{"x.svg", "image/svg+xml", "image/svg+xml", "inline"},
		{"x.png", "image/png", "image/png", "inline"},
		{"x.pdf", "application/pdf", "application/pdf", "inline"},
		{"x.csv", "text/csv", "text/csv; charset=utf-8", "inline"},
		{"x.md", "text/markdown", "text/markdown; charset=utf-8", "inline"},
		{"x.json", "application/json", "application/json", "inline"},
		{"x.stl", "model/stl", "model/stl", "attachment"},
		{"x.step", "model/step", "model/step", "attachment"},
		{"x.kicad_pcb", "text/plain", "text/plain; charset=utf-8", "inline"},
		{"x.zip", "application/zip", "application/zip", "attachment"},
		{"x.stl", "model/unheard-of", "application/octet-stream", "attachment"},
		{"x.bin", "text/html, text/plain", "application/octet-stream", "attachment"},
		{"x.bin", "nonsense", "application/octet-stream", "attachment"},
		{"x.bin", "image/png; x=\"\"; charset=\"", "application/octet-stream", "attachment"},
	} {
		design, content := fmt.Sprintf("ada/lamp-%d", i), html+strings.Repeat(" ", i)
		if strings.Contains(test.claimed, "svg") {
			content = svg
		}
		p.claim(ada, design, test.path, content, test.claimed)
		a := p.get("/v1/designs/"+design+"/versions/1.0.0/files/"+test.path).is(t, http.StatusOK)
		disposition, _, err := mime.ParseMediaType(a.header.Get("Content-Disposition"))
		if a.header.Get("Content-Type") != test.mediaType || disposition != test.disposition || err != nil {
			t.Errorf("%s, said to be %s, is given as %s, %s; want %s, %s", test.path, test.claimed, a.header.Get("Content-Type"), disposition, test.mediaType, test.disposition)
		}
		csp := a.header.Get("Content-Security-Policy")
		if runs := strings.Contains(csp, "script"); runs != (test.mediaType == "text/html") || !strings.Contains(csp, "default-src 'none'") {
			t.Errorf("%s, said to be %s, has the policy %q", test.path, test.claimed, csp)
		}
		if sandboxed := strings.Contains(csp, "sandbox"); sandboxed != (test.mediaType != "application/pdf") || strings.Contains(csp, "allow-same-origin") {
			t.Errorf("%s, said to be %s, has the policy %q", test.path, test.claimed, csp)
		}
		if a.header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s could be taken for something else: %v", test.path, a.header)
		}
		a = p.get("/v1/artifacts/"+digestOf(content)).is(t, http.StatusOK)
		if a.header.Get("Content-Type") != "application/octet-stream" || a.header.Get("Content-Disposition") != "attachment" || !strings.Contains(a.header.Get("Content-Security-Policy"), "sandbox") {
			t.Errorf("an artifact comes as %v", a.header)
		}
	}
}

// TestDigestFields checks Repr-Digest and Content-Digest (RFC 9530).
func TestDigestFields(t *testing.T) {
	p := newPlace(t, api.Options{})
	ada := p.open("ada")
	p.publish(ada, "ada/lamp", "1.0.0", lampFiles())
	sum := sha256.Sum256([]byte(lampBOM))
	want := "sha-256=:" + base64.StdEncoding.EncodeToString(sum[:]) + ":"
	for _, path := range []string{"/v1/artifacts/" + digestOf(lampBOM), "/v1/designs/ada/lamp/versions/1.0.0/files/bom.csv"} {
		for _, test := range []struct {
			method         string
			headers        []string
			status         int
			whole, content string
		}{
			{http.MethodGet, nil, http.StatusOK, want, want},
			{http.MethodHead, nil, http.StatusOK, want, ""},
			{http.MethodGet, []string{"Range", "bytes=1-3"}, http.StatusPartialContent, want, ""},
			{http.MethodGet, []string{"Range", "bytes=0-0,2-2"}, http.StatusPartialContent, want, ""},
			{http.MethodGet, []string{"Range", "bytes=1-3", "If-Range", `"other"`}, http.StatusOK, want, want},
			{http.MethodGet, []string{"If-None-Match", "*"}, http.StatusNotModified, want, ""},
			{http.MethodGet, []string{"Range", "bytes=9999-"}, http.StatusRequestedRangeNotSatisfiable, "", ""},
			{http.MethodGet, []string{"If-Match", `"other"`}, http.StatusPreconditionFailed, "", ""},
		} {
			a := p.do("", test.method, path, nil, test.headers...).is(t, test.status)
			if got := a.header.Get("Repr-Digest"); got != test.whole {
				t.Errorf("%s of %s with %q has the Repr-Digest %q, want %q", test.method, path, test.headers, got, test.whole)
			}
			if got := a.header.Get("Content-Digest"); got != test.content {
				t.Errorf("%s of %s with %q has the Content-Digest %q, want %q", test.method, path, test.headers, got, test.content)
			}
		}
	}
}

// TestOtherSites checks what the pages of other sites may read.
func TestOtherSites(t *testing.T) {
	p := newPlace(t, api.Options{})
	ada := p.open("ada")
	p.publish(ada, "ada/lamp", "1.0.0", lampFiles())
	secret := p.put(ada, "not yet public")
	a := p.get("/v1/artifacts/"+digestOf(lampBOM), "Origin", "https://viewer.example").is(t, http.StatusOK)
	if a.header.Get("Access-Control-Allow-Origin") != "*" || a.header.Get("Access-Control-Allow-Credentials") != "" || a.header.Get("Cross-Origin-Resource-Policy") != "cross-origin" {
		t.Errorf("a public artifact has %v", a.header)
	}
	a = p.do(ada, http.MethodGet, "/v1/artifacts/"+secret.String(), nil, "Origin", "https://viewer.example").is(t, http.StatusOK)
	if a.header.Get("Access-Control-Allow-Origin") != "" || a.header.Get("Cross-Origin-Resource-Policy") != "" {
		t.Errorf("an unpublished artifact has %v", a.header)
	}
}

// escape writes a path as a URL does, with everything odd escaped.
func escape(path string) string {
	var b strings.Builder
	for i := range len(path) {
		c := path[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("/._-+~", c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// TestRotten checks that bytes which are no longer what their digest says are
// not given out, that it is not called the caller's fault, and that the log says so.
func TestRotten(t *testing.T) {
	p := newPlace(t, api.Options{})
	ada := p.open("ada")
	files := lampFiles()
	files["large.bin"] = strings.Repeat("0123456789", 100_000)
	p.publish(ada, "ada/lamp", "1.0.0", files)
	for _, path := range []string{"cad/base.scad", "large.bin"} {
		hex := strings.TrimPrefix(digestOf(files[path]), "sha256:")
		stored := filepath.Join(p.folder, "artifacts", "sha256", hex[:2], hex)
		if err := os.Chmod(stored, 0o644); err != nil {
			t.Fatal(err)
		}
		flipped := []byte(files[path])
		flipped[0] ^= 1
		if err := os.WriteFile(stored, flipped, 0o644); err != nil {
			t.Fatal(err)
		}
		before := p.log.String()
		for _, at := range []string{"/v1/designs/ada/lamp/versions/1.0.0/files/" + path, "/v1/artifacts/" + digestOf(files[path])} {
			response, err := http.Get(p.server.URL + at)
			if err != nil {
				t.Fatal(err)
			}
			b, err := io.ReadAll(response.Body)
			_ = response.Body.Close()
			if response.StatusCode == http.StatusOK && err == nil {
				t.Errorf("%s, rotten, was given out whole: %d bytes", path, len(b))
			}
			if path != "large.bin" {
				answered{response.StatusCode, response.Header, string(b)}.problem(t, http.StatusInternalServerError, schema.Internal)
			}
		}
		if after := p.log.String(); len(after) == len(before) || !strings.Contains(after, hex) {
			t.Errorf("the log does not say that %s has rotted", path)
		}
	}
}
