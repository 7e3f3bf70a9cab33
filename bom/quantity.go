package bom

import (
	"strings"

	"github.com/patternbook/patternbook/schema"
)

// An amount is what a quantity cell was read as.
type amount struct {
	value schema.Decimal
	unit  string
	count schema.Decimal  // of "2 x 180 mm"
	size  *schema.Measure // of one piece
	fault *Finding        // without its place; nil when the cell is plain
}

func (a amount) warn(code, message string) amount {
	a.fault = &Finding{Severity: schema.SeverityWarning, Code: code, Message: message}
	return a
}

// small are the quantities that nearly all lines have.
var small = func() (list [256]schema.Decimal) {
	for i := range list {
		list[i] = schema.DecimalOf(int64(i))
	}
	return list
}()

func decimalOf(n int) schema.Decimal {
	if n >= 0 && n < len(small) {
		return small[n]
	}
	return schema.DecimalOf(int64(n))
}

// readQuantity reads a quantity: "2", "1.5 m", "1,5", "2 pcs", "2x", "1/2",
// "2 x 180 mm", "ca. 3", "2-4" (the larger, with a finding). What cannot be read
// is 1, with a finding. unit is that of the row, when another column says it;
// comma tells that the file writes decimals with a comma.
func readQuantity(cell, unit string, comma bool) amount {
	if n, ok := plainNumber(cell); ok {
		return amount{value: decimalOf(n), unit: unit}
	}
	a := amount{value: small[1], unit: unit}
	s := strings.ToLower(tidy(cell))
	if s == "" {
		return a
	}
	if isAsNeeded(s) {
		return a.warn("quantity-open", schema.Quote(cell)+" leaves open how much is needed; it was read as 1")
	}
	s, about := cutAbout(s)
	if rest, ok := strings.CutPrefix(s, "x"); ok {
		s = trim(rest)
	}
	if strings.HasPrefix(s, "-") {
		if _, _, fault := readNumber(s[1:], comma); fault != "unreadable" {
			a = a.warn("quantity-negative", schema.Quote(cell)+" is below 0; it was read as 1")
			a.fault.Severity = schema.SeverityError
			return a
		}
	}
	value, rest, fault := readNumber(s, comma)
	switch fault {
	case "unreadable":
		return a.warn("quantity-unreadable", schema.Quote(cell)+" is not a quantity; it was read as 1")
	case "ambiguous":
		a = a.warn("quantity-ambiguous", schema.Quote(cell)+" may be a decimal or thousands; it was read as "+value.String())
	case "rounded":
		a = a.warn("quantity-rounded", schema.Quote(cell)+" has no exact decimal; it was rounded up to "+value.String())
	}
	a.value = value
	if about && a.fault == nil {
		a.fault = &Finding{Severity: schema.SeverityInfo, Code: "quantity-approximate", Message: schema.Quote(cell) + " was read as " + value.String()}
	}
	return a.rest(cell, rest, comma)
}

// isAsNeeded tells whether a quantity, in lower case, leaves open how much it is.
func isAsNeeded(s string) bool {
	switch strings.Trim(s, "()[]. ") {
	case "as needed", "as required", "as req", "as req'd", "a/r", "ar", "some", "n.b", "nach bedarf", "bedarf", "nb", "various", "tbd", "tbc", "?", "??", "misc", "few", "a few", "several", "assorted", "any", "varies", "variable", "variiert", "conforme montagem", "conforme necessidade", "etwas",
		"selon besoin", "au besoin", "según necesidad", "segun necesidad", "a discreción", "q.b", "qb", "quanto basta", "conforme necessário", "naar behoefte", "lot", "lots", "n/a", "na", "-", "--":
		return true
	}
	return false
}

// rest reads what follows the number.
func (a amount) rest(cell, rest string, comma bool) amount {
	if rest == "" {
		return a
	}
	if open := strings.IndexAny(rest, "(["); open >= 0 && a.fault == nil { // "2 (one spare)", "2 pcs (for the lid)"
		if unit, ok := unitOf(rest[open:]); ok {
			a.unit = unit
			return a
		}
		a.fault = &Finding{Severity: schema.SeverityInfo, Code: "quantity-remark", Message: schema.Quote(cell) + " has a remark; it was read as " + a.value.String()}
		if rest = trim(rest[:open]); rest == "" {
			return a
		}
	}
	if unit, ok := unitOf(rest); ok {
		a.unit = unit
		return a
	}
	switch rest {
	case "+", "or more", "and more", "at least", "min", "oder mehr", "mindestens", "ou plus", "ou mais", "o más", "o mas", "o più", "of meer":
		a.fault = &Finding{Severity: schema.SeverityInfo, Code: "quantity-approximate", Message: schema.Quote(cell) + " was read as " + a.value.String()}
		return a
	}
	if upper, ok := cutRange(rest); ok {
		if high, tail, fault := readNumber(upper, comma); fault != "unreadable" {
			if high.Compare(a.value) > 0 {
				a.value = high
			}
			a = a.warn("quantity-range", schema.Quote(cell)+" is a range; it was read as "+a.value.String())
			if unit, ok := unitOf(tail); ok {
				a.unit = unit
			}
			return a
		}
	}
	if size, ok := cutTimes(rest); ok {
		if value, tail, fault := readNumber(size, comma); fault == "" && value.Sign() > 0 {
			if unit, ok := unitOf(tail); ok && unit != Pieces {
				a.count, a.unit, a.size = a.value, Pieces, &schema.Measure{Value: value, Unit: unit}
				return a
			}
		}
	}
	return a.warn("unit-unknown", schema.Quote(rest)+" in "+schema.Quote(cell)+" is not a unit known here; it was read as "+a.value.String()+" in unit "+a.unit)
}

func plainNumber(s string) (int, bool) {
	if len(s) == 0 || len(s) > 9 {
		return 0, false
	}
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, true
}

func cutAbout(s string) (string, bool) {
	for _, word := range []string{"~", "≈", "approx.", "approx", "approximately", "ca.", "ca ", "circa", "about", "env.", "c. "} {
		if rest, ok := strings.CutPrefix(s, word); ok {
			return trim(rest), true
		}
	}
	return s, false
}

func cutRange(s string) (string, bool) {
	for _, word := range []string{"-", "–", "—", "...", "..", "…", "to ", "bis ", "or "} {
		if rest, ok := strings.CutPrefix(s, word); ok {
			return trim(rest), true
		}
	}
	return s, false
}

func cutTimes(s string) (string, bool) {
	for _, sign := range []string{"x", "×", "*"} {
		if rest, ok := strings.CutPrefix(s, sign); ok {
			return trim(rest), true
		}
	}
	return s, false
}

// readNumber reads the number that s begins with. fault is "unreadable" when it
// begins with none, "ambiguous" for a single separator before three digits,
// "rounded" for a fraction without an exact decimal.
func readNumber(s string, comma bool) (value schema.Decimal, rest, fault string) {
	end := 0
	for end < len(s) && (s[end] >= '0' && s[end] <= '9' || end > 0 && (s[end] == '.' || s[end] == ',' || s[end] == '\'') && end+1 < len(s) && s[end+1] >= '0' && s[end+1] <= '9' ||
		end == 0 && (s[0] == '.' || s[0] == ',') && len(s) > 1 && s[1] >= '0' && s[1] <= '9') {
		end++
	}
	if end == 0 {
		return cutVulgar(schema.DecimalOf(0), s)
	}
	digits, rest := s[:end], s[end:]
	digits, fault = tidyNumber(digits, comma)
	value, err := schema.ParseDecimal(digits)
	if err != nil {
		return schema.Decimal{}, s, "unreadable"
	}
	if over, ok := strings.CutPrefix(trim(rest), "/"); ok {
		return divide(value, trim(over), s)
	}
	if sum, tail, f := cutVulgar(value, trim(rest)); f == "" {
		return sum, tail, fault
	}
	if value, tail, ok := mixed(value, rest); ok {
		return value, tail, fault
	}
	return value, trim(strings.TrimPrefix(rest, ".")), fault
}

// tidyNumber makes digits with at most one point of what may have separators.
func tidyNumber(s string, comma bool) (digits, fault string) {
	s = strings.ReplaceAll(s, "'", "")
	points, commas := strings.Count(s, "."), strings.Count(s, ",")
	last := max(strings.LastIndexByte(s, '.'), strings.LastIndexByte(s, ','))
	switch {
	case last < 0:
		return s, ""
	case points > 0 && commas > 0: // the last one is the decimal sign
		whole := strings.NewReplacer(".", "", ",", "").Replace(s[:last])
		return whole + "." + s[last+1:], ""
	case points > 1 || commas > 1: // repeated: thousands
		return strings.NewReplacer(".", "", ",", "").Replace(s), ""
	case commas == 1 && !comma && last > 0 && last <= 3 && len(s)-last == 4 && s[0] != '0':
		return s[:last] + s[last+1:], "ambiguous"
	}
	if last == 0 {
		s, last = "0"+s, 1
	}
	return s[:last] + "." + s[last+1:], ""
}

// vulgar are the fractions that have a character of their own.
var vulgar = map[rune]string{'½': "0.5", '¼': "0.25", '¾': "0.75", '⅛': "0.125", '⅜': "0.375", '⅝': "0.625", '⅞': "0.875", '⅕': "0.2"}

func cutVulgar(whole schema.Decimal, s string) (value schema.Decimal, rest, fault string) {
	for r, text := range vulgar {
		if rest, ok := strings.CutPrefix(s, string(r)); ok {
			d, _ := schema.ParseDecimal(text)
			return whole.Add(d), trim(rest), ""
		}
	}
	return schema.Decimal{}, s, "unreadable"
}

// mixed reads the fraction of "1 1/2".
func mixed(whole schema.Decimal, rest string) (schema.Decimal, string, bool) {
	upper, lower, ok := strings.Cut(trim(rest), "/")
	if n, plain := plainNumber(upper); ok && plain && strings.HasPrefix(rest, " ") {
		if value, tail, fault := divide(decimalOf(n), lower, ""); fault == "" {
			return whole.Add(value), tail, true
		}
	}
	return whole, rest, false
}

// divide reads a denominator and gives upper divided by it: exactly, or rounded
// up at the sixth decimal.
func divide(upper schema.Decimal, s, all string) (value schema.Decimal, rest, fault string) {
	end := 0
	for end < len(s) && s[end] >= '0' && s[end] <= '9' {
		end++
	}
	lower, ok := plainNumber(s[:end])
	if n, whole := wholeOf(upper); ok && whole && lower > 0 && lower < 1_000_000 && n < 1_000_000 {
		const places = 1_000_000
		scaled := n * places
		quotient := scaled / int64(lower)
		if scaled%int64(lower) != 0 {
			quotient++
			fault = "rounded"
		}
		millionth, _ := schema.ParseDecimal("0.000001")
		return schema.DecimalOf(quotient).Mul(millionth), trim(s[end:]), fault
	}
	return schema.Decimal{}, all, "unreadable"
}
