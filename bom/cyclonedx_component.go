package bom

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/patternbook/patternbook/bom/internal/cyclonedx"
	"github.com/patternbook/patternbook/schema"
)

// line reads a component that others wrote.
func (c *cycloneDX) line(x *cyclonedx.Component, row int) Line {
	l := Line{Row: row, Kind: KindPurchased, Unit: Pieces, Fitted: true, Name: c.short(string(x.Name), row, "name"), Note: c.cell(string(x.Description), row, "description")}
	l.Part.Version = c.short(string(x.Version), row, "version")
	c.maker(&l, x)
	for _, p := range x.Properties {
		c.property(&l, string(p.Name), strings.TrimSpace(string(p.Value)))
	}
	c.draft(&l, x)
	c.quantityOf(&l)
	switch {
	case x.Type != "device":
		l.Kind = KindFirmware
		if x.Type != "firmware" {
			c.keep(&l, "type", string(x.Type))
		}
	case l.Part.MPN == "" && l.Part.Manufacturer != "" && looksLikeMPN(l.Name):
		l.Part.MPN = l.Name
	case l.Part.MPN == "" && l.Part.Standard != "":
		l.Kind = KindStandard
	}
	if x.Scope == "optional" || x.Scope == "excluded" {
		l.Fitted = false
		c.keep(&l, "scope", string(x.Scope))
		c.find(schema.SeverityInfo, "unfitted-by-scope", row, "scope", schema.Quote(l.Name)+" has the scope "+string(x.Scope)+"; it was read as not to be fitted")
	}
	c.rest(&l, x)
	return l
}

// looksLikeMPN tells whether the name of a component is its maker's number for it:
// hardware BOMs have it there, and say in words what it is in the description.
func looksLikeMPN(name string) bool {
	return len(name) >= 3 && len(name) <= 60 && strings.ContainsAny(name, "0123456789") && !strings.ContainsAny(name, " \t\n")
}

// short cuts a text to what a member of a line can hold.
func (c *cycloneDX) short(text string, row int, field string) string {
	text = strings.TrimSpace(text)
	if len(text) > maxName {
		c.find(schema.SeverityWarning, "cell-cut", row, field, fmt.Sprintf("the text has %d bytes; it was cut to %d", len(text), maxName))
	}
	return cut(text, maxName)
}

// maker reads who made a component and who sells it. Before version 1.6 there was
// no other place for the manufacturer than supplier, and there it is still found.
func (c *cycloneDX) maker(l *Line, x *cyclonedx.Component) {
	name := func(e *cyclonedx.Entity, field string) string {
		if e == nil {
			return ""
		}
		return c.short(string(e.Name), l.Row, field)
	}
	manufacturer, supplier, publisher := name(x.Manufacturer, "manufacturer"), name(x.Supplier, "supplier"), c.short(string(x.Publisher), l.Row, "publisher")
	_, shop := supplierOf(headerKey(supplier))
	switch {
	case manufacturer != "":
	case supplier != "" && !shop:
		manufacturer, supplier = supplier, ""
	case publisher != "":
		manufacturer, publisher = publisher, ""
	}
	if nobody(manufacturer) {
		manufacturer = ""
	}
	l.Part.Manufacturer = manufacturer
	if supplier != "" && supplier != manufacturer {
		l.Offers = []Offer{{Supplier: supplier}}
	}
	if publisher != "" && publisher != manufacturer {
		c.keep(l, "publisher", publisher)
	}
}

// property reads one property: those of the taxonomy, and others by what columns
// of tables of that name hold.
func (c *cycloneDX) property(l *Line, name, value string) {
	if value == "" {
		return
	}
	f := fieldExtra
	switch rest, device := strings.CutPrefix(name, cyclonedx.Device); {
	case name == cyclonedx.Quantity:
		f = fieldQuantity
	case name == cyclonedx.Location:
		f = fieldReferences
	case name == cyclonedx.SKU:
		f = fieldSKU
	case device && strings.Contains(rest, ":"): // of a certificate, or of GS1
	default:
		f, _ = known(name[strings.LastIndexByte(name, ':')+1:])
	}
	if !c.put(l, f, value) {
		c.name(c.kept, schema.Quote(name))
		c.keep(l, cmp.Or(name, "property"), value)
		return
	}
	c.name(c.read, schema.Quote(name)+" as "+fieldNames[f])
}

// name notes what the report says, as far as there is room.
func (c *cycloneDX) name(set map[string]bool, text string) {
	if len(set) < maxColumns {
		set[text] = true
	}
}

// put puts a value into the member that f is. It tells no when there is none, or
// when it is taken.
func (c *cycloneDX) put(l *Line, f field, value string) bool {
	set := func(to *string) bool {
		if *to != "" || len(value) > maxName || nobody(value) {
			return false
		}
		*to = value
		return true
	}
	switch f {
	case fieldQuantity:
		return set(&l.QuantityText)
	case fieldReferences, fieldReference:
		list := splitReferences(value)
		if len(list) == 0 || !allDesignators(list) || len(l.References)+len(list) > maxReferences {
			return false
		}
		l.References = append(l.References, list...)
		return true
	case fieldSKU:
		if len(l.Offers) != 1 || l.Offers[0].SKU != "" {
			return false
		}
		return set(&l.Offers[0].SKU)
	case fieldUnit, fieldUnits:
		unit, ok := unitOf(value)
		if ok {
			l.Unit = unit
		}
		return ok
	case fieldManufacturer:
		return set(&l.Part.Manufacturer)
	case fieldMPN:
		return set(&l.Part.MPN)
	case fieldStandard:
		return set(&l.Part.Standard)
	case fieldValue:
		return set(&l.Value)
	case fieldFootprint:
		return set(&l.Footprint)
	case fieldMaterial:
		return set(&l.Material)
	case fieldProcess:
		return set(&l.Process)
	}
	return false
}

// draft reads what drafts of version 2.0 have members for.
func (c *cycloneDX) draft(l *Line, x *cyclonedx.Component) {
	if q := x.DraftQuantity; q != nil && q.Value != "" {
		c.put(l, fieldQuantity, string(q.Value))
		if q.Unit != "" && !c.put(l, fieldUnit, string(q.Unit)) {
			c.keep(l, "unit", string(q.Unit))
		}
	}
	if x.BoardLocation != nil {
		for _, d := range x.BoardLocation.Designators {
			if d != "" && len(l.References) < maxReferences {
				l.References = append(l.References, cut(string(d), maxReference))
			}
		}
	}
}

// quantityOf reads the quantity out of the text that property left.
func (c *cycloneDX) quantityOf(l *Line) {
	text := l.QuantityText
	l.QuantityText = ""
	if text == "" {
		l.Quantity = small[1]
		if len(l.References) > 0 {
			l.Quantity = decimalOf(len(l.References))
		}
		c.uncounted++
		return
	}
	a := readQuantity(text, l.Unit, false)
	l.Quantity, l.Unit, l.PieceCount, l.PieceSize = a.value, a.unit, a.count, a.size
	if a.fault != nil {
		c.find(a.fault.Severity, a.fault.Code, l.Row, cyclonedx.Quantity, a.fault.Message)
	}
	if text != l.Quantity.String() {
		l.QuantityText = text
	}
	if n, whole := wholeOf(l.Quantity); l.Unit == Pieces && len(l.References) > 0 && (!whole || n != int64(len(l.References))) {
		c.find(schema.SeverityWarning, "quantity-differs", l.Row, cyclonedx.Quantity, fmt.Sprintf("the quantity is %s, and there are %d references", l.Quantity, len(l.References)))
	}
}

// rest keeps what lines have no member for.
func (c *cycloneDX) rest(l *Line, x *cyclonedx.Component) {
	keep := func(name string, value cyclonedx.Text) { c.keep(l, name, string(value)) }
	keep("group", x.Group)
	keep("purl", x.PURL)
	keep("cpe", x.CPE)
	keep("copyright", x.Copyright)
	for _, licence := range x.Licences {
		keep("licence", licence.Expression)
		if n := licence.Licence; n != nil {
			keep("licence", n.ID)
			keep("licence", n.Name)
		}
	}
	for _, h := range x.Hashes {
		if d, err := schema.ParseDigest("sha256:" + strings.ToLower(string(h.Content))); err == nil && l.Kind == KindFirmware && h.Algorithm == "SHA-256" {
			l.Part.Digest = d
			continue
		}
		keep("hash "+string(h.Algorithm), h.Content)
	}
	for _, r := range x.References {
		keep("link "+string(r.Type), r.URL)
	}
}

// keep puts a text into Extra; behind those of the same name, for CycloneDX lets
// names of properties occur again.
func (c *cycloneDX) keep(l *Line, name, value string) {
	name = cut(name, maxHeader)
	old, taken := l.Extra[name]
	switch {
	case value == "" || !taken && len(l.Extra) >= maxColumns:
		return
	case taken && (old == value || len(old) > maxText-maxReference): // enough is kept
		return
	case taken:
		value = old + "; " + value
	}
	if l.Extra == nil {
		l.Extra = map[string]string{}
	}
	l.Extra[name] = c.cell(value, l.Row, name)
}
