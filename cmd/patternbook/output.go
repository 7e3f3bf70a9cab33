package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/patternbook/patternbook/registry/api"
	"github.com/patternbook/patternbook/schema"
)

// printJSON prints a value for programs.
func (a *app) printJSON(v any) error {
	enc := json.NewEncoder(a.out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// print prints a result: as JSON where that was asked for, else by text.
func (a *app) print(v any, text func(w io.Writer)) error {
	if a.json {
		return a.printJSON(v)
	}
	var b bytes.Buffer
	text(&b)
	_, err := a.out.Write(b.Bytes())
	return err
}

// A table lines up columns.
type table struct{ *tabwriter.Writer }

func newTable(w io.Writer, header ...string) table {
	t := table{tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)}
	if len(header) > 0 {
		t.row(header...)
	}
	return t
}

// row writes cells. What would break the lines, or command the terminal, is taken out.
func (t table) row(cells ...string) {
	for i, c := range cells {
		cells[i] = plain(c)
	}
	_, _ = fmt.Fprintln(t, strings.Join(cells, "\t")) // into memory
}

// printMore tells that a list goes on, where it has a next page.
func printMore(w io.Writer, next string) {
	if next != "" {
		_, _ = fmt.Fprintln(w, "there are more: list more with --limit, or ask for less")
	}
}

// plain makes one printable line of a text that somebody else has written.
func plain(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r < 0x20 || r == 0x7f || r >= 0x80 && r < 0xa0 }), " ")
}

// short cuts a text to n characters.
func short(s string, n int) string {
	s = plain(s)
	if runes := []rune(s); len(runes) > n {
		return string(runes[:n-1]) + "…"
	}
	return s
}

// shortDigest gives enough of a digest to tell it from others at a glance.
func shortDigest(d schema.Digest) string { return d.Hex()[:12] }

// printFindings lists findings, the errors first.
func printFindings(w io.Writer, findings []schema.Finding) {
	for _, severity := range []schema.Severity{schema.SeverityError, schema.SeverityWarning, schema.SeverityInfo} {
		for _, f := range findings {
			if f.Severity == severity {
				place := schema.Place{File: f.File, Line: f.Line, Field: f.Field, Detail: f.Message}
				_, _ = fmt.Fprintf(w, "%s: %s [%s]\n", severity, plain(place.String()), f.Code)
			}
		}
	}
}

// printNotable lists the findings that are more than information, and counts the rest.
func printNotable(w io.Writer, findings []schema.Finding) {
	var notable []schema.Finding
	for _, f := range findings {
		if f.Severity != schema.SeverityInfo {
			notable = append(notable, f)
		}
	}
	printFindings(w, notable)
	if rest := len(findings) - len(notable); rest > 0 {
		_, _ = fmt.Fprintf(w, "findings that are only information: %d (patternbook check lists them)\n", rest)
	}
}

// printError tells of an error on standard error: for people as lines, with
// --json as a problem.
func (a *app) printError(err error) {
	p := problemOf(err)
	if a.json {
		enc := json.NewEncoder(a.err)
		enc.SetEscapeHTML(false)
		_ = enc.Encode(p) // nobody is left to tell
		return
	}
	_, _ = fmt.Fprintln(a.err, "error: "+plain(p.Detail))
	for _, place := range p.At {
		_, _ = fmt.Fprintln(a.err, "  "+plain(place.String()))
	}
	if p.Fix != "" {
		_, _ = fmt.Fprintln(a.err, "hint: "+plain(p.Fix))
	}
}

// problemOf gives the problem of an error of this program, whose user may see
// everything.
func problemOf(err error) *schema.Problem {
	p := api.ProblemOf(err)
	text := err.Error()
	own := p.Err()
	own.Kind = schema.KindOf(err)
	if inner := own.Error(); strings.HasSuffix(text, inner) { // what stands before it tells of which file, for one
		p.Detail = strings.TrimSuffix(text, inner) + p.Detail
	} else {
		p.Detail, p.Fix, p.At = text, "", nil
	}
	return p
}
