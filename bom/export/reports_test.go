package export

import (
	"encoding/csv"
	"strings"
	"testing"

	"github.com/patternbook/patternbook/bom"
)

func TestReports(t *testing.T) {
	tree := lamp(t)
	b := must[*bom.BOM](t)(tree.View(bom.Query{View: bom.ViewTree, Units: 5}))
	b.Lines = append(b.Lines, bom.Line{Line: 7, Item: "7", Name: "logo", Kind: bom.KindPurchased, Unit: bom.Pieces, Fitted: true, ExcludeFromBOM: true, References: []string{"G1"}},
		bom.Line{Line: 8, Item: "8", Name: "knob", Kind: bom.KindPurchased, Unit: bom.Pieces, Fitted: true, ExcludeFromBoard: true, References: []string{"K1"}})
	numberless := func(supplier string) string {
		if supplier == "" {
			return "it has no manufacturer's part number, and no number of a supplier"
		}
		return "it has no manufacturer's part number, and no number of " + supplier
	}
	cart := func(capacitor, supplier string) string {
		return "1: " + numberless(supplier) + "\n2: it is of kind made, which is not bought by a number\n3: its parts are listed on their own\n" + capacitor +
			"3/3: it is not fitted\n4: it is measured in m, not counted in pieces\n5: it is of kind assembly, which is not bought by a number\n" +
			"7: it is excluded from the BOM\n8: " + numberless(supplier)
	}
	unplaced := func(spare, end string) string {
		return "1: it has no references\n2: it has no references\n3: it has no references\n" + spare + "4: " + end + "\n5: it has no references\n7: it is excluded from the BOM"
	}
	for _, c := range []struct {
		format, supplier, want string
	}{
		{"json", "", ""}, {"csv", "", ""}, {"tsv", "", ""}, {"csv-excel", "", ""}, {"markdown", "", ""}, {"html", "", ""},
		{"jlcpcb", "", unplaced("3/3: it is not fitted\n", "it is not on the board") + "\n8: it is not on the board"},
		{"kicad", "", unplaced("", "it has no references")},
		{"cart", "", cart("", "")},
		{"cart", "digikey", cart("3/2: "+numberless("digikey")+"\n", "digikey")},
		{"digikey", "", cart("3/2: "+numberless("Digi-Key")+"\n", "Digi-Key")},
		{"mouser", "LCSC", cart("3/2: "+numberless("Mouser")+"\n", "Mouser")},
		{"lcsc", "", cart("", "LCSC")},
	} {
		_, report := written(t, c.format, b, Options{Supplier: c.supplier})
		var got []string
		for _, l := range report.LeftOut {
			got = append(got, l.Item+": "+l.Reason)
		}
		if strings.Join(got, "\n") != c.want {
			t.Errorf("%s for %q leaves out\n%s\nwant\n%s", c.format, c.supplier, strings.Join(got, "\n"), c.want)
		}
	}
}

func TestCartCountsWholePieces(t *testing.T) {
	b := read(t, "a.csv", "Name,Qty,MPN\nhalf,0.5,A\nmany,3,B\nnone,0,C\n")
	out, report := written(t, "cart", b, Options{})
	rows := must[[][]string](t)(csv.NewReader(strings.NewReader(out)).ReadAll())
	if len(rows) != 3 || rows[1][4] != "1" || rows[2][4] != "3" {
		t.Errorf("the cart is %q", rows)
	}
	if len(report.LeftOut) != 1 || report.LeftOut[0].Reason != "nothing of it is needed" {
		t.Errorf("left out is %+v, want the line of which nothing is needed", report.LeftOut)
	}
	tree := lamp(t)
	out, _ = written(t, "cart", must[*bom.BOM](t)(tree.View(bom.Query{View: bom.ViewFlat, Units: 5})), Options{Supplier: "digi key"})
	rows = must[[][]string](t)(csv.NewReader(strings.NewReader(out)).ReadAll())
	if len(rows) != 3 || rows[1][1] != "311-10.0KHRCT-ND" || rows[1][4] != "20" {
		t.Errorf("the cart of five lamps is %q, want 20 of 311-10.0KHRCT-ND and 10 of U1", rows)
	}
}
