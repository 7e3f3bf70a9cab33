package bom

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"

	"github.com/patternbook/patternbook/schema"
)

// A Difference is what changed from one BOM to another, told by what lines are
// and not by how they are written. As JSON:
//
//	{"before": "sha256:…", "after": "sha256:…", "hardware": true,
//	 "summary": {"added": 1, "removed": 0, "changed": 1, "hardware_changed": 1, "unchanged": 40, "references": 1},
//	 "added": [line, …], "removed": [line, …],
//	 "changed": [{"before": line, "after": line, "hardware": true,
//	   "changes": [{"field": "quantity", "before": "2", "after": "3", "hardware": true}]}],
//	 "references": [{"reference": "R7", "before": {"item": "4", "name": "Resistor", "part": {…}}, "after": {…}}],
//	 "moves": […], "sources": […]}
//
// A tool is in it as a line of kind tool. What a reader wants to know is in the
// members up to references; moves and sources are what [Difference.Apply] needs
// besides.
type Difference struct {
	Before schema.Digest `json:"before"` // of the lines and tools compared, see [Compare]
	After  schema.Digest `json:"after"`
	// Hardware tells whether the things differ, and not only what is said of them:
	// some line that is no tool was added, removed, or has a change of hardware.
	Hardware   bool              `json:"hardware"`
	Summary    DifferenceSummary `json:"summary"`
	Added      []Line            `json:"added"`   // in the order of after
	Removed    []Line            `json:"removed"` // in the order of before
	Changed    []LineChange      `json:"changed"` // in the order of after
	References []ReusedReference `json:"references"`
	Moves      []Move            `json:"moves"`   // of lines in both BOMs, in the order of after
	Sources    []Source          `json:"sources"` // those of after
}

// A DifferenceSummary counts lines and tools together.
type DifferenceSummary struct {
	Added           int `json:"added"`
	Removed         int `json:"removed"`
	Changed         int `json:"changed"`
	HardwareChanged int `json:"hardware_changed"` // of those changed
	Unchanged       int `json:"unchanged"`
	References      int `json:"references"` // used again for another part
}

// A LineChange is a line that both BOMs have, and how it changed.
type LineChange struct {
	Before   Line     `json:"before"`
	After    Line     `json:"after"`
	Hardware bool     `json:"hardware"` // some change is of hardware
	Changes  []Change `json:"changes"`  // in the order of the members of a line
}

// A Change is one member of a line that changed, as text: lists are written
// with spaces or semicolons between, and Before or After is empty for what there was not.
type Change struct {
	// Field is the member's name in JSON: quantity, part.mpn, extra.Config.
	Field  string `json:"field"`
	Before string `json:"before"`
	After  string `json:"after"`
	// Hardware is false for what does not change the thing: notes, offers, columns
	// without a meaning, what views calculate, and texts that differ in their
	// spelling alone.
	Hardware bool `json:"hardware"`
}

// A ReusedReference is a designator that stood for one part and stands for
// another, on a line that is not the same line changed.
type ReusedReference struct {
	Reference string        `json:"reference"`
	Before    ReferenceUser `json:"before"`
	After     ReferenceUser `json:"after"`
}

// A ReferenceUser is the line on which a designator stands.
type ReferenceUser struct {
	Item      string `json:"item,omitempty"`
	Name      string `json:"name"`
	Value     string `json:"value,omitempty"`
	Footprint string `json:"footprint,omitempty"`
	Part      Part   `json:"part,omitzero"`
}

// A Move says where a line of both BOMs stands in after, when it stood elsewhere
// in before. It is no change. The members that say where a line stands, and
// nothing of what it is, are those of the line in after.
type Move struct {
	From   string   `json:"from"` // item in before
	To     int      `json:"to"`   // index into after's lines, or tools
	Line   int      `json:"line"`
	Item   string   `json:"item,omitempty"`
	Parent string   `json:"parent,omitempty"`
	Source int      `json:"source,omitempty"`
	Row    int      `json:"row,omitempty"`
	Paths  []string `json:"paths,omitempty"`
}

// moveOf tells where line i of before stands now; moved is false when it has not moved.
func moveOf(before *Line, i int, after *Line, j int) (m Move, moved bool) {
	m = Move{From: before.Item, To: j, Line: after.Line, Item: after.Item, Parent: after.Parent, Source: after.Source, Row: after.Row, Paths: after.Paths}
	stays := i == j && before.Line == after.Line && before.Item == after.Item && before.Parent == after.Parent &&
		before.Source == after.Source && before.Row == after.Row && slices.Equal(before.Paths, after.Paths)
	return m, !stays
}

// Empty tells whether nothing was added, removed or changed. Lines may have moved.
func (d *Difference) Empty() bool {
	return len(d.Added) == 0 && len(d.Removed) == 0 && len(d.Changed) == 0
}

// Compare tells what changed from before to after: two BOMs as written, or two
// flat views for the same number of units. The BOMs nested in a tree view are not
// looked at: compare flat views.
//
// Lines are the same line when they are the same part (manufacturer and MPN, else
// standard, else digest or files, else name with value and footprint; assemblies
// the same design, else reference); among several of the same part those with
// the same designators. Lines left over are the same line when at least half of
// their designators are, so that another part in the old one's place is a change;
// then when MPN, description or name say so without doubt. Another order, other
// items, line numbers and rows are no change.
//
// The digests are of the JSON {"lines": […], "tools": […]} as encoding/json writes it,
// without nested BOMs. The result shares lists with both BOMs. The work grows
// with the number of lines and designators.
func Compare(before, after *BOM) *Difference {
	d := &Difference{
		Before: before.linesDigest(), After: after.linesDigest(),
		Added: []Line{}, Removed: []Line{}, Changed: []LineChange{}, References: []ReusedReference{}, Moves: []Move{},
		Sources: append([]Source{}, after.Sources...),
	}
	d.compare(before.Lines, after.Lines)
	d.compare(before.Tools, after.Tools)
	d.Summary.Added, d.Summary.Removed, d.Summary.Changed = len(d.Added), len(d.Removed), len(d.Changed)
	d.Summary.References = len(d.References)
	isPart := func(l Line) bool { return l.Kind != KindTool }
	d.Hardware = d.Summary.HardwareChanged > 0 || slices.ContainsFunc(d.Added, isPart) || slices.ContainsFunc(d.Removed, isPart)
	return d
}

// compare compares two lists: lines, or tools.
func (d *Difference) compare(before, after []Line) {
	p := pairLines(before, after)
	items := make(map[string]string, len(before)) // of lines in both, from before to after
	for i := range p.before {
		if mate := p.before[i].mate; mate >= 0 {
			items[before[i].Item] = after[mate].Item
		} else {
			d.Removed = append(d.Removed, bare(before[i]))
		}
	}
	for j := range after {
		if i := p.after[j].mate; i >= 0 {
			d.compareLine(&before[i], &after[j], items)
			if move, moved := moveOf(&before[i], i, &after[j], j); moved {
				d.Moves = append(d.Moves, move)
			}
		} else {
			d.Added = append(d.Added, bare(after[j]))
		}
	}
	d.References = append(d.References, p.reused()...)
}

func (d *Difference) compareLine(before, after *Line, items map[string]string) {
	changes := changesOf(before, after, items)
	if len(changes) == 0 {
		d.Summary.Unchanged++
		return
	}
	hardware := slices.ContainsFunc(changes, func(c Change) bool { return c.Hardware })
	if hardware {
		d.Summary.HardwareChanged++
	}
	d.Changed = append(d.Changed, LineChange{Before: bare(*before), After: bare(*after), Hardware: hardware, Changes: changes})
}

// bare gives the line without the BOM that the tree view has in it.
func bare(l Line) Line {
	l.BOM = nil
	return l
}

// linesDigest gives the digest by which Apply knows a BOM again.
func (b *BOM) linesDigest() schema.Digest {
	list := func(lines []Line) []Line {
		if lines == nil || slices.ContainsFunc(lines, func(l Line) bool { return l.BOM != nil }) {
			lines = append([]Line{}, lines...)
			for i := range lines {
				lines[i] = bare(lines[i])
			}
		}
		return lines
	}
	data, err := json.Marshal(struct {
		Lines []Line `json:"lines"`
		Tools []Line `json:"tools"`
	}{list(b.Lines), list(b.Tools)})
	if err != nil {
		panic("bom: lines that cannot be written as JSON: " + err.Error()) // every member can
	}
	return schema.DigestOf(data)
}

// reused lists the designators that stand on another line for another part, in
// their natural order. One that stands on several lines of a BOM is not told.
func (p *pairing) reused() []ReusedReference {
	var list []ReusedReference
	was, is := owners(p.before, false), owners(p.after, false)
	for reference, i := range was {
		j, used := is[reference]
		if !used || i < 0 || j < 0 || p.before[i].mate == j || samePart(&p.before[i], &p.after[j]) {
			continue
		}
		list = append(list, ReusedReference{Reference: reference, Before: userOf(p.before[i].Line), After: userOf(p.after[j].Line)})
	}
	slices.SortFunc(list, func(a, b ReusedReference) int { return compareReferences(a.Reference, b.Reference) })
	return list
}

// samePart tells whether two lines may be of one part: they are, or one of them
// does not say more than the words that both have.
func samePart(b, a *candidate) bool {
	if b.part == a.part {
		return true
	}
	return (b.Part == Part{} || a.Part == Part{}) && described(b.Line) == described(a.Line)
}

func userOf(l *Line) ReferenceUser {
	return ReferenceUser{Item: l.Item, Name: l.Name, Value: l.Value, Footprint: l.Footprint, Part: l.Part}
}

// compareReferences ranks designators as people do: R2 before R10.
func compareReferences(a, b string) int {
	letters, digits, rest := cutDesignator(a)
	otherLetters, otherDigits, otherRest := cutDesignator(b)
	number, _ := strconv.Atoi(a[letters : letters+min(digits, 18)])
	otherNumber, _ := strconv.Atoi(b[otherLetters : otherLetters+min(otherDigits, 18)])
	return cmp.Or(cmp.Compare(a[:letters], b[:otherLetters]), cmp.Compare(number, otherNumber), cmp.Compare(rest, otherRest), cmp.Compare(a, b))
}
