package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/patternbook/patternbook/client"
	"github.com/patternbook/patternbook/schema"
)

func (a *app) newCheck() *cobra.Command {
	var text string
	var in bomInput
	c := &cobra.Command{
		Use: "check [DIR|MANIFEST]", Short: "Tell what publishing would publish, and everything it would say", Args: cobra.MaximumNArgs(1),
		Long: `Read a design's folder as publish would, without a registry: its manifest, the
files that would be published, its bill of materials, and every finding. The exit
status is 1 only if publishing would be refused.`,
		RunE: func(c *cobra.Command, args []string) error {
			v, err := parseVersion(a, text)
			if err != nil {
				return err
			}
			check, err := client.CheckFolder(c.Context(), folderArg(args), client.PublishOptions{Version: v, Columns: in.columns})
			if err != nil {
				return err
			}
			if err := a.print(check, func(w io.Writer) { printCheck(w, check) }); err != nil {
				return err
			}
			return check.Refused()
		},
	}
	c.Flags().StringVar(&text, "version", "", "version that publish would be given")
	in.flags(c.Flags())
	return c
}

func folderArg(args []string) string {
	if len(args) == 0 {
		return "."
	}
	return args[0]
}

// parseVersion reads a --version, completes a loose one, and says so.
func parseVersion(a *app, text string) (schema.Version, error) {
	if text == "" {
		return schema.Version{}, nil
	}
	v, err := schema.CompleteVersion(text)
	if err == nil && v.String() != text {
		_, _ = fmt.Fprintf(a.err, "version %s is written %s\n", text, v)
	}
	return v, err
}

func printCheck(w io.Writer, check *client.Check) {
	m := check.Manifest
	t := newTable(w)
	t.row("manifest", m.Path+" (OKH "+m.Dialect+")")
	t.row("name", m.Name)
	t.row("version", m.Version)
	t.row("licence", m.Licences.Hardware)
	if b := check.BOM; b != nil {
		t.row("BOM", fmt.Sprintf("%d lines, %s pieces", b.Summary.Lines, b.Summary.Quantity))
	} else {
		t.row("BOM", "none")
	}
	_ = t.Flush()
	_, _ = fmt.Fprintln(w)
	t = newTable(w, "FILE", "BYTES", "ROLE")
	var total int64
	for _, f := range check.Files {
		t.row(f.Path, fmt.Sprint(f.Size), string(f.Role))
		total += f.Size
	}
	_ = t.Flush()
	_, _ = fmt.Fprintf(w, "%d files, %d bytes\n", len(check.Files), total)
	if len(check.Findings) > 0 {
		_, _ = fmt.Fprintln(w)
		printFindings(w, check.Findings)
	}
}
