package registry

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"sync"
	"time"

	"github.com/patternbook/patternbook/artifacts"
	"github.com/patternbook/patternbook/registry/vault"
	"github.com/patternbook/patternbook/schema"
)

// An Upload is an artifact that comes in pieces.
type Upload struct {
	ID       string
	Digest   schema.Digest
	Size     int64 // bytes of the whole
	Offset   int64 // bytes that are kept: the next piece begins here
	Metadata string
	Expires  time.Time // when it is forgotten unless it is complete
}

// Complete tells whether the artifact is stored.
func (u Upload) Complete() bool { return u.Offset == u.Size }

// checkpoint is how many bytes of one piece are taken before it is noted how far
// it has come: what a crash can cost, beside the last part of the store.
const checkpoint = 64 << 20

// BeginUpload begins an artifact of size bytes that comes in pieces. metadata is
// given back with the upload, and means nothing here.
//
// Errors: Unauthenticated, Invalid, Removed, TooLarge, TooMany, NoRoom.
func (s *Service) BeginUpload(ctx context.Context, by Actor, digest schema.Digest, size int64, metadata string) (Upload, error) {
	if err := may(ctx, s.index.View, by, ActSend, Object{}); err != nil {
		return Upload{}, err
	}
	if err := s.mustNotBeRemoved(ctx, digest); err != nil {
		return Upload{}, err
	}
	done, err := s.allow(ctx, by.Account, size)
	if err != nil {
		return Upload{}, err
	}
	defer done()
	p, err := s.artifacts.Begin(ctx, digest, size)
	if err != nil {
		return Upload{}, fmt.Errorf("begin %s: %w", digest, err)
	}
	u := vault.Partial{ID: vault.NewPartialID(), Account: by.Account, Digest: digest, Size: size, Metadata: metadata, Expires: s.now().Add(s.limits.Expiry)}
	if err := s.notePartial(ctx, &u, p); err != nil {
		return Upload{}, errors.Join(err, s.artifacts.Abort(context.WithoutCancel(ctx), p))
	}
	if size == 0 {
		return s.complete(ctx, u)
	}
	return uploadOf(u), nil
}

func uploadOf(p vault.Partial) Upload {
	return Upload{ID: p.ID, Digest: p.Digest, Size: p.Size, Offset: p.Offset, Metadata: p.Metadata, Expires: p.Expires}
}

// notePartial writes down how far an upload has come.
func (s *Service) notePartial(ctx context.Context, u *vault.Partial, p artifacts.Partial) (err error) {
	u.Offset = p.Offset
	if u.State, err = json.Marshal(p); err != nil {
		return err
	}
	noted := *u
	return s.inVault(ctx, func(ctx context.Context, tx *sql.Tx) error { return s.vault.PutPartial(ctx, tx, noted) })
}

// inVault changes the vault alone.
func (s *Service) inVault(ctx context.Context, do func(context.Context, *sql.Tx) error) error {
	return s.writer.Do(ctx, func(_ context.Context, tx *transaction) error {
		tx.InVault(do)
		return nil
	})
}

// A Checksum is what the bytes of a piece must give; the zero Checksum is none.
type Checksum struct {
	New func() hash.Hash
	Sum []byte
}

// AppendUpload adds the bytes of r to an upload of by. offset is where they
// belong, and must be where the upload stands. When somebody else goes on with the
// upload, r is closed, and a Read that waits must then end. What came before r
// failed is kept unless there is a checksum. With the last byte the artifact is stored: its
// digest is checked, and an upload that fails this is gone.
//
// Errors: Forbidden, NotFound, Conflict (another offset, or somebody else goes on with it),
// ChecksumMismatch (nothing of the piece is kept), DigestMismatch, Invalid (more
// bytes than were announced), NoRoom, Unavailable.
func (s *Service) AppendUpload(ctx context.Context, by Actor, id string, offset int64, sum Checksum, r io.ReadCloser) (Upload, error) {
	if err := may(ctx, s.index.View, by, ActSend, Object{}); err != nil {
		return Upload{}, err
	}
	ctx, leave, err := s.turns.take(ctx, id)
	if err != nil {
		return Upload{}, err
	}
	defer leave()
	u, err := s.vault.Partial(ctx, by.Account, id)
	if err != nil {
		return Upload{}, err
	}
	if offset != u.Offset {
		return uploadOf(u), &schema.Error{
			Kind: schema.Conflict, Detail: fmt.Sprintf("the upload stands at byte %d, not %d", u.Offset, offset),
			Fix: "ask where it stands (HEAD), and go on from there",
		}
	}
	if len(u.State) > 0 {
		defer context.AfterFunc(ctx, func() { _ = r.Close() })() // whoever waits has an end to wait for
		if err := s.appendPieces(ctx, &u, sum, r); err != nil {
			if ctx.Err() != nil {
				err = context.Cause(ctx) // says more than that the body was closed for it
			}
			return uploadOf(u), s.ended(ctx, u, err)
		}
	}
	return s.complete(ctx, u)
}

// appendPieces takes r in pieces and notes each, or with a checksum all at once.
func (s *Service) appendPieces(ctx context.Context, u *vault.Partial, sum Checksum, r io.Reader) error {
	var p artifacts.Partial
	if err := json.Unmarshal(u.State, &p); err != nil {
		return fmt.Errorf("resume the upload of %s: %w", u.Digest, err)
	}
	checked := sum.New != nil
	var h hash.Hash
	if checked {
		h = sum.New()
		r = io.TeeReader(r, h)
	}
	// What came is noted also when whoever sent it has gone.
	noting := context.WithoutCancel(ctx)
	for {
		if err := s.space.check(0); err != nil {
			return err
		}
		piece := &io.LimitedReader{R: r, N: checkpoint}
		next, err := s.artifacts.Append(ctx, p, piece)
		if !checked && next.Offset != u.Offset {
			if noted := s.notePartial(noting, u, next); noted != nil {
				return errors.Join(err, noted)
			}
		}
		if err != nil {
			return err
		}
		if p = next; piece.N > 0 { // r is at its end
			break
		}
	}
	if !checked {
		return nil
	}
	if got := h.Sum(nil); !bytes.Equal(got, sum.Sum) {
		return &schema.Error{
			Kind: schema.ChecksumMismatch, Detail: fmt.Sprintf("the bytes from %d on have the checksum %x, not %x as the request says", u.Offset, got, sum.Sum),
			Fix: "send them again",
		}
	}
	return s.notePartial(noting, u, p)
}

// ended forgets an upload whose bytes the store has not any more.
func (s *Service) ended(ctx context.Context, u vault.Partial, err error) error {
	if errors.Is(err, schema.NotFound) || errors.Is(err, schema.DigestMismatch) {
		forget := func(ctx context.Context, tx *sql.Tx) error { return s.vault.DeletePartial(ctx, tx, u.ID) }
		err = errors.Join(err, s.inVault(context.WithoutCancel(ctx), forget))
	}
	return err
}

// complete stores the artifact of an upload all of whose bytes have come.
func (s *Service) complete(ctx context.Context, u vault.Partial) (Upload, error) {
	if u.Offset < u.Size || len(u.State) == 0 {
		return uploadOf(u), nil
	}
	ctx = context.WithoutCancel(ctx) // all is here: that its sender leaves now must not keep it from counting
	var p artifacts.Partial
	if err := json.Unmarshal(u.State, &p); err != nil {
		return uploadOf(u), fmt.Errorf("complete the upload of %s: %w", u.Digest, err)
	}
	if err := s.mustNotBeRemoved(ctx, u.Digest); err != nil {
		return uploadOf(u), errors.Join(err, s.artifacts.Abort(ctx, p), s.inVault(ctx, func(ctx context.Context, tx *sql.Tx) error {
			return s.vault.DeletePartial(ctx, tx, u.ID)
		}))
	}
	release, err := s.holds.use(ctx, u.Digest)
	if err != nil {
		return uploadOf(u), err
	}
	defer release()
	if err := s.artifacts.Complete(ctx, p); err != nil {
		return uploadOf(u), s.ended(ctx, u, err)
	}
	// It stays noted as complete until it expires, for those whom the answer does
	// not reach and who ask.
	u.State = nil
	now := s.now()
	err = s.inVault(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := s.vault.SetDamaged(ctx, tx, u.Digest, false, now); err != nil {
			return err
		}
		if err := s.vault.RecordUpload(ctx, tx, u.Account, u.Digest, u.Size, now, now.Add(lease)); err != nil {
			return err
		}
		return s.vault.PutPartial(ctx, tx, u)
	})
	return uploadOf(u), err
}

// Upload tells how far an upload of by has come. Whoever sends to it at this
// moment is stopped, for the answer to stay true. Errors: NotFound, and those of
// storing the artifact when all its bytes are there.
func (s *Service) Upload(ctx context.Context, by Actor, id string) (Upload, error) {
	if err := may(ctx, s.index.View, by, ActSend, Object{}); err != nil {
		return Upload{}, err
	}
	ctx, leave, err := s.turns.take(ctx, id)
	if err != nil {
		return Upload{}, err
	}
	defer leave()
	u, err := s.vault.Partial(ctx, by.Account, id)
	if err != nil {
		return Upload{}, err
	}
	return s.complete(ctx, u)
}

// Uploads gives the uploads of by that are not complete, so that whoever was
// interrupted can go on.
func (s *Service) Uploads(ctx context.Context, by Actor) ([]Upload, error) {
	if err := may(ctx, s.index.View, by, ActSend, Object{}); err != nil {
		return nil, err
	}
	list, err := s.vault.Partials(ctx, by.Account)
	if err != nil {
		return nil, err
	}
	uploads := make([]Upload, len(list)) // their number is bounded by the limits
	for i, u := range list {
		uploads[i] = uploadOf(u)
	}
	return uploads, nil
}

// EndUpload ends an upload of by and removes what came of it. Errors: Forbidden, NotFound.
func (s *Service) EndUpload(ctx context.Context, by Actor, id string) error {
	if err := may(ctx, s.index.View, by, ActSend, Object{}); err != nil {
		return err
	}
	ctx, leave, err := s.turns.take(ctx, id)
	if err != nil {
		return err
	}
	defer leave()
	u, err := s.vault.Partial(ctx, by.Account, id)
	if err != nil {
		return err
	}
	return s.dropUpload(ctx, u)
}

func (s *Service) dropUpload(ctx context.Context, u vault.Partial) error {
	if len(u.State) > 0 {
		var p artifacts.Partial
		if err := json.Unmarshal(u.State, &p); err != nil {
			return fmt.Errorf("end the upload of %s: %w", u.Digest, err)
		}
		if err := s.artifacts.Abort(ctx, p); err != nil {
			return err
		}
	}
	return s.inVault(ctx, func(ctx context.Context, tx *sql.Tx) error { return s.vault.DeletePartial(ctx, tx, u.ID) })
}

// turns lets one at a time go on with an upload. The later one is right: the
// earlier one's connection is most likely cut, which nobody has noticed yet.
type turns struct {
	mu    sync.Mutex
	taken map[string]*turn
}

type turn struct {
	stop  context.CancelCauseFunc
	ended chan struct{}
}

// take stops whoever goes on with the upload, waits for their end, and gives a
// context that ends when the next one comes.
func (t *turns) take(ctx context.Context, id string) (_ context.Context, leave func(), err error) {
	for {
		t.mu.Lock()
		before := t.taken[id]
		if before == nil {
			break
		}
		t.mu.Unlock()
		before.stop(errTakenOver)
		select {
		case <-before.ended:
		case <-ctx.Done():
			return nil, nil, context.Cause(ctx)
		}
	}
	defer t.mu.Unlock()
	ctx, stop := context.WithCancelCause(ctx)
	mine := &turn{stop, make(chan struct{})}
	t.taken[id] = mine
	return ctx, func() {
		t.mu.Lock()
		delete(t.taken, id)
		t.mu.Unlock()
		stop(nil)
		close(mine.ended)
	}, nil
}

var errTakenOver = &schema.Error{Kind: schema.Conflict, Detail: "a later request goes on with this upload", Fix: "send to an upload from one place at a time"}
