package bom

import (
	"path"
	"strings"

	"github.com/patternbook/patternbook/schema"
)

// kindWords are the words for kinds, in the form of headerKey. The first four are
// OKH's (https://www.opensourceecology.de/ simple BOM): standard part, part to
// buy, part of open source hardware, module of open source hardware.
var kindWords = func() map[string]Kind {
	m := make(map[string]Kind)
	for kind, words := range map[Kind]string{
		KindStandard:   `std standard standardpart norm normteil normpart`,
		KindPurchased:  `buy purchased purchase bought buypart boughtpart offtheshelf cots kaufteil zukaufteil zukauf procured electronic electronics electrical smd tht hardware`,
		KindMade:       `posh made make manufactured manufacture custom custommade fabricated fabricate printed 3dprinted 3dprint 3dp lasercut machined eigenfertigung fertigungsteil`,
		KindAssembly:   `mosh assembly subassembly module baugruppe unterbaugruppe submodule`,
		KindMaterial:   `material rawmaterial raw rohmaterial halbzeug stock`,
		KindConsumable: `consumable consumables verbrauchsmaterial consommable`,
		KindPackaging:  `packaging verpackung emballage`,
		KindFirmware:   `firmware software`,
		KindTool:       `tool tools werkzeug outil herramienta`,
	} {
		for word := range strings.FieldsSeq(words) {
			m[word] = kind
		}
	}
	return m
}()

// kind reads the kind. Without a word for it a line is standard when it names a
// standard, what the section says, or else purchased.
func (t *table) kind(d *draft, l *Line) {
	l.Kind = KindPurchased
	switch {
	case t.sectionKind != "":
		l.Kind = t.sectionKind
	case l.Part.Standard != "":
		l.Kind = KindStandard
	}
	cell := d.cells[fieldKind]
	if cell == "" {
		return
	}
	if len(cell) <= 100 {
		if kind, ok := kindWords[headerKey(cell)]; ok {
			l.Kind = kind
			if !isOKHType(cell) && cell != string(kind) {
				l.keepColumn(d.columns[fieldKind], cell)
			}
			return
		}
	}
	l.keepColumn(d.columns[fieldKind], cell)
}

// okhReference reads OKH's REFERENCE: what it is depends on the kind.
func (t *table) okhReference(d *draft, l *Line) {
	cell, c := d.cells[fieldOKHReference], d.columns[fieldOKHReference]
	if cell == "" {
		if c := t.headerOf(fieldOKHReference); c != "" && (l.Kind == KindAssembly || l.Kind == KindMade) {
			t.find(schema.SeverityWarning, "reference-missing", d.row, c, "a line of kind "+string(l.Kind)+" names its design or manifest here")
		}
		return
	}
	short := cut(tidy(cell), maxName)
	switch {
	case l.Kind == KindAssembly:
		l.Assembly = &Assembly{Reference: short}
	case l.Kind == KindMade:
		t.file(l, c, cell, d.row)
	case isURL(cell):
		l.keepColumn(c, cell)
		return
	case l.Kind == KindStandard:
		l.Part.Standard = short
	case l.Value == "":
		l.Value = short
	default:
		l.keepColumn(c, cell)
		return
	}
	if short != cell {
		l.keepColumn(c, cell)
	}
}

func isURL(s string) bool {
	return strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://")
}

// file adds the path of a file of the design. A leading slash is the design's
// root.
func (t *table) file(l *Line, c *column, cell string, row int) {
	p := strings.TrimLeft(strings.ReplaceAll(cell, `\`, "/"), "/")
	if p != "" {
		p = path.Clean(p)
	}
	if err := schema.CheckPath(p); err != nil || isURL(cell) {
		l.keepColumn(c, cell)
		t.find(schema.SeverityWarning, "file-unusable", row, c.header, schema.Quote(cell)+" is not the path of a file in the design")
		return
	}
	if len(l.Files) >= maxFiles {
		l.keepColumn(c, cell)
		return
	}
	l.Files = append(l.Files, p)
	if "/"+p != cell && p != cell {
		l.keepColumn(c, cell)
	}
}

func (t *table) filesAndAssembly(d *draft, l *Line) {
	if cell := d.cells[fieldFiles]; cell != "" {
		for p := range strings.SplitSeq(cell, ";") {
			if p = strings.TrimSpace(p); p != "" {
				t.file(l, d.columns[fieldFiles], p, d.row)
			}
		}
	}
	cell := d.cells[fieldAssembly]
	if cell == "" {
		return
	}
	if l.Kind == KindAssembly && l.Assembly == nil {
		l.Assembly = &Assembly{Reference: tidy(t.limit(d, fieldAssembly))}
		return
	}
	l.keepColumn(d.columns[fieldAssembly], cell)
}

// unfittedWords say in a value that a part is not to be mounted.
func unfittedWord(s string) bool {
	if len(s) > 20 {
		return false
	}
	switch strings.ToLower(s) {
	case "dnp", "dnf", "dni", "dnm", "n.m.", "n.c.", "n.p.", "do not fit", "do not populate", "do not install", "do not place",
		"do not mount", "not fitted", "not populated", "not mounted", "no stuff", "nostuff", "no fit", "nofit":
		return true
	}
	return false
}

// fitted reads whether the part is to be mounted.
func (t *table) fitted(d *draft, l *Line) {
	if cell := d.cells[fieldUnfitted]; cell != "" {
		l.Fitted = isNo(cell)
		if !l.Fitted && !plainYes(cell) {
			l.keepColumn(d.columns[fieldUnfitted], cell)
		}
	}
	if cell := d.cells[fieldFitted]; cell != "" {
		l.Fitted = l.Fitted && !isNo(cell) && !unfittedWord(cell)
	}
	switch config := d.cells[fieldConfig]; {
	case unfittedWord(config), strings.HasPrefix(config, "-") && len(config) > 1:
		l.Fitted = false
	case l.Fitted && unfittedWord(l.Value):
		l.Fitted = false
		t.find(schema.SeverityInfo, "unfitted-by-value", d.row, t.headerOf(fieldValue), schema.Quote(l.Value)+" was read as: not to be fitted")
	}
}

func isNo(cell string) bool {
	switch strings.ToLower(cell) {
	case "0", "no", "n", "false", "-", "nein", "non", "off":
		return true
	}
	return false
}

func plainYes(cell string) bool {
	switch strings.ToLower(cell) {
	case "1", "yes", "y", "true", "x", "dnp", "dnf", "dni", "ja", "oui", "si", "✓", "✔":
		return true
	}
	return false
}

// namedSKU makes an offer of a cell in a supplier's own column.
func (t *table) namedSKU(l *Line, c *column, cell string) {
	if isURL(cell) || nobody(cell) || len(cell) > maxName || len(l.Offers) >= maxOffers {
		l.keepColumn(c, cell)
		return
	}
	l.Offers = append(l.Offers, Offer{Supplier: c.supplier, SKU: cell})
}

// offer makes an offer of the columns supplier, SKU and price.
func (t *table) offer(d *draft, l *Line) {
	o := Offer{Supplier: tidy(t.limit(d, fieldSupplier)), SKU: t.limit(d, fieldSKU)}
	if nobody(o.Supplier) {
		l.keepColumn(d.columns[fieldSupplier], d.cells[fieldSupplier])
		o.Supplier = ""
	}
	t.price(d, l, &o)
	if o.Supplier == "" && o.SKU == "" && o.PriceBreaks == nil && o.PackQuantity.IsZero() && o.Minimum.IsZero() {
		return
	}
	if o.Supplier == "" && o.SKU == "" && len(l.Offers) == 1 { // the price belongs to the one supplier there is
		o.Supplier, o.SKU = l.Offers[0].Supplier, l.Offers[0].SKU
		l.Offers[0] = o
		return
	}
	l.Offers = append(l.Offers, o)
}

// plain reads a number without unit; what is none stays in Extra.
func (t *table) plain(d *draft, l *Line, f field) schema.Decimal {
	cell := d.cells[f]
	if cell == "" {
		return schema.Decimal{}
	}
	n, rest, fault := readNumber(cell, t.decimalComma)
	if fault != "" || rest != "" {
		l.keepColumn(d.columns[f], cell)
		return schema.Decimal{}
	}
	return n
}

func (t *table) price(d *draft, l *Line, o *Offer) {
	o.PackQuantity = t.plain(d, l, fieldPack)
	o.Minimum = t.plain(d, l, fieldMinimum)
	cell := d.cells[fieldPrice]
	if cell == "" {
		return
	}
	price, currency, ok := readPrice(cell, t.decimalComma)
	if !ok {
		l.keepColumn(d.columns[fieldPrice], cell)
		return
	}
	o.PriceBreaks = []PriceBreak{{From: small[1], Price: price}}
	for _, c := range []string{currency, currencyOf(d.cells[fieldCurrency]), d.columns[fieldPrice].currency} {
		if o.Currency == "" {
			o.Currency = c
		}
	}
	if c := d.columns[fieldCurrency]; c != nil && currencyOf(d.cells[fieldCurrency]) == "" {
		l.keepColumn(c, d.cells[fieldCurrency])
	}
}

// currencies are the signs and codes that files have. "$" is the dollar of the
// United States, as nearly always in files that do not say more.
var currencies = map[string]string{
	"$": "USD", "us$": "USD", "usd": "USD", "€": "EUR", "eur": "EUR", "euro": "EUR", "£": "GBP", "gbp": "GBP", "¥": "CNY", "cny": "CNY", "rmb": "CNY",
	"jpy": "JPY", "chf": "CHF", "cad": "CAD", "c$": "CAD", "aud": "AUD", "a$": "AUD", "inr": "INR", "₹": "INR", "pln": "PLN", "zł": "PLN",
	"sek": "SEK", "nok": "NOK", "dkk": "DKK", "czk": "CZK", "kč": "CZK", "brl": "BRL", "r$": "BRL", "krw": "KRW", "hkd": "HKD", "nzd": "NZD",
}

// currencyOf gives the ISO 4217 code that is in text: alone or as one of its words.
func currencyOf(text string) string {
	if len(text) > maxHeader {
		return ""
	}
	text = strings.ToLower(text)
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune(" ()[]/_-:,.0123456789", r) }) {
		if code, ok := currencies[word]; ok {
			return code
		}
	}
	return ""
}

// readPrice reads "$58.95", "0,04 €", "USD 1.20".
func readPrice(cell string, comma bool) (price schema.Decimal, currency string, ok bool) {
	if len(cell) > 40 {
		return price, "", false
	}
	start := strings.IndexAny(cell, "0123456789.,")
	if start < 0 {
		return price, "", false
	}
	before := trim(cell[:start])
	price, rest, fault := readNumber(cell[start:], comma || strings.Contains(cell, "€") && !strings.Contains(cell, "."))
	if fault == "unreadable" || fault == "rounded" || strings.ContainsAny(before, "-0123456789") {
		return price, "", false
	}
	for _, text := range []string{before, rest} {
		code := currencyOf(text)
		if text != "" && code == "" {
			return price, "", false
		}
		if code != "" {
			currency = code
		}
	}
	return price, currency, true
}
