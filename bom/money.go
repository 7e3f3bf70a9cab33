package bom

import (
	"regexp"
	"strings"
)

// Headers of columns with money in them.
var (
	// Of all pieces of a line, not of one.
	linePattern = regexp.MustCompile(`\b(ext|extd|extended|line|row|total|totals|sub-?total|sum|gesamt|gesamtpreis|gesamtkosten|summe|totale|totaal|somme|importe|order|build|batch|bom|kit|device|board)\b|total|gesamt|totaal|subtotal|summe|per board|per device|per kit|/ ?(kg|m|g|board|device|unit time|h|hour)\b`)
	packPattern = regexp.MustCompile(`\b(pkg|pack|package|packet|paket|packung|paquet|paquete|confezione|bag|box|reel)\b`)
	// "Price@100", "100+", "Unit price (1k+)", "Price for 100 pcs"
	atPattern   = regexp.MustCompile(`@ *(?:qty|quantity|menge|ab)?[ .:]*([0-9][0-9,.']*) *(k?)\b`)
	fromPattern = regexp.MustCompile(`\b([0-9][0-9,.']*) *(k?) *(?:\+|pcs|pieces|off\b|stk|stück|units|或以上)`)
	inPattern   = regexp.MustCompile(`[(\[] *(?:ab|from|qty|x)? *([0-9][0-9,.']*) *(k?) *[+)\]]`)
	onlyPattern = regexp.MustCompile(`^(?:ab|from|>=|≥)? *([0-9][0-9,.']*) *(k?) *(?:\+|pcs\+?)$`)
	eachPattern = regexp.MustCompile(`^(|unit|units|each|ea|stk|stuck|pc|pcs|piece|st|per|item|perunit|pereach|perpiece|perpc|perea|part|perpart|u)$`)
)

// moneyHeading reads the header of a column of prices that aliases do not know
// whole. It tells yes too for one that is of money but of no price of one piece:
// such columns are kept as they are.
func moneyHeading(header, key string) (heading, bool) {
	text := strings.ToLower(tidy(header))
	digits := strings.ContainsAny(text, "0123456789")
	if digits && len(text) < 20 {
		if m := onlyPattern.FindStringSubmatch(text); m != nil {
			return breakHeading(m)
		}
	}
	if !isPriceText(text) {
		switch key {
		case "ext", "extended", "subtotal", "total", "totals", "gesamt":
			return heading{}, true
		}
		return heading{}, false
	}
	h, ok := aliased(key)
	ok = ok && h.field >= firstOffer && h.field <= lastOffer
	if ok && h.strength == plain {
		return h, true
	}
	switch {
	case packPattern.MatchString(text) && !digits:
		return heading{field: fieldPackPrice, strength: plain}, true
	case linePattern.MatchString(text):
		return heading{}, true
	case ok && !digits:
		return h, true
	}
	if digits {
		for _, p := range []*regexp.Regexp{atPattern, fromPattern, inPattern} {
			if m := p.FindStringSubmatch(text); m != nil {
				return breakHeading(m)
			}
		}
		return h, ok
	}
	if strings.ContainsAny(text, "$€£¥") { // "$/each", "€"; but "$ / device" is what the line costs
		if eachPattern.MatchString(key) {
			return heading{field: fieldPrice, strength: plain}, true
		}
		if _, other := aliased(key); other {
			return heading{}, true
		}
	}
	for code := range currencies { // "Unit price EUR"
		if short, ok := strings.CutSuffix(key, code); ok && len(code) == 3 {
			if h, ok := aliased(strings.TrimSuffix(short, "in")); ok && h.field == fieldPrice {
				return h, true
			}
		}
	}
	return heading{}, false
}

// isPriceText tells whether a header, in lower case, has a word or sign of money.
func isPriceText(text string) bool {
	for _, word := range []string{"price", "cost", "preis", "kosten", "prix", "cout", "coût", "precio", "prezzo", "preco", "preço", "prijs", "cena", "$", "€", "£", "¥"} {
		if strings.Contains(text, word) {
			return true
		}
	}
	return false
}

// isMoney tells whether a column that is kept as it is holds amounts of money.
func (c *column) isMoney() bool {
	if c.field != fieldExtra {
		return false
	}
	h, known := moneyHeading(c.header, headerKey(c.header))
	return known && h.field == fieldExtra
}

// currencies gives prices without a currency that of the sums beside them:
// "Extended price CAD", or "$1.20" in its cells.
func (s settler) currencies() {
	beside := ""
	for i := range s.columns {
		c := &s.columns[i]
		if !c.isMoney() {
			continue
		}
		code := c.currency
		if code == "" {
			code = s.currencyIn(i)
		}
		if beside != "" && code != "" && code != beside {
			return
		}
		if code != "" {
			beside = code
		}
	}
	for i := range s.columns {
		switch c := &s.columns[i]; c.field {
		case fieldPrice, fieldNamedPrice, fieldBreakPrice, fieldPackPrice:
			if c.currency == "" {
				c.currency = beside
			}
		}
	}
}

// currencyIn gives the one currency that the prices in column i have.
func (s settler) currencyIn(i int) string {
	found := ""
	for _, r := range s.values {
		_, code, ok := readPrice(r.at(i), false)
		if ok && found != "" && code != found {
			return ""
		}
		if ok {
			found = code
		}
	}
	return found
}

func breakHeading(match []string) (heading, bool) {
	n, ok := plainNumber(strings.NewReplacer(",", "", ".", "", "'", "").Replace(match[1]))
	if match[2] == "k" {
		n *= 1000
	}
	if !ok || n < 1 {
		return heading{}, false
	}
	return heading{field: fieldBreakPrice, from: n, strength: plain}, true
}
