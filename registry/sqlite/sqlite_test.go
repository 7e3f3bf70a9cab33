package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/patternbook/patternbook/schema"
)

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func open(t testing.TB, path string, d Durability) *DB {
	t.Helper()
	db, err := Open(context.Background(), path, d)
	check(t, err)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// pragma gives the value of a pragma on a connection.
func pragma(t testing.TB, c *sql.Conn, name string) (value string) {
	t.Helper()
	check(t, c.QueryRowContext(context.Background(), `PRAGMA `+name).Scan(&value))
	return value
}

// Every connection of both pools is as the package says, not the first alone.
func TestConnections(t *testing.T) {
	ctx := context.Background()
	for durability, synchronous := range map[Durability]string{Full: "2", Normal: "1"} {
		db := open(t, filepath.Join(t.TempDir(), "x.db"), durability)
		var conns []*sql.Conn
		w, err := db.Write.Conn(ctx)
		check(t, err)
		conns = append(conns, w)
		for range 4 {
			r, err := db.Read.Conn(ctx)
			check(t, err)
			conns = append(conns, r)
		}
		for i, c := range conns {
			for name, want := range map[string]string{"journal_mode": "wal", "synchronous": synchronous, "foreign_keys": "1", "busy_timeout": "10000"} {
				if got := pragma(t, c, name); got != want {
					t.Errorf("%s of connection %d (%s) is %s, want %s", name, i, durability, got, want)
				}
			}
			_, err := c.ExecContext(ctx, fmt.Sprintf(`CREATE TABLE t%d (a)`, i))
			if writes := err == nil; writes != (i == 0) {
				t.Errorf("connection %d can write: %v (%v)", i, writes, err)
			}
			check(t, c.Close())
		}
	}
}

// A path may have characters that mean something in a URI.
func TestOddPaths(t *testing.T) {
	for _, name := range []string{"with space", "q?mode=memory", "h#ash", "100%", "%41", "ünï", "a:b", "a&b=c"} {
		path := filepath.Join(t.TempDir(), name)
		db := open(t, path, Full)
		_, err := db.Write.Exec(`CREATE TABLE t (a)`)
		check(t, err)
		check(t, db.Close())
		if found, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "*")); len(found) != 1 || found[0] != path {
			t.Errorf("for %q there is %q", path, found)
		}
	}
	t.Chdir(t.TempDir())
	db := open(t, "relative.db", Full)
	if _, err := db.Read.Exec(`SELECT 1`); err != nil {
		t.Errorf("a relative path: %v", err)
	}
}

func TestUpdateKeepsAllOrNothing(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "x.db"), Full)
	ctx := context.Background()
	_, err := db.Write.Exec(`CREATE TABLE t (a INTEGER PRIMARY KEY) STRICT`)
	check(t, err)
	broken := errors.New("broken")
	err = db.Update(ctx, func(tx *sql.Tx) error {
		_, err := tx.Exec(`INSERT INTO t VALUES (1)`)
		return errors.Join(err, broken)
	})
	if !errors.Is(err, broken) {
		t.Errorf("got %v, want %v", err, broken)
	}
	func() {
		defer func() { _ = recover() }()
		_ = db.Update(ctx, func(tx *sql.Tx) error {
			_, _ = tx.Exec(`INSERT INTO t VALUES (2)`)
			panic("oops")
		})
	}()
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			err := db.Update(ctx, func(tx *sql.Tx) error {
				_, err := tx.Exec(`INSERT INTO t VALUES (?)`, 10+i)
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	var n, low int
	check(t, db.Read.QueryRow(`SELECT count(*), min(a) FROM t`).Scan(&n, &low))
	if n != 20 || low != 10 {
		t.Errorf("there are %d rows from %d on, want 20 from 10", n, low)
	}
}

func TestMigrate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	ctx := context.Background()
	files := fstest.MapFS{"migrations/0001_a.sql": {Data: []byte(`CREATE TABLE a (x); INSERT INTO a VALUES (1);`)}}
	db := open(t, path, Full)
	for range 2 { // the second does nothing
		check(t, db.Migrate(ctx, "one", files))
	}
	check(t, db.Migrate(ctx, "two", fstest.MapFS{"migrations/0001_b.sql": {Data: []byte(`CREATE TABLE b (x)`)}}))
	files["migrations/0002_c.sql"] = &fstest.MapFile{Data: []byte(`INSERT INTO a VALUES (2)`)}
	files["migrations/0010_d.sql"] = &fstest.MapFile{Data: []byte(`UPDATE a SET x = x * 10 WHERE x = 2`)}
	check(t, db.Migrate(ctx, "one", files))
	var sum int
	check(t, db.Read.QueryRow(`SELECT sum(x) FROM a`).Scan(&sum))
	if sum != 21 {
		t.Errorf("the sum is %d, want 21: each file once, in order", sum)
	}
	broken := fstest.MapFS{}
	for k, v := range files {
		broken[k] = v
	}
	broken["migrations/0011_e.sql"] = &fstest.MapFile{Data: []byte(`INSERT INTO a VALUES (100); INSERT INTO nowhere VALUES (1)`)}
	if err := db.Migrate(ctx, "one", broken); err == nil || !strings.Contains(err.Error(), "0011_e.sql") {
		t.Errorf("a migration that fails: got %v, want its name", err)
	}
	check(t, db.Read.QueryRow(`SELECT sum(x) FROM a`).Scan(&sum))
	if sum != 21 {
		t.Errorf("a migration that failed left something: the sum is %d, want 21", sum)
	}
	delete(files, "migrations/0010_d.sql")
	if err := db.Migrate(ctx, "one", files); err == nil || !strings.Contains(err.Error(), "newer than this program") {
		t.Errorf("a file of a newer program: got %v", err)
	}
}

func TestErrors(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "x.db"), Full)
	exec := func(query string) error { _, err := db.Write.Exec(query); return err }
	check(t, exec(`CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT UNIQUE, c TEXT NOT NULL) STRICT`))
	check(t, exec(`INSERT INTO t VALUES (1, 'x', '')`))
	for _, test := range []struct {
		query          string
		taken, without bool
	}{
		{`INSERT INTO t VALUES (1, 'y', '')`, true, false},
		{`INSERT INTO t VALUES (2, 'x', '')`, true, false},
		{`INSERT INTO t VALUES (2, 'y', NULL)`, false, false},
		{`SELECT * FROM nowhere`, false, true},
		{`SELECT nothing FROM t`, false, true},
	} {
		err := exec(test.query)
		if IsTaken(err) != test.taken || IsWithout(err) != test.without || IsDamaged(err) {
			t.Errorf("%s: %v is taken %v, without %v, damaged %v", test.query, err, IsTaken(err), IsWithout(err), IsDamaged(err))
		}
		if schema.KindOf(Explain(err)) == schema.Unavailable {
			t.Errorf("%s: %v is said to pass", test.query, err)
		}
	}
	var pages int
	check(t, db.Write.QueryRow(`PRAGMA page_count`).Scan(&pages))
	check(t, exec(fmt.Sprintf(`PRAGMA max_page_count = %d`, pages)))
	full := exec(`INSERT INTO t VALUES (3, hex(zeroblob(1000000)), '')`)
	if err := Explain(full); schema.KindOf(err) != schema.NoRoom || !errors.Is(err, full) {
		t.Errorf("a full disk: %v (%s), want no room, with its cause", err, schema.KindOf(err))
	}
	_, err := db.Read.Exec(`INSERT INTO t VALUES (4, 'z', '')`)
	if schema.KindOf(Explain(err)) != schema.Unavailable {
		t.Errorf("a read-only connection: %v, want it unavailable", Explain(err))
	}
	if other := errors.New("x"); Explain(other) != other || Explain(nil) != nil {
		t.Error("an error that is not SQLite's was changed")
	}
}

func TestPlaceholders(t *testing.T) {
	for n, want := range map[int]string{0: "", 1: "?", 3: "?,?,?"} {
		if got := Placeholders(n); got != want {
			t.Errorf("%d: got %q, want %q", n, got, want)
		}
	}
}
