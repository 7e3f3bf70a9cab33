package registry

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/alexedwards/argon2id"

	"github.com/patternbook/patternbook/registry/index"
	"github.com/patternbook/patternbook/registry/vault"
	"github.com/patternbook/patternbook/schema"
)

const (
	minPassword = 10   // bytes
	maxPassword = 1024 // bytes
	maxHashing  = 2    // passwords hashed at once, 19 MiB each
)

var passwordParams = &argon2id.Params{
	// OWASP's Password Storage Cheat Sheet, Argon2id: 19 MiB and two passes. The
	// 64 MiB of RFC 9106 would be most of what a small registry needs at all.
	Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32,
}

// OpenAccount opens an account for a person and gives a token for it with its
// secret. Nothing is appended: the account's document follows with its first
// public act. Errors: Invalid (a poor password or a reserved name), Conflict (the
// name is taken, or would be mistaken for one that is), TooMany, Forbidden (the
// keeper opens the accounts here).
func (s *Service) OpenAccount(ctx context.Context, name schema.Name, password string) (secret string, t vault.Token, err error) {
	if s.closed {
		return "", vault.Token{}, &schema.Error{
			Kind: schema.Forbidden, Detail: "accounts of this registry are opened by its keeper", Fix: "ask the keeper for one; reading needs none",
		}
	}
	if err := s.openAccount(ctx, name, password); err != nil {
		return "", vault.Token{}, err
	}
	return s.vault.MakeToken(ctx, name, schema.TokenRequest{}, s.now())
}

// Invite opens an account for a person, without a password that anybody knows, and
// gives recovery codes: by one of them its holder sets a password. It is for the
// keeper. Errors: Invalid, Conflict.
func (s *Service) Invite(ctx context.Context, name schema.Name) (codes []string, err error) {
	if err := s.openAccount(ctx, name, rand.Text()); err != nil {
		return nil, err
	}
	return s.vault.MakeRecoveryCodes(ctx, name)
}

func (s *Service) openAccount(ctx context.Context, name schema.Name, password string) error {
	if err := checkNewAccount(name, password); err != nil {
		return err
	}
	hash, err := s.hashPassword(ctx, password)
	if err != nil {
		return err
	}
	return s.vault.OpenAccount(ctx, name, hash, s.now())
}

func checkNewAccount(name schema.Name, password string) error {
	var at []schema.Place
	if name.Reserved() {
		at = append(at, reservedName(name))
	}
	if place := poorPassword(password); place != nil {
		at = append(at, *place)
	}
	if len(at) > 0 {
		return &schema.Error{Kind: schema.Invalid, Detail: "this account cannot be opened", At: at}
	}
	return nil
}

// poorPassword says what is wrong with a password, nil when nothing is.
func poorPassword(password string) *schema.Place {
	if len(password) >= minPassword && len(password) <= maxPassword {
		return nil
	}
	return &schema.Place{Field: "password", Detail: fmt.Sprintf("it has %d bytes; use %d to %d, a few words are best", len(password), minPassword, maxPassword)}
}

func reservedName(name schema.Name) schema.Place {
	return schema.Place{Field: "account", Detail: fmt.Sprintf("%q is kept for the registry itself; choose another name", name)}
}

// hash runs do, which hashes a password, when few others do.
func (s *Service) hash(ctx context.Context, do func() error) error {
	select {
	case s.hashing <- struct{}{}:
		defer func() { <-s.hashing }()
		return do()
	case <-ctx.Done():
		return &schema.Error{Kind: schema.TooMany, Detail: "too many people log in just now", Fix: "try again in a moment", Err: ctx.Err()}
	}
}

// Login checks the password of an account and gives a new token, as q asks for it,
// with its secret.
// A wrong password and an unknown account are the same error of kind
// Unauthenticated.
func (s *Service) Login(ctx context.Context, name schema.Name, password string, q schema.TokenRequest) (secret string, t vault.Token, err error) {
	if err := s.checkPassword(ctx, name, password); err != nil {
		return "", vault.Token{}, err
	}
	return s.newToken(ctx, name, q)
}

// checkPassword gives an error of kind Unauthenticated unless the password is the
// account's. It takes as long for an account that there is not.
func (s *Service) checkPassword(ctx context.Context, name schema.Name, password string) error {
	account, err := s.vault.Account(ctx, name)
	unknown := errors.Is(err, schema.NotFound) || err == nil && account.Password == "" // nobody logs in to an organisation
	if err != nil && !unknown {
		return err
	}
	stored := account.Password
	if unknown {
		stored = nobody // so that an unknown account takes as long as a known one
	}
	var match bool
	if len(password) <= maxPassword {
		if err := s.hash(ctx, func() (err error) {
			match, err = argon2id.ComparePasswordAndHash(password, stored)
			return err
		}); err != nil {
			return err
		}
	}
	if !match || unknown {
		return &schema.Error{
			Kind: schema.Unauthenticated, Detail: "the account or the password is not right",
			Fix: "check both; to open a new account: patternbook login --create",
		}
	}
	return nil
}

// nobody is the hash of a password that nobody has, by passwordParams.
const nobody = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// Authenticate gives who has the token whose secret this is, or an error of kind
// Unauthenticated.
func (s *Service) Authenticate(ctx context.Context, secret string) (Actor, error) {
	t, err := s.vault.FindToken(ctx, secret, s.now())
	return Actor{Account: t.Account, Token: t.ID, Grant: t.Grant}, err
}

// MakeToken makes another token of the account, and gives its secret, which is
// shown never again. Errors: Unauthenticated, Forbidden, Invalid, TooMany.
func (s *Service) MakeToken(ctx context.Context, by Actor, q schema.TokenRequest) (secret string, t vault.Token, err error) {
	if err := may(ctx, s.index.View, by, ActAccount, Object{Owner: by.Account}); err != nil {
		return "", vault.Token{}, err
	}
	return s.newToken(ctx, by.Account, q)
}

func (s *Service) newToken(ctx context.Context, account schema.Name, q schema.TokenRequest) (secret string, t vault.Token, err error) {
	if err := q.Validate(); err != nil {
		return "", vault.Token{}, err
	}
	if !q.Ends.IsZero() && !schema.TimeOf(s.now()).Before(q.Ends) {
		return "", vault.Token{}, &schema.Error{Kind: schema.Invalid, Detail: "this token cannot be made", At: []schema.Place{{Field: "ends", Detail: "it is over already"}}}
	}
	return s.vault.MakeToken(ctx, account, q, s.now())
}

// Token gives one of the account's own tokens, or an error of kind NotFound. The
// token itself may be asked about by itself.
func (s *Service) Token(ctx context.Context, by Actor, id string) (vault.Token, error) {
	if err := s.mayUseToken(ctx, by, id); err != nil {
		return vault.Token{}, err
	}
	return s.vault.Token(ctx, by.Account, id)
}

// Tokens gives the account's own tokens, the latest first, and the cursor of the
// next page.
func (s *Service) Tokens(ctx context.Context, by Actor, page index.Page) ([]vault.Token, string, error) {
	if err := may(ctx, s.index.View, by, ActAccount, Object{Owner: by.Account}); err != nil {
		return nil, "", err
	}
	list, err := s.vault.Tokens(ctx, by.Account, page.After, page.Limit+1)
	if len(list) <= page.Limit {
		return list, "", err
	}
	return list[:page.Limit], list[page.Limit-1].ID, err
}

// RevokeToken ends one of the account's own tokens at once. Any token may end itself.
func (s *Service) RevokeToken(ctx context.Context, by Actor, id string) error {
	if err := s.mayUseToken(ctx, by, id); err != nil {
		return err
	}
	return s.vault.RevokeToken(ctx, by.Account, id, s.now())
}

func (s *Service) mayUseToken(ctx context.Context, by Actor, id string) error {
	if by.Token != "" && id == by.Token {
		return nil
	}
	return may(ctx, s.index.View, by, ActAccount, Object{Owner: by.Account})
}

// Account gives what is public of an account, or an error of kind NotFound:
// also for one that has not yet done anything in public.
func (s *Service) Account(ctx context.Context, name schema.Name) (schema.AccountAnswer, error) {
	return s.index.Account(ctx, name)
}

// appendAccount appends the account document of by, if this is its first public
// act. salt is the account's, from the vault.
func appendAccount(ctx context.Context, tx *transaction, by schema.Name, salt string) error {
	_, err := tx.Account(ctx, by)
	if !errors.Is(err, schema.NotFound) {
		return err
	}
	_, _, _, err = tx.Append(ctx, schema.Account{
		Head: schema.Head{Kind: schema.KindAccount, Author: by}, Account: by, Type: schema.AccountPerson, Salt: salt,
	})
	return err
}
