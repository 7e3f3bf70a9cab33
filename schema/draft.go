package schema

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// DraftOptions are what a release needs beside its manifest and its files.
type DraftOptions struct {
	Author   Name
	Design   Design
	Version  Version  // zero: the manifest's, completed where it is loose
	Licences Licences // those that are set take the place of the manifest's
	Notes    string
	Source   Source
}

// DraftRelease makes a release of a manifest and a design's files, which need
// only path, digest and size: roles and media types are filled, and the files
// sorted. BOM, Assemblies, Hardware and DerivedFrom are left to the caller, who
// has read the BOM. The findings are those about the draft, not the manifest's
// own; with one of severity error, the release must not be published.
func DraftRelease(m *Manifest, files []File, o DraftOptions) (Release, []Finding) {
	d := &drafter{m: m, byPath: make(map[string]bool, len(files))}
	r := Release{
		Head: Head{KindRelease, o.Author}, Design: o.Design, About: m.About, Source: o.Source, Assemblies: []Pin{}, Notes: o.Notes,
		Contributors: append([]Contributor{}, m.Contributors...),
		Manifest:     ManifestRef{Path: m.Path, Dialect: m.Dialect, Version: m.VersionText, Extra: m.Extra},
	}
	r.Files = d.files(files)
	r.Version = d.version(o.Version)
	r.Licences = d.licences(o.Licences)
	if r.Name == "" {
		d.add(SeverityError, "name-missing", "name", `the manifest does not name the design; write name = "…"`)
	}
	d.named()
	d.wanted(r)
	d.limits(r)
	return r, d.findings
}

type drafter struct {
	m        *Manifest
	byPath   map[string]bool
	findings []Finding
}

func (d *drafter) add(severity Severity, code, field, message string) {
	d.addAt(severity, code, d.m.lines[field], field, message)
}

func (d *drafter) addAt(severity Severity, code string, line int, field, message string) {
	d.findings = append(d.findings, Finding{severity, code, d.m.Path, line, field, withoutAddresses(message)})
}

func (d *drafter) files(files []File) []File {
	sorted := slices.Clone(files)
	for i := range sorted {
		sorted[i].Role = RoleOf(sorted[i].Path, d.m)
		sorted[i].MediaType = MediaType(sorted[i].Path)
		d.byPath[sorted[i].Path] = true
	}
	slices.SortFunc(sorted, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	if !d.byPath[d.m.Path] {
		d.add(SeverityError, "manifest-not-a-file", "", "the manifest "+Quote(d.m.Path)+" is not among the files of the release: add it")
	}
	return sorted
}

func (d *drafter) version(given Version) Version {
	text := d.m.VersionText
	if !given.IsZero() {
		if v, err := CompleteVersion(text); text != "" && (err != nil || v != given) {
			d.add(SeverityInfo, "version-differs", "version", "the manifest says version "+Quote(text)+"; it is published as "+given.String())
		}
		return given
	}
	if text == "" {
		d.add(SeverityError, "version-missing", "version", "the manifest has no version: write one, or give one with --version")
		return Version{}
	}
	v, err := CompleteVersion(text)
	switch {
	case err != nil:
		d.add(SeverityError, "version-not-semver", "version", Quote(text)+" cannot be completed to a version of three numbers: write one like 1.2.0, or give one with --version")
	case v.String() != text:
		d.add(SeverityInfo, "version-completed", "version", "the version "+Quote(text)+" is published as "+v.String())
	}
	return v
}

func (d *drafter) licences(given Licences) Licences {
	l := d.m.Licences
	for _, one := range []struct {
		field string
		given string
		into  *string
	}{{"hardware", given.Hardware, &l.Hardware}, {"documentation", given.Documentation, &l.Documentation}, {"software", given.Software, &l.Software}} {
		if one.given != "" {
			*one.into = one.given
		}
		if *one.into == "" {
			continue
		}
		expr, _, err := ParseLicence(*one.into)
		if err == nil {
			*one.into = expr
			if one.field == "software" && ClassOfLicence(expr) == UnknownClass {
				continue // what runs on a design is the software's own matter
			}
			err = CheckOpen(expr)
		}
		if err != nil {
			d.add(SeverityError, "licence-not-open", "license", "the licence of the "+one.field+": "+err.Error())
		}
	}
	if l.Hardware == "" {
		d.add(SeverityError, "licence-missing", "license", "there is no licence of the hardware, so nobody else may use the design: write an open one, like CERN-OHL-S-2.0")
	}
	return l
}

// named looks for the files that the manifest names.
func (d *drafter) named() {
	folded := make(map[string][]string, len(d.byPath))
	for p := range d.byPath {
		folded[FoldPath(p)] = append(folded[FoldPath(p)], p)
	}
	reported := make(map[string]bool)
	for _, p := range d.m.paths {
		if p.role == RoleBOM || reported[p.Path] || d.has(p.Path) {
			continue
		}
		reported[p.Path] = true
		message := "the design has no file " + Quote(p.Path)
		if like := folded[FoldPath(p.Path)]; len(like) > 0 {
			slices.Sort(like)
			message += "; did you mean " + strings.Join(like, " or ") + "? Letter case counts"
		}
		d.addAt(SeverityWarning, "file-missing", p.Line, p.Field, message)
	}
}

// has tells whether a file, or something in a folder, is there.
func (d *drafter) has(p string) bool {
	if d.byPath[p] {
		return true
	}
	folder := strings.TrimSuffix(p, "/") + "/"
	for file := range d.byPath {
		if strings.HasPrefix(file, folder) {
			return true
		}
	}
	return false
}

// wanted warns of what readers will miss.
func (d *drafter) wanted(r Release) {
	var readme, licence bool
	for _, f := range r.Files {
		readme = readme || f.Role == RoleReadme
		licence = licence || f.Role == RoleLicence
	}
	if strings.TrimSpace(r.Function) == "" {
		d.add(SeverityWarning, "function-missing", "function", "the manifest does not say what the design is for; write function, in plain words: it is what people search for")
	}
	if !readme && len(d.m.Readme) == 0 {
		d.add(SeverityWarning, "readme-missing", "readme", "there is no README; write README.md, which is shown with the design")
	}
	if !licence {
		d.add(SeverityWarning, "licence-file-missing", "license", "there is no file with the text of the licence; add one called LICENSE.txt")
	}
	if len(d.m.Contributors) == 0 {
		d.add(SeverityWarning, "licensor-missing", "licensor", "the manifest does not say whose work this is; write licensor, so that the credit stays attached")
	}
}

// limits says what a release cannot hold in the words of the release itself.
func (d *drafter) limits(r Release) {
	var f faults
	if r.Name != "" {
		r.About.validate(&f)
	}
	r.validateFiles(&f)
	f.text("notes", r.Notes, 100_000, false)
	for i, c := range r.Contributors {
		at := fmt.Sprintf("contributors[%d]", i)
		f.text(at+".name", c.Name, 500, true)
		f.text(at+".affiliation", c.Affiliation, 500, false)
	}
	for _, p := range f {
		if p.Field != "manifest.path" { // said already
			d.add(SeverityError, "not-valid", p.Field, p.Detail)
		}
	}
}

// BOMFiles finds the design's BOM files among its files. What the manifest names
// but the design has under another letter case is taken, with a finding, when
// there is only one; several are an error that lists them. A URL or a folder
// cannot be read as a BOM and is a warning.
func (m *Manifest) BOMFiles(files []string) (paths []string, findings []Finding) {
	d := &drafter{m: m, byPath: make(map[string]bool, len(files))}
	for _, f := range files {
		d.byPath[f] = true
	}
	for _, location := range m.BOM {
		p := d.bomFile(location)
		if p != "" && !slices.Contains(paths, p) {
			paths = append(paths, p)
		}
	}
	return paths, d.findings
}

func (d *drafter) bomFile(location string) string {
	field, line := "bom", d.m.lines["bom"]
	for _, p := range d.m.paths {
		if p.Path == location && p.role == RoleBOM {
			field, line = p.Field, p.Line
		}
	}
	switch {
	case urlScheme.MatchString(location):
		d.addAt(SeverityWarning, "bom-is-url", line, field, "the bill of materials is a web page or a file elsewhere, which may change; put it into the design as a file and name that")
		return ""
	case d.byPath[location]:
		return location
	case d.has(location):
		d.addAt(SeverityWarning, "bom-is-folder", line, field, Quote(location)+" is a folder; name the BOM files in it"+d.candidates(location))
		return ""
	}
	var like []string
	for p := range d.byPath {
		if FoldPath(p) == FoldPath(location) {
			like = append(like, p)
		}
	}
	slices.Sort(like)
	switch len(like) {
	case 0:
		d.addAt(SeverityWarning, "file-missing", line, field, "the design has no file "+Quote(location)+d.candidates(""))
		return ""
	case 1:
		d.addAt(SeverityInfo, "bom-letter-case", line, field, "the design has no file "+Quote(location)+"; "+Quote(like[0])+", which differs in letter case alone, was taken")
		return like[0]
	}
	d.addAt(SeverityError, "bom-ambiguous", line, field, "the design has no file "+Quote(location)+", and several that differ from it in letter case alone: "+strings.Join(like, ", ")+": name one of them")
	return ""
}

// candidates lists files that look like a BOM.
func (d *drafter) candidates(folder string) string {
	var like []string
	for p := range d.byPath {
		if role, ok := roleOfTable(path.Base(p), extension(p)); strings.HasPrefix(p, folder) && ok && role == RoleBOM {
			like = append(like, p)
		}
	}
	if len(like) == 0 {
		return ""
	}
	slices.Sort(like)
	if len(like) > 5 {
		like = append(like[:5], "…")
	}
	return ": " + strings.Join(like, ", ")
}
