package bom

import (
	"strings"
)

// A settler decides by the values of a table what its header alone does not say.
type settler struct {
	columns []column
	values  []row
}

func (s settler) has(f field) bool {
	for _, c := range s.columns {
		if c.field == f {
			return true
		}
	}
	return false
}

// hasPlain tells whether a column is surely of a field.
func (s settler) hasPlain(f field) bool {
	for _, c := range s.columns {
		if c.field == f && c.strength >= plain {
			return true
		}
	}
	return false
}

// share tells how much of what is written in column i is as is says, in percent;
// -1 when nothing is written there.
func (s settler) share(i int, is func(string) bool) int {
	filled, hits := 0, 0
	for _, r := range s.values {
		if i < len(r.cells) && r.cells[i] != "" {
			filled++
			if is(r.cells[i]) {
				hits++
			}
		}
	}
	if filled == 0 {
		return -1
	}
	return hits * 100 / filled
}

func looksLikeReferences(cell string) bool {
	list := splitReferences(cell)
	for _, r := range list {
		if !isDesignator(r) {
			return false
		}
	}
	return len(list) > 0
}

func hasSeveral(cell string) bool { return len(splitReferences(cell)) > 1 }

func looksLikeItem(cell string) bool {
	for i := range len(cell) {
		if (cell[i] < '0' || cell[i] > '9') && cell[i] != '.' {
			return false
		}
	}
	return true
}

func looksLikeQuantity(cell string) bool {
	_, _, fault := readNumber(cell, false)
	return fault != "unreadable"
}

func isCurrency(cell string) bool {
	return currencyOf(cell) != "" && !strings.ContainsAny(cell, "0123456789")
}

func isOKHType(cell string) bool {
	switch strings.ToUpper(cell) {
	case "STD", "BUY", "POSH", "MOSH":
		return true
	}
	return false
}

func isKindWord(cell string) bool {
	_, ok := kindWords[headerKey(cut(cell, 100))]
	return ok
}

// isDigiKey tells whether a cell looks like a part number of Digi-Key.
func isDigiKey(cell string) bool {
	return strings.HasSuffix(strings.ToUpper(cell), "-ND")
}

// settle decides what column i holds.
func (s settler) settle(i int) field {
	switch f := s.columns[i].field; f {
	case fieldItemOrName, fieldComponent:
		return s.itemOrName(i)
	case fieldItem:
		return s.item(i)
	case fieldLevel:
		return s.level(i)
	case fieldUnits:
		if !s.has(fieldQuantity) && s.share(i, looksLikeQuantity) != 0 {
			return fieldQuantity
		}
		return fieldUnit
	case fieldComment:
		return s.comment(i)
	case fieldDesignation:
		if s.has(fieldReferences) && !s.has(fieldValue) {
			return fieldValue
		}
		if s.has(fieldName) {
			return fieldDescription
		}
		return fieldName
	case fieldReference:
		return s.reference(i)
	case fieldParts:
		if s.share(i, looksLikeReferences) >= 50 {
			return fieldReferences
		}
		return fieldName
	case fieldName:
		return s.name(i)
	case fieldPartNumber:
		return s.partNumber(i)
	case fieldSKU:
		if headerKey(s.columns[i].header) == "sku" && s.has(fieldManufacturer) && !s.has(fieldSupplier) && !s.has(fieldMPN) && !s.has(fieldPartNumber) { // the maker's
			return fieldMPN
		}
		return f
	case fieldPrice:
		if s.share(i, isCurrency) >= 80 {
			return fieldCurrency
		}
		return f
	case fieldSupplier:
		if s.share(i, isKindWord) >= 60 && !s.has(fieldKind) { // source: make or buy
			return fieldKind
		}
		return f
	case fieldTyp:
		if s.share(i, isKindWord) >= 50 {
			return fieldKind
		}
		return fieldMPN
	case fieldCustomer:
		if s.share(i, looksLikeReferences) >= 50 && !s.has(fieldReferences) && !s.has(fieldReference) {
			return fieldReferences
		}
		return fieldExtra
	case fieldQuantity:
		if s.columns[i].strength == weak && s.share(i, looksLikeQuantity) == 0 { // an amount of money
			return fieldExtra
		}
		return f
	default:
		return f
	}
}

func notEmpty(cell string) bool { return cell != "" }

func (s settler) itemOrName(i int) field {
	switch numbers := s.share(i, looksLikeItem); {
	case numbers >= 80 && !s.has(fieldItem):
		return fieldItem
	case s.share(i, looksLikeReferences) >= 50 && !s.has(fieldReferences) && !s.has(fieldReference):
		return fieldReferences
	case !s.hasPlain(fieldName):
		return fieldName
	case !s.has(fieldDescription):
		return fieldDescription
	}
	return fieldExtra
}

// comment is what assembly files and Altium call the value.
func (s settler) comment(i int) field {
	if !s.has(fieldReferences) || s.has(fieldValue) || s.share(i, notEmpty) <= 0 {
		return fieldNote
	}
	if headerKey(s.columns[i].header) == "comment" && s.has(fieldFootprint) || !s.has(fieldName) && !s.has(fieldMPN) {
		return fieldValue
	}
	return fieldNote
}

// name leaves the name to the description where the column has but the names
// that a CAD library gives its drawings.
func (s settler) name(i int) field {
	switch headerKey(s.columns[i].header) {
	case "device", "symbol", "libpart", "logicalsymbol":
		for j, c := range s.columns {
			if c.field == fieldDescription && c.strength == plain && s.share(j, notEmpty) > 0 && s.filled(j) >= 80 {
				return fieldExtra
			}
		}
	}
	return fieldName
}

// filled tells how many of the rows have something in column i, in percent.
func (s settler) filled(i int) int {
	rows, filled := 0, 0
	for _, r := range s.values {
		if len(r.cells) < 2 {
			continue
		}
		rows++
		if i < len(r.cells) && r.cells[i] != "" {
			filled++
		}
	}
	if rows == 0 {
		return 0
	}
	return filled * 100 / rows
}

// partNumber decides whose number it is. Beside the manufacturer's it is a
// shop's, or the maker's own.
func (s settler) partNumber(i int) field {
	shops := i > 0 && s.columns[i-1].field == fieldSupplier && !s.has(fieldSKU)
	switch {
	case s.share(i, isDigiKey) >= 50:
		s.columns[i].supplier = "Digi-Key"
		return fieldNamedSKU
	case s.has(fieldMPN) && shops:
		return fieldSKU
	case s.has(fieldMPN):
		return fieldExtra
	case shops && !s.has(fieldManufacturer):
		return fieldSKU
	}
	return fieldMPN
}

func (s settler) reference(i int) field {
	for j, c := range s.columns {
		if (c.field == fieldKind || c.field == fieldTyp) && s.share(j, isOKHType) > 0 {
			return fieldOKHReference
		}
	}
	shaped := s.share(i, looksLikeReferences)
	switch {
	case s.has(fieldReferences):
		return fieldExtra
	case shaped >= 30 || shaped < 0:
		return fieldReferences
	case strings.ContainsAny(s.columns[i].header, "éÉ") && !s.has(fieldMPN):
		return fieldMPN
	}
	return fieldReferences
}

// plainVariants tells whether column i lists variants by their names alone.
func (s settler) plainVariants(i int) bool {
	return strings.Contains(headerKey(s.columns[i].header), "variant") && s.share(i, isVariantList) >= 80
}
