package bom

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/patternbook/patternbook/schema"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestWriteGolden(t *testing.T) {
	s := shelf{}
	s.put(t, "lower", mustRead(t, "lower.csv", "Ref,Value,Qty,MPN,Colour\n\"R1,R2\",10k,2,=1+1,red\nC1,\"1,5u\",1,,\n"), nil)
	s.put(t, "upper", mustRead(t, "upper.tsv", "POS\tNAME\tUNITS\tTYPE\tREFERENCE\n1\tM8 nut\t4\tSTD\tISO 4032  M8\n2\tRing \"A\"\t1\tPOSH\t/parts/ring.stl\n3\tLower\t2\tMOSH\tada/lower@^1\n"),
		map[string]string{"3": "lower"})
	tree := s.explode(t, "upper")
	for _, view := range Views() {
		b, err := tree.View(Query{View: view, Units: 5})
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := WriteCSV(&out, b); err != nil {
			t.Fatal(err)
		}
		golden := filepath.Join("testdata", string(view)+".csv")
		if *update {
			if err := os.WriteFile(golden, out.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(out.Bytes(), want) {
			t.Errorf("%s view is\n%s\nwant\n%s", view, out.Bytes(), want)
		}
	}
}

type broken struct{ err error }

func (b broken) Write([]byte) (int, error) { return 0, b.err }

func TestWriteReportsErrors(t *testing.T) {
	if err := WriteCSV(broken{os.ErrClosed}, New()); err == nil || !strings.Contains(err.Error(), os.ErrClosed.Error()) {
		t.Errorf("error is %v, want that of the writer", err)
	}
}

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
