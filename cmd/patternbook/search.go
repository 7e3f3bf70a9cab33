package main

import (
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/patternbook/patternbook/client"
)

func (a *app) newSearch() *cobra.Command {
	var s client.Search
	c := &cobra.Command{
		Use: "search [WORD…]", Short: "Search designs", Args: cobra.ArbitraryArgs,
		Example: "  patternbook search lamp\n  patternbook search --owner ada --licence CERN-OHL-S-2.0",
		RunE: func(c *cobra.Command, args []string) error {
			s.Text = strings.Join(args, " ")
			remote, err := a.client()
			if err != nil {
				return err
			}
			list, err := remote.Search(c.Context(), s)
			if err != nil {
				return err
			}
			return a.print(list, func(w io.Writer) {
				if len(list.Designs) == 0 {
					_, _ = io.WriteString(w, "nothing found\n")
					return
				}
				t := newTable(w, "DESIGN", "VERSION", "LICENCE", "FUNCTION")
				for _, d := range list.Designs {
					t.row(d.Design.String(), d.Version.String(), d.Licence, short(d.Function, 60))
				}
				_ = t.Flush()
				printMore(w, list.Next)
			})
		},
	}
	c.Flags().StringVar(&s.Owner, "owner", "", "only designs of this account")
	c.Flags().StringVar(&s.Licence, "licence", "", "only designs under this licence (SPDX)")
	c.Flags().IntVar(&s.Limit, "limit", 50, "how many to list")
	return c
}
