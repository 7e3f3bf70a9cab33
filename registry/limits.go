package registry

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/patternbook/patternbook/schema"
)

// Limits are what a registry takes of artifacts. The zero value is right for a
// small one.
type Limits struct {
	File    int64         // bytes that one artifact may have, 16 GiB when 0
	Account int64         // bytes of all that one account has sent, unbounded when 0
	Total   int64         // bytes of all artifacts, unbounded when 0
	Uploads int           // uploads of one account under way at once, whole or in pieces, 64 when 0
	Expiry  time.Duration // after which an upload in pieces that is not complete ends, 7 days when 0
	Grace   time.Duration // for which an artifact that nothing names is kept, 14 days when 0, not at all below 0
	Reserve int64         // bytes of the disk that are left free: with less the registry is read-only; 256 MiB when 0, none below 0
}

const (
	day = 24 * time.Hour
	// lease is for how long an artifact is kept at least that its sender was told
	// is here: enough to send the rest of a design and publish it.
	lease = day
)

func (l Limits) withDefaults() Limits {
	preset(&l.File, 16<<30)
	preset(&l.Uploads, 64)
	preset(&l.Expiry, 7*day)
	preset(&l.Grace, 14*day)
	preset(&l.Reserve, 256<<20)
	l.Grace, l.Reserve = max(l.Grace, 0), max(l.Reserve, 0)
	return l
}

func preset[T comparable](value *T, to T) {
	var zero T
	if *value == zero {
		*value = to
	}
}

// Limits gives what this registry takes of artifacts.
func (s *Service) Limits() Limits { return s.limits }

// An allowance counts what is being sent and is in no table yet, by account.
type allowance struct {
	mu    sync.Mutex
	all   int64
	bytes map[schema.Name]int64
	count map[schema.Name]int
}

func (a *allowance) add(account schema.Name, bytes int64, count int) {
	a.all += bytes
	if a.bytes[account] += bytes; a.bytes[account] == 0 {
		delete(a.bytes, account)
	}
	if a.count[account] += count; a.count[account] == 0 {
		delete(a.count, account)
	}
}

// allow refuses an upload of size bytes that is over a limit. Otherwise it counts
// as being sent until done. Errors: TooLarge (the file), TooMany (under way),
// NoRoom (a quota, or the disk).
func (s *Service) allow(ctx context.Context, by schema.Name, size int64) (done func(), err error) {
	if size > s.limits.File {
		return nil, s.fileTooLarge()
	}
	size = max(size, 0) // what is not announced counts once it is here
	if err := s.space.check(size); err != nil {
		return nil, err
	}
	s.coming.mu.Lock()
	defer s.coming.mu.Unlock()
	if err := s.overLimits(ctx, by, size); err != nil {
		return nil, err
	}
	s.coming.add(by, size, 1)
	return func() {
		s.coming.mu.Lock()
		defer s.coming.mu.Unlock()
		s.coming.add(by, -size, -1)
	}, nil
}

func (s *Service) fileTooLarge() error {
	return &schema.Error{
		Kind: schema.TooLarge, Detail: fmt.Sprintf("an artifact has at most %s here", inBytes(s.limits.File)),
		Fix: "send smaller files: compress or split it, or leave out what can be made from the rest",
	}
}

func (s *Service) overLimits(ctx context.Context, by schema.Name, size int64) error {
	count, ownComing, allComing, err := s.vault.Coming(ctx, by)
	if err != nil {
		return err
	}
	if count += s.coming.count[by]; count >= s.limits.Uploads {
		return &schema.Error{
			Kind: schema.TooMany, Detail: fmt.Sprintf("%s has %d uploads under way, which is all that one account may have at once", by, count),
			Fix: "finish or end some of them (GET /v1/uploads lists those that wait), then go on",
		}
	}
	own, all, err := s.vault.Usage(ctx, by)
	if err != nil {
		return err
	}
	if own += ownComing + s.coming.bytes[by]; s.limits.Account > 0 && own+size > s.limits.Account {
		return &schema.Error{
			Kind: schema.NoRoom, Detail: fmt.Sprintf("%s has sent %s, and with these %s would have more than the %s that an account may", by, inBytes(own), inBytes(size), inBytes(s.limits.Account)),
			Fix: "ask the keeper of the registry for more room; what is not published is removed after a while",
		}
	}
	if all += allComing + s.coming.all; s.limits.Total > 0 && all+size > s.limits.Total {
		return &schema.Error{
			Kind: schema.NoRoom, Detail: fmt.Sprintf("the registry has %s of artifacts, and takes at most %s", inBytes(all), inBytes(s.limits.Total)),
			Fix: "ask its keeper to make room",
		}
	}
	return nil
}

// inBytes writes a number of bytes for people.
func inBytes(n int64) string {
	const units = "KMGTPE"
	if n < 1<<10 {
		return fmt.Sprintf("%d bytes", n)
	}
	value, unit := float64(n)/(1<<10), 0
	for value >= 1<<10 && unit < len(units)-1 {
		value /= 1 << 10
		unit++
	}
	return fmt.Sprintf("%.4g %ciB", value, units[unit])
}
