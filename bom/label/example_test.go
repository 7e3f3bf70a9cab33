package label_test

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/bom/label"
)

// A makerspace sorts a kit into bags.
func Example() {
	list, err := bom.Read("bom.csv", strings.NewReader("Name,Quantity,Designator\nResistor 10 kΩ,3,\"R1, R2, R3\"\nM8 nut,4,\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	sheet, err := label.SheetByName("l7160")
	if err != nil {
		fmt.Println(err)
		return
	}
	var file bytes.Buffer
	report, err := label.WritePDF(&file, list, label.Options{Sheet: sheet, Title: "ada/lamp 1.2.0", Skip: 20})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(report.Labels, "labels on", report.Pages, "pages")
	// Output: 2 labels on 2 pages
}
