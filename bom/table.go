package bom

import (
	"fmt"
	"slices"
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

// A rowList is rows at hand.
type rowList []row

func (l *rowList) next() (row, bool) {
	if len(*l) == 0 {
		return row{}, false
	}
	r := (*l)[0]
	*l = (*l)[1:]
	return r, true
}

// A feed gives rows, and shows those to come.
type feed struct {
	rows
	ahead []row
}

func (f *feed) next() (row, bool) {
	if len(f.ahead) > 0 {
		r := f.ahead[0]
		f.ahead = f.ahead[1:]
		return r, true
	}
	return f.rows.next()
}

func (f *feed) peek(n int) []row {
	if len(f.ahead) < n && f.rows != nil {
		f.ahead = append(f.ahead, take(f.rows, n-len(f.ahead))...)
	}
	return f.ahead[:min(n, len(f.ahead))]
}

// A table turns rows into a BOM. It is what the readers of all formats that are
// tables share.
type table struct {
	input
	decimalComma bool
	bom          *BOM
	feed         feed
	columns      []column
	own          *ownTable // when the table is one that we wrote
	header       []string
	section      string
	sectionKind  Kind
	sectionClear bool // the row before was blank, a header or a section
	marked       bool // a section's title was marked as one
	omitted      int  // findings beyond maxFindings
	uncounted    bool // it was said that nothing counts the lines
	last         struct {
		row        int  // of the line read last
		uncounted  bool // it has no quantity
		references bool // its list of references ends with a comma
		findings   int  // before it
	}
	priceTotal schema.Decimal // that the table says; zero for none

	titles []row  // of sections that no line has followed yet
	facts  []fact // of the lines, in the order of their rows
	cells  draft  // reused

	// What is said once for all rows.
	nameless, counted, wide, footers tally
}

// A tally counts rows of which one thing is to be said once.
type tally struct {
	n     int
	row   int    // the first of them
	first string // what it says
}

func (y *tally) add(row int, text string) {
	if y.n++; y.n == 1 {
		y.row, y.first = row, text
	}
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
	t.feed = feed{rows: source}
	first := t.feed.peek(headerRows)
	at, score := t.chosen.findHeader(first)
	if score == 0 {
		return nil, unreadable(t.source.Path, "none of its first 30 rows names columns", "begin the table with a row that names its columns")
	}
	t.preamble(first[:at])
	for range at {
		t.feed.next()
	}
	header, _ := t.feed.next()
	t.begin(header, t.feed.peek(sampleRows))
	if err := t.below(); err != nil {
		return nil, err
	}
	return t.end()
}

// below reads the rows below a header.
func (t *table) below() error {
	for {
		r, more := t.feed.next()
		if !more {
			return nil
		}
		t.row(r)
		if err := t.limits(); err != nil {
			return err
		}
	}
}

func (t *table) limits() error {
	if len(t.bom.Lines)+len(t.bom.Tools)+len(t.titles) > MaxLines {
		return tooLarge(t.source.Path, fmt.Sprintf("it has more than %d lines", MaxLines))
	}
	return nil
}

// preamble passes over the rows before the header, but for a title just above it
// that says of what kind the rows below it are.
func (t *table) preamble(rows []row) {
	filled, title := 0, -1
	for i, r := range rows {
		if isRule(r) || !slices.ContainsFunc(r.cells, notEmpty) {
			continue
		}
		filled++
		if title = -1; len(rows)-i <= 2 && isSectionTitle(r) {
			title = i
		}
	}
	if title >= 0 {
		filled--
		r := rows[title]
		defer t.enter(r.number, r.cells[slices.IndexFunc(r.cells, notEmpty)])
	}
	if filled > 0 {
		t.find(schema.SeverityInfo, "rows-before-header", 1, "", fmt.Sprintf("%s before the header; passed over", stands(filled)))
	}
}

// begin takes a row for the header of those that follow.
func (t *table) begin(header row, values []row) {
	t.header = slices.Clone(header.cells)
	if isOurs(header.cells) && len(t.Columns) == 0 {
		t.beginOwn(header)
		return
	}
	t.columns = t.chosen.columnsOf(t.header, values)
	t.headers.note(t.header)
	t.sectionClear, t.priceTotal = true, schema.Decimal{}
	if slices.ContainsFunc(t.columns, func(c column) bool { return c.field == fieldOKHReference }) {
		t.source.Format = "okh-sbom"
	}
	var read, kept []string
	for _, c := range t.columns {
		switch {
		case c.field != fieldExtra:
			read = append(read, schema.Quote(c.header)+" as "+c.meaning())
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

// meaning says what a column is read as.
func (c *column) meaning() string {
	name := fieldNames[c.field]
	switch {
	case c.supplier != "":
		name += " of " + c.supplier
	case c.field == fieldBreakPrice:
		name += fmt.Sprintf(" from %d on", c.from)
	case c.rank > 0 && c.field >= firstOffer && c.field <= lastOffer:
		name += fmt.Sprintf(" of offer %d", c.rank+1)
	case c.rank > 0:
		name += fmt.Sprintf(" of alternate %d", c.rank+1)
	}
	if c.strength == chosen {
		name += ", as chosen"
	}
	return name
}

// row reads one row below the header.
func (t *table) row(r row) {
	if t.own != nil {
		t.own.row(r)
		return
	}
	filled, first := 0, -1
	numeric := false
	for i, cell := range r.cells {
		if cell != "" {
			filled++
			if first < 0 {
				first = i
			}
			if !numeric && cell[0] >= '0' && cell[0] <= '9' {
				_, numeric = plainNumber(cell)
			}
		}
	}
	if t.sectionClear { // what comes may be looked at, which overwrites a row that is not kept
		r.cells = slices.Clone(r.cells)
	}
	switch {
	case filled == 0:
		t.sectionClear = true
		return
	case filled <= 2 && t.passOver(r, first, filled):
		return
	case slices.Equal(r.cells, t.header):
		t.find(schema.SeverityInfo, "header-repeated", r.number, "", "the header occurs again; the row was passed over")
		t.sectionClear = true
		return
	case !numeric && filled > 1 && t.isHeader(r, first, filled):
		t.retitle(r)
		t.titles = t.titles[:0]
		const sample = 50 // a hostile file has nothing but headers
		r.cells = slices.Clone(r.cells)
		t.begin(r, t.feed.peek(sample))
		return
	case filled <= 2 && t.title(r, first, filled):
		return
	case filled == 1 && t.sectionClear && t.stands(r, first):
		return
	case filled == 1 && t.continues(r, first):
		return
	}
	t.sectionClear = false
	if n := len(t.titles); n > 0 {
		t.titles = t.titles[:n-1]
	}
	t.line(r, first)
}

// stands takes the one cell of a row for the title of the table that begins just
// below it.
func (t *table) stands(r row, first int) bool {
	text := r.cells[first]
	if len(text) > maxHeader || t.feed.rows == nil {
		return false
	}
	for _, next := range t.feed.peek(2) {
		if slices.ContainsFunc(next.cells, notEmpty) {
			if t.chosen.headerScore(next.cells) < 2 {
				return false
			}
			t.enter(r.number, text)
			return true
		}
	}
	return false
}

// isHeader tells whether a row begins another table.
func (t *table) isHeader(r row, first, filled int) bool {
	if f, picked := t.chosen.field(r.cells[first]); !picked && f == fieldExtra && headingOf(r.cells[first]).field == fieldExtra && !t.sectionClear {
		return false // most rows are none: they are not looked at whole
	}
	score := t.chosen.headerScore(r.cells)
	switch {
	case t.sectionClear || first < len(t.header) && r.cells[first] == t.header[first]:
		return score > 2 || score == 2 && filled == 2
	}
	return score > 2 && 2*score >= filled
}

func (t *table) hasColumn(f field) bool {
	return slices.ContainsFunc(t.columns, func(c column) bool { return c.field == f })
}

func (t *table) headerOf(f field) string {
	if i := slices.IndexFunc(t.columns, func(c column) bool { return c.field == f }); i >= 0 {
		return t.columns[i].header
	}
	return ""
}

func (t *table) headerAt(i int) string {
	if i < len(t.columns) {
		return t.columns[i].header
	}
	return ""
}

// end numbers the lines and closes the BOM.
func (t *table) end() (*BOM, error) {
	b := t.bom
	t.orphans()
	t.rowPrices()
	t.once()
	if len(b.Lines)+len(b.Tools) == 0 {
		t.find(schema.SeverityWarning, "no-lines", 0, "", "there is no line below the header")
	}
	if t.own != nil {
		t.number()
		t.own.end()
	} else {
		h := t.hierarchy()
		t.number()
		h.apply()
	}
	t.checkReferences()
	if t.omitted > 0 {
		b.Findings = append(b.Findings, Finding{Severity: schema.SeverityWarning, Code: "findings-left-out", Message: fmt.Sprintf("%d more findings are not listed", t.omitted)})
	}
	b.Sources = append(b.Sources, t.source)
	b.Summary = Summarize(b.Lines)
	return b, nil
}

// once says what was counted over all rows.
func (t *table) once() {
	if n := t.counted; n.n > 0 {
		t.find(schema.SeverityInfo, "quantity-counted", n.row, t.headerOf(fieldQuantity), fmt.Sprintf("%s no quantity; the references were counted", has(n.n, "row")))
	}
	if n := t.nameless; n.n > 0 {
		t.find(schema.SeverityWarning, "row-without-part", n.row, "", fmt.Sprintf("%s no part; passed over. The first is %s", names(n.n), schema.Quote(cut(n.first, maxHeader))))
	}
	if n := t.wide; n.n > 0 {
		t.find(schema.SeverityWarning, "row-too-wide", n.row, "", fmt.Sprintf("%s more cells than the header; these were kept in extra. A text with the delimiter in it may lack its quotes", has(n.n, "row")))
	}
	if n := t.footers; n.n > 0 {
		t.find(schema.SeverityInfo, "footer-passed-over", n.row, "", fmt.Sprintf("%s of the file, not of parts; passed over. The first is %s", tells(n.n), schema.Quote(cut(n.first, maxHeader))))
	}
}

// has gives "1 row has" or "2 rows have".
func has(n int, word string) string {
	if n == 1 {
		return "1 " + word + " has"
	}
	return plural(n, word) + " have"
}

func stands(n int) string {
	if n == 1 {
		return "1 row stands"
	}
	return plural(n, "row") + " stand"
}

func names(n int) string {
	if n == 1 {
		return "1 row names"
	}
	return plural(n, "row") + " name"
}

func tells(n int) string {
	if n == 1 {
		return "1 row tells"
	}
	return plural(n, "row") + " tell"
}
