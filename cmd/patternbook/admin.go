package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/patternbook/patternbook/client"
	"github.com/patternbook/patternbook/registry"
	"github.com/patternbook/patternbook/schema"
)

// A redactOrder has an artifact removed because the law forces it.
type redactOrder struct {
	Artifact schema.Digest `json:"artifact"`
	As       schema.Name   `json:"as"`
	Reason   string        `json:"reason"`
	Yes      bool          `json:"yes"` // do it, rather than tell what it breaks
}

// A redactLine is a file that is the artifact, what hangs on it, or the document that
// removed it.
type redactLine struct {
	Need     *registry.Need `json:"need,omitempty"`
	Impact   *schema.Impact `json:"impact,omitempty"`
	Document schema.Digest  `json:"document,omitzero"`
	Preview  bool           `json:"preview,omitempty"` // nothing was done
}

// redactNeeds is how many files are listed that a redaction takes away.
const redactNeeds = 1000

func (o *redactOrder) run(ctx context.Context, s *server, tell func(any) error) error {
	needs, err := s.service.Needs(ctx, o.Artifact, redactNeeds)
	if err != nil {
		return err
	}
	for _, n := range needs {
		if err := tell(redactLine{Need: &n}); err != nil {
			return err
		}
	}
	impact, err := s.service.ImpactOfArtifact(ctx, o.Artifact)
	if err != nil {
		return err
	}
	if err := tell(redactLine{Impact: &impact}); err != nil {
		return err
	}
	if !o.Yes {
		return tell(redactLine{Preview: true})
	}
	done, err := s.service.Redact(ctx, registry.Keeper(o.As), schema.Redaction{
		Head: schema.Head{Kind: schema.KindRedaction, Author: o.As}, Artifact: o.Artifact, Reason: o.Reason,
	})
	if err != nil {
		return err
	}
	return tell(redactLine{Document: done.Digest})
}

func (l redactLine) text() string {
	switch {
	case l.Need != nil:
		return fmt.Sprintf("%s@%s has it as %s", l.Need.Design, l.Need.Version, plain(l.Need.Path))
	case l.Impact != nil:
		return fmt.Sprintf("releases that have it, or contain one that does: %d, of designs: %d; batches made from these: %d, with units: %d",
			l.Impact.Releases, l.Impact.Designs, l.Impact.Batches, l.Impact.Units)
	case l.Preview:
		return "nothing was done: add --yes to remove it for good; the releases stay, and who asks for the file is told the reason"
	}
	return fmt.Sprintf("removed for good, by the document %s", l.Document)
}

func (a *app) newAdmin() *cobra.Command {
	c := &cobra.Command{
		Use: "admin", Short: "What only the keeper and the administrators of a registry can do",
		Long: `What only the keeper of a registry can do, who can read its folder. Its
administrators can quarantine, suspend and lift, and read reports and the audit, from
anywhere: logged in there, without --data and where no registry is in the folder
patternbook-data.`,
	}
	c.AddCommand(a.newRedact(), a.newQuarantine(), a.newSuspend(), a.newLift(), a.newReports(), a.newInvite(), a.newAudit(), a.newAdminRole())
	return c
}

// elsewhere gives a client of the registry in which the user is logged in, nil where
// the user names the folder of one, or is in a folder with one.
func (a *app) elsewhere() (*client.Client, error) {
	_, err := os.Stat(filepath.Join(a.settings.Data, "ledger.db"))
	if a.settings.folder || err == nil {
		return nil, nil
	}
	logins, err := a.settings.logins()
	if err != nil || a.env("PATTERNBOOK_TOKEN") == "" && logins[a.settings.Registry].Token == "" {
		return nil, err
	}
	return a.client()
}

// showing shows a value as the line of an order.
func showing(show func(json.RawMessage) error, v any) error {
	line, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return show(line)
}

func (a *app) newRedact() *cobra.Command {
	var o redactOrder
	var as string
	c := &cobra.Command{
		Use: "redact DIGEST", Short: "Remove a file because the law forces it", Args: cobra.ExactArgs(1),
		Long: `Remove the bytes of an artifact for good, and refuse them when they come again.
It is a document of the ledger: everybody can read the reason, releases keep
their numbers and their other files, and who asks for the file is told why it is
gone. Without --yes it only tells which releases have the file, and how many designs,
batches and units hang on it.`,
		Example: "  patternbook admin redact sha256:… --as keeper --reason \"court order 12/2026 of …\" --yes",
		RunE: func(c *cobra.Command, args []string) (err error) {
			if o.Artifact, err = schema.ParseDigest(args[0]); err != nil {
				return err
			}
			if o.As, err = schema.ParseName(as); err != nil {
				return err
			}
			return a.order(c.Context(), "redact", &o, shown(a, redactLine.text, nil))
		},
	}
	a.publicActFlags(c, &as, &o.Reason, &o.Yes, "why, for everybody to read: the law or the order, and who asked")
	_ = c.MarkFlagRequired("as") // the flag exists
	return c
}

// publicActFlags are those of an act of the keeper that everybody can read: who
// answers for it, why, and whether to do it rather than tell what it breaks.
func (a *app) publicActFlags(c *cobra.Command, as, reason *string, yes *bool, why string) {
	c.Flags().StringVar(as, "as", "", "account of the keeper, who answers for it")
	c.Flags().StringVar(reason, "reason", "", why)
	c.Flags().BoolVar(yes, "yes", false, "do it")
	_ = c.MarkFlagRequired("reason") // the flag exists
	a.dataFlag(c.Flags())
	a.artifactsFlag(c.Flags())
}
