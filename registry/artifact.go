package registry

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/patternbook/patternbook/artifacts"
	"github.com/patternbook/patternbook/schema"
)

// MaxMissing is how many digests can be asked about at once.
const MaxMissing = 10_000

// PutArtifact stores the bytes of r, which must have that digest and size in
// bytes (-1 when it is not known). Until a release names them only by can read
// them. Errors: DigestMismatch, Invalid (another size), Removed, TooLarge, TooMany,
// NoRoom, Unavailable.
func (s *Service) PutArtifact(ctx context.Context, by Actor, digest schema.Digest, size int64, r io.Reader) error {
	if err := may(ctx, s.index.View, by, ActSend, Object{}); err != nil {
		return err
	}
	if err := s.mustNotBeRemoved(ctx, digest); err != nil {
		return err
	}
	done, err := s.allow(ctx, by.Account, size)
	if err != nil {
		return err
	}
	defer done()
	release, err := s.holds.use(ctx, digest)
	if err != nil {
		return err
	}
	defer release()
	// Also what is stored already is read to its end: naming a digest is no
	// proof of having its bytes.
	sent := &bounded{r: r, left: s.limits.File, err: s.fileTooLarge()}
	if err := s.artifacts.Put(ctx, digest, size, sent); err != nil {
		return fmt.Errorf("put %s: %w", digest, err)
	}
	return s.noteSent(ctx, by.Account, digest, s.limits.File-sent.left)
}

// noteSent writes down that by has the bytes of an artifact, unless that is known,
// and that the artifact is whole.
func (s *Service) noteSent(ctx context.Context, by schema.Name, digest schema.Digest, size int64) error {
	now := s.now()
	kept, err := s.vault.KeptUntil(ctx, by, []schema.Digest{digest}, now.Add(lease/2))
	if err != nil {
		return err
	}
	damaged, err := s.vault.Damaged(ctx, []schema.Digest{digest})
	if err != nil || kept[digest] && !damaged[digest] {
		return err
	}
	return s.inVault(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := s.vault.SetDamaged(ctx, tx, digest, false, now); err != nil {
			return err
		}
		return s.vault.RecordUpload(ctx, tx, by, digest, size, now, now.Add(lease))
	})
}

// A bounded reader gives err instead of more than left bytes.
type bounded struct {
	r    io.Reader
	left int64
	err  error
}

// Read implements io.Reader.
func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, b.err
	}
	return n, err
}

// OpenArtifact gives the bytes of an artifact that a release names, or that by
// has sent. All else is an error of kind NotFound; what the law forced out, Removed.
func (s *Service) OpenArtifact(ctx context.Context, by Actor, digest schema.Digest) (*artifacts.Object, error) {
	readable, err := s.readable(ctx, by.Account, []schema.Digest{digest})
	if err != nil {
		return nil, err
	}
	if !readable[digest] {
		return nil, &schema.Error{Kind: schema.NotFound, Detail: fmt.Sprintf("no release names the artifact %s", digest)}
	}
	if err := s.mustNotBeRemoved(ctx, digest); err != nil {
		return nil, err
	}
	o, err := s.artifacts.Open(ctx, digest)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", digest, err)
	}
	return o, nil
}

// PresignArtifact gives a URL at which anybody can get an artifact from the store
// itself. ok is false where that cannot be: the store has no such URLs, or the
// artifact is not open to all, was found damaged, or is not there; OpenArtifact
// then gives it or tells why not. Error: Removed.
func (s *Service) PresignArtifact(ctx context.Context, digest schema.Digest, o artifacts.PresignOptions) (url string, ok bool, err error) {
	store, can := s.artifacts.(artifacts.Presigner)
	if !can {
		return "", false, nil
	}
	if err := s.mustNotBeRemoved(ctx, digest); err != nil {
		return "", false, err
	}
	named, err := s.index.Named(ctx, []schema.Digest{digest})
	if err != nil || len(named) == 0 {
		return "", false, err
	}
	damaged, err := s.vault.Damaged(ctx, []schema.Digest{digest})
	if err != nil || damaged[digest] {
		return "", false, err
	}
	if _, err := s.artifacts.Stat(ctx, digest); err != nil {
		if errors.Is(err, schema.NotFound) {
			return "", false, nil
		}
		return "", false, fmt.Errorf("look for %s: %w", digest, err)
	}
	if url, err = store.PresignGet(ctx, digest, o); err != nil {
		return "", false, fmt.Errorf("presign %s: %w", digest, err)
	}
	return url, true, nil
}

// readable gives those of the digests that are open to all or were sent by by.
func (s *Service) readable(ctx context.Context, by schema.Name, digests []schema.Digest) (map[schema.Digest]bool, error) {
	named, err := s.index.Named(ctx, digests)
	if err != nil {
		return nil, err
	}
	readable := make(map[schema.Digest]bool, len(digests))
	if !by.IsZero() && len(named) < len(digests) {
		if readable, err = s.vault.Uploaded(ctx, by, digests); err != nil {
			return nil, err
		}
	}
	for d := range named {
		readable[d] = true
	}
	return readable, nil
}

// Missing gives those of the digests that by must send before a release can name
// them, in their order. What somebody else has sent and not published is missing
// too: it would tell of what is not public. So is what was found damaged. What is
// not missing stays for half a day at least, for the rest to be sent.
func (s *Service) Missing(ctx context.Context, by Actor, digests []schema.Digest) ([]schema.Digest, error) {
	if err := may(ctx, s.index.View, by, ActSend, Object{}); err != nil {
		return nil, err
	}
	if len(digests) > MaxMissing {
		return nil, &schema.Error{Kind: schema.TooLarge, Detail: fmt.Sprintf("you ask about %d artifacts at once", len(digests)), Fix: fmt.Sprintf("ask about at most %d", MaxMissing)}
	}
	// Nothing of it goes between looking and noting that it was said to be here.
	release, err := s.holds.use(ctx, digests...)
	if err != nil {
		return nil, err
	}
	defer release()
	readable, err := s.readable(ctx, by.Account, digests)
	if err != nil {
		return nil, err
	}
	damaged, err := s.vault.Damaged(ctx, digests)
	if err != nil {
		return nil, err
	}
	missing := []schema.Digest{}
	var here []schema.Digest
	for _, d := range digests {
		if readable[d] && !damaged[d] {
			here = append(here, d)
		} else {
			missing = append(missing, d)
		}
	}
	return missing, s.keep(ctx, by.Account, here)
}

// keep has what by sent kept for a while, as by was told that it is here.
func (s *Service) keep(ctx context.Context, by schema.Name, digests []schema.Digest) error {
	named, err := s.index.Named(ctx, digests)
	if err != nil {
		return err
	}
	now := s.now()
	kept, err := s.vault.KeptUntil(ctx, by, digests, now.Add(lease/2))
	if err != nil {
		return err
	}
	sent := slices.DeleteFunc(digests, func(d schema.Digest) bool {
		_, open := named[d]
		return open || kept[d]
	})
	if len(sent) == 0 {
		return nil
	}
	until := now.Add(lease)
	return s.inVault(ctx, func(ctx context.Context, tx *sql.Tx) error { return s.vault.Keep(ctx, tx, by, sent, until) })
}
