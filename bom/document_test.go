package bom

import (
	"strings"
	"testing"

	"github.com/patternbook/patternbook/schema"
)

func TestDocumentRefuses(t *testing.T) {
	author, err := schema.ParseName("ada")
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*BOM){
		"lines[0].kind":              func(b *BOM) { b.Lines[0].Kind = "gift" },
		"lines[1].kind":              func(b *BOM) { b.Lines[1].Kind = KindTool },
		"lines[1].item":              func(b *BOM) { b.Lines[1].Item = "1" },
		"lines[1].line":              func(b *BOM) { b.Lines[1].Line = 1 },
		"lines[0].item":              func(b *BOM) { b.Lines[0].Item = "1/2" },
		"lines[0].quantity":          func(b *BOM) { b.Lines[0].Quantity = number(t, "-1") },
		"lines[0].unit":              func(b *BOM) { b.Lines[0].Unit = "" },
		"lines[0]":                   func(b *BOM) { b.Lines[0].Required = one },
		"lines[0].assembly":          func(b *BOM) { b.Lines[0].Assembly = &Assembly{Reference: "x", Release: digestOf("x")} },
		"lines[0].files":             func(b *BOM) { b.Lines[0].Files = []string{"../x"} },
		"lines[0].rounding_multiple": func(b *BOM) { b.Lines[0].RoundingMultiple = number(t, "0") },
		"lines[0].name":              func(b *BOM) { b.Lines[0].Name = strings.Repeat("x", maxName+1) },
		"lines[0].source":            func(b *BOM) { b.Lines[0].Source = 3 },
		"tools":                      func(b *BOM) { b.Tools = nil },
		"findings":                   func(b *BOM) { b.Findings = nil },
		"summary":                    func(b *BOM) { b.Summary.Lines++ },
		"sources[0].digest":          func(b *BOM) { b.Sources = []Source{{Path: "a", Format: "csv"}} },
	} {
		b := smallBOM(t, "1 nut 1", "2 bolt 2")
		change(b)
		err := NewDocument(author, b).Validate()
		if schema.KindOf(err) != schema.Invalid || !strings.Contains(err.Error(), name+":") {
			t.Errorf("%s: error is %v, want one of kind invalid that names it", name, err)
		}
	}
}
