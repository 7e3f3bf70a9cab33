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

// maxReports is how many are open at most: some 100 MB at worst.
const maxReports = 10_000

// AddReport keeps a report. Error: TooMany when too many are open.
func (v *Vault) AddReport(ctx context.Context, r schema.Reported, now time.Time) error {
	return sqlite.Explain(v.db.Update(ctx, func(tx *sql.Tx) error {
		var open int
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM reports`).Scan(&open); err != nil {
			return err
		}
		if open >= maxReports {
			return &schema.Error{Kind: schema.TooMany, Detail: "too many reports wait to be read", Fix: "try again another day, or write to the keeper of this registry"}
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO reports (time, subject, release, text) VALUES (?, ?, ?, ?)`, timestamp(now), r.Subject, r.Release.String(), r.Text)
		return err
	}))
}

// Reports gives at most limit of the open reports after a number, the oldest first.
func (v *Vault) Reports(ctx context.Context, after int64, limit int) (list []schema.Reported, err error) {
	rows, err := v.db.Read.QueryContext(ctx, `SELECT number, time, subject, release, text FROM reports WHERE number > ? ORDER BY number LIMIT ?`, after, limit)
	if err != nil {
		return nil, err
	}
	err = sqlite.Each(rows, func() error {
		var r schema.Reported
		var at, release string
		if err := rows.Scan(&r.Number, &at, &r.Subject, &release, &r.Text); err != nil {
			return err
		}
		err := errors.Join(r.Time.UnmarshalText([]byte(at)), r.Release.UnmarshalText([]byte(release)))
		list = append(list, r)
		return err
	})
	return list, err
}

// CloseReport forgets a report. Error: NotFound.
func (v *Vault) CloseReport(ctx context.Context, number int64) error {
	return sqlite.Explain(v.db.Update(ctx, func(tx *sql.Tx) error {
		done, err := tx.ExecContext(ctx, `DELETE FROM reports WHERE number = ?`, number)
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 1 {
			return err
		}
		return &schema.Error{Kind: schema.NotFound, Detail: fmt.Sprintf("no report %d is open", number), Fix: "list those that are: patternbook admin reports"}
	}))
}
