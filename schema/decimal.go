package schema

import (
	"regexp"
	"strings"

	"github.com/cockroachdb/apd/v3"
)

// A Decimal is an exact decimal number, written as digits with at most one
// point: "2", "0.25", "-3.5". It has one spelling: no exponent, no leading or
// trailing zeros, no plus sign, no "-0". The zero Decimal is "no number", which
// is not the number 0.
type Decimal struct{ text string }

const maxDecimal = 64 // characters of what is read; sums and products may be longer

var (
	plainDecimal = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)
	exact        = apd.Context{MaxExponent: apd.MaxExponent, MinExponent: apd.MinExponent, Traps: apd.DefaultTraps}
)

// ParseDecimal reads a decimal and brings it to its one spelling: "007.50"
// becomes "7.5".
func ParseDecimal(s string) (Decimal, error) {
	if len(s) > maxDecimal || !plainDecimal.MatchString(s) {
		return Decimal{}, invalid(Quote(s)+" is not a decimal number", "write digits with at most one point, like 2 or 0.25")
	}
	return Decimal{tidyDecimal(s)}, nil
}

// DecimalOf gives the whole number n.
func DecimalOf(n int64) Decimal {
	return Decimal{apd.New(n, 0).Text('f')}
}

func tidyDecimal(s string) string {
	sign := ""
	if s[0] == '-' {
		sign, s = "-", s[1:]
	}
	whole, fraction, _ := strings.Cut(s, ".")
	whole, fraction = strings.TrimLeft(whole, "0"), strings.TrimRight(fraction, "0")
	if whole == "" {
		whole = "0"
	}
	if fraction != "" {
		return sign + whole + "." + fraction
	}
	if whole == "0" {
		return "0"
	}
	return sign + whole
}

// String gives the digits, or "" for the zero Decimal.
func (d Decimal) String() string { return d.text }

// IsZero tells whether d is no number. For the number 0, see Sign.
func (d Decimal) IsZero() bool { return d.text == "" }

// MarshalText writes d as its text.
func (d Decimal) MarshalText() ([]byte, error) { return []byte(d.text), nil }

// UnmarshalText reads a decimal in its one spelling, so that a document's bytes
// stay what they were; empty text is the zero Decimal.
func (d *Decimal) UnmarshalText(b []byte) error {
	if err := unmarshalText(d, b, ParseDecimal); err != nil {
		return err
	}
	if d.text != string(b) {
		return invalid(Quote(string(b))+" has needless zeros", "write "+d.text)
	}
	return nil
}

func (d Decimal) apd() *apd.Decimal {
	if d.text == "" {
		return new(apd.Decimal)
	}
	n, _, err := apd.NewFromString(d.text)
	if err != nil {
		panic("schema: a Decimal that does not parse: " + d.text) // only ParseDecimal and arithmetic make one
	}
	return n
}

func fromAPD(n *apd.Decimal) Decimal { return Decimal{tidyDecimal(n.Text('f'))} }

// Add gives d + e, exactly. No number counts as 0.
func (d Decimal) Add(e Decimal) Decimal {
	sum := new(apd.Decimal)
	if _, err := exact.Add(sum, d.apd(), e.apd()); err != nil {
		panic("schema: add decimals: " + err.Error())
	}
	return fromAPD(sum)
}

// Mul gives d × e, exactly. No number counts as 0.
func (d Decimal) Mul(e Decimal) Decimal {
	product := new(apd.Decimal)
	if _, err := exact.Mul(product, d.apd(), e.apd()); err != nil {
		panic("schema: multiply decimals: " + err.Error())
	}
	return fromAPD(product)
}

// Compare ranks d and e: -1 when d is less, 0, or 1. No number counts as 0.
func (d Decimal) Compare(e Decimal) int { return d.apd().Cmp(e.apd()) }

// Sign gives -1, 0 or 1. No number counts as 0.
func (d Decimal) Sign() int { return d.apd().Sign() }

// CeilToMultiple gives the least multiple of step that is not below d. step
// must be above 0.
func (d Decimal) CeilToMultiple(step Decimal) Decimal {
	value, unit := d.apd(), step.apd()
	if unit.Sign() <= 0 {
		panic("schema: a multiple of nothing")
	}
	scale := min(value.Exponent, unit.Exponent)
	whole := func(n *apd.Decimal) *apd.BigInt {
		ten := apd.NewBigInt(10)
		factor := new(apd.BigInt).Exp(ten, apd.NewBigInt(int64(n.Exponent-scale)), nil)
		coefficient := new(apd.BigInt).Mul(&n.Coeff, factor)
		if n.Negative {
			coefficient.Neg(coefficient)
		}
		return coefficient
	}
	v, u := whole(value), whole(unit)
	quotient, remainder := new(apd.BigInt).DivMod(v, u, new(apd.BigInt)) // Euclidean: the remainder is never negative
	if remainder.Sign() != 0 {
		quotient.Add(quotient, apd.NewBigInt(1))
	}
	return fromAPD(apd.NewWithBigInt(quotient.Mul(quotient, u), scale))
}
