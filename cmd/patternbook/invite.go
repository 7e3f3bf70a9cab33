package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/patternbook/patternbook/schema"
)

// An inviteOrder has an account opened for somebody.
type inviteOrder struct {
	Account schema.Name `json:"account"`
}

func (o *inviteOrder) run(ctx context.Context, s *server, tell func(any) error) error {
	codes, err := s.service.Invite(ctx, o.Account)
	if err != nil {
		return err
	}
	return tell(schema.RecoveryCodes{Codes: codes})
}

func (a *app) newInvite() *cobra.Command {
	c := &cobra.Command{
		Use: "invite ACCOUNT", Short: "Open an account for somebody", Args: cobra.ExactArgs(1),
		Long: `Open an account for a person and print its recovery codes, to be handed over. By
one of them its holder sets a password: patternbook password recover. Where
anybody may open an account nobody needs this.`,
		Example: "  patternbook admin invite ada",
		RunE: func(c *cobra.Command, args []string) error {
			name, err := schema.ParseName(args[0])
			if err != nil {
				return err
			}
			text := func(codes schema.RecoveryCodes) string { return strings.Join(codes.Codes, "\n") }
			return a.order(c.Context(), "invite", &inviteOrder{name}, shown(a, text, nil))
		},
	}
	a.dataFlag(c.Flags())
	a.artifactsFlag(c.Flags())
	return c
}
