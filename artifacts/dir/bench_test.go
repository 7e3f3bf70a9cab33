package dir

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/patternbook/patternbook/artifacts/artifactstest"
)

// BenchmarkStore is measured against writing a file, syncing it, renaming it and
// syncing its folder; and against a plain read, which verifies nothing.
//
//	go test -run '^$' -bench . ./artifacts/dir
func BenchmarkStore(b *testing.B) {
	artifactstest.Benchmark(b, openStore(b, b.TempDir()), plain(b.TempDir()))
}

// plain is a folder in which files are written durably.
type plain string

func (p plain) Put(name string, content []byte) error {
	path := filepath.Join(string(p), filepath.FromSlash(name))
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	f, err := os.Create(path + ".new")
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(path+".new", path); err != nil {
		return err
	}
	d, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func (p plain) Get(name string, w io.Writer) error {
	f, err := os.Open(filepath.Join(string(p), filepath.FromSlash(name)))
	if err != nil {
		return err
	}
	buf := make([]byte, 64<<10)
	_, err = io.CopyBuffer(w, struct{ io.Reader }{f}, buf)
	return errors.Join(err, f.Close())
}
