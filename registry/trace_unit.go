package registry

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/patternbook/patternbook/registry/index"
	"github.com/patternbook/patternbook/schema"
)

// maxSaid bounds each list of a trace of what happened to a unit.
const maxSaid = 1000

// asBuilt fills in what is known of the unit itself, beside its design.
func (t *tracer) asBuilt(trace *schema.Trace, u index.Unit, depth int) error {
	said, err := t.view.ItemsOf(t.ctx, u.Batch.Number, u.Ordinal, maxUnitItems)
	if err != nil {
		return err
	}
	entries := make(map[int64]schema.Digest)
	for line := range byLine(said) {
		hold := index.Effective(line, schema.Part{})
		for _, i := range hold {
			if i.Kind == index.Removed && len(hold) > 1 {
				continue // what was put in says enough
			}
			item, err := t.item(i, entries)
			if err != nil {
				return err
			}
			trace.Items = append(trace.Items, item)
		}
	}
	for _, i := range said {
		if i.Detail == "" {
			continue
		}
		d := schema.TracedDeviation{LedgerIndex: i.Entry}
		if d.Document, err = t.document(i.Entry, entries); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(i.Detail), &d.Deviation); err != nil {
			return fmt.Errorf("read a deviation: %w", err)
		}
		trace.Deviations = append(trace.Deviations, d)
	}
	seen := map[[2]int64]bool{{u.Batch.Number, int64(u.Ordinal)}: true}
	if trace.Units, err = t.units(said, depth, seen, trace); err != nil {
		return err
	}
	inspections, err := t.view.Inspections(t.ctx, u.Batch.Number, u.Ordinal, maxSaid)
	trace.Inspections = append(trace.Inspections, inspections...)
	if err != nil {
		return err
	}
	advisories, err := t.concerning(u)
	trace.Advisories = append(trace.Advisories, advisories...)
	return errors.Join(err, t.events(trace, u), t.sitsIn(trace, u))
}

// byLine yields the items of each line, which follow one another.
func byLine(items []index.Item) func(func([]index.Item) bool) {
	return func(yield func([]index.Item) bool) {
		for len(items) > 0 {
			n := 1
			for n < len(items) && items[n].Path == items[0].Path {
				n++
			}
			if !yield(items[:n]) {
				return
			}
			items = items[n:]
		}
	}
}

var itemScopes = [...]schema.ItemScope{index.RankBatch: schema.OfBatch, index.RankRun: schema.OfRun, index.RankUnit: schema.OfUnit, index.RankEvent: schema.OfEvent}

func (t *tracer) item(i index.Item, entries map[int64]schema.Digest) (schema.TracedItem, error) {
	item := schema.TracedItem{
		Line: i.Path, Kind: i.Kind, Part: i.Part, Lot: i.Lot, Serial: i.Serial, Quantity: i.Quantity, Of: itemScopes[i.Rank], LedgerIndex: i.Entry,
	}
	switch {
	case i.Maker.IsZero():
	case i.Whole:
		item.Batch = schema.BatchName{Maker: i.Maker, Batch: i.Made}
	default:
		item.Unit = schema.Unit{Maker: i.Maker, Serial: i.Made}
	}
	var err error
	item.Document, err = t.document(i.Entry, entries)
	return item, err
}

// document gives the digest of an entry's document.
func (t *tracer) document(entry int64, known map[int64]schema.Digest) (schema.Digest, error) {
	if d, ok := known[entry]; ok {
		return d, nil
	}
	d, err := t.view.DocumentOf(t.ctx, entry)
	known[entry] = d
	return d, err
}

// units gives the units that hold in what was said, with those in them.
func (t *tracer) units(said []index.Item, depth int, seen map[[2]int64]bool, trace *schema.Trace) ([]schema.TracedUnit, error) {
	list := []schema.TracedUnit{}
	for line := range byLine(said) {
		for _, i := range index.Effective(line, schema.Part{}) {
			if i.Maker.IsZero() || i.Whole {
				continue
			}
			if t.listed++; t.listed > maxTraced {
				return nil, &schema.Error{Kind: schema.TooLarge, Detail: "this unit has too many units in it to list", Fix: "ask for fewer levels"}
			}
			u, err := t.unit(i, depth, seen, trace)
			if err != nil {
				return nil, err
			}
			list = append(list, u)
		}
	}
	return list, nil
}

func (t *tracer) unit(i index.Item, depth int, seen map[[2]int64]bool, trace *schema.Trace) (schema.TracedUnit, error) {
	u := schema.TracedUnit{Line: i.Path, Unit: schema.Unit{Maker: i.Maker, Serial: i.Made}, Units: []schema.TracedUnit{}}
	if i.Child == 0 {
		trace.Findings = append(trace.Findings, schema.Finding{
			Severity: schema.SeverityInfo, Code: "unit-unregistered", Field: i.Path, Message: fmt.Sprintf("%s has not registered the unit %s yet", i.Maker, u.Unit),
		})
		return u, nil
	}
	found, err := t.view.Unit(t.ctx, u.Unit)
	if err != nil {
		return u, err
	}
	u.Unit, u.Batch, u.Design, u.Version, u.Release = found.Unit, found.Batch.Batch, found.Batch.Design, found.Batch.Version, found.Batch.Release
	key := [2]int64{i.Child, int64(i.ChildOrdinal)}
	if seen[key] || depth <= 1 {
		return u, nil
	}
	seen[key] = true
	said, err := t.view.ItemsOf(t.ctx, i.Child, i.ChildOrdinal, maxUnitItems)
	if err != nil {
		return u, err
	}
	u.Units, err = t.units(said, depth-1, seen, trace)
	return u, err
}

func (t *tracer) events(trace *schema.Trace, u index.Unit) error {
	events, err := t.view.Events(t.ctx, u.Batch.Number, u.Ordinal, maxSaid)
	for _, e := range events {
		if e.Event == schema.Confirmed || e.Event == schema.Voided {
			continue // it shows in what it confirms, or in what is gone
		}
		trace.Events = append(trace.Events, schema.TracedEvent{
			Event: e.Event, At: e.At, Author: e.Author, Claim: !e.Counts, Remedies: e.Remedies, Document: e.Digest, LedgerIndex: e.Number,
		})
	}
	return err
}

// sitsIn tells in what the unit sits; that several makers say they have it is for all
// of them to see.
func (t *tracer) sitsIn(trace *schema.Trace, u index.Unit) error {
	seats, err := sitting(t.ctx, t.view, u.Unit)
	if err != nil {
		return err
	}
	for _, s := range seats {
		if !s.serial.IsZero() {
			trace.SitsIn = append(trace.SitsIn, schema.Unit{Maker: s.Batch.Batch.Maker, Serial: s.serial})
		}
	}
	if len(trace.SitsIn) > 1 {
		trace.Findings = append(trace.Findings, schema.Finding{
			Severity: schema.SeverityWarning, Code: "unit-in-several", Message: fmt.Sprintf("it is recorded to sit in %d units at a time: one of the makers has mis-scanned it", len(trace.SitsIn)),
		})
	}
	for _, part := range trace.Units {
		elsewhere, err := sitting(t.ctx, t.view, part.Unit)
		if err != nil {
			return err
		}
		if len(elsewhere) > 1 {
			trace.Findings = append(trace.Findings, schema.Finding{
				Severity: schema.SeverityWarning, Code: "part-in-several", Field: part.Line, Message: fmt.Sprintf("%s is recorded to sit in %d units at a time: one of the makers has mis-scanned it", part.Unit, len(elsewhere)),
			})
		}
	}
	return nil
}

// concerning gives the advisories that concern a unit, or a unit in it; for a unit
// without an ordinal, its whole batch.
func (t *tracer) concerning(u index.Unit) (list []schema.TracedAdvisory, err error) {
	batches, err := t.batchesIn(u)
	if err != nil {
		return nil, err
	}
	looked := make(map[schema.AdvisoryID]bool)
	for _, b := range batches {
		found, err := t.view.AdvisoriesFor(t.ctx, b)
		if err != nil {
			return nil, err
		}
		for _, a := range found {
			if looked[a.ID] {
				continue
			}
			looked[a.ID] = true
			d, err := index.Read[schema.Advisory](t.ctx, t.view, a.Digest)
			if err != nil {
				return nil, err
			}
			v, err := unitVerdict(t.ctx, t.view, a, d, u.Batch.Number, u.Ordinal)
			if err != nil {
				return nil, err
			}
			if v != (verdict{}) {
				list = append(list, schema.TracedAdvisory{AdvisorySummary: a.AdvisorySummary, UnitStatus: v.status, Basis: v.basis, Hazard: d.Hazard, Remedy: d.Remedy})
			}
		}
	}
	slices.SortStableFunc(list, func(a, b schema.TracedAdvisory) int {
		return slices.Index(schema.UnitStatuses(), a.UnitStatus) - slices.Index(schema.UnitStatuses(), b.UnitStatus)
	})
	return list, nil
}

// batchesIn gives the batches of a unit and of all units in it, each once.
func (t *tracer) batchesIn(u index.Unit) ([]index.Batch, error) {
	batches := []index.Batch{u.Batch}
	seen := map[[2]int64]bool{{u.Batch.Number, int64(u.Ordinal)}: true}
	known := map[int64]bool{u.Batch.Number: true}
	level := [][2]int64{{u.Batch.Number, int64(u.Ordinal)}}
	for len(level) > 0 && len(seen) <= maxTraced {
		var below [][2]int64
		for _, at := range level {
			said, err := t.said(at[0], int(at[1]))
			if err != nil {
				return nil, err
			}
			for _, i := range said {
				key := [2]int64{i.Child, int64(i.ChildOrdinal)}
				if i.Child == 0 || seen[key] {
					continue
				}
				seen[key] = true
				if !known[i.Child] {
					known[i.Child] = true
					b, err := t.view.BatchNumbered(t.ctx, i.Child)
					if err != nil {
						return nil, err
					}
					batches = append(batches, b)
				}
				if i.ChildOrdinal != 0 {
					below = append(below, key)
				}
			}
		}
		level = below
	}
	return batches, nil
}

// said gives all that is known of a unit, or for the ordinal 0 of a whole batch.
func (t *tracer) said(batch int64, ordinal int) ([]index.Item, error) {
	if ordinal == 0 {
		return t.view.ItemsIn(t.ctx, batch)
	}
	return t.view.ItemsOf(t.ctx, batch, ordinal, maxUnitItems)
}
