package export

import (
	"io"
	"strings"

	"github.com/patternbook/patternbook/bom"
)

// WriteDifferenceMarkdown writes a difference as Markdown with tables (GitHub's),
// as for release notes: a sentence, and a section for what was added, removed,
// changed, changed without effect on the hardware, and for the designators that
// were used again. Sections without rows are left out; headings are of the third
// level. No text of a BOM becomes markup. Its errors are those of w.
func WriteDifferenceMarkdown(w io.Writer, d *bom.Difference) error {
	m := markdownTables{}
	sentence := summaryWords(d)
	m.text.WriteString(strings.ToUpper(sentence[:1]) + sentence[1:] + ".\n")
	m.lines("Added", d.Added)
	m.lines("Removed", d.Removed)
	m.changes("Changed", d.Changed, true)
	m.changes("Changed without effect on the hardware", d.Changed, false)
	for i, r := range d.References {
		if i == 0 {
			m.head("Designators used again", "Designator", "Was", "Is")
		}
		m.row(r.Reference, userWords(r.Before), userWords(r.After))
	}
	_, err := io.WriteString(w, m.text.String())
	return err
}

type markdownTables struct{ text strings.Builder }

func (m *markdownTables) head(title string, columns ...string) {
	m.text.WriteString("\n### " + title + "\n\n")
	m.row(columns...)
	m.text.WriteString("|" + strings.Repeat(" --- |", len(columns)) + "\n")
}

func (m *markdownTables) row(cells ...string) {
	for _, c := range cells {
		m.text.WriteString("| " + inMarkdown(c) + " ")
	}
	m.text.WriteString("|\n")
}

func (m *markdownTables) lines(title string, lines []bom.Line) {
	for i := range lines {
		if i == 0 {
			m.head(title, "Item", "Part", "Quantity", "Designators")
		}
		l := &lines[i]
		m.row(l.Item, partWords(l), amountWords(l), listed(l.References))
	}
}

// changes writes the changed lines whose hardware changed, or the others.
func (m *markdownTables) changes(title string, list []bom.LineChange, hardware bool) {
	first := true
	for i := range list {
		c := &list[i]
		if c.Hardware != hardware {
			continue
		}
		if first {
			m.head(title, "Item", "Part", "Change")
			first = false
		}
		m.row(c.After.Item, partWords(&c.Before), changeWords(c))
	}
}

// markdownEscapes escape what is markup within a cell of a table.
var markdownEscapes = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", `\<`, ">", `\>`, "|", `\|`, "~", `\~`, "&", `\&`, "$", `\$`, "!", `\!`, "#", `\#`,
)

func inMarkdown(s string) string { return markdownEscapes.Replace(onOneLine(s)) }
