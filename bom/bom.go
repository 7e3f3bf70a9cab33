package bom

import (
	"slices"

	"github.com/patternbook/patternbook/schema"
)

// A BOM is a bill of materials. Its four lists are written even when empty: make
// one with [New], or let none of them be nil.
type BOM struct {
	Sources  []Source  `json:"sources"`  // the files it was read from
	Lines    []Line    `json:"lines"`    // what goes into the thing
	Tools    []Line    `json:"tools"`    // what making it needs and does not use up; never summed
	Findings []Finding `json:"findings"` // of reading, and of the view
	Summary  Summary   `json:"summary"`
	Cuts     []CutPlan `json:"cuts,omitempty"`  // of pieces from stock; the make view alone has them
	Costs    *Costs    `json:"costs,omitempty"` // of a view that was priced
}

// New gives an empty BOM.
func New() *BOM {
	return &BOM{Sources: []Source{}, Lines: []Line{}, Tools: []Line{}, Findings: []Finding{}, Summary: Summarize(nil)}
}

// A Source is a file that a BOM was read from.
type Source struct {
	Path      string        `json:"path"`                // as it was given to Read
	Digest    schema.Digest `json:"digest"`              // of the file's bytes
	Format    string        `json:"format"`              // csv, okh-sbom, markdown, fixed-width, list, xlsx, ods
	Delimiter string        `json:"delimiter,omitempty"` // comma, semicolon, tab, pipe
	Encoding  string        `json:"encoding,omitempty"`  // utf-8, utf-8-bom, utf-16le, utf-16be, gb18030, windows-1252
}

// A Finding is something noticed in one place of a source.
type Finding struct {
	Severity schema.Severity `json:"severity"`
	Code     string          `json:"code"`             // stable, kebab-case: "quantity-unreadable"
	Source   int             `json:"source,omitempty"` // index into the BOM's sources
	Row      int             `json:"row,omitempty"`    // line of the file on which the row begins, from 1; 0 for the whole file
	Field    string          `json:"field,omitempty"`  // the column, as the file's header writes it
	Message  string          `json:"message"`
}

// A Summary counts a BOM's own lines, not those of its assemblies. Tools count
// in none of its numbers, and the pieces of a line that is the parent of others
// are theirs.
type Summary struct {
	Lines            int            `json:"lines"`             // fitted lines that are not excluded from the BOM
	UnfittedLines    int            `json:"unfitted_lines"`    // the others
	Quantity         schema.Decimal `json:"quantity"`          // pieces (unit 1) on the first
	UnfittedQuantity schema.Decimal `json:"unfitted_quantity"` // pieces on the others
}

// Summarize counts lines.
func Summarize(lines []Line) Summary {
	var s Summary
	var fitted, unfitted total
	parents := Parents(lines)
	for i := range lines {
		l := &lines[i]
		sum := &fitted
		if l.Counts() {
			s.Lines++
		} else {
			s.UnfittedLines++
			sum = &unfitted
		}
		if l.Unit == Pieces && !parents[l.Item] {
			sum.add(l.Quantity)
		}
	}
	s.Quantity, s.UnfittedQuantity = fitted.decimal(), unfitted.decimal()
	return s
}

// Counts tells whether a line enters sums: it is fitted, and not excluded from
// the BOM.
func (l *Line) Counts() bool { return l.Fitted && !l.ExcludeFromBOM }

// Parents gives the items of the lines that others are parts of; nil when there
// are none.
func Parents(lines []Line) map[string]bool {
	var parents map[string]bool
	for i := range lines {
		if p := lines[i].Parent; p != "" {
			if parents == nil {
				parents = map[string]bool{}
			}
			parents[p] = true
		}
	}
	return parents
}

// At gives the line or tool whose item is item, or nil.
func (b *BOM) At(item string) *Line {
	for _, list := range [][]Line{b.Lines, b.Tools} {
		if i := slices.IndexFunc(list, func(l Line) bool { return l.Item == item }); i >= 0 {
			return &list[i]
		}
	}
	return nil
}

// Assemblies gives the lines of kind assembly that count: those that a release
// has to pin. One whose parts stand below it in the same file needs no pin.
func (b *BOM) Assemblies() []*Line {
	var found []*Line
	parents := Parents(b.Lines)
	for i := range b.Lines {
		if l := &b.Lines[i]; l.Kind == KindAssembly && l.Counts() && !parents[l.Item] {
			found = append(found, l)
		}
	}
	return found
}
