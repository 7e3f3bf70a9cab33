// Package sqlite opens the registry's SQLite files the one way that keeps what
// was acknowledged: WAL, a stated synchronous mode, one writing connection and a
// pool of reading ones. It knows no table. Start reading at [Open].
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/mattn/go-sqlite3"

	"github.com/patternbook/patternbook/schema"
)

// A DB is an open SQLite file.
type DB struct {
	Write *sql.DB // one connection; its transactions take the write lock at once
	Read  *sql.DB // several connections that cannot write
}

// Durability says when a commit has reached the disk.
type Durability string

// The durabilities, by SQLite's names for them (sqlite.org/pragma.html#pragma_synchronous).
const (
	Full   Durability = "FULL"   // before the commit returns
	Normal Durability = "NORMAL" // some time later; the file stays whole, but the last commits may be missing after a power cut
)

// Open opens the file at path, makes it if it is not there, and checks that this
// program was built with what the registry needs of SQLite.
func Open(ctx context.Context, path string, durability Durability) (*DB, error) {
	dsn := func(extra url.Values) string {
		q := url.Values{
			"_journal_mode": {"WAL"},
			// This build of SQLite falls back to NORMAL in WAL mode unless told.
			"_synchronous":  {string(durability)},
			"_foreign_keys": {"on"},
			"_busy_timeout": {"10000"},  // ms; only checkpoints and backups ever wait
			"_cache_size":   {"-16000"}, // KiB
		}
		for k, v := range extra {
			q[k] = v
		}
		return (&url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: q.Encode()}).String()
	}
	if err := makePrivate(path); err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	write, err := sql.Open("sqlite3", dsn(url.Values{"_txlock": {"immediate"}}))
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	write.SetMaxOpenConns(1)
	if err := checkBuild(ctx, write); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), write.Close())
	}
	read, err := sql.Open("sqlite3", dsn(url.Values{"mode": {"ro"}, "_query_only": {"on"}}))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), write.Close())
	}
	readers := max(4, runtime.NumCPU())
	read.SetMaxOpenConns(readers)
	read.SetMaxIdleConns(readers)
	return &DB{write, read}, nil
}

// makePrivate makes an empty file that nobody else on the machine may read:
// passwords, tokens and keys are in one. SQLite gives the files beside it the
// same rights.
func makePrivate(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// checkBuild names the build tag that is missing, if one is.
func checkBuild(ctx context.Context, db *sql.DB) error {
	var enabled bool
	err := db.QueryRowContext(ctx, `SELECT sqlite_compileoption_used('ENABLE_FTS5')`).Scan(&enabled)
	if err == nil && !enabled {
		return errors.New("this program was built without full-text search: build it with -tags sqlite_fts5, as the Makefile does")
	}
	return err
}

// Examine lets SQLite look for faults of the file and gives at most ten of them.
func (db *DB) Examine(ctx context.Context) (faults []string, err error) {
	rows, err := db.Read.QueryContext(ctx, `PRAGMA quick_check(10)`)
	if err != nil {
		return nil, err
	}
	err = Each(rows, func() error {
		var line string
		err := rows.Scan(&line)
		if line != "ok" {
			faults = append(faults, line)
		}
		return err
	})
	return faults, err
}

// Close closes the file. It waits for the statements that are running.
func (db *DB) Close() error {
	return errors.Join(db.Read.Close(), db.Write.Close())
}

// Update runs do in one write transaction and commits it, durably as Open was
// told. When do or the commit fails nothing is kept, unless the failure came
// after the disk had taken the commit: whoever must know reads again.
func (db *DB) Update(ctx context.Context, do func(*sql.Tx) error) error {
	tx, err := db.Write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // after a commit it does nothing
	if err := do(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// Migrate brings the tables of one room up to date: files named 0001_*.sql,
// 0002_*.sql… each run once, in order, in a transaction. A file is never edited
// after a release that has it. A database newer than the program is refused.
func (db *DB) Migrate(ctx context.Context, room string, files fs.FS) error {
	names, err := fs.Glob(files, "migrations/*.sql")
	if err != nil {
		return err
	}
	slices.Sort(names)
	return db.Update(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS migrations (room TEXT PRIMARY KEY, done INTEGER NOT NULL) STRICT`); err != nil {
			return err
		}
		var done int
		err := tx.QueryRowContext(ctx, `SELECT done FROM migrations WHERE room = ?`, room).Scan(&done)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if done > len(names) {
			return fmt.Errorf("the tables of the %s are newer than this program: use a newer patternbook", room)
		}
		for _, name := range names[done:] {
			text, err := fs.ReadFile(files, name)
			if err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, string(text)); err != nil {
				return fmt.Errorf("migrate %s: %w", name, err)
			}
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO migrations (room, done) VALUES (?1, ?2) ON CONFLICT (room) DO UPDATE SET done = ?2`, room, len(names))
		return err
	})
}

// Explain gives an error of SQLite the kind that says what the caller can do: NoRoom
// for a full disk, Unavailable for what passes, like a locked file. Others stay as
// they are.
func Explain(err error) error {
	e, ok := errors.AsType[sqlite3.Error](err)
	if !ok {
		return err
	}
	switch e.Code {
	case sqlite3.ErrFull:
		return &schema.Error{
			Kind: schema.NoRoom, Detail: "the registry's disk is full",
			Fix: "its keeper must make room; nothing is lost, try again then", Err: err,
		}
	case sqlite3.ErrIoErr, sqlite3.ErrBusy, sqlite3.ErrLocked, sqlite3.ErrReadonly:
		return &schema.Error{
			Kind: schema.Unavailable, Detail: "the registry cannot write to its disk just now",
			Fix: "try the same again later; nothing is lost by it", Err: err,
		}
	}
	return err
}

// IsTaken tells whether err says that a unique key is taken already.
func IsTaken(err error) bool {
	e, ok := errors.AsType[sqlite3.Error](err)
	return ok && (e.ExtendedCode == sqlite3.ErrConstraintUnique || e.ExtendedCode == sqlite3.ErrConstraintPrimaryKey)
}

// IsDamaged tells whether err says that a file is no database, or a broken one.
func IsDamaged(err error) bool {
	e, ok := errors.AsType[sqlite3.Error](err)
	return ok && (e.Code == sqlite3.ErrNotADB || e.Code == sqlite3.ErrCorrupt)
}

// IsWithout tells whether err may say that a table or column is not there: SQLite
// has no code for that alone.
func IsWithout(err error) bool {
	e, ok := errors.AsType[sqlite3.Error](err)
	return ok && e.Code == sqlite3.ErrError
}

// Placeholders gives n comma-separated question marks, for an IN list.
func Placeholders(n int) string {
	return strings.TrimSuffix(strings.Repeat("?,", n), ",")
}

// Each runs do for each row and closes rows.
func Each(rows *sql.Rows, do func() error) error {
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := do(); err != nil {
			return err
		}
	}
	return rows.Err()
}
