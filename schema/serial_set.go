package schema

import (
	"fmt"
	"iter"
	"strings"
)

// A SerialSet names units of one batch by their serials, as patterns separated by
// commas: LAMP-{0001..0050},LAMP-0100. The zero SerialSet stands for the whole batch.
type SerialSet struct{ text string }

// maxSerialSet is how many patterns a set may have.
const maxSerialSet = 10_000

// ParseSerialSet reads what ParseSerialPatterns reads. It writes commas in the place
// of spaces.
func ParseSerialSet(s string) (SerialSet, error) {
	patterns, err := ParseSerialPatterns(s)
	if err != nil {
		return SerialSet{}, err
	}
	if len(patterns) > maxSerialSet {
		return SerialSet{}, invalid("there are over 10000 serials or patterns in one place", "write runs, like LAMP-{0001..0200}")
	}
	texts := make([]string, len(patterns))
	units := 0
	for i, p := range patterns {
		texts[i] = p.text
		units += p.Count()
	}
	if units > MaxUnits {
		return SerialSet{}, invalid(fmt.Sprintf("%d serials are named in one place; a batch has at most %d", units, MaxUnits), "name each serial once")
	}
	return SerialSet{strings.Join(texts, ",")}, nil
}

// String gives the patterns, separated by commas.
func (s SerialSet) String() string { return s.text }

// IsZero tells whether s stands for the whole batch.
func (s SerialSet) IsZero() bool { return s.text == "" }

// Patterns yields the patterns in the order in which they are written.
func (s SerialSet) Patterns() iter.Seq[SerialPattern] {
	return func(yield func(SerialPattern) bool) {
		for text := range strings.SplitSeq(s.text, ",") {
			if p, err := ParseSerialPattern(text); err != nil || !yield(p) {
				return // an error only of the zero SerialSet
			}
		}
	}
}

// Count gives how many serials s names, 0 for the whole batch.
func (s SerialSet) Count() int {
	n := 0
	for p := range s.Patterns() {
		n += p.Count()
	}
	return n
}

// Has tells whether s names a serial, without regard to case. The zero SerialSet names
// none by itself.
func (s SerialSet) Has(serial Serial) bool {
	for p := range s.Patterns() {
		if p.Has(serial) {
			return true
		}
	}
	return false
}

// MarshalText writes s as its text.
func (s SerialSet) MarshalText() ([]byte, error) { return []byte(s.text), nil }

// UnmarshalText reads what ParseSerialSet reads; empty text is the zero SerialSet.
func (s *SerialSet) UnmarshalText(b []byte) error { return unmarshalText(s, b, ParseSerialSet) }
