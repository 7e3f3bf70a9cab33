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
	Password string // argon2id, in its own encoding
	Salt     string // of the account document
}

// OpenAccount adds an account. A name that is taken, or that would be mistaken
// for one that is, is an error of kind Conflict.
func (v *Vault) OpenAccount(ctx context.Context, name schema.Name, password string, now time.Time) error {
	err := v.db.Update(ctx, func(tx *sql.Tx) error {
		var other string
		err := tx.QueryRowContext(ctx, `SELECT name FROM accounts WHERE skeleton = ?`, name.Skeleton()).Scan(&other)
		switch {
		case err == nil && other == name.String():
			return &schema.Error{Kind: schema.Conflict, Detail: fmt.Sprintf("the account %s exists already", name), Fix: "log in to it, or choose another name"}
		case err == nil:
			return &schema.Error{Kind: schema.Conflict, Detail: fmt.Sprintf("%s would be mistaken for the account %s", name, other), Fix: "choose a name that differs in more than hyphens and look-alike letters"}
		case !errors.Is(err, sql.ErrNoRows):
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO accounts (name, skeleton, password, salt, opened) VALUES (?, ?, ?, ?, ?)`,
			name.String(), name.Skeleton(), password, randomHex(16), timestamp(now))
		return err
	})
	return sqlite.Explain(err)
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
