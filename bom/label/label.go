package label

import (
	"fmt"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/schema"
)

// MaxLabels is how many labels are written at most: hundreds of sheets. A PDF of
// as many takes some 100 MB of memory while it is made, and up to 250 MB where
// all are full of text.
const MaxLabels = 10_000

// Options say what to write on. The zero value is right.
type Options struct {
	Sheet Sheet  // the zero Sheet is that of DefaultSheet
	Title string // small at the bottom of each label: "ada/lamp 1.2.0, 10 units"
	// Skip is how many labels of the first page are used up already, row by row.
	// It is less than Sheet.PerPage.
	Skip int
	// Outline draws the edge of each label, for plain paper that is cut.
	Outline bool
}

// A Report says what was written.
type Report struct {
	Labels int `json:"labels"`
	Pages  int `json:"pages"`
	// LeftOut is how many lines have no label: they are not fitted, or excluded
	// from the BOM, or their parts have labels of their own. Tools are not counted.
	LeftOut int `json:"left_out"`
	// Replaced are the characters that cannot be shown, each once, 100 at most: □
	// stands for them. An SVG shows nearly all.
	Replaced string `json:"replaced,omitempty"`
}

// An entry is a line that gets a label.
type entry struct {
	line *bom.Line
	path string // items from the root's BOM to the line
}

// entries gives the lines of b that are put into bags, and how many others there
// are. Of an assembly that is opened, its lines are.
func entries(b *bom.BOM) (list []entry, others int) {
	var visit func(b *bom.BOM, above string)
	visit = func(b *bom.BOM, above string) {
		parents := bom.Parents(b.Lines)
		for i := range b.Lines {
			l := &b.Lines[i]
			switch {
			case !l.Counts(), parents[l.Item]:
				others++
			case l.BOM != nil && len(l.BOM.Lines) > 0:
				others++
				visit(l.BOM, above+l.Item+"/")
			default:
				list = append(list, entry{l, above + l.Item})
			}
		}
	}
	visit(b, "")
	return list, others
}

// A canvas is what labels are drawn on. Places are from the left upper corner of
// the page that was begun last, in millimetres.
type canvas interface {
	begin(page int) // from 0
	text(x, y float64, t text)
	outline(x, y, width, height float64)
}

// A job is what there is to draw.
type job struct {
	entries []entry
	sheet   Sheet
	options Options
	title   string
	script  *script
	report  Report
}

// newJob checks what is asked for, and counts.
func newJob(b *bom.BOM, o Options, c *script) (*job, error) {
	j := &job{sheet: o.Sheet, options: o, script: c}
	if j.sheet == (Sheet{}) {
		j.sheet, _ = SheetByName(DefaultSheet)
	}
	if err := j.sheet.Validate(); err != nil {
		return nil, err
	}
	if perPage := j.sheet.PerPage(); o.Skip < 0 || o.Skip >= perPage {
		return nil, &schema.Error{
			Kind: schema.Invalid, Detail: fmt.Sprintf("%d labels cannot be used up on a sheet of %d", o.Skip, perPage),
			Fix: fmt.Sprintf("skip from 0 to %d", perPage-1),
		}
	}
	j.entries, j.report.LeftOut = entries(b)
	switch n := len(j.entries); {
	case n == 0:
		return nil, &schema.Error{Kind: schema.Invalid, Detail: "the bill of materials has no line that gets a label"}
	case n > MaxLabels:
		return nil, &schema.Error{
			Kind: schema.TooLarge, Detail: fmt.Sprintf("there are %d labels; at most %d are written", n, MaxLabels), Fix: "ask for the flat view, or for one assembly",
		}
	}
	j.report.Labels = len(j.entries)
	j.report.Pages = (o.Skip + j.report.Labels + j.sheet.PerPage() - 1) / j.sheet.PerPage()
	j.title = j.script.plain(o.Title)
	return j, nil
}

// draw draws all labels. Each is laid out when it is drawn, so that memory does
// not grow with their number here.
func (j *job) draw(on canvas) Report {
	setter, perPage := newSetter(j.sheet), j.sheet.PerPage()
	for i, e := range j.entries {
		place := (i + j.options.Skip) % perPage
		if i == 0 || place == 0 {
			on.begin((i + j.options.Skip) / perPage)
		}
		x, y := j.sheet.at(place)
		if j.options.Outline {
			on.outline(x, y, j.sheet.Width, j.sheet.Height)
		}
		for _, t := range setter.set(contentOf(e, j.title, j.script)) {
			on.text(x+t.x, y+t.y, t)
		}
	}
	j.report.Replaced = string(j.script.replaced)
	return j.report
}
