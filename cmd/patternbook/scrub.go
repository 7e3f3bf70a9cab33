package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/patternbook/patternbook/registry"
	"github.com/patternbook/patternbook/schema"
)

// A scrubOrder has every artifact read back.
type scrubOrder struct {
	RepairFrom string `json:"repair_from,omitempty"`
}

// A scrubLine is a damaged artifact, how far it is, or at the end what was found.
type scrubLine struct {
	Damage  *registry.Damage `json:"damage,omitempty"`
	Checked int              `json:"checked,omitempty"`
	Bytes   int64            `json:"bytes,omitempty"`
	Scrub   *registry.Scrub  `json:"scrub,omitempty"`
}

// scrubTells is after how many artifacts it is told how far a scrub is.
const scrubTells = 1000

func (o *scrubOrder) run(ctx context.Context, s *server, tell func(any) error) (err error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	say := func(l scrubLine) {
		if err := tell(l); err != nil {
			stop(err) // nobody listens any more
		}
	}
	options := registry.ScrubOptions{
		Tell: func(d registry.Damage) { say(scrubLine{Damage: &d}) },
		Seen: func(checked int, bytes int64) {
			if checked%scrubTells == 0 {
				say(scrubLine{Checked: checked, Bytes: bytes})
			}
		},
	}
	if o.RepairFrom != "" {
		source, closeSource, err := s.app.openSource(ctx, o.RepairFrom)
		if err != nil {
			return fmt.Errorf("open %s: %w", o.RepairFrom, err)
		}
		defer func() { err = errors.Join(err, closeSource()) }()
		options.Repair = source
	}
	found, err := s.service.Scrub(ctx, options)
	if err != nil {
		return err
	}
	return tell(scrubLine{Scrub: &found})
}

func (l scrubLine) text() string {
	switch {
	case l.Scrub != nil:
		return fmt.Sprintf("%d artifacts read, %s whole; %d damaged, %d of them repaired", l.Scrub.Checked, size(l.Scrub.Bytes), l.Scrub.Damaged, l.Scrub.Repaired)
	case l.Damage == nil:
		return fmt.Sprintf("%d artifacts read so far, %s", l.Checked, size(l.Bytes))
	}
	d := l.Damage
	text := fmt.Sprintf("%s is %s", d.Digest, d.State)
	if d.Repaired {
		text += ", and was repaired"
	}
	if d.Detail != "" {
		text += ": " + plain(d.Detail)
	}
	for _, n := range d.Needs {
		text += fmt.Sprintf("\n  needed by %s@%s as %s", n.Design, n.Version, plain(n.Path))
	}
	return text
}

func (a *app) newScrub() *cobra.Command {
	var o scrubOrder
	c := &cobra.Command{
		Use: "scrub", Short: "Read every artifact back, and repair what is damaged", Args: cobra.NoArgs,
		Long: `Read every artifact back and tell which are missing, cut off or rotten, and which
releases need them. With --repair-from they are restored from a mirror (the URL
of another registry), from a folder of artifacts, or from s3://bucket/prefix.
The registry goes on serving meanwhile. What stays damaged is asked for again
from whoever publishes the same files. Exit status 1 when something stays damaged.

With --json every line is an object: one for each damaged artifact, the sums at the end.`,
		Example: "  patternbook scrub --repair-from https://mirror.example\n  patternbook scrub --repair-from /backup/artifacts",
		RunE: func(c *cobra.Command, _ []string) error {
			left := 0
			err := a.order(c.Context(), "scrub", &o, shown(a, scrubLine.text, func(l scrubLine) {
				if l.Scrub != nil {
					left = l.Scrub.Damaged - l.Scrub.Repaired
				}
			}))
			if err == nil && left > 0 {
				err = &schema.Error{Kind: schema.DigestMismatch, Detail: fmt.Sprintf("%d artifacts are damaged", left), Fix: "restore them with --repair-from, or publish the same files again"}
			}
			return err
		},
	}
	c.Flags().StringVar(&o.RepairFrom, "repair-from", "", "URL of another registry, folder, or s3://bucket/prefix that has the artifacts")
	a.dataFlag(c.Flags())
	a.artifactsFlag(c.Flags())
	return c
}
