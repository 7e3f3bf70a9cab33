package label

import (
	"strings"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/schema"
)

// shown are the units that people write otherwise than UCUM does.
var shown = map[string]string{
	"[in_i]": "in", "[ft_i]": "ft", "[yd_i]": "yd", "[lb_av]": "lb", "[oz_av]": "oz",
	"m2": "m²", "cm2": "cm²", "mm2": "mm²", "m3": "m³", "cm3": "cm³",
}

// unit writes a UCUM unit as people read it; an annotation ("{pair}") without its
// braces.
func unit(ucum string) string {
	if s, ok := shown[ucum]; ok {
		return s
	}
	return strings.Trim(ucum, "{}")
}

// quantity says what goes into the bag: "4 ×", "0.5 m", "2 × 180 mm". It is what
// the units asked for require, where a view has calculated that.
func quantity(l *bom.Line) string {
	n := l.Quantity
	if !l.Required.IsZero() {
		n = l.Required
	}
	switch {
	case l.Unit == bom.Pieces && l.PieceSize != nil:
		return digits(n) + " × " + digits(l.PieceSize.Value) + " " + unit(l.PieceSize.Unit)
	case l.Unit == bom.Pieces || l.Unit == "":
		return digits(n) + " ×"
	}
	return digits(n) + " " + unit(l.Unit)
}

func digits(d schema.Decimal) string {
	if d.IsZero() {
		return "0"
	}
	return d.String()
}
