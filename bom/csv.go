package bom

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
)

// tableColumns are the columns of the tables that we write. Extra columns follow.
var tableColumns = []struct {
	header string
	cell   func(*Line) string
}{
	{"Item", func(l *Line) string { return l.Item }},
	{"Name", func(l *Line) string { return l.Name }},
	{"Kind", func(l *Line) string { return string(l.Kind) }},
	{"Quantity", func(l *Line) string { return l.Quantity.String() }},
	{"Required", func(l *Line) string { return l.Required.String() }},
	{"Unit", func(l *Line) string { return l.Unit }},
	{"Fitted", func(l *Line) string {
		if l.Fitted {
			return "yes"
		}
		return "no"
	}},
	{"References", func(l *Line) string { return strings.Join(l.References, ", ") }},
	{"Manufacturer", func(l *Line) string { return l.Part.Manufacturer }},
	{"MPN", func(l *Line) string { return l.Part.MPN }},
	{"Standard", func(l *Line) string { return l.Part.Standard }},
	{"Value", func(l *Line) string { return l.Value }},
	{"Footprint", func(l *Line) string { return l.Footprint }},
	{"Process", func(l *Line) string { return l.Process }},
	{"Material", func(l *Line) string { return l.Material }},
	{"Files", func(l *Line) string { return strings.Join(l.Files, "; ") }},
	{"Assembly", assemblyCell},
	{"Note", func(l *Line) string { return l.Note }},
	{"Paths", func(l *Line) string { return strings.Join(l.Paths, " ") }},
}

// assemblyCell gives the pinned release where there is one, else the reference.
func assemblyCell(l *Line) string {
	switch {
	case l.Assembly == nil:
		return ""
	case !l.Assembly.Version.IsZero():
		return l.Assembly.Design.String() + "@" + l.Assembly.Version.String()
	}
	return l.Assembly.Reference
}

// WriteCSV writes b as comma-separated values (RFC 4180, lines end in CRLF, in
// UTF-8): a header, then lines and tools; in the tree view a nested line follows
// its assembly, and its Item is its path. Extra cells have columns of their own
// at the end. Alternates, offers and findings are in the JSON alone.
//
// A cell that a spreadsheet would run as a formula, because it begins with =,
// +, -, @, a tab or a line end, is written with an apostrophe before it, and so
// is one that begins with an apostrophe. Take one apostrophe from the beginning
// of a cell to have it back; [Read] does.
func WriteCSV(w io.Writer, b *BOM) error { return writeTable(w, b, ',') }

// WriteTSV writes b as WriteCSV does, with tabs between the cells.
func WriteTSV(w io.Writer, b *BOM) error { return writeTable(w, b, '\t') }

func writeTable(w io.Writer, b *BOM, comma byte) error {
	t := tableWriter{w: bufio.NewWriter(w), comma: comma}
	names := map[string]bool{}
	t.extras(b, names)
	for name := range names {
		t.extra = append(t.extra, name)
	}
	slices.Sort(t.extra)
	for _, c := range tableColumns {
		t.cell(c.header)
	}
	for _, name := range t.extra {
		t.cell(name)
	}
	t.end()
	t.lines(b, "")
	if err := t.w.Flush(); err != nil {
		return fmt.Errorf("write the table: %w", err)
	}
	return nil
}

type tableWriter struct {
	w     *bufio.Writer // keeps the first error
	comma byte
	extra []string
	begun bool
}

// extras gathers the names of the extra columns.
func (t *tableWriter) extras(b *BOM, names map[string]bool) {
	for _, list := range [][]Line{b.Lines, b.Tools} {
		for i := range list {
			for name := range list[i].Extra {
				names[name] = true
			}
			if list[i].BOM != nil {
				t.extras(list[i].BOM, names)
			}
		}
	}
}

func (t *tableWriter) lines(b *BOM, prefix string) {
	for _, list := range [][]Line{b.Lines, b.Tools} {
		for i := range list {
			l := list[i]
			path := prefix + l.Item
			l.Item = path
			for _, c := range tableColumns {
				t.cell(c.cell(&l))
			}
			for _, name := range t.extra {
				t.cell(l.Extra[name])
			}
			t.end()
			if l.BOM != nil {
				t.lines(l.BOM, path+"/")
			}
		}
	}
}

func (t *tableWriter) cell(s string) {
	if t.begun {
		t.w.WriteByte(t.comma)
	}
	t.begun = true
	s = guard(s)
	if !strings.ContainsAny(s, "\"\r\n") && strings.IndexByte(s, t.comma) < 0 && s == strings.TrimSpace(s) {
		t.w.WriteString(s)
		return
	}
	t.w.WriteByte('"')
	t.w.WriteString(strings.ReplaceAll(s, `"`, `""`))
	t.w.WriteByte('"')
}

func (t *tableWriter) end() {
	t.w.WriteString("\r\n")
	t.begun = false
}

const guarded = "=+-@\t\r\n'"

// guard keeps a spreadsheet from running a cell as a formula.
func guard(s string) string {
	if s != "" && strings.IndexByte(guarded, s[0]) >= 0 {
		return "'" + s
	}
	return s
}

// unguard takes away what guard has added.
func unguard(s string) string {
	if len(s) > 1 && s[0] == '\'' && strings.IndexByte(guarded, s[1]) >= 0 {
		return s[1:]
	}
	return s
}
