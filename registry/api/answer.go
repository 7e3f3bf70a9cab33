package api

import (
	"encoding/json"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/maypok86/otter/v2"

	"github.com/patternbook/patternbook/schema"
)

// An answer is a body with what caches need to know of it.
type answer struct {
	body      []byte
	mediaType string
	etag      string            // quoted
	immutable bool              // the same for ever under this URL
	next      string            // URL of the following page of a list, "" at the end
	varies    bool              // by the Accept header
	extra     map[string]string // headers of this kind of answer
}

// document answers with a document's canonical bytes.
func document(b []byte, digest schema.Digest, immutable bool) answer {
	return answer{body: b, mediaType: "application/json", etag: `"` + digest.String() + `"`, immutable: immutable}
}

// asJSON answers with a value.
func asJSON(v any) (answer, error) {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return answer{}, err
	}
	body := []byte(b.String())
	return document(body, schema.DigestOf(body), false), nil
}

// header writes the answer's headers and gives false when the caller has the
// body already.
func (a answer) header(w http.ResponseWriter, r *http.Request) bool {
	h := w.Header()
	h.Set("Etag", a.etag)
	if a.immutable {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		h.Set("Cache-Control", "no-cache")
	}
	if a.varies {
		h.Set("Vary", "Accept")
	}
	for name, value := range a.extra {
		h.Set(name, value)
	}
	if a.next != "" {
		h.Set("Link", "<"+a.next+`>; rel="next"`)
	}
	if matches(r.Header.Get("If-None-Match"), a.etag) {
		w.WriteHeader(http.StatusNotModified)
		return false
	}
	h.Set("Content-Type", a.mediaType)
	h.Set("Content-Length", strconv.Itoa(len(a.body)))
	return true
}

func (a answer) write(w http.ResponseWriter, r *http.Request) {
	if a.header(w, r) && r.Method != http.MethodHead {
		_, _ = w.Write(a.body) // the caller has gone: nobody is left to tell
	}
}

// matches tells whether an If-None-Match header names the tag (RFC 9110 section
// 13.1.2; the comparison is weak).
func matches(header, etag string) bool {
	if header == "" {
		return false
	}
	for tag := range strings.SplitSeq(header, ",") {
		if tag = strings.TrimSpace(tag); tag == "*" || strings.TrimPrefix(tag, "W/") == etag {
			return true
		}
	}
	return false
}

// send writes an answer through huma, and keeps it when it is immutable.
func (a *API) send(ans answer) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(ctx huma.Context) {
		r, w := humago.Unwrap(ctx)
		if ans.immutable {
			a.cache.keep(r, ans)
		}
		ans.write(w, r)
	}}
}

// sendJSON answers with a value that may change.
func (a *API) sendJSON(v any) (*huma.StreamResponse, error) {
	ans, err := asJSON(v)
	return a.send(ans), err
}

// A cache keeps answers that never change, by their URL and by what the caller
// accepts. They are answered before the operation is looked for.
type cache struct {
	answers *otter.Cache[string, answer]
}

const (
	maxCache  = 64 << 20 // bytes
	maxCached = 4 << 20  // bytes of one answer
	maxKey    = 4 << 10  // bytes of an address with its Accept header
)

func newCache() (*cache, error) {
	answers, err := otter.New(&otter.Options[string, answer]{
		MaximumWeight: maxCache,
		Weigher: func(key string, a answer) uint32 {
			const overhead = 256                             // of an entry, about
			return uint32(len(key) + len(a.body) + overhead) // #nosec G115 -- at most maxCached
		},
	})
	return &cache{answers}, err
}

func cacheKey(r *http.Request) string {
	key := r.URL.EscapedPath()
	if r.URL.RawQuery != "" {
		key += "?" + r.URL.RawQuery
	}
	if accept := r.Header.Get("Accept"); accept != "" && accept != "*/*" {
		key += " " + accept
	}
	return key
}

// serve answers from the cache, or gives false.
func (c *cache) serve(w http.ResponseWriter, r *http.Request) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	a, ok := c.answers.GetIfPresent(cacheKey(r))
	if ok {
		a.write(w, r)
	}
	return ok
}

func (c *cache) keep(r *http.Request, a answer) {
	if key := cacheKey(r); len(a.body) <= maxCached && len(key) <= maxKey {
		c.answers.Set(key, a)
	}
}

// forget drops all that it keeps.
func (c *cache) forget() { c.answers.InvalidateAll() }

// nextPage gives the URL of the same list after a cursor, "" for none.
func nextPage(path string, query url.Values, cursor string) string {
	if cursor == "" {
		return ""
	}
	query.Set("cursor", cursor)
	for k, v := range query {
		if len(v) == 1 && v[0] == "" {
			query.Del(k)
		}
	}
	return path + "?" + query.Encode()
}

// responds documents an operation's successful answer of a type T.
func responds[T any](a *API, status int, description, mediaType string) map[string]*huma.Response {
	return map[string]*huma.Response{strconv.Itoa(status): {
		Description: description,
		Content:     map[string]*huma.MediaType{mediaType: {Schema: a.huma.OpenAPI().Components.Schemas.Schema(typeOf[T](), true, "")}},
	}}
}

// receives documents the answers of an operation that makes a document count.
func receives[T any](a *API, description string) map[string]*huma.Response {
	r := responds[T](a, http.StatusCreated, description, "application/json")
	r["200"] = &huma.Response{Description: "it counted before: the same answer again", Content: r["201"].Content}
	return r
}

func typeOf[T any]() reflect.Type { return reflect.TypeFor[T]() }

// bodyOf documents a body that schema.Decode reads.
func (a *API) bodyOf(t reflect.Type) *huma.RequestBody {
	return &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
		"application/json": {Schema: a.huma.OpenAPI().Components.Schemas.Schema(t, true, "")},
	}}
}
