package bom

import (
	"context"
	"fmt"
	"maps"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/patternbook/patternbook/schema"
)

// drawVariants lets lines and pins of a shelf differ in the variants v and w.
func drawVariants(rt *rapid.T, s shelf) {
	for i := range len(s) {
		n := s[fmt.Sprintf("a%d", i)]
		for j := range n.BOM.Lines {
			l := &n.BOM.Lines[j]
			for _, name := range []string{"v", "w", OtherVariants} {
				if rapid.IntRange(0, 3).Draw(rt, "differs") == 0 {
					l.Variants = append(l.Variants, LineVariant{Name: name, Fitted: rapid.Bool().Draw(rt, "fitted")})
				}
			}
			if pin, pinned := n.Pins[l.Item]; pinned {
				pin.Variant = rapid.SampledFrom([]string{"", "V", "w", "v, W"}).Draw(rt, "variant")
				n.Pins[l.Item] = pin
			}
		}
	}
}

// fittedIn tells the slow way whether a line is fitted in the variants of a pin.
func fittedIn(n *Node, l Line, chosen string) bool {
	chosen = strings.ToLower(chosen)
	known := false
	for _, name := range n.BOM.VariantNames() {
		known = known || strings.Contains(chosen, name)
	}
	if !known {
		return l.Fitted
	}
	named, fitted := false, true
	for _, v := range l.Variants {
		if strings.Contains(chosen, v.Name) {
			named, fitted = true, fitted && v.Fitted
		}
	}
	if named {
		return fitted
	}
	for _, v := range l.Variants {
		if v.Name == OtherVariants {
			return v.Fitted
		}
	}
	return l.Fitted
}

// choose sums the leaves over all paths, the slow way, as choices say.
func (s shelf) choose(name, variant string, left int, stop schema.Design, factor *big.Rat, sums map[string]*big.Rat) {
	n := s[name]
	for _, l := range n.BOM.Lines {
		if !fittedIn(n, l, variant) {
			continue
		}
		q := new(big.Rat).Mul(factor, rat(l.Quantity))
		key := l.Name + " " + l.Unit
		if pin, pinned := n.Pins[l.Item]; pinned {
			if left != 0 && pin.Design != stop {
				s.choose(pin.Design.Name, pin.Variant, left-1, stop, q, sums)
				continue
			}
			key = pin.Design.Name + " " + strings.ToLower(pin.Variant)
		}
		if sums[key] == nil {
			sums[key] = new(big.Rat)
		}
		sums[key].Add(sums[key], q)
	}
}

func TestFlatIsTheSumOverPathsAsChosen(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := drawShelf(rt, t)
		drawVariants(rt, s)
		choices := Choices{Depth: rapid.IntRange(0, 3).Draw(rt, "depth")}
		variant := rapid.SampledFrom([]string{"", "v", "w"}).Draw(rt, "variant")
		if strings.Contains(strings.Join(s["a0"].BOM.VariantNames(), " ")+" ", variant+" ") && variant != "" {
			choices.Variants = []string{variant}
		} else {
			variant = ""
		}
		var stop schema.Design
		if i := rapid.IntRange(0, 5).Draw(rt, "stop"); i > 0 {
			stop = stopAt(t, fmt.Sprintf("a%d", i))
			choices.Stop = []schema.Design{stop}
		}
		tree, err := Explode(t.Context(), s["a0"], s.fetch, choices)
		if err != nil {
			if schema.KindOf(err) == schema.Invalid && !stop.IsZero() && !s.contains("a0", stop) {
				return
			}
			rt.Fatal(err)
		}
		flat, err := tree.Flat(1)
		if err != nil {
			rt.Fatal(err)
		}
		left := choices.Depth
		if left == 0 {
			left = allLevels
		}
		sums := map[string]*big.Rat{}
		s.choose("a0", variant, left, stop, big.NewRat(1, 1), sums)
		got := map[string]*big.Rat{}
		for _, l := range flat.Lines {
			key := l.Name + " " + l.Unit
			if a := l.Assembly; a != nil && !a.Release.IsZero() {
				key = a.Design.Name + " " + strings.ToLower(a.Variant)
			}
			if got[key] != nil {
				rt.Fatalf("%s is on two lines", key)
			}
			got[key] = rat(l.Quantity)
		}
		if !maps.EqualFunc(got, sums, func(a, b *big.Rat) bool { return a.Cmp(b) == 0 }) {
			rt.Fatalf("with %+v the flat view has %v, want %v", choices, got, sums)
		}
	})
}

// contains tells whether a tree has an assembly of a design, fitted or not.
func (s shelf) contains(name string, d schema.Design) bool {
	for _, pin := range s[name].Pins {
		if pin.Design == d || s.contains(pin.Design.Name, d) {
			return true
		}
	}
	return false
}

func TestScalingCommutesWithFlattening(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := drawShelf(rt, t)
		for _, n := range s {
			for i := range n.BOM.Lines { // so that nothing is rounded
				n.BOM.Lines[i].RoundingMultiple = number(t, "0.000001")
			}
		}
		units := rapid.Int64Range(1, 1000).Draw(rt, "units")
		flat, err := s.explode(t, "a0").Flat(units)
		if err != nil {
			rt.Fatal(err)
		}
		first := *s["a0"].BOM // scaled before it is flattened
		first.Lines = append([]Line{}, first.Lines...)
		for i := range first.Lines {
			first.Lines[i].Quantity = first.Lines[i].Quantity.Mul(schema.DecimalOf(units))
		}
		root := *s["a0"]
		root.BOM = &first
		tree, err := Explode(context.Background(), &root, s.fetch, Choices{})
		if err != nil {
			rt.Fatal(err)
		}
		scaledFirst, err := tree.Flat(1)
		if err != nil {
			rt.Fatal(err)
		}
		for i, l := range scaledFirst.Lines {
			if rat(l.Required).Cmp(rat(flat.Lines[i].Required)) != 0 || rat(l.Quantity).Cmp(rat(l.Required)) != 0 {
				rt.Fatalf("%s requires %s scaled first, and %s flattened first", l.Name, l.Required, flat.Lines[i].Required)
			}
		}
	})
}
