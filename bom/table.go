package bom

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/patternbook/patternbook/schema"
)

// A row is one row of a table.
type row struct {
	number  int // line of the file on which it begins, from 1; of a spreadsheet, its row
	cells   []string
	numbers []bool // which cells a spreadsheet holds as numbers; nil for text
}

// Rows are what a table is read from.
type rows interface {
	// next gives the next row. Its cells are valid until the following call.
	next() (row, bool)
}

// take gives the next n rows, each with cells of its own.
func take(source rows, n int) []row {
	var list []row
	for len(list) < n {
		one, more := source.next()
		if !more {
			break
		}
		one.cells, one.numbers = slices.Clone(one.cells), slices.Clone(one.numbers)
		list = append(list, one)
	}
	return list
}

// A table turns rows into a BOM. It is what the readers of all formats that are
// tables share.
type table struct {
	input
	decimalComma bool
	bom          *BOM
	columns      []column
	own          *ownTable // when the table is one that we wrote
	header       []string
	section      string
	sectionKind  Kind
	sectionClear bool // the row before was blank, a header or a section
	omitted      int  // findings beyond maxFindings
	uncounted    bool // it was said that nothing counts the lines
	last         struct {
		row       int  // of the line read last
		uncounted bool // it has no quantity
		findings  int  // before it
	}
	titles []row // of sections that no line has followed yet
	cells  draft // reused
}

func newTable(f input) *table {
	return &table{input: f, bom: New()}
}

// find notes a finding.
func (t *table) find(severity schema.Severity, code string, row int, field, message string) {
	if len(t.bom.Findings) >= maxFindings {
		t.omitted++
		return
	}
	t.bom.Findings = append(t.bom.Findings, Finding{Severity: severity, Code: code, Row: row, Field: cut(field, maxName), Message: cut(message, maxText)})
}

// rows reads all rows. The first few of them show the header.
func (t *table) rows(source rows) (*BOM, error) {
	first := take(source, headerRows+sampleRows)
	at, score := findHeader(first[:min(len(first), headerRows)])
	if score == 0 {
		return nil, unreadable(t.source.Path, "none of its first 30 rows names columns", "begin the table with a row that names its columns")
	}
	if at > 0 {
		t.find(schema.SeverityInfo, "rows-before-header", 1, "", fmt.Sprintf("the %d rows before the header were passed over", at))
	}
	t.begin(first[at], first[at+1:])
	rest := first[at+1:]
	for {
		var r row
		if len(rest) > 0 {
			r, rest = rest[0], rest[1:]
		} else if next, more := source.next(); more {
			r = next
		} else {
			break
		}
		t.row(r)
		if len(t.bom.Lines)+len(t.bom.Tools)+len(t.titles) > MaxLines {
			return nil, tooLarge(t.source.Path, fmt.Sprintf("it has more than %d lines", MaxLines))
		}
	}
	return t.end()
}

// begin takes a row for the header of those that follow.
func (t *table) begin(header row, values []row) {
	t.header = slices.Clone(header.cells)
	if isOurs(header.cells) && len(t.Columns) == 0 {
		t.beginOwn(header)
		return
	}
	t.columns = columnsOf(t.header, values)
	t.sectionClear = true
	if slices.ContainsFunc(t.columns, func(c column) bool { return c.field == fieldOKHReference }) {
		t.source.Format = "okh-sbom"
	}
	var read, kept []string
	for _, c := range t.columns {
		switch {
		case c.field != fieldExtra:
			read = append(read, schema.Quote(c.header)+" as "+fieldNames[c.field])
		case c.header != "":
			kept = append(kept, schema.Quote(c.header))
		}
	}
	message := "read " + strings.Join(read, ", ")
	if len(kept) > 0 {
		message += "; kept in extra: " + strings.Join(kept, ", ")
	}
	t.find(schema.SeverityInfo, "columns", header.number, "", message)
}

// row reads one row below the header.
func (t *table) row(r row) {
	if t.own != nil {
		t.own.row(r)
		return
	}
	filled, first := 0, -1
	for i, cell := range r.cells {
		if cell != "" {
			filled++
			if first < 0 {
				first = i
			}
		}
	}
	switch {
	case filled == 0:
		t.sectionClear = true
		return
	case slices.Equal(r.cells, t.header):
		t.find(schema.SeverityInfo, "header-repeated", r.number, "", "the header occurs again; the row was passed over")
		t.sectionClear = true
		return
	case filled > 2 && (t.sectionClear || first < len(t.header) && r.cells[first] == t.header[first]) && headerScore(r.cells) > 2:
		t.retitle(r)
		t.begin(r, nil)
		return
	case filled <= 2 && t.title(r, first, filled):
		return
	}
	t.sectionClear = false
	if n := len(t.titles); n > 0 {
		t.titles = t.titles[:n-1]
	}
	t.line(r, first)
}

// title takes a row with one cell, or one and a remark, for the title of a
// section, if it is one: it stands in front of the table's rows, after a blank
// row or another title, or its words are those of a section.
func (t *table) title(r row, first, filled int) bool {
	text := r.cells[first]
	if filled == 2 && !(t.sectionClear && t.remark(r, first) && sectionKind(text) != "") {
		return false
	}
	if first >= len(t.columns) || len(text) > 100 {
		return false
	}
	switch key := headerKey(text); {
	case strings.HasPrefix(key, "collatedcomponents"):
		t.collated(r)
		return true
	case strings.HasPrefix(key, "individualcomponents"):
		t.sectionClear = true
		return true
	}
	kind := sectionKind(text)
	switch t.columns[first].field {
	case fieldName, fieldDescription, fieldItem:
	default:
		if kind == "" {
			return false
		}
	}
	if !t.hasColumn(fieldQuantity) && !(t.sectionClear && len(t.columns) > 3) || looksLikeItem(text) || kind == "" && !t.sectionClear {
		return false
	}
	t.enter(r.number, text)
	if kind == "" {
		t.titles = append(t.titles, row{number: r.number, cells: slices.Clone(r.cells)})
	}
	return true
}

// remark tells whether all cells but the first that is filled are notes.
func (t *table) remark(r row, first int) bool {
	for i := first + 1; i < len(r.cells); i++ {
		if r.cells[i] != "" && (i >= len(t.columns) || t.columns[i].field != fieldNote) {
			return false
		}
	}
	return true
}

// enter begins a section.
func (t *table) enter(row int, title string) {
	t.section, t.sectionKind, t.sectionClear = title, sectionKind(title), true
	t.find(schema.SeverityInfo, "section", row, "", schema.Quote(title)+" was read as the title of the rows below it")
}

// retitle takes the line just above a header for the title of the rows below it,
// if it has no quantity: "3D Printed Parts" with a sum beside it.
func (t *table) retitle(header row) {
	if n := len(t.bom.Lines); n > 0 && t.last.row == header.number-1 && t.last.uncounted && t.bom.Lines[n-1].Row == t.last.row {
		l := t.bom.Lines[n-1]
		t.bom.Lines, t.bom.Findings = t.bom.Lines[:n-1], t.bom.Findings[:t.last.findings]
		t.enter(l.Row, l.Name)
	}
}

// collated forgets what was read so far: KiCad's grouped exports list each
// component on its own, and then all again in groups.
func (t *table) collated(r row) {
	if n := len(t.bom.Lines); n > 0 {
		t.find(schema.SeverityInfo, "table-repeated", r.number, "", fmt.Sprintf("the %d rows above list what is grouped below; they were counted once", n))
	}
	t.bom.Lines, t.bom.Tools = []Line{}, []Line{}
	t.sectionClear = true
}

func (t *table) hasColumn(f field) bool {
	return slices.ContainsFunc(t.columns, func(c column) bool { return c.field == f })
}

// sectionWords tell the kind of the rows below a title.
var sectionWords = []struct {
	kind  Kind
	words []string
}{
	{KindTool, []string{"tool", "werkzeug", "outil", "herramienta", "ferramenta", "utensil", "attrezz"}},
	{KindConsumable, []string{"consumable", "verbrauch", "consommable", "consumible"}},
	{KindPackaging, []string{"packaging", "verpackung", "emballage", "embalaje"}},
	{KindMade, []string{"printed", "3d print", "3d-print", "laser cut", "laser-cut", "machined", "gedruckt", "fabricated", "custom made", "milled parts"}},
	{KindMaterial, []string{"raw material", "rohmaterial", "materials"}},
}

func sectionKind(title string) Kind {
	title = strings.ToLower(title)
	for _, s := range sectionWords {
		for _, w := range s.words {
			if strings.Contains(title, w) {
				return s.kind
			}
		}
	}
	return ""
}

// orphans makes lines of titles that stand above nothing: parts of which the
// file says no more than the name. A title above other titles is one still,
// unless such are the most of the table.
func (t *table) orphans() {
	orphans := t.titles
	if n := len(orphans); n > 0 && n <= len(t.bom.Lines) {
		if last := orphans[n-1]; last.number < t.last.row {
			return
		}
		orphans = orphans[n-1:]
	}
	if len(orphans) == 0 {
		return
	}
	t.section, t.sectionKind = "", ""
	rows := make(map[int]bool, len(orphans))
	for _, r := range orphans {
		rows[r.number] = true
	}
	t.bom.Findings = slices.DeleteFunc(t.bom.Findings, func(f Finding) bool { return f.Code == "section" && rows[f.Row] })
	for _, r := range orphans {
		t.line(r, slices.IndexFunc(r.cells, notEmpty))
	}
	slices.SortStableFunc(t.bom.Lines, func(x, y Line) int { return x.Row - y.Row })
}

// end numbers the lines and closes the BOM.
func (t *table) end() (*BOM, error) {
	b := t.bom
	t.orphans()
	if len(b.Lines)+len(b.Tools) == 0 {
		t.find(schema.SeverityWarning, "no-lines", 0, "", "there is no line below the header")
	}
	t.number()
	if t.own != nil {
		t.own.end()
	}
	t.checkReferences()
	if t.omitted > 0 {
		b.Findings = append(b.Findings, Finding{Severity: schema.SeverityWarning, Code: "findings-left-out", Message: fmt.Sprintf("%d more findings are not listed", t.omitted)})
	}
	b.Sources = append(b.Sources, t.source)
	b.Summary = Summarize(b.Lines)
	return b, nil
}

// all gives lines and tools in the order of the file.
func (b *BOM) all() []*Line {
	list := make([]*Line, 0, len(b.Lines)+len(b.Tools))
	for i := range b.Lines {
		list = append(list, &b.Lines[i])
	}
	for i := range b.Tools {
		list = append(list, &b.Tools[i])
	}
	if len(b.Tools) > 0 {
		slices.SortStableFunc(list, func(x, y *Line) int { return x.Row - y.Row })
	}
	return list
}

// number gives every line its number and an item of its own.
func (t *table) number() {
	lines := t.bom.all()
	ownNumbers := len(lines) > 0
	seen := make(map[int]bool, len(lines))
	for _, l := range lines {
		n, ok := plainNumber(l.Item)
		if !ok || n < 1 || seen[n] || l.Item[0] == '0' {
			ownNumbers = false
			break
		}
		seen[n] = true
	}
	taken := make(map[string]bool, len(lines))
	for _, l := range lines {
		if l.Item != "" {
			taken[l.Item] = true
		}
	}
	names := naming{taken: taken, next: map[string]int{}}
	used := make(map[string]bool, len(lines))
	for i, l := range lines {
		l.Line = i + 1
		if ownNumbers {
			l.Line, _ = plainNumber(l.Item)
		}
		written := l.Item
		if written == "" {
			l.Item = names.unique(strconv.Itoa(l.Line))
		} else if used[written] {
			l.Item = names.unique(written)
			t.find(schema.SeverityWarning, "item-repeated", l.Row, t.headerOf(fieldItem),
				fmt.Sprintf("item %s occurs more than once; here it is called %s", schema.Quote(written), l.Item))
		}
		used[l.Item] = true
	}
}

// naming finds names that are not taken yet.
type naming struct {
	taken map[string]bool
	next  map[string]int // number to try next, by name
}

// unique gives s, or s with -2, -3 and so on, and takes it.
func (n naming) unique(s string) string {
	name := s
	for n.taken[name] {
		number := max(n.next[s], 2)
		n.next[s] = number + 1
		name = cut(s, maxItem-12) + "-" + strconv.Itoa(number)
	}
	n.taken[name] = true
	return name
}

func (t *table) headerOf(f field) string {
	if i := slices.IndexFunc(t.columns, func(c column) bool { return c.field == f }); i >= 0 {
		return t.columns[i].header
	}
	return ""
}

// checkReferences says which designators stand on several lines.
func (t *table) checkReferences() {
	first := make(map[string]int, len(t.bom.Lines))
	repeated := map[string]bool{}
	for i := range t.bom.Lines {
		l := &t.bom.Lines[i]
		for _, r := range l.References {
			if row, twice := first[r]; twice && isDesignator(r) && !strings.ContainsAny(r, "?*") {
				if !repeated[r] {
					t.find(schema.SeverityWarning, "reference-repeated", l.Row, t.headerOf(fieldReferences), fmt.Sprintf("%s stands on row %d already", r, row))
				}
				repeated[r] = true
			} else {
				first[r] = l.Row
			}
		}
	}
}
