package index

import (
	"context"
	"database/sql"
	"errors"

	"github.com/patternbook/patternbook/registry/ledger"
	"github.com/patternbook/patternbook/registry/sqlite"
	"github.com/patternbook/patternbook/schema"
)

func (t *Tx) applyModeration(ctx context.Context, r ledger.Record, d schema.Moderation) error {
	if d.Act.Appoints() {
		return t.exec(ctx, `
			INSERT INTO roles (account, role, reason, document) VALUES (?1, ?2, ?3, ?4)
			ON CONFLICT DO UPDATE SET role = ?2, reason = ?3, document = ?4`,
			d.Account.String(), string(d.Role), d.Reason, r.Entry.Document.String())
	}
	if err := t.exec(ctx, `
		INSERT INTO moderations (release, account, act, reason, document) VALUES (?1, ?2, ?3, ?4, ?5)
		ON CONFLICT DO UPDATE SET act = ?3, reason = ?4, document = ?5`,
		d.Release.String(), d.Account.String(), string(d.Act), d.Reason, r.Entry.Document.String()); err != nil {
		return err
	}
	if d.Release.IsZero() {
		return nil
	}
	why := ""
	if d.Act == schema.Quarantine {
		why = d.Reason
	}
	var design int64
	err := t.tx.QueryRowContext(ctx, `UPDATE releases SET quarantine = ? WHERE digest = ? RETURNING design`, why, d.Release.String()).Scan(&design)
	if err != nil {
		return err
	}
	return t.refreshDesign(ctx, design)
}

// Appointed gives which role an account has in the registry.
func (v View) Appointed(ctx context.Context, account schema.Name) (schema.Appointed, error) {
	list, err := v.appointed(ctx, `account = ?`, account.String())
	if err != nil || len(list) == 0 {
		return schema.Appointed{Account: account}, err
	}
	return list[0], nil
}

// AllAppointed gives the accounts that have a role in the registry, by name. The keeper
// knows each, so there are few.
func (v View) AllAppointed(ctx context.Context) ([]schema.Appointed, error) {
	return v.appointed(ctx, `role <> '' ORDER BY account`)
}

func (v View) appointed(ctx context.Context, where string, args ...any) (list []schema.Appointed, err error) {
	rows, err := v.q.QueryContext(ctx, `SELECT account, role, reason, document FROM roles WHERE `+where, args...)
	if err != nil {
		return nil, err
	}
	err = sqlite.Each(rows, func() error {
		var a schema.Appointed
		var account, role, document string
		if err := rows.Scan(&account, &role, &a.Reason, &document); err != nil {
			return err
		}
		a.Role = schema.InstanceRole(role)
		err := errors.Join(a.Account.UnmarshalText([]byte(account)), a.Document.UnmarshalText([]byte(document)))
		list = append(list, a)
		return err
	})
	return list, err
}

// Moderated gives what the keeper of the registry has last said of a release or of
// an account; the other one is zero.
func (v View) Moderated(ctx context.Context, release schema.Digest, account schema.Name) (m schema.Moderated, err error) {
	var act, document string
	err = v.q.QueryRowContext(ctx, `SELECT act, reason, document FROM moderations WHERE release = ? AND account = ?`, release.String(), account.String()).
		Scan(&act, &m.Reason, &document)
	if errors.Is(err, sql.ErrNoRows) {
		return schema.Moderated{}, nil
	}
	if err != nil {
		return schema.Moderated{}, err
	}
	m.Act = schema.ModerationAct(act)
	return m, m.Document.UnmarshalText([]byte(document))
}

// Suspended tells why an account is suspended, "" when it is not.
func (v View) Suspended(ctx context.Context, account schema.Name) (string, error) {
	m, err := v.Moderated(ctx, schema.Digest{}, account)
	if m.Act != schema.Suspend {
		return "", err
	}
	return m.Reason, err
}

// ImpactOfRelease tells how much hangs on a release, by its ledger number: the
// other releases that contain it, and what was made from it and from those.
func (v View) ImpactOfRelease(ctx context.Context, release int64) (schema.Impact, error) {
	return v.impact(ctx, `SELECT whole FROM inside WHERE release = ?1 AND whole <> ?1`, `SELECT whole FROM inside WHERE release = ?1`, release)
}

// ImpactOfAccount tells how much hangs on an account: its own releases, and what
// was made from them.
func (v View) ImpactOfAccount(ctx context.Context, account schema.Name) (schema.Impact, error) {
	own := `SELECT r.number FROM releases r JOIN designs d ON d.id = r.design WHERE d.owner = ?1`
	return v.impact(ctx, own, own, account.String())
}

// ImpactOfArtifact tells how much hangs on an artifact: the releases that have it as a
// file, those that contain one of these, and what was made from them.
func (v View) ImpactOfArtifact(ctx context.Context, artifact schema.Digest) (schema.Impact, error) {
	with := `SELECT i.whole FROM files f JOIN inside i ON i.release = f.release WHERE f.digest = ?1`
	return v.impact(ctx, with, with, artifact.String())
}

// impact counts releases, and the batches of releases, that two queries give.
func (v View) impact(ctx context.Context, releases, made string, arg any) (i schema.Impact, err error) {
	err = v.q.QueryRowContext(ctx, `SELECT count(*), count(DISTINCT design) FROM releases WHERE number IN (`+releases+`)`, arg).Scan(&i.Releases, &i.Designs)
	if err != nil {
		return i, err
	}
	err = v.q.QueryRowContext(ctx, `SELECT count(*), coalesce(sum(planned), 0) FROM batches WHERE release IN (`+made+`)`, arg).Scan(&i.Batches, &i.Units)
	return i, err
}
