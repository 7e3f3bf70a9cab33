package schema

import (
	"regexp"
	"strings"

	"github.com/cockroachdb/apd/v3"
)

// millimetres are the units of length that are converted, exactly.
var millimetres = map[string]string{
	"mm": "1", "millimeter": "1", "millimetre": "1", "cm": "10", "dm": "100", "m": "1000", "meter": "1000", "metre": "1000",
	"um": "0.001", "µm": "0.001", "in": "25.4", "inch": "25.4", "inches": "25.4", `"`: "25.4", "ft": "304.8", "foot": "304.8", "feet": "304.8",
}

// massUnits gives the UCUM code of a unit of mass.
var massUnits = map[string]string{
	"g": "g", "gram": "g", "grams": "g", "kg": "kg", "kilogram": "kg", "kilograms": "kg", "mg": "mg", "t": "t",
	"lb": "[lb_av]", "lbs": "[lb_av]", "pound": "[lb_av]", "pounds": "[lb_av]", "oz": "[oz_av]", "ounce": "[oz_av]", "ounces": "[oz_av]",
}

var (
	numberWithUnit = regexp.MustCompile(`^([+-]?[0-9][0-9_]*(?:[.,][0-9]+)?(?:[eE][+-]?[0-9]{1,2})?)\s*([A-Za-zµ"]*)$`)
	cubeFormula    = regexp.MustCompile(`^\s*cube\s*\(\s*(?:size\s*=\s*)?\[\s*([0-9.]+)\s*,\s*([0-9.]+)\s*,\s*([0-9.]+)\s*\]`)
	cylinder       = regexp.MustCompile(`^\s*cylinder\s*\(([^()]*)\)?\s*;?\s*$`)
	cylinderTerm   = regexp.MustCompile(`^\s*([hrd])\s*=\s*([0-9.]+)\s*$`)
)

// decimal reads a number as TOML and YAML write it, exactly: 1_000, 4e2, 35,5.
func readDecimal(s string) (Decimal, bool) {
	s = strings.ReplaceAll(strings.ReplaceAll(strings.TrimPrefix(s, "+"), "_", ""), ",", ".")
	if d, err := ParseDecimal(s); err == nil {
		return d, true
	}
	n, _, err := apd.NewFromString(s)
	if err != nil || n.Form != apd.Finite || n.Exponent > 30 || n.Exponent < -30 {
		return Decimal{}, false
	}
	d, err := ParseDecimal(n.Text('f'))
	return d, err == nil
}

// amount reads a number that may carry its unit: 12, "12", "12 cm".
func (r *manifestReader) amount(field string, n *node) (d Decimal, unit string, ok bool) {
	if n.kind != scalarNode {
		r.scalar(field, n)
		return Decimal{}, "", false
	}
	m := numberWithUnit.FindStringSubmatch(strings.TrimSpace(n.text))
	if m != nil {
		d, ok = readDecimal(m[1])
	}
	switch {
	case !ok:
		r.warn("not-a-number", n, field, Quote(clean(n.text))+" is not a number; write one like 12.5")
		return Decimal{}, "", false
	case d.Sign() <= 0:
		r.warn("not-a-size", n, field, "it is "+d.String()+"; a size is above 0 (it was left out)")
		return Decimal{}, "", false
	case !n.bare:
		r.info("number-as-text", n, field, "the number stands in quotes; it was read as "+d.String())
	}
	return d, strings.ToLower(m[2]), true
}

// dimensions reads outer dimensions: width, depth and height (in millimetres,
// or in a unit beside them), or an OpenSCAD formula, alone or with a unit. A
// simple formula gives the sizes, too.
func (r *manifestReader) dimensions(field string, n *node, unit string) *Dimensions {
	switch {
	case n.kind == scalarNode:
		return r.formula(field, n, unit)
	case n.kind != tableNode:
		r.scalar(field, n)
		return nil
	}
	if u, ok := n.get("unit", "units"); ok {
		unit = strings.ToLower(strings.TrimSpace(u.value.text))
	}
	d := &Dimensions{}
	if f, ok := n.get("openscad", "open-scad"); ok {
		if formula := r.formula(field+"."+f.key, f.value, unit); formula != nil {
			*d = *formula
		}
	}
	known := []string{"width", "depth", "height", "openscad", "unit"}
	for _, f := range n.fields {
		at := field + "." + f.key
		switch normalKey(f.key) {
		case "width":
			d.Width = r.length(at, f.value, unit)
		case "depth":
			d.Depth = r.length(at, f.value, unit)
		case "height":
			d.Height = r.length(at, f.value, unit)
		case "openscad", "open-scad", "unit", "units":
		default:
			r.unknownKey(field+".", f, known)
			r.keepAs(at, f)
		}
	}
	if *d == (Dimensions{}) {
		return nil
	}
	if d.Text == "" && (d.Width.IsZero() || d.Depth.IsZero() || d.Height.IsZero()) {
		r.warn("dimensions-incomplete", n, field, "OKH wants width, depth and height together")
	}
	return d
}

func (r *manifestReader) length(field string, n *node, unit string) Decimal {
	d, own, ok := r.amount(field, n)
	if !ok {
		return Decimal{}
	}
	if own != "" {
		unit = own
	}
	return r.toMillimetres(field, n, d, unit)
}

func (r *manifestReader) toMillimetres(field string, n *node, d Decimal, unit string) Decimal {
	if unit == "" {
		return d
	}
	factor, known := millimetres[unit]
	if !known {
		r.warn("unknown-unit", n, field, Quote(clean(unit))+" is not a unit of length that is known here; write mm, cm, m or in (the size was left out)")
		return Decimal{}
	}
	f, _ := ParseDecimal(factor)
	mm := d.Mul(f)
	if factor != "1" {
		r.info("unit-converted", n, field, d.String()+" "+unit+" were read as "+mm.String()+" mm")
	}
	return mm
}

// formula keeps the text of an OpenSCAD formula, and takes the sizes from a
// plain cube or cylinder.
func (r *manifestReader) formula(field string, n *node, unit string) *Dimensions {
	text := r.scalar(field, n)
	if text == "" {
		return nil
	}
	d := &Dimensions{Text: text}
	sizes, ok := cubeSizes(text)
	if !ok {
		sizes, ok = cylinderSizes(text)
	}
	switch {
	case ok:
		d.Width, d.Depth, d.Height = r.toMillimetres(field, n, sizes[0], unit), r.toMillimetres(field, n, sizes[1], unit), r.toMillimetres(field, n, sizes[2], unit)
		r.info("dimensions-from-formula", n, field, "the formula was read as "+d.Width.String()+" × "+d.Depth.String()+" × "+d.Height.String()+" mm")
	default:
		r.info("dimensions-as-text", n, field, "the dimensions are kept as text; write width, depth and height in millimetres, so that they can be searched")
	}
	if unit != "" && unit != "mm" {
		d.Text += " [" + unit + "]"
	}
	return d
}

func cubeSizes(text string) (sizes [3]Decimal, ok bool) {
	m := cubeFormula.FindStringSubmatch(text)
	if m == nil {
		return sizes, false
	}
	for i := range sizes {
		if sizes[i], ok = readDecimal(m[i+1]); !ok {
			return sizes, false
		}
	}
	return sizes, true
}

func cylinderSizes(text string) (sizes [3]Decimal, ok bool) {
	m := cylinder.FindStringSubmatch(text)
	if m == nil {
		return sizes, false
	}
	for term := range strings.SplitSeq(m[1], ",") {
		t := cylinderTerm.FindStringSubmatch(term)
		if t == nil {
			return sizes, false
		}
		value, ok := readDecimal(t[2])
		if !ok {
			return sizes, false
		}
		switch t[1] {
		case "h":
			sizes[2] = value
		case "r":
			sizes[0] = value.Add(value)
			sizes[1] = sizes[0]
		case "d":
			sizes[0], sizes[1] = value, value
		}
	}
	return sizes, !sizes[0].IsZero() && !sizes[2].IsZero()
}

// mass reads a number of grams (OKH 2.x), a text with a unit, or value and unit.
func (r *manifestReader) mass(field string, n *node) *Measure {
	unit := ""
	if n.kind == tableNode {
		if u, ok := n.get("unit", "units"); ok {
			unit = strings.ToLower(strings.TrimSpace(u.value.text))
		}
		value, ok := n.get("value")
		for _, f := range n.fields {
			if key := normalKey(f.key); key != "value" && key != "unit" && key != "units" {
				r.unknownKey(field+".", f, []string{"value", "unit"})
				r.keepAs(field+"."+f.key, f)
			}
		}
		if !ok {
			r.warn("no-value", n, field, "the mass has no value; write value and unit")
			return nil
		}
		n, field = value.value, field+".value"
	}
	d, own, ok := r.amount(field, n)
	if !ok {
		return nil
	}
	if own != "" {
		unit = own
	}
	if unit == "" {
		unit = "g"
		if strings.HasPrefix(r.m.Dialect, "losh") || r.m.Dialect == "1.0" {
			r.info("mass-in-grams", n, field, "the mass has no unit; it was read as grams")
		}
	}
	code, known := massUnits[unit]
	if !known {
		r.warn("unknown-unit", n, field, Quote(clean(unit))+" is not a unit of mass that is known here; write g or kg (the mass was left out)")
		return nil
	}
	return &Measure{d, code}
}
