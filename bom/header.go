package bom

import (
	"fmt"
	"strings"
)

const (
	headerRows = 30  // at the beginning of a file, among which its header must be
	sampleRows = 200 // of values, by which ambiguous headers are settled
)

// A column is one column of a table, and what it holds.
type column struct {
	field    field
	header   string // as written
	key      string // in Extra: the header, made unique
	supplier string // of fieldNamedSKU and fieldNamedPrice
	number   int    // that the header has: "Supplier 2"
	from     int    // of fieldBreakPrice
	strength int    // of the header, see heading
	rank     int    // of a repeated manufacturer or MPN: 0 is the part, 1 its first alternate; of an offer's column, its offer
	unit     string // that the header states: "Length [m]"
	currency string // that the header states: "Price (EUR)"
	names    bool   // of fieldConfig: it lists variants by their plain names
}

// findHeader gives the index of the row that is most like a header, and how
// many columns are known in it; a score of 0 says that there is none.
func (c choice) findHeader(rows []row) (index, score int) {
	for i, r := range rows {
		if isOurs(r.cells) {
			return i, int(fieldCount)
		}
		if s := c.headerScore(r.cells); s > score {
			index, score = i, s
		}
	}
	return index, score
}

// headerScore counts the different fields that cells name. A table needs two of
// them, one of which says what its lines are.
func (c choice) headerScore(cells []string) int {
	var seen [fieldCount]bool
	score, says := 0, false
	for _, cell := range cells {
		if len(cell) == 0 {
			continue
		}
		if _, number := plainNumber(cell); number || len(cell) > maxHeader {
			score--
			continue
		}
		if _, picked := c.field(cell); picked {
			score, says = score+2, true // whoever names its headers knows which row it is
			continue
		}
		f := headingOf(cell).field
		if f == fieldExtra || seen[f] {
			continue
		}
		seen[f] = true
		score++
		says = says || saysWhat(f)
	}
	if score < 2 || !says {
		return 0
	}
	return score
}

// saysWhat tells whether a column of that field says which part a line is.
func saysWhat(f field) bool {
	switch f {
	case fieldName, fieldDescription, fieldReferences, fieldReference, fieldValue, fieldMPN, fieldItemOrName, fieldPartNumber,
		fieldComponent, fieldParts, fieldComment, fieldDesignation, fieldMaterial, fieldNamedSKU, fieldSKU, fieldFiles, fieldStandard:
		return true
	}
	return false
}

// columnsOf makes the columns of a header, settling by the values below it what
// the header alone does not say.
func (c choice) columnsOf(header []string, values []row) []column {
	columns := make([]column, len(header))
	for i, cell := range header {
		h := headingOf(cell)
		if f, picked := c.field(cell); picked {
			h = heading{field: f, strength: chosen, number: h.number}
		}
		columns[i] = column{
			header: cut(tidy(cell), maxHeader), field: h.field, supplier: h.supplier, number: h.number, from: h.from, strength: h.strength,
		}
		columns[i].unit, columns[i].currency = bracketed(cell)
	}
	s := settler{columns: columns, values: evidence(values, len(header))}
	for i := range columns {
		if columns[i].strength != chosen {
			columns[i].field = s.settle(i)
		}
		if columns[i].field == fieldConfig {
			columns[i].names = s.plainVariants(i)
		}
	}
	s.rankAll()
	s.once()
	s.currencies()
	s.keys()
	return columns
}

// evidence gives the rows that are of parts: rules, titles and what tools say of a
// file tell nothing of the columns.
func evidence(values []row, width int) []row {
	kept := make([]row, 0, len(values))
	for _, r := range values {
		filled, first := 0, ""
		for _, cell := range r.cells {
			if cell != "" {
				if filled++; filled == 1 {
					first = cell
				}
			}
		}
		if filled == 0 || filled == 1 && width > 2 || filled <= 2 && isFooter(first) || isRule(r) {
			continue
		}
		kept = append(kept, r)
	}
	return kept
}

// bracketed reads the unit or currency that a header has in brackets.
func bracketed(header string) (unit, currency string) {
	open := strings.IndexAny(header, "([")
	if open < 0 {
		return "", currencyOf(header)
	}
	inside := strings.Trim(header[open:], "()[] ")
	if u, ok := unitOf(inside); ok {
		unit = u
	}
	if currency = currencyOf(inside); currency == "" {
		currency = currencyOf(header[:open])
	}
	return unit, currency
}

// once leaves each field to the one column that is surest of it, the first of
// several. Those of parts and offers may be repeated, each with a rank of its own.
func (s settler) once() {
	type place struct {
		field field
		rank  int
	}
	best := map[place]int{}
	for i := range s.columns {
		c := &s.columns[i]
		switch c.field {
		case fieldExtra, fieldNamedSKU, fieldNamedPrice, fieldBreakPrice, fieldIgnored:
			continue
		}
		at := place{c.field, c.rank}
		if j, taken := best[at]; taken {
			if s.columns[j].strength >= c.strength {
				c.field = fieldExtra
				continue
			}
			s.columns[j].field = fieldExtra
		}
		best[at] = i
	}
}

// keys gives every column a name of its own for Extra.
func (s settler) keys() {
	taken := make(map[string]bool, len(s.columns))
	for i := range s.columns {
		c := &s.columns[i]
		name := c.header
		if name == "" {
			name = fmt.Sprintf("column %d", i+1)
		}
		c.key = name
		for n := 2; taken[c.key]; n++ {
			c.key = fmt.Sprintf("%s (%d)", cut(name, maxHeader-8), n)
		}
		taken[c.key] = true
	}
}
