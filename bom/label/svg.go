package label

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"

	"github.com/patternbook/patternbook/bom"
)

// WriteSVG writes labels as one SVG document, its pages below each other, in
// millimetres. Texts are text, in whatever sans-serif font the reader has.
// Errors: Invalid for a sheet or a number of labels to skip that cannot be, and
// for a BOM without a line that gets a label; TooLarge for more than MaxLabels;
// those of w.
func WriteSVG(w io.Writer, b *bom.BOM, o Options) (Report, error) {
	j, err := newJob(b, o, newScript(true))
	if err != nil {
		return Report{}, err
	}
	// A bufio.Writer keeps its first error, so that it is asked once, at the end.
	out := &svg{Writer: bufio.NewWriter(w), sheet: j.sheet}
	width, height := number(j.sheet.PageWidth), number(j.sheet.PageHeight*float64(j.report.Pages))
	_, _ = fmt.Fprintf(out, `<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" width="%smm" height="%smm" viewBox="0 0 %s %s" font-family="Go, Arial, Helvetica, sans-serif">
<rect width="%s" height="%s" fill="white"/>
`, width, height, width, height, width, height)
	report := j.draw(out)
	_, _ = out.WriteString("</svg>\n")
	if err := out.Flush(); err != nil {
		return Report{}, err
	}
	return report, nil
}

// An svg is a canvas whose page n lies n pages below the first.
type svg struct {
	*bufio.Writer
	sheet Sheet
	down  float64
}

func (s *svg) begin(page int) { s.down = float64(page) * s.sheet.PageHeight }

func (s *svg) outline(x, y, width, height float64) {
	_, _ = fmt.Fprintf(s, "<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" fill=\"none\" stroke=\"black\" stroke-width=\"0.1\"/>\n",
		number(x), number(s.down+y), number(width), number(height))
}

// text holds a text to its width: another font than that it was measured in
// would be wider or narrower.
func (s *svg) text(x, y float64, t text) {
	weight := ""
	if t.bold {
		weight = ` font-weight="bold"`
	}
	_, _ = fmt.Fprintf(s, `<text x="%s" y="%s" font-size="%s"%s textLength="%s" lengthAdjust="spacingAndGlyphs">`,
		number(x), number(s.down+y), number(t.size*point), weight, number(t.width))
	_ = xml.EscapeText(s, []byte(t.s))
	_, _ = s.WriteString("</text>\n")
}

// number writes millimetres with what printers can tell apart.
func number(mm float64) string {
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(mm, 'f', 3, 64), 64)
	return strconv.FormatFloat(rounded, 'f', -1, 64)
}
