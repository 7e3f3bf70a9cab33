package bom

import (
	"cmp"
	"fmt"
	"strconv"

	"github.com/patternbook/patternbook/schema"
)

// OnHand is stock of one thing. It is named as lines are told apart: by its MPN,
// with or without a manufacturer; else by its standard; else by its name, and by
// value and footprint where they are said; a design that is bought whole by
// itself.
type OnHand struct {
	Part      Part
	Name      string
	Value     string
	Footprint string
	Design    schema.Design
	Quantity  schema.Decimal
	Unit      string // UCUM; Pieces when empty. Lengths are taken in any unit of length.
}

// String names the thing in messages.
func (h OnHand) String() string {
	switch {
	case h.Part.MPN != "" || h.Part.Standard != "":
		return partText(h.Part)
	case !h.Design.IsZero():
		return h.Design.String()
	}
	return schema.Quote(tidy(h.Name + " " + h.Value + " " + h.Footprint))
}

func (h OnHand) unit() string { return cmp.Or(h.Unit, Pieces) }

// key gives by what h is found among lines, "" when it names nothing.
func (h OnHand) key() string {
	return stockKey(h.Part, h.Design, h.Name)
}

func stockKey(p Part, design schema.Design, name string) string {
	switch {
	case p.MPN != "":
		return "mpn " + fold(p.MPN)
	case p.Standard != "":
		return "standard " + fold(p.Standard)
	case !design.IsZero():
		return "design " + design.String()
	case name != "":
		return "name " + fold(name)
	}
	return ""
}

// stockKey gives by what a line is found.
func (l *Line) stockKey() string {
	if l.Kind == KindAssembly {
		if l.Assembly != nil {
			return stockKey(Part{}, l.Assembly.Design, l.Name)
		}
		return stockKey(Part{}, schema.Design{}, l.Name)
	}
	return stockKey(l.Part, schema.Design{}, l.Name)
}

// fits tells whether h, which has the line's key, is what the line asks for.
func (h OnHand) fits(l *Line) bool {
	if h.Part.MPN != "" {
		return Covers(h.Part, l.Part)
	}
	return h.Part.Standard != "" || !h.Design.IsZero() ||
		(h.Value == "" || fold(h.Value) == fold(l.Value)) && (h.Footprint == "" || fold(h.Footprint) == fold(l.Footprint))
}

// take says for each line how much of what it requires is at hand, and how much
// is to be ordered: the rest, in whole multiples. Stock that several lines ask
// for goes to the first of them. What fits no line is a finding.
func (b *BOM) take(stock []OnHand) error {
	if len(stock) == 0 {
		return nil
	}
	index, names := map[string][]int{}, map[string]int{}
	for i := range b.Lines {
		l := &b.Lines[i]
		l.OnHand = schema.DecimalOf(0)
		index[l.stockKey()] = append(index[l.stockKey()], i)
		if _, named := names[fold(l.Name)]; !named {
			names[fold(l.Name)] = i
		}
	}
	for n, h := range stock {
		if err := h.check(n); err != nil {
			return err
		}
		if !b.hand(h, index[h.key()]) && len(b.Findings) < 2*maxFindings {
			hint := ""
			if i, named := names[fold(h.Name)]; named && h.Name != "" {
				hint = b.Lines[i].knownBy(h)
			}
			b.Findings = append(b.Findings, Finding{
				Severity: schema.SeverityInfo, Code: "stock-unused", Field: "stock",
				Message: fmt.Sprintf("no line asks for what is at hand: %s of %s%s", h.Quantity, h, hint),
			})
		}
	}
	for i := range b.Lines {
		b.Lines[i].order()
	}
	return nil
}

func (h OnHand) check(n int) error {
	detail := ""
	switch {
	case h.key() == "":
		detail = "it names nothing: write an mpn, a standard, a name or a design"
	case h.Quantity.IsZero() || h.Quantity.Sign() < 0:
		detail = h.String() + ": write how much there is, 0 or more"
	default:
		return nil
	}
	return &schema.Error{Kind: schema.Invalid, Detail: "the stock cannot be used", At: []schema.Place{{Field: "stock[" + strconv.Itoa(n) + "]", Detail: detail}}}
}

// knownBy says why stock of the line's name is not taken for it.
func (l *Line) knownBy(h OnHand) string {
	switch {
	case l.Part.MPN != "":
		return fmt.Sprintf("; the line of that name is known by its MPN, %s", l.Part.MPN)
	case l.Part.Standard != "":
		return fmt.Sprintf("; the line of that name is known by its standard, %s", l.Part.Standard)
	case l.Unit != h.unit():
		return fmt.Sprintf("; the line of that name is counted in the unit %s", l.Unit)
	}
	return ""
}

// hand gives h to those of the lines that it fits, and tells whether there are any.
func (b *BOM) hand(h OnHand, lines []int) bool {
	found, left := false, h.Quantity
	for _, i := range lines {
		l := &b.Lines[i]
		have, same := convertDown(left, h.unit(), l.Unit)
		if !same || !h.fits(l) {
			continue
		}
		found = true
		taken := less(have, minus(l.Required, l.OnHand))
		l.OnHand = l.OnHand.Add(taken)
		if taken == have {
			return true
		}
		used, _ := convertDown(taken, l.Unit, h.unit())
		left = minus(left, used)
	}
	return found
}

// order says what is still to be had.
func (l *Line) order() {
	if l.Required.IsZero() {
		l.OnHand = schema.Decimal{}
		return
	}
	missing := minus(l.Required, l.OnHand)
	multiple := l.RoundingMultiple
	if multiple.Sign() <= 0 && l.Unit == Pieces {
		multiple = one
	}
	if multiple.Sign() > 0 {
		missing = missing.CeilToMultiple(multiple)
	}
	l.ToOrder = missing
}

func minus(d, e schema.Decimal) schema.Decimal { return d.Add(e.Mul(schema.DecimalOf(-1))) }

func less(d, e schema.Decimal) schema.Decimal {
	if d.Compare(e) < 0 {
		return d
	}
	return e
}
