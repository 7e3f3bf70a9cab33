package bom

import (
	"fmt"
	"strconv"

	"github.com/patternbook/patternbook/bom/internal/sheet"
	"github.com/patternbook/patternbook/schema"
)

// sheetRows are the rows of a sheet, as a table reads them. Where rows are
// blank it gives one of them.
type sheetRows struct {
	rows    *sheet.Rows
	columns []column // as far as known: they say where a number is money and where a date is odd
	number  int      // of the row given last
	blank   bool     // it was the one for blank rows
	ahead   sheet.Row
	cells   []string // reused
	numbers []bool   // reused

	odd        []Finding
	errors     cellCount
	unsaved    cellCount
	leftUnsaid int
}

// A cellCount counts cells of which one thing is to be said once.
type cellCount struct {
	n     int
	row   int    // of the first
	first string // where and what it is: "B7 (#REF!)"
}

func (c *cellCount) add(row, column int, what string) {
	if c.n++; c.n == 1 {
		c.row, c.first = row, columnLetters(column)+strconv.Itoa(row)+what
	}
}

// columnLetters gives the name of a column from 0, as spreadsheets have it: A, B, … AA.
func columnLetters(column int) string {
	name := ""
	for n := column + 1; n > 0; n = (n - 1) / 26 {
		name = string(rune('A'+(n-1)%26)) + name
	}
	return name
}

func (s *sheetRows) next() (row, bool) {
	r := s.ahead
	if s.blank {
		s.blank = false
	} else {
		next, more := s.rows.Next()
		if !more {
			return row{}, false
		}
		if s.number > 0 && next.Number > s.number+1 {
			s.ahead, s.blank = next, true
			s.number++
			return row{number: s.number}, true
		}
		r = next
	}
	s.number = r.Number
	s.cells, s.numbers = s.cells[:0], s.numbers[:0]
	for i := range r.Cells {
		s.cells = append(s.cells, s.cell(r.Number, i, &r.Cells[i]))
		s.numbers = append(s.numbers, r.Cells[i].Kind == sheet.Number)
	}
	return row{number: r.Number, cells: s.cells, numbers: s.numbers}, true
}

// cell gives what a table reads of a cell.
func (s *sheetRows) cell(row, column int, c *sheet.Cell) string {
	switch c.Kind {
	case sheet.Empty:
		return ""
	case sheet.Error:
		s.errors.add(row, column, " ("+c.Text+")")
		return ""
	case sheet.Uncalculated:
		s.unsaved.add(row, column, "")
		return ""
	case sheet.Date:
		s.date(row, column, c.Text)
	case sheet.Number:
		return s.numeral(row, column, c)
	}
	return trim(c.Text)
}

// numeral gives a number, with its currency where it may be a price.
func (s *sheetRows) numeral(row, column int, c *sheet.Cell) string {
	f := s.field(column)
	switch f {
	case fieldMPN, fieldSKU, fieldNamedSKU:
		const exact = 15 // digits that spreadsheets keep
		switch {
		case len(c.Text) > exact && isDigits(c.Text):
			s.find("number-precision-lost", row, column, fmt.Sprintf("%s is a number of more than %d digits, behind which a spreadsheet puts zeros; look up what it was", c.Text, exact))
		case c.Scientific:
			s.find("number-scientific", row, column, fmt.Sprintf("%s is shown as a power of ten; the part number may have an E in it that a spreadsheet took for one", c.Text))
		}
	case fieldPrice, fieldExtra:
		if code := currencyOf(c.Currency); code != "" {
			return c.Currency + " " + c.Text
		}
	}
	return c.Text
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// date says of a date that it has no place where it is.
func (s *sheetRows) date(row, column int, date string) {
	switch s.field(column) {
	case fieldItem, fieldQuantity, fieldReferences, fieldValue, fieldFootprint, fieldMPN, fieldSKU, fieldNamedSKU:
		s.find("date-unexpected", row, column, date+" is a date; a spreadsheet may have made it of a text like 1-2 or 1.2. It was read as it is")
	}
}

func (s *sheetRows) field(column int) field {
	if column < len(s.columns) {
		return s.columns[column].field
	}
	return fieldExtra
}

func (s *sheetRows) find(code string, row, column int, message string) {
	const most = 100 // of one sheet: they tend to be in all rows
	if len(s.odd) >= most {
		s.leftUnsaid++
		return
	}
	s.odd = append(s.odd, Finding{Severity: schema.SeverityWarning, Code: code, Row: row, Field: s.columns[column].header, Message: message})
}

// end gives the findings of what was read.
func (s *sheetRows) end() []Finding {
	list := s.odd
	if s.leftUnsaid > 0 {
		list = append(list, Finding{Severity: schema.SeverityWarning, Code: "findings-left-out", Message: fmt.Sprintf("%d more such cells are not listed", s.leftUnsaid)})
	}
	if s.errors.n > 0 {
		list = append(list, Finding{Severity: schema.SeverityWarning, Code: "cell-error", Row: s.errors.row,
			Message: cut(fmt.Sprintf("errors of formulas in %s were read as empty; the first is %s", plural(s.errors.n, "cell"), s.errors.first), maxText)})
	}
	if s.unsaved.n > 0 {
		list = append(list, Finding{Severity: schema.SeverityWarning, Code: "formula-without-value", Row: s.unsaved.row,
			Message: fmt.Sprintf("%s without a saved value were read as empty; the first is %s. Save the file in a spreadsheet program", plural(s.unsaved.n, "formula"), s.unsaved.first)})
	}
	return list
}
