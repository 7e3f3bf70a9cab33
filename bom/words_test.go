package bom

import (
	"bytes"
	"strconv"
	"strings"
	"testing"
)

// TestHeaderWords reads headers that people and tools have made up for what is
// usual.
func TestHeaderWords(t *testing.T) {
	for _, test := range []struct {
		header, row string
		want        Line
	}{
		{"ID;Komponent;Ilosc;Dostawca/Link;Cena jednostkowa [PLN];Uwagi", "1;Kolo;2;Botland;1,50;zapas", Line{Name: "Kolo", Note: "zapas"}},
		{"POS,QTY,PART NAME,PART MANUFACTURER,PART CODE", "1,2,Hard case,Tectake,402870", Line{Name: "Hard case", Part: Part{Manufacturer: "Tectake", MPN: "402870"}}},
		{"Refs,Value,Quantity,MFR,MPN,SPR,SPN", "\"D1,D2\",IR,2,Vishay,VSMY3940,Digikey,VSMY3940CT-ND", Line{Name: "IR", Part: Part{Manufacturer: "Vishay", MPN: "VSMY3940"}}},
	} {
		b := mustRead(t, "words.csv", test.header+"\n"+test.row+"\n")
		if len(b.Lines) != 1 {
			t.Errorf("%s: %d lines, want 1", test.header, len(b.Lines))
			continue
		}
		l := b.Lines[0]
		if l.Name != test.want.Name || l.Part != test.want.Part || l.Note != test.want.Note || l.Quantity.String() != "2" {
			t.Errorf("%s: the line is %s, want %s", test.header, asJSON(t, l), asJSON(t, test.want))
		}
	}
}

// TestChosenColumnsOfSheet finds the header of a sheet that only a choice of
// columns explains.
func TestChosenColumnsOfSheet(t *testing.T) {
	data := workbook(t, page{name: "Sheet1", rows: "Aaa|Bbb|Ccc\nscrew|4|zinc\nnut|2|brass"})
	if _, err := Read("odd.xlsx", bytes.NewReader(data)); err == nil {
		t.Error("a sheet whose header says nothing is read without a choice")
	}
	b, err := ReadOptions{Columns: map[string]string{"Aaa": "name", "Bbb": "quantity", "Ccc": "material"}}.Read("odd.xlsx", bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if len(b.Lines) != 2 || b.Lines[0].Name != "screw" || b.Lines[0].Quantity.String() != "4" || b.Lines[1].Material != "brass" {
		t.Errorf("the lines are %s", asJSON(t, b.Lines))
	}
}

// TestTitleFarDown looks ahead for a table where no row is kept any more: the
// title's own row must not be overwritten by what is seen.
func TestTitleFarDown(t *testing.T) {
	text := "Name,Qty,Value\n" + strings.Repeat("nut,1,M3\n", 2*sampleRows) + "\nBrackets\nscrew,4,M4\n\nName,Qty,Value\nwasher,2,M4\n"
	b := mustRead(t, "far.csv", text)
	last := b.Lines[len(b.Lines)-1]
	if last.Name != "washer" || b.Summary.Quantity.String() != strconv.Itoa(2*sampleRows+6) {
		t.Errorf("the last line is %s of %s pieces in all, want the washer of %d", last.Name, b.Summary.Quantity, 2*sampleRows+6)
	}
}
