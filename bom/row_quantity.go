package bom

import (
	"fmt"
	"strings"

	"github.com/patternbook/patternbook/schema"
)

// quantity reads the quantity; without one, references are counted.
func (t *table) quantity(d *draft, l *Line) {
	t.unit(d, l)
	cell := d.cells[fieldQuantity]
	if cell == "" {
		t.noQuantity(d, l)
		return
	}
	header := d.columns[fieldQuantity].header
	if n, ok := plainNumber(cell); ok {
		l.Quantity = decimalOf(n)
		if len(cell) > 1 && cell[0] == '0' {
			l.QuantityText = cell
		}
	} else {
		a := readQuantity(cell, l.Unit, t.decimalComma)
		l.Quantity, l.Unit, l.PieceCount, l.PieceSize = a.value, a.unit, a.count, a.size
		if a.fault != nil {
			t.find(a.fault.Severity, a.fault.Code, d.row, header, a.fault.Message)
		}
		if cell != l.Quantity.String() {
			l.QuantityText = cut(cell, maxName)
		}
	}
	t.compareReferences(l, header)
}

// compareReferences says when there are more or fewer designators than pieces.
func (t *table) compareReferences(l *Line, header string) {
	if n, whole := wholeOf(l.Quantity); l.Unit == Pieces && len(l.References) > 0 && (!whole || n != int64(len(l.References))) && allDesignators(l.References) {
		t.find(schema.SeverityWarning, "quantity-differs", l.Row, header,
			fmt.Sprintf("the quantity is %s, and %s", l.Quantity, thereAre(len(l.References), "reference")))
	}
}

func thereAre(n int, word string) string {
	if n == 1 {
		return "there is 1 " + word
	}
	return "there are " + plural(n, word)
}

func allDesignators(list []string) bool {
	for _, r := range list {
		if !isDesignator(r) {
			return false
		}
	}
	return true
}

func (t *table) noQuantity(d *draft, l *Line) {
	header := t.headerOf(fieldQuantity)
	switch {
	case len(l.References) > 0:
		l.Quantity = decimalOf(len(l.References))
		t.last.uncounted = true
		if header != "" {
			t.counted.add(d.row, "")
		}
	case header == "":
		l.Quantity = small[1]
		if !t.uncounted && l.Kind != KindTool {
			message := "no column has quantities; each line was read as 1"
			if t.hasColumn(fieldQuantity) { // of a list
				message = "there is no quantity; it was read as 1, as on each line without one"
			}
			t.find(schema.SeverityWarning, "quantity-missing", d.row, "", message)
			t.uncounted = true
		}
	default:
		l.Quantity, t.last.uncounted = small[1], true
		t.find(schema.SeverityWarning, "quantity-missing", d.row, header, "there is no quantity; it was read as 1")
	}
}

func (t *table) unit(d *draft, l *Line) {
	if i := t.quantityColumn(); i >= 0 && t.columns[i].unit != "" {
		l.Unit = t.columns[i].unit
	}
	cell := d.cells[fieldUnit]
	if cell == "" {
		return
	}
	if unit, ok := unitOf(cell); ok {
		l.Unit = unit
		return
	}
	if asWritten(cell) {
		l.Unit = cell
		return
	}
	c := d.columns[fieldUnit]
	l.keepColumn(c, cell)
	t.find(schema.SeverityWarning, "unit-unknown", d.row, c.header, schema.Quote(cell)+" is not a unit known here; the quantity was read in unit "+l.Unit)
}

// asWritten tells whether a unit is a UCUM annotation, which our own tables have.
func asWritten(unit string) bool {
	return len(unit) > 2 && len(unit) <= maxUnit && unit[0] == '{' && strings.IndexFunc(unit, func(r rune) bool { return r <= ' ' || r > '~' }) < 0 &&
		strings.IndexByte(unit, '}') == len(unit)-1
}

func (t *table) quantityColumn() int {
	for i := range t.columns {
		if t.columns[i].field == fieldQuantity {
			return i
		}
	}
	return -1
}

// parameters reads the parameters of the formula, which our own tables have.
func (t *table) parameters(d *draft, l *Line) {
	for f := fieldAttrition; f <= fieldMultiple; f++ {
		cell := d.cells[f]
		if cell == "" {
			continue
		}
		to := &l.AttritionPercent
		switch f {
		case fieldSetup:
			to = &l.SetupQuantity
		case fieldMultiple:
			to = &l.RoundingMultiple
		}
		n, rest, fault := readNumber(strings.TrimSuffix(cell, "%"), t.decimalComma)
		if fault != "" || rest != "" || f == fieldMultiple && n.Sign() == 0 {
			l.keepColumn(d.columns[f], cell)
			t.find(schema.SeverityWarning, "number-unreadable", d.row, d.columns[f].header, schema.Quote(cell)+" is not a number that can stand here")
			continue
		}
		*to = n
	}
}
