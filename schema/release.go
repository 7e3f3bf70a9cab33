package schema

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// MaxFiles is how many files a release may have.
const MaxFiles = 100_000

// A Release document is one version of a design: what it is, its files, its
// bill of materials, and who made it under which licences. It never changes.
type Release struct {
	Head
	Design  Design  `json:"design"`
	Version Version `json:"version"`
	About
	Source       Source        `json:"source,omitzero"`
	Files        []File        `json:"files"`        // in the order of their paths
	BOM          Digest        `json:"bom,omitzero"` // of the bom document
	Assemblies   []Pin         `json:"assemblies"`   // in the order of the BOM's lines
	Licences     Licences      `json:"licences"`
	Contributors []Contributor `json:"contributors"`
	Notes        string        `json:"notes,omitempty"` // what is new in this version
	DerivedFrom  *Derivation   `json:"derived_from,omitempty"`
	// Hardware is equal for releases that differ only in their texts: see [Release.HardwareDigest].
	Hardware Digest      `json:"hardware"`
	Manifest ManifestRef `json:"manifest"`
}

// About is what a manifest tells of a design: the fields of OKH that a release
// keeps. Lengths are in millimetres unless they say otherwise.
type About struct {
	Name                   string       `json:"name"`     // as people read it: "Bench Lamp"
	Function               string       `json:"function"` // what it is for, in plain words
	IntendedUse            string       `json:"intended_use,omitempty"`
	Keywords               []string     `json:"keywords,omitempty"`
	Languages              []string     `json:"languages,omitempty"` // of the documentation, BCP 47
	Organisations          []string     `json:"organisations,omitempty"`
	Repository             string       `json:"repository,omitempty"` // URL where the design is developed
	Homepage               string       `json:"homepage,omitempty"`
	Documentation          string       `json:"documentation,omitempty"` // URL of the documentation
	ReleaseURL             string       `json:"release_url,omitempty"`
	RevisionLabel          string       `json:"revision_label,omitempty"` // what the silkscreen says
	TechnologyReadiness    string       `json:"technology_readiness,omitempty"`
	DocumentationReadiness string       `json:"documentation_readiness,omitempty"`
	DevelopmentStage       string       `json:"development_stage,omitempty"`
	Standards              []string     `json:"standards,omitempty"`
	PatentClass            string       `json:"patent_class,omitempty"` // CPC
	Technologies           []string     `json:"technologies,omitempty"` // tsdc: technology-specific documentation criteria
	Attestations           []string     `json:"attestations,omitempty"`
	Publications           []string     `json:"publications,omitempty"`
	Dimensions             *Dimensions  `json:"dimensions,omitempty"`
	Mass                   *Measure     `json:"mass,omitempty"`
	Safety                 string       `json:"safety,omitempty"`
	Images                 []Image      `json:"images,omitempty"`
	Software               []Software   `json:"software,omitempty"`
	Parts                  []DesignPart `json:"parts,omitempty"`
	ForkOf                 string       `json:"fork_of,omitempty"` // as the manifest says it
}

// A Measure is an exact number with a UCUM unit: {"value": "180", "unit": "mm"}.
type Measure struct {
	Value Decimal `json:"value"`
	Unit  string  `json:"unit"`
}

// Dimensions are outer dimensions in millimetres, or, where the manifest has
// only a formula, its text.
type Dimensions struct {
	Width  Decimal `json:"width,omitzero"`
	Depth  Decimal `json:"depth,omitzero"`
	Height Decimal `json:"height,omitzero"`
	Text   string  `json:"text,omitempty"` // OpenSCAD, as written
}

// An Image is a picture: a file of the release or a URL.
type Image struct {
	Location string   `json:"location"`
	Depicts  string   `json:"depicts,omitempty"`
	Slots    []string `json:"slots,omitempty"`
	Tags     []string `json:"tags,omitempty"`
}

// Software runs on the design.
type Software struct {
	Release           string `json:"release,omitempty"`
	InstallationGuide string `json:"installation_guide,omitempty"`
}

// A DesignPart is a part that the manifest describes.
type DesignPart struct {
	Name         string      `json:"name"`
	Technologies []string    `json:"technologies,omitempty"`
	Material     string      `json:"material,omitempty"`
	Source       []string    `json:"source,omitempty"`
	Export       []string    `json:"export,omitempty"`
	Auxiliary    []string    `json:"auxiliary,omitempty"`
	Images       []string    `json:"images,omitempty"`
	Dimensions   *Dimensions `json:"dimensions,omitempty"`
	Mass         *Measure    `json:"mass,omitempty"`
	Extra        []Unknown   `json:"extra,omitempty"`
}

// An Unknown is a field of a manifest that Patternbook has no word for, kept as
// its source text.
type Unknown struct {
	Field string `json:"field"`
	Line  int    `json:"line,omitempty"`
	Text  string `json:"text"`
}

// A Source is where the files came from.
type Source struct {
	Repository string `json:"repository,omitempty"` // URL, without credentials
	Commit     string `json:"commit,omitempty"`     // full, hex
	Tag        string `json:"tag,omitempty"`
	Dirty      bool   `json:"dirty,omitempty"` // files differed from the commit
}

// A File is one file of a release.
type File struct {
	Path      string `json:"path"` // from the design's root, see [CheckPath]
	Digest    Digest `json:"digest"`
	Size      int64  `json:"size"` // bytes
	MediaType string `json:"media_type"`
	Role      Role   `json:"role"`
}

// A Pin ties one line of the BOM to the exact release of another design.
type Pin struct {
	Item      string  `json:"item"` // of the BOM's line
	Reference string  `json:"reference"`
	Design    Design  `json:"design"`
	Version   Version `json:"version"`
	Release   Digest  `json:"release"`
	Hardware  Digest  `json:"hardware"` // that release's hardware
	Variant   string  `json:"variant,omitempty"`
	Matched   Matched `json:"matched"`
}

// Matched tells how the release of a [Pin] was found.
type Matched string

// How a release is found.
const (
	MatchedManifest Matched = "manifest" // the author named it, in the manifest or as owner/name in the BOM
	MatchedCommit   Matched = "commit"   // it was published from the commit that the reference names
	MatchedTag      Matched = "tag"      // it was published from the tag that the reference names, or as its version
	MatchedLatest   Matched = "latest"   // the reference names a repository alone, or a state that was not published
)

// Licences are SPDX expressions. Hardware is always there.
type Licences struct {
	Hardware      string `json:"hardware"`
	Documentation string `json:"documentation,omitempty"`
	Software      string `json:"software,omitempty"`
}

// A Contributor is somebody to be credited. There is never an e-mail address.
type Contributor struct {
	Name        string `json:"name"`
	Role        string `json:"role"` // licensor, author, contributor, contact, manifest_author
	Affiliation string `json:"affiliation,omitempty"`
	Account     Name   `json:"account,omitzero"`
}

// A Derivation names the release that another was made from.
type Derivation struct {
	Release Digest  `json:"release"`
	Design  Design  `json:"design"`
	Version Version `json:"version"`
	Notice  string  `json:"notice,omitempty"` // what was modified, as share-alike licences ask
}

// A ManifestRef tells which file the release was drafted from.
type ManifestRef struct {
	Path    string    `json:"path"`
	Dialect string    `json:"dialect"`           // okhv as normalised: 2.4, losh-1.0, 1.0
	Version string    `json:"version,omitempty"` // the version as the manifest writes it
	Extra   []Unknown `json:"extra,omitempty"`
}

// Validate checks what the type cannot say.
func (r Release) Validate() error {
	f := r.faults(KindRelease)
	if r.Design.IsZero() {
		f.add("design", "it is missing; write owner/name")
	}
	if r.Version.IsZero() {
		f.add("version", "it is missing; write one like 1.0.0")
	}
	if r.Hardware.IsZero() {
		f.add("hardware", "it is missing")
	}
	r.About.validate(&f)
	r.validateFiles(&f)
	r.validatePins(&f)
	r.Licences.validate(&f)
	if r.Contributors == nil {
		f.add("contributors", "write a list, empty when there are none")
	}
	for i, c := range r.Contributors {
		at := "contributors[" + strconv.Itoa(i) + "]"
		f.text(at+".name", c.Name, 500, true)
		f.text(at+".role", c.Role, 100, true)
		f.text(at+".affiliation", c.Affiliation, 500, false)
	}
	f.text("notes", r.Notes, 100_000, false)
	if r.DerivedFrom != nil && (r.DerivedFrom.Release.IsZero() || r.DerivedFrom.Design.IsZero() || r.DerivedFrom.Version.IsZero()) {
		f.add("derived_from", "it names a release by digest, design and version")
	}
	if c := r.Source.Commit; c != "" && !isHex(c, 40) && !isHex(c, 64) {
		f.add("source.commit", Quote(c)+" is not the full hex name of a commit")
	}
	if err := CheckPath(r.Manifest.Path); err != nil {
		f.add("manifest.path", err.Error())
	}
	f.text("manifest.dialect", r.Manifest.Dialect, 50, true)
	return f.err("the release document")
}

func (a About) validate(f *faults) {
	f.text("name", a.Name, 500, true)
	f.text("function", a.Function, 100_000, false)
	f.text("intended_use", a.IntendedUse, 100_000, false)
	f.text("safety", a.Safety, 100_000, false)
	f.text("repository", a.Repository, 2000, false)
	f.text("fork_of", a.ForkOf, 2000, false)
	f.texts("keywords", a.Keywords, 200)
	f.texts("languages", a.Languages, 200)
	f.texts("organisations", a.Organisations, 500)
	for _, m := range []struct {
		field   string
		measure *Measure
	}{{"mass", a.Mass}} {
		if m.measure != nil && (m.measure.Value.IsZero() || m.measure.Unit == "") {
			f.add(m.field, "it has a value and a unit")
		}
	}
}

func (r Release) validateFiles(f *faults) {
	if len(r.Files) == 0 {
		f.add("files", "a release has at least one file")
	}
	if len(r.Files) > MaxFiles {
		f.add("files", fmt.Sprintf("there are %d; a release has at most %d", len(r.Files), MaxFiles))
		return
	}
	seen := make(map[string]string, len(r.Files))
	manifest := false
	for i, file := range r.Files {
		at := "files[" + strconv.Itoa(i) + "]"
		manifest = manifest || file.Path == r.Manifest.Path
		if err := CheckPath(file.Path); err != nil {
			f.add(at+".path", err.Error())
		}
		if file.Digest.IsZero() {
			f.add(at+".digest", "it is missing")
		}
		if file.Size < 0 || file.Size > maxInteger {
			f.add(at+".size", "it is not a number of bytes")
		}
		f.text(at+".media_type", file.MediaType, 200, true)
		if !slices.Contains(Roles(), file.Role) {
			f.add(at+".role", Quote(string(file.Role))+" is not a role")
		}
		if i > 0 && strings.Compare(r.Files[i-1].Path, file.Path) >= 0 {
			f.add(at+".path", Quote(file.Path)+" stands after "+Quote(r.Files[i-1].Path)+"; files are in the order of their paths, each once")
		}
		if other, twice := seen[FoldPath(file.Path)]; twice && other != file.Path {
			f.add(at+".path", Quote(file.Path)+" and "+Quote(other)+" differ only by case or Unicode form; some computers take them for one file")
		}
		seen[FoldPath(file.Path)] = file.Path
	}
	if !manifest {
		f.add("manifest.path", Quote(r.Manifest.Path)+" is not among the files")
	}
}

func (r Release) validatePins(f *faults) {
	if r.Assemblies == nil {
		f.add("assemblies", "write a list, empty when there are none")
	}
	items := make(map[string]bool, len(r.Assemblies))
	for i, p := range r.Assemblies {
		at := "assemblies[" + strconv.Itoa(i) + "]"
		f.text(at+".item", p.Item, 200, true)
		f.text(at+".reference", p.Reference, 2000, true)
		if p.Design.IsZero() || p.Version.IsZero() || p.Release.IsZero() || p.Hardware.IsZero() {
			f.add(at, "a pin names design, version, release and hardware")
		}
		if items[p.Item] {
			f.add(at+".item", Quote(p.Item)+" is pinned twice")
		}
		items[p.Item] = true
		switch p.Matched {
		case MatchedManifest, MatchedCommit, MatchedTag, MatchedLatest:
		default:
			f.add(at+".matched", Quote(string(p.Matched))+" is not manifest, commit, tag or latest")
		}
	}
	if len(r.Assemblies) > 0 && r.BOM.IsZero() {
		f.add("bom", "assemblies are lines of a BOM, and there is none")
	}
}

func (l Licences) validate(f *faults) {
	f.text("licences.hardware", l.Hardware, 1000, true)
	f.text("licences.documentation", l.Documentation, 1000, false)
	f.text("licences.software", l.Software, 1000, false)
}

// FileAt gives the file at path, if the release has one.
func (r Release) FileAt(path string) (File, bool) {
	i, found := slices.BinarySearchFunc(r.Files, path, func(f File, p string) int { return strings.Compare(f.Path, p) })
	if !found {
		return File{}, false
	}
	return r.Files[i], true
}

// HardwareDigest gives the digest over what is made and bought alone: the
// SHA-256 of the canonical JSON
//
//	{"assemblies": [{"hardware", "item", "variant"}…], "files": [{"digest", "role"}…], "parts": "sha256:…"}
//
// with the pins in the order of the BOM, the files whose role is one of
// fabrication (source, export, schematic, board, gerber, drill, placement,
// firmware, drawing) in the order of role and digest, and parts, the digest that
// package bom gives of the lines of the BOM (zero when there is no BOM). Paths,
// texts and pictures do not count.
func (r Release) HardwareDigest(parts Digest) Digest {
	type pin struct {
		Hardware Digest `json:"hardware"`
		Item     string `json:"item"`
		Variant  string `json:"variant"`
	}
	type file struct {
		Digest Digest `json:"digest"`
		Role   Role   `json:"role"`
	}
	hardware := struct {
		Assemblies []pin  `json:"assemblies"`
		Files      []file `json:"files"`
		Parts      Digest `json:"parts"`
	}{[]pin{}, []file{}, parts}
	for _, p := range r.Assemblies {
		hardware.Assemblies = append(hardware.Assemblies, pin{p.Hardware, p.Item, p.Variant})
	}
	for _, f := range r.Files {
		if f.Role.Fabrication() {
			hardware.Files = append(hardware.Files, file{f.Digest, f.Role})
		}
	}
	slices.SortFunc(hardware.Files, func(a, b file) int {
		return strings.Compare(string(a.Role)+a.Digest.text, string(b.Role)+b.Digest.text)
	})
	b, err := canonicalOf(hardware)
	if err != nil {
		panic("schema: strings that cannot be written as JSON: " + err.Error()) // only invalid UTF-8, which Validate and the readers refuse
	}
	return DigestOf(b)
}
