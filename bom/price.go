package bom

import (
	"strings"

	"github.com/patternbook/patternbook/schema"
)

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
