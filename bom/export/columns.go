package export

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/patternbook/patternbook/bom"
)

// A column is one column of our tables.
type column struct {
	header string
	number bool // its cells are numbers without unit, with a point, or empty
	always bool // it is there even when no line has anything in it
	cell   func(*bom.Line) string
}

// ownColumns are the columns of our tables: those of [bom.TableColumns], in their
// order. Extra columns follow.
var ownColumns = []column{
	{"Item", false, true, func(l *bom.Line) string { return l.Item }},
	{"Name", false, true, func(l *bom.Line) string { return l.Name }},
	{"Kind", false, true, func(l *bom.Line) string { return string(l.Kind) }},
	{"Quantity", true, true, func(l *bom.Line) string { return l.Quantity.String() }},
	{"Required", true, true, func(l *bom.Line) string { return l.Required.String() }},
	{"Unit", false, true, func(l *bom.Line) string { return l.Unit }},
	{"Fitted", false, true, func(l *bom.Line) string { return yesNo(l.Fitted) }},
	{"References", false, true, func(l *bom.Line) string { return bom.JoinReferences(l.References) }},
	{"Manufacturer", false, true, func(l *bom.Line) string { return l.Part.Manufacturer }},
	{"MPN", false, true, func(l *bom.Line) string { return l.Part.MPN }},
	{"Standard", false, true, func(l *bom.Line) string { return l.Part.Standard }},
	{"Value", false, true, func(l *bom.Line) string { return l.Value }},
	{"Footprint", false, true, func(l *bom.Line) string { return l.Footprint }},
	{"Process", false, true, func(l *bom.Line) string { return l.Process }},
	{"Material", false, true, func(l *bom.Line) string { return l.Material }},
	{"Files", false, true, func(l *bom.Line) string { return bom.JoinCell(';', l.Files...) }},
	{"Assembly", false, true, assemblyCell},
	{"Note", false, true, func(l *bom.Line) string { return l.Note }},
	{"Excluded From", false, false, excludedCell},
	{"Parent", false, false, func(l *bom.Line) string { return l.Parent }},
	{"Variants", false, false, variantsCell},
	{"Alternates", false, false, alternatesCell},
	{"Offers", false, false, offersCell},
	{"Part Version", false, false, func(l *bom.Line) string { return l.Part.Version }},
	{"Part Digest", false, false, func(l *bom.Line) string { return l.Part.Digest.String() }},
	{"Assembly Variant", false, false, assemblyVariantCell},
	{"Quantity Text", false, false, func(l *bom.Line) string { return l.QuantityText }},
	{"Piece Count", true, false, func(l *bom.Line) string { return l.PieceCount.String() }},
	{"Piece Size", false, false, pieceSizeCell},
	{"Attrition Percent", true, false, func(l *bom.Line) string { return l.AttritionPercent.String() }},
	{"Setup Quantity", true, false, func(l *bom.Line) string { return l.SetupQuantity.String() }},
	{"Rounding Multiple", true, false, func(l *bom.Line) string { return l.RoundingMultiple.String() }},
	{"On Hand", true, false, func(l *bom.Line) string { return l.OnHand.String() }},
	{"To Order", true, false, func(l *bom.Line) string { return l.ToOrder.String() }},
	{"Supplier", false, false, costCell(func(c *bom.Cost) string { return c.Supplier })},
	{"SKU", false, false, costCell(func(c *bom.Cost) string { return c.SKU })},
	{"Order", true, false, costCell(func(c *bom.Cost) string { return c.Order.String() })},
	{"Packs", true, false, costCell(func(c *bom.Cost) string { return c.Packs.String() })},
	{"Price", true, false, costCell(func(c *bom.Cost) string { return c.Price.String() })},
	{"Currency", false, false, costCell(func(c *bom.Cost) string { return c.Currency })},
	{"Total", true, false, costCell(func(c *bom.Cost) string { return c.Total.String() })},
	{"Paths", false, true, func(l *bom.Line) string { return strings.Join(l.Paths, " ") }},
}

// columns gives the columns of a table of b: those that are always there, the
// others that a line of b or of a BOM nested in it has something in, and those of
// the extra cells, by name. The headers of extra columns may be equal to those of
// others: what stands behind Paths is extra.
func columns(b *bom.BOM) []column {
	extra := map[string]bool{}
	each(b, func(l *bom.Line, _ int) {
		for name := range l.Extra {
			extra[name] = true
		}
	})
	return append(usedOf(b, ownColumns), extraColumns(extra)...)
}

// usedOf gives the columns of list that are always there, and those in which a
// line of b has something.
func usedOf(b *bom.BOM, list []column) []column {
	used := make([]bool, len(list))
	each(b, func(l *bom.Line, _ int) {
		for i, c := range list {
			used[i] = used[i] || c.always || c.cell(l) != ""
		}
	})
	var kept []column
	for i, c := range list {
		if used[i] || c.always {
			kept = append(kept, c)
		}
	}
	return kept
}

// anyway gives the columns of a table for people: none is always there but the
// item's.
func anyway(list []column) []column {
	list = slices.Clone(list)
	for i := range list {
		list[i].always = i == 0
	}
	return list
}

func extraColumns(names map[string]bool) []column {
	var list []column
	for name := range names {
		list = append(list, column{header: name, cell: func(l *bom.Line) string { return l.Extra[name] }})
	}
	slices.SortFunc(list, func(x, y column) int { return strings.Compare(x.header, y.header) })
	return list
}

// each gives the lines of b and then its tools, and behind an opened assembly
// those of its BOM: with the path for the item, and with how many assemblies are
// above. The line may be kept, and changed but for its lists.
func each(b *bom.BOM, do func(l *bom.Line, depth int)) { eachBelow(b, "", 0, do) }

func eachBelow(b *bom.BOM, prefix string, depth int, do func(*bom.Line, int)) {
	for _, list := range [][]bom.Line{b.Lines, b.Tools} {
		for i := range list {
			l := list[i]
			l.Item = prefix + l.Item
			if l.Parent != "" {
				l.Parent = prefix + l.Parent
			}
			do(&l, depth)
			if l.BOM != nil {
				eachBelow(l.BOM, l.Item+"/", depth+1, do)
			}
		}
	}
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// assemblyCell gives the pinned release where there is one, else the reference.
func assemblyCell(l *bom.Line) string {
	switch {
	case l.Assembly == nil:
		return ""
	case !l.Assembly.Version.IsZero():
		return l.Assembly.Design.String() + "@" + l.Assembly.Version.String()
	}
	return l.Assembly.Reference
}

func assemblyVariantCell(l *bom.Line) string {
	if l.Assembly == nil {
		return ""
	}
	return l.Assembly.Variant
}

func excludedCell(l *bom.Line) string {
	var from []string
	if l.ExcludeFromBOM {
		from = append(from, "bom")
	}
	if l.ExcludeFromBoard {
		from = append(from, "board")
	}
	return strings.Join(from, ", ")
}

func pieceSizeCell(l *bom.Line) string {
	if l.PieceSize == nil {
		return ""
	}
	return l.PieceSize.Value.String() + " " + l.PieceSize.Unit
}

func variantsCell(l *bom.Line) string {
	var list []string
	for _, v := range l.Variants {
		list = append(list, bom.JoinCell('|', v.Name, yesNo(v.Fitted), v.Value, v.Footprint,
			v.Part.Manufacturer, v.Part.MPN, v.Part.Standard, v.Part.Version, v.Part.Digest.String()))
	}
	return strings.Join(list, "; ")
}

func alternatesCell(l *bom.Line) string {
	var list []string
	for _, a := range l.Alternates {
		list = append(list, bom.JoinCell('|', strconv.Itoa(a.Rank), a.Manufacturer, a.MPN))
	}
	return strings.Join(list, "; ")
}

// costCell gives the cell of a column of what a priced line costs.
func costCell(of func(*bom.Cost) string) func(*bom.Line) string {
	return func(l *bom.Line) string {
		if l.Cost == nil {
			return ""
		}
		return of(l.Cost)
	}
}

func offersCell(l *bom.Line) string {
	var list []string
	for i := range l.Offers {
		o := &l.Offers[i]
		cells := []string{o.Supplier, o.SKU, o.Currency, o.PackQuantity.String(), o.Minimum.String(), o.Seen}
		for _, p := range o.PriceBreaks {
			cells = append(cells, p.From.String()+"="+p.Price.String())
		}
		list = append(list, cmp.Or(bom.JoinCell('|', cells...), "|")) // of an offer that says nothing
	}
	return strings.Join(list, "; ")
}
