package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"

	"github.com/patternbook/patternbook/schema"
)

// signature gives the header that signs a document, nil when its author does not sign.
func (c *Client) signature(d schema.Document) (http.Header, error) {
	head := d.Header()
	if c.signs == nil || !c.signs.Account.IsZero() && head.Author != c.signs.Account {
		return nil, nil
	}
	b, _, err := schema.Encode(d)
	if err != nil {
		return nil, err
	}
	return http.Header{"Patternbook-Signature": {schema.Sign(c.signs.Key, head.Kind, b).String()}}, nil
}

// Account gives what is public of an account.
func (c *Client) Account(ctx context.Context, name schema.Name) (schema.AccountAnswer, error) {
	return call[schema.AccountAnswer](ctx, c, request{method: http.MethodGet, path: path("v1", "accounts", name.String())})
}

// AddKey adds a public key to the client's own account.
func (c *Client) AddKey(ctx context.Context, me schema.Name, key schema.PublicKey, name string) (schema.AccountAnswer, error) {
	return call[schema.AccountAnswer](ctx, c, request{
		method: http.MethodPost, path: path("v1", "accounts", me.String(), "keys"), body: map[string]string{"key": key.String(), "name": name},
	})
}

// RevokeKey revokes a key of the client's own account.
func (c *Client) RevokeKey(ctx context.Context, me schema.Name, id schema.KeyID) (schema.AccountAnswer, error) {
	return call[schema.AccountAnswer](ctx, c, request{method: http.MethodDelete, path: path("v1", "accounts", me.String(), "keys", id.String())})
}

// RequireSignatures says whether all that is published under a name must be signed.
func (c *Client) RequireSignatures(ctx context.Context, account schema.Name, required bool) (schema.AccountAnswer, error) {
	return call[schema.AccountAnswer](ctx, c, request{
		method: http.MethodPut, path: path("v1", "accounts", account.String(), "requires-signatures"), body: map[string]bool{"required": required},
	})
}

// A Verification tells what is known of who said a release.
type Verification struct {
	Design      schema.Design     `json:"design"`
	Version     schema.Version    `json:"version"`
	Digest      schema.Digest     `json:"digest"` // of the release document
	LedgerIndex int64             `json:"ledger_index"`
	Author      schema.Name       `json:"author"`
	Key         *schema.KeyAnswer `json:"key,omitempty"` // with which it is signed, nil when it is not
	Files       int               `json:"files"`
	Here        int               `json:"here,omitempty"` // files that lie in the folder, with the right bytes
}

// A Proof is all that is needed to check, without the registry, who has said a
// release. Where the release stands in the ledger, and which keys its author had, is
// what the registry said when it was fetched.
type Proof struct {
	Document    json.RawMessage      `json:"document"`           // of the release
	Envelope    []byte               `json:"envelope,omitempty"` // its signature as it is stored, in base64; absent when it is not signed
	LedgerIndex int64                `json:"ledger_index"`
	Author      schema.AccountAnswer `json:"author"`
}

// maxProof bounds a proof that is read: a document, twice, and what goes with it.
const maxProof = 4 * schema.MaxDocument

// ReadProof reads a proof that was kept.
func ReadProof(r io.Reader) (p Proof, err error) {
	b, err := io.ReadAll(io.LimitReader(r, maxProof))
	if err == nil {
		err = json.Unmarshal(b, &p)
	}
	if err != nil {
		return p, &schema.Error{Kind: schema.Invalid, Detail: "this is no proof of a release", Fix: "keep one: patternbook verify REF --save FILE", Err: err}
	}
	return p, nil
}

// Proof fetches what is needed to verify the release that a reference means.
func (c *Client) Proof(ctx context.Context, ref schema.Reference) (p Proof, err error) {
	r, digest, err := c.Release(ctx, ref)
	if err != nil {
		return p, err
	}
	if p.Document, _, err = schema.Encode(r); err != nil {
		return p, err
	}
	overview, err := c.Design(ctx, r.Design)
	if err != nil {
		return p, err
	}
	for _, s := range overview.Versions {
		if s.Digest == digest {
			p.LedgerIndex = s.LedgerIndex
		}
	}
	p.Envelope, err = c.bytes(ctx, request{method: http.MethodGet, path: path("v1", "documents", digest.String(), "envelope")})
	if errors.Is(err, schema.NotFound) {
		p.Envelope, err = nil, nil
	}
	if err != nil {
		return p, err
	}
	p.Author, err = c.Account(ctx, r.Author)
	return p, err
}

// Check checks a proof on this machine: that the signature is the author's, over
// those very bytes, by a key that was valid at that place of the ledger. With a
// folder, the files in it are compared as well. Errors: DigestMismatch (the signature
// is of something else, or by a key that was not valid; a file has other bytes or is
// not there), Invalid.
func (p Proof) Check(dir string) (Verification, error) {
	r, canonical, err := schema.Decode[schema.Release](p.Document)
	if err != nil {
		return Verification{}, err
	}
	v := Verification{
		Design: r.Design, Version: r.Version, Digest: schema.DigestOf(canonical), LedgerIndex: p.LedgerIndex, Author: r.Author, Files: len(r.Files),
	}
	if p.Author.Account != r.Author {
		return v, &schema.Error{Kind: schema.DigestMismatch, Detail: fmt.Sprintf("the keys are those of %s, and %s says it", p.Author.Account, r.Author)}
	}
	if dir != "" {
		if v.Here, err = compareFolder(r, dir); err != nil {
			return v, err
		}
	}
	if len(p.Envelope) > 0 {
		v.Key, err = signer(r, v, p.Envelope, p.Author)
	}
	return v, err
}

// compareFolder gives how many files of a release lie in a folder, and an error that
// names those that do not, or have other bytes.
func compareFolder(r schema.Release, dir string) (here int, err error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return 0, fmt.Errorf("open the folder: %w", err)
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	g := getter{root: root}
	var at []schema.Place
	for _, f := range r.Files {
		there, same, err := g.compare(f)
		switch {
		case err != nil:
			return here, err
		case same:
			here++
		case there:
			at = append(at, schema.Place{File: f.Path, Detail: "it has other bytes"})
		default:
			at = append(at, schema.Place{File: f.Path, Detail: "it is not there"})
		}
	}
	if len(at) > 0 {
		return here, &schema.Error{Kind: schema.DigestMismatch, Detail: fmt.Sprintf("the folder does not hold %s %s", r.Design, r.Version), Fix: "fetch it again: patternbook get --force", At: at}
	}
	return here, nil
}

// signer gives the key of the author that has signed a release.
func signer(r schema.Release, v Verification, envelope []byte, author schema.AccountAnswer) (*schema.KeyAnswer, error) {
	wrong := func(format string, args ...any) error {
		return &schema.Error{
			Kind: schema.DigestMismatch, Detail: fmt.Sprintf("the signature of %s %s does not hold: %s", r.Design, r.Version, fmt.Sprintf(format, args...)),
			Fix: "trust nothing of it, and tell others",
		}
	}
	s, kind, document, err := schema.ReadEnvelope(envelope)
	if err != nil {
		return nil, wrong("%s", err)
	}
	if kind != schema.KindRelease || schema.DigestOf(document) != v.Digest {
		return nil, wrong("it is of another document")
	}
	for _, k := range author.Keys {
		switch {
		case k.ID != s.Key:
			continue
		case !k.Key.Verify(s, kind, document):
			return nil, wrong("the key %s has not made it", s.Key)
		case !k.ValidAt(v.LedgerIndex):
			return nil, wrong("the key %s was not valid at entry %d of the ledger", s.Key, v.LedgerIndex)
		}
		return &k, nil
	}
	return nil, wrong("%s has no key %s", author.Account, s.Key)
}
