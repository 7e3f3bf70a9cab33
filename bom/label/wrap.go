package label

import (
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"
)

const ellipsis = "…"

// wrap breaks s into lines of at most a width, limit lines of it. all tells
// whether that is the whole of s. It breaks at spaces, and words that are longer
// than a line after a mark, else anywhere.
func (f *face) wrap(s string, size, width float64, limit int) (lines []string, all bool) {
	for s != "" {
		if len(lines) == limit {
			return lines, false
		}
		n := f.fit(s, size, width)
		if n < len(s) {
			n = breakAt(s, n)
		}
		lines = append(lines, strings.TrimRight(s[:n], " "))
		s = strings.TrimLeft(s[n:], " ")
	}
	return lines, true
}

// breakAt gives where to break s, of which n bytes fit on the line.
func breakAt(s string, n int) int {
	if s[n] == ' ' {
		return n
	}
	if i := strings.LastIndexByte(s[:n], ' '); i > 0 {
		return i
	}
	if i := strings.LastIndexAny(s[:n], "-/_,;."); i >= n/2 {
		return i + 1
	}
	return n
}

// cut shortens s to the width, with an ellipsis.
func (f *face) cut(s string, size, width float64) string {
	if f.width(s, size) <= width {
		return s
	}
	for s != "" && f.width(s+ellipsis, size) > width {
		s = s[:f.shorter(s, size, width)]
	}
	return strings.TrimRight(s, " ") + ellipsis
}

// shorter gives a length below that of s: what fits, or one character less.
func (f *face) shorter(s string, size, width float64) int {
	_, last := utf8.DecodeLastRuneInString(s)
	return min(f.fit(s, size, width), len(s)-last)
}

// cutFront shortens s from its front, for of a path the end says most.
func (f *face) cutFront(s string, size, width float64) string {
	if f.width(s, size) <= width {
		return s
	}
	for s != "" && f.width(ellipsis+s, size) > width {
		_, first := utf8.DecodeRuneInString(s)
		s = s[first:]
	}
	return ellipsis + s
}

// wrapCut wraps s, the last line with an ellipsis when there is more.
func (f *face) wrapCut(s string, size, width float64, limit int) []string {
	lines, all := f.wrap(s, size, width, limit)
	if !all {
		last := &lines[len(lines)-1]
		*last = strings.TrimSuffix(*last, ellipsis) + ellipsis
		if f.width(*last, size) > width {
			*last = f.cut(*last, size, width)
		}
	}
	return lines
}

// A term is a word of a list, and how many things it stands for.
type term struct {
	text string
	n    int
}

// list wraps a list; of what there is no room for it gives the number: "R1, R2, …
// (+10)".
func (f *face) list(terms []term, size, width float64, limit int) []string {
	if f.holds(terms, size, width, limit) {
		lines, _ := f.wrap(first(terms, len(terms)), size, width, limit)
		return lines
	}
	most := min(len(terms), room(size, width, limit))
	rest := 0
	for _, t := range terms {
		rest += t.n
	}
	after := make([]int, most+1) // things that remain after the first k terms
	after[0] = rest
	for k := range most {
		after[k+1] = after[k] - terms[k].n
	}
	text := func(k int) string {
		s := ellipsis + " (+" + strconv.Itoa(after[k]) + ")"
		if k > 0 {
			s = first(terms, k) + ", " + s
		}
		return s
	}
	// The largest k whose text fits. From most on none does, or nothing would be cut.
	k := sort.Search(most, func(k int) bool {
		_, all := f.wrap(text(k+1), size, width, limit)
		return !all
	})
	if k == len(terms) {
		k--
	}
	lines, _ := f.wrap(text(k), size, width, limit)
	return lines
}

// room is more than how many terms can stand on limit lines.
func room(size, width float64, limit int) int {
	const narrowest = 0.2 // of the size; no character that designators have is narrower
	return int(float64(limit)*width/(narrowest*size*point)) + 1
}

// holds tells whether there is room for all terms.
func (f *face) holds(terms []term, size, width float64, limit int) bool {
	if len(terms) > room(size, width, limit) {
		return false
	}
	_, all := f.wrap(first(terms, len(terms)), size, width, limit)
	return all
}

// first joins the first k terms.
func first(terms []term, k int) string {
	var b strings.Builder
	for i, t := range terms[:k] {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(t.text)
	}
	return b.String()
}

// runs joins three and more designators whose numbers follow each other: "R1–R4".
func runs(refs []string) []term {
	var terms []term
	for i := 0; i < len(refs); {
		n := 1
		if prefix, number, ok := numbered(refs[i]); ok {
			for i+n < len(refs) && refs[i+n] == prefix+strconv.Itoa(number+n) {
				n++
			}
		}
		if n < 3 {
			terms = append(terms, term{refs[i], 1})
			i++
			continue
		}
		terms = append(terms, term{refs[i] + "–" + refs[i+n-1], n})
		i += n
	}
	return terms
}

// numbered parts a designator into its letters and its number.
func numbered(ref string) (prefix string, number int, ok bool) {
	prefix = strings.TrimRight(ref, "0123456789")
	digits := ref[len(prefix):]
	number, err := strconv.Atoi(digits)
	return prefix, number, err == nil && prefix != "" && digits[0] != '0' && len(digits) < 9
}
