package bom

import (
	"errors"
	"fmt"
	"math/big"

	"github.com/patternbook/patternbook/schema"
)

// A bar is the stock that pieces of length are cut from.
type bar struct {
	length schema.Measure
	kerf   *schema.Measure
}

// newBar gives nil when no stock length is asked for.
func newBar(q Query) (*bar, error) {
	if q.StockLength == nil {
		return nil, nil
	}
	if !isLength(q.StockLength.Unit) || q.StockLength.Value.Sign() <= 0 {
		return nil, &schema.Error{Kind: schema.Invalid, Detail: "the stock length is not a length above 0", Fix: "write a number and a unit, like 3 m"}
	}
	if q.Kerf != nil && (!isLength(q.Kerf.Unit) || q.Kerf.Value.Sign() < 0) {
		return nil, &schema.Error{Kind: schema.Invalid, Detail: "the kerf is not a length", Fix: "write a number and a unit, like 2 mm"}
	}
	return &bar{length: *q.StockLength, kerf: q.Kerf}, nil
}

// A gauge measures lengths of all units in one whole number of steps, exactly.
type gauge struct {
	digits int      // a micrometre has 10^digits of the finest parts
	step   *big.Int // finest parts in one step
	unit   string   // in which results are said: one that has a decimal for each
	length int64    // of a bar, in steps
	kerf   int64
	sizes  []int64 // of the pieces
}

// maxSteps bounds a bar's length, so that sums along it stay within int64.
const maxSteps = 1_000_000_000_000_000

// maxSizes bounds the different pieces of one plan: the work grows with the
// square of their number.
const maxSizes = 5000

func newGauge(p *CutPlan, b bar) (*gauge, error) {
	if len(p.Pieces) > maxSizes {
		return nil, fmt.Errorf("there are more than %d different pieces", maxSizes)
	}
	kerf := schema.Measure{Value: schema.DecimalOf(0), Unit: b.length.Unit}
	if b.kerf != nil {
		kerf = *b.kerf
	}
	list := []schema.Measure{b.length, kerf}
	for _, piece := range p.Pieces {
		list = append(list, piece.Size)
	}
	g := &gauge{step: new(big.Int)}
	metric := lengths[b.length.Unit]%25_400 != 0
	mixed := false
	for _, m := range list {
		g.digits = max(g.digits, digitsOf(m.Value))
		mixed = mixed || lengths[m.Unit]%25_400 != 0
	}
	switch {
	case metric:
		g.unit = b.length.Unit
	case mixed:
		g.unit = "mm"
	default:
		g.unit = "[in_i]"
	}
	parts := make([]*big.Int, len(list))
	for i, m := range list {
		parts[i] = scaled(m.Value, g.digits)
		parts[i].Mul(parts[i], big.NewInt(lengths[m.Unit]))
		g.step.GCD(nil, nil, g.step, parts[i])
	}
	for i := range parts {
		parts[i].Quo(parts[i], g.step)
		if !parts[i].IsInt64() || parts[i].Int64() > maxSteps {
			return nil, errors.New("the lengths are measured too finely")
		}
		g.sizes = append(g.sizes, parts[i].Int64())
	}
	g.length, g.kerf, g.sizes = g.sizes[0], g.sizes[1], g.sizes[2:]
	return g, nil
}

// measure gives a number of steps as a length.
func (g *gauge) measure(steps *big.Int) schema.Measure {
	n := new(big.Int).Mul(steps, g.step)
	digits := g.digits
	scale := lengths[g.unit]
	for scale%10 == 0 && scale != 25_400 {
		scale, digits = scale/10, digits+1
	}
	return schema.Measure{Value: unscaled(n.Quo(n, big.NewInt(scale)), digits), Unit: g.unit}
}

// plan cuts the pieces, whose sizes g has, the largest first.
func (g *gauge) plan(p *CutPlan, pieces []CutPiece) {
	stock := make([]cutSize, len(pieces))
	used := new(big.Int) // with a kerf for each piece
	cuts := new(big.Int) // pieces alone
	half := int64(0)     // pieces of which no two share a bar
	capacity := g.length + g.kerf
	for i, piece := range pieces {
		stock[i] = cutSize{size: g.sizes[i] + g.kerf, count: piece.Count}
		count := big.NewInt(piece.Count)
		used.Add(used, new(big.Int).Mul(count, big.NewInt(stock[i].size)))
		cuts.Add(cuts, new(big.Int).Mul(count, big.NewInt(g.sizes[i])))
		if stock[i].size > capacity/2 {
			half += piece.Count
		}
	}
	least := leastBars(used, capacity, half)
	ways := cutBars(stock, capacity)
	if countBars(ways) > least {
		if better := searchBars(stock, capacity); better != nil && countBars(better) < countBars(ways) {
			ways = better
		}
	}
	for _, way := range ways {
		bar := CutBar{Times: way.times, Offcut: g.measure(big.NewInt(max(0, way.left-g.kerf)))}
		for _, c := range way.cuts {
			piece := pieces[c.index]
			piece.Count = c.count
			bar.Pieces = append(bar.Pieces, piece)
		}
		p.Bars = append(p.Bars, bar)
	}
	p.TotalBars, p.LeastBars = countBars(ways), least
	waste := new(big.Int).Mul(big.NewInt(p.TotalBars), big.NewInt(g.length))
	measure := g.measure(waste.Sub(waste, cuts))
	p.Waste = &measure
}

// leastBars gives the number of bars that hold all pieces when they fill them
// wholly, and at least one for each piece that is longer than half of a bar.
func leastBars(used *big.Int, capacity, half int64) int64 {
	least, rest := new(big.Int).QuoRem(used, big.NewInt(capacity), new(big.Int))
	if rest.Sign() > 0 {
		least.Add(least, big.NewInt(1))
	}
	return max(half, least.Int64())
}

func countBars(ways []cutWay) int64 {
	n := int64(0)
	for _, w := range ways {
		n += w.times
	}
	return n
}
