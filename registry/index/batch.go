package index

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/registry/ledger"
	"github.com/patternbook/patternbook/registry/sqlite"
	"github.com/patternbook/patternbook/schema"
)

func (t *Tx) applyBatch(ctx context.Context, r ledger.Record, d schema.Batch) error {
	var before Batch
	if !d.Follows.IsZero() {
		var err error
		if before, err = t.Batch(ctx, d.Name()); err != nil {
			return err
		}
	}
	number, err := t.putBatch(ctx, r, d)
	if err != nil {
		return err
	}
	if err := t.insertEvidence(ctx, r.Number, d.Evidence()); err != nil {
		return err
	}
	same, err := t.sameUnits(ctx, before, d)
	if err != nil {
		return err
	}
	if !same {
		if err := t.insertUnits(ctx, number, d); err != nil {
			return err
		}
		if err := t.link(ctx, number, d.Name()); err != nil {
			return err
		}
	}
	if !d.Follows.IsZero() {
		if swapped, err := t.isSwapped(ctx, number); swapped || !same || err != nil {
			return errors.Join(err, t.remake(ctx, number))
		}
		if err := t.Forget(ctx, before.Revised); err != nil {
			return err
		}
	}
	return t.insertAsBuilt(ctx, made{number, r.Number, d.Maker, d.Planned, make(map[string][]run)}, d.AsBuilt)
}

// sameUnits tells whether a revision leaves the units of a batch as they were.
func (t *Tx) sameUnits(ctx context.Context, before Batch, d schema.Batch) (bool, error) {
	if d.Follows.IsZero() || before.Planned != d.Planned {
		return false, nil
	}
	old, err := known[schema.Batch](ctx, t, d.Follows)
	return slices.Equal(old.Serials, d.Serials), err
}

// putBatch writes the row of a batch, or that of one which is revised, and gives its
// number.
func (t *Tx) putBatch(ctx context.Context, r ledger.Record, d schema.Batch) (number int64, err error) {
	row := []any{
		r.Entry.Document.String(), r.Number, d.Maker.String(), d.Batch.String(), d.Batch.Fold(), d.Release.String(), d.Planned, d.Units(),
		string(d.Status), string(d.Conformance), string(d.Place), d.Lot, bom.Fold(d.Lot), d.Variant, d.BeganAt.String(), d.EndedAt.String(), d.Follows.String(),
	}
	query := `INSERT INTO batches (number, digest, revised, maker, batch, fold, release, planned, serials, status, conformance, place, lot, lot_fold, variant, began_at, ended_at)
		SELECT ?2, ?1, ?2, ?3, ?4, ?5, number, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16 FROM releases WHERE digest = ?6 RETURNING number`
	if !d.Follows.IsZero() {
		query = `UPDATE batches SET digest = ?1, revised = ?2, release = r.number, planned = ?7, serials = ?8, status = ?9, conformance = ?10, place = ?11, lot = ?12, lot_fold = ?13, variant = ?14,
				began_at = ?15, ended_at = ?16
			FROM releases r WHERE r.digest = ?6 AND batches.digest = ?17 AND batches.maker = ?3 AND batches.fold = ?5 RETURNING batches.number`
	}
	err = t.tx.QueryRowContext(ctx, query, row...).Scan(&number)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("the release %s, or the document %s that it follows, is not in the index", d.Release, d.Follows)
	}
	return number, err
}

// insertUnits writes the serials of a batch, in the place of those it had before.
func (t *Tx) insertUnits(ctx context.Context, number int64, d schema.Batch) error {
	if !d.Follows.IsZero() {
		if err := t.exec(ctx, `DELETE FROM units WHERE batch = ?`, number); err != nil {
			return err
		}
	}
	insert, err := t.tx.PrepareContext(ctx, `INSERT INTO units (maker, fold, serial, batch, ordinal) VALUES (?, ?, ?, ?, ?)`)
	if err != nil {
		return err
	}
	defer func() { _ = insert.Close() }()
	ordinal := 0
	for _, p := range d.Serials {
		for s := range p.All() {
			ordinal++
			if _, err := insert.ExecContext(ctx, d.Maker.String(), s.Fold(), s.String(), number, ordinal); err != nil {
				return err
			}
		}
	}
	return nil
}

// A Batch is what the index keeps of a batch.
type Batch struct {
	schema.BatchSummary
	Number  int64 // of the ledger entry of its first document
	Revised int64 // likewise of that in force
	Serials int   // units that have a serial: all or none
	Lot     string
	Variant string

	BeganAt, EndedAt schema.Time
}

func (v View) batches(ctx context.Context, where string, args ...any) (list []Batch, err error) {
	rows, err := v.q.QueryContext(ctx, `
		SELECT b.number, b.revised, b.digest, b.maker, b.batch, d.owner, d.name, r.version, r.digest, b.planned, b.serials, b.status, b.conformance, b.place, b.lot, b.variant, b.began_at, b.ended_at, e.time
		FROM batches b JOIN releases r ON r.number = b.release JOIN designs d ON d.id = r.design JOIN entries e ON e.number = b.number `+where, args...)
	if err != nil {
		return nil, err
	}
	err = sqlite.Each(rows, func() error {
		var b Batch
		var digest, maker, batch, owner, version, release, status, conformance, place, began, ended, time string
		if err := rows.Scan(&b.Number, &b.Revised, &digest, &maker, &batch, &owner, &b.Design.Name, &version, &release, &b.Planned, &b.Serials,
			&status, &conformance, &place, &b.Lot, &b.Variant, &began, &ended, &time); err != nil {
			return err
		}
		b.Status, b.Conformance, b.Place = schema.BatchStatus(status), schema.Conformance(conformance), schema.Place3166(place)
		err := errors.Join(
			b.Digest.UnmarshalText([]byte(digest)), b.Batch.Maker.UnmarshalText([]byte(maker)), b.Batch.Batch.UnmarshalText([]byte(batch)),
			b.Design.Owner.UnmarshalText([]byte(owner)), b.Version.UnmarshalText([]byte(version)), b.Release.UnmarshalText([]byte(release)),
			b.Time.UnmarshalText([]byte(time)), b.BeganAt.UnmarshalText([]byte(began)), b.EndedAt.UnmarshalText([]byte(ended)))
		list = append(list, b)
		return err
	})
	return list, err
}

// Batch gives a batch by its name, without regard to case, or an error of kind
// NotFound.
func (v View) Batch(ctx context.Context, name schema.BatchName) (Batch, error) {
	list, err := v.batches(ctx, `WHERE b.maker = ? AND b.fold = ?`, name.Maker.String(), name.Batch.Fold())
	if err != nil {
		return Batch{}, err
	}
	if len(list) == 0 {
		return Batch{}, &schema.Error{Kind: schema.NotFound, Detail: fmt.Sprintf("there is no batch %s", name)}
	}
	return list[0], nil
}

// batchesThat gives the condition of a query. The design's name is ?1 and ?2.
func batchesThat(q schema.BatchQuery) (where string, args []any) {
	where = `WHERE TRUE`
	if !q.Design.IsZero() {
		made := `SELECT number FROM releases WHERE design = ` + designID
		if q.Forks {
			made += ` UNION SELECT l.release FROM releases o JOIN lineage l ON l.ancestor = o.number WHERE o.design = ` + designID
		}
		where += ` AND b.release IN (` + made + `)`
		args = append(args, q.Design.Owner.String(), q.Design.Name)
	}
	if !q.Maker.IsZero() {
		where += ` AND b.maker = ?`
		args = append(args, q.Maker.String())
	}
	if !q.Release.IsZero() {
		where += ` AND b.release = (SELECT number FROM releases WHERE digest = ?)`
		args = append(args, q.Release.String())
	}
	if q.Place != "" { // DE-BY is in DE
		where += ` AND (b.place <> '' AND b.place = ? OR b.place <> '' AND b.place >= ? AND b.place < ?)`
		args = append(args, string(q.Place), string(q.Place)+"-", string(q.Place)+".")
	}
	return where, args
}

// CountBatches tells how much was made of what a query asks for.
func (v View) CountBatches(ctx context.Context, q schema.BatchQuery) (c schema.BatchCounts, err error) {
	where, args := batchesThat(q)
	if err := v.q.QueryRowContext(ctx, `SELECT count(*), coalesce(sum(b.planned), 0) FROM batches b `+where, args...).Scan(&c.Batches, &c.Units); err != nil {
		return c, err
	}
	rows, err := v.q.QueryContext(ctx, `SELECT b.maker, b.place, count(*), sum(b.planned) FROM batches b `+where+` GROUP BY b.maker, b.place ORDER BY 4 DESC, 1, 2 LIMIT 1000`, args...)
	if err != nil {
		return c, err
	}
	c.By = []schema.BatchCount{}
	err = sqlite.Each(rows, func() error {
		var one schema.BatchCount
		var maker, place string
		if err := rows.Scan(&maker, &place, &one.Batches, &one.Units); err != nil {
			return err
		}
		one.Place = schema.Place3166(place)
		err := one.Maker.UnmarshalText([]byte(maker))
		c.By = append(c.By, one)
		return err
	})
	return c, err
}

// Batches gives the batches that a query asks for, the latest first. next is the
// cursor of the following page.
func (v View) Batches(ctx context.Context, q schema.BatchQuery, page Page) (list []Batch, next string, err error) {
	where, args := batchesThat(q)
	if page.After != "" {
		number, err := strconv.ParseInt(page.After, 10, 64)
		if err != nil {
			return nil, "", badCursor
		}
		where += ` AND b.number < ?`
		args = append(args, number)
	}
	list, err = v.batches(ctx, where+` ORDER BY b.number DESC LIMIT ?`, append(args, page.Limit+1)...)
	if len(list) > page.Limit {
		list = list[:page.Limit]
		next = strconv.FormatInt(list[page.Limit-1].Number, 10)
	}
	return list, next, err
}
