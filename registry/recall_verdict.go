package registry

import (
	"cmp"
	"slices"
	"strings"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/registry/index"
	"github.com/patternbook/patternbook/schema"
)

// A verdict is what an advisory means for a unit, and on what that rests. The zero
// verdict is none: the unit is not concerned.
type verdict struct {
	status schema.UnitStatus
	basis  schema.Basis
}

// The verdicts, by the table of recalls.
var (
	affectedAsBuilt    = verdict{schema.KnownAffected, schema.BasisAsBuilt}
	affectedDeclared   = verdict{schema.KnownAffected, schema.BasisDeclared}
	investigated       = verdict{schema.UnderInvestigation, schema.BasisDesignBOM}
	fixedAsBuilt       = verdict{schema.Fixed, schema.BasisAsBuilt}
	notAffectedAsBuilt = verdict{schema.KnownNotAffected, schema.BasisAsBuilt}
)

// worse gives the worse of two verdicts; of two that are as bad, the one with the
// stronger basis.
func (v verdict) worse(w verdict) verdict {
	if v == (verdict{}) {
		return w
	}
	if w == (verdict{}) {
		return v
	}
	if c := cmp.Compare(slices.Index(schema.UnitStatuses(), v.status), slices.Index(schema.UnitStatuses(), w.status)); c != 0 {
		if c < 0 {
			return v
		}
		return w
	}
	if slices.Index(schema.Bases(), v.basis) <= slices.Index(schema.Bases(), w.basis) {
		return v
	}
	return w
}

// judge finds what the advisory means for each unit of a batch: for each run of units
// of which the same is recorded.
func (r *recall) judge(b *recalled) {
	if b.done || b.working {
		return
	}
	b.working = true
	if b.alone != 0 { // only one unit is asked about
		if v := r.judgeUnit(b, b.alone, b.items); v != (verdict{}) {
			b.runs = []verdictRun{{b.alone, b.alone, v}}
		}
		b.working, b.done = false, true
		return
	}
	items := slices.Clone(b.items)
	slices.SortFunc(items, func(x, y index.Item) int { return cmp.Compare(x.From, y.From) })
	var active []index.Item
	next := 0
	for _, from := range r.cuts(b) {
		active = slices.DeleteFunc(active, func(i index.Item) bool { return i.To < from })
		for ; next < len(items) && items[next].From <= from; next++ {
			active = append(active, items[next])
		}
		b.extend(from, r.judgeUnit(b, from, active))
	}
	b.close()
	b.working, b.done = false, true
}

// cuts gives the ordinals at which something else may be recorded than before.
func (r *recall) cuts(b *recalled) []int {
	cuts := []int{1}
	for _, i := range b.items {
		cuts = append(cuts, i.From, i.To+1)
	}
	for _, o := range r.only[b.Number] {
		cuts = append(cuts, o, o+1)
	}
	for _, o := range r.remedied[b.Number] {
		cuts = append(cuts, o, o+1)
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	return slices.DeleteFunc(cuts, func(o int) bool { return o > b.Planned })
}

// extend notes the verdict of the units from an ordinal on.
func (b *recalled) extend(from int, v verdict) {
	if n := len(b.runs); n > 0 && b.runs[n-1].verdict == v {
		return
	}
	if n := len(b.runs); n > 0 {
		b.runs[n-1].to = from - 1
	}
	b.runs = append(b.runs, verdictRun{from, b.Planned, v})
}

// close drops the units that are not concerned.
func (b *recalled) close() {
	b.runs = slices.DeleteFunc(b.runs, func(r verdictRun) bool { return r.verdict == verdict{} })
}

// at gives the verdict of one unit of a batch that was judged.
func (b *recalled) at(ordinal int) verdict {
	i, _ := slices.BinarySearchFunc(b.runs, ordinal, func(r verdictRun, o int) int { return cmp.Compare(r.to, o) })
	if i < len(b.runs) && b.runs[i].from <= ordinal {
		return b.runs[i].verdict
	}
	return verdict{}
}

// judgeUnit gives what the advisory means for one unit, of which items are recorded.
func (r *recall) judgeUnit(b *recalled, ordinal int, items []index.Item) verdict {
	v := r.judgeItems(b, ordinal, items)
	clear := v == (verdict{}) || v.status == schema.KnownNotAffected
	if clear && slices.ContainsFunc(items, func(i index.Item) bool { return i.Rank == index.RankEvent }) {
		before := slices.DeleteFunc(slices.Clone(items), func(i index.Item) bool { return i.Rank == index.RankEvent })
		if w := r.judgeItems(b, ordinal, before); w != (verdict{}) && w.status != schema.KnownNotAffected {
			return fixedAsBuilt
		}
	}
	if _, good := slices.BinarySearch(r.remedied[b.Number], ordinal); good && v != (verdict{}) && v.status != schema.KnownNotAffected {
		return fixedAsBuilt
	}
	return v
}

// judgeItems goes through all that can make the unit one of those concerned: its
// design has the thing, it is recorded to have it, or a unit in it is concerned.
func (r *recall) judgeItems(b *recalled, ordinal int, items []index.Item) verdict {
	var few [4]line // most units have no more
	said := byLines(few[:0], items)
	places := r.places[b.Release]
	for i := range said {
		designed := schema.Part{}
		if slices.ContainsFunc(places, func(p index.Place) bool { return p.Path == said[i].path }) {
			designed = r.advisory.Selectors.Part
		}
		said[i].items = index.Effective(said[i].items, designed)
	}
	var v verdict
	if r.named(b, ordinal) {
		if r.names(b) {
			v = v.worse(r.answered(b, 0, affectedAsBuilt))
		}
		for _, p := range places {
			v = v.worse(r.answered(b, p.Node, r.judgePlace(b, p, said)))
		}
		for _, l := range said {
			if slices.ContainsFunc(l.items, r.has) && !slices.ContainsFunc(places, func(p index.Place) bool { return p.Path == l.path }) {
				v = v.worse(r.answered(b, 0, affectedAsBuilt))
			}
		}
	}
	whole := slices.ContainsFunc(places, func(p index.Place) bool { return p.Within == "" })
	for _, l := range said {
		for _, i := range l.items {
			v = v.worse(recorded(r.child(i)))
			if whole && r.inner != r && r.named(b, ordinal) {
				v = v.worse(recorded(r.inner.child(i)))
			}
		}
	}
	return v
}

// A line is what is recorded of one line.
type line struct {
	path  string
	items []index.Item
}

// lines are those of which something is recorded of a unit.
type lines []line

// byLines adds items to those of their lines. A line with one item shares it.
func byLines(said lines, items []index.Item) lines {
	for n := range items {
		i := slices.IndexFunc(said, func(l line) bool { return l.path == items[n].Path })
		if i < 0 {
			said = append(said, line{items[n].Path, items[n : n+1 : n+1]})
		} else {
			said[i].items = append(said[i].items, items[n])
		}
	}
	return said
}

// at gives what is recorded of a line.
func (l lines) at(path string) []index.Item {
	for i := range l {
		if l[i].path == path {
			return l[i].items
		}
	}
	return nil
}

// named tells whether the selectors may mean a unit, going by what names units.
func (r *recall) named(b *recalled, ordinal int) bool {
	if !r.selects(b.MadeBatch) {
		return false
	}
	if r.advisory.Selectors.Serials.IsZero() {
		return true
	}
	_, yes := slices.BinarySearch(r.only[b.Number], ordinal)
	return yes
}

// names tells whether the selectors name the units of a batch themselves: by nothing
// but batch, maker and serials, or by the code of the lot that they are.
func (r *recall) names(b *recalled) bool {
	s := r.advisory.Selectors
	if !s.Design.IsZero() || !s.Part.IsZero() || s.Firmware != "" {
		return false
	}
	return s.Lot == "" || bom.Fold(s.Lot) == b.Lot
}

// judgePlace gives what is known of one line on which the design has the thing.
func (r *recall) judgePlace(b *recalled, p index.Place, said lines) verdict {
	if p.Path == "" {
		return r.declared(b, p)
	}
	var v verdict
	if list := said.at(p.Path); len(list) > 0 {
		v = r.judgeLine(b, p, list)
	}
	for i, c := range p.Path { // what is known of the assemblies that the line stands in, the outermost first
		if c != '/' {
			continue
		}
		w, settled := r.judgeAssembly(said.at(p.Path[:i]), p, p.Path[:i])
		if settled {
			if v == (verdict{}) || w == affectedAsBuilt {
				v = v.worse(w)
			}
			return v
		}
	}
	if v == (verdict{}) {
		return r.declared(b, p)
	}
	return v
}

// judgeAssembly tells what is known of an assembly by what stands on its line, and
// whether that settles what is in it.
func (r *recall) judgeAssembly(list []index.Item, p index.Place, path string) (v verdict, settled bool) {
	for _, i := range list {
		switch {
		case i.Kind == string(schema.Addition):
		case !i.Maker.IsZero():
			v, settled = v.worse(r.inside(i, p, path)), true
		case i.Kind == string(schema.Omission), i.Kind == index.Removed, !i.Part.IsZero():
			v, settled = v.worse(notAffectedAsBuilt), true
		case i.Kind == string(schema.DesignChange):
			v, settled = v.worse(recorded(investigated)), true
		}
	}
	return v, settled
}

// judgeLine gives what is known of the line itself by what stands on it.
func (r *recall) judgeLine(b *recalled, p index.Place, list []index.Item) verdict {
	var v verdict
	for _, i := range list {
		v = v.worse(r.judgeItem(i, p))
	}
	if v == (verdict{}) {
		return r.declared(b, p)
	}
	return v
}

func (r *recall) judgeItem(i index.Item, p index.Place) verdict {
	s := r.advisory.Selectors
	switch {
	case i.Kind == string(schema.Addition):
		if r.has(i) {
			return affectedAsBuilt
		}
		return verdict{}
	case i.Kind == string(schema.Omission), i.Kind == index.Removed:
		return notAffectedAsBuilt
	case !i.Maker.IsZero():
		return r.inside(i, p, p.Path)
	case i.Kind == string(schema.DesignChange) && i.Part.IsZero():
		return recorded(investigated)
	case !i.Part.IsZero() && (s.Part.IsZero() || !bom.Covers(stated(s.Part, i.Part), i.Part)):
		return notAffectedAsBuilt
	}
	if s.Lot != "" && i.Lot != "" && bom.Fold(i.Lot) != bom.Fold(s.Lot) || s.Firmware != "" && i.Part.Version != "" && !strings.EqualFold(i.Part.Version, s.Firmware) {
		return notAffectedAsBuilt
	}
	if s.Lot != "" && i.Lot == "" || s.Firmware != "" && i.Part.Version == "" {
		return recorded(investigated) // it says too little
	}
	return affectedAsBuilt
}

// stated gives what is asked of a part without what an item that has the BOM's part
// leaves unsaid, like only its version.
func stated(asked, has schema.Part) schema.Part {
	if has.MPN == "" && has.Standard == "" {
		asked.Manufacturer, asked.MPN, asked.Standard = "", "", ""
		if asked.Digest.IsZero() || has.Digest.IsZero() {
			asked.Digest = has.Digest
		}
	}
	return asked
}

// has tells whether an item, wherever it stands, is the selected thing.
func (r *recall) has(i index.Item) bool {
	s := r.advisory.Selectors
	if i.Kind == string(schema.Omission) || i.Kind == index.Removed || s.Part.IsZero() && s.Lot == "" && s.Firmware == "" {
		return false
	}
	return (s.Part.IsZero() || bom.Covers(s.Part, i.Part)) && (s.Lot == "" || bom.Fold(i.Lot) == bom.Fold(s.Lot)) &&
		(s.Firmware == "" || strings.EqualFold(i.Part.Version, s.Firmware))
}

// declared gives what is known where nothing is recorded.
func (r *recall) declared(b *recalled, p index.Place) verdict {
	s := r.advisory.Selectors
	fork := s.Part.IsZero() && r.forks[p.Node] // it may have got rid of the defect, and names nothing to tell by
	if s.Lot == "" && s.Firmware == "" && b.Conformance == schema.AsDesigned && !fork {
		return affectedDeclared
	}
	return investigated
}

// inside gives what is known of a line with that path on which a unit stands, or one
// from a batch, and in which the design has a place. One that is not registered may be
// anything; one that is registered and not concerned is something else.
//
// What names the unit that is judged, by its design, its batch or its serial, need not
// hold of the units in it: in them only the thing itself is looked for.
func (r *recall) inside(i index.Item, p index.Place, path string) verdict {
	if i.Child == 0 {
		return recorded(investigated)
	}
	of := r
	if len(path) > len(p.Within) || r.advisory.Selectors.Design.IsZero() {
		of = r.inner
	}
	if v := of.child(i); v != (verdict{}) {
		return recorded(v)
	}
	return notAffectedAsBuilt
}

// recorded gives a verdict of a unit as one of the unit that it sits in: what that rests
// on is that it was recorded there.
func recorded(v verdict) verdict {
	if v != (verdict{}) {
		v.basis = schema.BasisAsBuilt
	}
	return v
}

// child gives what the advisory means for the unit, or the batch, that an item is.
func (r *recall) child(i index.Item) verdict {
	b := r.batchOf(i)
	switch {
	case b == nil:
		return verdict{}
	case b.working: // units that sit in one another, which no workshop can build
		return investigated
	}
	r.judge(b)
	if i.ChildOrdinal != 0 {
		return b.at(i.ChildOrdinal)
	}
	return b.any()
}

// any gives the verdict of some unit of the batch, nobody knows which.
func (b *recalled) any() verdict {
	units, v := 0, verdict{}
	same := true
	for n, r := range b.runs {
		units += r.to - r.from + 1
		same = same && (n == 0 || r.verdict == b.runs[0].verdict)
		v = v.worse(r.verdict)
	}
	switch {
	case len(b.runs) == 0:
		return verdict{}
	case same && units == b.Planned || v.status == schema.KnownNotAffected:
		return v
	}
	return investigated
}
