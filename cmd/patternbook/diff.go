package main

import (
	"bytes"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/bom/export"
	"github.com/patternbook/patternbook/schema"
)

func (a *app) newDiff() *cobra.Command {
	var in bomInput
	var view, format string
	c := &cobra.Command{
		Use: "diff REF|DIR|FILE REF|DIR|FILE", Short: "Tell what changed in the bill of materials from one version to another", Args: cobra.ExactArgs(2),
		Long: `Compare the bills of materials of two releases, folders or files, by what their
lines are and not by how they are written: reordering is no change. Changes that
leave the hardware as it is, like notes and prices, are told apart.

The second may be a version alone (2.0.0): of the same design as the first.`,
		Example: "  patternbook diff ada/bench-lamp@1.0.0 1.1.0\n  patternbook diff ada/bench-lamp . --format markdown\n  patternbook diff ada/bench-lamp@1 bob/bench-lamp@1 --view flat",
		RunE: func(c *cobra.Command, args []string) error {
			before, err := a.node(c.Context(), args[0], in)
			if err != nil {
				return err
			}
			after, err := a.node(c.Context(), laterOf(args[0], args[1]), in)
			if err != nil {
				return err
			}
			d, err := bom.CompareNodes(c.Context(), before, after, bom.View(view), a.fetch())
			if err != nil {
				return err
			}
			switch format {
			case "table":
				return a.print(d, func(w io.Writer) { _ = export.WriteDifferenceText(w, d.BOM) }) // into memory
			case "markdown":
				var b bytes.Buffer
				_ = export.WriteDifferenceMarkdown(&b, d.BOM)
				_, err = a.out.Write(b.Bytes())
				return err
			case "json":
				return a.printJSON(d)
			}
			return usageError{fmt.Errorf("%q is not a format of differences: choose table, markdown or json", format)}
		},
	}
	in.flags(c.Flags())
	c.Flags().StringVar(&view, "view", "lines", "lines as written, or flat: summed with all assemblies opened")
	c.Flags().StringVar(&format, "format", "table", "table, markdown or json")
	return c
}

// laterOf gives the second thing to compare: where it is a version alone, that of
// the first's design.
func laterOf(first, second string) string {
	ref, err := schema.ParseReference(first)
	if err != nil {
		return second
	}
	if v, err := schema.ParseVersion(second); err == nil {
		return schema.Reference{Design: ref.Design, Version: v}.String()
	}
	return second
}
