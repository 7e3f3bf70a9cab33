package bom

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/patternbook/patternbook/schema"
)

// A shape is a small file of the shape that a tool writes, or that people leave.
type shape struct {
	name, text string
	format     string
	lines      []string // part of each line's JSON, tools behind lines
	codes      []string
}

func testShapes(t *testing.T, shapes []shape) {
	t.Helper()
	for _, test := range shapes {
		t.Run(test.name, func(t *testing.T) {
			b := mustRead(t, "bom", test.text)
			if got := b.Sources[0].Format; got != test.format {
				t.Errorf("format is %s, want %s", got, test.format)
			}
			var got []string
			for _, l := range append(slices.Clone(b.Lines), b.Tools...) {
				got = append(got, asJSON(t, l))
			}
			if len(got) != len(test.lines) {
				t.Fatalf("there are %d lines, want %d:\n%s\n%+v", len(got), len(test.lines), strings.Join(got, "\n"), b.Findings)
			}
			for i, want := range test.lines {
				if !strings.Contains(got[i], want) {
					t.Errorf("line %d is\n%s, want in it\n%s", i+1, got[i], want)
				}
			}
			if got := codes(b); !slices.Equal(got, test.codes) {
				t.Errorf("findings are %q, want %q: %+v", got, test.codes, b.Findings)
			}
		})
	}
}

func TestReadTools(t *testing.T) {
	testShapes(t, []shape{
		{"altium 21", `"Comment","Description","Designator","Footprint","LibRef","Quantity","Manufacturer 1","Manufacturer Part Number 1","Supplier 1","Supplier Part Number 1","Supplier Unit Price 1","Supplier Subtotal 1","Manufacturer 2","Manufacturer Part Number 2","Supplier 2","Supplier Part Number 2","Supplier Unit Price 2"` + "\n" +
			`"100nF","Capacitor","C1, C2","0603","CAP","2","Murata","GRM188","Digi-Key","490-1-ND","0.1","0.2","Yageo","CC0603","Mouser","603-CC","0.12"`, "csv",
			[]string{`"name":"Capacitor","kind":"purchased","quantity":"2","unit":"1","references":["C1","C2"],"fitted":true,"part":{"manufacturer":"Murata","mpn":"GRM188"},"value":"100nF","footprint":"0603","alternates":[{"rank":2,"manufacturer":"Yageo","mpn":"CC0603"}],` +
				`"offers":[{"supplier":"Digi-Key","sku":"490-1-ND","price_breaks":[{"from":"1","price":"0.1"}]},{"supplier":"Mouser","sku":"603-CC","price_breaks":[{"from":"1","price":"0.12"}]}],"extra":{"LibRef":"CAP","Supplier Subtotal 1":"0.2"}`}, nil},
		{"numbers rank, not places", "Designator,Manufacturer 1,Manufacturer 2,Manufacturer Part Number 1,Manufacturer Part Number 2\nR1,A,B,a1,b1", "csv",
			[]string{`"part":{"manufacturer":"A","mpn":"a1"},"alternates":[{"rank":2,"manufacturer":"B","mpn":"b1"}]`}, nil},
		{"eagle 6 partlist", "Partlist\n\nExported from lamp.sch at 01/02/2015 12:00\n\nPart     Value          Device                Package       Library         Sheet\n\n" +
			"C1       100n           C-EUC0603             C0603         rcl             1\nIC1                     ATMEGA328P            TQFP32-08     atmel           1\n", "fixed-width",
			[]string{`"name":"C-EUC0603","kind":"purchased","quantity":"1","unit":"1","references":["C1"],"fitted":true,"value":"100n","footprint":"C0603"`, `"name":"ATMEGA328P","kind":"purchased","quantity":"1","unit":"1","references":["IC1"]`}, []string{"rows-before-header"}},
		{"eagle 7 bom", "Partlist exported from lamp.sch\n\nQty Value    Device           Package  Parts      Description\n2   100n     C-EUC0603        C0603    C1, C2     CAPACITOR, European symbol\n12           PINHD-1X4        1X04     JP1-JP12   PIN HEADER\n", "fixed-width",
			[]string{`"name":"CAPACITOR, European symbol","kind":"purchased","quantity":"2","unit":"1","references":["C1","C2"],"fitted":true,"value":"100n","footprint":"C0603"`, `"name":"PIN HEADER","kind":"purchased","quantity":"12"`}, []string{"rows-before-header"}},
		{"eagle 9 csv", "Qty;Value;Device;Package;Parts;Description\n\"2\";\"100n\";\"C-EU\";\"C0603\";\"C1, C2\";\"CAPACITOR\"", "csv", []string{`"name":"CAPACITOR","kind":"purchased","quantity":"2","unit":"1","references":["C1","C2"],"fitted":true,"value":"100n"`}, nil},
		{"orcad 16", "Lamp  Revised: Monday\nRevision: 1.0\n\nItem\tQuantity\tReference\tPart\n______________________________________________\n\n1\t4\tC1,C2,C3,\t100n\n\t\tC4\n2\t1\tR1\t10k\n", "csv",
			[]string{`"name":"100n","kind":"purchased","quantity":"4","unit":"1","references":["C1","C2","C3","C4"]`, `"name":"10k"`}, []string{"rows-before-header"}},
		{"orcad 9, aligned", "Item  Quantity  Reference     Part\n__________________________________\n\n1     4         C1,C2,C3,     100n\n                C4\n2     1         R1            10k\n", "fixed-width",
			[]string{`"references":["C1","C2","C3","C4"]`, `"name":"10k"`}, nil},
		{"easyeda", "ID\tName\tDesignator\tFootprint\tQuantity\tManufacturer Part\tManufacturer\tSupplier\tSupplier Part\tPrice\n1\t100nF\tC1,C2\tC0603\t2\tCC0603\tYAGEO\tLCSC\tC14663\t0.002", "csv",
			[]string{`"part":{"manufacturer":"YAGEO","mpn":"CC0603"},"footprint":"C0603","offers":[{"supplier":"LCSC","sku":"C14663","price_breaks":[{"from":"1","price":"0.002"}]}]`}, nil},
		{"jlcpcb", "Comment,Designator,Footprint,JLCPCB Part #（optional）\n100nF,\"C1,C2\",0603,C14663", "csv", []string{`"quantity":"2","unit":"1","references":["C1","C2"],"fitted":true,"value":"100nF","footprint":"0603","offers":[{"supplier":"JLCPCB","sku":"C14663"}]`}, nil},
		{"pcbway", "Item #,*Designator,*Qty,Manufacturer,*Mfg Part #,Description / Value,*Package/Footprint,Type,Your Instructions / Notes\n1,\"C1,C2\",2,Murata,GRM188,100nF 16V,0603,SMD,", "csv",
			[]string{`"item":"1","name":"100nF 16V","kind":"purchased","quantity":"2","unit":"1","references":["C1","C2"],"fitted":true,"part":{"manufacturer":"Murata","mpn":"GRM188"},"footprint":"0603"`}, nil},
		{"seeed fusion", "Part/Designator,Manufacture Part Number/Seeed SKU,Quantity\n\"C1,C2\",CC0603,2", "csv", []string{`"references":["C1","C2"],"fitted":true,"part":{"mpn":"CC0603"}`}, nil},
		{"digi-key cart", "Index,Quantity,Part Number,Manufacturer Part Number,Description,Customer Reference,Available,Backorder,Unit Price,Extended Price\n1,2,311-1-ND,RC0603,RES 10K,R1 R2,10,0,0.10000,0.20", "csv",
			[]string{`"references":["R1","R2"],"fitted":true,"part":{"mpn":"RC0603"},"offers":[{"supplier":"Digi-Key","sku":"311-1-ND","price_breaks":[{"from":"1","price":"0.1"}]}],"extra":{"Available":"10","Backorder":"0","Extended Price":"0.20"}`}, nil},
		{"mouser cart", "Mouser #:,Mfr. #:,Manufacturer:,Customer #:,Description,RoHS,Order Qty.,Price (USD),Ext.: (USD)\n603-RC,RC0603JR,Yageo,,Resistor,yes,5,$0.10,$0.50", "csv",
			[]string{`"quantity":"5","unit":"1","fitted":true,"part":{"manufacturer":"Yageo","mpn":"RC0603JR"},"offers":[{"supplier":"Mouser","sku":"603-RC","currency":"USD","price_breaks":[{"from":"1","price":"0.1"}]}],"extra":{"Ext.: (USD)":"$0.50","RoHS":"yes"}`}, nil},
		{"price breaks", "Ref,Value,Qty,Supplier,SKU,Price@1,Price@100,1k+\nR1,10k,1,LCSC,C1,0.1,0.05,0.01", "csv", []string{`"offers":[{"supplier":"LCSC","sku":"C1","price_breaks":[{"from":"1","price":"0.1"},{"from":"100","price":"0.05"},{"from":"1000","price":"0.01"}]}]`}, nil},
		{"numbered prices", "Part,Quantity,Price 1,Price 10,Price 100,MOQ\nnut,4,$0.1,$0.05,$0.01,5", "csv", []string{`"offers":[{"supplier":"","currency":"USD","minimum":"5","price_breaks":[{"from":"1","price":"0.1"},{"from":"10","price":"0.05"},{"from":"100","price":"0.01"}]}]`}, nil},
		{"pack price", "Part,QTY / Device,QTY / PKG,$/ PKG,$ / Device\nLED,6,5,$4.00,$4.80\nnut,1,3,$1.00,", "csv",
			[]string{`"offers":[{"supplier":"","currency":"USD","pack_quantity":"5","price_breaks":[{"from":"1","price":"0.8"}]}],"extra":{"$ / Device":"$4.80"}`, `"offers":[{"supplier":"","pack_quantity":"3"}],"extra":{"$/ PKG":"$1.00"}`}, []string{"price-not-exact"}},
		{"kibom footer", "Component,Description,Part,References,Value,Footprint,Quantity Per PCB,Build Quantity,Config\n1,Cap,C,C1 C2,100n,C_0603,2,2,\n2,Res,R,R1,10k,R_0603,1,1,DNF\n\nComponent Groups:,2\nComponent Count:,3\nKiCad Version:,Eeschema 5\n", "csv",
			[]string{`"item":"1","name":"C"`, `"fitted":false`}, []string{"footer-passed-over"}},
		{"kicad 9", "Reference,Qty,Value,DNP,Exclude from BOM,Exclude from Board,Footprint,Datasheet\nR1,1,10k,DNP,,Excluded from board,R_0603,~\nH1,1,Hole,,Excluded from BOM,,,~", "csv",
			[]string{`"fitted":false,"exclude_from_board":true`, `"fitted":true,"exclude_from_bom":true`}, nil},
		{"german okh", "Pos;Bezeichnung;Anzahl;Typ;Referenz\n1;Mutter;4;std;ISO 4032 M8\n2;Ring;1;posh;/teile/ring.toml\n3;Modul;1;mosh;ada/lamp@1.0.0", "okh-sbom",
			[]string{`"kind":"standard","quantity":"4","unit":"1","fitted":true,"part":{"standard":"ISO 4032 M8"}`, `"kind":"made","quantity":"1","unit":"1","fitted":true,"files":["teile/ring.toml"]`, `"assembly":{"reference":"ada/lamp@1.0.0"}`}, nil},
		{"french", "Repère;Désignation;Quantité;Fabricant;Référence fabricant;Prix unitaire\nR1,R2;10k;2;Yageo;RC0603;0,01 €", "csv", []string{`"references":["R1","R2"],"fitted":true,"part":{"manufacturer":"Yageo","mpn":"RC0603"},"value":"10k","offers":[{"supplier":"","currency":"EUR","price_breaks":[{"from":"1","price":"0.01"}]}]`}, nil},
		{"spanish", "Referencias,Descripción,Cantidad,Fabricante,Proveedor,Observaciones\n\"R1,R2\",Resistencia,2,Yageo,Mouser,", "csv", []string{`"name":"Resistencia","kind":"purchased","quantity":"2"`}, nil},
		{"italian", "Riferimento;Descrizione;Quantità;Produttore;Fornitore;Prezzo unitario\nR1;Resistenza;1;Yageo;Mouser;0,10", "csv", []string{`"name":"Resistenza","kind":"purchased","quantity":"1"`}, nil},
		{"portuguese", "Designador;Descrição;Quantidade;Fabricante;Fornecedor\nR1;Resistor;1;Yageo;Mouser", "csv", []string{`"name":"Resistor","kind":"purchased","quantity":"1"`}, nil},
		{"dutch", "Onderdeel;Omschrijving;Aantal;Fabrikant;Leverancier;Opmerking\nMoer;M8;4;X;Y;z", "csv", []string{`"name":"Moer","kind":"purchased","quantity":"4"`}, nil},
		{"chinese", "位号,数量,封装,型号,备注\nR1,1,0603,RC0603,好", "csv", []string{`"references":["R1"],"fitted":true,"part":{"mpn":"RC0603"},"footprint":"0603","note":"好"`}, nil},
	})
}

func TestReadHierarchy(t *testing.T) {
	testShapes(t, []shape{
		{"levels", "Level,Part Number,Description,Qty\n0,A-100,Lamp,1\n1,A-110,Head,2\n2,P-111,Lens,3\n1,P-120,Base,1\n", "csv",
			[]string{`"name":"Head","kind":"assembly","quantity":"2"`, `"quantity":"6","unit":"1","quantity_text":"3","fitted":true,"parent":"1"`, `"name":"Base","kind":"purchased","quantity":"1"`}, []string{"product-passed-over", "hierarchy"}},
		{"marked levels, items counted anew", "Ebene;Pos;Benennung;Menge\n.1;1;Kopf;2\n..2;1;Linse;3\n..2;2;Ring;1\n.1;2;Fuß;1\n", "csv",
			[]string{`"item":"1","name":"Kopf","kind":"assembly"`, `"item":"1.1","name":"Linse","kind":"purchased","quantity":"6"`, `"item":"1.2"`, `"item":"2"`}, []string{"hierarchy"}},
		{"dotted items", "Item;Name;Qty;Unit;DNP\n1;Frame;2;;\n1.1;Tube;4;;x\n1.1.1;Cap;1,5;;\n2;Wire;3;m;\n2.1;Ferrule;2;;\n", "csv",
			[]string{`"kind":"assembly","quantity":"2"`, `"quantity":"8","unit":"1","quantity_text":"4","fitted":false,"parent":"1"`, `"quantity":"12","unit":"1","quantity_text":"1,5","fitted":false,"parent":"1.1"`, `"quantity":"3","unit":"m"`, `"quantity":"2","unit":"1","fitted":true,"parent":"2"`},
			[]string{"parent-not-counted", "hierarchy"}},
		{"numbers with points", "Item,Name,Qty\n1.5,nut,2\n2.5,bolt,3\n", "csv", []string{`"item":"1.5","name":"nut","kind":"purchased","quantity":"2"`, `"quantity":"3"`}, nil},
		{"chapters", "No,Name,Qty\n1,Electronics,\n1.1,Arduino,1\n2,Mechanics,\n2.1,Screw,4\n", "csv", []string{`"item":"1.1","name":"Arduino"`, `"extra":{"Section":"Mechanics"}`}, []string{"section", "section"}},
		{"one level", "Level,Name,Qty\n1,nut,2\n1,bolt,3\n", "csv", []string{`"quantity":"2"`, `"quantity":"3"`}, nil},
	})
	b := mustRead(t, "bom", "Level,Name,Qty\n1,Head,2\n2,Lens,3\n")
	if got := b.Summary.Quantity.String(); got != "6" {
		t.Errorf("pieces are %s, want 6: a parent is not summed with its parts", got)
	}
}

func TestReadText(t *testing.T) {
	testShapes(t, []shape{
		{"markdown", "# Lamp\n\n| Pin | Name | Description |\n|-----|------|---|\n| 1 | VCC | power |\n\n## Bill of Materials\n\n### Electronics\n\n| Qty | Part | Link | Notes |\n|:---:|------|------|-------|\n" +
			"| 1 | **Arduino** | [Shop](https://example.org/x_(y)) | ok |\n| 2x | [LED](https://example.org/led) | | red \\| green |\n\n### 3D printed parts\n\nPart | Quantity | File\n--- | --- | ---\nCase | 1 | [case.stl](stl/case.stl)\n\n### Tools\n\n| Tool | Notes |\n|---|---|\n| Iron | |\n", "markdown",
			[]string{`"name":"Arduino","kind":"purchased","quantity":"1","unit":"1","fitted":true,"note":"ok","extra":{"Link":"Shop","Link address":"https://example.org/x_(y)","Section":"Electronics"}`,
				`"name":"LED","kind":"purchased","quantity":"2","unit":"1","quantity_text":"2x","fitted":true,"note":"red | green","extra":{"Part link":"https://example.org/led","Section":"Electronics"}`,
				`"name":"Case","kind":"made","quantity":"1","unit":"1","fitted":true,"files":["stl/case.stl"]`, `"name":"Iron","kind":"tool"`}, []string{"tables-passed-over", "section", "section", "section"}},
		{"markdown list", "# Arm\n\nText about 2 arms.\n\n## Build\n\n1. Take 2 screws.\n\n## Parts\n\n- 4x M3x10 screws\n- 2 × motor ([shop](https://example.org/m))\n- 1 m of cable\n- Arduino\n- M3 nuts (x8)\n- 2x4 lumber\n\n## Tools\n\n- Screwdriver\n", "list",
			[]string{`"name":"M3x10 screws","kind":"purchased","quantity":"4"`, `"quantity":"2"`, `"name":"cable","kind":"purchased","quantity":"1","unit":"m"`, `"name":"Arduino","kind":"purchased","quantity":"1"`, `"name":"M3 nuts","kind":"purchased","quantity":"8"`, `"name":"2x4 lumber","kind":"purchased","quantity":"1"`, `"kind":"tool"`},
			[]string{"list", "section", "quantity-missing", "section"}},
		{"list", "8x foo\n4 M3 screws\n2 pcs bar\nbaz: 3\n3M x cord\n2 L brackets\n", "list",
			[]string{`"name":"foo","kind":"purchased","quantity":"8"`, `"name":"M3 screws","kind":"purchased","quantity":"4"`, `"name":"bar","kind":"purchased","quantity":"2","unit":"1"`, `"name":"baz","kind":"purchased","quantity":"3"`, `"name":"cord","kind":"purchased","quantity":"3","unit":"m","quantity_text":"3M"`, `"name":"L brackets","kind":"purchased","quantity":"2","unit":"1"`}, []string{"list"}},
		{"two tables", "Ref,Value,Footprint,Qty\nR1,10k,0603,1\n\nMechanics\nItem,Material,Length,Quantity\nTube,Alu,100,2\n\nNote: order more\nhttps://example.org/shop\n", "csv",
			[]string{`"references":["R1"]`, `"name":"Tube","kind":"purchased","quantity":"2","unit":"1","fitted":true,"material":"Alu","extra":{"Length":"100","Section":"Mechanics"}`}, []string{"section", "note-passed-over", "note-passed-over"}},
		{"remarks and charges", "Name,Qty,Notes\nnut,2,\n\nThis list was made by the team and all the prices are estimates.\nTotal,2,\nShipping,1,\n", "csv", []string{`"name":"nut"`}, []string{"note-passed-over", "total-passed-over", "charge-passed-over"}},
		{"rows without parts", "Name,Qty,Price\nnut,2,1\n,0,$-\n,0,$-\n,0,$-\n", "csv", []string{`"name":"nut"`}, []string{"row-without-part"}},
		{"delimiter said", "sep=;\nName;Qty\nnut;2\n", "csv", []string{`"quantity":"2"`}, []string{"rows-before-header"}},
		{"grid of quantities", "Name,Quantity 1,Quantity 2\nnut,2,20\n", "csv", []string{`"quantity":"2","unit":"1","fitted":true,"extra":{"Quantity 2":"20"}`}, nil},
		{"order quantity", "Name,Order Qty,Qty\nnut,20,2\n", "csv", []string{`"quantity":"2","unit":"1","fitted":true,"extra":{"Order Qty":"20"}`}, nil},
		{"variants", "Ref,Value,Config\nR1,1k,\"+a,+b\"\nR2,1k,-a\nR3,1k,DNF\n", "csv",
			[]string{`"fitted":true,"variants":[{"name":"a","fitted":true},{"name":"b","fitted":true},{"name":"*","fitted":false}]`, `"fitted":false,"variants":[{"name":"a","fitted":false},{"name":"*","fitted":true}]`, `"fitted":false,"value":"1k","extra":{"Config":"DNF"}`}, nil},
		{"plain variants", "Ref,Value,Variant\nR1,1k,\"lite, pro\"\nR2,1k,pro\n", "csv", []string{`"variants":[{"name":"lite","fitted":true},{"name":"pro","fitted":true},{"name":"*","fitted":false}]`, `"variants":[{"name":"pro"`}, nil},
		{"unfitted words", "Ref,Value,Populate,Note\nR1,10k DNP,,\nR2,NC,,\nR3,1k,no,\nR4,1k,yes,nicht bestückt\nR5,1k,,do not use DNP parts here\n", "csv",
			[]string{`"fitted":false`, `"fitted":false`, `"fitted":false`, `"fitted":false`, `"fitted":true`}, []string{"unfitted-by-value", "unfitted-by-value", "unfitted-by-value"}},
		{"remark in the quantity", "Name,Qty\nnut,2 (one spare)\nbolt,x2\nset,1 set\n", "csv", []string{`"quantity":"2","unit":"1","quantity_text":"2 (one spare)"`, `"quantity":"2"`, `"quantity":"1","unit":"{set}"`}, []string{"quantity-remark"}},
	})
}

// TestReadColumns chooses what columns hold.
func TestReadColumns(t *testing.T) {
	read := func(text string, columns map[string]string) (*BOM, error) {
		return ReadOptions{Columns: columns}.Read("bom.csv", strings.NewReader(text))
	}
	b, err := read("Wombat,Comment,N\nR1,10k,1\n", map[string]string{"wombat": "references", "Comment": "Value", "n": "quantity"})
	if err != nil {
		t.Fatal(err)
	}
	if got := asJSON(t, b.Lines[0]); !strings.Contains(got, `"references":["R1"],"fitted":true,"value":"10k"`) {
		t.Errorf("the line is %s, want reference and value as chosen", got)
	}
	if b, err = read("MPN,Code,Qty\na,b,1\n", map[string]string{"Code": "mpn"}); err != nil || b.Lines[0].Part.MPN != "b" || b.Lines[0].Extra["MPN"] != "a" {
		t.Errorf("a chosen column does not rule: %v", err)
	}
	if b, err = read("Name,Note,Qty\na,b,1\n", map[string]string{"Note": "extra"}); err != nil || b.Lines[0].Extra["Note"] != "b" {
		t.Errorf("a column is not kept as it is: %v", err)
	}
	for field, want := range map[string]string{"colour": "references", "value": "Name"} {
		_, err := read("Name,Qty\nnut,1\n", map[string]string{"Foo": field})
		e, ok := errors.AsType[*schema.Error](err)
		if !ok || e.Kind != schema.Invalid || len(e.At) != 1 || e.At[0].Field != "Foo" || !strings.Contains(e.Fix, want) {
			t.Errorf("Foo=%s: error is %v, want one of kind invalid that names Foo and %s", field, err, want)
		}
	}
	for _, name := range Fields() {
		if _, ok := fieldOf(name); !ok {
			t.Errorf("%s is no field", name)
		}
	}
}

// TestAliases finds words that two fields claim.
func TestAliases(t *testing.T) {
	claimed := map[string]field{}
	for _, words := range []map[field]string{aliasWords, weakWords} {
		for f, list := range words {
			for word := range strings.FieldsSeq(list) {
				key := headerKey(word)
				if other, twice := claimed[key]; twice && other != f {
					t.Errorf("%s names both %s and %s", word, fieldNames[f], fieldNames[other])
				}
				claimed[key] = f
			}
		}
	}
}
