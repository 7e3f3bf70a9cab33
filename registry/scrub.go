package registry

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"

	"github.com/patternbook/patternbook/schema"
)

// A Damage is an artifact that is not as it should be.
type Damage struct {
	Digest   schema.Digest `json:"digest"`
	State    DamageState   `json:"state"`
	Needs    []Need        `json:"needs"` // at most ten of the files that it is, the newest release's first
	Repaired bool          `json:"repaired"`
	Detail   string        `json:"detail,omitempty"` // why it could not be read, or not be repaired
}

// A DamageState says what is wrong with an artifact.
type DamageState string

// The states of a damaged artifact.
const (
	DamageMissing   DamageState = "missing"    // a release names it, the store has it not
	DamageTruncated DamageState = "wrong size" // it has fewer or more bytes than the release says
	DamageRotten    DamageState = "rotten"     // its bytes do not have the digest
	DamageUnread    DamageState = "unreadable" // the store fails to give it
)

// A Scrub tells what a reading of all artifacts found.
type Scrub struct {
	Checked  int   `json:"checked"` // artifacts
	Bytes    int64 `json:"bytes"`   // of those that are whole
	Damaged  int   `json:"damaged"`
	Repaired int   `json:"repaired"`
}

// A Source gives an artifact's bytes from elsewhere. size is how many there are,
// -1 when that is not known.
type Source func(ctx context.Context, digest schema.Digest, size int64) (io.ReadCloser, error)

// ScrubOptions are what can be chosen about a scrub. The zero value is right.
type ScrubOptions struct {
	Repair Source                      // where damaged artifacts come from, nil to repair none
	Tell   func(Damage)                // is told of each damaged artifact
	Seen   func(checked int, at int64) // is told now and then how far it is: artifacts and bytes
}

// Scrub reads back every artifact that a release names or the store has, and
// repairs what it can. Uploads, downloads and publications go on meanwhile.
// What stays damaged is asked for again from whoever publishes it anew.
func (s *Service) Scrub(ctx context.Context, o ScrubOptions) (Scrub, error) {
	var r Scrub
	const page = 500
	for after := (schema.Digest{}); ; {
		list, err := s.index.NamedAfter(ctx, after, page)
		if err != nil {
			return r, err
		}
		for _, n := range list {
			if err := s.scrubOne(ctx, n.Digest, n.Size, o, &r); err != nil {
				return r, err
			}
		}
		if len(list) == 0 {
			break
		}
		after = list[len(list)-1].Digest
	}
	for info, err := range s.artifacts.List(ctx) {
		if err != nil {
			return r, err
		}
		named, err := s.index.Named(ctx, []schema.Digest{info.Digest})
		if err != nil {
			return r, err
		}
		if len(named) > 0 {
			continue
		}
		if err := s.scrubOne(ctx, info.Digest, -1, o, &r); err != nil {
			return r, err
		}
	}
	return r, nil
}

// scrubOne looks at one artifact. size is -1 when no release says it.
func (s *Service) scrubOne(ctx context.Context, digest schema.Digest, size int64, o ScrubOptions, r *Scrub) error {
	n, state, fault := s.readBack(ctx, digest, size)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	r.Checked++
	if state == "" {
		r.Bytes += n
		if o.Seen != nil {
			o.Seen(r.Checked, r.Bytes)
		}
		return s.setDamaged(ctx, digest, false)
	}
	if state == DamageMissing && size < 0 {
		return nil // it was removed meanwhile, and nothing needs it
	}
	d := Damage{Digest: digest, State: state}
	if fault != nil {
		d.Detail = fault.Error()
	}
	var err error
	if d.Needs, err = s.index.Needs(ctx, digest, 10); err != nil {
		return err
	}
	if o.Repair != nil {
		if err := s.repair(ctx, digest, size, o.Repair); err != nil {
			d.Detail = "it could not be repaired: " + err.Error()
		} else {
			d.Repaired, d.Detail = true, ""
			r.Repaired++
		}
	}
	r.Damaged++
	if o.Tell != nil {
		o.Tell(d)
	}
	return s.setDamaged(ctx, digest, !d.Repaired)
}

// readBack reads an artifact to its end. An empty state means that it is whole.
func (s *Service) readBack(ctx context.Context, digest schema.Digest, size int64) (n int64, _ DamageState, err error) {
	info, err := s.artifacts.Stat(ctx, digest)
	switch {
	case errors.Is(err, schema.NotFound):
		return 0, DamageMissing, nil
	case err != nil:
		return 0, DamageUnread, err
	case size >= 0 && info.Size != size:
		return 0, DamageTruncated, fmt.Errorf("it has %d bytes, not %d", info.Size, size)
	}
	o, err := s.artifacts.Open(ctx, digest)
	if err == nil {
		n, err = io.Copy(io.Discard, &interruptible{ctx, o})
		err = errors.Join(err, o.Close())
	}
	switch {
	case err == nil:
		return n, "", nil
	case errors.Is(err, schema.DigestMismatch):
		return 0, DamageRotten, err
	case errors.Is(err, schema.NotFound):
		return 0, DamageMissing, nil
	}
	return 0, DamageUnread, err
}

// An interruptible reader ends when its context does.
type interruptible struct {
	ctx context.Context
	r   io.Reader
}

// Read implements io.Reader.
func (i *interruptible) Read(b []byte) (int, error) {
	if i.ctx.Err() != nil {
		return 0, context.Cause(i.ctx)
	}
	return i.r.Read(b)
}

// repair puts an artifact again from elsewhere.
func (s *Service) repair(ctx context.Context, digest schema.Digest, size int64, from Source) (err error) {
	if err := s.mustNotBeRemoved(ctx, digest); err != nil {
		return err
	}
	release, err := s.holds.use(ctx, digest)
	if err != nil {
		return err
	}
	defer release()
	src, err := from(ctx, digest, size)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	return s.artifacts.Put(ctx, digest, size, src)
}

// setDamaged notes whether an artifact is damaged, if that is news.
func (s *Service) setDamaged(ctx context.Context, digest schema.Digest, damaged bool) error {
	noted, err := s.vault.Damaged(ctx, []schema.Digest{digest})
	if err != nil || noted[digest] == damaged {
		return err
	}
	now := s.now()
	return s.inVault(ctx, func(ctx context.Context, tx *sql.Tx) error { return s.vault.SetDamaged(ctx, tx, digest, damaged, now) })
}
