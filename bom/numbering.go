package bom

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/patternbook/patternbook/schema"
)

// all gives lines and tools in the order of the file.
func (b *BOM) all() []*Line {
	list := make([]*Line, 0, len(b.Lines)+len(b.Tools))
	for i := range b.Lines {
		list = append(list, &b.Lines[i])
	}
	for i := range b.Tools {
		list = append(list, &b.Tools[i])
	}
	if len(b.Tools) > 0 {
		slices.SortStableFunc(list, func(x, y *Line) int { return x.Row - y.Row })
	}
	return list
}

// number gives every line its number and an item of its own.
func (t *table) number() {
	lines := t.bom.all()
	ownNumbers := len(lines) > 0
	seen := make(map[int]bool, len(lines))
	for _, l := range lines {
		n, ok := plainNumber(l.Item)
		if !ok || n < 1 || seen[n] || l.Item[0] == '0' {
			ownNumbers = false
			break
		}
		seen[n] = true
	}
	taken := make(map[string]bool, len(lines))
	for _, l := range lines {
		if l.Item != "" {
			taken[l.Item] = true
		}
	}
	names := naming{taken: taken, next: map[string]int{}}
	used := make(map[string]bool, len(lines))
	for i, l := range lines {
		l.Line = i + 1
		if ownNumbers {
			l.Line, _ = plainNumber(l.Item)
		}
		written := l.Item
		if written == "" {
			l.Item = names.unique(strconv.Itoa(l.Line))
		} else if used[written] {
			l.Item = names.unique(written)
			t.find(schema.SeverityWarning, "item-repeated", l.Row, t.headerOf(fieldItem),
				fmt.Sprintf("item %s occurs more than once; here it is called %s", schema.Quote(written), l.Item))
		}
		used[l.Item] = true
	}
}

// naming finds names that are not taken yet.
type naming struct {
	taken map[string]bool
	next  map[string]int // number to try next, by name
}

// unique gives s, or s with -2, -3 and so on, and takes it.
func (n naming) unique(s string) string {
	name := s
	for n.taken[name] {
		number := max(n.next[s], 2)
		n.next[s] = number + 1
		name = cut(s, maxItem-12) + "-" + strconv.Itoa(number)
	}
	n.taken[name] = true
	return name
}

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
	t.bom.Findings = slices.DeleteFunc(t.bom.Findings, func(f Finding) bool { return f.Code == "quantity-differs" && other[f.Row] })
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
