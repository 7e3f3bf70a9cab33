package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/patternbook/patternbook/registry"
	"github.com/patternbook/patternbook/schema"
)

// A roleOrder gives an account a role in the registry, or takes it; without an account
// it lists those who have one.
type roleOrder struct {
	Account schema.Name         `json:"account,omitzero"`
	Role    schema.InstanceRole `json:"role"` // "" to take it
	As      schema.Name         `json:"as,omitzero"`
	Reason  string              `json:"reason"`
	Yes     bool                `json:"yes"` // do it, rather than tell what is
}

// A roleLine tells of the role of an account, and of the document that changed it.
type roleLine struct {
	Now     schema.Appointed    `json:"now"`
	Becomes schema.InstanceRole `json:"becomes,omitempty"`
	Listed  bool                `json:"listed,omitempty"`
	Done    schema.Digest       `json:"document,omitzero"` // zero when nothing was done
}

func (o *roleOrder) run(ctx context.Context, s *server, tell func(any) error) error {
	if o.Account.IsZero() {
		list, err := s.service.AllAppointed(ctx)
		if err != nil {
			return err
		}
		for _, a := range list {
			if err := tell(roleLine{Now: a, Listed: true}); err != nil {
				return err
			}
		}
		return nil
	}
	now, err := s.service.Appointed(ctx, o.Account)
	if err != nil {
		return err
	}
	l := roleLine{Now: now, Becomes: o.Role}
	if o.Yes {
		d := schema.Moderation{
			Head: schema.Head{Kind: schema.KindModeration, Author: o.As}, Act: schema.Appoint, Account: o.Account, Role: o.Role, Follows: now.Document, Reason: o.Reason,
		}
		if o.Role == "" {
			d.Act = schema.Dismiss
		}
		done, err := s.service.Moderate(ctx, registry.Keeper(o.As), d)
		if err != nil {
			return err
		}
		l.Done = done.Digest
	}
	return tell(l)
}

func (l roleLine) text() string {
	word := func(r schema.InstanceRole) string {
		if r == "" {
			return "none"
		}
		return string(r)
	}
	if l.Listed {
		return fmt.Sprintf("%s  %s  %s", l.Now.Account, l.Now.Role, plain(strings.ReplaceAll(l.Now.Reason, "\n", " ")))
	}
	text := fmt.Sprintf("%s: %s, becomes %s", l.Now.Account, word(l.Now.Role), word(l.Becomes))
	if l.Done.IsZero() {
		return text + "\nnothing was done: add --yes to do it; everybody can read the reason"
	}
	return text + fmt.Sprintf("\ndone, by the document %s", l.Done)
}

func (a *app) newAdminRole() *cobra.Command {
	c := &cobra.Command{
		Use: "role", Short: "Administrators and safety editors of the registry",
		Long: `Administrators quarantine, suspend and lift, and read reports and the audit, from
anywhere. Safety editors publish advisories for anything. Who can read the folder of
the registry gives these roles and takes them; each time it is a document of the
ledger with a reason that everybody can read.`,
		Args: cobra.NoArgs, RunE: func(*cobra.Command, []string) error { return usageError{errors.New("say what to do: set or list")} },
	}
	c.AddCommand(a.newAdminRoleSet(), a.newAdminRoleList())
	return c
}

func (a *app) newAdminRoleSet() *cobra.Command {
	var o roleOrder
	var as string
	c := &cobra.Command{
		Use: "set ACCOUNT administrator|safety_editor|none", Short: "Give an account a role in the registry, or take it", Args: cobra.ExactArgs(2),
		Example: "  patternbook admin role set carol administrator --as keeper --reason \"She looks after us on weekends.\" --yes",
		RunE: func(c *cobra.Command, args []string) (err error) {
			if o.Account, err = schema.ParseName(args[0]); err != nil {
				return err
			}
			if o.As, err = schema.ParseName(as); err != nil {
				return err
			}
			switch o.Role = schema.InstanceRole(args[1]); o.Role {
			case schema.Administrator, schema.SafetyEditor:
			case "none":
				o.Role = ""
			default:
				return usageError{fmt.Errorf("%s is no role: write administrator, safety_editor or none", schema.Quote(args[1]))}
			}
			return a.order(c.Context(), "role", &o, shown(a, roleLine.text, nil))
		},
	}
	a.publicActFlags(c, &as, &o.Reason, &o.Yes, "why, for everybody to read")
	_ = c.MarkFlagRequired("as") // the flag exists
	return c
}

func (a *app) newAdminRoleList() *cobra.Command {
	c := &cobra.Command{
		Use: "list", Short: "List who has a role in the registry", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.order(c.Context(), "role", &roleOrder{}, shown(a, roleLine.text, nil))
		},
	}
	a.dataFlag(c.Flags())
	a.artifactsFlag(c.Flags())
	return c
}
