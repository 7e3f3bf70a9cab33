package artifacts

import (
	"context"
	"time"

	"github.com/patternbook/patternbook/schema"
)

// A Presigner is a [Store] that can let somebody else fetch an artifact from where
// it lies, so that the bytes need not come through the registry. Whoever fetches
// it so must check the digest, as with any part of an artifact.
type Presigner interface {
	// PresignGet gives a URL at which anybody can get the artifact until o.Expires
	// is over, with the headers that o asks for. It does not look whether the
	// artifact is stored.
	PresignGet(ctx context.Context, digest schema.Digest, o PresignOptions) (string, error)
}

// PresignOptions are what a presigned URL answers with.
type PresignOptions struct {
	Expires            time.Duration // for how long the URL is good: 1 second to 7 days
	ContentType        string        // the answer's header of that name, the store's own when empty
	ContentDisposition string        // likewise
	CacheControl       string        // likewise
}
