//go:build !unix

package registry

import "errors"

// freeSpace cannot be told on this system: nothing is kept in reserve here.
func freeSpace(string) (int64, error) { return 0, errors.ErrUnsupported }
