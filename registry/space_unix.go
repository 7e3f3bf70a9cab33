//go:build unix

package registry

import "golang.org/x/sys/unix"

// freeSpace gives the bytes that may still be written where folder lies.
func freeSpace(folder string) (int64, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(folder, &st); err != nil {
		return 0, err
	}
	return int64(st.Bavail) * int64(st.Bsize), nil // the types differ by system
}
