package bom

import (
	"strings"
)

// isBlank tells whether a cell says that there is nothing to say.
func isBlank(f field, cell string) bool {
	if len(cell) > 4 {
		return false
	}
	switch f {
	case fieldReferences:
		switch strings.ToLower(cell) {
		case "n/a", "na", "nan", "none":
			return true
		}
	case fieldName, fieldDescription, fieldValue, fieldFootprint, fieldMaterial, fieldProcess, fieldStandard, fieldNote:
	default:
		return false
	}
	return strings.Trim(cell, "-–—") == "" || cell == "nan" // pandas writes nan
}

// nobody tells whether a manufacturer or part number leaves the choice open.
func nobody(cell string) bool {
	if len(cell) > 12 || cell == "" || strings.IndexByte("avgn-t?bduw", cell[0]|0x20) < 0 && cell[0] != '?' && cell[0] < 0x80 {
		return false
	}
	switch strings.ToLower(cell) {
	case "any", "various", "generic", "n/a", "na", "none", "nan", "-", "--", "–", "—", "tbd", "?", "beliebig", "div.", "diverse", "unknown", "no name", "noname":
		return true
	}
	return false
}
