// Package dir keeps artifacts in a folder.
//
// # Layout
//
//	<root>/sha256/2c/2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae
//	<root>/tmp/2c26b46b68ffc68f-…      a Put that is not yet, or never was, complete
//	<root>/partial/2c26b46b68ffc68f-…  an artifact that comes in pieces
//
// Each file is one artifact, named by the hex digits of its digest, and can only
// be read (mode 0444). Files with other names are left alone and not listed;
// symbolic links are not followed. The folder can be copied with any tool while
// the store is in use, tmp left out.
//
// # Durability
//
// An artifact is written to tmp, synced, moved to its place, and the folder that
// holds it is synced: after a power cut it is there whole or not at all. The
// folder above is synced only the first time that this process puts something
// into a folder below it, which covers that one's making too. Moving replaces what has the
// same name; that is the same bytes, or ones that have rotted.
//
// The file must be synced before it is moved, or a crash could leave its name
// with no bytes; its folder after, or Put could acknowledge what a crash takes
// back. Nothing else is synced. Puts that run at once share the file system's
// journal commits, so many small files are best put by several goroutines.
//
// One process at a time owns the folder for writing. A second one is safe for
// what it has put itself, but may show an artifact that the first has moved into
// place and not yet synced.
package dir

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/patternbook/patternbook/artifacts"
	"github.com/patternbook/patternbook/schema"
)

const (
	storedDir  = "sha256"
	tempDir    = "tmp"
	partialDir = "partial"
)

// A Store keeps artifacts in a folder. Make one with [Open].
type Store struct {
	root *os.Root
	disk disk

	mu      sync.Mutex
	durable map[string]bool            // folders whose own entries are known to be synced
	pending map[schema.Digest]struct{} // moved into place, folder not yet synced: not shown
}

var _ artifacts.Store = (*Store)(nil)

// Open opens the store in the folder root, which is made when it is not there.
func Open(root string) (*Store, error) {
	s, err := open(root)
	if err != nil {
		return nil, fmt.Errorf("open the artifact folder %s: %w", root, err)
	}
	return s, nil
}

func open(root string) (*Store, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	parents := parentsToSync(root)
	if err := os.MkdirAll(root, 0o755); err != nil {
		return nil, err
	}
	r, err := os.OpenRoot(root)
	if err != nil {
		return nil, err
	}
	s := &Store{root: r, disk: rootDisk{r}, durable: map[string]bool{}, pending: map[schema.Digest]struct{}{}}
	if err := s.prepare(parents); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return s, nil
}

// prepare makes the store's own folders, and makes durable what is visible: in a
// new store these folders, in one that was there what a process that was killed
// had moved into place but not yet synced.
func (s *Store) prepare(parents []string) error {
	made := false
	for _, name := range []string{storedDir, tempDir, partialDir} {
		err := s.disk.Mkdir(name)
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
		made = made || err == nil && name != tempDir
	}
	if made {
		faults := []error{s.disk.SyncDir(".")}
		for _, parent := range parents {
			faults = append(faults, syncPath(parent))
		}
		return errors.Join(faults...)
	}
	f, err := s.root.Open(".")
	if err != nil {
		return err
	}
	return errors.Join(syncTree(f), f.Close())
}

// parentsToSync gives the folders above root up to the first that is there: their
// entries make root durable.
func parentsToSync(root string) (parents []string) {
	for dir := filepath.Dir(root); ; dir = filepath.Dir(dir) {
		parents = append(parents, dir)
		if _, err := os.Stat(dir); err == nil || dir == filepath.Dir(dir) {
			return parents
		}
	}
}

func syncPath(name string) error {
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrPermission) {
		return nil // a parent that may not be read was not made by us
	}
	if err != nil {
		return err
	}
	return errors.Join(syncFolder(f), f.Close())
}

// Close frees the folder. No other method may run or be called after it.
func (s *Store) Close() error { return s.root.Close() }

// place is where the artifact lies, and the folder that holds it. There are 256
// such folders and no more: each new one costs syncs of its own, and the file
// systems in use find a name among millions.
func place(digest schema.Digest) (name, folder string) {
	h := digest.Hex()
	folder = storedDir + "/" + h[:2]
	return folder + "/" + h, folder
}

// Stat is described at [artifacts.Store].
func (s *Store) Stat(ctx context.Context, digest schema.Digest) (artifacts.Info, error) {
	if ctx.Err() != nil {
		return artifacts.Info{}, context.Cause(ctx)
	}
	if digest.IsZero() || s.isPending(digest) {
		return artifacts.Info{}, artifacts.Missing(digest)
	}
	name, _ := place(digest)
	fi, err := s.root.Lstat(name)
	if err != nil {
		return artifacts.Info{}, readError("stat", digest, err)
	}
	if !fi.Mode().IsRegular() {
		return artifacts.Info{}, fmt.Errorf("stat %s: there is something else than a file in its place", digest)
	}
	return artifacts.Info{Digest: digest, Size: fi.Size(), Modified: fi.ModTime()}, nil
}

// Open is described at [artifacts.Store].
func (s *Store) Open(ctx context.Context, digest schema.Digest) (*artifacts.Object, error) {
	info, err := s.Stat(ctx, digest)
	if err != nil {
		return nil, err
	}
	name, _ := place(digest)
	f, err := s.root.Open(name)
	if err != nil {
		return nil, readError("open", digest, err)
	}
	fi, err := f.Stat()
	if err != nil {
		return nil, errors.Join(readError("open", digest, err), f.Close())
	}
	info.Size, info.Modified = fi.Size(), fi.ModTime() // it may have been put anew since
	return artifacts.NewObject(info, f)
}

func readError(act string, digest schema.Digest, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return artifacts.Missing(digest)
	}
	return fmt.Errorf("%s %s: %w", act, digest, err)
}

func (s *Store) isPending(digest schema.Digest) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, pending := s.pending[digest]
	return pending
}
