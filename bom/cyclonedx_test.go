package bom

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/patternbook/patternbook/schema"
)

// nestedCycloneDX is a lamp of two boards, with three LEDs each.
const nestedCycloneDX = `{
  "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
  "metadata": {"tools": {"components": [{"type": "application", "name": "maker"}]}, "component": {"type": "device", "name": "lamp"}},
  "components": [
    {"type": "device", "name": "board", "properties": [{"name": "cdx:device:quantity", "value": "2"}], "components": [
      {"type": "device", "name": "LED-5", "manufacturer": {"name": "Kingbright"}, "supplier": {"name": "Mouser"}, "description": "red",
       "licenses": [{"license": {"id": "MIT"}}, {"expression": "Apache-2.0 OR GPL-2.0-only"}],
       "properties": [{"name": "cdx:device:quantity", "value": 3}, {"name": "cdx:device:sku", "value": "604-X"},
         {"name": "cdx:device:location", "value": "D1-D3"}, {"name": "acme:footprint", "value": "LED_0603"}, {"name": "cdx:device:deviceType", "value": "smd"}]},
      {"type": "device", "name": "chip", "scope": "optional", "components": [
        {"type": "firmware", "name": "boot", "version": "1.0", "hashes": [{"alg": "SHA-256", "content": "` + "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855" + `"}],
         "components": [{"type": "library", "name": "zlib"}]}]}
    ]},
    {"type": "device", "name": "cable", "properties": [{"name": "cdx:device:quantity", "value": "2 m"}]}
  ]
}`

func readText(t testing.TB, text string) *BOM {
	t.Helper()
	b, err := Read("bom.json", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	checkDocument(t, b)
	return b
}

func TestReadCycloneDXNested(t *testing.T) {
	b := readText(t, nestedCycloneDX)
	type short struct{ item, parent, name, kind, quantity, unit string }
	var got []short
	for _, l := range b.Lines {
		got = append(got, short{l.Item, l.Parent, l.Name, string(l.Kind), l.Quantity.String(), l.Unit})
	}
	want := []short{
		{"1", "", "board", "assembly", "2", "1"},
		{"1.1", "1", "LED-5", "purchased", "6", "1"},
		{"1.2", "1", "chip", "purchased", "2", "1"},
		{"1.2.1", "1", "boot", "firmware", "2", "1"},
		{"2", "", "cable", "purchased", "2", "m"},
	}
	if !slices.Equal(got, want) {
		t.Fatalf("lines are %v, want %v", got, want)
	}
	led := b.Lines[1]
	if led.Part != (Part{Manufacturer: "Kingbright", MPN: "LED-5"}) || len(led.Offers) != 1 || led.Offers[0].Supplier != "Mouser" || led.Offers[0].SKU != "604-X" ||
		strings.Join(led.References, " ") != "D1 D2 D3" || led.Footprint != "LED_0603" || led.Note != "red" || led.Row != 6 ||
		led.Extra["cdx:device:deviceType"] != "smd" || led.Extra["licence"] != "MIT; Apache-2.0 OR GPL-2.0-only" {
		t.Errorf("the LED is %s", asJSON(t, led))
	}
	if b.Lines[2].Fitted || b.Lines[3].Extra["within"] != "1.2" || b.Lines[3].Part.Version != "1.0" || b.Lines[3].Part.Digest != schema.DigestOf(nil) {
		t.Errorf("chip and firmware are %s", asJSON(t, b.Lines[2:4]))
	}
	if b.Sources[0].Format != "cyclonedx-1.5" || !hasCode(b, "software-passed-over") || !hasCode(b, "unfitted-by-scope") || !hasCode(b, "quantity-missing") {
		t.Errorf("sources and findings are %s", asJSON(t, []any{b.Sources, b.Findings}))
	}
}

func hasCode(b *BOM, code string) bool {
	return slices.ContainsFunc(b.Findings, func(f Finding) bool { return f.Code == code })
}

func TestReadCycloneDXFile(t *testing.T) {
	root := os.Getenv("PATTERNBOOK_TESTDATA")
	if root == "" {
		t.Skip("PATTERNBOOK_TESTDATA does not name the folder with the public BOM files")
	}
	f, err := os.Open(filepath.Join(root, "bom", "CycloneDX__bom-examples__bom.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b, err := Read("bom.json", f)
	if err != nil {
		t.Fatal(err)
	}
	checkDocument(t, b)
	if s := b.Summary; s.Lines != 6 || s.UnfittedLines != 0 || s.Quantity.String() != "15" || b.Sources[0].Format != "cyclonedx-1.4" {
		t.Errorf("summary is %+v of %+v, want 6 lines of 15 pieces", s, b.Sources)
	}
	l := b.Lines[1]
	if l.Part != (Part{Manufacturer: "Molex", MPN: "47155-4001"}) || l.Quantity.String() != "8" || l.Row != 52 || l.Item != "2" || l.Parent != "" ||
		l.Extra["cdx:device:gs1:gtin-12"] != "822348522712" || l.Extra["cdx:device:location"] != "mainboard" || l.Extra["cdx:device:function"] != "connector" {
		t.Errorf("line 2 is %s", asJSON(t, l))
	}
	if v := b.Lines[0].Part.Version; v != "2.9.10" {
		t.Errorf("version is %s", v)
	}
}

// TestReadCycloneDXDraft reads what drafts of 2.0 have members for.
func TestReadCycloneDXDraft(t *testing.T) {
	b := readText(t, `{"specFormat": "CycloneDX", "specVersion": "2.0", "components": [
		{"type": "device", "name": "rod", "quantity": {"value": 2.5, "unit": "m"}},
		{"type": "device", "name": "cap", "quantity": {"value": 2}, "boardLocation": {"designators": ["C1", "C2"]}}]}`)
	if l := b.Lines[0]; l.Quantity.String() != "2.5" || l.Unit != "m" {
		t.Errorf("the rod is %s", asJSON(t, l))
	}
	if l := b.Lines[1]; l.Quantity.String() != "2" || len(l.References) != 2 {
		t.Errorf("the capacitor is %s", asJSON(t, l))
	}
}

func TestReadOwnJSON(t *testing.T) {
	line := `{"line": %, "item": "%", "name": "nut", "kind": "purchased", "quantity": "2", "required": "14", "unit": "1", "fitted": true, "paths": ["%"]`
	text := `{"lines": [` + strings.ReplaceAll(line, "%", "7") + `, "kind": "assembly", "assembly": {"reference": "ada/b", "version": "1.0.0"},
		"bom": {"sources": [], "lines": [` + strings.ReplaceAll(line, "%", "1") + `}], "tools": [], "findings": [], "summary": {}}},
		` + strings.ReplaceAll(line, "%", "8") + `}]}`
	b := readText(t, text)
	if len(b.Lines) != 3 || b.Sources[0].Format != "patternbook-json" || b.Sources[0].Digest != schema.DigestOf([]byte(text)) {
		t.Fatalf("it is %s", asJSON(t, b))
	}
	if l := b.Lines[1]; l.Item != "7.1" || l.Parent != "7" || l.Line != 9 || l.Quantity.String() != "4" || l.Paths != nil {
		t.Errorf("the nested line is %s", asJSON(t, l))
	}
	if l := b.Lines[0]; l.Line != 7 || *l.Assembly != (Assembly{Reference: "ada/b"}) {
		t.Errorf("the assembly is %s", asJSON(t, l))
	}
}

// TestReadOwnCycloneDX reads an export that another tool has changed.
func TestReadOwnCycloneDX(t *testing.T) {
	own := func(name, value string) string {
		return `{"name": "patternbook:bom:` + name + `", "value": "` + value + `"}`
	}
	b := readText(t, `{"bomFormat": "CycloneDX", "specVersion": "1.6", "metadata": {"properties": [`+own("sources", "[]")+`]}, "components": [
		{"type": "device", "bom-ref": "1", "name": "nut", "properties": [{"name": "cdx:device:quantity", "value": "4.0"},
			`+own("kind", "standard")+`,`+own("line", "1")+`,`+own("item", "1")+`,`+own("part:standard", "ISO 4032")+`,`+own("offers", "[")+`,`+own("extra:a:b", "c")+`]},
		{"type": "device", "name": "bolt"}, {"type": "library", "name": "zlib"}]}`)
	if l := b.Lines[0]; l.Quantity.String() != "4" || l.Kind != KindStandard || l.Part.Standard != "ISO 4032" || l.Extra["a:b"] != "c" || !hasCode(b, "property-unreadable") {
		t.Errorf("the nut is %s", asJSON(t, b))
	}
	if len(b.Lines) != 2 || b.Lines[1].Name != "bolt" || b.Lines[1].Item != "2" || !hasCode(b, "components-added") {
		t.Errorf("it is %s", asJSON(t, b))
	}
}

func TestReadJSONRefuses(t *testing.T) {
	deep := strings.Repeat(`{"type":"device","name":"a","components":[`, 100) + strings.Repeat(`]}`, 100)
	for _, test := range []struct{ name, text, want string }{
		{"software", `{"bomFormat": "CycloneDX", "specVersion": "1.4", "components": [{"type": "library", "name": "zlib"}]}`, "of software"},
		{"software on a device", `{"bomFormat": "CycloneDX", "metadata": {"component": {"type": "device", "name": "a"}}, "components": [{"type": "firmware", "name": "b"}]}`, "of software"},
		{"XML", `<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.4"/>`, "JSON"},
		{"other", `{"spdxVersion": "SPDX-2.3"}`, "no bill of materials"},
		{"list", `[{"name": "nut", "quantity": 2}]`, "no bill of materials"},
		{"cut off", `{"bomFormat": "CycloneDX", "components": [`, "not valid JSON"},
		{"deep", `{"bomFormat": "CycloneDX", "components": [` + deep + `]}`, "nested deeper"},
		{"very deep", strings.Repeat(`{"a":`, 5000), "nested deeper"},
		{"many", `{"bomFormat": "CycloneDX", "components": [` + strings.Repeat(`{},`, MaxLines+1) + `{}]}`, "more than 100000 lines"},
		{"lines", `{"lines": [{"line": 1, "item": "1", "name": "a", "kind": "x", "quantity": "1", "unit": "1", "fitted": true}]}`, "kind"},
		{"large", `{"bomFormat": "CycloneDX", "components": [{"type": "device", "name": "a", "properties": [{"name": "cdx:device:quantity", "value": "1` + strings.Repeat("0", 60) + `"}], "components": [
			{"type": "device", "name": "a", "properties": [{"name": "cdx:device:quantity", "value": "1` + strings.Repeat("0", 60) + `"}]}]}]}`, "too large"},
	} {
		t.Run(test.name, func(t *testing.T) {
			b, err := Read("x.json", strings.NewReader(test.text))
			if k := schema.KindOf(err); k != schema.Invalid && k != schema.TooLarge || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error is %v (%v), want one that says %q", err, b, test.want)
			}
		})
	}
}

func FuzzCycloneDX(f *testing.F) {
	for _, seed := range []string{
		nestedCycloneDX,
		`{"bomFormat":"CycloneDX","metadata":{"properties":[{"name":"patternbook:bom:sources","value":"[]"}]},"components":[{"type":"device","name":"a","properties":[{"name":"patternbook:bom:kind","value":"tool"},{"name":"patternbook:bom:line","value":"1"},{"name":"patternbook:bom:item","value":"1"},{"name":"patternbook:bom:variants","value":"[{}]"}]}]}`,
		`{"lines":[{"line":1,"item":"1","name":"a","kind":"assembly","quantity":"2","unit":"1","fitted":true,"bom":{"sources":[],"lines":[{"line":1,"item":"1","name":"b","kind":"made","quantity":"3","unit":"1","fitted":false}]}}]}`,
		`{"specFormat":"CycloneDX","components":[{"type":"device","quantity":{"value":1e3,"unit":"m"},"boardLocation":{"designators":["R1"]}}]}`,
		`<bom xmlns="http://cyclonedx.org/schema/bom/1.4"/>`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if !isJSON(data) {
			return
		}
		b, err := Read("fuzz", bytes.NewReader(data))
		if err != nil {
			if k := schema.KindOf(err); k != schema.Invalid && k != schema.TooLarge {
				t.Fatalf("error is of kind %s: %v", k, err)
			}
			return
		}
		checkDocument(t, b)
	})
}
