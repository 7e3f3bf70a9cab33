package export

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"github.com/patternbook/patternbook/bom"
)

// Limits of a sheet, as spreadsheet programs have them.
const (
	sheetRows    = 1 << 20
	sheetColumns = 1 << 14
	sheetCell    = 32_767 // UTF-16 units of a text
)

const sheetBOM, sheetFindings = "BOM", "Findings"

// writeXLSX writes a workbook (Office Open XML): a sheet with the table that the
// CSV has, and one with the findings. Quantities are numbers where the 15 digits
// that spreadsheets keep suffice; all else is text, guarded as in the CSV, since
// a workbook is often saved as CSV by its reader. The same BOM gives the same
// bytes. What a sheet cannot hold is cut or left out, and its line reported.
func writeXLSX(w io.Writer, b *bom.BOM, _ Options) (Report, error) {
	f := excelize.NewFile()
	defer f.Close()
	x := workbook{file: f, report: Report{Lines: count(b), LeftOut: []LeftOut{}}}
	steps := []func() error{
		func() error { return f.SetSheetName("Sheet1", sheetBOM) },
		x.style,
		func() error { return x.lines(b) },
		func() error { return x.findings(b) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return Report{}, fmt.Errorf("make the workbook: %w", err)
		}
	}
	if err := f.Write(w); err != nil {
		return Report{}, fmt.Errorf("write the workbook: %w", err)
	}
	return x.report, nil
}

type workbook struct {
	file   *excelize.File
	bold   int // style of headers
	report Report
}

func (x *workbook) style() (err error) {
	x.bold, err = x.file.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	return err
}

// widths are those of columns that need more or less than the common one, in
// characters.
var widths = map[string]float64{
	"Item": 8, "Name": 36, "Kind": 11, "Quantity": 10, "Required": 10, "Unit": 6, "Fitted": 7, "References": 30, "Manufacturer": 22, "MPN": 24, "Note": 40, "Paths": 24,
}

// lines writes the first sheet. Its columns are those of the CSV, so that both
// formats say the same.
func (x *workbook) lines(b *bom.BOM) error {
	list := columns(b)
	header := make([]string, len(list))
	for i, c := range list {
		header[i] = guard(c.header)
	}
	s, err := x.begin(sheetBOM, header)
	if err != nil {
		return err
	}
	number := 1
	each(b, func(l *bom.Line, _ int) {
		reason := ""
		if number == sheetRows {
			reason = fmt.Sprintf("a sheet has at most %d rows", sheetRows)
		} else if err == nil {
			number++
			var cells []any
			cells, reason = sheetCells(list, l)
			err = s.SetRow("A"+strconv.Itoa(number), cells)
		}
		if l.Kind == bom.KindTool {
			return // the report is of lines
		}
		if reason == "" {
			x.report.Carried++
		} else {
			x.report.LeftOut = append(x.report.LeftOut, LeftOut{Item: l.Item, Name: l.Name, Reason: reason})
		}
	})
	if err != nil {
		return err
	}
	return x.end(s, sheetBOM, len(header), number)
}

// sheetCells makes the cells of a line, and says what it cuts.
func sheetCells(list []column, l *bom.Line) (cells []any, reason string) {
	cells = make([]any, min(len(list), sheetColumns))
	for i, c := range list {
		text := c.cell(l)
		switch {
		case text == "":
		case i >= sheetColumns:
			reason = fmt.Sprintf("a sheet has at most %d columns", sheetColumns)
		case c.number:
			cells[i] = text
			if n, ok := exactly(text); ok {
				cells[i] = n
			}
		default:
			text = guard(text)
			short := cutCell(text)
			if cells[i] = short; len(short) < len(text) {
				reason = fmt.Sprintf("its cell of %s is longer than the %d characters that a sheet can hold; it was cut", c.header, sheetCell)
			}
		}
	}
	return cells, reason
}

// exactly gives the number that a decimal is, if 15 digits say all of it.
func exactly(decimal string) (float64, bool) {
	const digits = 15
	n, err := strconv.ParseFloat(decimal, 64)
	if err != nil || len(strings.Trim(strings.Replace(decimal, ".", "", 1), "-0")) > digits {
		return 0, false
	}
	return n, strconv.FormatFloat(n, 'f', -1, 64) == decimal
}

// cutCell shortens a text to what a cell can hold.
func cutCell(s string) string {
	if len(s) <= sheetCell {
		return s
	}
	units := 0
	for i, r := range s {
		if units++; r >= 0x10000 {
			units++
		}
		if units > sheetCell {
			return s[:i]
		}
	}
	return s
}

// begin begins a sheet with a bold header that stays in sight.
func (x *workbook) begin(name string, header []string) (*excelize.StreamWriter, error) {
	s, err := x.file.NewStreamWriter(name)
	if err != nil {
		return nil, err
	}
	cells := make([]any, min(len(header), sheetColumns))
	for i := range cells {
		cells[i] = excelize.Cell{StyleID: x.bold, Value: cutCell(header[i])}
	}
	for i := range slices.Backward(cells) { // excelize writes first what was set last, and Excel wants them from the left
		width := 16.0
		if wide, ok := widths[header[i]]; ok {
			width = wide
		}
		if err := s.SetColWidth(i+1, i+1, max(width, min(40, float64(utf8.RuneCountInString(header[i])+2)))); err != nil {
			return nil, err
		}
	}
	if err := s.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return nil, err
	}
	return s, s.SetRow("A1", cells)
}

// end closes a sheet, with a filter over its columns.
func (x *workbook) end(s *excelize.StreamWriter, name string, columns, rows int) error {
	last, err := excelize.CoordinatesToCellName(min(columns, sheetColumns), rows)
	if err != nil {
		return err
	}
	if err := x.file.AutoFilter(name, "A1:"+last, nil); err != nil {
		return err
	}
	return s.Flush()
}
