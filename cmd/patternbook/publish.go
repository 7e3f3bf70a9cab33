package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/patternbook/patternbook/client"
	"github.com/patternbook/patternbook/schema"
)

func (a *app) newPublish() *cobra.Command {
	var as, text string
	var o client.PublishOptions
	var in bomInput
	c := &cobra.Command{
		Use: "publish [DIR]", Short: "Publish a folder as a version of a design", Args: cobra.MaximumNArgs(1),
		Long: `Publish a design's folder as a version that never changes. What is taken: in a
git work tree the tracked files, else all but what version control, editors and
CAD programs leave; what the manifest names in any case; and never what
.patternbookignore lists. "patternbook check" shows it all before.

The BOM's references to other designs are pinned to exact releases: by owner/name
where the BOM or the manifest says that, else by the URL of their repository among
the owner's own designs. Another owner's design that has the URL is taken only
with --accept-matches, for anyone can claim a URL.`,
		Example: "  patternbook publish . --as ada/bench-lamp\n  patternbook publish lamp --as ada/bench-lamp --version 1.2.0 --notes 'stiffer joint'",
		RunE: func(c *cobra.Command, args []string) error {
			design, err := schema.ParseDesign(as)
			if err != nil {
				return err
			}
			if o.Version, err = parseVersion(a, text); err != nil {
				return err
			}
			remote, err := a.client()
			if err != nil {
				return err
			}
			o.Columns = in.columns
			o.Progress = a.progress("sending")
			done, err := remote.PublishFolder(c.Context(), folderArg(args), design, o)
			if err != nil {
				return err
			}
			return a.print(done, func(w io.Writer) {
				printNotable(w, done.Findings)
				_, _ = fmt.Fprintf(w, "%s@%s is published as %s (ledger entry %d)\n", done.Design, done.Version, done.Digest, done.LedgerIndex)
			})
		},
	}
	c.Flags().StringVar(&as, "as", "", "the design to publish, owner/name")
	c.Flags().StringVar(&text, "version", "", "version, in place of the manifest's")
	c.Flags().StringVar(&o.Notes, "notes", "", "what is new in this version")
	c.Flags().StringVar(&o.Licences.Hardware, "licence", "", "licence of the hardware (SPDX), in place of the manifest's")
	c.Flags().BoolVar(&o.AcceptMatches, "accept-matches", false, "take designs of other owners that were found by the URL of their repository")
	in.flags(c.Flags())
	_ = c.MarkFlagRequired("as") // the flag is there
	return c
}
