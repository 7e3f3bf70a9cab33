package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/patternbook/patternbook/schema"
)

func (a *app) newTrace() *cobra.Command {
	return &cobra.Command{
		Use: "trace MAKER/SERIAL", Short: "Trace a unit back to design, files and BOM", Args: cobra.ExactArgs(1),
		Example: "  patternbook trace coop/LAMP-0007",
		RunE: func(c *cobra.Command, args []string) error {
			unit, err := schema.ParseUnit(args[0])
			if err != nil {
				return err
			}
			remote, err := a.client()
			if err != nil {
				return err
			}
			t, err := remote.Trace(c.Context(), unit)
			if err != nil {
				return err
			}
			return a.print(t, func(w io.Writer) { printTrace(w, t) })
		},
	}
}

func printTrace(w io.Writer, t schema.Trace) {
	rows := newTable(w)
	rows.row("unit", t.Unit.String())
	rows.row("batch", fmt.Sprintf("%s, %d units, %s", t.Batch, t.Production.Units, t.Production.Status))
	rows.row("design", fmt.Sprintf("%s@%s, %s", t.Release.Design, t.Release.Version, t.Release.Name))
	rows.row("release", t.Release.Digest.String())
	if t.Release.Status == schema.Yanked || t.Release.Status == schema.Deprecated {
		rows.row("", fmt.Sprintf("%s: %s", t.Release.Status, t.Release.Reason))
	}
	if t.Release.Quarantine != "" {
		rows.row("", "under quarantine: "+t.Release.Quarantine)
	}
	if t.BOM != nil {
		rows.row("BOM", t.BOM.Digest.String())
	}
	rows.row("files", fmt.Sprintf("%d, by digest", len(t.Files)))
	rows.row("licence", t.Licences.Hardware)
	for _, c := range t.Contributors {
		rows.row(c.Role, c.Name)
	}
	printAssemblies(rows, t.Assemblies, "")
	_ = rows.Flush()
}

func printAssemblies(rows table, list []schema.TracedAssembly, above string) {
	for _, p := range list {
		rows.row("contains", fmt.Sprintf("%s@%s at %s%s", p.Design, p.Version, above, p.Item))
		printAssemblies(rows, p.Assemblies, above+p.Item+"/")
	}
}
