package registry

import (
	"context"

	"github.com/patternbook/patternbook/schema"
)

// Document gives the canonical bytes of a document that counts, or an error of
// kind NotFound.
func (s *Service) Document(ctx context.Context, digest schema.Digest) ([]byte, error) {
	return s.index.Document(ctx, digest)
}
