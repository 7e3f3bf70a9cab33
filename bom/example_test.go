package bom_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/patternbook/patternbook/bom"
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
