package label

import (
	"bytes"
	"io"
	"time"

	"github.com/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"

	"github.com/patternbook/patternbook/bom"
)

// WritePDF writes labels as a PDF, a page for each sheet, with the fonts it
// needs. Print it at its own size, not fitted to the page. The PDF is made in
// memory before it is written; MaxLabels bounds that. Errors are those of
// [WriteSVG].
func WritePDF(w io.Writer, b *bom.BOM, o Options) (Report, error) {
	j, err := newJob(b, o, newScript(false))
	if err != nil {
		return Report{}, err
	}
	doc := newPDF(j)
	report := j.draw(&pdf{doc: doc, size: fpdf.SizeType{Wd: j.sheet.PageWidth, Ht: j.sheet.PageHeight}})
	if err := doc.Output(w); err != nil {
		return Report{}, err
	}
	return report, nil
}

// newPDF begins a document in which nothing depends on the time or on the order
// of a map.
func newPDF(j *job) *fpdf.Fpdf {
	doc := fpdf.NewCustom(&fpdf.InitType{UnitStr: "mm", Size: fpdf.SizeType{Wd: j.sheet.PageWidth, Ht: j.sheet.PageHeight}})
	never := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	doc.SetCreationDate(never)
	doc.SetModificationDate(never)
	doc.SetCatalogSort(true)
	doc.SetProducer("Patternbook", true)
	if j.title != "" {
		doc.SetTitle(j.title, true)
	}
	doc.SetMargins(0, 0, 0)
	doc.SetAutoPageBreak(false, 0)
	doc.SetLineWidth(0.1)
	// The fonts are copied, for fpdf keeps what it is given, and they are shared.
	doc.AddUTF8FontFromBytes("go", "", bytes.Clone(goregular.TTF))
	doc.AddUTF8FontFromBytes("go", "B", bytes.Clone(gobold.TTF))
	return doc
}

// A pdf is a canvas. Texts are black: roll printers know no grey.
type pdf struct {
	doc  *fpdf.Fpdf
	size fpdf.SizeType
}

// begin adds a page. "P" takes the size as it is, also when that is wider than
// high.
func (p *pdf) begin(int) { p.doc.AddPageFormat("P", p.size) }

func (p *pdf) outline(x, y, width, height float64) { p.doc.Rect(x, y, width, height, "D") }

func (p *pdf) text(x, y float64, t text) {
	style := ""
	if t.bold {
		style = "B"
	}
	p.doc.SetFont("go", style, t.size)
	p.doc.Text(x, y, t.s)
}
