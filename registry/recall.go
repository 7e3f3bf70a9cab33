package registry

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/patternbook/patternbook/registry/index"
	"github.com/patternbook/patternbook/schema"
)

// Bounds of one recall.
const (
	maxRecallPlaces  = 500_000 // lines of trees on which what is selected stands
	maxRecallBatches = 1_000_000
	atOnce           = 20_000 // lines that one query asks about
)

// A recall finds out what an advisory means for every unit that it concerns. It is
// made in three steps: where in which designs the selected thing stands, which
// batches may have it, and what is recorded of them there. Then recall_verdict.go
// judges unit by unit, or rather run by run of units of which the same is recorded.
type recall struct {
	ctx      context.Context
	view     index.View
	advisory schema.Advisory
	of       index.Advisory // zero of one that is not published yet

	selected map[int64]bool          // releases that the selectors name by design
	forks    map[int64]bool          // those of them that are derived from it
	places   map[int64][]index.Place // by release, where the selected thing stands in its tree
	only     map[int64][]int         // ordinals by batch that the selectors name; nil when they name none
	batches  map[int64]*recalled     // all that may be concerned
	owned    map[int64]bool          // releases that are the issuer's, or derived from such
	remedied map[int64][]int         // ordinals by batch of the units that were made good
	answers  []answer                // the first given first

	inner  *recall                // looks for the thing alone, whatever names the unit it is in; itself where nothing does
	single bool                   // asked about one unit, with the units in it
	units  map[[2]int64]*recalled // of those, by batch and ordinal
	err    error                  // of reading one of them
}

// A recalled batch is one that may be concerned.
type recalled struct {
	index.MadeBatch
	lines   map[string]bool // paths of which what is recorded matters
	items   []index.Item
	alone   int          // the ordinal of the only unit that is asked about, 0 for all
	runs    []verdictRun // what came out
	working bool
	done    bool
}

// A verdictRun is units of a batch, one after another, for which an advisory means
// the same.
type verdictRun struct {
	from, to int
	verdict
}

// affected gives the batches that an advisory concerns, in the order of the ledger,
// with what it means for their units.
func affected(ctx context.Context, v index.View, of index.Advisory, a schema.Advisory) ([]*recalled, error) {
	if a.Status == schema.AdvisoryWithdrawn {
		return nil, nil
	}
	r, err := newRecall(ctx, v, of, a)
	if err != nil {
		return nil, err
	}
	var concerned []*recalled
	for _, b := range r.batches {
		if r.judge(b); len(b.runs) > 0 {
			concerned = append(concerned, b)
		}
	}
	slices.SortFunc(concerned, func(a, b *recalled) int { return cmp.Compare(a.Number, b.Number) })
	return concerned, nil
}

// newRecall finds all that can be concerned, and reads what is recorded of it.
func newRecall(ctx context.Context, v index.View, of index.Advisory, a schema.Advisory) (*recall, error) {
	r := &recall{
		ctx: ctx, view: v, advisory: a, of: of, selected: make(map[int64]bool), places: make(map[int64][]index.Place),
		forks: make(map[int64]bool), batches: make(map[int64]*recalled), owned: make(map[int64]bool),
	}
	for _, step := range []func() error{r.findPlaces, r.findNamed, r.findBatches, r.findRecorded, r.findWholes, r.readItems, r.findEntitled, r.readAnswers} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	r.inner = r
	var err error
	if thing := thingOf(a); thing != a.Selectors && thing != (schema.Selectors{}) {
		a.Selectors = thing
		r.inner, err = newRecall(ctx, v, of, a)
	}
	return r, err
}

// thingOf gives the selectors without those that name the unit which has the thing.
func thingOf(a schema.Advisory) schema.Selectors {
	return schema.Selectors{Part: a.Selectors.Part, Lot: a.Selectors.Lot, Firmware: a.Selectors.Firmware}
}

// findPlaces finds where the selected design or part stands in all trees.
func (r *recall) findPlaces() error {
	s := r.advisory.Selectors
	var start []index.Place
	if !s.Design.IsZero() {
		releases, err := r.selectReleases()
		if err != nil {
			return err
		}
		for _, release := range releases {
			start = append(start, index.Place{Node: release})
		}
	}
	if !s.Part.IsZero() {
		var err error
		if start, err = r.view.LinesOf(r.ctx, s.Part); err != nil {
			return err
		}
	}
	return r.climb(start)
}

// selectReleases gives the releases that the selectors name: those of the design in
// the range, and what is derived from them.
func (r *recall) selectReleases() ([]int64, error) {
	own, err := r.view.ReleasesOf(r.ctx, r.advisory.Selectors.Design)
	if err != nil {
		return nil, err
	}
	var releases []int64
	for number, version := range own {
		if r.advisory.Selectors.Covers(version) {
			releases = append(releases, number)
		}
	}
	forks, err := r.view.DerivedFrom(r.ctx, releases)
	if err != nil {
		return nil, err
	}
	for _, fork := range forks {
		if _, itself := own[fork]; !itself { // its own later versions are in the range or they are not
			releases, r.forks[fork] = append(releases, fork), true
		}
	}
	for _, release := range releases {
		r.selected[release] = true
	}
	return releases, nil
}

// A step of a climb is a place seen from a release above it.
type step struct {
	release int64
	place   index.Place
	within  bool // a release that the selectors name has been passed
}

// climb goes from lines up through all releases that contain them.
func (r *recall) climb(start []index.Place) error {
	named := len(r.selected) > 0 || !r.advisory.Selectors.Design.IsZero()
	seen := make(map[step]bool)
	var level []step
	for _, p := range start {
		level = append(level, step{p.Node, p, r.selected[p.Node]})
	}
	for count := 0; len(level) > 0; {
		if count += len(level); count > maxRecallPlaces {
			return &schema.Error{
				Kind: schema.TooLarge, Detail: "what this advisory selects stands in too many places to go through at once", Fix: "select less: a design, a lot or a batch too",
			}
		}
		above := make(map[int64][]step)
		for _, s := range level {
			if seen[s] {
				continue
			}
			seen[s] = true
			if s.within || !named {
				r.places[s.release] = append(r.places[s.release], s.place)
			}
			above[s.release] = append(above[s.release], s)
		}
		pins, err := r.view.PinsOf(r.ctx, keysOf(above))
		if err != nil {
			return err
		}
		level = nil
		for _, pin := range pins {
			for _, s := range above[pin.Assembly] {
				place := index.Place{Path: joinLines(pin.Item, s.place.Path), Node: s.place.Node}
				if s.within && !r.selected[pin.Release] {
					place.Within = joinLines(pin.Item, s.place.Within)
				}
				level = append(level, step{pin.Release, place, s.within || r.selected[pin.Release]})
			}
		}
	}
	return nil
}

func keysOf[V any](m map[int64]V) []int64 {
	keys := make([]int64, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// findNamed finds the units that the selectors name by batch or serials.
func (r *recall) findNamed() error {
	s := r.advisory.Selectors
	maker := cmp.Or(s.Batch.Maker, s.Maker)
	if maker.IsZero() {
		return nil
	}
	only := make(map[int64][]int)
	batch := int64(0)
	if !s.Batch.Maker.IsZero() {
		b, err := r.view.Batch(r.ctx, s.Batch)
		if errors.Is(err, schema.NotFound) {
			r.only = only
			return nil
		}
		if err != nil {
			return err
		}
		batch, only[b.Number] = b.Number, nil
	}
	for p := range s.Serials.Patterns() {
		if err := r.view.BatchesOfUnits(r.ctx, maker, p, only); err != nil {
			return err
		}
	}
	for number, ordinals := range only {
		slices.Sort(ordinals)
		if batch != 0 && number != batch || !s.Serials.IsZero() && len(ordinals) == 0 {
			delete(only, number)
		}
	}
	if batch != 0 || !s.Serials.IsZero() {
		r.only = only
	}
	return nil
}

// selects tells whether the selectors may mean units of a batch, going by what names
// batches, makers and serials.
func (r *recall) selects(b index.MadeBatch) bool {
	if r.only != nil {
		if _, named := r.only[b.Number]; !named {
			return false
		}
	}
	maker := r.advisory.Selectors.Maker
	return maker.IsZero() || maker.String() == b.Maker
}

// findBatches finds the batches whose design has the selected thing, or that are
// named themselves.
func (r *recall) findBatches() error {
	batches, err := r.view.BatchesFrom(r.ctx, keysOf(r.places))
	if err != nil {
		return err
	}
	named, err := r.view.BatchesBy(r.ctx, keysOf(r.only))
	if err != nil {
		return err
	}
	s := r.advisory.Selectors
	if s.Design.IsZero() && s.Part.IsZero() && s.Lot == "" && s.Firmware == "" {
		batches = append(batches, named...)
	}
	if s.Part.IsZero() && s.Lot != "" {
		lots, err := r.view.BatchesOfLot(r.ctx, s.Lot)
		if err != nil {
			return err
		}
		batches = append(batches, lots...)
	}
	return r.add(batches)
}

func (r *recall) add(batches []index.MadeBatch) error {
	for _, b := range batches {
		if r.batches[b.Number] != nil || !r.selects(b) {
			continue
		}
		added := &recalled{MadeBatch: b, lines: make(map[string]bool)}
		for _, p := range r.places[b.Release] {
			for path := p.Path; path != ""; path = parentPath(path) {
				added.lines[path] = true
			}
		}
		r.batches[b.Number] = added
	}
	if len(r.batches) > maxRecallBatches {
		return &schema.Error{Kind: schema.TooLarge, Detail: "this advisory concerns too many batches to go through at once", Fix: "select less: a design, a lot or a batch too"}
	}
	return nil
}

// parentPath gives the path of the assembly that a line stands in, "" for none.
func parentPath(path string) string {
	if i := strings.LastIndexByte(path, '/'); i >= 0 {
		return path[:i]
	}
	return ""
}

// findRecorded finds the batches of which it is recorded that the selected thing is
// in them, whatever their design says.
func (r *recall) findRecorded() error {
	s := r.advisory.Selectors
	lines, err := r.view.Recorded(r.ctx, s.Part, s.Lot, s.Firmware)
	if err != nil {
		return err
	}
	return r.addLines(lines, func(b *recalled) bool {
		if !r.selects(b.MadeBatch) {
			return false
		}
		// The thing is of the selected design only where that is in the tree.
		return s.Design.IsZero() || r.selected[b.Release] || len(r.places[b.Release]) > 0
	})
}

// addLines makes what is recorded on some lines matter, of batches that keep allows.
func (r *recall) addLines(lines []index.BatchPath, keep func(*recalled) bool) error {
	missing := make(map[int64]bool)
	for _, l := range lines {
		if r.batches[l.Batch] == nil {
			missing[l.Batch] = true
		}
	}
	batches, err := r.view.BatchesBy(r.ctx, keysOf(missing))
	if err != nil {
		return err
	}
	for _, b := range batches {
		added := &recalled{MadeBatch: b, lines: make(map[string]bool)}
		if keep(added) {
			r.batches[b.Number] = added
		}
	}
	for _, l := range lines {
		if b := r.batches[l.Batch]; b != nil {
			b.lines[l.Path] = true
		}
	}
	return nil
}

// findWholes goes from batches to those in whose units theirs sit: a defect rises.
func (r *recall) findWholes() error {
	fresh := keysOf(r.batches)
	for depth := 0; len(fresh) > 0 && depth < maxRise; depth++ {
		lines, err := r.view.Wholes(r.ctx, fresh)
		if err != nil {
			return err
		}
		known := len(r.batches)
		before := make(map[int64]bool, known)
		for number := range r.batches {
			before[number] = true
		}
		if err := r.addLines(lines, func(*recalled) bool { return true }); err != nil {
			return err
		}
		fresh = fresh[:0]
		for number := range r.batches {
			if !before[number] {
				fresh = append(fresh, number)
			}
		}
		slices.Sort(fresh)
	}
	return nil
}

// maxRise is through how many units, one in another, a defect rises.
const maxRise = 64

// readItems reads what is recorded of the lines that matter.
func (r *recall) readItems() error {
	var lines []index.BatchPath
	read := func() error {
		err := r.view.Said(r.ctx, lines, func(i index.Item) { b := r.batches[i.Batch]; b.items = append(b.items, i) })
		lines = lines[:0]
		return err
	}
	for number, b := range r.batches {
		for path := range b.lines {
			lines = append(lines, index.BatchPath{Batch: number, Path: path})
		}
		if len(lines) >= atOnce {
			if err := read(); err != nil {
				return err
			}
		}
	}
	return read()
}
