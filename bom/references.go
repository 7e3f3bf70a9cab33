package bom

import (
	"slices"
	"strconv"
	"strings"
)

// splitReferences reads a list of designators: "C1 C2", "D2,D3", "R1-R4",
// "P1-9". Commas and semicolons always part them; spaces only where everything
// between them looks like a designator, for "Battery clip" is one. Ranges are
// written out.
func splitReferences(cell string) []string {
	if cell == "" {
		return nil
	}
	if isDesignator(cell) {
		return []string{cell}
	}
	var list []string
	for part := range strings.FieldsFuncSeq(cell, func(r rune) bool { return r == ',' || r == ';' || r == '\n' || r == '，' || r == '、' }) {
		list = splitSpaces(list, trim(part))
	}
	return list
}

func splitSpaces(list []string, part string) []string {
	if part == "" {
		return list
	}
	if from, ok := lastPrefix(list); ok { // "C1, 2, 5"
		if n, number := plainNumber(part); number && n > 0 && len(part) <= 4 {
			return append(list, from+part)
		}
	}
	if short, ok := plainDesignators(list, part); ok {
		return short
	}
	words := joinWords(strings.Fields(part))
	if len(words) > 1 && !slices.ContainsFunc(words, func(w string) bool { return !isOnSide(w) }) {
		return append(list, words...)
	}
	for _, w := range words {
		if _, ok := expandRange(w); !ok && !isDesignator(w) {
			return append(list, cut(strings.Join(strings.Fields(part), " "), maxReference))
		}
	}
	for _, w := range words {
		if expanded, ok := expandRange(w); ok {
			list = append(list, expanded...)
		} else {
			list = append(list, w)
		}
	}
	return list
}

// plainDesignators reads "C1 C2", which nearly all lists are.
func plainDesignators(list []string, part string) ([]string, bool) {
	if list == nil {
		list = make([]string, 0, strings.Count(part, " ")+1)
	}
	for w := range strings.FieldsSeq(part) {
		if !isDesignator(w) {
			return nil, false
		}
		list = append(list, w)
	}
	return list, true
}

// lastPrefix gives the letters of the designator that ends the list.
func lastPrefix(list []string) (string, bool) {
	if len(list) == 0 || !isDesignator(list[len(list)-1]) {
		return "", false
	}
	last := list[len(list)-1]
	prefix, number, rest := cutDesignator(last)
	return last[:prefix], number > 0 && rest == ""
}

// joinWords joins what spaces have parted: "R1 - R4", "R1 to R4", "C  2"; and
// leaves out the words between designators.
func joinWords(words []string) []string {
	if len(words) < 2 {
		return words
	}
	var joined []string
	for i := 0; i < len(words); i++ {
		w := words[i]
		last := len(joined) - 1
		switch {
		case last >= 0 && i+1 < len(words) && (isDash(w) || isTo(w)):
			joined[last] += "-" + words[i+1]
			i++
		case last >= 0 && endsInDash(joined[last]), last >= 0 && startsWithDash(w):
			joined[last] += w
		case last >= 0 && i+1 < len(words) && (w == "&" || strings.EqualFold(w, "and") || strings.EqualFold(w, "und") || strings.EqualFold(w, "et")):
		case len(words) == 2 && last >= 0 && len(joined[last]) <= 3 && isLetters(joined[last]) && isDigits(w) && len(w) <= 4:
			joined[last] += w
		default:
			joined = append(joined, w)
		}
	}
	return joined
}

func isTo(s string) bool {
	switch strings.ToLower(s) {
	case "to", "thru", "through", "bis", "à":
		return true
	}
	return false
}

func endsInDash(s string) bool {
	return strings.HasSuffix(s, "-") || strings.HasSuffix(s, "–") || strings.HasSuffix(s, "..")
}

func startsWithDash(s string) bool {
	return len(s) > 1 && (s[0] == '-' || strings.HasPrefix(s, "–") || strings.HasPrefix(s, ".."))
}

func isLetters(s string) bool {
	for i := range len(s) {
		if !isLetter(s[i]) {
			return false
		}
	}
	return s != ""
}

// isDesignator tells whether s is letters, a number and at most one letter: R1,
// LED12, U3B; or letters and the marks of what is not numbered yet: R?, REF**.
func isDesignator(s string) bool {
	prefix, number, suffix := cutDesignator(s)
	if prefix == 0 || prefix > 8 {
		return false
	}
	if number == 0 {
		return suffix != "" && strings.Trim(suffix, "?*") == ""
	}
	return number <= 5 && (suffix == "" || len(suffix) == 1 && isLetter(suffix[0]))
}

// isOnSide tells whether s is a designator and where it is: R1_TOP.
func isOnSide(s string) bool {
	name, side, _ := strings.Cut(s, "_")
	return isDesignator(name) && isLetters(side) && len(side) <= 8
}

// cutDesignator gives the lengths of the letters and of the number that s begins
// with, and the rest.
func cutDesignator(s string) (prefix, number int, rest string) {
	for prefix < len(s) && (isLetter(s[prefix]) || s[prefix] == '_' || s[prefix] == '#') {
		prefix++
	}
	end := prefix
	for end < len(s) && s[end] >= '0' && s[end] <= '9' {
		end++
	}
	return prefix, end - prefix, s[end:]
}

func isLetter(b byte) bool { return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' }

func isDash(s string) bool {
	return s == "-" || s == "--" || s == "–" || s == "—" || s == ".." || s == "..." || s == "…"
}

// expandRange writes out R1-R4 or R1-4. Only a range that goes up, with the same
// letters on both sides, is one.
func expandRange(s string) ([]string, bool) {
	prefix, number, rest := cutDesignator(s)
	if prefix == 0 || prefix > 8 || number == 0 || number > 5 || rest == "" {
		return nil, false
	}
	dash := strings.IndexFunc(rest, func(r rune) bool { return r < 0x80 && (isLetter(byte(r)) || r >= '0' && r <= '9' || r == '_') })
	if dash < 1 || !isDash(rest[:dash]) {
		return nil, false
	}
	last := strings.TrimPrefix(rest[dash:], s[:prefix])
	to, err := strconv.Atoi(last)
	if err != nil || len(last) > 5 {
		return nil, false
	}
	from, _ := strconv.Atoi(s[prefix : prefix+number])
	if to <= from || to-from >= maxReferences {
		return nil, false
	}
	width := 0
	if s[prefix] == '0' { // R01-R12 keeps its zeros
		width = number
	}
	list := make([]string, 0, to-from+1)
	for n := from; n <= to; n++ {
		digits := strconv.Itoa(n)
		list = append(list, s[:prefix]+strings.Repeat("0", max(0, width-len(digits)))+digits)
	}
	return list, true
}

// cut shortens s to at most limit bytes, at the end of a character.
func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	for limit > 0 && s[limit]&0xC0 == 0x80 {
		limit--
	}
	return s[:limit]
}
