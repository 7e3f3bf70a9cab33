package index

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/registry/sqlite"
	"github.com/patternbook/patternbook/schema"
)

// refreshSearch makes the design findable by the text of one of its releases.
func (t *Tx) refreshSearch(ctx context.Context, design int64, release schema.Digest) error {
	d, err := known[schema.Release](ctx, t, release)
	if err != nil {
		return err
	}
	parts, err := t.partNames(ctx, d.BOM)
	if err != nil {
		return err
	}
	if err := t.exec(ctx, `DELETE FROM search WHERE rowid = ?`, design); err != nil {
		return err
	}
	// It is found by what it is called now, which the release may not know.
	return t.exec(ctx, `INSERT INTO search (rowid, name, owner, title, keywords, function, parts) SELECT id, name, owner, ?, ?, ?, ? FROM designs WHERE id = ?`,
		d.About.Name, strings.Join(d.Keywords, " "), d.Function, parts, design)
}

func (t *Tx) partNames(ctx context.Context, digest schema.Digest) (string, error) {
	if digest.IsZero() {
		return "", nil
	}
	d, err := known[bom.Document](ctx, t, digest)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, l := range d.Lines {
		fmt.Fprintf(&b, "%s %s %s %s\n", l.Name, l.Part.Manufacturer, l.Part.MPN, l.Part.Standard)
	}
	return b.String(), nil
}

// A Query is what a search asks for. Empty members ask for nothing.
type Query struct {
	Text    string      // words; each must occur, or begin a word that does
	Owner   schema.Name // only this owner's designs
	Licence string      // only designs whose hardware licence is this SPDX expression, without regard to case
}

// maxCandidates bounds how many matches are ranked: ranking every design that
// has a very common word would take longer than anyone reads.
const maxCandidates = 2000

// Search gives designs, the best matches first, or, without text, those with
// the latest releases. next is the cursor of the following page, "" at the end.
func (v View) Search(ctx context.Context, query Query, page Page) (list []schema.DesignSummary, next string, err error) {
	match := matchExpression(query.Text)
	if match == "" && strings.TrimSpace(query.Text) != "" {
		return nil, "", nil // nothing but punctuation
	}
	filter, args := query.filter()
	if match == "" {
		return v.latestDesigns(ctx, filter, args, page)
	}
	after := ``
	args = append([]any{match}, args...)
	if page.After != "" {
		rank, id, err := parseCursor(page.After)
		if err != nil {
			return nil, "", err
		}
		after = `WHERE (rank, id) > (?, ?)`
		args = append(args, rank, id)
	}
	// Weights: a word in a name says more than one in a text, however often it is
	// there. BM25 levels off at about 1, so a text's weight lies below that.
	return v.designs(ctx, `SELECT * FROM (SELECT bm25(search, 10, 3, 10, 4, 0.5, 0.25) AS rank, `+designColumns+` FROM search JOIN designs d ON d.id = search.rowid `+designJoins+`
		WHERE search MATCH ? `+filter+` LIMIT `+strconv.Itoa(maxCandidates)+`) `+after+` ORDER BY rank, id LIMIT ?`, args, page.Limit)
}

func (v View) latestDesigns(ctx context.Context, filter string, args []any, page Page) ([]schema.DesignSummary, string, error) {
	if page.After != "" {
		changed, _, err := parseCursor(page.After)
		if err != nil {
			return nil, "", err
		}
		filter += ` AND d.changed < ?`
		args = append(args, int64(-changed))
	}
	return v.designs(ctx, `SELECT -d.changed, `+designColumns+` FROM designs d `+designJoins+` WHERE TRUE `+filter+` ORDER BY d.changed DESC LIMIT ?`, args, page.Limit)
}

// filter gives the conditions that a query adds, with their values.
func (query Query) filter() (where string, args []any) {
	if !query.Owner.IsZero() {
		where += ` AND d.owner = ?`
		args = append(args, query.Owner.String())
	}
	if query.Licence != "" {
		where += ` AND r.licence = ? COLLATE NOCASE`
		args = append(args, query.Licence)
	}
	return where, args
}

const (
	designColumns = `d.id AS id, d.owner, d.name, coalesce((SELECT version FROM releases WHERE number = d.latest), ''), r.title, r.function, r.licence, e.time`
	designJoins   = `JOIN releases r ON r.number = d.shown JOIN entries e ON e.number = d.changed`
)

// designs runs a query whose rows are a rank and designColumns and whose last
// placeholder is the limit.
func (v View) designs(ctx context.Context, query string, args []any, limit int) (list []schema.DesignSummary, next string, err error) {
	rows, err := v.q.QueryContext(ctx, query, append(args, limit+1)...)
	if err != nil {
		return nil, "", err
	}
	cursor := ""
	err = sqlite.Each(rows, func() error {
		if len(list) == limit {
			next = cursor
			return nil
		}
		var d schema.DesignSummary
		var id int64
		var rank float64
		var owner, version, time string
		if err := rows.Scan(&rank, &id, &owner, &d.Design.Name, &version, &d.Name, &d.Function, &d.Licence, &time); err != nil {
			return err
		}
		cursor = strconv.FormatFloat(rank, 'g', -1, 64) + "," + strconv.FormatInt(id, 10)
		err := errors.Join(d.Design.Owner.UnmarshalText([]byte(owner)), d.Version.UnmarshalText([]byte(version)), d.Changed.UnmarshalText([]byte(time)))
		list = append(list, d)
		return err
	})
	return list, next, err
}

func parseCursor(s string) (rank float64, id int64, err error) {
	a, b, _ := strings.Cut(s, ",")
	rank, err1 := strconv.ParseFloat(a, 64)
	id, err2 := strconv.ParseInt(b, 10, 64)
	if err1 != nil || err2 != nil {
		return 0, 0, badCursor
	}
	return rank, id, nil
}

var badCursor = &schema.Error{Kind: schema.Invalid, Detail: "this cursor is not one that the registry gave", Fix: "begin the list anew, without a cursor"}

// matchExpression turns words into an FTS5 query in which each is a quoted
// prefix, so that nothing a user types is taken for syntax.
func matchExpression(text string) string {
	const maxWords = 16
	words := strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) })
	var b strings.Builder
	for _, w := range words[:min(len(words), maxWords)] {
		fmt.Fprintf(&b, `"%s"* `, w)
	}
	return strings.TrimSpace(b.String())
}
