package schema

import (
	"path"
	"strings"

	"golang.org/x/text/language"
)

// partKeys are what a part has; all else it is kept in its Extra. Those that
// OKH-LOSH gives to single technologies (printing-process and so on) are known
// and not reported.
var partKeys = []string{
	"name", "tsdc", "material", "source", "export", "auxiliary", "image", "outer-dimensions", "mass",
	"outer-dimension", "outer-dimension-dim", "outer-dimensions-dim",
}

var technologyKeys = map[string]bool{
	"printing-process": true, "infill": true, "raft-brim": true, "supports": true, "resolution-mm": true, "shell-thickness": true,
	"top-bottom-thickness": true, "smallest-tolerance-class": true, "smallest-inner-radius-mm": true, "2d-size-mm": true,
	"component-sides": true, "manufacturing-instructions": true,
}

func (r *manifestReader) parts(f *treeField) {
	for at, n := range f.value.numbered(f.key) {
		if n.kind != tableNode {
			r.warn("not-a-part", n, at, "a part is a table with a name; this one is kept as it is")
			r.keepAs(at, &treeField{at, n.line, n})
			continue
		}
		r.m.About.Parts = append(r.m.About.Parts, r.part(at, n))
	}
}

func (r *manifestReader) part(at string, n *node) DesignPart {
	var p DesignPart
	unit := ""
	if f, ok := n.get("outer-dimension-dim", "outer-dimensions-dim"); ok {
		unit = strings.ToLower(strings.TrimSpace(f.value.text))
	}
	kept := len(r.m.Extra)
	for _, f := range n.fields {
		field := at + "." + f.key
		switch name := normalKey(f.key); {
		case f.value.kind == nullNode:
			r.info("empty-value", f.value, field, "the key has no value; it was left out")
		case name == "name":
			p.Name = r.scalar(field, f.value)
		case name == "tsdc":
			p.Technologies = r.texts(field, f.value)
		case name == "material":
			p.Material = r.scalar(field, f.value)
		case name == "source":
			p.Source = r.locations(field, f.value, RoleSource)
		case name == "export":
			p.Export = r.locations(field, f.value, RoleExport)
		case name == "auxiliary":
			p.Auxiliary = r.locations(field, f.value, RoleOther)
		case name == "image":
			p.Images = r.locations(field, f.value, RoleImage)
		case name == "outer-dimensions" || name == "outer-dimension":
			if name != "outer-dimensions" {
				r.info("key-alias", f.value, field, "it was read as outer-dimensions, OKH's word for it")
			}
			p.Dimensions = r.dimensions(field, f.value, unit)
		case name == "outer-dimension-dim" || name == "outer-dimensions-dim":
		case name == "mass":
			p.Mass = r.mass(field, f.value)
		case technologyKeys[name]:
			p.Extra = append(p.Extra, unknownOf(f.key, f))
		default:
			r.unknownKey("part.", f, partKeys)
			p.Extra = append(p.Extra, unknownOf(f.key, f))
		}
	}
	// What was kept while the part was read belongs to the part.
	for _, u := range r.m.Extra[kept:] {
		u.Field = strings.TrimPrefix(u.Field, at+".")
		p.Extra = append(p.Extra, u)
	}
	r.m.Extra = r.m.Extra[:kept]
	if p.Name == "" {
		p.Name = r.partName(at, n, p)
	}
	return p
}

// partName stands in for a name that is missing.
func (r *manifestReader) partName(at string, n *node, p DesignPart) string {
	name := at
	for _, files := range [][]string{p.Source, p.Export} {
		if name == at && len(files) > 0 {
			name = strings.TrimSuffix(path.Base(files[0]), path.Ext(files[0]))
		}
	}
	r.warn("no-name", n, at, "the part has no name; it was called "+Quote(name))
	return name
}

func (r *manifestReader) images(f *treeField) {
	for at, n := range f.value.entries(f.key) {
		if n.kind != tableNode {
			for _, l := range r.locations(at, n, RoleImage) {
				r.m.About.Images = append(r.m.About.Images, Image{Location: l})
			}
			continue
		}
		r.image(at, n)
	}
}

func (r *manifestReader) image(at string, n *node) {
	var image Image
	for _, f := range n.fields {
		field := at + "." + f.key
		switch normalKey(f.key) {
		case "location", "path", "url":
			if l := r.locations(field, f.value, RoleImage); len(l) > 0 {
				image.Location = l[0]
			}
		case "depicts", "title":
			image.Depicts = r.depicts(field, f)
		case "slots", "slot":
			image.Slots = r.texts(field, f.value)
		case "tags", "tag":
			image.Tags = r.texts(field, f.value)
		default:
			r.unknownKey("image.", f, []string{"location", "depicts", "slots", "tags"})
			r.keepAs(field, f)
		}
	}
	if image.Location == "" {
		r.warn("no-path", n, at, "the image has no location; write the path of its file or its URL")
		return
	}
	r.m.About.Images = append(r.m.About.Images, image)
}

// depicts reads a text, or the first of texts in several languages; those are
// kept whole.
func (r *manifestReader) depicts(field string, f *treeField) string {
	n := f.value
	if n.kind == listNode && len(n.items) > 0 {
		r.keepAs(field, f)
		n = n.items[0]
	}
	if n.kind == tableNode {
		text, ok := n.get("text")
		if f.value == n {
			r.keepAs(field, f)
		}
		if !ok {
			return ""
		}
		n = text.value
	}
	return r.scalar(field, n)
}

// software reads release and installation-guide, or path and title of OKH 1.0.
func (r *manifestReader) software(f *treeField) {
	for at, n := range f.value.numbered(f.key) {
		var s Software
		if n.kind == scalarNode {
			s.Release = r.scalar(at, n)
		}
		for _, g := range n.fields {
			field := at + "." + g.key
			switch normalKey(g.key) {
			case "release", "path":
				s.Release = r.softwareRelease(field, g.value)
			case "installation-guide":
				if l := r.locations(field, g.value, RoleOther); len(l) > 0 {
					s.InstallationGuide = l[0]
				}
			case "title":
				r.keepAs(field, g)
			default:
				r.unknownKey("software.", g, []string{"release", "installation-guide", "path", "title"})
				r.keepAs(field, g)
			}
		}
		if s != (Software{}) {
			r.m.About.Software = append(r.m.About.Software, s)
		}
	}
}

// softwareRelease is a URL, a path, or (as seen in the wild) a version.
func (r *manifestReader) softwareRelease(field string, n *node) string {
	if n.kind == scalarNode && !strings.Contains(n.text, "/") {
		return r.scalar(field, n)
	}
	if l := r.locations(field, n, RoleFirmware); len(l) > 0 {
		return l[0]
	}
	return ""
}

// standards reads texts, or tables of OKH 1.0: the reference, else the title.
func (r *manifestReader) standards(f *treeField) {
	for at, n := range f.value.entries(f.key) {
		if n.kind == tableNode {
			r.keepAs(at, &treeField{at, n.line, n})
			g, ok := n.get("reference", "standard-title", "title", "name")
			if !ok {
				r.warn("no-name", n, at, "the standard has neither reference nor title; it is kept as it is")
				continue
			}
			n = g.value
		}
		if text := r.scalar(at, n); text != "" {
			r.m.About.Standards = append(r.m.About.Standards, text)
		}
	}
}

func (r *manifestReader) patentClass(f *treeField) {
	r.m.About.PatentClass = strings.Join(r.texts(f.key, f.value), ", ")
}

func (r *manifestReader) subThings(f *treeField) {
	r.keep(f)
	r.info("sub-thing", f.value, f.key, "it names another design; Patternbook takes assemblies from the BOM and from [[assembly]] tables: name it there")
}

// languageNames are what people write in the place of a code.
var languageNames = map[string]string{
	"english": "en", "german": "de", "deutsch": "de", "french": "fr", "français": "fr", "spanish": "es", "español": "es", "italian": "it",
	"italiano": "it", "portuguese": "pt", "português": "pt", "dutch": "nl", "nederlands": "nl", "polish": "pl", "russian": "ru", "chinese": "zh",
	"japanese": "ja", "korean": "ko", "catalan": "ca", "czech": "cs", "greek": "el", "turkish": "tr", "arabic": "ar", "hindi": "hi",
}

func (r *manifestReader) languages(f *treeField) {
	for _, text := range r.texts(f.key, f.value) {
		for part := range strings.FieldsFuncSeq(text, func(c rune) bool { return c == ',' || c == ';' || c == '/' }) {
			if tag := r.language(f, strings.TrimSpace(part)); tag != "" {
				r.m.About.Languages = append(r.m.About.Languages, tag)
			}
		}
	}
}

// language brings a language to its BCP 47 tag.
func (r *manifestReader) language(f *treeField, text string) string {
	base, rest, _ := strings.Cut(strings.NewReplacer("_", "-", " ", "-", "(", "", ")", "").Replace(text), "-")
	if code, ok := languageNames[strings.ToLower(base)]; ok {
		base = code
	}
	if strings.EqualFold(rest, "UK") { // the code of the United Kingdom is GB
		rest = "GB"
	}
	if rest != "" {
		base += "-" + rest
	}
	tag, err := language.Raw.Parse(base)
	if err != nil || tag == language.Und {
		r.warn("language", f.value, f.key, Quote(text)+" is not a language; write a BCP 47 tag like en or en-GB (it was left out)")
		return ""
	}
	if tag.String() != text {
		r.info("language", f.value, f.key, Quote(text)+" was read as "+tag.String())
	}
	return tag.String()
}
