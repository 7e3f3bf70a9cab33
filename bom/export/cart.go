package export

import (
	"bufio"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/schema"
)

// An order is one row of a cart.
type order struct {
	line     *bom.Line
	offer    bom.Offer // of which supplier and number alone are used
	quantity schema.Decimal
}

// A cart is the file by which a distributor takes an order. Supplier and header
// are all in which they differ.
type cart struct {
	supplier string // "" for the one of [Options]
	columns  []cartColumn
}

type cartColumn struct {
	header string
	number bool
	cell   func(order) string
}

func skuOf(o order) string          { return o.offer.SKU }
func mpnOf(o order) string          { return o.line.Part.MPN }
func manufacturerOf(o order) string { return o.line.Part.Manufacturer }
func quantityOf(o order) string     { return o.quantity.String() }

var (
	anyCart = cart{"", []cartColumn{
		{"Supplier", false, func(o order) string { return o.offer.Supplier }}, {"SKU", false, skuOf}, {"Manufacturer", false, manufacturerOf},
		{"Manufacturer Part Number", false, mpnOf}, {"Quantity", true, quantityOf}, {"Customer Reference", false, customerReference},
	}}
	digikeyCart = cart{"Digi-Key", []cartColumn{
		{"Digi-Key Part Number", false, skuOf}, {"Manufacturer Part Number", false, mpnOf}, {"Manufacturer Name", false, manufacturerOf},
		{"Quantity", true, quantityOf}, {"Customer Reference", false, customerReference},
	}}
	mouserCart = cart{"Mouser", []cartColumn{
		{"Mouser Part Number", false, skuOf}, {"Manufacturer Part Number", false, mpnOf}, {"Manufacturer Name", false, manufacturerOf},
		{"Quantity", true, quantityOf}, {"Customer Part Number", false, customerReference},
	}}
	lcscCart = cart{"LCSC", []cartColumn{
		{"LCSC Part Number", false, skuOf}, {"Manufacture Part Number", false, mpnOf}, {"Manufacturer", false, manufacturerOf},
		{"Quantity", true, quantityOf}, {"Customer Part Number", false, customerReference},
	}}
)

// write writes what is to be bought by a number: in pieces, also where an offer is
// in packs.
func (c cart) write(w io.Writer, b *bom.BOM, o Options) (Report, error) {
	supplier := c.supplier
	if supplier == "" {
		supplier = o.Supplier
	}
	d := delimited{w: bufio.NewWriter(w), comma: ','}
	cells := make([]string, len(c.columns))
	for i, col := range c.columns {
		cells[i] = col.header
	}
	d.row(cells)
	above := parents(b)
	reason := func(l *bom.Line) string { return notOrdered(l, supplier, above[l.Item]) }
	report := choose(b, reason, func(l *bom.Line) {
		one := order{line: l, quantity: pieces(l)}
		if c := l.Cost; c != nil && c.SKU != "" && (supplier == "" || sameName(c.Supplier, supplier)) {
			one.offer = bom.Offer{Supplier: c.Supplier, SKU: c.SKU}
		} else if offer := offerOf(l, supplier); offer != nil {
			one.offer = *offer
		}
		for i, col := range c.columns {
			cells[i] = d.text(column{number: col.number}, col.cell(one))
		}
		d.row(cells)
	})
	return report, d.flush()
}

// pieces gives how many pieces to order: as priced, else what is not at hand, else
// what is required. Half a piece cannot be had.
func pieces(l *bom.Line) schema.Decimal {
	n := l.Required
	switch {
	case l.Cost != nil:
		n = l.Cost.Order
	case !l.ToOrder.IsZero():
		n = l.ToOrder
	case n.IsZero():
		n = l.Quantity
	}
	return n.CeilToMultiple(schema.DecimalOf(1))
}

func notOrdered(l *bom.Line, supplier string, parent bool) string {
	if why := absent(l); why != "" {
		return why
	}
	switch l.Kind {
	case bom.KindMade, bom.KindAssembly, bom.KindFirmware:
		if parent {
			return "its parts are listed on their own"
		}
		return "it is of kind " + string(l.Kind) + ", which is not bought by a number"
	}
	switch {
	case parent:
		return "its parts are listed on their own"
	case l.Unit != bom.Pieces:
		return "it is measured in " + l.Unit + ", not counted in pieces"
	case l.Part.MPN == "" && offerOf(l, supplier) == nil && supplier == "":
		return "it has no manufacturer's part number, and no number of a supplier"
	case l.Part.MPN == "" && offerOf(l, supplier) == nil:
		return "it has no manufacturer's part number, and no number of " + supplier
	case l.Quantity.IsZero() && l.Required.IsZero() || pieces(l).Sign() == 0:
		return "nothing of it is needed"
	}
	return ""
}

// maxCustomerReference is how many characters the shops' forms take.
const maxCustomerReference = 48

// customerReference is what the bag says: the designators, if they fit, else the
// item and the name.
func customerReference(o order) string {
	text := strings.Join(o.line.References, " ")
	if text == "" || utf8.RuneCountInString(text) > maxCustomerReference {
		text = strings.TrimSpace(o.line.Item + " " + o.line.Name)
	}
	if r := []rune(text); len(r) > maxCustomerReference {
		text = string(r[:maxCustomerReference])
	}
	return text
}
