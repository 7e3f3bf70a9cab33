package bom

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/patternbook/patternbook/schema"
)

func number(t testing.TB, s string) schema.Decimal {
	t.Helper()
	d, err := schema.ParseDecimal(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// shelf holds nodes by the name of their design, and fetches them by digest.
type shelf map[string]*Node

func digestOf(name string) schema.Digest { return schema.DigestOf([]byte(name)) }

// put adds a release of ada/name. pins are items and the names they are pinned to.
func (s shelf) put(t testing.TB, name string, b *BOM, pins map[string]string) *Node {
	t.Helper()
	design, err := schema.ParseDesign("ada/" + name)
	if err != nil {
		t.Fatal(err)
	}
	version, err := schema.ParseVersion("1.0.0")
	if err != nil {
		t.Fatal(err)
	}
	n := &Node{Release: digestOf(name), Design: design, Version: version, BOM: b, Pins: map[string]schema.Pin{}}
	for item, to := range pins {
		target, err := schema.ParseDesign("ada/" + to)
		if err != nil {
			t.Fatal(err)
		}
		n.Pins[item] = schema.Pin{Item: item, Reference: "ada/" + to, Design: target, Version: version, Release: digestOf(to)}
	}
	s[name] = n
	return n
}

func (s shelf) fetch(_ context.Context, release schema.Digest) (*Node, error) {
	for _, n := range s {
		if n.Release == release {
			return n, nil
		}
	}
	return nil, schema.NotFound
}

func (s shelf) explode(t testing.TB, name string) *Tree {
	t.Helper()
	tree, err := Explode(t.Context(), s[name], s.fetch, Choices{})
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// losh pins the LOSH example by hand, as its references say.
func losh(t *testing.T) *Tree {
	s := shelf{}
	s.put(t, "mosh-a", designs(t, "losh-dummy-mosh-a/sBoM.csv"), map[string]string{"16": "mosh-b", "17": "mosh-c"})
	s.put(t, "mosh-b", designs(t, "losh-dummy-mosh-b/sBoM.csv"), map[string]string{"16": "mosh-d", "17": "mppt-2420-hc"})
	s.put(t, "mosh-c", designs(t, "losh-dummy-mosh-c/sBoM.csv"), map[string]string{"16": "mosh-d"})
	s.put(t, "mosh-d", designs(t, "losh-dummy-mosh-d/sBoM.csv"), map[string]string{"16": "mppt-1210-hus"})
	s.put(t, "mppt-1210-hus", designs(t, "mppt-1210-hus/build/mppt-1210-hus_bom.csv"), nil)
	s.put(t, "mppt-2420-hc", Merge(
		designs(t, "mppt-2420-hc/build/mppt-2420-hc_bom_(hv_supply,can).csv"),
		designs(t, "mppt-2420-hc/build/mppt-2420-hc_bom_mechanical.csv"),
	), nil)
	return s.explode(t, "mosh-a")
}

func lineBy(t *testing.T, b *BOM, what string, is func(Line) bool) Line {
	t.Helper()
	i := slices.IndexFunc(b.Lines, is)
	if i < 0 {
		t.Fatalf("no line is %s", what)
	}
	return b.Lines[i]
}

func TestFlatLOSH(t *testing.T) {
	tree := losh(t)
	flat, err := tree.Flat(1)
	if err != nil {
		t.Fatal(err)
	}
	for standard, want := range map[string]string{"ISO 4032 M8": "20", "DIN 7997 4 x 12": "80", "DIN 795 M8 x 180": "10"} {
		l := lineBy(t, flat, standard, func(l Line) bool { return l.Part.Standard == standard })
		if l.Quantity.String() != want || l.Required.String() != want {
			t.Errorf("%s: quantity is %s, required %s, want %s", standard, l.Quantity, l.Required, want)
		}
	}
	nuts := lineBy(t, flat, "M8", func(l Line) bool { return l.Part.Standard == "ISO 4032 M8" })
	if want := []string{"2", "16/2", "16/16/2", "17/2", "17/16/2"}; !slices.Equal(nuts.Paths, want) {
		t.Errorf("paths are %q, want %q", nuts.Paths, want)
	}
	mcu := lineBy(t, flat, "STM32L072CZT6", func(l Line) bool { return l.Part.MPN == "STM32L072CZT6" })
	if mcu.Quantity.String() != "2" || !slices.Equal(mcu.Paths, []string{"16/16/16/50", "17/16/16/50"}) {
		t.Errorf("the controller of mppt-1210-hus has quantity %s by %q, want 2 by 16/16/16/50 and 17/16/16/50", mcu.Quantity, mcu.Paths)
	}
	rings := lineBy(t, flat, "Clamp Ring", func(l Line) bool { return l.Name == "Clamp Ring" })
	if rings.Quantity.String() != "2" { // of one design: without files, the same name elsewhere is another part
		t.Errorf("clamp rings of mosh-a are %s, want 2", rings.Quantity)
	}
	seven, err := tree.Flat(7)
	if err != nil {
		t.Fatal(err)
	}
	if l := lineBy(t, seven, "M8", func(l Line) bool { return l.Part.Standard == "ISO 4032 M8" }); l.Quantity.String() != "20" || l.Required.String() != "140" {
		t.Errorf("for 7 units quantity is %s, required %s; want 20 and 140", l.Quantity, l.Required)
	}
	if slices.ContainsFunc(flat.Lines, func(l Line) bool { return l.Kind == KindAssembly }) {
		t.Error("an opened assembly is in the flat view")
	}
}

func TestTreeLOSH(t *testing.T) {
	view, err := losh(t).Tree(3)
	if err != nil {
		t.Fatal(err)
	}
	d := view.At("16").BOM.At("16")
	if d.Assembly.Design.String() != "ada/mosh-d" || d.Assembly.Version.String() != "1.0.0" || d.Assembly.Release.IsZero() {
		t.Errorf("the pin of 16/16 is %+v", d.Assembly)
	}
	if l := d.BOM.At("2"); l.Quantity.String() != "4" || l.Required.String() != "12" {
		t.Errorf("16/16/2 has quantity %s, required %s; want 4 and 12", l.Quantity, l.Required)
	}
}

func TestMakeLOSH(t *testing.T) {
	tree := losh(t)
	view, err := tree.Make(2)
	if err != nil {
		t.Fatal(err)
	}
	if len(view.Lines) != 8 || view.Lines[0].Name != "Clamp Ring" || view.Lines[0].Required.String() != "4" {
		t.Errorf("made parts are %s, want clamp rings and comb modules of four designs", asJSON(t, view.Lines))
	}
}

func TestFindLOSH(t *testing.T) {
	tree := losh(t)
	p, err := tree.Find("17/16/10")
	if err != nil || p.Line.Name != "Clamp Ring" || p.Node.Design.String() != "ada/mosh-d" || p.Quantity.String() != "2" {
		t.Errorf("17/16/10 is %+v, %v", p, err)
	}
	p, err = tree.Find("module b")
	if err != nil || p.Path != "16" {
		t.Errorf("module b is at %q, %v; want 16", p.Path, err)
	}
	_, err = tree.Find("Clamp Ring")
	e, ok := errors.AsType[*schema.Error](err)
	if !ok || e.Kind != schema.Ambiguous || len(e.At) != 5 || e.At[1].Field != "16/10" {
		t.Errorf("Clamp Ring gives %v, want ambiguous with five candidates", err)
	}
	for _, text := range []string{"99", "16/99", "", "nothing like it", "2/2"} {
		if _, err := tree.Find(text); !errors.Is(err, schema.NotFound) {
			t.Errorf("Find(%q) gives %v, want not found", text, err)
		}
	}
}

// smallBOM makes a BOM of lines written as "item name quantity [unit]"; a name in
// capitals is an assembly.
func smallBOM(t testing.TB, lines ...string) *BOM {
	t.Helper()
	b := New()
	for i, text := range lines {
		f := append(strings.Fields(text), Pieces)
		l := Line{Line: i + 1, Item: f[0], Name: f[1], Kind: KindPurchased, Quantity: number(t, f[2]), Unit: f[3], Fitted: true}
		if strings.ToUpper(f[1]) == f[1] {
			l.Kind, l.Assembly = KindAssembly, &Assembly{Reference: f[1]}
		}
		b.Lines = append(b.Lines, l)
	}
	b.Summary = Summarize(b.Lines)
	return b
}

func TestFlatDiamond(t *testing.T) {
	const levels = 40
	s := shelf{}
	for i := range levels {
		s.put(t, fmt.Sprintf("d%d", i), smallBOM(t, "1 NEXT 1", "2 NEXT 1", "3 nut 1"),
			map[string]string{"1": fmt.Sprintf("d%d", i+1), "2": fmt.Sprintf("d%d", i+1)})
	}
	s.put(t, fmt.Sprintf("d%d", levels), smallBOM(t, "1 nut 1"), nil)
	begun := time.Now()
	tree := s.explode(t, "d0")
	flat, err := tree.Flat(1)
	if err != nil {
		t.Fatal(err)
	}
	if took := time.Since(begun); took > 2*time.Second {
		t.Errorf("flattening took %s", took)
	}
	want := schema.DecimalOf(1<<(levels+1) - 1).String() // 2^40 of the lowest, and 2^n of each level above
	if l := flat.Lines[0]; len(flat.Lines) != 1 || l.Quantity.String() != want || len(l.Paths) != MaxPaths {
		t.Errorf("quantity is %s by %d paths, want %s by %d", l.Quantity, len(l.Paths), want, MaxPaths)
	}
	if got := codes(flat); !slices.Equal(got, []string{"paths-left-out"}) {
		t.Errorf("findings are %q, want paths-left-out", got)
	}
	if _, err := tree.Tree(1); !errors.Is(err, schema.TooLarge) {
		t.Errorf("the tree view gives %v, want too large", err)
	}
	if _, err := tree.Find("nut"); !errors.Is(err, schema.Ambiguous) {
		t.Errorf("Find gives %v, want ambiguous", err)
	}
}

func TestExplodeRefuses(t *testing.T) {
	s := shelf{}
	s.put(t, "aa", smallBOM(t, "1 B 1"), map[string]string{"1": "bb"})
	s.put(t, "bb", smallBOM(t, "1 A 1"), map[string]string{"1": "aa"})
	_, err := Explode(t.Context(), s["aa"], s.fetch, Choices{})
	if !errors.Is(err, schema.Invalid) || !strings.Contains(err.Error(), "ada/aa → ada/bb → ada/aa") || !strings.Contains(err.Error(), "1/1") {
		t.Errorf("a cycle gives %v, want invalid with the way round", err)
	}
	for i := range MaxDepth + 2 {
		s.put(t, fmt.Sprintf("n%d", i), smallBOM(t, "1 N 1"), map[string]string{"1": fmt.Sprintf("n%d", i+1)})
	}
	if _, err := Explode(t.Context(), s["n0"], s.fetch, Choices{}); !errors.Is(err, schema.TooLarge) {
		t.Errorf("deep nesting gives %v, want too large", err)
	}
	if _, err := Explode(t.Context(), s[fmt.Sprintf("n%d", MaxDepth+1)], s.fetch, Choices{}); !errors.Is(err, schema.NotFound) {
		t.Errorf("a release that is not there gives %v, want not found", err)
	}
	tree := shelf{}
	tree.put(t, "aa", smallBOM(t, "1 nut 1"), nil)
	for _, units := range []int64{0, -1, MaxUnits + 1} {
		if _, err := tree.explode(t, "aa").Flat(units); !errors.Is(err, schema.Invalid) {
			t.Errorf("%d units give %v, want invalid", units, err)
		}
	}
}

func TestFlatKeepsApart(t *testing.T) {
	s := shelf{}
	lower := smallBOM(t, "1 nut 1", "2 cord 2 m", "3 LOST 1", "4 ring 1", "5 cap 1", "6 spare 1")
	lower.Lines[3].Kind, lower.Lines[3].Files = KindMade, []string{"ring.stl"}
	lower.Lines[4].Part = Part{Manufacturer: "Murata ", MPN: "grm188"}
	lower.Lines[5].Fitted = false
	lower.Tools = []Line{{Line: 7, Item: "7", Name: "Spanner", Kind: KindTool, Quantity: number(t, "1"), Unit: Pieces, Fitted: true}}
	upper := smallBOM(t, "1 LOWER 3", "2 nut 1", "3 cord 1", "4 ring 1", "5 other 1", "6 METRES 2 m")
	upper.Lines[3].Kind, upper.Lines[3].Files = KindMade, []string{"parts/ring.stl"}
	upper.Lines[4].Part = Part{Manufacturer: "MURATA", MPN: "GRM188"}
	upper.Lines[4].References = []string{"C1"}
	upper.Tools = []Line{{Line: 7, Item: "7", Name: "spanner", Kind: KindTool, Quantity: number(t, "2"), Unit: Pieces, Fitted: true}}
	s.put(t, "lower", lower, nil).Files = map[string]schema.Digest{"ring.stl": digestOf("ring")}
	s.put(t, "upper", upper, map[string]string{"1": "lower", "6": "lower"}).Files = map[string]schema.Digest{"parts/ring.stl": digestOf("ring")}
	flat, err := s.explode(t, "upper").Flat(2)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range flat.Lines {
		got = append(got, fmt.Sprintf("%d %s %s %s %s %v", l.Line, l.Name, l.Quantity, l.Required, l.Unit, l.Paths))
	}
	want := []string{
		"1 nut 4 8 1 [1/1 2]", "2 cord 6 12 m [1/2]", "3 LOST 3 6 1 [1/3]", "4 ring 4 8 1 [1/4 4]", "5 cap 4 8 1 [1/5 5]",
		"6 cord 1 2 1 [3]", "7 METRES 2 4 m [6]",
	}
	if !slices.Equal(got, want) {
		t.Errorf("the flat view is\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if len(flat.Tools) != 1 || flat.Tools[0].Quantity.String() != "2" || flat.Tools[0].Line != 8 {
		t.Errorf("tools are %s, want one spanner with quantity 2", asJSON(t, flat.Tools))
	}
}

func TestRequiredOfWhatIsMeasured(t *testing.T) {
	l := Line{Quantity: number(t, "0.25"), Unit: "m"}
	if got := Required(l, number(t, "3")).String(); got != "0.75" {
		t.Errorf("3 × 0.25 m without a rounding multiple is %s, want 0.75", got)
	}
	l.RoundingMultiple = number(t, "0.5")
	if got := Required(l, number(t, "3")).String(); got != "1" {
		t.Errorf("3 × 0.25 m in multiples of 0.5 is %s, want 1", got)
	}
}

func TestRequired(t *testing.T) {
	for _, test := range []struct{ quantity, units, attrition, setup, multiple, want string }{
		{"2", "7", "", "", "", "14"},
		{"2", "7", "5", "", "", "15"},       // 14.7
		{"2", "100", "5", "10", "", "220"},  // 210 + 10
		{"3", "33", "2", "5", "25", "125"},  // 100.98 + 5 = 105.98
		{"0.25", "3", "", "", "", "1"},      // 0.75
		{"0.25", "3", "", "", "0.1", "0.8"}, // 0.75
		{"1", "1", "0", "0", "1000", "1000"},
		{"0", "5", "10", "", "", "0"},
		{"0", "5", "", "3", "2", "4"},
		{"0.1", "3", "0", "", "0.3", "0.3"}, // exact: no binary fractions
	} {
		l := Line{Quantity: number(t, test.quantity), Unit: Pieces}
		if test.attrition != "" {
			l.AttritionPercent = number(t, test.attrition)
		}
		if test.setup != "" {
			l.SetupQuantity = number(t, test.setup)
		}
		if test.multiple != "" {
			l.RoundingMultiple = number(t, test.multiple)
		}
		if got := Required(l, number(t, test.units)).String(); got != test.want {
			t.Errorf("%s × %s, attrition %q, setup %q, multiple %q is %s, want %s", test.quantity, test.units, test.attrition, test.setup, test.multiple, got, test.want)
		}
	}
}
