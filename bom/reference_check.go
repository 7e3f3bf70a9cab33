package bom

import (
	"fmt"
	"slices"
	"strings"

	"github.com/patternbook/patternbook/schema"
)

// checkReferences says which designators stand on several lines. A line of
// quantity 0 that has nothing but such is another choice for them: it is not
// fitted.
func (t *table) checkReferences() {
	count := 0
	for i := range t.bom.Lines {
		count += len(t.bom.Lines[i].References)
	}
	first := make(map[string]int, count)
	said, other := map[string]bool{}, map[int]bool{}
	for i := range t.bom.Lines {
		l := &t.bom.Lines[i]
		var repeated []string
		again := 0
		for _, r := range l.References {
			if _, twice := first[r]; !twice || !isDesignator(r) || strings.ContainsAny(r, "?*") {
				first[r] = l.Row
				continue
			}
			if again++; !said[r] {
				repeated = append(repeated, r)
			}
			said[r] = true
		}
		switch {
		case again > 0 && again == len(l.References) && l.Quantity.Sign() == 0:
			l.Fitted = false
			other[l.Row] = true
			t.find(schema.SeverityInfo, "unfitted-by-quantity", l.Row, t.headerOf(fieldQuantity), fmt.Sprintf("the quantity is 0, and %s on row %d already; the line was read as: not to be fitted", stand(l.References), first[l.References[0]]))
		case len(repeated) > 0:
			t.find(schema.SeverityWarning, "reference-repeated", l.Row, t.headerOf(fieldReferences), fmt.Sprintf("%s on row %d already", stand(repeated), first[repeated[0]]))
		}
	}
	callouts := t.callouts()
	t.bom.Findings = slices.DeleteFunc(t.bom.Findings, func(f Finding) bool { return f.Code == "quantity-differs" && (other[f.Row] || callouts[f.Row]) })
}

// callouts gives the rows with one reference for several pieces, where these are
// most of those with references: what the references name is then not pieces but
// places in a drawing. It says so.
func (t *table) callouts() map[int]bool {
	rows, with, first := map[int]bool{}, 0, 0
	for i := range t.bom.Lines {
		l := &t.bom.Lines[i]
		if len(l.References) > 0 {
			with++
		}
		if n, whole := wholeOf(l.Quantity); len(l.References) == 1 && whole && n > 1 {
			if rows[l.Row] = true; first == 0 {
				first = l.Row
			}
		}
	}
	const least = 4
	if len(rows) < least || 2*len(rows) < with {
		return nil
	}
	t.find(schema.SeverityWarning, "reference-of-several", first, t.headerOf(fieldReferences), fmt.Sprintf("on %s one reference stands for several pieces: they seem to be places in a drawing. The quantities were kept", plural(len(rows), "row")))
	return rows
}

// stand gives "R1 stands" or "R1, R2 and 3 more stand".
func stand(references []string) string {
	const shown = 4
	switch n := len(references); {
	case n == 1:
		return references[0] + " stands"
	case n <= shown:
		return strings.Join(references[:n-1], ", ") + " and " + references[n-1] + " stand"
	default:
		return fmt.Sprintf("%s and %d more stand", strings.Join(references[:shown], ", "), n-shown)
	}
}
