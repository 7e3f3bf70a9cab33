package bom

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/patternbook/patternbook/schema"
)

func TestStock(t *testing.T) {
	b := smallBOM(t, "1 chip 2", "2 nut 4", "3 cord 0.5 m", "4 strip 3", "5 other 1", "6 chip 3", "7 PSU 1")
	b.Lines[0].Part = Part{Manufacturer: "TI", MPN: "A1"}
	b.Lines[1].Part, b.Lines[1].RoundingMultiple = Part{Standard: "ISO 4032 M8"}, number(t, "25")
	b.Lines[3].Value = "red"
	b.Lines[5].Part, b.Lines[5].SetupQuantity = Part{MPN: "a1"}, number(t, "1")
	s := shelf{}
	s.put(t, "psu", smallBOM(t, "1 nut 1"), nil)
	s.put(t, "aa", b, map[string]string{"7": "psu"})
	tree := s.chosen(t, "aa", Choices{Stop: []schema.Design{stopAt(t, "psu")}})
	stock := []OnHand{
		{Part: Part{MPN: "A1", Manufacturer: "ti"}, Quantity: number(t, "25")}, // 20 and 5 of 31
		{Part: Part{Standard: "iso 4032  m8"}, Quantity: number(t, "3")},
		{Name: "cord", Quantity: number(t, "1500"), Unit: "mm"},
		{Name: "cord", Quantity: number(t, "1"), Unit: "m"},
		{Name: "strip", Value: "Red", Quantity: number(t, "500")},
		{Name: "nut", Quantity: number(t, "1")},                        // the line is known by its standard
		{Name: "strip", Value: "blue", Quantity: number(t, "1")},       // another
		{Part: Part{MPN: "none"}, Quantity: number(t, "7")},            // of no line
		{Name: "cord", Quantity: number(t, "1")},                       // pieces
		{Design: stopAt(t, "psu"), Quantity: number(t, "4"), Unit: ""}, // bought whole
	}
	flat, err := tree.View(Query{View: ViewFlat, Units: 10, Stock: stock})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"chip 20 20 0", "nut 50 3 50", "cord 5 2.5 2.5", "strip 30 30 0", "other 10 0 10", "chip 31 5 26", "PSU 10 4 6",
	}
	var got []string
	for _, l := range flat.Lines {
		got = append(got, l.Name+" "+l.Required.String()+" "+l.OnHand.String()+" "+l.ToOrder.String())
	}
	if !slices.Equal(got, want) {
		t.Errorf("the lines are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if !slices.Equal(codes(flat), []string{"stock-unused", "stock-unused", "stock-unused", "stock-unused"}) {
		t.Errorf("findings are %+v", flat.Findings)
	}
	if m := flat.Findings[0].Message; !strings.Contains(m, "ISO 4032 M8") {
		t.Errorf("the finding %q does not say by what the line is known", m)
	}
	plain, err := tree.View(Query{View: ViewFlat, Units: 10})
	if err != nil || !plain.Lines[0].OnHand.IsZero() || !plain.Lines[0].ToOrder.IsZero() {
		t.Errorf("without stock a line is %s, %v", asJSON(t, plain.Lines[0]), err)
	}
	for _, h := range []OnHand{{Quantity: number(t, "1")}, {Name: "nut"}, {Name: "nut", Quantity: number(t, "-1")}} {
		if _, err := tree.View(Query{View: ViewFlat, Stock: []OnHand{h}}); !errors.Is(err, schema.Invalid) {
			t.Errorf("stock of %+v gives %v, want invalid", h, err)
		}
	}
}

func TestStockLowersTheCost(t *testing.T) {
	s := shelf{}
	low, up := smallBOM(t, "1 chip 2"), smallBOM(t, "1 LOW 1", "2 chip 3")
	low.Lines[0].Part, up.Lines[1].Part = Part{MPN: "A1"}, Part{MPN: "A1"}
	up.Lines[1].Offers = []Offer{{Supplier: "shop", Currency: "EUR", PriceBreaks: []PriceBreak{{From: number(t, "1"), Price: number(t, "0.5")}}}}
	s.put(t, "low", low, nil)
	s.put(t, "up", up, map[string]string{"1": "low"})
	for stock, want := range map[string]string{"0": "25", "20": "15", "50": ""} {
		view, err := s.explode(t, "up").View(Query{View: ViewFlat, Units: 10, Stock: []OnHand{{Part: Part{MPN: "A1"}, Quantity: number(t, stock)}}})
		if err != nil {
			t.Fatal(err)
		}
		view.Price("EUR")
		got := ""
		for _, total := range view.Costs.Totals {
			got += total.Total.String()
		}
		if got != want {
			t.Errorf("50 chips with %s at hand cost %q, want %q; the second line alone has an offer", stock, got, want)
		}
	}
}

func TestConvertDown(t *testing.T) {
	for _, test := range []struct{ value, from, to, want string }{
		{"1500", "mm", "m", "1.5"},
		{"1.5", "m", "cm", "150"},
		{"1", "[in_i]", "mm", "25.4"},
		{"3", "[ft_i]", "[in_i]", "36"},
		{"1", "m", "[in_i]", "39.370078740"},
		{"123456789012345678901234567890.5", "km", "um", "123456789012345678901234567890500000000"},
	} {
		got, ok := convertDown(number(t, test.value), test.from, test.to)
		if !ok || got.Compare(number(t, test.want)) != 0 {
			t.Errorf("%s %s is %s %s, want %s", test.value, test.from, got, test.to, test.want)
		}
	}
	if _, ok := convertDown(number(t, "1"), "m", Pieces); ok {
		t.Error("metres became pieces")
	}
}

func TestViewRefuses(t *testing.T) {
	s := shelf{}
	s.put(t, "aa", smallBOM(t, "1 nut 1"), nil)
	tree := s.explode(t, "aa")
	metres, pieces := &schema.Measure{Value: number(t, "3"), Unit: "m"}, &schema.Measure{Value: number(t, "3"), Unit: Pieces}
	for _, q := range []Query{
		{View: "heap"}, {Units: -1}, {View: ViewFlat, Units: MaxUnits + 1},
		{View: ViewMake, StockLength: pieces}, {View: ViewMake, StockLength: &schema.Measure{Value: number(t, "0"), Unit: "m"}},
		{View: ViewMake, StockLength: metres, Kerf: pieces},
	} {
		if _, err := tree.View(q); !errors.Is(err, schema.Invalid) {
			t.Errorf("%+v gives %v, want invalid", q, err)
		}
	}
	for _, view := range append(Views(), "") {
		if _, err := tree.View(Query{View: view, StockLength: metres}); err != nil {
			t.Errorf("%q gives %v", view, err)
		}
	}
}

func TestDocumentHasNothingOfViews(t *testing.T) {
	author, err := schema.ParseName("ada")
	if err != nil {
		t.Fatal(err)
	}
	b := smallBOM(t, "1 nut 1", "2 nut 1")
	b.Lines[0].OnHand, b.Lines[1].ToOrder, b.Cuts = number(t, "0"), number(t, "1"), []CutPlan{{}}
	e, ok := errors.AsType[*schema.Error](NewDocument(author, b).Validate())
	if !ok || len(e.At) != 3 {
		t.Errorf("a document with on_hand, to_order and cuts gives %v, want three faults", e)
	}
}
