package label

import (
	"path"
	"strings"

	"github.com/patternbook/patternbook/bom"
)

// A content is what a label says, in characters that can be shown.
type content struct {
	quantity   string
	place      string   // path of the line: 16/10
	name       string   // in bold
	part       []string // ways to write what is bought, the fullest first; the last must do
	value      string   // and footprint, or process and material
	files      []term
	references []string
	title      string
}

// contentOf gives what the label of a line says. What the name says already is
// not said again.
func contentOf(e entry, title string, c *script) content {
	l := e.line
	text := content{quantity: c.plain(quantity(l)), place: c.plain(e.path), title: title}
	text.name = firstText(c, l.Name, l.Value, l.Part.MPN, l.Part.Standard)
	maker, number, standard := c.plain(l.Part.Manufacturer), c.plain(l.Part.MPN), c.plain(l.Part.Standard)
	switch {
	case number != "" && maker != "" && number != text.name:
		text.part = []string{maker + " " + number, number}
	case number != "" && number != text.name:
		text.part = []string{number}
	case standard != "" && standard != text.name:
		text.part = []string{standard}
	case maker != "":
		text.part = []string{maker}
	}
	text.value = join(text.name, c.plain(l.Value), c.plain(l.Footprint))
	if l.Kind == bom.KindMade {
		text.value = join(text.name, text.value, c.plain(l.Process), c.plain(l.Material))
		for _, f := range l.Files {
			text.files = append(text.files, term{c.visible(path.Base(f)), 1})
		}
	}
	for _, r := range l.References {
		text.references = append(text.references, c.visible(r))
	}
	return text
}

// visible is plain, and never empty.
func (c *script) visible(s string) string {
	if s = c.plain(s); s == "" {
		return string(lacking)
	}
	return s
}

// firstText gives the first of texts that is not empty.
func firstText(c *script, texts ...string) string {
	for _, t := range texts {
		if t = c.plain(t); t != "" {
			return t
		}
	}
	return ""
}

// join puts texts side by side, without those that are empty or equal to the
// name.
func join(name string, texts ...string) string {
	var kept []string
	for _, t := range texts {
		if t != "" && t != name {
			kept = append(kept, t)
		}
	}
	return strings.Join(kept, ", ")
}
