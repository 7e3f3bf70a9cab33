package vault

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/patternbook/patternbook/registry/sqlite"
	"github.com/patternbook/patternbook/schema"
)

// WriteAudits writes them down in one transaction.
func (v *Vault) WriteAudits(ctx context.Context, list []schema.Audited) error {
	return sqlite.Explain(v.db.Update(ctx, func(tx *sql.Tx) error {
		insert, err := tx.PrepareContext(ctx, `INSERT INTO audit (time, account, token, address, operation, object, status) VALUES (?, ?, ?, ?, ?, ?, ?)`)
		if err != nil {
			return err
		}
		defer func() { _ = insert.Close() }() // with the transaction
		for _, a := range list {
			if _, err := insert.ExecContext(ctx, a.Time.String(), a.Account.String(), a.Token, a.Address, a.Operation, a.Object, a.Status); err != nil {
				return err
			}
		}
		return nil
	}))
}

// maxAudits is how many are kept at most, whatever their age: some 2 GiB.
const maxAudits = 10_000_000

// ForgetAudits removes those that are older, and the oldest of too many.
func (v *Vault) ForgetAudits(ctx context.Context, olderThan time.Time) error {
	return sqlite.Explain(v.db.Update(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM audit WHERE time < ?`, timestamp(olderThan)); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM audit WHERE number <= (SELECT max(number) FROM audit) - ?`, maxAudits)
		return err
	}))
}

// Audits gives at most limit of them since a time and before a number, the latest
// first; of one account, or of all for the zero Name.
func (v *Vault) Audits(ctx context.Context, since time.Time, account schema.Name, before int64, limit int) (list []schema.Audited, err error) {
	query, args := `SELECT number, time, account, token, address, operation, object, status FROM audit WHERE time >= ? AND number < ?`, []any{timestamp(since), before}
	if !account.IsZero() {
		query += ` AND account = ?`
		args = append(args, account.String())
	}
	rows, err := v.db.Read.QueryContext(ctx, query+` ORDER BY number DESC LIMIT ?`, append(args, limit)...)
	if err != nil {
		return nil, err
	}
	err = sqlite.Each(rows, func() error {
		var a schema.Audited
		var at, who string
		if err := rows.Scan(&a.Number, &at, &who, &a.Token, &a.Address, &a.Operation, &a.Object, &a.Status); err != nil {
			return err
		}
		list = append(list, a)
		last := &list[len(list)-1]
		return errors.Join(last.Time.UnmarshalText([]byte(at)), last.Account.UnmarshalText([]byte(who)))
	})
	return list, err
}
