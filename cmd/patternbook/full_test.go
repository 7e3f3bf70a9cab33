package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/patternbook/patternbook/client"
	"github.com/patternbook/patternbook/schema"
)

// smallDisk gives a disk of so many MiB. It needs the right to mount one.
func smallDisk(t *testing.T, mib int) string {
	t.Helper()
	at := t.TempDir()
	if err := unix.Mount("tmpfs", at, "tmpfs", 0, fmt.Sprintf("size=%dm,mode=700", mib)); err != nil {
		t.Skipf("no small disk can be mounted here to be filled: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(at, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return at
}

// onDisk starts a registry on a small disk, with a client of ada's.
func onDisk(t *testing.T, mib int, reserve string) (*place, *client.Client) {
	t.Helper()
	p := &place{t: t, data: smallDisk(t, mib), homes: t.TempDir(), env: map[string]string{"PATTERNBOOK_RESERVE": reserve}}
	p.start()
	p.open("ada")
	text, err := os.ReadFile(filepath.Join(p.homes, "ada", "logins.json"))
	if err != nil {
		t.Fatal(err)
	}
	var logins map[string]login
	if err := json.Unmarshal(text, &logins); err != nil {
		t.Fatal(err)
	}
	c, err := client.New(p.address, client.Options{Token: logins[p.address].Token, Retries: -1})
	if err != nil {
		t.Fatal(err)
	}
	return p, c
}

// fill takes all of a disk but a few KiB.
func fill(t *testing.T, disk string, left int64) string {
	t.Helper()
	var s unix.Statfs_t
	if err := unix.Statfs(disk, &s); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(disk, "filler")
	if err := os.WriteFile(path, make([]byte, int64(s.Bavail)*s.Bsize-left), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// ready gives what readyz says.
func (p *place) ready() string {
	p.t.Helper()
	answer, err := http.Get(p.address + "/readyz")
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return string(text)
}

// TestReserve: before the disk is full the registry takes nothing more, and says so.
func TestReserve(t *testing.T) {
	p, c := onDisk(t, 48, "16MiB")
	p.as("ada", "publish", hook(t), "--as", "ada/hook").ok(t)
	filler := fill(t, p.data, 10<<20)
	// A look at the disk is believed for a while.
	for !strings.Contains(p.ready(), "read-only") {
		time.Sleep(50 * time.Millisecond)
	}
	if err := sendBytes(t.Context(), c, randomBytes(1000)); !errors.Is(err, schema.NoRoom) {
		t.Errorf("an artifact is answered with %v", err)
	}
	if err := sendBytes(t.Context(), c, randomBytes(9<<20)); !errors.Is(err, schema.NoRoom) {
		t.Errorf("an upload is answered with %v", err)
	}
	if got := p.as("ada", "batch", "register", "ada/hook@1.0.0", "--as", "ada", "--batch", "LOT-1", "--quantity", "3", "--conformance", "as_designed"); got.status != exitFailed || !strings.Contains(got.err, "room") {
		t.Errorf("a batch is answered with %d %s", got.status, got.err)
	}
	p.as("", "get", "ada/hook", "--output", filepath.Join(t.TempDir(), "got")).ok(t)
	if got := p.as("", "doctor", "--data", p.data); !strings.Contains(got.out, "disk") || !strings.Contains(got.out, "read-only") {
		t.Errorf("doctor says\n%s", got.out)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	for strings.Contains(p.ready(), "read-only") {
		time.Sleep(50 * time.Millisecond)
	}
	p.as("ada", "batch", "register", "ada/hook@1.0.0", "--as", "ada", "--batch", "LOT-1", "--quantity", "3", "--conformance", "as_designed").ok(t)
}

// TestDiskFull fills the disk to its last pages: writes are refused, nothing
// half-made stays, and when there is room again all goes on.
func TestDiskFull(t *testing.T) {
	p, c := onDisk(t, 48, "0")
	p.as("ada", "publish", hook(t), "--as", "ada/hook").ok(t)
	var kept [][]byte
	filler := fill(t, p.data, 3<<20)
	for {
		b := randomBytes(400_000)
		err := sendBytes(t.Context(), c, b)
		if errors.Is(err, schema.NoRoom) {
			break
		}
		if err != nil || len(kept) > 10 {
			t.Fatalf("after %d artifacts: %v", len(kept), err)
		}
		kept = append(kept, b)
	}
	if err := sendBytes(t.Context(), c, randomBytes(9<<20)); !errors.Is(err, schema.NoRoom) {
		t.Errorf("an upload is answered with %v", err)
	}
	_ = os.WriteFile(filepath.Join(p.data, "rest"), make([]byte, 4<<20), 0o600) // to the last page
	for i := range 40 {
		lot := fmt.Sprintf("LOT-%d", i)
		got := p.as("ada", "batch", "register", "ada/hook@1.0.0", "--as", "ada", "--batch", lot, "--quantity", "3", "--serials", "A-{0001..0003}", "--conformance", "as_designed")
		if got.status != exitDone && !strings.Contains(got.err, "room") {
			t.Errorf("%s is answered with %d %s", lot, got.status, got.err)
		}
		if got.status != exitDone {
			break
		}
		if i == 39 {
			t.Log("the full disk took all batches: they fitted into the files that were there")
		}
	}
	for _, b := range kept {
		if err := wantArtifact(t.Context(), c, schema.DigestOf(b), b); err != nil {
			t.Errorf("what was acknowledged: %v", err)
		}
	}
	p.as("", "show", "ada/hook").ok(t)

	for _, path := range []string{filler, filepath.Join(p.data, "rest")} {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	p.as("ada", "batch", "register", "ada/hook@1.0.0", "--as", "ada", "--batch", "LOT-LAST", "--quantity", "3", "--conformance", "as_designed").ok(t)
	if err := sendBytes(t.Context(), c, randomBytes(9<<20)); err != nil {
		t.Errorf("with room again an upload is answered with %v", err)
	}
	if got := p.as("", "scrub", "--data", p.data).ok(t).out; !strings.Contains(got, " 0 damaged") {
		t.Errorf("scrub says %s", got)
	}
	p.stop()
	p.start()
	p.as("", "show", "ada/hook").ok(t)
	if got := p.as("", "doctor", "--data", p.data); strings.Contains(got.out, "wrong") {
		t.Errorf("doctor says\n%s", got.out)
	}
}
