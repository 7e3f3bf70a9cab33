package bom

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/patternbook/patternbook/schema"
)

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
	if name, marked := markedTitle(text); marked && filled == 1 {
		t.enter(r.number, name)
		t.marked = true
		return true
	}
	kind := sectionKind(text)
	if t.marked && kind == "" { // where titles are drawn, what is not is none
		return false
	}
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

// markedTitle reads a title that is drawn as one: "## Optics ##", "--- Optics ---".
func markedTitle(text string) (string, bool) {
	const marks = "#=-*_~"
	name := trim(strings.Trim(text, marks))
	before, _, _ := strings.Cut(text, name)
	marked := strings.HasPrefix(text, "#") && strings.HasSuffix(before, " ") || len(trim(before)) > 1 && strings.HasSuffix(text, text[:2])
	return name, name != "" && marked && strings.ContainsFunc(name, unicode.IsLetter)
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
	t.bom.Findings = slices.DeleteFunc(t.bom.Findings, func(f Finding) bool { return f.Code != "columns" && f.Code != "rows-before-header" })
	t.counted, t.nameless, t.wide, t.facts = tally{}, tally{}, tally{}, nil
	if n := len(t.bom.Lines); n > 0 {
		t.find(schema.SeverityInfo, "table-repeated", r.number, "", fmt.Sprintf("the %d rows above list what is grouped below; they were counted once", n))
	}
	t.bom.Lines, t.bom.Tools = []Line{}, []Line{}
	t.sectionClear = true
}

// sectionWords tell the kind of the rows below a title.
var sectionWords = []struct {
	kind  Kind
	words []string
}{
	{KindTool, []string{"tool", "werkzeug", "outil", "herramienta", "ferramenta", "utensil", "attrezz", "gereedschap", "equipment needed", "required equipment"}},
	{KindConsumable, []string{"consumable", "verbrauch", "consommable", "consumible", "consumabil", "consumív", "verbruiks"}},
	{KindPackaging, []string{"packaging", "verpackung", "emballage", "embalaje"}},
	{KindMade, []string{"printed part", "3d print", "3d-print", "3dprint", "3d druck", "3d-druck", "laser cut", "laser-cut", "lasercut", "machined", "gedruckt", "imprim", "impres", "stampat", "geprint",
		"fabricated", "custom made", "custom-made", "milled", "cnc parts", "printed component", "printed piece", "eigenfertigung"}},
	{KindMaterial, []string{"raw material", "rohmaterial", "halbzeug", "stock material", "sheet material"}},
}

func sectionKind(title string) Kind {
	title = strings.ToLower(title)
	if strings.Contains(title, "bill of") || strings.Contains(title, "toolhead") || strings.Contains(title, "tool head") {
		return ""
	}
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

// isSectionTitle tells whether a row above a header is the title of a section
// whose kind it says, and not that of the file.
func isSectionTitle(r row) bool {
	text := ""
	for _, cell := range r.cells {
		if cell != "" && text != "" {
			return false
		}
		text += cell
	}
	if len(text) > 60 || sectionKind(text) == "" {
		return false
	}
	text = strings.ToLower(text)
	return !strings.Contains(text, "bom") && !strings.Contains(text, "bill of") && !strings.Contains(text, "list")
}
