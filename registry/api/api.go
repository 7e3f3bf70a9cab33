// Package api is the registry over HTTP: JSON under /v1, described by OpenAPI 3.1
// at /openapi.json, and the ledger under /ledger. It is transport only: a handler
// reads its input, calls one method of registry.Service, and shapes the answer.
//
// Imports registry and the rooms below it. Start reading at [New], then at
// publish in release.go. Every error becomes a problem in problem.go.
package api

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"reflect"
	"runtime/debug"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/patternbook/patternbook/registry"
	"github.com/patternbook/patternbook/schema"
)

// Options are what can be chosen about the API. The zero value is right.
type Options struct {
	// Version is the program's, for the OpenAPI document.
	Version string
	// Log takes what no caller is told, slog.Default when nil.
	Log *slog.Logger
	// MaxArtifact is how many bytes an artifact may have, 16 GiB when 0.
	MaxArtifact int64
	// Pages answers what is not the API's, nil when there are no pages.
	Pages http.Handler
}

// An API serves the registry over HTTP.
type API struct {
	service     *registry.Service
	log         *slog.Logger
	huma        huma.API
	mux         *http.ServeMux
	pages       http.Handler
	cache       *cache
	maxArtifact int64
}

// New makes the API of a service.
func New(service *registry.Service, o Options) (*API, error) {
	a := &API{service: service, log: o.Log, mux: http.NewServeMux(), pages: o.Pages, maxArtifact: o.MaxArtifact}
	if a.log == nil {
		a.log = slog.Default()
	}
	if a.maxArtifact == 0 {
		a.maxArtifact = 16 << 30
	}
	var err error
	if a.cache, err = newCache(); err != nil {
		return nil, err
	}
	config := huma.DefaultConfig("Patternbook", o.Version)
	config.Info.Description = "A registry of open hardware designs: immutable versions, their bills of materials, and every unit made from them."
	config.OpenAPIPath = "/openapi"
	config.DocsPath = ""     // its page would come from somewhere else on the Internet
	config.SchemasPath = ""  // all schemas are in the OpenAPI document
	config.CreateHooks = nil // no $schema member in answers
	config.Transformers = []huma.Transformer{asProblem}
	config.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"token": {Type: "http", Scheme: "bearer", Description: "a token from POST /v1/tokens"},
	}
	a.huma = humago.New(a.mux, config)
	a.registerAccounts()
	a.registerDesigns()
	a.registerReleases()
	a.registerBOMs()
	a.registerArtifacts()
	a.registerBatches()
	a.registerLedger()
	a.documentProblems()
	return a, nil
}

// schemaName names the schema of a type. The BOM's types carry its name, since
// schema has a Source and a Finding too.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if strings.HasSuffix(t.PkgPath(), "/bom") && !strings.HasPrefix(name, "BOM") {
		return "BOM" + name
	}
	return name
}

// OpenAPI gives the description of the API.
func (a *API) OpenAPI() *huma.OpenAPI { return a.huma.OpenAPI() }

// ServeHTTP answers a request of the API, or hands it to the pages.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer a.recover(w, r)
	if r.URL.Path != "" && !a.owns(r.URL.Path) {
		if a.pages != nil {
			a.pages.ServeHTTP(w, r)
			return
		}
		WriteProblem(w, r, a.log, unknownPath(r))
		return
	}
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if a.cache.serve(w, r) {
		return
	}
	r, err := a.authenticate(r)
	if err != nil {
		WriteProblem(w, r, a.log, err)
		return
	}
	if _, pattern := a.mux.Handler(r); pattern == "" {
		WriteProblem(w, r, a.log, a.noRoute(r))
		return
	}
	a.mux.ServeHTTP(w, r)
}

// owns tells whether a path is the API's and not the pages'.
func (a *API) owns(path string) bool {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	switch first {
	case "v1", "ledger", "healthz", "readyz", "openapi.json", "openapi.yaml", "openapi-3.0.json", "openapi-3.0.yaml":
		return true
	}
	return false
}

func (a *API) recover(w http.ResponseWriter, r *http.Request) {
	p := recover()
	if p == nil {
		return
	}
	if p == http.ErrAbortHandler {
		panic(p) // net/http's own way to cut an answer short
	}
	a.log.ErrorContext(r.Context(), "a handler panicked", "panic", p, "path", r.URL.Path, "stack", string(debug.Stack()))
	WriteProblem(w, r, a.log, fmt.Errorf("panic: %v", p))
}

// noRoute tells an unknown path from a known one asked by another method.
func (a *API) noRoute(r *http.Request) error {
	var allowed []string
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete} {
		other := r.Clone(r.Context())
		other.Method = method
		if _, pattern := a.mux.Handler(other); pattern != "" {
			allowed = append(allowed, method)
		}
	}
	if len(allowed) == 0 {
		return unknownPath(r)
	}
	return &schema.Error{
		Kind: schema.MethodNotAllowed, Detail: fmt.Sprintf("%s does not answer %s", r.URL.Path, r.Method),
		Fix: "use " + strings.Join(allowed, " or "),
	}
}

func unknownPath(r *http.Request) error {
	return &schema.Error{Kind: schema.NotFound, Detail: fmt.Sprintf("there is nothing at %s", r.URL.Path), Fix: "/openapi.json lists every operation"}
}

// accountKey is the context key of the account that asks.
type accountKey struct{}

// authenticate puts the account whose token the request carries into its
// context. A request without a token is anybody's; one with a bad token is
// refused, for its sender believes to be somebody.
func (a *API) authenticate(r *http.Request) (*http.Request, error) {
	header := r.Header.Get("Authorization")
	if header == "" {
		return r, nil
	}
	scheme, secret, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return r, &schema.Error{Kind: schema.Unauthenticated, Detail: "this way to prove who you are is not known here", Fix: "send Authorization: Bearer and a token"}
	}
	t, err := a.service.Authenticate(r.Context(), strings.TrimSpace(secret))
	if err != nil {
		return r, err
	}
	return r.WithContext(context.WithValue(r.Context(), accountKey{}, caller{t.Account, t.ID})), nil
}

// A caller is who asks.
type caller struct {
	account schema.Name
	token   string // id
}

// by gives the account that asks, the zero Name for anybody.
func by(ctx context.Context) schema.Name { return callerOf(ctx).account }

func callerOf(ctx context.Context) caller {
	c, _ := ctx.Value(accountKey{}).(caller)
	return c
}

// handle registers an operation. It is the only way to: huma.Register alone would
// tell callers the text of unknown errors.
func handle[I, O any](a *API, op huma.Operation, f func(context.Context, *I) (*O, error)) {
	if op.DefaultStatus == 0 && op.Method == http.MethodPost {
		op.DefaultStatus = http.StatusOK
	}
	if op.BodyReadTimeout == 0 {
		op.BodyReadTimeout = time.Minute
	}
	// A body that the operation documents is read by the handler: were it there
	// at registration, huma would read it.
	body := op.RequestBody
	op.RequestBody = nil
	defer a.documentBody(op.Path, op.Method, body)
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := f(ctx, in)
		if err == nil {
			return out, nil
		}
		tell(ctx, a.log, err)
		p := ProblemOf(err)
		h := retryHeaders(p.Status)
		h.Set("Cache-Control", "no-store")
		return nil, huma.ErrorWithHeaders(p, h)
	})
}

// documentBody puts the body of an operation into the OpenAPI document.
func (a *API) documentBody(path, method string, body *huma.RequestBody) {
	if item := a.huma.OpenAPI().Paths[path]; body != nil && method == http.MethodPut {
		item.Put.RequestBody = body
	} else if body != nil {
		item.Post.RequestBody = body
	}
}

// needsToken marks an operation that only an account can use.
var needsToken = []map[string][]string{{"token": {}}}

// documentProblems gives every operation's error answers our problem.
func (a *API) documentProblems() {
	doc := a.huma.OpenAPI()
	problem := doc.Components.Schemas.Schema(typeOf[schema.Problem](), true, "Problem")
	for _, item := range doc.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Head, item.Post, item.Put, item.Delete} {
			if op == nil {
				continue
			}
			for status := range op.Responses {
				if status >= "400" {
					delete(op.Responses, status)
				}
			}
			op.Responses["default"] = &huma.Response{
				Description: "an error",
				Content:     map[string]*huma.MediaType{"application/problem+json": {Schema: problem}},
			}
		}
	}
	delete(doc.Components.Schemas.Map(), "ErrorModel")
	delete(doc.Components.Schemas.Map(), "ErrorDetail")
}
