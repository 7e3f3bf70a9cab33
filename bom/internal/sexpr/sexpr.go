// Package sexpr reads s-expressions as KiCad writes them: lists in parentheses
// of atoms, quoted strings and lists. It knows nothing of what they mean.
//
// A string in double quotes has the escapes of C. Data between bars,
// |KLUv/QBY|, is base64 and one atom. A line whose first character is # is a
// comment. See https://dev-docs.kicad.org/en/file-formats/sexpr-intro.
package sexpr

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// MaxDepth is how deep lists may lie in each other.
const MaxDepth = 200

// MaxItems is how many items one list that [Reader.List] reads may have, with
// those of all lists in it.
const MaxItems = 1 << 21

// A Kind tells tokens apart.
type Kind byte

// The kinds of token.
const (
	Open  Kind = '('
	Close Kind = ')'
	Atom  Kind = 'a' // of Text
)

// A Token is the smallest part of a file.
type Token struct {
	Kind Kind
	Text string // of an atom, without quotes and escapes
	Line int    // on which it begins, from 1
}

// An Error is a fault of the text.
type Error struct {
	Line   int // from 1
	Detail string
}

func (e *Error) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Detail) }

// A Reader reads tokens from text. It holds nothing but its place in it, and the
// texts that it gives are parts of it where nothing had to be unescaped.
type Reader struct {
	text  string
	at    int
	line  int
	depth int
	fresh bool // only white space stands before at on its line
}

// NewReader gives a reader of text, which should be valid UTF-8.
func NewReader(text string) *Reader { return &Reader{text: text, line: 1, fresh: true} }

// Depth is the number of lists that are open.
func (r *Reader) Depth() int { return r.depth }

// Next gives the next token, or io.EOF behind the last, when all lists are
// closed. Its other errors are *Error.
func (r *Reader) Next() (Token, error) {
	r.blank()
	if r.at >= len(r.text) {
		if r.depth > 0 {
			return Token{}, r.fault("the file ends within a list")
		}
		return Token{}, io.EOF
	}
	t := Token{Line: r.line}
	r.fresh = false
	switch r.text[r.at] {
	case '(':
		if r.depth++; r.depth > MaxDepth {
			return Token{}, r.fault(fmt.Sprintf("lists lie more than %d deep in each other", MaxDepth))
		}
		r.at++
		t.Kind = Open
		return t, nil
	case ')':
		if r.depth--; r.depth < 0 {
			return Token{}, r.fault("a list is closed that was not opened")
		}
		r.at++
		t.Kind = Close
		return t, nil
	case '"':
		text, err := r.quoted()
		t.Kind, t.Text = Atom, text
		return t, err
	case '|':
		if text, ok := r.barred(); ok {
			t.Kind, t.Text = Atom, text
			return t, nil
		}
	}
	start := r.at
	for r.at < len(r.text) && !ends(r.text[r.at]) {
		r.at++
	}
	t.Kind, t.Text = Atom, r.text[start:r.at]
	return t, nil
}

// ends tells whether c is behind an unquoted atom. A quote within one is part of
// it: 10" wide was written 10"~wide once.
func ends(c byte) bool { return c == '(' || c == ')' || isSpace(c) }

func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

// blank goes behind white space and comments.
func (r *Reader) blank() {
	for r.at < len(r.text) {
		switch c := r.text[r.at]; {
		case c == '\n':
			r.line++
			r.fresh = true
		case isSpace(c):
		case c == '#' && r.fresh:
			end := strings.IndexByte(r.text[r.at:], '\n')
			if end < 0 {
				r.at = len(r.text)
				return
			}
			r.at += end
			continue
		default:
			return
		}
		r.at++
	}
}

func (r *Reader) fault(detail string) error { return &Error{Line: r.line, Detail: detail} }

// barred reads base64 between bars. Anything else that begins with a bar is an
// atom like others.
func (r *Reader) barred() (string, bool) {
	end := strings.IndexByte(r.text[r.at+1:], '|')
	if end < 0 {
		return "", false
	}
	inside := r.text[r.at+1 : r.at+1+end]
	for i := range len(inside) {
		if c := inside[i]; !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '+' || c == '/' || c == '=' || isSpace(c)) {
			return "", false
		}
	}
	r.line += strings.Count(inside, "\n")
	r.at += end + 2
	return inside, true
}

// quoted reads a string in double quotes.
func (r *Reader) quoted() (string, error) {
	begin := r.line
	r.at++
	start := r.at
	for i := start; i < len(r.text); i++ {
		switch r.text[i] {
		case '\n':
			r.line++
		case '"':
			r.at = i + 1
			return r.text[start:i], nil
		case '\\':
			r.at = i
			return r.escaped(start, begin)
		}
	}
	return "", &Error{Line: begin, Detail: "a quote is not closed"}
}

var escapes = map[byte]byte{'n': '\n', 'r': '\r', 't': '\t', 'a': '\a', 'b': '\b', 'f': '\f', 'v': '\v'}

// escaped reads on a string from its first escape, which r stands at.
func (r *Reader) escaped(start, begin int) (string, error) {
	var b strings.Builder
	b.WriteString(r.text[start:r.at])
	for r.at < len(r.text) {
		switch c := r.text[r.at]; c {
		case '"':
			r.at++
			return strings.ToValidUTF8(b.String(), string(utf8.RuneError)), nil
		case '\\':
			if r.at++; r.at < len(r.text) {
				b.WriteByte(r.escape())
			}
			continue
		case '\n':
			r.line++
		}
		b.WriteByte(r.text[r.at])
		r.at++
	}
	return "", &Error{Line: begin, Detail: "a quote is not closed"}
}

// escape reads what stands behind a backslash: a letter, x and two hexadecimal
// digits, or up to three octal ones.
func (r *Reader) escape() byte {
	c := r.text[r.at]
	digits, base := 0, 8
	from := r.at
	switch {
	case c == 'x':
		from++
		for base = 16; digits < 2 && from+digits < len(r.text) && isHex(r.text[from+digits]); digits++ {
		}
	case c >= '0' && c <= '7':
		for digits < 3 && from+digits < len(r.text) && r.text[from+digits] >= '0' && r.text[from+digits] <= '7' {
			digits++
		}
	}
	if digits > 0 {
		n, err := strconv.ParseUint(r.text[from:from+digits], base, 8)
		if err == nil {
			r.at = from + digits
			return byte(n)
		}
	}
	r.at++
	if c == '\n' {
		r.line++
	}
	if e, ok := escapes[c]; ok {
		return e
	}
	return c
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// Skip goes behind the end of the list that was opened last.
func (r *Reader) Skip() error {
	for depth := r.depth; r.depth >= depth && depth > 0; {
		if _, err := r.Next(); err != nil {
			return err
		}
	}
	return nil
}
