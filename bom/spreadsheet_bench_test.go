package bom

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/xuri/excelize/v2"
)

// manyRows is a workbook of n lines.
func manyRows(b testing.TB, n int) []byte {
	f := excelize.NewFile()
	defer f.Close()
	s, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		b.Fatal(err)
	}
	rows := [][]any{{"Item", "Reference", "Value", "Footprint", "Quantity", "Manufacturer", "MPN", "Supplier", "SKU", "Price"}}
	for i := range n {
		rows = append(rows, []any{i + 1, fmt.Sprintf("R%d, C%d", i, i), "10k", "Resistor_SMD:R_0603", 2, "Yageo", fmt.Sprintf("RC0603FR-%d", i), "Digi-Key", fmt.Sprintf("311-%d-1-ND", i), 0.1})
	}
	for i, r := range rows {
		if err := s.SetRow(fmt.Sprintf("A%d", i+1), r); err != nil {
			b.Fatal(err)
		}
	}
	if err := s.Flush(); err != nil {
		b.Fatal(err)
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		b.Fatal(err)
	}
	return out.Bytes()
}

// BenchmarkReadXLSX10k reads a workbook of 10,000 lines into a BOM. It should
// take no longer than excelize takes to go through the same rows, below.
func BenchmarkReadXLSX10k(b *testing.B) {
	data := manyRows(b, 10_000)
	b.ReportAllocs()
	for b.Loop() {
		if list, err := Read("a.xlsx", bytes.NewReader(data)); err != nil || len(list.Lines) != 10_000 {
			b.Fatal(err)
		}
	}
}

// BenchmarkExcelizeRows10k is the bound of BenchmarkReadXLSX10k.
func BenchmarkExcelizeRows10k(b *testing.B) {
	data := manyRows(b, 10_000)
	b.ReportAllocs()
	for b.Loop() {
		f, err := excelize.OpenReader(bytes.NewReader(data))
		if err != nil {
			b.Fatal(err)
		}
		rows, err := f.Rows("Sheet1")
		if err != nil {
			b.Fatal(err)
		}
		for rows.Next() {
			if _, err := rows.Columns(); err != nil {
				b.Fatal(err)
			}
		}
		if err := f.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
