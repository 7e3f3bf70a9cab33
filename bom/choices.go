package bom

import (
	"cmp"
	"slices"

	"github.com/patternbook/patternbook/schema"
)

// Choices say which of the things that a design may be is meant. The zero value
// is the design as written, everything opened.
type Choices struct {
	// Variants are names of variants of the root, without regard to case. Those of
	// an assembly are chosen by its pin.
	Variants []string
	// Stop names designs that are bought whole: an assembly of one of them is a leaf
	// wherever it occurs.
	Stop []schema.Design
	// Depth is how many levels of assemblies are opened, 0 for all. With 1 the
	// root's own assemblies are opened and what they contain is not.
	Depth int
	// Alternates are taken in the place of parts. Of two choices for one line the
	// one that names the line holds.
	Alternates []AlternateChoice
}

// meet notes a design that a line refers to without a pin: it is a leaf anyway.
func (x *exploder) meet(l *Line) {
	if len(x.stops) == 0 || l.Assembly == nil {
		return
	}
	ref, err := schema.ParseReference(l.Assembly.Reference)
	if _, stopped := x.stops[ref.Design]; err == nil && stopped {
		x.stops[ref.Design] = true
	}
}

// missing gives the designs to stop at that were not met, in order.
func (x *exploder) missing() []schema.Design {
	var list []schema.Design
	for d, met := range x.stops {
		if !met {
			list = append(list, d)
		}
	}
	slices.SortFunc(list, func(a, b schema.Design) int { return cmp.Compare(a.String(), b.String()) })
	return list
}

// checkStops refuses a stop that the tree does not contain. One that lies inside
// what a choice leaves closed is right, though it changes nothing; only to tell
// that are such assemblies looked into.
func (x *exploder) checkStops() error {
	looked := map[schema.Digest]bool{}
	for len(x.missing()) > 0 && len(x.closed) > 0 {
		pin := x.closed[0]
		x.closed = x.closed[1:]
		if looked[pin.Release] || x.fetch == nil && x.nodes[pin.Release] == nil {
			continue
		}
		looked[pin.Release] = true
		n, err := x.node(pin)
		if err != nil {
			return err
		}
		for _, pin := range n.Pins {
			if _, stopped := x.stops[pin.Design]; stopped {
				x.stops[pin.Design] = true
			}
			x.closed = append(x.closed, pin)
		}
	}
	missing := x.missing()
	if len(missing) == 0 {
		return nil
	}
	e := &schema.Error{Kind: schema.Invalid, Detail: "the design does not contain what is to be bought whole", Fix: "name designs that the tree view shows as assemblies"}
	for _, d := range missing {
		e.At = append(e.At, schema.Place{Field: "stop", Detail: d.String()})
	}
	return e
}
