package registry

import (
	"context"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/registry/index"
	"github.com/patternbook/patternbook/schema"
)

// BOM gives a view of the bill of materials of the release that a reference
// means, for a number of its units. A release without a BOM is an error of kind
// NotFound.
func (s *Service) BOM(ctx context.Context, ref schema.Reference, view bom.View, units int64) (index.Release, *bom.BOM, error) {
	r, tree, err := s.BOMTree(ctx, ref)
	if err != nil {
		return r, nil, err
	}
	b, err := tree.View(view, units)
	return r, b, err
}

// BOMTree gives the bill of materials of the release that a reference means with
// all its assemblies opened, for those who want several views of it. A release
// without a BOM is an error of kind NotFound.
func (s *Service) BOMTree(ctx context.Context, ref schema.Reference) (index.Release, *bom.Tree, error) {
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
	fetch := fetchNode(s.index.View)
	root, err := fetch(ctx, r.Digest)
	if err != nil {
		return r, nil, err
	}
	tree, err := bom.Explode(ctx, root, fetch)
	return r, tree, err
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
