package label

import "math"

// A text is one line of text on a label.
type text struct {
	x, y  float64 // of its base line's left end, from the label's left upper corner, in millimetres
	width float64 // in millimetres
	size  float64 // in points
	bold  bool
	s     string
}

func (t text) face() *face {
	if t.bold {
		return faces().bold
	}
	return faces().regular
}

// Sizes of texts in points, on a label of 63.5 × 38.1 mm. The smaller of two is
// what a text is shrunk to before it is cut.
const (
	quantitySize = 17.0
	nameSize     = 11.0
	nameSmallest = 8.0
	partSize     = 8.5
	partSmallest = 6.5
	listSize     = 8.0
	placeSize    = 7.5
	titleSize    = 5.5
	least        = 4.0 // of any text, but a quantity, on any label
)

// A page's worth of labels has one setter: it holds what does not change from
// label to label.
type setter struct {
	width, height float64 // of the label, in millimetres
	edge          float64 // kept free: sheets and printers are not exact
	scale         float64 // of sizes
}

// newSetter scales sizes less than the label: a small label has smaller texts,
// and fewer of them.
func newSetter(s Sheet) setter {
	scale := math.Pow(min(s.Height/38.1, s.Width/50), 0.75)
	scale = min(max(scale, 0.4), 1.6)
	return setter{width: s.Width, height: s.Height, edge: max(1.5, min(2.2*scale, 3)), scale: scale}
}

// A column is the room on a label that is left, from top to bottom.
type column struct {
	setter
	top, bottom float64
	texts       []text
}

func (s setter) size(points float64) float64 { return max(points*s.scale, least) }

func (s setter) inner() float64 { return s.width - 2*s.edge }

// lines is how many lines of a size there is room for, when a height is kept.
func (c *column) lines(f *face, size, kept float64) int {
	const rounding = 1e-9
	return max(0, int((c.bottom-c.top-kept+rounding)/f.height(size)))
}

// put writes a line below the last one.
func (c *column) put(size float64, bold bool, s string) {
	t := text{x: c.edge, size: size, bold: bold, s: s}
	f := t.face()
	t.y, t.width = c.top+f.ascent*size*point, f.width(s, size)
	c.top += f.height(size)
	c.texts = append(c.texts, t)
}

// set lays out a label. What matters most has its room first: quantity, name,
// one line for the designators or what they are; then what is bought, its value,
// its files. All texts lie within the label.
func (s setter) set(l content) []text {
	c := &column{setter: s, top: s.edge, bottom: s.height - s.edge}
	c.title(l.title)
	c.head(l.quantity, l.place)
	kept := 0.0
	if len(l.references) > 0 {
		kept = faces().regular.height(s.size(listSize))
	}
	below := kept + c.need(l)
	c.name(l.name, below)
	c.space(below)
	c.part(l.part, kept)
	c.line(l.value, kept)
	if size := s.size(listSize); len(l.files) > 0 && c.lines(faces().regular, size, kept) > 0 {
		c.list(l.files, size, 1)
	}
	c.references(l.references)
	return c.texts
}

// need is the height of what stands below the name, at its smallest, without the
// designators.
func (s setter) need(l content) float64 {
	n := 0
	for _, there := range []bool{len(l.part) > 0, l.value != "", len(l.files) > 0} {
		if there {
			n++
		}
	}
	return float64(n) * faces().regular.height(s.size(partSize))
}

// title stands at the bottom.
func (c *column) title(s string) {
	size := c.size(titleSize)
	f := faces().regular
	if s == "" {
		return
	}
	s = f.cut(s, size, c.inner())
	c.texts = append(c.texts, text{x: c.edge, y: c.bottom - f.descent*size*point, width: f.width(s, size), size: size, s: s})
	c.bottom -= f.height(size)
}

// head has the quantity at the left and the line's place at the right. A quantity
// is shrunk as far as it must, for one that is cut would be another quantity.
func (c *column) head(quantity, place string) {
	f := faces()
	small := c.size(placeSize)
	place = f.regular.cutFront(place, small, 0.35*c.inner())
	right := f.regular.width(place, small)
	room := c.inner() - right - small*point
	size := c.size(quantitySize)
	if w := f.bold.width(quantity, size); w > room {
		size *= room / w * 0.999
	}
	base := c.top
	c.put(size, true, quantity)
	if place != "" {
		c.texts = append(c.texts, text{x: c.width - c.edge - right, y: base + f.regular.ascent*small*point, width: right, size: small, s: place})
	}
	c.top = max(c.top, base+f.regular.height(small))
}

// space leaves some room, where there is more than is kept.
func (c *column) space(kept float64) {
	const gap = 0.6
	if c.bottom-c.top > kept+gap*c.scale {
		c.top += gap * c.scale
	}
}

// name is in bold, on two lines when there is room. It is shrunk before it is
// cut.
func (c *column) name(s string, kept float64) {
	f := faces().bold
	size := c.size(nameSize)
	smallest := c.size(nameSmallest)
	for ; size > smallest; size = max(size-0.5, smallest) {
		limit := min(2, c.lines(f, size, kept))
		if _, all := f.wrap(s, size, c.inner(), limit); all {
			break
		}
	}
	limit := min(2, max(1, c.lines(f, size, kept)))
	limit = min(limit, c.lines(f, size, 0))
	if limit == 0 {
		return
	}
	for _, line := range f.wrapCut(s, size, c.inner(), limit) {
		c.put(size, true, line)
	}
}

// part writes the fullest way that fits on a line, shrunk if it must be.
func (c *column) part(ways []string, kept float64) {
	f := faces().regular
	for i, s := range ways {
		size := c.size(partSize)
		if w := f.width(s, size); w > c.inner() {
			size = max(size*c.inner()/w*0.999, c.size(partSmallest))
		}
		if f.width(s, size) <= c.inner() || i == len(ways)-1 {
			if c.lines(f, size, kept) > 0 {
				c.put(size, false, f.cut(s, size, c.inner()))
			}
			return
		}
	}
}

// line writes s on one line, if there is room.
func (c *column) line(s string, kept float64) {
	if s != "" {
		c.part([]string{s}, kept)
	}
}

// references take all the room that is left. Before any is cut, those that follow
// each other are joined.
func (c *column) references(refs []string) {
	f := faces().regular
	size := c.size(listSize)
	limit := c.lines(f, size, 0)
	if len(refs) == 0 || limit == 0 {
		return
	}
	terms := make([]term, len(refs))
	for i, r := range refs {
		terms[i] = term{r, 1}
	}
	if !f.holds(terms, size, c.inner(), limit) {
		terms = runs(refs)
	}
	c.list(terms, size, limit)
}

func (c *column) list(terms []term, size float64, limit int) {
	for _, line := range faces().regular.list(terms, size, c.inner(), limit) {
		c.put(size, false, line)
	}
}
