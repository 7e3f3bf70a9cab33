package api

import (
	"context"
	"encoding/base64"
	"encoding/hex"
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

// RequestInput is what of a request is not in its address.
type RequestInput struct {
	method string
	header http.Header
}

// Resolve keeps it.
func (in *RequestInput) Resolve(ctx huma.Context) []error {
	r, _ := humago.Unwrap(ctx)
	in.method, in.header = r.Method, r.Header
	return nil
}

func (a *API) getArtifact(ctx context.Context, in *struct {
	Digest string `path:"digest"`
	RequestInput
}) (*huma.StreamResponse, error) {
	digest, err := schema.ParseDigest(in.Digest)
	if err != nil {
		return nil, err
	}
	return a.download(ctx, in.RequestInput, download{digest: digest, manner: saved, immutable: true})
}

func (a *API) getFile(ctx context.Context, in *struct {
	VersionPath
	Path string `path:"path" doc:"path of the file in the design" example:"cad/base.scad"`
	RequestInput
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
	return a.download(ctx, in.RequestInput, download{digest: f.Digest, manner: mannerOf(f), name: path.Base(f.Path), immutable: ref.Exact()})
}

// A download is how an artifact is asked for.
type download struct {
	digest    schema.Digest
	manner    manner
	name      string // of the file, "" when it is not known
	immutable bool   // the same for ever under this URL
}

// disposition gives the Content-Disposition.
func (d download) disposition() string {
	how, parameters := "attachment", map[string]string{}
	if d.manner.inline {
		how = "inline"
	}
	if d.name != "" {
		parameters["filename"] = d.name
	}
	return mime.FormatMediaType(how, parameters)
}

func (a *API) download(ctx context.Context, in RequestInput, d download) (*huma.StreamResponse, error) {
	if elsewhere, err := a.redirect(ctx, in, d); elsewhere != nil || err != nil {
		return elsewhere, err
	}
	o, err := a.open(ctx, d.digest)
	if err != nil {
		return nil, err
	}
	return a.sendObject(o, d), nil
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

// sendObject answers with an artifact's bytes, whole or a range.
func (a *API) sendObject(o *artifacts.Object, d download) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(ctx huma.Context) {
		defer func() { _ = o.Close() }()
		r, w := humago.Unwrap(ctx)
		h := w.Header()
		h.Set("Etag", `"`+d.digest.String()+`"`)
		h.Set("Content-Type", d.manner.mediaType)
		h.Set("Content-Disposition", d.disposition())
		h.Set("Repr-Digest", reprDigest(d.digest))
		asFile(h, r, d.manner.policy, d.immutable)
		// An error on the way, such as wrong bytes, ends the answer short of its
		// Content-Length, and net/http then cuts the connection.
		read := &noted{Object: o}
		http.ServeContent(newUnhurried(w, r), r, "", time.Time{}, read)
		if read.err != nil {
			a.log.ErrorContext(r.Context(), "an artifact could not be read to its end", "error", read.err)
		}
	}}
}

// reprDigest gives the value of a Repr-Digest header (RFC 9530).
func reprDigest(d schema.Digest) string {
	sum, err := hex.DecodeString(d.Hex())
	if err != nil {
		panic(err) // a Digest is hexadecimal
	}
	return "sha-256=:" + base64.StdEncoding.EncodeToString(sum) + ":"
}

// asFile sets the headers that every answer has whose bytes somebody uploaded.
func asFile(h http.Header, r *http.Request, policy string, immutable bool) {
	h.Set("Content-Security-Policy", policy)
	h.Set("Referrer-Policy", "no-referrer")
	whose := "private"
	if by(r.Context()).Account.IsZero() {
		whose = "public"
		// Reading is open to all, so also to the viewers of other sites. What only an
		// account may read, no other site gets.
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Access-Control-Expose-Headers", "Accept-Ranges, Content-Digest, Content-Disposition, Content-Length, Content-Range, Etag, Repr-Digest")
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	}
	h.Set("Cache-Control", "no-cache")
	if immutable {
		h.Set("Cache-Control", whose+", max-age=31536000, immutable")
	}
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
	gone       bool // the caller, or its connection
}

func newUnhurried(w http.ResponseWriter, r *http.Request) *unhurried {
	return &unhurried{ResponseWriter: w, connection: http.NewResponseController(w), request: r}
}

// WriteHeader implements http.ResponseWriter.
func (u *unhurried) WriteHeader(status int) {
	if status < http.StatusBadRequest {
		h := u.Header()
		if digest := h.Get("Repr-Digest"); digest != "" && status == http.StatusOK && u.request.Method == http.MethodGet {
			h.Set("Content-Digest", digest) // of what this very message carries: not of a part, nor of nothing
		}
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
	n, err := u.ResponseWriter.Write(b)
	u.gone = u.gone || err != nil
	return n, err
}
