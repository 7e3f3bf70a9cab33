package bom

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/patternbook/patternbook/schema"
)

// readHeaderless reads a table that does not name its columns, if its cells leave
// no choice: texts, and beside them designators or whole numbers in one column
// alone. A column of part numbers with a header of its own is one too. It gives
// nil for all others.
func (p plainText) readHeaderless() (*BOM, error) {
	if b, err := p.readColumn(); b != nil || err != nil {
		return b, err
	}
	sample := p.text[:min(len(p.text), 1<<18)]
	for _, d := range delimiters {
		if strings.IndexByte(sample, d.char) < 0 {
			continue
		}
		columns := columnsByCells(take(newRows(sample, d.char), sampleRows))
		if columns == nil {
			continue
		}
		t := p.table("csv")
		t.source.Delimiter = d.name
		t.decimalComma = d.char == ';'
		t.columns = columns
		t.find(schema.SeverityWarning, "header-missing", 0, "", "no row names columns; read "+columnsRead(columns)+". A header above the rows would leave no doubt")
		t.feed = feed{rows: newRows(p.text, d.char)}
		if err := t.below(); err != nil {
			return nil, err
		}
		return t.end()
	}
	return nil, nil
}

func columnsRead(columns []column) string {
	var read []string
	for _, c := range columns {
		if c.field != fieldExtra {
			read = append(read, c.key+" as "+fieldNames[c.field])
		}
	}
	return strings.Join(read, ", ")
}

// columnsByCells tells by its cells what the columns of a table without header
// hold; nil when that is not clear.
func columnsByCells(rows []row) []column {
	rows = slices.DeleteFunc(rows, func(r row) bool { return !slices.ContainsFunc(r.cells, notEmpty) || isRule(r) })
	width := 0
	for _, r := range rows {
		width = max(width, len(r.cells))
	}
	const least, widest = 2, 12
	if len(rows) < least || width < 2 || width > widest {
		return nil
	}
	s := settler{columns: make([]column, width), values: rows}
	var names, references, numbers []int
	decimals := 0
	for i := range s.columns {
		s.columns[i].key = fmt.Sprintf("column %d", i+1)
		switch full := s.filled(i) >= 90; {
		case full && s.share(i, looksLikeReferences) == 100:
			references = append(references, i)
		case full && s.share(i, isCount) == 100 && s.countsUp(i):
			s.columns[i].field = fieldItem
		case full && s.share(i, isCount) == 100:
			numbers = append(numbers, i)
		case full && s.share(i, isName) >= 90:
			names = append(names, i)
		case s.share(i, looksLikeQuantity) >= 90:
			decimals++
		}
	}
	switch {
	case len(names) == 0, len(references) > 1, len(numbers) > 1, len(references)+len(numbers) == 0, len(numbers) == 0 && decimals > 1: // where parts are placed
		return nil
	}
	s.columns[names[0]].field = fieldName
	if len(references) > 0 {
		s.columns[references[0]].field = fieldReferences
	}
	if len(numbers) > 0 {
		s.columns[numbers[0]].field = fieldQuantity
	}
	s.once()
	return s.columns
}

// isCount tells whether a cell is a whole number of pieces, as few as a person
// writes.
func isCount(cell string) bool {
	n, ok := plainNumber(strings.TrimRight(cell, "xX× "))
	return ok && n > 0 && n < 10_000
}

// isName tells whether a cell may name a part: it has letters, and is no sentence.
func isName(cell string) bool {
	return len(cell) <= maxHeader && strings.ContainsFunc(cell, unicode.IsLetter) && !strings.HasSuffix(cell, ".") && !strings.HasSuffix(cell, ":")
}

// readColumn reads a table of one column that has part numbers and says so.
func (p plainText) readColumn() (*BOM, error) {
	rows := newRows(p.text, ',')
	header, numbers := row{}, 0
	for {
		r, more := rows.next()
		if !more {
			break
		}
		filled, first := 0, -1
		for i, cell := range r.cells {
			if cell != "" {
				if filled++; first < 0 {
					first = i
				}
			}
		}
		switch {
		case filled == 0:
		case filled > 1 || first > 0:
			return nil, nil
		case header.cells == nil:
			switch h := headingOf(r.cells[0]); {
			case h.strength < plain:
				return nil, nil
			case h.field == fieldMPN, h.field == fieldPartNumber, h.field == fieldSKU, h.field == fieldNamedSKU:
				header = row{number: r.number, cells: []string{strings.Clone(r.cells[0])}}
			default:
				return nil, nil
			}
		case strings.Contains(r.cells[0], " "): // a text
			return nil, nil
		default:
			numbers++
		}
	}
	if numbers == 0 {
		return nil, nil
	}
	t := p.table("csv")
	t.source.Delimiter = "comma"
	t.feed = feed{rows: newRows(p.text, ',')}
	for {
		if r, _ := t.feed.next(); r.number == header.number {
			break
		}
	}
	t.begin(header, t.feed.peek(sampleRows))
	if err := t.below(); err != nil {
		return nil, err
	}
	return t.end()
}
