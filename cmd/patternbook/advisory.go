package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/patternbook/patternbook/client"
	"github.com/patternbook/patternbook/schema"
)

func (a *app) newAdvisory() *cobra.Command {
	c := &cobra.Command{Use: "advisory", Short: "Warn of defects, and see which units they concern", Args: cobra.NoArgs, RunE: func(*cobra.Command, []string) error {
		return usageError{errors.New("say what to do with an advisory: publish, revise, withdraw, answer, show, list or affected")}
	}}
	c.AddCommand(a.newAdvisoryPublish(), a.newAdvisoryRevise(), a.newAdvisoryWithdraw(), a.newAdvisoryAnswer(), a.newAdvisoryShow(), a.newAdvisoryList(), a.newAdvisoryAffected())
	return c
}

// An advisoryForm is what the flags of advisory publish say.
type advisoryForm struct {
	as, design, manufacturer, mpn, standard, lot, firmware, batch, maker, serials string
	title, severity, hazard, remedy, status, reason                               string
	fixedIn                                                                       []string
}

func (f *advisoryForm) flags(c *cobra.Command) {
	c.Flags().StringVar(&f.as, "as", "", "in whose name: yours if not said, or an organisation's")
	c.Flags().StringVar(&f.design, "design", "", `design and versions, like "ada/lamp@>=1.0.0 <1.2.1"; its forks and what contains it are meant too`)
	c.Flags().StringVar(&f.manufacturer, "part-manufacturer", "", "manufacturer of the part")
	c.Flags().StringVar(&f.mpn, "part-mpn", "", "the manufacturer's number of the part")
	c.Flags().StringVar(&f.standard, "part-standard", "", "standard of the part, like ISO 4032 M8")
	c.Flags().StringVar(&f.lot, "lot", "", "lot of the part")
	c.Flags().StringVar(&f.firmware, "firmware", "", "version of the firmware")
	c.Flags().StringVar(&f.batch, "batch", "", "batch, like coop/LOT-7")
	c.Flags().StringVar(&f.maker, "maker", "", "maker of the units")
	c.Flags().StringVar(&f.serials, "serials", "", "serials of the batch or of the maker, like LAMP-{0001..0050}")
	c.Flags().StringVar(&f.title, "title", "", "the defect in a few words")
	c.Flags().StringVar(&f.severity, "severity", "", "low, medium, high or critical")
	c.Flags().StringVar(&f.hazard, "hazard", "", "what can happen")
	c.Flags().StringVar(&f.remedy, "remedy", "", "what to do")
	c.Flags().StringSliceVar(&f.fixedIn, "fixed-in", nil, "releases without the defect, like ada/lamp@1.2.1")
	c.Flags().StringVar(&f.status, "status", "", "published or reported; published if you are entitled to, else reported")
	c.Flags().StringVar(&f.reason, "reason", "", "why it is revised")
}

// write writes what the flags say over a document.
func (f *advisoryForm) write(d *schema.Advisory) error {
	if f.design != "" {
		ref, err := schema.ParseReference(f.design)
		if err != nil {
			return err
		}
		if !ref.Digest.IsZero() {
			return usageError{errors.New("name the versions of the design, not the digest of one: like ada/lamp@1.2.0")}
		}
		d.Selectors.Design, d.Selectors.Versions = ref.Design, ref.Range
		if !ref.Version.IsZero() {
			d.Selectors.Versions = ref.Version.String()
		}
	}
	for _, t := range []struct {
		text string
		into *string
	}{
		{f.manufacturer, &d.Selectors.Part.Manufacturer}, {f.mpn, &d.Selectors.Part.MPN}, {f.standard, &d.Selectors.Part.Standard}, {f.lot, &d.Selectors.Lot},
		{f.firmware, &d.Selectors.Firmware}, {f.title, &d.Title}, {f.hazard, &d.Hazard}, {f.remedy, &d.Remedy}, {f.reason, &d.Reason},
	} {
		if t.text != "" {
			*t.into = t.text
		}
	}
	if f.severity != "" {
		d.Severity = schema.AdvisoryGrade(f.severity)
	}
	if f.status != "" {
		d.Status = schema.AdvisoryStatus(f.status)
	}
	for _, text := range f.fixedIn {
		ref, err := schema.ParseReference(text)
		if err != nil {
			return err
		}
		d.FixedIn = append(d.FixedIn, ref)
	}
	return f.writeUnits(d)
}

// writeUnits writes which units the flags name. Serials may carry their maker:
// coop/LAMP-{1..9}.
func (f *advisoryForm) writeUnits(d *schema.Advisory) error {
	s := &d.Selectors
	if f.batch != "" {
		if err := s.Batch.UnmarshalText([]byte(f.batch)); err != nil {
			return err
		}
	}
	if maker, rest, ok := strings.Cut(f.serials, "/"); ok {
		f.maker, f.serials = maker, rest
	}
	if f.maker != "" && s.Batch.Maker.IsZero() {
		if err := s.Maker.UnmarshalText([]byte(f.maker)); err != nil {
			return err
		}
	}
	if f.serials == "" {
		return nil
	}
	if s.Maker.IsZero() && s.Batch.Maker.IsZero() {
		s.Maker = d.Issuer
	}
	return s.Serials.UnmarshalText([]byte(f.serials))
}

func (a *app) newAdvisoryPublish() *cobra.Command {
	var f advisoryForm
	c := &cobra.Command{
		Use: "publish", Short: "Warn of a defect", Args: cobra.NoArgs,
		Long: `Warn of a defect. What the flags name must all hold of a unit for it to be meant.
Those who have designed or made what is meant publish; what anybody else says is
filed as reported, and shows as unconfirmed until one of those publishes it.`,
		Example: `  patternbook advisory publish --design "ada/bench-lamp@<1.0.1" --part-mpn 24H --part-manufacturer Nidec --lot 2431 \
      --title "The motor can burn" --severity high --remedy "Unplug it and ask for another motor."`,
		RunE: func(c *cobra.Command, _ []string) error {
			remote, err := a.client()
			if err != nil {
				return err
			}
			me, err := remote.Whoami(c.Context())
			if err != nil {
				return err
			}
			d := schema.Advisory{Head: schema.Head{Kind: schema.KindAdvisory, Author: me.Account}, Issuer: me.Account, Status: schema.AdvisoryPublished}
			if f.as != "" {
				if d.Issuer, err = schema.ParseName(f.as); err != nil {
					return err
				}
			}
			if err := f.write(&d); err != nil {
				return err
			}
			done, err := a.publishAdvisory(c.Context(), remote, d, f.status == "")
			if err != nil {
				return err
			}
			return a.print(done, func(w io.Writer) { printAdvisoryReceipt(w, done) })
		},
	}
	f.flags(c)
	return c
}

// publishAdvisory publishes an advisory; where its issuer is not entitled to, it is
// filed as reported if that is allowed, for a warning must not be lost.
func (a *app) publishAdvisory(ctx context.Context, remote *client.Client, d schema.Advisory, orReport bool) (schema.AdvisoryReceipt, error) {
	done, err := remote.PublishAdvisory(ctx, d)
	if !orReport || !errors.Is(err, schema.Forbidden) || d.Status != schema.AdvisoryPublished {
		return done, err
	}
	d.Status = schema.AdvisoryReported
	reported, reportErr := remote.PublishAdvisory(ctx, d)
	if reportErr != nil {
		return done, err
	}
	_, _ = fmt.Fprintf(a.err, "note: %s has neither designed nor made what this selects, so it is filed as reported, and shows as unconfirmed\n", d.Issuer)
	return reported, nil
}

func printAdvisoryReceipt(w io.Writer, done schema.AdvisoryReceipt) {
	_, _ = fmt.Fprintf(w, "%s is %s (ledger entry %d); which units it concerns: patternbook advisory affected %s\n", done.ID, done.Status, done.LedgerIndex, done.ID)
}

// changeAdvisory sends a document that follows an advisory's.
func (a *app) changeAdvisory(c *cobra.Command, text, as string, change func(*schema.Advisory) error) error {
	id, err := schema.ParseAdvisoryID(text)
	if err != nil {
		return err
	}
	remote, err := a.client()
	if err != nil {
		return err
	}
	now, err := remote.Advisory(c.Context(), id)
	if err != nil {
		return err
	}
	me, err := remote.Whoami(c.Context())
	if err != nil {
		return err
	}
	d := now.Document
	d.Author, d.Follows, d.Reason = me.Account, now.Digest, ""
	if as != "" {
		if d.Issuer, err = schema.ParseName(as); err != nil {
			return err
		}
	}
	if err := change(&d); err != nil {
		return err
	}
	done, err := remote.PublishAdvisory(c.Context(), d)
	if err != nil {
		return err
	}
	return a.print(done, func(w io.Writer) { printAdvisoryReceipt(w, done) })
}

func (a *app) newAdvisoryRevise() *cobra.Command {
	var f advisoryForm
	c := &cobra.Command{
		Use: "revise ID", Short: "Say an advisory anew; publish one that was reported", Args: cobra.ExactArgs(1),
		Example: `  patternbook advisory revise pba-2026-7 --severity critical --reason "a lamp has burnt"`,
		RunE: func(c *cobra.Command, args []string) error {
			return a.changeAdvisory(c, args[0], f.as, f.write)
		},
	}
	f.flags(c)
	return c
}

func (a *app) newAdvisoryWithdraw() *cobra.Command {
	var as, reason string
	c := &cobra.Command{
		Use: "withdraw ID", Short: "Take an advisory back that was wrong", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.changeAdvisory(c, args[0], as, func(d *schema.Advisory) error {
				d.Status, d.Reason = schema.AdvisoryWithdrawn, reason
				return nil
			})
		},
	}
	c.Flags().StringVar(&as, "as", "", "in whose name, if not in that of its issuer")
	c.Flags().StringVar(&reason, "reason", "", "why it was wrong")
	return c
}

func (a *app) newAdvisoryAnswer() *cobra.Command {
	var as, status, justification string
	var batches, designs []string
	c := &cobra.Command{
		Use: "answer ID", Short: "Say what an advisory means for your batches or designs", Args: cobra.ExactArgs(1),
		Long: `Answer an advisory: as the maker for your batches, all of them unless some are
named, or as the owner for your designs. No answer hides what was recorded of a unit.`,
		Example: `  patternbook advisory answer pba-2026-7 --as coop --batch coop/LOT-7 --status known_not_affected --justification "built with another motor"`,
		RunE: func(c *cobra.Command, args []string) error {
			id, err := schema.ParseAdvisoryID(args[0])
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
			d := schema.AdvisoryResponse{
				Head: schema.Head{Kind: schema.KindAdvisoryResponse, Author: me.Account}, Advisory: id, For: me.Account, Status: schema.UnitStatus(status), Justification: justification,
			}
			if as != "" {
				if d.For, err = schema.ParseName(as); err != nil {
					return err
				}
			}
			for _, text := range batches {
				name, err := schema.ParseBatchName(text)
				if err != nil {
					return err
				}
				d.Batches = append(d.Batches, name)
			}
			for _, text := range designs {
				design, err := schema.ParseDesign(text)
				if err != nil {
					return err
				}
				d.Designs = append(d.Designs, design)
			}
			done, err := remote.AnswerAdvisory(c.Context(), d)
			if err != nil {
				return err
			}
			return a.print(done, func(w io.Writer) {
				_, _ = fmt.Fprintf(w, "%s is answered by %s: %s (ledger entry %d)\n", id, d.For, plainWord(string(d.Status)), done.LedgerIndex)
			})
		},
	}
	c.Flags().StringVar(&as, "as", "", "in whose name: yours if not said, or an organisation's")
	c.Flags().StringVar(&status, "status", "", "known_affected, known_not_affected, fixed or under_investigation")
	c.Flags().StringVar(&justification, "justification", "", "why it is not affected, or what was done")
	c.Flags().StringSliceVar(&batches, "batch", nil, "only these batches, like coop/LOT-7")
	c.Flags().StringSliceVar(&designs, "design", nil, "these designs, like ada/lamp")
	return c
}

func (a *app) newAdvisoryShow() *cobra.Command {
	return &cobra.Command{
		Use: "show ID", Short: "Show an advisory and the answers to it", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			id, err := schema.ParseAdvisoryID(args[0])
			if err != nil {
				return err
			}
			remote, err := a.client()
			if err != nil {
				return err
			}
			v, err := remote.Advisory(c.Context(), id)
			if err != nil {
				return err
			}
			return a.print(v, func(w io.Writer) { printAdvisory(w, v) })
		},
	}
}

func printAdvisory(w io.Writer, v schema.AdvisoryAnswer) {
	rows := newTable(w)
	rows.row("advisory", fmt.Sprintf("%s, %s, %s", v.ID, v.Severity, confirmed(v.Status)))
	rows.row("title", v.Title)
	rows.row("issuer", v.Issuer.String())
	s := v.Document.Selectors
	for _, r := range []struct{ what, text string }{
		{"design", strings.TrimSpace(s.Design.String() + " " + s.Versions)}, {"part", nameOfPart(s.Part)}, {"lot", s.Lot}, {"firmware", s.Firmware},
		{"serials", s.Serials.String()}, {"hazard", v.Document.Hazard}, {"remedy", v.Document.Remedy}, {"reason", v.Document.Reason}, {"document", v.Digest.String()},
	} {
		if r.text != "" && r.text != "/" {
			rows.row(r.what, r.text)
		}
	}
	if !s.Batch.Maker.IsZero() {
		rows.row("batch", s.Batch.String())
	}
	if !s.Maker.IsZero() {
		rows.row("maker", s.Maker.String())
	}
	for _, r := range v.Document.FixedIn {
		rows.row("fixed in", r.String())
	}
	for _, r := range v.Responses {
		rows.row("answer", fmt.Sprintf("%s: %s. %s", r.Document.For, plainWord(string(r.Document.Status)), r.Document.Justification))
	}
	_ = rows.Flush()
}

// confirmed says how far an advisory can be believed.
func confirmed(s schema.AdvisoryStatus) string {
	if s == schema.AdvisoryReported {
		return "reported, unconfirmed"
	}
	return string(s)
}

func (a *app) newAdvisoryList() *cobra.Command {
	var status string
	var limit int
	c := &cobra.Command{
		Use: "list", Short: "List the latest advisories", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			remote, err := a.client()
			if err != nil {
				return err
			}
			list, err := remote.Advisories(c.Context(), schema.AdvisoryStatus(status), limit)
			if err != nil {
				return err
			}
			return a.print(list, func(w io.Writer) {
				t := newTable(w, "ADVISORY", "SEVERITY", "STATUS", "ISSUER", "TITLE")
				for _, v := range list.Advisories {
					t.row(v.ID.String(), string(v.Severity), confirmed(v.Status), v.Issuer.String(), short(v.Title, 60))
				}
				_ = t.Flush()
				printMore(w, list.Next)
			})
		},
	}
	c.Flags().StringVar(&status, "status", "", "only those that are reported, published or withdrawn")
	c.Flags().IntVar(&limit, "limit", 50, "how many to list")
	return c
}

func (a *app) newAdvisoryAffected() *cobra.Command {
	var status string
	var counts bool
	c := &cobra.Command{
		Use: "affected ID", Short: "List what an advisory means for every unit", Args: cobra.ExactArgs(1),
		Long: `List the units that an advisory concerns, with what it means for each of them and on
what that rests: as_built, it was recorded of the unit; declared, its maker says so of
the batch; design_bom, its design asks for it. A batch without serials is one row.`,
		Example: "  patternbook advisory affected pba-2026-7 --status known_affected",
		RunE: func(c *cobra.Command, args []string) error {
			id, err := schema.ParseAdvisoryID(args[0])
			if err != nil {
				return err
			}
			remote, err := a.client()
			if err != nil {
				return err
			}
			found, err := remote.Affected(c.Context(), id, schema.UnitStatus(status), counts)
			if err != nil {
				return err
			}
			return a.print(found, func(w io.Writer) { printAffected(w, found) })
		},
	}
	c.Flags().StringVar(&status, "status", "", "only units of this status: known_affected, under_investigation, fixed or known_not_affected")
	c.Flags().BoolVar(&counts, "counts", false, "only how many there are")
	return c
}

func printAffected(w io.Writer, found schema.Affected) {
	for _, s := range schema.UnitStatuses() {
		if n := found.Units[s]; n > 0 {
			_, _ = fmt.Fprintf(w, "%d %s\n", n, plainStatus(s))
		}
	}
	if len(found.Items) == 0 {
		return
	}
	t := newTable(w, "UNIT", "BATCH", "STATUS", "BASIS")
	for _, i := range found.Items {
		unit := "all of it"
		if !i.Unit.IsZero() {
			unit = schema.Unit{Maker: i.Maker, Serial: i.Unit}.String()
		}
		t.row(unit, schema.BatchName{Maker: i.Maker, Batch: i.Batch}.String(), plainStatus(i.Status), plainWord(string(i.Basis)))
	}
	_ = t.Flush()
}
