package registry

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/patternbook/patternbook/registry/ledger"
	"github.com/patternbook/patternbook/registry/sqlite"
	"github.com/patternbook/patternbook/schema"
)

// A dump is the rows of every table of an index, by table. FTS5 splits its own
// tables search_data and search_idx into segments as transactions come, so for
// them stands what they mean: each word with where it occurs.
type dump map[string][]string

func dumpIndex(path string) (dump, error) {
	db, err := sql.Open("sqlite3", "file:"+path+"?_query_only=off")
	if err != nil {
		return nil, err
	}
	defer func() { _ = db.Close() }()
	db.SetMaxOpenConns(1)
	names, err := rowsOf(db, `SELECT name FROM sqlite_master WHERE type = 'table'`)
	if err != nil {
		return nil, err
	}
	d := make(dump)
	for _, n := range names {
		table := strings.Trim(n, `"[]`)
		if table == "search_data" || table == "search_idx" {
			continue
		}
		query := `SELECT * FROM ` + table
		if table == "search" {
			query = `SELECT rowid, * FROM search`
		}
		if d[table], err = rowsOf(db, query); err != nil {
			return nil, fmt.Errorf("%s: %w", table, err)
		}
	}
	if _, err := db.Exec(`CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, search, 'instance')`); err != nil {
		return nil, err
	}
	d["words"], err = rowsOf(db, `SELECT * FROM words`)
	return d, err
}

// rowsOf gives the rows of a query as text, sorted.
func rowsOf(db *sql.DB, query string) ([]string, error) {
	rows, err := db.Query(query)
	if err != nil {
		return nil, err
	}
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	list := []string{}
	err = sqlite.Each(rows, func() error {
		values, places := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			places[i] = &values[i]
		}
		if err := rows.Scan(places...); err != nil {
			return err
		}
		list = append(list, fmt.Sprintf("%q", values))
		return nil
	})
	slices.Sort(list)
	return list, err
}

// differences names the tables in which two indexes differ.
func (d dump) differences(other dump) (list []string) {
	all := maps.Clone(d)
	maps.Copy(all, other)
	for _, table := range slices.Sorted(maps.Keys(all)) {
		if _, both := d[table]; !both || other[table] == nil {
			list = append(list, fmt.Sprintf("only one has the table %s", table))
		} else if !slices.Equal(d[table], other[table]) {
			list = append(list, fmt.Sprintf("%s: one has %d rows\n%.600q\nthe other %d\n%.600q", table, len(d[table]), d[table], len(other[table]), other[table]))
		}
	}
	return list
}

// wantSound closes the registry, compares its index with one made anew and its
// tree with its leaves, and opens it again.
func (f *fixture) wantSound() {
	f.t.Helper()
	check(f.t, f.Close())
	for _, fault := range faultsOf(f.dir) {
		f.t.Error(fault)
	}
	f.Service = nil
	f.reopen()
	checkCheckpoint(f)
}

// faultsOf says what is wrong with the files of a registry that is not open.
func faultsOf(dir string) (faults []string) {
	fault := func(err error) []string { return append(faults, err.Error()) }
	ctx := context.Background()
	db, err := sqlite.Open(ctx, filepath.Join(dir, ledgerFile), sqlite.Full)
	if err != nil {
		return fault(err)
	}
	defer func() { _ = db.Close() }()
	l, err := ledger.Open(ctx, db)
	if err != nil {
		return fault(err)
	}
	records, err := l.Records(ctx, 0, 1_000_000)
	if err != nil {
		return fault(err)
	}
	leaves := [][]byte{}
	last := schema.Time{}
	for i, r := range records {
		if r.Number != int64(i) {
			faults = append(faults, fmt.Sprintf("entry %d has the number %d", i, r.Number))
		}
		if got := schema.DigestOf(r.Document); got != r.Entry.Document {
			faults = append(faults, fmt.Sprintf("entry %d names %s, its document is %s", i, r.Entry.Document, got))
		}
		if r.Entry.Time.Before(last) {
			faults = append(faults, fmt.Sprintf("entry %d is of %s, the one before of %s", i, r.Entry.Time, last))
		}
		last = r.Entry.Time
		leaf, _, err := schema.Encode(r.Entry)
		if err != nil {
			return fault(err)
		}
		leaves = append(leaves, leaf)
	}
	tree, err := l.Tree(ctx)
	if err != nil {
		return fault(err)
	}
	if want := rootOf(leaves); tree.Hash != want || tree.N != int64(len(leaves)) {
		faults = append(faults, fmt.Sprintf("the tree of %d entries has the root %s, its %d leaves give %s", tree.N, tree.Hash, len(leaves), want))
	}
	fresh := filepath.Join(dir, "compare.db")
	live := filepath.Join(dir, indexFile)
	if _, err := buildIndex(ctx, filepath.Join(dir, ledgerFile), fresh); err != nil {
		return fault(err)
	}
	a, err := dumpIndex(live)
	if err != nil {
		return fault(err)
	}
	b, err := dumpIndex(fresh)
	if err != nil {
		return fault(err)
	}
	for _, d := range a.differences(b) {
		faults = append(faults, "the live index and one made anew differ: "+d)
	}
	return faults
}

// rootOf is the root of RFC 6962 section 2.1, by its own words.
func rootOf(leaves [][]byte) tlog.Hash {
	switch len(leaves) {
	case 0:
		return sha256.Sum256(nil)
	case 1:
		return sha256.Sum256(append([]byte{0}, leaves[0]...))
	}
	k := 1
	for k*2 < len(leaves) {
		k *= 2
	}
	left, right := rootOf(leaves[:k]), rootOf(leaves[k:])
	return sha256.Sum256(append(append([]byte{1}, left[:]...), right[:]...))
}

// checkCheckpoint opens the checkpoint with the ledger's own key.
func checkCheckpoint(f *fixture) {
	f.t.Helper()
	signed, err := f.Checkpoint(context.Background())
	check(f.t, err)
	verifier, err := note.NewVerifier(f.LedgerKey())
	check(f.t, err)
	n, err := note.Open(signed, note.VerifierList(verifier))
	check(f.t, err)
	tree, err := f.ledger.Tree(context.Background())
	check(f.t, err)
	if want := fmt.Sprintf("%s\n%d\n%s\n", verifier.Name(), tree.N, tree.Hash); n.Text != want {
		f.t.Errorf("the checkpoint says %q, want %q", n.Text, want)
	}
}

// populate makes a registry in which every table has something.
func populate(f *fixture) {
	f.t.Helper()
	f.publish("ada/bulb", "1.0.0", lamp(`repo = "https://example.org/ada/bulb"`), from(strings.Repeat("ab", 20), "v1.0.0"))
	f.publish("ada/bulb", "1.1.0", lamp(`repo = "https://example.org/ada/bulb"`, `keywords = ["glühend"]`))
	f.publish("ada/bulb", "2.0.0-rc.1", lamp(`function = "Shines anew."`))
	f.publish("ada/lamp", "1.0.0", containing("https://example.org/ada/bulb"))
	f.publish("bob/vice", "0.1.0", lamp(`name = "Vice"`, `license = "MIT"`))
	_, err := f.AddKey(context.Background(), As(name("ada")), schema.PublicKeyOf(privateKey(1)), "laptop")
	check(f.t, err)
	_, err = f.OpenOrganisation(context.Background(), As(name("ada")), name("lamp-lab"), "Lamp lab", "")
	check(f.t, err)
	_, err = f.SetMember(context.Background(), As(name("ada")), name("lamp-lab"), name("bob"), schema.RoleMaker)
	check(f.t, err)
	f.yank("ada/bulb", "1.1.0")
	f.yank("bob/vice", "0.1.0")
	for i, lot := range []string{"LOT-1", "lot-2"} {
		b := batchOf(f.resolve("ada/lamp"), "bob", lot, fmt.Sprintf("A%d-{01..12}", i))
		_, err := f.RegisterBatch(context.Background(), As(name("bob")), b)
		check(f.t, err)
	}
	f.publish("bob/jig", "1.0.0", lamp())
	renamed := offer("bob", "bob/jig", "bob", "gauge")
	renamed.State = schema.TransferCompleted
	_, err = f.Transfer(context.Background(), As(name("bob")), renamed)
	check(f.t, err)
	f.publish("bob/lamp", "1.0.0", lamp(`fork-of = "ada/lamp@1.0.0"`))
	produce(f)
	f.publish("bob/spam", "1.0.0", lamp())
	f.moderate("ada", schema.Moderation{Act: schema.Quarantine, Release: f.resolve("bob/spam").Digest})
	f.moderate("ada", schema.Moderation{Act: schema.Suspend, Account: name("lamp-lab")})
	check(f.t, second(f.Moderate(context.Background(), Keeper(name("ada")), schema.Moderation{
		Head: schema.Head{Kind: schema.KindModeration, Author: name("ada")}, Act: schema.Appoint, Account: name("bob"), Role: schema.Administrator, Reason: "Known to us.",
	})))
	f.send("bob", "unlawful")
	f.redact("bob", "unlawful", "By order.")
}

// produce has units made, tested, repaired and recalled.
func produce(f *fixture) {
	f.t.Helper()
	seen := f.send("bob", "a photograph")
	f.register("ada/lamp@1.0.0", "bob", "LOT-3", "B-{1..3}", with(schema.BuiltItem{Line: "1", Serials: set("B-{1..2}"), Lot: "7"}))
	wrong := f.record("bob", "LOT-3", func(r *schema.BuildRecord) {
		r.Inspections = []schema.Inspection{{Result: schema.Passed, Serials: set("B-1"), Evidence: []schema.Digest{seen}}}
	})
	f.record("bob", "LOT-3", func(r *schema.BuildRecord) {
		r.Corrects, r.Swaps = wrong, []schema.Swap{{Serial: serial("B-1"), With: serial("B-3")}}
		r.Inspections = []schema.Inspection{{Result: schema.Failed, Serials: set("B-{1..2}"), Evidence: []schema.Digest{seen}}}
	})
	id := f.warn("ada", schema.Selectors{Design: design("ada/lamp"), Lot: "7"})
	f.event("bob", "bob/B-2", schema.Repaired, func(e *schema.UnitEvent) { e.Remedies, e.Installed = id, []schema.BuiltItem{{Line: "1", Lot: "8"}} })
	_, err := f.AnswerAdvisory(context.Background(), As(name("bob")), schema.AdvisoryResponse{
		Head: schema.Head{Kind: schema.KindAdvisoryResponse, Author: name("bob")}, Advisory: id, For: name("bob"), Status: schema.Fixed,
	})
	check(f.t, err)
}

func TestReindexMakesTheSameTables(t *testing.T) {
	f := open(t, "ada", "bob")
	populate(f)
	check(t, f.Close())
	live, err := dumpIndex(filepath.Join(f.dir, indexFile))
	check(t, err)
	for table, rows := range live {
		if len(rows) == 0 {
			t.Errorf("the table %s is empty: nothing is compared", table)
		}
	}
	n, err := Reindex(context.Background(), f.dir)
	check(t, err)
	fresh, err := dumpIndex(filepath.Join(f.dir, indexFile))
	check(t, err)
	for _, d := range live.differences(fresh) {
		t.Error(d)
	}
	left, err := filepath.Glob(filepath.Join(f.dir, indexFile+".new*"))
	check(t, err)
	if len(left) > 0 {
		t.Errorf("reindexing left %v", left)
	}
	f.Service = nil
	f.reopen()
	if n != f.size() {
		t.Errorf("%d entries were applied, want %d", n, f.size())
	}
}

// An interrupted run leaves a half index beside the live one.
func TestReindexAfterAnInterruptedOne(t *testing.T) {
	f := open(t, "ada", "bob")
	populate(f)
	check(t, f.Close())
	check(t, os.WriteFile(filepath.Join(f.dir, indexFile+".new"), []byte("half"), 0o600))
	check(t, os.WriteFile(filepath.Join(f.dir, indexFile+".new-wal"), []byte("half"), 0o600))
	_, err := Reindex(context.Background(), f.dir)
	check(t, err)
	f.Service = nil
	f.reopen()
	f.wantSound()
}

// Whatever becomes of the index, it comes back when the registry is opened.
func TestIndexComesBack(t *testing.T) {
	for _, test := range []struct {
		name  string
		spoil func(t *testing.T, f *fixture, path string)
	}{
		{"deleted", func(t *testing.T, f *fixture, path string) { check(t, os.Remove(path)) }},
		{"deleted, and its log is left", func(t *testing.T, f *fixture, path string) {
			check(t, os.Rename(path, path+"-wal"))
		}},
		{"empty", func(t *testing.T, f *fixture, path string) { check(t, os.Truncate(path, 0)) }},
		{"no database", func(t *testing.T, f *fixture, path string) {
			check(t, os.WriteFile(path, []byte(strings.Repeat("not a database ", 1000)), 0o600))
		}},
		{"cut short", func(t *testing.T, f *fixture, path string) { check(t, os.Truncate(path, 4096)) }},
		{"overwritten in the middle", func(t *testing.T, f *fixture, path string) {
			file, err := os.OpenFile(path, os.O_WRONLY, 0)
			check(t, err)
			info, err := file.Stat()
			check(t, err)
			_, err = file.WriteAt([]byte(strings.Repeat("\xff", int(info.Size())-4096)), 4096)
			check(t, err)
			check(t, file.Close())
		}},
		{"of another version", func(t *testing.T, f *fixture, path string) {
			spoilWith(t, path, `UPDATE meta SET version = version + 1; DELETE FROM units`)
		}},
		{"of another shape", func(t *testing.T, f *fixture, path string) {
			spoilWith(t, path, `ALTER TABLE meta RENAME COLUMN version TO edition; DELETE FROM units`)
		}},
		{"another database", func(t *testing.T, f *fixture, path string) {
			check(t, os.Remove(path))
			spoilWith(t, path, `CREATE TABLE meta (version INTEGER)`)
		}},
		{"behind", func(t *testing.T, f *fixture, path string) {
			behind, err := os.ReadFile(filepath.Join(f.dir, "behind.db"))
			check(t, err)
			check(t, os.WriteFile(path, behind, 0o600))
		}},
		{"ahead of a ledger that was restored", func(t *testing.T, f *fixture, path string) {
			spoilWith(t, path, `INSERT INTO entries (number, digest, kind, author, time, key) VALUES (1000, 'sha256:x', 'future', 'ada', '2030-01-01T00:00:00Z', '')`)
		}},
		{"of another ledger", func(t *testing.T, f *fixture, path string) {
			spoilWith(t, path, `UPDATE entries SET digest = 'sha256:' || number; DELETE FROM units`)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := open(t, "ada", "bob")
			path := filepath.Join(f.dir, indexFile)
			check(t, f.Close())
			data, err := os.ReadFile(path)
			check(t, err)
			check(t, os.WriteFile(filepath.Join(f.dir, "behind.db"), data, 0o600))
			f.Service = nil
			f.reopen()
			populate(f)
			check(t, f.Close())
			test.spoil(t, f, path)
			f.Service = nil
			f.reopen()
			if _, err := f.Unit(context.Background(), schema.Unit{Maker: name("bob"), Serial: serial("a0-07")}); err != nil {
				t.Errorf("the unit is gone: %v", err)
			}
			f.publish("bob/vice", "0.2.0", lamp(`name = "Vice"`))
			f.wantSound()
		})
	}
}

func spoilWith(t *testing.T, path, statements string) {
	t.Helper()
	db, err := sqlite.Open(context.Background(), path, sqlite.Normal)
	check(t, err)
	_, err = db.Write.Exec(statements)
	check(t, err)
	check(t, db.Close())
}

// A kind that a newer registry has written is kept and passed on.
func TestUnknownKindIsKept(t *testing.T) {
	f := open(t, "ada", "bob")
	populate(f)
	ctx := context.Background()
	document := []byte(`{"author":"ada","kind":"future","says":"more"}`)
	next := f.size()
	err := f.ledgerDB.Update(ctx, func(tx *sql.Tx) error {
		e := ledger.Entry{Kind: "future", Author: name("ada"), Document: schema.DigestOf(document), Time: must(schema.ParseTime, "2026-11-01T00:00:00Z")}
		return f.ledger.Append(ctx, tx, []ledger.Record{{Number: next, Entry: e, Document: document}})
	})
	check(t, err)
	f.publish("bob/vice", "0.2.0", lamp())
	got, err := f.index.Document(ctx, schema.DigestOf(document))
	check(t, err)
	if string(got) != string(document) {
		t.Errorf("the document of a future kind is %s, want %s", got, document)
	}
}
