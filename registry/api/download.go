package api

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/patternbook/patternbook/artifacts"
	"github.com/patternbook/patternbook/schema"
)

func (a *API) registerDownloads() {
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		handle(a, huma.Operation{
			OperationID: strings.ToLower(method) + "-artifact", Method: method, Path: artifactURL, Summary: "Get an artifact, or a range of it",
			Tags: []string{"artifacts"}, Responses: map[string]*huma.Response{"200": {Description: "the bytes", Content: octets()}},
		}, a.getArtifact)
	}
	handle(a, huma.Operation{
		OperationID: "get-file", Method: http.MethodGet, Path: versionURL + "/files/{path...}", Summary: "Get a file of a release, or a range of it",
		Tags: []string{"designs"}, Responses: map[string]*huma.Response{"200": {Description: "the bytes", Content: octets()}},
	}, a.getFile)
}

func (a *API) getArtifact(ctx context.Context, in *struct {
	Digest string `path:"digest"`
}) (*huma.StreamResponse, error) {
	digest, err := schema.ParseDigest(in.Digest)
	if err != nil {
		return nil, err
	}
	o, err := a.open(ctx, digest)
	if err != nil {
		return nil, err
	}
	return a.sendObject(o, "application/octet-stream", "", true), nil
}

func (a *API) getFile(ctx context.Context, in *struct {
	VersionPath
	Path string `path:"path" doc:"path of the file in the design" example:"cad/base.scad"`
}) (*huma.StreamResponse, error) {
	ref, err := in.reference()
	if err != nil {
		return nil, err
	}
	r, release, err := a.service.Release(ctx, ref)
	if err != nil {
		return nil, err
	}
	f, ok := release.FileAt(in.Path)
	if !ok {
		return nil, &schema.Error{
			Kind: schema.NotFound, Detail: r.Design.String() + " " + r.Version.String() + " has no file " + strconv.Quote(in.Path),
			Fix: "its release document lists the files; case counts",
		}
	}
	o, err := a.open(ctx, f.Digest)
	if err != nil {
		return nil, err
	}
	return a.sendObject(o, f.MediaType, path.Base(f.Path), ref.Exact()), nil
}

// open gives an artifact's bytes. That they have rotted is the registry's fault
// and not the caller's.
func (a *API) open(ctx context.Context, digest schema.Digest) (*artifacts.Object, error) {
	o, err := a.service.OpenArtifact(ctx, by(ctx), digest)
	if errors.Is(err, schema.DigestMismatch) {
		return nil, &schema.Error{
			Kind: schema.Internal, Detail: "the registry's copy of " + digest.String() + " is damaged, and is not given out",
			Fix: "ask a mirror for it; whoever has the file can send it again", Err: err,
		}
	}
	return o, err
}

// sendObject answers with an artifact's bytes, whole or a range. Whatever they
// are, they must not run as a page of the registry.
func (a *API) sendObject(o *artifacts.Object, mediaType, name string, immutable bool) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(ctx huma.Context) {
		defer func() { _ = o.Close() }()
		r, w := humago.Unwrap(ctx)
		h := w.Header()
		h.Set("Etag", `"`+o.Info().Digest.String()+`"`)
		h.Set("Content-Type", mediaType)
		h.Set("Content-Security-Policy", "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox")
		h.Set("Cache-Control", "no-cache")
		if immutable {
			h.Set("Cache-Control", "private, max-age=31536000, immutable")
			if by(r.Context()).IsZero() {
				h.Set("Cache-Control", "public, max-age=31536000, immutable")
			}
		}
		if name != "" {
			h.Set("Content-Disposition", mime.FormatMediaType("inline", map[string]string{"filename": name}))
		}
		// An error on the way, such as wrong bytes, ends the answer short of its
		// Content-Length, and net/http then cuts the connection.
		read := &noted{Object: o}
		http.ServeContent(&unhurried{w, http.NewResponseController(w), r, false}, r, "", time.Time{}, read)
		if read.err != nil {
			a.log.ErrorContext(r.Context(), "an artifact could not be read to its end", "error", read.err)
		}
	}}
}

// A noted object keeps the error at which reading it ended, of which
// http.ServeContent tells nobody.
type noted struct {
	*artifacts.Object
	err error
}

// Read implements io.Reader.
func (n *noted) Read(b []byte) (int, error) {
	read, err := n.Object.Read(b)
	if err != nil && err != io.EOF {
		n.err = err
	}
	return read, err
}

// An unhurried writer gives each write some time, and not the whole, and makes
// problems of the errors that http.ServeContent writes.
type unhurried struct {
	http.ResponseWriter
	connection *http.ResponseController
	request    *http.Request
	refused    bool
}

// WriteHeader implements http.ResponseWriter.
func (u *unhurried) WriteHeader(status int) {
	if status < http.StatusBadRequest {
		u.ResponseWriter.WriteHeader(status)
		return
	}
	u.refused = true
	e := &schema.Error{Detail: "this part of the file cannot be given", Fix: "ask for the whole of it, or for a part that it has"}
	kind := schema.Invalid
	switch status {
	case http.StatusRequestedRangeNotSatisfiable:
	case http.StatusPreconditionFailed:
		e = &schema.Error{Detail: "the file is not the one that If-Match names"}
	default:
		kind, e = schema.Internal, nil
	}
	writeProblem(u.ResponseWriter, u.request, schema.NewProblem(kind, status, e))
}

// Write implements io.Writer.
func (u *unhurried) Write(b []byte) (int, error) {
	if u.refused {
		return len(b), nil // the text that the problem takes the place of
	}
	_ = u.connection.SetWriteDeadline(time.Now().Add(idle)) // likewise
	return u.ResponseWriter.Write(b)
}
