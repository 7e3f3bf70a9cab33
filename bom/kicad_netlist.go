package bom

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/patternbook/patternbook/bom/internal/sexpr"
	"github.com/patternbook/patternbook/schema"
)

// isSexpr gives a test for an s-expression whose first word is one of names.
func isSexpr(names ...string) func([]byte) bool {
	return func(data []byte) bool {
		rest, ok := strings.CutPrefix(beginning(data), "(")
		if !ok {
			return false
		}
		rest = strings.TrimSpace(rest)
		for _, name := range names {
			if after, ok := strings.CutPrefix(rest, name); ok && (after == "" || strings.ContainsRune(" \t\r\n()", rune(after[0]))) {
				return true
			}
		}
		return false
	}
}

// beginning gives the first bytes of a text without its mark and white space.
func beginning(data []byte) string {
	return strings.TrimSpace(strings.TrimPrefix(string(data[:min(len(data), 4096)]), string(markUTF8)))
}

// isOldNetlist tells what pcbnew read before KiCad had s-expressions.
func isOldNetlist(data []byte) bool {
	begin := beginning(data)
	return strings.HasPrefix(begin, "# EESchema Netlist") || isSexpr("{")(data) && strings.Contains(begin, "EESchema Netlist")
}

// A kicadFile is an s-expression that is read.
type kicadFile struct {
	input
	*sexpr.Reader
}

func newKicadFile(f input, format string) (kicadFile, error) {
	text, encoding, err := decodeText(f.data)
	if err != nil {
		return kicadFile{}, unreadable(f.source.Path, err.Error(), "save it as UTF-8")
	}
	f.source.Format, f.source.Encoding = format, encoding
	return kicadFile{f, sexpr.NewReader(text)}, nil
}

// each reads the lists within the first list, one after the other. Those whose
// names skip has are passed over, at any depth.
func (f kicadFile) each(skip map[string]bool, take func(*sexpr.List) error) error {
	if _, err := f.Next(); err != nil {
		return f.fault(err)
	}
	for {
		t, err := f.Next()
		if err != nil {
			return f.fault(err)
		}
		switch {
		case t.Kind == sexpr.Close && f.Depth() == 0:
			return nil
		case t.Kind == sexpr.Open:
			l, err := f.List(t, skip)
			if err != nil {
				return f.fault(err)
			}
			if l == nil {
				continue
			}
			if err := take(l); err != nil {
				return err
			}
		}
	}
}

// fault says where an s-expression is broken.
func (f kicadFile) fault(err error) error {
	var bad *sexpr.Error
	if !errors.As(err, &bad) {
		bad = &sexpr.Error{Detail: err.Error()}
		if errors.Is(err, io.EOF) {
			bad.Detail = "the file ends too early"
		}
	}
	return &schema.Error{
		Kind: schema.Invalid, Detail: schema.Quote(f.source.Path) + " is a file of KiCad, but it is damaged", Fix: "open it in KiCad and save it again",
		At: []schema.Place{{File: f.source.Path, Line: bad.Line, Detail: bad.Detail}},
	}
}

// A netlist is what a netlist says, in XML or as s-expression: both are the
// same tree.
type netlist struct {
	components []component
	made       preamble
}

// preamble is what the beginning of a file says of it.
type preamble struct{ tool, date, source, title, revision string }

// find says by which tool the file was made, and from what.
func (p preamble) find(t *table) {
	var words []string
	for _, part := range []struct{ word, text string }{
		{"made by ", p.tool}, {"on ", p.date}, {"from ", p.source}, {"titled ", p.title}, {"revision ", p.revision},
	} {
		if part.text != "" {
			if part.word != "made by " && part.word != "on " {
				part.text = schema.Quote(part.text)
			}
			words = append(words, part.word+part.text)
		}
	}
	if len(words) > 0 {
		t.find(schema.SeverityInfo, "source", 0, "", "the file was "+strings.TrimPrefix(strings.Join(words, ", "), "was "))
	}
}

// readNetlist reads the netlist that eeschema exports for pcbnew, since KiCad 4.
func readNetlist(in input) (*BOM, error) {
	f, err := newKicadFile(in, "kicad-netlist")
	if err != nil {
		return nil, err
	}
	var n netlist
	err = f.each(map[string]bool{"libparts": true, "libraries": true, "nets": true}, func(l *sexpr.List) error { return n.part(f.source.Path, l) })
	if err != nil {
		return nil, err
	}
	return n.bom(f.input)
}

// part takes one of the lists that a netlist is made of.
func (n *netlist) part(name string, l *sexpr.List) error {
	switch l.Name {
	case "design":
		n.made = preamble{tool: l.TextOf("tool"), date: l.TextOf("date"), source: l.TextOf("source")}
		title := l.Find("sheet").Find("title_block")
		n.made.title, n.made.revision = title.TextOf("title"), title.TextOf("rev")
	case "components":
		for c := range l.All("comp") {
			n.components = append(n.components, netlistComponent(c))
			if len(n.components) > MaxLines {
				return tooLarge(name, fmt.Sprintf("it has more than %d components", MaxLines))
			}
		}
	}
	return nil
}

func (n *netlist) bom(f input) (*BOM, error) {
	t := newTable(f)
	n.made.find(t)
	seen := make(map[string]bool, len(n.components))
	kept := n.components[:0]
	for _, c := range n.components {
		if c.isVirtual() {
			continue
		}
		if seen[c.reference] && isDesignator(c.reference) && !strings.ContainsAny(c.reference, "?*") {
			t.find(schema.SeverityWarning, "reference-repeated", c.row, "", schema.Quote(c.reference)+" stands in the file already; both were counted")
		}
		seen[c.reference] = true
		kept = append(kept, c)
	}
	return readComponents(t, kept)
}

// netlistComponent reads (comp (ref "R1") (value "10k") …).
func netlistComponent(l *sexpr.List) component {
	c := component{row: l.Line}
	for _, name := range []string{"value", "footprint", "datasheet", "description"} {
		c.set(name, l.TextOf(name))
	}
	for p := range l.All("property") {
		name, value := p.TextOf("name"), p.TextOf("value")
		if !c.flag(name, value) {
			c.set(name, value)
		}
	}
	for f := range l.Find("fields").All("field") {
		c.set(f.TextOf("name"), f.Text(0))
	}
	for v := range l.Find("variants").All("variant") {
		c.variants = append(c.variants, c.netlistVariant(v))
	}
	c.reference = strings.TrimSpace(l.TextOf("ref"))
	library := l.Find("libsource")
	c.fallback = strings.TrimSpace(library.TextOf("description"))
	if c.fallback == "" && c.value == "" && c.footprint == "" {
		c.fallback = library.TextOf("part")
	}
	return c
}

// netlistVariant reads what KiCad 10 says of a component in a variant: what
// differs from the component.
func (c *component) netlistVariant(l *sexpr.List) componentVariant {
	in := component{unfitted: c.unfitted, notInBOM: c.notInBOM}
	for p := range l.All("property") {
		in.flag(p.TextOf("name"), p.TextOf("value"))
	}
	for f := range l.Find("fields").All("field") {
		in.set(f.TextOf("name"), f.Text(0))
	}
	return in.variant(l.TextOf("name"))
}

// variant gives c as what a variant of a component says.
func (c *component) variant(name string) componentVariant {
	return componentVariant{name: strings.TrimSpace(name), fitted: !c.unfitted && !c.notInBOM, value: c.value, footprint: c.footprint, fields: c.fields}
}

// readOldNetlist reads ( /path package R1 10k {Lib=R} (pin net) …), as pcbnew had
// it until KiCad 4.
func readOldNetlist(in input) (*BOM, error) {
	f, err := newKicadFile(in, "kicad-netlist")
	if err != nil {
		return nil, err
	}
	var n netlist
	err = f.each(nil, func(l *sexpr.List) error {
		if strings.HasPrefix(l.Name, "{") || l.Text(1) == "" {
			return nil
		}
		c := component{row: l.Line, reference: l.Text(1)}
		if p := l.Text(0); p != "$noname" {
			c.set("footprint", p)
		}
		c.set("value", l.Text(2))
		if n.components = append(n.components, c); len(n.components) > MaxLines {
			return tooLarge(f.source.Path, fmt.Sprintf("it has more than %d components", MaxLines))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return n.bom(f.input)
}
