package dir

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/patternbook/patternbook/artifacts/artifactstest"
	"github.com/patternbook/patternbook/schema"
)

var errFault = errors.New("injected fault")

// A faultyDisk counts its steps and lets those from fail to recover fail, either
// before they have done anything or after they have done it all.
type faultyDisk struct {
	disk
	steps         []string
	fail, recover int // steps, from 0: fail <= step < recover
	after         bool
	err           error
}

func (d *faultyDisk) step(name string, do func() error) error {
	n := len(d.steps)
	d.steps = append(d.steps, name)
	faulty := d.fail <= n && n < d.recover
	if faulty && !d.after {
		return d.err
	}
	if err := do(); err != nil || !faulty {
		return err
	}
	return d.err
}

func (d *faultyDisk) Create(name string) (f tempFile, err error) {
	err = d.step("create", func() error {
		f, err = d.disk.Create(name)
		return err
	})
	if err != nil {
		if f != nil {
			f.Close()
		}
		return nil, err
	}
	return faultyFile{f, d}, nil
}

func (d *faultyDisk) Continue(name string, size int64) (f tempFile, err error) {
	err = d.step("continue", func() error {
		f, err = d.disk.Continue(name, size)
		return err
	})
	if err != nil {
		if f != nil {
			f.Close()
		}
		return nil, err
	}
	return faultyFile{f, d}, nil
}

func (d *faultyDisk) Seal(name string) error {
	return d.step("seal", func() error { return d.disk.Seal(name) })
}

func (d *faultyDisk) Mkdir(name string) error {
	return d.step("mkdir "+name, func() error { return d.disk.Mkdir(name) })
}

func (d *faultyDisk) Rename(from, to string) error {
	return d.step("rename", func() error { return d.disk.Rename(from, to) })
}

func (d *faultyDisk) Remove(name string) error {
	return d.step("remove", func() error { return d.disk.Remove(name) })
}

func (d *faultyDisk) SyncDir(name string) error {
	return d.step("sync "+name, func() error { return d.disk.SyncDir(name) })
}

type faultyFile struct {
	tempFile
	d *faultyDisk
}

func (f faultyFile) Write(p []byte) (n int, err error) {
	err = f.d.step("write", func() error {
		n, err = f.tempFile.Write(p)
		return err
	})
	if err != nil {
		n /= 2
	}
	return n, err
}

func (f faultyFile) Sync() error { return f.d.step("sync", f.tempFile.Sync) }

// Close always closes: a file that stays open proves nothing.
func (f faultyFile) Close() error {
	err := f.tempFile.Close()
	return errors.Join(err, f.d.step("close", func() error { return nil }))
}

func putBytes(t *testing.T, s *Store, b []byte) error {
	return s.Put(t.Context(), schema.DigestOf(b), int64(len(b)), bytes.NewReader(b))
}

// stepsOfPut tells what a first Put does to the disk.
func stepsOfPut(t *testing.T, b []byte) []string {
	s := openStore(t, t.TempDir())
	d := &faultyDisk{disk: s.disk}
	s.disk = d
	if err := putBytes(t, s, b); err != nil {
		t.Fatal(err)
	}
	return d.steps
}

// TestSteps says in which order the disk is written, and that nothing is synced
// without need.
func TestSteps(t *testing.T) {
	s := openStore(t, t.TempDir())
	d := &faultyDisk{disk: s.disk}
	s.disk = d
	for _, c := range []struct {
		bytes string
		want  []string
	}{
		// the first in its folder
		{"foo", []string{"create", "write", "sync", "close", "mkdir sha256/2c", "rename", "sync sha256/2c", "sync sha256"}},
		{"foo", []string{"create", "write", "sync", "close", "rename", "sync sha256/2c"}},
	} {
		d.steps = nil
		if err := putBytes(t, s, []byte(c.bytes)); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(d.steps, c.want) {
			t.Errorf("Put of %q does\n%q, want\n%q", c.bytes, d.steps, c.want)
		}
	}
}

// TestEachStepFails lets every step of a Put fail, as a single fault and as a
// crash after which nothing works, before and after the step has had its effect.
func TestEachStepFails(t *testing.T) {
	b, neighbour := artifactstest.Bytes(300_000), []byte("neighbour")
	steps := stepsOfPut(t, b)
	for i, step := range steps {
		for _, crash := range []bool{false, true} {
			for _, after := range []bool{false, true} {
				t.Run(fmt.Sprintf("%d %s crash=%v after=%v", i, strings.ReplaceAll(step, "/", "-"), crash, after), func(t *testing.T) {
					root := t.TempDir()
					s := openStore(t, root)
					mustPut(t, s, neighbour)
					d := &faultyDisk{disk: s.disk, fail: i, recover: i + 1, after: after, err: errFault}
					if crash {
						d.recover = 1 << 30
					}
					s.disk = d
					if err := putBytes(t, s, b); !errors.Is(err, errFault) {
						t.Fatalf("Put gives %v, want the fault", err)
					}
					if _, err := s.Stat(t.Context(), schema.DigestOf(b)); !errors.Is(err, schema.NotFound) {
						t.Errorf("what Put did not acknowledge is seen: %v", err)
					}
					if _, err := s.Stat(t.Context(), schema.DigestOf(neighbour)); err != nil {
						t.Errorf("the neighbour is gone: %v", err)
					}
					if !crash {
						if left, err := s.readDir(tempDir); err != nil || len(left) > 0 {
							t.Errorf("left behind: %v, %v", left, err)
						}
					}
					s.Close()
					checkReopened(t, root, b, neighbour)
				})
			}
		}
	}
}

// checkReopened checks the whole state after a crash, and goes on.
func checkReopened(t *testing.T, root string, b, neighbour []byte) {
	s := openStore(t, root)
	for info, err := range s.List(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if got, err := readAll(s, t, info.Digest); err != nil || !bytes.Equal(got, b) && !bytes.Equal(got, neighbour) {
			t.Errorf("List gives %+v, which reads as %d bytes, %v", info, len(got), err)
		}
	}
	if got, err := readAll(s, t, schema.DigestOf(neighbour)); err != nil || !bytes.Equal(got, neighbour) {
		t.Errorf("the neighbour reads as %q, %v", got, err)
	}
	if _, err := s.Sweep(t.Context(), time.Now().Add(time.Hour)); err != nil {
		t.Errorf("Sweep: %v", err)
	}
	if left, err := s.readDir(tempDir); err != nil || len(left) > 0 {
		t.Errorf("after Sweep there are %v, %v", left, err)
	}
	mustPut(t, s, b)
	if got, err := readAll(s, t, schema.DigestOf(b)); err != nil || !bytes.Equal(got, b) {
		t.Errorf("Put after the fault reads as %d bytes, %v", len(got), err)
	}
}

// TestFaultThenAgain: the same process goes on after a fault that passes.
func TestFaultThenAgain(t *testing.T) {
	b := []byte("foo")
	for i := range stepsOfPut(t, b) {
		s := openStore(t, t.TempDir())
		d := &faultyDisk{disk: s.disk, fail: i, recover: i + 1, after: true, err: errFault}
		s.disk = d
		if err := putBytes(t, s, b); !errors.Is(err, errFault) {
			t.Fatalf("Put gives %v, want the fault", err)
		}
		mustPut(t, s, b)
		if got, err := readAll(s, t, schema.DigestOf(b)); err != nil || !bytes.Equal(got, b) {
			t.Errorf("fault in step %d, then Put again: %q, %v", i, got, err)
		}
	}
}

func TestDiskFull(t *testing.T) {
	b := []byte("foo")
	for i, step := range stepsOfPut(t, b) {
		s := openStore(t, t.TempDir())
		s.disk = &faultyDisk{disk: s.disk, fail: i, recover: i + 1, err: &os.PathError{Op: step, Path: "x", Err: syscall.ENOSPC}}
		err := putBytes(t, s, b)
		if !errors.Is(err, schema.NoRoom) || !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("disk full at step %d (%s): got %v, want kind unavailable", i, step, err)
		}
		if left, err := s.readDir(tempDir); err != nil || len(left) > 0 {
			t.Errorf("disk full at step %d (%s) leaves %v, %v", i, step, left, err)
		}
	}
}

// TestFailedPutKeepsOld: what was stored stays, whatever happens to a second Put.
func TestFailedPutKeepsOld(t *testing.T) {
	b := []byte("foo")
	s := openStore(t, t.TempDir())
	mustPut(t, s, b)
	d := &faultyDisk{disk: s.disk, recover: 1 << 30, err: errFault}
	s.disk = d
	for i := range 6 {
		d.steps, d.fail = nil, i
		if err := putBytes(t, s, b); !errors.Is(err, errFault) {
			t.Fatalf("Put gives %v, want the fault", err)
		}
		if got, err := readAll(s, t, schema.DigestOf(b)); err != nil || !bytes.Equal(got, b) {
			t.Errorf("fault from step %d on: the old artifact reads as %q, %v", i, got, err)
		}
	}
}
