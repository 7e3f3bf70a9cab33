package bom

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// readTabbed reads columns that are aligned by as many tabs as it takes, so that a
// short cell is followed by several. It gives nil unless the cells stand below the
// words of the header, with tabs of eight columns or of four; in a table with a
// tab between cells, such tabs would be empty cells.
func (p plainText) readTabbed() (*BOM, error) {
	if !strings.Contains(p.text[:min(len(p.text), 1<<16)], "\t\t") {
		return nil, nil
	}
	lines := p.lines()
	const searched = 100
	at := slices.IndexFunc(lines[:min(len(lines), searched)], func(line string) bool {
		cells, _ := tabbedCells(line, 8)
		mixed := slices.ContainsFunc(cells, func(c string) bool { return strings.HasSuffix(c, ",") || strings.HasSuffix(c, ";") })
		return strings.Contains(trim(line), "\t\t") && !mixed && p.chosen.headerScore(cells) >= 2
	})
	if at < 0 {
		return nil, nil
	}
	for _, width := range []int{8, 4} {
		header, starts := tabbedCells(lines[at], width)
		if !standBelow(lines[at:], starts, width) {
			continue
		}
		rows := make(rowList, 0, min(len(lines), MaxLines))
		for i, line := range lines[max(0, at-headerRows+1):at] {
			rows = append(rows, row{number: max(0, at-headerRows+1) + i + 1, cells: []string{trim(line)}})
		}
		rows = append(rows, row{number: at + 1, cells: header})
		for i, line := range lines[at+1:] {
			rows = append(rows, row{number: at + i + 2, cells: underStarts(line, starts, width)})
		}
		return p.table("fixed-width").rows(&rows)
	}
	return nil, nil
}

// tabbedCells gives the cells of a line between tabs that are not empty, and the
// column in which each begins.
func tabbedCells(line string, width int) (cells []string, starts []int) {
	column := 0
	for cell := range strings.SplitSeq(cut(line, maxText), "\t") {
		if text := trim(cell); text != "" {
			cells = append(cells, text)
			starts = append(starts, column+utf8.RuneCountInString(cell)-utf8.RuneCountInString(strings.TrimLeft(cell, " ")))
		}
		column += utf8.RuneCountInString(cell)
		column += width - column%width
	}
	return cells, starts
}

// standBelow tells whether the cells of all lines begin where those of the first
// do, though not always after as many tabs.
func standBelow(lines []string, starts []int, width int) bool {
	uneven, tabs := false, -1
	for _, line := range lines {
		cells, own := tabbedCells(line, width)
		if len(cells) < 2 {
			continue
		}
		for _, start := range own {
			if !slices.Contains(starts, start) {
				return false
			}
		}
		_, rest, _ := strings.Cut(line, cells[0])
		gap := len(rest) - len(strings.TrimLeft(rest, "\t "))
		uneven = uneven || tabs >= 0 && gap != tabs
		tabs = gap
	}
	return uneven
}

// underStarts puts the cells of a line below those of the header.
func underStarts(line string, starts []int, width int) []string {
	texts, own := tabbedCells(line, width)
	if len(texts) < 2 {
		return texts
	}
	cells := make([]string, len(starts))
	for i, text := range texts {
		if k := slices.Index(starts, own[i]); k >= 0 {
			cells[k] = text
		}
	}
	return cells
}
