package bom

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

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
