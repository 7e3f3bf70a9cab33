package registry

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/patternbook/patternbook/registry/index"
	"github.com/patternbook/patternbook/schema"
)

// transferWait is how long whoever owns something can stop its transfer, if nothing
// else is said.
const transferWait = 7 * day

// Transfer makes a step of a transfer count: that of a design, or of the ownership of
// an organisation. The same again gives the same answer.
//
// Errors: Forbidden, NotFound (there is no such design, organisation or account),
// Conflict (it follows another document than the last, is not on its terms, cannot be
// completed yet, or the name that the design would get is taken), Invalid.
func (s *Service) Transfer(ctx context.Context, by Actor, d schema.Transfer) (Published, error) {
	if err := mayTransfer(ctx, s.index.View, by, d); err != nil {
		return Published{}, err
	}
	if err := mustSpeak(by, d.Author); err != nil {
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
	if d.State != schema.TransferStopped {
		if err := s.mustReceive(ctx, d); err != nil {
			return Published{}, err
		}
	}
	signed, err := s.sign(ctx, by, d)
	if err != nil {
		return Published{}, err
	}
	return s.write(ctx, signed, speaksFor(d), func(ctx context.Context, tx *transaction) (schema.Document, error) {
		if _, err := tx.Entry(ctx, digest); !errors.Is(err, schema.NotFound) {
			return d, err // it counts already, unless err says otherwise
		}
		if err := mayTransfer(ctx, tx.View, by, d); err != nil {
			return nil, err
		}
		if err := s.checkTransfer(ctx, tx, d); err != nil {
			return nil, err
		}
		return d, appendAccount(ctx, tx, by.Account, account.Salt)
	})
}

// speaksFor gives the account in whose name a step is said.
func speaksFor(d schema.Transfer) schema.Name {
	switch {
	case d.State == schema.TransferAccepted:
		return d.To
	case d.Design.IsZero():
		return d.Organisation
	}
	return d.Design.Owner
}

// mayTransfer lets owners offer, the receiver accept, and both stop and complete.
func mayTransfer(ctx context.Context, v index.View, by Actor, d schema.Transfer) error {
	given, received := Object{Owner: d.Organisation}, Object{Owner: d.To}
	if !d.Design.IsZero() {
		received = designObject(d.Target())
		design, err := v.Present(ctx, d.Design)
		if err != nil {
			return err
		}
		given = designObject(design)
	}
	if d.State == schema.TransferAccepted {
		return may(ctx, v, by, ActReceive, received)
	}
	err := may(ctx, v, by, ActTransfer, given)
	if d.State == schema.TransferOffered || d.Renames() || !errors.Is(err, schema.Forbidden) {
		return err
	}
	if other := may(ctx, v, by, ActReceive, received); !errors.Is(other, schema.Forbidden) {
		return other
	}
	return err
}

// mustReceive refuses a receiver that is not there, and an owner of an organisation
// that is not a person.
func (s *Service) mustReceive(ctx context.Context, d schema.Transfer) error {
	account, err := s.vault.Account(ctx, d.To)
	if errors.Is(err, schema.NotFound) {
		return &schema.Error{Kind: schema.NotFound, Detail: fmt.Sprintf("there is no account %s", d.To), Fix: "whoever it is opens one first: patternbook login --create"}
	}
	if err != nil || account.Password != "" {
		return err
	}
	// An organisation, or an account that its holder has closed.
	if err := mustBeOrganisation(ctx, s.index.View, d.To); err != nil || !d.Organisation.IsZero() {
		return &schema.Error{
			Kind: schema.Invalid, Detail: fmt.Sprintf("%s cannot receive this: it is closed, or an organisation, which owns no other", d.To), Err: err,
		}
	}
	return nil
}

// checkTransfer checks a step against what holds in the writer.
func (s *Service) checkTransfer(ctx context.Context, tx *transaction, d schema.Transfer) error {
	last, err := lastTransfer(ctx, tx.View, d)
	if err != nil {
		return err
	}
	if last.Document != d.Follows {
		return &schema.Error{
			Kind: schema.Conflict, Detail: "something else was said of it since: the last transfer document is " + orNothing(last.Document.String()) + ", not " + orNothing(d.Follows.String()),
			Fix: "look at it again, then decide: patternbook transfer list",
		}
	}
	if d.State != schema.TransferStopped {
		if err := mustNotBeSuspended(ctx, tx.View, d.To); err != nil {
			return err
		}
	}
	if d.State == schema.TransferOffered || d.Renames() {
		return checkOffer(ctx, tx.View, d, last)
	}
	step := last.Step(d.Author, d.State, d.Salt)
	if !last.State.Open() || d.State == schema.TransferAccepted && last.State != schema.TransferOffered {
		return &schema.Error{Kind: schema.Conflict, Detail: fmt.Sprintf("it cannot be %s: it is %s", d.State, last.State), Fix: "look at it again: patternbook transfer list"}
	}
	if !step.SameTerms(d) {
		return &schema.Error{Kind: schema.Conflict, Detail: "it was offered on other terms than this document says", Fix: "repeat design or organisation, to, name and leaves as they were offered"}
	}
	if d.State == schema.TransferStopped {
		return nil
	}
	if err := mustStillOffer(ctx, tx.View, last); err != nil {
		return err
	}
	if d.State == schema.TransferCompleted {
		if err := mustHaveWaited(last, tx.now, s.transferWait); err != nil {
			return err
		}
	}
	return mustBeFree(ctx, tx.View, d)
}

func lastTransfer(ctx context.Context, v index.View, d schema.Transfer) (schema.TransferAnswer, error) {
	if d.Design.IsZero() {
		return v.TransferOfOwnership(ctx, d.Organisation)
	}
	return v.TransferOfDesign(ctx, d.Design)
}

// checkOffer checks what begins a transfer, or renames a design.
func checkOffer(ctx context.Context, v index.View, d schema.Transfer, last schema.TransferAnswer) error {
	if last.State.Open() {
		return &schema.Error{Kind: schema.Conflict, Detail: fmt.Sprintf("it is offered to %s already", last.To), Fix: "stop that first: patternbook transfer stop"}
	}
	if !d.Design.IsZero() {
		if err := mustBePresent(ctx, v, d.Design); err != nil {
			return err
		}
		return mustBeFree(ctx, v, d)
	}
	if err := mustBeOrganisation(ctx, v, d.Organisation); err != nil {
		return err
	}
	m, err := v.Membership(ctx, d.Organisation, d.To)
	if err == nil && m.Role == schema.RoleOwner && m.State == schema.MemberAccepted {
		err = &schema.Error{Kind: schema.Conflict, Detail: fmt.Sprintf("%s is an owner of %s already", d.To, d.Organisation), Fix: "to leave it: patternbook org leave " + d.Organisation.String()}
	}
	return err
}

// mustStillOffer refuses to go on with what its offerer cannot offer any more, and
// with what belongs to a suspended account.
func mustStillOffer(ctx context.Context, v index.View, t schema.TransferAnswer) error {
	o := Object{Owner: t.From}
	if !t.Design.IsZero() {
		o = designObject(t.Design)
	}
	err := may(ctx, v, As(t.OfferedBy), ActTransfer, o)
	if errors.Is(err, schema.Forbidden) {
		err = &schema.Error{Kind: schema.Conflict, Detail: fmt.Sprintf("%s, who offered it, cannot offer it any more", t.OfferedBy), Fix: "an owner stops it, and offers it anew", Err: err}
	}
	return err
}

func mustHaveWaited(t schema.TransferAnswer, now schema.Time, wait time.Duration) error {
	if t.State != schema.TransferAccepted {
		return &schema.Error{Kind: schema.Conflict, Detail: fmt.Sprintf("%s has not accepted it", t.To), Fix: "the receiver does so first: patternbook transfer accept"}
	}
	if from := completeFrom(t, wait); now.Before(from) {
		return &schema.Error{
			Kind: schema.Conflict, Detail: fmt.Sprintf("it can be completed from %s on: until then its owners can stop it", from), Fix: "come back then",
		}
	}
	return nil
}

func completeFrom(t schema.TransferAnswer, wait time.Duration) schema.Time {
	return t.Time.Add(wait)
}

// TransferOfDesign gives the last transfer of a design, under way or not. Error:
// NotFound (there is no such design, or it never was transferred).
func (s *Service) TransferOfDesign(ctx context.Context, design schema.Design) (schema.TransferAnswer, error) {
	if _, err := s.index.Present(ctx, design); err != nil {
		return schema.TransferAnswer{}, err
	}
	t, err := s.index.TransferOfDesign(ctx, design)
	return s.toldOf(t, err, design.String())
}

// TransferOfOwnership gives the last transfer of the ownership of an organisation.
// Error: NotFound.
func (s *Service) TransferOfOwnership(ctx context.Context, organisation schema.Name) (schema.TransferAnswer, error) {
	t, err := s.index.TransferOfOwnership(ctx, organisation)
	return s.toldOf(t, err, organisation.String())
}

func (s *Service) toldOf(t schema.TransferAnswer, err error, what string) (schema.TransferAnswer, error) {
	if err == nil && t.Document.IsZero() {
		err = &schema.Error{Kind: schema.NotFound, Detail: fmt.Sprintf("%s was never offered to anybody", what)}
	}
	return s.told(t), err
}

// told adds when the transfer can be completed.
func (s *Service) told(t schema.TransferAnswer) schema.TransferAnswer {
	if t.State == schema.TransferAccepted {
		t.CompleteFrom = completeFrom(t, s.transferWait)
	}
	return t
}

// Transfers gives the transfers under way that concern an account, by itself or as an
// owner of organisations, the latest first, and the cursor of the next page.
func (s *Service) Transfers(ctx context.Context, account schema.Name, page index.Page) ([]schema.TransferAnswer, string, error) {
	list, next, err := s.index.Transfers(ctx, account, page)
	for i := range list {
		list[i] = s.told(list[i])
	}
	return list, next, err
}
