package index

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/registry/sqlite"
	"github.com/patternbook/patternbook/schema"
)

// Still has do ask several things of one state of the index.
func (x *Index) Still(ctx context.Context, do func(View) error) error {
	tx, err := x.db.Read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	return errors.Join(do(View{tx}), tx.Rollback())
}

// A Place is a line of a release's tree.
type Place struct {
	Path   string // items from the release down, joined by slashes; "" for the release itself
	Node   int64  // the release whose own BOM has the line, or which stands on it
	Within string // path of the assembly of which the line is asked for, "" for the release itself
}

// list writes numbers for json_each.
func list(numbers []int64) string {
	b, _ := json.Marshal(numbers) // numbers have a text
	return string(b)
}

// ReleasesOf gives the releases of a design with their versions.
func (v View) ReleasesOf(ctx context.Context, design schema.Design) (own map[int64]schema.Version, err error) {
	rows, err := v.q.QueryContext(ctx, `SELECT number, version FROM releases WHERE design = `+designID, design.Owner.String(), design.Name)
	if err != nil {
		return nil, err
	}
	own = make(map[int64]schema.Version)
	err = sqlite.Each(rows, func() error {
		var number int64
		var text string
		if err := rows.Scan(&number, &text); err != nil {
			return err
		}
		version, err := schema.ParseVersion(text)
		own[number] = version
		return err
	})
	return own, err
}

// DerivedFrom gives the releases that are derived from some of others, through
// however many forks.
func (v View) DerivedFrom(ctx context.Context, releases []int64) ([]int64, error) {
	return v.numbers(ctx, `SELECT DISTINCT release FROM lineage WHERE ancestor IN (SELECT value FROM json_each(?))`, list(releases))
}

// OwnedBy gives those of the releases that are an owner's, or derived from such; with
// once also those that were before their design changed hands.
func (v View) OwnedBy(ctx context.Context, owner schema.Name, releases []int64, once bool) ([]int64, error) {
	return v.numbers(ctx, `
		WITH owners (design, owner) AS (SELECT id, owner FROM designs UNION ALL SELECT design, owner FROM forwards WHERE ?3)
		SELECT r.number FROM json_each(?1) j JOIN releases r ON r.number = j.value JOIN owners o ON o.design = r.design WHERE o.owner = ?2
		UNION SELECT l.release FROM json_each(?1) j JOIN lineage l ON l.release = j.value JOIN releases r ON r.number = l.ancestor JOIN owners o ON o.design = r.design WHERE o.owner = ?2`,
		list(releases), owner.String(), once)
}

func (v View) numbers(ctx context.Context, query string, args ...any) (numbers []int64, err error) {
	rows, err := v.q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	err = sqlite.Each(rows, func() error {
		var n int64
		err := rows.Scan(&n)
		numbers = append(numbers, n)
		return err
	})
	return numbers, err
}

// LinesOf gives the lines of releases' own BOMs that ask for a part.
func (v View) LinesOf(ctx context.Context, part schema.Part) ([]Place, error) {
	parts, err := v.partsLike(ctx, part)
	if err != nil {
		return nil, err
	}
	return v.places(ctx, `SELECT release, item FROM uses WHERE part IN (SELECT value FROM json_each(?))`, list(parts))
}

// partsLike gives the parts of BOMs that are the one that is asked for.
func (v View) partsLike(ctx context.Context, part schema.Part) (parts []int64, err error) {
	rows, err := v.q.QueryContext(ctx, `SELECT id, manufacturer, mpn, standard FROM parts WHERE mpn <> '' AND mpn = ?1 OR standard <> '' AND standard = ?2`, part.MPN, part.Standard)
	if err != nil {
		return nil, err
	}
	asked := schema.Part{Manufacturer: part.Manufacturer, MPN: part.MPN, Standard: part.Standard} // parts are kept without versions and files
	err = sqlite.Each(rows, func() error {
		var id int64
		var p schema.Part
		err := rows.Scan(&id, &p.Manufacturer, &p.MPN, &p.Standard)
		if err == nil && bom.Covers(asked, p) {
			parts = append(parts, id)
		}
		return err
	})
	return parts, err
}

func (v View) places(ctx context.Context, query string, args ...any) (places []Place, err error) {
	rows, err := v.q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	err = sqlite.Each(rows, func() error {
		var p Place
		err := rows.Scan(&p.Node, &p.Path)
		places = append(places, p)
		return err
	})
	return places, err
}

// A Pin is a line of one release on which another stands.
type Pin struct {
	Assembly, Release int64
	Item              string
}

// PinsOf gives the lines of other releases on which some stand.
func (v View) PinsOf(ctx context.Context, assemblies []int64) ([]Pin, error) {
	return v.pins(ctx, `SELECT assembly, release, item FROM pins WHERE assembly IN (SELECT value FROM json_each(?))`, assemblies)
}

// PinsIn gives the pinned lines of some releases.
func (v View) PinsIn(ctx context.Context, releases []int64) ([]Pin, error) {
	return v.pins(ctx, `SELECT p.assembly, p.release, p.item FROM json_each(?) j JOIN pins p ON p.release = j.value`, releases)
}

func (v View) pins(ctx context.Context, query string, of []int64) (pins []Pin, err error) {
	rows, err := v.q.QueryContext(ctx, query, list(of))
	if err != nil {
		return nil, err
	}
	err = sqlite.Each(rows, func() error {
		var p Pin
		err := rows.Scan(&p.Assembly, &p.Release, &p.Item)
		pins = append(pins, p)
		return err
	})
	return pins, err
}

// LinesIn gives the lines of some releases' own BOMs that ask for a part.
func (v View) LinesIn(ctx context.Context, part schema.Part, releases []int64) ([]Place, error) {
	parts, err := v.partsLike(ctx, part)
	if err != nil {
		return nil, err
	}
	return v.places(ctx, `SELECT u.release, u.item FROM json_each(?1) p JOIN json_each(?2) r JOIN uses u ON u.part = p.value AND u.release = r.value`, list(parts), list(releases))
}

// A MadeBatch is what a recall needs to know of a batch.
type MadeBatch struct {
	Number, Release int64
	Maker           string
	Batch           string
	Planned         int
	Serials         int
	Conformance     schema.Conformance
	Lot             string // in the form of bom.Fold
}

// BatchesFrom gives the batches made from some releases.
func (v View) BatchesFrom(ctx context.Context, releases []int64) ([]MadeBatch, error) {
	return v.madeBatches(ctx, `JOIN json_each(?) j ON j.value = b.release`, list(releases))
}

// BatchesBy gives batches by their numbers.
func (v View) BatchesBy(ctx context.Context, numbers []int64) ([]MadeBatch, error) {
	return v.madeBatches(ctx, `JOIN json_each(?) j ON j.value = b.number`, list(numbers))
}

// BatchesOfLot gives the batches with a lot code.
func (v View) BatchesOfLot(ctx context.Context, lot string) ([]MadeBatch, error) {
	return v.madeBatches(ctx, `WHERE b.lot_fold <> '' AND b.lot_fold = ?`, bom.Fold(lot))
}

func (v View) madeBatches(ctx context.Context, which string, args ...any) (batches []MadeBatch, err error) {
	rows, err := v.q.QueryContext(ctx, `SELECT b.number, b.release, b.maker, b.batch, b.planned, b.serials, b.conformance, b.lot_fold FROM batches b `+which, args...)
	if err != nil {
		return nil, err
	}
	err = sqlite.Each(rows, func() error {
		var b MadeBatch
		err := rows.Scan(&b.Number, &b.Release, &b.Maker, &b.Batch, &b.Planned, &b.Serials, &b.Conformance, &b.Lot)
		batches = append(batches, b)
		return err
	})
	return batches, err
}

// BatchesOfUnits gives the ordinals of a maker's units that a pattern names, by batch.
func (v View) BatchesOfUnits(ctx context.Context, maker schema.Name, p schema.SerialPattern, found map[int64][]int) error {
	for s := range p.All() {
		var batch int64
		var ordinal int
		err := v.q.QueryRowContext(ctx, `SELECT batch, ordinal FROM units WHERE maker = ? AND fold = ?`, maker.String(), s.Fold()).Scan(&batch, &ordinal)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return err
		}
		found[batch] = append(found[batch], ordinal)
	}
	return nil
}

// A BatchPath is a line of a batch.
type BatchPath struct {
	Batch int64
	Path  string
}

// Recorded gives the lines of batches of which something is recorded that has the
// part, the lot or the firmware: all that is asked for.
func (v View) Recorded(ctx context.Context, part schema.Part, lot, firmware string) (lines []BatchPath, err error) {
	where, args := []string{}, []any{}
	also := func(condition, value string) {
		if value != "" {
			where, args = append(where, condition), append(args, value)
		}
	}
	also(`mpn <> '' AND mpn = ?`, part.MPN)
	also(`standard <> '' AND standard = ?`, part.Standard)
	also(`file <> '' AND file = ?`, part.Digest.String())
	also(`version <> '' AND version = ?`, firmware)
	if part.IsZero() { // an item that leaves the part to the BOM has none: its line is among the part's places
		also(`lot_fold <> '' AND lot_fold = ?`, bom.Fold(lot))
	}
	if len(where) == 0 {
		return nil, nil
	}
	rows, err := v.q.QueryContext(ctx, `SELECT DISTINCT batch, path FROM items WHERE `+strings.Join(where, ` AND `), args...)
	if err != nil {
		return nil, err
	}
	err = sqlite.Each(rows, func() error {
		var p BatchPath
		err := rows.Scan(&p.Batch, &p.Path)
		lines = append(lines, p)
		return err
	})
	return lines, err
}

// Wholes gives the lines on which units of some batches are recorded.
func (v View) Wholes(ctx context.Context, batches []int64) (lines []BatchPath, err error) {
	rows, err := v.q.QueryContext(ctx, `SELECT DISTINCT batch, path FROM items WHERE child IS NOT NULL AND child IN (SELECT value FROM json_each(?))`, list(batches))
	if err != nil {
		return nil, err
	}
	err = sqlite.Each(rows, func() error {
		var p BatchPath
		err := rows.Scan(&p.Batch, &p.Path)
		lines = append(lines, p)
		return err
	})
	return lines, err
}

// Said gives all that is recorded of lines of batches, in no order, without what a
// recall does not ask: serials of parts, quantities and the details of deviations.
func (v View) Said(ctx context.Context, lines []BatchPath, each func(Item)) error {
	pairs := make([][2]any, len(lines))
	for i, l := range lines {
		pairs[i] = [2]any{l.Batch, l.Path}
	}
	asked, err := json.Marshal(pairs)
	if err != nil {
		return err
	}
	rows, err := v.q.QueryContext(ctx, `
		SELECT i.batch, i.entry, i.rank, i.from_ordinal, i.to_ordinal, i.path, i.kind, i.manufacturer, i.mpn, i.standard, i.version, i.file, i.lot, i.maker,
			coalesce(i.child, 0), coalesce(i.child_ordinal, 0)
		FROM json_each(?) j CROSS JOIN items i ON i.batch = j.value ->> 0 AND i.path = j.value ->> 1`, string(asked))
	if err != nil {
		return err
	}
	return sqlite.Each(rows, func() error {
		var i Item
		var file, maker string
		if err := rows.Scan(&i.Batch, &i.Entry, &i.Rank, &i.From, &i.To, &i.Path, &i.Kind, &i.Part.Manufacturer, &i.Part.MPN, &i.Part.Standard, &i.Part.Version, &file,
			&i.Lot, &maker, &i.Child, &i.ChildOrdinal); err != nil {
			return err
		}
		if err := errors.Join(i.Part.Digest.UnmarshalText([]byte(file)), i.Maker.UnmarshalText([]byte(maker))); err != nil {
			return err
		}
		each(i)
		return nil
	})
}
