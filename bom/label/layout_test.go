package label

import (
	"math"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"pgregory.net/rapid"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/schema"
)

// checkInside fails for a text that leaves its label, or lies on another.
func checkInside(t rapid.TB, s Sheet, texts []text) {
	t.Helper()
	const tolerance = 1e-3 // millimetres
	for i, a := range texts {
		if wide := measured(t, a); math.Abs(wide-a.width) > tolerance {
			t.Errorf("%s: %q is %g mm wide, and said to be %g", s.Name, a.s, wide, a.width)
		}
		left, right, top, bottom := box(a)
		if left < 0 || top < 0 || right > s.Width+tolerance || bottom > s.Height+tolerance {
			t.Errorf("%s: %q lies in %g–%g × %g–%g mm, beyond %g × %g", s.Name, a.s, left, right, top, bottom, s.Width, s.Height)
		}
		for _, b := range texts[:i] {
			l, r, u, d := box(b)
			if left < r-tolerance && l < right-tolerance && top < d-tolerance && u < bottom-tolerance {
				t.Errorf("%s: %q lies on %q", s.Name, a.s, b.s)
			}
		}
	}
}

// fonts are read here once more, so that what is measured is measured twice.
var fonts = func() (list [2]*sfnt.Font) {
	list[0], _ = sfnt.Parse(goregular.TTF)
	list[1], _ = sfnt.Parse(gobold.TTF)
	return list
}()

// measured gives the width of a text by the font itself, in millimetres.
func measured(t rapid.TB, of text) float64 {
	t.Helper()
	f := fonts[0]
	if of.bold {
		f = fonts[1]
	}
	var buf sfnt.Buffer
	sum := 0.0
	for _, r := range of.s {
		glyph, err := f.GlyphIndex(&buf, r)
		if err != nil {
			t.Fatal(err)
		}
		if glyph == 0 { // in the SVG alone, where it is held to this width
			if !unicode.Is(unicode.M, r) {
				sum++
			}
			continue
		}
		advance, err := f.GlyphAdvance(&buf, glyph, fixed.I(1000), 0)
		if err != nil {
			t.Fatal(err)
		}
		sum += float64(advance) / 64 / 1000
	}
	return sum * of.size * 25.4 / 72
}

func box(t text) (left, right, top, bottom float64) {
	f := t.face()
	return t.x, t.x + t.width, t.y - f.ascent*t.size*point, t.y + f.descent*t.size*point
}

var anyText = rapid.OneOf(
	rapid.String(),
	rapid.StringMatching(`[A-Za-z0-9 \-_/.,ΩµéЖ電]{0,200}`),
	rapid.StringMatching(`[MW]{0,120}`),
	rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }),
)

var anySheet = rapid.OneOf(rapid.SampledFrom(sheets), rapid.Custom(func(t *rapid.T) Sheet {
	s := Sheet{Name: "any", Columns: 1, Rows: 1}
	s.Width = rapid.Float64Range(minWidth, 300).Draw(t, "width")
	s.Height = rapid.Float64Range(minHeight, 300).Draw(t, "height")
	s.PageWidth, s.PageHeight = s.Width, s.Height
	return s
}))

func TestNothingLeavesItsLabel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := bom.Line{
			Item: anyText.Draw(t, "item"), Name: anyText.Draw(t, "name"), Kind: bom.KindMade, Fitted: true,
			Quantity: schema.DecimalOf(rapid.Int64Min(0).Draw(t, "quantity")), Unit: anyText.Draw(t, "unit"),
			Part:  bom.Part{Manufacturer: anyText.Draw(t, "maker"), MPN: anyText.Draw(t, "mpn"), Standard: anyText.Draw(t, "standard")},
			Value: anyText.Draw(t, "value"), Process: anyText.Draw(t, "process"),
			Files:      rapid.SliceOfN(anyText, 0, 5).Draw(t, "files"),
			References: rapid.SliceOfN(anyText, 0, 200).Draw(t, "references"),
		}
		s := anySheet.Draw(t, "sheet")
		c := newScript(rapid.Bool().Draw(t, "any character"))
		checkInside(t, s, newSetter(s).set(contentOf(entry{&l, l.Item}, c.plain(anyText.Draw(t, "title")), c)))
	})
}

// TestTheNumberOfDesignatorsIsNeverLost holds for every label there may be: those
// that are shown and the number in brackets add up.
func TestTheNumberOfDesignatorsIsNeverLost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		// Names that have nothing in common with a run, so that each is one word.
		n := rapid.IntRange(1, 400).Draw(t, "designators")
		refs := make([]string, n)
		for i := range refs {
			refs[i] = strings.Repeat("x", 1+i%rapid.IntRange(1, 20).Draw(t, "length"))
		}
		s := anySheet.Draw(t, "sheet")
		text := content{quantity: "4 ×", place: "1", name: strings.Repeat("name ", 20), part: []string{"part"}, value: "value", references: refs, title: "title"}
		texts := newSetter(s).set(text)
		checkInside(t, s, texts)
		var shown strings.Builder
		for _, t := range texts {
			if !t.bold && (strings.HasPrefix(t.s, "x") || strings.Contains(t.s, "(+") || strings.HasPrefix(t.s, ellipsis)) {
				shown.WriteString(t.s + " ")
			}
		}
		words, rest, cut := strings.Cut(shown.String(), ellipsis)
		count := len(strings.FieldsFunc(words, func(r rune) bool { return r == ',' || r == ' ' }))
		if cut {
			var more int
			for _, r := range rest {
				if r >= '0' && r <= '9' {
					more = more*10 + int(r-'0')
				}
			}
			count += more
		}
		if count != n {
			t.Fatalf("%s: %d designators, of which the label tells %d: %q", s.Name, n, count, shown.String())
		}
	})
}

// TestAnSVGShowsWhatOnlyTheReaderHas keeps what the fonts lack, and shows what is
// no character as □.
func TestAnSVGShowsWhatOnlyTheReaderHas(t *testing.T) {
	c := newScript(true)
	if got, want := c.plain("電阻 ＲＣ\ue000"), "電阻 RC□"; got != want || string(c.replaced) != "\ue000" {
		t.Errorf("got %q, replaced %q; want %q", got, string(c.replaced), want)
	}
}

func TestRunsAreJoinedWhenThereIsNoRoom(t *testing.T) {
	var got []string
	for _, r := range runs([]string{"R1", "R2", "R3", "R5", "R6", "C9", "C10", "C11", "X", "R07", "R08", "R09"}) {
		got = append(got, r.text)
	}
	want := "R1–R3 R5 R6 C9–C11 X R07 R08 R09"
	if s := strings.Join(got, " "); s != want {
		t.Errorf("got %s, want %s", s, want)
	}
}

func TestPlain(t *testing.T) {
	for in, want := range map[string]string{
		"":                          "",
		"  a\t b\r\n":               "a b",
		"e\u0301cru":                "écru",
		"ＲＣ０８０５ １":                  "RC0805 1",
		"⌀8 ㎜ \u2011 \ufb00":        "Ø8 mm - ff",
		"\x00\x1b[31m\u200bred":     "[31mred",
		"a\xffb":                    "a\ufffdb",
		"電阻😀":                       "□□□",
		strings.Repeat("é", 400):    strings.Repeat("é", 300) + "…",
		strings.Repeat("\x80", 700): "…",
	} {
		if got := newScript(false).plain(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

// TestLettersStayInTheirLines holds for all letters but the few of Pinyin with
// two marks, and low brackets, which reach beyond their line by less than the
// edge of a label is wide. Both faces have the same letters.
func TestLettersStayInTheirLines(t *testing.T) {
	const above, below = 0.18, 0.06
	if s := newSetter(sheets[0]); above*s.size(quantitySize)*point > s.edge {
		t.Errorf("the edge of %g mm is too narrow", s.edge)
	}
	for i, f := range fonts {
		mine, other := faces().regular, faces().bold
		if i == 1 {
			mine, other = other, mine
		}
		var buf sfnt.Buffer
		em := fixed.I(int(f.UnitsPerEm()))
		for r := range mine.advance {
			if !other.has(r) {
				t.Errorf("%q is in one face alone", r)
			}
			glyph, err := f.GlyphIndex(&buf, r)
			if err != nil {
				t.Fatal(err)
			}
			b, _, err := f.GlyphBounds(&buf, glyph, em, 0)
			if err != nil {
				t.Fatal(err)
			}
			if up, down := -float64(b.Min.Y)/float64(em), float64(b.Max.Y)/float64(em); up > mine.ascent+above || down > mine.descent+below {
				t.Errorf("%q reaches %g up and %g down; the line %g and %g", r, up, down, mine.ascent, mine.descent)
			}
		}
		for _, r := range "ΩΩµμ±×éüßŁžЖя°≤≥…–²³" + string(lacking) {
			if !mine.has(r) {
				t.Errorf("%q is lacking", r)
			}
		}
	}
}
