package vault

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/patternbook/patternbook/registry/sqlite"
	"github.com/patternbook/patternbook/schema"
)

// An Account is how its holder proves to be who they are.
type Account struct {
	Name     schema.Name
	Password string // argon2id, in its own encoding; empty for an organisation
	Salt     string // of the account document
}

// OpenAccount adds a person's account. A name that is taken, or that would be
// mistaken for one that is, is an error of kind Conflict.
func (v *Vault) OpenAccount(ctx context.Context, name schema.Name, password string, now time.Time) error {
	_, err := v.open(ctx, name, password, schema.Name{}, now)
	return err
}

// OpenOrganisation adds an organisation's account, which has no password, and gives
// it. The same opener may do it again. Errors are those of OpenAccount.
func (v *Vault) OpenOrganisation(ctx context.Context, name, opener schema.Name, now time.Time) (Account, error) {
	return v.open(ctx, name, "", opener, now)
}

func (v *Vault) open(ctx context.Context, name schema.Name, password string, opener schema.Name, now time.Time) (Account, error) {
	a := Account{Name: name, Password: password, Salt: randomHex(16)}
	err := v.db.Update(ctx, func(tx *sql.Tx) error {
		var other, salt, before string
		err := tx.QueryRowContext(ctx, `SELECT name, salt, opener FROM accounts WHERE skeleton = ?`, name.Skeleton()).Scan(&other, &salt, &before)
		switch {
		case err == nil && other == name.String() && !opener.IsZero() && before == opener.String():
			a.Salt = salt
			return nil
		case err == nil && other == name.String():
			return &schema.Error{Kind: schema.Conflict, Detail: fmt.Sprintf("the account %s exists already", name), Fix: "log in to it, or choose another name"}
		case err == nil:
			return &schema.Error{Kind: schema.Conflict, Detail: fmt.Sprintf("%s would be mistaken for the account %s", name, other), Fix: "choose a name that differs in more than hyphens and look-alike letters"}
		case !errors.Is(err, sql.ErrNoRows):
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO accounts (name, skeleton, password, salt, opened, opener) VALUES (?, ?, ?, ?, ?, ?)`,
			name.String(), name.Skeleton(), password, a.Salt, timestamp(now), opener.String())
		return err
	})
	return a, sqlite.Explain(err)
}

// Account gives the account of that name, or an error of kind NotFound.
func (v *Vault) Account(ctx context.Context, name schema.Name) (Account, error) {
	a := Account{Name: name}
	err := v.db.Read.QueryRowContext(ctx, `SELECT password, salt FROM accounts WHERE name = ?`, name.String()).Scan(&a.Password, &a.Salt)
	if errors.Is(err, sql.ErrNoRows) {
		return Account{}, &schema.Error{Kind: schema.NotFound, Detail: fmt.Sprintf("there is no account %s", name)}
	}
	return a, err
}

// NewSalt makes the salt of a document that holds personal data.
func (v *Vault) NewSalt() string { return randomHex(16) }
