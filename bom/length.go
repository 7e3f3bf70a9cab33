package bom

import (
	"math/big"
	"strings"

	"github.com/patternbook/patternbook/schema"
)

// lengths gives how many micrometres the units of length have. Inches are those
// of 1959, of 25.4 mm.
var lengths = map[string]int64{
	"um": 1, "mm": 1000, "cm": 10_000, "dm": 100_000, "m": 1_000_000, "km": 1_000_000_000,
	"[in_i]": 25_400, "[ft_i]": 304_800, "[yd_i]": 914_400,
}

// areas gives how many square millimetres the units of area have.
var areas = map[string]int64{"mm2": 1, "cm2": 100, "dm2": 10_000, "m2": 1_000_000}

func isLength(unit string) bool { return lengths[unit] != 0 }

func isArea(unit string) bool { return areas[unit] != 0 }

// ParseLength reads a length: a number and a unit, like "3 m", "2mm" or "8 ft".
func ParseLength(text string) (schema.Measure, error) {
	text = strings.TrimSpace(text)
	end := strings.IndexFunc(text, func(r rune) bool { return (r < '0' || r > '9') && r != '.' })
	if end > 0 {
		value, err := schema.ParseDecimal(text[:end])
		if unit, known := unitOf(text[end:]); err == nil && known && isLength(unit) {
			return schema.Measure{Value: value, Unit: unit}, nil
		}
	}
	return schema.Measure{}, &schema.Error{Kind: schema.Invalid, Detail: schema.Quote(text) + " is not a length", Fix: "write a number and a unit, like 3 m or 2 mm"}
}

// digitsOf counts the digits behind the point.
func digitsOf(d schema.Decimal) int {
	_, fraction, _ := strings.Cut(d.String(), ".")
	return len(fraction)
}

// scaled gives d × 10^digits, which must be whole.
func scaled(d schema.Decimal, digits int) *big.Int {
	whole, fraction, _ := strings.Cut(d.String(), ".")
	n, ok := new(big.Int).SetString(whole+fraction+strings.Repeat("0", digits-len(fraction)), 10)
	if !ok {
		return new(big.Int) // no number counts as 0
	}
	return n
}

// unscaled gives n / 10^digits.
func unscaled(n *big.Int, digits int) schema.Decimal {
	const chunk = 18
	sum, factor := schema.DecimalOf(0), power(-digits)
	step, base := power(chunk), big.NewInt(1_000_000_000_000_000_000)
	for rest, part := new(big.Int).Set(n), new(big.Int); rest.Sign() != 0; {
		rest.QuoRem(rest, base, part)
		sum = sum.Add(schema.DecimalOf(part.Int64()).Mul(factor))
		factor = factor.Mul(step)
	}
	return sum
}

// power gives 10^n.
func power(n int) schema.Decimal {
	text := "1" + strings.Repeat("0", max(n, 0))
	if n < 0 {
		text = "0." + strings.Repeat("0", -n-1) + "1"
	}
	d, err := schema.ParseDecimal(text)
	if err != nil {
		return power(n / 2).Mul(power(n - n/2)) // too long to be read at once
	}
	return d
}

// convertDown gives a quantity in another unit of length, rounded down where no
// decimal says it exactly. Other units are converted to themselves alone.
func convertDown(d schema.Decimal, from, to string) (schema.Decimal, bool) {
	if from == to {
		return d, true
	}
	if !isLength(from) || !isLength(to) {
		return d, false
	}
	const extra = 9 // digits
	digits := digitsOf(d) + extra
	n := scaled(d, digits)
	n.Mul(n, big.NewInt(lengths[from]))
	n.Quo(n, big.NewInt(lengths[to]))
	return unscaled(n, digits), true
}

// sizeText is equal for equal sizes: 180 mm is 18 cm.
func sizeText(m schema.Measure) string {
	if scale := lengths[m.Unit]; scale != 0 {
		return m.Value.Mul(schema.DecimalOf(scale)).String()
	}
	return m.Value.String() + " " + m.Unit
}
