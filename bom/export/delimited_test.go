package export

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/bom/bomtest"
	"github.com/patternbook/patternbook/schema"
)

// tables are the formats that read back whole.
var tables = []string{"csv", "tsv", "csv-excel"}

func TestColumnsAreThoseThatAreRead(t *testing.T) {
	var headers []string
	for _, c := range ownColumns {
		headers = append(headers, c.header)
	}
	if want := bom.TableColumns(); !slices.Equal(headers, want) {
		t.Errorf("columns are %q, want %q", headers, want)
	}
}

// texts draws what stands in cells, with all that has a meaning in one of the
// formats. Cells have no white space at their ends.
func texts() *rapid.Generator[string] {
	runes := rapid.SampledFrom([]rune("aB1 ,;\t\"'=+-@\nü|\\.~<&*_"))
	words := rapid.SampledFrom([]string{"any", "~", "Total", "DNP", "R1-R4", "R1 R2", "no", "0", "1/2", "Name", "Tools", "ISO 4032 M8"})
	return rapid.OneOf(rapid.StringOfN(runes, 1, 12, -1), words).Filter(func(s string) bool {
		return s == strings.TrimSpace(s) && s != ""
	})
}

func TestTableReadsBack(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		b := bomtest.DrawWith(rt, texts())
		name := rapid.SampledFrom(tables).Draw(rt, "format")
		out, _ := written(t, name, b, Options{})
		again, err := bom.Read("bom", strings.NewReader(out))
		if err != nil {
			rt.Fatalf("%v\n%s", err, out)
		}
		if got, want := placeless(t, again), placeless(t, b); got != want {
			rt.Fatalf("lines came back as\n%s\nwant\n%s\n%s", got, want, out)
		}
	})
}

// TestTreeTableReadsAsItsRoot: what stands below an opened assembly is not of the
// BOM that a table is.
func TestTreeTableReadsAsItsRoot(t *testing.T) {
	tree := lamp(t)
	for _, name := range tables {
		out, _ := written(t, name, must[*bom.BOM](t)(tree.View(bom.Query{View: bom.ViewTree, Units: 5})), Options{})
		lines, _ := written(t, name, must[*bom.BOM](t)(tree.View(bom.Query{View: bom.ViewLines, Units: 5})), Options{})
		got, want := read(t, "tree", out), read(t, "lines", lines)
		if len(got.Lines) != len(want.Lines) || got.PartsDigest() != want.PartsDigest() {
			t.Errorf("%s: the tree view reads as\n%s\nwant\n%s", name, asJSON(t, got.Lines), asJSON(t, want.Lines))
		}
	}
}

func FuzzTable(f *testing.F) {
	for _, seed := range []string{
		"POS\tNAME\tUNITS\tTYPE\tREFERENCE\n1\tnut\t4\tSTD\tISO 4032  M8\n2\tring\t1\tPOSH\t/a/b.toml\n3\tB\t1\tMOSH\thttps://example.org/b\n",
		"Component,References,Value,Footprint,Description,Quantity Per PCB,Manufacturer,PartNumber,Remarks,Config,DNF,Supplier\n1,\"C1 C2\",1u,0805,cap,2,any,X1,,+can,,\n",
		"Name,Qty,Unit,Attrition Percent,Setup Quantity,Rounding Multiple\nnut,1/3,pcs,5%,2,0\n",
		"References,Qty,Manufacturer,MPN,Manufacturer,MPN,Digikey,LCSC\nP1-9,9,a,b,c,d,e,C5\n",
		"Name,Qty\n=1+1,2\n<script>,3\na|b,4\n",
	} {
		f.Add([]byte(seed))
	}
	author, err := schema.ParseName("ada")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := bom.Read("fuzz", bytes.NewReader(data))
		if err != nil {
			return
		}
		tree, err := bom.Explode(context.Background(), &bom.Node{BOM: b}, nil, bom.Choices{})
		if err != nil {
			t.Fatal(err)
		}
		for _, view := range bom.Views() {
			v := must[*bom.BOM](t)(tree.View(bom.Query{View: view, Units: 3}))
			for _, format := range Formats() {
				if format.Name == "xlsx" || strings.HasPrefix(format.Name, "cyclonedx") { // slow, and tried elsewhere
					continue
				}
				out, _ := written(t, format.Name, v, Options{})
				if !slices.Contains(tables, format.Name) {
					continue
				}
				again, err := bom.Read("again", strings.NewReader(out))
				if err != nil {
					t.Fatalf("our own table cannot be read: %v", err)
				}
				if err := bom.NewDocument(author, again).Validate(); err != nil {
					t.Fatal(err)
				}
				if len(again.Lines) != len(v.Lines) || len(again.Tools) != len(v.Tools) {
					t.Fatalf("%d lines and %d tools came back, want %d and %d", len(again.Lines), len(again.Tools), len(v.Lines), len(v.Tools))
				}
			}
		}
	})
}
