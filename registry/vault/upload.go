package vault

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/patternbook/patternbook/registry/sqlite"
	"github.com/patternbook/patternbook/schema"
)

// RecordUpload notes in tx, a transaction on ledger.db, that the account has
// sent the bytes of an artifact.
func (v *Vault) RecordUpload(ctx context.Context, tx *sql.Tx, account schema.Name, digest schema.Digest, now time.Time) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO uploads (digest, account, time) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`,
		digest.String(), account.String(), timestamp(now))
	return err
}

// Uploaded gives those of the digests whose bytes the account has sent.
func (v *Vault) Uploaded(ctx context.Context, account schema.Name, digests []schema.Digest) (map[schema.Digest]bool, error) {
	found := make(map[schema.Digest]bool)
	for some := range slices.Chunk(digests, 500) { // SQLite binds a bounded number of values
		args := []any{account.String()}
		for _, d := range some {
			args = append(args, d.String())
		}
		rows, err := v.db.Read.QueryContext(ctx, `SELECT digest FROM uploads WHERE account = ? AND digest IN (`+sqlite.Placeholders(len(some))+`)`, args...)
		if err != nil {
			return nil, err
		}
		err = sqlite.Each(rows, func() error {
			var text string
			if err := rows.Scan(&text); err != nil {
				return err
			}
			d, err := schema.ParseDigest(text)
			found[d] = true
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}
