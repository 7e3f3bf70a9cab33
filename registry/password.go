package registry

import (
	"context"
	"errors"
	"time"

	"github.com/alexedwards/argon2id"

	"github.com/patternbook/patternbook/schema"
)

// ChangePassword gives the account of by another password. Its other tokens end.
// Errors: Unauthenticated (the old one is not right), Invalid, TooMany.
func (s *Service) ChangePassword(ctx context.Context, by Actor, old, fresh string) error {
	if err := may(ctx, s.index.View, by, ActAccount, Object{Owner: by.Account}); err != nil {
		return err
	}
	if err := s.checkPassword(ctx, by.Account, old); err != nil {
		return err
	}
	hash, err := s.hashPassword(ctx, fresh)
	if err != nil {
		return err
	}
	return s.vault.SetPassword(ctx, by.Account, hash, by.Token, s.now())
}

// hashPassword checks a new password and hashes it.
func (s *Service) hashPassword(ctx context.Context, password string) (hash string, err error) {
	if place := poorPassword(password); place != nil {
		return "", &schema.Error{Kind: schema.Invalid, Detail: "this password cannot be used", At: []schema.Place{*place}}
	}
	if err := s.ReadOnly(); err != nil {
		return "", err
	}
	err = s.hash(ctx, func() (err error) {
		hash, err = argon2id.CreateHash(password, passwordParams)
		return err
	})
	return hash, err
}

// MakeRecoveryCodes makes codes, each of which opens the account of by once when
// its password is lost, in place of those that there were. They are shown never again.
func (s *Service) MakeRecoveryCodes(ctx context.Context, by Actor) ([]string, error) {
	if err := may(ctx, s.index.View, by, ActAccount, Object{Owner: by.Account}); err != nil {
		return nil, err
	}
	if err := s.ReadOnly(); err != nil {
		return nil, err
	}
	return s.vault.MakeRecoveryCodes(ctx, by.Account)
}

// Recover gives an account another password by one of its recovery codes; all its
// tokens end. A wrong code and an unknown account are the same error of kind
// Unauthenticated.
func (s *Service) Recover(ctx context.Context, account schema.Name, code, fresh string) error {
	hash, err := s.hashPassword(ctx, fresh)
	if err != nil {
		return err
	}
	good, err := s.vault.Recover(ctx, account, code, hash, s.now())
	if err == nil && !good {
		err = &schema.Error{Kind: schema.Unauthenticated, Detail: "the account or the recovery code is not right, or the code was used", Fix: "take another of your codes"}
	}
	return err
}

// recoveryFresh is how old a signed recovery may be, and how far ahead its clock.
const recoveryFresh = 10 * time.Minute

// RecoverByKey gives an account another password by a recovery that one of its valid
// keys has signed; all its tokens end. Errors: Unauthenticated (no key of the account
// has signed this, or not lately), Invalid.
func (s *Service) RecoverByKey(ctx context.Context, r schema.Recovery, signature schema.Signature, fresh string) error {
	refused := &schema.Error{
		Kind: schema.Unauthenticated, Detail: "no valid key of the account has signed this recovery", Fix: "use the machine on which the key lies, and look whether its clock is right",
	}
	b, err := schema.EncodeRecovery(r)
	if err != nil {
		return err
	}
	key, err := s.index.ValidKey(ctx, r.Account, signature.Key)
	if errors.Is(err, schema.NotFound) {
		return refused
	}
	if err != nil {
		return err
	}
	now := s.now()
	early, late := schema.TimeOf(now.Add(-recoveryFresh)), schema.TimeOf(now.Add(recoveryFresh))
	if !key.Verify(signature, schema.KindRecovery, b) || r.Origin != s.signer.Name() || r.Password != schema.DigestOf([]byte(fresh)) || r.Time.Before(early) || late.Before(r.Time) {
		return refused
	}
	hash, err := s.hashPassword(ctx, fresh)
	if err != nil {
		return err
	}
	return s.vault.SetPassword(ctx, r.Account, hash, "", now)
}
