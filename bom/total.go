package bom

import (
	"github.com/patternbook/patternbook/schema"
)

// A total sums decimals. Whole numbers, which most quantities are, are summed
// as int64: a Decimal is parsed and written again at every step, which would be
// most of the cost of flattening.
type total struct {
	whole int64
	rest  schema.Decimal // of what is not whole or would overflow
}

const maxWhole = 1 << 62

func (t *total) add(d schema.Decimal) {
	n, ok := wholeOf(d)
	if !ok {
		t.rest = t.rest.Add(d)
		return
	}
	t.addWhole(n)
}

func (t *total) addWhole(n int64) {
	if sum := t.whole + n; n >= 0 && sum >= 0 && sum < maxWhole {
		t.whole = sum
		return
	}
	t.rest = t.rest.Add(schema.DecimalOf(n))
}

// addProduct adds d × e.
func (t *total) addProduct(d total, e schema.Decimal) {
	factor, ok := wholeOf(e)
	if ok && (factor == 0 || d.whole <= maxWhole/factor) {
		t.addWhole(d.whole * factor)
		if !d.rest.IsZero() {
			t.rest = t.rest.Add(d.rest.Mul(e))
		}
		return
	}
	t.add(d.decimal().Mul(e))
}

func (t total) decimal() schema.Decimal {
	if t.rest.IsZero() {
		return schema.DecimalOf(t.whole)
	}
	if t.whole == 0 {
		return t.rest
	}
	return t.rest.Add(schema.DecimalOf(t.whole))
}

// wholeOf gives d as an int64 when it is a whole number from 0 to 10^18.
func wholeOf(d schema.Decimal) (int64, bool) {
	s := d.String()
	if len(s) > 18 {
		return 0, false
	}
	var n int64
	for i := range len(s) {
		c := s[i]
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, true
}

func multiply(d, e schema.Decimal) schema.Decimal {
	var t, first total
	first.add(d)
	t.addProduct(first, e)
	return t.decimal()
}
