package sheet

import (
	"strings"
	"unicode"
)

// A formatKind says what a number format makes of a number.
type formatKind uint8

const (
	formatPlain formatKind = iota
	formatPercent
	formatDate
	formatTime
	formatScientific
	formatPadded // with zeros, to a number of digits
)

// A format is what a number format says of a number's meaning; how many decimals
// it shows does not matter here.
type format struct {
	kind     formatKind
	digits   int    // of formatPadded
	currency string // sign or code
	suffix   string // that is shown behind the number, after a space: " m"
}

// builtin gives the formats that files name by number alone (ECMA-376 part 1,
// 18.8.30).
func builtin(id int) format {
	switch {
	case id == 9, id == 10:
		return format{kind: formatPercent}
	case id == 11, id == 48:
		return format{kind: formatScientific}
	case id >= 14 && id <= 17, id == 22, id >= 27 && id <= 31, id == 36, id >= 50 && id <= 58:
		return format{kind: formatDate}
	case id >= 18 && id <= 21, id >= 32 && id <= 35, id >= 45 && id <= 47:
		return format{kind: formatTime}
	case id >= 5 && id <= 8, id == 42, id == 44:
		return format{currency: "$"}
	}
	return format{}
}

// A codeReader goes through a format code like `[$€-407] #,##0.00;[Red]-0`.
type codeReader struct {
	format
	places           int // of digits
	zeros            int
	other            bool // it has more than zeros
	days, hours      bool
	months           bool            // or minutes: the letter is the same
	before, literals strings.Builder // what stands literally before and behind the digits
}

// parseFormat reads a format code: its first section, which is for numbers above 0.
func parseFormat(code string) format {
	if len(code) > 1000 || strings.EqualFold(code, "general") || code == "@" {
		return format{}
	}
	var r codeReader
	for i := 0; i < len(code) && code[i] != ';'; {
		i += r.step(code[i:])
	}
	return r.end()
}

// step reads the next element of a code, and gives its length.
func (r *codeReader) step(code string) int {
	switch c := code[0]; c {
	case '"':
		end := strings.IndexByte(code[1:], '"')
		if end < 0 {
			return len(code)
		}
		r.literal(code[1 : 1+end])
		return end + 2
	case '[':
		end := strings.IndexByte(code, ']')
		if end < 0 {
			return len(code)
		}
		r.bracket(code[1:end])
		return end + 1
	case '\\':
		n := runeLength(code[1:])
		r.literal(code[1 : 1+n])
		return 1 + n
	case '_', '*':
		r.literal(" ")
		return 1 + runeLength(code[1:])
	case '0', '#', '?':
		r.places++
		if c == '0' {
			r.zeros++
		} else {
			r.other = true
		}
	case '.', ',', '/':
		r.other = true
	case '%':
		r.kind = formatPercent
	case 'E', 'e':
		if len(code) > 1 && (code[1] == '+' || code[1] == '-') {
			r.kind = formatScientific
			return 2
		}
		r.days = true // the year of an era
	case 'y', 'Y', 'd', 'D':
		r.days = true
	case 'h', 'H', 's', 'S':
		r.hours = true
	case 'm', 'M':
		r.months = true
	case 'G', 'g':
		if len(code) >= 7 && strings.EqualFold(code[:7], "general") {
			r.places++
			r.other = true
			return 7
		}
		r.days = true
	default:
		n := runeLength(code)
		r.literal(code[:n])
		return n
	}
	return 1
}

// runeLength gives the length of the first character, 0 for none.
func runeLength(s string) int {
	for i := range s {
		if i > 0 {
			return i
		}
	}
	return len(s)
}

func (r *codeReader) literal(s string) {
	if r.places == 0 {
		r.before.WriteString(s)
	} else {
		r.literals.WriteString(s)
	}
}

// bracket reads [h], [Red], [>100], [$-407] or [$€-407].
func (r *codeReader) bracket(s string) {
	if sign, ok := strings.CutPrefix(s, "$"); ok {
		sign, locale, _ := strings.Cut(sign, "-")
		if sign = strings.TrimSpace(sign); sign != "" {
			r.currency = currencyIn(sign, strings.ToUpper(locale))
		}
		return
	}
	switch strings.ToLower(s) {
	case "h", "hh", "m", "mm", "s", "ss":
		r.hours = true
	}
}

// locales are the currencies of signs that several countries have, by the code
// of the locale in the format.
var locales = map[string]string{
	"kr-41D": "SEK", "kr-414": "NOK", "kr-406": "DKK", "kr-40F": "ISK", "$-1009": "CAD", "$-C0C": "CAD", "$-C09": "AUD", "$-1409": "NZD", "$-4809": "SGD",
	"$-C04": "HKD", "¥-411": "JPY", "¥-804": "CNY", "¥-478": "CNY", "NT$-404": "TWD", "Fr.-807": "CHF", "Fr.-100C": "CHF", "fr.-807": "CHF", "fr.-100C": "CHF",
	"SFr.-807": "CHF", "zł-415": "PLN", "Kč-405": "CZK", "Ft-40E": "HUF", "R$-416": "BRL", "₹-4009": "INR",
}

func currencyIn(sign, locale string) string {
	if code, ok := locales[sign+"-"+locale]; ok {
		return code
	}
	return sign
}

// end makes the format of what was read.
func (r *codeReader) end() format {
	f := r.format
	if r.days || r.hours || r.months {
		if f.kind = formatDate; !r.days && r.hours {
			f.kind = formatTime
		}
		return format{kind: f.kind}
	}
	before, behind := strings.TrimSpace(r.before.String()), strings.TrimSpace(r.literals.String())
	for _, s := range []string{before, behind} {
		if f.currency == "" && isCurrency(s) {
			f.currency = s
		}
	}
	switch {
	case f.kind != formatPlain:
	case !r.other && r.zeros > 1 && r.zeros <= 20:
		f.kind, f.digits = formatPadded, r.zeros
	}
	const longest = 12 // of what may be a unit
	if f.currency == "" && f.kind == formatPlain && behind != "" && len(behind) <= longest && strings.IndexFunc(behind, unicode.IsLetter) >= 0 {
		f.suffix = " " + behind
	}
	return f
}

// isCurrency tells whether the literal text of a format is a currency's sign or code.
func isCurrency(s string) bool {
	if s == "" || len(s) > 8 {
		return false
	}
	if strings.IndexFunc(s, func(r rune) bool { return unicode.Is(unicode.Sc, r) }) >= 0 {
		return true
	}
	switch s {
	case "EUR", "USD", "GBP", "CHF", "CAD", "AUD", "NZD", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "JPY", "CNY", "RMB", "INR", "BRL", "KRW", "HKD", "kr", "zł", "Kč", "Ft", "Fr.", "SFr.":
		return true
	}
	return false
}
