// Package index answers every query. It is SQLite tables made from the ledger's
// documents alone by one function, [Tx.Apply], and holds nothing that cannot be
// made again.
//
// Imports schema, bom and sqlite. Start reading at [Tx.Apply]; the tables are in
// tables.sql. Queries are methods of [View], so that they run alike on what is
// committed and inside the transaction that a rule is checked in.
package index

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"

	"github.com/patternbook/patternbook/registry/sqlite"
	"github.com/patternbook/patternbook/schema"
)

// Version is that of Apply and of the tables. An index of another version is
// made anew from the ledger.
const Version = 7

//go:embed tables.sql
var tables string

// A querier is a transaction or a pool of connections.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// A View answers queries.
type View struct {
	q querier
}

// An Index is the open file index.db. Its embedded View answers from what is
// committed.
type Index struct {
	View
	db   *sqlite.DB
	path string
}

// Open opens the index at path. When there is none, or one of another version,
// or a file that is no index at all, it makes an empty one, which has to catch up
// with the ledger.
func Open(ctx context.Context, path string) (*Index, error) {
	x, err := open(ctx, path)
	if x != nil || err != nil {
		return x, err
	}
	if err := Remove(path); err != nil {
		return nil, err
	}
	return create(ctx, path)
}

// open gives the index at path, or nil when there is none that this program knows.
func open(ctx context.Context, path string) (*Index, error) {
	// A commit may be lost in a power cut: the ledger has it.
	db, err := sqlite.Open(ctx, path, sqlite.Normal)
	if sqlite.IsDamaged(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var version int
	switch err = db.Write.QueryRowContext(ctx, `SELECT version FROM meta`).Scan(&version); {
	case err == nil && version == Version:
		return &Index{View{db.Read}, db, path}, nil
	case sqlite.IsWithout(err), sqlite.IsDamaged(err), errors.Is(err, sql.ErrNoRows):
		err = nil
	}
	return nil, errors.Join(err, db.Close())
}

func create(ctx context.Context, path string) (*Index, error) {
	db, err := sqlite.Open(ctx, path, sqlite.Normal)
	if err != nil {
		return nil, err
	}
	err = db.Update(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, tables); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO meta (version) VALUES (?)`, Version)
		return err
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("make the index %s: %w", path, err), db.Close())
	}
	return &Index{View{db.Read}, db, path}, nil
}

// Remove deletes the index at path. It must not be open.
func Remove(path string) error {
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove the index: %w", err)
		}
	}
	return nil
}

// Replace puts the index at from, which must be closed and whole, in the place
// of the one at to, which must not be open.
func Replace(from, to string) error {
	if err := Remove(to); err != nil {
		return err
	}
	if err := os.Rename(from, to); err != nil {
		return fmt.Errorf("swap the index in: %w", err)
	}
	return nil
}

// Examine lets SQLite look for faults of the index's file and gives at most ten of them.
func (x *Index) Examine(ctx context.Context) ([]string, error) { return x.db.Examine(ctx) }

// Close closes the file.
func (x *Index) Close() error { return x.db.Close() }

// A Tx changes the index. Its embedded View sees its own changes.
type Tx struct {
	View
	tx    *sql.Tx
	known map[schema.Digest]schema.Document // decoded documents of this transaction
}

// Begin starts the one transaction that changes the index.
func (x *Index) Begin(ctx context.Context) (*Tx, error) {
	tx, err := x.db.Write.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	return &Tx{View{tx}, tx, make(map[schema.Digest]schema.Document)}, nil
}

// Commit keeps the changes.
func (t *Tx) Commit() error { return t.tx.Commit() }

// Rollback drops the changes; after Commit it does nothing.
func (t *Tx) Rollback() error {
	if err := t.tx.Rollback(); !errors.Is(err, sql.ErrTxDone) {
		return err
	}
	return nil
}

// ErrBroken says that SQLite has dropped the whole transaction, as it does when
// the disk is full: what stood before the savepoint is gone too.
var ErrBroken = errors.New("the index dropped its transaction")

// Savepoint runs do so that its changes are dropped when it fails, and those
// before it stay. do must not end statements by a context that can be cancelled:
// an interrupted one would take the whole transaction with it
// (sqlite.org/c3ref/interrupt.html). An error that is ErrBroken ends the transaction.
func (t *Tx) Savepoint(ctx context.Context, do func() error) error {
	if _, err := t.tx.ExecContext(ctx, `SAVEPOINT act`); err != nil {
		return errors.Join(ErrBroken, err)
	}
	if err := do(); err != nil {
		if _, undo := t.tx.ExecContext(ctx, `ROLLBACK TO act; RELEASE act`); undo != nil {
			return errors.Join(ErrBroken, err, undo)
		}
		return err
	}
	if _, err := t.tx.ExecContext(ctx, `RELEASE act`); err != nil {
		return errors.Join(ErrBroken, err)
	}
	return nil
}

func (t *Tx) exec(ctx context.Context, query string, args ...any) error {
	_, err := t.tx.ExecContext(ctx, query, args...)
	return err
}

// A Page bounds a list: at most Limit rows, after the key that a cursor names.
type Page struct {
	After string // cursor of the list, "" for the beginning
	Limit int
}

// Number reads the cursor of a list that is counted, first where the list begins.
func (p Page) Number(first int64) (int64, error) {
	if p.After == "" {
		return first, nil
	}
	n, err := strconv.ParseInt(p.After, 10, 64)
	if err != nil {
		return 0, badCursor
	}
	return n, nil
}

// one gives the only row of a query, with an error of kind NotFound saying
// what, if there is none.
func notFound(err error, format string, args ...any) error {
	if errors.Is(err, sql.ErrNoRows) {
		return &schema.Error{Kind: schema.NotFound, Detail: fmt.Sprintf(format, args...)}
	}
	return err
}
