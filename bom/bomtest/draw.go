// Package bomtest draws bills of materials for property tests: any that pass
// [bom.Document.Validate], with every member of a line in every state.
//
// Tests of package bom that use it stand in package bom_test, for this package
// imports bom.
package bomtest

import (
	"fmt"
	"strconv"
	"strings"

	"pgregory.net/rapid"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/schema"
)

// Draw draws a BOM as written: without what views add, and with any text.
func Draw(t *rapid.T) *bom.BOM { return DrawWith(t, Text()) }

// DrawWith draws a BOM whose texts are drawn from text: names, values, notes,
// cells and their columns. It is for formats that cannot hold every text. text
// must give texts of 1 to 150 bytes.
func DrawWith(t *rapid.T, text *rapid.Generator[string]) *bom.BOM {
	d := drawer{T: t, text: text}
	b := bom.New()
	for i := range rapid.IntRange(0, 3).Draw(t, "sources") {
		b.Sources = append(b.Sources, d.source(i))
	}
	d.sources = len(b.Sources)
	for range rapid.IntRange(0, 6).Draw(t, "lines") {
		b.Lines = append(b.Lines, d.line(rapid.SampledFrom(lineKinds()).Draw(t, "kind")))
	}
	for range rapid.IntRange(0, 2).Draw(t, "tools") {
		b.Tools = append(b.Tools, d.line(bom.KindTool))
	}
	for range rapid.IntRange(0, 3).Draw(t, "findings") {
		b.Findings = append(b.Findings, d.finding())
	}
	b.Summary = bom.Summarize(b.Lines)
	return b
}

// Text draws texts of any characters, among them often those that mean something
// to a format: separators, quotes, line ends, signs that begin a formula, markup.
func Text() *rapid.Generator[string] {
	odd := rapid.StringOfN(rapid.SampledFrom([]rune("aB10 ,;\t|\"'=+-@\n\r<&>*_`\\/{}[]#:€ü\u2028\U0001F529\x00\x7f")), 1, 15, -1)
	anything := rapid.StringOfN(rapid.Rune(), 1, 15, -1)
	return rapid.OneOf(Word(), odd, anything)
}

// Word draws plain texts: letters and digits, with single spaces inside.
func Word() *rapid.Generator[string] {
	return rapid.StringMatching(`[A-Za-z0-9]{1,8}( [A-Za-z0-9]{1,8})?`)
}

func lineKinds() (kinds []bom.Kind) {
	for _, k := range bom.Kinds() {
		if k != bom.KindTool {
			kinds = append(kinds, k)
		}
	}
	return kinds
}

type drawer struct {
	*rapid.T
	text    *rapid.Generator[string]
	sources int
	items   []string // so far
	number  int      // of the last line
}

// rarely tells, mostly no: so that what is drawn stays small.
func (d *drawer) rarely(what string) bool { return rapid.IntRange(0, 3).Draw(d.T, what) == 3 }

// maybe draws a text or none.
func (d *drawer) maybe(what string) string {
	if !d.rarely(what + "?") {
		return ""
	}
	return d.text.Draw(d.T, what)
}

// decimal draws a number that is not below least: 0 or 1.
func (d *drawer) decimal(what string, least int64) schema.Decimal {
	n := schema.DecimalOf(rapid.OneOf(rapid.Int64Range(least, 12), rapid.Int64Range(least, 1e15)).Draw(d.T, what))
	places := rapid.SampledFrom([]string{"1", "1", "1", "0.1", "0.001", "0.000000001"}).Draw(d.T, what+" scale")
	scale, err := schema.ParseDecimal(places)
	if err != nil {
		d.Fatal(err)
	}
	return n.Mul(scale)
}

func (d *drawer) maybeDecimal(what string, least int64) schema.Decimal {
	if !d.rarely(what + "?") {
		return schema.Decimal{}
	}
	return d.decimal(what, least)
}

func (d *drawer) unit() string {
	return rapid.SampledFrom([]string{bom.Pieces, bom.Pieces, "m", "mm2", "kg", "mL", "[in_i]", "{pair}", `"=;,`}).Draw(d.T, "unit")
}

func (d *drawer) digest(what string) schema.Digest {
	return schema.DigestOf([]byte{rapid.Byte().Draw(d.T, what)})
}

func (d *drawer) source(i int) bom.Source {
	return bom.Source{
		Path: fmt.Sprint(i, d.text.Draw(d.T, "path")), Digest: d.digest("digest"), Format: rapid.SampledFrom([]string{"csv", "okh-sbom", "kicad-sch"}).Draw(d.T, "format"),
		Delimiter: rapid.SampledFrom([]string{"", "comma", "tab"}).Draw(d.T, "delimiter"), Encoding: rapid.SampledFrom([]string{"", "utf-8", "windows-1252"}).Draw(d.T, "encoding"),
	}
}

func (d *drawer) finding() bom.Finding {
	return bom.Finding{
		Severity: rapid.SampledFrom([]schema.Severity{schema.SeverityError, schema.SeverityWarning, schema.SeverityInfo}).Draw(d.T, "severity"),
		Code:     rapid.SampledFrom([]string{"columns", "quantity-differs"}).Draw(d.T, "code"),
		Source:   d.place(), Row: rapid.IntRange(0, 99).Draw(d.T, "row"), Field: d.maybe("field"), Message: d.text.Draw(d.T, "message"),
	}
}

// place draws an index into the sources.
func (d *drawer) place() int { return rapid.IntRange(0, max(0, d.sources-1)).Draw(d.T, "source") }

// position gives a line its number, which may leave some out, and its item.
func (d *drawer) position(l *bom.Line) {
	d.number += rapid.SampledFrom([]int{1, 1, 1, 10}).Draw(d.T, "step")
	l.Line, l.Item = d.number, strconv.Itoa(d.number)
	if d.rarely("own item") {
		l.Item = strings.ReplaceAll(d.text.Draw(d.T, "item"), "/", "|") + "." + l.Item
	}
	if len(d.items) > 0 && d.rarely("parent?") {
		l.Parent = rapid.SampledFrom(d.items).Draw(d.T, "parent")
	}
	d.items = append(d.items, l.Item)
}

func (d *drawer) line(kind bom.Kind) bom.Line {
	l := bom.Line{
		Kind: kind, Name: d.maybe("no name"), Quantity: d.decimal("quantity", 0), Unit: d.unit(), QuantityText: d.maybe("quantity text"),
		PieceCount: d.maybeDecimal("piece count", 0), Fitted: !d.rarely("unfitted"), ExcludeFromBOM: d.rarely("excluded"), ExcludeFromBoard: d.rarely("off the board"),
		Part: d.part(), Value: d.maybe("value"), Footprint: d.maybe("footprint"), Process: d.maybe("process"), Material: d.maybe("material"),
		AttritionPercent: d.maybeDecimal("attrition", 0), SetupQuantity: d.maybeDecimal("setup", 0), RoundingMultiple: d.maybeDecimal("multiple", 1),
		Note: d.maybe("note"), Source: d.place(), Row: rapid.IntRange(0, 99).Draw(d.T, "row"),
	}
	if l.Name == "" && !d.rarely("nameless") {
		l.Name = d.text.Draw(d.T, "name")
	}
	d.position(&l)
	if d.rarely("piece size?") {
		l.PieceSize = &schema.Measure{Value: d.decimal("piece size", 1), Unit: d.unit()}
	}
	if kind == bom.KindAssembly || d.rarely("assembly?") {
		l.Assembly = &bom.Assembly{Reference: d.text.Draw(d.T, "reference"), Variant: d.maybe("assembly variant")}
	}
	d.lists(&l)
	return l
}

func (d *drawer) part() bom.Part {
	p := bom.Part{Manufacturer: d.maybe("manufacturer"), MPN: d.maybe("mpn"), Standard: d.maybe("standard"), Version: d.maybe("version")}
	if d.rarely("part digest?") {
		p.Digest = d.digest("part digest")
	}
	return p
}

func (d *drawer) lists(l *bom.Line) {
	few := func(what string) int { return max(0, rapid.IntRange(-3, 3).Draw(d.T, what)) }
	for range few("references") {
		l.References = append(l.References, rapid.OneOf(rapid.StringMatching(`[A-Z]{1,2}[1-9][0-9]?`), d.text).Draw(d.T, "designator"))
	}
	for range few("files") {
		l.Files = append(l.Files, rapid.SampledFrom([]string{"cad/ring.stl", "plate v2.dxf", "a,b;c.step", "größe.pdf", "-x/=1.csv", "%41 #?.txt"}).Draw(d.T, "file"))
	}
	for range few("alternates") {
		l.Alternates = append(l.Alternates, bom.Alternate{Rank: rapid.IntRange(2, 5).Draw(d.T, "rank"), Manufacturer: d.maybe("other manufacturer"), MPN: d.maybe("other mpn")})
	}
	for range few("variants") {
		l.Variants = append(l.Variants, bom.LineVariant{
			Name: rapid.OneOf(rapid.Just(bom.OtherVariants), d.text).Draw(d.T, "variant"), Fitted: rapid.Bool().Draw(d.T, "fitted there"),
			Value: d.maybe("other value"), Footprint: d.maybe("other footprint"), Part: d.part(),
		})
	}
	for range few("offers") {
		l.Offers = append(l.Offers, d.offer())
	}
	for range few("extra") {
		if l.Extra == nil {
			l.Extra = map[string]string{}
		}
		l.Extra[d.text.Draw(d.T, "column")] = d.text.Draw(d.T, "cell")
	}
}

func (d *drawer) offer() bom.Offer {
	o := bom.Offer{
		Supplier: d.maybe("supplier"), SKU: d.maybe("sku"), Currency: rapid.SampledFrom([]string{"", "EUR", "USD"}).Draw(d.T, "currency"),
		PackQuantity: d.maybeDecimal("pack", 0), Minimum: d.maybeDecimal("minimum", 0), Seen: rapid.SampledFrom([]string{"", "2026-11-01"}).Draw(d.T, "seen"),
	}
	from := schema.Decimal{}
	for range max(0, rapid.IntRange(-1, 3).Draw(d.T, "price breaks")) {
		from = from.Add(d.decimal("from", 1))
		o.PriceBreaks = append(o.PriceBreaks, bom.PriceBreak{From: from, Price: d.decimal("price", 0)})
	}
	return o
}
