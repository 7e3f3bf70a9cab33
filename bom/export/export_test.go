package export

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/schema"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func read(t testing.TB, name, text string) *bom.BOM {
	t.Helper()
	return must[*bom.BOM](t)(bom.Read(name, strings.NewReader(text)))
}

// lamp is a small tree with what exports have to tell apart: an assembly, parts
// without number, not fitted, not counted, not on the board, and texts that are
// dangerous in one format or another.
func lamp(t testing.TB) *bom.Tree {
	t.Helper()
	lower := read(t, "board.csv", "Ref,Value,Qty,Footprint,Manufacturer,MPN,Manufacturer,MPN,LCSC,Digikey,DNP,Description,Colour\n"+
		"\"R1,R2\",10k,2,R_0603,Yageo,RC0603FR-0710KL,Vishay,CRCW060310K0FKEA,C98220,311-10.0KHRCT-ND,,resistor,red\n"+
		"C1,\"1,5u\",1,C_0805,,,,,C1848,,,a | b,\n"+
		"C2,100n,1,C_0603,,,,,C14663,,x,spare,\n"+
		"U1,=cmd|' /C calc'!A0,1,SO-8,@home,-1+1,,,,,,<script>alert(1)</script>,'x\n")
	upper := read(t, "lamp.tsv", "POS\tNAME\tUNITS\tTYPE\tREFERENCE\n1\tM8 nut\t4\tSTD\tISO 4032  M8\n2\tRing \"A\"\t1\tPOSH\t/parts/ring.stl\n"+
		"3\tBoard\t2\tMOSH\tada/board@^1\n4\tWire, *red*\t0.5 m\tBUY\tsilicone\n5\tShade\t1\tMOSH\thttps://example.org/shade?a=1&b=2\n6\tdriver\t1\tTOOL\t\n")
	upper.Lines[0].Variants = []bom.LineVariant{{Name: "de", Fitted: false}}
	upper.Lines[3].ExcludeFromBoard = true
	upper.Lines[3].AttritionPercent = must[schema.Decimal](t)(schema.ParseDecimal("2.5"))
	board := must[schema.Design](t)(schema.ParseDesign("ada/board"))
	version := must[schema.Version](t)(schema.ParseVersion("1.0.0"))
	pin := schema.Pin{Item: "3", Reference: "ada/board@^1", Design: board, Version: version, Release: schema.DigestOf([]byte("board"))}
	tree, err := bom.Explode(t.Context(), &bom.Node{BOM: upper, Pins: map[string]schema.Pin{"3": pin}}, func(context.Context, schema.Digest) (*bom.Node, error) {
		return &bom.Node{Release: pin.Release, Design: board, Version: version, BOM: lower}, nil
	}, bom.Choices{})
	return must[*bom.Tree](t)(tree, err)
}

func written(t testing.TB, name string, b *bom.BOM, o Options) (string, Report) {
	t.Helper()
	f, err := ByName(name)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	report, err := f.Write(&out, b, o)
	if err != nil {
		t.Fatalf("write %s: %v", name, err)
	}
	if report.LeftOut == nil || report.Carried+len(report.LeftOut) != report.Lines || report.Lines != count(b) {
		t.Errorf("%s: the report does not add up: %+v for %d lines", name, report, count(b))
	}
	return out.String(), report
}

// golden lists the formats that are text for people, whose every change is to be read.
var golden = []string{"csv", "csv-excel", "markdown", "html", "jlcpcb", "kicad", "cart", "digikey", "mouser", "lcsc"}

func TestGolden(t *testing.T) {
	tree := lamp(t)
	for _, name := range golden {
		for _, view := range bom.Views() {
			b := must[*bom.BOM](t)(tree.View(bom.Query{View: view, Units: 5}))
			got, _ := written(t, name, b, Options{Title: "ada/lamp 1.2.0 & <5> units"})
			f, _ := ByName(name)
			file := filepath.Join("testdata", string(view)+"."+name+"."+f.Extension)
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if want := string(must[[]byte](t)(os.ReadFile(file))); got != want {
				t.Errorf("%s view as %s is\n%s\nwant\n%s", view, name, got, want)
			}
		}
	}
}

type broken struct{ err error }

func (b broken) Write([]byte) (int, error) { return 0, b.err }

func TestWriteReportsErrors(t *testing.T) {
	for _, f := range Formats() {
		if _, err := f.Write(broken{os.ErrClosed}, bom.New(), Options{}); err == nil || !strings.Contains(err.Error(), os.ErrClosed.Error()) {
			t.Errorf("%s: error is %v, want that of the writer", f.Name, err)
		}
	}
}
