package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/schema"
)

// printBOM prints a view for people.
func printBOM(w io.Writer, b *bom.BOM) {
	if b.Costs != nil {
		printCosts(w, b)
	} else {
		t := newTable(w, "LINE", "REQUIRED", "UNIT", "NAME", "PART", "KIND")
		printLines(t, b.Lines, "")
		_ = t.Flush()
	}
	if len(b.Tools) > 0 {
		_, _ = fmt.Fprintln(w, "\ntools:")
		for _, l := range b.Tools {
			_, _ = fmt.Fprintln(w, "  "+plain(l.Name))
		}
	}
	for _, p := range b.Cuts {
		printCuts(w, p)
	}
	_, _ = fmt.Fprintf(w, "\n%d lines, %s pieces", b.Summary.Lines, b.Summary.Quantity)
	if b.Summary.UnfittedLines > 0 {
		_, _ = fmt.Fprintf(w, "; %d lines are not fitted", b.Summary.UnfittedLines)
	}
	_, _ = fmt.Fprintln(w)
	var warnings int
	for _, f := range b.Findings {
		if f.Severity != schema.SeverityInfo {
			warnings++
		}
	}
	if warnings > 0 {
		_, _ = fmt.Fprintf(w, "%d warnings about how it was read; --format json or markdown lists them\n", warnings)
	}
}

func printLines(t table, lines []bom.Line, above string) {
	for _, l := range lines {
		unit := l.Unit
		if unit == bom.Pieces {
			unit = ""
		}
		t.row(above+l.Item, requiredText(l), unit, short(l.Name, 40), short(partText(l), 50), string(l.Kind))
		if l.BOM != nil {
			printLines(t, l.BOM.Lines, above+l.Item+"/")
		}
	}
}

// requiredText says how much of a line is needed, and how much of that is to be
// ordered where some is at hand.
func requiredText(l bom.Line) string {
	switch {
	case l.ExcludeFromBOM:
		return "excluded"
	case !l.Fitted:
		return "not fitted"
	case !l.ToOrder.IsZero():
		return fmt.Sprintf("%s, order %s", l.Required, l.ToOrder)
	}
	return l.Required.String()
}

// printCosts prints what to order, and what it costs.
func printCosts(w io.Writer, b *bom.BOM) {
	t := newTable(w, "LINE", "REQUIRED", "NAME", "PART", "ORDER", "PRICE", "TOTAL", "", "FROM")
	for _, l := range b.Lines {
		order, price, total, currency, from := "", "", "", "", ""
		if c := l.Cost; c != nil {
			order, price, total, currency, from = c.Order.String(), c.Price.String(), c.Total.String(), c.Currency, strings.TrimSpace(c.Supplier+" "+c.SKU)
		}
		t.row(l.Item, requiredText(l), short(l.Name, 30), short(partText(l), 30), order, price, total, currency, short(from, 40))
	}
	_ = t.Flush()
	_, _ = fmt.Fprintln(w)
	for _, total := range b.Costs.Totals {
		_, _ = fmt.Fprintf(w, "%s %s for %d lines\n", total.Total, total.Currency, total.Lines)
	}
	if n := len(b.Costs.Unpriced); n > 0 {
		_, _ = fmt.Fprintf(w, "%d lines have no price:\n", n)
	}
	for _, l := range b.Costs.Unpriced {
		_, _ = fmt.Fprintf(w, "  %s %s: %s\n", l.Item, plain(l.Name), l.Reason)
	}
}

// printCuts prints how the pieces of one kind of stock are cut.
func printCuts(w io.Writer, p bom.CutPlan) {
	stock := []string{p.Name, p.Part.MPN, p.Part.Standard, p.Material}
	_, _ = fmt.Fprintf(w, "\nto cut from %s\n", plain(strings.Join(strings.Fields(strings.Join(stock, " ")), " ")))
	t := newTable(w)
	if len(p.Bars) == 0 {
		for _, piece := range p.Pieces {
			t.row("", fmt.Sprintf("%d × %s %s", piece.Count, piece.Size.Value, piece.Size.Unit), piece.Name, piece.Path)
		}
		_ = t.Flush()
		return
	}
	for _, bar := range p.Bars {
		var pieces []string
		for _, piece := range bar.Pieces {
			pieces = append(pieces, fmt.Sprintf("%d × %s %s", piece.Count, piece.Size.Value, piece.Size.Unit))
		}
		t.row("", fmt.Sprintf("%d bars", bar.Times), strings.Join(pieces, " + "), fmt.Sprintf("leaves %s %s", bar.Offcut.Value, bar.Offcut.Unit))
	}
	_ = t.Flush()
	_, _ = fmt.Fprintf(w, "  %d bars of %s %s in all; no plan needs fewer than %d\n", p.TotalBars, p.Length.Value, p.Length.Unit, p.LeastBars)
}

// partText says which part a line means.
func partText(l bom.Line) string {
	switch {
	case l.Part.MPN != "":
		return strings.TrimSpace(l.Part.Manufacturer + " " + l.Part.MPN)
	case l.Part.Standard != "":
		return l.Part.Standard
	case l.Assembly != nil && !l.Assembly.Design.IsZero():
		return fmt.Sprintf("%s@%s", l.Assembly.Design, l.Assembly.Version)
	case l.Assembly != nil:
		return l.Assembly.Reference
	case len(l.Files) > 0:
		return l.Files[0]
	}
	return strings.TrimSpace(l.Value + " " + l.Footprint)
}
