package index

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"strconv"

	"github.com/patternbook/patternbook/registry/ledger"
	"github.com/patternbook/patternbook/registry/sqlite"
	"github.com/patternbook/patternbook/schema"
)

// designID is the query of the number of the design that has, or had, the owner ?1
// and the name ?2. A name is never given to a second design, so it is at most one.
const designID = `(SELECT id FROM designs WHERE owner = ?1 AND name = ?2 UNION ALL SELECT design FROM forwards WHERE owner = ?1 AND name = ?2)`

func (t *Tx) applyTransfer(ctx context.Context, r ledger.Record, d schema.Transfer) error {
	var design int64
	owner, offerer := d.Organisation, d.Author
	if !d.Design.IsZero() {
		owner = d.Design.Owner
		if err := t.tx.QueryRowContext(ctx, `SELECT id FROM designs WHERE id = `+designID, d.Design.Owner.String(), d.Design.Name).Scan(&design); err != nil {
			return err
		}
	}
	// Whoever has begun it stays its offerer.
	if err := t.exec(ctx, `
		INSERT INTO transfers (design, organisation, number, state, open, owner, offerer, receiver, name, leaves) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
		ON CONFLICT DO UPDATE SET number = ?3, state = ?4, open = ?5, owner = ?6, offerer = iif(open = 1, offerer, ?7), receiver = ?8, name = ?9, leaves = ?10`,
		design, d.Organisation.String(), r.Number, string(d.State), d.State.Open(), owner.String(), offerer.String(), d.To.String(), d.Name, d.Leaves.String()); err != nil {
		return err
	}
	switch {
	case d.State != schema.TransferCompleted:
		return nil
	case d.Design.IsZero():
		return t.changeOwners(ctx, r, d)
	}
	return t.moveDesign(ctx, design, d.Target())
}

// moveDesign gives a design another owner or name. What it was called leads to it.
func (t *Tx) moveDesign(ctx context.Context, design int64, to schema.Design) error {
	if err := t.exec(ctx, `INSERT INTO forwards (owner, name, design) SELECT owner, name, id FROM designs WHERE id = ?`, design); err != nil {
		return err
	}
	if err := t.exec(ctx, `UPDATE designs SET owner = ?, name = ? WHERE id = ?`, to.Owner.String(), to.Name, design); err != nil {
		return err
	}
	return t.refreshDesign(ctx, design)
}

// changeOwners makes the receiver an owner of the organisation.
func (t *Tx) changeOwners(ctx context.Context, r ledger.Record, d schema.Transfer) error {
	document := r.Entry.Document.String()
	if err := t.exec(ctx, `
		INSERT INTO members (organisation, member, role, state, document) VALUES (?1, ?2, ?3, ?4, ?5)
		ON CONFLICT DO UPDATE SET role = ?3, state = ?4, document = ?5`,
		d.Organisation.String(), d.To.String(), string(schema.RoleOwner), string(schema.MemberAccepted), document); err != nil {
		return err
	}
	return t.exec(ctx, `UPDATE members SET state = ?, document = ? WHERE organisation = ? AND member = ? AND state <> ?`,
		string(schema.MemberEnded), document, d.Organisation.String(), d.Leaves.String(), string(schema.MemberEnded))
}

// Forward gives what the design is called now that had a name before; ok is false
// for the name that a design has, and for one that none ever had.
func (v View) Forward(ctx context.Context, former schema.Design) (now schema.Design, ok bool, err error) {
	var owner string
	err = v.q.QueryRowContext(ctx, `SELECT d.owner, d.name FROM forwards f JOIN designs d ON d.id = f.design WHERE f.owner = ? AND f.name = ?`, former.Owner.String(), former.Name).
		Scan(&owner, &now.Name)
	if errors.Is(err, sql.ErrNoRows) {
		return schema.Design{}, false, nil
	}
	if err != nil {
		return schema.Design{}, false, err
	}
	now.Owner, err = schema.ParseName(owner)
	return now, err == nil, err
}

// Present gives what the design is called now that has, or had, a name. Error: NotFound.
func (v View) Present(ctx context.Context, d schema.Design) (schema.Design, error) {
	list, err := v.names(ctx, `SELECT owner, name FROM designs WHERE id = `+designID, d.Owner.String(), d.Name)
	if err == nil && len(list) == 0 {
		err = noDesign(d)
	}
	if err != nil {
		return schema.Design{}, err
	}
	return list[0], nil
}

// FormerNames gives what a design was called before, by any of its names.
func (v View) FormerNames(ctx context.Context, d schema.Design) ([]schema.Design, error) {
	return v.names(ctx, `SELECT owner, name FROM forwards WHERE design = `+designID+` ORDER BY owner, name`, d.Owner.String(), d.Name)
}

// NamesUnder gives what the designs of an owner are and were called, but for the
// present name of one of them.
func (v View) NamesUnder(ctx context.Context, owner schema.Name, except schema.Design) ([]schema.Design, error) {
	return v.names(ctx, `SELECT owner, name FROM designs WHERE owner = ?1 AND (owner <> ?2 OR name <> ?3) UNION ALL SELECT owner, name FROM forwards WHERE owner = ?1`,
		owner.String(), except.Owner.String(), except.Name)
}

func (v View) names(ctx context.Context, query string, args ...any) (list []schema.Design, err error) {
	rows, err := v.q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	err = sqlite.Each(rows, func() error {
		var owner string
		var d schema.Design
		err := rows.Scan(&owner, &d.Name)
		if err == nil {
			d.Owner, err = schema.ParseName(owner)
		}
		list = append(list, d)
		return err
	})
	return list, err
}

const transferColumns = `SELECT coalesce(d.owner, ''), coalesce(d.name, ''), t.organisation, t.state, t.owner, t.offerer, t.receiver, t.name, t.leaves, e.digest, e.time, t.number
	FROM transfers t JOIN entries e ON e.number = t.number LEFT JOIN designs d ON d.id = t.design `

// TransferOfDesign gives the last transfer of a design, by any of its names, under
// way or not; the zero one where there never was one.
func (v View) TransferOfDesign(ctx context.Context, d schema.Design) (schema.TransferAnswer, error) {
	return v.transfer(ctx, `WHERE t.design = `+designID+` AND t.organisation = ''`, d.Owner.String(), d.Name)
}

// TransferOfOwnership does so for the ownership of an organisation.
func (v View) TransferOfOwnership(ctx context.Context, organisation schema.Name) (schema.TransferAnswer, error) {
	return v.transfer(ctx, `WHERE t.design = 0 AND t.organisation = ?`, organisation.String())
}

func (v View) transfer(ctx context.Context, where string, args ...any) (schema.TransferAnswer, error) {
	list, _, err := v.transfers(ctx, where, args...)
	if err != nil || len(list) == 0 {
		return schema.TransferAnswer{}, err
	}
	return list[0], nil
}

// Transfers gives the transfers under way that concern an account: as the owner or
// the receiver, by itself or as an owner of organisations. The latest is first; next
// is the cursor of the following page.
func (v View) Transfers(ctx context.Context, account schema.Name, page Page) (list []schema.TransferAnswer, next string, err error) {
	before, err := page.Number(math.MaxInt64)
	if err != nil {
		return nil, "", err
	}
	const mine = `(SELECT ?1 UNION SELECT organisation FROM members WHERE member = ?1 AND role = 'owner' AND state = 'accepted')`
	list, numbers, err := v.transfers(ctx, `WHERE t.number IN (
			SELECT number FROM transfers WHERE open = 1 AND owner IN `+mine+` UNION SELECT number FROM transfers WHERE open = 1 AND receiver IN `+mine+`)
		AND t.number < ?2 ORDER BY t.number DESC LIMIT ?3`, account.String(), before, page.Limit+1)
	if err != nil || len(list) <= page.Limit {
		return list, "", err
	}
	return list[:page.Limit], strconv.FormatInt(numbers[page.Limit-1], 10), nil
}

func (v View) transfers(ctx context.Context, where string, args ...any) (list []schema.TransferAnswer, numbers []int64, err error) {
	rows, err := v.q.QueryContext(ctx, transferColumns+where, args...)
	if err != nil {
		return nil, nil, err
	}
	err = sqlite.Each(rows, func() error {
		var a schema.TransferAnswer
		var owner, organisation, state, from, offerer, to, leaves, document, time string
		var number int64
		if err := rows.Scan(&owner, &a.Design.Name, &organisation, &state, &from, &offerer, &to, &a.Name, &leaves, &document, &time, &number); err != nil {
			return err
		}
		a.State = schema.TransferState(state)
		err := errors.Join(
			a.Design.Owner.UnmarshalText([]byte(owner)), a.Organisation.UnmarshalText([]byte(organisation)), a.From.UnmarshalText([]byte(from)),
			a.OfferedBy.UnmarshalText([]byte(offerer)), a.To.UnmarshalText([]byte(to)), a.Leaves.UnmarshalText([]byte(leaves)),
			a.Document.UnmarshalText([]byte(document)), a.Time.UnmarshalText([]byte(time)))
		list, numbers = append(list, a), append(numbers, number)
		return err
	})
	return list, numbers, err
}
