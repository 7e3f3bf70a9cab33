package bom

import (
	"strconv"

	"github.com/patternbook/patternbook/schema"
)

// MaxUnits is how many units a view may be asked for.
const MaxUnits = 1_000_000_000

var (
	one       = schema.DecimalOf(1)
	hundred   = schema.DecimalOf(100)
	hundredth = func() schema.Decimal { d, _ := schema.ParseDecimal("0.01"); return d }()
)

// Required gives what N units need of a line's quantity, by the line's
// parameters, in the line's unit:
//
//	ceil_to_multiple(quantity × N × (1 + attrition_percent/100) + setup_quantity, rounding_multiple)
//
// The parameters left out are 0, 0 and, for pieces, 1: nobody can buy half a
// screw. What is measured stays exact unless its line says a multiple, for 0.5 m
// of wire for each of 7 units is 3.5 m. units is the number of units of the
// design that the line's quantity is for.
func Required(l Line, units schema.Decimal) schema.Decimal {
	need := multiply(l.Quantity, units)
	if l.AttritionPercent.Sign() != 0 {
		need = need.Mul(hundred.Add(l.AttritionPercent)).Mul(hundredth)
	}
	if l.SetupQuantity.Sign() != 0 {
		need = need.Add(l.SetupQuantity)
	}
	multiple := l.RoundingMultiple
	if multiple.Sign() <= 0 {
		if l.Unit != Pieces {
			return orZero(need)
		}
		multiple = one
	}
	if _, whole := wholeOf(need); whole && multiple == one {
		return orZero(need)
	}
	return need.CeilToMultiple(multiple)
}

// orZero makes no number the number 0.
func orZero(d schema.Decimal) schema.Decimal {
	if d.IsZero() {
		return schema.DecimalOf(0)
	}
	return d
}

func checkUnits(units int64) (schema.Decimal, error) {
	if units < 1 || units > MaxUnits {
		return schema.Decimal{}, &schema.Error{
			Kind: schema.Invalid, Detail: strconv.FormatInt(units, 10) + " is not a number of units",
			Fix: "ask for 1 to " + strconv.Itoa(MaxUnits),
		}
	}
	return schema.DecimalOf(units), nil
}
