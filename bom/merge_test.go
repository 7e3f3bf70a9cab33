package bom

import (
	"strings"
	"testing"

	"github.com/patternbook/patternbook/schema"
)

func TestMerge(t *testing.T) {
	a := mustRead(t, "a.csv", "Item,Name,Qty\n1,nut,1\n3,bolt,x\n")
	b := mustRead(t, "b.csv", "Item,Name,Qty\n1,cap,2\n2,wire,y\n")
	c := mustRead(t, "c.csv", "Item,Name,Qty\n7,tape,1\n")
	m := Merge(a, b, c)
	checkDocument(t, m)
	var got []string
	for _, l := range m.Lines {
		got = append(got, strings.Join([]string{l.Item, l.Name, m.Sources[l.Source].Path, schema.DecimalOf(int64(l.Line)).String()}, " "))
	}
	want := "1 nut a.csv 1, 3 bolt a.csv 3, 2-1 cap b.csv 4, 2-2 wire b.csv 5, 7 tape c.csv 12"
	if strings.Join(got, ", ") != want {
		t.Errorf("lines are %s, want %s", strings.Join(got, ", "), want)
	}
	for _, f := range m.Findings {
		if f.Code == "quantity-unreadable" && f.Row == 3 && f.Message[:3] == `"y"` && f.Source != 1 {
			t.Errorf("the finding of b.csv names source %d, want 1", f.Source)
		}
	}
	if a.Lines[1].Item != "3" || b.Lines[0].Item != "1" {
		t.Error("merging changed its parts")
	}
}
