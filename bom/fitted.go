package bom

import (
	"slices"
	"strings"

	"github.com/patternbook/patternbook/schema"
)

// unfittedWord tells whether text says that a part is not to be mounted.
func unfittedWord(s string) bool {
	if len(s) > 40 || len(s) < 2 {
		return false
	}
	switch first := s[0] | 0x20; {
	case first == 'd', first == 'n', first == 'u', first == 'l', first == 'e', first == 'm', first >= 0x80, !isLetter(s[0]) && (s[0] < '0' || s[0] > '9'):
	default: // nearly all cells
		return false
	}
	switch strings.ToLower(strings.Trim(tidy(s), "()[]<>*.! ")) {
	case "dnp", "dnf", "dni", "dnm", "dnl", "dnpl", "n.m", "n.c", "n.p", "nm", "np", "d.n.p", "d.n.f", "d.n.i", "do not fit", "do not populate", "do not install", "do not place",
		"do not mount", "do not load", "do not stuff", "do not assemble", "do not solder", "don't populate", "don't fit", "don't install", "don't place", "not fitted", "not populated", "not mounted", "not installed", "not placed",
		"not assembled", "not stuffed", "no stuff", "nostuff", "no-stuff", "no fit", "nofit", "no pop", "nopop", "no-pop", "no populate", "no place", "noplace", "no mount", "no load", "noload", "unpopulated", "unfitted", "unplaced", "unmounted",
		"leave empty", "leave unpopulated", "nc",
		"nicht bestückt", "nicht bestücken", "nicht bestueckt", "nicht bestuecken", "unbestückt", "n.b", "nicht montieren", "nicht einbauen",
		"non monté", "non monte", "ne pas monter", "ne pas placer", "ne pas installer", "ne pas souder", "non placé",
		"no montar", "no montado", "no poner", "no colocar", "no instalar", "non montare", "non montato", "não montar", "nao montar", "não montado",
		"niet plaatsen", "niet monteren", "niet geplaatst", "nie montować", "neosazovat", "neosazeno", "ej monterad", "monteras ej", "不贴", "不焊接", "空贴", "不装":
		return true
	}
	return false
}

// unfittedMark tells whether one word in a text marks a part as not to be
// mounted: "10k DNP", "C N.C. 0805". NC alone, without points, is too often
// something else.
func unfittedMark(text string) bool {
	if len(text) > 200 || len(text) < 3 || !strings.ContainsAny(text, "nN") {
		return false
	}
	lower := strings.ToLower(text)
	if !strings.Contains(lower, "dn") && !strings.Contains(lower, "n.") && !strings.Contains(lower, "no") {
		return false
	}
	for _, phrase := range []string{"do not populate", "do not fit", "do not install", "do not place", "do not mount", "not populated", "not fitted", "not mounted"} {
		if strings.Contains(lower, phrase) {
			return true
		}
	}
	for word := range strings.FieldsFuncSeq(lower, func(r rune) bool { return strings.ContainsRune(" ()[]/,;:|_<>*", r) }) {
		switch word {
		case "dnp", "dnf", "dni", "dnm", "nopop", "nostuff", "d.n.p.":
			return true
		case "n.c.", "n.m.", "n.p.":
			return !closes(lower)
		}
	}
	return false
}

// closes tells whether a text is of something with contacts, which may be
// normally closed.
func closes(lower string) bool {
	for _, word := range []string{"switch", "relay", "contact", "button", "valve", "thermostat", "sensor", "schalter", "relais", "taster", "jumper", "solder", "sw ", "spst", "spdt", "n.o."} {
		if strings.Contains(lower, word) {
			return true
		}
	}
	return false
}

// fitted reads whether the part is to be mounted, and what it is excluded from.
func (t *table) fitted(d *draft, l *Line) {
	if cell := d.cells[fieldUnfitted]; cell != "" {
		l.Fitted = isNo(cell)
		if !l.Fitted && !plainYes(cell) {
			l.keepColumn(d.columns[fieldUnfitted], cell)
		}
	}
	if cell := d.cells[fieldFitted]; cell != "" {
		no := isNo(cell) || unfittedWord(cell)
		l.Fitted = l.Fitted && !no
		if !no && !plainYes(cell) && headingOf(cell).field != fieldFitted { // "Fitted" in a column of that name
			l.keepColumn(d.columns[fieldFitted], cell)
		}
	}
	l.ExcludeFromBOM, l.ExcludeFromBoard = t.excluded(d, l, fieldExcludeBOM), t.excluded(d, l, fieldExcludeBoard)
	config := d.cells[fieldConfig]
	switch {
	case unfittedWord(config), strings.HasPrefix(config, "-") && len(config) > 1:
		l.Fitted = false
	case !l.Fitted:
	default:
		t.unfittedByWord(d, l)
	}
}

// unfittedByWord looks for words in the value, in a note that says no more, and
// in the text that stands for the value where there is none.
func (t *table) unfittedByWord(d *draft, l *Line) {
	field, text := fieldValue, l.Value
	switch {
	case unfittedWord(l.Value), unfittedMark(l.Value):
	case unfittedWord(d.cells[fieldNote]):
		field, text = fieldNote, d.cells[fieldNote]
	case d.cells[fieldMPN] == "" && len(d.parts) > 0 && unfittedWord(d.parts[0].MPN):
		field, text = fieldMPN, d.parts[0].MPN
	case l.Value == "" && len(l.References) > 0 && allDesignators(l.References) && (unfittedWord(d.cells[fieldDescription]) || unfittedMark(d.cells[fieldDescription])):
		field, text = fieldDescription, d.cells[fieldDescription]
	case l.Value == "" && len(l.References) > 0 && allDesignators(l.References) && (unfittedWord(d.cells[fieldName]) || unfittedMark(d.cells[fieldName])):
		field, text = fieldName, d.cells[fieldName]
	default:
		return
	}
	l.Fitted = false
	t.find(schema.SeverityInfo, "unfitted-by-value", d.row, t.headerOf(field), schema.Quote(cut(text, maxHeader))+" was read as: not to be fitted")
}

// excluded reads a column that says "Excluded from BOM", "x", or no.
func (t *table) excluded(d *draft, l *Line, f field) bool {
	cell := d.cells[f]
	switch {
	case cell == "" || isNo(cell):
		return false
	case plainYes(cell), strings.HasPrefix(strings.ToLower(cell), "exclude"):
		return true
	}
	l.keepColumn(d.columns[f], cell)
	return false
}

func isNo(cell string) bool {
	switch strings.ToLower(cell) {
	case "0", "no", "n", "false", "f", "-", "nein", "non", "off", "nee", "não", "nao", "nie", "ne", "nej", "✗", "✘", "否":
		return true
	}
	return false
}

func plainYes(cell string) bool {
	switch strings.ToLower(cell) {
	case "1", "yes", "y", "true", "t", "x", "dnp", "dnf", "dni", "ja", "oui", "si", "sí", "sì", "sim", "tak", "ano", "on", "✓", "✔", "☑", "是":
		return true
	}
	return false
}

// variants reads KiBoM's Config: "+name" is fitted in that variant and no other,
// "-name" in all but that (https://github.com/SchrodingersGat/KiBoM).
func (t *table) variants(d *draft, l *Line) {
	config, c := d.cells[fieldConfig], d.columns[fieldConfig]
	if c == nil || config == "" {
		return
	}
	l.keepColumn(c, config)
	if len(config) > maxText || c.names && !isVariantList(config) {
		return
	}
	only := false
	for word := range strings.FieldsFuncSeq(config, func(r rune) bool { return strings.ContainsRune(" ,;|\n\t", r) }) {
		name, in := strings.CutPrefix(word, "+")
		out := false
		if !in {
			name, out = strings.CutPrefix(word, "-")
		}
		if in = in || c.names && !out; !in && !out || name == "" || len(name) > maxReference || len(l.Variants) >= maxOffers-1 {
			continue
		}
		if slices.ContainsFunc(l.Variants, func(v LineVariant) bool { return fold(v.Name) == fold(name) }) {
			continue
		}
		l.Variants = append(l.Variants, LineVariant{Name: name, Fitted: in})
		only = only || in
	}
	if len(l.Variants) > 0 {
		l.Variants = append(l.Variants, LineVariant{Name: OtherVariants, Fitted: !only})
	}
}

// isVariantList tells whether a cell is a list of plain names: "lite, pro".
func isVariantList(cell string) bool {
	list := strings.FieldsFunc(cell, func(r rune) bool { return strings.ContainsRune(",;|\n", r) })
	if len(list) == 0 || len(list) > 20 {
		return false
	}
	for _, name := range list {
		name = strings.TrimLeft(trim(name), "+-")
		if name == "" || len(name) > 24 || strings.ContainsAny(name, " .:*()") || unfittedWord(name) || plainYes(name) || isNo(name) || looksLikeItem(name) {
			return false
		}
		switch strings.ToLower(name) {
		case "all", "any", "none", "both", "default", "alle", "tous", "todos":
			return false
		}
	}
	return true
}
