package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/patternbook/patternbook/schema"
)

func (a *app) newVerify() *cobra.Command {
	var demand bool
	c := &cobra.Command{
		Use: "verify REF [DIR]", Short: "Check who has signed a release, and the files in a folder", Args: cobra.RangeArgs(1, 2),
		Long: `Check on this machine that a release document has its digest, and that its
signature is the author's, over that very document, by a key that was valid when it
came into the ledger. The document names every file by its digest: with a folder its
files are compared.
Which keys an account had is what the registry says: compare the key with one
that you have from its holder. Exit status 1 when a signature does not hold.`,
		RunE: func(c *cobra.Command, args []string) error {
			ref, remote, err := a.remoteReference(args[0])
			if err != nil {
				return err
			}
			v, err := remote.Verify(c.Context(), ref, strings.Join(args[1:], ""))
			if err != nil {
				return err
			}
			if err := a.print(v, func(w io.Writer) {
				_, _ = fmt.Fprintf(w, "%s@%s is %s (ledger entry %d)\n", v.Design, v.Version, v.Digest, v.LedgerIndex)
				if v.Here > 0 {
					_, _ = fmt.Fprintf(w, "all %d files in the folder are those of the release\n", v.Here)
				}
				if v.Key == nil {
					_, _ = fmt.Fprintf(w, "%s says it, and has not signed it\n", v.Author)
					return
				}
				_, _ = fmt.Fprintf(w, "signed by %s with the key %s (%s)\n", v.Author, v.Key.ID, v.Key.Key)
				if v.Key.Until > 0 {
					_, _ = fmt.Fprintf(w, "the key was revoked later, by entry %d\n", v.Key.Until)
				}
			}); err != nil || v.Key != nil || !demand {
				return err
			}
			return &schema.Error{Kind: schema.DigestMismatch, Detail: fmt.Sprintf("%s %s is not signed", v.Design, v.Version)}
		},
	}
	c.Flags().BoolVar(&demand, "signed", false, "fail when it is not signed")
	return c
}
