package bom

import (
	"strings"
)

// item decides whether the numbers of column i count the lines or the pieces,
// or whether it holds no numbers at all.
func (s settler) item(i int) field {
	key := headerKey(s.columns[i].header)
	switch {
	case s.columns[i].unit != "": // where it is
		return fieldExtra
	case s.share(i, looksLikeReferences) >= 50 && s.share(i, hasSeveral) > 0 && !s.has(fieldReferences) && !s.has(fieldReference):
		return fieldReferences
	case saysNumber(key) && !s.has(fieldQuantity) && !s.has(fieldUnits) && s.share(i, looksLikeQuantity) == 100 && !s.countsUp(i):
		return fieldQuantity
	case key == "number" && s.share(i, looksLikeItem) < 80: // of a part
		return fieldExtra
	case s.share(i, func(c string) bool { return len(c) <= 20 }) < 50 && !s.has(fieldName) && len(s.values) > 0:
		return fieldName
	}
	return fieldItem
}

// saysNumber tells whether a header may say how many there are as well as which
// one it is.
func saysNumber(key string) bool {
	switch key {
	case "number", "no", "nr", "num", "nummer", "numero":
		return true
	}
	return false
}

// countsUp tells whether column i numbers the rows: half of its numbers follow
// the one before by one, or begin anew. What is not a plain number does too.
func (s settler) countsUp(i int) bool {
	steps, ups, last := 0, 0, 0
	for _, r := range s.values {
		if i >= len(r.cells) || r.cells[i] == "" {
			continue
		}
		n, ok := plainNumber(r.cells[i])
		if strings.Contains(r.cells[i], ".") {
			return true
		}
		if ok && (n == last+1 || n == 1 && last > 1 || last == 0) {
			ups++
		}
		steps++
		last = n
	}
	return 2*ups > steps
}

// level takes a column for levels only if its cells look so: dotted numbers in
// it are the items of a tree.
func (s settler) level(i int) field {
	levels := s.share(i, func(c string) bool { _, ok := levelOf(c); return ok })
	switch {
	case levels >= 80 || levels < 0:
		return fieldLevel
	case s.share(i, looksLikeItem) >= 80 && !s.has(fieldItem):
		return fieldItem
	}
	return fieldExtra
}
