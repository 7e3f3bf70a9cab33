package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/patternbook/patternbook/registry"
	"github.com/patternbook/patternbook/schema"
)

// An auditOrder asks who has written, or tried to.
type auditOrder struct {
	Since   time.Duration `json:"since"`
	Account schema.Name   `json:"account,omitzero"`
	Limit   int           `json:"limit"`
}

func (o *auditOrder) run(ctx context.Context, s *server, tell func(any) error) error {
	list, _, err := s.service.Audits(ctx, registry.Keeper(schema.Name{}), time.Now().Add(-o.Since), o.Account, registry.Page{Limit: max(o.Limit, 1)})
	if err != nil {
		return err
	}
	for _, a := range list {
		if err := tell(a); err != nil {
			return err
		}
	}
	return nil
}

func auditText(a schema.Audited) string {
	who := a.Account.String()
	if who == "" {
		who = "-"
	}
	return fmt.Sprintf("%s  %d  %-20s %-20s %s", a.Time, a.Status, who, a.Address, plain(a.Operation+"  "+a.Object))
}

func (a *app) newAudit() *cobra.Command {
	o := auditOrder{}
	var account string
	since := "24h"
	c := &cobra.Command{
		Use: "audit", Short: "Show who has written, or tried to, and from where", Args: cobra.NoArgs,
		Long: `Show every write and every refused write, the latest first: when, the status of
the answer, account, address, operation and object. It is for the keeper and the
administrators alone and is forgotten after a while (audit_keep).

With --json every line is an object.`,
		Example: "  patternbook admin audit --since 7d --account ada",
		RunE: func(c *cobra.Command, _ []string) (err error) {
			var faults []schema.Place
			if o.Since = duration("since", since, &faults); len(faults) > 0 {
				return usageError{&schema.Error{Kind: schema.Invalid, Detail: "this cannot be asked", At: faults}}
			}
			if account != "" {
				if o.Account, err = schema.ParseName(account); err != nil {
					return err
				}
			}
			remote, err := a.elsewhere()
			if err != nil {
				return err
			}
			show := shown(a, auditText, nil)
			if remote == nil {
				return a.order(c.Context(), "audit", &o, show)
			}
			return remote.Audits(c.Context(), time.Now().Add(-o.Since), o.Account, o.Limit, func(one schema.Audited) error { return showing(show, one) })
		},
	}
	c.Flags().StringVar(&since, "since", since, "how far back, like 12h or 7d")
	c.Flags().StringVar(&account, "account", "", "only what this account did")
	c.Flags().IntVar(&o.Limit, "limit", 1000, "how many to show")
	a.dataFlag(c.Flags())
	a.artifactsFlag(c.Flags())
	return c
}
