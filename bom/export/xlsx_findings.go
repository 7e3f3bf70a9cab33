package export

import (
	"github.com/xuri/excelize/v2"

	"github.com/patternbook/patternbook/bom"
)

var findingColumns = []struct {
	header string
	width  float64
}{{"Severity", 10}, {"Code", 24}, {"File", 30}, {"Row", 8}, {"Field", 20}, {"Message", 90}}

// findings writes the second sheet: the findings of b and of nested BOMs. It is
// written cell by cell: of two streams excelize writes either first.
func (x *workbook) findings(b *bom.BOM) error {
	f := x.file
	if _, err := f.NewSheet(sheetFindings); err != nil {
		return err
	}
	header := make([]any, len(findingColumns))
	for i, c := range findingColumns {
		header[i] = c.header
		name, err := excelize.ColumnNumberToName(i + 1)
		if err != nil {
			return err
		}
		if err := f.SetColWidth(sheetFindings, name, name, c.width); err != nil {
			return err
		}
	}
	if err := f.SetSheetRow(sheetFindings, "A1", &header); err != nil {
		return err
	}
	if err := f.SetRowStyle(sheetFindings, 1, 1, x.bold); err != nil {
		return err
	}
	if err := f.SetPanes(sheetFindings, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	_, err := x.findingRows(b, 1)
	return err
}

// findingRows writes the findings of b behind row, and gives the last row.
func (x *workbook) findingRows(b *bom.BOM, row int) (int, error) {
	for _, one := range b.Findings {
		if row == sheetRows {
			return row, nil
		}
		row++
		file := ""
		if one.Source < len(b.Sources) {
			file = b.Sources[one.Source].Path
		}
		cells := []any{string(one.Severity), one.Code, guard(file), nil, guard(one.Field), guard(one.Message)}
		if one.Row > 0 {
			cells[3] = one.Row
		}
		at, err := excelize.CoordinatesToCellName(1, row)
		if err != nil {
			return row, err
		}
		if err := x.file.SetSheetRow(sheetFindings, at, &cells); err != nil {
			return row, err
		}
	}
	for i := range b.Lines {
		if nested := b.Lines[i].BOM; nested != nil {
			last, err := x.findingRows(nested, row)
			if err != nil {
				return last, err
			}
			row = last
		}
	}
	return row, nil
}
