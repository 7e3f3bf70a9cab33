package bom

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// A field is what a column holds.
type field int

const (
	fieldExtra field = iota
	fieldItem
	fieldLevel
	fieldName
	fieldDescription
	fieldQuantity
	fieldUnit
	fieldReferences
	fieldValue
	fieldFootprint
	fieldManufacturer
	fieldMPN
	fieldStandard
	fieldUnfitted
	fieldFitted
	fieldExcludeBOM
	fieldExcludeBoard
	fieldKind
	fieldMaterial
	fieldProcess
	fieldNote
	fieldFiles
	fieldAssembly

	// The columns of an offer, which may be repeated for several.
	fieldSupplier
	fieldSKU
	fieldPrice
	fieldCurrency
	fieldPack
	fieldMinimum
	fieldPackPrice

	fieldConfig
	fieldAttrition
	fieldSetup
	fieldMultiple
	fieldOKHReference // OKH's REFERENCE: a standard, a part's manifest, another design or a description
	fieldNamedSKU     // a supplier's part numbers, in a column that has the supplier's name
	fieldNamedPrice   // the same supplier's price
	fieldBreakPrice   // price from the quantity on that the header says
	fieldIgnored      // what our own tables have and reading makes anew

	// What a header alone does not settle; see settle.
	fieldItemOrName
	fieldUnits
	fieldComment
	fieldDesignation
	fieldReference
	fieldParts
	fieldComponent
	fieldPartNumber // the manufacturer's, the shop's or the maker's own
	fieldTyp        // German: the model, or the kind
	fieldCustomer   // a customer's reference in a cart: often designators

	fieldCount

	firstOffer, lastOffer = fieldSupplier, fieldPackPrice
)

var fieldNames = [fieldCount]string{
	fieldItem: "item", fieldLevel: "level", fieldName: "name", fieldDescription: "description", fieldQuantity: "quantity", fieldUnit: "unit",
	fieldReferences: "references", fieldValue: "value", fieldFootprint: "footprint", fieldManufacturer: "manufacturer",
	fieldMPN: "mpn", fieldStandard: "standard", fieldUnfitted: "unfitted", fieldFitted: "fitted",
	fieldExcludeBOM: "exclude_from_bom", fieldExcludeBoard: "exclude_from_board", fieldKind: "kind",
	fieldMaterial: "material", fieldProcess: "process", fieldNote: "note", fieldFiles: "files", fieldAssembly: "assembly",
	fieldSupplier: "supplier", fieldSKU: "sku", fieldPrice: "price", fieldCurrency: "currency", fieldPack: "pack_quantity",
	fieldMinimum: "minimum", fieldPackPrice: "pack_price", fieldConfig: "config", fieldAttrition: "attrition_percent",
	fieldSetup: "setup_quantity", fieldMultiple: "rounding_multiple", fieldOKHReference: "OKH reference",
	fieldNamedSKU: "sku", fieldNamedPrice: "price", fieldBreakPrice: "price", fieldIgnored: "nothing",
}

// extraField is the name by which a column is chosen to be kept as it is.
const extraField = "extra"

// Fields gives the names that [ReadOptions].Columns can say a column holds, in
// the order of the alphabet. "extra" keeps a column as it is, in Line.Extra.
func Fields() []string {
	names := []string{extraField}
	for f := fieldItem; f <= fieldMultiple; f++ {
		names = append(names, fieldNames[f])
	}
	slices.Sort(names)
	return names
}

// fieldOf gives the field of that name.
func fieldOf(name string) (field, bool) {
	name = strings.ToLower(tidy(name))
	if name == extraField {
		return fieldExtra, true
	}
	name = strings.NewReplacer(" ", "_", "-", "_").Replace(name)
	for f := fieldItem; f <= fieldMultiple; f++ {
		if fieldNames[f] == name {
			return f, true
		}
	}
	return fieldExtra, false
}

// A heading is what the header of a column says alone.
type heading struct {
	field    field
	supplier string // of fieldNamedSKU and fieldNamedPrice
	number   int    // of a repeated column: "Supplier 2"; 0 without one
	from     int    // of fieldBreakPrice
	strength int    // by which one of several columns of a field is chosen
}

// How sure a header is of its field.
const (
	weak = 1 + iota // "Order Qty" beside "Qty"
	numbered
	plain
	chosen // by ReadOptions
)

// headerKey brings a header to the form in which aliases are written: lower
// case, without accents, brackets, and all but letters, digits and "#".
func headerKey(header string) string {
	var b strings.Builder
	depth := 0
	header = strings.ToLower(header)
	if strings.IndexFunc(header, func(r rune) bool { return r >= 0x80 }) >= 0 {
		header = norm.NFKD.String(header)
	}
	for _, r := range header {
		switch {
		case r == '(' || r == '[':
			depth++
		case (r == ')' || r == ']') && depth > 0:
			depth--
		case depth > 0 || unicode.Is(unicode.Mn, r):
		case r == 'ß':
			b.WriteString("ss")
		case r == '№':
			b.WriteString("no")
		case r == 'ł':
			b.WriteByte('l')
		case r == 'ø':
			b.WriteByte('o')
		case unicode.IsLetter(r) || unicode.IsDigit(r) || r == '#':
			b.WriteRune(r)
		}
	}
	return b.String()
}

// known gives the field that a header names and, for a supplier's own column,
// the supplier. What a header alone does not settle is what it is mostly.
func known(header string) (field, string) {
	h := headingOf(header)
	switch h.field {
	case fieldPartNumber, fieldTyp:
		h.field = fieldMPN
	case fieldCustomer, fieldNamedPrice, fieldBreakPrice:
		h.field = fieldExtra
	}
	return h.field, h.supplier
}

// headingOf reads a header.
func headingOf(header string) heading {
	if len(header) > maxHeader {
		return heading{}
	}
	key := headerKey(header)
	if key == "" && len(header) > 2 { // "(Reference)"
		key = headerKey(strings.Trim(header, "()[] "))
	}
	if h, ok := moneyHeading(header, key); ok {
		return h
	}
	if key == "" {
		return heading{}
	}
	if h, ok := aliased(key); ok {
		return h
	}
	if h, ok := supplierHeading(key); ok {
		return h
	}
	if h, ok := numberedHeading(key); ok {
		return h
	}
	if h, ok := alternateHeading(key); ok {
		return h
	}
	for _, short := range []string{strings.TrimSuffix(key, "#"), cutLanguage(header)} {
		if h, ok := aliased(short); ok && short != "" {
			return h
		}
	}
	return eitherHeading(header)
}

func aliased(key string) (heading, bool) {
	if f, ok := aliases[key]; ok {
		return heading{field: f, strength: plain}, true
	}
	if f, ok := weakAliases[key]; ok {
		return heading{field: f, strength: weak}, true
	}
	return heading{}, false
}

// eitherHeading reads "位号(Designator)" and "Benennung / Name": two words for
// one thing. Words for different things name none.
func eitherHeading(header string) heading {
	words := strings.FieldsFunc(header, func(r rune) bool { return strings.ContainsRune("/()[]|\n（）", r) })
	var found heading
	for _, w := range words {
		h, ok := aliased(headerKey(w))
		if !ok || len(words) < 2 || found.strength > 0 && found.field != h.field {
			return heading{}
		}
		found = h
	}
	return found
}

// numberedHeading reads a header with one number in it: "Supplier 1", "MPN_2",
// "Supplier 1 Part Number".
func numberedHeading(key string) (heading, bool) {
	start := strings.IndexAny(key, "0123456789")
	if start < 0 {
		return heading{}, false
	}
	end := start
	for end < len(key) && key[end] >= '0' && key[end] <= '9' {
		end++
	}
	n, ok := plainNumber(key[start:end])
	if !ok || n > maxColumns {
		return heading{}, false
	}
	rest := key[:start] + key[end:]
	h, ok := aliased(rest)
	if !ok {
		h, ok = supplierHeading(rest)
	}
	if !ok && n > 0 {
		if h, ok = alternateHeading(rest); ok {
			n++
		}
	}
	if ok {
		h.number, h.strength = n, min(h.strength, numbered)
	}
	return h, ok
}

// alternateHeading reads "Alternate MPN" as what it is the second of.
func alternateHeading(key string) (heading, bool) {
	for _, word := range []string{"alternative", "alternate", "alternativ", "alt", "secondary", "secondsource", "second", "2ndsource", "2nd", "substitute"} {
		if rest, ok := strings.CutPrefix(key, word); ok {
			switch h, ok := aliased(rest); {
			case !ok:
			case h.field == fieldPartNumber:
				return heading{field: fieldMPN, number: 2, strength: numbered}, true
			case h.field == fieldManufacturer, h.field == fieldMPN, h.field >= firstOffer && h.field <= lastOffer:
				return heading{field: h.field, number: 2, strength: numbered}, true
			}
		}
	}
	return heading{}, false
}

// cutLanguage gives the key of "Part-Name EN" without its language.
func cutLanguage(header string) string {
	words := strings.Fields(header)
	if len(words) < 2 {
		return ""
	}
	switch strings.ToLower(strings.Trim(words[len(words)-1], "()[]")) {
	case "en", "de", "fr", "es", "it", "pt", "nl", "pl", "sv", "cs", "eng":
		return headerKey(strings.Join(words[:len(words)-1], " "))
	}
	return ""
}
