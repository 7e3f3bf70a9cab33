package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/patternbook/patternbook/registry"
)

func (a *app) newReindex() *cobra.Command {
	c := &cobra.Command{
		Use: "reindex", Short: "Make the index anew from the ledger", Args: cobra.NoArgs,
		Long: `Make a new index from the ledger, beside the one that is there, and swap it in
when it is whole. The registry must not be running. serve does this by itself
when it finds an index of another version.`,
		RunE: func(c *cobra.Command, _ []string) error {
			entries, err := registry.Reindex(c.Context(), a.settings.Data)
			if err != nil {
				return err
			}
			return a.print(map[string]int64{"entries": entries}, func(w io.Writer) { _, _ = fmt.Fprintf(w, "%d entries indexed\n", entries) })
		},
	}
	a.dataFlag(c.Flags())
	return c
}
