package registry

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/registry/index"
	"github.com/patternbook/patternbook/schema"
)

// Published tells of a document that counts.
type Published struct {
	Digest      schema.Digest
	LedgerIndex int64
	New         bool // false when it counted before
}

// Publish makes a release count. The same again gives the same answer.
//
// Errors: Forbidden (it is not under the name of by), Invalid (a rule is broken:
// At has every fault), MissingArtifacts (files that by has not sent), Conflict
// (the version exists with other content).
func (s *Service) Publish(ctx context.Context, by Actor, p bom.Publication) (Published, error) {
	if err := may(ctx, s.index.View, by, ActPublish, designObject(p.Release.Design)); err != nil {
		return Published{}, err
	}
	if err := s.checkPublication(ctx, by.Account, p); err != nil {
		return Published{}, err
	}
	account, err := s.vault.Account(ctx, by.Account)
	if err != nil {
		return Published{}, err
	}
	signed, err := s.sign(ctx, by, p.Release)
	if err != nil {
		return Published{}, err
	}
	return s.write(ctx, signed, p.Release.Design.Owner, func(ctx context.Context, tx *transaction) (schema.Document, error) {
		if err := may(ctx, tx.View, by, ActPublish, designObject(p.Release.Design)); err != nil {
			return nil, err
		}
		if err := checkName(ctx, tx.View, p.Release); err != nil {
			return nil, err
		}
		if err := checkVersionFree(ctx, tx.View, p.Release); err != nil {
			return nil, err
		}
		if err := checkLinks(ctx, tx.View, p); err != nil {
			return nil, err
		}
		if err := s.mustStay(ctx, tx, by.Account, p.Release.Files); err != nil {
			return nil, err
		}
		if err := appendAccount(ctx, tx, by.Account, account.Salt); err != nil {
			return nil, err
		}
		if p.BOM != nil {
			if _, _, _, err := tx.Append(ctx, *p.BOM); err != nil {
				return nil, err
			}
		}
		return p.Release, nil
	})
}

// write runs check in the writer and appends the document that it gives, with its
// signature, in the name of owner. With the disk almost full it refuses.
func (s *Service) write(ctx context.Context, signed signedDocument, owner schema.Name, check func(context.Context, *transaction) (schema.Document, error)) (Published, error) {
	if err := s.ReadOnly(); err != nil {
		return Published{}, err
	}
	return s.append(ctx, signed, owner, check)
}

// append is write, also where the disk is almost full: for what makes room.
func (s *Service) append(ctx context.Context, signed signedDocument, owner schema.Name, check func(context.Context, *transaction) (schema.Document, error)) (Published, error) {
	var done Published
	err := s.writer.Do(ctx, func(ctx context.Context, tx *transaction) error {
		d, err := check(ctx, tx)
		if err != nil {
			return err
		}
		done.LedgerIndex, done.Digest, done.New, err = tx.appendSigned(ctx, d, signed.envelope)
		if err != nil || !done.New {
			return err // what counts already is as it is
		}
		return tx.mustBeSigned(ctx, signed, owner)
	})
	if err != nil {
		return Published{}, err // done may still be written to: see Do
	}
	return done, nil
}

// checkPublication checks what needs no transaction: a release's own rules, and
// that its files are stored, which mustStay looks at again.
func (s *Service) checkPublication(ctx context.Context, by schema.Name, p bom.Publication) error {
	var at []schema.Place
	fault := func(field, format string, args ...any) {
		at = append(at, schema.Place{Field: field, Detail: fmt.Sprintf(format, args...)})
	}
	r := p.Release
	_, digest, err := schema.Encode(r)
	if err != nil {
		return err
	}
	switch _, err := s.index.Entry(ctx, digest); {
	case errors.Is(err, schema.NotFound):
		if r.Author != by {
			fault("author", "it is %s, but %s sends it", r.Author, by)
		}
	case err != nil:
		return err
	}
	if err := schema.CheckOpen(r.Licences.Hardware); err != nil {
		fault("licences.hardware", "%s", err)
	}
	if p.BOM == nil && !r.BOM.IsZero() {
		fault("bom", "the release names one, but it was not sent with it")
	}
	var wrong []schema.Place
	if p.BOM != nil {
		wrong = checkBOM(r, *p.BOM)
		at = append(at, wrong...)
	}
	if len(wrong) == 0 { // a BOM that is not valid has no digest of its parts
		var parts schema.Digest
		if p.BOM != nil {
			parts = p.BOM.PartsDigest()
		}
		if want := r.HardwareDigest(parts); r.Hardware != want {
			fault("hardware", "it is %s, but files, BOM and assemblies give %s", r.Hardware, want)
		}
	}
	if len(at) > 0 {
		return &schema.Error{Kind: schema.Invalid, Detail: fmt.Sprintf("%s %s cannot be published", r.Design, r.Version), At: at}
	}
	return s.checkStored(ctx, by, r.Files)
}

// checkBOM checks a bom document against the release that names it.
func checkBOM(r schema.Release, d bom.Document) (at []schema.Place) {
	fault := func(field, format string, args ...any) {
		at = append(at, schema.Place{Field: field, Detail: fmt.Sprintf(format, args...)})
	}
	if d.Author != r.Author {
		fault("bom", "its author is %s, but the release's is %s", d.Author, r.Author)
	}
	_, digest, err := schema.Encode(d)
	if err != nil {
		fault("bom", "%s", err)
		return at
	}
	if digest != r.BOM {
		fault("bom", "the release names %s, but the document sent is %s", r.BOM, digest)
	}
	for _, source := range d.Sources {
		if f, ok := r.FileAt(source.Path); !ok || f.Digest != source.Digest {
			fault("bom", "it was read from %q with the digest %s, which is not a file of the release", source.Path, source.Digest)
		}
	}
	for i, pin := range r.Assemblies {
		line := d.At(pin.Item)
		if line == nil || line.Kind != bom.KindAssembly || line.Assembly != nil && line.Assembly.Reference != pin.Reference {
			fault(fmt.Sprintf("assemblies[%d]", i), "no line %q of the BOM is an assembly with the reference %q", pin.Item, pin.Reference)
		}
	}
	return at
}

// checkStored refuses files that are not stored, or that by has neither sent nor
// may take from an earlier release.
func (s *Service) checkStored(ctx context.Context, by schema.Name, files []schema.File) error {
	digests := make([]schema.Digest, len(files))
	for i, f := range files {
		digests[i] = f.Digest
	}
	named, err := s.index.Named(ctx, digests)
	if err != nil {
		return err
	}
	sent, err := s.vault.Uploaded(ctx, by, digests)
	if err != nil {
		return err
	}
	var at []schema.Place
	for _, f := range files {
		size, known := named[f.Digest]
		if known && size < 0 || !known && sent[f.Digest] { // evidence is named without its size
			info, err := s.artifacts.Stat(ctx, f.Digest)
			if err != nil && !errors.Is(err, schema.NotFound) {
				return fmt.Errorf("stat %s: %w", f.Digest, err)
			}
			size, known = info.Size, err == nil
		}
		switch {
		case !known:
			at = append(at, schema.Place{File: f.Path, Detail: f.Digest.String() + " is not stored"})
		case size != f.Size && f.Size >= 0:
			at = append(at, schema.Place{File: f.Path, Detail: fmt.Sprintf("it has %d bytes, not %d", size, f.Size)})
		}
	}
	if len(at) > 0 {
		return missingArtifacts(at)
	}
	return nil
}

func missingArtifacts(at []schema.Place) error {
	return &schema.Error{Kind: schema.MissingArtifacts, Detail: "files are named that are not stored", Fix: "upload them first", At: at}
}

// checkName refuses to publish under a name that the design had before, unless it
// was done then.
func checkName(ctx context.Context, v index.View, r schema.Release) error {
	err := mustBePresent(ctx, v, r.Design)
	if err == nil {
		return nil
	}
	_, digest, encoded := schema.Encode(r)
	if encoded != nil {
		return encoded
	}
	if _, known := v.Entry(ctx, digest); known == nil {
		return nil
	}
	return err
}

// checkVersionFree refuses a version that exists with other content.
func checkVersionFree(ctx context.Context, v index.View, r schema.Release) error {
	existing, err := v.ReleaseByVersion(ctx, r.Design, r.Version)
	if errors.Is(err, schema.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	_, digest, err := schema.Encode(r)
	if err != nil || digest == existing.Digest {
		return err
	}
	return versionTaken(existing)
}

func versionTaken(r index.Release) error {
	return &schema.Error{
		Kind: schema.Conflict, Detail: fmt.Sprintf("%s %s exists already with other content, and a version never changes", r.Design, r.Version),
		Fix: "publish the change under a higher version",
	}
}

// checkLinks checks the releases that a release names: its assemblies, which may
// not lead back to it, and what it was derived from.
func checkLinks(ctx context.Context, v index.View, p bom.Publication) error {
	var at []schema.Place
	for i, pin := range p.Release.Assemblies {
		r, err := v.ReleaseByDigest(ctx, pin.Release)
		if err != nil && !errors.Is(err, schema.NotFound) {
			return err
		}
		named, lookup := isNameOf(ctx, v, pin.Design, r.Design)
		if lookup != nil {
			return lookup
		}
		if err != nil || !named || r.Version != pin.Version || r.Hardware != pin.Hardware {
			at = append(at, schema.Place{Field: fmt.Sprintf("assemblies[%d]", i), Detail: fmt.Sprintf("%s %s with the digest %s is not published", pin.Design, pin.Version, pin.Release)})
		}
	}
	if d := p.Release.DerivedFrom; d != nil {
		detail, err := checkDerivation(ctx, v, p.Release, *d)
		if err != nil {
			return err
		}
		if detail != "" {
			at = append(at, schema.Place{Field: "derived_from", Detail: detail})
		}
	}
	if len(at) > 0 {
		return &schema.Error{Kind: schema.Invalid, Detail: fmt.Sprintf("%s %s cannot be published", p.Release.Design, p.Release.Version), At: at}
	}
	if len(p.Release.Assemblies) == 0 {
		return nil
	}
	root := bom.NodeOf(schema.Digest{}, p.Release, &p.BOM.BOM)
	_, err := bom.Explode(ctx, root, fetchNode(v), bom.Choices{})
	return err
}

// checkDerivation says what is wrong with naming d as the origin of r, "" if nothing.
func checkDerivation(ctx context.Context, v index.View, r schema.Release, d schema.Derivation) (string, error) {
	parent, err := v.ReleaseByDigest(ctx, d.Release)
	if err != nil && !errors.Is(err, schema.NotFound) {
		return "", err
	}
	named, lookup := isNameOf(ctx, v, d.Design, parent.Design)
	if lookup != nil {
		return "", lookup
	}
	if err != nil || !named || parent.Version != d.Version {
		return fmt.Sprintf("%s %s with the digest %s is not published", d.Design, d.Version, d.Release), nil
	}
	if verdict, rule := schema.Compatible(parent.Licence, r.Licences.Hardware); verdict == schema.Incompatible {
		return fmt.Sprintf("%s %s is under %s, so a design derived from it cannot be under %s (rule %s)", d.Design, d.Version, parent.Licence, r.Licences.Hardware, rule), nil
	}
	return "", nil
}

// Resolve gives the release that a reference means, or an error of kind NotFound.
func (s *Service) Resolve(ctx context.Context, ref schema.Reference) (index.Release, error) {
	return s.index.Resolve(ctx, ref)
}

// ReleaseDocument gives the canonical bytes of the release that a reference means.
func (s *Service) ReleaseDocument(ctx context.Context, ref schema.Reference) (index.Release, []byte, error) {
	r, err := s.index.Resolve(ctx, ref)
	if err != nil {
		return r, nil, err
	}
	b, err := s.index.Document(ctx, r.Digest)
	return r, b, err
}

// RemovedFiles gives the paths of the files of a release that the law forced out,
// and why.
func (s *Service) RemovedFiles(ctx context.Context, release index.Release) (map[string]string, error) {
	return s.index.RemovedFiles(ctx, release.Number)
}

// Release gives the release document that a reference means.
func (s *Service) Release(ctx context.Context, ref schema.Reference) (index.Release, schema.Release, error) {
	r, err := s.index.Resolve(ctx, ref)
	if err != nil {
		return r, schema.Release{}, err
	}
	d, err := index.Read[schema.Release](ctx, s.index.View, r.Digest)
	return r, d, err
}

// Versions gives the releases of a design, the latest published first.
func (s *Service) Versions(ctx context.Context, design schema.Design) ([]index.Release, error) {
	return s.index.Versions(ctx, design)
}

// Search gives designs that fit a query, and the cursor of the next page.
func (s *Service) Search(ctx context.Context, q index.Query, page index.Page) ([]schema.DesignSummary, string, error) {
	return s.index.Search(ctx, q, page)
}

// SetStatus makes a release_status document count: yank, unyank or deprecate.
// Errors: Forbidden, NotFound (no such release), Conflict (it follows another
// document than the release's last).
func (s *Service) SetStatus(ctx context.Context, by Actor, d schema.ReleaseStatus) (Published, error) {
	release, err := s.index.ReleaseByDigest(ctx, d.Release)
	if err != nil {
		return Published{}, err
	}
	object := designObject(release.Design)
	if err := may(ctx, s.index.View, by, ActStatus, object); err != nil {
		return Published{}, err
	}
	if err := mustSpeak(by, d.Author); err != nil {
		return Published{}, err
	}
	account, err := s.vault.Account(ctx, by.Account)
	if err != nil {
		return Published{}, err
	}
	signed, err := s.sign(ctx, by, d)
	if err != nil {
		return Published{}, err
	}
	return s.write(ctx, signed, object.Owner, func(ctx context.Context, tx *transaction) (schema.Document, error) {
		now, err := tx.ReleaseByDigest(ctx, d.Release)
		if err != nil {
			return nil, err
		}
		if err := may(ctx, tx.View, by, ActStatus, designObject(now.Design)); err != nil { // it may have changed hands
			return nil, err
		}
		if err := checkStatusFollows(ctx, tx, d); err != nil {
			return nil, err
		}
		return d, appendAccount(ctx, tx, by.Account, account.Salt)
	})
}

func checkStatusFollows(ctx context.Context, tx *transaction, d schema.ReleaseStatus) error {
	_, digest, err := schema.Encode(d)
	if err != nil {
		return err
	}
	if _, err := tx.Entry(ctx, digest); !errors.Is(err, schema.NotFound) {
		return err // it counts already: the same again gives the same answer
	}
	r, err := tx.ReleaseByDigest(ctx, d.Release)
	if err != nil {
		return err
	}
	if r.StatusBy != d.Follows {
		return &schema.Error{
			Kind: schema.Conflict, Detail: fmt.Sprintf("the status of %s %s has changed since: its last document is %s, not %s", r.Design, r.Version, r.StatusBy, d.Follows),
			Fix: "look at its status now, and say it again if it still holds",
		}
	}
	current := r.Status
	if current == schema.Current {
		current = schema.Unyanked
	}
	if current == d.Status && d.Status != schema.Deprecated {
		return &schema.Error{Kind: schema.Conflict, Detail: fmt.Sprintf("%s %s is %s already", r.Design, r.Version, wordFor(d.Status))}
	}
	return nil
}

func wordFor(s schema.Status) string {
	if s == schema.Unyanked {
		return "not yanked"
	}
	return string(s)
}

// sameFiles tells whether a stored release was drafted from the same files and
// manifest as a new one.
func sameFiles(stored, fresh schema.Release) bool {
	return stored.Manifest.Path == fresh.Manifest.Path &&
		slices.EqualFunc(stored.Files, fresh.Files, func(a, b schema.File) bool {
			return a.Path == b.Path && a.Digest == b.Digest && a.Size == b.Size
		})
}
