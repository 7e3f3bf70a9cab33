package bom

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/patternbook/patternbook/schema"
)

func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		"POS\tNAME\tUNITS\tTYPE\tREFERENCE\n1\tnut\t4\tSTD\tISO 4032  M8\n2\tring\t1\tPOSH\t/a/b.toml\n3\tB\t1\tMOSH\thttps://example.org/b\n",
		"Component,References,Value,Footprint,Description,Quantity Per PCB,Manufacturer,PartNumber,Remarks,Config,DNF,Supplier\n1,\"C1 C2\",1u,0805,cap,2,any,X1,,+can,,\n",
		"\"Ref\";\"Value\";\"Qty\"\r\n\"R1-R4\";\"10k\r\n1%\";4\r\n\r\nTools\r\nspanner;;1\r\n",
		"\xEF\xBB\xBFItem|Qty|Unit|Unit Price\nnut|1,5|m|$2.00\nTotal|3||\n",
		"Name,Qty,Unit,Attrition Percent,Setup Quantity,Rounding Multiple\nnut,1/3,pcs,5%,2,0\n",
		"Collated Components:\nItem,Qty,Reference(s),Value\n1,2,\"C1, C2\",\"\"\"x\n",
		"\xFF\xFEN\x00a\x00m\x00e\x00,\x00Q\x00t\x00y\x00\n\x00a\x00,\x001\x00",
		"Name,Qty\nR\xE4nder,2\n",
		"Item,Name,Kind,Quantity,Required,Unit,Fitted,References,Files,Parent,Variants,Alternates,Offers,Piece Size,Paths,MPN\n" +
			"1,'=nut,made,1/2,3,mm,no,\"R1-R3, \\a\\,b\",a.stl; ../b,,x | no,2 | a | b,c | d | EUR | 1 | | | 1=0.5,3 mm,1,x\n1/1,y,,,,,,,,1,,,,,,\n",
		"References,Qty,Manufacturer,MPN,Manufacturer,MPN,Digikey\nP1-9,9,a,b,c,d,e\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := Read("fuzz", bytes.NewReader(data))
		if err != nil {
			if k := schema.KindOf(err); k != schema.Invalid && k != schema.TooLarge {
				t.Fatalf("error is of kind %s: %v", k, err)
			}
			return
		}
		if !isJSON(data) && b.Sources[0].Digest != schema.DigestOf(data) { // our own JSON names what it was read from
			t.Fatal("the digest is not that of the file")
		}
		checkDocument(t, b)
		checkDocument(t, Merge(b, b, b))
		tree, err := Explode(context.Background(), &Node{BOM: b}, nil, Choices{})
		if err != nil {
			t.Fatal(err)
		}
		for _, view := range Views() {
			if _, err := tree.View(Query{View: view, Units: 3}); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// fuzzText reads text that seeds show, and checks what comes of it.
func fuzzText(f *testing.F, seeds ...string) {
	for _, seed := range seeds {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		b, err := Read("fuzz", strings.NewReader(text))
		if err != nil {
			if k := schema.KindOf(err); k != schema.Invalid && k != schema.TooLarge {
				t.Fatalf("error is of kind %s: %v", k, err)
			}
			return
		}
		checkDocument(t, b)
	})
}

func FuzzMarkdown(f *testing.F) {
	fuzzText(f,
		"## Parts\n\n| Qty | Part | File |\n|---|:-:|---|\n| 2 | [nut](https://example.org \"x\") `a|b` | [s](a/b.stl) |\n",
		"Part | Price\n--- | ---\na\\|b | $1<br>x &amp; ![i](j)\n\n**Tools**\n\n|Tool|Notes|\n|-|-|\n|Iron||\n",
		"```\n|Qty|Part|\n|-|-|\n```\n|Qty|Part|\n|+--|-+|\n|1|~~x~~|||||\n")
}

func FuzzList(f *testing.F) {
	fuzzText(f,
		"Frame BOM:\n\n8  x Cup Hooks\n3M x Cord\n2  x 11' Chain\nglue\n",
		"# A\n## Parts\n- 4x M3\n- [ ] 2 m of cable ([x](y))\n1. nut: 4 pcs\n* foo (x8)\n## Tools\n- Iron\n")
}

func FuzzAligned(f *testing.F) {
	fuzzText(f,
		"Part     Value   Device     Package  Library  Sheet\n\nC1       100n    C-EU       C0603    rcl      1\nR1               R-EU       R0603    rcl      1\n",
		"Item  Quantity  Reference  Part\n______\n\n1     4         C1,C2,     100n\n                C3\n",
		"Qty\tPart Number  Description\n 2   a            b\n10   \u00e4            c\n")
}

func FuzzHierarchy(f *testing.F) {
	fuzzText(f,
		"Level,Item,Name,Qty,Unit\n0,1,Lamp,2,\n1,1,Head,2,m\n..2,1,Lens,3,\n",
		"Item,Name,Qty\n1,Frame,\n1.1,Tube,4\n1.1.1,Cap,1/3\n2,Wire,99999999999999999999\n2.1,x,99999999999999999999\n")
}
