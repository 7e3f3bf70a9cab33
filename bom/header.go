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
	supplier string // of fieldNamedSKU
	rank     int    // of a repeated manufacturer or MPN: 0 is the part, 1 its first alternate
	unit     string // that the header states: "Length [m]"
	currency string // that the header states: "Price (EUR)"
}

// findHeader gives the index of the row that is most like a header, and how
// many columns are known in it; a score of 0 says that there is none.
func findHeader(rows []row) (index, score int) {
	for i, r := range rows {
		if isOurs(r.cells) {
			return i, int(fieldCount)
		}
		if s := headerScore(r.cells); s > score {
			index, score = i, s
		}
	}
	return index, score
}

// headerScore counts the different fields that cells name. A table needs two of
// them, one of which says what its lines are.
func headerScore(cells []string) int {
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
		f, _ := known(cell)
		if f == fieldExtra || seen[f] {
			continue
		}
		seen[f] = true
		score++
		switch f {
		case fieldName, fieldDescription, fieldReferences, fieldReference, fieldValue, fieldMPN, fieldItemOrName,
			fieldComponent, fieldParts, fieldComment, fieldDesignation, fieldMaterial:
			says = true
		}
	}
	if score < 2 || !says {
		return 0
	}
	return score
}

// columnsOf makes the columns of a header, settling by the values below it what
// the header alone does not say.
func columnsOf(header []string, values []row) []column {
	columns := make([]column, len(header))
	for i, cell := range header {
		c := &columns[i]
		c.header = cut(tidy(cell), maxHeader)
		c.field, c.supplier = known(cell)
		c.unit, c.currency = bracketed(cell)
	}
	s := settler{columns: columns, values: values}
	for i := range columns {
		columns[i].field = s.settle(i)
	}
	s.once()
	s.keys()
	return columns
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
	return unit, currencyOf(inside)
}

type settler struct {
	columns []column
	values  []row
}

func (s settler) has(f field) bool {
	for _, c := range s.columns {
		if c.field == f {
			return true
		}
	}
	return false
}

// share tells how much of what is written in column i is as is says, in percent;
// -1 when nothing is written there.
func (s settler) share(i int, is func(string) bool) int {
	filled, hits := 0, 0
	for _, r := range s.values {
		if i < len(r.cells) && r.cells[i] != "" {
			filled++
			if is(r.cells[i]) {
				hits++
			}
		}
	}
	if filled == 0 {
		return -1
	}
	return hits * 100 / filled
}

func looksLikeReferences(cell string) bool {
	list := splitReferences(cell)
	for _, r := range list {
		if !isDesignator(r) {
			return false
		}
	}
	return len(list) > 0
}

func looksLikeItem(cell string) bool {
	return strings.Trim(cell, "0123456789.") == ""
}

func looksLikeQuantity(cell string) bool {
	_, _, fault := readNumber(cell, false)
	return fault != "unreadable"
}

func isOKHType(cell string) bool {
	switch strings.ToUpper(cell) {
	case "STD", "BUY", "POSH", "MOSH":
		return true
	}
	return false
}

// settle decides what column i holds.
func (s settler) settle(i int) field {
	switch f := s.columns[i].field; f {
	case fieldItemOrName, fieldComponent:
		return s.itemOrName(i)
	case fieldItem:
		if s.share(i, func(c string) bool { return len(c) <= 20 }) < 50 && !s.has(fieldName) && len(s.values) > 0 {
			return fieldName
		}
		return fieldItem
	case fieldUnits:
		if !s.has(fieldQuantity) && s.share(i, looksLikeQuantity) != 0 {
			return fieldQuantity
		}
		return fieldUnit
	case fieldComment:
		if s.has(fieldReferences) && !s.has(fieldValue) && !s.has(fieldName) && s.share(i, notEmpty) > 0 && !s.has(fieldMPN) {
			return fieldValue
		}
		return fieldNote
	case fieldDesignation:
		if s.has(fieldReferences) && !s.has(fieldValue) {
			return fieldValue
		}
		if s.has(fieldName) {
			return fieldDescription
		}
		return fieldName
	case fieldReference:
		return s.reference(i)
	case fieldParts:
		if s.share(i, looksLikeReferences) >= 50 {
			return fieldReferences
		}
		return fieldName
	default:
		return f
	}
}

func notEmpty(cell string) bool { return cell != "" }

func (s settler) itemOrName(i int) field {
	switch numbers := s.share(i, looksLikeItem); {
	case numbers >= 80 && !s.has(fieldItem):
		return fieldItem
	case s.share(i, looksLikeReferences) >= 50 && !s.has(fieldReferences) && !s.has(fieldReference):
		return fieldReferences
	case !s.has(fieldName):
		return fieldName
	case !s.has(fieldDescription):
		return fieldDescription
	}
	return fieldExtra
}

func (s settler) reference(i int) field {
	for j, c := range s.columns {
		if c.field == fieldKind && s.share(j, isOKHType) > 0 {
			return fieldOKHReference
		}
	}
	shaped := s.share(i, looksLikeReferences)
	switch {
	case s.has(fieldReferences):
		return fieldExtra
	case shaped >= 30 || shaped < 0:
		return fieldReferences
	case strings.ContainsAny(s.columns[i].header, "éÉ") && !s.has(fieldMPN):
		return fieldMPN
	}
	return fieldReferences
}

// once leaves each field to the first column that has it, and ranks the pairs
// of manufacturer and MPN, which may be repeated for alternates.
func (s settler) once() {
	var seen [fieldCount]bool
	manufacturers, mpns := 0, 0
	for i := range s.columns {
		c := &s.columns[i]
		switch c.field {
		case fieldExtra, fieldNamedSKU, fieldIgnored:
		case fieldManufacturer:
			c.rank = max(manufacturers, mpns-1)
			if manufacturers == mpns {
				c.rank = manufacturers
			}
			manufacturers = c.rank + 1
		case fieldMPN:
			c.rank = max(mpns, manufacturers-1)
			mpns = c.rank + 1
		default:
			if seen[c.field] {
				c.field = fieldExtra
			}
			seen[c.field] = true
		}
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
