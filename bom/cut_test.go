package bom

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/patternbook/patternbook/schema"
)

func lengthOf(t testing.TB, text string) *schema.Measure {
	t.Helper()
	m, err := ParseLength(text)
	if err != nil {
		t.Fatal(err)
	}
	return &m
}

// cutText writes a plan as its stock, its bars and what it says of them.
func cutText(p CutPlan) string {
	var s strings.Builder
	s.WriteString(strings.TrimSpace(p.Name + p.Material + " " + p.Process))
	for _, bar := range p.Bars {
		fmt.Fprintf(&s, "; %d×", bar.Times)
		for _, piece := range bar.Pieces {
			fmt.Fprintf(&s, " %d of %s %s", piece.Count, piece.Size.Value, piece.Size.Unit)
		}
		fmt.Fprintf(&s, " leave %s %s", bar.Offcut.Value, bar.Offcut.Unit)
	}
	fmt.Fprintf(&s, "; %d bars, at least %d", p.TotalBars, p.LeastBars)
	if p.Waste != nil {
		fmt.Fprintf(&s, ", waste %s %s", p.Waste.Value, p.Waste.Unit)
	}
	return s.String()
}

// rods has pieces of a material in two designs, and other stock.
func rods(t testing.TB) shelf {
	s := shelf{}
	low := smallBOM(t, "1 bar 2", "2 leg 1")
	low.Lines[0].Kind, low.Lines[0].Material, low.Lines[0].PieceSize = KindMade, "Alu 20x20", lengthOf(t, "30 cm")
	low.Lines[1].Kind, low.Lines[1].Material, low.Lines[1].PieceSize = KindMade, "alu  20X20", lengthOf(t, "1.2 m")
	low.Lines[0].Files, low.Lines[1].Files = []string{"bar.step"}, []string{"leg.step"}
	s.put(t, "low", low, nil).Files = map[string]schema.Digest{"bar.step": digestOf("bar")}
	up := smallBOM(t, "1 LOW 2", "2 rod 2", "3 cable 0.4 m", "4 panel 3", "5 bracket 1", "6 rod 1", "7 nut 9")
	up.Lines[1].Part, up.Lines[1].PieceSize, up.Lines[1].PieceCount = Part{Standard: "DIN 975 M8"}, lengthOf(t, "180 mm"), number(t, "2")
	up.Lines[2].Kind = KindMaterial
	up.Lines[3].Kind, up.Lines[3].Material, up.Lines[3].PieceSize = KindMade, "plywood", &schema.Measure{Value: number(t, "250"), Unit: "cm2"}
	up.Lines[4].Kind, up.Lines[4].Material, up.Lines[4].PieceSize = KindMade, "Alu 20x20", lengthOf(t, "12 in")
	up.Lines[5].Part, up.Lines[5].PieceSize = Part{Standard: "DIN 975 M8"}, lengthOf(t, "5 m")
	s.put(t, "up", up, map[string]string{"1": "low"})
	return s
}

func TestCuts(t *testing.T) {
	view, err := rods(t).explode(t, "up").View(Query{View: ViewMake, Units: 5, StockLength: lengthOf(t, "3 m"), Kerf: lengthOf(t, "2mm")})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range view.Cuts {
		got = append(got, cutText(p))
	}
	want := []string{
		"rod; 1× 10 of 180 mm leave 1.18 m; 1 bars, at least 1, waste 1.2 m",
		"cable; 1× 5 of 0.4 m leave 0.99 m; 1 bars, at least 1, waste 1 m",
		"plywood; 0 bars, at least 0",
		// 10 legs of 1.2 m, 5 brackets of 304.8 mm, 20 bars of 300 mm
		"Alu 20x20; 5× 2 of 1.2 m 1 of 12 [in_i] leave 0.2892 m; 2× 9 of 30 cm leave 0.282 m; 1× 2 of 30 cm leave 2.396 m; 8 bars, at least 7, waste 4.476 m",
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("the plans are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for _, p := range view.Cuts {
		if p.Material == "plywood" && (p.Area == nil || p.Area.Value.String() != "0.375" || p.Area.Unit != "m2") {
			t.Errorf("the area of 15 panels of 250 cm² is %+v, want 0.375 m²", p.Area)
		}
	}
	if got := codes(view); !slices.Equal(got, []string{"file-missing", "file-missing", "file-missing", "piece-too-long"}) {
		t.Errorf("findings are %+v", view.Findings)
	}
	if m := view.Findings[2].Message; !strings.Contains(m, "leg.step") || !strings.Contains(m, "ada/low") || !strings.Contains(m, "1/2") {
		t.Errorf("the finding %q does not name file, design and path", m)
	}
	bare, err := rods(t).explode(t, "up").Make(5)
	if err != nil || len(bare.Cuts) != 4 || bare.Cuts[0].Bars != nil || len(bare.Cuts[0].Pieces) == 0 {
		t.Errorf("without a stock length the cuts are %s, %v; want the pieces alone", asJSON(t, bare.Cuts), err)
	}
}

func TestFlatKeepsPieceSizes(t *testing.T) {
	s := shelf{}
	b := smallBOM(t, "1 rod 2", "2 rod 3", "3 rod 4")
	b.Lines[0].PieceSize, b.Lines[1].PieceSize, b.Lines[2].PieceSize = lengthOf(t, "180 mm"), lengthOf(t, "18 cm"), lengthOf(t, "300 mm")
	s.put(t, "aa", b, nil)
	flat, err := s.explode(t, "aa").Flat(1)
	if err != nil {
		t.Fatal(err)
	}
	if len(flat.Lines) != 2 || flat.Lines[0].Quantity.String() != "5" || flat.Lines[0].PieceSize == nil || flat.Lines[0].PieceCount.String() != "5" {
		t.Errorf("the flat view is %s; want 5 pieces of 180 mm and 4 of 300 mm", asJSON(t, flat.Lines))
	}
}

func TestCutMeasures(t *testing.T) {
	for _, test := range []struct{ stock, kerf, size, want string }{
		{"8 ft", "0.125 in", "23.5 in", "rod; 1× 3 of 23.5 [in_i] leave 25.125 [in_i]; 1 bars, at least 1, waste 25.5 [in_i]"},
		{"8 ft", "3 mm", "23.5 in", "rod; 1× 3 of 23.5 [in_i] leave 638.7 mm; 1 bars, at least 1, waste 647.7 mm"},
		{"1 m", "0 mm", "500 mm", "rod; 1× 2 of 500 mm leave 0 m; 1× 1 of 500 mm leave 0.5 m; 2 bars, at least 2, waste 0.5 m"},
		{"1 m", "1 mm", "500 mm", "rod; 3× 1 of 500 mm leave 0.499 m; 3 bars, at least 3, waste 1.5 m"},
		{"1501 mm", "1 mm", "500 mm", "rod; 1× 2 of 500 mm leave 499 mm; 1× 1 of 500 mm leave 1000 mm; 2 bars, at least 2, waste 1502 mm"},
		{"1502 mm", "1 mm", "500 mm", "rod; 1× 3 of 500 mm leave 0 mm; 1 bars, at least 1, waste 2 mm"},
		{"0.000000000000000001 m", "0 m", "0.0000000000000000001 m", "rod; 1× 3 of 0.0000000000000000001 m leave 0.0000000000000000007 m; 1 bars, at least 1, waste 0.0000000000000000007 m"},
		{"1000000000000 km", "0 m", "0.0000000000000000001 m", "rod; 0 bars, at least 0"}, // too fine
	} {
		b := smallBOM(t, "1 rod 3")
		b.Lines[0].PieceSize = lengthOf(t, test.size)
		s := shelf{}
		s.put(t, "aa", b, nil)
		view, err := s.explode(t, "aa").View(Query{View: ViewMake, StockLength: lengthOf(t, test.stock), Kerf: lengthOf(t, test.kerf)})
		if err != nil {
			t.Fatal(err)
		}
		if got := cutText(view.Cuts[0]); got != test.want {
			t.Errorf("3 pieces of %s from %s with a kerf of %s: %s, want %s", test.size, test.stock, test.kerf, got, test.want)
		}
	}
}

// The search finds the plans that leave nothing over.
func TestCutsAreSearched(t *testing.T) {
	for _, test := range []struct {
		sizes []cutSize
		want  int64
	}{
		{[]cutSize{{6, 1}, {5, 1}, {4, 2}, {3, 2}, {2, 1}}, 3}, // of 27 in 10s: 6+4, 5+3+2, 4+3
		{[]cutSize{{44, 2}, {28, 2}, {26, 2}, {22, 2}, {14, 2}, {12, 2}, {8, 2}, {6, 2}}, 4},
		{[]cutSize{{7, 1_000_000_000}, {5, 1_000_000_000}, {3, 1_000_000_000}}, 1_500_000_000},
	} {
		capacity := int64(10)
		if test.sizes[0].size > 10 {
			capacity = 80
		}
		ways := searchBars(test.sizes, capacity)
		if n := countBars(ways); n != test.want {
			t.Errorf("%v into bars of %d takes %d, want %d: %v", test.sizes, capacity, n, test.want, ways)
		}
	}
}

func TestCutsArePlannedByCount(t *testing.T) {
	b := New()
	for i := range 2000 {
		b.Lines = append(b.Lines, Line{
			Line: i + 1, Item: fmt.Sprint(i + 1), Name: "rod", Kind: KindPurchased, Quantity: number(t, "997"), Unit: Pieces, Fitted: true,
			PieceSize: &schema.Measure{Value: schema.DecimalOf(int64(100 + i*7%1999)), Unit: "mm"},
		})
	}
	tree, err := Explode(t.Context(), &Node{BOM: b}, nil, Choices{})
	if err != nil {
		t.Fatal(err)
	}
	view, err := tree.View(Query{View: ViewMake, Units: 100_000, StockLength: lengthOf(t, "6 m"), Kerf: lengthOf(t, "3 mm")})
	if err != nil {
		t.Fatal(err)
	}
	p := view.Cuts[0]
	if p.TotalBars < p.LeastBars || float64(p.TotalBars) > 1.01*float64(p.LeastBars) {
		t.Errorf("the plan takes %d bars; %d would be the least", p.TotalBars, p.LeastBars)
	}
	b.Lines[0].Quantity = number(t, "1000000000000000")
	if view, err = tree.View(Query{View: ViewMake, Units: 100_000, StockLength: lengthOf(t, "6 m")}); err != nil || !slices.Equal(codes(view), []string{"cut-not-planned"}) {
		t.Errorf("too many pieces give %v and %q, want cut-not-planned", err, codes(view))
	}
}

func TestCutPlansCutWhatIsRequired(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		b, want := New(), map[string]int64{}
		units := rapid.Int64Range(1, 50).Draw(rt, "units")
		stock := schema.Measure{Value: schema.DecimalOf(rapid.Int64Range(50, 400).Draw(rt, "stock")), Unit: rapid.SampledFrom([]string{"mm", "cm", "[in_i]"}).Draw(rt, "stock unit")}
		kerf := schema.Measure{Value: number(t, rapid.SampledFrom([]string{"0", "0.5", "3", "20"}).Draw(rt, "kerf")), Unit: "mm"}
		for i := range rapid.IntRange(1, 12).Draw(rt, "lines") {
			size := schema.Measure{Value: number(t, rapid.SampledFrom([]string{"7", "12.5", "33", "40", "81.25", "120"}).Draw(rt, "size")), Unit: rapid.SampledFrom([]string{"mm", "cm", "[in_i]"}).Draw(rt, "unit")}
			count := rapid.Int64Range(0, 30).Draw(rt, "count")
			b.Lines = append(b.Lines, Line{
				Line: i + 1, Item: fmt.Sprint(i + 1), Name: "rod", Kind: KindPurchased, Quantity: schema.DecimalOf(count), Unit: Pieces, Fitted: true, PieceSize: &size,
			})
			if compareSizes(size, stock) <= 0 && count > 0 {
				want[sizeText(size)] += count * units
			}
		}
		tree, err := Explode(t.Context(), &Node{BOM: b}, nil, Choices{})
		if err != nil {
			rt.Fatal(err)
		}
		view, err := tree.View(Query{View: ViewMake, Units: units, StockLength: &stock, Kerf: &kerf})
		if err != nil {
			rt.Fatal(err)
		}
		micro := func(m schema.Measure) *big.Rat { return new(big.Rat).Mul(rat(m.Value), big.NewRat(lengths[m.Unit], 1)) }
		got, bars, waste := map[string]int64{}, int64(0), new(big.Rat)
		for _, p := range view.Cuts {
			for _, bar := range p.Bars {
				used := new(big.Rat)
				n := int64(0)
				for _, piece := range bar.Pieces {
					got[sizeText(piece.Size)] += piece.Count * bar.Times
					used.Add(used, new(big.Rat).Mul(micro(piece.Size), big.NewRat(piece.Count, 1)))
					n += piece.Count
				}
				left := new(big.Rat).Sub(micro(stock), used)
				waste.Add(waste, new(big.Rat).Mul(left, big.NewRat(bar.Times, 1)))
				if left.Sub(left, new(big.Rat).Mul(micro(kerf), big.NewRat(n-1, 1))); left.Sign() < 0 {
					rt.Fatalf("a bar of %s %s is cut into more than it has: %s", stock.Value, stock.Unit, cutText(p))
				}
				if left.Sub(left, micro(kerf)); left.Sign() < 0 {
					left.SetInt64(0)
				}
				if micro(bar.Offcut).Cmp(left) != 0 {
					rt.Fatalf("the offcut is %s %s, want %s µm", bar.Offcut.Value, bar.Offcut.Unit, left)
				}
				bars += bar.Times
			}
			if p.TotalBars < p.LeastBars || p.TotalBars > bars || p.Waste != nil && micro(*p.Waste).Cmp(waste) != 0 {
				rt.Fatalf("the plan takes %d bars and says %s", bars, cutText(p))
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			rt.Fatalf("pieces cut are %v, want %v", got, want)
		}
	})
}
