package bom

import (
	"cmp"
	"errors"
	"strconv"

	"github.com/patternbook/patternbook/schema"
)

// maxDigits is how long a quantity may be to be read again.
const maxDigits = 64

// written gives the BOM as a file would have it, of one that may be a view:
// without pins, without what was required and without paths. The lines of nested
// BOMs stand below the line of their assembly, with quantities for one unit of
// the root, items that begin with the assembly's, and numbers after all others.
// Nothing is renumbered where nothing is nested.
func (b *BOM) written() (*BOM, error) {
	u := unnesting{to: New(), names: naming{taken: map[string]bool{}, next: map[string]int{}}}
	for _, list := range [][]Line{b.Lines, b.Tools} {
		for i := range list {
			u.last = max(u.last, list[i].Line)
			u.names.taken[list[i].Item] = true
		}
	}
	if err := u.add(b, nil, 0); err != nil {
		return nil, err
	}
	u.to.Summary = Summarize(u.to.Lines)
	if len(u.to.Summary.Quantity.String()) > maxDigits || len(u.to.Summary.UnfittedQuantity.String()) > maxDigits {
		return nil, errors.New("its quantities are too large to be summed")
	}
	return u.to, nil
}

type unnesting struct {
	to    *BOM
	names naming
	last  int // greatest line number
}

// add adds b, which stands in the line above, already added, or is the root.
func (u *unnesting) add(b *BOM, above *Line, depth int) error {
	if depth > MaxDepth {
		return errors.New("assemblies are nested deeper than " + strconv.Itoa(MaxDepth) + " levels")
	}
	source := 0
	if len(b.Sources) > 0 {
		source = len(u.to.Sources)
	}
	u.to.Sources = append(u.to.Sources, b.Sources...)
	for _, f := range b.Findings {
		f.Source += source
		u.to.Findings = append(u.to.Findings, f)
	}
	renamed := map[string]string{}
	for _, list := range [][]Line{b.Lines, b.Tools} {
		for _, l := range list {
			nested := l.BOM
			l.bare()
			l.Source += source
			if above != nil {
				u.place(&l, above, renamed)
			}
			if len(l.Quantity.String()) > maxDigits {
				return errors.New("the quantity of item " + schema.Quote(l.Item) + " is too large")
			}
			if l.Kind == KindTool {
				u.to.Tools = append(u.to.Tools, l)
			} else {
				u.to.Lines = append(u.to.Lines, l)
			}
			if len(u.to.Lines)+len(u.to.Tools) > MaxLines {
				return errors.New("it has more than " + strconv.Itoa(MaxLines) + " lines")
			}
			if nested != nil {
				if err := u.add(nested, &l, depth+1); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// place puts a nested line below its assembly's.
func (u *unnesting) place(l, above *Line, renamed map[string]string) {
	item := u.names.unique(cut(above.Item+"."+l.Item, maxItem-12))
	renamed[l.Item], l.Item = item, item
	u.last++
	l.Line = u.last
	if l.Kind == KindTool {
		l.Parent = renamed[l.Parent]
		return
	}
	l.Quantity = l.Quantity.Mul(above.Quantity)
	l.Parent = cmp.Or(renamed[l.Parent], above.Item)
}

// bare takes away what a view has added to a line.
func (l *Line) bare() {
	l.BOM, l.Required, l.OnHand, l.ToOrder, l.Paths, l.Cost = nil, schema.Decimal{}, schema.Decimal{}, schema.Decimal{}, nil, nil
	if a := l.Assembly; a != nil {
		bare := Assembly{Reference: a.Reference, Variant: a.Variant}
		if bare.Reference == "" && !a.Design.IsZero() {
			bare.Reference = a.Design.String() + "@" + a.Version.String()
		}
		l.Assembly = &bare
		if bare == (Assembly{}) {
			l.Assembly = nil
		}
	}
}
