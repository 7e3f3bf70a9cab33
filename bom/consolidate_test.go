package bom

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/patternbook/patternbook/schema"
)

func TestConsolidate(t *testing.T) {
	s := threeLevels(t)
	file := smallBOM(t, "1 nut 4", "2 spare 1", "3 ring 1")
	file.Lines[1].Variants = []LineVariant{{Name: "bare"}}
	file.Lines[2].Kind = KindMade
	root, err := Consolidate([]Order{
		{Node: s["top"], Units: 10},
		{Node: s["mid"], Units: 5},
		{Node: &Node{BOM: file}, Units: 2, Name: "box/bom.csv", Variants: []string{"bare"}},
		{Node: &Node{BOM: file}, Units: 1, Name: "box/bom.csv"},
	})
	if err != nil {
		t.Fatal(err)
	}
	tree, err := Explode(t.Context(), root, s.fetch, Choices{})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(flatText(t, tree), ", "); got != "nut 102, bolt 45, cord 10, ring 3, spare 1" {
		t.Errorf("the order is for %s", got)
	}
	flat, err := tree.Flat(1)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(flat.Lines[0].Paths, " "); got != "ada:top@1.0.0/1/1/1 ada:top@1.0.0/2/1/1/1 ada:mid@1.0.0/1/1 box:bom.csv/1 box:bom.csv-2/1" {
		t.Errorf("nuts come by %s", got)
	}
	if p, err := tree.Find("ada:mid@1.0.0/2"); err != nil || p.Line.Name != "bolt" {
		t.Errorf("the path leads to %+v, %v", p, err)
	}
	shallow, err := Explode(t.Context(), root, s.fetch, Choices{Depth: 1})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(flatText(t, shallow), ", "); got != "LOW 20, bolt 15, MID 30, cord 10, nut 22, ring 3, spare 1" {
		t.Errorf("with the assemblies of each design opened the order is for %s", got)
	}
	bought, err := Explode(t.Context(), root, nil, Choices{Stop: []schema.Design{stopAt(t, "top"), stopAt(t, "low")}})
	if err != nil {
		t.Fatal(err)
	}
	if got := flatText(t, bought)[0]; got != "ada/top@1.0.0 10" {
		t.Errorf("a design bought whole is %s", got)
	}
}

func TestConsolidateRefuses(t *testing.T) {
	s := threeLevels(t)
	for _, orders := range [][]Order{
		nil, {{Units: 1}}, {{Node: &Node{}, Units: 1}}, {{Node: s["top"]}}, {{Node: s["top"], Units: MaxUnits + 1}}, {{Node: s["top"], Units: 1, Variants: []string{"x"}}},
	} {
		if _, err := Consolidate(orders); !errors.Is(err, schema.Invalid) {
			t.Errorf("%+v gives %v, want invalid", orders, err)
		}
	}
}

func TestConsolidatedIsFlat(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := drawShelf(rt, t)
		units := rapid.Int64Range(1, 1000).Draw(rt, "units")
		alone, err := s.explode(t, "a0").Flat(units)
		if err != nil {
			rt.Fatal(err)
		}
		root, err := Consolidate([]Order{{Node: s["a0"], Units: units}})
		if err != nil {
			rt.Fatal(err)
		}
		tree, err := Explode(t.Context(), root, s.fetch, Choices{})
		if err != nil {
			rt.Fatal(err)
		}
		together, err := tree.Flat(1)
		if err != nil {
			rt.Fatal(err)
		}
		if len(alone.Lines) != len(together.Lines) {
			rt.Fatalf("%d lines became %d", len(alone.Lines), len(together.Lines))
		}
		for i, l := range together.Lines {
			if a := alone.Lines[i]; l.Name != a.Name || l.Unit != a.Unit || rat(l.Required).Cmp(rat(a.Required)) != 0 {
				rt.Fatalf("%s requires %s, alone %s requires %s", l.Name, l.Required, a.Name, a.Required)
			}
		}
	})
}
