package artifacts

import (
	"context"
	"errors"
	"io"
	"iter"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/patternbook/patternbook/schema"
)

// Copied tells what a Copy did.
type Copied struct {
	Copied  int   `json:"copied"`  // artifacts
	Bytes   int64 `json:"bytes"`   // of those
	Present int   `json:"present"` // artifacts that were there already, of the same size
	Failed  int   `json:"failed"`  // artifacts that could not be read
}

// CopyOptions are what can be chosen about a Copy. The zero value is right.
type CopyOptions struct {
	Parallel int                        // artifacts on their way at once, 4 when 0
	Failed   func(schema.Digest, error) // is told of each artifact that could not be read
	Seen     func(Copied)               // is told after each artifact what has been done so far
}

// Copy copies every artifact that to lacks, or has in another size, out of from.
// Each is verified on its way. One that from cannot give as its digest says is told
// of and left out; one that is deleted meanwhile is passed over. An error of to ends
// the copy. Copy can be repeated: what is there is not copied again, so a copy that
// was interrupted goes on, and one of a store in use catches up.
func Copy(ctx context.Context, to, from Store, o CopyOptions) (Copied, error) {
	c := copying{to: to, from: from, o: o}
	if c.o.Parallel < 1 {
		c.o.Parallel = 4
	}
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(c.o.Parallel)
	err := c.each(inner, func(info Info) {
		group.Go(func() error { return c.one(inner, info) })
	})
	// The list may have ended early because a copy has failed: that error says more.
	if fault := group.Wait(); fault != nil {
		return c.done, fault
	}
	return c.done, err
}

type copying struct {
	to, from Store
	o        CopyOptions

	mu   sync.Mutex
	done Copied
}

// each calls do for every artifact that is to be copied. Both lists have the order
// of the digests, so they are gone through side by side.
func (c *copying) each(ctx context.Context, do func(Info)) error {
	next, stop := iter.Pull2(c.to.List(ctx))
	defer stop()
	there, err, more := next()
	for info, fault := range c.from.List(ctx) {
		if fault != nil {
			return fault
		}
		for more && err == nil && there.Digest.String() < info.Digest.String() {
			there, err, more = next()
		}
		if more && err != nil {
			return err
		}
		if more && there.Digest == info.Digest && there.Size == info.Size {
			c.tell(func(d *Copied) { d.Present++ })
			continue
		}
		do(info)
	}
	return context.Cause(ctx)
}

// one copies one artifact.
func (c *copying) one(ctx context.Context, info Info) error {
	src, err := c.from.Open(ctx, info.Digest)
	if errors.Is(err, schema.NotFound) {
		return nil
	}
	if err == nil {
		r := &remembering{src: src}
		err = errors.Join(c.to.Put(ctx, info.Digest, src.Size(), r), src.Close())
		if err != nil && r.err == nil {
			return err
		}
	}
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil:
		c.tell(func(d *Copied) {
			d.Failed++
			if c.o.Failed != nil {
				c.o.Failed(info.Digest, err)
			}
		})
	default:
		c.tell(func(d *Copied) { d.Copied++; d.Bytes += info.Size })
	}
	return nil
}

func (c *copying) tell(what func(*Copied)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	what(&c.done)
	if c.o.Seen != nil {
		c.o.Seen(c.done)
	}
}

// A remembering reader keeps the error of its source, which tells whose fault it is
// that a copy failed.
type remembering struct {
	src io.Reader
	err error
}

func (r *remembering) Read(p []byte) (int, error) {
	n, err := r.src.Read(p)
	if err != nil && err != io.EOF {
		r.err = err
	}
	return n, err
}
