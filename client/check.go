package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/client/folder"
	"github.com/patternbook/patternbook/schema"
)

// A Check is what publishing a folder would publish, and every finding.
type Check struct {
	Manifest Manifest         `json:"manifest"`
	Files    []schema.File    `json:"files"`
	BOM      *bom.BOM         `json:"bom"` // null when the design has none
	Findings []schema.Finding `json:"findings"`
}

// A Manifest is what the manifest of a folder says, in a release's words.
type Manifest struct {
	schema.ManifestRef
	schema.About
	Licences     schema.Licences      `json:"licences"`
	Contributors []schema.Contributor `json:"contributors"`
}

// Refused is the error with every finding for which publishing would be refused,
// nil when there is none.
func (c *Check) Refused() error {
	at := schema.ErrorPlaces(c.Findings)
	if len(at) == 0 {
		return nil
	}
	return &schema.Error{Kind: schema.Invalid, Detail: "this folder cannot be published as it is", Fix: "correct what is named and try again", At: at}
}

// A design is a folder as it was read for publishing.
type design struct {
	folder   *folder.Folder
	manifest *schema.Manifest
	release  schema.Release // but BOM, Assemblies and Hardware
	check    Check
}

// Close frees the folder.
func (d *design) Close() error { return d.folder.Close() }

// CheckFolder reads a design's folder, or the folder of a manifest, as publishing
// with the same options would, without a registry. The error is for what cannot be
// read at all; what would be refused is among the findings.
func CheckFolder(ctx context.Context, at string, o PublishOptions) (*Check, error) {
	d, err := readDesign(ctx, at, schema.Design{}, o)
	if err != nil {
		return nil, err
	}
	defer func() { _ = d.Close() }()
	return &d.check, nil
}

// readDesign lists and hashes the files of a design's folder, and reads its
// manifest and BOM files.
func readDesign(ctx context.Context, at string, as schema.Design, o PublishOptions) (*design, error) {
	dir, name, err := findManifest(at)
	if err != nil {
		return nil, err
	}
	manifest, findings, err := readManifest(dir, name)
	if err != nil {
		return nil, err
	}
	named := make([]string, 0, len(manifest.Paths())+1)
	named = append(named, name)
	for _, p := range manifest.Paths() {
		named = append(named, p.Path)
	}
	f, err := folder.Scan(ctx, dir, folder.Options{Named: named})
	if err != nil {
		return nil, err
	}
	d := &design{folder: f, manifest: manifest}
	d.check.Findings = append(folderFindings(f), findings...)
	options := schema.DraftOptions{Author: as.Owner, Design: as, Version: o.Version, Licences: o.Licences, Notes: o.Notes}
	if err := d.read(ctx, options, o.Columns); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return d, nil
}

// folderFindings gives the findings about a folder, never nil. That a file which
// the manifest names is not there is left to the draft, which says more of it.
func folderFindings(f *folder.Folder) []schema.Finding {
	return slices.DeleteFunc(append([]schema.Finding{}, f.Findings...), func(f schema.Finding) bool { return f.Code == "named-missing" })
}

func (d *design) read(ctx context.Context, o schema.DraftOptions, columns map[string]string) (err error) {
	if err := folder.Hash(ctx, d.folder); err != nil {
		return err
	}
	if missing := d.versionMissing(o.Version); missing != "" {
		o.Version, _ = schema.ParseVersion("0.0.0") // in the place of what --version will say
		d.check.Findings = append(d.check.Findings, schema.Finding{
			Severity: schema.SeverityWarning, Code: "version-missing", File: d.manifest.Path, Field: "version",
			Message: missing + "; give publish one with --version, like --version 1.0.0",
		})
	}
	if o.Source, err = folder.Source(ctx, d.folder.Dir, o.Version.String()); err != nil {
		return err
	}
	files := make([]schema.File, len(d.folder.Files))
	for i, f := range d.folder.Files {
		files[i] = schema.File{Path: f.Path, Digest: f.Digest, Size: f.Size}
	}
	release, findings := schema.DraftRelease(d.manifest, files, o)
	d.release = release
	d.check.Findings = append(d.check.Findings, findings...)
	d.check.Files = release.Files
	d.check.Manifest = Manifest{release.Manifest, release.About, release.Licences, release.Contributors}
	d.check.BOM, findings, err = bom.ReadDesign(d.manifest, release.Files, columns, func(f schema.File) (io.ReadCloser, error) { return d.folder.Open(f.Path) })
	d.check.Findings = append(d.check.Findings, findings...)
	return err
}

// versionMissing says why the folder alone has no version to publish, "" when it
// has one, or one was given.
func (d *design) versionMissing(given schema.Version) string {
	text := d.manifest.VersionText
	if !given.IsZero() {
		return ""
	}
	if text == "" {
		return "the manifest has no version"
	}
	if _, err := schema.CompleteVersion(text); err != nil {
		return fmt.Sprintf("%q in the manifest cannot be completed to a version of three numbers", text)
	}
	return ""
}

// findManifest gives the folder of a design and the name of its manifest there.
// at is the folder or the manifest itself.
func findManifest(at string) (dir, name string, err error) {
	info, err := os.Stat(at)
	if err != nil {
		return "", "", &schema.Error{Kind: schema.NotFound, Detail: fmt.Sprintf("%s cannot be opened", at), Fix: "name the folder of a design, or its manifest", Err: err}
	}
	if !info.IsDir() {
		return filepath.Dir(at), filepath.Base(at), nil
	}
	entries, err := os.ReadDir(at)
	if err != nil {
		return "", "", fmt.Errorf("look for the manifest: %w", err)
	}
	var usual, other []string
	for _, e := range entries {
		lower := strings.ToLower(e.Name())
		ext := filepath.Ext(lower)
		switch {
		case e.IsDir() || ext != ".toml" && ext != ".yml" && ext != ".yaml":
		case lower == "okh"+ext:
			usual = append(usual, e.Name())
		case strings.HasPrefix(lower, "okh"):
			other = append(other, e.Name())
		}
	}
	if len(usual) == 0 {
		usual = other
	}
	slices.Sort(usual)
	switch len(usual) {
	case 0:
		return "", "", &schema.Error{
			Kind: schema.NotFound, Detail: fmt.Sprintf("%s has no manifest", at),
			Fix: "write one with: patternbook init " + at,
		}
	case 1:
		return at, usual[0], nil
	}
	return "", "", &schema.Error{
		Kind: schema.Ambiguous, Detail: fmt.Sprintf("%s has several manifests: %s", at, strings.Join(usual, ", ")),
		Fix: "name the one to use, like " + filepath.Join(at, usual[0]),
	}
}

func readManifest(dir, name string) (*schema.Manifest, []schema.Finding, error) {
	f, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		return nil, nil, fmt.Errorf("open the manifest: %w", err)
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, schema.MaxManifest+1))
	if err != nil {
		return nil, nil, fmt.Errorf("read the manifest: %w", err)
	}
	return schema.ReadManifest(name, data)
}
