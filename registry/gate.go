package registry

import (
	"context"
	"runtime"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/patternbook/patternbook/schema"
)

// A gate bounds how many requests that are dear are worked on at once, so that
// many of them together take neither all memory nor all time from cheap ones.
type gate struct{ places *semaphore.Weighted }

// gateWait is how long a request waits for its turn.
const gateWait = 10 * time.Second

// newGate makes a gate with more places than processors: some requests wait for the
// disk or the store.
func newGate() gate { return gate{semaphore.NewWeighted(int64(4 * runtime.GOMAXPROCS(0)))} }

// Enter waits until few enough other requests are worked on that are dear, as those
// of ClassSearch are. leave must be called in the end. The error is of kind TooMany
// when it is not one's turn for too long.
func (s *Service) Enter(ctx context.Context) (leave func(), err error) {
	ctx, stop := context.WithTimeout(ctx, gateWait)
	defer stop()
	if err := s.gate.places.Acquire(ctx, 1); err != nil {
		return nil, &schema.Error{
			Kind: schema.TooMany, Detail: "the registry has too much to do just now", Fix: "try again in a moment", Wait: gateWait, Err: err,
		}
	}
	return func() { s.gate.places.Release(1) }, nil
}
