package bom

import (
	"bytes"
	"context"
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
