package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/client"
	"github.com/patternbook/patternbook/schema"
)

func (a *app) newBOM() *cobra.Command {
	var view, format, output string
	var units int64
	c := &cobra.Command{
		Use: "bom REF|DIR|FILE", Short: "Show a bill of materials, for any number of units", Args: cobra.ExactArgs(1),
		Long: `Show the bill of materials of a published release, of a design's folder, or of a
single BOM file. A name that can be a reference is one; write ./name for a folder.

Views: lines as written; tree with the assemblies opened; flat with the parts
summed over the tree; make with what the workshop makes itself.`,
		Example: "  patternbook bom ada/bench-lamp --view flat --units 10\n  patternbook bom ada/bench-lamp@1.0.0 --view flat --format csv -o order.csv\n  patternbook bom ./lamp/bom.csv",
		RunE: func(c *cobra.Command, args []string) error {
			if a.json {
				format = "json"
			}
			data, err := a.readBOM(c.Context(), args[0], bom.View(view), units, format)
			if err != nil {
				return err
			}
			if output == "" || output == "-" {
				_, err = a.out.Write(data)
				return err
			}
			if err := os.WriteFile(output, data, 0o644); err != nil {
				return fmt.Errorf("write the bill of materials: %w", err)
			}
			return nil
		},
	}
	c.Flags().StringVar(&view, "view", "lines", "lines, tree, flat or make")
	c.Flags().Int64Var(&units, "units", 1, "how many units of the design")
	c.Flags().StringVar(&format, "format", "table", "table, json, csv or tsv")
	c.Flags().StringVarP(&output, "output", "o", "", "file to write to; standard output if nothing is said")
	return c
}

func (a *app) readBOM(ctx context.Context, what string, view bom.View, units int64, format string) ([]byte, error) {
	switch format {
	case "table", "json", "csv", "tsv":
	default:
		return nil, usageError{fmt.Errorf("%q is not a format: choose table, json, csv or tsv", format)}
	}
	if units < 1 {
		return nil, usageError{fmt.Errorf("%d is not a number of units: write 1 or more", units)}
	}
	ref, err := schema.ParseReference(what)
	if err != nil || strings.HasPrefix(what, ".") {
		if _, missing := os.Stat(what); missing != nil {
			return nil, errors.Join(err, missing)
		}
		b, err := localBOM(ctx, what, view, units)
		if err != nil {
			return nil, err
		}
		return writeBOM(b, format)
	}
	remote, err := a.client()
	if err != nil {
		return nil, err
	}
	q := client.BOMQuery{View: view, Units: units, Format: format}
	if format == "table" {
		q.Format = "json"
	}
	data, err := remote.BOM(ctx, ref, q)
	if err != nil || format != "table" {
		return data, err
	}
	var b bom.BOM
	if err := json.Unmarshal(data, &b); err != nil {
		return nil, fmt.Errorf("read the registry's answer: %w", err)
	}
	return writeBOM(&b, format)
}

// localBOM reads the BOM of a design's folder, or a single file. Its assemblies
// are not opened: only a registry knows them.
func localBOM(ctx context.Context, path string, view bom.View, units int64) (*bom.BOM, error) {
	b, err := readLocal(ctx, path)
	if err != nil {
		return nil, err
	}
	tree, err := bom.Explode(ctx, &bom.Node{BOM: b}, nil, bom.Choices{})
	if err != nil {
		return nil, err
	}
	return tree.View(bom.Query{View: view, Units: units})
}

func readLocal(ctx context.Context, path string) (*bom.BOM, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		check, err := client.CheckFolder(ctx, path, schema.Version{})
		if err != nil {
			return nil, err
		}
		if check.BOM == nil {
			return nil, &schema.Error{Kind: schema.NotFound, Detail: path + " has no bill of materials that can be read", Fix: "name one as bom in its manifest"}
		}
		return check.BOM, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return bom.Read(filepath.Base(path), f)
}

func writeBOM(b *bom.BOM, format string) ([]byte, error) {
	var buf bytes.Buffer
	var err error
	switch format {
	case "json":
		enc := json.NewEncoder(&buf)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		err = enc.Encode(b)
	case "csv":
		err = bom.WriteCSV(&buf, b)
	case "tsv":
		err = bom.WriteTSV(&buf, b)
	default:
		printBOM(&buf, b)
	}
	return buf.Bytes(), err
}

func printBOM(w io.Writer, b *bom.BOM) {
	t := newTable(w, "LINE", "REQUIRED", "UNIT", "NAME", "PART", "KIND")
	printLines(t, b.Lines, "")
	_ = t.Flush()
	if len(b.Tools) > 0 {
		_, _ = fmt.Fprintln(w, "\ntools:")
		for _, l := range b.Tools {
			_, _ = fmt.Fprintln(w, "  "+plain(l.Name))
		}
	}
	_, _ = fmt.Fprintf(w, "\n%d lines, %s pieces", b.Summary.Lines, b.Summary.Quantity)
	if b.Summary.UnfittedLines > 0 {
		_, _ = fmt.Fprintf(w, "; %d lines are not fitted", b.Summary.UnfittedLines)
	}
	_, _ = fmt.Fprintln(w)
}

func printLines(t table, lines []bom.Line, above string) {
	for _, l := range lines {
		required := l.Required.String()
		if !l.Fitted {
			required = "not fitted"
		}
		unit := l.Unit
		if unit == bom.Pieces {
			unit = ""
		}
		t.row(above+l.Item, required, unit, short(l.Name, 40), short(partText(l), 50), string(l.Kind))
		if l.BOM != nil {
			printLines(t, l.BOM.Lines, above+l.Item+"/")
		}
	}
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
