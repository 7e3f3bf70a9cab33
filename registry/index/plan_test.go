package index

import (
	"context"
	"database/sql"
	"strings"
	"testing"

	"github.com/patternbook/patternbook/registry/sqlite"
	"github.com/patternbook/patternbook/schema"
)

// A planner notes how SQLite would run each query.
type planner struct {
	db    *sql.DB
	plans []string
}

func (p *planner) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := p.explain(ctx, query, args); err != nil {
		return nil, err
	}
	return p.db.QueryContext(ctx, query, args...)
}

func (p *planner) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if err := p.explain(ctx, query, args); err != nil {
		panic(err)
	}
	return p.db.QueryRowContext(ctx, query, args...)
}

func (p *planner) explain(ctx context.Context, query string, args []any) error {
	rows, err := p.db.QueryContext(ctx, `EXPLAIN QUERY PLAN `+query, args...)
	if err != nil {
		return err
	}
	return sqlite.Each(rows, func() error {
		var id, parent, unused int
		var detail string
		err := rows.Scan(&id, &parent, &unused, &detail)
		p.plans = append(p.plans, detail)
		return err
	})
}

// What is asked often reads by an index and sorts nothing, so that it costs the
// same however large the registry is.
func TestQueriesUseIndexes(t *testing.T) {
	f := fresh(t)
	d := f.apply(release("ada/lamp", "1.0.0", at("https://example.org/lamp")))[0]
	f.apply(batch(d, "coop", "LOT-1", "A-{1..9}"))
	ctx := context.Background()
	b, err := f.Batch(ctx, must(schema.ParseBatchName, "coop/LOT-1"))
	check(t, err)
	page := Page{Limit: 10}
	for _, test := range []struct {
		what string
		ask  func(View) error
		may  []string // parts of plans that are right although they scan or sort
	}{
		{"next", func(v View) error { _, err := v.Next(ctx); return err }, []string{"SEARCH entries"}},
		{"last time", func(v View) error { _, err := v.LastTime(ctx); return err }, []string{"SCAN entries"}}, // the last row alone
		{"entry", func(v View) error { _, err := v.Entry(ctx, d); return err }, nil},
		{"document", func(v View) error { _, err := v.Document(ctx, d); return err }, nil},
		{"account", func(v View) error { _, _ = v.Account(ctx, name("ada")); return nil }, nil},
		{"resolve", func(v View) error { _, err := v.Resolve(ctx, ref("ada/lamp@1.0.0")); return err }, nil},
		{"resolve a digest", func(v View) error { _, err := v.Resolve(ctx, ref("ada/lamp@"+d.String())); return err }, nil},
		{"by digest", func(v View) error { _, err := v.ReleaseByDigest(ctx, d); return err }, nil},
		{"by repository", func(v View) error { _, err := v.ByRepository(ctx, "https://example.org/lamp"); return err }, nil},
		// A design's versions are sorted: they are few.
		{"versions", func(v View) error { _, err := v.Versions(ctx, design("ada/lamp")); return err }, []string{"USE TEMP B-TREE FOR ORDER BY"}},
		{"a former name", func(v View) error { _, _, err := v.Forward(ctx, design("ada/lamp")); return err }, nil},
		{"former names", func(v View) error { _, err := v.FormerNames(ctx, design("ada/lamp")); return err }, []string{"USE TEMP B-TREE FOR ORDER BY"}},
		{"an account's transfers", func(v View) error { _, _, err := v.Transfers(ctx, name("coop"), page); return err },
			[]string{"USE TEMP B-TREE FOR ORDER BY"}}, // of those under way that concern it
		{"named", func(v View) error { _, err := v.Named(ctx, []schema.Digest{d, d, d}); return err }, nil},
		{"batch", func(v View) error { _, err := v.Batch(ctx, b.Batch); return err }, nil},
		{"unit", func(v View) error { _, err := v.Unit(ctx, must(schema.ParseUnit, "coop/a-3")); return err }, nil},
		{"units", func(v View) error { _, _, err := v.Units(ctx, b, Page{After: "3", Limit: 10}); return err }, nil},
		{"taken serials", func(v View) error {
			_, _, err := v.TakenSerial(ctx, name("coop"), 0, must(schema.ParseSerialPatterns, "Z-{1..3}"))
			return err
		}, nil},
		{"all batches", func(v View) error { _, _, err := v.Batches(ctx, schema.BatchQuery{}, page); return err }, []string{"SCAN b"}}, // from the last on
		{"a maker's batches", func(v View) error {
			_, _, err := v.Batches(ctx, schema.BatchQuery{Maker: name("coop")}, page)
			return err
		}, nil},
		{"a maker's later batches", func(v View) error {
			_, _, err := v.Batches(ctx, schema.BatchQuery{Maker: name("coop")}, Page{After: "9", Limit: 10})
			return err
		}, nil},
		{"a design's batches", func(v View) error {
			_, _, err := v.Batches(ctx, schema.BatchQuery{Design: design("ada/lamp"), Forks: true}, page)
			return err
		}, []string{"USE TEMP B-TREE FOR ORDER BY"}}, // of its several releases
		{"batches near a place", func(v View) error {
			_, _, err := v.Batches(ctx, schema.BatchQuery{Place: "DE"}, page)
			return err
		}, []string{"USE TEMP B-TREE FOR ORDER BY"}}, // of its parts
		{"a release's batches", func(v View) error { _, _, err := v.Batches(ctx, schema.BatchQuery{Release: d}, page); return err }, nil},
		{"latest designs", func(v View) error { _, _, err := v.Search(ctx, Query{}, page); return err }, []string{"SCAN d USING INDEX designs_changed"}},
		{"an owner's designs", func(v View) error { _, _, err := v.Search(ctx, Query{Owner: name("ada")}, page); return err }, nil},
		{"search", func(v View) error { _, _, err := v.Search(ctx, Query{Text: "lamp"}, page); return err },
			[]string{"SCAN search VIRTUAL TABLE", "USE TEMP B-TREE FOR ORDER BY", "SCAN (subquery"}}, // of at most maxCandidates
		{"a part's uses", func(v View) error { _, _, err := v.PartUses(ctx, "00", page); return err },
			[]string{"USE TEMP B-TREE FOR", "SCAN w"}}, // of the part's own uses, and of one page
		{"a design's uses", func(v View) error { _, _, err := v.DesignUses(ctx, design("ada/lamp"), d, page); return err },
			[]string{"USE TEMP B-TREE FOR", "SCAN w"}},
		{"parts by text", func(v View) error { _, _, err := v.Parts(ctx, "M8 nut", page); return err },
			[]string{"VIRTUAL TABLE", "USE TEMP B-TREE FOR", "SCAN f", "SCAN (subquery"}}, // of at most maxCandidates
	} {
		p := &planner{db: f.db.Read}
		check(t, test.ask(View{p}))
		if len(p.plans) == 0 {
			t.Errorf("%s: asked nothing", test.what)
		}
	plans:
		for _, plan := range p.plans {
			if !strings.HasPrefix(plan, "SCAN") && !strings.Contains(plan, "TEMP B-TREE") {
				continue
			}
			for _, may := range test.may {
				if strings.Contains(plan, may) {
					continue plans
				}
			}
			if plan == "SCAN CONSTANT ROW" {
				continue
			}
			t.Errorf("%s: %s\n%s", test.what, plan, strings.Join(p.plans, "\n"))
		}
	}
}
