package bom

import (
	"fmt"
	"slices"
	"strings"

	"github.com/patternbook/patternbook/schema"
)

// An offerDraft is the cells of one offer.
type offerDraft struct {
	cells   [lastOffer - firstOffer + 1]string
	columns [lastOffer - firstOffer + 1]*column
	breaks  []pricedCell
	named   string // the supplier, of a column that has its name
}

// A pricedCell is a price from a quantity on.
type pricedCell struct {
	column *column
	cell   string
}

func (o *offerDraft) cell(f field) string    { return o.cells[f-firstOffer] }
func (o *offerDraft) column(f field) *column { return o.columns[f-firstOffer] }

// offerCell puts a cell where its offer is made of.
func (d *draft) offerCell(c *column, cell string) {
	var o *offerDraft
	switch c.field {
	case fieldNamedSKU, fieldNamedPrice:
		o = d.namedOffer(c.supplier)
	default:
		o = d.rankedOffer(c.rank)
	}
	f := c.field
	switch f {
	case fieldBreakPrice:
		o.breaks = append(o.breaks, pricedCell{c, cell})
		return
	case fieldNamedSKU:
		f = fieldSKU
	case fieldNamedPrice:
		f = fieldPrice
	}
	if o.columns[f-firstOffer] == nil {
		o.cells[f-firstOffer], o.columns[f-firstOffer] = cell, c
	}
}

// rankedOffer gives the offer of that rank among those without a name.
func (d *draft) rankedOffer(rank int) *offerDraft {
	seen := 0
	for i := range d.offers {
		if d.offers[i].named == "" {
			if seen == rank {
				return &d.offers[i]
			}
			seen++
		}
	}
	for ; seen < rank; seen++ {
		d.offers = append(d.offers, offerDraft{})
	}
	d.offers = append(d.offers, offerDraft{})
	return &d.offers[len(d.offers)-1]
}

func (d *draft) namedOffer(supplier string) *offerDraft {
	if i := slices.IndexFunc(d.offers, func(o offerDraft) bool { return o.named == supplier }); i >= 0 {
		return &d.offers[i]
	}
	d.offers = append(d.offers, offerDraft{named: supplier})
	return &d.offers[len(d.offers)-1]
}

// offers makes offers of the columns for them. Those that have the name of a
// supplier come first.
func (t *table) offers(d *draft, l *Line) {
	for _, named := range []bool{true, false} {
		for i := range d.offers {
			if o := &d.offers[i]; (o.named != "") == named {
				t.offer(d, l, o)
			}
		}
	}
}

func (t *table) offer(d *draft, l *Line, from *offerDraft) {
	o := Offer{Supplier: from.named, SKU: from.cell(fieldSKU)}
	if len(o.SKU) > maxName || nobody(o.SKU) || from.named != "" && (isURL(o.SKU) || isProse(o.SKU)) {
		l.keepColumn(from.column(fieldSKU), o.SKU)
		o.SKU = ""
	}
	if supplier := from.cell(fieldSupplier); supplier != "" {
		switch o.Supplier = tidy(supplier); {
		case isURL(supplier), strings.HasPrefix(supplier, "www."):
			l.keepColumn(from.column(fieldSupplier), supplier)
			o.Supplier = supplierAt(supplier)
		case len(o.Supplier) > maxName, nobody(o.Supplier), strings.Count(o.Supplier, " ") > 7: // a sentence
			l.keepColumn(from.column(fieldSupplier), supplier)
			o.Supplier = ""
		}
	}
	t.price(d, l, from, &o)
	nothing := o.SKU == "" && o.PriceBreaks == nil && o.PackQuantity.IsZero() && o.Minimum.IsZero()
	if nothing && (o.Supplier == "" || from.named != "") {
		return
	}
	if i := t.sameOffer(l, o); i >= 0 {
		old := l.Offers[i]
		if o.Supplier = old.Supplier; o.SKU == "" {
			o.SKU = old.SKU
		}
		if o.PriceBreaks == nil {
			o.PriceBreaks, o.Currency = old.PriceBreaks, old.Currency
		}
		l.Offers[i] = o
		return
	}
	if len(l.Offers) < maxOffers {
		l.Offers = append(l.Offers, o)
	}
}

// isProse tells whether the cell for a part number says something else instead.
func isProse(cell string) bool {
	return strings.Contains(cell, " ") && !strings.ContainsAny(cell, "0123456789")
}

// supplierAt gives the supplier at an address: by the name of the host if that is
// known, else the host.
func supplierAt(address string) string {
	_, rest, found := strings.Cut(address, "://")
	if !found {
		rest = address
	}
	host := strings.ToLower(rest[:len(rest)-len(strings.TrimLeft(rest, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-"))])
	for label := range strings.SplitSeq(host, ".") {
		if name, ok := suppliers[strings.ReplaceAll(label, "-", "")]; ok && len(label) > 2 {
			return name
		}
	}
	return cut(strings.TrimPrefix(host, "www."), maxName)
}

// sameOffer gives the index of the offer that one without a number or without a
// supplier adds to: a price belongs to the one supplier there is.
func (t *table) sameOffer(l *Line, o Offer) int {
	switch {
	case o.SKU != "":
		return -1
	case o.Supplier == "" && len(l.Offers) == 1:
		return 0
	case o.Supplier == "":
		return -1
	}
	return slices.IndexFunc(l.Offers, func(p Offer) bool {
		return headerKey(cut(p.Supplier, maxHeader)) == headerKey(cut(o.Supplier, maxHeader)) && p.PriceBreaks == nil
	})
}

// plain reads a number without unit; what is none stays in Extra.
func (t *table) plain(l *Line, from *offerDraft, f field) schema.Decimal {
	cell := from.cell(f)
	if cell == "" {
		return schema.Decimal{}
	}
	n, rest, fault := readNumber(cell, t.decimalComma)
	if _, pieces := unitOf(rest); fault != "" || rest != "" && !pieces {
		l.keepColumn(from.column(f), cell)
		return schema.Decimal{}
	}
	return n
}

func (t *table) price(d *draft, l *Line, from *offerDraft, o *Offer) {
	o.PackQuantity, o.Minimum = t.plain(l, from, fieldPack), t.plain(l, from, fieldMinimum)
	own := currencyOf(from.cell(fieldCurrency))
	if c := from.column(fieldCurrency); c != nil && own == "" {
		l.keepColumn(c, from.cell(fieldCurrency))
	}
	add := func(c *column, at int, price schema.Decimal, currency string) {
		for _, known := range []string{currency, own, c.currency} {
			if o.Currency == "" {
				o.Currency = known
			}
		}
		o.PriceBreaks = append(o.PriceBreaks, PriceBreak{From: decimalOf(at), Price: price})
	}
	if cell, c := from.cell(fieldPrice), from.column(fieldPrice); cell != "" {
		if price, currency, ok := readPrice(cell, t.decimalComma); ok {
			add(c, 1, price, currency)
		} else if breaks, currency, ok := readBreaks(cell, t.decimalComma); ok {
			for _, b := range breaks {
				add(c, 0, b.Price, currency)
				o.PriceBreaks[len(o.PriceBreaks)-1].From = b.From
			}
		} else {
			l.keepColumn(c, cell)
		}
	}
	for _, b := range from.breaks {
		price, currency, ok := readPrice(b.cell, t.decimalComma)
		if !ok || len(o.PriceBreaks) >= maxOffers || slices.ContainsFunc(o.PriceBreaks, func(p PriceBreak) bool { return p.From == decimalOf(b.column.from) }) {
			l.keepColumn(b.column, b.cell)
			continue
		}
		add(b.column, b.column.from, price, currency)
	}
	t.packPrice(d, l, from, o, add)
	slices.SortStableFunc(o.PriceBreaks, func(x, y PriceBreak) int { return x.From.Compare(y.From) })
}

// packPrice makes the price of one piece of that of a pack, where it is exact.
func (t *table) packPrice(d *draft, l *Line, from *offerDraft, o *Offer, add func(*column, int, schema.Decimal, string)) {
	cell, c := from.cell(fieldPackPrice), from.column(fieldPackPrice)
	if cell == "" {
		return
	}
	price, currency, ok := readPrice(cell, t.decimalComma)
	pack, whole := wholeOf(o.PackQuantity)
	if !ok || o.PriceBreaks != nil || !whole || pack < 1 {
		l.keepColumn(c, cell)
		return
	}
	one, exact := share(price, pack)
	if !exact {
		l.keepColumn(c, cell)
		t.find(schema.SeverityInfo, "price-not-exact", d.row, c.header, fmt.Sprintf("%s for a pack of %d is no exact price of one; it was kept as it is", schema.Quote(cell), pack))
		return
	}
	add(c, 1, one, currency)
}

// share gives price divided by n, if six decimals hold it.
func share(price schema.Decimal, n int64) (schema.Decimal, bool) {
	millionths, whole := wholeOf(price.Mul(schema.DecimalOf(1_000_000)))
	if !whole || n < 1 || millionths%n != 0 {
		return schema.Decimal{}, false
	}
	millionth, err := schema.ParseDecimal("0.000001")
	return schema.DecimalOf(millionths / n).Mul(millionth), err == nil
}

// readBreaks reads a list of prices with their quantities: "1+: $0.10, 10+: $0.08".
func readBreaks(cell string, comma bool) (breaks []PriceBreak, currency string, ok bool) {
	for part := range strings.FieldsFuncSeq(cell, func(r rune) bool { return r == ';' || r == '\n' || r == '|' || r == ',' && !comma }) {
		at, text, found := strings.Cut(part, ":")
		from, plus := plainNumber(strings.TrimSuffix(trim(at), "+"))
		price, code, readable := readPrice(trim(text), comma)
		if !found || !plus || from < 1 || !readable || len(breaks) >= maxOffers {
			return nil, "", false
		}
		breaks, currency = append(breaks, PriceBreak{From: decimalOf(from), Price: price}), code
	}
	return breaks, currency, len(breaks) > 0
}
