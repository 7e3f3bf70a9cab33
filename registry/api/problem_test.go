package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/patternbook/patternbook/client"
	"github.com/patternbook/patternbook/registry/api"
	"github.com/patternbook/patternbook/schema"
)

// TestKindsRoundTrip sends every kind over the wire and has the client read it.
func TestKindsRoundTrip(t *testing.T) {
	for _, kind := range schema.Kinds() {
		t.Run(string(kind), func(t *testing.T) {
			sent := fmt.Errorf("do it: %w", &schema.Error{
				Kind: kind, Detail: "what happened <&>", Fix: "what to do", At: []schema.Place{{File: "bom.csv", Line: 3, Field: "quantity", Detail: "ü"}},
				Err: errors.New("the secret cause"),
			})
			status, body := 0, ""
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				recorder := httptest.NewRecorder()
				api.WriteProblem(recorder, r, discard(), sent)
				status, body = recorder.Code, recorder.Body.String()
				api.WriteProblem(w, r, discard(), sent)
			}))
			defer server.Close()
			c, err := client.New(server.URL, client.Options{Retries: -1})
			if err != nil {
				t.Fatal(err)
			}
			_, err = c.Design(t.Context(), schema.Design{})
			if !errors.Is(err, kind) {
				t.Errorf("the client says %v, of the kind %s", err, schema.KindOf(err))
			}
			for _, other := range schema.Kinds() {
				if other != kind && errors.Is(err, other) {
					t.Errorf("the client takes it for %s too", other)
				}
			}
			got, ok := errors.AsType[*schema.Error](err)
			if !ok || got.Detail != "what happened <&>" || got.Fix != "what to do" || len(got.At) != 1 || got.At[0].Detail != "ü" || got.At[0].Line != 3 {
				t.Errorf("the client got %+v", got)
			}
			if status < 400 || strings.Contains(body, "secret") {
				t.Errorf("status %d, body %s", status, body)
			}
		})
	}
}

// TestUnknownErrorTellsNothing checks that a caller learns nothing of an error
// that has no kind, and the log everything.
func TestUnknownErrorTellsNothing(t *testing.T) {
	log := &lines{}
	recorder := httptest.NewRecorder()
	api.WriteProblem(recorder, httptest.NewRequest(http.MethodGet, "/v1/designs", nil), logTo(log), errors.New("open /srv/secret: denied"))
	if recorder.Code != 500 || strings.Contains(recorder.Body.String(), "secret") {
		t.Errorf("status %d, body %s", recorder.Code, recorder.Body)
	}
	if !strings.Contains(log.String(), "/srv/secret") {
		t.Errorf("the log has %q", log.String())
	}
	// A handler that fails within huma is told of in the same way.
	p := newPlace(t, api.Options{})
	if err := p.service.Close(); err != nil {
		t.Fatal(err)
	}
	a := p.get("/v1/designs/ada/lamp")
	if a.status < 500 || strings.Contains(a.body, "sql") {
		t.Errorf("a closed registry answers %d %s", a.status, a.body)
	}
	a.noStore(t)
	if !strings.Contains(p.log.String(), "closed") {
		t.Errorf("the log has %q", p.log.String())
	}
}

func TestErrorsAreProblems(t *testing.T) {
	p := newPlace(t, api.Options{})
	ada := p.open("ada")
	digest := schema.DigestOf([]byte("nothing")).String()
	const lamp = "/v1/designs/ada/lamp/versions/1.0.0"
	long := strings.Repeat("x", 60_000)
	for name, test := range map[string]struct {
		token, method, path string
		body                any
		status              int
		kind                schema.Kind
		says                string // somewhere in the body
		headers             []string
	}{
		"unknown path":           {"", "GET", "/v1/nothing", nil, 404, schema.NotFound, "openapi.json", nil},
		"unknown path, no pages": {"", "GET", "/nothing", nil, 404, schema.NotFound, "", nil},
		"unknown path below":     {"", "GET", "/v1/designs/ada/lamp/versions/1.0.0/nothing", nil, 404, schema.NotFound, "", nil},
		"root":                   {"", "GET", "/v1", nil, 404, schema.NotFound, "", nil},
		"openapi as yaml":        {"", "GET", "/openapi.yaml", nil, 404, schema.NotFound, "", nil},
		"unknown method":         {"", "DELETE", "/v1/designs", nil, 405, schema.MethodNotAllowed, "GET", nil},
		"odd method":             {"", "BREW", "/v1/designs", nil, 405, schema.MethodNotAllowed, "GET", nil},

		"malformed JSON":        {ada, "POST", "/v1/artifacts/missing", "{", 400, schema.Malformed, "", nil},
		"no body":               {ada, "POST", "/v1/artifacts/missing", nil, 400, schema.Malformed, "", nil},
		"wrong type":            {ada, "POST", "/v1/artifacts/missing", `{"digests": 3}`, 422, schema.Invalid, `"field":"digests"`, nil},
		"null":                  {ada, "POST", "/v1/artifacts/missing", `{"digests": null}`, 422, schema.Invalid, `"field":"digests"`, nil},
		"unknown member":        {ada, "POST", "/v1/artifacts/missing", `{"digests": [], "more": 1}`, 422, schema.Invalid, `"field":"more"`, nil},
		"wrong digest in body":  {ada, "POST", "/v1/artifacts/missing", `{"digests": ["sha256:x"]}`, 422, schema.Invalid, `"field":"digests[0]"`, nil},
		"not a token's body":    {"", "POST", "/v1/tokens", `[]`, 422, schema.Invalid, "", nil},
		"missing member":        {"", "POST", "/v1/tokens", `{"account": "ada"}`, 422, schema.Invalid, "password", nil},
		"poor password":         {"", "POST", "/v1/accounts", `{"account": "eve", "password": "short"}`, 422, schema.Invalid, "password", nil},
		"bad account":           {"", "POST", "/v1/accounts", `{"account": "E V E", "password": "four words to remember"}`, 422, schema.Invalid, "lower-case", nil},
		"reserved account":      {"", "POST", "/v1/accounts", `{"account": "admin", "password": "four words to remember"}`, 422, schema.Invalid, "admin", nil},
		"account exists":        {"", "POST", "/v1/accounts", `{"account": "ada", "password": "four words to remember"}`, 409, schema.Conflict, "ada", nil},
		"other media type":      {"", "POST", "/v1/tokens", `account=ada`, 415, schema.Malformed, "", []string{"Content-Type", "application/x-www-form-urlencoded"}},
		"publication, not JSON": {ada, "PUT", lamp, "{", 400, schema.Malformed, "release and bom", nil},
		"publication, empty":    {ada, "PUT", lamp, nil, 400, schema.Malformed, "", nil},
		"publication, more":     {ada, "PUT", lamp, `{"release": {}, "envelope": {}}`, 400, schema.Malformed, "no others", nil},
		"batch, not JSON":       {ada, "POST", "/v1/batches", "}", 400, schema.Malformed, `"line":1`, nil},
		"batch, twice":          {ada, "POST", "/v1/batches", `{"kind": "batch", "kind": "batch"}`, 400, schema.Malformed, "", nil},
		"batch, unknown member": {ada, "POST", "/v1/batches", `{"kind": "batch", "colour": "red"}`, 422, schema.Invalid, `"field":"colour"`, nil},
		"status of nothing":     {ada, "POST", "/v1/designs/ada/lamp/versions/1.0.0/status", `{}`, 422, schema.Invalid, "", nil},

		"limit is no number":  {"", "GET", "/v1/designs?limit=x", nil, 422, schema.Invalid, `"field":"limit"`, nil},
		"limit too high":      {"", "GET", "/v1/designs?limit=1001", nil, 422, schema.Invalid, `"field":"limit"`, nil},
		"limit 0":             {"", "GET", "/v1/batches?limit=0", nil, 422, schema.Invalid, `"field":"limit"`, nil},
		"bad cursor":          {"", "GET", "/v1/batches?cursor=x", nil, 422, schema.Invalid, "cursor", nil},
		"bad search cursor":   {"", "GET", "/v1/designs?cursor=x", nil, 422, schema.Invalid, "cursor", nil},
		"long query":          {"", "GET", "/v1/designs?q=" + long, nil, 422, schema.Invalid, `"field":"q"`, nil},
		"bad owner in query":  {"", "GET", "/v1/designs?owner=A", nil, 422, schema.Invalid, "account name", nil},
		"unknown view":        {"", "GET", lamp + "/bom?view=all", nil, 422, schema.Invalid, "tree", nil},
		"unknown format":      {"", "GET", lamp + "/bom?format=xml", nil, 422, schema.Invalid, "csv", nil},
		"no units":            {"", "GET", lamp + "/bom?units=0", nil, 422, schema.Invalid, `"field":"units"`, nil},
		"many units":          {"", "GET", lamp + "/bom?units=99999999999", nil, 422, schema.Invalid, `"field":"units"`, nil},
		"unit that overflows": {"", "GET", lamp + "/bom?units=99999999999999999999", nil, 422, schema.Invalid, `"field":"units"`, nil},

		"bad owner":            {"", "GET", "/v1/designs/Ada/lamp", nil, 422, schema.Invalid, "account name", nil},
		"bad name":             {"", "GET", "/v1/designs/ada/la--mp", nil, 422, schema.Invalid, "two hyphens", nil},
		"slash in a name":      {"", "GET", "/v1/designs/ada/a%2Fb", nil, 422, schema.Invalid, "", nil},
		"slash in an owner":    {"", "GET", "/v1/designs/ada%2Fx/lamp", nil, 422, schema.Invalid, "", nil},
		"dots for an owner":    {"", "GET", "/v1/designs/%2e%2e/lamp", nil, 422, schema.Invalid, "", nil},
		"no such design":       {"", "GET", "/v1/designs/ada/lamp", nil, 404, schema.NotFound, "ada/lamp", nil},
		"bad version":          {"", "GET", "/v1/designs/ada/lamp/versions/one", nil, 422, schema.Invalid, "1.2.0", nil},
		"build metadata":       {"", "GET", "/v1/designs/ada/lamp/versions/1.0.0+b", nil, 404, schema.NotFound, "ada/lamp", nil},
		"range to publish":     {ada, "PUT", "/v1/designs/ada/lamp/versions/%5E1", "{}", 422, schema.Invalid, "1.2.0", nil},
		"metadata to publish":  {ada, "PUT", "/v1/designs/ada/lamp/versions/1.0.0+b", "{}", 422, schema.Invalid, "1.2.0", nil},
		"bad digest":           {"", "GET", "/v1/artifacts/sha256:x", nil, 422, schema.Invalid, "64 lower-case", nil},
		"upper-case digest":    {"", "GET", "/v1/artifacts/" + strings.ToUpper(digest), nil, 422, schema.Invalid, "", nil},
		"no such artifact":     {"", "GET", "/v1/artifacts/" + digest, nil, 404, schema.NotFound, digest, nil},
		"no such account":      {"", "GET", "/v1/accounts/nobody-here", nil, 404, schema.NotFound, "", nil},
		"bad serial":           {"", "GET", "/v1/units/coop/-1", nil, 422, schema.Invalid, "serial", nil},
		"no such unit":         {"", "GET", "/v1/units/coop/A-1", nil, 404, schema.NotFound, "A-1", nil},
		"no trace":             {"", "GET", "/v1/units/coop/A-1/trace", nil, 404, schema.NotFound, "A-1", nil},
		"no such batch":        {"", "GET", "/v1/batches/coop/LOT-1", nil, 404, schema.NotFound, "LOT-1", nil},
		"units of no batch":    {"", "GET", "/v1/batches/coop/LOT-1/units", nil, 404, schema.NotFound, "LOT-1", nil},
		"batches of nothing":   {"", "GET", lamp + "/batches", nil, 404, schema.NotFound, "", nil},
		"somebody else's name": {ada, "POST", "/v1/designs/eve/lamp/versions/1.0.0/draft", `{"manifest": "okh.toml", "files": []}`, 403, schema.Forbidden, "eve", nil},
		"no such token":        {ada, "GET", "/v1/tokens/0000", nil, 404, schema.NotFound, "", nil},

		"bad token":          {"pbk_nonsense", "GET", "/v1/designs", nil, 401, schema.Unauthenticated, "log in", nil},
		"another scheme":     {"", "GET", "/v1/designs", nil, 401, schema.Unauthenticated, "Bearer", []string{"Authorization", "Basic YTpi"}},
		"wrong password":     {"", "POST", "/v1/tokens", `{"account": "ada", "password": "is not this"}`, 401, schema.Unauthenticated, "not right", nil},
		"nobody's password":  {"", "POST", "/v1/tokens", `{"account": "nobody-here", "password": "is not this"}`, 401, schema.Unauthenticated, "not right", nil},
		"nobody publishes":   {"", "PUT", lamp, "{", 401, schema.Unauthenticated, "account", nil},
		"nobody drafts":      {"", "POST", lamp + "/draft", "{", 401, schema.Unauthenticated, "account", nil},
		"nobody yanks":       {"", "POST", lamp + "/status", "{", 401, schema.Unauthenticated, "account", nil},
		"nobody makes":       {"", "POST", "/v1/batches", "{", 401, schema.Unauthenticated, "account", nil},
		"nobody's token":     {"", "GET", "/v1/tokens/current", nil, 401, schema.Unauthenticated, "account", nil},
		"nobody misses":      {"", "POST", "/v1/artifacts/missing", "{", 401, schema.Unauthenticated, "account", nil},
		"nobody, wrong path": {"", "PUT", "/v1/artifacts/x", "x", 401, schema.Unauthenticated, "account", nil},
	} {
		t.Run(name, func(t *testing.T) {
			p.t = t
			headers := test.headers
			if test.body != nil && headers == nil {
				headers = []string{"Content-Type", "application/json"}
			}
			a := p.do(test.token, test.method, test.path, test.body, headers...)
			a.problem(t, test.status, test.kind)
			if !strings.Contains(a.body, test.says) {
				t.Errorf("it does not say %q: %s", test.says, a.body)
			}
			if a.header.Get("X-Content-Type-Options") != "nosniff" {
				t.Error("there is no nosniff")
			}
			if got := a.header.Get("Www-Authenticate"); (got != "") != (test.status == 401) {
				t.Errorf("status %d with WWW-Authenticate %q", test.status, got)
			}
		})
	}
	if strings.Contains(p.log.String(), "level=ERROR") {
		t.Errorf("a caller's error was taken for the registry's: %s", p.log)
	}
}

func TestMethodNotAllowedNamesOthers(t *testing.T) {
	p := newPlace(t, api.Options{})
	for path, want := range map[string][]string{
		"/v1/designs": {"GET", "HEAD"},
		"/v1/artifacts/" + schema.DigestOf(nil).String(): {"GET", "HEAD", "PUT"},
		"/v1/tokens":                        {"GET", "HEAD", "POST"},
		"/v1/designs/a1/b1/versions/1.0.0":  {"GET", "HEAD", "PUT"},
		"/v1/tokens/current":                {"GET", "HEAD", "DELETE"},
		"/openapi.json":                     {"GET", "HEAD"},
		"/v1/designs/a1/b1/versions/1/bom/": nil,
	} {
		a := p.do("", http.MethodPatch, path, nil)
		if want == nil {
			a.problem(t, http.StatusNotFound, schema.NotFound)
			continue
		}
		a.problem(t, http.StatusMethodNotAllowed, schema.MethodNotAllowed)
		got := strings.Split(a.header.Get("Allow"), ", ")
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s allows %q, want %q", path, got, want)
		}
	}
}

// TestLargeBodies sends more than an operation takes.
func TestLargeBodies(t *testing.T) {
	p := newPlace(t, api.Options{})
	ada := p.open("ada")
	spaces := strings.Repeat(" ", 3*schema.MaxDocument+1)
	for _, path := range []string{"POST /v1/batches", "PUT /v1/designs/ada/lamp/versions/1.0.0", "POST /v1/designs/ada/lamp/versions/1.0.0/draft"} {
		method, path, _ := strings.Cut(path, " ")
		p.do(ada, method, path, "{"+spaces, "Content-Type", "application/json").problem(t, http.StatusRequestEntityTooLarge, schema.TooLarge)
	}
	p.do("", http.MethodPost, "/v1/tokens", "{"+spaces[:2<<20], "Content-Type", "application/json").
		problem(t, http.StatusRequestEntityTooLarge, schema.TooLarge)
}

// TestPanic checks that a panic of the pages is a 500 that says nothing, and
// ends the connection when the answer has begun.
func TestPanic(t *testing.T) {
	begin := false
	p := newPlace(t, api.Options{Pages: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if begin {
			_, _ = w.Write([]byte("half of "))
		}
		panic("the secret")
	})})
	a := p.get("/")
	a.problem(t, http.StatusInternalServerError, schema.Internal)
	if strings.Contains(a.body, "secret") || !strings.Contains(p.log.String(), "the secret") {
		t.Errorf("the answer is %s, the log has %s", a.body, p.log)
	}
	begin = true
	response, err := http.Get(p.server.URL)
	if err == nil {
		var b []byte
		buf := make([]byte, 100)
		for err == nil {
			var n int
			n, err = response.Body.Read(buf)
			b = append(b, buf[:n]...)
		}
		_ = response.Body.Close()
		if err.Error() == "EOF" || strings.Contains(string(b), "problem") {
			t.Errorf("half an answer looks whole: %q, %v", b, err)
		}
	}
}

// TestProblemsSayNoSecret checks that what an error keeps from the wire is not in its JSON.
func TestProblemsSayNoSecret(t *testing.T) {
	b, err := json.Marshal(api.ProblemOf(&schema.Error{Kind: schema.Unavailable, Detail: "later", Err: context.DeadlineExceeded}))
	if err != nil || strings.Contains(string(b), "deadline") {
		t.Errorf("%s, %v", b, err)
	}
}
