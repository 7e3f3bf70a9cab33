package bom

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/patternbook/patternbook/schema"
)

func (s shelf) chosen(t testing.TB, name string, choices Choices) *Tree {
	t.Helper()
	tree, err := Explode(t.Context(), s[name], s.fetch, choices)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// flatText gives the flat view's lines as "name quantity [value]".
func flatText(t testing.TB, tree *Tree) []string {
	t.Helper()
	flat, err := tree.Flat(1)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, l := range flat.Lines {
		list = append(list, strings.TrimSpace(l.Name+" "+l.Quantity.String()+" "+l.Value))
	}
	return list
}

func stopAt(t testing.TB, name string) schema.Design {
	t.Helper()
	d, err := schema.ParseDesign("ada/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// variantBOM has what KiBoM's Config column and KiCad's variants say.
func variantBOM(t testing.TB) *BOM {
	b := smallBOM(t, "1 plain 1", "2 can 1", "3 nolite 1", "4 value 1", "5 both 1", "6 spare 1")
	b.Lines[1].Variants = []LineVariant{{Name: "CAN", Fitted: true}, {Name: OtherVariants}}
	b.Lines[2].Variants = []LineVariant{{Name: "lite"}}
	b.Lines[3].Value, b.Lines[3].Part = "10k", Part{Manufacturer: "Yageo", MPN: "R10"}
	b.Lines[3].Offers = []Offer{{Supplier: "shop"}}
	b.Lines[3].Variants = []LineVariant{{Name: "Lite", Fitted: true, Value: "22k", Part: Part{MPN: "R22"}}}
	b.Lines[4].Variants = []LineVariant{{Name: "can", Fitted: true}, {Name: "lite"}}
	b.Lines[5].Fitted = false
	b.Lines[5].Variants = []LineVariant{{Name: "lite", Fitted: true}}
	return b
}

func TestVariants(t *testing.T) {
	s := shelf{}
	s.put(t, "aa", variantBOM(t), nil)
	for _, test := range []struct {
		choose, want string
	}{
		{"", "plain 1, can 1, nolite 1, value 1 10k, both 1"},
		{"can", "plain 1, can 1, nolite 1, value 1 10k, both 1"},
		{"LITE", "plain 1, value 1 22k, spare 1"},
		{"lite Can", "plain 1, can 1, value 1 22k, spare 1"},
	} {
		tree := s.chosen(t, "aa", Choices{Variants: strings.Fields(test.choose)})
		if got := strings.Join(flatText(t, tree), ", "); got != test.want {
			t.Errorf("in the variants %q there are %s; want %s", test.choose, got, test.want)
		}
	}
	lite, err := s.chosen(t, "aa", Choices{Variants: []string{"lite"}}).Flat(1)
	if err != nil {
		t.Fatal(err)
	}
	value := lineBy(t, lite, "value", func(l Line) bool { return l.Name == "value" })
	if value.Part != (Part{Manufacturer: "Yageo", MPN: "R22"}) || value.Offers != nil || !slices.Equal(codes(lite), []string{"offers-dropped"}) {
		t.Errorf("the overridden part is %+v with the offers %v and the findings %q", value.Part, value.Offers, codes(lite))
	}
	if b := s["aa"].BOM; b.Lines[3].Value != "10k" || len(b.Lines[3].Offers) != 1 {
		t.Error("choosing a variant changed the BOM")
	}
	if got := s["aa"].BOM.VariantNames(); !slices.Equal(got, []string{"CAN", "lite"}) {
		t.Errorf("the variants are %q, want CAN and lite", got)
	}
	for _, name := range []string{"heavy", "*", ""} {
		_, err := Explode(t.Context(), s["aa"], nil, Choices{Variants: []string{name}})
		if !errors.Is(err, schema.Invalid) || !strings.Contains(err.Error(), `"CAN", "lite"`) {
			t.Errorf("the variant %q gives %v, want invalid with the names there are", name, err)
		}
	}
}

func TestPinnedVariants(t *testing.T) {
	s := shelf{}
	s.put(t, "low", variantBOM(t), nil)
	upper := s.put(t, "up", smallBOM(t, "1 L 1", "2 L 1", "3 L 1"), map[string]string{"1": "low", "2": "low", "3": "low"})
	for item, variant := range map[string]string{"1": "lite, can", "2": "CAN,Lite", "3": "heavy"} {
		pin := upper.Pins[item]
		pin.Variant = variant
		upper.Pins[item] = pin
	}
	tree := s.chosen(t, "up", Choices{})
	want := []string{"plain 3", "can 3", "value 2 22k", "spare 2", "nolite 1", "value 1 10k", "both 1"} // heavy is no variant: item 3 is as written
	if got := flatText(t, tree); !slices.Equal(got, want) {
		t.Errorf("there are %q, want %q", got, want)
	}
	if len(tree.branches) != 3 { // the root, and the child in two variants
		t.Errorf("there are %d branches, want 3: equal variants are shared", len(tree.branches))
	}
	view, err := tree.Lines(1)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(codes(view), []string{"variant-unknown"}) || !strings.Contains(view.Findings[0].Message, `"heavy"`) {
		t.Errorf("findings are %+v, want the unknown variant", view.Findings)
	}
}

// threeLevels has ada/top with mid twice, once by way of side, and mid with low.
func threeLevels(t testing.TB) shelf {
	s := shelf{}
	s.put(t, "low", smallBOM(t, "1 nut 1"), nil)
	s.put(t, "mid", smallBOM(t, "1 LOW 2", "2 bolt 1"), map[string]string{"1": "low"})
	s.put(t, "side", smallBOM(t, "1 MID 3"), map[string]string{"1": "mid"})
	s.put(t, "top", smallBOM(t, "1 MID 1", "2 SIDE 1", "3 cord 1"), map[string]string{"1": "mid", "2": "side"})
	return s
}

func TestStopAndDepth(t *testing.T) {
	s := threeLevels(t)
	for _, test := range []struct {
		choices Choices
		want    string
	}{
		{Choices{}, "nut 8, bolt 4, cord 1"},
		{Choices{Stop: []schema.Design{stopAt(t, "low")}}, "LOW 8, bolt 4, cord 1"},
		{Choices{Stop: []schema.Design{stopAt(t, "mid")}}, "MID 4, cord 1"},
		{Choices{Stop: []schema.Design{stopAt(t, "mid"), stopAt(t, "low")}}, "MID 4, cord 1"}, // low lies within mid
		{Choices{Depth: 1}, "LOW 2, bolt 1, MID 3, cord 1"},
		{Choices{Depth: 2}, "nut 2, bolt 4, LOW 6, cord 1"},
		{Choices{Depth: 3}, "nut 8, bolt 4, cord 1"},
		{Choices{Depth: 1000}, "nut 8, bolt 4, cord 1"},
		{Choices{Depth: 1, Stop: []schema.Design{stopAt(t, "low")}}, "LOW 2, bolt 1, MID 3, cord 1"},
	} {
		if got := strings.Join(flatText(t, s.chosen(t, "top", test.choices)), ", "); got != test.want {
			t.Errorf("with %+v there are %s; want %s", test.choices, got, test.want)
		}
	}
	_, err := Explode(t.Context(), s["top"], s.fetch, Choices{Stop: []schema.Design{stopAt(t, "mid"), stopAt(t, "moon"), stopAt(t, "top")}})
	if !errors.Is(err, schema.Invalid) || !strings.Contains(err.Error(), "ada/moon") || strings.Contains(err.Error(), "ada/mid") {
		t.Errorf("a stop that the tree does not contain gives %v, want invalid naming it", err)
	}
	if _, err := Explode(t.Context(), s["top"], s.fetch, Choices{Depth: -1}); !errors.Is(err, schema.Invalid) {
		t.Errorf("a depth below 0 gives %v, want invalid", err)
	}
	file := smallBOM(t, "1 PSU 1")
	file.Lines[0].Assembly.Reference = "ada/psu@^1.0"
	if _, err := Explode(t.Context(), &Node{BOM: file}, nil, Choices{Stop: []schema.Design{stopAt(t, "psu")}}); err != nil {
		t.Errorf("a stop at what is not pinned gives %v: it is a leaf anyway", err)
	}
}

func TestDepthKeepsBranchesShared(t *testing.T) {
	s := shelf{}
	const levels = 30
	for i := range levels {
		next := fmt.Sprintf("d%d", i+1)
		s.put(t, fmt.Sprintf("d%d", i), smallBOM(t, "1 NEXT 1", "2 NEXT 1", "3 nut 1"), map[string]string{"1": next, "2": next})
	}
	s.put(t, fmt.Sprintf("d%d", levels), smallBOM(t, "1 nut 1"), nil)
	tree := s.chosen(t, "d0", Choices{Depth: 20})
	if len(tree.branches) != 21 {
		t.Errorf("there are %d branches, want 21", len(tree.branches))
	}
	if got := flatText(t, tree); !slices.Equal(got, []string{"NEXT 2097152", "nut 2097151"}) {
		t.Errorf("there are %q", got)
	}
}

func alternatesShelf(t testing.TB) shelf {
	s := shelf{}
	low := smallBOM(t, "1 driver 1", "2 resistor 4", "3 fuse 1")
	low.Lines[0].Part = Part{Manufacturer: "TI", MPN: "A1"}
	low.Lines[0].Alternates = []Alternate{{Rank: 2, Manufacturer: "ST", MPN: "B2"}, {Rank: 3, MPN: "C3"}}
	low.Lines[0].Offers = []Offer{{Supplier: "shop", SKU: "1"}}
	low.Lines[1].Part = Part{Manufacturer: "Yageo", MPN: "R10"}
	s.put(t, "low", low, nil)
	up := smallBOM(t, "1 LOW 1", "2 LOW 2", "3 load 5")
	up.Lines[2].Part = Part{MPN: "r10"}
	s.put(t, "up", up, map[string]string{"1": "low", "2": "low"})
	return s
}

func TestAlternates(t *testing.T) {
	s := alternatesShelf(t)
	parts := func(tree *Tree) string {
		flat, err := tree.Flat(1)
		if err != nil {
			t.Fatal(err)
		}
		var list []string
		for _, l := range flat.Lines {
			list = append(list, strings.TrimSpace(l.Part.Manufacturer+" "+l.Part.MPN)+" "+l.Quantity.String())
		}
		return strings.Join(list, ", ") + " " + strings.Join(codes(flat), " ")
	}
	yageo, vishay := Part{Manufacturer: "yageo", MPN: "R10"}, Part{Manufacturer: "Vishay", MPN: "V10"}
	for _, test := range []struct {
		name   string
		choose []AlternateChoice
		want   string
	}{
		{"none", nil, "TI A1 3, Yageo R10 12,  3, r10 5 "},
		{"by path and rank, for every place", []AlternateChoice{{Line: "2/1", Rank: 2}}, "ST B2 3, Yageo R10 12,  3, r10 5 offers-dropped"},
		{"by name and MPN", []AlternateChoice{{Line: "Driver", MPN: "c3"}}, "C3 3, Yageo R10 12,  3, r10 5 offers-dropped"},
		{"the part itself", []AlternateChoice{{Line: "driver", Rank: 1}}, "TI A1 3, Yageo R10 12,  3, r10 5 "},
		{"a part wherever it is", []AlternateChoice{{Part: yageo, Use: vishay}}, "TI A1 3, Vishay V10 17,  3 alternate-foreign alternate-foreign"},
		{"one line before all", []AlternateChoice{{Part: Part{MPN: "A1"}, Use: vishay}, {Line: "driver", Rank: 3}}, "C3 3, Yageo R10 12,  3, r10 5 offers-dropped"},
		{"what was chosen is not replaced in turn", []AlternateChoice{{Part: yageo, Use: Part{MPN: "A1"}}, {Part: Part{MPN: "A1"}, Use: Part{Manufacturer: "ST", MPN: "B2"}}},
			"ST B2 3, A1 17,  3 alternate-foreign alternate-foreign offers-dropped"},
	} {
		got := parts(s.chosen(t, "up", Choices{Alternates: test.choose}))
		if got != test.want {
			t.Errorf("%s: there are %q, want %q", test.name, got, test.want)
		}
	}
	swapped := s.chosen(t, "up", Choices{Alternates: []AlternateChoice{{Line: "1/1", Rank: 2}}})
	p, err := swapped.Find("2/1")
	if want := []Alternate{{Rank: 2, Manufacturer: "TI", MPN: "A1"}, {Rank: 3, MPN: "C3"}}; err != nil || !slices.Equal(p.Line.Alternates, want) || p.Line.Offers != nil {
		t.Errorf("the chosen line has the alternates %+v and offers %+v, %v; want %+v and none", p.Line.Alternates, p.Line.Offers, err, want)
	}
	if l := s["low"].BOM.Lines[0]; l.Part.MPN != "A1" || l.Alternates[0].MPN != "B2" {
		t.Error("choosing an alternate changed the BOM")
	}
}

func TestAlternatesRefused(t *testing.T) {
	s := alternatesShelf(t)
	for _, test := range []struct {
		choose AlternateChoice
		want   string
	}{
		{AlternateChoice{}, "alternates[1]"},
		{AlternateChoice{Line: "9/9", Rank: 2}, "9/9"},
		{AlternateChoice{Line: "driver"}, "driver"},
		{AlternateChoice{Line: "driver", Rank: 7}, "2 (ST B2)"},
		{AlternateChoice{Line: "fuse", Rank: 2}, "the line has none"},
		{AlternateChoice{Line: "driver", Rank: 2, Part: Part{MPN: "x"}}, "a line and a part"},
		{AlternateChoice{Line: "2/2", Rank: 1}, "another choice"},
		{AlternateChoice{Part: Part{MPN: "nowhere"}, Use: Part{MPN: "x"}}, "nowhere"},
		{AlternateChoice{Part: Part{MPN: "R10", Manufacturer: "Bourns"}, Use: Part{MPN: "x"}}, ""}, // r10 of nobody is taken
		{AlternateChoice{Part: Part{MPN: "R10"}}, "what to use"},
	} {
		_, err := Explode(t.Context(), s["up"], s.fetch, Choices{Alternates: []AlternateChoice{{Line: "1/2", Rank: 1}, test.choose}})
		if test.want == "" {
			if err != nil {
				t.Errorf("%+v gives %v", test.choose, err)
			}
		} else if !errors.Is(err, schema.Invalid) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v gives %v, want invalid with %q", test.choose, err, test.want)
		}
	}
	s["up"].BOM.Lines[2].Name = "driver"
	if _, err := Explode(t.Context(), s["up"], s.fetch, Choices{Alternates: []AlternateChoice{{Line: "driver", Rank: 2}}}); !errors.Is(err, schema.Ambiguous) {
		t.Errorf("a name of two lines gives %v, want ambiguous", err)
	}
}
