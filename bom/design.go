package bom

import (
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/patternbook/patternbook/schema"
)

// An Opener opens a file of a design.
type Opener func(schema.File) (io.ReadCloser, error)

// ReadDesign reads the BOM files that a design's manifest names into one BOM, nil
// when it names none that can be read. Lines that a part manifest describes, or
// a [[part]] of the design's own manifest, get its files, process and material.
//
// What was noticed is in the BOM's findings and, with the path of the file, in
// those returned beside it, together with what concerns whole files. A BOM file
// that cannot be read is a finding; the error is one of open or of a read.
//
// columns say what columns hold, as [ReadOptions].Columns do: of all BOM files, or
// of one whose path stands before the header ("bom.csv:Comment"). A file that
// cannot be read with the columns that are said of it is an error.
func ReadDesign(m *schema.Manifest, files []schema.File, columns map[string]string, open Opener) (*BOM, []schema.Finding, error) {
	d := designReader{manifest: m, files: make(map[string]schema.File, len(files)), columns: columns, open: open}
	paths := make([]string, len(files))
	for i, f := range files {
		paths[i] = f.Path
		d.files[f.Path] = f
	}
	named, findings := m.BOMFiles(paths)
	d.findings = findings
	var read []*BOM
	for _, p := range named {
		b, err := d.readBOM(p)
		if err != nil {
			return nil, nil, err
		}
		if b != nil {
			read = append(read, b)
		}
	}
	read = d.dropSheets(read)
	if len(read) == 0 {
		return nil, d.findings, nil
	}
	b := Merge(read...)
	if err := d.describeParts(b); err != nil {
		return nil, nil, err
	}
	for _, f := range b.Findings {
		at := schema.Finding{Severity: f.Severity, Code: f.Code, Line: f.Row, Field: f.Field, Message: f.Message}
		if f.Source < len(b.Sources) {
			at.File = b.Sources[f.Source].Path
		}
		d.findings = append(d.findings, at)
	}
	return b, d.findings, nil
}

type designReader struct {
	manifest *schema.Manifest
	files    map[string]schema.File
	columns  map[string]string
	open     Opener
	findings []schema.Finding
}

func (d *designReader) readBOM(p string) (*BOM, error) {
	r, err := d.open(d.files[p])
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", p, err)
	}
	defer func() { _ = r.Close() }()
	columns := d.columnsOf(p)
	b, err := ReadOptions{Columns: columns, Open: d.openBeside}.Read(p, r)
	if len(columns) > 0 {
		return b, err
	}
	switch schema.KindOf(err) {
	case schema.Invalid, schema.TooLarge, schema.Malformed:
		if err != nil {
			d.findings = append(d.findings, schema.Finding{
				Severity: schema.SeverityWarning, Code: "bom-unreadable", File: p, Field: "bom", Message: "it is published as a file, but its lines are not known: " + err.Error(),
			})
			return nil, nil
		}
	}
	return b, err
}

// columnsOf gives what is said of the columns of one file.
func (d *designReader) columnsOf(p string) map[string]string {
	columns := make(map[string]string, len(d.columns))
	for header, field := range d.columns {
		file, rest, _ := strings.Cut(header, ":")
		if _, ofOne := d.files[file]; !ofOne {
			columns[header] = field
		} else if file == p {
			columns[rest] = field
		}
	}
	return columns
}

// openBeside opens a file that a BOM file refers to.
func (d *designReader) openBeside(p string) (io.ReadCloser, error) {
	f, ok := d.files[p]
	if !ok {
		return nil, &schema.Error{Kind: schema.NotFound, Detail: schema.Quote(p) + " is not among the files of the design"}
	}
	return d.open(f)
}

// dropSheets leaves out the files that were read already as sheets of others, so
// that their parts count once.
func (d *designReader) dropSheets(read []*BOM) []*BOM {
	sheetOf := make(map[string]string)
	for _, b := range read {
		for _, s := range b.Sources[1:] {
			sheetOf[s.Path] = b.Sources[0].Path
		}
	}
	return slices.DeleteFunc(read, func(b *BOM) bool {
		p := b.Sources[0].Path
		root, ok := sheetOf[p]
		if !ok || root == p || sheetOf[root] == p { // of two that contain each other, both stay
			return false
		}
		d.findings = append(d.findings, schema.Finding{
			Severity: schema.SeverityInfo, Code: "bom-read-already", File: p, Field: "bom", Message: "it is a sheet of " + schema.Quote(root) + ", and was counted there",
		})
		return true
	})
}

// describeParts fills the lines that are made with what manifests say of them.
func (d *designReader) describeParts(b *BOM) error {
	for i := range b.Lines {
		l := &b.Lines[i]
		if l.Kind != KindMade {
			continue
		}
		if at := slices.IndexFunc(l.Files, isManifest); at >= 0 {
			if err := d.describeByManifest(b, l, l.Files[at]); err != nil {
				return err
			}
			continue
		}
		for _, p := range d.manifest.About.Parts {
			if foldName(p.Name) == foldName(l.Name) && len(p.Source)+len(p.Export) > 0 {
				d.describe(l, p.Technologies, p.Material, append(slices.Clone(p.Export), p.Source...))
				break
			}
		}
	}
	return nil
}

func isManifest(p string) bool {
	switch strings.ToLower(path.Ext(p)) {
	case ".toml", ".yml", ".yaml":
		return true
	}
	return false
}

func foldName(name string) string { return strings.ToLower(strings.Join(strings.Fields(name), "")) }

// describeByManifest reads the part manifest at p, whose paths are from its own folder.
func (d *designReader) describeByManifest(b *BOM, l *Line, p string) error {
	missing := func(severity schema.Severity, format string, args ...any) {
		b.Findings = append(b.Findings, Finding{Severity: severity, Code: "part-manifest", Source: l.Source, Row: l.Row, Field: l.Name, Message: fmt.Sprintf(format, args...)})
	}
	f, ok := d.files[p]
	if !ok {
		missing(schema.SeverityWarning, "the part manifest %q is not among the files of the design", p)
		return nil
	}
	r, err := d.open(f)
	if err != nil {
		return fmt.Errorf("open %s: %w", p, err)
	}
	defer func() { _ = r.Close() }()
	data, err := io.ReadAll(io.LimitReader(r, schema.MaxManifest+1))
	if err != nil {
		return fmt.Errorf("read %s: %w", p, err)
	}
	part, _, err := schema.ReadManifest(p, data)
	if err != nil {
		missing(schema.SeverityWarning, "the part manifest %q cannot be read: %s", p, err)
		return nil
	}
	material := ""
	for _, extra := range part.Extra {
		if extra.Field == "material" {
			material = strings.Trim(extra.Text, `"'`)
		}
	}
	d.describe(l, part.About.Technologies, material, append(slices.Clone(part.Export), part.Source...))
	return nil
}

// describe fills what the line does not say itself. A part manifest gives way to
// the files that it names, where those are in the design.
func (d *designReader) describe(l *Line, technologies []string, material string, files []string) {
	if l.Process == "" {
		l.Process = strings.Join(technologies, ", ")
	}
	if l.Material == "" {
		l.Material = material
	}
	var found []string
	for _, f := range files {
		if _, ok := d.files[f]; ok && !slices.Contains(found, f) {
			found = append(found, f)
		}
	}
	if len(found) > 0 {
		l.Files = found
	}
}
