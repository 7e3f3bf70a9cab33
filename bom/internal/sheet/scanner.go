package sheet

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxToken is how many bytes a tag, or the text between two tags, may have.
const maxToken = 4 << 20

// A token is what a scanner has come to.
type token uint8

const (
	endOfFile token = iota
	startTag
	endTag
	text
)

// A scanner parts XML into tags and text. It does what these formats need, in a
// fraction of the time and memory of encoding/xml: it checks no nesting, and
// takes names by their local part. It refuses a document type, so that there are
// no entities but XML's own five.
type scanner struct {
	r       *bufio.Reader
	part    string // for messages
	local   []byte // name of the tag, without its prefix; valid until the next token, as all below
	prefix  []byte
	attrs   []attr
	text    []byte
	buf     []byte
	closing bool // the tag that was given has no content: its end comes next
}

type attr struct{ prefix, local, value []byte }

func newScanner(part string, r io.Reader) *scanner {
	return &scanner{part: part, r: bufio.NewReaderSize(r, 1<<16)}
}

func (s *scanner) malformed(what string) error {
	return damaged("its part %s is not well-formed XML: %s", s.part, what)
}

// until reads up to and with the byte end, without that byte.
func (s *scanner) until(end byte) error {
	for {
		chunk, err := s.r.ReadSlice(end)
		s.buf = append(s.buf, chunk...)
		if len(s.buf) > maxToken {
			return large("its part %s has a tag or text of more than %d bytes", s.part, maxToken)
		}
		if err == nil {
			s.buf = s.buf[:len(s.buf)-1]
			return nil
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
	}
}

// next goes to the next token.
func (s *scanner) next() (token, error) {
	if s.closing {
		s.closing = false
		return endTag, nil
	}
	for {
		s.buf = s.buf[:0]
		err := s.until('<')
		switch {
		case errors.Is(err, io.EOF):
			return endOfFile, nil
		case err != nil:
			return endOfFile, err
		case len(s.buf) > 0:
			if err := s.r.UnreadByte(); err != nil {
				return endOfFile, err
			}
			s.text = s.decode(s.buf)
			return text, nil
		}
		t, err := s.markup()
		if err != nil || t != endOfFile {
			return t, err
		}
	}
}

// markup reads what begins with "<"; it gives endOfFile for what says nothing.
func (s *scanner) markup() (token, error) {
	head, err := s.r.Peek(1)
	if err != nil {
		return endOfFile, s.broken(err)
	}
	switch head[0] {
	case '?':
		return endOfFile, s.skipTo("?>")
	case '!':
		return s.declaration()
	case '/':
		if err := s.until('>'); err != nil {
			return endOfFile, s.broken(err)
		}
		s.name(bytes.TrimSpace(s.buf[1:]))
		return endTag, nil
	}
	return s.start()
}

// broken tells the end of the file within a tag from other errors.
func (s *scanner) broken(err error) error {
	if errors.Is(err, io.EOF) {
		return s.malformed("it ends within a tag")
	}
	return err
}

func (s *scanner) declaration() (token, error) {
	if head, _ := s.r.Peek(3); string(head) == "!--" {
		return endOfFile, s.skipTo("-->")
	}
	if head, _ := s.r.Peek(8); string(head) == "![CDATA[" {
		if err := s.readTo("]]>"); err != nil {
			return endOfFile, err
		}
		s.text = s.buf[len("![CDATA["):]
		return text, nil
	}
	return endOfFile, &Fault{Detail: "its part " + s.part + " has a document type, which no spreadsheet program writes", Fix: "open it in a spreadsheet program and save it again"}
}

// readTo reads up to end, and takes it away.
func (s *scanner) readTo(end string) error {
	for {
		if err := s.until('>'); err != nil {
			return s.broken(err)
		}
		if head, ok := bytes.CutSuffix(s.buf, []byte(end[:len(end)-1])); ok {
			s.buf = head
			return nil
		}
		s.buf = append(s.buf, '>')
	}
}

// skipTo goes behind end, and keeps nothing of what is before it.
func (s *scanner) skipTo(end string) error {
	matched := 0
	for {
		c, err := s.r.ReadByte()
		if err != nil {
			return s.broken(err)
		}
		switch {
		case c == end[matched]:
			if matched++; matched == len(end) {
				return nil
			}
		case matched > 0 && c == end[matched-1] && matched == len(end)-1: // "--->"
		case c == end[0]:
			matched = 1
		default:
			matched = 0
		}
	}
}

// start reads a start tag.
func (s *scanner) start() (token, error) {
	var quote byte
	for looked := 0; ; {
		if err := s.until('>'); err != nil {
			return endOfFile, s.broken(err)
		}
		if quote = quoteAt(s.buf[looked:], quote); quote == 0 {
			break
		}
		s.buf = append(s.buf, '>')
		looked = len(s.buf)
	}
	tag := s.buf
	if head, ok := bytes.CutSuffix(tag, []byte("/")); ok {
		tag, s.closing = head, true
	}
	end := bytes.IndexAny(tag, " \t\r\n")
	if end < 0 {
		end = len(tag)
	}
	s.name(tag[:end])
	if len(s.local) == 0 {
		return endOfFile, s.malformed("a tag has no name")
	}
	s.attrs = s.attrs[:0]
	for rest := bytes.TrimSpace(tag[end:]); len(rest) > 0; {
		name, after, ok := bytes.Cut(rest, []byte("="))
		after = bytes.TrimSpace(after)
		if !ok || len(after) == 0 || after[0] != '"' && after[0] != '\'' {
			return endOfFile, s.malformed("an attribute has no value")
		}
		value, tail, ok := bytes.Cut(after[1:], after[:1])
		if !ok {
			return endOfFile, s.malformed("an attribute has no end")
		}
		a := attr{value: s.decode(value)}
		a.prefix, a.local = cutPrefix(bytes.TrimSpace(name))
		s.attrs = append(s.attrs, a)
		rest = bytes.TrimSpace(tail)
	}
	return startTag, nil
}

// quoteAt gives the quote that is open at the end of a part of a tag, or 0.
func quoteAt(tag []byte, open byte) byte {
	for {
		i := bytes.IndexAny(tag, `"'`)
		if open != 0 {
			i = bytes.IndexByte(tag, open)
		}
		if i < 0 {
			return open
		}
		if open == 0 {
			open = tag[i]
		} else {
			open = 0
		}
		tag = tag[i+1:]
	}
}

func (s *scanner) name(name []byte) { s.prefix, s.local = cutPrefix(name) }

func cutPrefix(name []byte) (prefix, local []byte) {
	if i := bytes.IndexByte(name, ':'); i >= 0 {
		return name[:i], name[i+1:]
	}
	return nil, name
}

// is tells whether the tag has this local name.
func (s *scanner) is(local string) bool { return string(s.local) == local }

// attr gives the value of an attribute by its local name, or nil. LibreOffice's
// own (calcext), which repeat those of the standard, are passed over.
func (s *scanner) attr(local string) []byte {
	for i := range s.attrs {
		if a := &s.attrs[i]; string(a.local) == local && string(a.prefix) != "calcext" {
			return a.value
		}
	}
	return nil
}

// number gives an attribute as a whole number, or otherwise.
func (s *scanner) number(local string, otherwise int) int {
	if n, err := strconv.Atoi(string(s.attr(local))); err == nil && n >= 0 {
		return n
	}
	return otherwise
}

// skip goes behind the end of the element whose start was given last.
func (s *scanner) skip() error {
	for depth := 1; depth > 0; {
		t, err := s.next()
		if err != nil {
			return err
		}
		switch t {
		case startTag:
			depth++
		case endTag:
			depth--
		case endOfFile:
			return s.malformed("an element has no end")
		}
	}
	return nil
}

// decode puts references in their place (&amp;, &#10;), and makes line ends of
// CRLF, as XML has it. It works in place: what it gives is never longer.
func (s *scanner) decode(b []byte) []byte {
	if bytes.IndexByte(b, '&') < 0 && bytes.IndexByte(b, '\r') < 0 {
		return b
	}
	out := b[:0]
	for i := 0; i < len(b); i++ {
		switch {
		case b[i] == '\r':
			if i+1 < len(b) && b[i+1] == '\n' {
				continue
			}
			out = append(out, '\n')
		case b[i] == '&':
			end := bytes.IndexByte(b[i:min(len(b), i+12)], ';')
			if end < 0 {
				out = append(out, '&')
				continue
			}
			r, ok := reference(string(b[i+1 : i+end]))
			if !ok {
				out = append(out, '&')
				continue
			}
			out = utf8.AppendRune(out, r)
			i += end
		default:
			out = append(out, b[i])
		}
	}
	return out
}

// reference gives the character of what stands between & and ;.
func reference(name string) (rune, bool) {
	switch name {
	case "amp":
		return '&', true
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	digits, ok := strings.CutPrefix(name, "#")
	if !ok {
		return 0, false
	}
	base := 10
	if hex, ok := strings.CutPrefix(digits, "x"); ok {
		digits, base = hex, 16
	}
	n, err := strconv.ParseUint(digits, base, 21)
	return rune(n), err == nil && n > 0 && utf8.ValidRune(rune(n))
}
