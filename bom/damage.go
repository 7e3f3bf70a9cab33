package bom

import (
	"fmt"
	"strings"

	"github.com/patternbook/patternbook/schema"
)

// damage says where a spreadsheet that a table went through has probably taken a
// text for a number. The cell is kept as it is: what it was is a guess.
func (t *table) damage(c *column, cell string, row int) {
	switch c.field {
	case fieldFootprint:
		if size, lost := lostZero(cell); lost {
			t.find(schema.SeverityWarning, "leading-zero-lost", row, c.header,
				fmt.Sprintf("%s was probably %s; a spreadsheet takes the zero away. It was read as it is", schema.Quote(cell), size))
		}
	case fieldMPN, fieldSKU, fieldNamedSKU:
		if isScientific(cell) {
			t.find(schema.SeverityWarning, "number-scientific", row, c.header,
				schema.Quote(cell)+" is how a spreadsheet shortens a number or rewrites a part number; look up what it was")
		}
	}
}

// lostZero gives the size of a chip that a cell is probably meant to name, when
// it lacks the zero before it: 805 for 0805. The sizes are those of EIA, in
// hundredths of an inch, which alone begin with a zero in common use.
func lostZero(cell string) (string, bool) {
	switch cell {
	case "201", "402", "603", "805", "1005":
		return "0" + cell, true
	}
	return "", false
}

// isScientific tells whether a cell is like 1.23E+11.
func isScientific(cell string) bool {
	if len(cell) < 4 || len(cell) > 24 || cell[0] < '0' || cell[0] > '9' {
		return false
	}
	mantissa, exponent, ok := strings.Cut(cell, "E+")
	return ok && strings.Trim(mantissa, "0123456789.,") == "" && exponent != "" && strings.Trim(exponent, "0123456789") == ""
}
