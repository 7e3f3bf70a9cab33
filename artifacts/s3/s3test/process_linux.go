package s3test

import (
	"os"
	"os/exec"

	"golang.org/x/sys/unix"
)

// endWithParent has the server killed when the test process dies, however it dies.
func endWithParent(c *exec.Cmd) {
	c.SysProcAttr = &unix.SysProcAttr{Pdeathsig: unix.SIGKILL}
}

// lock waits for the file's lock, which ends with the process that holds it.
func lock(name string) (release func(), _ error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX); err != nil {
		return nil, err
	}
	return func() { _ = f.Close() }, nil // closing releases
}
