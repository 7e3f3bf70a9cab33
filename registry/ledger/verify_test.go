package ledger

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/patternbook/patternbook/schema"
)

// A whole ledger verifies at every size; one that somebody has changed does not,
// and it is said where.
func TestVerify(t *testing.T) {
	ctx := context.Background()
	l, db := open(t)
	for n := range int64(40) {
		tree, err := l.Verify(ctx)
		if err != nil || tree.N != n {
			t.Fatalf("a ledger of %d entries gives %v, %v", n, tree, err)
		}
		check(t, appendTo(l, db, record(t, n)))
	}
	for what, test := range map[string]struct{ change, back, says string }{
		"another document": {
			`UPDATE documents SET bytes = CAST('{}' AS BLOB) WHERE digest = (SELECT document FROM entries WHERE number = 17)`,
			`UPDATE documents SET bytes = CAST('{"author":"ada","kind":"test","n":17}' AS BLOB) WHERE digest = (SELECT document FROM entries WHERE number = 17)`,
			"entry 17",
		},
		"another time": {
			`UPDATE entries SET entry = CAST(replace(CAST(entry AS TEXT), '2026-11-01', '2026-10-01') AS BLOB) WHERE number = 17`,
			`UPDATE entries SET entry = CAST(replace(CAST(entry AS TEXT), '2026-10-01', '2026-11-01') AS BLOB) WHERE number = 17`,
			"entry 17",
		},
		"another author": {
			`UPDATE entries SET entry = CAST(replace(CAST(entry AS TEXT), 'ada', 'eve') AS BLOB) WHERE number = 17`,
			`UPDATE entries SET entry = CAST(replace(CAST(entry AS TEXT), 'eve', 'ada') AS BLOB) WHERE number = 17`,
			"root",
		},
		"a hole": {`UPDATE entries SET number = -1 WHERE number = 17`, `UPDATE entries SET number = 17 WHERE number = -1`, "17"},
	} {
		_, err := db.Write.ExecContext(ctx, test.change)
		check(t, err)
		if _, err := l.Verify(ctx); err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s gives %v, want %q", what, err, test.says)
		}
		_, err = db.Write.ExecContext(ctx, test.back)
		check(t, err)
		if _, err := l.Verify(ctx); err != nil {
			t.Fatalf("put right after %s: %v", what, err)
		}
	}
	_, err := db.Write.ExecContext(ctx, `UPDATE documents SET bytes = CAST('x' AS BLOB) WHERE digest = (SELECT document FROM entries WHERE number = 3)`)
	check(t, err)
	if _, err := l.Verify(ctx); !errors.Is(err, schema.DigestMismatch) {
		t.Errorf("a damaged ledger gives %v", err)
	}
}
