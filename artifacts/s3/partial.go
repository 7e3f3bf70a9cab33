package s3

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"strconv"

	"github.com/minio/minio-go/v7"
	"github.com/patternbook/patternbook/artifacts"
	"github.com/patternbook/patternbook/schema"
)

// A note is what the store must know of a Partial besides.
type note struct {
	Upload string `json:"upload,omitempty"` // the multipart upload; none below minPart bytes in all
	Parts  []part `json:"parts,omitempty"`
	Tail   *tail  `json:"tail,omitempty"`
	Before int64  `json:"before,omitempty"` // offset of the tail that the Partial before this one had
}

// A tail is the end of what came, too short for a part. It is an object of its own
// until more comes.
type tail struct {
	Digest schema.Digest `json:"digest"`
	Size   int64         `json:"size"`
}

func readNote(p artifacts.Partial) (n note, err error) {
	if err := json.Unmarshal(p.Note, &n); err != nil {
		return n, fmt.Errorf("read what was noted of an upload: %w", err)
	}
	return n, nil
}

// tailKey is where the tail lies that ends at offset.
func (s *Store) tailKey(p artifacts.Partial, offset int64) string {
	return s.prefix + partialFolder + p.ID + "/" + strconv.FormatInt(offset, 10)
}

// Begin is described at [artifacts.Store].
func (s *Store) Begin(ctx context.Context, digest schema.Digest, size int64) (artifacts.Partial, error) {
	if ctx.Err() != nil {
		return artifacts.Partial{}, context.Cause(ctx)
	}
	p, err := artifacts.NewPartial(digest, size)
	if err != nil {
		return p, err
	}
	var n note
	if size >= minPart {
		if n.Upload, err = s.begin(ctx, digest); err != nil {
			return artifacts.Partial{}, s.explain(ctx, "begin", digest, err)
		}
	}
	p.Note, err = json.Marshal(n)
	return p, err
}

// Append is described at [artifacts.Store]. What came before a fault is kept.
func (s *Store) Append(ctx context.Context, p artifacts.Partial, r io.Reader) (artifacts.Partial, error) {
	if ctx.Err() != nil {
		return p, context.Cause(ctx)
	}
	a, err := s.resume(ctx, p)
	if err == nil {
		err = errors.Join(a.take(ctx, r), a.spool.Close())
		p = a.p
	}
	if cause := context.Cause(ctx); err != nil && cause != nil {
		err = cause
	}
	return p, s.explainPartial(ctx, "append to", p, err)
}

// explainPartial gives an error of a Partial its kind: what is not there is the
// Partial.
func (s *Store) explainPartial(ctx context.Context, act string, p artifacts.Partial, err error) error {
	if noUpload(err) || notThere(err) {
		return artifacts.Gone(p)
	}
	return s.explain(ctx, act, p.Digest, err)
}

// An appending is an Append under way.
type appending struct {
	store *Store
	p     artifacts.Partial // what is kept for certain
	note  note              // of p
	hash  hash.Hash         // over what is kept and what came since
	came  int64             // bytes since
	spool *spool            // those, after p's tail
	first int64             // where the Partial that was appended to ended
	sent  bool              // a part was sent, so the upload is there
}

// resume reads p's tail back.
func (s *Store) resume(ctx context.Context, p artifacts.Partial) (*appending, error) {
	n, err := readNote(p)
	if err != nil {
		return nil, err
	}
	h, err := p.Hasher()
	if err != nil {
		return nil, err
	}
	f, err := s.newSpool()
	if err != nil {
		return nil, err
	}
	a := &appending{store: s, p: p, note: n, hash: h, spool: f, first: p.Offset}
	if n.Tail != nil {
		if err := s.readTail(ctx, p, *n.Tail, f); err != nil {
			return nil, errors.Join(err, f.Close())
		}
	}
	return a, nil
}

// readTail reads the tail of p, verified, into f.
func (s *Store) readTail(ctx context.Context, p artifacts.Partial, t tail, f *spool) error {
	bounded, cancel := s.bounded(ctx)
	defer cancel()
	body, _, _, err := s.core.GetObject(bounded, s.bucket, s.tailKey(p, p.Offset), minio.GetObjectOptions{})
	if err != nil {
		return overdue(bounded, err)
	}
	_, err = f.fill(artifacts.Verify(bounded, t.Digest, t.Size, body), t.Size+1)
	switch {
	case err == io.EOF:
		err = nil
	case errors.Is(err, schema.DigestMismatch), errors.Is(err, schema.Invalid):
		err = artifacts.Gone(p) // what the store has is not what it was given
	}
	return overdue(bounded, errors.Join(err, body.Close()))
}

// take reads r to its end and keeps what comes, part by part.
func (a *appending) take(ctx context.Context, r io.Reader) error {
	src := io.TeeReader(&cancellable{ctx, io.LimitReader(r, a.p.Size-a.p.Offset)}, a.hash)
	for {
		n, err := a.spool.fill(src, a.store.partSize(a.p.Size, len(a.note.Parts)))
		a.came += n
		switch {
		case err == nil && a.note.Upload != "":
			if err := a.keepPart(ctx); err != nil {
				return err
			}
			continue
		case err == io.EOF:
			err = a.atEnd(r)
		}
		// What came is kept whatever has ended it, also a caller that has gone.
		kept, cancel := detached(ctx)
		defer cancel()
		return errors.Join(err, a.keepRest(kept))
	}
}

// atEnd looks whether r gives more than the whole, when all of it has come.
func (a *appending) atEnd(r io.Reader) error {
	if a.p.Offset+a.came < a.p.Size {
		return nil
	}
	switch n, err := io.ReadFull(r, make([]byte, 1)); {
	case n > 0:
		return artifacts.TooMuch(a.p.Digest, a.p.Size)
	case err != io.EOF:
		return err
	}
	return nil
}

// A cancellable reader ends when its context does.
type cancellable struct {
	ctx context.Context
	r   io.Reader
}

// Read implements io.Reader.
func (c *cancellable) Read(b []byte) (int, error) {
	if c.ctx.Err() != nil {
		return 0, context.Cause(c.ctx)
	}
	return c.r.Read(b)
}

// keepPart sends what is spooled as the next part.
func (a *appending) keepPart(ctx context.Context) error {
	number := len(a.note.Parts) + 1
	sent, err := a.store.send(ctx, a.store.key(a.p.Digest), a.note.Upload, number, a.spool)
	if err != nil {
		return err
	}
	n := a.note
	n.Parts = append(n.Parts[:number-1:number-1], sent) // p's own stay as they are
	n.Tail = nil
	a.sent = true
	return a.keep(ctx, n)
}

// keepRest keeps what is spooled at the end of an Append: as a part when it is
// long enough or the last, otherwise as a tail.
func (a *appending) keepRest(ctx context.Context) error {
	if a.came == 0 {
		return nil
	}
	last := a.p.Offset+a.came == a.p.Size
	if a.note.Upload != "" && (last || a.spool.size >= leastPart(a.p.Size)) {
		return a.keepPart(ctx)
	}
	if a.note.Upload != "" && !a.sent {
		if err := a.store.there(ctx, a.p.Digest, a.note.Upload); err != nil {
			return err
		}
	}
	return a.keepTail(ctx)
}

// there sees whether an upload is.
func (s *Store) there(ctx context.Context, digest schema.Digest, upload string) error {
	bounded, cancel := s.bounded(ctx)
	defer cancel()
	_, err := s.core.ListObjectParts(bounded, s.bucket, s.key(digest), upload, 0, 1)
	return overdue(bounded, err)
}

func (a *appending) keepTail(ctx context.Context) error {
	digest, err := a.spool.digest()
	if err != nil {
		return err
	}
	key := a.store.tailKey(a.p, a.p.Offset+a.came)
	_, err = a.store.core.PutObject(ctx, a.store.bucket, key, a.spool.section(), a.spool.size, "", digest.Hex(), a.store.options(always))
	if err != nil {
		return err
	}
	n := a.note
	n.Tail = &tail{Digest: digest, Size: a.spool.size}
	return a.keep(ctx, n)
}

// keep makes what came, which the store has now, a part of p.
func (a *appending) keep(ctx context.Context, n note) error {
	old := a.note
	if a.p.Offset == a.first {
		n.Before = 0
		if old.Tail != nil {
			n.Before = a.first // still needed should the caller go on from there
		}
	}
	next, err := a.p.Advance(a.hash, a.came)
	if err != nil {
		return err
	}
	if next.Note, err = json.Marshal(n); err != nil {
		return err
	}
	if a.p.Offset == a.first && old.Before > 0 {
		// Nobody can go on from there any more. What stays is removed at the end.
		_ = a.store.remove(ctx, a.store.tailKey(a.p, old.Before))
	}
	a.p, a.note, a.came = next, n, 0
	a.spool.empty()
	return nil
}

// Complete is described at [artifacts.Store].
func (s *Store) Complete(ctx context.Context, p artifacts.Partial) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err := p.Check(); err != nil {
		if errors.Is(err, schema.DigestMismatch) {
			err = errors.Join(err, s.Abort(ctx, p))
		}
		return err
	}
	n, err := readNote(p)
	if err != nil {
		return err
	}
	if n.Upload == "" {
		err = s.completeTail(ctx, p, n)
	} else if err = s.has(ctx, p.Digest, n.Upload, n.Parts); err == nil {
		err = s.finish(ctx, p.Digest, n.Upload, n.Parts, p.Size)
	}
	if noUpload(err) || notThere(err) {
		if _, stored := s.Stat(ctx, p.Digest); stored == nil {
			err = nil
		}
	}
	if err == nil {
		err = s.removeTails(ctx, p)
	}
	return s.explainPartial(ctx, "complete", p, err)
}

// completeTail makes the artifact of a Partial that is so small that its tail is
// the whole.
func (s *Store) completeTail(ctx context.Context, p artifacts.Partial, n note) error {
	f, err := s.newSpool()
	if err != nil {
		return err
	}
	defer f.Close()
	if n.Tail != nil {
		if err := s.readTail(ctx, p, *n.Tail, f); err != nil {
			return err
		}
	}
	return s.putWhole(ctx, p.Digest, f.section())
}

// removeTails removes every tail of p and of those before it.
func (s *Store) removeTails(ctx context.Context, p artifacts.Partial) error {
	if p.ID == "" {
		return nil // not one of ours
	}
	var faults []error
	for object, err := range s.objects(ctx, partialFolder+p.ID+"/") {
		if err == nil {
			err = s.remove(ctx, object.Key)
		}
		faults = append(faults, err)
	}
	return errors.Join(faults...)
}

// Abort is described at [artifacts.Store].
func (s *Store) Abort(ctx context.Context, p artifacts.Partial) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	n, err := readNote(p)
	if err != nil {
		return err
	}
	if n.Upload != "" {
		err = s.abort(ctx, s.key(p.Digest), n.Upload)
	}
	if err = errors.Join(err, s.removeTails(ctx, p)); err != nil {
		return s.explain(ctx, "abort", p.Digest, err)
	}
	return nil
}
