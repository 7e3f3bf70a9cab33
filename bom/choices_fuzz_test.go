package bom

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"

	"github.com/patternbook/patternbook/schema"
)

// FuzzViews asks everything of a BOM that can be asked, by a BOM and a build file
// that need not fit each other.
func FuzzViews(f *testing.F) {
	for _, seed := range []struct{ table, build string }{
		{"Name,Qty,Unit,Manufacturer,MPN\nnut,2,pcs,a,X\nrod,2 x 180 mm,,,\ncord,1.5,m,,\n", "units: 3\nstock: [{mpn: X, quantity: 2}, {name: cord, quantity: 3, unit: mm}]\ncut: {stock_length: 1 m, kerf: 2 mm}\n"},
		{"POS\tNAME\tUNITS\tTYPE\tREFERENCE\n1\tnut\t4\tSTD\tISO 4032  M8\n2\tring\t1\tPOSH\t/a/b.toml\n3\tB\t1\tMOSH\tada/psu\n", "stop: [ada/psu]\nvariant: lite\n"},
		{"References,Qty,Manufacturer,MPN,Manufacturer,MPN\nP1-9,9,a,b,c,d\n", "choose: [{line: \"1\", rank: 2}, {part: {mpn: b}, use: {mpn: d}}]\n"},
		{"Component,References,Value,Quantity Per PCB,Config\n1,C1 C2,1u,2,+can\n2,C3,1u,1,-can\n", "variant: can\nunits: 1000000000\n"},
		{"Name,Qty,Unit\nrod,0.3,m\nrod,3 x 1 m2,\n", "cut: {stock_length: 8 ft}\ndepth: 1\n"},
	} {
		f.Add([]byte(seed.table), []byte(seed.build))
	}
	f.Fuzz(func(t *testing.T, table, build []byte) {
		b, err := Read("fuzz", bytes.NewReader(table))
		if err != nil {
			return
		}
		decided, err := ReadBuild("build.yaml", bytes.NewReader(build))
		if err != nil {
			decided = &Build{Variants: b.VariantNames()[:min(1, len(b.VariantNames()))]}
		}
		before := asJSON(t, b.Lines)
		tree, err := Explode(t.Context(), &Node{BOM: b}, nil, decided.Choices())
		if err != nil {
			if k := schema.KindOf(err); k != schema.Invalid && k != schema.Ambiguous {
				t.Fatal(err)
			}
			return
		}
		for _, view := range Views() {
			v, err := tree.View(decided.Query(view))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := json.Marshal(v); err != nil {
				t.Fatal(err)
			}
			if slices.ContainsFunc(v.Lines, func(l Line) bool { return l.ToOrder.Sign() < 0 || l.OnHand.Compare(l.Required) > 0 }) {
				t.Fatalf("more is taken from stock than is required: %s", asJSON(t, v.Lines))
			}
		}
		if asJSON(t, b.Lines) != before {
			t.Fatal("the BOM was changed")
		}
		if _, err := Consolidate([]Order{{Node: &Node{BOM: b}, Units: 2, Name: "a/b"}, {Node: &Node{BOM: b}, Units: 1}}); err != nil {
			t.Fatal(err)
		}
	})
}
