package registry

import (
	"context"

	"github.com/patternbook/patternbook/registry/index"
	"github.com/patternbook/patternbook/schema"
)

// maxTraced bounds the assemblies that a trace lists.
const maxTraced = 10_000

// Trace gives everything that a unit came from, with the units in it down to depth.
// The error is of kind NotFound when no batch names the unit, TooLarge when its tree
// has too many assemblies to list.
func (s *Service) Trace(ctx context.Context, unit schema.Unit, depth int) (t *schema.Trace, err error) {
	err = s.index.Still(ctx, func(v index.View) error {
		t, err = traceUnit(ctx, v, unit, depth)
		return err
	})
	return t, err
}

func traceUnit(ctx context.Context, v index.View, unit schema.Unit, depth int) (*schema.Trace, error) {
	u, err := v.Unit(ctx, unit)
	if err != nil {
		return nil, err
	}
	b := u.Batch
	row, err := v.ReleaseByDigest(ctx, b.Release)
	if err != nil {
		return nil, err
	}
	release, err := index.Read[schema.Release](ctx, v, b.Release)
	if err != nil {
		return nil, err
	}
	records, err := v.CountRecords(ctx, b.Number)
	if err != nil {
		return nil, err
	}
	t := &schema.Trace{
		Unit: u.Unit, Batch: b.Batch,
		Production: schema.TracedBatch{
			Digest: b.Digest, LedgerIndex: b.Revised, Registered: b.Time, Status: b.Status,
			Conformance: b.Conformance, Units: b.Planned, Place: b.Place, Lot: b.Lot, Variant: b.Variant, BeganAt: b.BeganAt, EndedAt: b.EndedAt, Records: records,
		},
		Release: schema.TracedRelease{
			Design: row.Design, Version: row.Version, Digest: row.Digest, LedgerIndex: row.Number, Name: release.Name,
			Status: row.Status, Reason: row.Reason, Quarantine: row.Quarantine, RevisionLabel: release.RevisionLabel, Source: release.Source,
		},
		Files: make([]schema.TracedFile, len(release.Files)), Licences: release.Licences, Contributors: release.Contributors,
		Deviations: []schema.TracedDeviation{}, Items: []schema.TracedItem{}, Findings: []schema.Finding{}, SitsIn: []schema.Unit{},
		Advisories: []schema.TracedAdvisory{}, Events: []schema.TracedEvent{}, Inspections: []schema.TracedInspection{},
	}
	for i, f := range release.Files {
		t.Files[i] = schema.TracedFile{Path: f.Path, Digest: f.Digest, Size: f.Size, Role: f.Role}
	}
	if !release.BOM.IsZero() {
		t.BOM = &schema.TracedBOM{Digest: release.BOM}
	}
	tracer := tracer{ctx: ctx, view: v, pins: make(map[schema.Digest][]schema.Pin)}
	if t.Assemblies, err = tracer.assemblies(release.Assemblies); err != nil {
		return nil, err
	}
	return t, tracer.asBuilt(t, u, depth)
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
