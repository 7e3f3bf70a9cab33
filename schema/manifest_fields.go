package schema

import (
	"slices"
	"strings"
)

// A manifestField tells what to do with a key: its normal name, other names
// that mean the same, and how to read it.
type manifestField struct {
	name  string
	alias []string // each met one is reported
	read  func(*manifestReader, *treeField)
}

// manifestFields are the keys of all dialects: OKH 2.x and OKH-LOSHv1.0 first,
// then those of OKH 1.0 alone, then Patternbook's own. Where 1.0 has another
// word for the same, it is an alias without a finding.
func manifestFields() []manifestField {
	return slices.Concat(identityFields(), documentFields(), propertyFields(), okh1Fields())
}

func identityFields() []manifestField {
	return []manifestField{
		{"okhv", []string{"okh-manifest-version"}, skipField}, // read by dialect
		{"name", []string{"title"}, textInto(func(m *Manifest) *string { return &m.About.Name })},
		{"version", nil, (*manifestReader).version},
		{"function", []string{"description"}, textInto(func(m *Manifest) *string { return &m.About.Function })},
		{"intended-use", nil, textInto(func(m *Manifest) *string { return &m.About.IntendedUse })},
		{"repo", []string{"repository"}, urlInto(func(m *Manifest) *string { return &m.About.Repository })},
		{"project-link", []string{"homepage"}, urlInto(func(m *Manifest) *string { return &m.About.Homepage })},
		{"documentation-home", nil, urlInto(func(m *Manifest) *string { return &m.About.Documentation })},
		{"release", []string{"archive-download"}, urlInto(func(m *Manifest) *string { return &m.About.ReleaseURL })},
		{"fork-of", []string{"fork", "derivative-of", "variant-of"}, (*manifestReader).forkOf},
		{"license", []string{"licence"}, (*manifestReader).licence},
		{"licensor", nil, people("licensor")},
		{"organization", []string{"organisation"}, (*manifestReader).organisations},
		{"author", []string{"authors"}, people("author")},
		{"contributors", []string{"contributor"}, people("contributor")},
		{"contact", nil, people("contact")},
		{"manifest-author", nil, people("manifest_author")},
		{"revision-label", nil, textInto(func(m *Manifest) *string { return &m.About.RevisionLabel })},
		{"modification-notice", nil, textInto(func(m *Manifest) *string { return &m.ModificationNotice })},
		{"assembly", []string{"assemblies"}, (*manifestReader).assemblies},
	}
}

func documentFields() []manifestField {
	locations := func(role Role, into func(*Manifest) *[]string) func(*manifestReader, *treeField) {
		return func(r *manifestReader, f *treeField) {
			list := into(r.m)
			*list = append(*list, r.locations(f.key, f.value, role)...)
		}
	}
	return []manifestField{
		{"readme", nil, locations(RoleReadme, func(m *Manifest) *[]string { return &m.Readme })},
		{"contribution-guide", nil, locations(RoleOther, func(m *Manifest) *[]string { return &m.ContributionGuide })},
		{"bom", nil, locations(RoleBOM, func(m *Manifest) *[]string { return &m.BOM })},
		{"tool-list", nil, locations(RoleOther, func(m *Manifest) *[]string { return &m.ToolList })},
		{"manufacturing-instructions", []string{"making-instructions"}, locations(RoleAssemblyInstructions, func(m *Manifest) *[]string { return &m.Instructions })},
		{"user-manual", []string{"operating-instructions"}, locations(RoleUserManual, func(m *Manifest) *[]string { return &m.UserManual })},
		{"maintenance-instructions", nil, locations(RoleUserManual, func(m *Manifest) *[]string { return &m.UserManual })},
		{"disposal-instructions", nil, locations(RoleUserManual, func(m *Manifest) *[]string { return &m.UserManual })},
		{"quality-instructions", nil, locations(RoleTestProcedure, func(m *Manifest) *[]string { return &m.TestProcedures })},
		{"source", []string{"design-files"}, locations(RoleSource, func(m *Manifest) *[]string { return &m.Source })},
		{"schematics", nil, locations(RoleSchematic, func(m *Manifest) *[]string { return &m.Schematics })},
		{"export", nil, locations(RoleExport, func(m *Manifest) *[]string { return &m.Export })},
		{"manufacturing-files", nil, locations(RoleExport, func(m *Manifest) *[]string { return &m.Manufacturing })},
		{"tool-settings", nil, locations(RoleOther, func(m *Manifest) *[]string { return &m.Manufacturing })},
		{"auxiliary", nil, locations(RoleOther, func(m *Manifest) *[]string { return &m.Auxiliary })},
		{"risk-assessment", nil, locations(RoleOther, func(m *Manifest) *[]string { return &m.SafetyDocuments })},
		{"attestation", nil, locations(RoleOther, func(m *Manifest) *[]string { return &m.About.Attestations })},
		{"publication", nil, locations(RoleOther, func(m *Manifest) *[]string { return &m.About.Publications })},
		{"image", []string{"images"}, (*manifestReader).images},
		{"software", nil, (*manifestReader).software},
	}
}

func propertyFields() []manifestField {
	texts := func(into func(*Manifest) *[]string) func(*manifestReader, *treeField) {
		return func(r *manifestReader, f *treeField) {
			list := into(r.m)
			*list = append(*list, r.texts(f.key, f.value)...)
		}
	}
	return []manifestField{
		{"keywords", []string{"keyword"}, texts(func(m *Manifest) *[]string { return &m.About.Keywords })},
		{"documentation-language", nil, (*manifestReader).languages},
		{"technology-readiness-level", nil, readiness("OTRL", 6, func(m *Manifest) *string { return &m.About.TechnologyReadiness })},
		{"documentation-readiness-level", nil, readiness("ODRL", 4, func(m *Manifest) *string { return &m.About.DocumentationReadiness })},
		{"development-stage", nil, textInto(func(m *Manifest) *string { return &m.About.DevelopmentStage })},
		{"standard-compliance", []string{"standard", "standards-used"}, (*manifestReader).standards},
		{"cpc-patent-class", []string{"patent-class"}, (*manifestReader).patentClass},
		{"tsdc", nil, texts(func(m *Manifest) *[]string { return &m.About.Technologies })},
		{"outer-dimensions", []string{"outer-dimension"}, func(r *manifestReader, f *treeField) {
			r.m.About.Dimensions = r.dimensions(f.key, f.value, "")
		}},
		{"mass", nil, func(r *manifestReader, f *treeField) { r.m.About.Mass = r.mass(f.key, f.value) }},
		{"health-safety-notice", nil, textInto(func(m *Manifest) *string { return &m.About.Safety })},
		{"part", []string{"parts"}, (*manifestReader).parts},
	}
}

// okh1Fields are those, most of them of OKH 1.0, that a release has no member for. They are known, so
// they are kept without a finding.
func okh1Fields() []manifestField {
	var fields []manifestField
	for _, name := range []string{
		"rdf", "$schema", "timestamp", "date-created", "date-updated", "date-published", "manifest-language", "manifest-is-translation",
		"documentation-is-translation", "made", "made-independently", "sustainable-development-goals", "sub-parts",
		// What OKH-LOSH has for single technologies, which the manifest of a single part says at the top.
		"material", "printing-process", "smallest-tolerance-class", "smallest-inner-radius-mm", "2d-size-mm", "component-sides",
	} {
		fields = append(fields, manifestField{name, nil, (*manifestReader).keep})
	}
	return append(fields, manifestField{"sub", nil, (*manifestReader).subThings})
}

// quietAliases are words of OKH 1.0 that are no mistake in it.
var quietAliases = map[string]bool{
	"title": true, "description": true, "archive-download": true, "derivative-of": true, "variant-of": true, "design-files": true,
	"making-instructions": true, "operating-instructions": true, "standards-used": true, "okh-manifest-version": true,
}

func skipField(*manifestReader, *treeField) {}

// read goes through the fields in the order of the file.
func (r *manifestReader) read(root *node) {
	byName := make(map[string]manifestField)
	var names []string
	for _, field := range manifestFields() {
		for _, name := range append([]string{field.name}, field.alias...) {
			byName[name] = field
			names = append(names, name)
		}
	}
	met := make(map[string]string)
	for _, f := range root.fields {
		name := normalKey(f.key)
		field, known := byName[name]
		switch {
		case !known:
			r.unknownKey("", f, names)
			r.keep(f)
			continue
		case f.value.kind == nullNode:
			r.info("empty-value", f.value, f.key, "the key has no value; it was left out")
			continue
		}
		r.m.lines[field.name] = f.line
		r.spelling(f, name, field)
		if before, again := met[field.name]; again && !joins(field.name) {
			r.warn("repeated-field", &node{line: f.line}, f.key, "it says the same as "+before+", which was read; this one is kept as it is")
			r.keep(f)
			continue
		}
		met[field.name] = f.key
		field.read(r, f)
	}
	r.inferRepository(root)
}

// joins tells whether a field that is there under two names is read from both.
func joins(name string) bool {
	switch name {
	case "licensor", "author", "contributors", "contact", "source", "image", "standard-compliance", "manufacturing-instructions", "user-manual":
		return true
	}
	return false
}

func (r *manifestReader) spelling(f *treeField, name string, field manifestField) {
	n := &node{line: f.line}
	switch {
	case name != field.name && quietAliases[name] && (r.m.Dialect == "1.0" || name == "okh-manifest-version"):
	case name == "organisation" && r.m.Dialect == "losh-1.0": // that dialect's own spelling
	case name != field.name:
		r.info("key-alias", n, f.key, "it was read as "+field.name+", OKH's word for it")
	case f.key != name && f.key != "forkOf": // which OKH 2.4 itself writes so
		r.info("key-spelling", n, f.key, "it was read as "+name+", OKH's spelling")
	}
}

// unknownKey reports a key, with the known one that is most like it.
func (r *manifestReader) unknownKey(within string, f *treeField, known []string) {
	field := within + f.key
	if r.unknown[field]++; r.unknown[field] > 1 {
		return
	}
	const told = 200 // a file with more is no manifest, or means harm
	switch n := len(r.unknown); {
	case n == told+1:
		r.warn("unknown-key", &node{line: f.line}, "", "more keys that are not OKH's follow; they are kept as they are")
		return
	case n > told:
		return
	}
	message := "the key is not one of OKH's; it is kept as it is"
	if like := mostLike(normalKey(f.key), known); like != "" {
		message += ": did you mean " + like + "?"
	}
	r.warn("unknown-key", &node{line: f.line}, field, message)
}

// keep puts a field as it is among the extra ones.
func (r *manifestReader) keep(f *treeField) { r.keepAs(f.key, f) }

func (r *manifestReader) keepAs(name string, f *treeField) {
	r.m.Extra = append(r.m.Extra, unknownOf(name, f))
}

func unknownOf(name string, f *treeField) Unknown {
	return Unknown{Field: withoutAddresses(name), Line: f.line, Text: withoutAddresses(f.value.sourceText())}
}

// dialect finds out which version of OKH the file follows.
func (r *manifestReader) dialect(root *node, yaml bool) {
	f, _ := root.get("okhv")
	if f == nil {
		f, _ = root.get("okh-manifest-version")
	}
	text := ""
	if f != nil && f.value.kind == scalarNode {
		text = strings.TrimSpace(f.value.text)
	}
	switch {
	case text == "" && (yaml || r.declared != ""):
		r.m.Dialect = "1.0"
	case text == "":
		r.m.Dialect = "2.4"
		r.add(SeverityWarning, "okhv-missing", 0, "okhv", `the manifest does not say which version of OKH it follows; it was read as 2.4: write okhv = "2.4"`)
	default:
		r.m.Dialect = r.normalDialect(text, f)
	}
}

func (r *manifestReader) normalDialect(text string, f *treeField) string {
	short := strings.ToLower(text)
	losh := strings.Contains(short, "losh")
	short = strings.TrimLeft(strings.TrimPrefix(short, "okh"), "-v losh")
	parts := strings.Split(short, ".")
	if len(parts) == 3 && parts[2] == "0" {
		parts = parts[:2]
	}
	version := strings.Join(parts, ".")
	if losh {
		version = "losh-" + version
	}
	switch version {
	case "1.0", "losh-1.0", "2.0", "2.1", "2.2", "2.3", "2.4":
		return version
	case "1":
		return "1.0"
	case "2":
		return "2.0"
	}
	r.warn("okhv-unknown", f.value, f.key, Quote(text)+" is not a version of OKH that is known here; the manifest was read as 2.4")
	return "2.4"
}
