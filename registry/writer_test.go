package registry

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/patternbook/patternbook/registry/sqlite"
	"github.com/patternbook/patternbook/schema"
)

// group runs acts as one group of the writer, in their order: it holds the writer
// until all of them wait. It gives their answers.
func (f *fixture) group(ctxs []context.Context, acts ...act) []error {
	f.t.Helper()
	release := f.hold()
	answers := make([]error, len(acts))
	var all sync.WaitGroup
	for i, a := range acts {
		ctx := context.Background()
		if i < len(ctxs) && ctxs[i] != nil {
			ctx = ctxs[i]
		}
		all.Go(func() { answers[i] = f.writer.Do(ctx, a) })
		f.await(i + 1)
	}
	release()
	all.Wait()
	return answers
}

// hold keeps the writer busy until release is called.
func (f *fixture) hold() (release func()) {
	f.t.Helper()
	busy, free, held := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		held <- f.writer.Do(context.Background(), func(context.Context, *transaction) error {
			close(busy)
			<-free
			return nil
		})
	}()
	select {
	case <-busy:
	case err := <-held:
		f.t.Fatalf("the writer does nothing: %v", err)
	}
	return func() { close(free); <-held }
}

// await returns when so many writes wait.
func (f *fixture) await(waiting int) {
	for len(f.writer.queue) < waiting {
		runtime.Gosched()
	}
}

// person is a document that needs nothing else.
func person(account string) schema.Account {
	return schema.Account{
		Head: schema.Head{Kind: schema.KindAccount, Author: name(account)}, Account: name(account), Type: schema.AccountPerson, Salt: strings.Repeat("0", 32),
	}
}

// says appends the documents of accounts.
func says(accounts ...string) act {
	return func(ctx context.Context, tx *transaction) error {
		for _, a := range accounts {
			if _, _, _, err := tx.Append(ctx, person(a)); err != nil {
				return err
			}
		}
		return nil
	}
}

var errRefused = &schema.Error{Kind: schema.Invalid, Detail: "no"}

// refusing does what a does and is then refused.
func refusing(a act) act {
	return func(ctx context.Context, tx *transaction) error {
		if err := a(ctx, tx); err != nil {
			return err
		}
		return errRefused
	}
}

// known tells which of the accounts the index knows.
func (f *fixture) known(accounts ...string) string {
	f.t.Helper()
	var found []string
	for _, a := range accounts {
		switch _, err := f.Account(context.Background(), name(a)); {
		case err == nil:
			found = append(found, a)
		case !errors.Is(err, schema.NotFound):
			f.t.Fatal(err)
		}
	}
	return strings.Join(found, " ")
}

// commits counts the commits of the ledger, and fails one step with err, once.
func (f *fixture) faultAt(step string, err error) (commits *int) {
	commits = new(int)
	failed := false
	f.writer.fault = func(s string) error {
		if s == "before-ledger" {
			*commits++
		}
		if s == step && !failed {
			failed = true
			return err
		}
		return nil
	}
	return commits
}

func TestGroupSharesOneCommit(t *testing.T) {
	f := open(t)
	commits := f.faultAt("", nil)
	const writes = 100
	acts := make([]act, writes)
	for i := range acts {
		acts[i] = says(fmt.Sprintf("user-%d", i))
	}
	for i, err := range f.group(nil, acts...) {
		if err != nil {
			t.Errorf("write %d: %v", i, err)
		}
	}
	if *commits != 1 || f.size() != writes {
		t.Errorf("%d commits made %d entries, want 1 and %d", *commits, f.size(), writes)
	}
	records, err := f.ledger.Records(context.Background(), 0, writes)
	check(t, err)
	for i, r := range records {
		if want := fmt.Sprintf("user-%d", i); r.Entry.Author.String() != want {
			t.Errorf("entry %d is of %s, want %s: the group lost its order", i, r.Entry.Author, want)
		}
	}
}

func TestRefusedWriteLeavesNothing(t *testing.T) {
	f := open(t, "ada")
	digest := schema.DigestOf([]byte("x"))
	upload := func(ctx context.Context, tx *transaction) error {
		tx.InVault(func(ctx context.Context, ledgerTx *sql.Tx) error {
			return f.vault.RecordUpload(ctx, ledgerTx, name("ada"), digest, 1, time.Now(), time.Now())
		})
		return says("bad")(ctx, tx)
	}
	answers := f.group(nil, says("one"), refusing(upload), says("two", "three"))
	if answers[0] != nil || answers[2] != nil || !errors.Is(answers[1], schema.Invalid) {
		t.Fatalf("the answers are %v", answers)
	}
	if got := f.known("one", "bad", "two", "three"); got != "one two three" {
		t.Errorf("the index knows %q, want one two three", got)
	}
	if f.size() != 3 {
		t.Errorf("the ledger has %d entries, want 3", f.size())
	}
	sent, err := f.vault.Uploaded(context.Background(), name("ada"), []schema.Digest{digest})
	check(t, err)
	if len(sent) != 0 {
		t.Error("the refused write left a row in the vault")
	}
	f.wantSound()
}

func TestPanickingWriteIsRefused(t *testing.T) {
	f := open(t)
	answers := f.group(nil, says("one"), func(ctx context.Context, tx *transaction) error {
		_ = says("bad")(ctx, tx)
		panic("oops")
	}, says("two"))
	if answers[0] != nil || answers[2] != nil || answers[1] == nil {
		t.Fatalf("the answers are %v", answers)
	}
	if got := schema.KindOf(answers[1]); got != schema.Internal {
		t.Errorf("the panic is an error of kind %s, want internal", got)
	}
	if got := f.known("one", "bad", "two"); got != "one two" {
		t.Errorf("the index knows %q, want one two", got)
	}
	f.wantSound()
}

// Two writers of one version meet in one group: the second sees the first.
func TestSameVersionInOneGroup(t *testing.T) {
	f := open(t, "ada")
	publications := []struct{ v, text string }{{"1.0.0", "a"}, {"1.0.0", "b"}, {"1.0.0", "a"}, {"1.0.1", "b"}}
	results := make([]Published, len(publications))
	answers := make([]error, len(publications))
	var all sync.WaitGroup
	for _, p := range publications {
		f.plain("ada/lamp", p.v, p.text)
	}
	release := f.hold()
	for i, p := range publications {
		publication, _ := plain("ada/lamp", p.v, p.text)
		all.Go(func() { results[i], answers[i] = f.Publish(context.Background(), As(name("ada")), publication) })
		f.await(i + 1)
	}
	release()
	all.Wait()
	check(t, errors.Join(answers[0], answers[2], answers[3]))
	wantKind(t, "other content", answers[1], schema.Conflict, "ada/lamp 1.0.0 exists already")
	if !results[0].New || results[2].New || !results[3].New {
		t.Errorf("new are %v, %v and %v, want the first and the last", results[0].New, results[2].New, results[3].New)
	}
	if results[2].LedgerIndex != results[0].LedgerIndex || results[2].Digest != results[0].Digest {
		t.Errorf("the same again is %+v, want %+v", results[2], results[0])
	}
	if f.size() != 3 { // the account and two releases
		t.Errorf("the ledger has %d entries, want 3", f.size())
	}
	f.wantSound()
}

// A commit fails at each of its steps. Whatever had reached the ledger counts,
// nothing else does, and the same again is answered rightly.
func TestFailingCommit(t *testing.T) {
	broken := errors.New("the disk is on fire")
	for _, test := range []struct {
		step string
		kept bool
		kind schema.Kind
	}{
		{"before-ledger", false, schema.Internal}, // of the injected error itself
		{"in-ledger", false, schema.Unavailable},
		{"between", true, schema.Internal},
		{"after-index", true, schema.Internal},
	} {
		t.Run(test.step, func(t *testing.T) {
			f := open(t)
			check(t, f.writer.Do(context.Background(), says("first")))
			f.faultAt(test.step, broken)
			answers := f.group(nil, says("one"), refusing(says("bad")), says("one"), says("two"))
			for i, err := range answers {
				if !errors.Is(err, broken) || schema.KindOf(err) != test.kind {
					t.Errorf("answer %d is %v (%s), want the failure, of kind %s", i, err, schema.KindOf(err), test.kind)
				}
			}
			want := int64(1)
			if test.kept {
				want = 3
			}
			if got := f.size(); got != want {
				t.Errorf("the ledger has %d entries, want %d", got, want)
			}
			again := f.group(nil, says("one"), says("two"), says("three"))
			check(t, errors.Join(again...))
			if got := f.known("first", "one", "bad", "two", "three"); got != "first one two three" {
				t.Errorf("the index knows %q, want first one two three", got)
			}
			if got := f.size(); got != 4 {
				t.Errorf("the ledger has %d entries, want 4", got)
			}
			f.wantSound()
		})
	}
}

// A publication whose ledger commit was durable, and whose answer was an error,
// is there when it is sent again.
func TestRepeatedAfterFailure(t *testing.T) {
	f := open(t, "ada")
	p := f.plain("ada/lamp", "1.0.0", "a")
	f.faultAt("between", errors.New("gone"))
	if _, err := f.Publish(context.Background(), As(name("ada")), p); err == nil {
		t.Fatal("the failed commit was acknowledged")
	}
	done, err := f.Publish(context.Background(), As(name("ada")), p)
	check(t, err)
	if done.New || done.LedgerIndex != 1 {
		t.Errorf("the same again is %+v, want entry 1, not new", done)
	}
	if r := f.resolve("ada/lamp"); r.Digest != done.Digest {
		t.Errorf("it resolves to %s, want %s", r.Digest, done.Digest)
	}
}

// A change of the vault that fails takes the documents of its commit with it.
func TestFailingVault(t *testing.T) {
	f := open(t)
	answers := f.group(nil, says("one"), func(_ context.Context, tx *transaction) error {
		tx.InVault(func(context.Context, *sql.Tx) error { return errors.New("no") })
		return nil
	})
	for i, err := range answers {
		wantKind(t, fmt.Sprint("answer ", i), err, schema.Unavailable)
	}
	if got := f.known("one"); got != "" || f.size() != 0 {
		t.Errorf("the failed commit left %q and %d entries", got, f.size())
	}
	check(t, f.writer.Do(context.Background(), says("one")))
	f.wantSound()
}

// The index cannot be written: whoever waits is told to come again, and the
// registry goes on once it can.
func TestIndexCannotBeWritten(t *testing.T) {
	f := open(t)
	_, err := f.indexDB(t).Exec(`CREATE TRIGGER full BEFORE INSERT ON accounts BEGIN SELECT RAISE(ROLLBACK, 'full'); END`)
	check(t, err)
	for i, err := range f.group(nil, says("one"), says("two")) {
		wantKind(t, fmt.Sprint("answer ", i), err, schema.Unavailable)
	}
	if f.size() != 0 {
		t.Errorf("the ledger has %d entries, want none", f.size())
	}
	_, err = f.indexDB(t).Exec(`DROP TRIGGER full`)
	check(t, err)
	check(t, errors.Join(f.group(nil, says("one"), says("two"))...))
	f.wantSound()
}

// The commit of the index fails after that of the ledger: by a foreign key that
// is checked only then.
func TestIndexCommitFails(t *testing.T) {
	f := open(t)
	db := f.indexDB(t)
	_, err := db.Exec(`
		CREATE TABLE trap (entry INTEGER REFERENCES entries (number) DEFERRABLE INITIALLY DEFERRED);
		CREATE TRIGGER fail AFTER INSERT ON accounts BEGIN INSERT INTO trap VALUES (-1); END`)
	check(t, err)
	err = f.writer.Do(context.Background(), says("one"))
	wantKind(t, "a write whose index commit fails", err, schema.Unavailable, "is stored")
	if f.size() != 1 || f.known("one") != "" {
		t.Errorf("the ledger has %d entries and the index knows %q; want 1 and nothing", f.size(), f.known("one"))
	}
	wantKind(t, "the next write", f.writer.Do(context.Background(), says("two")), schema.Unavailable, "catch up")
	_, err = db.Exec(`DROP TRIGGER fail; DROP TABLE trap`)
	check(t, err)
	check(t, f.writer.Do(context.Background(), says("two")))
	if got := f.known("one", "two"); got != "one two" {
		t.Errorf("after catching up the index knows %q, want one two", got)
	}
	f.wantSound()
}

// indexDB opens the index beside the registry, to break it.
func (f *fixture) indexDB(t *testing.T) *sql.DB {
	t.Helper()
	db, err := sqlite.Open(context.Background(), filepath.Join(f.dir, indexFile), sqlite.Normal)
	check(t, err)
	t.Cleanup(func() { _ = db.Close() })
	return db.Write
}

func TestCancelledWrite(t *testing.T) {
	f := open(t)
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	if err := f.writer.Do(gone, says("before")); !errors.Is(err, context.Canceled) {
		t.Errorf("a write whose caller has left: got %v, want %v", err, context.Canceled)
	}
	// One leaves while it waits, one while it is being done.
	waiting, leave := context.WithCancel(context.Background())
	doing, stop := context.WithCancel(context.Background())
	answers := f.group([]context.Context{nil, waiting, doing},
		func(ctx context.Context, tx *transaction) error { leave(); return says("one")(ctx, tx) },
		says("waiting"),
		func(ctx context.Context, tx *transaction) error { stop(); return says("doing")(ctx, tx) },
		says("last"))
	if answers[0] != nil || answers[3] != nil {
		t.Fatalf("the answers are %v", answers)
	}
	if !errors.Is(answers[1], context.Canceled) {
		t.Errorf("who left while waiting got %v", answers[1])
	}
	// What was begun is done, whether or not its caller hears of it.
	if got := f.known("before", "one", "waiting", "doing", "last"); got != "one doing last" {
		t.Errorf("the index knows %q, want one doing last", got)
	}
	f.wantSound()
}

// The answer of a publication whose caller leaves is an error, whatever the
// writer is about to find.
func TestLeavingWhilePublishing(t *testing.T) {
	f := open(t, "ada")
	p := f.plain("ada/lamp", "1.0.0", "a")
	ctx, leave := context.WithCancel(context.Background())
	release := f.hold()
	answered := make(chan error)
	go func() {
		done, err := f.Publish(ctx, As(name("ada")), p)
		if err == nil || done != (Published{}) {
			err = fmt.Errorf("got %+v and the error %v, want nothing but an error", done, err)
		} else {
			err = nil
		}
		answered <- err
	}()
	f.await(1)
	leave()
	err := <-answered
	release()
	check(t, err)
}

func TestTimeNeverRunsBackwards(t *testing.T) {
	f := open(t)
	clock := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	f.o.Now = func() time.Time { return clock }
	f.reopen()
	check(t, f.writer.Do(context.Background(), says("one")))
	clock = clock.Add(-time.Hour)
	check(t, f.writer.Do(context.Background(), says("two")))
	f.reopen()
	check(t, f.writer.Do(context.Background(), says("three")))
	clock = clock.Add(2 * time.Hour)
	check(t, f.writer.Do(context.Background(), says("four")))
	records, err := f.ledger.Records(context.Background(), 0, 10)
	check(t, err)
	var got []string
	for _, r := range records {
		got = append(got, r.Entry.Time.String())
	}
	if want := "2026-11-01T12:00:00Z 2026-11-01T12:00:00Z 2026-11-01T12:00:00Z 2026-11-01T13:00:00Z"; strings.Join(got, " ") != want {
		t.Errorf("the entries have the times %v, want %s", got, want)
	}
}

// Close does the writes that wait, and refuses those that come after.
func TestCloseWithWaitingWrites(t *testing.T) {
	f := open(t)
	release := f.hold()
	answers := make([]error, 10)
	var all sync.WaitGroup
	for i := range answers {
		all.Go(func() { answers[i] = f.writer.Do(context.Background(), says(fmt.Sprintf("user-%d", i))) })
	}
	f.await(len(answers))
	closed := make(chan error)
	go func() { closed <- f.Close() }()
	<-f.writer.stop
	release()
	all.Wait()
	check(t, <-closed)
	wantKind(t, "a write after closing", f.writer.Do(context.Background(), says("late")), schema.Unavailable)
	check(t, f.Close())
	f.Service = nil
	f.reopen()
	for i, err := range answers {
		acknowledged, there := err == nil, f.known(fmt.Sprintf("user-%d", i)) != ""
		if acknowledged != there {
			t.Errorf("write %d: answered %v, and it is there: %v", i, err, there)
		}
		if err != nil {
			t.Errorf("write %d waited before Close and got %v", i, err)
		}
	}
	f.wantSound()
}

// Many publish, read and upload at once, and some leave. Whoever was told that
// it is done finds it.
func TestManyAtOnce(t *testing.T) {
	owners := []string{"ada", "bob", "coop", "dan"}
	f := open(t, owners...)
	commits := f.faultAt("", nil)
	const each = 12
	var all sync.WaitGroup
	for _, owner := range owners {
		for _, thing := range []string{"lamp", "vice"} {
			all.Go(func() {
				for i := range each {
					d, v := owner+"/"+thing, fmt.Sprintf("1.0.%d", i)
					p := f.plain(d, v, d+v)
					ctx, leave := context.WithCancel(context.Background())
					if i%4 == 3 {
						go leave()
					}
					done, err := f.Publish(ctx, As(name(owner)), p)
					leave()
					if err != nil {
						if !errors.Is(err, context.Canceled) {
							t.Errorf("publish %s %s: %v", d, v, err)
						}
						continue
					}
					if r, err := f.Resolve(context.Background(), ref(d+"@"+v)); err != nil || r.Digest != done.Digest || r.Number != done.LedgerIndex {
						t.Errorf("%s %s is %+v (%v), want %+v", d, v, r, err, done)
					}
					if _, err := f.Checkpoint(context.Background()); err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
	all.Wait()
	t.Logf("%d entries in %d commits", f.size(), *commits)
	f.wantSound()
}

// Nothing runs on after Close.
func TestCloseEndsEverything(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 3 {
		f := open(t, "ada")
		p := f.plain("ada/lamp", "1.0.0", "a")
		_, err := f.Publish(context.Background(), As(name("ada")), p)
		check(t, err)
		check(t, f.Close())
	}
	// database/sql ends its goroutines soon after Close has returned.
	after := runtime.NumGoroutine()
	for range 5000 {
		if after = runtime.NumGoroutine(); after <= before {
			return
		}
		time.Sleep(time.Millisecond)
	}
	stacks := make([]byte, 1<<16)
	t.Errorf("%d goroutines run on:\n%s", after-before, stacks[:runtime.Stack(stacks, true)])
}

func TestFolderIsLocked(t *testing.T) {
	f := open(t)
	_, err := openDir(f.dir, Options{Log: quiet})
	wantKind(t, "a second registry in the folder", err, schema.Conflict, "another process")
	_, err = Reindex(context.Background(), f.dir)
	wantKind(t, "reindexing what is open", err, schema.Conflict, "another process")
	_, err = Reindex(context.Background(), t.TempDir())
	wantKind(t, "reindexing an empty folder", err, schema.NotFound)
	check(t, f.writer.Do(context.Background(), says("one")))
	if _, err := os.Stat(filepath.Join(f.dir, indexFile+".new")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the refused reindexing left a file: %v", err)
	}
}
