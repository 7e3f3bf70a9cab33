package sheet

import (
	"bytes"
	"strings"
)

// An ods is an OpenDocument spreadsheet (ISO/IEC 26300): one XML part that has
// all its sheets, packed or, when flat, as it is.
type ods struct {
	book    *Book
	archive *archive // nil for a flat file
	open    func() (*scanner, error)
}

// isFlat tells whether data is an OpenDocument spreadsheet in one XML file.
func isFlat(data []byte) bool {
	head := data[:min(len(data), 4096)]
	return bytes.HasPrefix(bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xEF\xBB\xBF")), " \t\r\n"), []byte("<")) &&
		bytes.Contains(head, []byte("urn:oasis:names:tc:opendocument:xmlns:office:1.0")) &&
		bytes.Contains(head, []byte("application/vnd.oasis.opendocument.spreadsheet"))
}

func (o ods) walk(f visit) error {
	s, err := o.open()
	if err != nil {
		return err
	}
	if o.archive != nil && strings.Contains(o.archive.head("META-INF/manifest.xml"), "encryption-data") {
		return &Fault{Detail: "it is protected by a password", Fix: "save it without a password"}
	}
	w := odsWalk{s: s, budget: &o.book.budget, hidden: map[string]bool{}}
	for {
		t, err := s.next()
		if err != nil {
			return err
		}
		switch {
		case t == endOfFile:
			if w.sheets == 0 {
				return damaged("it has no sheet of cells")
			}
			return nil
		case t != startTag:
		case s.is("style"):
			w.style = clean(s.attr("name"))
		case s.is("table-properties"):
			if string(s.attr("display")) == "false" && len(w.hidden) < MaxSheets {
				w.hidden[w.style] = true
			}
		case s.is("tracked-changes"), s.is("dde-links"): // these have cells too
			if err := s.skip(); err != nil {
				return err
			}
		case s.is("table"):
			if err := w.table(f); err != nil {
				return err
			}
		}
	}
}

// An odsWalk goes through the sheets of one XML part.
type odsWalk struct {
	s      *scanner
	budget *budget
	sheets int
	style  string          // whose start was last
	hidden map[string]bool // styles of sheets that are not shown

	depth  int // of elements within the sheet
	row    int // number of the last row
	repeat int // how many times the row that was read last comes again
	last   []Cell
	ended  bool
}

// table visits the sheet whose start was given, and goes behind its end.
func (w *odsWalk) table(f visit) error {
	name := clean(w.s.attr("name"))
	if strings.HasPrefix(name, "'file:") { // kept values of another file
		return w.s.skip()
	}
	if w.sheets == MaxSheets {
		return large("it has more than %d sheets", MaxSheets)
	}
	sheet := Sheet{Index: w.sheets, Name: name, Hidden: w.hidden[string(w.s.attr("style-name"))]}
	w.sheets++
	w.depth, w.row, w.repeat, w.ended = 1, 0, 0, false
	rows := &Rows{read: w.read, budget: w.budget}
	if err := f(sheet, rows); err != nil {
		return err
	}
	if rows.err != nil {
		return rows.err
	}
	for !w.ended { // what was not read
		t, err := w.s.next()
		if err != nil {
			return err
		}
		if err := w.step(t); err != nil {
			return err
		}
	}
	return nil
}

// step counts the elements that are open within the sheet.
func (w *odsWalk) step(t token) error {
	switch t {
	case startTag:
		w.depth++
	case endTag:
		w.depth--
		w.ended = w.depth == 0
	case endOfFile:
		return w.s.malformed("a sheet has no end")
	}
	return nil
}

// read gives the next row. Those without content are passed over, however often
// they are repeated.
func (w *odsWalk) read(r *Row) (bool, error) {
	if w.repeat > 0 {
		w.repeat--
		w.row++
		r.Number, r.Cells = w.row, append(r.Cells, w.last...)
		return true, nil
	}
	for !w.ended {
		t, err := w.s.next()
		if err != nil {
			return false, err
		}
		switch {
		case t == startTag && w.s.is("table-row"):
			repeat := min(max(w.s.number("number-rows-repeated", 1), 1), MaxRows+1)
			if err := w.cells(r); err != nil {
				return false, err
			}
			if len(r.Cells) == 0 {
				w.row += repeat
				continue
			}
			w.row++
			r.Number = w.row
			w.repeat, w.last = repeat-1, append(w.last[:0], r.Cells...)
			return true, nil
		case t == startTag && (w.s.is("shapes") || w.s.is("table")): // drawings, and a table in a cell
			if err := w.s.skip(); err != nil {
				return false, err
			}
		default:
			if err := w.step(t); err != nil {
				return false, err
			}
		}
	}
	return false, nil
}

// cells reads the cells of a row whose start was given.
func (w *odsWalk) cells(r *Row) error {
	for column := 0; ; {
		t, err := w.s.next()
		switch {
		case err != nil:
			return err
		case t == endOfFile:
			return w.s.malformed("a row has no end")
		case t == endTag && w.s.is("table-row"):
			return nil
		case t != startTag:
		case w.s.is("table-cell"):
			repeat := min(max(w.s.number("number-columns-repeated", 1), 1), MaxRows)
			c, err := w.cell()
			if err != nil {
				return err
			}
			if c.Kind == Empty {
				column = min(column+repeat, MaxRows)
				continue
			}
			for i := range repeat {
				if column+i > MaxColumns { // the rest says the same
					break
				}
				r.put(column+i, c)
			}
			column = min(column+repeat, MaxRows)
		case w.s.is("covered-table-cell"): // its place is taken by the cell that it was merged with
			column = min(column+max(w.s.number("number-columns-repeated", 1), 1), MaxRows)
			if err := w.s.skip(); err != nil {
				return err
			}
		default:
			if err := w.s.skip(); err != nil {
				return err
			}
		}
	}
}

// An odsValue is what the attributes of a cell say.
type odsValue struct {
	kind, value, currency string
	formula, fault        bool
}

func (w *odsWalk) attributes() odsValue {
	s := w.s
	v := odsValue{kind: string(s.attr("value-type")), formula: s.attr("formula") != nil, currency: clean(s.attr("currency"))}
	for i := range s.attrs {
		a := &s.attrs[i]
		v.fault = v.fault || string(a.prefix) == "calcext" && string(a.local) == "value-type" && string(a.value) == "error"
	}
	name := "value"
	switch v.kind {
	case "string":
		name = "string-value"
	case "date":
		name = "date-value"
	case "time":
		name = "time-value"
	case "boolean":
		name = "boolean-value"
	}
	v.value = clean(s.attr(name))
	return v
}

// cell reads the cell whose start was given.
func (w *odsWalk) cell() (Cell, error) {
	v := w.attributes()
	shown, err := w.paragraphs()
	if err != nil {
		return Cell{}, err
	}
	switch v.kind {
	case "float", "percentage", "currency":
		return v.number(shown), nil
	case "date":
		if v.value != "" {
			return Cell{Text: strings.TrimSuffix(v.value, "T00:00:00"), Kind: Date}, nil
		}
	case "time":
		if v.value != "" {
			return Cell{Text: clock(v.value), Kind: Date}, nil
		}
	case "boolean":
		return boolCell(v.value == "true"), nil
	}
	if shown == "" {
		shown = v.value
	}
	if v.fault || v.formula && isError(shown) {
		return Cell{Text: shown, Kind: Error}, nil
	}
	if shown == "" && v.formula && v.kind == "" {
		return Cell{Kind: Uncalculated}, nil
	}
	return textCell(shown), nil
}

// isError tells whether the text of a formula is that of an error, like #REF! or Err:502.
func isError(s string) bool {
	switch s {
	case "#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!":
		return true
	}
	return strings.HasPrefix(s, "Err:")
}

// number makes a cell of a number. What is shown tells of zeros before it, of
// scientific notation and of a unit behind it.
func (v odsValue) number(shown string) Cell {
	f := format{currency: v.currency}
	digits := strings.Trim(shown, "0123456789") == ""
	switch number := strings.TrimLeft(shown, "-0123456789.,' \u00a0\u202f"); {
	case v.kind == "percentage":
		f.kind = formatPercent
	case digits && len(shown) > 1 && shown[0] == '0':
		f.kind, f.digits = formatPadded, min(len(shown), 20)
	case len(number) > 1 && number[0] == 'E' && strings.Trim(number[1:], "+-0123456789") == "":
		f.kind = formatScientific
	case v.kind == "float" && number != shown && number != "" && len(number) <= 12 && strings.Trim(number, "0123456789") == number:
		if isCurrency(number) {
			f.currency = number
		} else {
			f.suffix = " " + number
		}
	case v.kind == "float" && f.currency == "":
		if sign := strings.TrimSpace(strings.TrimRight(shown, "-0123456789.,' \u00a0\u202f")); isCurrency(sign) {
			f.currency = sign
		}
	}
	if v.value == "" {
		return textCell(shown)
	}
	return f.shown(v.value, false)
}

// clock writes a duration like PT08H09M00S as 08:09:00.
func clock(s string) string {
	rest, ok := strings.CutPrefix(s, "PT")
	h, rest, ok1 := strings.Cut(rest, "H")
	m, rest, ok2 := strings.Cut(rest, "M")
	sec, _, ok3 := strings.Cut(rest, "S")
	if !ok || !ok1 || !ok2 || !ok3 {
		return s
	}
	sec, _, _ = strings.Cut(sec, ".")
	return h + ":" + m + ":" + sec
}

// paragraphs reads the text of a cell whose start was given: a line for each of
// its paragraphs. Comments and drawings are no text.
func (w *odsWalk) paragraphs() (string, error) {
	var b []byte
	count, within, spaces := 0, 0, 0
	for depth := 1; depth > 0; {
		t, err := w.s.next()
		if err != nil {
			return "", err
		}
		switch t {
		case endOfFile:
			return "", w.s.malformed("a cell has no end")
		case text:
			if within > 0 {
				b = append(b, collapse(w.s.text, b)...)
			}
		case endTag:
			depth--
			if within > depth {
				within = 0
			}
		case startTag:
			depth++
			switch {
			case within == 0 && w.s.is("p"):
				if within = depth; count > 0 {
					b = append(b, '\n')
				}
				count++
			case within > 0 && w.s.is("s"):
				const most = 1000 // spaces in one cell
				n := min(w.s.number("c", 1), most-spaces)
				spaces += n
				b = append(b, strings.Repeat(" ", n)...)
			case within > 0 && w.s.is("tab"):
				b = append(b, '\t')
			case within > 0 && w.s.is("line-break"):
				b = append(b, '\n')
			case w.s.is("annotation"), w.s.is("table"), w.s.is("note"), string(w.s.prefix) == "draw":
				if err := w.s.skip(); err != nil {
					return "", err
				}
				depth--
			}
		}
	}
	return clean(b), nil
}

// collapse makes one space of white space, as in HTML; none after a space or at
// the beginning of a line. It changes p.
func collapse(p, before []byte) []byte {
	space := len(before) == 0 || before[len(before)-1] == ' ' || before[len(before)-1] == '\n'
	out := p[:0]
	for _, c := range p {
		if c == ' ' || c == '\t' || c == '\n' || c == '\r' {
			if space {
				continue
			}
			c, space = ' ', true
		} else {
			space = false
		}
		out = append(out, c)
	}
	return out
}
