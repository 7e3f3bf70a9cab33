package schema

import (
	"strconv"
	"strings"
)

// A NewManifest is what a first manifest is written from. Name is required; what
// is empty is left out or stands as a comment.
type NewManifest struct {
	Name         string
	Repository   string // URL
	Version      string
	Licence      string // SPDX
	Licensor     string
	Organisation string
	Function     string
	Language     string // BCP 47, of the documentation
	Readme       string
	BOM          []string
	Source       []string
	Instructions []string
	Image        string
}

// WriteManifest writes an okh.toml that follows OKH 2.4. [ReadManifest] reads it
// without a finding of severity error.
func WriteManifest(n NewManifest) []byte {
	var w manifestWriter
	w.line("# What this design is, for people and registries: Open Know-How 2.4,")
	w.line("# https://github.com/iop-alliance/OpenKnowHow")
	w.text("okhv", "2.4", "")
	w.text("name", n.Name, "")
	w.text("version", n.Version, `version = "0.1.0"`)
	w.text("repo", n.Repository, `repo = "https://…"`)
	w.line("")
	w.line("# An SPDX licence expression: https://spdx.org/licenses/")
	w.text("license", n.Licence, `license = "CERN-OHL-S-2.0"`)
	w.line("# Whose work it is. Write no e-mail address: this file is public.")
	w.text("licensor", n.Licensor, `licensor = "…"`)
	w.text("organization", n.Organisation, "")
	w.line("")
	w.line("# What it does, in plain words. People search for this.")
	w.text("function", n.Function, `function = "…"`)
	w.text("documentation-language", n.Language, "")
	w.line("")
	w.line("# Files, from this folder. One, or a list.")
	w.text("readme", n.Readme, `readme = "README.md"`)
	w.text("image", n.Image, "")
	w.list("bom", n.BOM, `bom = "bom.csv"`)
	w.list("source", n.Source, "")
	w.list("manufacturing-instructions", n.Instructions, "")
	return []byte(w.String())
}

type manifestWriter struct{ strings.Builder }

func (w *manifestWriter) line(s string) {
	w.WriteString(s)
	w.WriteByte('\n')
}

// text writes a key; one without a value becomes the comment hint.
func (w *manifestWriter) text(key, value, hint string) {
	switch {
	case value != "":
		w.line(key + " = " + tomlText(value))
	case hint != "":
		w.line("#" + hint)
	}
}

func (w *manifestWriter) list(key string, values []string, hint string) {
	if len(values) < 2 {
		w.text(key, strings.Join(values, ""), hint)
		return
	}
	w.line(key + " = [")
	for _, v := range values {
		w.line("  " + tomlText(v) + ",")
	}
	w.line("]")
}

// tomlText writes a basic string (toml.io/en/v1.0.0#string).
func tomlText(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range s {
		switch {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteRune(c)
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\t':
			b.WriteString(`\t`)
		case c < 0x20 || c == 0x7F:
			b.WriteString(`\u00` + strconv.FormatInt(int64(c)+0x100, 16)[1:])
		default:
			b.WriteRune(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}
