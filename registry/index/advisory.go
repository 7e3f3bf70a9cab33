package index

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"strconv"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/registry/ledger"
	"github.com/patternbook/patternbook/registry/sqlite"
	"github.com/patternbook/patternbook/schema"
)

func (t *Tx) applyAdvisory(ctx context.Context, r ledger.Record, d schema.Advisory) error {
	if err := t.insertEvidence(ctx, r.Number, d.Evidence); err != nil {
		return err
	}
	appointed, err := t.Appointed(ctx, d.Author)
	if err != nil {
		return err
	}
	by := d.Selectors
	args := []any{
		r.Number, r.Entry.Document.String(), d.Issuer.String(), string(d.Status), string(d.Severity), d.Title, by.Design.String(), by.Part.MPN, by.Part.Standard,
		bom.Fold(by.Lot), by.Firmware, by.Part.Digest.String(), cmp.Or(by.Batch.Maker, by.Maker).String(), by.Batch.Batch.Fold(), appointed.Role == schema.SafetyEditor,
	}
	if d.Follows.IsZero() {
		id, err := t.NextAdvisory(ctx, r.Entry.Time)
		if err != nil {
			return err
		}
		if err := t.exec(ctx, `INSERT INTO advisories (number, digest, issuer, status, severity, title, design, mpn, standard, lot, firmware, file, maker, batch, editor, id, first)
			VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?1)`, append(args, id.String())...); err != nil {
			return err
		}
	} else if err := t.reviseAdvisory(ctx, append(args, d.Follows.String())); err != nil {
		return err
	}
	return t.exec(ctx, `INSERT INTO advisory_documents (number, id) SELECT number, id FROM advisories WHERE number = ?`, r.Number)
}

func (t *Tx) reviseAdvisory(ctx context.Context, row []any) error {
	result, err := t.tx.ExecContext(ctx, `UPDATE advisories SET number = ?1, digest = ?2, issuer = ?3, status = ?4, severity = ?5, title = ?6, design = ?7, mpn = ?8, standard = ?9,
		lot = ?10, firmware = ?11, file = ?12, maker = ?13, batch = ?14, editor = ?15 WHERE digest = ?16`, row...)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n != 1 {
		return errors.Join(err, errors.New("the advisory that it follows is not in force"))
	}
	return nil
}

// NextAdvisory gives the name of the next advisory that is received at a time.
func (v View) NextAdvisory(ctx context.Context, at schema.Time) (schema.AdvisoryID, error) {
	first := schema.NewAdvisoryID(at, 1).String()
	year := first[:len(first)-1]
	var n int
	err := v.q.QueryRowContext(ctx, `SELECT count(*) FROM advisories WHERE id >= ? AND id < ?`, year, year[:len(year)-1]+".").Scan(&n)
	return schema.NewAdvisoryID(at, n+1), err
}

func (t *Tx) applyAdvisoryResponse(ctx context.Context, r ledger.Record, d schema.AdvisoryResponse) error {
	if !d.Follows.IsZero() {
		if err := t.exec(ctx, `UPDATE responses SET replaced = ? WHERE digest = ? AND name = ?`, r.Number, d.Follows.String(), d.For.String()); err != nil {
			return err
		}
	}
	return t.exec(ctx, `INSERT INTO responses (number, digest, advisory, name) VALUES (?, ?, ?, ?)`, r.Number, r.Entry.Document.String(), d.Advisory.String(), d.For.String())
}

const advisoryColumns = `SELECT a.id, a.first, a.number, a.digest, a.issuer, a.editor, a.status, a.severity, a.title, f.time, e.time
	FROM advisories a JOIN entries f ON f.number = a.first JOIN entries e ON e.number = a.number `

// An Advisory is what the index keeps of an advisory.
type Advisory struct {
	schema.AdvisorySummary
	First, Number int64 // entries of its first document and of that in force
	Editor        bool  // its author was a safety editor when it was received
}

// Advisory gives an advisory, or an error of kind NotFound.
func (v View) Advisory(ctx context.Context, id schema.AdvisoryID) (Advisory, error) {
	return v.advisory(ctx, `WHERE a.id = ?`, id.String(), "there is no advisory "+id.String())
}

// AdvisoryOf gives the advisory whose document in force has a digest, or an error of
// kind NotFound.
func (v View) AdvisoryOf(ctx context.Context, digest schema.Digest) (Advisory, error) {
	return v.advisory(ctx, `WHERE a.digest = ?`, digest.String(), "no advisory in force is "+digest.String())
}

// AdvisoryAt gives the name of the advisory of which a document is, by the number of
// its entry, or an error of kind NotFound.
func (v View) AdvisoryAt(ctx context.Context, number int64) (id schema.AdvisoryID, err error) {
	var text string
	if err := v.q.QueryRowContext(ctx, `SELECT id FROM advisory_documents WHERE number = ?`, number).Scan(&text); err != nil {
		return id, notFound(err, "the entry %d is no advisory", number)
	}
	return schema.ParseAdvisoryID(text)
}

func (v View) advisory(ctx context.Context, where, arg, missing string) (Advisory, error) {
	list, err := v.advisories(ctx, where, arg)
	if err == nil && len(list) == 0 {
		err = notFound(sql.ErrNoRows, "%s", missing)
	}
	if err != nil {
		return Advisory{}, err
	}
	return list[0], nil
}

// Advisories gives the advisories with a status, or all for "", the latest first.
// next is the cursor of the following page.
func (v View) Advisories(ctx context.Context, status schema.AdvisoryStatus, page Page) (list []Advisory, next string, err error) {
	where, args := `WHERE TRUE`, []any{}
	if status != "" {
		where += ` AND a.status = ?`
		args = append(args, string(status))
	}
	if page.After != "" {
		number, err := strconv.ParseInt(page.After, 10, 64)
		if err != nil {
			return nil, "", badCursor
		}
		where += ` AND a.first < ?`
		args = append(args, number)
	}
	list, err = v.advisories(ctx, where+` ORDER BY a.first DESC LIMIT ?`, append(args, page.Limit+1)...)
	if len(list) > page.Limit {
		list = list[:page.Limit]
		next = strconv.FormatInt(list[page.Limit-1].First, 10)
	}
	return list, next, err
}

func (v View) advisories(ctx context.Context, where string, args ...any) (list []Advisory, err error) {
	rows, err := v.q.QueryContext(ctx, advisoryColumns+where, args...)
	if err != nil {
		return nil, err
	}
	err = sqlite.Each(rows, func() error {
		var a Advisory
		var id, digest, issuer, status, severity, first, last string
		if err := rows.Scan(&id, &a.First, &a.Number, &digest, &issuer, &a.Editor, &status, &severity, &a.Title, &first, &last); err != nil {
			return err
		}
		a.Status, a.Severity = schema.AdvisoryStatus(status), schema.AdvisoryGrade(severity)
		err := errors.Join(a.ID.UnmarshalText([]byte(id)), a.Digest.UnmarshalText([]byte(digest)), a.Issuer.UnmarshalText([]byte(issuer)),
			a.Time.UnmarshalText([]byte(first)), a.Revised.UnmarshalText([]byte(last)))
		list = append(list, a)
		return err
	})
	return list, err
}

// AdvisoriesFor gives the advisories in force that may concern units of a batch, going
// by what its design and its records have, the worst first; what they mean for a unit
// its recall tells.
func (v View) AdvisoriesFor(ctx context.Context, b Batch) ([]Advisory, error) {
	const tree = `(SELECT i.release FROM releases w JOIN inside i ON i.whole = w.number WHERE w.digest = ?1)`
	has := func(column string) string {
		return `a.` + column + ` = '' OR EXISTS (SELECT 1 FROM parts p JOIN uses u ON u.part = p.id WHERE p.` + column + ` <> '' AND p.` + column + ` = a.` + column + ` AND u.release IN ` + tree + `)
			OR EXISTS (SELECT 1 FROM items t WHERE t.` + column + ` <> '' AND t.` + column + ` = a.` + column + ` AND t.batch = ?2)`
	}
	return v.advisories(ctx, `WHERE a.status <> 'withdrawn' AND (a.maker = '' OR a.maker = ?3) AND (a.batch = '' OR a.batch = ?4)
		AND (a.design = '' OR a.design IN (SELECT n.owner || '/' || n.name
			FROM (SELECT id AS design, owner, name FROM designs UNION ALL SELECT design, owner, name FROM forwards) n JOIN releases r ON r.design = n.design
			WHERE r.number IN `+tree+` OR r.number IN (SELECT l.ancestor FROM lineage l WHERE l.release IN `+tree+`)))
		AND (`+has("mpn")+`) AND (`+has("standard")+`)
		AND (a.design <> '' OR a.mpn <> '' OR a.standard <> '' OR a.lot = '' OR a.lot = ?5 OR EXISTS (SELECT 1 FROM items t WHERE t.lot_fold <> '' AND t.lot_fold = a.lot AND t.batch = ?2))
		ORDER BY CASE a.severity WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2 ELSE 3 END, a.first DESC LIMIT 1000`,
		b.Release.String(), b.Number, b.Batch.Maker.String(), b.Batch.Batch.Fold(), bom.Fold(b.Lot))
}

// A Response is an answer to an advisory that is in force.
type Response struct {
	Number   int64
	Digest   schema.Digest
	Time     schema.Time
	Document schema.AdvisoryResponse
}

// Responses gives the answers to an advisory that are in force, the first told first,
// at most limit of them.
func (v View) Responses(ctx context.Context, id schema.AdvisoryID, limit int) (list []Response, err error) {
	rows, err := v.q.QueryContext(ctx, `SELECT r.number, r.digest, e.time, d.bytes FROM responses r JOIN entries e ON e.number = r.number JOIN documents d ON d.digest = r.digest
		WHERE r.advisory = ? AND r.replaced IS NULL ORDER BY r.number LIMIT ?`, id.String(), limit)
	if err != nil {
		return nil, err
	}
	err = sqlite.Each(rows, func() error {
		var r Response
		var digest, time string
		var document []byte
		if err := rows.Scan(&r.Number, &digest, &time, &document); err != nil {
			return err
		}
		d, err := schema.Stored[schema.AdvisoryResponse](document)
		r.Document = d
		list = append(list, r)
		last := &list[len(list)-1]
		return errors.Join(err, last.Digest.UnmarshalText([]byte(digest)), last.Time.UnmarshalText([]byte(time)))
	})
	return list, err
}

// ResponseOf gives in whose name an answer in force is given. Error: NotFound.
func (v View) ResponseOf(ctx context.Context, id schema.AdvisoryID, digest schema.Digest) (name schema.Name, err error) {
	var text string
	err = v.q.QueryRowContext(ctx, `SELECT name FROM responses WHERE advisory = ? AND digest = ? AND replaced IS NULL`, id.String(), digest.String()).Scan(&text)
	if err != nil {
		return name, notFound(err, "no answer %s to %s is in force", digest, id)
	}
	return schema.ParseName(text)
}
