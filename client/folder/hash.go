package folder

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/patternbook/patternbook/schema"
)

// Hash sets the digests of all files of f, several at once. Files that cannot be
// read, or have changed since they were scanned, are an error of kind Conflict
// that names them all.
func Hash(ctx context.Context, f *Folder) error {
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	var mu sync.Mutex
	var places []schema.Place
	var causes []error
	for i := range f.Files {
		if ctx.Err() != nil {
			break
		}
		group.Go(func() error {
			file := &f.Files[i]
			digest, err := f.hash(ctx, *file)
			switch {
			case ctx.Err() != nil:
				return context.Cause(ctx)
			case err != nil:
				mu.Lock()
				defer mu.Unlock()
				places = append(places, schema.Place{File: file.Path, Detail: detail(err)})
				causes = append(causes, err)
			}
			file.Digest = digest
			return nil
		})
	}
	if err := cmp.Or(group.Wait(), ctx.Err()); err != nil {
		return fmt.Errorf("hash %s: %w", f.Dir, err)
	}
	if len(places) == 0 {
		return nil
	}
	slices.SortFunc(places, func(a, b schema.Place) int { return cmp.Compare(a.File, b.File) })
	return &schema.Error{
		Kind: schema.Conflict, Detail: "some files could not be read as they were found", At: places,
		Fix: "wait until nothing writes to the folder, then try again", Err: errors.Join(causes...),
	}
}

// detail is what is wrong without the path, which the place has.
func detail(err error) string {
	if errors.Is(err, errChanged) {
		return errChanged.Error()
	}
	return cause(err)
}

var hashBuffers = sync.Pool{New: func() any { return new([128 << 10]byte) }}

func (f *Folder) hash(ctx context.Context, file File) (schema.Digest, error) {
	r, err := f.open(file)
	if err != nil {
		return schema.Digest{}, err
	}
	buf := hashBuffers.Get().(*[128 << 10]byte)
	defer hashBuffers.Put(buf)
	h := sha256.New()
	_, err = io.CopyBuffer(h, struct{ io.Reader }{stoppable{ctx, r}}, buf[:])
	if err := errors.Join(err, r.Close()); err != nil {
		return schema.Digest{}, err
	}
	return schema.DigestFromHash(h), nil
}

// A stoppable reader ends with its context.
type stoppable struct {
	ctx context.Context
	io.Reader
}

func (s stoppable) Read(p []byte) (int, error) {
	if s.ctx.Err() != nil {
		return 0, context.Cause(s.ctx)
	}
	return s.Reader.Read(p)
}

// Open opens the file of f with that path for reading, and again for a second
// try. What is read is what was scanned and hashed: a file that has changed since
// (another size or time) is an error of kind Conflict, from Open or at the file's
// end. A change within one tick of the file system's clock that keeps the size
// goes unseen here; the digest then does not fit, and the registry refuses it.
func (f *Folder) Open(path string) (io.ReadSeekCloser, error) {
	i, ok := slices.BinarySearchFunc(f.Files, path, func(file File, path string) int { return strings.Compare(file.Path, path) })
	if !ok {
		return nil, &schema.Error{Kind: schema.NotFound, Detail: path + " is not among the files to publish"}
	}
	r, err := f.open(f.Files[i])
	if errors.Is(err, errChanged) {
		return nil, changed(path, err)
	}
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	return r, nil
}

var errChanged = errors.New("it has changed since it was read first")

func changed(path string, err error) error {
	return &schema.Error{
		Kind: schema.Conflict, Detail: path + " changed while it was being published",
		Fix: "wait until nothing writes to it, then publish again", Err: err,
	}
}

func (f *Folder) open(file File) (*reader, error) {
	// Looked at first, since opening a pipe would wait for its writer.
	fi, err := f.root.Lstat(file.name)
	if err == nil && !file.is(fi) {
		err = errChanged
	}
	if err != nil {
		return nil, err
	}
	opened, err := f.root.Open(file.name)
	if err != nil {
		return nil, err
	}
	r := &reader{opened, file}
	if err := r.check(); err != nil {
		return nil, errors.Join(err, opened.Close())
	}
	return r, nil
}

// is tells whether fi is that of the file as it was scanned.
func (file File) is(fi fs.FileInfo) bool {
	return fi.Mode().IsRegular() && fi.Size() == file.Size && fi.ModTime().Equal(file.modified)
}

// A reader reads a file and minds that it stays as it was scanned.
type reader struct {
	*os.File
	as File
}

func (r *reader) check() error {
	fi, err := r.File.Stat()
	if err == nil && !r.as.is(fi) {
		err = errChanged
	}
	return err
}

// Read reads on; the end of a file that has changed is an error.
func (r *reader) Read(p []byte) (int, error) {
	n, err := r.File.Read(p)
	if err == io.EOF {
		if bad := r.check(); bad != nil {
			return n, changed(r.as.Path, bad)
		}
	}
	return n, err
}

// WriteTo hides that of os.File, which would go round Read.
func (r *reader) WriteTo(w io.Writer) (int64, error) {
	return io.Copy(w, struct{ io.Reader }{r})
}
