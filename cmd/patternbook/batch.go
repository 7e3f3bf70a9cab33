package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/patternbook/patternbook/schema"
)

func (a *app) newBatch() *cobra.Command {
	c := &cobra.Command{Use: "batch", Short: "Register and show production batches", Args: cobra.NoArgs, RunE: func(c *cobra.Command, _ []string) error {
		return usageError{fmt.Errorf("say what to do with a batch: register, template, record, revise, show or list")}
	}}
	c.AddCommand(a.newBatchRegister(), a.newBatchTemplate(), a.newBatchRecord(), a.newBatchRevise(), a.newBatchShow(), a.newBatchList())
	return c
}

// A batchForm is what the flags of batch register say.
type batchForm struct {
	maker, batch, serials, status, conformance, place, began, ended, variant, lot, note string
	quantity                                                                            int
	allowYanked                                                                         bool
	build, asBuilt                                                                      string
}

func (a *app) newBatchRegister() *cobra.Command {
	var f batchForm
	c := &cobra.Command{
		Use: "register [REF]", Short: "Register the units made in one production run", Args: cobra.MaximumNArgs(1),
		Long: `Register a batch: it ties each of its units for ever to the exact release that
they were made from. Serials are patterns like LAMP-{0001..0200}, several
separated by commas, or @FILE with one on each line.

--conformance says how far the units are as their design says, and --as-built
what is known to be in them, from a file that patternbook batch template writes.

What the flags do not say is taken from the build file, which also gave the bill
of materials: design, units, variant, maker, batch and serials.`,
		Example: `  patternbook batch register ada/bench-lamp@1.0.0 --as coop --batch LOT-7 --quantity 200 --serials "LAMP-{0001..0200}" --conformance as_designed
  patternbook batch register --build build.yaml --conformance with_deviations --as-built built.yaml`,
		RunE: func(c *cobra.Command, args []string) error {
			ref, err := f.fill(args)
			if err != nil {
				return err
			}
			d, err := f.document()
			if err != nil {
				return err
			}
			remote, err := a.client()
			if err != nil {
				return err
			}
			exact, release, err := remote.Exact(c.Context(), ref)
			if err != nil {
				return err
			}
			overview, err := remote.Design(c.Context(), ref.Design)
			if err != nil {
				return err
			}
			if err := a.checkYanked(overview, exact, f.allowYanked); err != nil {
				return err
			}
			me, err := remote.Whoami(c.Context())
			if err != nil {
				return err
			}
			d.Author, d.Release = me.Account, exact.Digest
			if d.AsBuilt, err = a.readAsBuilt(c.Context(), f.asBuilt, exact.Digest); err != nil {
				return err
			}
			done, err := remote.RegisterBatch(c.Context(), d)
			if err != nil {
				return err
			}
			return a.print(done, func(w io.Writer) {
				_, _ = fmt.Fprintf(w, "%s: %d units of %s@%s are registered (ledger entry %d)\n", done.Batch, d.Planned, release.Design, release.Version, done.LedgerIndex)
				printOpen(w, done.Advisories)
			})
		},
	}
	c.Flags().StringVar(&f.maker, "as", "", "account of the maker: yours, or an organisation's that you make for")
	c.Flags().StringVar(&f.batch, "batch", "", "name of the batch, like LOT-7")
	c.Flags().IntVar(&f.quantity, "quantity", 0, "how many units")
	c.Flags().StringVar(&f.serials, "serials", "", "their serials: patterns like LAMP-{0001..0200}, or @FILE")
	c.Flags().StringVar(&f.status, "status", string(schema.BatchCompleted), "planned, in_progress, completed or abandoned")
	c.Flags().StringVar(&f.conformance, "conformance", "", "how far they are as designed: as_designed, with_deviations or modified_design")
	c.Flags().StringVar(&f.asBuilt, "as-built", "", "file (JSON, YAML or CSV) of what is known to be in the units")
	c.Flags().StringVar(&f.place, "place", "", "where, as ISO 3166 code, like DE or DE-BY")
	c.Flags().StringVar(&f.began, "began", "", "when work began, like 2026-11-01T09:30:00Z")
	c.Flags().StringVar(&f.ended, "ended", "", "when it ended")
	c.Flags().StringVar(&f.variant, "variant", "", "variant of the design")
	c.Flags().StringVar(&f.lot, "lot", "", "lot code on the product, if it is not the batch's name")
	c.Flags().StringVar(&f.note, "note", "", "anything else worth knowing")
	c.Flags().BoolVar(&f.allowYanked, "allow-yanked", false, "register units of a release that was yanked")
	c.Flags().StringVar(&f.build, "build", "", "build file (YAML) for what the flags do not say")
	return c
}

// fill takes from the build file what neither the arguments nor the flags say,
// and gives the release that the batch is made from.
func (f *batchForm) fill(args []string) (ref schema.Reference, err error) {
	build, err := readBuild(f.build)
	if err != nil {
		return ref, err
	}
	if ref = build.Design; len(args) > 0 {
		if ref, err = schema.ParseReference(args[0]); err != nil {
			return ref, err
		}
	}
	f.maker = cmp.Or(f.maker, build.Batch.Maker.String())
	f.batch = cmp.Or(f.batch, build.Batch.Batch.String())
	f.quantity = cmp.Or(f.quantity, int(build.Units))
	f.variant = cmp.Or(f.variant, strings.Join(build.Variants, ","))
	if f.serials == "" {
		var patterns []string
		for _, p := range build.Batch.Serials {
			patterns = append(patterns, p.String())
		}
		f.serials = strings.Join(patterns, ",")
	}
	for _, needed := range []struct {
		missing   bool
		what, fix string
	}{
		{ref.Design.IsZero(), "the design", "as owner/name@1.0.0"}, {f.maker == "", "the maker", "with --as"},
		{f.batch == "", "the batch", "with --batch"}, {f.quantity == 0, "the number of units", "with --quantity"},
	} {
		if needed.missing {
			return ref, usageError{fmt.Errorf("%s is missing: give it %s, or in a build file with --build", needed.what, needed.fix)}
		}
	}
	return ref, nil
}

// document makes the batch document, but for its release.
func (f batchForm) document() (d schema.Batch, err error) {
	d = schema.Batch{
		Head: schema.Head{Kind: schema.KindBatch}, Serials: []schema.SerialPattern{}, Planned: f.quantity, Status: schema.BatchStatus(f.status),
		Conformance: schema.Conformance(f.conformance), Place: schema.Place3166(f.place), Variant: f.variant, Lot: f.lot, Note: f.note,
	}
	if d.Maker, err = schema.ParseName(f.maker); err != nil {
		return d, err
	}
	if d.Batch, err = schema.ParseSerial(f.batch); err != nil {
		return d, err
	}
	for _, t := range []struct {
		text string
		time *schema.Time
	}{{f.began, &d.BeganAt}, {f.ended, &d.EndedAt}} {
		if err := t.time.UnmarshalText([]byte(t.text)); err != nil {
			return d, err
		}
	}
	patterns, err := readSerials(f.serials)
	if len(patterns) > 0 {
		d.Serials = patterns
	}
	return d, err
}

// readSerials reads patterns of serials, or the file with them that @FILE names.
func readSerials(text string) ([]schema.SerialPattern, error) {
	if path, ok := strings.CutPrefix(text, "@"); ok {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("read the serials: %w", err)
		}
		text = string(data)
	}
	return schema.ParseSerialPatterns(text)
}

func (a *app) checkYanked(overview schema.DesignOverview, exact schema.Reference, allowed bool) error {
	for _, v := range overview.Versions {
		if v.Digest != exact.Digest || v.Status != schema.Yanked {
			continue
		}
		if !allowed {
			return &schema.Error{
				Kind: schema.Conflict, Detail: fmt.Sprintf("%s@%s was yanked: %s", overview.Design, v.Version, v.Reason),
				Fix: "make another version, or say --allow-yanked",
			}
		}
		_, _ = fmt.Fprintf(a.err, "note: %s@%s was yanked: %s\n", overview.Design, v.Version, plain(v.Reason))
	}
	return nil
}

// printOpen warns of advisories on what was just registered.
func printOpen(w io.Writer, list []schema.AdvisorySummary) {
	for _, v := range list {
		_, _ = fmt.Fprintf(w, "warning: %s concerns these units: %s (%s); see patternbook advisory affected %s\n", v.ID, plain(v.Title), v.Severity, v.ID)
	}
}

func (a *app) newBatchShow() *cobra.Command {
	return &cobra.Command{
		Use: "show MAKER/BATCH", Short: "Show a batch", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			name, err := schema.ParseBatchName(args[0])
			if err != nil {
				return err
			}
			remote, err := a.client()
			if err != nil {
				return err
			}
			b, err := remote.Batch(c.Context(), name)
			if err != nil {
				return err
			}
			return a.print(b, func(w io.Writer) {
				t := newTable(w)
				t.row("batch", b.Batch.String())
				t.row("release", fmt.Sprintf("%s@%s", b.Design, b.Version))
				t.row("digest", b.Release.String())
				t.row("units", fmt.Sprint(b.Planned))
				t.row("status", string(b.Status))
				t.row("conformance", string(b.Document.Conformance))
				t.row("registered", b.Time.String())
				for _, p := range b.Document.Serials {
					t.row("serials", p.String())
				}
				_ = t.Flush()
			})
		},
	}
}

func (a *app) newBatchList() *cobra.Command {
	var maker, design, place string
	var q schema.BatchQuery
	var limit int
	var counts bool
	c := &cobra.Command{
		Use: "list", Short: "List the latest batches, or how much was made", Args: cobra.NoArgs,
		Example: "  patternbook batch list --design ada/bench-lamp --forks --place DE\n  patternbook batch list --design ada/bench-lamp --counts",
		RunE: func(c *cobra.Command, _ []string) error {
			if err := errors.Join(q.Maker.UnmarshalText([]byte(maker)), q.Design.UnmarshalText([]byte(design))); err != nil {
				return err
			}
			q.Place = schema.Place3166(place)
			remote, err := a.client()
			if err != nil {
				return err
			}
			if counts {
				made, err := remote.CountBatches(c.Context(), q)
				if err != nil {
					return err
				}
				return a.print(made, func(w io.Writer) { printCounts(w, made) })
			}
			list, err := remote.Batches(c.Context(), q, limit)
			if err != nil {
				return err
			}
			return a.print(list, func(w io.Writer) {
				t := newTable(w, "BATCH", "RELEASE", "UNITS", "STATUS", "PLACE", "REGISTERED")
				for _, b := range list.Batches {
					t.row(b.Batch.String(), fmt.Sprintf("%s@%s", b.Design, b.Version), fmt.Sprint(b.Planned), string(b.Status), string(b.Place), b.Time.String())
				}
				_ = t.Flush()
				printMore(w, list.Next)
			})
		},
	}
	c.Flags().StringVar(&maker, "maker", "", "only batches of this account")
	c.Flags().StringVar(&design, "design", "", "only batches made from any version of this design")
	c.Flags().BoolVar(&q.Forks, "forks", false, "with --design: also those made from what is derived from it")
	c.Flags().StringVar(&place, "place", "", "only batches made there, or in a part of there, like DE or DE-BY")
	c.Flags().BoolVar(&counts, "counts", false, "only how much was made, by whom and where")
	c.Flags().IntVar(&limit, "limit", 50, "how many to list")
	return c
}

func printCounts(w io.Writer, made schema.BatchCounts) {
	_, _ = fmt.Fprintf(w, "%d units in %d batches\n", made.Units, made.Batches)
	t := newTable(w, "MAKER", "PLACE", "UNITS", "BATCHES")
	for _, b := range made.By {
		t.row(b.Maker.String(), string(b.Place), fmt.Sprint(b.Units), fmt.Sprint(b.Batches))
	}
	_ = t.Flush()
}
