package registry

import (
	"context"
	"errors"
	"fmt"

	"github.com/patternbook/patternbook/registry/index"
	"github.com/patternbook/patternbook/schema"
)

// PublishAdvisory makes an advisory count: a new one, or a revision that names the
// document whose place it takes. It gives its number too. The same again gives the
// same answer.
//
// Errors: Forbidden (by does not speak for the issuer, or the issuer is entitled to
// nothing that it selects: it can still be filed as reported), Invalid (what it names
// does not exist), Conflict (it was revised since), MissingArtifacts.
func (s *Service) PublishAdvisory(ctx context.Context, by Actor, d schema.Advisory) (Published, schema.AdvisoryID, error) {
	done, err := s.publishAdvisory(ctx, by, d)
	if err != nil {
		return done, schema.AdvisoryID{}, err
	}
	a, err := s.index.AdvisoryAt(ctx, done.LedgerIndex)
	return done, a, err
}

func (s *Service) publishAdvisory(ctx context.Context, by Actor, d schema.Advisory) (Published, error) {
	if err := may(ctx, s.index.View, by, ActAdvisory, Object{Owner: d.Issuer}); err != nil {
		return Published{}, err
	}
	if d.Status == schema.AdvisoryPublished {
		if err := s.mustBeEntitled(ctx, d); err != nil {
			return Published{}, err
		}
	}
	return s.produce(ctx, by, ActAdvisory, Object{Owner: d.Issuer}, d, schema.Digest{}, schema.AsBuilt{}, func(ctx context.Context, tx *transaction) error {
		if err := checkSelectors(ctx, tx.View, d); err != nil {
			return err
		}
		if d.Follows.IsZero() {
			return nil
		}
		return checkAdvisoryRevision(ctx, tx.View, d)
	})
}

// checkSelectors refuses names that mean nothing: nobody would ever be warned.
func checkSelectors(ctx context.Context, v index.View, d schema.Advisory) error {
	var at []schema.Place
	look := func(field string, err error) error {
		if errors.Is(err, schema.NotFound) {
			at = append(at, schema.Place{Field: field, Detail: err.Error()})
			return nil
		}
		return err
	}
	if design := d.Selectors.Design; !design.IsZero() {
		if err := look("selectors.design", mustHaveDesign(ctx, v, design)); err != nil {
			return err
		}
	}
	if batch := d.Selectors.Batch; !batch.Maker.IsZero() {
		_, err := v.Batch(ctx, batch)
		if err := look("selectors.batch", err); err != nil {
			return err
		}
	}
	for i, ref := range d.FixedIn {
		if ref.Exact() {
			_, err := v.Resolve(ctx, ref)
			if err := look(fmt.Sprintf("fixed_in[%d]", i), err); err != nil {
				return err
			}
		}
	}
	if len(at) > 0 {
		return &schema.Error{Kind: schema.Invalid, Detail: "the advisory names what is not there", Fix: "look for typing errors", At: at}
	}
	return nil
}

func mustHaveDesign(ctx context.Context, v index.View, design schema.Design) error {
	releases, err := v.ReleasesOf(ctx, design)
	if err == nil && len(releases) == 0 {
		err = &schema.Error{Kind: schema.NotFound, Detail: fmt.Sprintf("there is no design %s", design)}
	}
	return err
}

// checkAdvisoryRevision lets the issuer revise an advisory, and whoever is entitled
// publish one that was only reported.
func checkAdvisoryRevision(ctx context.Context, v index.View, d schema.Advisory) error {
	before, err := v.AdvisoryOf(ctx, d.Follows)
	if errors.Is(err, schema.NotFound) {
		return &schema.Error{Kind: schema.Conflict, Detail: "the advisory was revised since, or never was: " + err.Error(), Fix: "look at it again, then revise it"}
	}
	if err != nil {
		return err
	}
	takesOver := before.Status == schema.AdvisoryReported && d.Status == schema.AdvisoryPublished
	if before.Issuer != d.Issuer && !takesOver {
		return &schema.Error{Kind: schema.Forbidden, Detail: fmt.Sprintf("%s is %s's to revise", before.ID, before.Issuer), Fix: "answer it for your batches, or publish one of your own"}
	}
	if before.Status == schema.AdvisoryWithdrawn || before.Status == schema.AdvisoryPublished && d.Status == schema.AdvisoryReported {
		return &schema.Error{Kind: schema.Conflict, Detail: fmt.Sprintf("%s is %s and cannot be %s", before.ID, before.Status, d.Status), Fix: "publish another advisory"}
	}
	return nil
}

// mustBeEntitled refuses to publish in the name of somebody who has neither designed
// nor made anything of what an advisory selects.
func (s *Service) mustBeEntitled(ctx context.Context, d schema.Advisory) error {
	if d.Selectors.Batch.Maker == d.Issuer || d.Selectors.Maker == d.Issuer {
		return nil
	}
	design := d.Selectors.Design
	if now, moved, err := s.index.Forward(ctx, design); err != nil {
		return err
	} else if moved {
		design = now
	}
	if design.Owner == d.Issuer { // also of versions that are not there yet
		return nil
	}
	entitled := false
	err := s.index.Still(ctx, func(v index.View) error {
		appointed, err := v.Appointed(ctx, d.Author)
		if entitled = appointed.Role == schema.SafetyEditor; entitled || err != nil {
			return err
		}
		r, err := newRecall(ctx, v, index.Advisory{}, d)
		if err != nil {
			return err
		}
		entitled = r.entitledToAny()
		return nil
	})
	if err != nil || entitled {
		return err
	}
	return &schema.Error{
		Kind: schema.Forbidden, Detail: fmt.Sprintf("%s has neither designed nor made anything that this advisory selects", d.Issuer),
		Fix: "file it as reported: it shows as unconfirmed until somebody entitled publishes it",
	}
}

// AnswerAdvisory makes an answer to an advisory count. The same again gives the same
// answer. Errors: Forbidden, NotFound (there is no such advisory), Invalid (a batch or
// a design does not exist), Conflict (it was answered otherwise since).
func (s *Service) AnswerAdvisory(ctx context.Context, by Actor, d schema.AdvisoryResponse) (Published, error) {
	return s.produce(ctx, by, ActAdvisory, Object{Owner: d.For}, d, schema.Digest{}, schema.AsBuilt{}, func(ctx context.Context, tx *transaction) error {
		if _, err := tx.Advisory(ctx, d.Advisory); err != nil {
			return err
		}
		var at []schema.Place
		for i, b := range d.Batches {
			if _, err := tx.Batch(ctx, b); err != nil {
				at = append(at, schema.Place{Field: fmt.Sprintf("batches[%d]", i), Detail: err.Error()})
			}
		}
		for i, design := range d.Designs {
			if err := mustHaveDesign(ctx, tx.View, design); err != nil {
				at = append(at, schema.Place{Field: fmt.Sprintf("designs[%d]", i), Detail: err.Error()})
			}
		}
		if len(at) > 0 {
			return &schema.Error{Kind: schema.Invalid, Detail: "the answer names what is not there", Fix: "look for typing errors", At: at[:min(len(at), 100)]}
		}
		if d.Follows.IsZero() {
			return nil
		}
		switch whose, err := tx.ResponseOf(ctx, d.Advisory, d.Follows); {
		case errors.Is(err, schema.NotFound):
			return &schema.Error{Kind: schema.Conflict, Detail: "the answer that this one follows is not in force", Fix: "look at the advisory again, then answer"}
		case err == nil && whose != d.For:
			return &schema.Error{Kind: schema.Forbidden, Detail: fmt.Sprintf("the answer that this one follows is %s's", whose)}
		default:
			return err
		}
	})
}

// Advisory gives an advisory with its document in force and the answers to it.
func (s *Service) Advisory(ctx context.Context, id schema.AdvisoryID) (index.Advisory, schema.Advisory, []index.Response, error) {
	a, err := s.index.Advisory(ctx, id)
	if err != nil {
		return a, schema.Advisory{}, nil, err
	}
	d, err := index.Read[schema.Advisory](ctx, s.index.View, a.Digest)
	if err != nil {
		return a, d, nil, err
	}
	const shown = 1000
	responses, err := s.index.Responses(ctx, id, shown)
	return a, d, responses, err
}

// Advisories gives the advisories with a status, or all for "", the latest first.
func (s *Service) Advisories(ctx context.Context, status schema.AdvisoryStatus, page index.Page) ([]index.Advisory, string, error) {
	return s.index.Advisories(ctx, status, page)
}

// OpenAdvisories gives the advisories in force by which some unit of a batch is
// affected, or may be.
func (s *Service) OpenAdvisories(ctx context.Context, name schema.BatchName) (open []schema.AdvisorySummary, err error) {
	err = s.index.Still(ctx, func(v index.View) error {
		b, err := v.Batch(ctx, name)
		if err != nil {
			return err
		}
		t := tracer{ctx: ctx, view: v}
		found, err := t.concerning(index.Unit{Batch: b})
		for _, a := range found {
			if a.UnitStatus == schema.KnownAffected || a.UnitStatus == schema.UnderInvestigation {
				open = append(open, a.AdvisorySummary)
			}
		}
		return err
	})
	return open, err
}
