package bom

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"github.com/patternbook/patternbook/schema"
)

// A CutPlan says which pieces are cut from one kind of stock and, when the length
// of its bars is known, how. Sheets are listed with their pieces and their area:
// how pieces lie on a sheet is not planned.
type CutPlan struct {
	// Name, Part, Material and Process tell the stock. What is made from a material
	// is cut together with everything made from it by the same process.
	Name     string `json:"name,omitempty"`
	Part     Part   `json:"part,omitzero"`
	Material string `json:"material,omitempty"`
	Process  string `json:"process,omitempty"`
	// Pieces are those of all units that were asked for, the largest first.
	Pieces []CutPiece      `json:"pieces"`
	Length *schema.Measure `json:"length,omitempty"` // of a bar
	Kerf   *schema.Measure `json:"kerf,omitempty"`   // lost at each cut
	Bars   []CutBar        `json:"bars,omitempty"`
	// TotalBars is how many bars the plan takes; with fewer than LeastBars nobody can
	// do, so where both are equal no plan is better.
	TotalBars int64           `json:"total_bars,omitempty"`
	LeastBars int64           `json:"least_bars,omitempty"`
	Waste     *schema.Measure `json:"waste,omitempty"` // offcuts and kerfs of all bars
	Area      *schema.Measure `json:"area,omitempty"`  // of all pieces, where they are of sheet
}

// A CutPiece is a number of equal pieces.
type CutPiece struct {
	Path  string         `json:"path"` // of the line that asks for them, the first where several ask for the same
	Name  string         `json:"name"`
	Size  schema.Measure `json:"size"`
	Count int64          `json:"count"`
}

// A CutBar is one way of cutting a bar, done a number of times.
type CutBar struct {
	Pieces []CutPiece     `json:"pieces"`
	Offcut schema.Measure `json:"offcut"` // what is left, behind the last cut
	Times  int64          `json:"times"`
}

// maxPieces bounds the pieces of one size, so that sums of them stay exact in JSON.
const maxPieces = 1_000_000_000_000

// stockOf names what the pieces of a line are cut from.
type stockOf struct {
	by, a, b, c, process string
	sheet                bool
}

// A piece gathers equal pieces of equal lines.
type piece struct {
	line  *Line
	path  string
	size  schema.Measure
	sum   total // for one unit of the root
	first int   // in the order of meeting them
}

// cut adds the plans.
func (b *BOM) cut(places []*occurrence, units int64, q Query) error {
	bar, err := newBar(q)
	if err != nil {
		return err
	}
	var order []stockOf
	stocks := map[stockOf]map[identity]*piece{}
	for _, o := range places {
		o.leaves(func(i int, l *Line) {
			size, each, ok := l.pieces()
			if !ok {
				return
			}
			from := o.cutFrom(l, size)
			if stocks[from] == nil {
				stocks[from] = map[identity]*piece{}
				order = append(order, from)
			}
			id := o.identityOf(i)
			id.size = sizeText(size)
			p := stocks[from][id]
			if p == nil {
				p = &piece{line: l, path: o.path + l.Item, size: size, first: len(stocks[from])}
				stocks[from][id] = p
			}
			p.sum.addProduct(o.times, each)
		})
	}
	for _, from := range order {
		b.plan(from, stocks[from], schema.DecimalOf(units), bar)
	}
	return nil
}

// pieces tells what is cut for one unit of the line's design: pieces of a size in
// a unit of length or area. A material that is measured so is one piece.
func (l *Line) pieces() (size schema.Measure, each schema.Decimal, ok bool) {
	switch l.Kind {
	case KindMade, KindMaterial, KindPurchased, KindStandard:
	default:
		return size, each, false
	}
	measured := isLength(l.Unit) || isArea(l.Unit)
	switch {
	case l.PieceSize != nil && (isLength(l.PieceSize.Unit) || isArea(l.PieceSize.Unit)) && (l.Unit == Pieces || !l.PieceCount.IsZero()):
		size, each = *l.PieceSize, l.Quantity
		if l.Unit != Pieces {
			each = l.PieceCount
		}
	case measured && l.Kind == KindMaterial:
		size, each = schema.Measure{Value: l.Quantity, Unit: l.Unit}, one
	}
	return size, each, each.Sign() > 0 && size.Value.Sign() > 0
}

// cutFrom tells the stock: the part, the standard, or the material; where a line
// says none of them, what it is called.
func (o *occurrence) cutFrom(l *Line, size schema.Measure) stockOf {
	from := stockOf{process: fold(l.Process), sheet: isArea(size.Unit)}
	switch {
	case l.Part.MPN != "":
		from.by, from.a, from.b = "mpn", fold(l.Part.Manufacturer), fold(l.Part.MPN)
	case l.Part.Standard != "":
		from.by, from.a = "standard", fold(l.Part.Standard)
	case l.Kind == KindMade && l.Material != "":
		from.by, from.a = "material", fold(l.Material)
	case l.Kind == KindMade:
		from.by, from.a, from.b = "made", o.scope(), fold(l.Name)
	case l.Kind == KindMaterial:
		from.by, from.a = "material", fold(cmp.Or(l.Name, l.Material))
	default:
		from.by, from.a, from.b, from.c = "bought", fold(l.Name), fold(l.Value+" "+l.Footprint), fold(l.Material)
	}
	return from
}

func (b *BOM) plan(from stockOf, found map[identity]*piece, units schema.Decimal, bar *bar) {
	pieces := make([]*piece, 0, len(found))
	for _, p := range found {
		pieces = append(pieces, p)
	}
	slices.SortFunc(pieces, func(p, q *piece) int { return p.first - q.first })
	l := pieces[0].line
	slices.SortStableFunc(pieces, func(p, q *piece) int { return compareSizes(q.size, p.size) })
	plan := CutPlan{Name: l.Name, Part: l.Part, Material: l.Material, Process: l.Process, Pieces: []CutPiece{}}
	if l.Kind == KindMade {
		plan.Name, plan.Part = "", Part{}
		if l.Material == "" {
			plan.Name = l.Name
		}
	}
	for _, p := range pieces {
		count, ok := wholeOf(p.required(units))
		if !ok || count > maxPieces {
			b.notPlanned(&plan, fmt.Sprintf("there are too many pieces of %s %s (%s)", p.size.Value, p.size.Unit, p.path))
			return
		}
		if count > 0 {
			plan.Pieces = append(plan.Pieces, CutPiece{Path: p.path, Name: p.line.Name, Size: p.size, Count: count})
		}
	}
	switch {
	case from.sheet:
		plan.Area = plan.area()
	case bar != nil:
		b.lay(&plan, *bar)
	}
	b.Cuts = append(b.Cuts, plan)
}

// required gives how many pieces units need, by the line's parameters. Those that
// are amounts of what is measured by length say nothing of pieces.
func (p *piece) required(units schema.Decimal) schema.Decimal {
	l := Line{Unit: Pieces, Quantity: p.sum.decimal(), AttritionPercent: p.line.AttritionPercent}
	if p.line.Unit == Pieces {
		l.SetupQuantity, l.RoundingMultiple = p.line.SetupQuantity, p.line.RoundingMultiple
	}
	return Required(l, units).CeilToMultiple(one)
}

func compareSizes(a, b schema.Measure) int {
	scale := func(m schema.Measure) schema.Decimal {
		return m.Value.Mul(schema.DecimalOf(lengths[m.Unit] + areas[m.Unit]))
	}
	return scale(a).Compare(scale(b))
}

func (p *CutPlan) area() *schema.Measure {
	unit := "m2"
	sum := schema.DecimalOf(0)
	for _, piece := range p.Pieces {
		sum = sum.Add(piece.Size.Value.Mul(schema.DecimalOf(areas[piece.Size.Unit])).Mul(schema.DecimalOf(piece.Count)))
	}
	return &schema.Measure{Value: sum.Mul(power(-6)), Unit: unit}
}

func (b *BOM) notPlanned(p *CutPlan, why string) {
	if len(b.Findings) < 3*maxFindings {
		b.Findings = append(b.Findings, Finding{
			Severity: schema.SeverityWarning, Code: "cut-not-planned", Field: "cuts",
			Message: "the cuts of " + schema.Quote(cmp.Or(p.Name, p.Material)) + " are not planned: " + why,
		})
	}
}

// lay plans the bars of p.
func (b *BOM) lay(p *CutPlan, bar bar) {
	fitting := *p
	fitting.Pieces = nil
	for _, piece := range p.Pieces {
		if compareSizes(piece.Size, bar.length) <= 0 {
			fitting.Pieces = append(fitting.Pieces, piece)
		} else if len(b.Findings) < 3*maxFindings {
			b.Findings = append(b.Findings, Finding{
				Severity: schema.SeverityWarning, Code: "piece-too-long", Field: "cuts",
				Message: fmt.Sprintf("%s pieces of %s %s (%s, at %s) are longer than the stock of %s %s, and in no bar of the plan",
					strconv.FormatInt(piece.Count, 10), piece.Size.Value, piece.Size.Unit, piece.Name, piece.Path, bar.length.Value, bar.length.Unit),
			})
		}
	}
	p.Length, p.Kerf = &bar.length, bar.kerf
	g, err := newGauge(&fitting, bar)
	if err != nil {
		b.notPlanned(p, err.Error())
		return
	}
	if len(fitting.Pieces) > 0 {
		g.plan(p, fitting.Pieces)
	}
}
