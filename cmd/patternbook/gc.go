package main

import (
	"context"
	"fmt"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/patternbook/patternbook/artifacts"
	"github.com/patternbook/patternbook/registry"
	"github.com/patternbook/patternbook/schema"
)

// A gcOrder has what nothing needs removed.
type gcOrder struct {
	DryRun bool `json:"dry_run"`
}

// A gcLine is an artifact that goes, or at the end what it came to.
type gcLine struct {
	Artifact schema.Digest     `json:"artifact,omitzero"`
	Size     int64             `json:"size,omitempty"` // bytes
	Why      string            `json:"why,omitempty"`
	Garbage  *registry.Garbage `json:"garbage,omitempty"`
}

func (o *gcOrder) run(ctx context.Context, s *server, tell func(any) error) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	g, err := s.service.CollectGarbage(ctx, registry.GarbageOptions{DryRun: o.DryRun, Tell: func(info artifacts.Info, why string) {
		if err := tell(gcLine{Artifact: info.Digest, Size: info.Size, Why: why}); err != nil {
			stop(err) // nobody listens any more
		}
	}})
	if err != nil {
		return err
	}
	return tell(gcLine{Garbage: &g})
}

func (o *gcOrder) text(l gcLine) string {
	if l.Garbage == nil {
		return fmt.Sprintf("%s  %s  %s", l.Artifact, size(l.Size), l.Why)
	}
	g := l.Garbage
	if o.DryRun {
		return fmt.Sprintf("%d artifacts (%s) would be removed, %d kept", g.Removed, size(g.Bytes), g.Kept)
	}
	return fmt.Sprintf("%d artifacts (%s) removed, %d kept; %d expired uploads and %d leftovers removed", g.Removed, size(g.Bytes), g.Kept, g.Uploads, g.Leftovers)
}

// size writes a number of bytes for people.
func size(n int64) string { return humanize.IBytes(uint64(max(n, 0))) }

func (a *app) newGC() *cobra.Command {
	var o gcOrder
	c := &cobra.Command{
		Use: "gc", Short: "Remove artifacts that nothing needs", Args: cobra.NoArgs,
		Long: `Remove artifacts that no release names and nobody has sent lately, uploads that
have expired, and what interrupted writes have left. Publishing goes on
meanwhile. serve does this by itself once a day; see --collect-every there.

With --json every line is an object: one for each artifact, the sums at the end.`,
		Example: "  patternbook gc --dry-run",
		RunE: func(c *cobra.Command, _ []string) error {
			return a.order(c.Context(), "gc", &o, shown(a, o.text, nil))
		},
	}
	c.Flags().BoolVar(&o.DryRun, "dry-run", false, "only tell what would go")
	c.Flags().StringVar(&a.settings.Grace, "grace", "", "how long artifacts stay that nothing names (PATTERNBOOK_GRACE), 14d if nothing is said; a running registry has its own")
	a.dataFlag(c.Flags())
	a.artifactsFlag(c.Flags())
	return c
}
