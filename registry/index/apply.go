package index

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/registry/ledger"
	"github.com/patternbook/patternbook/schema"
)

// Next gives the number of the ledger entry that the index applies next.
func (v View) Next(ctx context.Context) (n int64, err error) {
	err = v.q.QueryRowContext(ctx, `SELECT coalesce(max(number) + 1, 0) FROM entries`).Scan(&n)
	return n, err
}

// LastTime gives the time of the last entry, the zero Time when there is none.
func (v View) LastTime(ctx context.Context) (schema.Time, error) {
	var text string
	err := v.q.QueryRowContext(ctx, `SELECT time FROM entries ORDER BY number DESC LIMIT 1`).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return schema.Time{}, nil
	}
	if err != nil {
		return schema.Time{}, err
	}
	return schema.ParseTime(text)
}

// An Entry is what the index keeps of a ledger entry.
type Entry struct {
	Number int64
	Kind   string
	Author schema.Name
	Time   schema.Time
	Key    schema.KeyID // of the author's that has signed it, zero when it is not signed
}

// Entry gives the entry of a document, or an error of kind NotFound.
func (v View) Entry(ctx context.Context, digest schema.Digest) (Entry, error) {
	var e Entry
	var author, time, key string
	err := v.q.QueryRowContext(ctx, `SELECT number, kind, author, time, key FROM entries WHERE digest = ?`, digest.String()).Scan(&e.Number, &e.Kind, &author, &time, &key)
	if err != nil {
		return Entry{}, notFound(err, "no document %s is in the ledger", digest)
	}
	if e.Author, err = schema.ParseName(author); err != nil {
		return Entry{}, err
	}
	if e.Time, err = schema.ParseTime(time); err != nil {
		return Entry{}, err
	}
	return e, e.Key.UnmarshalText([]byte(key))
}

// DocumentOf gives the digest of the document of an entry, or an error of kind NotFound.
func (v View) DocumentOf(ctx context.Context, number int64) (digest schema.Digest, err error) {
	var text string
	if err := v.q.QueryRowContext(ctx, `SELECT digest FROM entries WHERE number = ?`, number).Scan(&text); err != nil {
		return digest, notFound(err, "the ledger has no entry %d", number)
	}
	return schema.ParseDigest(text)
}

// Document gives the canonical bytes of a document, or an error of kind NotFound.
func (v View) Document(ctx context.Context, digest schema.Digest) (b []byte, err error) {
	err = v.q.QueryRowContext(ctx, `SELECT bytes FROM documents WHERE digest = ?`, digest.String()).Scan(&b)
	return b, notFound(err, "no document %s is in the ledger", digest)
}

// Read gives a document by its type, or an error of kind NotFound.
func Read[T schema.Document](ctx context.Context, v View, digest schema.Digest) (d T, err error) {
	b, err := v.Document(ctx, digest)
	if err != nil {
		return d, err
	}
	return schema.Stored[T](b)
}

// Apply makes the index say what the document of a ledger record says. It is
// the only function that changes tables, so the same records in the same order
// always give the same index. Rules were checked before the record was appended;
// Apply fails only on what never was acceptable. A kind that this version does
// not know is kept, to be passed on.
func (t *Tx) Apply(ctx context.Context, r ledger.Record) error {
	if err := t.applyEntry(ctx, r); err != nil {
		return fmt.Errorf("apply entry %d: %w", r.Number, err)
	}
	var err error
	switch r.Entry.Kind {
	case schema.KindAccount:
		err = applyAs(ctx, t, r, t.applyAccount)
	case schema.KindBOM:
		err = applyAs(ctx, t, r, func(context.Context, ledger.Record, bom.Document) error { return nil }) // read through its release
	case schema.KindRelease:
		err = applyAs(ctx, t, r, t.applyRelease)
	case schema.KindReleaseStatus:
		err = applyAs(ctx, t, r, t.applyReleaseStatus)
	case schema.KindBatch:
		err = applyAs(ctx, t, r, t.applyBatch)
	case schema.KindMembership:
		err = applyAs(ctx, t, r, t.applyMembership)
	case schema.KindModeration:
		err = applyAs(ctx, t, r, t.applyModeration)
	case schema.KindBuildRecord:
		err = applyAs(ctx, t, r, t.applyBuildRecord)
	case schema.KindUnitEvent:
		err = applyAs(ctx, t, r, t.applyUnitEvent)
	case schema.KindAdvisory:
		err = applyAs(ctx, t, r, t.applyAdvisory)
	case schema.KindAdvisoryResponse:
		err = applyAs(ctx, t, r, t.applyAdvisoryResponse)
	case schema.KindTransfer:
		err = applyAs(ctx, t, r, t.applyTransfer)
	case schema.KindRedaction:
		err = applyAs(ctx, t, r, t.applyRedaction)
	}
	if err != nil {
		return fmt.Errorf("apply entry %d, %s %s: %w", r.Number, r.Entry.Kind, r.Entry.Document, err)
	}
	return nil
}

func (t *Tx) applyEntry(ctx context.Context, r ledger.Record) error {
	var signature schema.Signature
	if len(r.Envelope) > 0 {
		// One of a form that this version does not know is kept, to be passed on.
		if s, _, _, err := schema.ReadEnvelope(r.Envelope); err == nil {
			signature = s
		}
	}
	if err := t.exec(ctx, `INSERT INTO entries (number, digest, kind, author, time, key) VALUES (?, ?, ?, ?, ?, ?)`,
		r.Number, r.Entry.Document.String(), r.Entry.Kind, r.Entry.Author.String(), r.Entry.Time.String(), signature.Key.String()); err != nil {
		return err
	}
	return t.exec(ctx, `INSERT INTO documents (digest, bytes) VALUES (?, ?)`, r.Entry.Document.String(), r.Document)
}

// Know tells the transaction what the document with that digest says, so that
// Apply does not decode what its caller has just encoded.
func (t *Tx) Know(digest schema.Digest, d schema.Document) {
	t.known[digest] = d
}

// known gives a document by its type. What the transaction has applied is at hand.
func known[T schema.Document](ctx context.Context, t *Tx, digest schema.Digest) (T, error) {
	if d, ok := t.known[digest].(T); ok {
		return d, nil
	}
	return Read[T](ctx, t.View, digest)
}

func applyAs[T schema.Document](ctx context.Context, t *Tx, r ledger.Record, apply func(context.Context, ledger.Record, T) error) error {
	d, ok := t.known[r.Entry.Document].(T)
	if !ok {
		var err error
		if d, _, err = schema.Decode[T](r.Document); err != nil {
			return err
		}
		t.Know(r.Entry.Document, d)
	}
	return apply(ctx, r, d)
}
