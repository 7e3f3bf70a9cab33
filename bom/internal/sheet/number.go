package sheet

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// plain writes a number as the file has it ("1.0000000000000001E-1") in plain
// decimal notation. Spreadsheets keep 15 significant digits: what a file has
// behind them is noise of binary fractions (0.30000000000000004). Whole numbers
// stay as they are written.
func plain(v string) (string, bool) {
	v = strings.TrimSpace(v)
	if digits := strings.TrimPrefix(v, "-"); digits != "" && len(digits) <= 40 && strings.Trim(digits, "0123456789") == "" {
		if v == "-0" {
			v = "0"
		}
		return v, true
	}
	f, err := strconv.ParseFloat(v, 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) || strings.ContainsAny(v, "xXpP_") {
		return "", false
	}
	return fromFloat(f), true
}

func fromFloat(f float64) string {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(f, 'e', 14, 64), 64)
	if err != nil || rounded == 0 {
		return "0"
	}
	return strconv.FormatFloat(rounded, 'f', -1, 64)
}

// shown writes the number v as its format shows it, as far as that says what it is.
func (f format) shown(v string, date1904 bool) Cell {
	s, ok := plain(v)
	if !ok {
		return Cell{Text: strings.TrimSpace(v), Kind: Text}
	}
	c := Cell{Text: s, Kind: Number, Currency: f.currency, Scientific: f.kind == formatScientific}
	switch f.kind {
	case formatPercent:
		if n, err := strconv.ParseFloat(s, 64); err == nil {
			c.Text = fromFloat(n*100) + "%"
		}
	case formatDate, formatTime:
		if date, ok := dateOf(s, f.kind, date1904); ok {
			return Cell{Text: date, Kind: Date}
		}
	case formatPadded:
		if !strings.ContainsAny(s, ".-") && len(s) < f.digits {
			c.Text = strings.Repeat("0", f.digits-len(s)) + s
		}
	}
	c.Text += f.suffix
	return c
}

// dateOf gives the date that a serial number of days stands for. Day 1 is
// 1900-01-01, and day 60 a leap day that never was, which Lotus 1-2-3 has left;
// or day 0 is 1904-01-01.
func dateOf(s string, kind formatKind, date1904 bool) (string, bool) {
	days, err := strconv.ParseFloat(s, 64)
	const last = 2958466 // the day after 9999-12-31
	if err != nil || days < 0 || days >= last {
		return "", false
	}
	epoch := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	switch {
	case date1904:
		epoch = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	case days < 60:
		epoch = epoch.AddDate(0, 0, 1)
	}
	whole, part := math.Modf(days)
	t := epoch.AddDate(0, 0, int(whole)).Add(time.Duration(math.Round(part*86400)) * time.Second)
	switch {
	case kind == formatTime && days < 1:
		return t.Format("15:04:05"), true
	case part == 0:
		return t.Format(time.DateOnly), true
	}
	return t.Format("2006-01-02T15:04:05"), true
}
