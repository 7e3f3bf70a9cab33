package registry

import (
	"context"
	"database/sql"
	"fmt"
	"io"

	"github.com/patternbook/patternbook/artifacts"
	"github.com/patternbook/patternbook/schema"
)

// MaxMissing is how many digests can be asked about at once.
const MaxMissing = 10_000

// PutArtifact stores the bytes of r, which must have that digest and size in
// bytes (-1 when it is not known). Until a release names them only by can read
// them. Errors: DigestMismatch, Invalid (another size), Unavailable.
func (s *Service) PutArtifact(ctx context.Context, by schema.Name, digest schema.Digest, size int64, r io.Reader) error {
	if err := MustBeKnown(by); err != nil {
		return err
	}
	// Also what is stored already is read to its end: naming a digest is no
	// proof of having its bytes.
	if err := s.artifacts.Put(ctx, digest, size, r); err != nil {
		return fmt.Errorf("put %s: %w", digest, err)
	}
	known, err := s.vault.Uploaded(ctx, by, []schema.Digest{digest})
	if err != nil || known[digest] {
		return err
	}
	return s.writer.Do(ctx, func(_ context.Context, tx *transaction) error {
		tx.InVault(func(ctx context.Context, ledgerTx *sql.Tx) error {
			return s.vault.RecordUpload(ctx, ledgerTx, by, digest, s.now())
		})
		return nil
	})
}

// OpenArtifact gives the bytes of an artifact that a release names, or that by
// has sent. All else is an error of kind NotFound.
func (s *Service) OpenArtifact(ctx context.Context, by schema.Name, digest schema.Digest) (*artifacts.Object, error) {
	readable, err := s.readable(ctx, by, []schema.Digest{digest})
	if err != nil {
		return nil, err
	}
	if !readable[digest] {
		return nil, &schema.Error{Kind: schema.NotFound, Detail: fmt.Sprintf("no release names the artifact %s", digest)}
	}
	o, err := s.artifacts.Open(ctx, digest)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", digest, err)
	}
	return o, nil
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
// too: it would tell of what is not public.
func (s *Service) Missing(ctx context.Context, by schema.Name, digests []schema.Digest) ([]schema.Digest, error) {
	if err := MustBeKnown(by); err != nil {
		return nil, err
	}
	if len(digests) > MaxMissing {
		return nil, &schema.Error{Kind: schema.TooLarge, Detail: fmt.Sprintf("you ask about %d artifacts at once", len(digests)), Fix: fmt.Sprintf("ask about at most %d", MaxMissing)}
	}
	readable, err := s.readable(ctx, by, digests)
	if err != nil {
		return nil, err
	}
	missing := []schema.Digest{}
	for _, d := range digests {
		if !readable[d] {
			missing = append(missing, d)
		}
	}
	return missing, nil
}
