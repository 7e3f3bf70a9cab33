package export

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"unicode"
	"unicode/utf8"

	"github.com/patternbook/patternbook/bom"
)

const (
	maxListed = 20 // designators or files of one change that are written out
	maxColumn = 60 // characters of a part's words on a terminal
)

// WriteDifferenceText writes a difference for a terminal, one aligned row for each
// line: "-" removed, "+" added, "~" changed, "!" a designator used again for
// another part. What does not change the hardware is in brackets. The last row is
// the summary. Its errors are those of w.
func WriteDifferenceText(w io.Writer, d *bom.Difference) error {
	var text strings.Builder
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	row := func(cells ...string) { fmt.Fprintln(table, strings.TrimRight(strings.Join(cells, "\t"), "\t ")) }
	for _, list := range []struct {
		sign  string
		lines []bom.Line
	}{{"-", d.Removed}, {"+", d.Added}} {
		for i := range list.lines {
			l := &list.lines[i]
			row(list.sign, onOneLine(l.Item), shortened(partWords(l)), amountWords(l), listed(l.References))
		}
	}
	for i := range d.Changed {
		c := &d.Changed[i]
		row("~", onOneLine(c.After.Item), shortened(partWords(&c.Before)), changeWords(c))
	}
	for _, r := range d.References {
		row("!", onOneLine(r.Reference), shortened(userWords(r.Before)), "is now "+userWords(r.After))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	_, err := io.WriteString(w, text.String()+summaryWords(d)+"\n")
	return err
}

// summaryWords says in one sentence how much differs.
func summaryWords(d *bom.Difference) string {
	if d.Empty() {
		return "nothing differs"
	}
	s := d.Summary
	text := fmt.Sprintf("%d added, %d removed, %d changed, %d unchanged", s.Added, s.Removed, s.Changed, s.Unchanged)
	if d.Hardware {
		return text + "; the hardware differs"
	}
	return text + "; the hardware is the same"
}

// partWords says what a line is.
func partWords(l *bom.Line) string { return describe(l.Name, l.Value, l.Footprint, l.Part) }

func userWords(u bom.ReferenceUser) string { return describe(u.Name, u.Value, u.Footprint, u.Part) }

// describe joins what there is, and says nothing twice.
func describe(name, value, footprint string, part bom.Part) string {
	if part != (bom.Part{}) {
		footprint = ""
	}
	var said []string
	for _, s := range []string{name, value, part.Manufacturer, part.MPN, part.Standard, footprint} {
		if s = onOneLine(s); s != "" && !slices.Contains(said, s) {
			said = append(said, s)
		}
	}
	if len(said) == 0 {
		return "(without a name)"
	}
	return strings.Join(said, " ")
}

// amountWords says how much of a line there is: "4 ×", "0.5 m".
func amountWords(l *bom.Line) string {
	text := l.Quantity.String() + " " + onOneLine(l.Unit)
	if l.Unit == bom.Pieces {
		text = l.Quantity.String() + " ×"
	}
	if !l.Fitted {
		text += ", not fitted"
	}
	return text
}

// changeWords says all changes of a line, those of the hardware first.
func changeWords(c *bom.LineChange) string {
	var hard, soft []string
	for _, x := range c.Changes {
		if x.Hardware {
			hard = append(hard, changeText(c, x))
		} else {
			soft = append(soft, changeText(c, x))
		}
	}
	if len(soft) > 0 {
		hard = append(hard, "("+strings.Join(soft, "; ")+")")
	}
	return strings.Join(hard, "; ")
}

func changeText(c *bom.LineChange, x bom.Change) string {
	field := onOneLine(x.Field)
	switch x.Field {
	case "fitted":
		if c.After.Fitted {
			return "now fitted"
		}
		return "no longer fitted"
	case "references":
		return field + " " + listChange(c.Before.References, c.After.References)
	case "files":
		return field + " " + listChange(c.Before.Files, c.After.Files)
	}
	return field + " " + orNone(x.Before) + " → " + orNone(x.After)
}

func orNone(s string) string {
	if s = onOneLine(s); s == "" {
		return "none"
	}
	return s
}

// listChange says what came into a list and what left it.
func listChange(before, after []string) string {
	var said []string
	if gone := without(before, after); len(gone) > 0 {
		said = append(said, "− "+listed(gone))
	}
	if come := without(after, before); len(come) > 0 {
		said = append(said, "+ "+listed(come))
	}
	if len(said) == 0 {
		return "in another order"
	}
	return strings.Join(said, " ")
}

// without gives what list has and other has not.
func without(list, other []string) []string {
	has := make(map[string]bool, len(other))
	for _, s := range other {
		has[s] = true
	}
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return has[s] })
}

func listed(list []string) string {
	more := ""
	if n := len(list) - maxListed; n > 1 {
		list, more = list[:maxListed], fmt.Sprintf(" and %d more", n)
	}
	return onOneLine(strings.Join(list, " ")) + more
}

// onOneLine makes spaces of line breaks, tabs and characters that steer a
// terminal or turn the direction of writing, and one space of many.
func onOneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

func shortened(s string) string {
	if utf8.RuneCountInString(s) <= maxColumn {
		return s
	}
	return string([]rune(s)[:maxColumn-1]) + "…"
}
