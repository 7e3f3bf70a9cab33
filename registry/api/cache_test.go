package api_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/patternbook/patternbook/registry/api"
	"github.com/patternbook/patternbook/schema"
)

const forever = "public, max-age=31536000, immutable"

// headers gives what a cache would keep of an answer: all but the date.
func (a answered) headers() http.Header {
	h := maps.Clone(a.header)
	h.Del("Date")
	return h
}

func (a answered) same(t testing.TB, what string, b answered) {
	t.Helper()
	if a.status != b.status || a.body != b.body || !maps.EqualFunc(a.headers(), b.headers(), slices.Equal[[]string]) {
		t.Errorf("%s differ: %d %v %.100q and %d %v %.100q", what, a.status, a.headers(), a.body, b.status, b.headers(), b.body)
	}
}

// TestCaching checks what every cache relies on, for each kind of reference.
func TestCaching(t *testing.T) {
	p := newPlace(t, api.Options{})
	ada := p.open("ada")
	_, receipt := p.publish(ada, "ada/lamp", "1.0.0", lampFiles())
	const lamp = "/v1/designs/ada/lamp/versions/"
	for path, control := range map[string]string{
		lamp + "1.0.0":                            forever,
		lamp + receipt.Digest.String():            forever,
		lamp + "latest":                           "no-cache",
		lamp + "%5E1":                             "no-cache",
		lamp + "1.x":                              "no-cache",
		lamp + "1.0.0/bom":                        forever,
		lamp + "1.0.0/bom?view=flat&units=7":      forever,
		lamp + "1.0.0/bom?format=csv":             forever,
		lamp + "1.0.0/bom?format=tsv&view=make":   forever,
		lamp + "latest/bom":                       "no-cache",
		lamp + "1.0.0/files/cad/base.scad":        forever,
		lamp + "latest/files/cad/base.scad":       "no-cache",
		"/v1/artifacts/" + digestOf("cube(1);\n"): forever,
		"/v1/designs":                             "no-cache",
		"/v1/designs/ada/lamp":                    "no-cache",
		"/v1/accounts/ada":                        "no-cache",
		"/v1/batches":                             "no-cache",
		lamp + "1.0.0/batches":                    "no-cache",
		"/ledger/checkpoint":                      "no-cache",
		"/ledger/key":                             "no-cache",
		"/healthz":                                "no-cache",
		"/readyz":                                 "no-cache",
		"/openapi.json":                           "no-cache",
	} {
		first := p.get(path).is(t, http.StatusOK)
		if got := first.header.Values("Cache-Control"); len(got) != 1 || got[0] != control {
			t.Errorf("%s has the cache control %q, want %q", path, got, control)
		}
		etag := first.header.Get("Etag")
		if strings.HasPrefix(etag, "W/") || len(etag) < 10 || etag[0] != '"' {
			t.Errorf("%s has the ETag %s", path, etag)
		}
		if first.header.Get("Content-Length") == "" && first.body != "" && len(first.body) < 2048 {
			t.Errorf("%s has no Content-Length", path)
		}
		first.same(t, "the first and the second answer of "+path, p.get(path))
		head := p.do("", http.MethodHead, path, nil).is(t, http.StatusOK)
		whole := first.headers()
		whole.Del("Content-Digest") // of the message's own content, which that of HEAD has none of
		if head.body != "" || !maps.EqualFunc(head.headers(), whole, slices.Equal[[]string]) {
			t.Errorf("HEAD of %s: %v, body %q, but GET %v", path, head.headers(), head.body, whole)
		}
		for _, match := range []string{etag, "W/" + etag, `"other", ` + etag, "*"} {
			a := p.get(path, "If-None-Match", match).is(t, http.StatusNotModified)
			if a.body != "" || a.header.Get("Etag") != etag || a.header.Get("Cache-Control") != control {
				t.Errorf("304 of %s: %v", path, a.header)
			}
		}
		p.get(path, "If-None-Match", `"other"`).is(t, http.StatusOK).same(t, "another tag's answer of "+path, first)
		p.do(ada, http.MethodGet, path, nil).is(t, http.StatusOK)
		p.do("pbk_nonsense", http.MethodGet, path, nil).problem(t, http.StatusUnauthorized, schema.Unauthenticated)
	}
	// What was cached under a path is not given for another one.
	p.get("/v1/designs/ada%2Flamp/versions/1.0.0").problem(t, http.StatusNotFound, schema.NotFound)
	p.get(lamp+"1.0.0%2Fbom").problem(t, http.StatusUnprocessableEntity, schema.Invalid)
	if p.get(lamp+"1.0.0/bom?view=flat&units=7").body == p.get(lamp+"1.0.0/bom?view=flat&units=8").body {
		t.Error("7 and 8 units need the same")
	}
}

func digestOf(content string) string { return schema.DigestOf([]byte(content)).String() }

// TestMutableFollows checks that what is not for ever changes at once.
func TestMutableFollows(t *testing.T) {
	p := newPlace(t, api.Options{})
	ada := p.open("ada")
	p.publish(ada, "ada/lamp", "1.0.0", lampFiles())
	before := p.get("/v1/designs/ada/lamp/versions/latest").is(t, 200)
	other := lampFiles()
	other["cad/base.scad"] = "cube(2);\n"
	_, receipt := p.publish(ada, "ada/lamp", "1.1.0", other)
	after := p.get("/v1/designs/ada/lamp/versions/latest", "If-None-Match", before.header.Get("Etag")).is(t, 200)
	if digestOf(after.body) != receipt.Digest.String() {
		t.Error("latest is not what was published last")
	}
	// An answer to a mistake is not kept: the same path answers once it is right.
	missing := p.get("/v1/designs/ada/lamp/versions/2.0.0")
	missing.problem(t, http.StatusNotFound, schema.NotFound)
	p.publish(ada, "ada/lamp", "2.0.0", map[string]string{"okh.toml": lampManifest, "bom.csv": lampBOM, "x.scad": "x"})
	p.get("/v1/designs/ada/lamp/versions/2.0.0").is(t, 200)
}

// TestHeadOfNothing checks that HEAD of a mistake has its status and no body.
func TestHeadOfNothing(t *testing.T) {
	p := newPlace(t, api.Options{})
	for path, status := range map[string]int{"/v1/designs/ada/lamp": 404, "/v1/designs?limit=x": 422, "/v1/nothing": 404, "/v1/tokens": 401, "/v1/organisations": 405, "/nothing": 404, "/v1/artifacts/x": 422} {
		a := p.do("", http.MethodHead, path, nil).is(t, status)
		if a.body != "" {
			t.Errorf("HEAD of %s has the body %q", path, a.body)
		}
		a.noStore(t)
	}
}

// TestSecretsAreNotKept checks that no cache keeps an answer with a secret.
func TestSecretsAreNotKept(t *testing.T) {
	p := newPlace(t, api.Options{})
	a := p.do("", http.MethodPost, "/v1/accounts", map[string]string{"account": "ada", "password": "four words to remember"}).is(t, http.StatusCreated)
	answer := into[schema.TokenAnswer](t, a)
	if answer.Secret == "" || a.header.Get("Cache-Control") != "no-store" {
		t.Errorf("the answer with the token has %v", a.header)
	}
	own := p.do(answer.Secret, http.MethodGet, "/v1/tokens/current", nil).is(t, 200)
	if strings.Contains(own.body, answer.Secret) {
		t.Error("the token is told again")
	}
	p.do(answer.Secret, http.MethodDelete, "/v1/tokens/"+answer.ID, nil).is(t, http.StatusNoContent)
	p.do(answer.Secret, http.MethodGet, "/v1/tokens/current", nil).problem(t, http.StatusUnauthorized, schema.Unauthenticated)
	p.do(answer.Secret, http.MethodGet, "/v1/designs", nil).problem(t, http.StatusUnauthorized, schema.Unauthenticated)
}
