package folder

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// matchSegments matches whole paths. "**" stands for any number of segments, at
// the end for at least one. Time grows with the product of the lengths: only the
// last "**" is ever tried again.
func matchSegments(pattern, name []string) bool {
	p, n := 0, 0
	star, again := -1, 0 // the last "**", and where in name it was last thought to end
	for n < len(name) {
		switch {
		case p < len(pattern) && pattern[p] == "**":
			if p == len(pattern)-1 {
				return true
			}
			star, again = p, n
			p++
		case p < len(pattern) && matchSegment(pattern[p], name[n]):
			p, n = p+1, n+1
		case star >= 0:
			again++
			p, n = star+1, again
		default:
			return false
		}
	}
	return p == len(pattern)
}

// matchSegment matches one segment: * stands for any characters, ? for one, […]
// for one of a set, and a backslash takes the next character as it is. The
// pattern is complete. Bytes that are not UTF-8 match like characters.
func matchSegment(pattern, name string) bool {
	p, n := 0, 0
	star, again := -1, 0
	for n < len(name) {
		if p < len(pattern) && pattern[p] == '*' {
			star, again = p, n
			p++
			continue
		}
		r, size := utf8.DecodeRuneInString(name[n:])
		if p < len(pattern) {
			if ok, width := matchOne(pattern[p:], r); ok {
				p, n = p+width, n+size
				continue
			}
		}
		if star < 0 {
			return false
		}
		_, size = utf8.DecodeRuneInString(name[again:])
		again += size
		p, n = star+1, again
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// matchOne matches one character against the head of the pattern, and tells how
// long that head is.
func matchOne(pattern string, r rune) (ok bool, width int) {
	switch pattern[0] {
	case '?':
		return true, 1
	case '[':
		return matchSet(pattern, r)
	}
	want, width := literal(pattern)
	return want == r, width
}

// literal reads one character of a pattern, and its backslash where it has one.
func literal(pattern string) (r rune, width int) {
	if pattern[0] == '\\' && len(pattern) > 1 {
		r, width = utf8.DecodeRuneInString(pattern[1:])
		return r, width + 1
	}
	return utf8.DecodeRuneInString(pattern)
}

// matchSet matches r against the set that pattern begins with.
func matchSet(pattern string, r rune) (ok bool, width int) {
	at := 1
	negated := at < len(pattern) && (pattern[at] == '!' || pattern[at] == '^')
	if negated {
		at++
	}
	for first := true; at < len(pattern) && (first || pattern[at] != ']'); first = false {
		if in, size := matchClass(pattern[at:], r); size > 0 {
			ok = ok || in
			at += size
			continue
		}
		low, size := literal(pattern[at:])
		at += size
		high := low
		if at+1 < len(pattern) && pattern[at] == '-' && pattern[at+1] != ']' {
			high, size = literal(pattern[at+1:])
			at += 1 + size
		}
		ok = ok || low <= r && r <= high
	}
	return ok != negated, at + 1
}

var classes = map[string]func(rune) bool{
	"alpha": unicode.IsLetter,
	"digit": unicode.IsDigit,
	"alnum": func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) },
	"lower": unicode.IsLower,
	"upper": unicode.IsUpper,
	"punct": func(r rune) bool { return unicode.IsPunct(r) || unicode.IsSymbol(r) },
	"space": unicode.IsSpace,
	"blank": func(r rune) bool { return r == ' ' || r == '\t' },
	"xdigit": func(r rune) bool {
		return r < utf8.RuneSelf && strings.ContainsRune("0123456789abcdefABCDEF", r)
	},
}

// matchClass matches r against a class like [:alpha:] inside a set; size is 0
// where the pattern does not begin with one.
func matchClass(pattern string, r rune) (ok bool, size int) {
	inner, found := strings.CutPrefix(pattern, "[:")
	if !found {
		return false, 0
	}
	name, _, found := strings.Cut(inner, ":]")
	class, known := classes[name]
	if !found || !known {
		return false, 0
	}
	return class(r), len("[:") + len(name) + len(":]")
}

// complete tells whether every set in the pattern is closed and something
// follows every backslash.
func complete(pattern string) bool {
	for at := 0; at < len(pattern); {
		switch pattern[at] {
		case '\\':
			if at+1 == len(pattern) {
				return false
			}
			_, width := literal(pattern[at:])
			at += width
		case '[':
			_, width := matchSet(pattern[at:], 0)
			if at+width > len(pattern) {
				return false
			}
			at += width
		default:
			at++
		}
	}
	return true
}
