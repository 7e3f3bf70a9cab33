package bom

import (
	"fmt"

	"github.com/patternbook/patternbook/schema"
)

// noteTotal keeps the amount that a total has in the column of prices.
func (t *table) noteTotal(r row) {
	for i, c := range t.columns {
		if c.field != fieldPrice || c.strength != weak {
			continue
		}
		if price, _, ok := readPrice(r.at(i), t.decimalComma); ok && price.Sign() > 0 {
			t.priceTotal = price
		}
	}
}

// rowPrices divides prices that are of all pieces of their rows. A header like
// "Cost" leaves that open; it shows where the total is the sum of the cells, and
// not that of the cells times the quantities.
func (t *table) rowPrices() {
	prices, header := 0, ""
	for i := range t.columns {
		switch c := &t.columns[i]; {
		case c.field == fieldPrice:
			prices, header = prices+1, c.header
		case c.field == fieldNamedPrice, c.field == fieldBreakPrice, c.field == fieldPackPrice, c.isMoney():
			return
		}
	}
	if prices != 1 || t.priceTotal.IsZero() {
		return
	}
	var cells, products total
	first := 0
	for i := range t.bom.Lines {
		l := &t.bom.Lines[i]
		if price := l.onlyPrice(); price != nil {
			cells.add(*price)
			products.add(multiply(*price, l.Quantity))
			if first == 0 {
				first = l.Row
			}
		}
	}
	if !near(cells.decimal(), t.priceTotal) || near(products.decimal(), t.priceTotal) {
		return
	}
	kept := 0
	for i := range t.bom.Lines {
		if l := &t.bom.Lines[i]; l.onlyPrice() != nil && !l.dividePrice(header) {
			kept++
		}
	}
	message := fmt.Sprintf("the prices add up to the total %s: each is of all pieces of its row, and was divided by the quantity", t.priceTotal)
	if kept > 0 {
		message += fmt.Sprintf("; on %s six decimals do not hold the quotient, and the price was kept in extra", plural(kept, "row"))
	}
	t.find(schema.SeverityWarning, "price-of-row", first, header, message)
}

// near tells whether two sums of money differ by no more than rounding.
func near(x, y schema.Decimal) bool {
	cent, _ := schema.ParseDecimal("0.02")
	return x.Add(cent).Compare(y) >= 0 && y.Add(cent).Compare(x) >= 0
}

// onlyPrice gives the price of the one offer with a price, from one piece on.
func (l *Line) onlyPrice() *schema.Decimal {
	for i := range l.Offers {
		if breaks := l.Offers[i].PriceBreaks; len(breaks) > 0 {
			return &breaks[0].Price
		}
	}
	return nil
}

// dividePrice makes the price of a row that of one piece; where it is none
// exactly, it lies in Extra.
func (l *Line) dividePrice(header string) bool {
	price := l.onlyPrice()
	n, whole := wholeOf(l.Quantity)
	if one, exact := share(*price, n); whole && exact {
		*price = one
		return true
	}
	for i := range l.Offers {
		if o := &l.Offers[i]; o.PriceBreaks != nil {
			l.keep(header, trim(price.String()+" "+o.Currency))
			o.PriceBreaks, o.Currency = nil, ""
			if o.Supplier == "" && o.SKU == "" && o.PackQuantity.IsZero() && o.Minimum.IsZero() {
				l.Offers = append(l.Offers[:i], l.Offers[i+1:]...)
			}
			break
		}
	}
	if len(l.Offers) == 0 {
		l.Offers = nil
	}
	return false
}
