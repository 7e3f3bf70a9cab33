package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/patternbook/patternbook/client"
	"github.com/patternbook/patternbook/registry"
	"github.com/patternbook/patternbook/schema"
)

func (a *app) newReport() *cobra.Command {
	var text string
	c := &cobra.Command{
		Use: "report OWNER/NAME@VERSION|ACCOUNT", Short: "Tell the registry's keeper of something harmful or unlawful", Args: cobra.ExactArgs(1),
		Long: `Tell the keeper of the registry that a release or an account is harmful, misleading
or unlawful. No account is needed, and nothing is kept of who reports: say in the
text how you can be reached, if you want an answer.`,
		Example: "  patternbook report mallory/lamp@1.0.0 --text \"The mains wiring touches the shade.\"",
		RunE: func(c *cobra.Command, args []string) error {
			r, err := schema.NewReport(args[0], text)
			if err != nil {
				return err
			}
			remote, err := a.client()
			if err != nil {
				return err
			}
			if err := remote.Report(c.Context(), r); err != nil {
				return err
			}
			return a.print(r, func(w io.Writer) { _, _ = fmt.Fprintln(w, "the keeper of the registry will read it; thank you") })
		},
	}
	c.Flags().StringVar(&text, "text", "", "what is wrong")
	_ = c.MarkFlagRequired("text") // the flag exists
	return c
}

// A reportsOrder asks for the open reports, or closes one.
type reportsOrder struct {
	Close int64 `json:"close"` // 0 for none
	Limit int   `json:"limit"`
}

// A reportsLine is an open report, or the one that was closed.
type reportsLine struct {
	Report *schema.Reported `json:"report,omitempty"`
	Closed int64            `json:"closed,omitempty"`
}

func (o *reportsOrder) run(ctx context.Context, s *server, tell func(any) error) error {
	if o.Close != 0 {
		if err := s.service.CloseReport(ctx, registry.Keeper(schema.Name{}), o.Close); err != nil {
			return err
		}
		return tell(reportsLine{Closed: o.Close})
	}
	list, _, err := s.service.Reports(ctx, registry.Keeper(schema.Name{}), registry.Page{Limit: max(o.Limit, 1)})
	if err != nil {
		return err
	}
	for _, r := range list {
		if err := tell(reportsLine{Report: &r}); err != nil {
			return err
		}
	}
	return nil
}

// send asks a registry elsewhere, as one of its administrators.
func (o *reportsOrder) send(ctx context.Context, remote *client.Client, show func(json.RawMessage) error) error {
	if o.Close == 0 {
		return remote.Reports(ctx, o.Limit, func(r schema.Reported) error { return showing(show, reportsLine{Report: &r}) })
	}
	if err := remote.CloseReport(ctx, o.Close); err != nil {
		return err
	}
	return showing(show, reportsLine{Closed: o.Close})
}

func (l reportsLine) text() string {
	if l.Report == nil {
		return fmt.Sprintf("report %d is closed and forgotten", l.Closed)
	}
	r := l.Report
	return fmt.Sprintf("%d  %s  %s\n    %s", r.Number, r.Time, r.Subject, plain(strings.ReplaceAll(r.Text, "\n", " ")))
}

func (a *app) newReports() *cobra.Command {
	o := reportsOrder{}
	c := &cobra.Command{
		Use: "reports", Short: "Show what people have reported", Args: cobra.NoArgs,
		Long: `Show the reports that are open, the oldest first. Nothing is kept of who sent them.
--close forgets one that is settled; what was done about it is said by quarantine,
suspend and redact.`,
		Example: "  patternbook admin reports\n  patternbook admin reports --close 17",
		RunE: func(c *cobra.Command, _ []string) error {
			remote, err := a.elsewhere()
			if err != nil {
				return err
			}
			show := shown(a, reportsLine.text, nil)
			if remote == nil {
				return a.order(c.Context(), "reports", &o, show)
			}
			return o.send(c.Context(), remote, show)
		},
	}
	c.Flags().Int64Var(&o.Close, "close", 0, "forget the report of that number")
	c.Flags().IntVar(&o.Limit, "limit", 1000, "how many to show")
	a.dataFlag(c.Flags())
	a.artifactsFlag(c.Flags())
	return c
}
