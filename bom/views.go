package bom

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/patternbook/patternbook/schema"
)

// A View is a way to look at a tree.
type View string

// The views.
const (
	ViewLines View = "lines" // as written
	ViewTree  View = "tree"  // assemblies opened
	ViewFlat  View = "flat"  // leaf parts summed over the tree
	ViewMake  View = "make"  // what the workshop makes itself
	ViewCost  View = "cost"  // the flat view with what to order, from whom, and what it costs
)

// Views lists every view.
func Views() []View { return []View{ViewLines, ViewTree, ViewFlat, ViewMake, ViewCost} }

// A Query says what is wanted of a tree. The zero value asks for the lines as
// written, for one unit.
type Query struct {
	View  View  // ViewLines when empty
	Units int64 // of the root; 0 means 1
	// Stock is what is at hand. It is taken off in the flat, the make and the cost view.
	Stock []OnHand
	// StockLength is the length of the bars from which pieces are cut, and Kerf what
	// each cut takes away. The make view plans the cuts when StockLength is given.
	StockLength *schema.Measure
	Kerf        *schema.Measure
	// Currency is the one to price in where offers have it, see [BOM.Price].
	Currency string
}

// View gives what q asks for. Errors are of kind Invalid (no such view; units
// below 1 or above MaxUnits; a length that is none) or TooLarge.
func (t *Tree) View(q Query) (*BOM, error) {
	units := cmp.Or(q.Units, 1)
	switch cmp.Or(q.View, ViewLines) {
	case ViewLines:
		return t.Lines(units)
	case ViewTree:
		return t.Tree(units)
	case ViewFlat, ViewCost:
		view, err := t.Flat(units)
		if err != nil {
			return nil, err
		}
		if err := view.take(q.Stock); err != nil {
			return nil, err
		}
		if q.View == ViewCost {
			view.Price(q.Currency)
		}
		return view, nil
	case ViewMake:
		return t.workshop(units, q)
	}
	return nil, &schema.Error{Kind: schema.Invalid, Detail: schema.Quote(string(q.View)) + " is not a view", Fix: "ask for lines, tree, flat, make or cost"}
}

// Lines gives the root's BOM as written, its assemblies with their pins, and
// for each fitted line what units of the root require of it.
func (t *Tree) Lines(units int64) (*BOM, error) {
	n, err := checkUnits(units)
	if err != nil {
		return nil, err
	}
	return t.root.asWritten(n), nil
}

// asWritten gives the branch's own BOM, with what n units of its design require.
func (b *branch) asWritten(n schema.Decimal) *BOM {
	view := New()
	if b.BOM == nil {
		return view
	}
	view.Sources = append(view.Sources, b.BOM.Sources...)
	view.Findings = append(append(view.Findings, b.BOM.Findings...), b.findings...)
	view.Tools = append(view.Tools, b.BOM.Tools...)
	view.Lines = slices.Grow(view.Lines, len(b.lines))
	for i := range b.lines {
		l := b.line(i)
		if l.Counts() {
			l.Required = Required(l, n)
		}
		view.Lines = append(view.Lines, l)
	}
	view.Summary = Summarize(view.Lines)
	return view
}

// Tree gives the root's BOM with the BOM of each pinned assembly in its line, and
// so on down. In a nested BOM, quantity is for one unit of that assembly, and
// required for all that units of the root need: quantities multiply along the
// path, and [Required] is applied to the product, with the line's own
// parameters. Attrition and rounding of the assemblies above do not enter, so
// that where a part has no parameters what the tree requires of it adds up to
// what the flat view requires. It is of kind TooLarge to ask for a tree of more
// than MaxTreeLines lines.
func (t *Tree) Tree(units int64) (*BOM, error) {
	n, err := checkUnits(units)
	if err != nil {
		return nil, err
	}
	if t.root.size(map[*branch]int{}) > MaxTreeLines {
		return nil, &schema.Error{
			Kind: schema.TooLarge, Detail: fmt.Sprintf("the tree has more than %d lines", MaxTreeLines), Fix: "ask for the flat view",
		}
	}
	return t.root.tree(n), nil
}

// size counts the lines of the tree view, up to one more than is allowed.
func (b *branch) size(known map[*branch]int) int {
	if n, ok := known[b]; ok {
		return n
	}
	n := 0
	if b.BOM != nil {
		n = len(b.lines) + len(b.BOM.Tools)
	}
	for _, child := range b.children {
		n = min(n+child.size(known), MaxTreeLines+1)
	}
	known[b] = n
	return n
}

func (b *branch) tree(n schema.Decimal) *BOM {
	view := b.asWritten(n)
	for i := range view.Lines {
		if child, opened := b.children[i]; opened {
			l := &view.Lines[i]
			l.BOM = child.tree(multiply(l.Quantity, n))
		}
	}
	return view
}
