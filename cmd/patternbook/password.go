package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/patternbook/patternbook/client"
	"github.com/patternbook/patternbook/schema"
)

func (a *app) newPassword() *cobra.Command {
	c := &cobra.Command{
		Use: "password", Short: "Change your password, or get in without it", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return usageError{fmt.Errorf("say what to do: change, codes or recover")}
		},
	}
	c.AddCommand(a.newPasswordChange(), a.newPasswordCodes(), a.newPasswordRecover())
	return c
}

func (a *app) newPasswordChange() *cobra.Command {
	var stdin bool
	c := &cobra.Command{
		Use: "change", Short: "Change your password; all your other tokens end", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.asMyself(c.Context(), func(remote *client.Client, me schema.Name) error {
				old, err := a.password(stdin, false)
				if err != nil {
					return err
				}
				fresh, err := a.password(stdin, true)
				if err != nil {
					return err
				}
				if err := remote.ChangePassword(c.Context(), me, old, fresh); err != nil {
					return err
				}
				return a.print(map[string]schema.Name{"changed": me}, func(w io.Writer) { _, _ = fmt.Fprintf(w, "the password of %s is changed\n", me) })
			})
		},
	}
	c.Flags().BoolVar(&stdin, "password-stdin", false, "read the old and the new password from standard input, a line each")
	return c
}

func (a *app) newPasswordCodes() *cobra.Command {
	return &cobra.Command{
		Use: "codes", Short: "Make recovery codes, in place of those that you had", Args: cobra.NoArgs,
		Long: "Make codes, each of which opens your account once when you have lost your password. Print them and keep them where you keep what is dear to you.",
		RunE: func(c *cobra.Command, _ []string) error {
			return a.asMyself(c.Context(), func(remote *client.Client, me schema.Name) error {
				made, err := remote.MakeRecoveryCodes(c.Context(), me)
				if err != nil {
					return err
				}
				return a.print(made, func(w io.Writer) {
					for _, code := range made.Codes {
						_, _ = fmt.Fprintln(w, code)
					}
				})
			})
		},
	}
}

func (a *app) newPasswordRecover() *cobra.Command {
	var account, code string
	var stdin bool
	c := &cobra.Command{
		Use: "recover", Short: "Choose a new password when you have lost the old one", Args: cobra.NoArgs,
		Long: `Choose a new password: by one of your recovery codes, or else by the key that
login has made on this machine. All your tokens end; log in again.`,
		Example: "  patternbook password recover --account ada\n  patternbook password recover --account ada --code abcdef-ghijkl-mnopqr-stuvwx",
		RunE: func(c *cobra.Command, _ []string) error {
			name, err := schema.ParseName(account)
			if err != nil {
				return err
			}
			key, err := a.settings.key(name)
			if err != nil {
				return err
			}
			if code == "" && key == nil {
				return &schema.Error{Kind: schema.NotFound, Detail: fmt.Sprintf("there is no key of %s on this machine", name), Fix: "use a recovery code: --code"}
			}
			fresh, err := a.password(stdin, true)
			if err != nil {
				return err
			}
			remote, err := client.New(a.settings.Registry, client.Options{UserAgent: "patternbook/" + version})
			if err != nil {
				return err
			}
			if code != "" {
				err = remote.RecoverByCode(c.Context(), name, code, fresh)
			} else {
				err = remote.RecoverByKey(c.Context(), name, key, fresh)
			}
			if err != nil {
				return err
			}
			return a.print(map[string]schema.Name{"recovered": name}, func(w io.Writer) {
				_, _ = fmt.Fprintf(w, "%s has a new password; log in with it: patternbook login --account %s\n", name, name)
			})
		},
	}
	c.Flags().StringVar(&account, "account", "", "name of the account")
	c.Flags().StringVar(&code, "code", "", "one of your recovery codes; the key on this machine if nothing is said")
	c.Flags().BoolVar(&stdin, "password-stdin", false, "read the new password from standard input")
	_ = c.MarkFlagRequired("account") // the flag is there
	return c
}
