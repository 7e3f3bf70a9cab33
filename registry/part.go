package registry

import (
	"context"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/registry/index"
	"github.com/patternbook/patternbook/schema"
)

// Parts gives the parts that BOMs ask for and that have the words of text, those
// that are just text first. next is the cursor of the following page.
func (s *Service) Parts(ctx context.Context, text string, page index.Page) (list []schema.PartSummary, next string, err error) {
	return s.index.Parts(ctx, text, page)
}

// Part gives a part by its key.
func (s *Service) Part(ctx context.Context, key bom.PartKey) (schema.PartSummary, error) {
	return s.index.Part(ctx, key)
}

// PartUses gives the releases that contain a part, in their own BOM or in that
// of an assembly, the latest first.
func (s *Service) PartUses(ctx context.Context, key bom.PartKey, page index.Page) (list []schema.Use, next string, err error) {
	if _, err := s.index.Part(ctx, key); err != nil {
		return nil, "", err
	}
	return s.index.PartUses(ctx, key, page)
}

// DesignUses gives the releases of which some version of a design is an assembly,
// at any depth, the latest first.
func (s *Service) DesignUses(ctx context.Context, design schema.Design, page index.Page) (list []schema.Use, next string, err error) {
	if _, err := s.index.Versions(ctx, design); err != nil {
		return nil, "", err
	}
	return s.index.DesignUses(ctx, design, schema.Digest{}, page)
}

// ReleaseUses gives the releases of which one release is an assembly, at any
// depth, the latest first, and that release.
func (s *Service) ReleaseUses(ctx context.Context, ref schema.Reference, page index.Page) (r index.Release, list []schema.Use, next string, err error) {
	if r, err = s.index.Resolve(ctx, ref); err != nil {
		return r, nil, "", err
	}
	list, next, err = s.index.DesignUses(ctx, r.Design, r.Digest, page)
	return r, list, next, err
}
