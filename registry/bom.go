package registry

import (
	"context"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/registry/index"
	"github.com/patternbook/patternbook/schema"
)

// BOM gives what a query asks of the bill of materials of the release that a
// reference means, as the choices say. A release without a BOM is an error of kind
// NotFound.
func (s *Service) BOM(ctx context.Context, ref schema.Reference, q bom.Query, choices bom.Choices) (index.Release, *bom.BOM, error) {
	r, tree, err := s.BOMTree(ctx, ref, choices)
	if err != nil {
		return r, nil, err
	}
	b, err := tree.View(q)
	return r, b, err
}

// BOMTree gives the bill of materials of the release that a reference means with
// its assemblies opened as the choices say, for those who want several views of
// it. A release without a BOM is an error of kind NotFound.
func (s *Service) BOMTree(ctx context.Context, ref schema.Reference, choices bom.Choices) (index.Release, *bom.Tree, error) {
	r, err := s.index.Resolve(ctx, ref)
	if err != nil {
		return r, nil, err
	}
	if r.BOM.IsZero() {
		return r, nil, &schema.Error{
			Kind: schema.NotFound, Detail: r.Design.String() + " " + r.Version.String() + " has no bill of materials",
			Fix: "look into its files; its author can name one as bom in the manifest of the next version",
		}
	}
	fetch, err := fetchStopping(ctx, s.index.View, choices.Stop)
	if err != nil {
		return r, nil, err
	}
	root, err := fetch(ctx, r.Digest)
	if err != nil {
		return r, nil, err
	}
	tree, err := bom.Explode(ctx, root, fetch, choices)
	return r, tree, err
}

// fetchStopping is fetchNode for those who have some designs bought whole: which of
// its names a release says for one depends on its age.
func fetchStopping(ctx context.Context, v index.View, stop []schema.Design) (bom.Fetch, error) {
	asked := make(map[schema.Design]schema.Design)
	for _, d := range stop {
		names, err := v.FormerNames(ctx, d)
		if err != nil {
			return nil, err
		}
		now, moved, err := v.Forward(ctx, d)
		if err != nil {
			return nil, err
		}
		if moved {
			names = append(names, now)
		}
		for _, name := range names {
			asked[name] = d
		}
	}
	return fetchNode(v).Calling(asked), nil
}

// CompareBOMs tells what changed in the bill of materials from one release to
// another.
func (s *Service) CompareBOMs(ctx context.Context, before, after schema.Reference, view bom.View) (*bom.ReleaseDifference, error) {
	fetch := fetchNode(s.index.View)
	var nodes [2]*bom.Node
	for i, ref := range []schema.Reference{before, after} {
		r, err := s.index.Resolve(ctx, ref)
		if err != nil {
			return nil, err
		}
		if nodes[i], err = fetch(ctx, r.Digest); err != nil {
			return nil, err
		}
	}
	return bom.CompareNodes(ctx, nodes[0], nodes[1], view, fetch)
}

// fetchNode reads what exploding needs to know of a release.
func fetchNode(v index.View) bom.Fetch {
	return func(ctx context.Context, release schema.Digest) (*bom.Node, error) {
		r, err := index.Read[schema.Release](ctx, v, release)
		if err != nil {
			return nil, err
		}
		if r.BOM.IsZero() {
			return bom.NodeOf(release, r, nil), nil
		}
		d, err := index.Read[bom.Document](ctx, v, r.BOM)
		if err != nil {
			return nil, err
		}
		return bom.NodeOf(release, r, &d.BOM), nil
	}
}
