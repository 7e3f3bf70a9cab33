package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
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
	Version       schema.Version    // in place of the manifest's
	Licences      schema.Licences   // in place of the manifest's
	Notes         string            // what is new in this version
	Columns       map[string]string // what columns of the BOM files hold, see [bom.ReadDesign]
	AcceptMatches bool              // take designs of other owners that were found by the URL of their repository
	Progress      Progress          // of the upload, nil for none
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
func (c *Client) PublishFolder(ctx context.Context, folder string, name schema.Design, o PublishOptions) (*PublishResult, error) {
	d, err := readDesign(ctx, folder, name, o)
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
	me, err := c.Whoami(ctx) // who publishes for an organisation speaks as itself
	if err != nil {
		return nil, err
	}
	d.release.Author = me.Account
	if err := c.verify(ctx, d, draft.Publication); err != nil {
		return nil, err
	}
	signed, err := c.signature(draft.Release)
	if err != nil {
		return nil, err
	}
	at := releasePath(schema.Reference{Design: name, Version: d.release.Version})
	receipt, err := call[schema.ReleaseReceipt](ctx, c, request{method: http.MethodPut, path: at, body: draft.Publication, header: signed})
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
		err := c.SendArtifact(ctx, f.Digest, f.Size, func() (io.ReadSeekCloser, error) { return d.folder.Open(f.Path) }, progress.Add)
		if err != nil {
			return fmt.Errorf("send %s: %w", f.Path, err)
		}
		return nil
	})
}

// A draftRequest is the body that has a release drafted.
type draftRequest struct {
	Manifest      string            `json:"manifest"`
	Files         []draftFile       `json:"files"`
	Source        schema.Source     `json:"source"`
	Licences      schema.Licences   `json:"licences"`
	Notes         string            `json:"notes,omitempty"`
	Columns       map[string]string `json:"bom_columns,omitempty"`
	AcceptMatches bool              `json:"accept_matches,omitempty"`
}

type draftFile struct {
	Path   string        `json:"path"`
	Digest schema.Digest `json:"digest"`
	Size   int64         `json:"size"`
}

func (c *Client) draft(ctx context.Context, d *design, o PublishOptions) (bom.Draft, error) {
	body := draftRequest{Manifest: d.manifest.Path, Source: d.release.Source, Licences: o.Licences, Notes: o.Notes, Columns: o.Columns, AcceptMatches: o.AcceptMatches}
	for _, f := range d.release.Files {
		body.Files = append(body.Files, draftFile{f.Path, f.Digest, f.Size})
	}
	ref := schema.Reference{Design: d.release.Design, Version: d.release.Version}
	return call[bom.Draft](ctx, c, request{method: http.MethodPost, path: releasePath(ref) + "/draft", body: body})
}

// verify checks that the documents drafted by the registry say what the folder
// says: nobody signs, or publishes, what they have not checked.
func (c *Client) verify(ctx context.Context, d *design, p bom.Publication) error {
	at, err := d.unlike(p)
	if err != nil {
		return err
	}
	told, err := d.toldOtherwise(p)
	if err != nil {
		return err
	}
	if len(at) == 0 && len(told) > 0 {
		// A version that counts already may have been published from another
		// commit, with other notes, or read by an older program.
		counts, err := c.counts(ctx, p.Release)
		if err != nil || counts {
			return err
		}
	}
	if at = append(at, told...); len(at) == 0 {
		return nil
	}
	return &schema.Error{
		Kind: schema.Internal, Detail: "the registry drafted another release than your folder holds; nothing was published",
		Fix: "compare the versions of your patternbook and of the registry", At: at,
	}
}

// counts tells whether a release is published with just this content.
func (c *Client) counts(ctx context.Context, r schema.Release) (bool, error) {
	_, digest, err := schema.Encode(r)
	if err != nil {
		return false, err
	}
	_, published, err := c.Release(ctx, schema.Reference{Design: r.Design, Version: r.Version})
	if errors.Is(err, schema.NotFound) {
		return false, nil
	}
	return published == digest, err
}

// A differing gathers the fields in which a draft is not what it should be.
type differing []schema.Place

func (d *differing) unless(same bool, field string) {
	if !same {
		*d = append(*d, schema.Place{Field: field, Detail: "the draft says something else than your folder"})
	}
}

// unlike gives the fields in which documents are not of this design and its
// files at all, or do not fit together.
func (d *design) unlike(p bom.Publication) (at differing, err error) {
	r, own := p.Release, d.release
	at.unless(r.Design == own.Design, "design")
	at.unless(r.Version == own.Version, "version")
	at.unless(r.Manifest.Path == own.Manifest.Path, "manifest.path")
	at.unless(r.Licences == own.Licences, "licences")
	at.unless(slices.EqualFunc(r.Files, own.Files, func(a, b schema.File) bool {
		return a.Path == b.Path && a.Digest == b.Digest && a.Size == b.Size
	}), "files")
	var parts schema.Digest
	if p.BOM == nil {
		at.unless(r.BOM.IsZero(), "bom")
	} else {
		_, digest, err := schema.Encode(*p.BOM)
		if err != nil {
			return nil, err
		}
		at.unless(digest == r.BOM, "bom")
		at.unless(p.BOM.Author == r.Author, "bom.author")
		for _, s := range p.BOM.Sources {
			f, ok := own.FileAt(s.Path)
			at.unless(ok && f.Digest == s.Digest, "bom.sources")
		}
		parts = p.BOM.PartsDigest()
	}
	at.unless(r.Hardware == r.HardwareDigest(parts), "hardware")
	return at, nil
}

// toldOtherwise gives the fields in which documents tell something else of these
// files than what was read from them here.
func (d *design) toldOtherwise(p bom.Publication) (at differing, err error) {
	r, own := p.Release, d.release
	at.unless(r.Author == own.Author, "author") // another member's, where it is published already
	at.unless(r.Source == own.Source, "source")
	at.unless(r.Notes == own.Notes, "notes")
	at.unless(r.DerivedFrom == nil || own.ForkOf != "", "derived_from")
	at.unless((p.BOM == nil) == (d.check.BOM == nil), "bom")
	if p.BOM != nil && d.check.BOM != nil {
		at.unless(p.BOM.PartsDigest() == d.check.BOM.PartsDigest(), "bom.lines")
	}
	for _, same := range []struct {
		field string
		a, b  any
	}{
		{"manifest", r.Manifest, own.Manifest},
		{"about", r.About, own.About}, // its fields are the release's own
		{"contributors", r.Contributors, own.Contributors},
		{"files", r.Files, own.Files}, // roles and media types
	} {
		a, err := json.Marshal(same.a)
		if err != nil {
			return nil, err
		}
		b, err := json.Marshal(same.b)
		if err != nil {
			return nil, err
		}
		at.unless(bytes.Equal(a, b), same.field)
	}
	return at, nil
}
