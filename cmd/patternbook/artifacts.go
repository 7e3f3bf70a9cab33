package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/patternbook/patternbook/artifacts"
	"github.com/patternbook/patternbook/schema"
)

func (a *app) newArtifacts() *cobra.Command {
	c := &cobra.Command{Use: "artifacts", Short: "Move the files of a registry to another store"}
	c.AddCommand(a.newArtifactsCopy())
	return c
}

func (a *app) newArtifactsCopy() *cobra.Command {
	var o artifacts.CopyOptions
	c := &cobra.Command{
		Use: "copy FROM TO", Short: "Copy all artifacts from one store to another", Args: cobra.ExactArgs(2),
		Long: `Copy all artifacts from one store to another: each is a folder or
s3://bucket/prefix. Every artifact is verified on its way, those that are there
already are left alone, so a copy that was interrupted goes on where it was.

The registry goes on serving meanwhile. To move a registry: copy; stop it; copy
again, which takes only what came since; start it with the new --artifacts.

Exit status 1 when artifacts could not be read. With --json every line is an
object: one for each of those, the sums at the end.`,
		Example: "  patternbook artifacts copy patternbook-data/artifacts 's3://designs?endpoint=https://s3.example'",
		RunE: func(c *cobra.Command, args []string) error {
			return a.copyArtifacts(c.Context(), args[0], args[1], o)
		},
	}
	c.Flags().IntVar(&o.Parallel, "parallel", 4, "how many artifacts are on their way at once")
	return c
}

// A copyLine is an artifact that could not be read, how far a copy is, or at the
// end what it came to.
type copyLine struct {
	Failed schema.Digest     `json:"failed,omitzero"`
	Why    string            `json:"why,omitempty"`
	SoFar  *artifacts.Copied `json:"so_far,omitempty"`
	Copied *artifacts.Copied `json:"copied,omitempty"`
}

func (l copyLine) text() string {
	switch {
	case l.Copied != nil:
		return fmt.Sprintf("%d artifacts copied (%s), %d were there already, %d could not be read", l.Copied.Copied, size(l.Copied.Bytes), l.Copied.Present, l.Copied.Failed)
	case l.SoFar != nil:
		return fmt.Sprintf("%d artifacts copied so far (%s), %d were there already", l.SoFar.Copied, size(l.SoFar.Bytes), l.SoFar.Present)
	}
	return fmt.Sprintf("%s cannot be copied: %s", l.Failed, plain(l.Why))
}

// copyTells is after how many artifacts it is told how far a copy is.
const copyTells = 1000

func (a *app) copyArtifacts(ctx context.Context, from, to string, o artifacts.CopyOptions) (err error) {
	source, err := a.openFilled(ctx, from)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, source.close()) }()
	target, err := a.openStore(ctx, to, "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, target.close()) }()
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	show := shown(a, copyLine.text, nil)
	say := func(l copyLine) {
		line, err := json.Marshal(l)
		if err = errors.Join(err, show(line)); err != nil {
			stop(err)
		}
	}
	o.Failed = func(digest schema.Digest, err error) { say(copyLine{Failed: digest, Why: err.Error()}) }
	o.Seen = func(c artifacts.Copied) {
		if (c.Copied+c.Present)%copyTells == 0 {
			say(copyLine{SoFar: &c})
		}
	}
	done, err := artifacts.Copy(ctx, target, source, o)
	if err != nil {
		return err
	}
	say(copyLine{Copied: &done})
	if done.Failed > 0 {
		return &schema.Error{Kind: schema.DigestMismatch, Detail: fmt.Sprintf("%d artifacts could not be read", done.Failed), Fix: "restore them with patternbook scrub --repair-from, then copy again"}
	}
	return context.Cause(ctx)
}
