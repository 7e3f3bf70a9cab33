package registry

import (
	"strings"

	"github.com/patternbook/patternbook/schema"
)

// maxAnswers is how many answers to one advisory count.
const maxAnswers = 100_000

// An answer is what a maker says of its batches, or the owner of designs of theirs.
type answer struct {
	status   schema.UnitStatus
	maker    string          // "" for an answer about designs
	batches  map[string]bool // by name without regard to case; nil for all of the maker's
	releases map[int64]bool  // of the designs, and what is derived from them
}

// readAnswers reads the answers to the advisory, and which units were made good.
func (r *recall) readAnswers() error {
	events, err := r.view.Remedied(r.ctx, r.of.ID)
	if err != nil {
		return err
	}
	r.remedied = make(map[int64][]int)
	for _, e := range events {
		r.remedied[e.Batch] = append(r.remedied[e.Batch], e.Ordinal)
	}
	return r.readResponses()
}

func (r *recall) readResponses() error {
	responses, err := r.view.Responses(r.ctx, r.of.ID, maxAnswers)
	if err != nil {
		return err
	}
	for _, response := range responses {
		if err := r.readAnswer(response.Document); err != nil {
			return err
		}
	}
	return nil
}

func (r *recall) readAnswer(d schema.AdvisoryResponse) error {
	if len(d.Batches) > 0 || len(d.Designs) == 0 {
		a := answer{status: d.Status, maker: d.For.String()}
		if len(d.Batches) > 0 {
			a.batches = make(map[string]bool, len(d.Batches))
		}
		for _, b := range d.Batches {
			a.batches[b.Batch.Fold()] = true
		}
		r.answers = append(r.answers, a)
	}
	if len(d.Designs) == 0 {
		return nil
	}
	a := answer{status: d.Status, releases: make(map[int64]bool)}
	for _, design := range d.Designs {
		own, err := r.view.ReleasesOf(r.ctx, design)
		if err != nil {
			return err
		}
		forks, err := r.view.DerivedFrom(r.ctx, keysOf(own))
		if err != nil {
			return err
		}
		for _, number := range append(keysOf(own), forks...) {
			a.releases[number] = true
		}
	}
	r.answers = append(r.answers, a)
	return nil
}

// findEntitled finds the releases for which the issuer may speak: its own, and what is
// derived from them.
func (r *recall) findEntitled() error {
	releases := make(map[int64]bool)
	for _, b := range r.batches {
		releases[b.Release] = true
	}
	for release, places := range r.places {
		releases[release] = true
		for _, p := range places {
			releases[p.Node] = true
		}
	}
	owned, err := r.view.OwnedBy(r.ctx, r.advisory.Issuer, keysOf(releases), !r.of.ID.IsZero())
	for _, number := range owned {
		r.owned[number] = true
	}
	return err
}

// entitled tells whether the issuer may say of units that they are affected: it has
// made them, they have the thing by a design of its own, or a safety editor says it. node is 0 where no design
// is what has it.
func (r *recall) entitled(b *recalled, node int64) bool {
	return r.advisory.Status == schema.AdvisoryPublished && (r.of.Editor || r.advisory.Issuer.String() == b.Maker || r.owned[node] || r.owned[b.Release])
}

// entitledToAny tells whether the issuer may speak of any batch that may be concerned,
// or of any design in which the selected thing stands.
func (r *recall) entitledToAny() bool {
	for _, b := range r.batches {
		if r.entitled(b, 0) {
			return true
		}
		for _, p := range r.places[b.Release] {
			if r.entitled(b, p.Node) {
				return true
			}
		}
	}
	for release := range r.places { // nothing may be made of it yet
		if r.owned[release] {
			return true
		}
	}
	return false
}

// answered gives what stands of a verdict: what the issuer may not say of others is
// under investigation until they answer. No answer hides what is recorded of a unit.
func (r *recall) answered(b *recalled, node int64, v verdict) verdict {
	if v.status != schema.KnownAffected && v.status != schema.UnderInvestigation {
		return v
	}
	stands := v
	if !r.entitled(b, node) {
		stands.status = schema.UnderInvestigation
	}
	a, given := r.answerFor(b, node)
	switch {
	case !given || a == schema.UnderInvestigation:
		return stands
	case a != schema.KnownAffected:
		if v == affectedAsBuilt {
			return stands
		}
		return verdict{a, schema.BasisDeclared}
	case r.advisory.Status != schema.AdvisoryPublished:
		return stands
	case v.status == schema.KnownAffected:
		return v
	}
	return affectedDeclared
}

// answerFor gives the answer that counts for units: the maker's last, else the last
// for the design.
func (r *recall) answerFor(b *recalled, node int64) (status schema.UnitStatus, given bool) {
	for _, a := range r.answers {
		if a.maker != "" && a.maker == b.Maker && (a.batches == nil || a.batches[foldOf(b)]) {
			status, given = a.status, true
		}
	}
	if given {
		return status, given
	}
	for _, a := range r.answers {
		if a.maker == "" && (a.releases[node] || a.releases[b.Release]) {
			status, given = a.status, true
		}
	}
	return status, given
}

// foldOf gives the name of a batch without regard to case.
func foldOf(b *recalled) string { return strings.ToLower(b.Batch) }
