package bom

import (
	"fmt"
	"slices"
	"strings"

	"github.com/patternbook/patternbook/schema"
)

// VariantNames gives the names of the variants that lines of the BOM differ in,
// as the first line writes each, in the order in which they occur.
func (b *BOM) VariantNames() []string {
	if b == nil {
		return nil
	}
	var names []string
	met := map[string]bool{}
	for i := range b.Lines {
		for _, v := range b.Lines[i].Variants {
			if key := fold(v.Name); v.Name != OtherVariants && !met[key] {
				met[key] = true
				names = append(names, v.Name)
			}
		}
	}
	return names
}

// variants are the chosen names of one design, folded.
type variants map[string]bool

// key is equal for equal choices.
func (v variants) key() string {
	names := make([]string, 0, len(v))
	for name := range v {
		names = append(names, name)
	}
	slices.Sort(names)
	return strings.Join(names, "\x00")
}

// known parts names into those that a line knows and the others.
func (b *BOM) known(names []string) (known variants, unknown []string) {
	if len(names) == 0 {
		return nil, nil
	}
	there := variants{}
	for _, name := range b.VariantNames() {
		there[fold(name)] = true
	}
	known = variants{}
	for _, name := range names {
		if key := fold(name); there[key] {
			known[key] = true
		} else {
			unknown = append(unknown, name)
		}
	}
	return known, unknown
}

// chooseVariants refuses a name that no line knows.
func (b *BOM) chooseVariants(names []string) (variants, error) {
	chosen, unknown := b.known(names)
	if len(unknown) == 0 {
		return chosen, nil
	}
	e := &schema.Error{Kind: schema.Invalid, Detail: "no line differs in a variant of that name", Fix: "choose among " + quoteList(b.VariantNames())}
	if len(b.VariantNames()) == 0 {
		e.Fix = "leave the variant out: the bill of materials has none"
	}
	for _, name := range unknown {
		e.At = append(e.At, schema.Place{Field: "variant", Detail: schema.Quote(name)})
	}
	return nil, e
}

// pinnedVariants reads a pin's variants: one name, or several with commas. What
// is not known is left to a finding, for a published pin cannot be corrected.
func (b *BOM) pinnedVariants(text string) (variants, []string) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	if chosen, unknown := b.known([]string{text}); len(unknown) == 0 {
		return chosen, nil
	}
	var names []string
	for name := range strings.SplitSeq(text, ",") {
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, name)
		}
	}
	return b.known(names)
}

func unknownVariant(b *branch, item string, pin schema.Pin, name string, there []string) Finding {
	message := fmt.Sprintf("item %s%s is pinned to the variant %s of %s %s, which has no such variant", item, b.within(), schema.Quote(name), pin.Design, pin.Version)
	if len(there) > 0 {
		message += "; it has " + quoteList(there)
	}
	return Finding{Severity: schema.SeverityWarning, Code: "variant-unknown", Field: "assembly", Message: message}
}

// within says in messages which design a line stands in.
func (b *branch) within() string {
	if b.Design.IsZero() {
		return ""
	}
	return " of " + b.Design.String()
}

func quoteList(names []string) string {
	const shown = 20
	quoted := make([]string, 0, min(len(names), shown))
	for _, name := range names[:min(len(names), shown)] {
		quoted = append(quoted, schema.Quote(name))
	}
	list := strings.Join(quoted, ", ")
	if more := len(names) - shown; more > 0 {
		list += fmt.Sprintf(" and %d more", more)
	}
	return list
}

// vary makes the lines what they are in the chosen variants.
func (b *branch) vary(chosen variants) {
	if len(chosen) == 0 {
		return
	}
	for i := range b.lines {
		if v, differs := b.lines[i].in(chosen); differs {
			b.own()
			b.become(i, v)
		}
	}
}

// in gives what the line is in the chosen variants: not fitted when one of them
// leaves it out, else as the first that fits it says, else as in all others.
func (l *Line) in(chosen variants) (v LineVariant, differs bool) {
	var fitted, other *LineVariant
	for i := range l.Variants {
		v := &l.Variants[i]
		switch {
		case v.Name == OtherVariants:
			other = v
		case !chosen[fold(v.Name)]:
		case !v.Fitted:
			return *v, true
		case fitted == nil:
			fitted = v
		}
	}
	switch {
	case fitted != nil:
		return *fitted, true
	case other != nil:
		return *other, true
	}
	return LineVariant{}, false
}

// become makes line i what v says. Offers and alternates belong to the part that
// the line had: another part has others.
func (b *branch) become(i int, v LineVariant) {
	l := &b.lines[i]
	part, value := l.Part, l.Value
	l.Fitted = v.Fitted
	replace(&l.Value, v.Value)
	replace(&l.Footprint, v.Footprint)
	replace(&l.Part.Manufacturer, v.Part.Manufacturer)
	replace(&l.Part.MPN, v.Part.MPN)
	replace(&l.Part.Standard, v.Part.Standard)
	replace(&l.Part.Version, v.Part.Version)
	if !v.Part.Digest.IsZero() {
		l.Part.Digest = v.Part.Digest
	}
	if l.Part != part || l.Value != value {
		b.dropOffers(i, "another part in the chosen variant")
		l.Alternates = nil
	}
}

func replace(old *string, by string) {
	if by != "" {
		*old = by
	}
}

func (b *branch) dropOffers(i int, why string) {
	l := &b.lines[i]
	if len(l.Offers) == 0 {
		return
	}
	l.Offers = nil
	if len(b.findings) < maxFindings {
		b.findings = append(b.findings, Finding{
			Severity: schema.SeverityInfo, Code: "offers-dropped", Field: "offers",
			Message: fmt.Sprintf("item %s%s (%s) is %s; the offers in the file are of the former part and were left out", l.Item, b.within(), l.Name, why),
		})
	}
}
