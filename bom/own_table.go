package bom

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/patternbook/patternbook/schema"
)

// An ownTable reads a table that package export wrote, as exactly as it was
// written: its columns are known by their very headers, and no word in a cell
// means more than it says. People edit such tables, so what cannot be read
// becomes a finding here too.
type ownTable struct {
	*table
	columns []*ownColumn // nil for one of extra cells
	opened  map[string]bool
	nested  int // rows of opened assemblies
	// of the row that is being read
	number   int
	line     Line
	header   string
	quantity string
	kind     string
}

// An ownColumn is a column of our own tables. What only views have is not read.
type ownColumn struct {
	header string
	read   func(t *ownTable, cell string)
}

var ownColumns = []ownColumn{
	{"Item", (*ownTable).item},
	{"Name", func(t *ownTable, s string) { t.text(&t.line.Name, s) }},
	{"Kind", (*ownTable).readKind},
	{"Quantity", func(t *ownTable, s string) { t.quantity = s }},
	{"Required", nil},
	{"Unit", (*ownTable).unit},
	{"Fitted", func(t *ownTable, s string) { t.line.Fitted = !isNo(s) && !unfittedWord(s) }},
	{"References", (*ownTable).references},
	{"Manufacturer", func(t *ownTable, s string) { t.text(&t.line.Part.Manufacturer, s) }},
	{"MPN", func(t *ownTable, s string) { t.text(&t.line.Part.MPN, s) }},
	{"Standard", func(t *ownTable, s string) { t.text(&t.line.Part.Standard, s) }},
	{"Value", func(t *ownTable, s string) { t.text(&t.line.Value, s) }},
	{"Footprint", func(t *ownTable, s string) { t.text(&t.line.Footprint, s) }},
	{"Process", func(t *ownTable, s string) { t.text(&t.line.Process, s) }},
	{"Material", func(t *ownTable, s string) { t.text(&t.line.Material, s) }},
	{"Files", (*ownTable).files},
	{"Assembly", func(t *ownTable, s string) { t.text(&t.assembly().Reference, s) }},
	{"Note", func(t *ownTable, s string) { t.line.Note = t.cell(s, t.number, t.header) }},
	{"Excluded From", (*ownTable).excluded},
	{"Parent", func(t *ownTable, s string) { t.line.Parent = cut(s, maxItem) }},
	{"Variants", (*ownTable).variants},
	{"Alternates", (*ownTable).alternates},
	{"Offers", (*ownTable).offers},
	{"Part Version", func(t *ownTable, s string) { t.text(&t.line.Part.Version, s) }},
	{"Part Digest", (*ownTable).partDigest},
	{"Assembly Variant", func(t *ownTable, s string) { t.text(&t.assembly().Variant, s) }},
	{"Quantity Text", func(t *ownTable, s string) { t.text(&t.line.QuantityText, s) }},
	{"Piece Count", func(t *ownTable, s string) { t.decimal(&t.line.PieceCount, s) }},
	{"Piece Size", (*ownTable).pieceSize},
	{"Attrition Percent", func(t *ownTable, s string) { t.decimal(&t.line.AttritionPercent, strings.TrimSuffix(s, "%")) }},
	{"Setup Quantity", func(t *ownTable, s string) { t.decimal(&t.line.SetupQuantity, s) }},
	{"Rounding Multiple", (*ownTable).multiple},
	{"On Hand", nil},
	{"To Order", nil},
	{"Supplier", nil},
	{"SKU", nil},
	{"Order", nil},
	{"Packs", nil},
	{"Price", nil},
	{"Currency", nil},
	{"Total", nil},
	{"Paths", nil},
}

// ownHeaders is how many columns tell a table of ours.
const ownHeaders = 7

// TableColumns gives the headers of the columns that a table has which Read reads
// back whole, in their order. A table has the first seven and Paths at least; any
// others may be left out, and what stands behind Paths is extra.
func TableColumns() []string {
	list := make([]string, len(ownColumns))
	for i, c := range ownColumns {
		list[i] = c.header
	}
	return list
}

// isOurs tells whether a header is that of a table which package export wrote.
func isOurs(header []string) bool {
	if len(header) < ownHeaders {
		return false
	}
	for i, c := range ownColumns[:ownHeaders] {
		if header[i] != c.header {
			return false
		}
	}
	return true
}

func (t *table) beginOwn(header row) {
	own := &ownTable{table: t, columns: make([]*ownColumn, len(header.cells)), opened: map[string]bool{}}
	t.own = own
	t.columns = make([]column, len(header.cells))
	seen := map[string]bool{}
	extra := false
	for i, h := range header.cells {
		h = unguard(h)
		t.columns[i] = column{field: fieldIgnored, header: h, key: cut(h, maxHeader)}
		if h == "" {
			t.columns[i].key = fmt.Sprintf("column %d", i+1)
		}
		at := slices.IndexFunc(ownColumns, func(c ownColumn) bool { return c.header == h })
		if at >= 0 && !extra && !seen[h] {
			own.columns[i], seen[h] = &ownColumns[at], true
		}
		extra = extra || h == "Paths"
	}
	t.find(schema.SeverityInfo, "columns", header.number, "", "the table is one that Patternbook wrote; it was read as it was written")
}

// row reads one row below the header.
func (t *ownTable) row(r row) {
	if !slices.ContainsFunc(r.cells, notEmpty) {
		return
	}
	if slices.Equal(r.cells, t.table.header) {
		t.find(schema.SeverityInfo, "header-repeated", r.number, "", "the header occurs again; the row was passed over")
		return
	}
	if way := unguard(r.cells[0]); t.isNested(way) {
		t.opened[way] = true
		t.nested++
		return
	}
	t.number, t.quantity, t.kind = r.number, "", ""
	t.line = Line{Row: r.number, Fitted: true, Unit: Pieces, Kind: KindPurchased}
	for i, cell := range r.cells {
		if cell != "" {
			t.put(i, unguard(cell))
		}
	}
	l := &t.line
	if t.kind == "" && l.saysNothing() && l.Value == "" && len(l.References) == 0 {
		t.find(schema.SeverityWarning, "row-without-part", r.number, "", "the row names no part; it was passed over: "+schema.Quote(strings.Join(r.cells, " ")))
		return
	}
	t.readQuantity()
	if a := l.Assembly; a != nil && a.Reference == "" {
		l.keep("Assembly Variant", a.Variant)
		l.Assembly = nil
	}
	if l.Kind == KindTool {
		t.bom.Tools = append(t.bom.Tools, *l)
		return
	}
	if l.Kind == KindAssembly && l.Item != "" {
		t.opened[l.Item] = true
	}
	t.bom.Lines = append(t.bom.Lines, *l)
}

// isNested tells whether a row stands below an assembly above it, which the tree
// view has opened: it is of another design's BOM.
func (t *ownTable) isNested(way string) bool {
	i := strings.LastIndexByte(way, '/')
	return i > 0 && t.opened[way[:i]]
}

func (t *ownTable) put(i int, cell string) {
	if i >= len(t.columns) {
		t.line.keep(fmt.Sprintf("column %d", i+1), t.cell(cell, t.number, ""))
		return
	}
	t.header = t.table.columns[i].header
	switch c := t.columns[i]; {
	case c == nil:
		t.line.keep(t.table.columns[i].key, t.cell(cell, t.number, t.header))
	case c.read != nil:
		c.read(t, cell)
	}
}

// unreadable keeps a cell that cannot be read, and says so.
func (t *ownTable) unreadable(code, cell, what string) {
	t.line.keep(t.header, cut(cell, maxText))
	t.find(schema.SeverityWarning, code, t.number, t.header, schema.Quote(cell)+" "+what)
}

// end closes the BOM when its lines have their items.
func (t *ownTable) end() {
	if t.nested > 0 {
		t.find(schema.SeverityInfo, "nested-passed-over", 0, "", "the "+strconv.Itoa(t.nested)+" rows of opened assemblies are of other designs; they were passed over")
	}
	seen := map[string]bool{}
	for _, list := range [][]Line{t.bom.Lines, t.bom.Tools} {
		for i := range list {
			if l := &list[i]; l.Parent != "" && !seen[l.Parent] {
				t.find(schema.SeverityWarning, "parent-unknown", l.Row, "Parent", "no line above has the item "+schema.Quote(l.Parent)+"; the line was read as part of none")
				l.keep("Parent", l.Parent)
				l.Parent = ""
			}
			seen[list[i].Item] = true
		}
	}
}

// saysNothing tells whether a line says of no part what it is.
func (l *Line) saysNothing() bool {
	return l.Name == "" && l.Part == Part{} && l.Assembly == nil && len(l.Files) == 0 && len(l.Offers) == 0
}
