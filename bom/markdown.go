package bom

import (
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"

	"github.com/patternbook/patternbook/schema"
)

// A markdownTable is a table of a Markdown file, and what stands above it.
type markdownTable struct {
	title string
	kind  Kind // that the headings above it say
	named bool // they say that it is a BOM
	line  int  // of its header
	rows  []row
	links map[int][]string // by column: the address in each row
}

// readMarkdown reads the tables of a Markdown file that list parts
// (https://github.github.com/gfm/#tables-extension-). It gives nil when there
// are none.
func (p plainText) readMarkdown() (*BOM, error) {
	if !strings.Contains(p.text, "|") || !strings.Contains(p.text, "--") {
		return nil, nil
	}
	all := markdownTables(p.lines())
	chosen := p.chosen.partTables(all)
	if len(chosen) == 0 {
		return nil, nil
	}
	t := p.table("markdown")
	t.source.Delimiter = "pipe"
	if passed := len(all) - len(chosen); passed > 0 {
		t.find(schema.SeverityInfo, "tables-passed-over", 0, "", fmt.Sprintf("of %s, %d that list no parts were passed over", plural(len(all), "table"), passed))
	}
	for _, m := range chosen {
		m.addLinks()
		if t.section, t.sectionKind = "", ""; m.title != "" && (len(chosen) > 1 || m.kind != "") {
			t.enter(m.line, m.title)
			t.sectionKind = m.kind
		}
		rows := rowList(m.rows[1:])
		t.feed, t.titles = feed{rows: &rows}, nil
		t.begin(m.rows[0], t.feed.peek(sampleRows))
		if err := t.below(); err != nil {
			return nil, err
		}
	}
	return t.end()
}

// partTables gives the tables that list parts: with quantities, designators or
// what a part is bought by; else those under a heading that says so.
func (c choice) partTables(all []*markdownTable) []*markdownTable {
	var strong, named []*markdownTable
	for _, m := range all {
		if c.headerScore(m.rows[0].cells) == 0 {
			continue
		}
		if slices.ContainsFunc(m.rows[0].cells, c.isOfParts) {
			strong = append(strong, m)
		} else if m.named {
			named = append(named, m)
		}
	}
	if len(strong) > 0 {
		for _, m := range named { // tools have no quantity
			if m.kind == KindTool {
				strong = append(strong, m)
			}
		}
		slices.SortFunc(strong, func(x, y *markdownTable) int { return x.line - y.line })
		return strong
	}
	return named
}

func (c choice) isOfParts(header string) bool {
	if _, picked := c.field(header); picked {
		return true
	}
	switch headingOf(header).field {
	case fieldQuantity, fieldReferences, fieldReference, fieldMPN, fieldManufacturer, fieldSupplier, fieldSKU, fieldNamedSKU, fieldPrice, fieldPackPrice, fieldFootprint:
		return true
	}
	return false
}

// markdownTables finds the tables of a file.
func markdownTables(lines []string) []*markdownTable {
	var all []*markdownTable
	var above headings
	label, fenced := "", false // label: a line of its own just above
	for i := 0; i < len(lines); i++ {
		line := trim(lines[i])
		switch {
		case strings.HasPrefix(line, "```") || strings.HasPrefix(line, "~~~"):
			fenced = !fenced
			continue
		case fenced || line == "":
			continue
		}
		if level, title, ok := headingLine(line); ok {
			above.set(level, title)
			label = ""
			continue
		}
		if i+1 < len(lines) && strings.Contains(line, "|") && isDelimiterRow(lines[i+1]) {
			m := &markdownTable{line: i + 1, links: map[int][]string{}}
			m.title, m.kind, m.named = above.nearest()
			if label != "" {
				m.title, m.named = label, m.named || partsHeading.MatchString(label)
				if kind := sectionKind(label); kind != "" {
					m.kind = kind
				}
			}
			m.add(i+1, line)
			for i += 2; i < len(lines) && strings.Contains(lines[i], "|"); i++ {
				if !isDelimiterRow(lines[i]) {
					m.add(i+1, lines[i])
				}
			}
			i--
			all = append(all, m)
			label = ""
			continue
		}
		label = labelLine(line)
	}
	return all
}

// isDelimiterRow tells whether a line is that which parts header and rows.
func isDelimiterRow(line string) bool {
	return strings.Trim(line, "|-:+ \t\r") == "" && strings.Contains(line, "-") && strings.ContainsAny(line, "|+")
}

// add reads a line of the table into cells.
func (m *markdownTable) add(number int, line string) {
	line = strings.TrimPrefix(trim(line), "|")
	if strings.HasSuffix(line, "|") && !strings.HasSuffix(line, `\|`) {
		line = line[:len(line)-1]
	}
	r := row{number: number}
	for from, code := 0, false; ; {
		end := from
		for end < len(line) && (line[end] != '|' || code || end > 0 && line[end-1] == '\\') {
			if line[end] == '`' && (code || strings.IndexByte(line[end+1:], '`') >= 0) {
				code = !code
			}
			end++
		}
		text, link := plainMarkdown(line[from:end])
		column := len(r.cells)
		if link != "" && len(m.rows) > 0 {
			if f := headingOf(m.rows[0].at(column)).field; text == "" || f == fieldFiles && !isURL(link) {
				text, link = link, ""
			}
		}
		if link != "" && len(m.rows) > 0 && link != text {
			for len(m.links[column]) < len(m.rows) {
				m.links[column] = append(m.links[column], "")
			}
			m.links[column] = append(m.links[column], link)
		}
		r.cells = append(r.cells, text)
		if end >= len(line) || len(r.cells) >= maxColumns/2 {
			break
		}
		from, code = end+1, false
	}
	m.rows = append(m.rows, r)
}

// at gives a cell, empty beyond the last.
func (r row) at(i int) string {
	if i < len(r.cells) {
		return r.cells[i]
	}
	return ""
}

// addLinks gives the addresses in each column a column of their own.
func (m *markdownTable) addLinks() {
	width := 0
	for _, r := range m.rows {
		width = max(width, len(r.cells))
	}
	header := m.rows[0].cells
	for column := range width {
		links := m.links[column]
		if links == nil {
			continue
		}
		name := cut(m.rows[0].at(column), maxHeader-10) + " link"
		if headerKey(m.rows[0].at(column)) == "link" {
			name = "Link address"
		}
		for i := range m.rows {
			r := &m.rows[i]
			for len(r.cells) < max(width, len(header)) {
				r.cells = append(r.cells, "")
			}
			switch {
			case i == 0:
				r.cells = append(r.cells, trim(name))
			case i < len(links):
				r.cells = append(r.cells, links[i])
			default:
				r.cells = append(r.cells, "")
			}
		}
		width++
	}
}

var (
	markdownImage = regexp.MustCompile(`!\[([^\]]*)\]\([^()\s]*(?:\([^()]*\))?[^()]*\)`)
	markdownLink  = regexp.MustCompile(`\[([^\[\]]*)\]\(\s*<?([^()\s<>]*(?:\([^()\s]*\)[^()\s<>]*)*)>?(?:\s+"[^"]*")?\s*\)`)
	markdownRef   = regexp.MustCompile(`\[([^\[\]]+)\]\[[^\[\]]*\]`)
	autoLink      = regexp.MustCompile(`<((?:https?://|mailto:)[^<>\s]+)>`)
	anchor        = regexp.MustCompile(`(?i)<a\s[^>]*href="([^"]*)"[^>]*>`)
	lineBreak     = regexp.MustCompile(`(?i)<br\s*/?>`)
	htmlTag       = regexp.MustCompile(`</?[a-zA-Z][^<>]*>`)
	emphasis      = regexp.MustCompile("\\*\\*([^*]+)\\*\\*|~~([^~]+)~~|`([^`]*)`")
	outerStress   = regexp.MustCompile(`^[*_]{1,3}([^*_].*?)[*_]{1,3}$`)
	escaped       = regexp.MustCompile("\\\\([\\\\`*_{}\\[\\]()#+.!|~<>-])")
)

// plainMarkdown gives the text of a cell without its marks, and the first address
// that it links to.
func plainMarkdown(s string) (text, link string) {
	s = trim(s)
	if len(s) > maxText || !strings.ContainsAny(s, "[]<>*_`~\\&!") {
		return s, ""
	}
	s = markdownImage.ReplaceAllString(s, "$1")
	for _, p := range []*regexp.Regexp{markdownLink, anchor} {
		if m := p.FindStringSubmatch(s); m != nil && link == "" {
			link = m[len(m)-1]
		}
	}
	s = markdownLink.ReplaceAllString(s, "$1")
	s = markdownRef.ReplaceAllString(s, "$1")
	s = autoLink.ReplaceAllString(s, "$1")
	s = lineBreak.ReplaceAllString(s, "\n")
	s = htmlTag.ReplaceAllString(s, "")
	s = emphasis.ReplaceAllString(s, "$1$2$3")
	s = outerStress.ReplaceAllString(s, "$1")
	s = escaped.ReplaceAllString(s, "$1")
	return trim(html.UnescapeString(s)), trim(html.UnescapeString(link))
}
