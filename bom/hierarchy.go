package bom

import (
	"fmt"
	"slices"
	"strings"

	"github.com/patternbook/patternbook/schema"
)

// A fact is what a row says beyond its line, for the hierarchy.
type fact struct {
	row    int
	level  int  // -1 when it has none
	said   bool // it says its kind
	bare   bool // it has an item and a name, and nothing else
	dotted bool // its item is like 1.2
}

// note keeps the facts of a line.
func (t *table) note(d *draft, l *Line, said bool) {
	f := fact{row: l.Row, level: -1, said: said, dotted: isDotted(l.Item)}
	if cell := d.cells[fieldLevel]; cell != "" {
		if level, ok := levelOf(cell); ok {
			f.level = level
		} else {
			l.keepColumn(d.columns[fieldLevel], cell)
		}
	}
	f.bare = t.last.uncounted && len(l.References) == 0 && l.Part == (Part{}) && len(l.Extra) == 0 && len(l.Offers) == 0 && l.Value == "" && l.Material == "" &&
		l.Note == "" && len(l.Files) == 0 && l.Assembly == nil
	t.facts = append(t.facts, f)
}

const maxLevel = 99

// levelOf reads a level: "2", "L2", "..2", "+2", or "..." without a number.
func levelOf(cell string) (int, bool) {
	if len(cell) > 120 {
		return 0, false
	}
	marks := strings.TrimLeft(cell, ".+>-_* \t·•")
	if marks == "" {
		return min(len([]rune(strings.ReplaceAll(cell, " ", ""))), maxLevel), true
	}
	lower := strings.ToLower(marks)
	for _, word := range []string{"level", "lvl", "ebene", "niveau", "nivel", "livello", "l"} {
		if rest, ok := strings.CutPrefix(lower, word); ok {
			lower = trim(rest)
			break
		}
	}
	n, ok := plainNumber(strings.TrimSuffix(lower, ".0"))
	return n, ok && n <= maxLevel
}

// isDotted tells whether an item is numbers, or a letter and numbers, parted by
// points: 1.2, 1.2.3, A.1.
func isDotted(item string) bool {
	if strings.IndexByte(item, '.') < 1 || len(item) > 60 {
		return false
	}
	parts := strings.Split(strings.TrimSuffix(item, "."), ".")
	for i, part := range parts {
		if _, ok := plainNumber(part); !ok && !(len(part) == 1 && isLetter(part[0]) && (i == 0 || i == len(parts)-1)) {
			return false
		}
	}
	return len(parts) > 1
}

// A hierarchy says which lines are parts of which. Nil says that none are.
type hierarchy struct {
	*table
	parents []int // index of each line's parent; -1 for none
	facts   []fact
	how     string
}

// hierarchy finds the parents of lines, by levels or by dotted items.
func (t *table) hierarchy() *hierarchy {
	levels, dotted := false, false
	for _, f := range t.facts {
		levels = levels || f.level >= 0
		dotted = dotted || f.dotted
	}
	if !levels && !dotted {
		return nil
	}
	h := &hierarchy{table: t, facts: t.matchFacts()}
	if levels {
		h.how = "by their levels"
		h.dropProduct()
		h.byLevel()
		h.extendItems()
	}
	if !slices.ContainsFunc(h.parents, func(p int) bool { return p >= 0 }) {
		if h.how = "by their items"; !dotted {
			return nil
		}
		h.byItem()
		h.sections()
	}
	if !slices.ContainsFunc(h.parents, func(p int) bool { return p >= 0 }) {
		return nil
	}
	return h
}

// matchFacts gives the facts of each line, which may have been moved or left out.
func (t *table) matchFacts() []fact {
	byRow := make(map[int]fact, len(t.facts))
	for _, f := range t.facts {
		byRow[f.row] = f
	}
	list := make([]fact, len(t.bom.Lines))
	for i := range t.bom.Lines {
		f, ok := byRow[t.bom.Lines[i].Row]
		if !ok {
			f.level = -1
		}
		list[i] = f
	}
	return list
}

// dropProduct leaves out the line of level 0 that is the product itself: the
// first, and the only one of that level.
func (h *hierarchy) dropProduct() {
	if len(h.facts) < 2 || h.facts[0].level != 0 || slices.ContainsFunc(h.facts[1:], func(f fact) bool { return f.level <= 0 }) {
		return
	}
	l := h.bom.Lines[0]
	severity, message := schema.SeverityInfo, schema.Quote(l.Name)+" is of level 0: it is the product itself, not one of its parts; the row was passed over"
	if l.Quantity != small[1] {
		severity, message = schema.SeverityWarning, message+", and so was its quantity of "+l.Quantity.String()
	}
	h.find(severity, "product-passed-over", l.Row, h.headerOf(fieldLevel), message)
	h.bom.Lines, h.facts = slices.Delete(h.bom.Lines, 0, 1), h.facts[1:]
}

func (h *hierarchy) byLevel() {
	h.parents = make([]int, len(h.bom.Lines))
	type open struct{ line, level int }
	var above []open
	for i, f := range h.facts {
		h.parents[i] = -1
		if f.level < 0 {
			above = above[:0]
			continue
		}
		for len(above) > 0 && above[len(above)-1].level >= f.level {
			above = above[:len(above)-1]
		}
		if len(above) > 0 {
			h.parents[i] = above[len(above)-1].line
		}
		above = append(above, open{i, f.level})
	}
}

// extendItems gives lines whose items are counted anew under each parent the
// item of the parent before their own.
func (h *hierarchy) extendItems() {
	seen := map[string]bool{}
	repeated := false
	for i := range h.bom.Lines {
		item := h.bom.Lines[i].Item
		repeated = repeated || item != "" && seen[item]
		seen[item] = true
	}
	if !repeated {
		return
	}
	for i, p := range h.parents {
		if p < 0 {
			continue
		}
		l := &h.bom.Lines[i]
		if above := h.bom.Lines[p].Item; l.Item != "" && above != "" && len(above)+len(l.Item) < maxItem-12 && !strings.HasPrefix(l.Item, above+".") {
			l.Item = above + "." + l.Item
		}
	}
}

func (h *hierarchy) byItem() {
	h.parents = make([]int, len(h.bom.Lines))
	last := make(map[string]int, len(h.bom.Lines))
	for i := range h.bom.Lines {
		h.parents[i] = -1
		item := strings.TrimSuffix(h.bom.Lines[i].Item, ".")
		if item == "" {
			continue
		}
		if h.facts[i].dotted {
			up := item[:strings.LastIndexByte(item, '.')]
			for _, above := range []string{up, up + ".0"} { // 1.0 stands above 1.1
				if p, ok := last[above]; ok && above != item {
					h.parents[i] = p
					break
				}
			}
		}
		last[item] = i
	}
}

// sections makes titles of the lines above dotted items when all of them have
// but a name: "1 Electronics" above "1.1 Battery".
func (h *hierarchy) sections() {
	above := map[int]bool{}
	for _, p := range h.parents {
		if p >= 0 && h.parents[p] < 0 {
			above[p] = true
		}
	}
	for p := range above {
		if !h.facts[p].bare || isAssemblyName(h.bom.Lines[p].Name) {
			return
		}
	}
	if len(above) == 0 {
		return
	}
	for i, p := range h.parents {
		if p < 0 || !above[p] {
			continue
		}
		h.parents[i] = -1
		l, title := &h.bom.Lines[i], h.bom.Lines[p].Name
		l.keep("Section", cut(title, maxText))
		if kind := sectionKind(title); kind != "" && kind != KindTool && !h.facts[i].said {
			l.Kind = kind
		}
	}
	h.withdraw(above)
}

// withdraw leaves out lines that are titles of sections.
func (h *hierarchy) withdraw(titles map[int]bool) {
	rows := map[int]bool{}
	index := make([]int, len(h.bom.Lines)) // where each line goes
	var lines []Line
	var facts []fact
	for i := range h.bom.Lines {
		index[i] = len(lines)
		if titles[i] {
			rows[h.bom.Lines[i].Row] = true
			continue
		}
		lines, facts = append(lines, h.bom.Lines[i]), append(facts, h.facts[i])
	}
	h.bom.Findings = slices.DeleteFunc(h.bom.Findings, func(f Finding) bool { return f.Code == "quantity-missing" && rows[f.Row] })
	var parents []int
	for i, p := range h.parents {
		if titles[i] {
			h.find(schema.SeverityInfo, "section", h.bom.Lines[i].Row, "", schema.Quote(h.bom.Lines[i].Name)+" was read as the title of the rows that its item begins")
			continue
		}
		if p >= 0 {
			p = index[p]
		}
		parents = append(parents, p)
	}
	h.bom.Lines, h.facts, h.parents = lines, facts, parents
}

func isAssemblyName(name string) bool {
	name = strings.ToLower(name)
	for _, word := range []string{"assembly", "assy", "module", "baugruppe", "ensemble", "conjunto", "gruppo", "samenstelling", "unit", "frame", "pcb"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

// apply multiplies the quantities along the parents.
func (h *hierarchy) apply() {
	if h == nil {
		return
	}
	lines := h.bom.Lines
	parts, multiplied := 0, 0
	for i, p := range h.parents {
		if p < 0 {
			continue
		}
		parts++
		l, above := &lines[i], &lines[p]
		l.Parent = above.Item
		if above.Kind == KindPurchased && !h.facts[p].said {
			above.Kind = KindAssembly
		}
		l.Fitted = l.Fitted && above.Fitted
		l.ExcludeFromBOM = l.ExcludeFromBOM || above.ExcludeFromBOM
		if above.Quantity != small[1] && h.multiply(l, above) {
			multiplied++
		}
	}
	h.find(schema.SeverityInfo, "hierarchy", 0, "", fmt.Sprintf("%s of others, %s; the quantity of each was read as that in one of the line above it, and multiplied where there is not one of that: for %s",
		isPart(parts), h.how, plural(multiplied, "line")))
}

func isPart(n int) string {
	if n == 1 {
		return "1 line is part"
	}
	return plural(n, "line") + " are parts"
}

// multiply makes a quantity in one of a line above it that in one of the design.
func (h *hierarchy) multiply(l, above *Line) bool {
	if above.Unit != Pieces {
		h.find(schema.SeverityWarning, "parent-not-counted", l.Row, "", fmt.Sprintf("%s is a part of item %s, of which there are %s %s; its quantity was not multiplied",
			schema.Quote(cut(l.Name, maxHeader)), schema.Quote(above.Item), above.Quantity, above.Unit))
		return false
	}
	product := l.Quantity.Mul(above.Quantity)
	const longest = 40 // characters of a quantity that means something
	if len(product.String()) > longest {
		h.find(schema.SeverityWarning, "quantity-too-large", l.Row, "", "multiplied along the lines above it the quantity has too many digits; it was left as it is")
		return false
	}
	if l.QuantityText == "" {
		l.QuantityText = l.Quantity.String()
	}
	l.Quantity = product
	if !l.PieceCount.IsZero() {
		l.PieceCount = product
	}
	return true
}
