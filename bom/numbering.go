package bom

import (
	"fmt"
	"slices"
	"strconv"

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
