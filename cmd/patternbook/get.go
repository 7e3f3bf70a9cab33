package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

func (a *app) newGet() *cobra.Command {
	var dir string
	var force bool
	c := &cobra.Command{
		Use: "get REF", Short: "Fetch the files of a release and verify each", Args: cobra.ExactArgs(1),
		Example: "  patternbook get ada/bench-lamp\n  patternbook get ada/bench-lamp@1.0.0 -o lamp",
		RunE: func(c *cobra.Command, args []string) error {
			ref, remote, err := a.remoteReference(args[0])
			if err != nil {
				return err
			}
			got, err := remote.Get(c.Context(), ref, dir, force, a.progress("fetching"))
			if err != nil {
				return err
			}
			return a.print(got, func(w io.Writer) {
				_, _ = fmt.Fprintf(w, "%s@%s: %d files, %d bytes in %s, every digest verified\n", got.Design, got.Version, got.Files, got.Bytes, got.Dir)
			})
		},
	}
	c.Flags().StringVarP(&dir, "output", "o", "", "folder to write to; name-version if nothing is said")
	c.Flags().BoolVar(&force, "force", false, "overwrite files that have other bytes")
	return c
}
