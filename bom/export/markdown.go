package export

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/patternbook/patternbook/bom"
)

// writeMarkdown writes a table as GitHub and others show it
// (https://github.github.com/gfm/#tables-extension-), with the columns in which
// anything stands, and the findings as a list below.
func writeMarkdown(w io.Writer, b *bom.BOM, o Options) (Report, error) {
	out := bufio.NewWriter(w) // keeps the first error
	if o.Title != "" {
		_, _ = fmt.Fprintf(out, "# %s\n\n", markdown(o.Title))
	}
	list := usedOf(b, anyway(columns(b)))
	cells := make([]string, len(list))
	rule := make([]string, len(list))
	for i, c := range list {
		cells[i], rule[i] = markdown(c.header), "---"
		if c.number {
			rule[i] = "---:"
		}
	}
	row := func(cells []string) { _, _ = fmt.Fprintf(out, "| %s |\n", strings.Join(cells, " | ")) }
	if len(list) == 0 {
		_, _ = out.WriteString("There are no lines.\n")
	} else {
		row(cells)
		row(rule)
	}
	each(b, func(l *bom.Line, _ int) {
		for i, c := range list {
			cells[i] = markdown(c.cell(l))
		}
		row(cells)
	})
	for i, f := range findings(b, "") {
		if i == 0 {
			_, _ = out.WriteString("\n## Findings\n\n")
		}
		_, _ = fmt.Fprintf(out, "- %s\n", markdown(f))
	}
	if err := out.Flush(); err != nil {
		return Report{}, fmt.Errorf("write the table: %w", err)
	}
	return carriesAll(b), nil
}

// findings gives the findings of b, and of the BOMs nested in it with the path of
// their assembly, one by one.
func findings(b *bom.BOM, path string) []string {
	var list []string
	where := ""
	if path != "" {
		where = path + ": "
		path += "/"
	}
	for _, f := range b.Findings {
		list = append(list, string(f.Severity)+": "+where+place(b, f)+f.Message)
	}
	for i := range b.Lines {
		if l := &b.Lines[i]; l.BOM != nil {
			list = append(list, findings(l.BOM, path+l.Item)...)
		}
	}
	return list
}

// place says where a finding is: "bom.csv, row 3, Qty: ".
func place(b *bom.BOM, f bom.Finding) string {
	var words []string
	if len(b.Sources) > 1 && f.Source < len(b.Sources) {
		words = append(words, b.Sources[f.Source].Path)
	}
	if f.Row > 0 {
		words = append(words, fmt.Sprintf("row %d", f.Row))
	}
	if f.Field != "" {
		words = append(words, f.Field)
	}
	if len(words) == 0 {
		return ""
	}
	return strings.Join(words, ", ") + ": "
}

// markdown writes text so that none of its characters has a meaning. A backslash
// before punctuation is how CommonMark says so
// (https://spec.commonmark.org/0.31.2/#backslash-escapes).
func markdown(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == '\n' || r == '\r':
			b.WriteString("<br>")
		case r < ' ' || r == 0x7F:
			b.WriteByte(' ')
		case r == '<':
			b.WriteString("&lt;")
		case r == '>':
			b.WriteString("&gt;")
		case r == '&':
			b.WriteString("&amp;")
		case r == '@': // no one is called by a part number
			b.WriteString("&#64;")
		case strings.ContainsRune("\\|*_`[]~$", r), i == 0 && strings.ContainsRune("#+-", r):
			b.WriteByte('\\')
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
