package bom

import (
	"strings"
	"testing"
)

// TestReadRows reads tables whose rows are not all of parts.
func TestReadRows(t *testing.T) {
	testShapes(t, []shape{
		{"drawn titles", "Item\tMPN\tQty\n\n## Optics ##\nLens\tL-1\nMirror\n\n## Frame ##\nRail\nFoot\n", "csv",
			[]string{`"name":"Lens","kind":"purchased","quantity":"1","unit":"1","fitted":true,"part":{"mpn":"L-1"},"extra":{"Section":"Optics"}`, `"name":"Mirror"`, `"name":"Rail","kind":"purchased","quantity":"1","unit":"1","fitted":true,"extra":{"Section":"Frame"}`, `"name":"Foot"`},
			[]string{"section", "quantity-missing", "quantity-missing", "section", "quantity-missing", "quantity-missing"}},
		{"total in any column", "Name;MPN;Manufacturer;Price;Qty\nnut;N1;ACME;£0,10;9\n;;Total cost;£0,90;\n", "csv", []string{`"name":"nut"`}, []string{"total-passed-over"}},
		{"total by its end", "No,Item,Qty,Cost\n0,nut,2,3.00\n1,Rough project total (USD),1,250\n", "csv", []string{`"name":"nut"`}, []string{"total-passed-over"}},
		{"number is how many", "Name,MPN,Unit price,Number\nnut,N1,1,9\nbolt,B1,1,1\nrod,R1,1,30\npaste,P1,1,12 g\n", "csv", []string{`"quantity":"9"`, `"quantity":"1"`, `"quantity":"30"`, `"quantity":"12","unit":"g"`}, nil},
		{"number is which", "Number,Name\n1,nut\n2,bolt\n3,rod\n1,lid\n2,box\n", "csv", []string{`"item":"1"`, `"item":"2"`, `"item":"3"`, `"item":"1-2"`, `"item":"2-2"`}, []string{"quantity-missing", "item-repeated", "item-repeated"}},
		{"number of a part", "Name,Number,Qty\nnut,AB-1,9\nbolt,AB-2,1\n", "csv", []string{`"extra":{"Number":"AB-1"}`, `"name":"bolt"`}, nil},
		{"position on the board", "Part,Value,Position (mm),Qty\nC1,1u,(1.0 2.5),1\n", "csv", []string{`"references":["C1"],"fitted":true,"value":"1u","extra":{"Position (mm)":"(1.0 2.5)"}`}, nil},
	})
}

// TestReadColumnsUnnamed reads tables without a header, or with cells that stand
// below it only as an editor shows them.
func TestReadColumnsUnnamed(t *testing.T) {
	testShapes(t, []shape{
		{"tabs of eight", "Part\t\tQuantity\tNotes\n----------------------------\nnut\t\t4\t\tthin\nlong bolt\t2\nM3 washer\t\t\tas it comes\n", "fixed-width",
			[]string{`"name":"nut","kind":"purchased","quantity":"4","unit":"1","fitted":true,"note":"thin"`, `"name":"long bolt","kind":"purchased","quantity":"2"`, `"name":"M3 washer"`}, []string{"quantity-missing"}},
		{"tabs of four", "Part\t\tQty\nnut\t\t\t4\nlong nut\t3\n", "fixed-width", []string{`"name":"nut","kind":"purchased","quantity":"4"`, `"name":"long nut","kind":"purchased","quantity":"3"`}, nil},
		{"empty cells between tabs", "Part\t\tQty\nnut\tx\t4\nbolts\t\t3\n", "csv", []string{`"quantity":"4","unit":"1","fitted":true,"extra":{"column 2":"x"}`, `"quantity":"3"`}, nil},
		{"names and designators", "BC847-A, Q1\nBAT54-S, D1-D2\n", "csv", []string{`"name":"BC847-A","kind":"purchased","quantity":"1","unit":"1","references":["Q1"]`, `"name":"BAT54-S","kind":"purchased","quantity":"2"`}, []string{"header-missing"}},
		{"names, counts and prices", "Steel rod\t2\t1.5\nNut\t2\t0.1\n\nNut\t4\t0.1\n", "csv", []string{`"name":"Steel rod","kind":"purchased","quantity":"2","unit":"1","fitted":true,"extra":{"column 3":"1.5"}`, `"quantity":"2"`, `"quantity":"4"`}, []string{"header-missing"}},
		{"numbered rows", "1;Rod;7\n2;Nut;2\n3;Lid;2\n", "csv", []string{`"item":"1","name":"Rod","kind":"purchased","quantity":"7"`, `"item":"2"`, `"item":"3"`}, []string{"header-missing"}},
		{"one column of part numbers", "manf#,\nBC847,\nBC847,\n\nBAT54,\n", "csv", []string{`"part":{"mpn":"BC847"}`, `"part":{"mpn":"BC847"}`, `"part":{"mpn":"BAT54"}`}, []string{"quantity-missing"}},
	})
	for name, text := range map[string]string{
		"two columns of counts":  "Rod,2,7\nNut,3,1\nLid,9,4\n",
		"header that is unknown": "Stuff,How often\nRod,2\nNut,3\n",
		"places on a board":      "R1,10.5,20.5,90.0,top\nR2,11.5,20.5,0.0,top\n",
		"texts alone":            "Rod,steel\nNut,brass\n",
		"one column of texts":    "MPN\nask the shop\nor not\n",
	} {
		if b, err := Read("bom", strings.NewReader(text)); err == nil {
			t.Errorf("%s is read as %d lines, want an error", name, len(b.Lines))
		}
	}
}

// TestReadLists reads lists of which not all lines say how many.
func TestReadLists(t *testing.T) {
	testShapes(t, []shape{
		{"bullets under titles", "Main box\n- Pico board ($4): https://example.org/pico (or elsewhere)\n- Perfboard (QTY 3, $12 for 6): <https://example.org/b_(c)>\n- 2 x LED 5 mm\n\nCase:\n - junction box,\n - strip of velcro for the lid.\n - holders:\n\t- https://example.org/left on the left\n", "list",
			[]string{`"name":"Pico board ($4) (or elsewhere)","kind":"purchased","quantity":"1","unit":"1","fitted":true,"extra":{"Link":"https://example.org/pico","Section":"Main box"}`,
				`"name":"Perfboard ($12 for 6)","kind":"purchased","quantity":"3"`, `"name":"LED 5 mm","kind":"purchased","quantity":"2"`, `"name":"junction box","kind":"purchased","quantity":"1","unit":"1","fitted":true,"extra":{"Section":"Case"}`,
				`"name":"strip of velcro for the lid."`, `"name":"holders","kind":"purchased","quantity":"1","unit":"1","fitted":true,"extra":{"Link":"https://example.org/left on the left","Section":"Case"}`},
			[]string{"list", "section", "quantity-missing", "section"}},
		{"bullets within bullets", "- Frame:\n  - 2x rail\n  - 4x foot\n- Tools:\n  - hammer\n", "list", []string{`"name":"rail","kind":"purchased","quantity":"2","unit":"1","fitted":true,"extra":{"Section":"Frame"}`, `"name":"foot"`, `"name":"hammer","kind":"tool"`}, []string{"list", "section", "section"}},
		{"nothing but bullets", "* Board\n* Glue\n", "list", []string{`"name":"Board"`, `"name":"Glue"`}, []string{"list", "quantity-missing"}},
		{"bullets under a heading of parts", "# Thing\n\nIt does.\n\n- fast\n- cheap\n\n## Hardware\n\n- Pico\n- LED\n\n## What you need to know\n\n- Python\n", "list", []string{`"name":"Pico"`, `"name":"LED"`}, []string{"list", "section", "quantity-missing"}},
		{"numbered", "Lamp board parts\n\n1. Chip AB12C (shop)\n2. Buzzer (shop) x 1\n3. Header 10pin 5x2 302-S101 x 2\n10. Cap 10uF x 3\n", "list",
			[]string{`"name":"Chip AB12C (shop)","kind":"purchased","quantity":"1"`, `"name":"Buzzer (shop)"`, `"name":"Header 10pin 5x2 302-S101","kind":"purchased","quantity":"2"`, `"name":"Cap 10uF","kind":"purchased","quantity":"3"`}, []string{"list", "lines-passed-over", "quantity-missing"}},
		{"designators and dashes", "C1, C3 - 0.1 uF 0805\nR1-R3: 1k 0805\nU1 - FM28-SG\n", "list",
			[]string{`"name":"0.1 uF 0805","kind":"purchased","quantity":"2","unit":"1","references":["C1","C3"]`, `"name":"1k 0805","kind":"purchased","quantity":"3"`, `"name":"FM28-SG"`}, []string{"list"}},
		{"designators and spaces", "Board A:\nR1 68ohm 0805\nR2 470ohm 0805\nL1 Green 0805\n", "list", []string{`"name":"68ohm 0805","kind":"purchased","quantity":"1","unit":"1","references":["R1"],"fitted":true,"extra":{"Section":"Board A"}`, `"references":["R2"]`, `"references":["L1"]`}, []string{"list", "section"}},
	})
	for name, text := range map[string]string{
		"screws are no designators": "M3 screw\nM4 screw\nM5 nut\n",
		"text with a few bullets":   "It is a lamp.\nIt shines.\n\n- fast\n- cheap\n",
		"steps":                     "1. Take the box\n2. Open it\n3. Put it down\n",
	} {
		if b, err := Read("bom", strings.NewReader(text)); err == nil {
			t.Errorf("%s: read as %d lines, want an error", name, len(b.Lines))
		}
	}
}

// TestReadMeanings reads headers whose words mean what the cells show.
func TestReadMeanings(t *testing.T) {
	testShapes(t, []shape{
		{"another choice", "Ref,Qty,Name,MFG,SKU\nD1-D6,6,cool,ACME,237\nD1-D6,0,warm,ACME,238\nR1,1,1k,Generic,\n", "csv",
			[]string{`"fitted":true,"part":{"manufacturer":"ACME","mpn":"237"}`, `"quantity":"0","unit":"1","references":["D1","D2","D3","D4","D5","D6"],"fitted":false,"part":{"manufacturer":"ACME","mpn":"238"}`, `"name":"1k"`}, []string{"unfitted-by-quantity"}},
		{"several references again", "Ref,Qty,Name\nR1-R6,6,1k\nR1-R5,5,2k\nR1,1,3k\nR6,0,4k\n", "csv", []string{`"1k"`, `"2k"`, `"3k"`, `"4k","kind":"purchased","quantity":"0","unit":"1","references":["R6"],"fitted":false`}, []string{"reference-repeated", "unfitted-by-quantity"}},
		{"stock number of a shop", "Name,Qty,MFG,Supplier,SKU\nnut,1,ACME,Shop,237\n", "csv", []string{`"part":{"manufacturer":"ACME"},"offers":[{"supplier":"Shop","sku":"237"}]`}, nil},
		{"unit of a price", "Name,Qty,Price Each,Price Unit\nnut,1,0.2,GBP\n", "csv", []string{`"currency":"GBP","price_breaks":[{"from":"1","price":"0.2"}]`}, nil},
		{"make or buy", "Name,Qty,Source\nlid,1,Make\nnut,2,Buy (any shop)\n", "csv", []string{`"name":"lid","kind":"made"`, `"name":"nut","kind":"purchased"`}, nil},
		{"places in a drawing", "Callout,Designator,Qty,Name\n1,A1,4,nut\n2,A2,8,bolt\n3,A3,2,rod\n4,A4,3,lid\n5,n/a,1,box\n", "csv", []string{`"quantity":"4","unit":"1","references":["A1"]`, `"bolt"`, `"rod"`, `"lid"`, `"name":"box","kind":"purchased","quantity":"1","unit":"1","fitted":true,"extra":{"Callout":"5","Designator":"n/a"}`}, []string{"reference-of-several"}},
		{"sides", "Ref,Qty,Value\nR1_TOP R2_BOT,2,1k\n", "csv", []string{`"references":["R1_TOP","R2_BOT"]`}, nil},
		{"cells that say nothing", "Ref,Qty,Value,Footprint,MPN,Manufacturer\nR1,1,1k,-,nan,—\n-,1,nut,nan,,\n", "csv", []string{`"references":["R1"],"fitted":true,"value":"1k","extra":{"Footprint":"-","MPN":"nan","Manufacturer":"—"}`, `"quantity":"1","unit":"1","fitted":true,"value":"nut"`}, nil},
		{"standard of what", "Name,Qty,Standard\nnut,1,ISO 4032\nchip,1,Maker's advice\npad,1,IPC-7351B\n", "csv", []string{`"kind":"standard","quantity":"1","unit":"1","fitted":true,"part":{"standard":"ISO 4032"}`, `"name":"chip","kind":"purchased"`, `"name":"pad","kind":"purchased"`}, nil},
		{"address of a shop", "Name,Qty,Source,Price\nnut,1,https://www.digikey.co.uk/en/x?y=z,1\nbolt,1,https://shop.example.org/,2\nlid,1,Print it from the file that you find in the folder above,\n", "csv",
			[]string{`"offers":[{"supplier":"Digi-Key","price_breaks":[{"from":"1","price":"1"}]}],"extra":{"Source":"https://www.digikey.co.uk/en/x?y=z"}`, `"supplier":"shop.example.org"`, `"fitted":true,"extra":{"Source":"Print it`}, nil},
		{"no number of a shop", "Name,Qty,Mouser\nnut,1,any will do\n", "csv", []string{`"fitted":true,"extra":{"Mouser":"any will do"}`}, nil},
		{"currency beside", "Name,Qty,Unit Price,Extended Price CAD\nnut,2,0.1,0.2\n", "csv", []string{`"currency":"CAD","price_breaks":[{"from":"1","price":"0.1"}]`}, nil},
		{"currency in the cells beside", "Name,Qty,Unit Price,Extended Price\nnut,2,0.1,£0.2\n", "csv", []string{`"currency":"GBP","price_breaks":[{"from":"1","price":"0.1"}]`}, nil},
		{"two currencies beside", "Name,Qty,Unit Price,Extended Price,Total Price USD\nnut,2,0.1,£0.2,0.3\n", "csv", []string{`"offers":[{"supplier":"","price_breaks":[{"from":"1","price":"0.1"}]}]`}, nil},
		{"prices of rows", "Name,Qty,Cost,Supplier\nnut,4,$2.00,Shop\nbolt,3,$1.00,Shop\nlid,1,$5.00,\nTotal,,$8.00,\n", "csv",
			[]string{`"offers":[{"supplier":"Shop","currency":"USD","price_breaks":[{"from":"1","price":"0.5"}]}]`, `"offers":[{"supplier":"Shop"}],"extra":{"Cost":"1 USD"}`, `"price":"5"`}, []string{"total-passed-over", "price-of-row"}},
		{"prices of pieces", "Name,Qty,Cost\nnut,4,$2.00\nlid,1,$5.00\nTotal,,$13.00\n", "csv", []string{`"price":"2"`, `"price":"5"`}, []string{"total-passed-over"}},
		{"sum of prices of pieces", "Name,Qty,Unit cost\nnut,4,$2.00\nlid,1,$5.00\nTotal,,$7.00\n", "csv", []string{`"price":"2"`, `"price":"5"`}, []string{"total-passed-over"}},
		{"price of an item", "Name,Qty,Price / Item in EUR\nnut,2,0.1\n", "csv", []string{`"currency":"EUR","price_breaks":[{"from":"1","price":"0.1"}]`}, nil},
		{"printed", "Name,Qty,Type\nlid,1,FDM\n", "csv", []string{`"kind":"made"`}, nil},
		{"at least", "Name,Qty\nnut,8 or more\nbolt,4+\n", "csv", []string{`"quantity":"8"`, `"quantity":"4"`}, []string{"quantity-approximate", "quantity-approximate"}},
		{"as it comes", "Name,Qty\nnut,varies\n", "csv", []string{`"quantity":"1"`}, []string{"quantity-open"}},
	})
}
