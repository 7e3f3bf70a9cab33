package export

import (
	"bufio"
	"cmp"
	"io"
	"strings"

	"github.com/patternbook/patternbook/bom"
)

// writeJLCPCB writes the BOM that JLCPCB's assembly service takes beside the
// placement file (https://jlcpcb.com/help/article/bill-of-materials-for-pcb-assembly):
// one row for each part with its designators. The part number is that of an offer
// of LCSC or JLCPCB. A line without one is carried, its number empty, for the
// service then looks for the part by its comment and footprint.
func writeJLCPCB(w io.Writer, b *bom.BOM, _ Options) (Report, error) {
	d := delimited{w: bufio.NewWriter(w), comma: ','}
	d.row([]string{"Comment", "Designator", "Footprint", "JLCPCB Part #"})
	report := choose(b, notPlaced, func(l *bom.Line) {
		d.row([]string{
			guard(cmp.Or(l.Value, l.Part.MPN, l.Name)), guard(strings.Join(l.References, ",")), guard(l.Footprint), guard(jlcpcbNumber(l)),
		})
	})
	return report, d.flush()
}

func notPlaced(l *bom.Line) string {
	switch why := absent(l); {
	case why != "":
		return why
	case l.ExcludeFromBoard:
		return "it is not on the board"
	case len(l.References) == 0:
		return "it has no references"
	}
	return ""
}

func jlcpcbNumber(l *bom.Line) string {
	for _, supplier := range []string{"JLCPCB", "LCSC"} {
		if o := offerOf(l, supplier); o != nil {
			return o.SKU
		}
	}
	return ""
}

// offerOf gives the first offer of a supplier that has a number, or nil. Without
// a supplier any will do.
func offerOf(l *bom.Line, supplier string) *bom.Offer {
	for i := range l.Offers {
		if o := &l.Offers[i]; o.SKU != "" && (supplier == "" || sameName(o.Supplier, supplier)) {
			return o
		}
	}
	return nil
}

// sameName tells whether two names differ by case and signs alone: Digi-Key and
// digikey.
func sameName(x, y string) bool { return lettersOf(x) == lettersOf(y) }

func lettersOf(name string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -_.&/", r) {
			return -1
		}
		return r
	}, strings.ToLower(name))
}

// writeKiCad writes what KiCad 8's BOM export does with its preset "Grouped By
// Value": every cell in quotes, and the two columns of the part where any line
// has something in them. Lines without designators are none of a schematic.
func writeKiCad(w io.Writer, b *bom.BOM, _ Options) (Report, error) {
	list := kicadColumns(b)
	d := delimited{w: bufio.NewWriter(w), comma: ',', quoteAll: true}
	cells := make([]string, len(list))
	for i, c := range list {
		cells[i] = c.header
	}
	d.row(cells)
	report := choose(b, notDrawn, func(l *bom.Line) {
		for i, c := range list {
			cells[i] = d.text(c, c.cell(l))
		}
		d.row(cells)
	})
	return report, d.flush()
}

func kicadColumns(b *bom.BOM) []column {
	list := []column{
		{header: "Reference", always: true, cell: func(l *bom.Line) string { return strings.Join(l.References, ",") }},
		{header: "Value", always: true, cell: func(l *bom.Line) string { return l.Value }},
		{header: "Datasheet", always: true, cell: datasheet},
		{header: "Footprint", always: true, cell: func(l *bom.Line) string { return l.Footprint }},
		{header: "Qty", number: true, always: true, cell: func(l *bom.Line) string { return l.Quantity.String() }},
		{header: "DNP", always: true, cell: func(l *bom.Line) string {
			if l.Fitted {
				return ""
			}
			return "DNP"
		}},
		{header: "Manufacturer", cell: func(l *bom.Line) string { return l.Part.Manufacturer }},
		{header: "MPN", cell: func(l *bom.Line) string { return l.Part.MPN }},
	}
	return usedOf(b, list)
}

func notDrawn(l *bom.Line) string {
	switch {
	case l.ExcludeFromBOM:
		return "it is excluded from the BOM"
	case len(l.References) == 0:
		return "it has no references"
	}
	return ""
}

// datasheet gives the cell of an extra column of that name.
func datasheet(l *bom.Line) string {
	if cell, ok := l.Extra["Datasheet"]; ok {
		return cell
	}
	return l.Extra["datasheet"]
}
