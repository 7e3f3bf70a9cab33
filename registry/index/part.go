package index

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/registry/ledger"
	"github.com/patternbook/patternbook/registry/sqlite"
	"github.com/patternbook/patternbook/schema"
)

// insertUses notes which parts a release's own BOM asks for, and which releases
// are in it.
func (t *Tx) insertUses(ctx context.Context, r ledger.Record, d schema.Release) error {
	if err := t.exec(ctx, `INSERT INTO inside (release, whole, path) VALUES (?1, ?1, '')`, r.Number); err != nil {
		return err
	}
	if d.BOM.IsZero() {
		return nil
	}
	document, err := known[bom.Document](ctx, t, d.BOM)
	if err != nil {
		return err
	}
	node := bom.NodeOf(r.Entry.Document, d, &document.BOM)
	parents := bom.Parents(node.BOM.Lines)
	for i := range node.BOM.Lines {
		l := &node.BOM.Lines[i]
		if pin, pinned := node.Pins[l.Item]; pinned && l.Kind == bom.KindAssembly {
			if err = t.insertInside(ctx, r.Number, l.Item, pin.Release); err == nil && l.Counts() {
				err = t.exec(ctx, `INSERT OR IGNORE INTO pins (assembly, release, item) SELECT number, ?, ? FROM releases WHERE digest = ?`, r.Number, l.Item, pin.Release.String())
			}
		} else if key := node.PartKey(i); key != "" && l.Counts() && !parents[l.Item] {
			err = t.insertUse(ctx, r.Number, key, l)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// insertInside puts an assembly, and all that is in it, into a release. Of
// several ways to one thing the direct one is kept, else the first.
func (t *Tx) insertInside(ctx context.Context, whole int64, item string, assembly schema.Digest) error {
	return t.exec(ctx, `
		INSERT INTO inside (release, whole, path)
		SELECT i.release, ?1, CASE i.path WHEN '' THEN ?2 ELSE ?2 || '/' || i.path END
		FROM releases r JOIN inside i ON i.whole = r.number WHERE r.digest = ?3
		ON CONFLICT DO UPDATE SET path = excluded.path WHERE instr(excluded.path, '/') = 0 AND instr(path, '/') > 0`, whole, item, assembly.String())
}

func (t *Tx) insertUse(ctx context.Context, release int64, key bom.PartKey, l *bom.Line) error {
	result, err := t.tx.ExecContext(ctx, `
		INSERT OR IGNORE INTO parts (key, kind, manufacturer, mpn, standard, name, value, footprint) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		string(key), string(l.Kind), l.Part.Manufacturer, l.Part.MPN, l.Part.Standard, l.Name, l.Value, l.Footprint)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil {
		return err
	} else if n == 1 {
		id, err := result.LastInsertId()
		if err != nil {
			return err
		}
		text := strings.Join([]string{l.Part.Manufacturer, l.Part.MPN, l.Part.Standard, l.Name, l.Value}, " ")
		if err := t.exec(ctx, `INSERT INTO part_search (rowid, text) VALUES (?, ?)`, id, text); err != nil {
			return err
		}
	}
	return t.exec(ctx, `INSERT INTO uses (part, release, item) SELECT id, ?, ? FROM parts WHERE key = ?`, release, l.Item, string(key))
}

const partColumns = `p.id, p.key, p.kind, p.manufacturer, p.mpn, p.standard, p.name, p.value, p.footprint,
	(SELECT count(DISTINCT r.design) FROM uses u JOIN releases r ON r.number = u.release WHERE u.part = p.id AND r.quarantine = '')`

// isShown is the condition for a part that the BOM of some release has that is not under
// quarantine.
const isShown = `EXISTS (SELECT 1 FROM uses u JOIN releases r ON r.number = u.release WHERE u.part = p.id AND r.quarantine = '')`

// Parts gives the parts that have text in their manufacturer, part number,
// standard, name or value: each of its words, which need not be whole. Those of
// which text is the whole part number, standard or name come first; without text
// it gives all. next is the cursor of the following page.
func (v View) Parts(ctx context.Context, text string, page Page) (list []schema.PartSummary, next string, err error) {
	text = strings.Join(strings.Fields(text), " ")
	found, args := partsWith(text)
	exact, id := 1.0, int64(-1)
	if page.After != "" {
		if exact, id, err = parseCursor(page.After); err != nil {
			return nil, "", err
		}
	}
	args = append(append([]any{text, text, text}, args...), exact, id, page.Limit+1)
	rows, err := v.q.QueryContext(ctx, `
		SELECT f.exact, `+partColumns+` FROM (
			SELECT * FROM (SELECT id, mpn = ? OR standard = ? OR name = ? AS exact FROM parts p WHERE id IN (`+found+`) AND `+isShown+`)
			WHERE (-exact, id) > (-?, ?) ORDER BY exact DESC, id LIMIT ?) f
		JOIN parts p ON p.id = f.id ORDER BY f.exact DESC, p.id`, args...)
	if err != nil {
		return nil, "", err
	}
	cursor := ""
	err = sqlite.Each(rows, func() error {
		if len(list) == page.Limit {
			next = cursor
			return nil
		}
		var p schema.PartSummary
		var id int64
		var exact int
		if err := rows.Scan(&exact, &id, &p.Key, &p.Kind, &p.Manufacturer, &p.MPN, &p.Standard, &p.Name, &p.Value, &p.Footprint, &p.Designs); err != nil {
			return err
		}
		cursor = strconv.Itoa(exact) + "," + strconv.FormatInt(id, 10)
		list = append(list, p)
		return nil
	})
	return list, next, err
}

// partsWith gives the query of the parts that have each word of text.
func partsWith(text string) (query string, args []any) {
	if text == "" {
		return `SELECT id FROM parts`, nil
	}
	query, args = `SELECT id FROM parts WHERE mpn = ? AND mpn <> '' UNION SELECT id FROM parts WHERE standard = ? AND standard <> ''
		UNION SELECT id FROM parts WHERE name = ? AND name <> ''`, []any{text, text, text}
	var match strings.Builder
	var like []any
	for word := range strings.FieldsSeq(text) {
		if utf8.RuneCountInString(word) < 3 { // the index knows nothing shorter
			like = append(like, "%"+strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(word)+"%")
			continue
		}
		fmt.Fprintf(&match, `"%s" `, strings.ReplaceAll(word, `"`, `""`))
	}
	with, values := `SELECT id FROM parts WHERE TRUE`, []any{}
	if match.Len() > 0 {
		with += ` AND id IN (SELECT rowid FROM part_search WHERE part_search MATCH ?)`
		values = append(values, match.String())
	}
	for _, word := range like {
		with += ` AND manufacturer || ' ' || mpn || ' ' || standard || ' ' || name || ' ' || value LIKE ? ESCAPE '\'`
		values = append(values, word)
	}
	return query + ` UNION SELECT id FROM (` + with + ` LIMIT ` + strconv.Itoa(maxCandidates) + `)`, append(args, values...)
}

// Part gives a part by its key, or an error of kind NotFound.
func (v View) Part(ctx context.Context, key bom.PartKey) (p schema.PartSummary, err error) {
	var id int64
	err = v.q.QueryRowContext(ctx, `SELECT `+partColumns+` FROM parts p WHERE p.key = ? AND `+isShown, string(key)).
		Scan(&id, &p.Key, &p.Kind, &p.Manufacturer, &p.MPN, &p.Standard, &p.Name, &p.Value, &p.Footprint, &p.Designs)
	return p, notFound(err, "no part has the key %q", string(key))
}

// PartUses gives the releases that contain a part, in their own BOM or through
// assemblies, the latest first. Those under quarantine are left out.
func (v View) PartUses(ctx context.Context, key bom.PartKey, page Page) ([]schema.Use, string, error) {
	return v.uses(ctx, `
		SELECT i.whole AS whole, min(CASE i.path WHEN '' THEN u.item ELSE i.path || '/' || u.item END) AS path, max(i.path = '') AS direct
		FROM parts p JOIN uses u ON u.part = p.id JOIN inside i ON i.release = u.release JOIN releases w ON w.number = i.whole AND w.quarantine = '' WHERE p.key = ?`, []any{string(key)}, page)
}

// DesignUses gives the releases that contain a design, in any version, or only
// one of its releases, the latest first. Those under quarantine are left out.
func (v View) DesignUses(ctx context.Context, design schema.Design, release schema.Digest, page Page) ([]schema.Use, string, error) {
	from, args := `
		SELECT i.whole AS whole, min(i.path) AS path, max(instr(i.path, '/') = 0) AS direct
		FROM releases r JOIN inside i ON i.release = r.number AND i.whole <> r.number JOIN releases w ON w.number = i.whole AND w.quarantine = ''
		WHERE r.design = `+designID, []any{design.Owner.String(), design.Name}
	if !release.IsZero() {
		from += ` AND r.digest = ?`
		args = append(args, release.String())
	}
	return v.uses(ctx, from, args, page)
}

// uses runs a query that gives whole, path and direct, from a table i that has
// whole.
func (v View) uses(ctx context.Context, from string, args []any, page Page) (list []schema.Use, next string, err error) {
	if page.After != "" {
		number, err := strconv.ParseInt(page.After, 10, 64)
		if err != nil {
			return nil, "", badCursor
		}
		from += ` AND i.whole < ?`
		args = append(args, number)
	}
	rows, err := v.q.QueryContext(ctx, `
		SELECT w.whole, d.owner, d.name, r.version, r.digest, r.status, w.path, w.direct
		FROM (`+from+` GROUP BY i.whole ORDER BY i.whole DESC LIMIT ?) w JOIN releases r ON r.number = w.whole JOIN designs d ON d.id = r.design
		ORDER BY w.whole DESC`, append(args, page.Limit+1)...)
	if err != nil {
		return nil, "", err
	}
	cursor := int64(0)
	err = sqlite.Each(rows, func() error {
		if len(list) == page.Limit {
			next = strconv.FormatInt(cursor, 10)
			return nil
		}
		var u schema.Use
		var owner, version, digest, status string
		if err := rows.Scan(&cursor, &owner, &u.Design.Name, &version, &digest, &status, &u.Path, &u.Direct); err != nil {
			return err
		}
		u.Status = schema.Status(status)
		list = append(list, u)
		last := &list[len(list)-1]
		return errors.Join(last.Design.Owner.UnmarshalText([]byte(owner)), last.Version.UnmarshalText([]byte(version)), last.Release.UnmarshalText([]byte(digest)))
	})
	return list, next, err
}
