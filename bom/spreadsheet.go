package bom

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/patternbook/patternbook/bom/internal/sheet"
	"github.com/patternbook/patternbook/schema"
)

// readSpreadsheet reads the sheets of an XLSX or ODS file that are bills of
// materials: one, or several that list different parts.
func readSpreadsheet(f input) (*BOM, error) {
	book, err := sheet.Open(f.data)
	if err != nil {
		return nil, f.fault(err)
	}
	f.source.Format = book.Format
	all, err := survey(book, f.chosen)
	if err != nil {
		return nil, f.fault(err)
	}
	chosen, passed := chooseSheets(all)
	if len(chosen) == 0 {
		return nil, unreadable(f.source.Path, fmt.Sprintf("none of its %s has a row among its first %d that names columns: %s",
			plural(len(all), "sheet"), surveyHeader, sheetNames(all)),
			"begin the table with a row like: Reference, Value, Quantity, Manufacturer, MPN")
	}
	parts, err := f.readSheets(book, chosen)
	if err != nil {
		return nil, err
	}
	b := joinSheets(parts, chosen)
	b.Sources[0].Format = book.Format
	b.Findings = append(sheetFindings(chosen, passed), b.Findings...)
	return b, nil
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

// fault says of a file why its sheets cannot be read.
func (f input) fault(err error) error {
	var fault *sheet.Fault
	switch {
	case !errors.As(err, &fault):
		return err
	case fault.Large:
		return tooLarge(f.source.Path, fault.Detail)
	}
	return unreadable(f.source.Path, fault.Detail, fault.Fix)
}

// isForeign tells whether data is of a kind that is taken for a table but is none.
func isForeign(data []byte) bool {
	what, _ := sheet.Foreign(data)
	return what != ""
}

func refuseForeign(f input) (*BOM, error) {
	what, fix := sheet.Foreign(f.data)
	return nil, unreadable(f.source.Path, "it is "+what, fix)
}

// readSheets reads each of the chosen sheets as a table.
func (f input) readSheets(book *sheet.Book, chosen []*sheetSurvey) ([]*BOM, error) {
	var parts []*BOM
	lines := 0
	err := book.Walk(func(s sheet.Sheet, rows *sheet.Rows) error {
		i := slices.IndexFunc(chosen, func(c *sheetSurvey) bool { return c.Index == s.Index })
		if i < 0 {
			return nil
		}
		c := chosen[i]
		t := newTable(f)
		if len(chosen) > 1 && !strings.Contains(strings.ToLower(s.Name), "bill of") {
			t.sectionKind = sectionKind(s.Name)
		}
		source := &sheetRows{rows: rows, columns: c.columns}
		if c.header >= headerRows { // further down than a table looks for it
			take(source, c.header)
			t.find(schema.SeverityInfo, "rows-before-header", 1, "", fmt.Sprintf("the %d rows before the header were passed over", c.header))
		}
		b, err := t.rows(source)
		if err != nil {
			return err
		}
		if err := rows.Err(); err != nil {
			return err
		}
		if lines += len(b.Lines) + len(b.Tools); lines > MaxLines {
			return tooLarge(f.source.Path, fmt.Sprintf("it has more than %d lines", MaxLines))
		}
		b.Findings = append(b.Findings, source.end()...)
		parts = append(parts, b)
		return nil
	})
	return parts, f.fault(err)
}

// joinSheets makes one BOM of those of several sheets, which have one source.
func joinSheets(parts []*BOM, sheets []*sheetSurvey) *BOM {
	if len(parts) == 1 {
		return parts[0]
	}
	for i, p := range parts {
		for _, l := range p.all() {
			l.keep("Sheet", sheets[i].title())
		}
	}
	b := Merge(parts...)
	for _, l := range b.all() {
		l.Source = 0
	}
	for i := range b.Findings {
		f := &b.Findings[i]
		name := schema.Quote(sheets[f.Source].title())
		if f.Message = cut("sheet "+name+": "+f.Message, maxText); f.Code == "items-prefixed" {
			f.Message = strings.Replace(f.Message, "in a file before it", "in a sheet before it", 1)
		}
		f.Source = 0
	}
	b.Sources = b.Sources[:1]
	return b
}

// sheetFindings say which sheets were read, when there were others.
func sheetFindings(chosen []*sheetSurvey, passed []passedSheet) []Finding {
	if len(chosen)+len(passed) < 2 {
		return nil
	}
	f := Finding{Severity: schema.SeverityInfo, Code: "sheets-read", Message: "read the " + sheetWord(len(chosen)) + " " + sheetNames(chosen)}
	var others []string
	for _, p := range passed {
		others = append(others, schema.Quote(p.title())+" ("+p.reason+")")
		if p.candidate() {
			f.Severity = schema.SeverityWarning
		}
	}
	if len(others) > 0 {
		f.Message += "; passed over " + strings.Join(others, ", ")
	}
	f.Message = cut(f.Message, maxText)
	return []Finding{f}
}

func sheetWord(n int) string {
	if n == 1 {
		return "sheet"
	}
	return "sheets"
}

func sheetNames(list []*sheetSurvey) string {
	var names []string
	for _, s := range list {
		const most = 20 // names in a message
		if len(names) == most {
			names = append(names, "…")
			break
		}
		names = append(names, schema.Quote(s.title()))
	}
	return strings.Join(names, ", ")
}
