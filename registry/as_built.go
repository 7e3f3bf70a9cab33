package registry

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/registry/index"
	"github.com/patternbook/patternbook/schema"
)

// checkLines refuses what is recorded of lines that the design's tree does not have.
// It reads the whole tree, so it is done before the writer's queue.
func (s *Service) checkLines(ctx context.Context, release schema.Digest, a schema.AsBuilt) error {
	if len(a.Items) == 0 && len(a.Deviations) == 0 {
		return nil
	}
	fetch := fetchNode(s.index.View)
	root, err := fetch(ctx, release)
	if err != nil || root.BOM == nil {
		return orNoBOM(err)
	}
	tree, err := bom.Explode(ctx, root, fetch, bom.Choices{})
	if err != nil {
		return err
	}
	known := make(map[string]bool)
	var at []schema.Place
	look := func(field, line string) {
		if known[line] || line == "" {
			return
		}
		if p, err := tree.Find(line); err != nil || p.Path != line {
			at = append(at, schema.Place{Field: field, Detail: "the design has no line " + schema.Quote(line)})
		}
		known[line] = true
	}
	for i, item := range a.Items {
		look(fmt.Sprintf("items[%d].line", i), item.Line)
	}
	for i, d := range a.Deviations {
		look(fmt.Sprintf("deviations[%d].line", i), d.Line)
	}
	if len(at) > 0 {
		return &schema.Error{
			Kind: schema.Invalid, Detail: "something is recorded of lines that the bill of materials does not have",
			Fix: "write the path of the line's items, like 16/10; patternbook batch template lists them", At: at[:min(len(at), 100)],
		}
	}
	return nil
}

func orNoBOM(err error) error {
	if err != nil {
		return err
	}
	return &schema.Error{
		Kind: schema.Invalid, Detail: "the design has no bill of materials, so nothing can be recorded of its lines", Fix: "leave the items out, and write down what matters in the note",
	}
}

// evidenceFiles gives the artifacts that a document names beside a release's files.
func evidenceFiles(d schema.Document) []schema.File {
	var digests []schema.Digest
	switch d := d.(type) {
	case schema.Batch:
		digests = d.AsBuilt.Evidence()
	case schema.BuildRecord:
		digests = d.AsBuilt.Evidence()
	case schema.UnitEvent:
		digests = d.Evidence
	case schema.Advisory:
		digests = d.Evidence
	}
	files := make([]schema.File, len(digests))
	for i, digest := range digests {
		files[i] = schema.File{Path: "evidence", Digest: digest, Size: -1}
	}
	return files
}

// checkEvidence refuses artifacts that are not stored, or that by has not sent.
func (s *Service) checkEvidence(ctx context.Context, by schema.Name, files []schema.File) error {
	if len(files) == 0 {
		return nil
	}
	return s.checkStored(ctx, by, files)
}

// A workshop checks what is recorded of units against what is known of them.
type workshop struct {
	ctx     context.Context
	tx      *transaction
	maker   schema.Name
	batch   index.Batch // the zero Batch for one that is being registered
	planned int
}

// A locator gives the ordinals of the units of a batch that a pattern names, and the
// first serial that is none of them, the zero Serial when all are.
type locator func(schema.SerialPattern) (ordinals []int, missing schema.Serial, err error)

// serialsOf looks for serials in a batch document, which is not registered yet.
func serialsOf(d schema.Batch) locator {
	var all map[string]int
	return func(p schema.SerialPattern) (ordinals []int, missing schema.Serial, err error) {
		if all == nil {
			all = make(map[string]int, d.Planned)
			for _, q := range d.Serials {
				for s := range q.All() {
					all[s.Fold()] = len(all) + 1
				}
			}
		}
		for s := range p.All() {
			o, known := all[s.Fold()]
			if !known {
				return nil, s, nil
			}
			ordinals = append(ordinals, o)
		}
		return ordinals, missing, nil
	}
}

// registered looks for serials among the units of the batch that is registered.
func (w workshop) registered(p schema.SerialPattern) ([]int, schema.Serial, error) {
	return w.tx.Ordinals(w.ctx, w.batch.Number, w.maker, p)
}

// Bounds of what one document records, so that nobody keeps the writer from others: how
// many serials it names, each pattern told once, and how many runs of units it is about.
const (
	maxNamed    = 3 * schema.MaxUnits
	maxRecorded = 3 * schema.MaxUnits
)

// A lookup finds the serials that a document names, each pattern once.
type lookup struct {
	locate          locator
	runs            map[string]int // by pattern
	named, recorded int
	at              []schema.Place
}

// set looks for the serials of one place of the document.
func (l *lookup) set(field string, set schema.SerialSet) error {
	if set.IsZero() {
		l.recorded++
	}
	for p := range set.Patterns() {
		runs, known := l.runs[p.String()]
		if !known {
			if l.named += p.Count(); l.named > maxNamed {
				return tooMuchRecorded()
			}
			ordinals, missing, err := l.locate(p)
			if err != nil {
				return err
			}
			if !missing.IsZero() && len(l.at) < 100 {
				l.at = append(l.at, schema.Place{Field: field, Detail: fmt.Sprintf("the batch has no unit %s", missing)})
			}
			runs = countRuns(ordinals)
			l.runs[p.String()] = runs
		}
		if l.recorded += runs; l.recorded > maxRecorded {
			return tooMuchRecorded()
		}
	}
	return nil
}

func tooMuchRecorded() error {
	return &schema.Error{
		Kind: schema.TooLarge, Detail: "one document records too much of too many units", Fix: "write several build records, and runs of serials like LAMP-{0001..0200}",
	}
}

// countRuns counts the runs of ordinals that follow one another.
func countRuns(ordinals []int) (n int) {
	slices.Sort(ordinals)
	for i, o := range ordinals {
		if i == 0 || o != ordinals[i-1]+1 {
			n++
		}
	}
	return n
}

// check refuses what is recorded of units that the batch does not have, and units that
// sit elsewhere already.
func (w workshop) check(a schema.AsBuilt, locate locator) error {
	look := lookup{locate: locate, runs: make(map[string]int)}
	for i, item := range a.Items {
		if err := look.set(fmt.Sprintf("items[%d].serials", i), item.Serials); err != nil {
			return err
		}
		if item.Unit == (schema.Unit{}) {
			continue
		}
		if n := item.Serials.Count(); n != 1 && (n > 1 || w.planned != 1) {
			look.at = append(look.at, schema.Place{Field: fmt.Sprintf("items[%d].unit", i), Detail: fmt.Sprintf("%s sits in one unit: name just that in serials", item.Unit)})
		}
	}
	for i, d := range a.Deviations {
		if err := look.set(fmt.Sprintf("deviations[%d].serials", i), d.Serials); err != nil {
			return err
		}
	}
	for i, n := range a.Inspections {
		if err := look.set(fmt.Sprintf("inspections[%d].serials", i), n.Serials); err != nil {
			return err
		}
	}
	if len(look.at) > 0 {
		return &schema.Error{Kind: schema.Invalid, Detail: "what is recorded does not fit the batch", Fix: "correct what is named and send it again", At: look.at[:min(len(look.at), 100)]}
	}
	return w.checkUnits(a.Items)
}

// checkUnits refuses units that sit in another unit of the same maker already, or that
// would sit in themselves.
func (w workshop) checkUnits(items []schema.BuiltItem) error {
	sits := make(map[string]string, len(items))
	for _, item := range items {
		if item.Unit == (schema.Unit{}) {
			continue
		}
		in := item.Serials.String()
		key := item.Unit.Maker.String() + "/" + item.Unit.Serial.Fold()
		if other, twice := sits[key]; twice {
			return sitsTwice(item.Unit, schema.Quote(other)+" and "+schema.Quote(in)+" of this record")
		}
		sits[key] = in
		if err := w.checkUnit(item.Unit, in); err != nil {
			return err
		}
	}
	return nil
}

func sitsTwice(u schema.Unit, where string) error {
	return &schema.Error{
		Kind: schema.Conflict, Detail: fmt.Sprintf("the unit %s cannot sit in two units at a time: it is in %s", u, where),
		Fix: "record first that it was taken out: patternbook unit event, or correct the record in which it was scanned",
	}
}

// checkUnit refuses a unit that sits elsewhere. Between makers that is a finding of
// both traces, and nobody's lock.
func (w workshop) checkUnit(u schema.Unit, in string) error {
	places, err := sitting(w.ctx, w.tx.View, u)
	if err != nil {
		return err
	}
	for _, p := range places {
		if p.Batch.Batch.Maker != w.maker {
			continue
		}
		if p.Batch.Number == w.batch.Number && p.serial.String() == in {
			continue // it is where it is said to be
		}
		return sitsTwice(u, schema.Unit{Maker: p.Batch.Batch.Maker, Serial: p.serial}.String())
	}
	if w.batch.Number == 0 {
		return nil
	}
	return w.checkLoop(u, in)
}

// checkLoop refuses a unit in which the unit it is put into sits.
func (w workshop) checkLoop(u schema.Unit, in string) error {
	serial, err := schema.ParseSerial(in)
	if err != nil {
		return nil // a batch of one, without serials
	}
	at := schema.Unit{Maker: w.maker, Serial: serial}
	for depth := 0; depth < maxRise; depth++ {
		if at.Maker == u.Maker && at.Serial.Fold() == u.Serial.Fold() {
			return &schema.Error{Kind: schema.Conflict, Detail: fmt.Sprintf("the unit %s would sit in itself", u), Fix: "look which of the serials was mis-scanned"}
		}
		places, err := sitting(w.ctx, w.tx.View, at)
		if err != nil || len(places) == 0 {
			return err
		}
		at = schema.Unit{Maker: places[0].Batch.Batch.Maker, Serial: places[0].serial}
	}
	return nil
}

// A seat is where a unit sits.
type seat struct {
	index.Item
	Batch  index.Batch
	serial schema.Serial // zero where the batch has no serials
}

// sitting gives the units in which another one sits, by what holds of them.
func sitting(ctx context.Context, v index.View, u schema.Unit) ([]seat, error) {
	named, err := v.PlacesOf(ctx, u)
	if err != nil {
		return nil, err
	}
	var seats []seat
	for _, i := range named {
		said, err := v.ItemsAt(ctx, i.Batch, i.From, i.Path)
		if err != nil {
			return nil, err
		}
		holds := slices.ContainsFunc(index.Effective(said, schema.Part{}), func(e index.Item) bool { return e.Maker == i.Maker && e.Made.Fold() == i.Made.Fold() && !e.Whole })
		if !holds || slices.ContainsFunc(seats, func(s seat) bool { return s.Item.Batch == i.Batch && s.From == i.From && s.Path == i.Path }) {
			continue
		}
		b, err := v.BatchNumbered(ctx, i.Batch)
		if err != nil {
			return nil, err
		}
		serial, err := v.Serial(ctx, i.Batch, i.From)
		if err != nil {
			return nil, err
		}
		seats = append(seats, seat{i, b, serial})
	}
	return seats, nil
}

// RecordBuild makes a build record count: what one bench says of units of a batch.
// The same again gives the same answer.
//
// Errors: Forbidden, NotFound (there is no such batch, or no such record to correct),
// Invalid (it has no such unit or line), Conflict (a unit sits elsewhere, or the
// record was corrected already), MissingArtifacts.
func (s *Service) RecordBuild(ctx context.Context, by Actor, d schema.BuildRecord) (Published, error) {
	object := Object{d.Maker, d.Batch.String()}
	if err := may(ctx, s.index.View, by, ActBatch, object); err != nil {
		return Published{}, err
	}
	b, err := s.index.Batch(ctx, d.Name())
	if err != nil {
		return Published{}, err
	}
	return s.produce(ctx, by, ActBatch, object, d, b.Release, d.AsBuilt, func(ctx context.Context, tx *transaction) error {
		b, err := tx.Batch(ctx, d.Name())
		if err != nil {
			return err
		}
		if b.Status == schema.BatchAbandoned {
			return &schema.Error{Kind: schema.Conflict, Detail: fmt.Sprintf("the batch %s was abandoned", b.Batch), Fix: "record what was made in the batch that took its place"}
		}
		if !d.Corrects.IsZero() {
			if err := tx.correct(ctx, b, d); err != nil {
				return err
			}
		}
		w := workshop{ctx, tx, d.Maker, b, b.Planned}
		for i, swap := range d.Swaps {
			for _, serial := range []schema.Serial{swap.Serial, swap.With} {
				p, err := schema.ParseSerialPattern(serial.String())
				if err != nil {
					return err
				}
				if _, missing, err := w.registered(p); err != nil || !missing.IsZero() {
					return errors.Join(err, noUnit(fmt.Sprintf("swaps[%d]", i), missing))
				}
			}
		}
		return w.check(d.AsBuilt, w.registered)
	})
}

func noUnit(field string, s schema.Serial) error {
	return &schema.Error{Kind: schema.Invalid, Detail: "what is recorded does not fit the batch", At: []schema.Place{{Field: field, Detail: fmt.Sprintf("the batch has no unit %s", s)}}}
}

// correct refuses to correct a record that is none of the batch's, or was corrected
// already, and has it hold no more while the correction is checked.
func (tx *transaction) correct(ctx context.Context, b index.Batch, d schema.BuildRecord) error {
	r, err := tx.Record(ctx, b.Number, d.Corrects)
	if err != nil {
		return err
	}
	if r.Corrected {
		return &schema.Error{Kind: schema.Conflict, Detail: fmt.Sprintf("the record %s was corrected already", d.Corrects), Fix: "correct the record that took its place"}
	}
	return tx.Forget(ctx, r.Number)
}
