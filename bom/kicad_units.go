package bom

import (
	"fmt"
	"slices"
	"strings"

	"github.com/patternbook/patternbook/schema"
)

// components gives what was drawn as components: the units of a part are one,
// for they have one designator.
func (r *schematicReader) components() []component {
	slices.SortStableFunc(r.parts, func(x, y placedSymbol) int { return x.unit - y.unit }) // the first unit speaks for the part
	list := make([]component, 0, len(r.parts))
	first := make(map[string]int, len(r.parts))                 // index in list, by designator
	drawn := make(map[drawnUnit]*schematicSymbol, len(r.parts)) // what was drawn as a unit
	unnumbered := 0
	for _, p := range r.parts {
		if isUnnumbered(p.reference) {
			unnumbered++
			list = append(list, p.component)
			continue
		}
		key := drawnUnit{p.reference, p.unit}
		i, again := first[p.reference]
		switch before := drawn[key]; {
		case !again:
			first[p.reference] = len(list)
			list = append(list, p.component)
		case before == nil:
			r.unite(&list[i], p.component)
		case before == p.symbol && !p.given: // a sheet that is used again, and not numbered for it
			r.at(p.source, schema.SeverityWarning, "reference-repeated", p.row, fmt.Sprintf("%s is on a sheet that is used more than once, and has the same reference each time; each was counted", schema.Quote(p.reference)))
			list = append(list, p.component)
		default:
			r.at(p.source, schema.SeverityWarning, "reference-repeated", p.row, fmt.Sprintf("%s is drawn more than once; it was counted once", schema.Quote(p.reference)))
			r.unite(&list[i], p.component)
		}
		drawn[key] = p.symbol
	}
	if unnumbered > 0 {
		r.find(schema.SeverityWarning, "reference-unnumbered", 0, "", fmt.Sprintf("%d symbols are not numbered yet, like R?; each was counted as one part: annotate the schematic", unnumbered))
	}
	return list
}

type drawnUnit struct {
	reference string
	unit      int
}

func isUnnumbered(reference string) bool {
	return reference == "" || strings.HasSuffix(reference, "?") || strings.HasSuffix(reference, "*")
}

// unite fills what the first unit of a part does not say with what another says.
func (r *schematicReader) unite(c *component, other component) {
	if other.value != "" && c.value != "" && other.value != c.value {
		r.at(other.source, schema.SeverityWarning, "units-differ", other.row, fmt.Sprintf("%s has the value %s on one of its units and %s on another; the first was taken",
			c.reference, schema.Quote(c.value), schema.Quote(other.value)))
	}
	for _, f := range []struct {
		to   *string
		from string
	}{{&c.value, other.value}, {&c.footprint, other.footprint}, {&c.datasheet, other.datasheet}, {&c.description, other.description}} {
		if *f.to == "" {
			*f.to = f.from
		}
	}
	own := slices.Clone(c.fields) // the symbol's, which has more paths perhaps
	for _, f := range other.fields {
		if !slices.ContainsFunc(own, func(x componentField) bool { return x.name == f.name }) {
			own = append(own, f)
		}
	}
	c.fields = own
}
