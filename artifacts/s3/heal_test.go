package s3

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/patternbook/patternbook/artifacts"
	"github.com/patternbook/patternbook/artifacts/artifactstest"
	"github.com/patternbook/patternbook/artifacts/s3/s3test"
	"github.com/patternbook/patternbook/schema"
)

// ways are those in which an artifact comes to be stored.
var ways = map[string]func(t *testing.T, s *Store, b []byte){
	"known size": func(t *testing.T, s *Store, b []byte) { mustPut(t, s, b) },
	"unknown size": func(t *testing.T, s *Store, b []byte) {
		if err := s.Put(t.Context(), schema.DigestOf(b), -1, iotest.HalfReader(bytes.NewReader(b))); err != nil {
			t.Fatalf("Put: %v", err)
		}
	},
	"in pieces": func(t *testing.T, s *Store, b []byte) {
		p, err := s.Begin(t.Context(), schema.DigestOf(b), int64(len(b)))
		if err == nil {
			p, err = s.Append(t.Context(), p, bytes.NewReader(b))
		}
		if err == nil {
			err = s.Complete(t.Context(), p)
		}
		if err != nil {
			t.Fatalf("in pieces: %v", err)
		}
	},
}

// TestPutAgain: what is put again is newer, in whatever way, and what has rotted
// is healed by it.
func TestPutAgain(t *testing.T) {
	for name, again := range ways {
		for _, size := range []int{0, 1000, artifacts.WholeChecked + 1, 17 << 20} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				server := s3test.Start(t)
				s := openStore(t, config(server, server.Endpoint))
				b := artifactstest.Bytes(size)
				digest := mustPut(t, s, b)
				file := filepath.Join(server.Folder, filepath.FromSlash(s.key(digest)))
				old := time.Now().Add(-time.Hour).Truncate(time.Second)
				for what, spoil := range map[string]func() error{
					"sound": func() error { return nil },
					"cut":   func() error { return os.Truncate(file, int64(size/2)) },
					"rotten": func() error {
						if size == 0 {
							return os.WriteFile(file, []byte("x"), 0o644)
						}
						return os.WriteFile(file, append([]byte{b[0] ^ 1}, b[1:]...), 0o644)
					},
				} {
					if err := errors.Join(spoil(), os.Chtimes(file, old, old)); err != nil {
						t.Fatal(err)
					}
					again(t, s, b)
					wantBytes(t, s, b)
					if info, err := s.Stat(t.Context(), digest); err != nil || !info.Modified.After(old) || info.Size != int64(size) {
						t.Errorf("%d bytes, %s: Stat gives %+v, %v; want %d bytes, modified after %v", size, what, info, err, size, old)
					}
				}
				wantNoLeftovers(t, s)
			})
		}
	}
}

func wantNoLeftovers(t testing.TB, s *Store) {
	t.Helper()
	if n, err := s.Sweep(t.Context(), time.Now().Add(time.Hour)); n != 0 || err != nil {
		t.Errorf("Sweep finds %d leftovers, error %v, want none", n, err)
	}
}

// TestRot: nobody gets a rotten artifact whole.
func TestRot(t *testing.T) {
	server := s3test.Start(t)
	s := openStore(t, config(server, server.Endpoint))
	for _, size := range []int{1, artifacts.WholeChecked, artifacts.WholeChecked + 1, 3 << 20} {
		b := artifactstest.Bytes(size)
		digest := mustPut(t, s, b)
		wrong := bytes.Clone(b)
		wrong[size-1] ^= 1
		file := filepath.Join(server.Folder, filepath.FromSlash(s.key(digest)))
		if err := os.WriteFile(file, wrong, 0o644); err != nil {
			t.Fatal(err)
		}
		got, err := readAll(t, s, digest)
		if !errors.Is(err, schema.DigestMismatch) || len(got) >= size {
			t.Errorf("%d rotten bytes read as %d, %v; want a digest mismatch before their end", size, len(got), err)
		}
	}
}

// TestTwoClients: two stores on one bucket are given the same at once, in every way.
func TestTwoClients(t *testing.T) {
	server := s3test.Start(t)
	c := config(server, server.Endpoint)
	first, second := openStore(t, c), openStore(t, c)
	for _, size := range []int{0, 5000, artifacts.WholeChecked + 1, 17 << 20} {
		b := artifactstest.Bytes(size)
		var wg sync.WaitGroup
		for _, s := range []*Store{first, second} {
			for _, way := range ways {
				wg.Go(func() { way(t, s, b) })
			}
		}
		wg.Wait()
		wantBytes(t, first, b)
	}
	wantNoLeftovers(t, first)
}

// TestKeys: artifacts lie where the layout says, nothing lies outside the prefix,
// and what lies there is left alone.
func TestKeys(t *testing.T) {
	server := s3test.Start(t)
	plain := s3test.Client(t, server.Endpoint)
	put := func(key string) {
		if _, err := plain.Client.PutObject(t.Context(), server.Bucket, key, bytes.NewReader([]byte("x")), 1, minio.PutObjectOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	const stray = "a/b/sha256/2c/notes.txt"
	others := []string{"a/b2/partial/x/1", "sha256/2c/2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae", stray}
	for _, key := range others {
		put(key)
	}
	s := openStore(t, config(server, server.Endpoint))
	digest := mustPut(t, s, []byte("foo"))
	p, err := s.Begin(t.Context(), schema.DigestOf([]byte("bar")), 3)
	if err == nil {
		_, err = s.Append(t.Context(), p, bytes.NewReader([]byte("ba")))
	}
	if err != nil {
		t.Fatal(err)
	}
	want := append([]string{"a/b/partial/" + p.ID + "/2", "a/b/sha256/2c/2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"}, others...)
	found := map[string]bool{}
	for o := range plain.Client.ListObjects(t.Context(), server.Bucket, minio.ListObjectsOptions{Recursive: true}) {
		found[o.Key] = true
	}
	for _, key := range want {
		if !found[key] {
			t.Errorf("nothing lies under %s", key)
		}
	}
	if len(found) != len(want) {
		t.Errorf("the keys are %v, want %v", found, want)
	}
	n := 0
	for info, err := range s.List(t.Context()) {
		if n++; err != nil || info.Digest != digest {
			t.Errorf("List gives %v, %v, want %s alone", info, err, digest)
		}
	}
	if swept, err := s.Sweep(t.Context(), time.Now().Add(time.Hour)); n != 1 || swept != 1 || err != nil {
		t.Errorf("List gives %d, Sweep %d, %v; want 1 each", n, swept, err)
	}
}
