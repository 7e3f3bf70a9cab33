package registry

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/patternbook/patternbook/registry/index"
	"github.com/patternbook/patternbook/schema"
)

// Affected gives what an advisory means for units: how many of each status there are,
// and a page of them in the order of the ledger, those of one status or, for "", all.
// Error: NotFound, TooLarge.
func (s *Service) Affected(ctx context.Context, id schema.AdvisoryID, status schema.UnitStatus, page index.Page) (schema.Affected, error) {
	a, concerned, err := s.affected(ctx, id)
	if err != nil {
		return schema.Affected{}, err
	}
	answer := schema.Affected{
		Advisory: a.ID, Status: a.Status, Counts: make(map[schema.UnitStatus]int), Units: make(map[schema.UnitStatus]int), Items: []schema.AffectedUnit{},
	}
	for _, b := range concerned {
		for _, r := range b.runs {
			units := r.to - r.from + 1
			answer.Units[r.status] += units
			if b.Serials == 0 {
				units = 1
			}
			answer.Counts[r.status] += units
		}
	}
	batch, ordinal, err := parsePlace(page.After)
	if err != nil || page.Limit == 0 {
		return answer, err
	}
	for item, err := range s.list(ctx, concerned, status, batch, ordinal) {
		if err != nil {
			return answer, err
		}
		if len(answer.Items) == page.Limit {
			answer.Next = fmt.Sprintf("%d,%d", batch, ordinal)
			break
		}
		answer.Items = append(answer.Items, item.AffectedUnit)
		batch, ordinal = item.batch, item.ordinal
	}
	return answer, nil
}

// EachAffected yields every unit that an advisory concerns, in the order of the ledger.
func (s *Service) EachAffected(ctx context.Context, id schema.AdvisoryID, status schema.UnitStatus) (iter.Seq2[schema.AffectedUnit, error], error) {
	_, concerned, err := s.affected(ctx, id)
	if err != nil {
		return nil, err
	}
	return func(yield func(schema.AffectedUnit, error) bool) {
		for item, err := range s.list(ctx, concerned, status, 0, 0) {
			if !yield(item.AffectedUnit, err) || err != nil {
				return
			}
		}
	}, nil
}

// parsePlace reads the cursor of a page of units: a batch and an ordinal.
func parsePlace(cursor string) (batch int64, ordinal int, err error) {
	if cursor == "" {
		return 0, 0, nil
	}
	first, second, _ := strings.Cut(cursor, ",")
	batch, err1 := strconv.ParseInt(first, 10, 64)
	ordinal, err2 := strconv.Atoi(second)
	if err1 != nil || err2 != nil || batch < 0 || ordinal < 0 {
		return 0, 0, &schema.Error{Kind: schema.Malformed, Detail: "this cursor is none of ours", Fix: "take the address of the next page from the answer"}
	}
	return batch, ordinal, nil
}

// A listed unit is one with its place in the list.
type listed struct {
	schema.AffectedUnit
	batch   int64
	ordinal int
}

// list yields the units of concerned batches behind a place: a batch without serials
// as one.
func (s *Service) list(ctx context.Context, concerned []*recalled, status schema.UnitStatus, batch int64, ordinal int) iter.Seq2[listed, error] {
	return func(yield func(listed, error) bool) {
		for _, b := range concerned {
			if b.Number < batch {
				continue
			}
			from := 1
			if b.Number == batch {
				from = ordinal + 1
			}
			for item, err := range s.listBatch(ctx, b, status, from) {
				if !yield(item, err) || err != nil {
					return
				}
			}
		}
	}
}

func (s *Service) listBatch(ctx context.Context, b *recalled, status schema.UnitStatus, from int) iter.Seq2[listed, error] {
	return func(yield func(listed, error) bool) {
		item := listed{batch: b.Number}
		if err := item.name(b); err != nil {
			yield(item, err)
			return
		}
		for _, r := range b.runs {
			if r.to < from || status != "" && r.status != status {
				continue
			}
			item.Status, item.Basis = r.status, r.basis
			if b.Serials == 0 {
				if item.ordinal = r.to; !yield(item, nil) {
					return
				}
				continue
			}
			for after := max(r.from, from) - 1; after < r.to; {
				const some = 1000
				serials, _, err := s.index.Units(ctx, index.Batch{Number: b.Number}, index.Page{After: strconv.Itoa(after), Limit: min(some, r.to-after)})
				if err != nil || len(serials) == 0 {
					yield(item, err)
					return
				}
				for _, serial := range serials {
					after++
					if item.Unit, item.ordinal = serial, after; !yield(item, nil) {
						return
					}
				}
			}
		}
	}
}

func (l *listed) name(b *recalled) (err error) {
	if l.Maker, err = schema.ParseName(b.Maker); err != nil {
		return err
	}
	l.Batch, err = schema.ParseSerial(b.Batch)
	return err
}

// affected gives what came out of an advisory's recall, from memory where nothing was
// appended since.
func (s *Service) affected(ctx context.Context, id schema.AdvisoryID) (index.Advisory, []*recalled, error) {
	var a index.Advisory
	var concerned []*recalled
	err := s.index.Still(ctx, func(v index.View) (err error) {
		if a, err = v.Advisory(ctx, id); err != nil {
			return err
		}
		next, err := v.Next(ctx)
		if err != nil {
			return err
		}
		if known, found := s.recalls.get(id, next); found {
			concerned = known
			return nil
		}
		d, err := index.Read[schema.Advisory](ctx, v, a.Digest)
		if err != nil {
			return err
		}
		if concerned, err = affected(ctx, v, a, d); err != nil {
			return err
		}
		for _, b := range concerned {
			b.items, b.lines = nil, nil // what came out is all that is needed
		}
		s.recalls.put(id, next, concerned)
		return nil
	})
	return a, concerned, err
}

// maxRecalls is how many recalls are kept, for whoever asks for page after page.
const maxRecalls = 8

// recalls keeps what came out of the last recalls.
type recalls struct {
	mutex sync.Mutex
	kept  []keptRecall // the last used last
}

type keptRecall struct {
	id        schema.AdvisoryID
	next      int64 // number of the ledger entry that it has not seen
	concerned []*recalled
}

func (k *recalls) get(id schema.AdvisoryID, next int64) ([]*recalled, bool) {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	for i, r := range k.kept {
		if r.id == id && r.next == next {
			k.kept = append(slices.Delete(k.kept, i, i+1), r)
			return r.concerned, true
		}
	}
	return nil, false
}

func (k *recalls) put(id schema.AdvisoryID, next int64, concerned []*recalled) {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	k.kept = slices.DeleteFunc(k.kept, func(r keptRecall) bool { return r.id == id })
	if len(k.kept) >= maxRecalls {
		k.kept = slices.Delete(k.kept, 0, 1)
	}
	k.kept = append(k.kept, keptRecall{id, next, concerned})
}
