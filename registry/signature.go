package registry

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/patternbook/patternbook/registry/index"
	"github.com/patternbook/patternbook/schema"
)

// A signedDocument is a document on its way to the writer, with what its sender's
// key says of it.
type signedDocument struct {
	author   schema.Name
	key      schema.KeyID // zero when it is not signed
	envelope []byte       // likewise nil
}

// sign checks the signature that by sends with a document. It is costly, so it is
// done before the writer's queue; whether the key is valid then, mustBeSigned asks
// in it. A document that counts already is as it is: the same again gives the same
// answer, also when its key was revoked since. Errors: Forbidden (the author has no
// such key), Invalid (the signature is of something else).
func (s *Service) sign(ctx context.Context, by Actor, d schema.Document) (signedDocument, error) {
	head := d.Header()
	sd := signedDocument{author: head.Author, key: by.Signature.Key}
	if by.Signature.IsZero() {
		return sd, nil
	}
	b, digest, err := schema.Encode(d)
	if err != nil {
		return sd, err
	}
	if _, err := s.index.Entry(ctx, digest); !errors.Is(err, schema.NotFound) {
		return sd, err
	}
	key, err := s.index.ValidKey(ctx, sd.author, sd.key)
	if err != nil {
		return sd, keyFault(err, sd)
	}
	if !key.Verify(by.Signature, head.Kind, b) {
		return sd, &schema.Error{
			Kind: schema.Invalid, Detail: fmt.Sprintf("the signature by the key %s is not of this %s document", sd.key, head.Kind),
			Fix: "sign the canonical bytes of the very document that is sent",
		}
	}
	sd.envelope, err = schema.Envelope(by.Signature, head.Kind, b)
	return sd, err
}

func keyFault(err error, sd signedDocument) error {
	if !errors.Is(err, schema.NotFound) {
		return err
	}
	return &schema.Error{
		Kind: schema.Forbidden, Detail: fmt.Sprintf("%s has no key %s, or it was revoked", sd.author, sd.key), Fix: "add the key first: patternbook key add",
	}
}

// mustBeSigned refuses a document that is not signed as those in whose name it is
// said demand, or whose key was revoked meanwhile. It runs in the writer.
func (tx *transaction) mustBeSigned(ctx context.Context, sd signedDocument, owner schema.Name) error {
	if sd.envelope != nil {
		_, err := tx.ValidKey(ctx, sd.author, sd.key)
		return keyFault(err, sd)
	}
	for _, name := range []schema.Name{owner, sd.author} {
		demands, err := tx.RequiresSignatures(ctx, name)
		if err != nil {
			return err
		}
		if demands {
			return &schema.Error{
				Kind: schema.Forbidden, Detail: fmt.Sprintf("%s demands that everything is signed, and this is not", name),
				Fix: "make a key and publish again: patternbook key add",
			}
		}
	}
	return nil
}

// AddKey adds a public key to the account of by. The same again changes nothing; one
// that was revoked cannot be used again. Errors: Forbidden, Invalid, Conflict.
func (s *Service) AddKey(ctx context.Context, by Actor, key schema.PublicKey, name string) (schema.AccountAnswer, error) {
	if err := key.CanSign(); err != nil {
		return schema.AccountAnswer{}, err
	}
	return s.changeAccount(ctx, by, by.Account, ActAccount, func(a *schema.Account, before schema.AccountAnswer) error {
		for _, k := range before.Keys { // all that it ever had
			switch {
			case k.Key == key && k.Until == 0:
				return nil
			case k.Key == key:
				return &schema.Error{Kind: schema.Conflict, Detail: fmt.Sprintf("the key %s was revoked", key.ID()), Fix: "make another"}
			}
		}
		if len(a.Keys) >= schema.MaxKeys { // that the revoked ones ended stays in the ledger
			a.Keys = slices.DeleteFunc(a.Keys, func(k schema.AccountKey) bool { return !k.Revoked.IsZero() })
		}
		a.Keys = append(a.Keys, schema.AccountKey{Key: key, Name: name})
		return nil
	})
}

// RevokeKey ends a key of the account of by: it signs nothing from then on, and
// what it has signed before stays signed. Errors: Forbidden, NotFound.
func (s *Service) RevokeKey(ctx context.Context, by Actor, id schema.KeyID) (schema.AccountAnswer, error) {
	now := schema.TimeOf(s.now())
	return s.changeAccount(ctx, by, by.Account, ActAccount, func(a *schema.Account, _ schema.AccountAnswer) error {
		for i, k := range a.Keys {
			if k.Key.ID() != id {
				continue
			}
			if k.Revoked.IsZero() {
				a.Keys[i].Revoked = now
			}
			return nil
		}
		return &schema.Error{Kind: schema.NotFound, Detail: fmt.Sprintf("%s has no key %s", by.Account, id)}
	})
}

// RequireSignatures says whether all that is published under a name must be signed:
// that of by itself, or of an organisation that it owns. Errors: Forbidden, NotFound.
func (s *Service) RequireSignatures(ctx context.Context, by Actor, account schema.Name, demand bool) (schema.AccountAnswer, error) {
	return s.changeAccount(ctx, by, account, ActMembers, func(a *schema.Account, _ schema.AccountAnswer) error {
		a.RequiresSignatures = demand
		return nil
	})
}

// changeAccount makes an account document that follows the one in force, or the
// first one, where change changes something.
func (s *Service) changeAccount(ctx context.Context, by Actor, account schema.Name, act Act, change func(*schema.Account, schema.AccountAnswer) error) (schema.AccountAnswer, error) {
	o := Object{Owner: account}
	if err := may(ctx, s.index.View, by, act, o); err != nil {
		return schema.AccountAnswer{}, err
	}
	if err := s.ReadOnly(); err != nil {
		return schema.AccountAnswer{}, err
	}
	own, err := s.vault.Account(ctx, by.Account)
	if err != nil {
		return schema.AccountAnswer{}, err
	}
	salt := s.vault.NewSalt() // else one document would give away the salt of another that was redacted
	err = s.writer.Do(ctx, func(ctx context.Context, tx *transaction) error {
		if err := may(ctx, tx.View, by, act, o); err != nil {
			return err
		}
		if err := appendAccount(ctx, tx, by.Account, own.Salt); err != nil {
			return err
		}
		found, a, err := tx.accountDocument(ctx, account)
		if err != nil {
			return err
		}
		_, before, err := schema.Encode(a)
		if err != nil {
			return err
		}
		if err := change(&a, found); err != nil {
			return err
		}
		if _, after, err := schema.Encode(a); err != nil || after == before {
			return err
		}
		a.Author, a.Follows, a.Salt = by.Account, before, salt
		_, _, _, err = tx.Append(ctx, a)
		return err
	})
	if err != nil {
		return schema.AccountAnswer{}, err
	}
	return s.index.Account(ctx, account)
}

// accountDocument gives what holds of an account, and its document in force.
func (tx *transaction) accountDocument(ctx context.Context, account schema.Name) (schema.AccountAnswer, schema.Account, error) {
	found, err := tx.Account(ctx, account)
	if err != nil {
		return found, schema.Account{}, err
	}
	a, err := index.Read[schema.Account](ctx, tx.View, found.Document)
	return found, a, err
}

// Envelope gives the signature of a document. Errors: NotFound (there is no such
// document, or it is not signed).
func (s *Service) Envelope(ctx context.Context, digest schema.Digest) ([]byte, error) {
	e, err := s.index.Entry(ctx, digest)
	if err != nil {
		return nil, err
	}
	if e.Key.IsZero() {
		return nil, &schema.Error{Kind: schema.NotFound, Detail: fmt.Sprintf("the document %s is not signed", digest)}
	}
	records, err := s.ledger.Records(ctx, e.Number, 1)
	if err != nil {
		return nil, err
	}
	if len(records) != 1 {
		return nil, fmt.Errorf("the ledger has no entry %d", e.Number)
	}
	return records[0].Envelope, nil
}
