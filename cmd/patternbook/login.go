package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/patternbook/patternbook/client"
	"github.com/patternbook/patternbook/schema"
)

func (a *app) newLogin() *cobra.Command {
	var account string
	var create, passwordStdin, noKey bool
	c := &cobra.Command{
		Use: "login", Short: "Log in, or open an account", Args: cobra.NoArgs,
		Long: "Log in to an account at the registry and store its token for the commands that write. With --create, open the account first: anybody may. A key is made on this machine, if there is none yet, which signs what you publish from here; by its public part your account becomes public. --no-key makes none.",
		Example: `  patternbook login --account ada --create
  echo "$PASSWORD" | patternbook login --account ada --password-stdin`,
		RunE: func(c *cobra.Command, _ []string) error {
			name, err := schema.ParseName(account)
			if err != nil {
				return err
			}
			password, err := a.password(passwordStdin, create)
			if err != nil {
				return err
			}
			remote, err := client.New(a.settings.Registry, client.Options{UserAgent: "patternbook/" + version})
			if err != nil {
				return err
			}
			begin := remote.Login
			if create {
				begin = remote.OpenAccount
			}
			token, err := begin(c.Context(), name, password)
			if err != nil {
				return err
			}
			if err := a.settings.storeLogin(a.settings.Registry, login{name, token.Secret}); err != nil {
				return err
			}
			if !noKey {
				if err := a.signFromHere(c.Context(), name, token.Secret); err != nil { // the user is logged in all the same
					_, _ = fmt.Fprintf(a.err, "note: what you publish from here is not signed (make a key with patternbook key add): %s\n", plain(err.Error()))
				}
			}
			token.Secret = "" // it is stored; standard output is no place for it
			return a.print(token, func(w io.Writer) {
				_, _ = fmt.Fprintf(w, "logged in to %s as %s\n", a.settings.Registry, name)
			})
		},
	}
	c.Flags().StringVar(&account, "account", "", "name of the account")
	c.Flags().BoolVar(&create, "create", false, "open the account")
	c.Flags().BoolVar(&passwordStdin, "password-stdin", false, "read the password from standard input")
	c.Flags().BoolVar(&noKey, "no-key", false, "make no key to sign with")
	_ = c.MarkFlagRequired("account") // the flag is there
	return c
}

// signFromHere sees to it that the account has a key on this machine.
func (a *app) signFromHere(ctx context.Context, account schema.Name, token string) error {
	remote, err := client.New(a.settings.Registry, client.Options{Token: token, UserAgent: "patternbook/" + version})
	if err != nil {
		return err
	}
	own, err := a.settings.key(account)
	if err != nil {
		return err
	}
	if own != nil {
		// One that the account does not have, or has revoked, would sign in vain.
		known, err := remote.Account(ctx, account)
		if err != nil && !errors.Is(err, schema.NotFound) {
			return err
		}
		id := schema.PublicKeyOf(own).ID()
		if slices.ContainsFunc(known.Keys, func(k schema.KeyAnswer) bool { return k.ID == id && k.Until == 0 }) {
			return nil
		}
	}
	_, err = a.newKey(ctx, remote, account, "")
	return err
}

// password reads a password: from standard input, or from the terminal without
// showing it, twice when it is a new one.
func (a *app) password(stdin, fresh bool) (string, error) {
	if stdin {
		if a.lines == nil {
			a.lines = bufio.NewReader(a.in)
		}
		line, err := a.lines.ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return "", fmt.Errorf("read the password: %w", err)
		}
		return strings.TrimRight(line, "\r\n"), nil
	}
	f, ok := a.in.(*os.File)
	if !ok || !onTerminal(f) {
		return "", usageError{errors.New("there is no terminal to ask for the password: use --password-stdin")}
	}
	password, err := a.ask(f, "password: ")
	if err != nil || !fresh {
		return password, err
	}
	again, err := a.ask(f, "the same again: ")
	if err == nil && again != password {
		err = &schema.Error{Kind: schema.Invalid, Detail: "the two passwords differ"}
	}
	return password, err
}

func (a *app) ask(terminal *os.File, prompt string) (string, error) {
	_, _ = fmt.Fprint(a.err, prompt)
	b, err := term.ReadPassword(int(terminal.Fd()))
	_, _ = fmt.Fprintln(a.err)
	return string(b), err
}

func (a *app) newLogout() *cobra.Command {
	return &cobra.Command{
		Use: "logout", Short: "Revoke the stored token and forget it", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			remote, err := a.client()
			if err != nil {
				return err
			}
			// A token that the registry does not know any more is as good as revoked.
			if err := remote.Logout(c.Context()); err != nil && !errors.Is(err, schema.Unauthenticated) {
				return err
			}
			if err := a.settings.storeLogin(a.settings.Registry, login{}); err != nil {
				return err
			}
			return a.print(map[string]bool{"logged_out": true}, func(w io.Writer) {
				_, _ = fmt.Fprintf(w, "logged out of %s\n", a.settings.Registry)
			})
		},
	}
}

func (a *app) newWhoami() *cobra.Command {
	return &cobra.Command{
		Use: "whoami", Short: "Tell whose token is used, and which transfers concern its account", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			remote, err := a.client()
			if err != nil {
				return err
			}
			t, err := remote.Whoami(c.Context())
			if err != nil {
				return err
			}
			const shown = 20
			under, err := remote.Transfers(c.Context(), t.Account, shown)
			if err != nil {
				return err
			}
			known := struct {
				schema.TokenAnswer
				Transfers []schema.TransferAnswer `json:"transfers"`
			}{t, under.Transfers}
			return a.print(known, func(w io.Writer) {
				_, _ = fmt.Fprintf(w, "%s at %s\n", t.Account, a.settings.Registry)
				if len(under.Transfers) > 0 {
					_, _ = fmt.Fprintln(w)
					printTransfers(w, under)
				}
			})
		},
	}
}
