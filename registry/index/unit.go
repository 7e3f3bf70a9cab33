package index

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/patternbook/patternbook/registry/sqlite"
	"github.com/patternbook/patternbook/schema"
)

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

// A Unit is what the index keeps of a unit.
type Unit struct {
	schema.Unit // as its maker writes it
	Batch       Batch
	Ordinal     int // in the batch, from 1
}

// Unit gives a unit by its name, without regard to case. The error is of kind
// NotFound when no batch names it.
func (v View) Unit(ctx context.Context, unit schema.Unit) (Unit, error) {
	found := Unit{Unit: unit}
	var serial string
	var number int64
	err := v.q.QueryRowContext(ctx, `SELECT serial, batch, ordinal FROM units WHERE maker = ? AND fold = ?`, unit.Maker.String(), unit.Serial.Fold()).Scan(&serial, &number, &found.Ordinal)
	if err != nil {
		return found, notFound(err, "%s has registered no unit %s", unit.Maker, unit.Serial)
	}
	if found.Serial, err = schema.ParseSerial(serial); err != nil {
		return found, err
	}
	found.Batch, err = v.BatchNumbered(ctx, number)
	return found, err
}

// BatchNumbered gives a batch by the number of its first entry.
func (v View) BatchNumbered(ctx context.Context, number int64) (Batch, error) {
	list, err := v.batches(ctx, `WHERE b.number = ?`, number)
	if err != nil || len(list) == 0 {
		return Batch{}, errors.Join(err, fmt.Errorf("there is no batch of the entry %d", number))
	}
	return list[0], nil
}

// Serial gives the unit with an ordinal of a batch, the zero Serial where it has
// none.
func (v View) Serial(ctx context.Context, batch int64, ordinal int) (s schema.Serial, err error) {
	var text string
	err = v.q.QueryRowContext(ctx, `SELECT serial FROM units WHERE batch = ? AND ordinal = ?`, batch, ordinal).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return s, nil
	}
	if err != nil {
		return s, err
	}
	return schema.ParseSerial(text)
}

// TakenSerial gives the first of the serials that the maker has used already in
// another batch than one, 0 for none, or false.
func (v View) TakenSerial(ctx context.Context, maker schema.Name, but int64, patterns []schema.SerialPattern) (schema.Serial, bool, error) {
	some := make([]schema.Serial, 0, 500) // SQLite binds a bounded number of values
	for _, p := range patterns {
		for s := range p.All() {
			if some = append(some, s); len(some) < cap(some) {
				continue
			}
			if s, taken, err := v.takenOf(ctx, maker, but, some); taken || err != nil {
				return s, taken, err
			}
			some = some[:0]
		}
	}
	return v.takenOf(ctx, maker, but, some)
}

func (v View) takenOf(ctx context.Context, maker schema.Name, but int64, serials []schema.Serial) (schema.Serial, bool, error) {
	args := []any{maker.String(), but}
	for _, s := range serials {
		args = append(args, s.Fold())
	}
	rows, err := v.q.QueryContext(ctx, `SELECT fold FROM units WHERE maker = ? AND batch <> ? AND fold IN (`+sqlite.Placeholders(len(serials))+`)`, args...)
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
