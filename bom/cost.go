package bom

import (
	"cmp"
	"math/big"
	"slices"

	"github.com/patternbook/patternbook/schema"
)

// A Cost is what to order of one line, and from whom. Views that were priced have
// it. Order, price and total are for the pieces of the line, or for its unit where
// it is not counted: the price of a line in metres is for one metre.
type Cost struct {
	Supplier string         `json:"supplier"`
	SKU      string         `json:"sku,omitempty"`
	Currency string         `json:"currency"`         // ISO 4217; empty when the file does not say
	Order    schema.Decimal `json:"order"`            // to order: at least what is required
	Packs    schema.Decimal `json:"packs,omitzero"`   // to order, of an offer in packs
	Price    schema.Decimal `json:"price"`            // of one, at the price break that Order reaches
	Total    schema.Decimal `json:"total"`            // Order × Price, exact
	Saves    schema.Decimal `json:"saves,omitzero"`   // by ordering more than is required, which reaches a lower price
	Minimum  schema.Decimal `json:"minimum,omitzero"` // that raised Order: the offer's minimum, or its first price break
}

// Costs is what a BOM costs. Money of different currencies is never summed nor
// compared.
type Costs struct {
	Totals   []CostTotal `json:"totals"`   // one for each currency, those with most lines first
	Unpriced []Unpriced  `json:"unpriced"` // lines that are to be bought and have no price
}

// A CostTotal is the sum in one currency.
type CostTotal struct {
	Currency string         `json:"currency"`
	Total    schema.Decimal `json:"total"`
	Lines    int            `json:"lines"`
}

// An Unpriced is a line that the totals lack.
type Unpriced struct {
	Item   string `json:"item"`
	Name   string `json:"name"`
	Reason string `json:"reason"` // "it has no offer"
}

// Price gives each line of a view that is to be bought its Cost, and the view its
// Costs, from the offers that the lines have. It is for the flat view, whose sums
// are what is ordered; it changes the view in place, and may be called again.
//
// A line is priced when it counts, some of it is required, and it is bought: made
// parts and firmware are only where they have an offer. Of each offer the order is
// what is required, raised to the minimum and to whole packs; a larger order that
// reaches a lower price is taken when it costs less in total, and Saves says how
// much. An order below the first price break is raised to it. The offer with the
// lowest total is taken, the first of equals.
//
// Only offers in one currency are compared: each line has its cost in currency
// where it has a price in it, else in that of its currencies which has prices for most
// lines, the first by the alphabet of equals. An empty currency asks for none.
func (b *BOM) Price(currency string) {
	counts := map[string]int{} // lines with a price, by currency
	parents := Parents(b.Lines)
	for i := range b.Lines {
		l := &b.Lines[i]
		l.Cost = nil
		if l.buys(parents) {
			for _, c := range l.currencies() {
				counts[c]++
			}
		}
	}
	ranked := rank(counts, currency)
	costs := &Costs{Totals: []CostTotal{}, Unpriced: []Unpriced{}}
	for i := range b.Lines {
		l := &b.Lines[i]
		if !l.buys(parents) {
			continue
		}
		if l.Cost = l.cheapest(ranked); l.Cost == nil {
			costs.Unpriced = append(costs.Unpriced, Unpriced{Item: l.Item, Name: l.Name, Reason: l.unpriced()})
		}
	}
	for _, c := range ranked {
		if t := totalIn(c, b.Lines); t.Lines > 0 {
			costs.Totals = append(costs.Totals, t)
		}
	}
	b.Costs = costs
}

// toBuy is how much of a line has to be bought: what is required, less what is at
// hand where stock was taken off.
func (l *Line) toBuy() schema.Decimal {
	if !l.ToOrder.IsZero() {
		return l.ToOrder
	}
	return l.Required
}

func (l *Line) buys(parents map[string]bool) bool {
	if !l.Counts() || parents[l.Item] || l.BOM != nil || l.toBuy().Sign() <= 0 {
		return false
	}
	return l.Kind != KindMade && l.Kind != KindFirmware || len(l.Offers) > 0
}

func (l *Line) unpriced() string {
	switch {
	case len(l.Offers) > 0:
		return "none of its offers has a price"
	case l.Kind == KindAssembly:
		return "it is an assembly without an offer, and its parts are not in the list"
	}
	return "it has no offer"
}

// currencies gives those in which the line has a price, each once.
func (l *Line) currencies() []string {
	var list []string
	for i := range l.Offers {
		if o := &l.Offers[i]; !slices.Contains(list, o.Currency) && slices.ContainsFunc(o.PriceBreaks, PriceBreak.priced) {
			list = append(list, o.Currency)
		}
	}
	return list
}

// rank orders currencies: the one asked for, then by lines, then by name; where
// a file does not say the currency comes last of equals.
func rank(lines map[string]int, asked string) []string {
	list := make([]string, 0, len(lines))
	for c := range lines {
		list = append(list, c)
	}
	last := func(is bool) int {
		if is {
			return 1
		}
		return 0
	}
	slices.SortFunc(list, func(a, b string) int {
		return cmp.Or(
			cmp.Compare(last(asked == "" || a != asked), last(asked == "" || b != asked)), cmp.Compare(lines[b], lines[a]),
			cmp.Compare(last(a == ""), last(b == "")), cmp.Compare(a, b),
		)
	})
	return list
}

func totalIn(currency string, lines []Line) CostTotal {
	sum, n := schema.DecimalOf(0), 0
	for i := range lines {
		if c := lines[i].Cost; c != nil && c.Currency == currency {
			sum = sum.Add(c.Total)
			n++
		}
	}
	return CostTotal{Currency: currency, Total: sum, Lines: n}
}

// cheapest gives the line's cost in the first of the currencies that it has a
// price in, or nil.
func (l *Line) cheapest(currencies []string) *Cost {
	for _, currency := range currencies {
		var best *Cost
		for i := range l.Offers {
			o := &l.Offers[i]
			if o.Currency != currency {
				continue
			}
			if c := o.cost(l.toBuy(), l.Unit); c != nil && (best == nil || c.Total.Compare(best.Total) < 0) {
				best = c
			}
		}
		if best != nil {
			return best
		}
	}
	return nil
}

// priced tells whether the break has a price. 0 is one.
func (b PriceBreak) priced() bool { return !b.Price.IsZero() && b.Price.Sign() >= 0 }

// breaks gives the offer's prices in the order of From, without those that name none.
func (o *Offer) breaks() []PriceBreak {
	byFrom := func(a, b PriceBreak) int { return compareAmounts(a.From, b.From) }
	list := o.PriceBreaks
	if unpriced := func(b PriceBreak) bool { return !b.priced() }; slices.ContainsFunc(list, unpriced) {
		list = slices.DeleteFunc(slices.Clone(list), unpriced)
	}
	if !slices.IsSortedFunc(list, byFrom) {
		list = slices.Clone(list)
		slices.SortStableFunc(list, byFrom)
	}
	return list
}

// compareAmounts is Compare, quick for whole numbers, which most amounts are.
func compareAmounts(d, e schema.Decimal) int {
	n, whole := wholeOf(d)
	if m, alsoWhole := wholeOf(e); whole && alsoWhole {
		return cmp.Compare(n, m)
	}
	return d.Compare(e)
}

// cost gives the cheapest order of at least need, or nil when the offer has no price.
func (o *Offer) cost(need schema.Decimal, unit string) *Cost {
	breaks := o.breaks()
	if len(breaks) == 0 {
		return nil
	}
	first := o.orderOf(need, unit)
	raised := schema.Decimal{} // to what the supplier asks for at least
	if compareAmounts(o.Minimum, need) > 0 {
		raised = o.Minimum
	}
	if compareAmounts(breaks[0].From, first) > 0 {
		first, raised = o.orderOf(breaks[0].From, unit), breaks[0].From
	}
	best := o.at(first, breaks)
	least := best.Total
	for _, b := range breaks {
		if compareAmounts(b.From, first) <= 0 {
			continue
		}
		if c := o.at(o.orderOf(b.From, unit), breaks); c.Total.Compare(best.Total) < 0 {
			best = c
		}
	}
	if best.Total != least {
		best.Saves = least.Add(best.Total.Mul(schema.DecimalOf(-1)))
	} else if compareAmounts(best.Order, need) > 0 {
		best.Minimum = raised
	}
	return best
}

// orderOf raises an amount to what can be ordered: the minimum, whole packs, and
// whole pieces.
func (o *Offer) orderOf(need schema.Decimal, unit string) schema.Decimal {
	if compareAmounts(need, o.Minimum) < 0 {
		need = o.Minimum
	}
	_, whole := wholeOf(need)
	switch {
	case compareAmounts(o.PackQuantity, schema.Decimal{}) > 0 && !(whole && o.PackQuantity == one):
		return need.CeilToMultiple(o.PackQuantity)
	case unit == Pieces && !whole:
		return need.CeilToMultiple(one)
	}
	return need
}

// at gives the cost of an order that reaches the first break at least.
func (o *Offer) at(order schema.Decimal, breaks []PriceBreak) *Cost {
	price := breaks[0].Price
	for _, b := range breaks {
		if compareAmounts(b.From, order) <= 0 {
			price = b.Price
		}
	}
	return &Cost{
		Supplier: o.Supplier, SKU: o.SKU, Currency: o.Currency,
		Order: order, Packs: o.packs(order), Price: price, Total: price.Mul(order),
	}
}

// packs gives how many packs an order of whole packs is; no number when the
// offer is not in packs.
func (o *Offer) packs(order schema.Decimal) schema.Decimal {
	if o.PackQuantity.IsZero() || o.PackQuantity.Sign() <= 0 || o.PackQuantity == one {
		return schema.Decimal{}
	}
	pieces, _ := new(big.Rat).SetString(order.String())
	pack, _ := new(big.Rat).SetString(o.PackQuantity.String())
	packs, err := schema.ParseDecimal(pieces.Quo(pieces, pack).Num().String())
	if err != nil { // more digits than a number may have
		return schema.Decimal{}
	}
	return packs
}
