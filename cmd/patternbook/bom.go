package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/bom/export"
	"github.com/patternbook/patternbook/schema"
)

// A bomForm is what the flags of bom say.
type bomForm struct {
	bomInput
	view, format, output string
	build                string
	units                []int64
	variants, stop       []string
	depth                int
	stockLength, kerf    string
	currency, supplier   string
	strict               bool
	labels               bomLabels
}

func (a *app) newBOM() *cobra.Command {
	var f bomForm
	c := &cobra.Command{
		Use: "bom [REF|DIR|FILE…]", Short: "Show a bill of materials, for any number of units",
		Long: `Show the bill of materials of a published release, of a design's folder, or of a
single BOM file. A name that can be a reference is one; write ./name for a folder.
Several make one list of parts, each for its own number of units.

Views: lines as written; tree with the assemblies opened; flat with the parts
summed over the tree; make with what the workshop makes itself; cost with what to
order, from whom, at the prices that the files state.

A build file says once what was decided for a build: design, units, variant,
alternates, stock at hand, lengths to cut from. Flags take the place of what it
says.

Standard output has the bill of materials; what a format could not carry is told
on standard error.`,
		Example: `  patternbook bom ada/bench-lamp --view flat --units 10
  patternbook bom ada/bench-lamp@1.0.0 --view flat -o order.xlsx
  patternbook bom ada/bench-lamp ada/desk-clamp --units 10,5 --format cart -o cart.csv
  patternbook bom ./lamp/bom.csv --map "Comment=value,Ref=references"
  patternbook bom ada/frame --view make --stock-length "3 m" --kerf "2 mm"
  patternbook bom --build build.yaml --view flat
  patternbook bom ada/bench-lamp --view flat --units 10 --sheet l7160 -o labels.pdf`,
		RunE: func(c *cobra.Command, args []string) error {
			if a.json {
				f.format = "json"
			}
			return a.runBOM(c.Context(), args, f)
		},
	}
	f.flags(c.Flags())
	c.Flags().StringVar(&f.view, "view", "", "lines, tree, flat, make or cost; lines if nothing is said, flat for several designs")
	c.Flags().Int64SliceVar(&f.units, "units", nil, "how many units; for several designs one number for each, like 10,5")
	c.Flags().StringVar(&f.format, "format", "", "table, "+formatNames()+", "+labelsPDF+", "+labelsSVG+"; what the name of the output file says, else table")
	c.Flags().StringVarP(&f.output, "output", "o", "", "file to write to; standard output if nothing is said")
	c.Flags().StringVar(&f.build, "build", "", "build file (YAML) that says what was decided")
	c.Flags().StringSliceVar(&f.variants, "variant", nil, "variants of the design")
	c.Flags().StringSliceVar(&f.stop, "stop", nil, "designs that are bought whole, like ada/psu")
	c.Flags().IntVar(&f.depth, "depth", 0, "how many levels of assemblies to open; 0 for all")
	c.Flags().StringVar(&f.stockLength, "stock-length", "", `length of the bars that pieces are cut from, like "3 m"; for the make view`)
	c.Flags().StringVar(&f.kerf, "kerf", "", `what a cut takes away, like "2 mm"`)
	c.Flags().StringVar(&f.currency, "currency", "", "currency to price in where there are prices in it, like EUR; for the cost view")
	c.Flags().StringVar(&f.supplier, "supplier", "", "whose numbers a cart has, like LCSC")
	f.labels.flags(c.Flags())
	c.Flags().BoolVar(&f.strict, "strict", false, "fail when the format cannot carry every line")
	return c
}

func formatNames() string {
	var names []string
	for _, f := range export.Formats() {
		names = append(names, f.Name)
	}
	return strings.Join(names, ", ")
}

// runBOM reads, calculates and writes.
func (a *app) runBOM(ctx context.Context, args []string, f bomForm) error {
	build, err := f.decide()
	if err != nil {
		return err
	}
	if len(args) == 0 && !build.Design.Design.IsZero() {
		args = []string{build.Design.String()}
	}
	if len(args) == 0 {
		return usageError{fmt.Errorf("name a design, a folder or a file, or a build file that does")}
	}
	if len(f.units) > 1 && len(f.units) != len(args) {
		return usageError{fmt.Errorf("there are %d numbers of units for %d designs", len(f.units), len(args))}
	}
	write, err := f.writer(a.err)
	if err != nil {
		return err
	}
	b, options, err := a.view(ctx, args, f, build)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	report, err := write(&out, b, options)
	if err != nil {
		return err
	}
	if err := a.reportExport(report, f.strict); err != nil {
		return err
	}
	if f.output == "" || f.output == "-" {
		_, err = a.out.Write(out.Bytes())
	} else {
		err = os.WriteFile(f.output, out.Bytes(), 0o644)
	}
	if err != nil {
		return fmt.Errorf("write the bill of materials: %w", err)
	}
	return nil
}

// decide joins the build file and the flags, which rule.
func (f *bomForm) decide() (*bom.Build, error) {
	build, err := readBuild(f.build)
	if err != nil {
		return nil, err
	}
	if len(f.variants) > 0 {
		build.Variants = f.variants
	}
	if f.depth > 0 {
		build.Depth = f.depth
	}
	for _, text := range f.stop {
		d, err := schema.ParseDesign(text)
		if err != nil {
			return nil, err
		}
		build.Stop = append(build.Stop, d)
	}
	for _, flag := range []struct {
		text string
		to   **schema.Measure
	}{{f.stockLength, &build.StockLength}, {f.kerf, &build.Kerf}} {
		if flag.text == "" {
			continue
		}
		length, err := bom.ParseLength(flag.text)
		if err != nil {
			return nil, err
		}
		*flag.to = &length
	}
	if len(f.units) == 1 {
		build.Units = f.units[0]
	}
	return build, nil
}

// readBuild reads a build file; without one nothing was decided.
func readBuild(name string) (*bom.Build, error) {
	if name == "" {
		return &bom.Build{}, nil
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("open the build file: %w", err)
	}
	defer func() { _ = file.Close() }()
	return bom.ReadBuild(name, file)
}

// view gives what the flags ask of what the arguments name, and what exports call
// it.
func (a *app) view(ctx context.Context, args []string, f bomForm, build *bom.Build) (*bom.BOM, export.Options, error) {
	query := build.Query(bom.View(f.view))
	query.Currency = strings.ToUpper(f.currency)
	orders := make([]bom.Order, len(args))
	names, err := a.namesOf(ctx, build.Stop)
	if err != nil {
		return nil, export.Options{}, err
	}
	fetch := a.fetch().Calling(names)
	for i, arg := range args {
		var err error
		orders[i].Name = filepath.Base(arg)
		if orders[i].Node, err = a.node(ctx, arg, f.bomInput); err != nil {
			return nil, export.Options{}, err
		}
		orders[i].Node = orders[i].Node.Calling(names)
		orders[i].Units = max(query.Units, 1)
		if len(f.units) > 1 {
			orders[i].Units = f.units[i]
		}
	}
	options := titled(orders, f.supplier)
	choices := build.Choices()
	root := orders[0].Node
	if len(orders) > 1 {
		for i := range orders {
			orders[i].Variants = choices.Variants
		}
		var err error
		if root, err = bom.Consolidate(orders); err != nil {
			return nil, options, err
		}
		choices.Variants, query.Units = nil, 1
		if query.View == "" {
			query.View = bom.ViewFlat
		}
	}
	tree, err := bom.Explode(ctx, root, fetch, choices)
	if err != nil {
		return nil, options, err
	}
	b, err := tree.View(query)
	return b, options, err
}

// titled gives what exports call orders: by their designs, or their files.
func titled(orders []bom.Order, supplier string) export.Options {
	o := export.Options{Supplier: supplier}
	var titles []string
	for _, order := range orders {
		name, version := order.Name, ""
		if !order.Node.Design.IsZero() {
			name, version = order.Node.Design.String(), order.Node.Version.String()
		}
		titles = append(titles, fmt.Sprintf("%s, for %d", strings.TrimSpace(name+" "+version), order.Units))
		if len(orders) == 1 {
			o.Name, o.Version = name, version
		}
	}
	o.Title = strings.Join(titles, "; ")
	return o
}

// A bomWriter writes a view in one format.
type bomWriter func(io.Writer, *bom.BOM, export.Options) (export.Report, error)

// writer gives what writes the format that is asked for.
func (f *bomForm) writer(notes io.Writer) (bomWriter, error) {
	name := f.format
	if name == "" {
		name = formatOf(f.output)
	}
	switch name {
	case "table":
		return func(w io.Writer, b *bom.BOM, _ export.Options) (export.Report, error) {
			printBOM(w, b)
			return export.Report{}, nil
		}, nil
	case "json":
		return writeIndented, nil
	case labelsPDF, labelsSVG:
		return f.labels.writer(name, notes)
	}
	format, err := export.ByName(name)
	if err != nil {
		return nil, usageError{err}
	}
	return format.Write, nil
}

// writeIndented writes JSON as all commands do.
func writeIndented(w io.Writer, b *bom.BOM, _ export.Options) (export.Report, error) {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return export.Report{}, enc.Encode(b)
}

// formatOf gives the format that the name of an output file ends with.
func formatOf(output string) string {
	switch filepath.Ext(output) {
	case ".pdf":
		return labelsPDF
	case ".svg":
		return labelsSVG
	}
	name, longest := "table", ""
	for _, format := range export.Formats() { // of several the first
		if strings.HasSuffix(output, "."+format.Extension) && len(format.Extension) > len(longest) {
			name, longest = format.Name, format.Extension
		}
	}
	return name
}

// reportExport tells which lines an export has left out.
func (a *app) reportExport(r export.Report, strict bool) error {
	if len(r.LeftOut) == 0 {
		return nil
	}
	detail := fmt.Sprintf("%d of %d lines could be written", r.Carried, r.Lines)
	if strict {
		e := &schema.Error{Kind: schema.Invalid, Detail: detail, Fix: "leave --strict away, or choose a format that carries them"}
		for _, l := range r.LeftOut {
			e.At = append(e.At, schema.Place{Field: l.Item, Detail: l.Name + ": " + l.Reason})
		}
		return e
	}
	_, _ = fmt.Fprintln(a.err, "note: "+detail+"; these were left out:")
	for _, l := range r.LeftOut {
		_, _ = fmt.Fprintln(a.err, "  "+plain(l.Item+" "+l.Name+": "+l.Reason))
	}
	return nil
}
