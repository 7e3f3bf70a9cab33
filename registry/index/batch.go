package index

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/patternbook/patternbook/registry/ledger"
	"github.com/patternbook/patternbook/registry/sqlite"
	"github.com/patternbook/patternbook/schema"
)

func (t *Tx) applyBatch(ctx context.Context, r ledger.Record, d schema.Batch) error {
	result, err := t.tx.ExecContext(ctx, `
		INSERT INTO batches (number, digest, maker, batch, fold, release, planned, status)
		SELECT ?, ?, ?, ?, ?, number, ?, ? FROM releases WHERE digest = ?`,
		r.Number, r.Entry.Document.String(), d.Maker.String(), d.Batch.String(), d.Batch.Fold(), d.Planned, string(d.Status), d.Release.String())
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n != 1 {
		return errors.Join(err, fmt.Errorf("its release %s is not in the index", d.Release))
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
			if _, err := insert.ExecContext(ctx, d.Maker.String(), s.Fold(), s.String(), r.Number, ordinal); err != nil {
				return err
			}
		}
	}
	return nil
}

// A Batch is what the index keeps of a batch.
type Batch struct {
	schema.BatchSummary
	Number int64 // of its ledger entry
}

func (v View) batches(ctx context.Context, where string, args ...any) (list []Batch, err error) {
	rows, err := v.q.QueryContext(ctx, `
		SELECT b.number, b.digest, b.maker, b.batch, d.owner, d.name, r.version, r.digest, b.planned, b.status, e.time
		FROM batches b JOIN releases r ON r.number = b.release JOIN designs d ON d.id = r.design JOIN entries e ON e.number = b.number `+where, args...)
	if err != nil {
		return nil, err
	}
	err = sqlite.Each(rows, func() error {
		var b Batch
		var digest, maker, batch, owner, version, release, status, time string
		if err := rows.Scan(&b.Number, &digest, &maker, &batch, &owner, &b.Design.Name, &version, &release, &b.Planned, &status, &time); err != nil {
			return err
		}
		b.Status = schema.BatchStatus(status)
		err := errors.Join(
			b.Digest.UnmarshalText([]byte(digest)), b.Batch.Maker.UnmarshalText([]byte(maker)), b.Batch.Batch.UnmarshalText([]byte(batch)),
			b.Design.Owner.UnmarshalText([]byte(owner)), b.Version.UnmarshalText([]byte(version)), b.Release.UnmarshalText([]byte(release)),
			b.Time.UnmarshalText([]byte(time)))
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

// Batches gives the batches of a maker, or of everybody for the zero Name, or of
// one release, the latest first. next is the cursor of the following page.
func (v View) Batches(ctx context.Context, maker schema.Name, release schema.Digest, page Page) (list []Batch, next string, err error) {
	where, args := `WHERE TRUE`, []any{}
	if !maker.IsZero() {
		where += ` AND b.maker = ?`
		args = append(args, maker.String())
	}
	if !release.IsZero() {
		where += ` AND r.digest = ?`
		args = append(args, release.String())
	}
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

// Units gives the serials of a batch in their order. next is the cursor of the
// following page.
func (v View) Units(ctx context.Context, batch Batch, page Page) (list []schema.Serial, next string, err error) {
	after := 0
	if page.After != "" {
		if after, err = strconv.Atoi(page.After); err != nil || after < 0 {
			return nil, "", badCursor
		}
	}
	rows, err := v.q.QueryContext(ctx, `SELECT serial FROM units WHERE batch = ? AND ordinal > ? ORDER BY ordinal LIMIT ?`, batch.Number, after, page.Limit+1)
	if err != nil {
		return nil, "", err
	}
	err = sqlite.Each(rows, func() error {
		var text string
		if err := rows.Scan(&text); err != nil {
			return err
		}
		s, err := schema.ParseSerial(text)
		list = append(list, s)
		return err
	})
	if len(list) > page.Limit {
		list = list[:page.Limit]
		next = strconv.Itoa(after + page.Limit)
	}
	return list, next, err
}

// Unit gives a unit as its maker writes it and its batch. The error is of kind
// NotFound when no batch names it.
func (v View) Unit(ctx context.Context, unit schema.Unit) (schema.Unit, Batch, error) {
	var serial string
	var number int64
	err := v.q.QueryRowContext(ctx, `SELECT serial, batch FROM units WHERE maker = ? AND fold = ?`, unit.Maker.String(), unit.Serial.Fold()).Scan(&serial, &number)
	if err != nil {
		return unit, Batch{}, notFound(err, "%s has registered no unit %s", unit.Maker, unit.Serial)
	}
	if unit.Serial, err = schema.ParseSerial(serial); err != nil {
		return unit, Batch{}, err
	}
	list, err := v.batches(ctx, `WHERE b.number = ?`, number)
	if err != nil || len(list) == 0 {
		return unit, Batch{}, errors.Join(err, fmt.Errorf("unit %s names a batch that is not there", unit))
	}
	return unit, list[0], nil
}

// TakenSerial gives the first of the serials that the maker has used already, or
// false.
func (v View) TakenSerial(ctx context.Context, maker schema.Name, patterns []schema.SerialPattern) (schema.Serial, bool, error) {
	some := make([]schema.Serial, 0, 500) // SQLite binds a bounded number of values
	for _, p := range patterns {
		for s := range p.All() {
			if some = append(some, s); len(some) < cap(some) {
				continue
			}
			if s, taken, err := v.takenOf(ctx, maker, some); taken || err != nil {
				return s, taken, err
			}
			some = some[:0]
		}
	}
	return v.takenOf(ctx, maker, some)
}

func (v View) takenOf(ctx context.Context, maker schema.Name, serials []schema.Serial) (schema.Serial, bool, error) {
	args := []any{maker.String()}
	for _, s := range serials {
		args = append(args, s.Fold())
	}
	rows, err := v.q.QueryContext(ctx, `SELECT fold FROM units WHERE maker = ? AND fold IN (`+sqlite.Placeholders(len(serials))+`)`, args...)
	if err != nil {
		return schema.Serial{}, false, err
	}
	taken := make(map[string]bool)
	err = sqlite.Each(rows, func() error {
		var fold string
		err := rows.Scan(&fold)
		taken[fold] = true
		return err
	})
	i := slices.IndexFunc(serials, func(s schema.Serial) bool { return taken[s.Fold()] })
	if err != nil || i < 0 {
		return schema.Serial{}, false, err
	}
	return serials[i], true, nil
}
