package s3test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// versitygw is the server, at the version that the tests were written against.
const versitygw = "github.com/versity/versitygw/cmd/versitygw@v1.8.0"

// install gives the path of versitygw in the ignored folder .tools/bin of this
// module, and puts it there on first use. Test binaries run at once: a lock
// keeps all but one of them waiting.
func install() (string, error) {
	root, err := moduleRoot()
	if err != nil {
		return "", err
	}
	bin := filepath.Join(root, ".tools", "bin")
	binary := filepath.Join(bin, "versitygw")
	if runtime.GOOS == "windows" {
		binary += ".exe"
	}
	if _, err := os.Stat(binary); err == nil {
		return binary, nil
	}
	if err := os.MkdirAll(bin, 0o755); err != nil {
		return "", err
	}
	release, err := lock(filepath.Join(bin, "versitygw.lock"))
	if err != nil {
		return "", err
	}
	defer release()
	if _, err := os.Stat(binary); err == nil {
		return binary, nil // another has installed it meanwhile
	}
	c := exec.Command("go", "install", versitygw)
	c.Env = append(os.Environ(), "GOBIN="+bin, "GOFLAGS=-mod=mod")
	if said, err := c.CombinedOutput(); err != nil {
		return "", fmt.Errorf("install %s: %w: %s", versitygw, err, said)
	}
	return binary, nil
}

// moduleRoot is the folder above the test's that holds go.mod.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		above := filepath.Dir(dir)
		if above == dir {
			return "", errors.New("no folder above has a go.mod")
		}
		dir = above
	}
}
