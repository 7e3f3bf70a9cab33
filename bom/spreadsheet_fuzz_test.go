package bom

import (
	"bytes"
	"testing"

	"github.com/patternbook/patternbook/schema"
)

// readFuzzed reads data, which may be anything, and checks what comes of it.
func readFuzzed(t *testing.T, data []byte) {
	b, err := Read("fuzz", bytes.NewReader(data))
	if err == nil {
		checkDocument(t, b)
	} else if k := schema.KindOf(err); k != schema.Invalid && k != schema.TooLarge {
		t.Fatalf("error is of kind %s: %v", k, err)
	}
}

// FuzzXLSX changes the parts of a workbook: whole files would fail at the
// checksums of the archive.
func FuzzXLSX(f *testing.F) {
	const (
		book   = `<workbook><workbookPr date1904="1"/><sheets><sheet name="BOM" r:id="r1"/><sheet name="Mechanics" state="hidden"/></sheets></workbook>`
		styles = `<styleSheet><numFmts><numFmt numFmtId="164" formatCode="[$€-407] #,##0.00"/><numFmt numFmtId="165" formatCode="0000"/></numFmts><cellXfs><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="14"/><xf numFmtId="9"/><xf numFmtId="11"/></cellXfs></styleSheet>`
		shared = `<sst><si><t>Name</t></si><si><r><t>Q</t></r><r><t>ty</t></r></si><si><t xml:space="preserve"> a_x000A_b &amp; c</t></si></sst>`
	)
	f.Add(book, styles, shared, `<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="inlineStr"><is><t>Price</t></is></c></row><row r="3"><c t="s"><v>2</v></c><c><v>1E3</v></c><c s="0"><v>1.2</v></c></row></sheetData></worksheet>`)
	f.Add(book, styles, shared, `<x:worksheet><x:sheetData><x:row><x:c t="str"><x:v>MPN</x:v></x:c><x:c t="str"><x:f>1</x:f><x:v>Qty</x:v></x:c><x:c t="str"><x:v>Package</x:v></x:c></x:row><x:row><x:c s="2"><x:v>45000.5</x:v></x:c><x:c t="e"><x:v>#REF!</x:v></x:c><x:c><x:v>805</x:v></x:c><x:c r="XFD2" t="b"><x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>`)
	f.Fuzz(func(t *testing.T, book, styles, shared, sheet string) {
		readFuzzed(t, zipOf(t, "xl/workbook.xml", book, "xl/styles.xml", styles, "xl/sharedStrings.xml", shared,
			"xl/_rels/workbook.xml.rels", `<r><Relationship Id="r1" Type="x/worksheet" Target="worksheets/sheet1.xml"/></r>`,
			"xl/worksheets/sheet1.xml", sheet, "xl/worksheets/sheet2.xml", sheet))
	})
}

// FuzzODS changes the content of an OpenDocument spreadsheet.
func FuzzODS(f *testing.F) {
	f.Add(odsContent)
	f.Add(`<a><style:style style:name="h"><table:table-properties table:display="false"/></style:style><table:table table:style-name="h"><table:table-row><table:table-cell><text:p>Name<text:s text:c="3"/></text:p></table:table-cell><table:table-cell><text:p>Qty</text:p><text:p>pcs</text:p></table:table-cell></table:table-row>
<table:table-row table:number-rows-repeated="3"><table:covered-table-cell/><table:table-cell table:number-columns-repeated="2000" office:value-type="percentage" office:value="5e-2"/></table:table-row></table:table></a>`)
	f.Fuzz(func(t *testing.T, content string) {
		readFuzzed(t, zipOf(t, "mimetype", "application/vnd.oasis.opendocument.spreadsheet", "content.xml", content))
	})
}
