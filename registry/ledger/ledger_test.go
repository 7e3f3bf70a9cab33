package ledger

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/patternbook/patternbook/registry/sqlite"
	"github.com/patternbook/patternbook/schema"
)

var update = flag.Bool("update", false, "write the golden files that are missing")

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func name(t testing.TB, s string) schema.Name {
	t.Helper()
	n, err := schema.ParseName(s)
	check(t, err)
	return n
}

func at(t testing.TB, s string) schema.Time {
	t.Helper()
	v, err := schema.ParseTime(s)
	check(t, err)
	return v
}

func open(t testing.TB) (*Ledger, *sqlite.DB) {
	t.Helper()
	db, err := sqlite.Open(context.Background(), filepath.Join(t.TempDir(), "ledger.db"), sqlite.Full)
	check(t, err)
	t.Cleanup(func() { check(t, db.Close()) })
	l, err := Open(context.Background(), db)
	check(t, err)
	return l, db
}

// record makes the record of a small document that differs by n.
func record(t testing.TB, n int64) Record {
	document := []byte(fmt.Sprintf(`{"author":"ada","kind":"test","n":%d}`, n))
	return Record{
		Number:   n,
		Entry:    Entry{Kind: "test", Author: name(t, "ada"), Document: schema.DigestOf(document), Time: at(t, "2026-11-01T09:30:00Z")},
		Document: document,
	}
}

func leafOf(t testing.TB, r Record) []byte {
	t.Helper()
	leaf, _, err := schema.Encode(r.Entry)
	check(t, err)
	return leaf
}

func appendTo(l *Ledger, db *sqlite.DB, records ...Record) error {
	ctx := context.Background()
	return db.Update(ctx, func(tx *sql.Tx) error { return l.Append(ctx, tx, records) })
}

// root is that of RFC 6962 section 2.1, by its own words.
func root(leaves [][]byte) tlog.Hash {
	switch len(leaves) {
	case 0:
		return sha256.Sum256(nil)
	case 1:
		return sha256.Sum256(append([]byte{0}, leaves[0]...))
	}
	k := 1 // the largest power of two smaller than the number of leaves
	for k*2 < len(leaves) {
		k *= 2
	}
	left, right := root(leaves[:k]), root(leaves[k:])
	return sha256.Sum256(slices.Concat([]byte{1}, left[:], right[:]))
}

// The tree is that of RFC 6962, at every size, however many leaves come at once.
func TestTree(t *testing.T) {
	for _, group := range []int64{1, 3, 64} {
		t.Run(fmt.Sprint("by ", group), func(t *testing.T) {
			l, db := open(t)
			var leaves [][]byte
			const most = 70
			for n := int64(0); ; {
				tree, err := l.Tree(context.Background())
				check(t, err)
				if want := root(leaves); tree.N != n || tree.Hash != want {
					t.Fatalf("the tree of %d leaves is %d %s, want %s", n, tree.N, tree.Hash, want)
				}
				if n == most {
					break
				}
				var records []Record
				for end := min(n+group, most); n < end; n++ {
					records = append(records, record(t, n))
					leaves = append(leaves, leafOf(t, records[len(records)-1]))
				}
				check(t, appendTo(l, db, records...))
			}
			checkProofs(t, l, leaves)
		})
	}
}

// checkProofs proves each leaf in the whole tree, and each smaller tree in it,
// from what is stored.
func checkProofs(t *testing.T, l *Ledger, leaves [][]byte) {
	t.Helper()
	size := int64(len(leaves))
	whole := root(leaves)
	stored := &hashes{ctx: context.Background(), q: l.db.Read}
	for n := range size {
		proof, err := tlog.ProveRecord(size, n, stored)
		check(t, err)
		leaf := sha256.Sum256(append([]byte{0}, leaves[n]...))
		if err := tlog.CheckRecord(proof, size, whole, n, leaf); err != nil {
			t.Errorf("leaf %d of %d is not proven: %v", n, size, err)
		}
		consistent, err := tlog.ProveTree(size, n+1, stored)
		check(t, err)
		if err := tlog.CheckTree(consistent, size, whole, n+1, root(leaves[:n+1])); err != nil {
			t.Errorf("the tree of %d is not proven to begin with that of %d: %v", size, n+1, err)
		}
	}
	// Complete subtrees only: 2n minus the ones of n.
	var count int64
	check(t, l.db.Read.QueryRow(`SELECT count(*) FROM hashes`).Scan(&count))
	if want := tlog.StoredHashCount(size); count != want {
		t.Errorf("%d hashes are stored for %d leaves, want %d", count, size, want)
	}
}

// A checkpoint is what c2sp.org/tlog-checkpoint says: origin, size, root in
// base64, an empty line, and signature lines.
func TestCheckpoint(t *testing.T) {
	l, db := open(t)
	const origin = "registry.example/ledger"
	private, public, err := note.GenerateKey(nil, origin)
	check(t, err)
	signer, err := note.NewSigner(private)
	check(t, err)
	verifier, err := note.NewVerifier(public)
	check(t, err)
	var leaves [][]byte
	for n := range int64(4) {
		signed, err := l.Checkpoint(context.Background(), signer)
		check(t, err)
		opened, err := note.Open(signed, note.VerifierList(verifier))
		check(t, err)
		lines := strings.Split(opened.Text, "\n")
		if len(lines) != 4 || lines[3] != "" {
			t.Fatalf("the text is %q, want three lines", opened.Text)
		}
		if lines[0] != origin || lines[1] != strconv.FormatInt(n, 10) {
			t.Errorf("the text begins with %q, want the origin and %d", lines[:2], n)
		}
		want := root(leaves)
		if got, err := base64.StdEncoding.DecodeString(lines[2]); err != nil || !bytes.Equal(got, want[:]) {
			t.Errorf("the root is %q, want %s", lines[2], want)
		}
		if !bytes.Contains(signed, []byte("\n\n— "+origin+" ")) {
			t.Errorf("no signature of the origin stands under the text: %q", signed)
		}
		again, err := l.Checkpoint(context.Background(), signer)
		check(t, err)
		if !bytes.Equal(signed, again) {
			t.Error("the same size was signed otherwise")
		}
		check(t, appendTo(l, db, record(t, n)))
		leaves = append(leaves, leafOf(t, record(t, n)))
	}
}

func TestAppendRefuses(t *testing.T) {
	l, db := open(t)
	check(t, appendTo(l, db, record(t, 0), record(t, 1)))
	gap, other, bad, noTime, envelope := record(t, 3), record(t, 1), record(t, 2), record(t, 2), record(t, 2)
	other.Document = []byte(`{}`)
	other.Entry.Document = schema.DigestOf(other.Document)
	bad.Document = []byte(`{"author":"ada","kind":"test","n":3}`)
	noTime.Entry.Time = schema.Time{}
	envelope.Entry.Envelope, envelope.Envelope = schema.DigestOf([]byte("signed")), []byte("forged")
	for _, test := range []struct {
		what string
		r    Record
		kind schema.Kind
	}{
		{"a number too high", gap, schema.Conflict},
		{"a number that is taken", other, schema.Conflict},
		{"bytes that are not the document", bad, schema.DigestMismatch},
		{"bytes that are not the envelope", envelope, schema.DigestMismatch},
		{"an entry without a time", noTime, schema.Invalid},
	} {
		// After a good one in the same transaction, which goes too.
		err := appendTo(l, db, test.r)
		if schema.KindOf(err) != test.kind {
			t.Errorf("%s: got %v (%s), want %s", test.what, err, schema.KindOf(err), test.kind)
		}
	}
	twice := record(t, 1)
	twice.Number = 2
	if err := appendTo(l, db, twice); !sqlite.IsTaken(err) {
		t.Errorf("a document that counts already: got %v, want that it is taken", err)
	}
	if err := appendTo(l, db, record(t, 2), record(t, 4)); !errors.Is(err, schema.Conflict) {
		t.Errorf("a gap after a good one: got %v, want a conflict", err)
	}
	if n, err := l.Size(context.Background()); err != nil || n != 2 {
		t.Errorf("refused records left %d entries (%v), want 2", n, err)
	}
	check(t, appendTo(l, db, record(t, 2)))
	tree, err := l.Tree(context.Background())
	check(t, err)
	if want := root([][]byte{leafOf(t, record(t, 0)), leafOf(t, record(t, 1)), leafOf(t, record(t, 2))}); tree.Hash != want {
		t.Errorf("after refusals the root is %s, want %s", tree.Hash, want)
	}
}

func TestRecords(t *testing.T) {
	l, db := open(t)
	signed := record(t, 1)
	signed.Envelope = []byte(`{"payload":"…"}`)
	signed.Entry.Envelope = schema.DigestOf(signed.Envelope)
	alike := record(t, 2) // a signature of another document that is equal is kept once
	alike.Envelope, alike.Entry.Envelope = signed.Envelope, signed.Entry.Envelope
	want := []Record{record(t, 0), signed, alike, record(t, 3)}
	check(t, appendTo(l, db, want...))
	for _, test := range []struct {
		from  int64
		limit int
		want  []Record
	}{{0, 10, want}, {1, 2, want[1:3]}, {3, 10, want[3:]}, {4, 10, nil}} {
		got, err := l.Records(context.Background(), test.from, test.limit)
		check(t, err)
		if !slices.EqualFunc(got, test.want, sameRecord) {
			t.Errorf("%d records from %d: got %+v, want %+v", test.limit, test.from, got, test.want)
		}
	}
}

func sameRecord(a, b Record) bool {
	return a.Number == b.Number && a.Entry == b.Entry && bytes.Equal(a.Document, b.Document) && bytes.Equal(a.Envelope, b.Envelope)
}

// Large documents come few at a time, but they do come.
func TestLargeRecords(t *testing.T) {
	l, db := open(t)
	var records []Record
	for n := range int64(6) {
		r := record(t, n)
		r.Document = bytes.Repeat([]byte{'0' + byte(n)}, schema.MaxDocument)
		r.Entry.Document = schema.DigestOf(r.Document)
		records = append(records, r)
	}
	check(t, appendTo(l, db, records...))
	for from := int64(0); from < 6; {
		got, err := l.Records(context.Background(), from, 64)
		check(t, err)
		size := 0
		for i, r := range got {
			if !sameRecord(r, records[from+int64(i)]) {
				t.Fatalf("record %d is another", from+int64(i))
			}
			size += len(r.Document)
		}
		if len(got) == 0 || size >= maxRecords+schema.MaxDocument {
			t.Fatalf("%d records of %d bytes at once", len(got), size)
		}
		from += int64(len(got))
	}
}

// The leaf is frozen: its bytes are what proofs stand on.
func TestGoldenEntry(t *testing.T) {
	plain := Entry{Kind: "release", Author: name(t, "open-lab"), Document: schema.DigestOf([]byte("document")), Time: at(t, "2026-11-01T09:30:00Z")}
	signed := plain
	signed.Envelope = schema.DigestOf([]byte("envelope"))
	for file, e := range map[string]Entry{"entry.json": plain, "entry-signed.json": signed} {
		leaf, digest, err := schema.Encode(e)
		check(t, err)
		hash := tlog.RecordHash(leaf)
		got := fmt.Sprintf("%s\n%s\nleaf %x\n", leaf, digest, hash[:])
		path := filepath.Join("testdata", file)
		want, err := os.ReadFile(path)
		if errors.Is(err, os.ErrNotExist) && *update {
			check(t, os.WriteFile(path, []byte(got), 0o644))
			continue
		}
		check(t, err)
		if got != string(want) {
			t.Errorf("%s: the entry is written as\n%swant\n%s", file, got, want)
		}
		decoded, _, err := schema.Decode[Entry](leaf)
		if err != nil || decoded != e {
			t.Errorf("%s: read again it is %+v (%v), want %+v", file, decoded, err, e)
		}
	}
}

func TestEntryRefuses(t *testing.T) {
	for _, text := range []string{
		`{}`,
		`{"author":"ada","document":"sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae","kind":"x"}`,
		`{"author":"ada","document":"sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae","envelope":"","kind":"x","time":"2026-11-01T09:30:00Z"}`,
		`{"author":"ada","document":"sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae","kind":"x","more":1,"time":"2026-11-01T09:30:00Z"}`,
		`{"author":"ada","document":"sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae","kind":"x","time":"2026-11-01T09:30:00.5Z"}`,
	} {
		if e, _, err := schema.Decode[Entry]([]byte(text)); err == nil {
			t.Errorf("%s is taken for the entry %+v", text, e)
		}
	}
}
