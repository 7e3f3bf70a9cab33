package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/patternbook/patternbook/client"
	"github.com/patternbook/patternbook/schema"
)

func (a *app) newTransfer() *cobra.Command {
	c := &cobra.Command{
		Use: "transfer", Short: "Give a design, or the ownership of an organisation, to somebody else",
		Long: `Give a design with all its releases, or the ownership of an organisation, to
somebody else. An owner offers it, the receiver accepts, and after a waiting time (7
days, unless the registry says otherwise) either completes it. Until then each owner
sees it in whoami, and can stop it. All old references to a design lead to it.`,
		Example: `  patternbook transfer offer ada/bench-lamp --to bob
  patternbook transfer accept ada/bench-lamp        # bob does this
  patternbook transfer complete ada/bench-lamp      # after the waiting time`,
		Args: cobra.NoArgs, RunE: func(*cobra.Command, []string) error {
			return usageError{errors.New("say what to do: offer, accept, stop, complete or list")}
		},
	}
	c.AddCommand(
		a.newTransferOffer(), a.newTransferList(),
		a.newTransferStep("accept", "Accept what is offered to you, or to an organisation that you own", schema.TransferAccepted),
		a.newTransferStep("stop", "Stop a transfer, or decline it", schema.TransferStopped),
		a.newTransferStep("complete", "Complete a transfer after its waiting time", schema.TransferCompleted),
	)
	return c
}

// readSubject reads what is transferred: a design, or an organisation.
func readSubject(text string) (design schema.Design, organisation schema.Name, err error) {
	if strings.Contains(text, "/") {
		design, err = schema.ParseDesign(text)
		return design, organisation, err
	}
	organisation, err = schema.ParseName(text)
	return design, organisation, err
}

func (a *app) newTransferOffer() *cobra.Command {
	var o client.Offer
	var to string
	c := &cobra.Command{
		Use: "offer OWNER/NAME|ORGANISATION", Short: "Offer a design, or the ownership of an organisation", Args: cobra.ExactArgs(1),
		Example: `  patternbook transfer offer ada/bench-lamp --to lamp-lab --name lamp
  patternbook transfer offer lamp-lab --to bob --leave`,
		RunE: func(c *cobra.Command, args []string) (err error) {
			if o.Design, o.Organisation, err = readSubject(args[0]); err != nil {
				return err
			}
			if o.To, err = schema.ParseName(to); err != nil {
				return err
			}
			if o.Leave && o.Organisation.IsZero() {
				return usageError{errors.New("only an organisation is left; leave --leave out")}
			}
			return a.asMyself(c.Context(), func(remote *client.Client, me schema.Name) error {
				done, err := remote.OfferTransfer(c.Context(), me, o)
				if err != nil {
					return err
				}
				return a.print(done, func(w io.Writer) {
					_, _ = fmt.Fprintf(w, "%s is offered to %s, who accepts with: patternbook transfer accept %s\n", args[0], o.To, args[0])
				})
			})
		},
	}
	c.Flags().StringVar(&to, "to", "", "account that receives it: a person, or for a design also an organisation")
	c.Flags().StringVar(&o.Name, "name", "", "what the design is called from then on, if it is not to stay as it is")
	c.Flags().BoolVar(&o.Leave, "leave", false, "leave the organisation with it; you stay an owner if nothing is said")
	_ = c.MarkFlagRequired("to") // the flag exists
	return c
}

func (a *app) newTransferStep(verb, short string, state schema.TransferState) *cobra.Command {
	return &cobra.Command{
		Use: verb + " OWNER/NAME|ORGANISATION", Short: short, Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			design, organisation, err := readSubject(args[0])
			if err != nil {
				return err
			}
			return a.asMyself(c.Context(), func(remote *client.Client, me schema.Name) error {
				was, done, err := remote.StepTransfer(c.Context(), me, design, organisation, state)
				if err != nil {
					return err
				}
				now := was
				if state == schema.TransferAccepted { // it says from when on it can be completed
					if now, err = remote.LastTransfer(c.Context(), design, organisation); err != nil {
						return err
					}
				}
				return a.print(done, func(w io.Writer) { _, _ = fmt.Fprintln(w, stepText(args[0], state, now)) })
			})
		},
	}
}

// stepText says what a step has done.
func stepText(what string, state schema.TransferState, t schema.TransferAnswer) string {
	switch state {
	case schema.TransferAccepted:
		return fmt.Sprintf("%s is accepted, and can be completed from %s on: patternbook transfer complete %s", what, t.CompleteFrom, what)
	case schema.TransferStopped:
		return fmt.Sprintf("the transfer of %s to %s is stopped", what, t.To)
	}
	if t.Design.IsZero() {
		return fmt.Sprintf("%s is an owner of %s", t.To, what)
	}
	now := schema.Transfer{Design: t.Design, To: t.To, Name: t.Name}.Target()
	return fmt.Sprintf("%s is %s now; its old name leads there", what, now)
}

func (a *app) newTransferList() *cobra.Command {
	var limit int
	c := &cobra.Command{
		Use: "list [ACCOUNT]", Short: "List the transfers under way that concern you, or another account", Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			show := func(remote *client.Client, who schema.Name) error {
				list, err := remote.Transfers(c.Context(), who, limit)
				if err != nil {
					return err
				}
				return a.print(list, func(w io.Writer) { printTransfers(w, list) })
			}
			if len(args) == 0 {
				return a.asMyself(c.Context(), show)
			}
			who, err := schema.ParseName(args[0])
			if err != nil {
				return err
			}
			remote, err := a.client()
			if err != nil {
				return err
			}
			return show(remote, who)
		},
	}
	c.Flags().IntVar(&limit, "limit", 100, "how many to list")
	return c
}

func printTransfers(w io.Writer, list schema.TransferList) {
	if len(list.Transfers) == 0 {
		_, _ = fmt.Fprintln(w, "no transfer is under way")
		return
	}
	t := newTable(w, "WHAT", "TO", "AS", "STATE", "OFFERED BY", "COMPLETE FROM")
	for _, x := range list.Transfers {
		what, as := x.Organisation.String(), "owner"
		if !x.Design.IsZero() {
			what, as = x.Design.String(), schema.Transfer{Design: x.Design, To: x.To, Name: x.Name}.Target().String()
		}
		t.row(what, x.To.String(), as, string(x.State), x.OfferedBy.String(), x.CompleteFrom.String())
	}
	_ = t.Flush() // into the writer of all results
	printMore(w, list.Next)
}

func (a *app) newRename() *cobra.Command {
	return &cobra.Command{
		Use: "rename OWNER/NAME NEWNAME", Short: "Give a design another name; the old one leads to it", Args: cobra.ExactArgs(2),
		Long: `Give a design another name under its owner. Every old reference leads to it, and no
other design ever gets the old name.`,
		Example: "  patternbook rename ada/bench-lamp desk-lamp",
		RunE: func(c *cobra.Command, args []string) error {
			design, err := schema.ParseDesign(args[0])
			if err != nil {
				return err
			}
			to := schema.Transfer{Design: design, To: design.Owner, Name: args[1]}.Target()
			return a.asMyself(c.Context(), func(remote *client.Client, me schema.Name) error {
				done, err := remote.RenameDesign(c.Context(), me, design, args[1])
				if err != nil {
					return err
				}
				return a.print(done, func(w io.Writer) { _, _ = fmt.Fprintf(w, "%s is %s now; its old name leads there\n", design, to) })
			})
		},
	}
}
