package bom_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/schema"
)

// A workshop reads a BOM and asks what seven units need.
func Example() {
	file := "POS\tNAME\tUNITS\tTYPE\tREFERENCE\n10\tM8 nut\t4\tSTD\tISO 4032  M8\n11\tCord\t0.5 m\tBUY\tpolypropylene\n"
	list, err := bom.Read("sBoM.csv", strings.NewReader(file))
	if err != nil {
		fmt.Println(err)
		return
	}
	tree, err := bom.Explode(context.Background(), &bom.Node{BOM: list}, nil, bom.Choices{})
	if err != nil {
		fmt.Println(err)
		return
	}
	flat, err := tree.Flat(7)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, l := range flat.Lines {
		fmt.Println(l.Name, l.Part.Standard, l.Quantity, "→", l.Required, l.Unit)
	}
	// Output:
	// M8 nut ISO 4032 M8 4 → 28 1
	// Cord  0.5 → 3.5 m
}

// What 100 units need of a line with 2 resistors, of which one in twenty is lost
// on the machine and 10 in setting it up, bought in strips of 25.
func ExampleRequired() {
	decimal := func(s string) schema.Decimal {
		d, err := schema.ParseDecimal(s)
		if err != nil {
			panic(err)
		}
		return d
	}
	l := bom.Line{Quantity: decimal("2"), Unit: bom.Pieces}
	units := decimal("100")
	fmt.Println("quantity × N:", bom.Required(l, units))
	l.AttritionPercent = decimal("5")
	fmt.Println("× (1 + 5/100):", bom.Required(l, units))
	l.SetupQuantity = decimal("10")
	fmt.Println("+ 10:", bom.Required(l, units))
	l.RoundingMultiple = decimal("25")
	fmt.Println("in multiples of 25:", bom.Required(l, units))
	// Output:
	// quantity × N: 200
	// × (1 + 5/100): 210
	// + 10: 220
	// in multiples of 25: 225
}

// A build file says what is built and what is at hand; the flat view says what is
// to be ordered, and the make view how bars are cut.
func ExampleReadBuild() {
	list, err := bom.Read("bom.csv", strings.NewReader("Name,Qty,Standard\nM8 nut,4,ISO 4032 M8\nThreaded rod,2 x 180 mm,DIN 976 M8\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	build, err := bom.ReadBuild("build.yaml", strings.NewReader("units: 7\nstock:\n- {standard: ISO 4032 M8, quantity: 10}\ncut: {stock_length: 1 m, kerf: 2 mm}\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	tree, err := bom.Explode(context.Background(), &bom.Node{BOM: list}, nil, build.Choices())
	if err != nil {
		fmt.Println(err)
		return
	}
	flat, err := tree.View(build.Query(bom.ViewFlat))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, l := range flat.Lines {
		fmt.Println(l.Name, l.Required, "less", l.OnHand, "→", l.ToOrder)
	}
	workshop, err := tree.View(build.Query(bom.ViewMake))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, bar := range workshop.Cuts[0].Bars {
		fmt.Println(bar.Times, "times", bar.Pieces[0].Count, "pieces, leaving", bar.Offcut.Value, bar.Offcut.Unit)
	}
	// Output:
	// M8 nut 28 less 10 → 18
	// Threaded rod 14 less 0 → 14
	// 2 times 5 pieces, leaving 0.09 m
	// 1 times 4 pieces, leaving 0.272 m
}
