package bom

import (
	"fmt"
	"strings"
	"testing"

	"github.com/patternbook/patternbook/bom/internal/sexpr"
)

// BenchmarkReadSchematic reads a schematic of 10,000 symbols; tokens is the bound:
// the same text, of which nothing is kept.
func BenchmarkReadSchematic(b *testing.B) {
	var text strings.Builder
	text.WriteString(`(kicad_sch (version 20231120) (generator "eeschema") (uuid "root")` + "\n")
	for i := range 10_000 {
		fmt.Fprintf(&text, ` (symbol (lib_id "Device:R") (at 83.82 63.5 270) (unit 1) (in_bom yes) (on_board yes) (dnp no) (uuid "s%d")
`, i)
		for _, p := range [][2]string{{"Reference", fmt.Sprint("R", i)}, {"Value", fmt.Sprint(i%200, "k")}, {"Footprint", "R_0603"}, {"Datasheet", "~"}, {"MPN", fmt.Sprint("RC", i%200)}} {
			fmt.Fprintf(&text, "  (property %q %q (at 86.36 58.42 90) (effects (font (size 1.27 1.27)) (hide yes)))\n", p[0], p[1])
		}
		fmt.Fprintf(&text, `  (pin "1" (uuid "a%d")) (pin "2" (uuid "b%d")) (instances (project "p" (path "/root" (reference "R%d") (unit 1)))))
`, i, i, i)
	}
	text.WriteString(")\n")
	data := text.String()
	b.Run("read", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		b.ReportAllocs()
		for b.Loop() {
			if got, err := Read("a.kicad_sch", strings.NewReader(data)); err != nil || len(got.Lines) != 200 {
				b.Fatal(len(got.Lines), err)
			}
		}
	})
	b.Run("tokens", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		b.ReportAllocs()
		for b.Loop() {
			r := sexpr.NewReader(data)
			for {
				if _, err := r.Next(); err != nil {
					break
				}
			}
		}
	})
}
