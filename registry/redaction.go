package registry

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/patternbook/patternbook/registry/index"
	"github.com/patternbook/patternbook/schema"
)

// mustNotBeRemoved refuses an artifact that the law forced out.
func (s *Service) mustNotBeRemoved(ctx context.Context, digest schema.Digest) error {
	reason, removed, err := s.index.Removed(ctx, digest)
	if err != nil || !removed {
		return err
	}
	return &schema.Error{Kind: schema.Removed, Detail: fmt.Sprintf("the artifact %s was removed, and is not taken again: %s", digest, reason)}
}

// Redact makes a redaction document count and removes the artifact that it names.
// It is for the keeper of the registry. Doing it again removes what is left.
// Errors: NotFound (nothing has that digest), Forbidden, Unavailable.
func (s *Service) Redact(ctx context.Context, by Actor, d schema.Redaction) (Published, error) {
	if err := may(ctx, s.index.View, by, ActRedact, Object{}); err != nil {
		return Published{}, err
	}
	if err := mustSpeak(by, d.Author); err != nil {
		return Published{}, err
	}
	account, err := s.vault.Account(ctx, by.Account)
	if err != nil {
		return Published{}, err
	}
	if err := s.mustBeKnownHere(ctx, d.Artifact); err != nil {
		return Published{}, err
	}
	// The law does not wait for a signature.
	done, err := s.append(ctx, signedDocument{}, schema.Name{}, func(ctx context.Context, tx *transaction) (schema.Document, error) {
		return d, appendAccount(ctx, tx, by.Account, account.Salt)
	})
	if err != nil {
		return done, err
	}
	for !s.holds.claim(d.Artifact) { // somebody brings it just now: it is refused to those who come later
		select {
		case <-time.After(10 * time.Millisecond):
		case <-ctx.Done():
			return done, context.Cause(ctx)
		}
	}
	defer s.holds.gone(d.Artifact)
	if err := s.artifacts.Delete(ctx, d.Artifact); err != nil {
		return done, fmt.Errorf("remove %s: %w", d.Artifact, err)
	}
	return done, s.inVault(ctx, func(ctx context.Context, tx *sql.Tx) error { return s.vault.Forget(ctx, tx, d.Artifact) })
}

// mustBeKnownHere refuses a digest that neither a release nor the store has.
func (s *Service) mustBeKnownHere(ctx context.Context, digest schema.Digest) error {
	needs, err := s.index.Needs(ctx, digest, 1)
	if err != nil || len(needs) > 0 {
		return err
	}
	if _, err := s.artifacts.Stat(ctx, digest); errors.Is(err, schema.NotFound) {
		return &schema.Error{Kind: schema.NotFound, Detail: fmt.Sprintf("no release names %s, and it is not stored", digest), Fix: "check the digest"}
	}
	return err
}

// ImpactOfArtifact tells how much hangs on an artifact: the releases that have it as a
// file, those that contain one of these, and what was made from them.
func (s *Service) ImpactOfArtifact(ctx context.Context, artifact schema.Digest) (schema.Impact, error) {
	return s.index.ImpactOfArtifact(ctx, artifact)
}

// A Need is a file of a release that an artifact is.
type Need = index.Need

// Needs gives at most limit of the files of releases that are an artifact, the
// newest release's first.
func (s *Service) Needs(ctx context.Context, artifact schema.Digest, limit int) ([]Need, error) {
	return s.index.Needs(ctx, artifact, limit)
}
