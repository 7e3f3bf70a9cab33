package main

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/patternbook/patternbook/client"
	"github.com/patternbook/patternbook/schema"
)

// keyring is the private keys on this machine: their seeds (RFC 8032) by the
// address of the registry and the account.
type keyring map[string]map[schema.Name][]byte

func (s *settings) keysPath() string { return filepath.Join(s.home, "keys.json") }

func (s *settings) keyring() (keyring, error) {
	ring := make(keyring)
	data, err := os.ReadFile(s.keysPath())
	if errors.Is(err, fs.ErrNotExist) {
		return ring, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &ring)
	}
	if err != nil {
		return nil, fmt.Errorf("read the stored keys: %w", err)
	}
	return ring, nil
}

// key gives the account's key on this machine, nil when there is none.
func (s *settings) key(account schema.Name) (ed25519.PrivateKey, error) {
	ring, err := s.keyring()
	if err != nil {
		return nil, err
	}
	seed := ring[s.Registry][account]
	if len(seed) != ed25519.SeedSize {
		return nil, nil
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

// storeKey keeps the account's key on this machine, or forgets it when seed is nil.
func (s *settings) storeKey(account schema.Name, seed []byte) error {
	ring, err := s.keyring()
	if err != nil {
		return err
	}
	if ring[s.Registry] == nil {
		ring[s.Registry] = make(map[schema.Name][]byte)
	}
	ring[s.Registry][account] = seed
	if seed == nil {
		delete(ring[s.Registry], account)
	}
	return s.storePrivately(s.keysPath(), ring)
}

// newKey makes a key on this machine and adds its public part to the account. The
// private part is stored first: a key that nobody has would be of no use. When the
// registry does not take it, the key that was here stays. name, which may be empty, is
// public for ever, so that the machine's is not taken for it.
func (a *app) newKey(ctx context.Context, remote *client.Client, account schema.Name, name string) (schema.PublicKey, error) {
	seed := make([]byte, ed25519.SeedSize)
	_, _ = rand.Read(seed) // crypto/rand never fails
	var before []byte
	own, err := a.settings.key(account)
	if err != nil {
		return schema.PublicKey{}, err
	}
	if own != nil {
		before = own.Seed()
	}
	if err := a.settings.storeKey(account, seed); err != nil {
		return schema.PublicKey{}, err
	}
	key := schema.PublicKeyOf(ed25519.NewKeyFromSeed(seed))
	if _, err := remote.AddKey(ctx, account, key, name); err != nil {
		return key, errors.Join(err, a.settings.storeKey(account, before))
	}
	return key, nil
}

func (a *app) newKeyCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "key", Short: "Keys: with them you sign what you publish", Args: cobra.NoArgs,
		Long: `login makes a key on your machine, which signs what you publish from there; anybody
can check it with patternbook verify. Make another when you have lost it or it was
seen by others, and revoke the old one.`,
		RunE: func(*cobra.Command, []string) error {
			return usageError{fmt.Errorf("say what to do: list, add, revoke or demand")}
		},
	}
	c.AddCommand(a.newKeyList(), a.newKeyAdd(), a.newKeyRevoke(), a.newKeyDemand())
	return c
}

// asMyself does something as the account that is logged in.
func (a *app) asMyself(ctx context.Context, do func(remote *client.Client, me schema.Name) error) error {
	remote, err := a.client()
	if err != nil {
		return err
	}
	me, err := remote.Whoami(ctx)
	if err != nil {
		return err
	}
	return do(remote, me.Account)
}

func (a *app) newKeyList() *cobra.Command {
	return &cobra.Command{
		Use: "list [ACCOUNT]", Short: "List the keys of an account, your own if none is named", Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			list := func(remote *client.Client, of schema.Name) error {
				account, err := remote.Account(c.Context(), of)
				if err != nil {
					return err
				}
				own, err := a.settings.key(of)
				if err != nil {
					return err
				}
				return a.print(account.Keys, func(w io.Writer) { printKeys(w, account.Keys, own) })
			}
			if len(args) == 0 {
				return a.asMyself(c.Context(), list)
			}
			n, err := names(args)
			if err != nil {
				return err
			}
			remote, err := a.client()
			if err != nil {
				return err
			}
			return list(remote, n[0])
		},
	}
}

func printKeys(w io.Writer, keys []schema.KeyAnswer, own ed25519.PrivateKey) {
	t := newTable(w, "ID", "NAME", "VALID FROM ENTRY", "TO ENTRY", "", "KEY")
	for _, k := range keys {
		until, note := "", ""
		if k.Until > 0 {
			until, note = fmt.Sprint(k.Until), "revoked"
		}
		if own != nil && k.Key == schema.PublicKeyOf(own) {
			note = "on this machine"
		}
		t.row(k.ID.String(), k.Name, fmt.Sprint(k.Since), until, note, k.Key.String())
	}
	_ = t.Flush() // into the writer of all results
}

func (a *app) newKeyAdd() *cobra.Command {
	var name string
	c := &cobra.Command{
		Use: "add [KEY]", Short: "Make a key on this machine, which signs what you publish from here", Args: cobra.MaximumNArgs(1),
		Long: `Make a key on this machine, in place of one that is here, and add its public part to
your account. With KEY, which is ed25519: and 32 bytes in base64, the public part of a
key that is elsewhere is added: of a workflow's, which signs with the file that
PATTERNBOOK_KEY names.`,
		Example: `  patternbook key add --name "new laptop"
  patternbook key add ed25519:11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo= --name workflow`,
		RunE: func(c *cobra.Command, args []string) error {
			return a.asMyself(c.Context(), func(remote *client.Client, me schema.Name) error {
				key, err := a.addKey(c.Context(), remote, me, args, name)
				if err != nil {
					return err
				}
				return a.print(map[string]string{"id": key.ID().String(), "key": key.String()}, func(w io.Writer) {
					if len(args) > 0 {
						_, _ = fmt.Fprintf(w, "%s may sign from now on as %s\n", key.ID(), me)
						return
					}
					_, _ = fmt.Fprintf(w, "%s signs from now on what %s publishes from here\n", key.ID(), me)
				})
			})
		},
	}
	c.Flags().StringVar(&name, "name", "", "to know it by; everybody can read it")
	return c
}

// addKey adds the key of the arguments to the account, or else makes one.
func (a *app) addKey(ctx context.Context, remote *client.Client, me schema.Name, args []string, name string) (schema.PublicKey, error) {
	if len(args) == 0 {
		return a.newKey(ctx, remote, me, name)
	}
	key, err := schema.ParsePublicKey(args[0])
	if err != nil {
		return key, err
	}
	_, err = remote.AddKey(ctx, me, key, name)
	return key, err
}

func (a *app) newKeyRevoke() *cobra.Command {
	return &cobra.Command{
		Use: "revoke ID", Short: "Revoke a key: it signs nothing any more", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			id, err := schema.ParseKeyID(args[0])
			if err != nil {
				return err
			}
			return a.asMyself(c.Context(), func(remote *client.Client, me schema.Name) error {
				if _, err := remote.RevokeKey(c.Context(), me, id); err != nil {
					return err
				}
				own, err := a.settings.key(me)
				if err == nil && own != nil && schema.PublicKeyOf(own).ID() == id {
					err = a.settings.storeKey(me, nil)
				}
				if err != nil {
					return err
				}
				return a.print(map[string]string{"revoked": id.String()}, func(w io.Writer) {
					_, _ = fmt.Fprintf(w, "%s is revoked; what it has signed stays signed\n", id)
				})
			})
		},
	}
}

func (a *app) newKeyDemand() *cobra.Command {
	var off bool
	c := &cobra.Command{
		Use: "demand ACCOUNT", Short: "Demand that all that is published under a name is signed", Args: cobra.ExactArgs(1),
		Long: "Demand that all that is published under your name, or that of an organisation that you own, is signed; with --off no more.",
		RunE: func(c *cobra.Command, args []string) error {
			n, err := names(args)
			if err != nil {
				return err
			}
			remote, err := a.client()
			if err != nil {
				return err
			}
			done, err := remote.RequireSignatures(c.Context(), n[0], !off)
			if err != nil {
				return err
			}
			return a.print(done, func(w io.Writer) {
				said := "must be signed"
				if off {
					said = "need not be signed"
				}
				_, _ = fmt.Fprintf(w, "what is published as %s %s\n", done.Account, said)
			})
		},
	}
	c.Flags().BoolVar(&off, "off", false, "demand it no more")
	return c
}
