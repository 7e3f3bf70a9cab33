package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/patternbook/patternbook/schema"
)

func (a *app) newTrace() *cobra.Command {
	var depth int
	c := &cobra.Command{
		Use: "trace MAKER/SERIAL", Short: "Trace a unit back to design, files and BOM", Args: cobra.ExactArgs(1),
		Long: `Trace a unit: to its batch, to the exact release it was made from, to what was
recorded of it and of the units in it, and to the advisories that concern it.`,
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
			t, err := remote.Trace(c.Context(), unit, depth)
			if err != nil {
				return err
			}
			return a.print(t, func(w io.Writer) { printTrace(w, t) })
		},
	}
	c.Flags().IntVar(&depth, "depth", 8, "levels of units in units")
	return c
}

func printTrace(w io.Writer, t schema.Trace) {
	rows := newTable(w)
	for _, v := range t.Advisories {
		rows.row(plainStatus(v.UnitStatus), fmt.Sprintf("%s, %s: %s (%s)", v.ID, v.Severity, v.Title, plainWord(string(v.Basis))))
		if v.Remedy != "" && v.UnitStatus == schema.KnownAffected {
			rows.row("", v.Remedy)
		}
	}
	rows.row("unit", t.Unit.String())
	rows.row("batch", fmt.Sprintf("%s, %d units, %s", t.Batch, t.Production.Units, t.Production.Status))
	if t.Production.Conformance != "" {
		rows.row("", plainWord(string(t.Production.Conformance)))
	}
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
	printBuilt(rows, t)
	for _, u := range t.SitsIn {
		rows.row("sits in", u.String())
	}
	_ = rows.Flush()
	printFindings(w, t.Findings)
}

// printBuilt lists what is known of the unit beside its design.
func printBuilt(rows table, t schema.Trace) {
	for _, i := range t.Items {
		rows.row("line "+i.Line, describeItem(i))
	}
	for _, d := range t.Deviations {
		rows.row(plainWord(string(d.Kind)), strings.TrimSpace(d.Line+" "+nameOfPart(d.Actual))+": "+d.Reason)
	}
	for _, n := range t.Inspections {
		rows.row("inspected", strings.TrimSpace(n.Result+" "+n.At.String()+" "+n.Note))
	}
	for _, e := range t.Events {
		text := e.At.String()
		if e.Claim {
			text += ", as " + e.Author.String() + " says"
		}
		if !e.Remedies.IsZero() {
			text += ", for " + e.Remedies.String()
		}
		rows.row(string(e.Event), text)
	}
	printUnits(rows, t.Units, "")
}

func printUnits(rows table, units []schema.TracedUnit, above string) {
	for _, u := range units {
		text := fmt.Sprintf("%s at %s%s", u.Unit, above, u.Line)
		if u.Batch.Maker.IsZero() {
			text += ", not registered"
		} else {
			text += fmt.Sprintf(", of %s, %s@%s", u.Batch, u.Design, u.Version)
		}
		rows.row("has in it", text)
		printUnits(rows, u.Units, above+u.Line+"/")
	}
}

// describeItem says in a line what is known to stand on a line.
func describeItem(i schema.TracedItem) string {
	var text []string
	add := func(what, s string) {
		if s != "" {
			text = append(text, strings.TrimSpace(what+" "+s))
		}
	}
	add("", plainWord(i.Kind))
	add("", nameOfPart(i.Part))
	add("lot", i.Lot)
	add("serial", i.Serial)
	if !i.Unit.Maker.IsZero() {
		add("unit", i.Unit.String())
	}
	if !i.Batch.Maker.IsZero() {
		add("of the batch", i.Batch.String())
	}
	if len(text) == 0 {
		text = []string{"as designed"}
	}
	return strings.Join(text, ", ") + " (recorded of the " + string(i.Of) + ")"
}

// nameOfPart names a part in a table.
func nameOfPart(p schema.Part) string {
	return strings.Join(strings.Fields(strings.Join([]string{p.Manufacturer, p.MPN, p.Standard, p.Version}, " ")), " ")
}

// plainWord writes a word of a closed list, such as in_progress, as people write it.
func plainWord(word string) string { return strings.ReplaceAll(word, "_", " ") }

// plainStatus says what an advisory means for a unit.
func plainStatus(s schema.UnitStatus) string {
	switch s {
	case schema.KnownAffected:
		return "AFFECTED"
	case schema.UnderInvestigation:
		return "may be affected"
	case schema.Fixed:
		return "was fixed"
	}
	return "not affected"
}

func printAssemblies(rows table, list []schema.TracedAssembly, above string) {
	for _, p := range list {
		rows.row("contains", fmt.Sprintf("%s@%s at %s%s", p.Design, p.Version, above, p.Item))
		printAssemblies(rows, p.Assemblies, above+p.Item+"/")
	}
}
