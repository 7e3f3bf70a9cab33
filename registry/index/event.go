package index

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/patternbook/patternbook/registry/ledger"
	"github.com/patternbook/patternbook/registry/sqlite"
	"github.com/patternbook/patternbook/schema"
)

func (t *Tx) applyUnitEvent(ctx context.Context, r ledger.Record, d schema.UnitEvent) error {
	u, err := t.Unit(ctx, d.Unit)
	if err != nil {
		return err
	}
	counts, err := t.Acts(ctx, d.Author, d.Unit.Maker, schema.RoleOwner, schema.RoleMaker)
	if err != nil {
		return err
	}
	if err := t.exec(ctx, `INSERT INTO events (number, digest, batch, ordinal, event, at, remedies, counts) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		r.Number, r.Entry.Document.String(), u.Batch.Number, u.Ordinal, string(d.Event), d.At.String(), d.Remedies.String(), counts); err != nil {
		return err
	}
	if err := t.insertEvidence(ctx, r.Number, d.Evidence); err != nil {
		return err
	}
	at := u.Batch.Number
	if !d.Confirms.IsZero() && counts {
		var confirmed source
		err := t.tx.QueryRowContext(ctx, `UPDATE events SET counts = 1 WHERE digest = ? AND batch = ? AND ordinal = ? AND counts = 0 AND corrected IS NULL RETURNING number`,
			d.Confirms.String(), at, u.Ordinal).Scan(&confirmed.number)
		if err == nil {
			confirmed.digest, confirmed.ordinal = d.Confirms, u.Ordinal
			err = t.insertEventItems(ctx, at, confirmed)
		}
		if err != nil && !errors.Is(err, sql.ErrNoRows) { // it counts already, or is voided
			return err
		}
	}
	if !d.Corrects.IsZero() {
		var corrected int64
		if err := t.tx.QueryRowContext(ctx, `UPDATE events SET corrected = ? WHERE digest = ? AND batch = ? AND ordinal = ? RETURNING number`, r.Number, d.Corrects.String(), at, u.Ordinal).Scan(&corrected); err != nil {
			return fmt.Errorf("the event %s is none of the unit's: %w", d.Corrects, err)
		}
		if err := t.Forget(ctx, corrected); err != nil {
			return err
		}
	}
	if !counts {
		return nil
	}
	return t.insertEventItems(ctx, at, source{r.Number, r.Entry.Document, true, u.Ordinal})
}

// Acts tells whether an account acts for a name in one of the roles: it is its own,
// or it is a member. An organisation has the roles of its members alone.
func (v View) Acts(ctx context.Context, account, name schema.Name, roles ...schema.MemberRole) (bool, error) {
	if account == name {
		return true, nil
	}
	m, err := v.Membership(ctx, name, account)
	return err == nil && m.State == schema.MemberAccepted && slices.Contains(roles, m.Role), err
}

// insertEventItems writes what an event took out of a unit and put into it.
func (t *Tx) insertEventItems(ctx context.Context, batch int64, s source) error {
	d, err := known[schema.UnitEvent](ctx, t, s.digest)
	if err != nil {
		return err
	}
	at := Item{Batch: batch, Entry: s.number, Rank: RankEvent, From: s.ordinal, To: s.ordinal}
	for _, path := range d.Removed {
		i := at
		i.Path, i.Kind = path, Removed
		if err := t.insertItem(ctx, i); err != nil {
			return err
		}
	}
	for _, installed := range d.Installed {
		i := itemOf(installed)
		i.Batch, i.Entry, i.Rank, i.From, i.To = at.Batch, at.Entry, at.Rank, at.From, at.To
		if err := t.insertItem(ctx, i); err != nil {
			return err
		}
	}
	return nil
}

// An Event is what the index keeps of something that happened to a unit.
type Event struct {
	Number   int64
	Digest   schema.Digest
	Batch    int64
	Ordinal  int
	Event    schema.EventKind
	At       schema.Time
	Remedies schema.AdvisoryID
	Author   schema.Name
	Counts   bool // said or confirmed by the maker
}

// Events gives what is in force of what happened to a unit, the first told first, at
// most limit of it.
func (v View) Events(ctx context.Context, batch int64, ordinal, limit int) ([]Event, error) {
	return v.events(ctx, `WHERE v.batch = ? AND v.ordinal = ? AND v.corrected IS NULL ORDER BY v.number LIMIT ?`, batch, ordinal, limit)
}

// Remedied gives the events that count and make an advisory good.
func (v View) Remedied(ctx context.Context, id schema.AdvisoryID) ([]Event, error) {
	return v.events(ctx, `WHERE v.remedies <> '' AND v.remedies = ? AND v.counts = 1 AND v.corrected IS NULL ORDER BY v.batch, v.ordinal`, id.String())
}

// Event gives an event of a unit by the digest of its document, or an error of kind
// NotFound.
func (v View) Event(ctx context.Context, batch int64, ordinal int, digest schema.Digest) (Event, error) {
	list, err := v.events(ctx, `WHERE v.digest = ? AND v.batch = ? AND v.ordinal = ?`, digest.String(), batch, ordinal)
	if err == nil && len(list) == 0 {
		err = notFound(sql.ErrNoRows, "the unit has no event %s", digest)
	}
	if err != nil {
		return Event{}, err
	}
	return list[0], nil
}

func (v View) events(ctx context.Context, where string, args ...any) (list []Event, err error) {
	rows, err := v.q.QueryContext(ctx, `
		SELECT v.number, v.digest, v.batch, v.ordinal, v.event, v.at, v.remedies, e.author, v.counts FROM events v JOIN entries e ON e.number = v.number `+where, args...)
	if err != nil {
		return nil, err
	}
	err = sqlite.Each(rows, func() error {
		var e Event
		var digest, event, at, remedies, author string
		if err := rows.Scan(&e.Number, &digest, &e.Batch, &e.Ordinal, &event, &at, &remedies, &author, &e.Counts); err != nil {
			return err
		}
		e.Event = schema.EventKind(event)
		err := errors.Join(e.Digest.UnmarshalText([]byte(digest)), e.At.UnmarshalText([]byte(at)), e.Remedies.UnmarshalText([]byte(remedies)), e.Author.UnmarshalText([]byte(author)))
		list = append(list, e)
		return err
	})
	return list, err
}

// Inspections gives the tests of a unit, the first told first, at most limit of them,
// and the entries of the documents that tell of them.
func (v View) Inspections(ctx context.Context, batch int64, ordinal, limit int) (list []schema.TracedInspection, err error) {
	rows, err := v.q.QueryContext(ctx, `
		SELECT n.entry, e.digest, n.inspection FROM inspections n JOIN entries e ON e.number = n.entry
		WHERE n.batch = ?1 AND n.from_ordinal <= ?2 AND n.to_ordinal >= ?2 ORDER BY n.entry, n.rowid LIMIT ?3`, batch, ordinal, limit)
	if err != nil {
		return nil, err
	}
	err = sqlite.Each(rows, func() error {
		var n schema.TracedInspection
		var digest, text string
		if err := rows.Scan(&n.LedgerIndex, &digest, &text); err != nil {
			return err
		}
		err := errors.Join(n.Document.UnmarshalText([]byte(digest)), json.Unmarshal([]byte(text), &n.Inspection))
		list = append(list, n)
		return err
	})
	return list, err
}
