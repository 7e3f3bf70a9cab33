package vault

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"github.com/patternbook/patternbook/registry/sqlite"
	"github.com/patternbook/patternbook/schema"
)

// RecordUpload notes in tx, a transaction on ledger.db, that the account has sent
// the size bytes of an artifact, and that it is kept until then at least.
func (v *Vault) RecordUpload(ctx context.Context, tx *sql.Tx, account schema.Name, digest schema.Digest, size int64, now, keptUntil time.Time) error {
	var others, own int
	err := tx.QueryRowContext(ctx, `SELECT count(*), coalesce(sum(account = ?2), 0) FROM uploads WHERE digest = ?1`, digest.String(), account.String()).Scan(&others, &own)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO uploads (digest, account, time, size, kept_until) VALUES (?1, ?2, ?3, ?4, ?5)
		ON CONFLICT DO UPDATE SET time = ?3, size = ?4, kept_until = max(kept_until, ?5)`,
		digest.String(), account.String(), timestamp(now), size, timestamp(keptUntil))
	if err != nil || own > 0 {
		return err
	}
	if others == 0 {
		if err := addUsage(ctx, tx, "", size); err != nil {
			return err
		}
	}
	return addUsage(ctx, tx, account.String(), size)
}

func addUsage(ctx context.Context, tx *sql.Tx, account string, bytes int64) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO usage (account, bytes) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET bytes = max(0, bytes + ?2)`, account, bytes)
	return err
}

// Usage gives how many bytes of artifacts the account has sent, and how many all
// accounts have.
func (v *Vault) Usage(ctx context.Context, account schema.Name) (own, all int64, err error) {
	err = v.db.Read.QueryRowContext(ctx, `SELECT coalesce(sum(bytes) FILTER (WHERE account = ?1), 0), coalesce(sum(bytes) FILTER (WHERE account = ''), 0)
		FROM usage WHERE account IN (?1, '')`, account.String()).Scan(&own, &all)
	return own, all, err
}

// Keep has artifacts that the account has sent kept until then at least, since it
// was told that they are here.
func (v *Vault) Keep(ctx context.Context, tx *sql.Tx, account schema.Name, digests []schema.Digest, until time.Time) error {
	for some := range slices.Chunk(digests, digestsAtOnce) {
		args := append([]any{timestamp(until), account.String()}, texts(some)...)
		// #nosec G202 -- what is joined are question marks
		_, err := tx.ExecContext(ctx, `UPDATE uploads SET kept_until = max(kept_until, ?) WHERE account = ? AND digest IN (`+sqlite.Placeholders(len(some))+`)`, args...)
		if err != nil {
			return err
		}
	}
	return nil
}

// Forget removes every note of who has sent an artifact: it is about to be deleted.
func (v *Vault) Forget(ctx context.Context, tx *sql.Tx, digest schema.Digest) error {
	var size sql.NullInt64
	if err := tx.QueryRowContext(ctx, `SELECT max(size) FROM uploads WHERE digest = ?`, digest.String()).Scan(&size); err != nil || !size.Valid {
		return err
	}
	_, err := tx.ExecContext(ctx, `UPDATE usage SET bytes = max(0, bytes - ?1)
		WHERE account = '' OR account IN (SELECT account FROM uploads WHERE digest = ?2)`, size.Int64, digest.String())
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM uploads WHERE digest = ?`, digest.String())
	return err
}

// digestsAtOnce bounds the values of one statement, as SQLite does.
const digestsAtOnce = 500

func texts(digests []schema.Digest) []any {
	args := make([]any, len(digests))
	for i, d := range digests {
		args[i] = d.String()
	}
	return args
}

// Uploaded gives those of the digests whose bytes the account has sent.
func (v *Vault) Uploaded(ctx context.Context, account schema.Name, digests []schema.Digest) (map[schema.Digest]bool, error) {
	return v.someDigests(ctx, digests, `SELECT digest FROM uploads WHERE account = ? AND digest IN `, account.String())
}

// KeptUntil gives those of the digests that the account has sent and that are kept
// until then at least.
func (v *Vault) KeptUntil(ctx context.Context, account schema.Name, digests []schema.Digest, until time.Time) (map[schema.Digest]bool, error) {
	return v.someDigests(ctx, digests, `SELECT digest FROM uploads WHERE account = ? AND kept_until >= ? AND digest IN `, account.String(), timestamp(until))
}

// Fresh gives those of the digests whose bytes anybody has sent since, or that
// are kept for longer than now.
func (v *Vault) Fresh(ctx context.Context, digests []schema.Digest, since, now time.Time) (map[schema.Digest]bool, error) {
	fresh, err := v.someDigests(ctx, digests, `SELECT digest FROM uploads WHERE time >= ? AND digest IN `, timestamp(since))
	if err != nil {
		return nil, err
	}
	kept, err := v.someDigests(ctx, digests, `SELECT digest FROM uploads WHERE kept_until > ? AND digest IN `, timestamp(now))
	for d := range kept {
		fresh[d] = true
	}
	return fresh, err
}

// someDigests runs a query that ends with IN on some of the digests after others,
// after the query's own values.
func (v *Vault) someDigests(ctx context.Context, digests []schema.Digest, query string, values ...any) (map[schema.Digest]bool, error) {
	found := make(map[schema.Digest]bool)
	for some := range slices.Chunk(digests, digestsAtOnce) {
		rows, err := v.db.Read.QueryContext(ctx, query+`(`+sqlite.Placeholders(len(some))+`)`, append(slices.Clone(values), texts(some)...)...)
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

// A Partial is what is noted of an artifact that comes in pieces.
type Partial struct {
	ID       string // random, part of its address
	Account  schema.Name
	Digest   schema.Digest
	Size     int64 // bytes of the whole
	Offset   int64 // bytes that are kept
	Metadata string
	State    []byte // what the store needs to go on; empty once the artifact is stored
	Expires  time.Time
}

// NewPartialID gives a name that nobody can guess.
func NewPartialID() string { return randomHex(16) }

// PutPartial notes an upload, or how far it has come.
func (v *Vault) PutPartial(ctx context.Context, tx *sql.Tx, p Partial) error {
	if p.State == nil {
		p.State = []byte{}
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO partials (id, account, digest, size, "offset", metadata, state, expires) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
		ON CONFLICT DO UPDATE SET "offset" = ?5, state = ?7`,
		p.ID, p.Account.String(), p.Digest.String(), p.Size, p.Offset, p.Metadata, p.State, timestamp(p.Expires))
	return err
}

// DeletePartial forgets an upload.
func (v *Vault) DeletePartial(ctx context.Context, tx *sql.Tx, id string) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM partials WHERE id = ?`, id)
	return err
}

const partialColumns = `id, account, digest, size, "offset", metadata, state, expires`

func scanPartial(row interface{ Scan(...any) error }) (p Partial, err error) {
	var account, digest, expires string
	if err := row.Scan(&p.ID, &account, &digest, &p.Size, &p.Offset, &p.Metadata, &p.State, &expires); err != nil {
		return p, err
	}
	p.Account, err = schema.ParseName(account)
	if err != nil {
		return p, err
	}
	if p.Digest, err = schema.ParseDigest(digest); err != nil {
		return p, err
	}
	p.Expires, err = time.Parse(time.RFC3339, expires)
	return p, err
}

// Partial gives an upload of the account. One that is another's, or not there, is
// an error of kind NotFound.
func (v *Vault) Partial(ctx context.Context, account schema.Name, id string) (Partial, error) {
	p, err := scanPartial(v.db.Read.QueryRowContext(ctx, `SELECT `+partialColumns+` FROM partials WHERE id = ? AND account = ?`, id, account.String()))
	if errors.Is(err, sql.ErrNoRows) {
		return p, &schema.Error{Kind: schema.NotFound, Detail: "this upload is not there: it is not yours, or it has expired", Fix: "begin it anew"}
	}
	return p, err
}

// Partials gives the uploads of the account that are not complete, by digest.
func (v *Vault) Partials(ctx context.Context, account schema.Name) ([]Partial, error) {
	return v.partials(ctx, `SELECT `+partialColumns+` FROM partials WHERE account = ? AND length(state) > 0 ORDER BY digest, id`, account.String())
}

// Expired gives some of the uploads that ended before then.
func (v *Vault) Expired(ctx context.Context, before time.Time) ([]Partial, error) {
	return v.partials(ctx, `SELECT `+partialColumns+` FROM partials WHERE expires < ? ORDER BY expires LIMIT 100`, timestamp(before))
}

func (v *Vault) partials(ctx context.Context, query string, args ...any) (list []Partial, err error) {
	rows, err := v.db.Read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	err = sqlite.Each(rows, func() error {
		p, err := scanPartial(rows)
		list = append(list, p)
		return err
	})
	return list, err
}

// Coming gives how many uploads of the account are under way and how many bytes
// they will have, and the bytes of everybody's.
func (v *Vault) Coming(ctx context.Context, account schema.Name) (count int, own, all int64, err error) {
	err = v.db.Read.QueryRowContext(ctx, `SELECT count(*) FILTER (WHERE account = ?1), coalesce(sum(size) FILTER (WHERE account = ?1), 0), coalesce(sum(size), 0)
		FROM partials WHERE length(state) > 0`, account.String()).Scan(&count, &own, &all)
	return count, own, all, err
}
