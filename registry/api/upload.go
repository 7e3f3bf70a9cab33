package api

import (
	"context"
	"crypto/sha1" // #nosec G505 -- tus asks for it; artifacts are proven by SHA-256 all the same
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"hash"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/patternbook/patternbook/registry"
	"github.com/patternbook/patternbook/schema"
)

// Resumable uploads are tus 1.0.0 (https://tus.io/protocols/resumable-upload) with
// its extensions creation, creation-with-upload, expiration, checksum and
// termination. What tus leaves open: Upload-Metadata must hold digest, the
// artifact's digest, for an upload is an artifact's and of no other use.
const (
	uploadsURL    = "/v1/uploads"
	uploadURL     = uploadsURL + "/{id}"
	tusVersion    = "1.0.0"
	tusExtensions = "creation,creation-with-upload,expiration,checksum,termination"
	offsetStream  = "application/offset+octet-stream"
)

// Uploads are the uploads of an account that are not complete.
type Uploads struct {
	Uploads []UploadState `json:"uploads"`
}

// An UploadState tells how far an upload has come.
type UploadState struct {
	URL      string        `json:"url" doc:"where it goes on, relative to the registry"`
	Digest   schema.Digest `json:"digest"`
	Size     int64         `json:"size" doc:"bytes of the whole"`
	Offset   int64         `json:"offset" doc:"bytes that are kept"`
	Metadata string        `json:"metadata,omitempty" doc:"what the uploader gave as Upload-Metadata"`
	Expires  time.Time     `json:"expires" doc:"when it is forgotten unless it is complete"`
}

func (a *API) registerUploads() {
	tags := []string{"artifacts"}
	pieces := &huma.RequestBody{Content: map[string]*huma.MediaType{offsetStream: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}}
	handle(a, huma.Operation{
		OperationID: "list-uploads", Method: http.MethodGet, Path: uploadsURL, Summary: "List your uploads that are not complete",
		Tags: tags, Security: needsToken, Responses: responds[Uploads](a, 200, "the uploads", "application/json"),
	}, a.listUploads)
	handle(a, huma.Operation{
		OperationID: "upload-options", Method: http.MethodOptions, Path: uploadsURL, Summary: "Ask what of tus is spoken here", Tags: tags, DefaultStatus: http.StatusNoContent,
	}, func(context.Context, *struct{}) (*uploadOptions, error) { return a.uploadOptions(), nil })
	handle(a, huma.Operation{
		OperationID: "upload-options-of-one", Method: http.MethodOptions, Path: uploadURL, Summary: "Ask what of tus is spoken here", Tags: tags, DefaultStatus: http.StatusNoContent,
	}, func(context.Context, *UploadPath) (*uploadOptions, error) { return a.uploadOptions(), nil })
	handle(a, huma.Operation{
		OperationID: "create-upload", Method: http.MethodPost, Path: uploadsURL, Summary: "Begin an upload that can be resumed",
		Description: "tus 1.0.0. Upload-Metadata must hold `digest`, the artifact's digest.",
		Tags:        tags, Security: needsToken, RequestBody: pieces, DefaultStatus: http.StatusCreated, BodyReadTimeout: -1,
	}, a.createUpload)
	handle(a, huma.Operation{
		OperationID: "head-upload", Method: http.MethodHead, Path: uploadURL, Summary: "Ask how far an upload has come",
		Tags: tags, Security: needsToken, DefaultStatus: http.StatusOK,
	}, a.headUpload)
	handle(a, huma.Operation{
		OperationID: "patch-upload", Method: http.MethodPatch, Path: uploadURL, Summary: "Go on with an upload",
		Description: "With the last byte the artifact is stored, or refused when it has not the digest.",
		Tags:        tags, Security: needsToken, RequestBody: pieces, DefaultStatus: http.StatusNoContent, BodyReadTimeout: -1,
	}, a.patchUpload)
	handle(a, huma.Operation{
		OperationID: "end-upload", Method: http.MethodDelete, Path: uploadURL, Summary: "End an upload and forget what has come of it",
		Tags: tags, Security: needsToken, DefaultStatus: http.StatusNoContent,
	}, a.endUpload)
}

// tus looks at what tus wants of every request, before it is routed. It gives the
// request that is meant: clients that cannot send PATCH or DELETE send POST and
// name the method in a header.
func (a *API) tus(w http.ResponseWriter, r *http.Request) (*http.Request, error) {
	if r.URL.Path != uploadsURL && !strings.HasPrefix(r.URL.Path, uploadsURL+"/") {
		return r, nil
	}
	if method := r.Header.Get("X-HTTP-Method-Override"); method != "" && r.Method == http.MethodPost {
		r = r.Clone(r.Context())
		r.Method = method
	}
	w.Header().Set("Tus-Resumable", tusVersion)
	if r.Method == http.MethodOptions || r.Method == http.MethodGet || r.Header.Get("Tus-Resumable") == tusVersion {
		return r, nil
	}
	w.Header().Set("Tus-Version", tusVersion)
	return r, &statusError{http.StatusPreconditionFailed, &schema.Error{
		Kind: schema.Malformed, Detail: fmt.Sprintf("uploads speak tus %s, and the request says %q", tusVersion, r.Header.Get("Tus-Resumable")),
		Fix: "send Tus-Resumable: " + tusVersion,
	}}
}

type uploadOptions struct {
	Version    string `header:"Tus-Version"`
	Extension  string `header:"Tus-Extension"`
	MaxSize    int64  `header:"Tus-Max-Size"`
	Algorithms string `header:"Tus-Checksum-Algorithm"`
}

func (a *API) uploadOptions() *uploadOptions {
	return &uploadOptions{tusVersion, tusExtensions, a.service.Limits().File, "sha256,sha1"}
}

func (a *API) listUploads(ctx context.Context, _ *struct{}) (*huma.StreamResponse, error) {
	list, err := a.service.Uploads(ctx, by(ctx))
	if err != nil {
		return nil, err
	}
	answer := Uploads{Uploads: make([]UploadState, len(list))}
	for i, u := range list {
		answer.Uploads[i] = UploadState{uploadPath(u), u.Digest, u.Size, u.Offset, u.Metadata, u.Expires}
	}
	return a.sendJSON(answer)
}

func uploadPath(u registry.Upload) string { return uploadsURL + "/" + u.ID }

// A Piece is the part of an upload that a request has as its body.
type Piece struct {
	Checksum string `header:"Upload-Checksum" doc:"algorithm and base64 of the checksum of this request's bytes" example:"sha256 LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="`

	mediaType string
	body      *patient
}

// Resolve keeps the request's body, unread.
func (in *Piece) Resolve(ctx huma.Context) []error {
	r, w := humago.Unwrap(ctx)
	in.mediaType = r.Header.Get("Content-Type")
	in.body = patientBody(w, r)
	return nil
}

// append adds a piece to an upload.
func (a *API) append(ctx context.Context, id string, offset int64, in *Piece) (registry.Upload, error) {
	if in.mediaType != offsetStream {
		return registry.Upload{}, &statusError{http.StatusUnsupportedMediaType, &schema.Error{
			Kind: schema.Malformed, Detail: fmt.Sprintf("a piece of an upload comes as %s, not as %q", offsetStream, in.mediaType), Fix: "send Content-Type: " + offsetStream,
		}}
	}
	sum, err := parseChecksum(in.Checksum)
	if err != nil {
		return registry.Upload{}, err
	}
	defer in.body.leave()
	return a.service.AppendUpload(ctx, by(ctx), id, offset, sum, in.body)
}

// parseChecksum reads the header Upload-Checksum.
func parseChecksum(text string) (registry.Checksum, error) {
	if text == "" {
		return registry.Checksum{}, nil
	}
	algorithm, encoded, _ := strings.Cut(text, " ")
	algorithms := map[string]func() hash.Hash{"sha256": sha256.New, "sha1": sha1.New}
	sum, err := base64.StdEncoding.DecodeString(encoded)
	if algorithms[algorithm] == nil || err != nil || len(sum) != algorithms[algorithm]().Size() {
		return registry.Checksum{}, &schema.Error{
			Kind: schema.Malformed, Detail: fmt.Sprintf("the checksum %q cannot be checked", text), Fix: "write sha256 or sha1, a space and the checksum in base64",
		}
	}
	return registry.Checksum{New: algorithms[algorithm], Sum: sum}, nil
}

type createdUpload struct {
	Location string  `header:"Location"`
	Offset   *string `header:"Upload-Offset"`
	Expires  string  `header:"Upload-Expires"`
}

func (a *API) createUpload(ctx context.Context, in *struct {
	Piece
	Length   string `header:"Upload-Length" doc:"bytes of the whole"`
	Metadata string `header:"Upload-Metadata" doc:"keys and base64 values; digest is the artifact's digest" example:"digest c2hhMjU2OjJjZjI0ZGJhNWZiMGEzMGUyNmU4M2IyYWM1YjllMjllMWIxNjFlNWMxZmE3NDI1ZTczMDQzMzYyOTM4Yjk4MjQ="`
}) (*createdUpload, error) {
	size, err := strconv.ParseInt(in.Length, 10, 64)
	if err != nil || size < 0 {
		return nil, &schema.Error{
			Kind: schema.Malformed, Detail: fmt.Sprintf("an upload needs its size, and Upload-Length is %q", in.Length), Fix: "send the number of bytes as Upload-Length",
		}
	}
	digest, err := digestOfMetadata(in.Metadata)
	if err != nil {
		return nil, err
	}
	u, err := a.service.BeginUpload(ctx, by(ctx), digest, size, in.Metadata)
	if err != nil {
		return nil, err
	}
	created := &createdUpload{Location: uploadPath(u), Expires: httpTime(u.Expires)}
	if in.mediaType != offsetStream {
		return created, nil
	}
	if u, err = a.append(ctx, u.ID, 0, &in.Piece); err != nil {
		return nil, err
	}
	offset := strconv.FormatInt(u.Offset, 10)
	created.Offset = &offset
	return created, nil
}

// digestOfMetadata gives the digest that Upload-Metadata names.
func digestOfMetadata(metadata string) (schema.Digest, error) {
	const maxMetadata = 8 << 10
	if len(metadata) > maxMetadata {
		return schema.Digest{}, &schema.Error{Kind: schema.TooLarge, Detail: fmt.Sprintf("Upload-Metadata has %d bytes", len(metadata)), Fix: fmt.Sprintf("send at most %d", maxMetadata)}
	}
	for pair := range strings.SplitSeq(metadata, ",") {
		key, encoded, _ := strings.Cut(strings.TrimSpace(pair), " ")
		if key != "digest" {
			continue
		}
		text, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil {
			break
		}
		return schema.ParseDigest(string(text))
	}
	return schema.Digest{}, &schema.Error{
		Kind: schema.Invalid, Detail: "Upload-Metadata does not name the digest of the artifact", Fix: "send digest, a space, and the base64 of sha256: and 64 hexadecimal digits",
	}
}

func httpTime(t time.Time) string { return t.UTC().Format(http.TimeFormat) }

// An UploadPath is where an upload goes on.
type UploadPath struct {
	ID string `path:"id" maxLength:"64"`
}

// UploadProgress are the headers that tell how far an upload has come.
type UploadProgress struct {
	Offset  string `header:"Upload-Offset"`
	Expires string `header:"Upload-Expires"`
}

func progressOf(u registry.Upload) UploadProgress {
	return UploadProgress{strconv.FormatInt(u.Offset, 10), httpTime(u.Expires)}
}

type uploadHead struct {
	UploadProgress
	Length   string `header:"Upload-Length"`
	Metadata string `header:"Upload-Metadata"`
}

func (a *API) headUpload(ctx context.Context, in *UploadPath) (*uploadHead, error) {
	u, err := a.service.Upload(ctx, by(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	return &uploadHead{progressOf(u), strconv.FormatInt(u.Size, 10), u.Metadata}, nil
}

func (a *API) patchUpload(ctx context.Context, in *struct {
	UploadPath
	Piece
	Offset string `header:"Upload-Offset" doc:"where these bytes belong, which must be where the upload stands"`
}) (*UploadProgress, error) {
	offset, err := strconv.ParseInt(in.Offset, 10, 64)
	if err != nil || offset < 0 {
		return nil, &schema.Error{
			Kind: schema.Malformed, Detail: fmt.Sprintf("a piece needs the place where it belongs, and Upload-Offset is %q", in.Offset), Fix: "ask for it with HEAD",
		}
	}
	u, err := a.append(ctx, in.ID, offset, &in.Piece)
	if err != nil {
		return nil, err
	}
	progress := progressOf(u)
	return &progress, nil
}

func (a *API) endUpload(ctx context.Context, in *UploadPath) (*struct{}, error) {
	return nil, a.service.EndUpload(ctx, by(ctx), in.ID)
}

// idle is how long a connection may stand still.
const idle = time.Minute

// A patient body gives each read some time, and not the whole. Close ends a Read
// that waits, on which net/http's own Close would wait.
type patient struct {
	io.Reader
	connection *http.ResponseController

	mu     sync.Mutex
	closed bool
	left   bool // the handler has ended, and the connection may be another request's
}

func patientBody(w http.ResponseWriter, r *http.Request) *patient {
	return &patient{Reader: r.Body, connection: http.NewResponseController(w)}
}

// Read implements io.Reader.
func (p *patient) Read(b []byte) (int, error) {
	if err := p.wait(); err != nil {
		return 0, err
	}
	return p.Reader.Read(b)
}

func (p *patient) wait() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return http.ErrBodyReadAfterClose
	}
	// The server's own deadlines are for the whole of a request, also that for
	// the answer. A connection without deadlines is closed by its own means.
	_ = p.connection.SetReadDeadline(time.Now().Add(idle))
	_ = p.connection.SetWriteDeadline(time.Now().Add(2 * idle))
	return nil
}

// Close implements io.Closer.
func (p *patient) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || p.left {
		return nil
	}
	p.closed = true
	return p.connection.SetReadDeadline(time.Now())
}

// leave says that the handler has ended.
func (p *patient) leave() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.left = true
}
