package bom

import "strings"

// Guarded are the characters that a spreadsheet would run a cell for as a
// formula if it began with one, and the apostrophe: in the tables that package
// export writes, a text that begins with one of them has an apostrophe before
// it, which Read takes away.
const Guarded = "=+-@\t\r\n'"

// unguard takes away the apostrophe before a guarded text.
func unguard(s string) string {
	if len(s) > 1 && s[0] == '\'' && strings.IndexByte(Guarded, s[1]) >= 0 {
		return s[1:]
	}
	return s
}

// cellSigns are the characters that have a meaning in a cell of our own tables
// that holds a list. A backslash before one of them takes it away.
const cellSigns = `\;|`

// JoinCell writes a list into one cell of our own tables, from which Read has
// the same texts back: parted by sep, which is ';' or '|'. The empty texts at
// the end are left out.
func JoinCell(sep byte, texts ...string) string {
	for len(texts) > 0 && texts[len(texts)-1] == "" {
		texts = texts[:len(texts)-1]
	}
	var b strings.Builder
	for i, text := range texts {
		if i > 0 && sep == '|' {
			b.WriteByte(' ')
		}
		if i > 0 {
			b.WriteByte(sep)
			b.WriteByte(' ')
		}
		for j := range len(text) {
			if strings.IndexByte(cellSigns, text[j]) >= 0 {
				b.WriteByte('\\')
			}
			b.WriteByte(text[j])
		}
	}
	return b.String()
}

// splitCell parts a cell at sep, and leaves the backslashes in the parts.
func splitCell(cell string, sep byte) []string {
	var list []string
	from := 0
	for i := 0; i < len(cell); i++ {
		switch {
		case cell[i] == '\\' && i+1 < len(cell) && strings.IndexByte(cellSigns, cell[i+1]) >= 0:
			i++
		case cell[i] == sep:
			list = append(list, trim(cell[from:i]))
			from = i + 1
		}
	}
	return append(list, trim(cell[from:]))
}

// plainCell takes away the backslashes that JoinCell has written.
func plainCell(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) && strings.IndexByte(cellSigns, s[i+1]) >= 0 {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// JoinReferences writes designators into one cell of our own tables, from which
// Read has the same list back: parted by commas. One that would be read as
// several ("R1-R4", "a, b") has a backslash before it, and before each comma and
// backslash in it.
func JoinReferences(list []string) string {
	var b strings.Builder
	for i, r := range list {
		if i > 0 {
			b.WriteString(", ")
		}
		if isDesignator(r) {
			b.WriteString(r)
			continue
		}
		_, number := plainNumber(r) // behind C1 it would be read as a capacitor
		if same := splitReferences(r); !number && len(same) == 1 && same[0] == r && strings.IndexByte(r, '\\') < 0 {
			b.WriteString(r)
			continue
		}
		b.WriteByte('\\')
		b.WriteString(verbatim.Replace(r))
	}
	return b.String()
}

var (
	verbatim = strings.NewReplacer(`\`, `\\`, `,`, `\,`)
	spoken   = strings.NewReplacer(`\\`, `\`, `\,`, `,`)
)

// splitOwnReferences reads what JoinReferences wrote, or a person into its place.
func splitOwnReferences(cell string) []string {
	if strings.IndexByte(cell, '\\') < 0 {
		return splitReferences(cell)
	}
	var list []string
	from := 0
	part := func(s string) {
		s = trim(s)
		if text, ok := strings.CutPrefix(s, `\`); ok {
			list = append(list, cut(spoken.Replace(text), maxReference))
			return
		}
		list = append(list, splitReferences(s)...)
	}
	for i := 0; i < len(cell); i++ {
		switch {
		case cell[i] == '\\' && trim(cell[from:i]) != "": // with what it stands before
			i++
		case cell[i] == ',':
			part(cell[from:i])
			from = i + 1
		}
	}
	part(cell[min(from, len(cell)):])
	return list
}
