package sheet

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

// pack makes a zip file of names and contents in turn.
func pack(t testing.TB, parts ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(parts); i += 2 {
		w, err := z.Create(parts[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(parts[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// small is a workbook with one sheet.
func small(t testing.TB, sheet string, more ...string) []byte {
	return pack(t, append([]string{
		"xl/workbook.xml", `<workbook xmlns:r="r"><sheets><sheet name="One" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/worksheets/sheet1.xml", sheet,
	}, more...)...)
}

// dump writes all sheets of a file: a line for each row, cells with their kind.
func dump(t testing.TB, data []byte) string {
	t.Helper()
	text, err := walkAll(data)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func walkAll(data []byte) (string, error) {
	book, err := Open(data)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	err = book.Walk(func(s Sheet, rows *Rows) error {
		fmt.Fprintf(&b, "%s", s.Name)
		if s.Hidden {
			b.WriteString(" (hidden)")
		}
		b.WriteString("\n")
		for {
			r, more := rows.Next()
			if !more {
				return rows.Err()
			}
			fmt.Fprintf(&b, "%d:", r.Number)
			for _, c := range r.Cells {
				fmt.Fprintf(&b, " [%s%s%s]", []string{"", "", "n ", "d ", "b ", "e ", "u "}[c.Kind], c.Currency, c.Text)
			}
			b.WriteString("\n")
		}
	})
	return b.String(), err
}

func expect(t *testing.T, got, want string) {
	t.Helper()
	if want = strings.TrimLeft(want, "\n"); got != want {
		t.Errorf("read\n%swant\n%s", got, want)
	}
}

// TestXLSX reads what Excel, LibreOffice, Google Sheets and libraries write.
func TestXLSX(t *testing.T) {
	styles := `<styleSheet><numFmts><numFmt numFmtId="164" formatCode="[$€-407] #,##0.00"/><numFmt numFmtId="165" formatCode="0000"/>
<numFmt numFmtId="166" formatCode="yyyy\-mm\-dd\ hh:mm"/><numFmt numFmtId="167" formatCode="0.0&quot; mm&quot;"/><numFmt numFmtId="168" formatCode="&quot;$&quot;#,##0.00;[Red]-&quot;$&quot;0"/></numFmts>
<cellStyleXfs><xf numFmtId="9"/></cellStyleXfs>
<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="14"/><xf numFmtId="166"/><xf numFmtId="10"/><xf numFmtId="11"/><xf numFmtId="167"/><xf numFmtId="168"/></cellXfs></styleSheet>`
	shared := `<x:sst xmlns:x="x"><x:si><x:t>plain</x:t></x:si><x:si><x:r><x:rPr><x:b/></x:rPr><x:t xml:space="preserve">bold </x:t></x:r><x:r><x:t>and &amp; not</x:t></x:r><x:rPh sb="0" eb="1"><x:t>hint</x:t></x:rPh></x:si><x:si/></x:sst>`
	data := pack(t,
		"_rels/.rels", `<Relationships><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="/xl/book.xml"/></Relationships>`,
		"[Content_Types].xml", `<Types><Override PartName="/xl/book.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>`,
		"xl/book.xml", `<?xml version="1.0"?><!-- --><x:workbook xmlns:x="x"><x:sheets><x:sheet name="A &amp; B" r:id="r1"/><x:sheet name="Chart" r:id="r5"/><x:sheet name="Kept" state="veryHidden" r:id="r2"/></x:sheets></x:workbook>`,
		"xl/_rels/book.xml.rels", `<Relationships><Relationship Id="r1" Type="a/worksheet" Target="worksheets\S1.xml"/><Relationship Id="r2" Type="a/worksheet" Target="/xl/worksheets/s2.xml"/>
<Relationship Id="r3" Type="a/styles" Target="styles.xml"/><Relationship Id="r4" Type="a/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="r5" Type="a/chartsheet" Target="chartsheets/sheet1.xml"/></Relationships>`,
		"xl/styles.xml", styles, "xl/sharedStrings.xml", shared, "xl/chartsheets/sheet1.xml", "<chartsheet/>",
		"xl/worksheets/s1.xml", `<worksheet><cols><col min="1"/></cols><sheetData>
<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="s"><v>1</v></c><c t="inlineStr"><is><t>in line</t></is></c></row>
<row r="2"/><row r="3"><c r="A3" s="1"/></row>
<row r="5"><c><v>1E5</v></c><c><v>0.30000000000000004</v></c><c s="1"><v>1.2</v></c><c s="2"><v>805</v></c><c s="3"><v>45000</v></c><c s="4"><v>45000.75</v></c><c s="5"><v>0.125</v></c><c s="6"><v>100000</v></c><c s="7"><v>3.5</v></c><c s="8"><v>58.95</v></c></row>
<row><c r="A6" t="b"><v>1</v></c><c r="B6" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="C6"><f>A1</f></c><c r="D6" t="str"><f>A1&amp;"x"</f><v>plainx</v></c><c r="E6" t="s"><v>99</v></c><c r="F6"><v>1234567890123456789</v></c><c r="G6" t="inlineStr"><is><t>a_x000A_b_x005F_x</t></is></c><c r="H6"><f>B1*2</f><v>4</v></c></row>
</sheetData><mergeCells><mergeCell ref="A1:B1"/></mergeCells></worksheet>`,
		"xl/worksheets/s2.xml", `<worksheet><sheetData/></worksheet>`)
	expect(t, dump(t, data), `
A & B
1: [plain] [] [bold and & not] [in line]
5: [n 100000] [n 0.3] [n €1.2] [n 0805] [d 2023-03-15] [d 2023-03-15T18:00:00] [n 12.5%] [n 100000] [n 3.5 mm] [n $58.95]
6: [b TRUE] [e #DIV/0!] [u ] [plainx] [] [n 1234567890123456789] [a
b_x] [n 4]
Kept (hidden)
`)
}

const odsHead = `<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"><office:automatic-styles>
<style:style style:name="ta1" style:family="table"><style:table-properties table:display="true"/></style:style>
<style:style style:name="ta2" style:family="table"><style:table-properties table:display="false"/></style:style></office:automatic-styles>
<office:body><office:spreadsheet><table:tracked-changes><table:table-cell><text:p>gone</text:p></table:table-cell></table:tracked-changes>`

const odsTail = `</office:spreadsheet></office:body></office:document-content>`

// odsFile packs content as LibreOffice does.
func odsFile(t testing.TB, tables string) []byte {
	return pack(t, "mimetype", "application/vnd.oasis.opendocument.spreadsheet", "content.xml", odsHead+tables+odsTail)
}

func TestODS(t *testing.T) {
	tables := `<table:table table:name="Parts" table:style-name="ta1"><office:forms/><table:shapes><draw:frame><text:p>drawn</text:p></draw:frame></table:shapes>
<table:table-column table:number-columns-repeated="1024"/><table:table-header-rows>
<table:table-row><table:table-cell office:value-type="string" calcext:value-type="string"><text:p>two</text:p><text:p>lines<text:s text:c="2"/>and <text:span>a span</text:span></text:p></table:table-cell><table:covered-table-cell table:number-columns-repeated="2"><text:p>covered</text:p></table:covered-table-cell><table:table-cell office:value-type="string"><office:annotation><text:p>remark</text:p></office:annotation><text:p>last</text:p></table:table-cell><table:table-cell table:number-columns-repeated="1020"/></table:table-row></table:table-header-rows>
<table:table-row table:number-rows-repeated="3"><table:table-cell table:number-columns-repeated="1024"/></table:table-row>
<table:table-row table:number-rows-repeated="2"><table:table-cell office:value-type="float" office:value="0.30000000000000004"><text:p>0,3</text:p></table:table-cell>
<table:table-cell office:value-type="currency" office:currency="EUR" office:value="1.2"><text:p>1,20 €</text:p></table:table-cell>
<table:table-cell office:value-type="percentage" office:value="0.05"><text:p>5%</text:p></table:table-cell>
<table:table-cell office:value-type="date" office:date-value="2026-11-23T00:00:00"><text:p>23.11.26</text:p></table:table-cell>
<table:table-cell office:value-type="boolean" office:boolean-value="true"><text:p>WAHR</text:p></table:table-cell>
<table:table-cell table:formula="of:=[.A1]/0" office:value-type="string" office:string-value="" calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell>
<table:table-cell office:value-type="float" office:value="805"><text:p>0805</text:p></table:table-cell>
<table:table-cell office:value-type="float" office:value="3"><text:p>3 m</text:p></table:table-cell>
<table:table-cell office:value-type="float" office:value="7" table:number-columns-repeated="2"><text:p>7</text:p></table:table-cell></table:table-row>
<table:table-row table:number-rows-repeated="1048569"><table:table-cell table:number-columns-repeated="1024"/></table:table-row></table:table>
<table:table table:name="Kept" table:style-name="ta2"/><table:table table:name="'file:///tmp/x.ods'#$S"><table:table-row><table:table-cell><text:p>x</text:p></table:table-cell></table:table-row></table:table>`
	want := `
Parts
1: [two
lines  and a span] [] [] [last]
5: [n 0.3] [n EUR1.2] [n 5%] [d 2026-11-23] [b TRUE] [e #DIV/0!] [n 0805] [n 3 m] [n 7] [n 7]
6: [n 0.3] [n EUR1.2] [n 5%] [d 2026-11-23] [b TRUE] [e #DIV/0!] [n 0805] [n 3 m] [n 7] [n 7]
Kept (hidden)
`
	expect(t, dump(t, odsFile(t, tables)), want)
	flat := strings.Replace(odsHead+tables+odsTail, "<office:document-content", `<office:document office:mimetype="application/vnd.oasis.opendocument.spreadsheet"`, 1)
	expect(t, dump(t, []byte(flat)), want)
}

func TestFormats(t *testing.T) {
	for code, want := range map[string]format{
		"General":               {},
		"0.00":                  {},
		"0":                     {},
		"00000":                 {kind: formatPadded, digits: 5},
		"0%":                    {kind: formatPercent},
		"0.00E+00":              {kind: formatScientific},
		"##0.0E+0":              {kind: formatScientific},
		"dd.mm.yyyy":            {kind: formatDate},
		"[$-407]d. mmmm yyyy;@": {kind: formatDate},
		"hh:mm":                 {kind: formatTime},
		"[h]:mm":                {kind: formatTime},
		"mm:ss":                 {kind: formatTime},
		"[$€-407] #,##0.00":     {currency: "€"},
		"[$kr-41D] #,##0":       {currency: "SEK"},
		"[$USD] 0":              {currency: "USD"},
		`_-* #,##0.00\ "€"_-;-* #,##0.00\ "€"_-`: {currency: "€"},
		`"$"#,##0.00_);[Red]\("$"#,##0.00\)`:     {currency: "$"},
		"$#,##0":                                 {currency: "$"},
		`0" Stk"`:                                {suffix: " Stk"},
		`0.0 "mm"`:                               {suffix: " mm"},
		"[Red]0":                                 {},
		"# ?/?":                                  {},
		`"`:                                      {},
		`[`:                                      {},
		`\`:                                      {},
		`_`:                                      {},
	} {
		if got := parseFormat(code); got != want {
			t.Errorf("%s is %+v, want %+v", code, got, want)
		}
	}
}

func TestDates(t *testing.T) {
	for serial, want := range map[string]string{"1": "1900-01-01", "59": "1900-02-28", "61": "1900-03-01", "45000": "2023-03-15", "45000.5": "2023-03-15T12:00:00"} {
		if got, _ := dateOf(serial, formatDate, false); got != want {
			t.Errorf("day %s is %s, want %s", serial, got, want)
		}
	}
	if got, _ := dateOf("43538", formatDate, true); got != "2023-03-15" {
		t.Errorf("day 43538 since 1904 is %s, want 2023-03-15", got)
	}
	if got, ok := dateOf("-1", formatDate, false); ok {
		t.Errorf("day -1 is %s, want no date", got)
	}
}

// TestRefused tries what is no spreadsheet, and what is made to cost too much.
func TestRefused(t *testing.T) {
	row := `<row><c><v>1</v></c></row>`
	for name, test := range map[string]struct {
		data  []byte
		large bool
		say   string
	}{
		"cut off":       {data: small(t, "<x/>")[:200], say: "cut off or damaged"},
		"other zip":     {data: pack(t, "a.txt", "x"), say: "a zip archive of 1 files"},
		"docx":          {data: pack(t, "word/document.xml", "x"), say: ".docx"},
		"odt":           {data: pack(t, "mimetype", "application/vnd.oasis.opendocument.text", "content.xml", "x"), say: "(text)"},
		"xlsb":          {data: pack(t, "xl/workbook.bin", "x"), say: ".xlsb"},
		"no sheet":      {data: pack(t, "xl/workbook.xml", "<workbook/>"), say: "no sheet"},
		"not XML":       {data: small(t, "<worksheet><sheetData><row><c t=></row>"), say: "not well-formed"},
		"entities":      {data: small(t, `<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet/>`), say: "document type"},
		"row too far":   {data: small(t, `<worksheet><sheetData><row r="1048577"><c><v>1</v></c></row>`), large: true, say: "1048577"},
		"long text":     {data: small(t, "<worksheet><sheetData><row><c><v>"+strings.Repeat("1", maxToken)+"</v>"), large: true, say: "tag or text"},
		"much text":     {data: small(t, "<worksheet><sheetData>"+strings.Repeat(`<row><c t="s"><v>0</v></c></row>`, 70), "xl/sharedStrings.xml", "<sst><si><t>"+strings.Repeat("x", 1<<20)+"</t></si></sst>"), large: true, say: "text of its cells"},
		"repeated rows": {data: odsFile(t, `<table:table table:name="a"><table:table-row table:number-rows-repeated="99999999"><table:table-cell table:number-columns-repeated="9999"><text:p>x</text:p></table:table-cell></table:table-row></table:table>`), large: true, say: "more than"},
		"password":      {data: pack(t, "mimetype", "application/vnd.oasis.opendocument.spreadsheet", "content.xml", "x", "META-INF/manifest.xml", "<manifest:encryption-data/>"), say: "password"},
		"rows":          {data: small(t, "<worksheet><sheetData>"+strings.Repeat(row, MaxRows+1)), large: true, say: "1048577"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := walkAll(test.data)
			var fault *Fault
			if !errors.As(err, &fault) || fault.Large != test.large || !strings.Contains(fault.Detail, test.say) {
				t.Errorf("error is %v, want a fault with %q, large %v", err, test.say, test.large)
			}
		})
	}
}

// TestWideRows reads rows that begin at the last column there is: a small file
// that would be large if the cells before were kept.
func TestWideRows(t *testing.T) {
	var b strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&b, `<row r="%d"><c r="XFC%[1]d"><v>1</v></c><c r="XFD%[1]d"><v>2</v></c></row>`, i+1)
	}
	book, err := Open(small(t, "<worksheet><sheetData>"+b.String()+"</sheetData></worksheet>"))
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	err = book.Walk(func(_ Sheet, rows *Rows) error {
		for {
			r, more := rows.Next()
			if !more {
				return rows.Err()
			}
			if last := r.Cells[len(r.Cells)-1].Text; len(r.Cells) != MaxColumns || last != "1 2" {
				t.Fatalf("row %d has %d cells, the last %q", r.Number, len(r.Cells), last)
			}
			count++
		}
	})
	if err != nil || count != 20_000 {
		t.Errorf("read %d rows, error %v", count, err)
	}
}

// TestUnpackedBounded unpacks more than is allowed.
func TestUnpackedBounded(t *testing.T) {
	left := budget{unpacked: 1 << 20}
	a, err := openArchive(pack(t, "one", strings.Repeat(" ", 1<<19), "two", strings.Repeat(" ", 1<<20)), &left)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name  string
		large bool
	}{{"one", false}, {"two", true}} {
		r, err := a.open(test.name)
		if err != nil {
			t.Fatal(err)
		}
		_, err = io.Copy(io.Discard, r)
		var fault *Fault
		if got := errors.As(err, &fault) && fault.Large; got != test.large {
			t.Errorf("%s: error is %v, want one that it is large: %v", test.name, err, test.large)
		}
	}
}
