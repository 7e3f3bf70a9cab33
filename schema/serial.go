package schema

import (
	"fmt"
	"iter"
	"strconv"
	"strings"
)

// MaxUnits is how many units a batch may have.
const MaxUnits = 100_000

// A Serial names a unit among its maker's, or a batch among its maker's:
// letters, digits, '.', '_' and '-', 1 to 64 characters, beginning with a letter
// or a digit. Its case is kept, but two that differ only in case are the same;
// compare by Fold.
type Serial struct{ text string }

// ParseSerial reads the name of a unit or a batch.
func ParseSerial(s string) (Serial, error) {
	ok := len(s) >= 1 && len(s) <= 64 && s[0] != '.' && s[0] != '_' && s[0] != '-'
	for i := 0; ok && i < len(s); i++ {
		b := s[i]
		ok = b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '.' || b == '_' || b == '-'
	}
	if !ok {
		return Serial{}, invalid(Quote(s)+" is not a serial or the name of a batch",
			"use 1 to 64 letters, digits, '.', '_' and '-', beginning with a letter or digit, like LAMP-0001")
	}
	return Serial{s}, nil
}

// String gives the serial as written.
func (s Serial) String() string { return s.text }

// Fold gives the form in which serials that differ only in case are equal.
func (s Serial) Fold() string { return strings.ToLower(s.text) }

// IsZero tells whether s names nothing.
func (s Serial) IsZero() bool { return s.text == "" }

// MarshalText writes s as its text.
func (s Serial) MarshalText() ([]byte, error) { return []byte(s.text), nil }

// UnmarshalText reads what ParseSerial reads; empty text is the zero Serial.
func (s *Serial) UnmarshalText(b []byte) error { return unmarshalText(s, b, ParseSerial) }

// A Unit names one thing that was made: maker/serial.
type Unit struct {
	Maker  Name
	Serial Serial
}

// ParseUnit reads "maker/serial".
func ParseUnit(s string) (Unit, error) {
	maker, serial, err := parseMade(s, "a unit", "maker/serial, like coop/LAMP-0001")
	return Unit{maker, serial}, err
}

// String gives "maker/serial".
func (u Unit) String() string { return u.Maker.text + "/" + u.Serial.text }

// MarshalText writes u as its text.
func (u Unit) MarshalText() ([]byte, error) { return []byte(u.String()), nil }

// UnmarshalText reads what ParseUnit reads; empty text is the zero Unit.
func (u *Unit) UnmarshalText(b []byte) error { return unmarshalText(u, b, ParseUnit) }

// A BatchName names the units made in one production run: maker/batch.
type BatchName struct {
	Maker Name
	Batch Serial
}

// ParseBatchName reads "maker/batch".
func ParseBatchName(s string) (BatchName, error) {
	maker, batch, err := parseMade(s, "a batch", "maker/batch, like coop/LOT-7")
	return BatchName{maker, batch}, err
}

// String gives "maker/batch".
func (b BatchName) String() string { return b.Maker.text + "/" + b.Batch.text }

// MarshalText writes b as its text.
func (b BatchName) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

// UnmarshalText reads what ParseBatchName reads; empty text is the zero BatchName.
func (b *BatchName) UnmarshalText(text []byte) error {
	return unmarshalText(b, text, ParseBatchName)
}

func parseMade(s, what, like string) (Name, Serial, error) {
	owner, rest, ok := strings.Cut(s, "/")
	if !ok {
		return Name{}, Serial{}, invalid(Quote(s)+" is not "+what, "write "+like)
	}
	maker, err := ParseName(owner)
	if err != nil {
		return Name{}, Serial{}, err
	}
	serial, err := ParseSerial(rest)
	return maker, serial, err
}

// A SerialPattern stands for one serial or a run of them: LAMP-{0001..0200} is
// LAMP-0001 to LAMP-0200. The first number's digits, with its leading zeros, are
// the least that each number has.
type SerialPattern struct {
	text           string
	prefix, suffix string
	from, to       int
	width          int // digits of each number at least; 0 for a single serial
}

// ParseSerialPattern reads a serial or a pattern with one run in it.
func ParseSerialPattern(s string) (SerialPattern, error) {
	prefix, rest, braced := strings.Cut(s, "{")
	if !braced {
		serial, err := ParseSerial(s)
		return SerialPattern{text: serial.text, prefix: serial.text}, err
	}
	run, suffix, _ := strings.Cut(rest, "}")
	first, last, _ := strings.Cut(run, "..")
	from, err1 := strconv.Atoi(first)
	to, err2 := strconv.Atoi(last)
	digits := strings.Trim(first+last, "0123456789") == ""
	if err1 != nil || err2 != nil || !digits || !strings.Contains(rest, "}") || strings.ContainsAny(suffix, "{}") {
		return SerialPattern{}, invalid(Quote(s)+" is not a pattern of serials", "write a run of numbers in braces, like LAMP-{0001..0200}")
	}
	p := SerialPattern{s, prefix, suffix, from, to, len(first)}
	switch {
	case to < from:
		return SerialPattern{}, invalid(Quote(s)+" runs backwards", "write the lower number first")
	case to-from >= MaxUnits:
		return SerialPattern{}, invalid(fmt.Sprintf("%s stands for %d serials; a batch has at most %d", Quote(s), to-from+1, MaxUnits), "register several batches")
	}
	for _, end := range []int{from, to} {
		if _, err := ParseSerial(p.at(end)); err != nil {
			return SerialPattern{}, err
		}
	}
	return p, nil
}

// ParseSerialPatterns reads patterns separated by commas or spaces.
func ParseSerialPatterns(s string) ([]SerialPattern, error) {
	var patterns []SerialPattern
	for part := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\t' || r == '\r' }) {
		p, err := ParseSerialPattern(part)
		if err != nil {
			return nil, err
		}
		patterns = append(patterns, p)
	}
	return patterns, nil
}

func (p SerialPattern) at(n int) string {
	if p.width == 0 {
		return p.prefix
	}
	return fmt.Sprintf("%s%0*d%s", p.prefix, p.width, n, p.suffix)
}

// Count gives how many serials the pattern stands for.
func (p SerialPattern) Count() int { return p.to - p.from + 1 }

// Has tells whether the pattern stands for a serial, without regard to case.
func (p SerialPattern) Has(s Serial) bool {
	if p.width == 0 {
		return strings.EqualFold(p.text, s.text)
	}
	middle := len(s.text) - len(p.prefix) - len(p.suffix)
	if middle < p.width || !strings.EqualFold(s.text[:len(p.prefix)], p.prefix) || !strings.EqualFold(s.text[len(p.prefix)+middle:], p.suffix) {
		return false
	}
	n, err := strconv.Atoi(s.text[len(p.prefix) : len(p.prefix)+middle])
	return err == nil && n >= p.from && n <= p.to && strings.EqualFold(p.at(n), s.text)
}

// All yields the serials in order.
func (p SerialPattern) All() iter.Seq[Serial] {
	return func(yield func(Serial) bool) {
		for n := p.from; n <= p.to; n++ {
			if !yield(Serial{p.at(n)}) {
				return
			}
		}
	}
}

// String gives the pattern as written.
func (p SerialPattern) String() string { return p.text }

// IsZero tells whether p stands for nothing.
func (p SerialPattern) IsZero() bool { return p.text == "" }

// MarshalText writes p as its text.
func (p SerialPattern) MarshalText() ([]byte, error) { return []byte(p.text), nil }

// UnmarshalText reads what ParseSerialPattern reads; empty text is the zero SerialPattern.
func (p *SerialPattern) UnmarshalText(b []byte) error {
	return unmarshalText(p, b, ParseSerialPattern)
}
