//go:build !linux

package dir

import "os"

// syncTree syncs f, the store's folder. What lies deeper has no call of its own
// here: a Put that was killed between moving its file and syncing the folder
// leaves an artifact that is seen before the system has written its entry.
func syncTree(f *os.File) error { return syncFolder(f) }
