package bom

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/patternbook/patternbook/schema"
)

func mustRead(t *testing.T, name, text string) *BOM {
	t.Helper()
	b, err := Read(name, strings.NewReader(text))
	if err != nil {
		t.Fatalf("Read(%q): %v", text, err)
	}
	checkDocument(t, b)
	return b
}

// checkDocument encodes b as a document, reads it again, and compares.
func checkDocument(t testing.TB, b *BOM) {
	t.Helper()
	author, err := schema.ParseName("ada")
	if err != nil {
		t.Fatal(err)
	}
	text, digest, err := schema.Encode(NewDocument(author, b))
	if err != nil {
		t.Fatalf("encode: %v", err)
	}
	again, canonical, err := schema.Decode[Document](text)
	if err != nil {
		t.Fatalf("decode: %v", err)
	}
	if schema.DigestOf(canonical) != digest {
		t.Fatalf("decoded bytes differ:\n%s\n%s", text, canonical)
	}
	if again.PartsDigest() != b.PartsDigest() {
		t.Fatal("the parts digest changed on the way through JSON")
	}
}

// designs gives a file of the public designs that are read with the tests.
func designs(t testing.TB, path string) *BOM {
	t.Helper()
	root := os.Getenv("PATTERNBOOK_TESTDATA")
	if root == "" {
		t.Skip("PATTERNBOOK_TESTDATA does not name the folder with the public designs")
	}
	f, err := os.Open(filepath.Join(root, "designs", filepath.FromSlash(path)))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b, err := Read(path, f)
	if err != nil {
		t.Fatal(err)
	}
	checkDocument(t, b)
	return b
}

func asJSON(t testing.TB, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func codes(b *BOM) []string {
	var list []string
	for _, f := range b.Findings {
		if f.Code != "columns" {
			list = append(list, f.Code)
		}
	}
	return list
}

func TestReadDesigns(t *testing.T) {
	for _, test := range []struct {
		path, format, delimiter string
		lines                   int
		quantity                string
	}{
		{"losh-dummy-mosh-a/sBoM.csv", "okh-sbom", "tab", 13, "54"},
		{"losh-dummy-mosh-d/sBoM.csv", "okh-sbom", "tab", 12, "53"},
		{"rotary-encoder-protection/BOM.csv", "csv", "comma", 9, "14"},
		{"mppt-1210-hus/build/mppt-1210-hus_bom.csv", "csv", "comma", 50, "117"},
		{"mppt-2420-hc/build/mppt-2420-hc_bom_(hv_supply,can).csv", "csv", "comma", 62, "141"},
		{"mppt-2420-hc/build/mppt-2420-hc_bom_mechanical.csv", "csv", "comma", 5, "13"},
	} {
		t.Run(test.path, func(t *testing.T) {
			b := designs(t, test.path)
			if got := b.Summary; got.Lines != test.lines || got.Quantity.String() != test.quantity || got.UnfittedLines != 0 {
				t.Errorf("summary is %+v, want %d lines of %s pieces", got, test.lines, test.quantity)
			}
			s := b.Sources[0]
			if s.Path != test.path || s.Format != test.format || s.Delimiter != test.delimiter || s.Encoding != "utf-8" {
				t.Errorf("source is %+v, want %s by %s", s, test.format, test.delimiter)
			}
			if got := codes(b); len(got) > 0 {
				t.Errorf("findings %q, want none", got)
			}
		})
	}
}

func TestReadOKH(t *testing.T) {
	b := designs(t, "losh-dummy-mosh-a/sBoM.csv")
	for item, want := range map[string]string{
		"2":  `{"line":2,"item":"2","name":"M8 Nuts","kind":"standard","quantity":"4","unit":"1","fitted":true,"part":{"standard":"ISO 4032 M8"},"extra":{"REFERENCE":"ISO 4032  M8"},"row":3}`,
		"10": `{"line":10,"item":"10","name":"Clamp Ring","kind":"made","quantity":"2","unit":"1","fitted":true,"files":["3DParts/ClampRing/okh-ClampRing.toml"],"row":10}`,
		"15": `{"line":15,"item":"15","name":"3m String","kind":"purchased","quantity":"1","unit":"1","fitted":true,"value":"⌀2…3 mm, Polypropylen","row":12}`,
		"16": `{"line":16,"item":"16","name":"Module B","kind":"assembly","quantity":"1","unit":"1","fitted":true,"assembly":{"reference":"https://github.com/OPEN-NEXT/LOSH-dummy-MOSH-B/commit/d11fbfbd74941236e5e3312012f2f0ef027ca765"},"row":13}`,
	} {
		if got := asJSON(t, b.At(item)); got != want {
			t.Errorf("item %s is\n%s, want\n%s", item, got, want)
		}
	}
}

func TestReadKiBoM(t *testing.T) {
	b := designs(t, "mppt-2420-hc/build/mppt-2420-hc_bom_(hv_supply,can).csv")
	want := `{"line":4,"item":"4","name":"Unpolarized capacitor","kind":"purchased","quantity":"13","unit":"1",` +
		`"references":["C7","C9","C10","C13","C20","C22","C24","C28","C29","C30","C31","C32","C48"],"fitted":true,` +
		`"variants":[{"name":"can","fitted":true},{"name":"*","fitted":false}],"value":"100nF","footprint":"C_0603_1608","extra":{"Config":"+can","Manufacturer":"any"},"row":5}`
	if got := asJSON(t, b.At("4")); got != want {
		t.Errorf("item 4 is\n%s, want\n%s", got, want)
	}
	both := Merge(b, designs(t, "mppt-2420-hc/build/mppt-2420-hc_bom_mechanical.csv"))
	checkDocument(t, both)
	if got := both.Summary; got.Lines != 67 || got.Quantity.String() != "154" {
		t.Errorf("merged summary is %+v, want 67 lines of 154 pieces", got)
	}
	spacer := both.At("2-2")
	if spacer == nil || spacer.Line != 64 || spacer.Source != 1 || spacer.Row != 3 || spacer.Part.Manufacturer != "Würth Elektronik" {
		t.Errorf("item 2-2 is %+v, want the spacer on row 3 of the second source", spacer)
	}
}

// one line below a header, as JSON without what all lines have
func TestReadCells(t *testing.T) {
	for _, test := range []struct {
		name, text string
		want       string // part of the line's JSON
		codes      []string
	}{
		{"decimal comma", "Name;Qty\nrod;1,5", `"quantity":"1.5","unit":"1","quantity_text":"1,5"`, nil},
		{"unit in the cell", "Name,Qty\nrod,1.5 m", `"quantity":"1.5","unit":"m","quantity_text":"1.5 m"`, nil},
		{"pieces", "Name,Qty\nnut,2 pcs", `"quantity":"2","unit":"1"`, nil},
		{"times", "Name,Qty\nnut,2x", `"quantity":"2","unit":"1"`, nil},
		{"unit column", "Name,Qty,Unit\nglue,10,ml", `"quantity":"10","unit":"mL"`, nil},
		{"unit in the header", "Name,Length (mm),Qty [m]\ncord,,3", `"quantity":"3","unit":"m"`, nil},
		{"unknown unit", "Name,Qty,Unit\nglue,10,drops", `"quantity":"10","unit":"1","fitted":true,"extra":{"Unit":"drops"}`, []string{"unit-unknown"}},
		{"fraction", "Name,Qty\nrod,1/2 m", `"quantity":"0.5","unit":"m"`, nil},
		{"mixed fraction", "Name,Qty\nrod,1 1/2 in", `"quantity":"1.5","unit":"[in_i]"`, nil},
		{"third", "Name,Qty\nrod,1/3", `"quantity":"0.333334"`, []string{"quantity-rounded"}},
		{"pieces of a length", "Name,Qty\nrod,2 x 180 mm", `"quantity":"2","unit":"1","quantity_text":"2 x 180 mm","piece_count":"2","piece_size":{"value":"180","unit":"mm"}`, nil},
		{"range", "Name,Qty\nnut,2-4", `"quantity":"4"`, []string{"quantity-range"}},
		{"thousands", "Name,Qty\nnut,\"1,500\"", `"quantity":"1500"`, []string{"quantity-ambiguous"}},
		{"empty", "Name,Qty\nnut,,", `"quantity":"1"`, []string{"quantity-missing"}},
		{"words", "Name,Qty\nnut,as needed", `"quantity":"1","unit":"1","quantity_text":"as needed"`, []string{"quantity-open"}},
		{"negative", "Name,Qty\nnut,-2", `"quantity":"1"`, []string{"quantity-negative"}},
		{"references counted", "Designator,Value\n\"R1-R3,R7\",10k", `"quantity":"4","unit":"1","references":["R1","R2","R3","R7"]`, nil},
		{"references differ", "Designator,Value,Qty\n\"R1,R2\",10k,3", `"quantity":"3"`, []string{"quantity-differs"}},
		{"dnp", "Reference,Value,Qty,DNP\nR1,10k,1,DNP", `"fitted":false,"value":"10k"`, nil},
		{"dnp no", "Reference,Value,Qty,DNP\nR1,10k,1,0", `"fitted":true`, nil},
		{"dnp odd word", "Reference,Value,Qty,DNP\nR1,10k,1,prototype only", `"fitted":false,"value":"10k","extra":{"DNP":"prototype only"}`, nil},
		{"unknown column", "Reference,Value,Qty,Colour\nR1,10k,1,red", `"extra":{"Colour":"red"}`, nil},
		{"bought", "POS,NAME,UNITS,TYPE,REFERENCE\n1,x,1,buy,any cord\n2,y,1,MOSH,ada/lamp@1.2.0", `"kind":"purchased","quantity":"1","unit":"1","fitted":true,"value":"any cord"`, nil},
		{"quoted newline", "Name,Qty,Note\nnut,1,\"a\nb\"", `"note":"a\nb"`, nil},
		{"inches", "Name,Qty\n2\"x3\" bolt,2", `"name":"2\"x3\" bolt"`, nil},
		{"quote as inches", "Name,Qty\n\"3\" tape,1\nnut,1", `"name":"\"3\" tape"`, nil},
		{"unclosed quote", "Name,Qty\n\"3 tape,1\nnut,1", `"name":"\"3 tape","kind":"purchased","quantity":"1"`, nil},
		{"german", "Pos.;Bezeichnung;Stückzahl;Hersteller;Bestellnummer\n1;Mutter;4;Würth;123", `"name":"Mutter","kind":"purchased","quantity":"4","unit":"1","fitted":true,"part":{"manufacturer":"Würth"},"offers":[{"supplier":"","sku":"123"}]`, nil},
		{"french", "Repère;Désignation;Quantité\nR1;10k;1", `"references":["R1"]`, nil},
		{"price", "Part,Qty,Unit Price,Supplier\nGPS,1,$29.95,Adafruit", `"offers":[{"supplier":"Adafruit","currency":"USD","price_breaks":[{"from":"1","price":"29.95"}]}]`, nil},
		{"formula guard", "Name,Qty\n'=SUM(A1),1", `"name":"=SUM(A1)"`, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := mustRead(t, "bom.txt", test.text)
			if len(b.Lines) == 0 {
				t.Fatalf("there is no line; findings %+v", b.Findings)
			}
			if got := asJSON(t, b.Lines[0]); !strings.Contains(got, test.want) {
				t.Errorf("the line is %s, want %s in it", got, test.want)
			}
			if got := codes(b); !slices.Equal(got, test.codes) {
				t.Errorf("findings are %q, want %q", got, test.codes)
			}
		})
	}
}

func TestReadTables(t *testing.T) {
	for _, test := range []struct {
		name, text string
		lines      int
		tools      int
		codes      []string
	}{
		{"preamble and totals", "Device:,Lamp\nVersion:,V1\n\nPart,Qty,Price\nnut,2,1\nbolt,3,2\nTotal,5,\n", 2, 0, []string{"rows-before-header", "total-passed-over"}},
		{"sections", "Item,Qty\nHardware,\nnut,2\n\nTools,\nspanner,1\n", 1, 1, []string{"section", "section"}},
		{"repeated header", "Ref,Value\nR1,1k\nRef,Value\nR2,2k\n", 2, 0, []string{"header-repeated"}},
		{"kicad grouped", "Source:,x.sch\nTool:,Eeschema 5\n\nIndividual Components:\n\nItem,Qty,Reference(s),Value\n,,C1,100n\n,,C2,100n\n\nCollated Components:\n\nItem,Qty,Reference(s),Value\n1,2,\"C1, C2\",100n\n", 1, 0, []string{"rows-before-header", "table-repeated", "header-repeated"}},
		{"crlf and blank rows", "Ref;Value\r\n\r\nR1;1k\r\n;;\r\nR2;2k\r\n", 2, 0, nil},
		{"repeated items", "Item,Name,Qty\n1,nut,2\n1,bolt,2\n", 2, 0, []string{"item-repeated"}},
		{"repeated references", "Ref,Value\nR1,1k\nR1,2k\n", 2, 0, []string{"reference-repeated"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := mustRead(t, "bom.csv", test.text)
			if len(b.Lines) != test.lines || len(b.Tools) != test.tools {
				t.Errorf("there are %d lines and %d tools, want %d and %d: %s", len(b.Lines), len(b.Tools), test.lines, test.tools, asJSON(t, b))
			}
			if got := codes(b); !slices.Equal(got, test.codes) {
				t.Errorf("findings are %q, want %q", got, test.codes)
			}
		})
	}
}

func TestReadEncodings(t *testing.T) {
	const table = "Name,Qty,Material\nRänder,2,Stahl\n"
	utf16 := func(order string) string {
		var b strings.Builder
		for _, r := range table {
			if order == "be" {
				b.WriteString(string([]byte{byte(r >> 8), byte(r)}))
			} else {
				b.WriteString(string([]byte{byte(r), byte(r >> 8)}))
			}
		}
		return b.String()
	}
	for want, text := range map[string]string{
		"utf-8":        table,
		"utf-8-bom":    "\xEF\xBB\xBF" + table,
		"windows-1252": strings.ReplaceAll(table, "ä", "\xE4"),
		"utf-16le":     "\xFF\xFE" + utf16("le"),
		"utf-16be":     utf16("be"),
	} {
		b := mustRead(t, "bom.csv", text)
		if got := b.Sources[0].Encoding; got != want {
			t.Errorf("encoding is %s, want %s", got, want)
		}
		if got := b.Lines[0].Name; got != "Ränder" {
			t.Errorf("%s: name is %q, want Ränder", want, got)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"empty": "", "blank": " \n\n", "prose": "Dear all,\nthe BOM follows.\n", "binary": "PK\x03\x04\x00\x00,\x00",
		"numbers": "1,2,3\n4,5,6\n",
	} {
		_, err := Read(name+".csv", strings.NewReader(text))
		e, ok := errors.AsType[*schema.Error](err)
		if !ok || e.Kind != schema.Invalid || len(e.At) == 0 || e.At[0].File != name+".csv" {
			t.Errorf("%s: error is %v, want one of kind invalid that names the file", name, err)
		}
	}
	_, err := Read("big.csv", strings.NewReader("Name,Qty\n"+strings.Repeat("nut,1\n", MaxLines+1)))
	if !errors.Is(err, schema.TooLarge) {
		t.Errorf("too many lines: error is %v, want too large", err)
	}
	_, err = Read("big.csv", endless{})
	if !errors.Is(err, schema.TooLarge) {
		t.Errorf("endless file: error is %v, want too large", err)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

func TestSplitReferences(t *testing.T) {
	for cell, want := range map[string]string{
		"C1 C2": "C1 C2", "D2,D3,D4": "D2 D3 D4", "R1-R4": "R1 R2 R3 R4", "P1-9": "P1 P2 P3 P4 P5 P6 P7 P8 P9", "BTN0-2": "BTN0 BTN1 BTN2",
		"R1 – R3": "R1 R2 R3", "R3;R6": "R3 R6", "R01-R03": "R01 R02 R03", "Battery clip": "Battery_clip", "ISO 4032 M8": "ISO_4032_M8",
		"C  2,C  3": "C2 C3", "R1 to R3": "R1 R2 R3", "R1..R3": "R1 R2 R3", "R1–R3": "R1 R2 R3", "R1- R3": "R1 R2 R3", "R1 - R3 R7": "R1 R2 R3 R7",
		"C103-C105": "C103 C104 C105", "C1, 2, 5": "C1 C2 C5", "R1 and R2": "R1 R2", "DIN912-M3": "DIN912-M3", "1N4148-1": "1N4148-1", "M3 x 10": "M3_x_10", "R4-R1": "R4-R1", "J1-1": "J1-1", "R1-99999": "R1-99999", "CC0603-05": "CC0603-05", "P+": "P+", ",,,": "", "": "",
		"REF**": "REF**", "U3A, U3B": "U3A U3B", "R1-R3 R9": "R1 R2 R3 R9",
	} {
		got := splitReferences(cell)
		for i := range got {
			got[i] = strings.ReplaceAll(got[i], " ", "_")
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q is read as %q, want %q", cell, got, want)
		}
	}
}
