package registry

import (
	"context"

	"github.com/patternbook/patternbook/registry/index"
	"github.com/patternbook/patternbook/schema"
)

// maxTraced bounds the assemblies that a trace lists.
const maxTraced = 10_000

// Trace gives everything that a unit came from. The error is of kind NotFound
// when no batch names the unit, TooLarge when its tree has too many assemblies
// to list.
func (s *Service) Trace(ctx context.Context, unit schema.Unit) (*schema.Trace, error) {
	unit, b, err := s.index.Unit(ctx, unit)
	if err != nil {
		return nil, err
	}
	entry, err := s.index.Entry(ctx, b.Digest)
	if err != nil {
		return nil, err
	}
	_, batch, err := s.Batch(ctx, b.Batch)
	if err != nil {
		return nil, err
	}
	row, release, err := s.Release(ctx, schema.Reference{Design: b.Design, Digest: b.Release})
	if err != nil {
		return nil, err
	}
	t := &schema.Trace{
		Unit: unit, Batch: b.Batch,
		Production: schema.TracedBatch{
			Digest: b.Digest, LedgerIndex: entry.Number, Registered: b.Time, Status: b.Status,
			Conformance: batch.Conformance, Units: b.Planned, Place: batch.Place,
		},
		Release: schema.TracedRelease{
			Design: row.Design, Version: row.Version, Digest: row.Digest, LedgerIndex: row.Number, Name: release.Name,
			Status: row.Status, Reason: row.Reason, Quarantine: row.Quarantine, RevisionLabel: release.RevisionLabel, Source: release.Source,
		},
		Files: make([]schema.TracedFile, len(release.Files)), Licences: release.Licences, Contributors: release.Contributors,
	}
	for i, f := range release.Files {
		t.Files[i] = schema.TracedFile{Path: f.Path, Digest: f.Digest, Size: f.Size, Role: f.Role}
	}
	if !release.BOM.IsZero() {
		t.BOM = &schema.TracedBOM{Digest: release.BOM}
	}
	tracer := tracer{ctx: ctx, view: s.index.View, pins: make(map[schema.Digest][]schema.Pin)}
	t.Assemblies, err = tracer.assemblies(release.Assemblies)
	return t, err
}

// A tracer opens the assemblies of a release, reading each release once.
type tracer struct {
	ctx    context.Context
	view   index.View
	pins   map[schema.Digest][]schema.Pin
	listed int
}

func (t *tracer) assemblies(pins []schema.Pin) ([]schema.TracedAssembly, error) {
	list := []schema.TracedAssembly{}
	for _, p := range pins {
		if t.listed++; t.listed > maxTraced {
			return nil, &schema.Error{Kind: schema.TooLarge, Detail: "this unit has too many assemblies to list", Fix: "ask for the flat BOM of its release"}
		}
		inner, known := t.pins[p.Release]
		if !known {
			r, err := index.Read[schema.Release](t.ctx, t.view, p.Release)
			if err != nil {
				return nil, err
			}
			inner = r.Assemblies
			t.pins[p.Release] = inner
		}
		below, err := t.assemblies(inner)
		if err != nil {
			return nil, err
		}
		list = append(list, schema.TracedAssembly{
			Item: p.Item, Design: p.Design, Version: p.Version, Release: p.Release, Variant: p.Variant, Matched: p.Matched, Assemblies: below,
		})
	}
	return list, nil
}
