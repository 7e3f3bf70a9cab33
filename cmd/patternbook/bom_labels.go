package main

import (
	"fmt"
	"io"

	"github.com/spf13/pflag"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/bom/export"
	"github.com/patternbook/patternbook/bom/label"
)

// The formats of labels for bags.
const (
	labelsPDF = "labels-pdf"
	labelsSVG = "labels-svg"
)

// bomLabels are the flags about labels.
type bomLabels struct {
	sheet   string
	skip    int
	outline bool
}

func (l *bomLabels) flags(flags *pflag.FlagSet) {
	names := ""
	for i, s := range label.Sheets() {
		if i > 0 {
			names += ", "
		}
		names += s.Name
	}
	flags.StringVar(&l.sheet, "sheet", label.DefaultSheet, "sheet of labels for bags: "+names)
	flags.IntVar(&l.skip, "skip", 0, "how many labels of the first sheet are used up")
	flags.BoolVar(&l.outline, "outline", false, "draw the edges of the labels, for plain paper")
}

// writer gives what writes labels, one for each line that counts, and tells notes
// how many.
func (l *bomLabels) writer(format string, notes io.Writer) (bomWriter, error) {
	sheet, err := label.SheetByName(l.sheet)
	if err != nil {
		return nil, usageError{err}
	}
	write := label.WritePDF
	if format == labelsSVG {
		write = label.WriteSVG
	}
	return func(w io.Writer, b *bom.BOM, o export.Options) (export.Report, error) {
		done, err := write(w, b, label.Options{Sheet: sheet, Title: o.Title, Skip: l.skip, Outline: l.outline})
		if err != nil {
			return export.Report{}, err
		}
		_, _ = fmt.Fprintf(notes, "%d labels, %d pages; %d lines need none\n", done.Labels, done.Pages, done.LeftOut)
		if done.Replaced != "" {
			_, _ = fmt.Fprintf(notes, "note: □ stands for %s, which the font lacks; labels-svg shows them\n", plain(done.Replaced))
		}
		return export.Report{}, nil
	}, nil
}
