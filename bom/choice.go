package bom

import (
	"maps"
	"slices"
	"strings"

	"github.com/patternbook/patternbook/schema"
)

// A choice says what columns hold, by the keys of their headers.
type choice map[string]field

// choose reads [ReadOptions].Columns. Its error names the fields there are.
func (o ReadOptions) choose() (choice, error) {
	if len(o.Columns) == 0 {
		return nil, nil
	}
	c := make(choice, len(o.Columns))
	var faults []schema.Place
	for _, header := range slices.Sorted(maps.Keys(o.Columns)) {
		f, ok := fieldOf(o.Columns[header])
		if !ok {
			faults = append(faults, schema.Place{Field: header, Detail: schema.Quote(o.Columns[header]) + " is no field"})
		}
		c[choiceKey(header)] = f
	}
	if len(faults) > 0 {
		return nil, &schema.Error{Kind: schema.Invalid, Detail: "a column is said to hold what there is not", Fix: "choose among " + strings.Join(Fields(), ", "), At: faults}
	}
	return c, nil
}

// choiceKey is headerKey, but for headers that it leaves nothing of.
func choiceKey(header string) string {
	if key := headerKey(header); key != "" {
		return key
	}
	return strings.ToLower(tidy(header))
}

// field gives what was chosen for a header, and whether something was.
func (c choice) field(header string) (field, bool) {
	if len(c) == 0 || len(header) > maxHeader {
		return fieldExtra, false
	}
	f, ok := c[choiceKey(header)]
	return f, ok
}

// headersRead are the headers of all tables of a file.
type headersRead struct {
	keys  map[string]bool
	names []string // quoted
}

// note keeps the headers of a table.
func (h *headersRead) note(header []string) {
	if h == nil {
		return
	}
	for _, name := range header {
		key := choiceKey(cut(name, maxHeader))
		if key != "" && !h.keys[key] && len(h.names) < maxColumns {
			h.names = append(h.names, schema.Quote(cut(tidy(name), maxHeader)))
			h.keys[key] = true
		}
	}
}

// checkChoice refuses a choice for a header that no table of the file had.
func (f input) checkChoice() error {
	var faults []schema.Place
	for _, header := range slices.Sorted(maps.Keys(f.Columns)) {
		if !f.headers.keys[choiceKey(header)] {
			faults = append(faults, schema.Place{File: f.source.Path, Field: header, Detail: "no column has this header"})
		}
	}
	if len(faults) == 0 {
		return nil
	}
	e := &schema.Error{Kind: schema.Invalid, Detail: "a column that is to be read is not in " + schema.Quote(f.source.Path), At: faults}
	if e.Fix = "choose among its headers: " + cut(strings.Join(f.headers.names, ", "), maxName); len(f.headers.names) == 0 {
		e.Fix = "read it without a choice of columns: it is no table"
	}
	return e
}
