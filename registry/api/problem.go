package api

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/patternbook/patternbook/schema"
)

// statuses is the one table from kinds to HTTP.
var statuses = map[schema.Kind]int{
	schema.Malformed:        http.StatusBadRequest,
	schema.Invalid:          http.StatusUnprocessableEntity,
	schema.NotFound:         http.StatusNotFound,
	schema.Conflict:         http.StatusConflict,
	schema.Ambiguous:        http.StatusConflict,
	schema.Unauthenticated:  http.StatusUnauthorized,
	schema.Forbidden:        http.StatusForbidden,
	schema.DigestMismatch:   http.StatusUnprocessableEntity,
	schema.MissingArtifacts: http.StatusUnprocessableEntity,
	schema.ChecksumMismatch: 460, // of tus 1.0.0, checksum extension
	schema.Removed:          http.StatusUnavailableForLegalReasons,
	schema.NoRoom:           http.StatusInsufficientStorage,
	schema.TooLarge:         http.StatusRequestEntityTooLarge,
	schema.TooMany:          http.StatusTooManyRequests,
	schema.MethodNotAllowed: http.StatusMethodNotAllowed,
	schema.Unavailable:      http.StatusServiceUnavailable,
	schema.Internal:         http.StatusInternalServerError,
}

// ProblemOf gives the problem of an error. An error without a kind tells the
// caller nothing.
func ProblemOf(err error) *schema.Problem {
	kind := schema.KindOf(err)
	e, ok := errors.AsType[*schema.Error](err)
	if tooLong, over := errors.AsType[*http.MaxBytesError](err); over {
		kind, ok = schema.TooLarge, true
		e = &schema.Error{Detail: "the request has more than " + strconv.FormatInt(tooLong.Limit, 10) + " bytes"}
	}
	if !ok {
		e = &schema.Error{Detail: "something went wrong in the registry; it is in its log"}
	}
	status := statuses[kind]
	if other, is := errors.AsType[*statusError](err); is {
		status = other.status
	}
	return schema.NewProblem(kind, status, e)
}

// A statusError has another status than its kind: one that a protocol asks for.
type statusError struct {
	status int
	err    error
}

// Error implements error.
func (e *statusError) Error() string { return e.err.Error() }

// Unwrap gives the error itself.
func (e *statusError) Unwrap() error { return e.err }

// tell puts into the log what the caller is not told.
func tell(ctx context.Context, log *slog.Logger, err error) {
	kind := schema.KindOf(err)
	if kind == schema.Internal && ctx.Err() == nil || kind == schema.Unavailable {
		log.ErrorContext(ctx, "request failed", "error", err, "cause", cause(err))
	}
}

// cause gives what an error keeps from the wire.
func cause(err error) error {
	if e, ok := errors.AsType[*schema.Error](err); ok {
		return e.Err
	}
	return nil
}

// retryHeaders are what a status asks for besides its problem.
func retryHeaders(status int, err error) http.Header {
	switch status {
	case http.StatusUnauthorized:
		return http.Header{"Www-Authenticate": {`Bearer realm="patternbook"`}}
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return http.Header{"Retry-After": {strconv.Itoa(int(schema.WaitOf(err).Seconds()))}}
	}
	return http.Header{}
}

// WriteProblem answers a request with the problem of err.
func WriteProblem(w http.ResponseWriter, r *http.Request, log *slog.Logger, err error) {
	tell(r.Context(), log, err)
	p := ProblemOf(err)
	for name, values := range retryHeaders(p.Status, err) {
		w.Header()[name] = values
	}
	writeProblem(w, r, p)
}

func writeProblem(w http.ResponseWriter, r *http.Request, p *schema.Problem) {
	h := w.Header()
	for _, name := range []string{"Content-Digest", "Content-Disposition", "Content-Encoding", "Content-Length", "Etag", "Last-Modified", "Repr-Digest"} {
		h.Del(name)
	}
	h.Set("Content-Type", p.ContentType(""))
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(p.Status)
	if r.Method == http.MethodHead {
		return
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(p) // the caller has gone: nobody is left to tell
}

// asProblem is the transformer that gives huma's own errors, of inputs that do
// not fit, our type.
func asProblem(_ huma.Context, _ string, v any) (any, error) {
	e, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	if e.Status >= http.StatusInternalServerError {
		return ProblemOf(e), nil
	}
	kind := schema.Invalid
	switch e.Status {
	case http.StatusBadRequest, http.StatusUnsupportedMediaType, http.StatusRequestTimeout, http.StatusNotAcceptable:
		kind = schema.Malformed
	case http.StatusRequestEntityTooLarge:
		kind = schema.TooLarge
	}
	p := schema.NewProblem(kind, e.Status, &schema.Error{Detail: e.Detail})
	for _, d := range e.Errors {
		field := d.Location
		for _, prefix := range []string{"body.", "path.", "query.", "header."} {
			field = strings.TrimPrefix(field, prefix)
		}
		p.At = append(p.At, schema.Place{Field: field, Detail: d.Message})
	}
	return p, nil
}
