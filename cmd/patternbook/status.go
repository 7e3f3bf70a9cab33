package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/patternbook/patternbook/schema"
)

func (a *app) newYank() *cobra.Command {
	return a.newStatus("yank REF", "Hide a release from resolution; whoever has pinned it still gets it", schema.Yanked)
}

func (a *app) newUnyank() *cobra.Command {
	return a.newStatus("unyank REF", "Take a yank back", schema.Unyanked)
}

func (a *app) newStatus(use, description string, status schema.Status) *cobra.Command {
	var reason string
	c := &cobra.Command{
		Use: use, Short: description, Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			ref, remote, err := a.remoteReference(args[0])
			if err != nil {
				return err
			}
			if !ref.Exact() {
				return usageError{&schema.Error{Kind: schema.Invalid, Detail: args[0] + " may mean another release tomorrow", Fix: "name the exact version, like " + ref.Design.String() + "@1.0.0"}}
			}
			me, err := remote.Whoami(c.Context())
			if err != nil {
				return err
			}
			done, err := remote.SetStatus(c.Context(), me.Account, ref, status, reason)
			if err != nil {
				return err
			}
			return a.print(done, func(w io.Writer) {
				_, _ = fmt.Fprintf(w, "%s@%s is %s (ledger entry %d)\n", done.Design, done.Version, status, done.LedgerIndex)
			})
		},
	}
	c.Flags().StringVar(&reason, "reason", "", "why, in plain words, for those who use the release")
	return c
}
