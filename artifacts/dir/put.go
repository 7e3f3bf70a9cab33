package dir

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"sync"
	"syscall"

	"github.com/patternbook/patternbook/artifacts"
	"github.com/patternbook/patternbook/schema"
)

// Put is described at [artifacts.Store].
func (s *Store) Put(ctx context.Context, digest schema.Digest, size int64, r io.Reader) error {
	if digest.IsZero() {
		return artifacts.NoDigest()
	}
	if err := s.save(ctx, digest, artifacts.Verify(ctx, digest, size, r)); err != nil {
		return fmt.Errorf("put %s: %w", digest, explain(err))
	}
	return nil
}

// save is the one function that writes artifacts: it makes the bytes of r
// durable under digest, or leaves nothing.
func (s *Store) save(ctx context.Context, digest schema.Digest, r io.Reader) error {
	temp := tempDir + "/" + digest.Hex()[:16] + "-" + rand.Text()
	err := s.writeTemp(temp, r)
	if err == nil {
		err = context.Cause(ctx) // the last moment at which to stop is clean
	}
	if err == nil {
		err = s.moveIntoPlace(temp, digest)
	}
	if err != nil {
		// What cannot be removed now (a crash, a dead disk) Sweep removes later.
		if gone := s.disk.Remove(temp); gone != nil && !errors.Is(gone, fs.ErrNotExist) {
			err = errors.Join(err, gone)
		}
	}
	return err
}

// moveIntoPlace makes a whole, synced file the artifact.
func (s *Store) moveIntoPlace(from string, digest schema.Digest) error {
	name, folder := place(digest)
	if err := s.makeFolder(folder); err != nil {
		return err
	}
	s.hide(digest, name)
	if err := s.disk.Rename(from, name); err != nil {
		return err
	}
	// Should syncing fail, the file stays hidden where it is: removing it could
	// take away what a Put of the same bytes has acknowledged meanwhile.
	if err := s.syncFolder(folder); err != nil {
		return err
	}
	s.show(digest)
	return nil
}

// writeTemp writes r to a new file and syncs it.
func (s *Store) writeTemp(temp string, r io.Reader) error {
	f, err := s.disk.Create(temp)
	if err != nil {
		return err
	}
	buf := buffers.Get().(*[bufferSize]byte)
	defer buffers.Put(buf)
	// The plain Writer keeps io.CopyBuffer from a buffer of the file's own.
	_, err = io.CopyBuffer(struct{ io.Writer }{f}, r, buf[:])
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

const bufferSize = 128 << 10

var buffers = sync.Pool{New: func() any { return new([bufferSize]byte) }}

func (s *Store) makeFolder(folder string) error {
	if s.isDurable(folder) {
		return nil
	}
	if err := s.disk.Mkdir(folder); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// syncFolder makes durable the entry of a file in a folder, and that of the
// folder itself unless it is known to be.
func (s *Store) syncFolder(folder string) error {
	if err := s.disk.SyncDir(folder); err != nil {
		return err
	}
	if s.isDurable(folder) {
		return nil
	}
	if err := s.disk.SyncDir(path.Dir(folder)); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.durable[folder] = true
	return nil
}

func (s *Store) isDurable(folder string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.durable[folder]
}

// hide keeps an artifact that is about to be moved into place from being seen
// until show, unless it is there already. A failed Rename may leave the mark: it
// then hides what is not there.
func (s *Store) hide(digest schema.Digest, name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.root.Lstat(name); err != nil {
		s.pending[digest] = struct{}{}
	}
}

func (s *Store) show(digest schema.Digest) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.pending, digest)
}

// explain gives the errors that a caller can do something about their kind.
func explain(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return &schema.Error{
			Kind:   schema.NoRoom,
			Detail: "the artifact folder has no room left",
			Fix:    "make room on its disk, then try again",
			Err:    err,
		}
	}
	return err
}
