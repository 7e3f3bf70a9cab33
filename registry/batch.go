package registry

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/patternbook/patternbook/registry/index"
	"github.com/patternbook/patternbook/schema"
)

// RegisterBatch makes a batch document count: a new batch, or a revision that names
// the document whose place it takes. The same again gives the same answer.
//
// Errors: Forbidden (by may not make batches under that name), Invalid (the release
// or a line does not exist, a count is wrong, the maker does not say how far the units
// are as designed), Conflict (the batch's name or one of its serials is taken, or
// the batch was revised since), MissingArtifacts.
func (s *Service) RegisterBatch(ctx context.Context, by Actor, d schema.Batch) (Published, error) {
	object := Object{d.Maker, d.Batch.String()}
	return s.produce(ctx, by, ActBatch, object, d, d.Release, d.AsBuilt, func(ctx context.Context, tx *transaction) error {
		before, err := checkRevision(ctx, tx, d)
		if err != nil {
			return err
		}
		if err := checkConformance(d); err != nil {
			return err
		}
		if err := checkSerials(ctx, tx, d, before.Number); err != nil {
			return err
		}
		if err := checkSource(ctx, tx, d); err != nil {
			return err
		}
		m := workshop{ctx, tx, d.Maker, before, d.Planned}
		return m.check(d.AsBuilt, serialsOf(d))
	})
}

// produce makes a document of production count. release is what its units are made
// from and built what it says of them; check refuses what breaks a rule of its kind,
// in the writer.
func (s *Service) produce(ctx context.Context, by Actor, act Act, object Object, d schema.Document, release schema.Digest, built schema.AsBuilt, check func(context.Context, *transaction) error) (Published, error) {
	if err := may(ctx, s.index.View, by, act, object); err != nil {
		return Published{}, err
	}
	if err := mustSpeak(by, d.Header().Author); err != nil {
		return Published{}, err
	}
	_, digest, err := schema.Encode(d)
	if err != nil {
		return Published{}, err
	}
	account, err := s.vault.Account(ctx, by.Account)
	if err != nil {
		return Published{}, err
	}
	signed, err := s.sign(ctx, by, d)
	if err != nil {
		return Published{}, err
	}
	evidence := evidenceFiles(d)
	if _, err := s.index.Entry(ctx, digest); errors.Is(err, schema.NotFound) {
		if err := s.checkLines(ctx, release, built); err != nil {
			return Published{}, err
		}
		if err := s.checkEvidence(ctx, by.Account, evidence); err != nil {
			return Published{}, err
		}
	}
	return s.write(ctx, signed, object.Owner, func(ctx context.Context, tx *transaction) (schema.Document, error) {
		if err := may(ctx, tx.View, by, act, object); err != nil {
			return nil, err
		}
		if _, err := tx.Entry(ctx, digest); !errors.Is(err, schema.NotFound) {
			return d, err // it counts already, unless err says otherwise
		}
		if err := check(ctx, tx); err != nil {
			return nil, err
		}
		if err := s.mustStay(ctx, tx, by.Account, evidence); err != nil {
			return nil, err
		}
		return d, appendAccount(ctx, tx, by.Account, account.Salt)
	})
}

// checkRevision gives the batch that a document revises, the zero Batch for a new
// one.
func checkRevision(ctx context.Context, tx *transaction, d schema.Batch) (index.Batch, error) {
	before, err := tx.Batch(ctx, d.Name())
	if d.Follows.IsZero() {
		switch {
		case errors.Is(err, schema.NotFound):
			return index.Batch{}, nil
		case err != nil:
			return before, err
		}
		return before, &schema.Error{
			Kind: schema.Conflict, Detail: fmt.Sprintf("the batch %s exists already, with other content", before.Batch),
			Fix: "give this batch another name, or revise that one: patternbook batch revise",
		}
	}
	if err != nil {
		return before, err
	}
	if before.Digest != d.Follows {
		return before, &schema.Error{
			Kind: schema.Conflict, Detail: fmt.Sprintf("the batch %s was revised since: its document is %s", before.Batch, before.Digest),
			Fix: "look at it again, then revise it",
		}
	}
	order := schema.BatchStatuses()
	if was, is := slices.Index(order, before.Status), slices.Index(order, d.Status); is < was || before.Status == schema.BatchAbandoned && is != was || before.Status == schema.BatchCompleted && is != was {
		return before, &schema.Error{
			Kind: schema.Invalid, Detail: "a batch goes from planned to in_progress, and from there to completed or abandoned",
			At: []schema.Place{{Field: "status", Detail: fmt.Sprintf("it was %s and cannot be %s", before.Status, d.Status)}},
		}
	}
	if before.Release != d.Release && before.Status != schema.BatchPlanned {
		return before, &schema.Error{
			Kind: schema.Invalid, Detail: "the release of a batch changes only while it is planned",
			Fix: "register the units of the other design as a batch of their own", At: []schema.Place{{Field: "release"}},
		}
	}
	return before, nil
}

// checkConformance has the maker say how far the units are as designed, without
// contradicting itself, and count so that the numbers agree.
func checkConformance(d schema.Batch) error {
	var at []schema.Place
	switch {
	case d.Conformance == "":
		at = append(at, schema.Place{Field: "conformance", Detail: "it is missing; say how far the units are as designed: as_designed, with_deviations or modified_design"})
	case d.Conformance == schema.AsDesigned && len(d.Deviations) > 0:
		at = append(at, schema.Place{Field: "conformance", Detail: "it is as_designed, but deviations are listed; write with_deviations or modified_design"})
	}
	if done := d.Passed + d.Rejected + d.Scrapped; d.Begun > 0 && done > d.Begun {
		at = append(at, schema.Place{Field: "begun", Detail: fmt.Sprintf("%d units were begun, but %d passed, were rejected or scrapped", d.Begun, done)})
	}
	if len(at) == 0 {
		return nil
	}
	return &schema.Error{Kind: schema.Invalid, Detail: "the batch cannot be registered like this", At: at}
}

// checkSerials refuses serials that are another batch's, and a revision that drops
// units of which something is known.
func checkSerials(ctx context.Context, tx *transaction, d schema.Batch, number int64) error {
	serial, taken, err := tx.TakenSerial(ctx, d.Maker, number, d.Serials)
	if err != nil {
		return err
	}
	if taken {
		unit, err := tx.Unit(ctx, schema.Unit{Maker: d.Maker, Serial: serial})
		if err != nil {
			return err
		}
		return &schema.Error{
			Kind: schema.Conflict, Detail: fmt.Sprintf("the unit %s is in the batch %s already", unit, unit.Batch.Batch),
			Fix: "use each serial once; case does not count",
		}
	}
	if number == 0 {
		return nil
	}
	keeps := make(map[string]bool, d.Planned)
	for _, p := range d.Serials {
		for s := range p.All() {
			keeps[s.Fold()] = true
		}
	}
	known, err := tx.KnownUnits(ctx, number)
	if err != nil {
		return err
	}
	for _, s := range known {
		if !keeps[s.Fold()] {
			return &schema.Error{
				Kind: schema.Conflict, Detail: fmt.Sprintf("something is recorded of the unit %s, so that it cannot be taken out of the batch", s),
				Fix: "leave it in; a unit that is no more is scrapped: patternbook unit event",
			}
		}
	}
	return nil
}

// checkSource holds back a batch of a changed design under a strongly reciprocal
// licence until the changed design is published.
func checkSource(ctx context.Context, tx *transaction, d schema.Batch) error {
	r, err := tx.ReleaseByDigest(ctx, d.Release)
	if errors.Is(err, schema.NotFound) {
		return &schema.Error{
			Kind: schema.Invalid, Detail: "a batch is made from a published release",
			At: []schema.Place{{Field: "release", Detail: fmt.Sprintf("no release has the digest %s", d.Release)}},
		}
	}
	if err != nil || d.Status != schema.BatchCompleted || schema.ClassOfLicence(r.Licence) != schema.StronglyReciprocal {
		return err
	}
	changes := d.Deviations
	if !d.Follows.IsZero() {
		recorded, err := tx.DesignChanges(ctx, d.Name())
		if err != nil {
			return err
		}
		changes = append(slices.Clip(changes), recorded...)
	}
	for _, change := range changes {
		if change.Kind != schema.DesignChange {
			continue
		}
		derived, err := tx.IsDerived(ctx, change.Release, r.Number)
		if err != nil {
			return err
		}
		if !derived {
			return &schema.Error{
				Kind: schema.Invalid, Detail: fmt.Sprintf("%s asks those who make a changed design to publish the change: %s", r.Licence, change.Reason),
				Fix: "publish the changed design as derived from this one and name that release in the deviation; until then the batch is in_progress",
				At:  []schema.Place{{Field: "deviations.release", Detail: "it names no release that is derived from the batch's"}},
			}
		}
	}
	return nil
}

// Batch gives a batch with its document in force.
func (s *Service) Batch(ctx context.Context, name schema.BatchName) (index.Batch, schema.Batch, error) {
	b, err := s.index.Batch(ctx, name)
	if err != nil {
		return b, schema.Batch{}, err
	}
	d, err := index.Read[schema.Batch](ctx, s.index.View, b.Digest)
	return b, d, err
}

// Batches gives the batches that a query asks for, the latest first.
func (s *Service) Batches(ctx context.Context, q schema.BatchQuery, page index.Page) ([]index.Batch, string, error) {
	return s.index.Batches(ctx, q, page)
}

// CountBatches tells how much was made of what a query asks for, by whom and where.
func (s *Service) CountBatches(ctx context.Context, q schema.BatchQuery) (schema.BatchCounts, error) {
	return s.index.CountBatches(ctx, q)
}

// Units gives the serials of a batch in their order.
func (s *Service) Units(ctx context.Context, name schema.BatchName, page index.Page) ([]schema.Serial, string, error) {
	b, err := s.index.Batch(ctx, name)
	if err != nil {
		return nil, "", err
	}
	return s.index.Units(ctx, b, page)
}

// Unit gives a unit as its maker writes it, and its batch.
func (s *Service) Unit(ctx context.Context, unit schema.Unit) (index.Unit, error) {
	return s.index.Unit(ctx, unit)
}
