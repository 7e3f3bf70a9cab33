package artifacts_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/patternbook/patternbook/artifacts"
	"github.com/patternbook/patternbook/artifacts/artifactstest"
	"github.com/patternbook/patternbook/artifacts/dir"
	"github.com/patternbook/patternbook/artifacts/s3"
	"github.com/patternbook/patternbook/artifacts/s3/s3test"
	"github.com/patternbook/patternbook/schema"
)

func folder(t *testing.T) (*dir.Store, string) {
	t.Helper()
	path := t.TempDir()
	s, err := dir.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s, path
}

func bucket(t *testing.T) *s3.Store {
	t.Helper()
	server := s3test.Start(t)
	s, err := s3.Open(t.Context(), s3.Config{
		Bucket: server.Bucket, Endpoint: server.Endpoint, Region: s3test.Region,
		AccessKey: s3test.AccessKey, SecretKey: s3test.SecretKey, PathStyle: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// fill puts artifacts of many sizes and gives them in the order of a list.
func fill(t *testing.T, s artifacts.Store) []artifacts.Info {
	t.Helper()
	for n := range 40 {
		put(t, s, artifactstest.Bytes(n*n*97))
	}
	put(t, s, artifactstest.Bytes(17<<20))
	return list(t, s)
}

func put(t *testing.T, s artifacts.Store, b []byte) schema.Digest {
	t.Helper()
	digest := schema.DigestOf(b)
	if err := s.Put(t.Context(), digest, int64(len(b)), bytes.NewReader(b)); err != nil {
		t.Fatal(err)
	}
	return digest
}

func list(t *testing.T, s artifacts.Store) (all []artifacts.Info) {
	t.Helper()
	for info, err := range s.List(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, artifacts.Info{Digest: info.Digest, Size: info.Size})
	}
	return all
}

// TestCopyThereAndBack copies a folder into a bucket and that into another folder.
func TestCopyThereAndBack(t *testing.T) {
	first, _ := folder(t)
	last, _ := folder(t)
	middle := bucket(t)
	want := fill(t, first)
	for _, way := range []struct{ to, from artifacts.Store }{{middle, first}, {last, middle}} {
		for again := range 2 {
			done, err := artifacts.Copy(t.Context(), way.to, way.from, artifacts.CopyOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if wantCopied := len(want) * (1 - again); done.Copied != wantCopied || done.Present != len(want)-wantCopied || done.Failed != 0 {
				t.Errorf("time %d: %+v of %d artifacts", again+1, done, len(want))
			}
			if got := list(t, way.to); !slices.Equal(got, want) {
				t.Errorf("there are %d artifacts or others, want %d", len(got), len(want))
			}
		}
	}
}

// TestCopyOfDamaged: what is rotten at its source is not copied, all else is.
func TestCopyOfDamaged(t *testing.T) {
	from, path := folder(t)
	to, _ := folder(t)
	rotten := put(t, from, artifactstest.Bytes(3*artifacts.WholeChecked))
	whole := put(t, from, []byte("whole"))
	spoil(t, path, rotten)
	var failed []schema.Digest
	done, err := artifacts.Copy(t.Context(), to, from, artifacts.CopyOptions{Failed: func(d schema.Digest, err error) {
		if !errors.Is(err, schema.DigestMismatch) {
			t.Errorf("the fault is %v", err)
		}
		failed = append(failed, d)
	}})
	if err != nil || done.Failed != 1 || done.Copied != 1 || !slices.Equal(failed, []schema.Digest{rotten}) {
		t.Errorf("%+v, %v, failed %v", done, err, failed)
	}
	if got := list(t, to); len(got) != 1 || got[0].Digest != whole {
		t.Errorf("copied were %v", got)
	}
}

// spoil changes a byte in the middle of a stored artifact.
func spoil(t *testing.T, path string, digest schema.Digest) {
	t.Helper()
	name := filepath.Join(path, "sha256", digest.Hex()[:2], digest.Hex())
	if err := os.Chmod(name, 0o600); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)/2] ^= 1
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// A limited store takes so many artifacts, then has no room.
type limited struct {
	artifacts.Store
	left chan struct{}
}

var errFull = errors.New("the disk is full")

func (l *limited) Put(ctx context.Context, d schema.Digest, size int64, r io.Reader) error {
	select {
	case <-l.left:
		return l.Store.Put(ctx, d, size, r)
	default:
		return errFull
	}
}

// TestCopyGoesOn breaks a copy off in its middle, and does it again.
func TestCopyGoesOn(t *testing.T) {
	from, _ := folder(t)
	to, _ := folder(t)
	want := fill(t, from)
	narrow := &limited{to, make(chan struct{}, 10)}
	for range cap(narrow.left) {
		narrow.left <- struct{}{}
	}
	done, err := artifacts.Copy(t.Context(), narrow, from, artifacts.CopyOptions{Parallel: 3})
	if !errors.Is(err, errFull) {
		t.Fatalf("the error is %v", err)
	}
	there := list(t, to)
	if len(there) == 0 || len(there) < done.Copied || len(there) == len(want) {
		t.Fatalf("%d of %d are there, %d are said to be", len(there), len(want), done.Copied)
	}
	done, err = artifacts.Copy(t.Context(), to, from, artifacts.CopyOptions{})
	if err != nil || done.Present != len(there) || done.Copied != len(want)-len(there) {
		t.Errorf("then %+v, %v", done, err)
	}
	if got := list(t, to); !slices.Equal(got, want) {
		t.Errorf("there are %d artifacts or others, want %d", len(got), len(want))
	}
}

// A failing store breaks off its list.
type failing struct{ artifacts.Store }

func (f failing) List(ctx context.Context) iter.Seq2[artifacts.Info, error] {
	return func(yield func(artifacts.Info, error) bool) {
		n := 0
		for info, err := range f.Store.List(ctx) {
			if n++; n > 5 {
				yield(artifacts.Info{}, errFull)
				return
			}
			if !yield(info, err) {
				return
			}
		}
	}
}

// TestCopyOfBrokenList: a list that breaks off is an error, on either side.
func TestCopyOfBrokenList(t *testing.T) {
	from, _ := folder(t)
	fill(t, from)
	to, _ := folder(t)
	if _, err := artifacts.Copy(t.Context(), to, failing{from}, artifacts.CopyOptions{}); !errors.Is(err, errFull) {
		t.Errorf("the source's list breaks off: %v", err)
	}
	if _, err := artifacts.Copy(t.Context(), to, from, artifacts.CopyOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := artifacts.Copy(t.Context(), failing{to}, from, artifacts.CopyOptions{}); !errors.Is(err, errFull) {
		t.Errorf("the destination's list breaks off: %v", err)
	}
	ctx, stop := context.WithCancelCause(t.Context())
	stop(errFull)
	if _, err := artifacts.Copy(ctx, to, from, artifacts.CopyOptions{}); !errors.Is(err, errFull) {
		t.Errorf("nobody wants it any more: %v", err)
	}
}
