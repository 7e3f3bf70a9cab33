package label

import (
	"fmt"
	"strings"

	"github.com/patternbook/patternbook/schema"
)

// A Sheet is how labels lie on a page. All measures are in millimetres.
type Sheet struct {
	Name       string  // avery-l7160
	About      string  // what it is, in one line
	PageWidth  float64 // of the whole sheet, upright
	PageHeight float64
	Left       float64 // from the page's left edge to the first column
	Top        float64 // from the page's top edge to the first row
	Columns    int
	Rows       int
	Width      float64 // of one label
	Height     float64
	GapX       float64 // between two columns
	GapY       float64 // between two rows
}

// sheets are those that shops have. Sizes, columns and rows are as the makers
// print them on the box: avery.co.uk (L7159, L7160, L7163), avery.com (5160,
// 5163), brother.com (DK-11209), dymo.com (99012). The gaps of L715x and L716x
// are 2.5 mm; the makers' templates round the margins differently, by less than
// 0.2 mm, so here the labels lie in the middle of the sheet. The American ones are
// whole parts of an inch: 5160 has labels of 2 5/8 × 1 with 1/8 between and
// margins of 3/16 and 1/2; 5163 of 4 × 2 with 3/16 between and margins of 5/32
// and 1/2.
var sheets = []Sheet{
	{"avery-l7159", "A4, 3 × 8 labels of 63.5 × 33.9 mm", 210, 297, 7.25, 12.9, 3, 8, 63.5, 33.9, 2.5, 0},
	{"avery-l7160", "A4, 3 × 7 labels of 63.5 × 38.1 mm", 210, 297, 7.25, 15.15, 3, 7, 63.5, 38.1, 2.5, 0},
	{"avery-l7163", "A4, 2 × 7 labels of 99.1 × 38.1 mm", 210, 297, 4.65, 15.15, 2, 7, 99.1, 38.1, 2.5, 0},
	{"avery-5160", "US Letter, 3 × 10 labels of 66.7 × 25.4 mm", 215.9, 279.4, 4.7625, 12.7, 3, 10, 66.675, 25.4, 3.175, 0},
	{"avery-5163", "US Letter, 2 × 5 labels of 101.6 × 50.8 mm", 215.9, 279.4, 3.96875, 12.7, 2, 5, 101.6, 50.8, 4.7625, 0},
	{"single-62x29", "roll, one label of 62 × 29 mm a page (Brother DK-11209)", 62, 29, 0, 0, 1, 1, 62, 29, 0, 0},
	{"single-89x36", "roll, one label of 89 × 36 mm a page (Dymo 99012)", 89, 36, 0, 0, 1, 1, 89, 36, 0, 0},
}

// DefaultSheet is the one that is used where none is named.
const DefaultSheet = "avery-l7160"

// Sheets lists the sheets that have a name.
func Sheets() []Sheet { return append([]Sheet(nil), sheets...) }

// SheetByName gives a sheet by its name, in any case, with or without the
// "avery-"; "" is DefaultSheet. The error is of kind Invalid and lists the names.
func SheetByName(name string) (Sheet, error) {
	if name == "" {
		name = DefaultSheet
	}
	var names []string
	for _, s := range sheets {
		if strings.EqualFold(name, s.Name) || strings.EqualFold("avery-"+name, s.Name) {
			return s, nil
		}
		names = append(names, s.Name)
	}
	return Sheet{}, &schema.Error{
		Kind: schema.Invalid, Detail: schema.Quote(name) + " is not a sheet of labels", Fix: "choose one of " + strings.Join(names, ", "),
	}
}

// PerPage is how many labels a page has.
func (s Sheet) PerPage() int { return s.Columns * s.Rows }

// Bounds of a sheet, in millimetres: a smaller label has no room for what it has
// to say, and a larger page is beyond what PDF readers show (14 400 points).
const (
	minWidth  = 30
	minHeight = 12
	maxPage   = 5000
	maxGrid   = 1000 // columns, and rows
)

// Validate tells of a sheet whose labels are too small or do not lie on its page:
// an error of kind Invalid.
func (s Sheet) Validate() error {
	const rounding = 0.01
	right := s.Left + float64(s.Columns)*s.Width + float64(s.Columns-1)*s.GapX
	bottom := s.Top + float64(s.Rows)*s.Height + float64(s.Rows-1)*s.GapY
	switch {
	case s.Columns < 1 || s.Rows < 1 || s.Columns > maxGrid || s.Rows > maxGrid:
		return s.fault(fmt.Sprintf("it has %d × %d labels; from 1 to %d are allowed each way", s.Columns, s.Rows, maxGrid))
	case !(s.Width >= minWidth && s.Height >= minHeight):
		return s.fault(fmt.Sprintf("its labels are %g × %g mm; they need %d × %d", s.Width, s.Height, minWidth, minHeight))
	case !(s.PageWidth <= maxPage && s.PageHeight <= maxPage):
		return s.fault(fmt.Sprintf("its page is larger than %d mm", maxPage))
	case !(s.Left >= 0 && s.Top >= 0 && s.GapX >= 0 && s.GapY >= 0):
		return s.fault("a margin or gap is below 0")
	case !(right <= s.PageWidth+rounding && bottom <= s.PageHeight+rounding):
		return s.fault(fmt.Sprintf("its labels reach to %g × %g mm, beyond the page", right, bottom))
	}
	return nil
}

func (s Sheet) fault(what string) error {
	return &schema.Error{Kind: schema.Invalid, Detail: "sheet " + schema.Quote(s.Name) + ": " + what, Fix: "take a sheet that has a name, or correct the measures"}
}

// at gives the left upper corner of the label in place n of a page, from 0, row
// by row.
func (s Sheet) at(n int) (x, y float64) {
	column, row := n%s.Columns, n/s.Columns
	return s.Left + float64(column)*(s.Width+s.GapX), s.Top + float64(row)*(s.Height+s.GapY)
}
