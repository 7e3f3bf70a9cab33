package bom

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/htmlindex"

	"github.com/patternbook/patternbook/bom/internal/sexpr"
	"github.com/patternbook/patternbook/schema"
)

// isNetlistXML tells eeschema's intermediate netlist: its root is <export> and
// has components or says its design.
func isNetlistXML(data []byte) bool {
	text := data[:min(len(data), 4096)]
	if order := utf16Order(data); order != "" {
		decoded, _, err := decodeText(text[:len(text)&^1])
		if err != nil {
			return false
		}
		text = []byte(decoded)
	}
	begin := beginning(text)
	return strings.HasPrefix(begin, "<") && (strings.Contains(begin, "<export ") || strings.Contains(begin, "<export>")) &&
		(strings.Contains(begin, "<design") || strings.Contains(begin, "<components"))
}

// readNetlistXML reads the intermediate netlist of KiCad, versions D and E.
func readNetlistXML(f input) (*BOM, error) {
	f.source.Format = "kicad-netlist-xml"
	x, err := newNetlistXML(&f)
	if err != nil {
		return nil, unreadable(f.source.Path, err.Error(), "export it again, or save it as UTF-8")
	}
	var n netlist
	if err := x.read(f.source.Path, &n); err != nil {
		return nil, err
	}
	return n.bom(f)
}

// A netlistXML reads a netlist's elements as the lists that they are in an
// s-expression: attributes and elements alike.
type netlistXML struct {
	*xml.Decoder
	left int // items that may still be read for one part
}

// newNetlistXML finds the encoding: the bytes', and the declared one where they
// are not UTF-8.
func newNetlistXML(f *input) (*netlistXML, error) {
	text, encoding, err := decodeText(f.data)
	if err != nil {
		return nil, err
	}
	if encoding == "windows-1252" {
		begin := beginning(f.data)
		if _, rest, ok := strings.Cut(begin[:max(0, strings.Index(begin, "?>"))], "encoding="); ok {
			declared := strings.Trim(rest, "\"' \t\r\n")
			if end := strings.IndexAny(declared, "\"'"); end >= 0 {
				declared = declared[:end]
			}
			if e, err := htmlindex.Get(declared); err == nil && !strings.HasPrefix(strings.ToLower(declared), "utf") {
				decoded, err := e.NewDecoder().Bytes(f.data)
				if err != nil {
					return nil, fmt.Errorf("decode %s: %w", declared, err)
				}
				text, encoding = strings.ToValidUTF8(string(decoded), string(utf8.RuneError)), strings.ToLower(declared)
				if name, err := htmlindex.Name(e); err == nil {
					encoding = name
				}
			}
		}
	}
	f.source.Encoding = encoding
	x := &netlistXML{Decoder: xml.NewDecoder(strings.NewReader(text))}
	x.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil } // decoded already
	return x, nil
}

var errDTD = errors.New("it has a document type definition, which no netlist needs")

// read reads the parts of the root element that n wants.
func (x *netlistXML) read(name string, n *netlist) error {
	depth := 0
	for {
		token, err := x.Token()
		if errors.Is(err, io.EOF) && depth == 0 {
			return nil
		}
		if err != nil {
			return x.fault(name, err)
		}
		switch e := token.(type) {
		case xml.Directive:
			return x.fault(name, errDTD)
		case xml.EndElement:
			if depth--; depth == 0 {
				return nil
			}
		case xml.StartElement:
			switch e.Name.Local {
			case "design", "comp":
				x.left = sexpr.MaxItems / 16
				l, err := x.list(e, 0)
				if err != nil {
					return x.fault(name, err)
				}
				if l.Name == "comp" {
					l = &sexpr.List{Name: "components", Items: []sexpr.Item{{List: l}}}
				}
				if err := n.part(name, l); err != nil {
					return err
				}
				continue
			case "libparts", "libraries", "nets": // nothing behind the components is of use
				return nil
			}
			depth++
			if depth > sexpr.MaxDepth {
				return x.fault(name, errDeep)
			}
		}
	}
}

var errDeep = fmt.Errorf("elements lie more than %d deep in each other", sexpr.MaxDepth)

// list reads the element that e begins.
func (x *netlistXML) list(e xml.StartElement, depth int) (*sexpr.List, error) {
	if depth > sexpr.MaxDepth {
		return nil, errDeep
	}
	if x.left -= 1 + len(e.Attr); x.left < 0 {
		return nil, errors.New("an element has too much in it")
	}
	line, _ := x.InputPos()
	l := &sexpr.List{Name: e.Name.Local, Line: line}
	for _, a := range e.Attr {
		l.Items = append(l.Items, sexpr.Item{List: &sexpr.List{Name: a.Name.Local, Line: line, Items: []sexpr.Item{{Text: a.Value}}}})
	}
	var text strings.Builder
	for {
		token, err := x.Token()
		if err != nil {
			return nil, err
		}
		switch t := token.(type) {
		case xml.Directive:
			return nil, errDTD
		case xml.CharData:
			text.Write(t)
		case xml.StartElement:
			inner, err := x.list(t, depth+1)
			if err != nil {
				return nil, err
			}
			l.Items = append(l.Items, sexpr.Item{List: inner})
		case xml.EndElement:
			if s := strings.TrimSpace(text.String()); s != "" {
				l.Items = append(l.Items, sexpr.Item{Text: s})
			}
			return l, nil
		}
	}
}

func (x *netlistXML) fault(name string, err error) error {
	line, _ := x.InputPos()
	if errors.Is(err, io.EOF) {
		err = errors.New("the file ends too early")
	}
	return &schema.Error{
		Kind: schema.Invalid, Detail: schema.Quote(name) + " is a netlist of KiCad, but it is damaged", Fix: "export it again from KiCad",
		At: []schema.Place{{File: name, Line: line, Detail: err.Error()}},
	}
}
