package schema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// MaxDocument is how many bytes the canonical form of a document may have.
const MaxDocument = 16 << 20

const (
	maxInteger = 1<<53 - 1 // RFC 8785 section 3.2.2.3 and RFC 7493 section 2.2
	maxDepth   = 64
)

// Canonicalize gives the canonical bytes (RFC 8785) of the JSON text data. It
// refuses, with an error of kind Malformed that names the place, what has no one
// meaning: duplicate keys, invalid UTF-8, lone surrogates, numbers that are not
// integers within ±(2^53−1), and nesting beyond 64 levels.
func Canonicalize(data []byte) ([]byte, error) {
	c := canonicalizer{in: data, out: make([]byte, 0, len(data))}
	c.space()
	if err := c.value(0); err != nil {
		return nil, err
	}
	c.space()
	if c.at != len(c.in) {
		return nil, c.fault("there is text after the end of the JSON value")
	}
	return c.out, nil
}

// A canonicalizer reads JSON and appends its canonical form to out.
type canonicalizer struct {
	in  []byte
	at  int
	out []byte
}

func (c *canonicalizer) fault(detail string) error {
	before := c.in[:min(c.at, len(c.in))]
	line := bytes.Count(before, []byte("\n")) + 1
	column := len(before) - (bytes.LastIndexByte(before, '\n') + 1) + 1
	return &Error{Kind: Malformed, Detail: "this is not JSON that can be a document", At: []Place{{Line: line, Column: column, Detail: detail}}}
}

func (c *canonicalizer) space() {
	for c.at < len(c.in) && (c.in[c.at] == ' ' || c.in[c.at] == '\n' || c.in[c.at] == '\r' || c.in[c.at] == '\t') {
		c.at++
	}
}

func (c *canonicalizer) peek() byte {
	if c.at < len(c.in) {
		return c.in[c.at]
	}
	return 0
}

func (c *canonicalizer) value(depth int) error {
	if depth > maxDepth {
		return c.fault(fmt.Sprintf("it is nested deeper than %d levels", maxDepth))
	}
	switch b := c.peek(); {
	case b == '{':
		return c.object(depth)
	case b == '[':
		return c.array(depth)
	case b == '"':
		s, err := c.text()
		c.out = appendText(c.out, s)
		return err
	case b == '-' || b >= '0' && b <= '9':
		return c.number()
	}
	for _, word := range []string{"true", "false", "null"} {
		if bytes.HasPrefix(c.in[c.at:], []byte(word)) {
			c.at += len(word)
			c.out = append(c.out, word...)
			return nil
		}
	}
	return c.fault("a JSON value is missing here")
}

// A member is one member of an object: where its name and value stand in out.
type member struct {
	name       string
	start, end int
}

func (c *canonicalizer) object(depth int) error {
	c.at++ // {
	c.out = append(c.out, '{')
	start := len(c.out)
	var members []member
	sorted := true
	c.space()
	for c.peek() != '}' {
		if len(members) > 0 {
			if c.peek() != ',' {
				return c.fault("a comma or } is missing here")
			}
			c.at++
			c.space()
		}
		if c.peek() != '"' {
			return c.fault("the name of a member is missing here")
		}
		nameAt := c.at
		name, err := c.text()
		if err != nil {
			return err
		}
		m := member{name: name, start: len(c.out)}
		c.out = append(appendText(c.out, name), ':')
		c.space()
		if c.peek() != ':' {
			return c.fault("a colon is missing here")
		}
		c.at++
		c.space()
		if err := c.value(depth + 1); err != nil {
			return err
		}
		c.out = append(c.out, ',')
		m.end = len(c.out)
		if n := len(members); n > 0 && compareUTF16(members[n-1].name, name) >= 0 {
			sorted = false
			if members[n-1].name == name {
				c.at = nameAt
				return c.fault("the member " + Quote(name) + " occurs twice")
			}
		}
		members = append(members, m)
		c.space()
	}
	c.at++ // }
	if !sorted {
		if err := c.sort(start, members); err != nil {
			return err
		}
	}
	if len(members) > 0 {
		c.out = c.out[:len(c.out)-1] // the last comma
	}
	c.out = append(c.out, '}')
	return nil
}

// sort puts the members that stand in out from start on into RFC 8785's order.
func (c *canonicalizer) sort(start int, members []member) error {
	slices.SortFunc(members, func(a, b member) int { return compareUTF16(a.name, b.name) })
	unsorted := slices.Clone(c.out[start:])
	c.out = c.out[:start]
	for i, m := range members {
		if i > 0 && members[i-1].name == m.name {
			return c.fault("the member " + Quote(m.name) + " occurs twice")
		}
		c.out = append(c.out, unsorted[m.start-start:m.end-start]...)
	}
	return nil
}

func (c *canonicalizer) array(depth int) error {
	c.at++ // [
	c.out = append(c.out, '[')
	c.space()
	for first := true; c.peek() != ']'; first = false {
		if !first {
			if c.peek() != ',' {
				return c.fault("a comma or ] is missing here")
			}
			c.at++
			c.space()
			c.out = append(c.out, ',')
		}
		if err := c.value(depth + 1); err != nil {
			return err
		}
		c.space()
	}
	c.at++ // ]
	c.out = append(c.out, ']')
	return nil
}

// number reads an integer. -0 is 0 (RFC 8785 section 3.2.2.3).
func (c *canonicalizer) number() error {
	start := c.at
	for c.at < len(c.in) && (c.in[c.at] == '-' || c.in[c.at] == '+' || c.in[c.at] == '.' ||
		c.in[c.at] >= '0' && c.in[c.at] <= '9' || c.in[c.at] == 'e' || c.in[c.at] == 'E') {
		c.at++
	}
	text := string(c.in[start:c.at])
	digits := text
	if digits[0] == '-' {
		digits = digits[1:]
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n > maxInteger || n < -maxInteger || digits == "" || digits[0] == '+' || len(digits) > 1 && digits[0] == '0' {
		c.at = start
		return c.fault("the number " + Quote(text) + " is not an integer within ±(2^53−1); write a quantity as a decimal in quotes")
	}
	c.out = strconv.AppendInt(c.out, n, 10)
	return nil
}

// text reads a JSON string.
func (c *canonicalizer) text() (string, error) {
	c.at++ // "
	start := c.at
	for c.at < len(c.in) && c.in[c.at] != '"' && c.in[c.at] != '\\' && c.in[c.at] >= 0x20 && c.in[c.at] < 0x80 {
		c.at++
	}
	if c.peek() == '"' { // plain ASCII: the usual case
		c.at++
		return string(c.in[start : c.at-1]), nil
	}
	buf := append([]byte(nil), c.in[start:c.at]...)
	for c.at < len(c.in) {
		switch b := c.in[c.at]; {
		case b == '"':
			c.at++
			return string(buf), nil
		case b == '\\':
			r, err := c.escape()
			if err != nil {
				return "", err
			}
			buf = utf8.AppendRune(buf, r)
		case b < 0x20:
			return "", c.fault("a control character stands in a string; write it as an escape")
		case b < 0x80:
			buf = append(buf, b)
			c.at++
		default:
			r, size := utf8.DecodeRune(c.in[c.at:])
			if r == utf8.RuneError && size == 1 {
				return "", c.fault("a string is not valid UTF-8")
			}
			buf = append(buf, c.in[c.at:c.at+size]...)
			c.at += size
		}
	}
	return "", c.fault("a string has no end")
}

// escape reads one escape sequence, with its low surrogate where it has one.
func (c *canonicalizer) escape() (rune, error) {
	if c.at+1 >= len(c.in) {
		return 0, c.fault("a string has no end")
	}
	b := c.in[c.at+1]
	for i, letter := range []byte(`"\/bfnrt`) {
		if b == letter {
			c.at += 2
			return rune("\"\\/\b\f\n\r\t"[i]), nil
		}
	}
	r, ok := c.unicodeEscape(c.at)
	if !ok {
		return 0, c.fault("a string has an escape that JSON does not know")
	}
	if !utf16.IsSurrogate(r) {
		c.at += 6
		return r, nil
	}
	low, ok := c.unicodeEscape(c.at + 6)
	if pair := utf16.DecodeRune(r, low); ok && pair != utf8.RuneError {
		c.at += 12
		return pair, nil
	}
	return 0, c.fault("a string has half of a surrogate pair")
}

func (c *canonicalizer) unicodeEscape(at int) (rune, bool) {
	if at+6 > len(c.in) || c.in[at] != '\\' || c.in[at+1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(c.in[at+2:at+6]), 16, 16)
	return rune(n), err == nil
}

// appendText appends s as RFC 8785 section 3.2.2.2 writes strings.
func appendText(out []byte, s string) []byte {
	const hex = "0123456789abcdef"
	out = append(out, '"')
	from := 0
	for i := range len(s) {
		b := s[i]
		if b >= 0x20 && b != '"' && b != '\\' {
			continue
		}
		out = append(out, s[from:i]...)
		from = i + 1
		switch b {
		case '"', '\\':
			out = append(out, '\\', b)
		case '\b':
			out = append(out, '\\', 'b')
		case '\t':
			out = append(out, '\\', 't')
		case '\n':
			out = append(out, '\\', 'n')
		case '\f':
			out = append(out, '\\', 'f')
		case '\r':
			out = append(out, '\\', 'r')
		default:
			out = append(out, '\\', 'u', '0', '0', hex[b>>4], hex[b&15])
		}
	}
	return append(append(out, s[from:]...), '"')
}

// compareUTF16 ranks names by their UTF-16 code units (RFC 8785 section 3.2.3).
// That is byte order, except that characters from U+E000 to U+FFFF come after
// those beyond U+FFFF.
func compareUTF16(a, b string) int {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	if i == len(a) || i == len(b) {
		return len(a) - len(b)
	}
	return utf16Rank(a[i]) - utf16Rank(b[i])
}

// utf16Rank ranks the bytes of UTF-8 so that what begins with 0xEE or 0xEF
// (U+E000 to U+FFFF) comes after the surrogate pairs (0xF0 to 0xF4). No other
// byte of UTF-8 is as high, so it need not be known whether b begins a character.
func utf16Rank(b byte) int {
	if b == 0xEE || b == 0xEF {
		return int(b) + 0x10
	}
	return int(b)
}

// canonicalOf gives the canonical bytes of a value that encoding/json writes.
func canonicalOf(v any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return Canonicalize(buf.Bytes())
}
