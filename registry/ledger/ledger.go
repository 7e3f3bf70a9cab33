// Package ledger keeps the append-only sequence of documents and the Merkle tree
// over it.
//
// An entry is canonical JSON and counts from 0; its bytes are a leaf. Leaves and
// nodes are hashed as RFC 6962 section 2.1 says: SHA-256 over 0x00 and the leaf,
// or over 0x01 and both children. The hashes of complete subtrees are stored as
// leaves are appended, in the order of golang.org/x/mod/sumdb/tlog, so a root or
// a proof needs a handful of them. A checkpoint is the tree's size and root under
// the ledger's origin, signed (c2sp.org/tlog-checkpoint):
//
//	patternbook.example/ledger
//	42
//	CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
//
//	— patternbook.example/ledger Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
//
// Imports schema and sqlite. Start reading at [Ledger.Append].
package ledger

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"sync"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/patternbook/patternbook/registry/sqlite"
	"github.com/patternbook/patternbook/schema"
)

//go:embed migrations
var migrations embed.FS

// A Ledger is the sequence in ledger.db. Its methods may be called at once, but
// only one caller appends.
type Ledger struct {
	db *sqlite.DB

	mu         sync.Mutex
	signedSize int64  // size of the last checkpoint signed
	signed     []byte // that checkpoint, nil when there is none
}

// Open makes the ledger's tables in db where they are missing.
func Open(ctx context.Context, db *sqlite.DB) (*Ledger, error) {
	if err := db.Migrate(ctx, "ledger", migrations); err != nil {
		return nil, err
	}
	return &Ledger{db: db}, nil
}

// Size gives how many entries there are.
func (l *Ledger) Size(ctx context.Context) (int64, error) {
	return size(ctx, l.db.Read)
}

type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func size(ctx context.Context, q querier) (n int64, err error) {
	// The primary key has no gaps, so its highest value tells the count without counting.
	err = q.QueryRowContext(ctx, `SELECT coalesce(max(number) + 1, 0) FROM entries`).Scan(&n)
	return n, err
}

// Append adds records in tx, a transaction on the ledger's file: the first must
// have the next number and each its predecessor's plus one. They count once tx is
// committed. Records that do not follow what is there are an error of kind
// Conflict: somebody else has appended, so catch up and try again.
func (l *Ledger) Append(ctx context.Context, tx *sql.Tx, records []Record) error {
	next, err := size(ctx, tx)
	if err != nil {
		return err
	}
	hashes := &hashes{ctx: ctx, q: tx, fresh: make(map[int64]tlog.Hash)}
	for _, r := range records {
		if r.Number != next {
			return &schema.Error{Kind: schema.Conflict, Detail: fmt.Sprintf("entry %d cannot follow %d entries", r.Number, next)}
		}
		if err := l.append(ctx, tx, hashes, r); err != nil {
			return fmt.Errorf("append entry %d: %w", r.Number, err)
		}
		next++
	}
	return nil
}

func (l *Ledger) append(ctx context.Context, tx *sql.Tx, hashes *hashes, r Record) error {
	leaf, _, err := schema.Encode(r.Entry)
	if err != nil {
		return err
	}
	if got := schema.DigestOf(r.Document); got != r.Entry.Document {
		return &schema.Error{Kind: schema.DigestMismatch, Detail: fmt.Sprintf("the entry names the document %s, but these bytes are %s", r.Entry.Document, got)}
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO documents (digest, bytes) VALUES (?, ?)`, r.Entry.Document.String(), r.Document); err != nil {
		return err
	}
	if !r.Entry.Envelope.IsZero() {
		if got := schema.DigestOf(r.Envelope); got != r.Entry.Envelope {
			return &schema.Error{Kind: schema.DigestMismatch, Detail: fmt.Sprintf("the entry names the envelope %s, but these bytes are %s", r.Entry.Envelope, got)}
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO documents (digest, bytes) VALUES (?, ?) ON CONFLICT DO NOTHING`, r.Entry.Envelope.String(), r.Envelope); err != nil {
			return err
		}
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO entries (number, entry, document) VALUES (?, ?, ?)`, r.Number, leaf, r.Entry.Document.String()); err != nil {
		return err
	}
	stored, err := tlog.StoredHashes(r.Number, leaf, hashes)
	if err != nil {
		return err
	}
	at := tlog.StoredHashIndex(0, r.Number)
	for i, h := range stored {
		hashes.fresh[at+int64(i)] = h
		if _, err := tx.ExecContext(ctx, `INSERT INTO hashes (position, hash) VALUES (?, ?)`, at+int64(i), h[:]); err != nil {
			return err
		}
	}
	return nil
}

// hashes reads stored hashes for tlog, those of the running transaction first.
type hashes struct {
	ctx   context.Context
	q     querier
	fresh map[int64]tlog.Hash
}

// ReadHashes implements tlog.HashReader.
func (h *hashes) ReadHashes(positions []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(positions))
	for i, p := range positions {
		if fresh, ok := h.fresh[p]; ok {
			out[i] = fresh
			continue
		}
		var b []byte
		if err := h.q.QueryRowContext(h.ctx, `SELECT hash FROM hashes WHERE position = ?`, p).Scan(&b); err != nil {
			return nil, fmt.Errorf("read the tree's hash %d: %w", p, err)
		}
		copy(out[i][:], b)
	}
	return out, nil
}

// maxRecords is how many bytes of documents Records gives at once, but for the
// last of them.
const maxRecords = 32 << 20

// Records gives up to limit records from the number from on, fewer where their
// documents are large, and at least one where there is one.
func (l *Ledger) Records(ctx context.Context, from int64, limit int) ([]Record, error) {
	rows, err := l.db.Read.QueryContext(ctx, `
		SELECT number, entry, d.bytes, e.bytes FROM entries
		JOIN documents d ON d.digest = document
		LEFT JOIN documents e ON e.digest = json_extract(entry, '$.envelope')
		WHERE number >= ? ORDER BY number LIMIT ?`, from, limit)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var records []Record
	for size := 0; size < maxRecords && rows.Next(); {
		var r Record
		var leaf []byte
		if err := rows.Scan(&r.Number, &leaf, &r.Document, &r.Envelope); err != nil {
			return nil, err
		}
		if r.Entry, _, err = schema.Decode[Entry](leaf); err != nil {
			return nil, fmt.Errorf("read entry %d: %w", r.Number, err)
		}
		size += len(r.Document) + len(r.Envelope)
		records = append(records, r)
	}
	return records, rows.Err()
}

// Tree gives the size and the root of the tree as it is now.
func (l *Ledger) Tree(ctx context.Context) (tlog.Tree, error) {
	n, err := l.Size(ctx)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := tlog.TreeHash(n, &hashes{ctx: ctx, q: l.db.Read})
	return tlog.Tree{N: n, Hash: root}, err
}

// Checkpoint gives the tree's size and root as a note signed by signer, whose
// name is the ledger's origin. The same size is signed once.
func (l *Ledger) Checkpoint(ctx context.Context, signer note.Signer) ([]byte, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n, err := l.Size(ctx)
	if err != nil {
		return nil, err
	}
	if l.signed != nil && l.signedSize == n {
		return l.signed, nil
	}
	root, err := tlog.TreeHash(n, &hashes{ctx: ctx, q: l.db.Read})
	if err != nil {
		return nil, err
	}
	text := fmt.Sprintf("%s\n%d\n%s\n", signer.Name(), n, root)
	signed, err := note.Sign(&note.Note{Text: text}, signer)
	if err != nil {
		return nil, fmt.Errorf("sign the checkpoint: %w", err)
	}
	l.signedSize, l.signed = n, signed
	return signed, nil
}
