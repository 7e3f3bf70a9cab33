package dir

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/patternbook/patternbook/artifacts"
	"github.com/patternbook/patternbook/schema"
)

func partialPlace(p artifacts.Partial) string { return partialDir + "/" + p.ID }

// Begin is described at [artifacts.Store]. The file is made by the first Append.
func (s *Store) Begin(ctx context.Context, digest schema.Digest, size int64) (artifacts.Partial, error) {
	if ctx.Err() != nil {
		return artifacts.Partial{}, context.Cause(ctx)
	}
	return artifacts.NewPartial(digest, size)
}

// Append is described at [artifacts.Store]. All that came is kept.
func (s *Store) Append(ctx context.Context, p artifacts.Partial, r io.Reader) (artifacts.Partial, error) {
	if ctx.Err() != nil {
		return p, context.Cause(ctx)
	}
	h, err := p.Hasher()
	if err != nil {
		return p, err
	}
	f, err := s.disk.Continue(partialPlace(p), p.Offset)
	if err != nil {
		return p, appendError(p, err)
	}
	src := &cancellable{ctx: ctx, r: io.LimitReader(r, p.Size-p.Offset)}
	buf := buffers.Get().(*[bufferSize]byte)
	defer buffers.Put(buf)
	n, err := io.CopyBuffer(&written{f, h}, src, buf[:])
	if err == nil {
		err = atEnd(p, n, r)
	}
	// What came is kept whatever has ended it.
	kept := errors.Join(f.Sync(), f.Close())
	if kept == nil && p.Offset == 0 {
		kept = s.disk.SyncDir(partialDir)
	}
	if kept != nil {
		return p, appendError(p, errors.Join(err, kept))
	}
	next, fault := p.Advance(h, n)
	if err = errors.Join(err, fault); err != nil {
		err = appendError(p, err)
	}
	return next, err
}

// atEnd looks whether r gives more than the whole of p, when all of it has come.
func atEnd(p artifacts.Partial, n int64, r io.Reader) error {
	if p.Offset+n < p.Size {
		return nil
	}
	switch n, err := io.ReadFull(r, make([]byte, 1)); {
	case n > 0:
		return artifacts.TooMuch(p.Digest, p.Size)
	case err != io.EOF:
		return err
	}
	return nil
}

func appendError(p artifacts.Partial, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return artifacts.Gone(p)
	}
	return fmt.Errorf("append to %s: %w", p.Digest, explain(err))
}

// A written file hashes what it was given and took.
type written struct {
	io.Writer
	hash io.Writer
}

// Write implements io.Writer.
func (w *written) Write(b []byte) (int, error) {
	n, err := w.Writer.Write(b)
	_, _ = w.hash.Write(b[:n]) // a hash takes all
	return n, err
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
	err := s.finish(p)
	if errors.Is(err, fs.ErrNotExist) {
		if _, stored := s.Stat(ctx, p.Digest); stored == nil {
			return nil
		}
		return artifacts.Gone(p)
	}
	if err != nil {
		return fmt.Errorf("complete %s: %w", p.Digest, explain(err))
	}
	return nil
}

// finish moves the whole file of p into place.
func (s *Store) finish(p artifacts.Partial) error {
	f, err := s.disk.Continue(partialPlace(p), p.Offset) // no more than what was kept
	if err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := s.disk.Seal(partialPlace(p)); err != nil {
		return err
	}
	return s.moveIntoPlace(partialPlace(p), p.Digest)
}

// Abort is described at [artifacts.Store].
func (s *Store) Abort(ctx context.Context, p artifacts.Partial) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err := s.disk.Remove(partialPlace(p)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("abort %s: %w", p.Digest, err)
	}
	return nil
}

// Ready is described at [artifacts.Store].
func (s *Store) Ready(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if _, err := s.root.Stat(storedDir); err != nil {
		return fmt.Errorf("the artifact folder: %w", err)
	}
	return nil
}
