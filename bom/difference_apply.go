package bom

import (
	"fmt"

	"github.com/patternbook/patternbook/schema"
)

// Apply gives the BOM after, of the BOM before: its lines and tools to the last
// member and in their order, its sources and its summary. Findings are of reading
// a file and are not in a difference; the result has none. before is not changed;
// the result shares lists with it and with d.
//
// It needs items that no two lines share, as documents and views have them. Its
// error is of kind Conflict when before is not the BOM that the difference was made
// from, and Invalid when the difference does not give what it says.
func (d *Difference) Apply(before *BOM) (*BOM, error) {
	if before.linesDigest() != d.Before {
		return nil, &schema.Error{
			Kind: schema.Conflict, Detail: "the difference was made from another bill of materials",
			Fix: "apply it to the one whose lines and tools have the digest " + d.Before.String(),
		}
	}
	a := applier{removed: map[string]bool{}, changed: map[string]*Line{}, moves: map[string]*Move{}}
	for i := range d.Removed {
		a.removed[d.Removed[i].Item] = true
	}
	for i := range d.Changed {
		a.changed[d.Changed[i].Before.Item] = &d.Changed[i].After
	}
	for i := range d.Moves {
		a.moves[d.Moves[i].From] = &d.Moves[i]
	}
	var lines, tools []Line // added
	for _, l := range d.Added {
		if l.Kind == KindTool {
			tools = append(tools, l)
		} else {
			lines = append(lines, l)
		}
	}
	after := New()
	after.Sources = append(after.Sources, d.Sources...)
	var placed, alsoPlaced bool
	after.Lines, placed = a.apply(before.Lines, lines)
	after.Tools, alsoPlaced = a.apply(before.Tools, tools)
	if !placed || !alsoPlaced || after.linesDigest() != d.After {
		return nil, &schema.Error{
			Kind: schema.Invalid, Detail: fmt.Sprintf("the difference does not give the bill of materials that it says, %s", d.After),
			Fix: "compare the two again; no two lines of one may have the same item",
		}
	}
	after.Summary = Summarize(after.Lines)
	return after, nil
}

// An applier looks up by item in before what becomes of a line.
type applier struct {
	removed map[string]bool
	changed map[string]*Line
	moves   map[string]*Move
}

// apply gives one list of after: the lines that stay, each where it has moved or
// where it was, and the added ones in the gaps. It tells whether that came out even.
func (a *applier) apply(before, added []Line) ([]Line, bool) {
	kept := 0
	for i := range before {
		if !a.removed[before[i].Item] {
			kept++
		}
	}
	list := make([]Line, kept+len(added))
	taken := make([]bool, len(list))
	for i := range before {
		l, to := bare(before[i]), i
		if a.removed[l.Item] {
			continue
		}
		move := a.moves[l.Item]
		if changed := a.changed[l.Item]; changed != nil {
			l = *changed
		}
		if move != nil {
			to = move.To
			l.Line, l.Item, l.Parent, l.Source, l.Row, l.Paths = move.Line, move.Item, move.Parent, move.Source, move.Row, move.Paths
		}
		if to < 0 || to >= len(list) || taken[to] {
			return nil, false
		}
		list[to], taken[to] = l, true
	}
	for to := range list {
		if !taken[to] {
			list[to], added = added[0], added[1:]
		}
	}
	return list, true
}
