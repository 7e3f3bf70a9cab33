package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/patternbook/patternbook/client"
	"github.com/patternbook/patternbook/schema"
)

// A verifyOrder says what is verified.
type verifyOrder struct {
	proof  string // file with a proof that was kept, "" to ask the registry
	save   string // file in which the proof is kept, "" for none
	key    string // that must have signed it, "" for any of the author's
	demand bool   // whether it must be signed
}

func (a *app) newVerify() *cobra.Command {
	var o verifyOrder
	c := &cobra.Command{
		Use: "verify REF [DIR]", Short: "Check who has signed a release, and the files in a folder", Args: cobra.RangeArgs(0, 2),
		Long: `Check on this machine that a release document has its digest, and that its
signature is the author's, over that very document, by a key that was valid when it
came into the ledger. The document names every file by its digest: with a folder its
files are compared.
Which keys an account had is what the registry says: compare the key with one
that you have from its holder, or name that with --key. Exit status 1 when a
signature does not hold.

--save keeps all that is needed in a file. With --proof and that file everything is
checked without a network, and no REF is given.`,
		Example: "  patternbook verify ada/bench-lamp@1.0.0 --save lamp.proof\n  patternbook verify --proof lamp.proof ./bench-lamp-1.0.0",
		RunE: func(c *cobra.Command, args []string) error {
			p, dir, err := a.proof(c, o, args)
			if err != nil {
				return err
			}
			v, err := p.Check(dir)
			if err != nil {
				return err
			}
			if o.save != "" {
				if err := keepProof(o.save, p); err != nil {
					return err
				}
			}
			if err := a.print(v, func(w io.Writer) { printVerification(w, v) }); err != nil {
				return err
			}
			return o.suffices(v)
		},
	}
	c.Flags().BoolVar(&o.demand, "signed", false, "fail when it is not signed")
	c.Flags().StringVar(&o.key, "key", "", "fail when it is not signed by this key, like ed25519:…")
	c.Flags().StringVar(&o.save, "save", "", "file in which to keep what is needed to verify it again without a network")
	c.Flags().StringVar(&o.proof, "proof", "", "file that --save has kept, in place of REF")
	c.MarkFlagsMutuallyExclusive("proof", "save")
	return c
}

// proof gives what is verified, and the folder to compare, "" for none.
func (a *app) proof(c *cobra.Command, o verifyOrder, args []string) (p client.Proof, dir string, err error) {
	if o.proof != "" {
		if len(args) > 1 {
			return p, "", usageError{errors.New("with --proof give no REF, only a folder")}
		}
		f, err := os.Open(o.proof)
		if err != nil {
			return p, "", err
		}
		defer func() { _ = f.Close() }() // it was only read
		p, err = client.ReadProof(f)
		return p, strings.Join(args, ""), err
	}
	if len(args) == 0 {
		return p, "", usageError{errors.New("name a release, like ada/bench-lamp@1.0.0, or a proof with --proof")}
	}
	ref, remote, err := a.remoteReference(args[0])
	if err != nil {
		return p, "", err
	}
	p, err = remote.Proof(c.Context(), ref)
	return p, strings.Join(args[1:], ""), err
}

func keepProof(path string, p client.Proof) error {
	b, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(b, '\n'), 0o644)
}

func printVerification(w io.Writer, v client.Verification) {
	_, _ = fmt.Fprintf(w, "%s@%s is %s (ledger entry %d)\n", v.Design, v.Version, v.Digest, v.LedgerIndex)
	if v.Here > 0 {
		_, _ = fmt.Fprintf(w, "all %d files in the folder are those of the release\n", v.Here)
	}
	if v.Key == nil {
		_, _ = fmt.Fprintf(w, "%s says it, and has not signed it\n", v.Author)
		return
	}
	_, _ = fmt.Fprintf(w, "signed by %s with the key %s (%s)\n", v.Author, v.Key.ID, v.Key.Key)
	if v.Key.Until > 0 {
		_, _ = fmt.Fprintf(w, "the key was revoked later, by entry %d\n", v.Key.Until)
	}
}

// suffices refuses what is not signed as it must be.
func (o verifyOrder) suffices(v client.Verification) error {
	switch {
	case v.Key == nil && (o.demand || o.key != ""):
		return &schema.Error{Kind: schema.DigestMismatch, Detail: fmt.Sprintf("%s %s is not signed", v.Design, v.Version)}
	case o.key != "" && v.Key.Key.String() != o.key:
		return &schema.Error{Kind: schema.DigestMismatch, Detail: fmt.Sprintf("%s %s is signed by the key %s, and not by %s", v.Design, v.Version, v.Key.Key, o.key)}
	}
	return nil
}
