package sheet

import (
	"bytes"
	"fmt"
)

// Limits of one file. What is above them is refused with a [Fault] that is Large.
const (
	MaxUnpacked = 256 << 20 // bytes that are unpacked in one walk
	MaxText     = 64 << 20  // bytes of text in the cells of one walk
	MaxCells    = 8 << 20   // cells with content in one walk
	MaxRows     = 1 << 20   // of a sheet, as in spreadsheet programs
	MaxColumns  = 1000      // of a sheet; the cells behind are joined to the last
	MaxSheets   = 256
	MaxEntries  = 10_000  // of the archive
	MaxStrings  = 2 << 20 // shared by cells
)

// A Kind says what a cell holds.
type Kind uint8

// The kinds of cells.
const (
	Empty Kind = iota
	Text
	Number
	Date         // Text is like 2026-11-23, 2026-11-23T08:09:00 or 08:09:00
	Bool         // Text is TRUE or FALSE
	Error        // Text is like #REF!
	Uncalculated // a formula without a saved value; Text is empty
)

// A Cell is what one cell shows.
type Cell struct {
	Text       string
	Kind       Kind
	Currency   string // sign or code that a number is shown with: €, USD
	Scientific bool   // a number is shown like 1.00E+05; Text is 100000 all the same
}

// A Row is one row of a sheet that has a cell with content.
type Row struct {
	Number int    // from 1
	Cells  []Cell // from the first column on
}

// A Sheet is one sheet of a book.
type Sheet struct {
	Index  int // from 0
	Name   string
	Hidden bool
}

// A Fault says why a file cannot be read, in words for the person who has it.
type Fault struct {
	Detail string
	Fix    string // what to do; may be empty
	Large  bool   // a limit is exceeded
}

func (f *Fault) Error() string { return f.Detail }

func damaged(format string, a ...any) *Fault {
	return &Fault{Detail: fmt.Sprintf(format, a...), Fix: "open it in a spreadsheet program and save it again, as .xlsx or .csv"}
}

func large(format string, a ...any) *Fault {
	return &Fault{Large: true, Detail: fmt.Sprintf(format, a...)}
}

// A Book is a spreadsheet file.
type Book struct {
	Format string // xlsx, ods
	walk   func(visit) error
	budget budget
}

type visit func(Sheet, *Rows) error

// Is tells whether data may be a spreadsheet: it is a zip archive, or a flat
// OpenDocument spreadsheet.
func Is(data []byte) bool {
	return bytes.HasPrefix(data, []byte("PK\x03\x04")) || bytes.HasPrefix(data, []byte("PK\x05\x06")) || isFlat(data)
}

// Open reads what stands around the sheets. Its errors are of type [*Fault].
// It keeps data.
func Open(data []byte) (*Book, error) {
	b := &Book{}
	b.budget.refill()
	if isFlat(data) {
		b.Format = "ods"
		b.walk = ods{book: b, open: func() (*scanner, error) { return b.scan("the file", bytes.NewReader(data)), nil }}.walk
		return b, nil
	}
	a, err := openArchive(data, &b.budget)
	if err != nil {
		return nil, err
	}
	switch what := a.what(); what {
	case "xlsx":
		b.Format = what
		x, err := openXLSX(b, a)
		if err != nil {
			return nil, err
		}
		b.walk = x.walk
	case "ods":
		b.Format = what
		b.walk = ods{book: b, open: func() (*scanner, error) { return a.scan("content.xml") }, archive: a}.walk
	default:
		return nil, &Fault{Detail: "it is " + what, Fix: "give the table itself, saved as .xlsx, .ods or .csv"}
	}
	return b, nil
}

// Walk calls f for every sheet of cells in their order, with its rows from the
// first. f need not read them all; what it has of a row is valid until it asks
// for the next. The walk ends with the first error: of f, or a [*Fault].
func (b *Book) Walk(f func(Sheet, *Rows) error) error {
	b.budget.refill()
	return b.walk(f)
}

// Rows are the rows of a sheet.
type Rows struct {
	read   func(*Row) (bool, error)
	row    Row
	err    error
	ended  bool
	budget *budget
}

// Next gives the next row that has a cell with content, or false: then Err says
// whether it was the last.
func (r *Rows) Next() (Row, bool) {
	for !r.ended {
		r.row.Cells = r.row.Cells[:0]
		more, err := r.read(&r.row)
		if err != nil || !more {
			r.err, r.ended = err, true
			break
		}
		if r.row.Number > MaxRows {
			r.err, r.ended = large("it has a row %d; a sheet has at most %d", r.row.Number, MaxRows), true
			break
		}
		if filled, err := r.spend(); err != nil {
			r.err, r.ended = err, true
		} else if filled {
			return r.row, true
		}
	}
	return Row{}, false
}

// Err gives the error that ended the rows.
func (r *Rows) Err() error { return r.err }

// spend counts what a row gives, and tells whether it gives anything.
func (r *Rows) spend() (filled bool, err error) {
	for i := range r.row.Cells {
		if c := &r.row.Cells[i]; c.Kind != Empty {
			filled = true
			r.budget.cells--
			r.budget.text -= len(c.Text)
		}
	}
	switch {
	case r.budget.cells < 0:
		return false, large("its sheets have more than %d cells", MaxCells)
	case r.budget.text < 0:
		return false, large("the text of its cells has more than %d bytes", MaxText)
	}
	return filled, nil
}

// put places a cell at a column, from 0.
func (r *Row) put(column int, c Cell) {
	if c.Kind == Empty {
		return
	}
	if column >= MaxColumns {
		column = MaxColumns - 1
		if column < len(r.Cells) && r.Cells[column].Kind != Empty {
			const most = 4096 // so that many short cells do not become a long sum
			if last := &r.Cells[column]; len(last.Text)+len(c.Text) < most {
				last.Text += " " + c.Text
			}
			return
		}
	}
	for len(r.Cells) <= column {
		r.Cells = append(r.Cells, Cell{})
	}
	r.Cells[column] = c
}

// A budget is what may still be spent.
type budget struct {
	unpacked int64
	text     int
	cells    int
}

func (b *budget) refill() {
	*b = budget{unpacked: MaxUnpacked, text: MaxText, cells: MaxCells}
}
