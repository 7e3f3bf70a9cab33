package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/patternbook/patternbook/artifacts"
)

// presigned is for how long a URL of the store is good: to begin with, not to end.
const presigned = 5 * time.Minute

// conditional tells whether a request has a condition on the ETag, of which the
// store has another one.
func (in RequestInput) conditional(d download) bool {
	return in.header.Get("If-Match") != "" || in.header.Get("If-Range") != "" || matches(in.header.Get("If-None-Match"), `"`+d.digest.String()+`"`)
}

// redirect sends the caller to the store, where the registry was told to and the
// artifact is public; else it gives nil. What browsers show always comes from
// here: the store does not send the headers that keep it from acting as a page,
// and the registry's own pages show pictures from the registry alone. Whoever is
// sent there checks the digest.
func (a *API) redirect(ctx context.Context, in RequestInput, d download) (*huma.StreamResponse, error) {
	if !a.redirects || in.method != http.MethodGet || d.manner.inline || in.conditional(d) {
		return nil, nil
	}
	url, ok, err := a.service.PresignArtifact(ctx, d.digest, artifacts.PresignOptions{
		Expires: presigned, ContentType: d.manner.mediaType, ContentDisposition: d.disposition(), CacheControl: "private, max-age=31536000, immutable",
	})
	if !ok || err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(ctx huma.Context) {
		r, w := humago.Unwrap(ctx)
		h := w.Header()
		asFile(h, r, d.manner.policy, false)
		h.Set("Cache-Control", "no-store") // the URL dies soon
		h.Set("Location", url)
		w.WriteHeader(http.StatusTemporaryRedirect)
	}}, nil
}
