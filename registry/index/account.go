package index

import (
	"context"
	"database/sql"
	"errors"

	"github.com/patternbook/patternbook/registry/ledger"
	"github.com/patternbook/patternbook/registry/sqlite"
	"github.com/patternbook/patternbook/schema"
)

func (t *Tx) applyAccount(ctx context.Context, r ledger.Record, a schema.Account) error {
	if err := t.exec(ctx, `
		INSERT INTO accounts (name, type, display_name, about, document, signs, closed) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
		ON CONFLICT (name) DO UPDATE SET type = ?2, display_name = ?3, about = ?4, document = ?5, signs = ?6, closed = ?7`,
		a.Account.String(), a.Type, a.DisplayName, a.About, r.Entry.Document.String(), a.RequiresSignatures, a.Closed); err != nil {
		return err
	}
	return t.applyKeys(ctx, r.Number, a)
}

// applyKeys begins the keys that are new and ends those that are revoked or stand
// no more. One that has ended is never valid again.
func (t *Tx) applyKeys(ctx context.Context, number int64, a schema.Account) error {
	valid := make(map[schema.KeyID]bool)
	for _, k := range a.Keys {
		id := k.Key.ID()
		valid[id] = k.Revoked.IsZero()
		var until any
		if !valid[id] {
			until = number
		}
		if err := t.exec(ctx, `
			INSERT INTO keys (account, id, key, name, revoked, since, until) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
			ON CONFLICT DO UPDATE SET name = ?4, revoked = ?5, until = coalesce(until, ?7)`,
			a.Account.String(), id.String(), k.Key.String(), k.Name, k.Revoked.String(), number, until); err != nil {
			return err
		}
	}
	keys, err := t.keys(ctx, a.Account)
	if err != nil {
		return err
	}
	for _, k := range keys {
		if k.Until == 0 && !valid[k.ID] {
			if err := t.exec(ctx, `UPDATE keys SET until = ? WHERE account = ? AND id = ?`, number, a.Account.String(), k.ID.String()); err != nil {
				return err
			}
		}
	}
	return nil
}

// keys gives the keys of an account in the order in which they came.
func (v View) keys(ctx context.Context, account schema.Name) (list []schema.KeyAnswer, err error) {
	rows, err := v.q.QueryContext(ctx, `SELECT id, key, name, revoked, since, coalesce(until, 0) FROM keys WHERE account = ? ORDER BY since, id`, account.String())
	if err != nil {
		return nil, err
	}
	err = sqlite.Each(rows, func() error {
		var k schema.KeyAnswer
		var id, key, revoked string
		if err := rows.Scan(&id, &key, &k.Name, &revoked, &k.Since, &k.Until); err != nil {
			return err
		}
		err := errors.Join(k.ID.UnmarshalText([]byte(id)), k.Key.UnmarshalText([]byte(key)), k.Revoked.UnmarshalText([]byte(revoked)))
		list = append(list, k)
		return err
	})
	return list, err
}

// ValidKey gives the account's key of that name that is valid now. Error: NotFound.
func (v View) ValidKey(ctx context.Context, account schema.Name, id schema.KeyID) (key schema.PublicKey, err error) {
	var text string
	err = v.q.QueryRowContext(ctx, `SELECT key FROM keys WHERE account = ? AND id = ? AND until IS NULL`, account.String(), id.String()).Scan(&text)
	if err != nil {
		return key, notFound(err, "%s has no valid key %s", account, id)
	}
	return schema.ParsePublicKey(text)
}

// RequiresSignatures tells whether all that is published under a name must be signed.
func (v View) RequiresSignatures(ctx context.Context, account schema.Name) (yes bool, err error) {
	err = v.q.QueryRowContext(ctx, `SELECT signs FROM accounts WHERE name = ?`, account.String()).Scan(&yes)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return yes, err
}

// Account gives the account that has acted in public under that name, or an
// error of kind NotFound.
func (v View) Account(ctx context.Context, name schema.Name) (schema.AccountAnswer, error) {
	a := schema.AccountAnswer{Account: name}
	var document string
	err := v.q.QueryRowContext(ctx, `SELECT type, display_name, about, document, signs, closed FROM accounts WHERE name = ?`, name.String()).
		Scan(&a.Type, &a.DisplayName, &a.About, &document, &a.RequiresSignatures, &a.Closed)
	if err != nil {
		return schema.AccountAnswer{}, notFound(err, "there is no account %s that has published anything", name)
	}
	if a.Document, err = schema.ParseDigest(document); err != nil {
		return schema.AccountAnswer{}, err
	}
	if a.Keys, err = v.keys(ctx, name); err != nil {
		return schema.AccountAnswer{}, err
	}
	if a.Suspended, err = v.Suspended(ctx, name); err != nil {
		return schema.AccountAnswer{}, err
	}
	appointed, err := v.Appointed(ctx, name)
	a.InstanceRole = appointed.Role
	return a, err
}
