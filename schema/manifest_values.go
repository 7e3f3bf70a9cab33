package schema

import (
	"iter"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// address matches an e-mail address, also one that is spelled to hide it.
var (
	address = regexp.MustCompile(`(?i)(?:<\s*)?(?:mailto:)?[\p{L}\p{N}._%+'!#$&*/=?^{|}~-]*[\p{L}\p{N}_%+'!#$&*=?^{|}~-]@[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?(?:\.[\p{L}\p{N}-]+)*\.[\p{L}][\p{L}\p{N}-]+(?:\s*>)?`)
	hidden  = regexp.MustCompile(`(?i)[\p{L}\p{N}._%+-]+\s*[\[({<]\s*(?:at|@|ät)\s*[\])}>]\s*[\p{L}\p{N}-]+(?:\s*(?:\.|[\[({<]\s*(?:dot|punkt|\.)\s*[\])}>])\s*[\p{L}\p{N}-]+)+`)
)

const addressMark = "[e-mail address]"

// withoutAddresses puts a mark in the place of every e-mail address.
func withoutAddresses(s string) string {
	if !strings.ContainsAny(s, "@([{<") {
		return s
	}
	return hidden.ReplaceAllString(address.ReplaceAllString(s, addressMark), addressMark)
}

func hasAddress(s string) bool { return withoutAddresses(s) != s }

// reportAddresses warns of the lines in which the file itself shows an address:
// the file is published byte for byte.
func (r *manifestReader) reportAddresses(data []byte) {
	const shown = 20
	number, found := 0, 0
	for line := range strings.Lines(string(data)) {
		number++
		if !hasAddress(line) {
			continue
		}
		if found++; found <= shown {
			r.add(SeverityWarning, "email-in-file", number, "", "this line shows an e-mail address; it stays out of the release, but the file is published as it is: remove the address if it should not be public")
		}
	}
	if found > shown {
		r.add(SeverityWarning, "email-in-file", 0, "", "more lines show e-mail addresses")
	}
}

// clean brings a text to what a document can hold.
func clean(s string) string {
	s = strings.Map(func(c rune) rune {
		if unicode.IsControl(c) && c != '\n' && c != '\t' || c == utf8.RuneError {
			return -1
		}
		return c
	}, s)
	return strings.TrimSpace(withoutAddresses(s))
}

// scalar gives the text of a single value, "" with a finding when there is none.
// A list of one is taken for its item.
func (r *manifestReader) scalar(field string, n *node) string {
	switch {
	case n.kind == scalarNode:
		text := clean(n.text)
		r.placeholder(field, n, text)
		return text
	case isBracketed(n):
		r.warn("placeholder", n, field, "it is still the placeholder ["+n.items[0].text+"] of a template; it was left out")
	case n.kind == listNode && len(n.items) == 1 && n.items[0].kind == scalarNode:
		r.info("list-of-one", n, field, "a list stands where one value is expected; its item was read")
		return clean(n.items[0].text)
	case n.kind == nullNode:
		r.info("empty-value", n, field, "the key has no value; it was left out")
	default:
		r.warn("not-a-text", n, field, "one value is expected here, not a "+kindWord(n)+"; it was left out")
	}
	return ""
}

func kindWord(n *node) string {
	if n.kind == listNode {
		return "list"
	}
	return "table"
}

// numbered yields the items of a list, or the value alone, each with the key and
// its number: part[0].
func (n *node) numbered(key string) iter.Seq2[string, *node] {
	items := []*node{n}
	if n.kind == listNode {
		items = n.items
	}
	return func(yield func(string, *node) bool) {
		for i, item := range items {
			if !yield(key+"["+strconv.Itoa(i)+"]", item) {
				return
			}
		}
	}
}

// entries is numbered for values that are usually alone: one item has the bare
// key, and a template's [value] is one text.
func (n *node) entries(key string) iter.Seq2[string, *node] {
	switch {
	case n.kind != listNode || isBracketed(n):
		return func(yield func(string, *node) bool) { yield(key, n) }
	case len(n.items) == 1:
		return func(yield func(string, *node) bool) { yield(key, n.items[0]) }
	}
	return n.numbered(key)
}

// isBracketed knows the placeholder [value] of OKH 1.0's template, which YAML
// takes for a list of one.
func isBracketed(n *node) bool {
	if n.kind != listNode || len(n.items) != 1 || n.items[0].kind != scalarNode {
		return false
	}
	switch strings.ToLower(strings.TrimRight(n.items[0].text, " 0123456789")) {
	case "value", "language", "language-code", "region", "contributor", "sub", "text", "url", "path":
		return true
	}
	return false
}

var templateText = regexp.MustCompile(`(?i)^(todo|tbd|fixme|xxx(\.[a-z0-9]+)?|n/?a|the-spdx-id|your-awesome-.*|\?+|\[[a-z0-9 _-]*\])$`)

// placeholder reports a text that says nothing yet. It is kept: to leave it out
// would hide it.
func (r *manifestReader) placeholder(field string, n *node, text string) bool {
	if !templateText.MatchString(text) {
		return false
	}
	r.warn("placeholder", n, field, "it still says "+Quote(text)+"; write what holds, or remove the key")
	return true
}

// texts gives the texts of a list or of a single value.
func (r *manifestReader) texts(field string, n *node) []string {
	if n.kind != listNode || isBracketed(n) {
		if text := r.scalar(field, n); text != "" {
			return []string{text}
		}
		return nil
	}
	var list []string
	for _, item := range n.items {
		if item.kind == nullNode {
			r.info("empty-value", item, field, "the list has an empty item; it was left out")
			continue
		}
		if text := r.scalar(field, item); text != "" {
			list = append(list, text)
		}
	}
	return list
}

func textInto(into func(*Manifest) *string) func(*manifestReader, *treeField) {
	return func(r *manifestReader, f *treeField) { *into(r.m) = r.scalar(f.key, f.value) }
}

// version keeps the text of the version as it stands in the file.
func (r *manifestReader) version(f *treeField) {
	if f.value.kind != scalarNode {
		r.scalar(f.key, f.value)
		return
	}
	r.m.VersionText = clean(f.value.text)
	if f.value.bare {
		r.info("version-not-text", f.value, f.key, "the version is written as a number; it was taken as the text "+Quote(r.m.VersionText)+": put it in quotes, since to other readers 1.10 is 1.1")
	}
}

var readinessLevel = regexp.MustCompile(`^(OTRL|ODRL)-([1-6])(\*?)$`)

// readiness reads OTRL-1 to OTRL-6 and ODRL-1 to ODRL-4 (there is an ODRL-3*),
// and sees through swapped letters.
func readiness(scale string, top byte, into func(*Manifest) *string) func(*manifestReader, *treeField) {
	return func(r *manifestReader, f *treeField) {
		text := r.scalar(f.key, f.value)
		*into(r.m) = text
		if text == "" {
			return
		}
		digits := strings.TrimLeft(strings.ToUpper(text), "ODTRL -_")
		fixed := scale + "-" + strings.ReplaceAll(digits, " ", "")
		m := readinessLevel.FindStringSubmatch(fixed)
		switch {
		case m == nil || m[2][0] > '0'+top:
			r.warn("readiness-level", f.value, f.key, Quote(text)+" is not a level; write "+scale+"-1 to "+scale+"-"+string('0'+rune(top)))
			if m != nil && fixed != text {
				*into(r.m) = fixed
			}
		case fixed != text:
			r.info("readiness-level", f.value, f.key, Quote(text)+" was read as "+fixed)
			*into(r.m) = fixed
		}
	}
}

// mostLike gives the known word that is fewest changes away from word, "" when
// none is near.
func mostLike(word string, known []string) string {
	best, limit := "", 3
	if len(word) < 6 {
		limit = 2
	}
	if len(word) > 64 {
		return ""
	}
	for _, k := range known {
		if d := distance(word, k); d < limit && d < len(k)/2 {
			best, limit = k, d
		}
	}
	return best
}

// distance counts the letters to insert, remove, change or swap with their
// neighbour to turn a into b.
func distance(a, b string) int {
	before, last := []int(nil), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(row[j]+1, last[j+1]+1, last[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}
