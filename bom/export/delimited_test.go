package export

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/patternbook/patternbook/bom"
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

func maybe(g *rapid.Generator[string]) *rapid.Generator[string] {
	return rapid.OneOf(rapid.Just(""), g)
}

func numbers(least int64) *rapid.Generator[schema.Decimal] {
	return rapid.Custom(func(rt *rapid.T) schema.Decimal {
		thousandth, _ := schema.ParseDecimal("0.001")
		return schema.DecimalOf(rapid.Int64Range(least, 10_000_000).Draw(rt, "thousandths")).Mul(thousandth)
	})
}

func maybeNumber(rt *rapid.T, what string, least int64) schema.Decimal {
	if rapid.Bool().Draw(rt, "has "+what) {
		return schema.Decimal{}
	}
	return numbers(least).Draw(rt, what)
}

func drawPart(rt *rapid.T) bom.Part {
	text := maybe(texts())
	p := bom.Part{Manufacturer: text.Draw(rt, "manufacturer"), MPN: text.Draw(rt, "mpn"), Standard: text.Draw(rt, "standard"), Version: text.Draw(rt, "version")}
	if rapid.Bool().Draw(rt, "has digest") {
		p.Digest = schema.DigestOf([]byte(p.MPN))
	}
	return p
}

func drawLine(rt *rapid.T, i int) bom.Line {
	text := maybe(texts())
	l := bom.Line{
		Line: i + 1, Item: fmt.Sprint(i + 1), Name: text.Draw(rt, "name"), Kind: rapid.SampledFrom(bom.Kinds()[:8]).Draw(rt, "kind"),
		Quantity: numbers(0).Draw(rt, "quantity"), Unit: rapid.SampledFrom([]string{bom.Pieces, "m", "mL", "{pair}", "m2"}).Draw(rt, "unit"),
		QuantityText: text.Draw(rt, "quantity text"), Fitted: rapid.Bool().Draw(rt, "fitted"),
		References:     rapid.SliceOfN(texts(), 0, 3).Draw(rt, "references"),
		ExcludeFromBOM: rapid.Bool().Draw(rt, "no bom"), ExcludeFromBoard: rapid.Bool().Draw(rt, "no board"), Part: drawPart(rt),
		Value: text.Draw(rt, "value"), Footprint: text.Draw(rt, "footprint"), Process: text.Draw(rt, "process"), Material: text.Draw(rt, "material"),
		Note: text.Draw(rt, "note"), AttritionPercent: maybeNumber(rt, "attrition", 0), SetupQuantity: maybeNumber(rt, "setup", 0),
		RoundingMultiple: maybeNumber(rt, "multiple", 1), PieceCount: maybeNumber(rt, "pieces", 0),
		Files: rapid.SliceOfN(rapid.SampledFrom([]string{"a.stl", "b; c.step", "=x/y|z.stl", "-1"}), 0, 3).Draw(rt, "files"),
	}
	if size := maybeNumber(rt, "size", 1); !size.IsZero() {
		l.PieceSize = &schema.Measure{Value: size, Unit: "mm"}
	}
	if i > 0 && rapid.Bool().Draw(rt, "has parent") {
		l.Parent = fmt.Sprint(rapid.IntRange(1, i).Draw(rt, "parent"))
	}
	if reference := text.Draw(rt, "assembly"); reference != "" {
		l.Assembly = &bom.Assembly{Reference: reference, Variant: text.Draw(rt, "variant")}
	}
	drawLists(rt, &l)
	return l
}

func drawLists(rt *rapid.T, l *bom.Line) {
	text := maybe(texts())
	for range rapid.IntRange(0, 2).Draw(rt, "alternates") {
		l.Alternates = append(l.Alternates, bom.Alternate{Rank: rapid.IntRange(2, 12).Draw(rt, "rank"), Manufacturer: text.Draw(rt, "manufacturer"), MPN: text.Draw(rt, "mpn")})
	}
	for range rapid.IntRange(0, 2).Draw(rt, "variants") {
		l.Variants = append(l.Variants, bom.LineVariant{
			Name: texts().Draw(rt, "variant"), Fitted: rapid.Bool().Draw(rt, "fitted"), Value: text.Draw(rt, "value"), Footprint: text.Draw(rt, "footprint"), Part: drawPart(rt),
		})
	}
	for range rapid.IntRange(0, 2).Draw(rt, "offers") {
		o := bom.Offer{
			Supplier: texts().Draw(rt, "supplier"), SKU: text.Draw(rt, "sku"), Currency: rapid.SampledFrom([]string{"", "EUR"}).Draw(rt, "currency"),
			PackQuantity: maybeNumber(rt, "pack", 0), Minimum: maybeNumber(rt, "minimum", 0), Seen: rapid.SampledFrom([]string{"", "2026-11-01"}).Draw(rt, "seen"),
		}
		for range rapid.IntRange(0, 2).Draw(rt, "breaks") {
			o.PriceBreaks = append(o.PriceBreaks, bom.PriceBreak{From: numbers(0).Draw(rt, "from"), Price: numbers(0).Draw(rt, "price")})
		}
		l.Offers = append(l.Offers, o)
	}
	for range rapid.IntRange(0, 3).Draw(rt, "extra") {
		if l.Extra == nil {
			l.Extra = map[string]string{}
		}
		name := rapid.OneOf(texts(), rapid.SampledFrom(bom.TableColumns()), rapid.SampledFrom([]string{"Config", "Supplier", "2019"})).Draw(rt, "column")
		l.Extra[name] = texts().Draw(rt, "cell")
	}
}

func TestTableReadsBack(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		b := bom.New()
		for i := range rapid.IntRange(1, 4).Draw(rt, "lines") {
			b.Lines = append(b.Lines, drawLine(rt, i))
		}
		if rapid.Bool().Draw(rt, "has tool") {
			tool := drawLine(rt, len(b.Lines))
			tool.Kind = bom.KindTool
			b.Tools = append(b.Tools, tool)
		}
		name := rapid.SampledFrom(tables).Draw(rt, "format")
		out, _ := write(t, name, b, Options{})
		again, err := bom.Read("bom", strings.NewReader(out))
		if err != nil {
			rt.Fatalf("%v\n%s", err, out)
		}
		for _, list := range [][]bom.Line{again.Lines, again.Tools} {
			for i := range list {
				list[i].Row = 0
			}
		}
		if got, want := asJSON(t, again.Lines), asJSON(t, b.Lines); got != want {
			rt.Fatalf("lines came back as\n%s, want\n%s\n%s", got, want, out)
		}
		if got, want := asJSON(t, again.Tools), asJSON(t, b.Tools); got != want {
			rt.Fatalf("tools came back as\n%s, want\n%s\n%s", got, want, out)
		}
	})
}

// TestTreeTableReadsAsItsRoot: what stands below an opened assembly is not of the
// BOM that a table is.
func TestTreeTableReadsAsItsRoot(t *testing.T) {
	tree := lamp(t)
	for _, name := range tables {
		out, _ := write(t, name, must[*bom.BOM](t)(tree.Tree(5)), Options{})
		lines, _ := write(t, name, must[*bom.BOM](t)(tree.Lines(5)), Options{})
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
				out, _ := write(t, format.Name, v, Options{})
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
