package schema

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// MaxManifest is how many bytes a manifest may have.
const MaxManifest = 1 << 20

// A Manifest is what an OKH manifest says of a design. It is read leniently:
// whatever could be made sense of is here in its normal form, and the findings
// that [ReadManifest] gives beside it name every change, doubt and omission.
//
// A location is a URL, or a path from the design's root with slashes and
// without . and .. segments; one that names a folder ends with a slash. No
// field holds an e-mail address.
type Manifest struct {
	Path        string // of the manifest, from the design's root
	Dialect     string // okhv as normalised: 2.4, losh-1.0, 1.0
	VersionText string // exactly as the manifest writes it, "" when it does not

	About        About
	Licences     Licences // SPDX expressions where they could be read as such, else the text
	Contributors []Contributor

	Readme            []string
	ContributionGuide []string
	BOM               []string
	ToolList          []string
	Instructions      []string // how to make it
	UserManual        []string // how to use, maintain and dispose of it
	TestProcedures    []string
	Source            []string // of the design as a whole; parts have their own
	Schematics        []string
	Export            []string
	Manufacturing     []string // ready for machines; OKH 1.0 does not say what they are
	Auxiliary         []string
	SafetyDocuments   []string

	Assemblies         []ManifestAssembly
	ModificationNotice string // what a fork changed, and when
	Extra              []Unknown

	paths []manifestPath
	lines map[string]int // of the top-level fields, by their normal names
}

// A ManifestAssembly names the release that stands behind one line of the BOM.
// It is Patternbook's own addition to OKH, in TOML
//
//	[[assembly]]
//	line = "10"                         # or: reference = what the BOM's line says
//	release = "ada/motor@1.2.0"         # or ada/motor@sha256:…
//	variant = "24V"                     # may be left out
//
// Line and Reference are not both empty; Release is exact.
type ManifestAssembly struct {
	Line      string // the item of the BOM's line
	Reference string // the reference as the BOM writes it
	Release   Reference
	Variant   string
	At        int // line of the manifest
}

// A NamedPath is a file or, with a slash at the end, a folder of the design that a manifest names.
type NamedPath struct {
	Field string // as the manifest writes it, like "bom" or "part[0].source"
	Line  int
	Path  string
}

type manifestPath struct {
	NamedPath
	role Role
}

// Paths gives the files and folders of the design that the manifest names, in
// its order, each once. They belong to a release even where a tool that lists
// the design's files passes over them.
func (m *Manifest) Paths() []NamedPath {
	var named []NamedPath
	seen := make(map[string]bool, len(m.paths))
	for _, p := range m.paths {
		if !seen[p.Path] {
			seen[p.Path] = true
			named = append(named, p.NamedPath)
		}
	}
	return named
}

// ReadManifest reads an OKH manifest of any dialect: okh.toml as OKH-LOSHv1.0
// and OKH 2.0 to 2.4, and okh.yml as OKH 1.0, with or without the line
// "%Open Know-How Manifest 1.0". file is its path from the design's root: it
// decides between TOML and YAML, and paths in the manifest that do not begin
// with a slash are taken from its folder.
//
// The error is of kind TooLarge when data has more than [MaxManifest] bytes, and
// of kind Invalid, with the line and the column, when it is neither TOML nor
// YAML that can be read at all. Everything else is a finding. A finding of
// severity error is something that no publication can carry, like a path that
// leaves the design.
//
// The dialects: https://github.com/iop-alliance/OpenKnowHow, and for 1.0
// https://standards.internetofproduction.org/pub/okh/release/1.
func ReadManifest(file string, data []byte) (*Manifest, []Finding, error) {
	if len(data) > MaxManifest {
		return nil, nil, &Error{
			Kind: TooLarge, Detail: fmt.Sprintf("the manifest has %d bytes; at most %d are allowed", len(data), MaxManifest),
			At: []Place{{File: file}},
		}
	}
	r := &manifestReader{m: &Manifest{Path: file, lines: make(map[string]int)}, unknown: make(map[string]int)}
	data, err := r.decodeText(data)
	if err != nil {
		return nil, nil, err
	}
	yaml := isYAML(file, data)
	parse := parseTOML
	if yaml {
		parse = parseYAML
	}
	root, err := parse(r, data)
	if err != nil {
		return nil, nil, err
	}
	r.reportAddresses(data)
	r.dialect(root, yaml)
	r.read(root)
	return r.m, r.sorted(), nil
}

func isYAML(file string, data []byte) bool {
	switch strings.ToLower(path.Ext(file)) {
	case ".toml":
		return false
	case ".yml", ".yaml", ".json":
		return true
	}
	for line := range bytes.Lines(data) {
		line = bytes.TrimSpace(line)
		if len(line) > 0 && line[0] != '#' && line[0] != '[' {
			at := bytes.IndexAny(line, "=:%")
			return at < 0 || line[at] != '='
		}
	}
	return false
}

// decodeText brings the file to UTF-8 without a byte order mark, by what most
// such files turn out to be.
func (r *manifestReader) decodeText(data []byte) ([]byte, error) {
	data = bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF"))
	if i := bytes.IndexByte(data, 0); i >= 0 {
		return nil, r.unreadable(bytes.Count(data[:i], []byte("\n"))+1, 0, "it has a zero byte; save it as text in UTF-8")
	}
	if utf8.Valid(data) {
		return data, nil
	}
	decoded, err := charmap.Windows1252.NewDecoder().Bytes(data)
	if err != nil {
		return nil, r.unreadable(1, 0, "it is not text in UTF-8")
	}
	r.add(SeverityWarning, "encoding", 0, "", "the file is not UTF-8; it was read as Windows-1252: save it as UTF-8")
	return decoded, nil
}

func (r *manifestReader) unreadable(line, column int, detail string) error {
	return &Error{
		Kind: Invalid, Detail: "the manifest cannot be read",
		At: []Place{{File: r.m.Path, Line: line, Column: column, Detail: withoutAddresses(detail)}},
	}
}

// A manifestReader gathers a manifest and the findings about it.
type manifestReader struct {
	m        *Manifest
	findings []Finding
	unknown  map[string]int // how often a key of that name was met, to report each once
	untold   int            // findings beyond the limit
	declared string         // the version in the line %Open Know-How Manifest 1.0
}

// maxManifestFindings is how many findings are told, and as many errors besides.
const maxManifestFindings = 1000

func (r *manifestReader) add(severity Severity, code string, line int, field, message string) {
	if n := len(r.findings); n >= 2*maxManifestFindings || n >= maxManifestFindings && severity != SeverityError {
		r.untold++
		return
	}
	r.findings = append(r.findings, Finding{severity, code, r.m.Path, line, field, withoutAddresses(message)})
}

func (r *manifestReader) error(code string, n *node, field, message string) {
	r.add(SeverityError, code, n.line, field, message)
}

func (r *manifestReader) warn(code string, n *node, field, message string) {
	r.add(SeverityWarning, code, n.line, field, message)
}

func (r *manifestReader) info(code string, n *node, field, message string) {
	r.add(SeverityInfo, code, n.line, field, message)
}

// sorted gives the findings in the order of the file.
func (r *manifestReader) sorted() []Finding {
	for i, f := range r.findings {
		if n := r.unknown[f.Field]; f.Code == "unknown-key" && n > 1 {
			r.findings[i].Message += fmt.Sprintf(" (%d times in this file)", n)
		}
	}
	if r.untold > 0 {
		r.findings = append(r.findings, Finding{SeverityWarning, "more-findings", r.m.Path, 0, "", fmt.Sprintf("and %d more findings", r.untold)})
	}
	slices.SortStableFunc(r.findings, func(a, b Finding) int { return a.Line - b.Line })
	return r.findings
}
