package dir

import (
	"bytes"
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/patternbook/patternbook/artifacts/artifactstest"
	"github.com/patternbook/patternbook/schema"
)

// Each benchmark has beside it what the disk can do: "plain" is os.WriteFile and
// os.ReadFile alone, "synced" writes a file, syncs it and its folder.
//
//	go test -bench . ./artifacts/dir

var benchSizes = map[string]int{"4KiB": 4 << 10, "8MiB": 8 << 20}

// variant gives bytes that are not those of any other i.
func variant(b []byte, i uint64) []byte {
	c := bytes.Clone(b)
	binary.LittleEndian.PutUint64(c, i)
	return c
}

func BenchmarkPut(b *testing.B) {
	for name, size := range benchSizes {
		content := artifactstest.Bytes(size)
		b.Run(name+"/store", func(b *testing.B) {
			s := openStore(b, b.TempDir())
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for i := uint64(0); b.Loop(); i++ {
				mustPut(b, s, variant(content, i))
			}
		})
		b.Run(name+"/store-8-at-once", func(b *testing.B) {
			s := openStore(b, b.TempDir())
			b.SetBytes(int64(size))
			b.SetParallelism(4)
			var i atomic.Uint64
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					mustPut(b, s, variant(content, i.Add(1)))
				}
			})
		})
		b.Run(name+"/synced", func(b *testing.B) {
			dir := b.TempDir()
			b.SetBytes(int64(size))
			for i := 0; b.Loop(); i++ {
				writeSynced(b, dir, strconv.Itoa(i), variant(content, uint64(i)))
			}
		})
		b.Run(name+"/plain", func(b *testing.B) {
			dir := b.TempDir()
			b.SetBytes(int64(size))
			for i := 0; b.Loop(); i++ {
				if err := os.WriteFile(filepath.Join(dir, strconv.Itoa(i)), variant(content, uint64(i)), 0o644); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func writeSynced(b *testing.B, dir, name string, content []byte) {
	f, err := os.Create(filepath.Join(dir, name))
	if err != nil {
		b.Fatal(err)
	}
	f.Write(content)
	if err := f.Sync(); err != nil {
		b.Fatal(err)
	}
	f.Close()
	d, err := os.Open(dir)
	if err != nil {
		b.Fatal(err)
	}
	if err := d.Sync(); err != nil {
		b.Fatal(err)
	}
	d.Close()
}

func BenchmarkRead(b *testing.B) {
	for name, size := range benchSizes {
		content := artifactstest.Bytes(size)
		digest := schema.DigestOf(content)
		b.Run(name+"/store", func(b *testing.B) {
			s := openStore(b, b.TempDir())
			mustPut(b, s, content)
			b.SetBytes(int64(size))
			b.ReportAllocs()
			buf := make([]byte, 64<<10)
			for b.Loop() {
				o, err := s.Open(b.Context(), digest)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, o, buf); err != nil {
					b.Fatal(err)
				}
				o.Close()
			}
		})
		b.Run(name+"/hash", func(b *testing.B) { // what verifying must cost
			b.SetBytes(int64(size))
			for b.Loop() {
				schema.DigestOf(content)
			}
		})
		b.Run(name+"/plain", func(b *testing.B) {
			file := filepath.Join(b.TempDir(), "plain")
			if err := os.WriteFile(file, content, 0o644); err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(size))
			for b.Loop() {
				if _, err := os.ReadFile(file); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
