package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/patternbook/patternbook/schema"
)

func (a *app) newUnit() *cobra.Command {
	c := &cobra.Command{Use: "unit", Short: "Show units, and tell what happened to them", Args: cobra.NoArgs, RunE: func(*cobra.Command, []string) error {
		return usageError{errors.New("say what to do with a unit: show or event")}
	}}
	c.AddCommand(a.newUnitShow(), a.newUnitEvent())
	return c
}

func (a *app) newUnitShow() *cobra.Command {
	return &cobra.Command{
		Use: "show MAKER/SERIAL", Short: "Show a unit: what is in it, what happened to it, and what warns of it", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			unit, err := schema.ParseUnit(args[0])
			if err != nil {
				return err
			}
			remote, err := a.client()
			if err != nil {
				return err
			}
			t, err := remote.Trace(c.Context(), unit, 1)
			if err != nil {
				return err
			}
			return a.print(t, func(w io.Writer) {
				rows := newTable(w)
				rows.row("unit", t.Unit.String())
				rows.row("batch", t.Batch.String())
				rows.row("design", fmt.Sprintf("%s@%s, %s", t.Release.Design, t.Release.Version, t.Release.Name))
				for _, v := range t.Advisories {
					rows.row(plainStatus(v.UnitStatus), fmt.Sprintf("%s, %s: %s", v.ID, v.Severity, v.Title))
				}
				printBuilt(rows, t)
				_ = rows.Flush()
			})
		},
	}
}

// An eventForm is what the flags of unit event say.
type eventForm struct {
	at, file, remedies, corrects, confirms, by, note string
	removed                                          []string
}

func (a *app) newUnitEvent() *cobra.Command {
	var f eventForm
	kinds := make([]string, 0, len(schema.EventKinds()))
	for _, k := range schema.EventKinds() {
		kinds = append(kinds, string(k))
	}
	c := &cobra.Command{
		Use: "event MAKER/SERIAL EVENT", Short: "Tell what happened to a unit: " + strings.Join(kinds[:4], ", ") + ", …", Args: cobra.ExactArgs(2),
		Long: `Tell what happened to a unit. Of its maker it counts at once; of anybody else it
stands as a claim until the maker confirms it.
The events are ` + strings.Join(kinds, ", ") + `.`,
		Example: `  patternbook unit event coop/LAMP-0007 repaired --removed 16/10 --installed new.csv --remedies pba-2026-7
  patternbook unit event coop/LAMP-0007 confirmed --confirms sha256:…`,
		RunE: func(c *cobra.Command, args []string) error {
			unit, err := schema.ParseUnit(args[0])
			if err != nil {
				return err
			}
			remote, err := a.client()
			if err != nil {
				return err
			}
			me, err := remote.Whoami(c.Context())
			if err != nil {
				return err
			}
			d := schema.UnitEvent{
				Head: schema.Head{Kind: schema.KindUnitEvent, Author: me.Account}, Unit: unit, Event: schema.EventKind(args[1]), At: schema.TimeOf(time.Now()), By: f.by, Note: f.note,
			}
			if f.at != "" {
				if d.At, err = schema.ParseTime(f.at); err != nil {
					return err
				}
			}
			if err := errors.Join(d.Remedies.UnmarshalText([]byte(f.remedies)), d.Corrects.UnmarshalText([]byte(f.corrects)), d.Confirms.UnmarshalText([]byte(f.confirms))); err != nil {
				return err
			}
			if len(f.removed) > 0 || f.file != "" {
				t, err := remote.Trace(c.Context(), unit, 1)
				if err != nil {
					return err
				}
				if err := a.exchanged(c, f, t.Release.Digest, &d); err != nil {
					return err
				}
			}
			done, err := remote.RecordEvent(c.Context(), d)
			if err != nil {
				return err
			}
			return a.print(done, func(w io.Writer) {
				_, _ = fmt.Fprintf(w, "%s: %s (ledger entry %d, document %s)\n", unit, d.Event, done.LedgerIndex, done.Digest)
			})
		},
	}
	c.Flags().StringVar(&f.at, "at", "", "when it happened, like 2026-11-02T09:30:00Z; now if not said")
	c.Flags().StringSliceVar(&f.removed, "removed", nil, "lines of which the item was taken out, by path, item or name")
	c.Flags().StringVar(&f.file, "installed", "", "as-built file (JSON, YAML or CSV) of what was put in")
	c.Flags().StringVar(&f.remedies, "remedies", "", "the advisory that it makes good, like pba-2026-7")
	c.Flags().StringVar(&f.corrects, "corrects", "", "digest of the event whose place this one takes")
	c.Flags().StringVar(&f.confirms, "confirms", "", "digest of somebody else's event that you, the maker, stand by")
	c.Flags().StringVar(&f.by, "by", "", "who did it, by a pseudonym")
	c.Flags().StringVar(&f.note, "note", "", "anything else worth knowing")
	return c
}

// exchanged says in an event what was taken out of a unit and put into it.
func (a *app) exchanged(c *cobra.Command, f eventForm, release schema.Digest, d *schema.UnitEvent) error {
	tree, err := a.tree(c.Context(), release)
	if err != nil {
		return err
	}
	for _, line := range f.removed {
		place, err := tree.Find(line)
		if err != nil {
			return err
		}
		d.Removed = append(d.Removed, place.Path)
	}
	built, err := a.readAsBuilt(c.Context(), f.file, release)
	d.Installed = built.Items
	return err
}
