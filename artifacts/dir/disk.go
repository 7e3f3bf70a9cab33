package dir

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"runtime"
)

// A disk is what the store does to the file system when it changes something.
// It is apart so that tests can let each step fail. Names are relative to the
// store's folder, with slashes.
type disk interface {
	Create(name string) (tempFile, error)               // a new file, which can only be read once it is closed
	Continue(name string, size int64) (tempFile, error) // an open file of that size, to write on; made when size is 0
	Seal(name string) error                             // from now on it can only be read
	Mkdir(name string) error
	Rename(from, to string) error
	Remove(name string) error
	SyncDir(name string) error
}

type tempFile interface {
	io.WriteCloser
	Sync() error
}

// A rootDisk is the real one. os.Root keeps every name inside the folder,
// whatever links somebody has put there.
type rootDisk struct{ root *os.Root }

func (d rootDisk) Create(name string) (tempFile, error) {
	f, err := d.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o444)
	if err != nil {
		return nil, err // not a nil *os.File in the interface
	}
	return f, nil
}

func (d rootDisk) Continue(name string, size int64) (tempFile, error) {
	flags := os.O_WRONLY
	if size == 0 {
		flags |= os.O_CREATE
	}
	f, err := d.root.OpenFile(name, flags, 0o600)
	if err != nil {
		return nil, err
	}
	fi, err := f.Stat()
	if err == nil && fi.Size() < size { // not what was written: somebody has changed it
		err = fs.ErrNotExist
	}
	if err == nil {
		err = f.Truncate(size)
	}
	if err == nil {
		_, err = f.Seek(size, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func (d rootDisk) Seal(name string) error       { return d.root.Chmod(name, 0o444) }
func (d rootDisk) Mkdir(name string) error      { return d.root.Mkdir(name, 0o755) }
func (d rootDisk) Rename(from, to string) error { return d.root.Rename(from, to) }
func (d rootDisk) Remove(name string) error     { return d.root.Remove(name) }

func (d rootDisk) SyncDir(name string) error {
	f, err := d.root.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(syncFolder(f), f.Close())
}

// syncFolder makes the entries of an open folder durable. Windows cannot, and
// need not: NTFS writes its own journal in order.
func syncFolder(f *os.File) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	return f.Sync()
}
