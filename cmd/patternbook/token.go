package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/patternbook/patternbook/schema"
)

func (a *app) newToken() *cobra.Command {
	c := &cobra.Command{
		Use: "token", Short: "Tokens: keys for programs that act for you", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return usageError{fmt.Errorf("say what to do: create, list or revoke")}
		},
	}
	c.AddCommand(a.newTokenCreate(), a.newTokenList(), a.newTokenRevoke())
	return c
}

func (a *app) newTokenCreate() *cobra.Command {
	var label, ends string
	var scopes, patterns []string
	c := &cobra.Command{
		Use: "create", Short: "Make a token, for a workflow or another machine", Args: cobra.NoArgs,
		Long: `Make a token that may do some of what you may. It is shown once: give it to the
program as PATTERNBOOK_TOKEN. Without --scope and --name it may do everything, also
make further tokens.`,
		Example: "  patternbook token create --label \"release workflow\" --scope publish --name 'ada/*' --ends 90d",
		RunE: func(c *cobra.Command, _ []string) error {
			q := schema.TokenRequest{Label: label}
			for _, s := range scopes {
				q.Scopes = append(q.Scopes, schema.Scope(s))
			}
			for _, text := range patterns {
				p, err := schema.ParseNamePattern(text)
				if err != nil {
					return err
				}
				q.Names = append(q.Names, p)
			}
			if err := q.Validate(); err != nil {
				return err
			}
			if ends != "" {
				var faults []schema.Place
				d := duration("ends", ends, &faults)
				if len(faults) > 0 {
					return &schema.Error{Kind: schema.Invalid, Detail: "the token cannot be made", At: faults}
				}
				q.Ends = schema.TimeOf(time.Now().Add(d))
			}
			remote, err := a.client()
			if err != nil {
				return err
			}
			t, err := remote.MakeToken(c.Context(), q)
			if err != nil {
				return err
			}
			return a.print(t, func(w io.Writer) { _, _ = fmt.Fprintln(w, t.Secret) })
		},
	}
	c.Flags().StringVar(&label, "label", "", "what it is for, to know it by")
	c.Flags().StringSliceVar(&scopes, "scope", nil, "what it may do: publish, batch, review, advisory, admin; everything if nothing is said")
	c.Flags().StringSliceVar(&patterns, "name", nil, "the designs or batches that it may write, like ada/lamp or ada/*; all if nothing is said")
	c.Flags().StringVar(&ends, "ends", "", "for how long it is good, like 90d; for ever if nothing is said")
	return c
}

func (a *app) newTokenList() *cobra.Command {
	var limit int
	c := &cobra.Command{
		Use: "list", Short: "List your tokens", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			remote, err := a.client()
			if err != nil {
				return err
			}
			list, err := remote.Tokens(c.Context(), limit)
			if err != nil {
				return err
			}
			return a.print(list, func(w io.Writer) {
				t := newTable(w, "ID", "LABEL", "MADE", "LAST USED", "ENDS", "MAY")
				for _, token := range list.Tokens {
					t.row(token.ID, token.Label, token.Made.String(), token.Used.String(), token.Ends.String(), mayText(token.Grant))
				}
				_ = t.Flush() // into the writer of all results
				printMore(w, list.Next)
			})
		},
	}
	c.Flags().IntVar(&limit, "limit", 100, "how many to list")
	return c
}

// mayText says for people what a token may do.
func mayText(g schema.Grant) string {
	if g.Whole() {
		return "everything"
	}
	var words []string
	for _, s := range g.Scopes {
		words = append(words, string(s))
	}
	for _, n := range g.Names {
		words = append(words, n.String())
	}
	return strings.Join(words, " ")
}

func (a *app) newTokenRevoke() *cobra.Command {
	return &cobra.Command{
		Use: "revoke ID", Short: "End a token at once", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			remote, err := a.client()
			if err != nil {
				return err
			}
			if err := remote.RevokeToken(c.Context(), args[0]); err != nil {
				return err
			}
			return a.print(map[string]string{"revoked": args[0]}, func(w io.Writer) { _, _ = fmt.Fprintf(w, "%s is revoked\n", args[0]) })
		},
	}
}
