package registry

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/patternbook/patternbook/schema"
)

// A space watches the disks that the registry writes to, so that it stops taking
// things while there is still room to end well: a full disk in the middle of a
// commit is the worst moment to learn of it.
type space struct {
	reserve int64
	folders []string
	local   bool // whether artifacts are written there
	free    func(folder string) (int64, error)

	mu      sync.Mutex
	looked  time.Time
	least   int64
	at      string
	faulted error
}

// spaceLooks is how long a look at the disks is believed.
const spaceLooks = time.Second

// check refuses to write size bytes when they would leave less than the reserve.
// A disk that cannot be asked is taken for one with room: the write will tell.
func (s *space) check(size int64) error {
	least, at, err := s.look()
	if !s.local {
		size = 0
	}
	if err != nil || s.reserve == 0 || least-size >= s.reserve {
		return nil
	}
	e := &schema.Error{
		Kind: schema.NoRoom, Detail: fmt.Sprintf("the registry's disk is almost full (%s are left in %s), so it only answers and takes nothing", inBytes(least), at),
		Fix: "its keeper must make room; nothing is lost, try again then",
	}
	if least >= s.reserve {
		e.Detail = fmt.Sprintf("the registry's disk has no room for %s: %s are left, of which %s are kept in reserve", inBytes(size), inBytes(least), inBytes(s.reserve))
		e.Fix = "send something smaller, or ask the keeper to make room"
	}
	return e
}

// look gives the least free space of the watched folders, in bytes, and where it is.
func (s *space) look() (least int64, at string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Since(s.looked) < spaceLooks {
		return s.least, s.at, s.faulted
	}
	s.looked, s.faulted, s.at = time.Now(), nil, ""
	for i, folder := range slices.Compact(slices.Sorted(slices.Values(s.folders))) {
		free, err := s.free(folder)
		if err != nil {
			s.faulted = fmt.Errorf("look at the room in %s: %w", folder, err)
			break
		}
		if i == 0 || free < s.least {
			s.least, s.at = free, folder
		}
	}
	return s.least, s.at, s.faulted
}
