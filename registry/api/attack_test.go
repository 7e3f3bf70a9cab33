package api_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/registry/api"
	"github.com/patternbook/patternbook/schema"
)

// TestOddAddresses tries to write what is lab's as a stranger, under addresses that
// may be read as another: nothing may come of it.
func TestOddAddresses(t *testing.T) {
	p, tokens := newLab(t)
	before := p.get("/ledger/checkpoint").is(t, 200).body
	own := p.lampRelease("a-stranger", "9.0.0")
	for _, design := range []string{
		"lab/lamp", "LAB/lamp", "Lab/Lamp", "lab%2flamp", "a-stranger%2f..%2flab/lamp", "a-stranger/../lab/lamp", "a-stranger/%2e%2e/lab/lamp", "a-stranger/%2e%2e%2flab/lamp",
		"/lab/lamp", "lab//lamp", "lab/./lamp", "lab/%2e/lamp", "lab%00/lamp", "lab/lamp%00", "a-stranger%00lab/lamp", "lаb/lamp", "ｌab/lamp", "lab%0d%0a/lamp", "lab\\lamp", "lab%5clamp",
		"lab/lamp;v=1", "lab/lamp%3fx", "lab/lamp%23x", "%6cab/lamp", "lab/%6camp",
	} {
		for _, r := range []struct {
			method, path string
			body         any
		}{
			{http.MethodPut, "/versions/9.0.0", own},
			{http.MethodPost, "/versions/9.0.0/draft", p.lampDraft()},
			{http.MethodPost, "/versions/1.0.0/status", p.lampStatus("a-stranger", "mine now")},
		} {
			path := "/v1/designs/" + design + r.path
			if strings.ContainsAny(path, "\\") {
				path = strings.ReplaceAll(path, "\\", "%5C")
			}
			if a := p.do(tokens["stranger"], r.method, path, r.body); a.status < 400 && a.status != http.StatusMovedPermanently && a.status != http.StatusTemporaryRedirect && a.status != http.StatusPermanentRedirect {
				t.Errorf("%s %s: %d %s", r.method, path, a.status, a.body)
			}
		}
	}
	if after := p.get("/ledger/checkpoint").is(t, 200).body; after != before {
		t.Error("something of it came into the ledger")
	}
}

// TestGuessing tries tokens and names of uploads that nobody was given.
func TestGuessing(t *testing.T) {
	p := newPlace(t, api.Options{})
	ada, eve := p.open("ada"), p.open("eve")
	secret := p.put(ada, "not published")
	for what, token := range map[string]string{
		"another letter": ada[:len(ada)-1] + "x", "cut": ada[:20], "prefix": "pbk_", "two": ada + " " + ada, "hash": strings.Repeat("0", 64), "NUL": "pbk_\x01", "SQL": "' OR 1=1 --", "basic": "",
	} {
		if token == "" {
			p.do("", http.MethodGet, "/v1/tokens/current", nil, "Authorization", "Basic YWRhOmFkYQ==").problem(t, http.StatusUnauthorized, schema.Unauthenticated)
			continue
		}
		request, err := http.NewRequest(http.MethodGet, p.server.URL+"/v1/tokens/current", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header["Authorization"] = []string{"Bearer " + token}
		response, err := http.DefaultTransport.RoundTrip(request)
		if err != nil {
			continue // it is no header
		}
		_ = response.Body.Close()
		if response.StatusCode < 400 {
			t.Errorf("a token %s is taken: %d", what, response.StatusCode)
		}
	}
	for _, path := range []string{"/v1/artifacts/" + secret.String(), "/v1/artifacts/" + strings.ToUpper(secret.String()), "/v1/artifacts/sha256%3a" + secret.Hex(), "/v1/artifacts//" + secret.String()} {
		for _, token := range []string{"", eve} {
			for _, headers := range [][]string{nil, {"Range", "bytes=0-0"}, {"If-None-Match", `"` + secret.String() + `"`}, {"If-None-Match", "*"}} {
				if a := p.do(token, http.MethodGet, path, nil, headers...); a.status < 300 || a.status == http.StatusNotModified || strings.Contains(a.body, "not published") {
					t.Errorf("GET %s with %v: %d %s", path, headers, a.status, a.body)
				}
			}
		}
	}
}

// TestBombs sends documents that are made to be dear to read.
func TestBombs(t *testing.T) {
	p := newPlace(t, api.Options{})
	ada := p.open("ada")
	var fields, wide strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&fields, `"field-%d":%d,`, i, i)
		fmt.Fprintf(&wide, `"A-{%04d..%04d}",`, i, i)
	}
	for what, body := range map[string]string{
		"deep arrays":      strings.Repeat("[", 1_000_000),
		"deep objects":     strings.Repeat(`{"a":`, 200_000) + "1" + strings.Repeat("}", 200_000),
		"10,000 fields":    "{" + fields.String() + `"kind":"batch"}`,
		"the same 10,000":  "{" + strings.Repeat(`"kind":"batch",`, 10_000) + `"author":"ada"}`,
		"a huge number":    `{"kind":"batch","planned":1` + strings.Repeat("0", 1_000_000) + `}`,
		"a huge exponent":  `{"kind":"batch","planned":1e999999999}`,
		"a huge pattern":   `{"author":"ada","batch":"L","kind":"batch","maker":"ada","planned":1,"release":"` + schema.DigestOf(nil).String() + `","serials":["A-{0..999999999999}"],"status":"planned"}`,
		"patterns":         `{"author":"ada","batch":"L","kind":"batch","maker":"ada","planned":10000,"release":"` + schema.DigestOf(nil).String() + `","serials":[` + strings.TrimSuffix(wide.String(), ",") + `],"status":"planned"}`,
		"escapes":          `{"kind":"` + strings.Repeat(`\u0000`, 100_000) + `"}`,
		"lone surrogates":  `{"kind":"\ud800"}`,
		"invalid UTF-8":    "{\"kind\":\"\xff\xfe\"}",
		"NUL":              "{\"kind\":\"batch\x00\"}",
		"two documents":    `{"kind":"batch"}{"kind":"batch"}`,
		"nothing":          ``,
		"a document array": `[{"kind":"batch"}]`,
	} {
		for _, at := range []string{"/v1/batches", "/v1/designs/ada/lamp/versions/1.0.0/status", "/v1/organisations", "/v1/tokens", "/v1/artifacts/missing"} {
			a := p.do(ada, http.MethodPost, at, body, "Content-Type", "application/json")
			if a.status < 400 || a.status >= 500 {
				t.Errorf("%s to %s: %d %.200s", what, at, a.status, a.body)
			}
		}
	}
	zeros := bytes.Repeat([]byte{0}, 1<<20)
	if a := p.do(ada, http.MethodPost, "/v1/batches", zeros, "Content-Encoding", "gzip"); a.status < 400 || a.status >= 500 {
		t.Errorf("zeros: %d", a.status)
	}
}

// TestTwoHundredAtOnce publishes one version two hundred times at once, as two
// different releases: one of them counts, the same again is fine, the other is not.
func TestTwoHundredAtOnce(t *testing.T) {
	p := newPlace(t, api.Options{})
	ada := p.open("ada")
	var both [2]bom.Publication
	for i, text := range []string{"cube(1);\n", "cube(2);\n"} {
		files := lampFiles()
		files["cad/base.scad"] = text
		both[i] = into[bom.Draft](t, p.draft(ada, "ada/lamp", "1.0.0", files).is(t, http.StatusOK)).Publication
	}
	var mu sync.Mutex
	statuses := [2]map[int]int{{}, {}}
	digests := map[string]bool{}
	var work sync.WaitGroup
	start := make(chan struct{})
	for i := range 200 {
		work.Go(func() {
			<-start
			a := p.do(ada, http.MethodPut, "/v1/designs/ada/lamp/versions/1.0.0", both[i%2])
			mu.Lock()
			defer mu.Unlock()
			statuses[i%2][a.status]++
			if a.status < 300 {
				digests[into[schema.ReleaseReceipt](t, a).Digest.String()] = true
			}
		})
	}
	close(start)
	work.Wait()
	won, lost := statuses[0], statuses[1]
	if won[http.StatusConflict] > 0 {
		won, lost = lost, won
	}
	if won[http.StatusCreated] != 1 || won[http.StatusOK] != 99 || lost[http.StatusConflict] != 100 || len(digests) != 1 {
		t.Errorf("the one release is answered %v, the other %v, with %d digests", won, lost, len(digests))
	}
	if lines := strings.Split(p.get("/ledger/checkpoint").is(t, 200).body, "\n"); lines[1] != "3" { // account, BOM, release
		t.Errorf("the ledger has %s entries, want 3", lines[1])
	}
}
