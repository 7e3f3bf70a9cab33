package label_test

import (
	"fmt"
	"io"
	"testing"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/bom/label"
)

// many is a BOM of n lines with ten designators each.
func many(n int) *bom.BOM {
	b := bom.New()
	for i := range n {
		b.Lines = append(b.Lines, line(i+1, fmt.Sprintf("Resistor %d kΩ", i), func(l *bom.Line) {
			l.Part, l.References = bom.Part{Manufacturer: "Yageo", MPN: fmt.Sprintf("RC%06d", i)}, refs("R", 10*i, 10*i+9, 1)
		}))
	}
	return b
}

func BenchmarkPDF(b *testing.B) { // bound: 10 000 labels in 2 s
	list := many(10_000)
	for b.Loop() {
		if _, err := label.WritePDF(io.Discard, list, label.Options{Title: "ada/lamp 1.0.0"}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
}

func BenchmarkSVG(b *testing.B) { // bound: 10 000 labels in 1 s
	list := many(10_000)
	for b.Loop() {
		if _, err := label.WriteSVG(io.Discard, list, label.Options{Title: "ada/lamp 1.0.0"}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
}
