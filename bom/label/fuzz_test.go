package label_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/bom/label"
)

// FuzzLabels writes any texts: it neither panics nor gives an SVG that is no XML.
func FuzzLabels(f *testing.F) {
	f.Add("Resistor", "RC0805FR", "R1, R2", "ada/lamp", uint8(0))
	f.Add("電阻 \u0301\u202e", "\x00<&>\"'", "R1,R2,R3,R4,R5", "\xff\xfe", uint8(3))
	f.Add(strings.Repeat("W", 3000), strings.Repeat("\x80", 700), strings.Repeat("C,", 500), "\ufffe\uffff😀", uint8(5))
	f.Fuzz(func(t *testing.T, name, mpn, references, title string, sheet uint8) {
		b := bom.New()
		b.Lines = []bom.Line{line(1, name, func(l *bom.Line) {
			l.Part.MPN, l.References = mpn, strings.Split(references, ",")
			l.Unit, l.Kind, l.Files = title, bom.KindMade, []string{name, mpn}
		})}
		o := label.Options{Title: title, Sheet: label.Sheets()[int(sheet)%len(label.Sheets())]}
		var svg bytes.Buffer
		if _, err := label.WriteSVG(&svg, b, o); err != nil {
			t.Fatal(err)
		}
		for d := xml.NewDecoder(&svg); ; {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
		}
		if _, err := label.WritePDF(io.Discard, b, o); err != nil {
			t.Fatal(err)
		}
	})
}
