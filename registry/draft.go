package registry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/patternbook/patternbook/artifacts"
	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/registry/index"
	"github.com/patternbook/patternbook/schema"
)

// A DraftRequest says what a release is to be made of.
type DraftRequest struct {
	Design   schema.Design
	Manifest string // path of the manifest among Files
	Files    []schema.File
	schema.DraftOptions
	// AcceptMatches takes designs of other owners that were found by the URL of
	// their repository. Anybody can claim a URL, so the author decides.
	AcceptMatches bool
	// Columns say what columns of the BOM files hold, see [bom.ReadDesign].
	Columns map[string]string
}

// Draft reads the manifest and the BOM files that by has sent, pins the
// assemblies, and gives the documents to publish. For a version that exists with
// the same files and manifest it gives the documents that count.
//
// Errors: Invalid (with every fault that would keep the release from being
// published), Forbidden, Conflict (the version exists with other files).
func (s *Service) Draft(ctx context.Context, by Actor, q DraftRequest) (*bom.Draft, error) {
	if err := may(ctx, s.index.View, by, ActPublish, designObject(q.Design)); err != nil {
		return nil, err
	}
	data, err := s.readFile(ctx, by.Account, q.Files, q.Manifest, schema.MaxManifest)
	if err != nil {
		return nil, err
	}
	manifest, findings, err := schema.ReadManifest(q.Manifest, data)
	if err != nil {
		return nil, err
	}
	q.DraftOptions.Author, q.DraftOptions.Design = by.Account, q.Design
	release, more := schema.DraftRelease(manifest, q.Files, q.DraftOptions)
	d := &bom.Draft{Publication: bom.Publication{Release: release}, Findings: append(findings, more...)}
	if stored, err := s.stored(ctx, release); stored != nil || err != nil {
		return stored, err
	}
	if err := mustBePresent(ctx, s.index.View, q.Design); err != nil {
		return nil, err
	}
	if err := s.draftBOM(ctx, by.Account, manifest, q.Columns, d); err != nil {
		return nil, err
	}
	if err := refusal(d); err != nil {
		return nil, err
	}
	if err := s.link(ctx, manifest, q.AcceptMatches, d); err != nil {
		return nil, err
	}
	if err := checkLinks(ctx, s.index.View, d.Publication); err != nil {
		return nil, err
	}
	var parts schema.Digest
	if d.BOM != nil {
		parts = d.BOM.PartsDigest()
	}
	d.Release.Hardware = d.Release.HardwareDigest(parts)
	return d, d.Release.Validate()
}

// refusal is the error that says every finding for which publishing would be refused.
func refusal(d *bom.Draft) error {
	at := schema.ErrorPlaces(d.Findings)
	if len(at) == 0 {
		return nil
	}
	return &schema.Error{Kind: schema.Invalid, Detail: fmt.Sprintf("%s cannot be published as it is", d.Release.Design), At: at}
}

// readFile reads a file of a draft, of at most limit bytes, that by may read.
func (s *Service) readFile(ctx context.Context, by schema.Name, files []schema.File, path string, limit int64) ([]byte, error) {
	i := slices.IndexFunc(files, func(f schema.File) bool { return f.Path == path })
	if i < 0 {
		return nil, &schema.Error{Kind: schema.Invalid, Detail: "the manifest is not among the files", At: []schema.Place{{Field: "manifest", Detail: fmt.Sprintf("no file has the path %q", path)}}}
	}
	o, err := s.openFile(ctx, by, files[i])
	if err != nil {
		return nil, err
	}
	defer func() { _ = o.Close() }()
	data, err := io.ReadAll(io.LimitReader(o, limit+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	if int64(len(data)) > limit {
		return nil, &schema.Error{Kind: schema.TooLarge, Detail: fmt.Sprintf("%s has more than %d bytes", path, limit)}
	}
	return data, nil
}

// openFile opens a file of a draft that by may read.
func (s *Service) openFile(ctx context.Context, by schema.Name, f schema.File) (*artifacts.Object, error) {
	o, err := s.OpenArtifact(ctx, As(by), f.Digest)
	if errors.Is(err, schema.NotFound) {
		return nil, &schema.Error{
			Kind: schema.MissingArtifacts, Detail: "a file of the draft is not stored", Fix: "upload it first",
			At: []schema.Place{{File: f.Path, Detail: f.Digest.String() + " is not stored"}},
		}
	}
	return o, err
}

// stored gives the documents of the version if it exists with the same files and
// manifest, nil if it does not exist.
func (s *Service) stored(ctx context.Context, fresh schema.Release) (*bom.Draft, error) {
	if fresh.Version.IsZero() {
		return nil, nil
	}
	row, err := s.index.ReleaseByVersion(ctx, fresh.Design, fresh.Version)
	if errors.Is(err, schema.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	release, err := index.Read[schema.Release](ctx, s.index.View, row.Digest)
	if err != nil {
		return nil, err
	}
	if !sameFiles(release, fresh) {
		return nil, versionTaken(row)
	}
	if release.Design != fresh.Design {
		return nil, &schema.Error{
			Kind: schema.Conflict, Detail: fmt.Sprintf("%s %s is published already, as %s, which the design was called then", fresh.Design, fresh.Version, release.Design),
			Fix: "publish what is new under a higher version",
		}
	}
	d := &bom.Draft{Publication: bom.Publication{Release: release}, Findings: []schema.Finding{}}
	if !release.BOM.IsZero() {
		document, err := index.Read[bom.Document](ctx, s.index.View, release.BOM)
		if err != nil {
			return nil, err
		}
		d.BOM = &document
	}
	return d, nil
}

// draftBOM reads the design's BOM files into one bom document.
func (s *Service) draftBOM(ctx context.Context, by schema.Name, m *schema.Manifest, columns map[string]string, d *bom.Draft) error {
	read, findings, err := bom.ReadDesign(m, d.Release.Files, columns, func(f schema.File) (io.ReadCloser, error) {
		return s.openFile(ctx, by, f)
	})
	if err != nil {
		return err
	}
	d.Findings = append(d.Findings, findings...)
	if read == nil {
		return nil
	}
	d.BOM = &bom.Document{Head: schema.Head{Kind: schema.KindBOM, Author: by}, BOM: *read}
	_, d.Release.BOM, err = schema.Encode(*d.BOM)
	return err
}

// link pins the assemblies of a draft and finds what it was derived from.
func (s *Service) link(ctx context.Context, m *schema.Manifest, accept bool, d *bom.Draft) error {
	l := linker{view: s.index.View, owner: d.Release.Design.Owner, accept: accept, draft: d}
	if d.BOM != nil {
		for _, line := range d.BOM.Assemblies() {
			if err := l.pin(ctx, m, line); err != nil {
				return err
			}
		}
	}
	return l.derive(ctx, m)
}

// A linker finds the releases that a draft names.
type linker struct {
	view   index.View
	owner  schema.Name
	accept bool
	draft  *bom.Draft
}

func (l *linker) finding(severity schema.Severity, code, field, format string, args ...any) {
	l.draft.Findings = append(l.draft.Findings, schema.Finding{Severity: severity, Code: code, Field: field, Message: fmt.Sprintf(format, args...)})
}

// pin ties an assembly line to a release, or leaves it an external reference
// with a finding that says why.
func (l *linker) pin(ctx context.Context, m *schema.Manifest, line *bom.Line) error {
	field := "BOM line " + line.Item
	var asked, variant string
	if line.Assembly != nil { // else the BOM does not say which design it is
		asked, variant = line.Assembly.Reference, line.Assembly.Variant
	}
	reference := asked
	if named := assemblyFor(m, line.Item, asked); named != nil {
		asked = named.Release.String()
		if named.Variant != "" {
			variant = named.Variant
		}
	}
	if asked == "" {
		l.finding(schema.SeverityWarning, "assembly-unresolved", field, "it does not say which design it is; write its owner/name or the URL of its repository as its reference, or name it in an [[assembly]] table of the manifest")
		return nil
	}
	if reference == "" {
		reference = asked
	}
	found, matched, err := l.find(ctx, asked, field, "assembly")
	if err != nil || found == nil {
		return err
	}
	l.draft.Release.Assemblies = append(l.draft.Release.Assemblies, schema.Pin{
		Item: line.Item, Reference: reference, Design: found.Design, Version: found.Version,
		Release: found.Digest, Hardware: found.Hardware, Variant: variant, Matched: matched,
	})
	return nil
}

// assemblyFor gives the [[assembly]] table of the manifest for a line, nil when
// there is none.
func assemblyFor(m *schema.Manifest, item, reference string) *schema.ManifestAssembly {
	for i := range m.Assemblies {
		a := &m.Assemblies[i]
		if (a.Line == "" || a.Line == item) && (a.Reference == "" || a.Reference == reference) {
			return a
		}
	}
	return nil
}

// derive finds the release that the manifest says the design is a fork of.
func (l *linker) derive(ctx context.Context, m *schema.Manifest) error {
	if m.About.ForkOf == "" {
		return nil
	}
	found, _, err := l.find(ctx, m.About.ForkOf, "fork-of", "origin")
	if err != nil || found == nil {
		return err
	}
	l.draft.Release.DerivedFrom = &schema.Derivation{Release: found.Digest, Design: found.Design, Version: found.Version, Notice: m.ModificationNotice}
	if verdict, rule := schema.Compatible(found.Licence, l.draft.Release.Licences.Hardware); verdict == schema.CompatibilityUnknown {
		l.finding(schema.SeverityWarning, "licence-compatibility-unknown", "license", "no rule tells whether a design derived from %s %s, under %s, may be under %s (%s); make sure that it may",
			found.Design, found.Version, found.Licence, l.draft.Release.Licences.Hardware, rule)
	}
	return nil
}

// find gives the release that a reference means, as owner/name or as a URL, or
// nil with a finding.
func (l *linker) find(ctx context.Context, asked, field, what string) (*index.Release, schema.Matched, error) {
	if ref, err := schema.ParseReference(asked); err == nil {
		r, err := l.view.Resolve(ctx, ref)
		if errors.Is(err, schema.NotFound) {
			l.finding(schema.SeverityWarning, what+"-unresolved", field, "%s is not published here (%s); it stays an external reference", asked, err)
			return nil, "", nil
		}
		return &r, schema.MatchedManifest, err
	}
	ref, ok := parseRepositoryRef(asked)
	if !ok {
		l.finding(schema.SeverityWarning, what+"-unresolved", field, "%q names no design; write its owner/name or the URL of its repository", asked)
		return nil, "", nil
	}
	candidates, err := l.candidates(ctx, asked, &ref)
	if err != nil {
		return nil, "", err
	}
	candidates, ok = l.choose(candidates, asked, field, what)
	if !ok {
		return nil, "", nil
	}
	return l.match(candidates, ref, asked, field, what)
}

// candidates gives the releases published under a URL: under all of it, for a
// design that is a folder of a repository, else under the repository's. Those
// that are yanked or under quarantine are passed over.
func (l *linker) candidates(ctx context.Context, asked string, ref *repositoryRef) ([]index.Release, error) {
	list, err := l.view.ByRepository(ctx, asked)
	if err != nil {
		return nil, err
	}
	if len(list) > 0 {
		*ref = repositoryRef{Repository: asked}
	} else if list, err = l.view.ByRepository(ctx, ref.Repository); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(list, func(r index.Release) bool { return r.IsPassedOver() }), nil
}

// choose narrows candidates to the releases of one design: the owner's own, or
// another's where the author accepts it.
func (l *linker) choose(candidates []index.Release, asked, field, what string) ([]index.Release, bool) {
	if len(candidates) == 0 {
		l.finding(schema.SeverityWarning, what+"-unresolved", field, "no design is published here under the repository %s; it stays an external reference", asked)
		return nil, false
	}
	own := slices.DeleteFunc(slices.Clone(candidates), func(r index.Release) bool { return r.Design.Owner != l.owner })
	others := len(own) == 0
	if !others {
		candidates = own
	}
	names := designNames(candidates)
	if len(names) > 1 {
		l.finding(schema.SeverityWarning, what+"-ambiguous", field, "several designs are published under %s: %s; name one of them, for an assembly in an [[assembly]] table of the manifest", asked, joinOr(names))
		return nil, false
	}
	if others && !l.accept {
		l.finding(schema.SeverityWarning, what+"-candidate", field,
			"%s is published under %s, but by another owner, and anyone can claim a URL; if it is the one you mean, accept it with --accept-matches or name it in the manifest", names[0], asked)
		return nil, false
	}
	return candidates, true
}

// match gives the release of one design that the reference asks for, or its
// latest where that state was not published.
func (l *linker) match(releases []index.Release, ref repositoryRef, asked, field, what string) (*index.Release, schema.Matched, error) {
	for _, by := range []struct {
		matched schema.Matched
		fits    func(index.Release) bool
	}{
		{schema.MatchedCommit, func(r index.Release) bool { return ref.isCommit(r.Commit) }},
		{schema.MatchedTag, func(r index.Release) bool { return ref.isTag(r.Tag) }},
		{schema.MatchedTag, func(r index.Release) bool { return ref.isVersion(r.Version) }},
	} {
		if r := highest(releases, by.fits); r != nil {
			return r, by.matched, nil
		}
	}
	r := index.Latest(releases)
	if r == nil {
		l.finding(schema.SeverityWarning, what+"-unresolved", field, "%s has only pre-releases; name one of them in the manifest", releases[0].Design)
		return nil, "", nil
	}
	if state := ref.state(); state != "" {
		l.finding(schema.SeverityWarning, what+"-state-not-published", field, "no release of %s was published from %s; the latest, %s, was taken instead", r.Design, state, r.Version)
	}
	return r, schema.MatchedLatest, nil
}

func highest(releases []index.Release, fits func(index.Release) bool) (best *index.Release) {
	for i := range releases {
		if fits(releases[i]) && (best == nil || releases[i].Version.Compare(best.Version) > 0) {
			best = &releases[i]
		}
	}
	return best
}

func designNames(releases []index.Release) (names []string) {
	for _, r := range releases {
		if name := r.Design.String(); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func joinOr(names []string) string {
	const shown = 5
	text := ""
	for i, n := range names[:min(len(names), shown)] {
		if i > 0 {
			text += ", "
		}
		text += n
	}
	if len(names) > shown {
		text += fmt.Sprintf(" and %d more", len(names)-shown)
	}
	return text
}
