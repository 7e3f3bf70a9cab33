package bom

import (
	"regexp"
	"slices"
	"strings"
)

const alignedSample = 2000 // lines by which columns are found

var wideGap = regexp.MustCompile(` {2,}`)

// readAligned reads columns that are aligned with spaces, as Eagle, OrCAD and
// Altium write them. It gives nil when no line names columns.
func (p plainText) readAligned() (*BOM, error) {
	lines := p.lines()
	for i, line := range lines {
		lines[i] = strings.TrimRight(expandTabs(line), " ")
	}
	at := p.chosen.alignedHeader(lines)
	if at < 0 {
		return nil, nil
	}
	rows := make(rowList, 0, min(len(lines), MaxLines))
	for i, line := range lines[:at] {
		rows = append(rows, row{number: i + 1, cells: []string{trim(line)}})
	}
	split := p.chosen.alignedColumns(lines[at:])
	for i, line := range lines[at:] {
		if strings.HasPrefix(trim(line), "```") { // the end of a block of code in Markdown
			break
		}
		rows = append(rows, row{number: at + i + 1, cells: split(line)})
	}
	if len(rows) > headerRows && at >= headerRows {
		rows = rows[at:]
	}
	if _, score := p.chosen.findHeader(rows[:min(len(rows), headerRows)]); score == 0 {
		return nil, nil
	}
	return p.table("fixed-width").rows(&rows)
}

// expandTabs puts spaces for tabs, up to each eighth column.
func expandTabs(line string) string {
	if len(line) > maxText {
		line = cut(line, maxText)
	}
	if strings.IndexByte(line, '\t') < 0 {
		return line
	}
	var b strings.Builder
	column := 0
	for _, r := range line {
		if r == '\t' {
			n := 8 - column%8
			b.WriteString("        "[:n])
			column += n
			continue
		}
		b.WriteRune(r)
		column++
	}
	return b.String()
}

// alignedHeader gives the index of the first line most of whose words name
// columns; -1 for none.
func (c choice) alignedHeader(lines []string) int {
	const searched = 100
	for i, line := range lines[:min(len(lines), searched)] {
		if len(line) > maxName {
			continue
		}
		gaps := wideGap.Split(trim(line), -1)
		if s := c.headerScore(gaps); s >= 2 && 2*s >= len(gaps) {
			return i
		}
		words := strings.Fields(line)
		if s := c.headerScore(words); s >= 2 && 5*s >= 3*len(words) {
			return i
		}
	}
	return -1
}

// alignedColumns gives what cuts lines into cells: at the columns of spaces that
// all lines share, or where these part less, at any two spaces.
func (c choice) alignedColumns(lines []string) func(string) []string {
	gaps := func(line string) []string { return wideGap.Split(trim(line), -1) }
	starts := columnStarts(lines)
	header := cutColumns(lines[0], starts)
	starts = c.joinHeader(lines, starts, header)
	if c.headerScore(cutColumns(lines[0], starts)) < c.headerScore(gaps(lines[0])) {
		return gaps
	}
	return func(line string) []string {
		runes := []rune(line)
		for _, start := range starts[1:] {
			if start <= len(runes) && runes[start-1] != ' ' { // a line that is not aligned
				return []string{trim(line)}
			}
		}
		return cutColumns(line, starts)
	}
}

// columnStarts finds the columns of a header that no line writes across. Lines
// behind a blank one after the first rows do not matter: they may be remarks.
func columnStarts(lines []string) []int {
	header := []rune(lines[0])
	used := make([]int, len(header)+1) // lines with something in a column
	begun, counted := false, 0
	for _, line := range lines[1:min(len(lines), alignedSample)] {
		if line == "" {
			if begun {
				break
			}
			continue
		}
		if isRule(row{cells: []string{line}}) {
			continue
		}
		begun = true
		counted++
		column := 0
		for _, r := range line {
			if column < len(used) && r != ' ' {
				used[column]++
			}
			column++
		}
	}
	allowed := counted / 50
	var starts []int
	first := slices.IndexFunc(header, func(r rune) bool { return r != ' ' })
	for i := first; i < len(header); i++ {
		if header[i] == ' ' || i > first && header[i-1] != ' ' {
			continue
		}
		if i == first {
			starts = append(starts, 0)
			continue
		}
		// The blank column may stand before the header's word: numbers are set right.
		gutter := i - 1
		for gutter > 0 && header[gutter] == ' ' && used[gutter] > allowed {
			gutter--
		}
		if header[gutter] == ' ' && used[gutter] <= allowed {
			starts = append(starts, gutter+1)
		}
	}
	return starts
}

// joinHeader joins "Part" and "Number" where but one space parts them and no line
// has anything in the second.
func (c choice) joinHeader(lines []string, starts []int, header []string) []int {
	for k := len(starts) - 1; k > 0; k-- {
		if k >= len(header) || headingOf(header[k-1]+" "+header[k]).field == fieldExtra {
			continue
		}
		empty := true
		for _, line := range lines[1:min(len(lines), alignedSample)] {
			if cells := cutColumns(line, starts); len(cells) > k && cells[k] != "" {
				empty = false
				break
			}
		}
		if runes := []rune(lines[0]); empty && starts[k] > 1 && runes[starts[k]-1] == ' ' && runes[starts[k]-2] != ' ' {
			starts = slices.Delete(starts, k, k+1)
		}
	}
	return starts
}

func cutColumns(line string, starts []int) []string {
	runes := []rune(line)
	cells := make([]string, 0, len(starts))
	for k, start := range starts {
		end := len(runes)
		if k+1 < len(starts) {
			end = min(end, starts[k+1])
		}
		if start >= end {
			break
		}
		cells = append(cells, trim(string(runes[start:end])))
	}
	return cells
}
