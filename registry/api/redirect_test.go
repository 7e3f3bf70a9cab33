package api_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/patternbook/patternbook/artifacts"
	"github.com/patternbook/patternbook/artifacts/dir"
	"github.com/patternbook/patternbook/registry"
	"github.com/patternbook/patternbook/registry/api"
	"github.com/patternbook/patternbook/schema"
)

// A presigner is a store in a folder that gives out URLs as one elsewhere would.
type presigner struct {
	*dir.Store
	fail error
}

// PresignGet implements artifacts.Presigner.
func (p *presigner) PresignGet(_ context.Context, digest schema.Digest, o artifacts.PresignOptions) (string, error) {
	if p.fail != nil {
		return "", p.fail
	}
	q := url.Values{"type": {o.ContentType}, "disposition": {o.ContentDisposition}, "cache": {o.CacheControl}, "expires": {o.Expires.String()}}
	return "https://store.example/" + digest.Hex() + "?" + q.Encode(), nil
}

// TestRedirect checks which downloads are left to the store.
func TestRedirect(t *testing.T) {
	store := &presigner{}
	p := newPlaceOn(t, api.Options{RedirectArtifacts: true}, registry.Limits{}, func(s *dir.Store) artifacts.Store { store.Store = s; return store })
	ada := p.open("ada")
	files := lampFiles()
	files["page.html"], files["x.svg"], files["x.xml"], files["x.png"], files["part.stl"], files["x.pdf"] = "<p>", "<svg/>", "<x/>", "png", "solid", "%PDF"
	p.publish(ada, "ada/lamp", "1.0.0", files)
	secret := p.put(ada, "not yet public")
	const at = "/v1/designs/ada/lamp/versions/"
	artifact := "/v1/artifacts/" + digestOf(files["part.stl"])
	for _, test := range []struct {
		token, method, path    string
		headers                []string
		mediaType, disposition string // "": not left to the store
	}{
		{"", "GET", artifact, nil, "application/octet-stream", "attachment"},
		{ada, "GET", artifact, nil, "application/octet-stream", "attachment"},
		{"", "GET", artifact, []string{"Range", "bytes=1-2"}, "application/octet-stream", "attachment"},
		{"", "GET", artifact, []string{"If-None-Match", `"other"`}, "application/octet-stream", "attachment"},
		{"", "GET", "/v1/artifacts/" + digestOf(files["page.html"]), nil, "application/octet-stream", "attachment"},
		{"", "GET", at + "1.0.0/files/part.stl", nil, "model/stl", "attachment; filename=part.stl"},
		{"", "GET", at + "latest/files/part.stl", nil, "model/stl", "attachment; filename=part.stl"},
		{"", "HEAD", artifact, nil, "", ""},
		{"", "GET", artifact, []string{"If-Range", `"x"`, "Range", "bytes=1-2"}, "", ""},
		{"", "GET", at + "1.0.0/files/page.html", nil, "", ""},
		{"", "GET", at + "1.0.0/files/x.svg", nil, "", ""},
		{"", "GET", at + "1.0.0/files/x.xml", nil, "", ""},
		{"", "GET", at + "1.0.0/files/x.png", nil, "", ""},
		{"", "GET", at + "1.0.0/files/x.pdf", nil, "", ""},
		{"", "GET", at + "1.0.0/files/bom.csv", nil, "", ""},
		{ada, "GET", "/v1/artifacts/" + secret.String(), nil, "", ""},
	} {
		a := p.do(test.token, test.method, test.path, nil, test.headers...)
		if test.mediaType == "" {
			if a.status != http.StatusOK || a.header.Get("Location") != "" {
				t.Errorf("%s %s %q answers %d, %s", test.method, test.path, test.headers, a.status, a.header.Get("Location"))
			}
			continue
		}
		a.is(t, http.StatusTemporaryRedirect)
		to, err := url.Parse(a.header.Get("Location"))
		if err != nil || to.Host != "store.example" || to.Query().Get("type") != test.mediaType || to.Query().Get("disposition") != test.disposition {
			t.Errorf("%s leads to %s, %v", test.path, to, err)
		}
		if valid, err := time.ParseDuration(to.Query().Get("expires")); err != nil || valid != 5*time.Minute || a.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s is valid for %s, and kept as %q", test.path, valid, a.header.Get("Cache-Control"))
		}
		if a.header.Get("Etag") != "" || a.header.Get("Repr-Digest") != "" || a.header.Get("Content-Digest") != "" {
			t.Errorf("a redirection is said to be the artifact: %v", a.header)
		}
	}
	p.get(artifact, "If-None-Match", `"`+digestOf(files["part.stl"])+`"`).is(t, http.StatusNotModified)
	p.get(artifact, "If-Match", `"other"`).problem(t, http.StatusPreconditionFailed, schema.Invalid)
	p.get("/v1/artifacts/"+secret.String()).problem(t, http.StatusNotFound, schema.NotFound)
	p.get("/v1/artifacts/"+digestOf("never")).problem(t, http.StatusNotFound, schema.NotFound)
	// One that has gone from the store is not led to.
	d, err := schema.ParseDigest(digestOf(files["part.stl"]))
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Delete(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	p.get(artifact).problem(t, http.StatusNotFound, schema.NotFound)
	// Nor is one that the law forced out.
	p.redact("ada", files["part.stl"])
	if a := p.get(artifact); a.status != http.StatusUnavailableForLegalReasons || !strings.Contains(a.body, "Order of the court.") {
		t.Errorf("what was removed answers %d %s", a.status, a.body)
	}
	store.fail = errors.New("no credentials")
	p.get("/v1/artifacts/"+digestOf(files["page.html"])).problem(t, http.StatusInternalServerError, schema.Internal)
}

// TestNoRedirect checks that nothing leads elsewhere unless it was told to.
func TestNoRedirect(t *testing.T) {
	p := newPlaceOn(t, api.Options{}, registry.Limits{}, func(s *dir.Store) artifacts.Store { return &presigner{Store: s} })
	p.publish(p.open("ada"), "ada/lamp", "1.0.0", lampFiles())
	p.get("/v1/artifacts/"+digestOf(lampBOM)).is(t, http.StatusOK)
	p = newPlace(t, api.Options{RedirectArtifacts: true}) // a folder cannot
	p.publish(p.open("ada"), "ada/lamp", "1.0.0", lampFiles())
	p.get("/v1/artifacts/"+digestOf(lampBOM)).is(t, http.StatusOK)
}
