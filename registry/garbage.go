package registry

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/patternbook/patternbook/artifacts"
	"github.com/patternbook/patternbook/schema"
)

// Garbage tells what a collection found.
type Garbage struct {
	Kept      int   `json:"kept"`      // artifacts
	Removed   int   `json:"removed"`   // artifacts; with a dry run those that would be
	Bytes     int64 `json:"bytes"`     // of those
	Uploads   int   `json:"uploads"`   // in pieces, that had expired
	Leftovers int   `json:"leftovers"` // of interrupted writes
}

// GarbageOptions are what can be chosen about a collection. The zero value is right.
type GarbageOptions struct {
	DryRun bool                         // look only
	Tell   func(artifacts.Info, string) // is told of each artifact that goes, and why
}

// collectAtOnce is how many artifacts are judged in one transaction.
const collectAtOnce = 100

// CollectGarbage removes the artifacts that nothing names and nobody has sent
// lately, uploads that have expired, and what interrupted writes have left. It
// runs beside everything else: whether an artifact is still needed is looked at in
// the writer, where nothing is published meanwhile; whoever brings it or is told
// that it is here holds it; and whoever publishes looks again.
func (s *Service) CollectGarbage(ctx context.Context, o GarbageOptions) (Garbage, error) {
	var g Garbage
	if o.Tell == nil {
		o.Tell = func(artifacts.Info, string) {}
	}
	if !o.DryRun {
		if err := s.dropExpired(ctx, &g); err != nil {
			return g, fmt.Errorf("end expired uploads: %w", err)
		}
	}
	var some []artifacts.Info
	for info, err := range s.artifacts.List(ctx) {
		if err != nil {
			return g, err
		}
		if some = append(some, info); len(some) == collectAtOnce {
			if err := s.collect(ctx, some, o, &g); err != nil {
				return g, err
			}
			some = some[:0]
		}
	}
	if err := s.collect(ctx, some, o, &g); err != nil || o.DryRun {
		return g, err
	}
	// What is under way is in the vault until it expires; a day more is for the
	// clocks of others.
	var err error
	g.Leftovers, err = s.artifacts.Sweep(ctx, s.now().Add(-s.limits.Expiry-day))
	return g, err
}

// dropExpired ends the uploads whose time is over.
func (s *Service) dropExpired(ctx context.Context, g *Garbage) error {
	for {
		list, err := s.vault.Expired(ctx, s.now())
		if err != nil || len(list) == 0 {
			return err
		}
		for _, u := range list {
			turn, leave, err := s.turns.take(ctx, u.ID)
			if err != nil {
				return err
			}
			err = s.dropUpload(turn, u)
			leave()
			if err != nil {
				return err
			}
			if len(u.State) > 0 {
				g.Uploads++
			}
		}
	}
}

// collect judges some artifacts and removes those that are not needed.
func (s *Service) collect(ctx context.Context, some []artifacts.Info, o GarbageOptions, g *Garbage) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if len(some) == 0 {
		return nil
	}
	var doomed []artifacts.Info
	reasons := make(map[schema.Digest]string)
	defer func() {
		for _, info := range doomed {
			s.holds.gone(info.Digest)
		}
	}()
	// The decision is waited for, whoever leaves: what it claims must be let go.
	err := s.writer.Do(context.WithoutCancel(ctx), func(ctx context.Context, tx *transaction) error {
		for _, info := range some {
			why, err := s.unneeded(ctx, tx, info)
			if err != nil {
				return err
			}
			if why == "" || !s.holds.claim(info.Digest) {
				continue
			}
			doomed, reasons[info.Digest] = append(doomed, info), why
			if !o.DryRun {
				tx.InVault(func(ctx context.Context, ledgerTx *sql.Tx) error { return s.vault.Forget(ctx, ledgerTx, info.Digest) })
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	g.Kept += len(some) - len(doomed)
	for _, info := range doomed {
		if !o.DryRun {
			if err := s.artifacts.Delete(ctx, info.Digest); err != nil {
				return fmt.Errorf("remove %s: %w", info.Digest, err)
			}
		}
		g.Removed++
		g.Bytes += info.Size
		o.Tell(info, reasons[info.Digest])
	}
	return nil
}

// unneeded tells why an artifact can go, "" when it cannot.
func (s *Service) unneeded(ctx context.Context, tx *transaction, info artifacts.Info) (why string, err error) {
	one := []schema.Digest{info.Digest}
	if _, removed, err := tx.Removed(ctx, info.Digest); err != nil || removed {
		return "the law forced it out", err
	}
	named, err := tx.Named(ctx, one)
	if err != nil || len(named) > 0 {
		return "", err
	}
	now := s.now()
	since := now.Add(-s.limits.Grace)
	if info.Modified.After(since) {
		return "", nil
	}
	fresh, err := s.vault.Fresh(ctx, one, since.Add(time.Second), now) // times are in whole seconds
	if err != nil || fresh[info.Digest] {
		return "", err
	}
	return "nothing names it", nil
}

// mustStay refuses to publish files that were removed since they were looked at:
// it runs in the writer, as what removes them does.
func (s *Service) mustStay(ctx context.Context, tx *transaction, by schema.Name, files []schema.File) error {
	digests := make([]schema.Digest, len(files))
	for i, f := range files {
		digests[i] = f.Digest
	}
	named, err := tx.Named(ctx, digests)
	if err != nil {
		return err
	}
	sent, err := s.vault.Uploaded(ctx, by, digests)
	if err != nil {
		return err
	}
	var at []schema.Place
	for _, f := range files {
		if _, removed, err := tx.Removed(ctx, f.Digest); err != nil {
			return err
		} else if removed {
			return s.mustNotBeRemoved(ctx, f.Digest)
		}
		if _, ok := named[f.Digest]; !ok && (!sent[f.Digest] || s.holds.isDeleting(f.Digest)) {
			at = append(at, schema.Place{File: f.Path, Detail: f.Digest.String() + " is not stored any more"})
		}
	}
	if len(at) > 0 {
		return missingArtifacts(at)
	}
	return nil
}
