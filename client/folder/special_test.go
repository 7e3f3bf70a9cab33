//go:build unix

package folder

import (
	"net"
	"path/filepath"
	"syscall"
	"testing"
)

func TestSpecialFiles(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a")
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o644); err != nil {
		t.Skip(err)
	}
	l, err := net.Listen("unix", filepath.Join(dir, "socket"))
	if err != nil {
		t.Skip(err)
	}
	defer l.Close()
	f := scanFolder(t, dir)
	wantPaths(t, f, "a")
	wantFindings(t, f, "warning not-a-file pipe", "warning not-a-file socket")
	wantFindings(t, scanFolder(t, dir, "pipe"), "warning not-a-file pipe", "warning not-a-file socket")
}
