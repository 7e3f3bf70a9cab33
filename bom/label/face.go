package label

import (
	"fmt"
	"sync"
	"unicode"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// point is the typographer's measure in millimetres.
const point = 25.4 / 72

// A face is what is known of a font for setting text. Its measures are parts of
// the size.
type face struct {
	advance         map[rune]float64 // of the characters it has
	ascent, descent float64
}

// faces gives the regular and the bold face.
var faces = sync.OnceValue(func() (f struct{ regular, bold *face }) {
	f.regular, f.bold = newFace(goregular.TTF), newFace(gobold.TTF)
	return f
})

// newFace reads a font of this program's own, so that one that cannot be read is
// a fault of the program.
func newFace(ttf []byte) *face {
	f, err := measure(ttf)
	if err != nil {
		panic(fmt.Sprintf("label: read the embedded font: %v", err))
	}
	return f
}

func measure(ttf []byte) (*face, error) {
	f, err := sfnt.Parse(ttf)
	if err != nil {
		return nil, err
	}
	var buf sfnt.Buffer
	em := fixed.I(int(f.UnitsPerEm()))
	metrics, err := f.Metrics(&buf, em, font.HintingNone)
	if err != nil {
		return nil, err
	}
	part := func(v fixed.Int26_6) float64 { return float64(v) / float64(em) }
	found := &face{advance: map[rune]float64{}, ascent: part(metrics.Ascent), descent: part(metrics.Descent)}
	for r := ' '; r <= 0xFFFF; r++ {
		glyph, err := f.GlyphIndex(&buf, r)
		if err != nil {
			return nil, err
		}
		if glyph == 0 {
			continue
		}
		width, err := f.GlyphAdvance(&buf, glyph, em, font.HintingNone)
		if err != nil {
			return nil, err
		}
		found.advance[r] = part(width)
	}
	return found, nil
}

func (f *face) has(r rune) bool {
	_, ok := f.advance[r]
	return ok
}

// of gives a character's width. One that the font lacks is as wide as Chinese ones
// are, and a mark on the one before has no width.
func (f *face) of(r rune) float64 {
	if w, ok := f.advance[r]; ok {
		return w
	}
	if unicode.Is(unicode.M, r) {
		return 0
	}
	return 1
}

// width is that of s set in size points, in millimetres.
func (f *face) width(s string, size float64) float64 {
	sum := 0.0
	for _, r := range s {
		sum += f.of(r)
	}
	return sum * size * point
}

// height is that of a line in size points, in millimetres: no letter reaches
// above or below.
func (f *face) height(size float64) float64 { return (f.ascent + f.descent) * size * point }

// fit gives how many bytes of s there is room for, one character at the least.
func (f *face) fit(s string, size, width float64) int {
	left := width / (size * point)
	for i, r := range s {
		if left -= f.of(r); left < 0 && i > 0 {
			return i
		}
	}
	return len(s)
}
