package registry

import (
	"context"
	"sync"

	"github.com/patternbook/patternbook/schema"
)

// holds keep those who bring an artifact apart from what removes it. Both go on
// at once, but never on the same artifact.
type holds struct {
	mu       sync.Mutex
	inUse    map[schema.Digest]int           // how many bring it, or say that it is here
	deleting map[schema.Digest]chan struct{} // closed when it is gone
}

func newHolds() *holds {
	return &holds{inUse: make(map[schema.Digest]int), deleting: make(map[schema.Digest]chan struct{})}
}

// use waits for deletions of the artifacts that are under way, and keeps them from
// being deleted until release.
func (h *holds) use(ctx context.Context, digests ...schema.Digest) (release func(), err error) {
	for {
		busy := h.tryUse(digests)
		if busy == nil {
			return func() { h.release(digests) }, nil
		}
		select {
		case <-busy:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// tryUse takes all of the digests, or none and gives what to wait for.
func (h *holds) tryUse(digests []schema.Digest) chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, d := range digests {
		if gone := h.deleting[d]; gone != nil {
			return gone
		}
	}
	for _, d := range digests {
		h.inUse[d]++
	}
	return nil
}

func (h *holds) release(digests []schema.Digest) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, d := range digests {
		if h.inUse[d]--; h.inUse[d] == 0 {
			delete(h.inUse, d)
		}
	}
}

// claim takes an artifact for deletion, unless it is in use or claimed.
func (h *holds) claim(d schema.Digest) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.inUse[d] > 0 || h.deleting[d] != nil {
		return false
	}
	h.deleting[d] = make(chan struct{})
	return true
}

// gone ends a claim.
func (h *holds) gone(d schema.Digest) {
	h.mu.Lock()
	defer h.mu.Unlock()
	close(h.deleting[d])
	delete(h.deleting, d)
}

// isDeleting tells whether an artifact is claimed.
func (h *holds) isDeleting(d schema.Digest) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.deleting[d] != nil
}
