package dir

import (
	"errors"
	"io"
	"os"
	"runtime"
)

// A disk is what the store does to the file system when it changes something.
// It is apart so that tests can let each step fail. Names are relative to the
// store's folder, with slashes.
type disk interface {
	Create(name string) (tempFile, error) // a new file, which can only be read once it is closed
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
