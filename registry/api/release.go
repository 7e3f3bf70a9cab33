package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/registry"
	"github.com/patternbook/patternbook/schema"
)

// maxPublication is how many bytes the body of a publication may have: two
// documents, with room for another spelling than the canonical one.
const maxPublication = 3 * schema.MaxDocument

// A Draft is what an author sends to have a release drafted.
type Draft struct {
	Manifest      string            `json:"manifest" doc:"path of the manifest among files" example:"okh.toml"`
	Files         []DraftFile       `json:"files" maxItems:"100000"`
	Source        schema.Source     `json:"source,omitempty" required:"false"`
	Licences      schema.Licences   `json:"licences,omitempty" required:"false" doc:"in place of the manifest's"`
	Notes         string            `json:"notes,omitempty" required:"false" doc:"what is new in this version"`
	Columns       map[string]string `json:"bom_columns,omitempty" required:"false" doc:"what columns of the BOM files hold: the name of a field by the header, or by path:header for one file" example:"{\"Comment\": \"value\"}"`
	AcceptMatches bool              `json:"accept_matches,omitempty" required:"false" doc:"take designs of other owners that were found by the URL of their repository"`
}

// A DraftFile is one file of a draft. Its bytes are sent before.
type DraftFile struct {
	Path   string        `json:"path" example:"cad/base.scad"`
	Digest schema.Digest `json:"digest"`
	Size   int64         `json:"size" minimum:"0" doc:"bytes"`
}

// A VersionPath is the part of an address that names a release.
type VersionPath struct {
	DesignPath
	Version string `path:"version" doc:"a version; to read also a range like ^1.2, latest, or a digest" example:"1.0.0"`
}

func (p VersionPath) reference() (schema.Reference, error) {
	design, err := p.design()
	if err != nil {
		return schema.Reference{}, err
	}
	return design.At(p.Version)
}

// exact gives the design and the version, for operations that write.
func (p VersionPath) exact() (schema.Design, schema.Version, error) {
	design, err := p.design()
	if err != nil {
		return design, schema.Version{}, err
	}
	v, err := schema.ParseVersion(p.Version)
	return design, v, err
}

const versionURL = designURL + "/versions/{version}"

func (a *API) registerReleases() {
	handle(a, huma.Operation{
		OperationID: "draft-release", Method: http.MethodPost, Path: versionURL + "/draft", Summary: "Draft a release",
		Description: "Reads the manifest and the BOM files, which are sent before, and answers with the documents to check and publish. For a version that exists with the same files and manifest: its documents.",
		Tags:        []string{"designs"}, Security: needsToken, MaxBodyBytes: maxPublication,
		Responses: responds[bom.Draft](a, 200, "the documents to publish", "application/json"),
	}, a.draft)
	handle(a, huma.Operation{
		OperationID: "publish-release", Parameters: signs, Method: http.MethodPut, Path: versionURL, Summary: "Publish a release",
		Description: "The same again answers 200; other content under a version that exists, 409.",
		Tags:        []string{"designs"}, Security: needsToken,
		RequestBody: a.bodyOf(typeOf[bom.Publication]()),
		Responses:   receives[schema.ReleaseReceipt](a, "the release counts"),
	}, a.publish)
	handle(a, huma.Operation{
		OperationID: "get-release", Method: http.MethodGet, Path: versionURL, Summary: "Get a release document",
		Tags: []string{"designs"}, Responses: responds[schema.Release](a, 200, "the document, in canonical form", "application/json"),
	}, a.getRelease)
	handle(a, huma.Operation{
		OperationID: "set-release-status", Parameters: signs, Method: http.MethodPost, Path: versionURL + "/status", Summary: "Yank, unyank or deprecate a release",
		Tags: []string{"designs"}, Security: needsToken,
		RequestBody: a.bodyOf(typeOf[schema.ReleaseStatus]()),
		Responses:   receives[schema.ReleaseReceipt](a, "the status counts"),
	}, a.setStatus)
}

func (a *API) draft(ctx context.Context, in *struct {
	VersionPath
	Body Draft
}) (*huma.StreamResponse, error) {
	design, version, err := in.exact()
	if err != nil {
		return nil, err
	}
	files := make([]schema.File, len(in.Body.Files))
	for i, f := range in.Body.Files {
		files[i] = schema.File{Path: f.Path, Digest: f.Digest, Size: f.Size}
	}
	d, err := a.service.Draft(ctx, by(ctx), registry.DraftRequest{
		Design: design, Manifest: in.Body.Manifest, Files: files, Columns: in.Body.Columns, AcceptMatches: in.Body.AcceptMatches,
		DraftOptions: schema.DraftOptions{Version: version, Licences: in.Body.Licences, Notes: in.Body.Notes, Source: in.Body.Source},
	})
	if err != nil {
		return nil, err
	}
	return a.sendJSON(d)
}

// A DocumentInput is the input of an operation that takes documents: they are
// read by schema.Decode, which is stricter than huma.
type DocumentInput struct {
	body io.Reader
}

// Resolve keeps the request's body.
func (in *DocumentInput) Resolve(ctx huma.Context) []error {
	r, w := humago.Unwrap(ctx)
	in.body = http.MaxBytesReader(w, r.Body, maxPublication)
	return nil
}

func (in *DocumentInput) read() ([]byte, error) {
	b, err := io.ReadAll(in.body)
	if _, tooLong := errors.AsType[*http.MaxBytesError](err); err != nil && !tooLong {
		return nil, &schema.Error{Kind: schema.Malformed, Detail: "the body of the request did not arrive whole", Fix: "send it again", Err: err}
	}
	return b, err
}

func (a *API) publish(ctx context.Context, in *struct {
	VersionPath
	DocumentInput
}) (*huma.StreamResponse, error) {
	design, version, err := in.exact()
	if err != nil {
		return nil, err
	}
	data, err := in.read()
	if err != nil {
		return nil, err
	}
	p, err := decodePublication(data)
	if err != nil {
		return nil, err
	}
	if p.Release.Design != design || p.Release.Version != version {
		return nil, &schema.Error{
			Kind: schema.Invalid, Detail: "the document is of another release than the address",
			At: []schema.Place{{Field: "release.design", Detail: p.Release.Design.String() + " " + p.Release.Version.String()}},
		}
	}
	done, err := a.service.Publish(ctx, by(ctx), p)
	if err != nil {
		return nil, err
	}
	return a.sendReceipt(schema.ReleaseReceipt{Design: design, Version: version, Digest: done.Digest, LedgerIndex: done.LedgerIndex}, done.New)
}

func decodePublication(data []byte) (p bom.Publication, err error) {
	var raw struct {
		Release json.RawMessage `json:"release"`
		BOM     json.RawMessage `json:"bom"`
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&raw); err != nil || len(raw.Release) == 0 || dec.More() {
		return p, &schema.Error{Kind: schema.Malformed, Detail: "a publication is a JSON object with the members release and bom, and no others", Err: err}
	}
	if p.Release, _, err = schema.Decode[schema.Release](raw.Release); err != nil {
		return p, under("release", err)
	}
	if len(raw.BOM) > 0 && string(raw.BOM) != "null" {
		d, _, err := schema.Decode[bom.Document](raw.BOM)
		if err != nil {
			return p, under("bom", err)
		}
		p.BOM = &d
	}
	return p, nil
}

// under gives the error of a document that is a member of the body: its places
// begin with the member's name.
func under(member string, err error) error {
	e, ok := errors.AsType[*schema.Error](err)
	if !ok {
		return err
	}
	moved := *e
	moved.At = slices.Clone(e.At)
	for i, p := range moved.At {
		if p.Field == "" || p.Field[0] == '[' {
			moved.At[i].Field = member + p.Field
		} else {
			moved.At[i].Field = member + "." + p.Field
		}
	}
	return &moved
}

// sendReceipt answers 201 for what is new and 200 for what counted before.
func (a *API) sendReceipt(v any, fresh bool) (*huma.StreamResponse, error) {
	ans, err := asJSON(v)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(ctx huma.Context) {
		_, w := humago.Unwrap(ctx)
		w.Header().Set("Content-Type", ans.mediaType)
		w.Header().Set("Cache-Control", "no-store")
		if fresh {
			w.WriteHeader(http.StatusCreated)
		}
		_, _ = w.Write(ans.body) // the caller has gone: nobody is left to tell
	}}, nil
}

func (a *API) getRelease(ctx context.Context, in *VersionPath) (*huma.StreamResponse, error) {
	ref, err := in.reference()
	if err != nil {
		return nil, err
	}
	r, b, err := a.service.ReleaseDocument(ctx, ref)
	if err != nil {
		return nil, err
	}
	return a.send(document(b, r.Digest, ref.Exact())), nil
}

func (a *API) setStatus(ctx context.Context, in *struct {
	VersionPath
	DocumentInput
}) (*huma.StreamResponse, error) {
	ref, err := in.reference()
	if err != nil {
		return nil, err
	}
	data, err := in.read()
	if err != nil {
		return nil, err
	}
	d, _, err := schema.Decode[schema.ReleaseStatus](data)
	if err != nil {
		return nil, err
	}
	r, err := a.service.Resolve(ctx, ref)
	if err != nil {
		return nil, err
	}
	if r.Digest != d.Release {
		return nil, &schema.Error{
			Kind: schema.Invalid, Detail: "the document is of another release than the address",
			At: []schema.Place{{Field: "release", Detail: "the release at this address is " + r.Digest.String()}},
		}
	}
	done, err := a.service.SetStatus(ctx, by(ctx), d)
	if err != nil {
		return nil, err
	}
	return a.sendReceipt(schema.ReleaseReceipt{Design: r.Design, Version: r.Version, Digest: done.Digest, LedgerIndex: done.LedgerIndex}, done.New)
}
