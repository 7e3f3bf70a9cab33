package bom

import (
	"strings"
)

// delimiters are what may part cells, with the names by which a source tells them.
var delimiters = []struct {
	char byte
	name string
}{{',', "comma"}, {';', "semicolon"}, {'\t', "tab"}, {'|', "pipe"}}

// readDelimited reads text whose cells are parted by one character. Which one it
// is shows in the header: the delimiter that makes known columns of a row. It
// gives nil when none does.
func (p plainText) readDelimited() (*BOM, error) {
	sample := p.text[:min(len(p.text), 1<<18)]
	best, score := -1, 0
	for i, d := range delimiters {
		if strings.IndexByte(sample, d.char) < 0 {
			continue
		}
		_, s := p.chosen.findHeader(take(newRows(sample, d.char), headerRows))
		if s > 0 && strings.HasPrefix(sample, "sep="+string(d.char)) { // what spreadsheets are told
			s = maxColumns
		}
		if s > score {
			best, score = i, s
		}
	}
	if best < 0 {
		return nil, nil
	}
	t := p.table("csv")
	t.source.Delimiter = delimiters[best].name
	t.decimalComma = delimiters[best].char == ';'
	const least = 16 // bytes of a line that says anything: blank lines must not cost memory
	t.bom.Lines = make([]Line, 0, min(strings.Count(p.text, "\n"), len(p.text)/least, MaxLines))
	t.facts = make([]fact, 0, cap(t.bom.Lines))
	return t.rows(newRows(p.text, delimiters[best].char))
}

// textRows cuts text into rows and cells by RFC 4180, but forgives what it forbids:
// quotes within bare cells, text after a closing quote, and a quote that never
// closes, which is then no quote.
type textRows struct {
	text   string
	comma  byte
	at     int
	number int
	cells  []string // reused
}

func newRows(text string, comma byte) *textRows {
	return &textRows{text: text, comma: comma, number: 1}
}

// next gives the next row; its cells are valid until the following call. Cells
// beyond maxColumns are joined to the last.
func (r *textRows) next() (row, bool) {
	if r.at >= len(r.text) {
		return row{}, false
	}
	one := row{number: r.number}
	r.cells = r.cells[:0]
	for {
		cell, end := r.cell()
		r.cells = append(r.cells, cell)
		if end {
			break
		}
		if len(r.cells) == maxColumns-1 {
			r.cells = append(r.cells, strings.TrimSpace(r.line()))
			break
		}
	}
	one.cells = r.cells
	return one, true
}

// line gives what is left of the line, and goes behind it.
func (r *textRows) line() string {
	rest := r.text[r.at:]
	end := strings.IndexAny(rest, "\r\n")
	if end < 0 {
		r.at = len(r.text)
		return rest
	}
	r.at += end
	r.newline()
	return rest[:end]
}

// newline goes behind the end of a line, which is LF, CRLF or CR.
func (r *textRows) newline() {
	if r.text[r.at] == '\r' && r.at+1 < len(r.text) && r.text[r.at+1] == '\n' {
		r.at++
	}
	r.at++
	r.number++
}

// cell gives the next cell without white space at its ends, and whether it is
// the last of its row.
func (r *textRows) cell() (string, bool) {
	start := r.at
	for start < len(r.text) && r.text[start] == ' ' && r.comma != ' ' {
		start++
	}
	if start < len(r.text) && r.text[start] == '"' {
		if cell, end, ok := r.quoted(start + 1); ok {
			return cell, end
		}
	}
	for i := r.at; i < len(r.text); i++ {
		switch c := r.text[i]; {
		case c == r.comma:
			cell := r.text[r.at:i]
			r.at = i + 1
			return trim(cell), false
		case c == '\n' || c == '\r':
			cell := r.text[r.at:i]
			r.at = i
			r.newline()
			return trim(cell), true
		}
	}
	cell := r.text[r.at:]
	r.at = len(r.text)
	return trim(cell), true
}

// maxQuoted is how many bytes a quoted cell may have. A quote that is not closed
// within them is taken for a mark of inches, so that it swallows no rows.
const maxQuoted = 4 * maxText

// quoted reads a cell that begins behind a quote at from. It fails when no quote
// closes it.
func (r *textRows) quoted(from int) (cell string, end, ok bool) {
	doubled := false
	i, limit := from, min(len(r.text), from+maxQuoted)
	for {
		next := -1
		if i < limit {
			next = strings.IndexByte(r.text[i:limit], '"')
		}
		if next < 0 {
			return "", false, false
		}
		i += next
		if i+1 < len(r.text) && r.text[i+1] == '"' {
			doubled = true
			i += 2
			continue
		}
		break
	}
	cell = r.text[from:i]
	r.number += strings.Count(cell, "\n")
	if doubled {
		cell = strings.ReplaceAll(cell, `""`, `"`)
	}
	closed := i
	for i++; i < len(r.text) && r.text[i] != r.comma && r.text[i] != '\n' && r.text[i] != '\r'; i++ {
	}
	if trim(r.text[closed+1:i]) != "" { // "3" tape: the quotes are part of the text
		cell = r.text[from-1 : i]
	}
	r.at = i
	switch {
	case i == len(r.text):
		end = true
	case r.text[i] == r.comma:
		r.at++
	default:
		end = true
		r.newline()
	}
	return trim(cell), end, true
}

// trim takes white space from the ends of a cell.
func trim(s string) string {
	if s == "" || s[0] > ' ' && s[0] < 0x80 && s[len(s)-1] > ' ' && s[len(s)-1] < 0x80 {
		return s
	}
	return strings.TrimSpace(s)
}
