package bom

import (
	"fmt"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/patternbook/patternbook/schema"
)

// offer makes an offer of "supplier currency pack minimum", with "-" for what
// there is not, and breaks like "1:0.10 100:0.05".
func offer(t testing.TB, terms, breaks string) Offer {
	t.Helper()
	w := strings.Fields(terms)
	for i := range w {
		w[i] = strings.TrimPrefix(w[i], "-")
	}
	o := Offer{Supplier: w[0], Currency: w[1]}
	if w[2] != "" {
		o.PackQuantity = number(t, w[2])
	}
	if w[3] != "" {
		o.Minimum = number(t, w[3])
	}
	for b := range strings.FieldsSeq(breaks) {
		from, price, _ := strings.Cut(b, ":")
		o.PriceBreaks = append(o.PriceBreaks, PriceBreak{From: number(t, from), Price: number(t, price)})
	}
	return o
}

// needing makes a view with one line for each need.
func needing(t testing.TB, offers []Offer, needs ...string) *BOM {
	t.Helper()
	b := New()
	for i, need := range needs {
		l := Line{Name: fmt.Sprint("part ", i+1), Kind: KindPurchased, Quantity: number(t, need), Required: number(t, need), Unit: Pieces, Fitted: true, Offers: offers}
		l.number(i + 1)
		b.Lines = append(b.Lines, l)
	}
	return b
}

// say writes what is to be ordered.
func (c *Cost) say() string {
	if c == nil {
		return "no cost"
	}
	text := fmt.Sprintf("%s %s × %s = %s %s", c.Supplier, c.Order, c.Price, c.Total, c.Currency)
	for _, more := range []struct {
		name string
		n    schema.Decimal
	}{{"packs", c.Packs}, {"saves", c.Saves}, {"minimum", c.Minimum}} {
		if !more.n.IsZero() {
			text += " " + more.name + " " + more.n.String()
		}
	}
	return text
}

func TestPriceOfOneLine(t *testing.T) {
	type offers [][2]string
	for _, test := range []struct {
		name, need, currency string
		offers               offers
		want                 string
	}{
		{"one price", "7", "", offers{{"A EUR - -", "1:0.1"}}, "A 7 × 0.1 = 0.7 EUR"},
		{"exact", "3", "", offers{{"A EUR - -", "1:0.0033"}}, "A 3 × 0.0033 = 0.0099 EUR"},
		{"break reached", "100", "", offers{{"A EUR - -", "1:0.1 100:0.05"}}, "A 100 × 0.05 = 5 EUR"},
		{"break not reached", "40", "", offers{{"A EUR - -", "1:0.1 100:0.05"}}, "A 40 × 0.1 = 4 EUR"},
		{"more costs less", "90", "", offers{{"A EUR - -", "1:0.1 100:0.05"}}, "A 100 × 0.05 = 5 EUR saves 4"},
		{"more costs as much", "50", "", offers{{"A EUR - -", "1:0.1 100:0.05"}}, "A 50 × 0.1 = 5 EUR"},
		{"breaks in any order", "100", "", offers{{"A EUR - -", "100:0.05 1:0.1"}}, "A 100 × 0.05 = 5 EUR"},
		{"whole packs", "101", "", offers{{"A EUR 50 -", "1:0.1"}}, "A 150 × 0.1 = 15 EUR packs 3"},
		{"a pack reaches the break", "60", "", offers{{"A EUR 50 -", "1:0.1 100:0.05"}}, "A 100 × 0.05 = 5 EUR packs 2"},
		{"minimum", "3", "", offers{{"A EUR - 10", "1:0.1"}}, "A 10 × 0.1 = 1 EUR minimum 10"},
		{"minimum in packs", "3", "", offers{{"A EUR 4 10", "1:0.1"}}, "A 12 × 0.1 = 1.2 EUR packs 3 minimum 10"},
		{"minimum reached", "30", "", offers{{"A EUR - 10", "1:0.1"}}, "A 30 × 0.1 = 3 EUR"},
		{"below the first break", "3", "", offers{{"A EUR - -", "25:0.1"}}, "A 25 × 0.1 = 2.5 EUR minimum 25"},
		{"cheapest of several", "10", "", offers{{"A EUR - -", "1:0.1"}, {"B EUR - -", "1:0.09"}, {"C EUR 100 -", "1:0.05"}}, "B 10 × 0.09 = 0.9 EUR"},
		{"first of equals", "10", "", offers{{"A EUR - -", "1:0.1"}, {"B EUR - -", "1:0.1"}}, "A 10 × 0.1 = 1 EUR"},
		{"free", "10", "", offers{{"A EUR - -", "1:0.1"}, {"B EUR - -", "1:0"}}, "B 10 × 0 = 0 EUR"},
		{"currency asked for", "10", "EUR", offers{{"A USD - -", "1:0.1"}, {"B EUR - -", "1:5"}}, "B 10 × 5 = 50 EUR"},
		{"currency nobody has", "10", "CHF", offers{{"A USD - -", "1:0.1"}, {"B EUR - -", "1:5"}}, "B 10 × 5 = 50 EUR"},
		{"known before unknown", "10", "", offers{{"A - - -", "1:0.1"}, {"B EUR - -", "1:5"}}, "B 10 × 5 = 50 EUR"},
		{"unknown currency", "10", "", offers{{"A - - -", "1:0.1"}}, "A 10 × 0.1 = 1 "},
		{"supplier alone", "10", "", offers{{"A EUR - -", ""}}, "no cost"},
		{"supplier alone, and a price", "10", "", offers{{"A EUR - -", ""}, {"B EUR - -", "1:2"}}, "B 10 × 2 = 20 EUR"},
		{"nothing required", "0", "", offers{{"A EUR - -", "1:0.1"}}, "no cost"},
		{"half a piece", "2.5", "", offers{{"A EUR - -", "1:0.1"}}, "A 3 × 0.1 = 0.3 EUR"},
		{"a pack of half a piece", "2.2", "", offers{{"A EUR 0.5 -", "1:0.1"}}, "A 2.5 × 0.1 = 0.25 EUR packs 5"},
		{"from 0", "1", "", offers{{"A EUR - -", "0:0.1"}}, "A 1 × 0.1 = 0.1 EUR"},
		{"very many", "100000000000000000000", "", offers{{"A EUR 3 -", "1:0.000000001"}}, "A 100000000000000000002 × 0.000000001 = 100000000000.000000002 EUR packs 33333333333333333334"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var list []Offer
			for _, o := range test.offers {
				list = append(list, offer(t, o[0], o[1]))
			}
			b := needing(t, list, test.need)
			b.Price(test.currency)
			if got := b.Lines[0].Cost.say(); got != test.want {
				t.Errorf("the cost is %q, want %q", got, test.want)
			}
		})
	}
}

func TestPrice(t *testing.T) {
	eur, usd := offer(t, "A EUR - -", "1:0.5"), offer(t, "B USD - -", "1:0.25")
	b := needing(t, nil, "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "0")
	for i, offers := range [][]Offer{{eur, usd}, {usd}, {usd, eur}, {eur}, nil, {{Supplier: "C", SKU: "7"}}, {eur}, {eur}, nil, nil, {eur}} {
		b.Lines[i].Offers = offers
	}
	b.Lines[6].Fitted = false
	b.Lines[7].Kind = KindMade // and sold by somebody
	b.Lines[8].Kind = KindMade
	b.Lines[9].Kind = KindAssembly
	b.Lines[2].Unit, b.Lines[2].Required = "m", number(t, "1.5")
	b.Price("")
	for i, want := range []string{
		"A 1 × 0.5 = 0.5 EUR", "B 2 × 0.25 = 0.5 USD", "A 1.5 × 0.5 = 0.75 EUR", "A 4 × 0.5 = 2 EUR", "no cost", "no cost", "no cost",
		"A 8 × 0.5 = 4 EUR", "no cost", "no cost", "no cost",
	} {
		if got := b.Lines[i].Cost.say(); got != want {
			t.Errorf("line %d: the cost is %q, want %q", i+1, got, want)
		}
	}
	want := `{"totals":[{"currency":"EUR","total":"7.25","lines":4},{"currency":"USD","total":"0.5","lines":1}],` +
		`"unpriced":[{"item":"5","name":"part 5","reason":"it has no offer"},{"item":"6","name":"part 6","reason":"none of its offers has a price"},` +
		`{"item":"10","name":"part 10","reason":"it is an assembly without an offer, and its parts are not in the list"}]}`
	if got := mustJSON(b.Costs); got != want {
		t.Errorf("costs are\n%s\nwant\n%s", got, want)
	}
	b.Price("USD")
	if got, want := mustJSON(b.Costs.Totals), `[{"currency":"USD","total":"1.125","lines":3},{"currency":"EUR","total":"6","lines":2}]`; got != want {
		t.Errorf("totals in dollars are %s, want %s", got, want)
	}
	if err := NewDocument(schema.Name{}, b).Validate(); err == nil || !strings.Contains(err.Error(), "costs") {
		t.Errorf("a document with costs gives %v, want that they are of views", err)
	}
	b.Costs = nil
	if err := NewDocument(schema.Name{}, b).Validate(); err == nil || !strings.Contains(err.Error(), "paths and cost are of views") {
		t.Errorf("a document whose lines have a cost gives %v, want that it is of views", err)
	}
	New().Price("EUR") // nothing to buy
}

func TestPriceOfFlatView(t *testing.T) {
	list, err := Read("bom.csv", strings.NewReader("Part,Qty,Unit Price,Supplier\nGPS,1,$29.95,Adafruit\nScrew,4,$0.10,Adafruit\nGlue,1,,\n"))
	if err != nil {
		t.Fatal(err)
	}
	tree, err := Explode(t.Context(), &Node{BOM: list}, nil, Choices{})
	if err != nil {
		t.Fatal(err)
	}
	flat, err := tree.Flat(10)
	if err != nil {
		t.Fatal(err)
	}
	flat.Price("")
	want := `{"totals":[{"currency":"USD","total":"303.5","lines":2}],"unpriced":[{"item":"3","name":"Glue","reason":"it has no offer"}]}`
	if got := mustJSON(flat.Costs); got != want {
		t.Errorf("costs are %s, want %s", got, want)
	}
	again, err := tree.Flat(10)
	if err != nil {
		t.Fatal(err)
	}
	if again.Costs != nil || again.Lines[0].Cost != nil || list.Lines[0].Cost != nil {
		t.Error("pricing one view changed another")
	}
}

// TestCheapestOrder tries every amount that could be ordered.
func TestCheapestOrder(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		pack, least := rapid.Int64Range(1, 7).Draw(rt, "pack"), rapid.Int64Range(0, 40).Draw(rt, "minimum")
		o := Offer{PackQuantity: schema.DecimalOf(pack), Minimum: schema.DecimalOf(least)}
		froms := rapid.SliceOfNDistinct(rapid.Int64Range(1, 60), 1, 4, rapid.ID).Draw(rt, "from")
		prices := map[int64]int64{}
		first := froms[0]
		for _, from := range froms {
			prices[from] = rapid.Int64Range(0, 20).Draw(rt, "price")
			o.PriceBreaks = append(o.PriceBreaks, PriceBreak{From: schema.DecimalOf(from), Price: schema.DecimalOf(prices[from])})
			first = min(first, from)
		}
		need := rapid.Int64Range(1, 80).Draw(rt, "need")
		best := int64(-1)
		for order := need; order <= 200; order++ {
			if order%pack != 0 || order < least || order < first {
				continue
			}
			at := first
			for _, from := range froms {
				if from <= order {
					at = max(at, from)
				}
			}
			if total := order * prices[at]; best < 0 || total < best {
				best = total
			}
		}
		c := o.cost(schema.DecimalOf(need), Pieces)
		if c.Total.Compare(schema.DecimalOf(best)) != 0 {
			rt.Fatalf("%d of %+v cost %s, want %d", need, o, c.say(), best)
		}
		order := rat(c.Order)
		if order.Cmp(big.NewRat(need, 1)) < 0 || order.Cmp(big.NewRat(least, 1)) < 0 || !order.Quo(order, big.NewRat(pack, 1)).IsInt() {
			rt.Fatalf("%d of %+v order %s", need, o, c.say())
		}
		if more := o.cost(schema.DecimalOf(need+1), Pieces); more.Total.Compare(c.Total) < 0 {
			rt.Fatalf("one more of %+v costs less: %s, %s", o, more.say(), c.say())
		}
	})
}

// BenchmarkPrice10k prices 10,000 lines with three offers of four breaks.
// Bound: 300 ms.
func BenchmarkPrice10k(b *testing.B) {
	list := manyLines(b, 10_000, "7")
	for i := range list.Lines {
		l := &list.Lines[i]
		l.Required = number(b, "70")
		for _, terms := range []string{"A EUR - -", "B EUR 100 -", "C USD - 10"} {
			l.Offers = append(l.Offers, offer(b, terms, "1:0.1 10:0.09 100:0.05 1000:0.01"))
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		if list.Price(""); list.Costs.Totals[0].Lines != 10_000 {
			b.Fatal("not all lines have a price")
		}
	}
}
