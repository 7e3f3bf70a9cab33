package index

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/registry/sqlite"
	"github.com/patternbook/patternbook/schema"
)

// The ranks of items: what is said of few units counts before what is said of many.
const (
	RankBatch = iota
	RankRun
	RankUnit
	RankEvent
)

// Removed is the kind of an item that an event took out.
const Removed = "removed"

// An Item is something that is known to be in the units of a run, or not to be.
type Item struct {
	Batch, Entry int64
	Rank         int
	From, To     int    // ordinals
	Path         string // of the line, "" for what stands on none
	Kind         string // "" for an item, a [schema.DeviationKind], or Removed
	Part         schema.Part
	Lot, Serial  string
	Maker        schema.Name   // of the unit or the batch that it is, zero for a part
	Made         schema.Serial // that unit, or that batch
	Whole        bool          // Made is a batch that it is from
	Child        int64         // the registered batch of Made, 0 when it is not registered
	ChildOrdinal int           // likewise of the unit, 0 for a batch
	Quantity     schema.Decimal
	Detail       string // JSON of the deviation, "" for others
}

const itemColumns = `batch, entry, rank, from_ordinal, to_ordinal, path, kind, manufacturer, mpn, standard, version, file, lot, serial, maker, made, whole, child, child_ordinal, quantity, detail`

// A made batch is where items are put.
type made struct {
	batch, entry int64
	maker        schema.Name
	planned      int
	known        map[string][]run // by serials: many lines name the same
}

// A run is units of a batch, one after another.
type run struct{ from, to, rank int }

// insertAsBuilt writes what a batch document or a build record says of units.
func (t *Tx) insertAsBuilt(ctx context.Context, m made, a schema.AsBuilt) error {
	for _, i := range a.Items {
		if err := t.insertItems(ctx, m, i.Serials, itemOf(i)); err != nil {
			return err
		}
	}
	for _, d := range a.Deviations {
		detail, err := json.Marshal(d)
		if err != nil {
			return err
		}
		item := Item{Path: d.Line, Kind: string(d.Kind), Part: d.Actual, Lot: d.Lot, Detail: string(detail)}
		if err := t.insertItems(ctx, m, d.Serials, item); err != nil {
			return err
		}
	}
	for _, n := range a.Inspections {
		text, err := json.Marshal(n)
		if err != nil {
			return err
		}
		runs, err := t.runs(ctx, m, n.Serials)
		if err != nil {
			return err
		}
		for _, r := range runs {
			if err := t.exec(ctx, `INSERT INTO inspections (batch, entry, from_ordinal, to_ordinal, inspection) VALUES (?, ?, ?, ?, ?)`, m.batch, m.entry, r.from, r.to, string(text)); err != nil {
				return err
			}
		}
	}
	return nil
}

func itemOf(i schema.BuiltItem) Item {
	item := Item{Path: i.Line, Part: i.Part, Lot: i.Lot, Serial: i.Serial, Quantity: i.Quantity, Maker: i.Unit.Maker, Made: i.Unit.Serial}
	if !i.Batch.Maker.IsZero() {
		item.Maker, item.Made, item.Whole = i.Batch.Maker, i.Batch.Batch, true
	}
	return item
}

// insertItems writes a row for each run of the units that serials names.
func (t *Tx) insertItems(ctx context.Context, m made, serials schema.SerialSet, item Item) error {
	runs, err := t.runs(ctx, m, serials)
	if err != nil {
		return err
	}
	item.Batch, item.Entry = m.batch, m.entry
	for _, r := range runs {
		item.From, item.To, item.Rank = r.from, r.to, r.rank
		if err := t.insertItem(ctx, item); err != nil {
			return err
		}
	}
	return nil
}

// insertItem writes one row. What it is made of is linked when that is registered.
func (t *Tx) insertItem(ctx context.Context, i Item) error {
	var child, ordinal sql.NullInt64
	if !i.Maker.IsZero() {
		query := `SELECT batch, ordinal FROM units WHERE maker = ? AND fold = ?`
		if i.Whole {
			query = `SELECT number, NULL FROM batches WHERE maker = ? AND fold = ?`
		}
		if err := t.tx.QueryRowContext(ctx, query, i.Maker.String(), i.Made.Fold()).Scan(&child, &ordinal); err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
	}
	whole := 0
	if i.Whole {
		whole = 1
	}
	return t.exec(ctx, `INSERT INTO items (`+itemColumns+`, lot_fold, fold) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		i.Batch, i.Entry, i.Rank, i.From, i.To, i.Path, i.Kind, i.Part.Manufacturer, i.Part.MPN, i.Part.Standard, i.Part.Version, i.Part.Digest.String(),
		i.Lot, i.Serial, i.Maker.String(), i.Made.String(), whole, child, ordinal, i.Quantity.String(), i.Detail, bom.Fold(i.Lot), i.Made.Fold())
}

// runs gives the units that serials names as runs of ordinals, the whole batch for
// the zero SerialSet. What the batch does not name, as since a revision, is left out.
func (t *Tx) runs(ctx context.Context, m made, serials schema.SerialSet) ([]run, error) {
	if serials.IsZero() {
		return []run{{1, m.planned, RankBatch}}, nil
	}
	if list, known := m.known[serials.String()]; known {
		return list, nil
	}
	var list []run
	for p := range serials.Patterns() {
		rank := RankRun
		if p.Count() == 1 {
			rank = RankUnit
		}
		ordinals, _, err := t.Ordinals(ctx, m.batch, m.maker, p)
		if err != nil {
			return nil, err
		}
		slices.Sort(ordinals)
		for _, o := range ordinals {
			if last := len(list) - 1; last >= 0 && list[last].rank == rank && list[last].to+1 == o && rank == RankRun {
				list[last].to = o
			} else {
				list = append(list, run{o, o, rank})
			}
		}
	}
	m.known[serials.String()] = list
	return list, nil
}

// Ordinals gives the ordinals of the units of a batch that a pattern names, in its
// order, and the first serial that is none of the batch's, the zero Serial when all are.
func (v View) Ordinals(ctx context.Context, batch int64, maker schema.Name, p schema.SerialPattern) (list []int, missing schema.Serial, err error) {
	for s := range p.All() {
		var ordinal int
		err := v.q.QueryRowContext(ctx, `SELECT ordinal FROM units WHERE maker = ? AND fold = ? AND batch = ?`, maker.String(), s.Fold(), batch).Scan(&ordinal)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			if missing.IsZero() {
				missing = s
			}
		case err != nil:
			return nil, missing, err
		default:
			list = append(list, ordinal)
		}
	}
	return list, missing, nil
}

// link ties items that were recorded before what they are made of was registered to
// the batch with that number, and those of its units to their new ordinals.
func (t *Tx) link(ctx context.Context, number int64, name schema.BatchName) error {
	if err := t.exec(ctx, `UPDATE items SET child = ? WHERE maker <> '' AND maker = ? AND fold = ? AND whole = 1`, number, name.Maker.String(), name.Batch.Fold()); err != nil {
		return err
	}
	if err := t.exec(ctx, `UPDATE items SET child = NULL, child_ordinal = NULL WHERE child IS NOT NULL AND child = ? AND whole = 0`, number); err != nil {
		return err
	}
	return t.exec(ctx, `
		UPDATE items SET child = u.batch, child_ordinal = u.ordinal FROM units u
		WHERE items.maker <> '' AND items.maker = ? AND items.child IS NULL AND items.whole = 0 AND u.maker = items.maker AND u.fold = items.fold AND u.batch = ?`,
		name.Maker.String(), number)
}

// items gives the rows that a condition allows.
func (v View) items(ctx context.Context, where string, args ...any) (list []Item, err error) {
	rows, err := v.q.QueryContext(ctx, `SELECT `+itemColumns+` FROM items `+where, args...)
	if err != nil {
		return nil, err
	}
	err = sqlite.Each(rows, func() error {
		var i Item
		var file, maker, made, quantity string
		var child, ordinal sql.NullInt64
		if err := rows.Scan(&i.Batch, &i.Entry, &i.Rank, &i.From, &i.To, &i.Path, &i.Kind, &i.Part.Manufacturer, &i.Part.MPN, &i.Part.Standard, &i.Part.Version, &file,
			&i.Lot, &i.Serial, &maker, &made, &i.Whole, &child, &ordinal, &quantity, &i.Detail); err != nil {
			return err
		}
		i.Child, i.ChildOrdinal = child.Int64, int(ordinal.Int64)
		list = append(list, i)
		last := &list[len(list)-1]
		return errors.Join(last.Part.Digest.UnmarshalText([]byte(file)), last.Maker.UnmarshalText([]byte(maker)), last.Made.UnmarshalText([]byte(made)),
			last.Quantity.UnmarshalText([]byte(quantity)))
	})
	return list, err
}

// ItemsOf gives all that is known of one unit, or of a batch without serials, by
// lines: what Effective chooses from. At most limit rows are given.
func (v View) ItemsOf(ctx context.Context, batch int64, ordinal, limit int) ([]Item, error) {
	list, err := v.items(ctx, `
		WHERE rowid IN (
			SELECT rowid FROM items WHERE batch = ?1 AND rank IN (0, 1) AND from_ordinal <= ?2 AND to_ordinal >= ?2
			UNION ALL SELECT rowid FROM items WHERE batch = ?1 AND rank IN (2, 3) AND from_ordinal = ?2)
		ORDER BY path, entry, rowid LIMIT ?3`, batch, ordinal, limit)
	if err != nil {
		return nil, fmt.Errorf("read what is known of a unit: %w", err)
	}
	return list, nil
}

// Effective gives what holds of one line and one unit: the items of the highest rank,
// and of events the last. What an item leaves unsaid of its part it inherits from the
// rank below, unless that speaks of another part; an event inherits nothing. Additions
// take nobody's place. A change of the process says nothing of what is there. designed
// is the part that the design has on the line, zero where that is not known.
func Effective(items []Item, designed schema.Part) []Item {
	if len(items) == 1 && items[0].Kind != string(schema.ProcessChange) && (items[0].Path != "" || items[0].Kind == string(schema.Addition)) {
		return items // as of most lines
	}
	var hold []Item
	for rank := RankEvent; rank >= RankBatch; rank-- {
		if said := ofRank(items, rank); len(said) > 0 {
			hold = inherit(said, items, rank, designed)
			break
		}
	}
	for _, i := range items {
		if i.Kind == string(schema.Addition) {
			hold = append(hold, i)
		}
	}
	return hold
}

// ofRank gives the items of one rank that take the place of what else is said, of
// events the last.
func ofRank(items []Item, rank int) []Item {
	var said []Item
	for _, i := range items {
		switch {
		case !i.replaces() || i.Rank != rank:
			continue
		case rank == RankEvent && len(said) > 0 && said[0].Entry < i.Entry:
			said = said[:0]
		case rank == RankEvent && len(said) > 0 && said[0].Entry > i.Entry:
			continue
		}
		said = append(said, i)
	}
	return said
}

// inherit fills in what items of a rank leave unsaid by what holds of the rank below.
func inherit(said, items []Item, rank int, designed schema.Part) []Item {
	if rank == RankEvent || rank == RankBatch || !slices.ContainsFunc(said, Item.inherits) {
		return said
	}
	var below []Item
	for rank--; rank >= RankBatch && len(below) == 0; rank-- {
		if below = ofRank(items, rank); len(below) > 0 {
			below = inherit(below, items, rank, designed)
		}
	}
	var hold []Item
	for _, i := range said {
		if !i.inherits() {
			hold = append(hold, i)
			continue
		}
		n := len(hold)
		for _, b := range below {
			if b.Kind != "" && b.Kind != string(schema.Substitution) || !b.Maker.IsZero() || !sameAs(i.Part, b.Part, designed) {
				continue
			}
			merged := i
			if merged.Part.IsZero() {
				merged.Part = b.Part
			}
			if merged.Lot == "" {
				merged.Lot = b.Lot
			}
			if len(hold) == n || hold[len(hold)-1] != merged {
				hold = append(hold, merged)
			}
		}
		if len(hold) == n {
			hold = append(hold, i)
		}
	}
	return hold
}

// sameAs tells whether a part is the one that is said of more units, which is the
// design's where that leaves it out.
func sameAs(part, below, designed schema.Part) bool {
	if below.IsZero() {
		below = designed
	}
	return part.IsZero() || part == below || bom.Covers(part, below)
}

// inherits tells whether an item leaves its part or its lot to what is said of more
// units.
func (i Item) inherits() bool {
	return (i.Kind == "" || i.Kind == string(schema.Substitution)) && i.Maker.IsZero() && (i.Part.IsZero() || i.Lot == "")
}

// replaces tells whether an item takes the place of what else is said of its line.
func (i *Item) replaces() bool {
	return i.Path != "" && i.Kind != string(schema.Addition) && i.Kind != string(schema.ProcessChange)
}

// PlacesOf gives where the records put a unit, or what is from a batch: the items
// that name it, by batch and ordinal.
func (v View) PlacesOf(ctx context.Context, unit schema.Unit) ([]Item, error) {
	return v.items(ctx, `WHERE maker <> '' AND maker = ? AND fold = ? AND whole = 0 ORDER BY entry DESC LIMIT 100`, unit.Maker.String(), unit.Serial.Fold())
}

// ItemsIn gives all that is known of the units of a batch.
func (v View) ItemsIn(ctx context.Context, batch int64) ([]Item, error) {
	return v.items(ctx, `WHERE batch = ?`, batch)
}

// ItemsAt gives the rows of one line that are about one unit.
func (v View) ItemsAt(ctx context.Context, batch int64, ordinal int, path string) ([]Item, error) {
	return v.items(ctx, `WHERE batch = ? AND path = ? AND from_ordinal <= ? AND to_ordinal >= ?`, batch, path, ordinal, ordinal)
}

// KnownUnits gives the serials of those units of a batch of which something is known
// by themselves: it was recorded of them, or happened to them.
func (v View) KnownUnits(ctx context.Context, batch int64) (serials []schema.Serial, err error) {
	rows, err := v.q.QueryContext(ctx, `SELECT u.serial FROM units u WHERE u.batch = ?1 AND u.ordinal IN (
		SELECT from_ordinal FROM items WHERE batch = ?1 AND rank IN (2, 3) UNION SELECT ordinal FROM events WHERE batch = ?1
		UNION SELECT child_ordinal FROM items WHERE child IS NOT NULL AND child = ?1 AND whole = 0)`, batch)
	if err != nil {
		return nil, err
	}
	err = sqlite.Each(rows, func() error {
		var text string
		if err := rows.Scan(&text); err != nil {
			return err
		}
		s, err := schema.ParseSerial(text)
		serials = append(serials, s)
		return err
	})
	return serials, err
}

// DesignChanges gives the changes of the design that are recorded of a batch.
func (v View) DesignChanges(ctx context.Context, name schema.BatchName) (list []schema.Deviation, err error) {
	rows, err := v.q.QueryContext(ctx, `SELECT DISTINCT i.detail FROM batches b JOIN items i ON i.batch = b.number WHERE b.maker = ? AND b.fold = ? AND i.kind = ? AND i.entry <> b.revised`,
		name.Maker.String(), name.Batch.Fold(), string(schema.DesignChange))
	if err != nil {
		return nil, err
	}
	err = sqlite.Each(rows, func() error {
		var text string
		if err := rows.Scan(&text); err != nil {
			return err
		}
		var d schema.Deviation
		err := json.Unmarshal([]byte(text), &d)
		list = append(list, d)
		return err
	})
	return list, err
}

// IsDerived tells whether a release is derived from another, which is given by number.
func (v View) IsDerived(ctx context.Context, release schema.Digest, from int64) (yes bool, err error) {
	err = v.q.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM releases r JOIN lineage l ON l.release = r.number WHERE r.digest = ? AND l.ancestor = ?)`, release.String(), from).Scan(&yes)
	return yes, err
}
