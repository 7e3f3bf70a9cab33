package dir

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/patternbook/patternbook/artifacts"
	"github.com/patternbook/patternbook/artifacts/artifactstest"
	"github.com/patternbook/patternbook/schema"
)

func openStore(t testing.TB, root string) *Store {
	t.Helper()
	s, err := Open(root)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestStore(t *testing.T) {
	artifactstest.Run(t, func(t *testing.T) artifacts.Store { return openStore(t, filepath.Join(t.TempDir(), "a", "b")) })
}

func mustPut(t testing.TB, s *Store, b []byte) (digest schema.Digest, file string) {
	t.Helper()
	digest = schema.DigestOf(b)
	if err := s.Put(t.Context(), digest, int64(len(b)), bytes.NewReader(b)); err != nil {
		t.Fatal(err)
	}
	name, _ := place(digest)
	return digest, filepath.Join(s.root.Name(), filepath.FromSlash(name))
}

func TestLayout(t *testing.T) {
	s := openStore(t, t.TempDir())
	_, file := mustPut(t, s, []byte("foo"))
	const hex = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
	if want := filepath.Join(s.root.Name(), "sha256", "2c", hex); file != want {
		t.Errorf("the artifact lies in %s, want %s", file, want)
	}
	fi, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if fi.Mode().Perm()&0o333 != 0 {
		t.Errorf("the file has mode %v; it must only be readable", fi.Mode())
	}
}

func TestReopen(t *testing.T) {
	root := t.TempDir()
	first := openStore(t, root)
	digest, _ := mustPut(t, first, []byte("foo"))
	first.Close()
	if _, err := openStore(t, root).Stat(t.Context(), digest); err != nil {
		t.Errorf("after reopening: %v", err)
	}
}

func rewrite(t *testing.T, file string, b []byte) {
	t.Helper()
	if err := errors.Join(os.Chmod(file, 0o644), os.WriteFile(file, b, 0o644)); err != nil {
		t.Fatal(err)
	}
}

// TestDamage lets stored files rot, and sees that no reader gets a whole one.
func TestDamage(t *testing.T) {
	for _, size := range []int{1, 5000, artifacts.WholeChecked, artifacts.WholeChecked + 1, 4 * artifacts.WholeChecked} {
		b := artifactstest.Bytes(size)
		flip := func(at int) []byte {
			c := bytes.Clone(b)
			c[at] ^= 1
			return c
		}
		for name, damaged := range map[string][]byte{
			"first bit": flip(0), "middle bit": flip(size / 2), "last bit": flip(size - 1),
			"empty": {}, "cut": b[:size-1], "longer": append(bytes.Clone(b), 0),
		} {
			s := openStore(t, t.TempDir())
			digest, file := mustPut(t, s, b)
			rewrite(t, file, damaged)
			got, err := readAll(s, t, digest)
			if !errors.Is(err, schema.DigestMismatch) {
				t.Errorf("%d bytes, %s: error %v, want a digest mismatch", size, name, err)
			}
			if withheld := min(len(damaged), artifacts.WholeChecked); len(got) > len(damaged)-withheld {
				t.Errorf("%d bytes, %s: %d bytes were given, want at most %d", size, name, len(got), len(damaged)-withheld)
			}
			mustPut(t, s, b)
			if got, err := readAll(s, t, digest); err != nil || !bytes.Equal(got, b) {
				t.Errorf("%d bytes, %s: not healed by another Put: %v", size, name, err)
			}
		}
	}
}

func readAll(s *Store, t *testing.T, digest schema.Digest) ([]byte, error) {
	o, err := s.Open(t.Context(), digest)
	if err != nil {
		return nil, err
	}
	defer o.Close()
	return io.ReadAll(o)
}

func TestDamagedSmallPartIsNotServed(t *testing.T) {
	s := openStore(t, t.TempDir())
	digest, file := mustPut(t, s, []byte("0123456789"))
	rewrite(t, file, []byte("0123456780"))
	if _, err := s.Open(t.Context(), digest); !errors.Is(err, schema.DigestMismatch) {
		t.Errorf("Open gives %v before any byte is read, want a digest mismatch", err)
	}
}

func TestSweepLeavesTheYoung(t *testing.T) {
	s := openStore(t, t.TempDir())
	now := time.Now()
	for name, age := range map[string]time.Duration{"old": time.Hour, "young": time.Minute} {
		file := filepath.Join(s.root.Name(), tempDir, name)
		if err := errors.Join(os.WriteFile(file, nil, 0o444), os.Chtimes(file, time.Time{}, now.Add(-age))); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := s.Sweep(t.Context(), now.Add(-30*time.Minute)); n != 1 || err != nil {
		t.Errorf("Sweep gives %d, %v, want 1", n, err)
	}
	left, err := s.readDir(tempDir)
	if err != nil || len(left) != 1 || left[0].Name() != "young" {
		t.Errorf("left are %v, %v, want the young one", left, err)
	}
}

// TestStrangers: links and foreign files in the folder are neither followed nor listed.
func TestStrangers(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("symbolic links need rights on Windows")
	}
	outside := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(outside, []byte("foo"), 0o644); err != nil {
		t.Fatal(err)
	}
	s := openStore(t, t.TempDir())
	foo := schema.DigestOf([]byte("foo"))
	name, folder := place(foo)
	inner := filepath.Join(s.root.Name(), folder)
	if err := errors.Join(
		os.MkdirAll(inner, 0o755),
		os.Symlink(outside, filepath.Join(s.root.Name(), name)),
		os.WriteFile(filepath.Join(inner, "notes.txt"), nil, 0o644),
		os.WriteFile(filepath.Join(inner, strings.Repeat("0", 64)), nil, 0o644), // in the wrong folder
		os.Symlink(t.TempDir(), filepath.Join(s.root.Name(), storedDir, "ff")),
	); err != nil {
		t.Fatal(err)
	}
	if o, err := s.Open(t.Context(), foo); err == nil {
		t.Errorf("a link was opened: %+v", o.Info())
	}
	for info, err := range s.List(t.Context()) {
		t.Errorf("List gives %+v, %v, want nothing", info, err)
	}
	in, inName := []byte{}, ""
	for i := range 100_000 { // find bytes whose folder is the linked one
		in = []byte(strings.Repeat("x", i%97) + string(rune(i)))
		if inName, _ = place(schema.DigestOf(in)); strings.HasPrefix(inName, storedDir+"/ff/") {
			break
		}
	}
	if err := s.Put(t.Context(), schema.DigestOf(in), -1, bytes.NewReader(in)); err == nil {
		t.Errorf("Put wrote %s through a link out of the folder", inName)
	}
	mustPut(t, s, []byte("foo")) // takes the link's place
	if got, err := os.ReadFile(outside); string(got) != "foo" || err != nil {
		t.Errorf("what the link named is now %q, %v", got, err)
	}
	if got, err := readAll(s, t, foo); string(got) != "foo" || err != nil {
		t.Errorf("after Put in the link's place: %q, %v", got, err)
	}
}
