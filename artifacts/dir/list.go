package dir

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/patternbook/patternbook/artifacts"
	"github.com/patternbook/patternbook/schema"
)

// List is described at [artifacts.Store]. It holds one folder in memory at a
// time.
func (s *Store) List(ctx context.Context) iter.Seq2[artifacts.Info, error] {
	return func(yield func(artifacts.Info, error) bool) {
		for folder, err := range s.folders(ctx) {
			if err != nil {
				yield(artifacts.Info{}, fmt.Errorf("list artifacts: %w", err))
				return
			}
			entries, err := s.readDir(folder)
			if err != nil {
				yield(artifacts.Info{}, fmt.Errorf("list artifacts: %w", err))
				return
			}
			for _, e := range entries {
				info, ok, err := s.entryInfo(folder, e)
				if err != nil {
					yield(artifacts.Info{}, fmt.Errorf("list artifacts: %w", err))
					return
				}
				if ok && !yield(info, nil) {
					return
				}
			}
		}
	}
}

// folders gives the folders that hold artifacts, in order.
func (s *Store) folders(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		entries, err := s.readDir(storedDir)
		if err != nil {
			yield("", err)
			return
		}
		for _, e := range entries {
			if !e.IsDir() || len(e.Name()) != 2 {
				continue
			}
			if ctx.Err() != nil {
				yield("", context.Cause(ctx))
				return
			}
			if !yield(storedDir+"/"+e.Name(), nil) {
				return
			}
		}
	}
}

// readDir reads a folder, sorted by name. A folder that is not there is empty.
func (s *Store) readDir(name string) ([]fs.DirEntry, error) {
	f, err := s.root.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	entries, err := f.ReadDir(-1)
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries, errors.Join(err, f.Close())
}

// entryInfo tells of the artifact that an entry of the folder is; ok is false
// when it is none, or not there any more.
func (s *Store) entryInfo(folder string, e fs.DirEntry) (info artifacts.Info, ok bool, err error) {
	digest, err := schema.ParseDigest("sha256:" + e.Name())
	if err != nil || !e.Type().IsRegular() {
		return info, false, nil
	}
	if _, its := place(digest); its != folder || s.isPending(digest) {
		return info, false, nil
	}
	fi, err := e.Info()
	if errors.Is(err, fs.ErrNotExist) {
		return info, false, nil
	}
	if err != nil {
		return info, false, err
	}
	return artifacts.Info{Digest: digest, Size: fi.Size(), Modified: fi.ModTime()}, true, nil
}

// Delete is described at [artifacts.Store].
func (s *Store) Delete(ctx context.Context, digest schema.Digest) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if digest.IsZero() {
		return nil
	}
	name, folder := place(digest)
	err := s.disk.Remove(name)
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		// Synced also when it is gone already: the Delete that removed it may
		// not have come to that.
		err = s.disk.SyncDir(folder)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("delete %s: %w", digest, err)
	}
	return nil
}

// Sweep is described at [artifacts.Store].
func (s *Store) Sweep(ctx context.Context, olderThan time.Time) (int, error) {
	if ctx.Err() != nil {
		return 0, context.Cause(ctx)
	}
	swept := 0
	var faults []error
	for _, folder := range []string{tempDir, partialDir} {
		n, err := s.sweepFolder(ctx, folder, olderThan)
		swept += n
		faults = append(faults, err)
	}
	return swept, errors.Join(faults...)
}

// sweepFolder removes the files of a folder that were last written before olderThan.
func (s *Store) sweepFolder(ctx context.Context, folder string, olderThan time.Time) (swept int, _ error) {
	entries, err := s.readDir(folder)
	if err != nil {
		return 0, fmt.Errorf("sweep the artifact folder: %w", err)
	}
	var faults []error
	for _, e := range entries {
		if ctx.Err() != nil {
			return swept, context.Cause(ctx)
		}
		fi, err := e.Info()
		if err == nil && !fi.ModTime().Before(olderThan) {
			continue
		}
		if err == nil {
			err = s.disk.Remove(folder + "/" + e.Name())
		}
		switch {
		case err == nil:
			swept++
		case !errors.Is(err, fs.ErrNotExist):
			faults = append(faults, fmt.Errorf("sweep %s: %w", e.Name(), err))
		}
	}
	return swept, errors.Join(faults...)
}
