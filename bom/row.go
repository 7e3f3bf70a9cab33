package bom

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/patternbook/patternbook/schema"
)

// A draft is a row's cells by what they hold.
type draft struct {
	cells   [fieldCount]string
	columns [fieldCount]*column
	parts   []Part       // by rank
	offers  []offerDraft // by rank
	row     int
}

func (d *draft) reset(row int) {
	clear(d.cells[:])
	clear(d.columns[:])
	d.parts, d.offers, d.row = d.parts[:0], d.offers[:0], row
}

func (d *draft) put(c *column, cell string) {
	d.cells[c.field], d.columns[c.field] = cell, c
}

func (d *draft) part(rank int) *Part {
	for len(d.parts) <= rank {
		d.parts = append(d.parts, Part{})
	}
	return &d.parts[rank]
}

// line reads a row as a line of the BOM. first is the index of its first cell.
func (t *table) line(r row, first int) {
	d := &t.cells
	d.reset(r.number)
	t.last.row, t.last.uncounted, t.last.findings = r.number, false, len(t.bom.Findings)
	l := Line{Row: r.number, Fitted: true, Unit: Pieces}
	t.sort(d, &l, r)
	if t.isTotal(d, r, first) {
		return
	}
	l.Value, l.Footprint = t.limit(d, fieldValue), t.limit(d, fieldFootprint)
	l.Process, l.Material = t.limit(d, fieldProcess), t.limit(d, fieldMaterial)
	t.standard(d, &l)
	said := t.kind(d, &l)
	t.identify(d, &l)
	t.okhReference(d, &l)
	t.filesAndAssembly(d, &l)
	t.offers(d, &l)
	if t.nothing(d, &l, r) {
		return
	}
	l.References = t.references(d)
	t.quantity(d, &l)
	t.parameters(d, &l)
	t.fitted(d, &l)
	t.variants(d, &l)
	t.item(d, &l)
	if t.section != "" {
		l.keep("Section", t.section)
	}
	if l.Name == "" {
		t.find(schema.SeverityWarning, "name-missing", r.number, t.headerOf(fieldName), "the line has no name")
	}
	if l.Kind == KindTool {
		t.bom.Tools = append(t.bom.Tools, l)
		return
	}
	t.note(d, &l, said)
	t.bom.Lines = append(t.bom.Lines, l)
}

// standard reads the standard of the part. A text without a number is none, and
// IPC's are of footprints.
func (t *table) standard(d *draft, l *Line) {
	cell := tidy(t.limit(d, fieldStandard))
	if cell != "" && (!strings.ContainsAny(cell, "0123456789") || strings.HasPrefix(cell, "IPC")) {
		l.keepColumn(d.columns[fieldStandard], cell)
		return
	}
	l.Part.Standard = cell
}

// sort puts the cells of a row where they belong.
func (t *table) sort(d *draft, l *Line, r row) {
	for i, cell := range r.cells {
		if cell == "" || cell == "~" { // "~" is how KiCad writes an empty field
			continue
		}
		if cell[0] == '\'' {
			cell = unguard(cell)
		}
		if i >= len(t.columns) {
			l.keep(fmt.Sprintf("column %d", i+1), t.cell(cell, r.number, ""))
			t.wide.add(r.number, cell)
			continue
		}
		c := &t.columns[i]
		t.damage(c, cell, r.number)
		switch c.field {
		case fieldExtra:
			l.keep(c.key, t.cell(cell, r.number, c.header))
		case fieldManufacturer, fieldMPN:
			t.partCell(d, l, c, cell)
		case fieldNamedSKU, fieldNamedPrice, fieldBreakPrice,
			fieldSupplier, fieldSKU, fieldPrice, fieldCurrency, fieldPack, fieldMinimum, fieldPackPrice:
			d.offerCell(c, cell)
		case fieldIgnored:
		default:
			if isBlank(c.field, cell) {
				l.keepColumn(c, cell)
				continue
			}
			d.put(c, cell)
		}
	}
}

// keep puts a cell into Extra, under a name that is not taken.
func (l *Line) keep(name, cell string) {
	if l.Extra == nil {
		l.Extra = make(map[string]string, 4)
	}
	if len(l.Extra) >= maxColumns {
		return
	}
	key := name
	for n := 2; ; n++ {
		if old, taken := l.Extra[key]; !taken || old == cell {
			break
		}
		key = fmt.Sprintf("%s (%d)", name, n)
	}
	l.Extra[key] = cell
}

// keepColumn puts the cell of a field that could not be read whole into Extra.
func (l *Line) keepColumn(c *column, cell string) { l.keep(c.key, cut(cell, maxText)) }

// cell shortens a cell that is longer than a BOM can hold.
func (t *table) cell(cell string, row int, header string) string {
	if len(cell) > maxText {
		t.find(schema.SeverityWarning, "cell-cut", row, header, fmt.Sprintf("the cell has %d bytes; it was cut to %d", len(cell), maxText))
		return cut(cell, maxText)
	}
	return cell
}

// limit gives the cell of a field, shortened to what a member of a line can hold.
func (t *table) limit(d *draft, f field) string {
	cell := d.cells[f]
	if len(cell) > maxName {
		t.find(schema.SeverityWarning, "cell-cut", d.row, d.columns[f].header, fmt.Sprintf("the cell has %d bytes; it was cut to %d", len(cell), maxName))
		return cut(cell, maxName)
	}
	return cell
}

func (t *table) partCell(d *draft, l *Line, c *column, cell string) {
	if nobody(cell) {
		l.keepColumn(c, cell)
		return
	}
	if len(cell) > maxName {
		t.find(schema.SeverityWarning, "cell-cut", d.row, c.header, fmt.Sprintf("the cell has %d bytes; it was cut to %d", len(cell), maxName))
		cell = cut(cell, maxName)
	}
	p := d.part(c.rank)
	if c.field == fieldMPN {
		p.MPN = cell
	} else {
		p.Manufacturer = cell
	}
}

// identify gives the line its part, its name and its note.
func (t *table) identify(d *draft, l *Line) {
	for rank, p := range d.parts {
		switch {
		case p == Part{}:
		case l.Part.Manufacturer == "" && l.Part.MPN == "":
			l.Part.Manufacturer, l.Part.MPN = p.Manufacturer, p.MPN
		default:
			l.Alternates = append(l.Alternates, Alternate{Rank: rank + 1, Manufacturer: p.Manufacturer, MPN: p.MPN})
		}
	}
	for i := range l.Alternates { // a part that came from a later column leaves the ranks as they are written, from 2
		l.Alternates[i].Rank = max(l.Alternates[i].Rank, 2)
	}
	l.Note = t.cell(d.cells[fieldNote], d.row, "")
	description := d.cells[fieldDescription]
	switch l.Name = tidy(t.limit(d, fieldName)); {
	case l.Name == "" && description != "":
		l.Name = tidy(t.limit(d, fieldDescription))
	case description == "" || tidy(description) == l.Name:
	case l.Note == "":
		l.Note = t.cell(description, d.row, d.columns[fieldDescription].header)
	default:
		l.keepColumn(d.columns[fieldDescription], description)
	}
	for _, other := range []string{l.Value, l.Part.MPN, l.Part.Standard, l.Footprint, l.Material} {
		if l.Name == "" {
			l.Name = tidy(other)
		}
	}
}

// nothing tells whether a row says of no part what it is, and gives it a name if
// there is but a file or an order number to name it by.
func (t *table) nothing(d *draft, l *Line, r row) bool {
	if l.Name != "" || l.Part != (Part{}) || l.Assembly != nil {
		return false
	}
	if len(l.Files) > 0 {
		base := path.Base(l.Files[0])
		l.Name = cut(strings.TrimSuffix(base, path.Ext(base)), maxName)
		return false
	}
	for _, o := range l.Offers {
		if l.Name == "" {
			l.Name = cut(tidy(o.SKU), maxName)
		}
	}
	if item := d.cells[fieldItem]; l.Name == "" && !looksLikeItem(item) && len(item) <= maxName { // the first column has names below a title
		l.Name = tidy(item)
		d.cells[fieldItem] = ""
		return false
	}
	if l.Name == "" && looksLikeReferences(d.cells[fieldReferences]) { // something is there, at least
		return false
	}
	if l.Name == "" {
		t.nameless.add(r.number, strings.Join(strings.Fields(strings.Join(r.cells, " ")), " "))
	}
	return l.Name == ""
}

func (t *table) references(d *draft) []string {
	cell := d.cells[fieldReferences]
	if cell == "" {
		return nil
	}
	list := splitReferences(cell)
	t.last.references = cell[len(cell)-1] == ','
	if len(cell) > maxReference && slices.ContainsFunc(list, func(r string) bool { return len(r) >= maxReference-3 }) {
		t.find(schema.SeverityWarning, "reference-cut", d.row, d.columns[fieldReferences].header,
			fmt.Sprintf("a reference is longer than %d bytes; it was cut", maxReference))
	}
	if len(list) > maxReferences {
		t.find(schema.SeverityWarning, "references-cut", d.row, d.columns[fieldReferences].header,
			fmt.Sprintf("there are %d references; the first %d were kept", len(list), maxReferences))
		list = list[:maxReferences]
	}
	if len(list) == 0 { // nothing but commas
		return nil
	}
	return list
}

// item gives the line its position as written, if it can be part of a path.
func (t *table) item(d *draft, l *Line) {
	cell := d.cells[fieldItem]
	if cell == "" {
		return
	}
	if len(cell) > maxItem-12 || strings.ContainsAny(cell, "/\n\r") {
		l.keepColumn(d.columns[fieldItem], cell)
		t.find(schema.SeverityInfo, "item-unusable", d.row, d.columns[fieldItem].header, schema.Quote(cell)+" cannot be part of a path; the line is called by its number")
		return
	}
	l.Item = cell
}
