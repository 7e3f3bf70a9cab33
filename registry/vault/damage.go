package vault

import (
	"context"
	"database/sql"
	"time"

	"github.com/patternbook/patternbook/schema"
)

// SetDamaged notes that an artifact is missing or damaged, or that it is whole again.
func (v *Vault) SetDamaged(ctx context.Context, tx *sql.Tx, digest schema.Digest, damaged bool, now time.Time) error {
	query, args := `DELETE FROM damaged WHERE digest = ?1`, []any{digest.String()}
	if damaged {
		query, args = `INSERT INTO damaged (digest, found) VALUES (?1, ?2) ON CONFLICT DO NOTHING`, append(args, timestamp(now))
	}
	_, err := tx.ExecContext(ctx, query, args...)
	return err
}

// Damaged gives those of the digests that were found missing or damaged.
func (v *Vault) Damaged(ctx context.Context, digests []schema.Digest) (map[schema.Digest]bool, error) {
	return v.someDigests(ctx, digests, `SELECT digest FROM damaged WHERE digest IN `)
}

// CountDamaged gives how many artifacts were found missing or damaged.
func (v *Vault) CountDamaged(ctx context.Context) (n int, err error) {
	err = v.db.Read.QueryRowContext(ctx, `SELECT count(*) FROM damaged`).Scan(&n)
	return n, err
}
