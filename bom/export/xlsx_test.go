package export

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/patternbook/patternbook/bom"
)

func mustRead(t testing.TB, name, text string) *bom.BOM {
	t.Helper()
	b, err := bom.Read(name, strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func workbookOf(t testing.TB, b *bom.BOM) ([]byte, Report) {
	t.Helper()
	var out bytes.Buffer
	report, err := writeXLSX(&out, b, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), report
}

// said is what a BOM's lines say, without the rows on which they stood.
func said(b *bom.BOM) []string {
	var all []string
	for _, list := range [][]bom.Line{b.Lines, b.Tools} {
		for _, l := range list {
			l.Row = 0
			for name, text := range l.Extra { // one line end is as good as another
				l.Extra[name] = strings.ReplaceAll(text, "\r", "\n")
			}
			text, err := json.Marshal(l)
			if err != nil {
				panic(err)
			}
			all = append(all, string(text))
		}
	}
	return all
}

// sameAsCSV checks that a workbook reads back as the CSV does.
func sameAsCSV(t *testing.T, b *bom.BOM) {
	t.Helper()
	var table bytes.Buffer
	if _, err := writeCSV(&table, b, Options{}); err != nil {
		t.Fatal(err)
	}
	want, err := bom.Read("x.csv", &table)
	if err != nil {
		t.Fatal(err)
	}
	data, report := workbookOf(t, b)
	if report.Lines != count(b) || report.Carried != report.Lines || len(report.LeftOut) > 0 {
		t.Errorf("report is %+v, want %d lines carried", report, count(b))
	}
	got, err := bom.Read("x.xlsx", bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	w, g := said(want), said(got)
	if len(w) != len(g) {
		t.Fatalf("the workbook has %d lines, the CSV %d", len(g), len(w))
	}
	for i := range w {
		if w[i] != g[i] {
			t.Errorf("line %d of the workbook is\n%s\nof the CSV\n%s", i+1, g[i], w[i])
		}
	}
}

const odd = "Item,Name,Qty,Unit,MPN,Footprint,Note,Colour\n" +
	"1,\"=1+1\",2,,=HYPERLINK(\"\"x\"\"),0805,'quoted,-3\n" +
	"02,_x000D_ and <&>,0.1,m,1E5,00123,\"two\nlines\",+1\n" +
	"3.10,Ω µ 🔧,123456789.123456789,,@x,, lead,\n" +
	"4,spanner,1/3,,12345678901234567890,,,TRUE\n\nTools\nhammer,,1\n"

func TestXLSXReadsBack(t *testing.T) {
	sameAsCSV(t, mustRead(t, "odd.csv", odd))
	sameAsCSV(t, mustRead(t, "none.csv", "Name,Qty\nTools\nhammer,1\n"))
}

func TestXLSXReadsBackFiles(t *testing.T) {
	root := os.Getenv("PATTERNBOOK_TESTDATA")
	if root == "" {
		t.Skip("PATTERNBOOK_TESTDATA does not name the folder with the public BOM files")
	}
	files, err := filepath.Glob(filepath.Join(root, "bom", "*"))
	if err != nil {
		t.Fatal(err)
	}
	read := 0
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		b, err := bom.Read(filepath.Base(file), bytes.NewReader(data))
		if err != nil || len(b.Lines) == 0 {
			continue // other tests say which can be read
		}
		read++
		t.Run(filepath.Base(file), func(t *testing.T) { sameAsCSV(t, b) })
	}
	if read < 10 {
		t.Errorf("read %d files, want 10 and more", read)
	}
}

// TestXLSXSheet looks at a workbook with a reader that is not ours.
func TestXLSXSheet(t *testing.T) {
	b := mustRead(t, "odd.csv", odd)
	data, _ := workbookOf(t, b)
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got := strings.Join(f.GetSheetList(), ","); got != "BOM,Findings" {
		t.Errorf("sheets are %s, want BOM,Findings", got)
	}
	for cell, want := range map[string]struct {
		text string
		kind excelize.CellType
	}{
		"A1": {"Item", excelize.CellTypeInlineString}, "B2": {"'=1+1", excelize.CellTypeInlineString}, "D2": {"2", excelize.CellTypeNumber}, "D3": {"0.1", excelize.CellTypeNumber},
		"D4": {"123456789.123456789", excelize.CellTypeInlineString}, "A3": {"02", excelize.CellTypeInlineString}, "M2": {"0805", excelize.CellTypeInlineString},
	} {
		text, err := f.GetCellValue("BOM", cell, excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		kind, err := f.GetCellType("BOM", cell)
		if err != nil {
			t.Fatal(err)
		}
		if kind == excelize.CellTypeUnset {
			kind = excelize.CellTypeNumber
		}
		if text != want.text || kind != want.kind {
			t.Errorf("%s is %q of type %d, want %q of type %d", cell, text, kind, want.text, want.kind)
		}
		if formula, _ := f.GetCellFormula("BOM", cell); formula != "" {
			t.Errorf("%s has the formula %s", cell, formula)
		}
	}
	panes, err := f.GetPanes("BOM")
	if err != nil || !panes.Freeze || panes.YSplit != 1 {
		t.Errorf("panes are %+v, error %v; want the first row frozen", panes, err)
	}
	rows, err := f.GetRows("Findings")
	if err != nil || len(rows) != len(b.Findings)+1 || strings.Join(rows[0], ",") != "Severity,Code,File,Row,Field,Message" || rows[1][2] != "odd.csv" {
		t.Errorf("findings are %v, error %v; want %d and a header", rows, err, len(b.Findings))
	}
	part := unpack(t, data, "xl/worksheets/sheet1.xml")
	if first, second := bytes.Index(part, []byte(`<col min="1"`)), bytes.Index(part, []byte(`<col min="2"`)); first < 0 || second < first {
		t.Error("the widths of columns do not stand in their order")
	}
	if !bytes.Contains(part, []byte("<autoFilter")) {
		t.Error("the sheet has no filter")
	}
}

// TestXLSXSameBytes writes one BOM several times.
func TestXLSXSameBytes(t *testing.T) {
	b := mustRead(t, "odd.csv", odd)
	first, _ := workbookOf(t, b)
	for range 8 {
		if again, _ := workbookOf(t, b); !bytes.Equal(again, first) {
			t.Fatal("the same BOM gave other bytes")
		}
	}
}

// TestXLSXTooLong says which lines a sheet cannot hold.
func TestXLSXTooLong(t *testing.T) {
	b := mustRead(t, "a.csv", "Name,Qty\nshort,1\nlong,1\n")
	for i := range 6000 {
		b.Lines[1].References = append(b.Lines[1].References, fmt.Sprintf("R%d", i+1))
	}
	data, report := workbookOf(t, b)
	if report.Lines != 2 || report.Carried != 1 || len(report.LeftOut) != 1 || report.LeftOut[0].Name != "long" || !strings.Contains(report.LeftOut[0].Reason, "References") {
		t.Errorf("report is %+v, want the second line to be left out for its references", report)
	}
	if again, err := bom.Read("x.xlsx", bytes.NewReader(data)); err != nil || len(again.Lines) != 2 {
		t.Errorf("read back: %v", err)
	}
}

func TestXLSXReportsErrors(t *testing.T) {
	if _, err := writeXLSX(brokenWriter{}, mustRead(t, "a.csv", "Name,Qty\nnut,1\n"), Options{}); err == nil || !strings.Contains(err.Error(), os.ErrClosed.Error()) {
		t.Errorf("error is %v, want that of the writer", err)
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, os.ErrClosed }

func TestExactly(t *testing.T) {
	for text, want := range map[string]bool{"1": true, "0.1": true, "100000000000000000000": true, "123456789012345": true, "1234567890123456": false, "0.1234567890123456": false, "'-1": false, "": false} {
		if _, got := exactly(text); got != want {
			t.Errorf("exactly(%q) is %v, want %v", text, got, want)
		}
	}
}

// unpack gives one part of a workbook.
func unpack(t testing.TB, data []byte, name string) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	part, err := z.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer part.Close()
	content, err := io.ReadAll(part)
	if err != nil {
		t.Fatal(err)
	}
	return content
}
