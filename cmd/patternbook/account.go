package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/patternbook/patternbook/client"
	"github.com/patternbook/patternbook/schema"
)

func (a *app) newAccount() *cobra.Command {
	c := &cobra.Command{
		Use: "account", Short: "Close your account", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return usageError{errors.New("say what to do: close")} },
	}
	c.AddCommand(a.newAccountClose())
	return c
}

func (a *app) newAccountClose() *cobra.Command {
	var stdin, yes bool
	c := &cobra.Command{
		Use: "close", Short: "Close your account, for good", Args: cobra.NoArgs,
		Long: `Close your account, for good. Your tokens and keys end, and the account says nothing
of you any more. What you have published stays, and nobody else gets your name.`,
		RunE: func(c *cobra.Command, _ []string) error {
			if !yes {
				return usageError{errors.New("this cannot be undone: add --yes to close your account")}
			}
			return a.asMyself(c.Context(), func(remote *client.Client, me schema.Name) error {
				password, err := a.password(stdin, false)
				if err != nil {
					return err
				}
				if err := remote.CloseAccount(c.Context(), me, password); err != nil {
					return err
				}
				if err := a.settings.storeLogin(a.settings.Registry, login{}); err != nil {
					return err
				}
				return a.print(map[string]schema.Name{"closed": me}, func(w io.Writer) { _, _ = fmt.Fprintf(w, "%s is closed\n", me) })
			})
		},
	}
	c.Flags().BoolVar(&stdin, "password-stdin", false, "read the password from standard input")
	c.Flags().BoolVar(&yes, "yes", false, "do it: it cannot be undone")
	return c
}
