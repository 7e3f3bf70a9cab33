package client

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/schema"
)

// PublishOptions are what can be chosen about a publication. The zero value takes
// everything from the folder.
type PublishOptions struct {
	Version       schema.Version  // in place of the manifest's
	Licences      schema.Licences // in place of the manifest's
	Notes         string          // what is new in this version
	AcceptMatches bool            // take designs of other owners that were found by the URL of their repository
	Progress      Progress        // of the upload, nil for none
}

// A PublishResult tells of a publication.
type PublishResult struct {
	schema.ReleaseReceipt
	Findings []schema.Finding `json:"findings"`
}

// PublishFolder publishes a folder as a version of a design: it reads and checks
// the folder, sends the files that the registry has not, has the release
// drafted, checks the draft against the folder, and publishes it. Doing it again
// is harmless, and sends only what is missing.
//
// Errors: Invalid with every fault of the folder; those of the registry.
func (c *Client) PublishFolder(ctx context.Context, at string, name schema.Design, o PublishOptions) (*PublishResult, error) {
	d, err := readDesign(ctx, at, schema.DraftOptions{Author: name.Owner, Design: name, Version: o.Version, Licences: o.Licences, Notes: o.Notes})
	if err != nil {
		return nil, err
	}
	defer func() { _ = d.Close() }()
	if missing := d.versionMissing(o.Version); missing != "" {
		return nil, &schema.Error{
			Kind: schema.Invalid, Detail: missing, Fix: "give one with --version, like --version 1.0.0",
			At: []schema.Place{{File: d.manifest.Path, Field: "version"}},
		}
	}
	if err := d.check.Refused(); err != nil {
		return nil, err
	}
	if err := c.upload(ctx, d, o.Progress); err != nil {
		return nil, err
	}
	draft, err := c.draft(ctx, d, o)
	if err != nil {
		return nil, err
	}
	if err := d.verify(draft.Publication); err != nil {
		return nil, err
	}
	receipt, err := call[schema.ReleaseReceipt](ctx, c, request{method: http.MethodPut, path: releasePath(schema.Reference{Design: name, Version: d.release.Version}), body: draft.Publication})
	if err != nil {
		return nil, err
	}
	// What the registry found while drafting contains what was found here, but
	// for what concerns the folder itself.
	return &PublishResult{receipt, append(folderFindings(d.folder), draft.Findings...)}, nil
}

// upload sends the files that the registry has not.
func (c *Client) upload(ctx context.Context, d *design, progress Progress) error {
	if progress == nil {
		progress = silent{}
	}
	digests := make([]schema.Digest, 0, len(d.release.Files))
	for _, f := range d.release.Files {
		digests = append(digests, f.Digest)
	}
	missing, err := c.Missing(ctx, digests)
	if err != nil {
		return err
	}
	var send []schema.File
	var total int64
	for _, f := range d.release.Files {
		if missing[f.Digest] {
			delete(missing, f.Digest) // the same bytes under two paths go once
			send = append(send, f)
			total += f.Size
		}
	}
	progress.Start(len(send), total)
	defer progress.Done()
	return transfer(ctx, send, func(ctx context.Context, f schema.File) error {
		var before *counted
		err := c.PutArtifact(ctx, f.Digest, f.Size, func() (io.ReadCloser, error) {
			if before != nil { // begun anew
				progress.Add(-before.read)
			}
			r, err := d.folder.Open(f.Path)
			if err != nil {
				return nil, err
			}
			before = &counted{Reader: r, progress: progress}
			return struct {
				io.Reader
				io.Closer
			}{before, r}, nil
		})
		if err != nil {
			return fmt.Errorf("send %s: %w", f.Path, err)
		}
		return nil
	})
}

// A draftRequest is the body that has a release drafted.
type draftRequest struct {
	Manifest      string          `json:"manifest"`
	Files         []draftFile     `json:"files"`
	Source        schema.Source   `json:"source"`
	Licences      schema.Licences `json:"licences"`
	Notes         string          `json:"notes,omitempty"`
	AcceptMatches bool            `json:"accept_matches,omitempty"`
}

type draftFile struct {
	Path   string        `json:"path"`
	Digest schema.Digest `json:"digest"`
	Size   int64         `json:"size"`
}

func (c *Client) draft(ctx context.Context, d *design, o PublishOptions) (bom.Draft, error) {
	body := draftRequest{Manifest: d.manifest.Path, Source: d.release.Source, Licences: o.Licences, Notes: o.Notes, AcceptMatches: o.AcceptMatches}
	for _, f := range d.release.Files {
		body.Files = append(body.Files, draftFile{f.Path, f.Digest, f.Size})
	}
	ref := schema.Reference{Design: d.release.Design, Version: d.release.Version}
	return call[bom.Draft](ctx, c, request{method: http.MethodPost, path: releasePath(ref) + "/draft", body: body})
}

// verify checks that the documents drafted by the registry say what the folder
// says: nobody signs, or publishes, what they have not checked.
func (d *design) verify(p bom.Publication) error {
	var at []schema.Place
	differs := func(field string, same bool) {
		if !same {
			at = append(at, schema.Place{Field: field, Detail: "the draft says something else than your folder"})
		}
	}
	r, own := p.Release, d.release
	differs("author", r.Author == own.Author)
	differs("design", r.Design == own.Design)
	differs("version", r.Version == own.Version)
	differs("manifest.path", r.Manifest.Path == own.Manifest.Path)
	differs("licences", r.Licences == own.Licences)
	differs("files", slices.EqualFunc(r.Files, own.Files, func(a, b schema.File) bool {
		return a.Path == b.Path && a.Digest == b.Digest && a.Size == b.Size
	}))
	var parts schema.Digest
	if p.BOM != nil {
		_, digest, err := schema.Encode(*p.BOM)
		if err != nil {
			return err
		}
		differs("bom", digest == r.BOM)
		for _, s := range p.BOM.Sources {
			f, ok := own.FileAt(s.Path)
			differs("bom.sources", ok && f.Digest == s.Digest)
		}
		parts = p.BOM.PartsDigest()
	}
	differs("hardware", r.Hardware == r.HardwareDigest(parts))
	if len(at) > 0 {
		return &schema.Error{
			Kind: schema.Internal, Detail: "the registry drafted another release than your folder holds; nothing was published",
			Fix: "compare the versions of your patternbook and of the registry", At: at,
		}
	}
	return nil
}
