package bom

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/patternbook/patternbook/schema"
)

// MaxLines is how many lines and tools a BOM may have together.
const MaxLines = 100_000

// Limits of one line, and of texts in bytes.
const (
	maxItem       = 200
	maxName       = 2000
	maxText       = 20_000 // a note or a cell
	maxUnit       = 32
	maxReference  = 200
	maxReferences = 10_000
	maxFiles      = 1000
	maxColumns    = 1000
	maxHeader     = 200
	maxFindings   = 1000
	maxOffers     = 1000
)

// A Document is the stored form of a BOM: as written, in one canonical form. It
// has no pins, and nothing that a view adds.
type Document struct {
	schema.Head
	BOM
}

// NewDocument gives the document by which author says b. It shares b's lists.
func NewDocument(author schema.Name, b *BOM) Document {
	return Document{Head: schema.Head{Kind: schema.KindBOM, Author: author}, BOM: *b}
}

// Validate checks what the type cannot say: its error is of kind Invalid and
// names the faults by their fields, the first hundred of them.
func (d Document) Validate() error {
	var f faults
	if d.Kind != schema.KindBOM {
		f.add("kind", "it is "+schema.Quote(d.Kind)+"; write "+schema.KindBOM)
	}
	if d.Author.IsZero() {
		f.add("author", "it is missing; name the account that says this")
	}
	if d.Costs != nil {
		f.add("costs", "they are of views; leave them out")
	}
	if d.Cuts != nil {
		f.add("cuts", "they are of views; leave them out")
	}
	return append(f, d.faults()...).err()
}

// faults gives what is wrong with the BOM itself.
func (b *BOM) faults() (f faults) {
	f.sources(b.Sources)
	if len(b.Lines)+len(b.Tools) > MaxLines {
		f.add("lines", fmt.Sprintf("there are %d lines and tools; at most %d are allowed", len(b.Lines)+len(b.Tools), MaxLines))
		return f
	}
	seen := places{items: make(map[string]bool, len(b.Lines)), lines: make(map[int]bool, len(b.Lines)), sources: len(b.Sources)}
	f.lines("lines", b.Lines, seen)
	f.lines("tools", b.Tools, seen)
	f.findings(b.Findings, len(b.Sources))
	if want := Summarize(b.Lines); b.Summary != want {
		f.add("summary", fmt.Sprintf("it does not count the lines; they are %d fitted with %s pieces and %d unfitted with %s",
			want.Lines, want.Quantity, want.UnfittedLines, want.UnfittedQuantity))
	}
	return f
}

// faults gathers what is wrong, so that all of it is said at once.
type faults []schema.Place

func (f *faults) add(field, detail string) {
	*f = append(*f, schema.Place{Field: field, Detail: detail})
}

func (f *faults) text(at, member, s string, limit int, required bool) {
	switch {
	case s == "" && required:
		f.add(at+"."+member, "it is missing")
	case len(s) > limit:
		f.add(at+"."+member, fmt.Sprintf("it has %d bytes; at most %d are allowed", len(s), limit))
	}
}

func (f *faults) positive(at, member string, d schema.Decimal) {
	if d.Sign() < 0 {
		f.add(at+"."+member, d.String()+" is below 0")
	}
}

func (f faults) err() error {
	if len(f) == 0 {
		return nil
	}
	const shown = 100
	if len(f) > shown {
		more := len(f) - shown
		f = append(f[:shown:shown], schema.Place{Detail: fmt.Sprintf("and %d more", more)})
	}
	return &schema.Error{Kind: schema.Invalid, Detail: "the bom document is not valid", At: f}
}

func (f *faults) sources(list []Source) {
	if list == nil {
		f.add("sources", "write a list, empty when there are none")
	}
	if len(list) > maxFiles {
		f.add("sources", fmt.Sprintf("there are %d; at most %d are allowed", len(list), maxFiles))
	}
	for i, s := range list {
		at := "sources[" + strconv.Itoa(i) + "]"
		f.text(at, "path", s.Path, maxName, true)
		f.text(at, "format", s.Format, maxReference, true)
		f.text(at, "delimiter", s.Delimiter, maxReference, false)
		f.text(at, "encoding", s.Encoding, maxReference, false)
		if s.Digest.IsZero() {
			f.add(at+".digest", "it is missing")
		}
	}
}

// places are what must be told apart across lines and tools.
type places struct {
	items   map[string]bool
	lines   map[int]bool
	sources int
}

func (f *faults) lines(list string, lines []Line, seen places) {
	if lines == nil {
		f.add(list, "write a list, empty when there are none")
	}
	for i := range lines {
		if len(*f) > 1000 {
			return
		}
		at := list + "[" + strconv.Itoa(i) + "]"
		l := &lines[i]
		if known := slices.Contains(Kinds(), l.Kind); !known || (l.Kind == KindTool) != (list == "tools") {
			f.add(at+".kind", schema.Quote(string(l.Kind))+" is not a kind of what stands in "+list)
		}
		f.position(at, l, seen)
		f.amounts(at, l)
		f.texts(at, l)
		f.lists(at, l)
		f.viewMembers(at, l)
	}
}

func (f *faults) position(at string, l *Line, seen places) {
	switch {
	case l.Line < 1:
		f.add(at+".line", "lines are counted from 1")
	case seen.lines[l.Line]:
		f.add(at+".line", fmt.Sprintf("%d occurs twice", l.Line))
	}
	seen.lines[l.Line] = true
	f.text(at, "item", l.Item, maxItem, true)
	if strings.Contains(l.Item, "/") {
		f.add(at+".item", schema.Quote(l.Item)+" has a slash, which parts the items of a path")
	}
	if seen.items[l.Item] {
		f.add(at+".item", schema.Quote(l.Item)+" occurs twice")
	}
	if l.Parent != "" && (l.Parent == l.Item || !seen.items[l.Parent]) {
		f.add(at+".parent", "no line above has the item "+schema.Quote(l.Parent))
	}
	seen.items[l.Item] = true
	if l.Source < 0 || l.Source > 0 && l.Source >= seen.sources {
		f.add(at+".source", "there is no such source")
	}
	if l.Row < 0 {
		f.add(at+".row", "rows are counted from 1")
	}
}

func (f *faults) amounts(at string, l *Line) {
	if l.Quantity.IsZero() {
		f.add(at+".quantity", "it is missing")
	}
	f.positive(at, "quantity", l.Quantity)
	f.positive(at, "piece_count", l.PieceCount)
	f.positive(at, "attrition_percent", l.AttritionPercent)
	f.positive(at, "setup_quantity", l.SetupQuantity)
	if !l.RoundingMultiple.IsZero() && l.RoundingMultiple.Sign() <= 0 {
		f.add(at+".rounding_multiple", "it is not above 0")
	}
	f.unit(at+".unit", l.Unit)
	if l.PieceSize != nil {
		f.unit(at+".piece_size.unit", l.PieceSize.Unit)
		if l.PieceSize.Value.Sign() <= 0 {
			f.add(at+".piece_size.value", "it is not above 0")
		}
	}
}

func (f *faults) unit(field, unit string) {
	if unit == "" || len(unit) > maxUnit || strings.ContainsFunc(unit, func(r rune) bool { return r <= ' ' || r > '~' }) {
		f.add(field, schema.Quote(unit)+` is not a UCUM unit; write "1" for pieces, or one like m, mm2, kg, L`)
	}
}

func (f *faults) texts(at string, l *Line) {
	f.text(at, "name", l.Name, maxName, false)
	f.text(at, "quantity_text", l.QuantityText, maxName, false)
	f.text(at, "part.manufacturer", l.Part.Manufacturer, maxName, false)
	f.text(at, "part.mpn", l.Part.MPN, maxName, false)
	f.text(at, "part.standard", l.Part.Standard, maxName, false)
	f.text(at, "part.version", l.Part.Version, maxName, false)
	f.text(at, "value", l.Value, maxName, false)
	f.text(at, "footprint", l.Footprint, maxName, false)
	f.text(at, "process", l.Process, maxName, false)
	f.text(at, "material", l.Material, maxName, false)
	f.text(at, "note", l.Note, maxText, false)
	f.text(at, "parent", l.Parent, maxItem, false)
	if a := l.Assembly; a != nil {
		f.text(at, "assembly.reference", a.Reference, maxName, true)
	}
}

func (f *faults) lists(at string, l *Line) {
	f.count(at+".references", len(l.References), maxReferences)
	for _, r := range l.References {
		f.text(at, "references", r, maxReference, true)
	}
	f.count(at+".files", len(l.Files), maxFiles)
	for _, p := range l.Files {
		if err := schema.CheckPath(p); err != nil {
			f.add(at+".files", err.Error())
		}
	}
	f.count(at+".alternates", len(l.Alternates), maxOffers)
	for _, a := range l.Alternates {
		f.text(at, "alternates.manufacturer", a.Manufacturer, maxName, false)
		f.text(at, "alternates.mpn", a.MPN, maxName, false)
		if a.Rank < 2 {
			f.add(at+".alternates.rank", "the part itself is 1; alternates are ranked from 2")
		}
	}
	f.count(at+".variants", len(l.Variants), maxOffers)
	for _, v := range l.Variants {
		f.text(at, "variants.name", v.Name, maxReference, true)
		f.text(at, "variants.value", v.Value, maxName, false)
		f.text(at, "variants.footprint", v.Footprint, maxName, false)
		f.text(at, "variants.part.manufacturer", v.Part.Manufacturer, maxName, false)
		f.text(at, "variants.part.mpn", v.Part.MPN, maxName, false)
	}
	f.count(at+".offers", len(l.Offers), maxOffers)
	for i := range l.Offers {
		f.offer(at+".offers["+strconv.Itoa(i)+"]", &l.Offers[i])
	}
	f.count(at+".extra", len(l.Extra), maxColumns)
	for column, cell := range l.Extra {
		f.text(at, "extra", column, maxHeader, true)
		f.text(at, "extra", cell, maxText, true)
	}
}

func (f *faults) count(field string, n, limit int) {
	if n > limit {
		f.add(field, fmt.Sprintf("there are %d; at most %d are allowed", n, limit))
	}
}

func (f *faults) offer(at string, o *Offer) {
	f.text(at, "supplier", o.Supplier, maxName, false)
	f.text(at, "sku", o.SKU, maxName, false)
	f.text(at, "seen", o.Seen, maxReference, false)
	if c := o.Currency; c != "" && (len(c) != 3 || strings.Trim(c, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "") {
		f.add(at+".currency", schema.Quote(c)+" is not an ISO 4217 code, like EUR")
	}
	f.positive(at, "pack_quantity", o.PackQuantity)
	f.positive(at, "minimum", o.Minimum)
	f.count(at+".price_breaks", len(o.PriceBreaks), maxOffers)
	for _, b := range o.PriceBreaks {
		f.positive(at, "price_breaks.from", b.From)
		f.positive(at, "price_breaks.price", b.Price)
	}
}

// viewMembers refuses what a view adds. Pins lie in the release: the same BOM
// may be pinned to newer assemblies without becoming another.
func (f *faults) viewMembers(at string, l *Line) {
	if !l.Required.IsZero() || !l.OnHand.IsZero() || !l.ToOrder.IsZero() || l.BOM != nil || l.Paths != nil || l.Cost != nil {
		f.add(at, "required, on_hand, to_order, bom, paths and cost are of views; leave them out")
	}
	if a := l.Assembly; a != nil && (!a.Design.IsZero() || !a.Version.IsZero() || !a.Release.IsZero()) {
		f.add(at+".assembly", "design, version and release are said by the release's pins; leave them out")
	}
}

func (f *faults) findings(list []Finding, sources int) {
	if list == nil {
		f.add("findings", "write a list, empty when there are none")
	}
	f.count("findings", len(list), MaxLines+2*maxFindings*max(1, sources))
	for i, x := range list {
		at := "findings[" + strconv.Itoa(i) + "]"
		switch x.Severity {
		case schema.SeverityError, schema.SeverityWarning, schema.SeverityInfo:
		default:
			f.add(at+".severity", schema.Quote(string(x.Severity))+" is not error, warning or info")
		}
		f.text(at, "code", x.Code, maxReference, true)
		f.text(at, "field", x.Field, maxName, false)
		f.text(at, "message", x.Message, maxText, true)
		if x.Source < 0 || x.Source > 0 && x.Source >= sources || x.Row < 0 {
			f.add(at, "it names no place in a source")
		}
	}
}
