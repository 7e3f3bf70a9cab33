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
	"net/netip"
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
	// RedirectArtifacts sends those who fetch public files to the store, where it
	// can give them out by itself (artifacts.Presigner), so that their bytes do not
	// come through the registry. Callers must be able to reach the store.
	RedirectArtifacts bool
	// TrustedProxies are the networks of proxies before the registry, which say in
	// X-Forwarded-For where a request comes from.
	TrustedProxies []netip.Prefix
	// Pages answers what is not the API's, nil when there are no pages.
	Pages http.Handler
}

// An API serves the registry over HTTP.
type API struct {
	service   *registry.Service
	log       *slog.Logger
	huma      huma.API
	mux       *http.ServeMux
	pages     http.Handler
	cache     *cache
	redirects bool
	trusted   []netip.Prefix
}

// New makes the API of a service.
func New(service *registry.Service, o Options) (*API, error) {
	a := &API{service: service, log: o.Log, mux: http.NewServeMux(), pages: o.Pages, redirects: o.RedirectArtifacts, trusted: o.TrustedProxies}
	if a.log == nil {
		a.log = slog.Default()
	}
	var err error
	if a.cache, err = newCache(); err != nil {
		return nil, err
	}
	config := huma.DefaultConfig("Patternbook", o.Version)
	config.Info.Description = "A registry of open hardware designs: immutable versions, their bills of materials, and every unit made from them."
	config.OpenAPIPath = ""  // finishDocument serves it
	config.DocsPath = ""     // its page would come from somewhere else on the Internet
	config.SchemasPath = ""  // all schemas are in the OpenAPI document
	config.CreateHooks = nil // no $schema member in answers
	config.Transformers = []huma.Transformer{asProblem}
	config.Components.Schemas = newSchemas()
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"token": {Type: "http", Scheme: "bearer", Description: "a token from POST /v1/tokens"},
	}
	a.huma = humago.New(a.mux, config)
	a.registerAccounts()
	a.registerOrganisations()
	a.registerTransfers()
	a.registerKeys()
	a.registerPasswords()
	a.registerReports()
	a.registerModeration()
	a.registerDesigns()
	a.registerReleases()
	a.registerBOMs()
	a.registerParts()
	a.registerDifferences()
	a.registerArtifacts()
	a.registerUploads()
	a.registerDownloads()
	a.registerArchives()
	a.registerBatches()
	a.registerAdvisories()
	a.registerDocuments()
	a.registerLedger()
	return a, a.finishDocument()
}

// OpenAPI gives the description of the API.
func (a *API) OpenAPI() *huma.OpenAPI { return a.huma.OpenAPI() }

// ServeHTTP answers a request of the API, or hands it to the pages.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	begun := &begun{ResponseWriter: w}
	defer a.recover(begun, r)
	if r.URL.Path != "" && !a.owns(r.URL.Path) {
		if a.pages != nil {
			a.pages.ServeHTTP(begun, r)
			return
		}
		WriteProblem(begun, r, a.log, unknownPath(r))
		return
	}
	a.serve(begun, r)
}

func (a *API) serve(w *begun, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead && r.Method != http.MethodOptions {
		defer func() { a.audit(w, r) }() // of r as it is in the end: with who asks
	}
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store") // unless an answer says otherwise
	r = r.WithContext(context.WithValue(r.Context(), addressKey{}, AddressOf(r, a.trusted)))
	r, err := a.tus(w, r)
	if err == nil {
		r, err = a.authenticate(r)
	}
	if err != nil {
		WriteProblem(w, r, a.log, err)
		return
	}
	if a.cache.serve(w, r) {
		return
	}
	if _, pattern := a.mux.Handler(r); pattern == "" {
		a.noRoute(w, r)
		return
	}
	a.mux.ServeHTTP(w, r)
}

// unaudited are operations of which it is not written down who has asked.
var unaudited = map[string]bool{
	"POST /v1/artifacts/missing": true, // it writes nothing
	"POST /v1/reports":           true, // nobody shall fear to report
}

// audit writes down a write, or one that was refused.
func (a *API) audit(w *begun, r *http.Request) {
	_, pattern := a.mux.Handler(r)
	if pattern == "" {
		pattern = r.Method
	}
	if !unaudited[pattern] {
		a.service.Audit(by(r.Context()), from(r.Context()), pattern, r.URL.EscapedPath(), w.status)
	}
}

// A begun writer knows whether the answer has begun.
type begun struct {
	http.ResponseWriter
	yes    bool
	status int // of the answer, 0 before it has begun
}

// WriteHeader implements http.ResponseWriter.
func (b *begun) WriteHeader(status int) {
	if !b.yes && status >= http.StatusOK { // those below are only on the way
		b.yes, b.status = true, status
	}
	b.ResponseWriter.WriteHeader(status)
}

// Write implements io.Writer.
func (b *begun) Write(p []byte) (int, error) {
	if !b.yes {
		b.yes, b.status = true, http.StatusOK
	}
	return b.ResponseWriter.Write(p)
}

// Unwrap is for http.ResponseController.
func (b *begun) Unwrap() http.ResponseWriter { return b.ResponseWriter }

// owns tells whether a path is the API's and not the pages'.
func (a *API) owns(path string) bool {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	switch first {
	case "v1", "ledger", "healthz", "readyz", "openapi.json":
		return true
	}
	return false
}

func (a *API) recover(w *begun, r *http.Request) {
	p := recover()
	if p == nil {
		return
	}
	if p == http.ErrAbortHandler {
		panic(p) // net/http's own way to cut an answer short
	}
	a.log.ErrorContext(r.Context(), "a handler panicked", "panic", p, "path", r.URL.Path, "stack", string(debug.Stack()))
	if w.yes { // what the caller has is not whole, and must not look so
		panic(http.ErrAbortHandler)
	}
	WriteProblem(w, r, a.log, fmt.Errorf("panic: %v", p))
}

// noRoute tells an unknown path from a known one asked by another method.
func (a *API) noRoute(w http.ResponseWriter, r *http.Request) {
	var allowed []string
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		other := r.Clone(r.Context())
		other.Method = method
		if _, pattern := a.mux.Handler(other); pattern != "" {
			allowed = append(allowed, method)
		}
	}
	if len(allowed) == 0 {
		WriteProblem(w, r, a.log, unknownPath(r))
		return
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	WriteProblem(w, r, a.log, &schema.Error{
		Kind: schema.MethodNotAllowed, Detail: fmt.Sprintf("%s does not answer %s", r.URL.Path, r.Method),
		Fix: "use " + strings.Join(allowed, " or "),
	})
}

func unknownPath(r *http.Request) error {
	return &schema.Error{Kind: schema.NotFound, Detail: fmt.Sprintf("there is nothing at %s", r.URL.Path), Fix: "/openapi.json lists every operation"}
}

// actorKey is the context key of who asks.
type actorKey struct{}

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
	actor, err := a.service.Authenticate(r.Context(), strings.TrimSpace(secret))
	if err != nil {
		return r, err
	}
	if text := r.Header.Get(signatureHeader); text != "" {
		if actor.Signature, err = schema.ParseSignature(text); err != nil {
			return r, err
		}
	}
	return r.WithContext(context.WithValue(r.Context(), actorKey{}, actor)), nil
}

// by gives who asks, the zero Actor for anybody.
func by(ctx context.Context) registry.Actor {
	actor, _ := ctx.Value(actorKey{}).(registry.Actor)
	return actor
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
	if op.Security != nil {
		op.Middlewares = append(op.Middlewares, a.knownOnly)
	}
	if op.Method == http.MethodGet && strings.HasPrefix(op.Path, designURL) {
		op.Middlewares = append(op.Middlewares, a.forward)
	}
	// A body that the operation documents is read by the handler: were it there
	// at registration, huma would read it.
	body := op.RequestBody
	op.RequestBody = nil
	defer a.documentBody(op.Path, op.Method, body)
	class, counted := classes[op.OperationID]
	if !counted {
		panic("the operation " + op.OperationID + " has no class")
	}
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*O, error) {
		err := a.service.Admit(class, by(ctx), from(ctx))
		leave := func() {}
		if err == nil && class == registry.ClassSearch {
			leave, err = a.service.Enter(ctx)
		}
		if err == nil {
			defer leave()
			var out *O
			if out, err = f(ctx, in); err == nil {
				return out, nil
			}
		}
		tell(ctx, a.log, err)
		p := ProblemOf(err)
		return nil, huma.ErrorWithHeaders(p, retryHeaders(p.Status, err))
	})
}

// knownOnly refuses those without a token before anything of the body is read.
func (a *API) knownOnly(ctx huma.Context, next func(huma.Context)) {
	if err := registry.MustBeKnown(by(ctx.Context())); err != nil {
		r, w := humago.Unwrap(ctx)
		WriteProblem(w, r, a.log, err)
		return
	}
	next(ctx)
}

// needsToken marks an operation that only an account can use.
var needsToken = []map[string][]string{{"token": {}}}
