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
