package bom

import (
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/patternbook/patternbook/schema"
)

// A page is a sheet that a test makes.
type page struct {
	name   string
	hidden bool
	rows   string // lines of cells, parted by |; what is like a number is one
	change func(*excelize.File)
}

// workbook makes an XLSX file.
func workbook(t testing.TB, pages ...page) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for i, p := range pages {
		if i == 0 {
			check(f.SetSheetName("Sheet1", p.name))
		} else if _, err := f.NewSheet(p.name); err != nil {
			t.Fatal(err)
		}
		for y, line := range strings.Split(strings.Trim(p.rows, "\n"), "\n") {
			for x, text := range strings.Split(line, "|") {
				at, err := excelize.CoordinatesToCellName(x+1, y+1)
				check(err)
				if text = strings.TrimSpace(text); text == "" {
					continue
				}
				var value any = text
				if n := 0.0; strings.Trim(text, "0123456789.E+") == "" && (text[0] != '0' || text[1] == '.') {
					_, err := fmt.Sscan(text, &n)
					check(err)
					value = n
				}
				check(f.SetCellValue(p.name, at, value))
			}
		}
		if p.change != nil {
			p.change(f)
		}
	}
	for i, p := range pages {
		if !p.hidden {
			f.SetActiveSheet(i) // which cannot be hidden
		}
	}
	for _, p := range pages {
		if p.hidden {
			check(f.SetSheetVisible(p.name, false))
		}
	}
	var out bytes.Buffer
	check(f.Write(&out))
	return out.Bytes()
}

func readBytes(t testing.TB, name string, data []byte) *BOM {
	t.Helper()
	b, err := Read(name, bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	checkDocument(t, b)
	return b
}

// outline writes lines as "row item quantity name", and with it their sheet.
func outline(b *BOM) string {
	var all []string
	for _, l := range slices.Concat(b.Lines, b.Tools) {
		s := fmt.Sprintf("%d %s %s %s", l.Row, l.Item, l.Quantity, l.Name)
		if sheet := l.Extra["Sheet"]; sheet != "" {
			s += " in " + sheet
		}
		all = append(all, s)
	}
	return strings.Join(all, ", ")
}

const (
	electronics = "Ref|Value|Qty|MPN\nR1, R2|10k|2|RC0603\nC1|100n|1|CC0402\nU1|ESP32|1|WROOM"
	mechanics   = "Name|Qty|Material\nPlate|1|steel\nM3x8|12|steel"
)

func TestSheetChoice(t *testing.T) {
	electronicsOnly := "2 1 2 10k, 3 2 1 100n, 4 3 1 ESP32"
	for name, test := range map[string]struct {
		pages []page
		want  string
		say   string // in the finding of what was read
	}{
		"one":                {[]page{{name: "Tabelle1", rows: electronics}, {name: "Tabelle2"}}, electronicsOnly, ""},
		"notes around":       {[]page{{name: "Cover", rows: "Lamp\nby Ada"}, {name: "BOM", rows: electronics}, {name: "Revision history", rows: "Rev|Description|Qty\nA|first|1\nB|second|1"}}, electronicsOnly, `read the sheet "BOM"; passed over "Cover" (no row names columns), "Revision history" (`},
		"two subjects":       {[]page{{name: "Electronics", rows: electronics}, {name: "Mechanics", rows: mechanics}}, "2 1 2 10k in Electronics, 3 2 1 100n in Electronics, 4 3 1 ESP32 in Electronics, 2 2-1 1 Plate in Mechanics, 3 2-2 12 M3x8 in Mechanics", `read the sheets "Electronics", "Mechanics"`},
		"old one":            {[]page{{name: "BOM old", rows: electronics + "\nX1|16M|1|Q"}, {name: "BOM", rows: electronics}}, electronicsOnly, `"BOM old" ("BOM" is taken for the newer version)`},
		"revisions":          {[]page{{name: "PCB rev A", rows: mechanics}, {name: "PCB rev B", rows: electronics}}, electronicsOnly, `"PCB rev A" ("PCB rev B" is taken for the newer version)`},
		"revisions in tens":  {[]page{{name: "BOM v1.10", rows: electronics}, {name: "BOM v1.9", rows: mechanics}}, electronicsOnly, `"BOM v1.9" (`},
		"copy":               {[]page{{name: "BOM", rows: electronics}, {name: "BOM (2)", rows: electronics}}, electronicsOnly, `"BOM (2)"`},
		"order list":         {[]page{{name: "All", rows: electronics}, {name: "Digikey", rows: "MPN|Qty|Description\nRC0603|20|resistor\nWROOM|10|module"}}, electronicsOnly, `most of it stands in "All"`},
		"placement":          {[]page{{name: "Sheet1", rows: electronics}, {name: "Sheet2", rows: "Designator|Value|Mid X|Mid Y|Rotation\nR1|10k|1|2|90\nC1|100n|1|2|90"}}, electronicsOnly, "less of a bill"},
		"hidden":             {[]page{{name: "Hidden", rows: electronics + "\nX1|16M|1|Q", hidden: true}, {name: "Seen", rows: mechanics}}, "2 1 1 Plate, 3 2 12 M3x8", "it is hidden"},
		"boards":             {[]page{{name: "Main", rows: electronics}, {name: "Sensor", rows: "Ref|Value|Qty\nR1|47k|1\nR2|1k|1\nU1|BME280|1"}}, "2 1 2 10k in Main, 3 2 1 100n in Main, 4 3 1 ESP32 in Main, 2 2-1 1 47k in Sensor, 3 2-2 1 1k in Sensor, 4 2-3 1 BME280 in Sensor", "Sensor"},
		"tools":              {[]page{{name: "Parts", rows: mechanics}, {name: "Tools", rows: "Item|Qty\nspanner|1\nhammer|1"}}, "2 1 1 Plate in Parts, 3 2 12 M3x8 in Parts, 2 2-1 1 spanner in Tools, 3 2-2 1 hammer in Tools", "Tools"},
		"header far below":   {[]page{{name: "BOM", rows: strings.Repeat("some text\n", 40) + electronics}}, "42 1 2 10k, 43 2 1 100n, 44 3 1 ESP32", ""},
		"blank rows between": {[]page{{name: "BOM", rows: electronics + strings.Repeat("\n", 1000) + "R9|1k|1|"}}, electronicsOnly + ", 1004 4 1 1k", ""},
	} {
		t.Run(name, func(t *testing.T) {
			b := readBytes(t, "a.xlsx", workbook(t, test.pages...))
			if got := outline(b); got != test.want {
				t.Errorf("lines are %s, want %s", got, test.want)
			}
			said := ""
			for _, f := range b.Findings {
				if f.Code == "sheets-read" {
					said = f.Message
				}
			}
			if (said == "") != (test.say == "") || !strings.Contains(said, test.say) {
				t.Errorf("it says %q, want %q", said, test.say)
			}
			if len(b.Sources) != 1 || b.Sources[0].Format != "xlsx" {
				t.Errorf("sources are %+v", b.Sources)
			}
		})
	}
	b := readBytes(t, "a.xlsx", workbook(t, page{name: "Parts", rows: mechanics}, page{name: "Tools", rows: "Item|Qty\nspanner|1\nhammer|1"}))
	if len(b.Lines) != 2 || len(b.Tools) != 2 {
		t.Errorf("%d lines and %d tools, want 2 and 2", len(b.Lines), len(b.Tools))
	}
}

func TestSheetVersions(t *testing.T) {
	for name, want := range map[string]sheetVersion{
		"BOM":            {base: "bom"},
		"BOM (2)":        {base: "bom", old: true},
		"BOM_old":        {base: "bom", old: true},
		"Copy of BOM":    {base: "bom", old: true},
		"BOM Rev. B":     {base: "bom", number: "b"},
		"BOM rev B":      {base: "bom", number: "b"},
		"BOM v1.10":      {base: "bom", number: "0011.00210"},
		"BOM 2024-01-31": {base: "bom", number: "0042024-0011-00231"},
		"Robot R1":       {base: "robot r1"},
		"Part 2":         {base: "part 2"},
	} {
		if got := versionOf(name); got != want {
			t.Errorf("%s is %+v, want %+v", name, got, want)
		}
	}
}

func findingsOf(b *BOM) string {
	var all []string
	for _, f := range b.Findings {
		if f.Code != "columns" && f.Code != "sheets-read" {
			all = append(all, fmt.Sprintf("%s %d %s", f.Code, f.Row, f.Field))
		}
	}
	return strings.Join(all, ", ")
}

// TestSheetNumbers reads what spreadsheets make of texts and numbers.
func TestSheetNumbers(t *testing.T) {
	style := func(f *excelize.File, cell, code string) {
		id, err := f.NewStyle(&excelize.Style{CustomNumFmt: &code})
		if err == nil {
			err = f.SetCellStyle("BOM", cell, cell, id)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	data := workbook(t, page{name: "BOM", rows: `
Ref|Value|Package|Qty|MPN|Unit Price|Spread|Total
R1|10k|805|1|1E+05|1.2|0.05|
R2|4.7|0805|1|1234567890123456|0.1|0.05|x
R3|10|SOT23|0.30000000000000004|45000|3||
R4|1k|603|3|100000|1||`, change: func(f *excelize.File) {
		style(f, "E2", "0.00E+00")
		style(f, "F2", "[$€-407] #,##0.00")
		style(f, "F3", "[$kr-41D] 0.00")
		style(f, "G2", "0%")
		style(f, "E4", "dd/mm/yyyy")
		style(f, "D5", "[$€-407] 0")
		style(f, "C5", "0000")
		if err := f.SetCellFormula("BOM", "H2", "D2*F2"); err != nil {
			t.Fatal(err)
		}
	}})
	b := readBytes(t, "numbers.csv", data)
	var got []string
	for _, l := range b.Lines {
		got = append(got, fmt.Sprint(l.Value, " ", l.Footprint, " ", l.Quantity, " ", l.Part.MPN, " ", l.Offers, " ", l.Extra))
	}
	want := []string{
		"10k 805 1 100000 [{  EUR   [{1 1.2}] }] map[Spread:5%]",
		"4.7 0805 1 1234567890123450 [{  SEK   [{1 0.1}] }] map[Spread:0.05 Total:x]",
		"10 SOT23 0.3 2023-03-15 [{     [{1 3}] }] map[]",
		"1k 0603 3 100000 [{     [{1 1}] }] map[]",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("lines are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	wantFindings := "leading-zero-lost 2 Package, quantity-differs 4 Qty, quantity-differs 5 Qty, number-scientific 2 MPN, number-precision-lost 3 MPN, date-unexpected 4 MPN, formula-without-value 2 "
	if got := findingsOf(b); got != wantFindings {
		t.Errorf("findings are %s, want %s", got, wantFindings)
	}
}

// TestLostZero reads text that a spreadsheet has saved.
func TestLostZero(t *testing.T) {
	b := mustRead(t, "a.csv", "Ref,Value,Footprint,Qty,MPN\nR1,805,805,1,805\nR2,1k,402,1,1.23E+11\nR3,1k,0402,1,12E3\n")
	if got, want := findingsOf(b), "leading-zero-lost 2 Footprint, leading-zero-lost 3 Footprint, number-scientific 3 MPN"; got != want {
		t.Errorf("findings are %s, want %s", got, want)
	}
	if b.Lines[0].Footprint != "805" || b.Lines[1].Part.MPN != "1.23E+11" {
		t.Errorf("cells were changed: %+v", b.Lines)
	}
}

// zipOf makes a zip file of names and contents in turn.
func zipOf(t testing.TB, parts ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(parts); i += 2 {
		w, err := z.Create(parts[i])
		if err == nil {
			_, err = w.Write([]byte(parts[i+1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const odsContent = `<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"><office:body><office:spreadsheet>
<table:table table:name="Blatt1"><table:table-row><table:table-cell office:value-type="string"><text:p>Teil</text:p></table:table-cell><table:table-cell office:value-type="string"><text:p>Menge</text:p></table:table-cell><table:table-cell office:value-type="string"><text:p>Preis</text:p></table:table-cell></table:table-row>
<table:table-row table:number-rows-repeated="1500"><table:table-cell table:number-columns-repeated="3"/></table:table-row>
<table:table-row><table:table-cell office:value-type="string"><text:p>Mutter</text:p></table:table-cell><table:table-cell office:value-type="float" office:value="1.5"><text:p>1,5 m</text:p></table:table-cell><table:table-cell office:value-type="currency" office:currency="EUR" office:value="0.2"><text:p>0,20 €</text:p></table:table-cell></table:table-row>
<table:table-row><table:table-cell office:value-type="string"><text:p>Scheibe</text:p></table:table-cell><table:table-cell office:value-type="float" office:value="100000"><text:p>1E+05</text:p></table:table-cell><table:table-cell table:formula="of:=1/0" calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell></table:table-row>
</table:table></office:spreadsheet></office:body></office:document-content>`

func TestReadODS(t *testing.T) {
	b := readBytes(t, "a.ods", zipOf(t, "mimetype", "application/vnd.oasis.opendocument.spreadsheet", "content.xml", odsContent))
	if got, want := outline(b), "1502 1 1.5 Mutter, 1503 2 100000 Scheibe"; got != want {
		t.Errorf("lines are %s, want %s", got, want)
	}
	if l := b.Lines[0]; l.Unit != "m" || len(l.Offers) != 1 || l.Offers[0].Currency != "EUR" || l.Offers[0].PriceBreaks[0].Price.String() != "0.2" {
		t.Errorf("the first line is %+v, want metres and a price in EUR", l)
	}
	if got := findingsOf(b); got != "cell-error 1503 " || b.Sources[0].Format != "ods" {
		t.Errorf("findings are %s of format %s, want cell-error of ods", got, b.Sources[0].Format)
	}
	flat := strings.Replace(odsContent, "<office:document-content", `<office:document office:mimetype="application/vnd.oasis.opendocument.spreadsheet"`, 1)
	if got := outline(readBytes(t, "a.fods", []byte(flat))); got != outline(b) {
		t.Errorf("flat, lines are %s", got)
	}
}

// TestForeignFiles refuses what is no table, and says what it is.
func TestForeignFiles(t *testing.T) {
	for say, data := range map[string][]byte{
		"an old binary workbook (.xls)":       []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 and more"),
		"protected by a password":             []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00"),
		"a PDF":                               []byte("%PDF-1.4\nName,Qty\nnut,1\n"),
		"in the XML of Excel 2003":            []byte(`<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>`),
		"a picture (PNG)":                     []byte("\x89PNG\r\n\x1a\n"),
		"a text document (.docx)":             zipOf(t, "word/document.xml", "<w/>"),
		"a zip archive of 1 files":            zipOf(t, "bom.csv", "Name,Qty\nnut,1\n"),
		"none of its 2 sheets has a row":      workbook(t, page{name: "A", rows: "x|y"}, page{name: "B"}),
		"lacks its part":                      zipOf(t, "[Content_Types].xml", "spreadsheetml.sheet.main+xml"),
		"not well-formed":                     zipOf(t, "xl/workbook.xml", "<a b=c>"),
		"has a document type":                 zipOf(t, "xl/workbook.xml", "<!DOCTYPE a><workbook/>"),
		"cut off or damaged":                  workbook(t, page{name: "A", rows: electronics})[:3000],
		"an OpenDocument file, but no spread": zipOf(t, "mimetype", "application/vnd.oasis.opendocument.text", "content.xml", ""),
	} {
		_, err := Read("bom.csv", bytes.NewReader(data))
		if schema.KindOf(err) != schema.Invalid || !strings.Contains(err.Error(), say) {
			t.Errorf("error is %v, want one of kind invalid with %q", err, say)
		}
	}
	bomb := zipOf(t, "xl/workbook.xml", `<workbook><sheets><sheet name="A"/></sheets></workbook>`, "xl/worksheets/sheet1.xml", "<a/>", "xl/sharedStrings.xml", "<sst>"+strings.Repeat("<si/>", 3<<20))
	if _, err := Read("bomb.xlsx", bytes.NewReader(bomb)); schema.KindOf(err) != schema.TooLarge {
		t.Errorf("error is %v, want one of kind too large", err)
	}
}

// TestReadWorkbooks reads workbooks that people have left in public repositories.
// The numbers were counted by hand.
func TestReadWorkbooks(t *testing.T) {
	root := os.Getenv("PATTERNBOOK_TESTDATA")
	if root == "" {
		t.Skip("PATTERNBOOK_TESTDATA does not name the folder with the public BOM files")
	}
	data, err := os.ReadFile(filepath.Join(root, "bom", "open-dynamic-robot-initiative__open_robot_actuator_hardware__bom_foot_contact_switch_v1.xlsx"))
	if err != nil {
		t.Fatal(err)
	}
	b := readBytes(t, "bom.csv", data)
	if s := b.Summary; s.Lines != 13 || s.Quantity.String() != "20" {
		t.Errorf("summary is %+v, want 13 lines with 20 pieces", s)
	}
	l := b.Lines[8]
	if l.Row != 12 || l.Part.MPN != "ALS-PT19-315C/L177/TR8" || len(l.Offers) != 1 || !strings.HasSuffix(l.Offers[0].SKU, "1080-1244-1-ND") {
		t.Errorf("the ninth line is %+v", l)
	}
}
