package bom

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/patternbook/patternbook/bom/internal/cyclonedx"
	"github.com/patternbook/patternbook/schema"
)

// readCycloneDX reads CycloneDX 1.2 and later, of hardware: components of type
// device, with the properties of cdx:device
// (https://cyclonedx.github.io/cyclonedx-property-taxonomy/cdx/device). Components
// in a device are parts of it: their quantities multiply along the way. What is
// installed on devices (firmware, operating systems, drivers, applications) is
// firmware; libraries and the like, of which software is made, are passed over.
//
// Components that Patternbook wrote are read as they were, whatever stands beside
// them. rows are the lines of the file on which the components begin.
func readCycloneDX(f input, rows []int) (*BOM, error) {
	var doc cyclonedx.Document
	if err := json.Unmarshal(f.data, &doc); err != nil && !mistyped(err) {
		return nil, unreadable(f.source.Path, "it is not valid JSON: "+err.Error(), jsonExpected)
	}
	c := cycloneDX{table: newTable(f), kept: map[string]bool{}, read: map[string]bool{}}
	c.source.Format = "cyclonedx"
	if v := string(doc.SpecVersion); v != "" && len(v) < 20 {
		c.source.Format += "-" + v
	}
	var inRoot []cyclonedx.Component
	if root := doc.Metadata.Component; root != nil {
		inRoot = root.Components
	}
	if property(doc.Metadata.Properties, cyclonedx.OwnLists) != "" {
		return c.own(&doc)
	}
	if !hasHardware(inRoot, 0) && !hasHardware(doc.Components, 0) {
		return nil, unreadable(f.source.Path, "it is CycloneDX of software: no component of it is of type device", "give a hardware BOM: components of type device, with cdx:device:quantity")
	}
	if err := c.components(inRoot, level{factor: small[1]}); err != nil {
		return nil, err
	}
	c.rows = rows
	if err := c.components(doc.Components, level{factor: small[1], first: len(inRoot)}); err != nil {
		return nil, err
	}
	c.report()
	return c.finish()
}

// A cycloneDX reads the components of a document.
type cycloneDX struct {
	*table
	rows       []int // of the components that are not read yet
	read, kept map[string]bool
	software   int // passed over
	uncounted  int // components without a quantity
}

// A level is where components stand.
type level struct {
	parent string         // item of the line they are parts of
	items  string         // with what their items begin
	within string         // the device that runs them, where it has no other parts
	factor schema.Decimal // how many of the device are in one unit of the design
	first  int            // number of components before them
	depth  int
}

func hasHardware(list []cyclonedx.Component, depth int) bool {
	return depth <= MaxDepth && slices.ContainsFunc(list, func(x cyclonedx.Component) bool {
		return x.Type == "device" || property(x.Properties, cyclonedx.OwnKind) != "" || hasHardware(x.Components, depth+1)
	})
}

// property gives the first value of that name.
func property(list []cyclonedx.Property, name cyclonedx.Text) string {
	for _, p := range list {
		if p.Name == name {
			return string(p.Value)
		}
	}
	return ""
}

// row gives the line of the file on which the next component begins; 0 when
// it is not known.
func (c *cycloneDX) row() int {
	if len(c.rows) == 0 {
		return 0
	}
	row := c.rows[0]
	c.rows = c.rows[1:]
	return row
}

func (c *cycloneDX) components(list []cyclonedx.Component, at level) error {
	if at.depth > MaxDepth {
		return tooLarge(c.source.Path, fmt.Sprintf("components are nested deeper than %d levels", MaxDepth))
	}
	for i := range list {
		x := &list[i]
		row := c.row()
		item := at.items + strconv.Itoa(at.first+i+1)
		if len(item) > maxItem-12 {
			item = strconv.Itoa(len(c.bom.Lines)+1) + "-" + strconv.Itoa(i+1)
		}
		inside := level{parent: at.parent, items: item + ".", within: at.within, factor: at.factor, depth: at.depth + 1}
		if x.Type == "device" || installed(string(x.Type)) {
			l := c.line(x, row)
			l.Item, l.Parent, l.Quantity = item, at.parent, l.Quantity.Mul(at.factor)
			if at.within != "" {
				c.keep(&l, "within", at.within)
			}
			if len(l.Quantity.String()) > maxDigits {
				return unreadable(c.source.Path, "the quantities above "+schema.Quote(l.Name)+" multiply to a number that is too large", "check cdx:device:quantity")
			}
			inside.factor = l.Quantity
			switch {
			case x.Type != "device":
			case slices.ContainsFunc(x.Components, func(y cyclonedx.Component) bool { return y.Type == "device" }):
				l.Kind, inside.parent, inside.within = KindAssembly, item, ""
			default:
				inside.within = item
			}
			c.bom.Lines = append(c.bom.Lines, l)
		} else {
			c.software++
		}
		if err := c.components(x.Components, inside); err != nil {
			return err
		}
	}
	return nil
}

// installed tells whether components of a type are put onto devices as a whole.
func installed(kind string) bool {
	switch kind {
	case "firmware", "operating-system", "device-driver", "application":
		return true
	}
	return false
}

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
		c.kept[schema.Quote(name)] = true
		c.keep(l, cmp.Or(name, "property"), value)
		return
	}
	c.read[schema.Quote(name)+" as "+fieldNames[f]] = true
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
	case taken && old == value:
		return
	case taken:
		value = old + "; " + value
	}
	if l.Extra == nil {
		l.Extra = map[string]string{}
	}
	l.Extra[name] = c.cell(value, l.Row, name)
}

// report says how the properties were read.
func (c *cycloneDX) report() {
	message := "read the components of type device"
	if len(c.read) > 0 {
		message += "; read " + sorted(c.read)
	}
	if len(c.kept) > 0 {
		message += "; kept in extra: " + sorted(c.kept)
	}
	c.find(schema.SeverityInfo, "columns", 0, "", message)
	if c.uncounted > 0 {
		c.find(schema.SeverityWarning, "quantity-missing", 0, cyclonedx.Quantity, fmt.Sprintf("%d components have no quantity; each was read as 1, or as many as there are references", c.uncounted))
	}
	if c.software > 0 {
		c.find(schema.SeverityInfo, "software-passed-over", 0, "type", fmt.Sprintf("%d components that software is made of, such as libraries, are no parts; they were passed over", c.software))
	}
}

// finish closes a document of others.
func (c *cycloneDX) finish() (*BOM, error) {
	b, err := c.end()
	if err == nil && (len(b.Summary.Quantity.String()) > maxDigits || len(b.Summary.UnfittedQuantity.String()) > maxDigits) {
		return nil, unreadable(c.source.Path, "its quantities are too large to be summed", "check cdx:device:quantity")
	}
	return b, err
}
