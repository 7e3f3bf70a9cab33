package client

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/patternbook/patternbook/schema"
)

// A Search is what to search for. Empty members ask for nothing.
type Search struct {
	Text    string
	Owner   string
	Licence string
	Limit   int // rows of a page, 100 when 0
}

// Search gives the first page of the designs that fit, the best matches first.
func (c *Client) Search(ctx context.Context, s Search) (schema.DesignList, error) {
	query := url.Values{}
	for name, value := range map[string]string{"q": s.Text, "owner": s.Owner, "licence": s.Licence} {
		if value != "" {
			query.Set(name, value)
		}
	}
	if s.Limit > 0 {
		query.Set("limit", strconv.Itoa(s.Limit))
	}
	return call[schema.DesignList](ctx, c, request{method: http.MethodGet, path: "/v1/designs", query: query})
}

// Design gives a design with its versions.
func (c *Client) Design(ctx context.Context, design schema.Design) (schema.DesignOverview, error) {
	return call[schema.DesignOverview](ctx, c, request{method: http.MethodGet, path: designPath(design)})
}

func designPath(design schema.Design) string {
	return path("v1", "designs", design.Owner.String(), design.Name)
}

// releasePath gives the path of what a reference means.
func releasePath(ref schema.Reference) string {
	_, at, pinned := strings.Cut(ref.String(), "@")
	if !pinned {
		at = "latest"
	}
	return designPath(ref.Design) + path("versions", at)
}

// Release gives the release document that a reference means, and its digest,
// which is that of the bytes that came. Where the reference names a digest, other
// bytes are an error of kind DigestMismatch; a release that the reference cannot
// mean is one of kind Internal.
func (c *Client) Release(ctx context.Context, ref schema.Reference) (schema.Release, schema.Digest, error) {
	b, err := c.bytes(ctx, request{method: http.MethodGet, path: releasePath(ref)})
	if err != nil {
		return schema.Release{}, schema.Digest{}, err
	}
	r, canonical, err := schema.Decode[schema.Release](b)
	if err != nil {
		return r, schema.Digest{}, fmt.Errorf("the release document of %s: %w", ref, err)
	}
	digest := schema.DigestOf(canonical)
	if !ref.Digest.IsZero() && digest != ref.Digest {
		return r, digest, &schema.Error{Kind: schema.DigestMismatch, Detail: fmt.Sprintf("the registry gave %s for %s", digest, ref)}
	}
	mean, err := c.means(ctx, ref, r)
	if err != nil {
		return r, digest, err
	}
	if !mean {
		return r, digest, &schema.Error{
			Kind: schema.Internal, Detail: fmt.Sprintf("the registry gave %s %s for %s", r.Design, r.Version, ref),
			Fix: "check the address of the registry, or ask another one",
		}
	}
	return r, digest, nil
}

// means tells whether a reference can mean a release. A release says what its design
// was called when it was published: another name must be one that the design has or
// had.
func (c *Client) means(ctx context.Context, ref schema.Reference, r schema.Release) (bool, error) {
	if ref.Design != r.Design {
		d, err := c.Design(ctx, ref.Design)
		if err != nil {
			return false, err
		}
		names := append(d.Former, d.Design)
		if !slices.Contains(names, ref.Design) || !slices.Contains(names, r.Design) {
			return false, nil
		}
	}
	switch {
	case !ref.Digest.IsZero():
		return true, nil // the digest was compared
	case !ref.Version.IsZero():
		return ref.Version == r.Version, nil
	}
	return ref.Choose([]schema.Version{r.Version}) == 0, nil
}

// Exact gives the exact reference, by digest, to the release that a reference means.
func (c *Client) Exact(ctx context.Context, ref schema.Reference) (schema.Reference, schema.Release, error) {
	r, digest, err := c.Release(ctx, ref)
	return schema.Reference{Design: ref.Design, Digest: digest}, r, err
}

// SetStatus yanks a release, takes that back, or deprecates it.
func (c *Client) SetStatus(ctx context.Context, author schema.Name, ref schema.Reference, status schema.Status, reason string) (schema.ReleaseReceipt, error) {
	r, digest, err := c.Release(ctx, ref)
	if err != nil {
		return schema.ReleaseReceipt{}, err
	}
	overview, err := c.Design(ctx, ref.Design)
	if err != nil {
		return schema.ReleaseReceipt{}, err
	}
	d := schema.ReleaseStatus{Head: schema.Head{Kind: schema.KindReleaseStatus, Author: author}, Release: digest, Status: status, Reason: reason}
	for _, v := range overview.Versions {
		if v.Digest == digest {
			d.Follows = v.StatusDocument
		}
	}
	exact := schema.Reference{Design: ref.Design, Version: r.Version}
	signed, err := c.signature(d)
	if err != nil {
		return schema.ReleaseReceipt{}, err
	}
	return call[schema.ReleaseReceipt](ctx, c, request{method: http.MethodPost, path: releasePath(exact) + "/status", body: d, header: signed})
}
