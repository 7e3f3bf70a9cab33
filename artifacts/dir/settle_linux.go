package dir

import (
	"os"

	"golang.org/x/sys/unix"
)

// syncTree syncs the file system that f, the store's folder, lies on.
func syncTree(f *os.File) error { return unix.Syncfs(int(f.Fd())) }
