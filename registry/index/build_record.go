package index

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/patternbook/patternbook/registry/ledger"
	"github.com/patternbook/patternbook/registry/sqlite"
	"github.com/patternbook/patternbook/schema"
)

func (t *Tx) applyBuildRecord(ctx context.Context, r ledger.Record, d schema.BuildRecord) error {
	m, err := t.madeBatch(ctx, d.Name(), r.Number)
	if err != nil {
		return err
	}
	if err := t.exec(ctx, `INSERT INTO records (number, digest, batch, swaps) VALUES (?, ?, ?, ?)`, r.Number, r.Entry.Document.String(), m.batch, len(d.Swaps) > 0); err != nil {
		return err
	}
	if err := t.insertEvidence(ctx, r.Number, d.Evidence()); err != nil {
		return err
	}
	if d.Corrects.IsZero() {
		return t.insertRecord(ctx, m, d)
	}
	var corrected int64
	if err := t.tx.QueryRowContext(ctx, `UPDATE records SET corrected = ? WHERE digest = ? AND batch = ? RETURNING number`, r.Number, d.Corrects.String(), m.batch).Scan(&corrected); err != nil {
		return fmt.Errorf("the record %s is none of the batch's: %w", d.Corrects, err)
	}
	if swapped, err := t.isSwapped(ctx, m.batch); swapped || err != nil {
		return errors.Join(err, t.remake(ctx, m.batch))
	}
	if err := t.Forget(ctx, corrected); err != nil {
		return err
	}
	return t.insertRecord(ctx, m, d)
}

// isSwapped tells whether units of a batch were ever swapped. What was recorded before
// that stands in rows from which it cannot be taken out without making all anew.
func (t *Tx) isSwapped(ctx context.Context, batch int64) (yes bool, err error) {
	err = t.tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM records WHERE batch = ? AND swaps = 1)`, batch).Scan(&yes)
	return yes, err
}

func (t *Tx) madeBatch(ctx context.Context, name schema.BatchName, entry int64) (made, error) {
	m := made{entry: entry, maker: name.Maker, known: make(map[string][]run)}
	err := t.tx.QueryRowContext(ctx, `SELECT number, planned FROM batches WHERE maker = ? AND fold = ?`, name.Maker.String(), name.Batch.Fold()).Scan(&m.batch, &m.planned)
	if err != nil {
		return m, fmt.Errorf("the batch %s is not in the index: %w", name, err)
	}
	return m, nil
}

func (t *Tx) insertRecord(ctx context.Context, m made, d schema.BuildRecord) error {
	for _, s := range d.Swaps {
		if err := t.swap(ctx, m, s); err != nil {
			return err
		}
	}
	return t.insertAsBuilt(ctx, m, d.AsBuilt)
}

// swap gives each of two units what was recorded for the other. What was recorded
// for both stays.
func (t *Tx) swap(ctx context.Context, m made, s schema.Swap) error {
	var ordinals [2]int
	for n, serial := range []schema.Serial{s.Serial, s.With} {
		p, err := schema.ParseSerialPattern(serial.String())
		if err != nil {
			return err
		}
		list, _, err := t.Ordinals(ctx, m.batch, m.maker, p)
		if err != nil || len(list) == 0 {
			return err // a unit that the batch no longer has
		}
		ordinals[n] = list[0]
	}
	for _, in := range swappings {
		if err := t.swapIn(ctx, in, m.batch, ordinals, s.Line); err != nil {
			return err
		}
	}
	return nil
}

// A swapping is how units are swapped in a table: which rows are about just one of two
// units, how such a row is written again for another run, and how it goes.
type swapping struct{ find, again, remove string }

const (
	oneOfTwo    = `WHERE batch = ?1 AND (?2 BETWEEN from_ordinal AND to_ordinal) <> (?3 BETWEEN from_ordinal AND to_ordinal)`
	itemsBeside = `batch, entry, rank, path, kind, manufacturer, mpn, standard, version, file, lot, lot_fold, serial, maker, made, fold, whole, child, child_ordinal, quantity, detail`
)

// A swap on a line is about items alone: a test is of a unit, not of a line.
var swappings = []swapping{
	{
		`SELECT rowid, from_ordinal, to_ordinal FROM items ` + oneOfTwo + ` AND rank IN (1, 2) AND (path = ?4 OR ?4 = '')`,
		`INSERT INTO items (from_ordinal, to_ordinal, ` + itemsBeside + `) SELECT ?, ?, ` + itemsBeside + ` FROM items WHERE rowid = ?`,
		`DELETE FROM items WHERE rowid = ?`,
	}, {
		`SELECT rowid, from_ordinal, to_ordinal FROM inspections ` + oneOfTwo + ` AND ?4 = ''`,
		`INSERT INTO inspections (from_ordinal, to_ordinal, batch, entry, inspection) SELECT ?, ?, batch, entry, inspection FROM inspections WHERE rowid = ?`,
		`DELETE FROM inspections WHERE rowid = ?`,
	},
}

// swapIn exchanges two units in the rows of a table that are about just one of them.
func (t *Tx) swapIn(ctx context.Context, in swapping, batch int64, o [2]int, line string) error {
	rows, err := t.tx.QueryContext(ctx, in.find, batch, o[0], o[1], line)
	if err != nil {
		return err
	}
	type row struct {
		id       int64
		from, to int
	}
	var list []row
	if err := sqlite.Each(rows, func() error {
		var r row
		err := rows.Scan(&r.id, &r.from, &r.to)
		list = append(list, r)
		return err
	}); err != nil {
		return err
	}
	again := func(id int64, from, to int) error {
		if from > to {
			return nil
		}
		return t.exec(ctx, in.again, from, to, id)
	}
	for _, r := range list {
		has, gets := o[0], o[1]
		if has < r.from || has > r.to {
			has, gets = gets, has
		}
		err := errors.Join(again(r.id, r.from, has-1), again(r.id, has+1, r.to), again(r.id, gets, gets), t.exec(ctx, in.remove, r.id))
		if err != nil {
			return err
		}
	}
	return nil
}

// remake writes anew all that is known of a batch: of its document in force, of the
// build records in force, and of the events that count, in the order of the ledger.
func (t *Tx) remake(ctx context.Context, batch int64) error {
	for _, query := range []string{`DELETE FROM items WHERE batch = ?`, `DELETE FROM inspections WHERE batch = ?`} {
		if err := t.exec(ctx, query, batch); err != nil {
			return err
		}
	}
	b, err := t.BatchNumbered(ctx, batch)
	if err != nil {
		return err
	}
	d, err := known[schema.Batch](ctx, t, b.Digest)
	if err != nil {
		return err
	}
	m := made{batch, b.Revised, d.Maker, d.Planned, make(map[string][]run)}
	if err := t.insertAsBuilt(ctx, m, d.AsBuilt); err != nil {
		return err
	}
	sources, err := t.sources(ctx, batch)
	if err != nil {
		return err
	}
	for _, s := range sources {
		m.entry = s.number
		if s.event {
			err = t.insertEventItems(ctx, batch, s)
		} else {
			var r schema.BuildRecord
			if r, err = known[schema.BuildRecord](ctx, t, s.digest); err == nil {
				err = t.insertRecord(ctx, m, r)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// A source is a build record or an event from which items of a batch are made.
type source struct {
	number  int64
	digest  schema.Digest
	event   bool
	ordinal int
}

func (t *Tx) sources(ctx context.Context, batch int64) (list []source, err error) {
	rows, err := t.tx.QueryContext(ctx, `
		SELECT number, digest, 0, 0 FROM records WHERE batch = ?1 AND corrected IS NULL
		UNION ALL SELECT number, digest, 1, ordinal FROM events WHERE batch = ?1 AND counts = 1 AND corrected IS NULL ORDER BY 1`, batch)
	if err != nil {
		return nil, err
	}
	err = sqlite.Each(rows, func() error {
		var s source
		var digest string
		if err := rows.Scan(&s.number, &digest, &s.event, &s.ordinal); err != nil {
			return err
		}
		err := s.digest.UnmarshalText([]byte(digest))
		list = append(list, s)
		return err
	})
	return list, err
}

// insertEvidence notes which artifacts a document names beside the files of releases.
func (t *Tx) insertEvidence(ctx context.Context, number int64, digests []schema.Digest) error {
	for _, d := range digests {
		if err := t.exec(ctx, `INSERT OR IGNORE INTO evidence (digest, number) VALUES (?, ?)`, d.String(), number); err != nil {
			return err
		}
	}
	return nil
}

// A Record is a build record of a batch.
type Record struct {
	Number    int64
	Digest    schema.Digest
	Corrected bool
}

// Record gives a build record of a batch, or an error of kind NotFound.
func (v View) Record(ctx context.Context, batch int64, digest schema.Digest) (r Record, err error) {
	var corrected sql.NullInt64
	err = v.q.QueryRowContext(ctx, `SELECT number, corrected FROM records WHERE batch = ? AND digest = ?`, batch, digest.String()).Scan(&r.Number, &corrected)
	r.Digest, r.Corrected = digest, corrected.Valid
	return r, notFound(err, "the batch has no build record %s", digest)
}

// CountRecords gives how many build records of a batch are in force.
func (v View) CountRecords(ctx context.Context, batch int64) (n int, err error) {
	err = v.q.QueryRowContext(ctx, `SELECT count(*) FROM records WHERE batch = ? AND corrected IS NULL`, batch).Scan(&n)
	return n, err
}

// Forget has what a document says of units hold no more. Rules use it so that what takes
// its place can be checked; Apply does the same then.
func (t *Tx) Forget(ctx context.Context, entry int64) error {
	if err := t.exec(ctx, `DELETE FROM items WHERE entry = ?`, entry); err != nil {
		return err
	}
	return t.exec(ctx, `DELETE FROM inspections WHERE entry = ?`, entry)
}
