package bom

import "testing"

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
