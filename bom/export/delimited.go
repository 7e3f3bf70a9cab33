package export

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/patternbook/patternbook/bom"
)

// writeCSV writes comma-separated values (RFC 4180, lines end in CRLF, in UTF-8):
// a header, then lines and tools; in the tree view a nested line follows its
// assembly, and its Item is its path. Columns that nothing stands in are left
// out, but for the most usual ones; extra cells have columns of their own at the
// end. Findings are not in it.
//
// A text that a spreadsheet would run as a formula has an apostrophe before it;
// see [bom.Guarded]. Read takes it away, and reads the table as it was written.
func writeCSV(w io.Writer, b *bom.BOM, _ Options) (Report, error) {
	return writeTable(delimited{w: bufio.NewWriter(w), comma: ','}, b)
}

// writeTSV writes as writeCSV does, with tabs between the cells.
func writeTSV(w io.Writer, b *bom.BOM, _ Options) (Report, error) {
	return writeTable(delimited{w: bufio.NewWriter(w), comma: '\t'}, b)
}

// writeExcelCSV writes the dialect that spreadsheets open by a double click where
// numbers have a decimal comma: semicolons between the cells, and a byte order
// mark, without which Excel takes UTF-8 for Windows-1252.
func writeExcelCSV(w io.Writer, b *bom.BOM, _ Options) (Report, error) {
	d := delimited{w: bufio.NewWriter(w), comma: ';', decimalComma: true}
	_, _ = d.w.WriteString("\uFEFF") // the writer keeps the first error
	return writeTable(d, b)
}

func writeTable(d delimited, b *bom.BOM) (Report, error) {
	list := columns(b)
	cells := make([]string, len(list))
	for i, c := range list {
		cells[i] = guard(c.header)
	}
	d.row(cells)
	each(b, func(l *bom.Line, _ int) {
		for i, c := range list {
			cells[i] = d.text(c, c.cell(l))
		}
		d.row(cells)
	})
	return carriesAll(b), d.flush()
}

// A delimited writes text whose cells are parted by one character.
type delimited struct {
	w            *bufio.Writer // keeps the first error
	comma        byte
	decimalComma bool
	quoteAll     bool
}

// text gives a column's cell as this dialect writes it.
func (d delimited) text(c column, s string) string {
	switch {
	case !c.number:
		return guard(s)
	case d.decimalComma:
		return strings.Replace(s, ".", ",", 1)
	}
	return s
}

func (d delimited) row(cells []string) {
	for i, s := range cells {
		if i > 0 {
			_ = d.w.WriteByte(d.comma)
		}
		d.cell(s)
	}
	_, _ = d.w.WriteString("\r\n")
}

func (d delimited) cell(s string) {
	s = strings.ReplaceAll(s, "\x00", "\uFFFD") // with NUL it would be no text
	if !d.quoteAll && !strings.ContainsAny(s, "\"\r\n") && strings.IndexByte(s, d.comma) < 0 && s == strings.TrimSpace(s) {
		_, _ = d.w.WriteString(s)
		return
	}
	_ = d.w.WriteByte('"')
	_, _ = d.w.WriteString(strings.ReplaceAll(s, `"`, `""`))
	_ = d.w.WriteByte('"')
}

func (d delimited) flush() error {
	if err := d.w.Flush(); err != nil {
		return fmt.Errorf("write the table: %w", err)
	}
	return nil
}

// guard keeps a spreadsheet from running a cell as a formula.
func guard(s string) string {
	if s != "" && strings.IndexByte(bom.Guarded, s[0]) >= 0 {
		return "'" + s
	}
	return s
}
