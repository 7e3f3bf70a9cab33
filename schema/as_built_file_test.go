package schema

import (
	"reflect"
	"strings"
	"testing"
)

// TestReadAsBuilt reads the same record in the three forms that workshops write.
func TestReadAsBuilt(t *testing.T) {
	const asJSON = `{"items": [{"line": "16/10", "serials": "A-{0001..0050}", "part": {"manufacturer": "Nidec", "mpn": "24H"}, "lot": 2431, "quantity": 2.0, "sealed": false},
		{"line": 2, "serials": "A-0001 A-0002", "unit": "coop/D-0007", "sealed": null}, {"line": "Clamp Ring", "batch": "coop/LOT-2", "lot": "007"}],
		"deviations": [{"kind": "substitution", "line": "2", "actual": {"standard": "DIN 934 M8"}, "reason": "unavailable", "serials": ""}]}`
	const asYAML = `# filled in by the bench
items:
  - {line: 16/10, serials: "A-{0001..0050}", part: {manufacturer: Nidec, mpn: 24H}, lot: 2431, quantity: 2.0, sealed: false}
  - line: 2
    serials: A-0001 A-0002
    unit: coop/D-0007
  - line: Clamp Ring
    batch: coop/LOT-2
    lot: 007
deviations:
  - kind: substitution
    line: 2
    actual:
      standard: DIN 934 M8
    reason: unavailable
`
	const asCSV = "line;name;serials;manufacturer;mpn;standard;lot;unit;batch;quantity;deviation;reason\n" +
		"16/10;Motor;A-{0001..0050};Nidec;24H;;2431;;;2.0;;\n" +
		"99;Screw;;;;;;;;;;\n" +
		"2;Driver;A-0001,A-0002;;;;;coop/D-0007;;;;\n" +
		"Clamp Ring;;;;;;007;;coop/LOT-2;;;\n" +
		"2;;;;;DIN 934 M8;;;;;substitution;unavailable\n"
	want, err := ReadAsBuilt("built.json", []byte(asJSON))
	if err != nil {
		t.Fatal(err)
	}
	if len(want.Items) != 3 || want.Items[0].Lot != "2431" || want.Items[0].Quantity.String() != "2" || want.Items[1].Serials.Count() != 2 || want.Items[2].Lot != "007" || len(want.Deviations) != 1 {
		t.Errorf("the JSON file reads as %+v", want)
	}
	for name, text := range map[string]string{"built.yaml": asYAML, "built.csv": asCSV, "built": asJSON, "built-too": asYAML, "built-three": asCSV} {
		got, err := ReadAsBuilt(name, []byte(text))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s reads as %+v (%v), want %+v", name, got, err, want)
		}
	}
}

func TestReadAsBuiltNamesFaults(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"a.json", `{"items": [{"line": "1", "lott": "x"}]}`, "items[0].lott"},
		{"a.json", `{"items": [{"lot": "x"}]}`, "items[0].line"},
		{"a.json", `{"items": [`, "not JSON"},
		{"a.json", `{} {}`, "one object"},
		{"a.json", `[]`, "object"},
		{"a.json", `{"items": [{"line": "1", "serials": "A-{9..1}"}]}`, "lower number first"},
		{"a.json", `{"items": [{"line": "1", "sealed": true}]}`, "sealed"},
		{"a.yaml", "items:\n  - line: 1\n    lot: x\n  - line: 2\n    quantity: many\n", "a.yaml:5"},
		{"a.yaml", "items: [\n", "a.yaml"},
		{"a.csv", "line,colour\n1,red\n", "colour"},
		{"a.csv", "lot\n1\n", "line"},
		{"a.csv", "line,unit\n1,A-1\n2,coop/A-1\n3,x\n", "a.csv:2"},
		{"a.csv", "line,deviation,mpn\n1,omission,24H\n", "reason"},
		{"a.csv", "", "header"},
		{"a.json", `{"inspections": [{"result": "fine"}]}`, "passed or failed"},
		{"a.json", `{"items": [{"line": "/1"}]}`, "path of items"},
	} {
		_, err := ReadAsBuilt(test.name, []byte(test.text))
		if err == nil || KindOf(err) != Invalid || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s %q: got %v, want an error that names %q", test.name, test.text, err, test.want)
		}
	}
}

func FuzzReadAsBuilt(f *testing.F) {
	f.Add("a.json", []byte(`{"items": [{"line": "16/10", "serials": "A-{1..3}", "quantity": 2}]}`))
	f.Add("a.yaml", []byte("items:\n  - line: 2\n    lot: 007\n"))
	f.Add("a.csv", []byte("line,serials,lot\n1,A-1,x\n"))
	f.Add("a", []byte("deviations: [{kind: omission, line: 1, reason: x}]"))
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		a, err := ReadAsBuilt(name, data)
		if err != nil {
			return
		}
		var found faults
		if a.check(&found); len(found) > 0 {
			t.Errorf("what was read is not valid: %v", found)
		}
	})
}
