package registry

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/patternbook/patternbook/registry/index"
	"github.com/patternbook/patternbook/registry/ledger"
	"github.com/patternbook/patternbook/registry/sqlite"
	"github.com/patternbook/patternbook/schema"
)

// maxGroup bounds how many waiting writes share one commit.
const maxGroup = 256

// An act is what one write does: it checks the rules against what it sees in tx
// and says what to append. Its error refuses the write and leaves nothing.
type act func(ctx context.Context, tx *transaction) error

// A transaction is what one act sees and does: the index with the acts before it
// in the group, and the documents that it appends.
type transaction struct {
	*index.Tx
	now     schema.Time // one time for the whole group, never before the last entry's
	next    int64       // number of the next entry
	records []ledger.Record
	vault   []func(context.Context, *sql.Tx) error
}

// Append makes a document count. When it counts already nothing is appended.
// It gives the number of the document's entry and whether it is new.
func (tx *transaction) Append(ctx context.Context, d schema.Document) (number int64, digest schema.Digest, fresh bool, err error) {
	return tx.appendSigned(ctx, d, nil)
}

// appendSigned is Append of a document with its envelope, nil when it has none.
func (tx *transaction) appendSigned(ctx context.Context, d schema.Document, envelope []byte) (number int64, digest schema.Digest, fresh bool, err error) {
	b, digest, err := schema.Encode(d)
	if err != nil {
		return 0, schema.Digest{}, false, err
	}
	switch e, err := tx.Entry(ctx, digest); {
	case err == nil:
		return e.Number, digest, false, nil
	case !errors.Is(err, schema.NotFound):
		return 0, digest, false, err
	}
	head := d.Header()
	r := ledger.Record{
		Number:   tx.next,
		Entry:    ledger.Entry{Kind: head.Kind, Author: head.Author, Document: digest, Time: tx.now},
		Document: b,
	}
	if envelope != nil {
		r.Entry.Envelope, r.Envelope = schema.DigestOf(envelope), envelope
	}
	tx.Know(digest, d)
	if err := tx.Apply(ctx, r); err != nil {
		return 0, digest, false, err
	}
	tx.next++
	tx.records = append(tx.records, r)
	return r.Number, digest, true, nil
}

// InVault has do run in the ledger's transaction, so that the vault's change and
// the documents are one commit.
func (tx *transaction) InVault(do func(context.Context, *sql.Tx) error) {
	tx.vault = append(tx.vault, do)
}

// A write is an act that waits for the writer.
type write struct {
	ctx  context.Context
	act  act
	done chan error // takes one value
}

// A writer is the one that changes ledger.db and index.db. Waiting writes share
// a commit: each runs under a savepoint that sees those before it, then the
// ledger commits durably, then the index, then all are answered.
type writer struct {
	db     *sqlite.DB // ledger.db
	ledger *ledger.Ledger
	index  *index.Index
	now    func() time.Time
	log    *slog.Logger
	queue  chan *write
	stop   chan struct{} // closed to end the writer
	ended  chan struct{} // closed when it has ended

	// fault is nil but in tests: it is told each step of a commit and may fail it
	// or end the process there.
	fault func(step string) error
}

// Do runs an act and returns once what it appended is durable. When ctx ends
// first the act may still happen, and be running: what it sets may be read only
// when Do gives no error. Doing the same again then does no harm.
func (w *writer) Do(ctx context.Context, a act) error {
	job := &write{ctx, a, make(chan error, 1)}
	select {
	case w.queue <- job:
	case <-ctx.Done():
		return ctx.Err()
	case <-w.stop:
		return errClosing
	}
	select {
	case err := <-job.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-w.ended:
		select {
		case err := <-job.done: // answered just before the end
			return err
		default:
			return errClosing
		}
	}
}

var errClosing = &schema.Error{Kind: schema.Unavailable, Detail: "the registry is shutting down", Fix: "try the same again later"}

// run serves the queue until stop is closed; what is in the queue then is still done.
func (w *writer) run() {
	defer close(w.ended)
	for {
		select {
		case job := <-w.queue:
			w.group(w.gather(job))
		case <-w.stop:
			for {
				select {
				case job := <-w.queue:
					w.group(w.gather(job))
				default:
					return
				}
			}
		}
	}
}

// gather takes the writes that wait by now.
func (w *writer) gather(first *write) []*write {
	jobs := []*write{first}
	for len(jobs) < maxGroup {
		select {
		case job := <-w.queue:
			jobs = append(jobs, job)
		default:
			return jobs
		}
	}
	return jobs
}

// group does the writes as one commit and answers each.
func (w *writer) group(jobs []*write) {
	// The commit is for all, so no single caller's context may end it.
	ctx := context.Background()
	answers, err := w.commit(ctx, jobs)
	for i, job := range jobs {
		if err != nil {
			// A refusal falls too: it may rest on a write before it that was not kept.
			answers[i] = err
		}
		job.done <- answers[i]
	}
}

// commit gives an answer for each write that was refused, and an error that is
// the answer to all when the commit failed.
func (w *writer) commit(ctx context.Context, jobs []*write) ([]error, error) {
	answers := make([]error, len(jobs))
	if err := w.catchUp(ctx); err != nil {
		return answers, unavailable("the index cannot catch up with the ledger", err)
	}
	tx, err := w.begin(ctx)
	if err != nil {
		return answers, unavailable("the index cannot be written", err)
	}
	defer func() { _ = tx.Rollback() }()
	for i, job := range jobs {
		if answers[i] = w.try(job, tx); errors.Is(answers[i], index.ErrBroken) {
			return make([]error, len(jobs)), unavailable("the index cannot be written", answers[i])
		}
	}
	if len(tx.records) == 0 && len(tx.vault) == 0 {
		return answers, nil // nothing but refusals and repetitions
	}
	if err := w.step("before-ledger"); err != nil {
		return answers, err
	}
	err = w.db.Update(ctx, func(ledgerTx *sql.Tx) error {
		if err := w.ledger.Append(ctx, ledgerTx, tx.records); err != nil {
			return err
		}
		for _, do := range tx.vault {
			if err := do(ctx, ledgerTx); err != nil {
				return err
			}
		}
		return w.step("in-ledger")
	})
	if err != nil {
		return answers, unavailable("the ledger cannot be written", err)
	}
	if err := w.step("between"); err != nil {
		return answers, err
	}
	// From here on the writes count. If the index fails them, it catches up
	// before the next group, and an answer that says "try again" is harmless.
	if err := tx.Commit(); err != nil {
		w.log.Error("commit the index", "error", err)
		_ = tx.Rollback()
		if err := w.catchUp(ctx); err != nil {
			return answers, unavailable("what you sent is stored, but the index cannot be written", err)
		}
	}
	return answers, w.step("after-index")
}

func (w *writer) step(name string) error {
	if w.fault == nil {
		return nil
	}
	return w.fault(name)
}

func (w *writer) begin(ctx context.Context) (*transaction, error) {
	tx, err := w.index.Begin(ctx)
	if err != nil {
		return nil, err
	}
	next, err := tx.Next(ctx)
	if err != nil {
		return nil, errors.Join(err, tx.Rollback())
	}
	last, err := tx.LastTime(ctx)
	if err != nil {
		return nil, errors.Join(err, tx.Rollback())
	}
	now := schema.TimeOf(w.now())
	if now.Before(last) { // clocks are set back; the ledger's time is not
		now = last
	}
	return &transaction{Tx: tx, now: now, next: next}, nil
}

// try runs one write under a savepoint; when it is refused, what it did is undone.
func (w *writer) try(job *write, tx *transaction) error {
	next, records, vault := tx.next, len(tx.records), len(tx.vault)
	err := job.ctx.Err()
	if err == nil {
		// The caller may leave, but its statements may not be interrupted: see Savepoint.
		ctx := context.WithoutCancel(job.ctx)
		err = tx.Savepoint(ctx, func() (err error) {
			defer func() {
				if p := recover(); p != nil {
					w.log.Error("a write panicked", "panic", p, "stack", string(debug.Stack()))
					err = fmt.Errorf("a write panicked: %v", p)
				}
			}()
			return job.act(ctx, tx)
		})
	}
	if err != nil {
		tx.next, tx.records, tx.vault = next, tx.records[:records], tx.vault[:vault]
	}
	return err
}

// catchUp applies the entries that the ledger has and the index has not: after a
// crash between the two commits, or when the index was thrown away.
func (w *writer) catchUp(ctx context.Context) error {
	return catchUp(ctx, w.ledger, w.index)
}

func catchUp(ctx context.Context, l *ledger.Ledger, x *index.Index) error {
	size, err := l.Size(ctx)
	if err != nil {
		return err
	}
	for {
		next, err := x.Next(ctx)
		if err != nil {
			return err
		}
		if next >= size {
			if next > size {
				return fmt.Errorf("%w: it has %d entries, but the ledger only %d", errForeign, next, size)
			}
			return nil
		}
		const batch = 64 // documents have up to 16 MiB
		records, err := l.Records(ctx, next, batch)
		if err != nil {
			return err
		}
		if err := applyAll(ctx, x, records); err != nil {
			return err
		}
	}
}

// errForeign says that an index was not made from this ledger: one of the two was
// restored, or taken from elsewhere.
var errForeign = errors.New("the index is of another ledger")

func applyAll(ctx context.Context, x *index.Index, records []ledger.Record) error {
	tx, err := x.Begin(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	for _, r := range records {
		if err := tx.Apply(ctx, r); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// unavailable is the answer to a write that came to nothing by no fault of its own.
func unavailable(detail string, err error) error {
	if full := sqlite.Explain(err); errors.Is(full, schema.NoRoom) {
		return full
	}
	return &schema.Error{Kind: schema.Unavailable, Detail: detail, Fix: "try the same again later; nothing is lost by it", Err: err}
}
