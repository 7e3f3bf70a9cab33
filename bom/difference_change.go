package bom

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/patternbook/patternbook/schema"
)

// A member is one member of a line in which lines are compared.
type member struct {
	field string
	text  func(*Line) string
	// differs tells whether two texts mean another thing, or only say it
	// differently; nil for a member that says nothing of the thing.
	differs func(before, after string) bool
	// same compares what text may not tell apart; nil where it does.
	same func(before, after *Line) bool
}

func differ(before, after string) bool         { return before != after }
func differInWords(before, after string) bool  { return fold(before) != fold(after) }
func differInSpaces(before, after string) bool { return tidy(before) != tidy(after) } // case counts: 10M is not 10m
func differAsLists(before, after string) bool {
	return !slices.Equal(slices.Sorted(strings.FieldsSeq(before)), slices.Sorted(strings.FieldsSeq(after)))
}

// compared are the members of a line in their order, without place, which is
// compared as a move.
var compared = []member{
	{"name", func(l *Line) string { return l.Name }, differInWords, nil},
	{"kind", func(l *Line) string { return string(l.Kind) }, differ, nil},
	{"quantity", func(l *Line) string { return l.Quantity.String() }, differ, nil},
	{"required", func(l *Line) string { return l.Required.String() }, nil, nil},
	{"on_hand", func(l *Line) string { return l.OnHand.String() }, nil, nil},
	{"to_order", func(l *Line) string { return l.ToOrder.String() }, nil, nil},
	{"unit", func(l *Line) string { return l.Unit }, differ, nil},
	{"quantity_text", func(l *Line) string { return l.QuantityText }, nil, nil},
	{"piece_count", func(l *Line) string { return l.PieceCount.String() }, differ, nil},
	{"piece_size", pieceSizeText, differ, nil},
	{"references", func(l *Line) string { return strings.Join(l.References, " ") }, differAsLists, func(b, a *Line) bool { return slices.Equal(b.References, a.References) }},
	{"fitted", func(l *Line) string { return strconv.FormatBool(l.Fitted) }, differ, nil},
	{"exclude_from_bom", func(l *Line) string { return strconv.FormatBool(l.ExcludeFromBOM) }, differ, nil},
	{"exclude_from_board", func(l *Line) string { return strconv.FormatBool(l.ExcludeFromBoard) }, differ, nil},
	{"variants", variantsText, differ, func(b, a *Line) bool { return slices.Equal(b.Variants, a.Variants) }},
	{"part.manufacturer", func(l *Line) string { return l.Part.Manufacturer }, differInWords, nil},
	{"part.mpn", func(l *Line) string { return l.Part.MPN }, differInWords, nil},
	{"part.standard", func(l *Line) string { return l.Part.Standard }, differInWords, nil},
	{"part.version", func(l *Line) string { return l.Part.Version }, differ, nil},
	{"part.digest", func(l *Line) string { return l.Part.Digest.String() }, differ, nil},
	{"value", func(l *Line) string { return l.Value }, differInSpaces, nil},
	{"footprint", func(l *Line) string { return l.Footprint }, differInSpaces, nil},
	{"process", func(l *Line) string { return l.Process }, differInWords, nil},
	{"material", func(l *Line) string { return l.Material }, differInWords, nil},
	{"files", func(l *Line) string { return strings.Join(l.Files, "; ") }, differAsLists, func(b, a *Line) bool { return slices.Equal(b.Files, a.Files) }},
	{"assembly.reference", func(l *Line) string { return l.assembly().Reference }, differ, nil},
	{"assembly.design", func(l *Line) string { return l.assembly().Design.String() }, differ, nil},
	{"assembly.version", func(l *Line) string { return l.assembly().Version.String() }, differ, nil},
	{"assembly.release", func(l *Line) string { return l.assembly().Release.String() }, differ, nil},
	{"assembly.variant", func(l *Line) string { return l.assembly().Variant }, differ, nil},
	{"alternates", alternatesText, differInWords, func(b, a *Line) bool { return slices.Equal(b.Alternates, a.Alternates) }},
	{"offers", offersText, nil, sameOffers},
	{"cost", costText, nil, func(b, a *Line) bool { return b.cost() == a.cost() }},
	{"attrition_percent", func(l *Line) string { return l.AttritionPercent.String() }, numbersDiffer(schema.DecimalOf(0)), nil},
	{"setup_quantity", func(l *Line) string { return l.SetupQuantity.String() }, numbersDiffer(schema.DecimalOf(0)), nil},
	{"rounding_multiple", func(l *Line) string { return l.RoundingMultiple.String() }, numbersDiffer(one), nil},
	{"note", func(l *Line) string { return l.Note }, nil, nil},
}

// changesOf lists what differs. items are those of the lines that both BOMs have,
// from before to after: a parent that is only called otherwise is no change.
func changesOf(before, after *Line, items map[string]string) []Change {
	var list []Change
	for _, m := range compared {
		was, is := m.text(before), m.text(after)
		if was != is || m.same != nil && !m.same(before, after) {
			hardware := before.Kind != KindTool && m.differs != nil && m.differs(was, is)
			list = append(list, Change{Field: m.field, Before: was, After: is, Hardware: hardware})
		}
	}
	if before.Parent != after.Parent && (before.Parent == "" || items[before.Parent] != after.Parent) {
		list = append(list, Change{Field: "parent", Before: before.Parent, After: after.Parent, Hardware: before.Kind != KindTool})
	}
	return append(list, extraChanges(before.Extra, after.Extra)...)
}

func extraChanges(before, after map[string]string) []Change {
	var list []Change
	for column, was := range before {
		if is, both := after[column]; is != was || !both {
			list = append(list, Change{Field: "extra." + column, Before: was, After: is})
		}
	}
	for column, is := range after {
		if _, both := before[column]; !both {
			list = append(list, Change{Field: "extra." + column, After: is})
		}
	}
	slices.SortFunc(list, func(a, b Change) int { return cmp.Compare(a.Field, b.Field) })
	return list
}

// numbersDiffer compares parameters, of which an empty one has a value too.
func numbersDiffer(left schema.Decimal) func(before, after string) bool {
	return func(before, after string) bool { return cmp.Or(before, left.String()) != cmp.Or(after, left.String()) }
}

func (l *Line) assembly() Assembly {
	if l.Assembly == nil {
		return Assembly{}
	}
	return *l.Assembly
}

func pieceSizeText(l *Line) string {
	if l.PieceSize == nil {
		return ""
	}
	return l.PieceSize.Value.String() + " " + l.PieceSize.Unit
}

func variantsText(l *Line) string {
	return join(l.Variants, func(v LineVariant) string {
		text := words(v.Name+":", map[bool]string{true: "fitted", false: "not fitted"}[v.Fitted], v.Value, v.Footprint, v.Part.Manufacturer, v.Part.MPN, v.Part.Standard, v.Part.Version)
		if !v.Part.Digest.IsZero() {
			text += " " + v.Part.Digest.String()
		}
		return text
	})
}

func alternatesText(l *Line) string {
	return join(l.Alternates, func(a Alternate) string { return words(strconv.Itoa(a.Rank)+":", a.Manufacturer, a.MPN) })
}

func offersText(l *Line) string {
	return join(l.Offers, func(o Offer) string {
		text := words(o.Supplier, o.SKU)
		for _, b := range o.PriceBreaks {
			text += ", " + words(b.Price.String(), o.Currency, "from", b.From.String())
		}
		if len(o.PriceBreaks) == 0 && o.Currency != "" {
			text += ", " + o.Currency
		}
		for _, more := range []struct{ says, what string }{{"in packs of ", o.PackQuantity.String()}, {"at least ", o.Minimum.String()}, {"seen ", o.Seen}} {
			if more.what != "" {
				text += ", " + more.says + more.what
			}
		}
		return text
	})
}

func (l *Line) cost() Cost {
	if l.Cost == nil {
		return Cost{}
	}
	return *l.Cost
}

func costText(l *Line) string {
	if l.Cost == nil {
		return ""
	}
	c := l.cost()
	return words(c.Total.String(), c.Currency, "for", c.Order.String(), c.Supplier, c.SKU)
}

func sameOffers(before, after *Line) bool {
	return slices.EqualFunc(before.Offers, after.Offers, func(b, a Offer) bool {
		named := b.Supplier == a.Supplier && b.SKU == a.SKU && b.Currency == a.Currency && b.Seen == a.Seen
		return named && b.PackQuantity == a.PackQuantity && b.Minimum == a.Minimum && slices.Equal(b.PriceBreaks, a.PriceBreaks)
	})
}

func join[T any](list []T, text func(T) string) string {
	if len(list) == 0 {
		return ""
	}
	texts := make([]string, len(list))
	for i, x := range list {
		texts[i] = text(x)
	}
	return strings.Join(texts, "; ")
}

// words joins the texts that are not empty.
func words(texts ...string) string {
	return strings.Join(slices.DeleteFunc(texts, func(s string) bool { return s == "" }), " ")
}
