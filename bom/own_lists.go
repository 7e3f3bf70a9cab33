package bom

import (
	"strconv"
	"strings"

	"github.com/patternbook/patternbook/schema"
)

// A list in a cell of our own tables is parted by semicolons, and the texts of
// each of its members by bars: "2 | Yageo | RC0603FR-0710KL; 3 | …".

// members gives the texts of each member.
func members(cell string) [][]string {
	var list [][]string
	for _, part := range splitCell(cell, ';') {
		if part == "" {
			continue
		}
		texts := splitCell(part, '|')
		for i := range texts {
			texts[i] = plainCell(texts[i])
		}
		list = append(list, texts)
	}
	return list
}

// at gives text i, or "".
func at(texts []string, i int) string {
	if i < len(texts) {
		return texts[i]
	}
	return ""
}

// accept tells whether what was read of a list is as documents have it. A list
// that is not is kept as text.
func (t *ownTable) accept(probe *Line, ok bool, cell, what string) bool {
	var f faults
	if ok {
		f.lists("", probe)
	}
	if !ok || len(f) > 0 {
		t.unreadable("list-unreadable", cell, "is not "+what)
		return false
	}
	return true
}

// alternates reads "rank | manufacturer | MPN".
func (t *ownTable) alternates(cell string) {
	var probe Line
	ok := true
	for _, m := range members(cell) {
		rank, err := strconv.Atoi(m[0])
		ok = ok && err == nil && len(m) <= 3
		probe.Alternates = append(probe.Alternates, Alternate{Rank: rank, Manufacturer: at(m, 1), MPN: at(m, 2)})
	}
	if t.accept(&probe, ok, cell, "a list of alternates, each like: 2 | manufacturer | MPN") {
		t.line.Alternates = probe.Alternates
	}
}

// variants reads "name | fitted | value | footprint | manufacturer | MPN |
// standard | version | digest".
func (t *ownTable) variants(cell string) {
	var probe Line
	ok := true
	for _, m := range members(cell) {
		v := LineVariant{
			Name: m[0], Fitted: !isNo(at(m, 1)), Value: at(m, 2), Footprint: at(m, 3),
			Part: Part{Manufacturer: at(m, 4), MPN: at(m, 5), Standard: at(m, 6), Version: at(m, 7)},
		}
		if digest := at(m, 8); digest != "" {
			var err error
			v.Part.Digest, err = schema.ParseDigest(digest)
			ok = ok && err == nil
		}
		ok = ok && len(m) <= 9 && len(v.Part.Standard) <= maxName && len(v.Part.Version) <= maxName
		probe.Variants = append(probe.Variants, v)
	}
	if t.accept(&probe, ok, cell, "a list of variants, each like: name | yes | value | footprint | manufacturer | MPN") {
		t.line.Variants = probe.Variants
	}
}

// offers reads "supplier | SKU | currency | pack quantity | minimum | date | 1=0.04 |
// 100=0.03".
func (t *ownTable) offers(cell string) {
	var probe Line
	ok := true
	number := func(s string) (n schema.Decimal) {
		if s == "" {
			return n
		}
		n, err := schema.ParseDecimal(s)
		ok = ok && err == nil
		return n
	}
	for _, m := range members(cell) {
		o := Offer{Supplier: m[0], SKU: at(m, 1), Currency: at(m, 2), PackQuantity: number(at(m, 3)), Minimum: number(at(m, 4)), Seen: at(m, 5)}
		for _, text := range m[min(len(m), 6):] {
			from, price, _ := strings.Cut(text, "=")
			o.PriceBreaks = append(o.PriceBreaks, PriceBreak{From: number(from), Price: number(price)})
			ok = ok && from != "" && price != ""
		}
		probe.Offers = append(probe.Offers, o)
	}
	if t.accept(&probe, ok, cell, "a list of offers, each like: supplier | SKU | EUR | pack | minimum | date | 1=0.04 | 100=0.03") {
		t.line.Offers = probe.Offers
	}
}
