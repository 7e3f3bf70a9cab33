package bom

import (
	"fmt"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"github.com/patternbook/patternbook/schema"
)

// drawShelf draws designs a0 … an, each pinned only to later ones, so that there
// is no cycle, and gives the way down to every part.
func drawShelf(rt *rapid.T, t *testing.T) shelf {
	s := shelf{}
	designs := rapid.IntRange(1, 6).Draw(rt, "designs")
	for i := range designs {
		var lines []string
		pins := map[string]string{}
		for j := range rapid.IntRange(0, 5).Draw(rt, "lines") {
			item := fmt.Sprint(j + 1)
			quantity := rapid.SampledFrom([]string{"0", "1", "2", "3", "10", "0.5", "1.25", "1000000000000"}).Draw(rt, "quantity")
			if i+1 < designs && rapid.Bool().Draw(rt, "assembly") {
				pins[item] = fmt.Sprintf("a%d", rapid.IntRange(i+1, designs-1).Draw(rt, "pin"))
				lines = append(lines, item+" SUB "+quantity)
				continue
			}
			lines = append(lines, item+" "+rapid.SampledFrom([]string{"nut", "bolt", "cord"}).Draw(rt, "name")+" "+quantity+" "+rapid.SampledFrom([]string{"1", "m"}).Draw(rt, "unit"))
		}
		s.put(t, fmt.Sprintf("a%d", i), smallBOM(t, lines...), pins)
	}
	return s
}

func rat(d schema.Decimal) *big.Rat {
	r, _ := new(big.Rat).SetString(d.String())
	return r
}

// walk sums the leaves over all paths, the slow way.
func (s shelf) walk(name string, factor *big.Rat, sums map[string]*big.Rat, paths map[string]int) {
	n := s[name]
	for _, l := range n.BOM.Lines {
		q := new(big.Rat).Mul(factor, rat(l.Quantity))
		if pin, ok := n.Pins[l.Item]; ok {
			s.walk(pin.Design.Name, q, sums, paths)
			continue
		}
		key := l.Name + " " + l.Unit
		if sums[key] == nil {
			sums[key] = new(big.Rat)
		}
		sums[key].Add(sums[key], q)
		paths[key]++
	}
}

func TestFlatIsTheSumOverPaths(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := drawShelf(rt, t)
		units := rapid.Int64Range(1, 1000).Draw(rt, "units")
		flat, err := s.explode(t, "a0").Flat(units)
		if err != nil {
			rt.Fatal(err)
		}
		sums, paths := map[string]*big.Rat{}, map[string]int{}
		s.walk("a0", big.NewRat(1, 1), sums, paths)
		if len(flat.Lines) != len(sums) {
			rt.Fatalf("there are %d lines, want %d", len(flat.Lines), len(sums))
		}
		for _, l := range flat.Lines {
			want := sums[l.Name+" "+l.Unit]
			if rat(l.Quantity).Cmp(want) != 0 {
				rt.Fatalf("%s is %s, want %s", l.Name, l.Quantity, want)
			}
			if count := paths[l.Name+" "+l.Unit]; len(l.Paths) != min(count, MaxPaths) {
				rt.Fatalf("%s has %d paths, want %d", l.Name, len(l.Paths), count)
			}
			need := new(big.Rat).Mul(want, big.NewRat(units, 1))
			if l.Unit == Pieces { // half a piece cannot be had
				need.SetInt(new(big.Int).Neg(new(big.Int).Div(new(big.Int).Neg(need.Num()), need.Denom())))
			}
			if rat(l.Required).Cmp(need) != 0 {
				rt.Fatalf("%s requires %s for %d units, want %s", l.Name, l.Required, units, need)
			}
		}
	})
}

func TestTreeAddsUpToFlat(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := drawShelf(rt, t)
		for _, n := range s {
			for i := range n.BOM.Lines { // so that nothing is rounded
				n.BOM.Lines[i].RoundingMultiple = number(t, "0.000001")
			}
		}
		tree := s.explode(t, "a0")
		flat, err := tree.Flat(7)
		if err != nil {
			rt.Fatal(err)
		}
		nested, err := tree.Tree(7)
		if err != nil {
			rt.Fatal(err)
		}
		sums := map[string]*big.Rat{}
		var add func(*BOM)
		add = func(b *BOM) {
			for _, l := range b.Lines {
				if l.BOM != nil {
					add(l.BOM)
					continue
				}
				key := l.Name + " " + l.Unit
				if sums[key] == nil {
					sums[key] = new(big.Rat)
				}
				sums[key].Add(sums[key], rat(l.Required))
			}
		}
		add(nested)
		for _, l := range flat.Lines {
			if want := sums[l.Name+" "+l.Unit]; rat(l.Required).Cmp(want) != 0 {
				rt.Fatalf("%s: flat requires %s, the tree %s", l.Name, l.Required, want)
			}
			for _, path := range l.Paths {
				p, err := tree.Find(path)
				if err != nil || p.Line.Name != l.Name || p.Path != path {
					rt.Fatalf("path %s leads to %+v, %v; want %s", path, p, err, l.Name)
				}
			}
		}
	})
}
