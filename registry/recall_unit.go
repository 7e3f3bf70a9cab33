package registry

import (
	"context"
	"errors"
	"slices"

	"github.com/patternbook/patternbook/registry/index"
	"github.com/patternbook/patternbook/schema"
)

// unitVerdict gives what an advisory means for one unit: what its recall would say,
// found from the unit down instead of from the defect up.
func unitVerdict(ctx context.Context, v index.View, of index.Advisory, a schema.Advisory, batch int64, ordinal int) (verdict, error) {
	r, err := unitRecall(ctx, v, of, a)
	if err != nil {
		return verdict{}, err
	}
	r.inner = r
	if thing := thingOf(a); thing != a.Selectors && thing != (schema.Selectors{}) {
		a.Selectors = thing
		if r.inner, err = unitRecall(ctx, v, of, a); err != nil {
			return verdict{}, err
		}
		r.inner.inner = r.inner
	}
	found := r.child(index.Item{Child: batch, ChildOrdinal: ordinal})
	return found, errors.Join(r.err, r.inner.err)
}

func unitRecall(ctx context.Context, v index.View, of index.Advisory, a schema.Advisory) (*recall, error) {
	r := &recall{
		ctx: ctx, view: v, advisory: a, of: of, selected: make(map[int64]bool), places: make(map[int64][]index.Place), forks: make(map[int64]bool),
		owned: make(map[int64]bool), remedied: make(map[int64][]int), only: make(map[int64][]int), single: true, units: make(map[[2]int64]*recalled),
	}
	if !a.Selectors.Design.IsZero() {
		if _, err := r.selectReleases(); err != nil {
			return nil, err
		}
	}
	if a.Selectors.Batch.Maker.IsZero() && a.Selectors.Serials.IsZero() {
		r.only = nil
	}
	return r, r.readResponses()
}

// batchOf gives the batch that an item is from, nil when it is not concerned. Of a
// recall of one unit it is read here.
func (r *recall) batchOf(i index.Item) *recalled {
	if !r.single {
		return r.batches[i.Child]
	}
	if i.Child == 0 || r.err != nil {
		return nil
	}
	key := [2]int64{i.Child, int64(i.ChildOrdinal)}
	if b, known := r.units[key]; known {
		return b
	}
	b, err := r.readUnit(i.Child, i.ChildOrdinal)
	if err != nil {
		r.err = err
		return nil
	}
	r.units[key] = b
	return b
}

// readUnit reads what is known of a unit, or of a whole batch for the ordinal 0.
func (r *recall) readUnit(batch int64, ordinal int) (*recalled, error) {
	found, err := r.view.BatchesBy(r.ctx, []int64{batch})
	if err != nil || len(found) == 0 {
		return nil, err
	}
	b := &recalled{MadeBatch: found[0], alone: ordinal}
	if ordinal == 0 {
		b.items, err = r.view.ItemsIn(r.ctx, batch)
	} else {
		b.items, err = r.view.ItemsOf(r.ctx, batch, ordinal, maxUnitItems)
	}
	if err != nil {
		return nil, err
	}
	return b, errors.Join(r.readTree(b.Release), r.readNamed(b), r.readRemedied(b))
}

// maxUnitItems bounds what is read of one unit.
const maxUnitItems = 10_000

// readTree finds where the selected thing stands in the tree of one release.
func (r *recall) readTree(release int64) error {
	if _, known := r.places[release]; known {
		return nil
	}
	s := r.advisory.Selectors
	type node struct {
		release int64
		path    string
		within  bool
		at      string // path of the outermost assembly that the selectors name
	}
	level := []node{{release, "", r.selected[release], ""}}
	places := []index.Place{}
	for count := 0; len(level) > 0; {
		if count += len(level); count > maxTraced {
			return &schema.Error{Kind: schema.TooLarge, Detail: "this unit has too many assemblies to go through"}
		}
		releases := make(map[int64]bool)
		for _, n := range level {
			releases[n.release] = true
		}
		lines := make(map[int64][]string) // of the part, by release
		if !s.Part.IsZero() {
			found, err := r.view.LinesIn(r.ctx, s.Part, keysOf(releases))
			if err != nil {
				return err
			}
			for _, l := range found {
				lines[l.Node] = append(lines[l.Node], l.Path)
			}
		}
		pins, err := r.view.PinsIn(r.ctx, keysOf(releases))
		if err != nil {
			return err
		}
		var below []node
		for _, n := range level {
			for _, item := range lines[n.release] {
				if n.within || s.Design.IsZero() {
					places = append(places, index.Place{Path: joinLines(n.path, item), Node: n.release, Within: n.at})
				}
			}
			if s.Part.IsZero() && r.selected[n.release] {
				places = append(places, index.Place{Path: n.path, Node: n.release, Within: n.at})
			}
			for _, p := range pins {
				if p.Release != n.release {
					continue
				}
				path := joinLines(n.path, p.Item)
				child := node{p.Assembly, path, n.within || r.selected[p.Assembly], n.at}
				if !n.within && child.within {
					child.at = path
				}
				below = append(below, child)
			}
		}
		level = below
	}
	r.places[release] = places
	return r.readOwned(release, places)
}

// joinLines joins two paths of items, of which either may be empty.
func joinLines(above, below string) string {
	if above == "" || below == "" {
		return above + below
	}
	return above + "/" + below
}

func (r *recall) readOwned(release int64, places []index.Place) error {
	releases := []int64{release}
	for _, p := range places {
		releases = append(releases, p.Node)
	}
	owned, err := r.view.OwnedBy(r.ctx, r.advisory.Issuer, releases, true)
	for _, number := range owned {
		r.owned[number] = true
	}
	return err
}

// readNamed notes which units of a batch the selectors name.
func (r *recall) readNamed(b *recalled) error {
	s := r.advisory.Selectors
	if r.only == nil {
		return nil
	}
	if batch := s.Batch; !batch.Maker.IsZero() && (batch.Maker.String() != b.Maker || batch.Batch.Fold() != foldOf(b)) || !s.Maker.IsZero() && s.Maker.String() != b.Maker {
		return nil
	}
	var ordinals []int
	if !s.Serials.IsZero() {
		named := make(map[int64][]int)
		maker, err := schema.ParseName(b.Maker)
		if err != nil {
			return err
		}
		if b.alone != 0 {
			serial, err := r.view.Serial(r.ctx, b.Number, b.alone)
			if err != nil {
				return err
			}
			if s.Serials.Has(serial) {
				named[b.Number] = []int{b.alone}
			}
		} else {
			for p := range s.Serials.Patterns() {
				if err := r.view.BatchesOfUnits(r.ctx, maker, p, named); err != nil {
					return err
				}
			}
		}
		ordinals = append(r.only[b.Number], named[b.Number]...)
		slices.Sort(ordinals)
		ordinals = slices.Compact(ordinals)
		if len(ordinals) == 0 {
			return nil
		}
	}
	r.only[b.Number] = ordinals
	return nil
}

// readRemedied notes whether a unit was made good.
func (r *recall) readRemedied(b *recalled) error {
	if b.alone == 0 {
		events, err := r.view.Remedied(r.ctx, r.of.ID)
		for _, e := range events {
			if e.Batch == b.Number {
				r.remedy(e.Batch, e.Ordinal)
			}
		}
		return err
	}
	events, err := r.view.Events(r.ctx, b.Number, b.alone, maxUnitItems)
	for _, e := range events {
		if e.Remedies == r.of.ID && e.Counts {
			r.remedy(b.Number, b.alone)
		}
	}
	return err
}

func (r *recall) remedy(batch int64, ordinal int) {
	if i, known := slices.BinarySearch(r.remedied[batch], ordinal); !known {
		r.remedied[batch] = slices.Insert(r.remedied[batch], i, ordinal)
	}
}
