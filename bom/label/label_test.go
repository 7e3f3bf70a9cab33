package label_test

import (
	"bytes"
	"compress/zlib"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/bom/label"
	"github.com/patternbook/patternbook/schema"
)

var update = flag.Bool("update", false, "write the golden files anew")

func decimal(s string) schema.Decimal {
	d, err := schema.ParseDecimal(s)
	if err != nil {
		panic(err)
	}
	return d
}

func line(n int, name string, change func(*bom.Line)) bom.Line {
	l := bom.Line{Line: n, Item: fmt.Sprint(n), Name: name, Kind: bom.KindPurchased, Quantity: decimal("1"), Unit: bom.Pieces, Fitted: true}
	if change != nil {
		change(&l)
	}
	return l
}

func refs(prefix string, from, to, step int) (list []string) {
	for n := from; n <= to; n += step {
		list = append(list, fmt.Sprint(prefix, n))
	}
	return list
}

// kit has a line of each sort.
func kit() *bom.BOM {
	b := bom.New()
	b.Lines = []bom.Line{
		line(1, "Resistor 10 kΩ ±1 %", func(l *bom.Line) {
			l.Quantity, l.Required = decimal("24"), decimal("245")
			l.Part = bom.Part{Manufacturer: "Yageo", MPN: "RC0805FR-0710KL"}
			l.Value, l.Footprint, l.References = "10k", "R_0805_2012Metric", refs("R", 1, 24, 1)
		}),
		line(2, "Capacitor, ceramic, X7R, 4.7 µF, 25 V, for the supply of the driver and next to each motor connector", func(l *bom.Line) {
			l.Quantity, l.References = decimal("60"), refs("C", 1, 119, 2)
			l.Part = bom.Part{Manufacturer: "Murata Electronics North America", MPN: "GRM31CR71E475KA88L-0123456789"}
			l.Value, l.Footprint = "4.7µ", "Capacitor_SMD:C_1206_3216Metric"
		}),
		line(3, "M8 hex nut", func(l *bom.Line) {
			l.Kind, l.Quantity, l.Part.Standard = bom.KindStandard, decimal("4"), "ISO 4032 M8"
		}),
		line(4, "Ring", func(l *bom.Line) {
			l.Kind, l.Quantity, l.Process, l.Material = bom.KindMade, decimal("2"), "3DP", "PETG"
			l.Files = []string{"parts/ring.stl", "parts/ring.step", "drawings/ring.pdf"}
		}),
		line(5, "Polypropylene cord", func(l *bom.Line) { l.Quantity, l.Unit = decimal("3.5"), "m" }),
		line(6, "Rod, Ø 8 mm", func(l *bom.Line) {
			l.Quantity, l.PieceSize = decimal("2"), &schema.Measure{Value: decimal("180"), Unit: "mm"}
		}),
		line(7, "Болт <M5> & écrou für Gehäuse", func(l *bom.Line) { l.Unit = "{pair}" }),
		line(8, "電阻 10k", func(l *bom.Line) { l.Part.MPN = "ＲＣ０８０５" }),
		line(9, "Not mounted", func(l *bom.Line) { l.Fitted = false }),
		line(10, "Board", func(l *bom.Line) { l.Kind = bom.KindAssembly }),
		line(11, "On the board", func(l *bom.Line) { l.Parent = "10"; l.References = []string{"U1"} }),
		line(12, "Lower design", func(l *bom.Line) {
			l.Kind = bom.KindAssembly
			l.BOM = bom.New()
			l.BOM.Lines = []bom.Line{line(10, "Lower part", nil)}
		}),
	}
	b.Tools = []bom.Line{line(13, "Spanner", func(l *bom.Line) { l.Kind = bom.KindTool })}
	return b
}

var options = label.Options{Title: "ada/bench-lamp 1.2.0, 10 units", Outline: true}

func TestSVGIsAsLookedAt(t *testing.T) {
	var got bytes.Buffer
	report, err := label.WriteSVG(&got, kit(), options)
	if err != nil {
		t.Fatal(err)
	}
	want := label.Report{Labels: 10, Pages: 1, LeftOut: 3}
	if report != want {
		t.Errorf("report is %+v, want %+v", report, want)
	}
	golden := filepath.Join("testdata", "kit.svg")
	if *update {
		if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	file, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), file) {
		t.Errorf("the SVG differs from %s; look at it and run with -update:\n%s", golden, got.String())
	}
}

// streams are the compressed parts of a PDF; shown are texts in UTF-16.
var (
	streams = regexp.MustCompile(`(?s)<</Filter /FlateDecode /Length \d+>>\nstream\n(.*?)\nendstream`)
	shown   = regexp.MustCompile(`(?s) Td \((.*?)\) Tj ET`)
	escapes = strings.NewReplacer(`\\`, `\`, `\(`, `(`, `\)`, `)`, `\r`, "\r")
)

// textOf gives the text of each page of a PDF.
func textOf(t *testing.T, data []byte) (pages []string) {
	t.Helper()
	for _, m := range streams.FindAllSubmatch(data, -1) {
		z, err := zlib.NewReader(bytes.NewReader(m[1]))
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		var page strings.Builder
		for _, text := range shown.FindAllSubmatch(content, -1) {
			wide := []byte(escapes.Replace(string(text[1])))
			for i := 0; i+1 < len(wide); i += 2 {
				page.WriteRune(rune(wide[i])<<8 | rune(wide[i+1]))
			}
			page.WriteByte('\n')
		}
		if page.Len() > 0 {
			pages = append(pages, page.String())
		}
	}
	return pages
}

func TestPDFHasItsTextAndPages(t *testing.T) {
	for _, sheet := range label.Sheets() {
		o := options
		o.Sheet = sheet
		o.Skip = sheet.PerPage() - 1
		var first, second bytes.Buffer
		report, err := label.WritePDF(&first, kit(), o)
		if err != nil {
			t.Fatal(err)
		}
		pages := textOf(t, first.Bytes())
		if want := 1 + (9+sheet.PerPage()-1)/sheet.PerPage(); len(pages) != want || report.Pages != want {
			t.Errorf("%s: %d pages, reported as %d; want %d", sheet.Name, len(pages), report.Pages, want)
		}
		all := strings.Join(pages, "\n")
		for _, want := range []string{"10 kΩ ±1", "4.7 µF", "Болт <M5> & écrou", "Gehäuse", "245 ×", "3.5 m", "2 × 180 mm", "1 pair", "□□ 10k", "RC0805", "12/10", "(+"} {
			if !strings.Contains(all, want) {
				t.Errorf("%s: %q is not in the text:\n%s", sheet.Name, want, all)
			}
		}
		if _, err := label.WritePDF(&second, kit(), o); err != nil || !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Errorf("%s: the same input gave other bytes (%v)", sheet.Name, err)
		}
		if pages := strings.Count(first.String(), "<</Type /Page\n"); pages != report.Pages {
			t.Errorf("%s: the PDF has %d pages, reported are %d", sheet.Name, pages, report.Pages)
		}
		if report.Replaced != "電阻" {
			t.Errorf("%s: replaced are %q", sheet.Name, report.Replaced)
		}
	}
}

// TestOthersReadThePDF has Poppler read the text by the embedded fonts' tables.
func TestOthersReadThePDF(t *testing.T) {
	program, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Skip("pdftotext (poppler-utils) is not here")
	}
	var file bytes.Buffer
	if _, err := label.WritePDF(&file, kit(), options); err != nil {
		t.Fatal(err)
	}
	read := exec.Command(program, "-raw", "-", "-")
	read.Stdin = &file
	out, err := read.Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Resistor 10 kΩ ±1 %", "4.7µ", "Болт <M5> & écrou für", "□□ 10k", "Rod, Ø 8 mm", "… (+"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("%q is not in the text:\n%s", want, out)
		}
	}
}

func TestWhatCannotBeIsRefused(t *testing.T) {
	sheet, err := label.SheetByName("L7163")
	if err != nil || sheet.Name != "avery-l7163" {
		t.Errorf("L7163 is %q, %v", sheet.Name, err)
	}
	if _, err := label.SheetByName("l9999"); !errors.Is(err, schema.Invalid) || !strings.Contains(err.Error(), "avery-l7160") {
		t.Errorf("an unknown sheet gave %v", err)
	}
	wide := sheet
	wide.Columns = 3
	for name, c := range map[string]struct {
		b *bom.BOM
		o label.Options
	}{
		"empty":     {bom.New(), label.Options{}},
		"skip all":  {kit(), label.Options{Skip: 21}},
		"skip back": {kit(), label.Options{Skip: -1}},
		"too wide":  {kit(), label.Options{Sheet: wide}},
		"too small": {kit(), label.Options{Sheet: label.Sheet{Columns: 1, Rows: 1, Width: 10, Height: 10, PageWidth: 10, PageHeight: 10}}},
	} {
		var w bytes.Buffer
		if _, err := label.WritePDF(&w, c.b, c.o); !errors.Is(err, schema.Invalid) || w.Len() > 0 {
			t.Errorf("%s: %v with %d bytes", name, err, w.Len())
		}
	}
}

func TestTooManyAreRefused(t *testing.T) {
	b := many(label.MaxLabels + 1)
	if _, err := label.WriteSVG(io.Discard, b, label.Options{}); !errors.Is(err, schema.TooLarge) {
		t.Errorf("%d labels gave %v", len(b.Lines), err)
	}
}

// broken is a writer that fails after some bytes.
type broken struct{ left int }

var errBroken = errors.New("the disk is full")

func (w *broken) Write(p []byte) (int, error) {
	if w.left -= len(p); w.left < 0 {
		return 0, errBroken
	}
	return len(p), nil
}

func TestFaultsOfTheWriterAreTold(t *testing.T) {
	if _, err := label.WriteSVG(&broken{5000}, kit(), label.Options{}); !errors.Is(err, errBroken) {
		t.Errorf("the SVG gave %v", err)
	}
	if _, err := label.WritePDF(&broken{5000}, kit(), label.Options{}); !errors.Is(err, errBroken) {
		t.Errorf("the PDF gave %v", err)
	}
}

func TestSheetsAreRight(t *testing.T) {
	for _, s := range label.Sheets() {
		if err := s.Validate(); err != nil {
			t.Error(err)
		}
		// All of them lie in the middle of their page.
		right := s.PageWidth - s.Left - float64(s.Columns)*s.Width - float64(s.Columns-1)*s.GapX
		below := s.PageHeight - s.Top - float64(s.Rows)*s.Height - float64(s.Rows-1)*s.GapY
		if d := right - s.Left; d > 0.05 || d < -0.05 {
			t.Errorf("%s: margins of %g and %g mm at the sides", s.Name, s.Left, right)
		}
		if d := below - s.Top; d > 0.05 || d < -0.05 {
			t.Errorf("%s: margins of %g and %g mm above and below", s.Name, s.Top, below)
		}
	}
}
