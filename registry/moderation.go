package registry

import (
	"context"
	"errors"
	"fmt"

	"github.com/patternbook/patternbook/registry/index"
	"github.com/patternbook/patternbook/schema"
)

// Moderate makes a moderation document count. It is for the keeper of the registry and
// its administrators; roles are given by the keeper alone. Errors: NotFound (there is no such release or account), Conflict (it is
// so already, or something else was said since), Forbidden, Invalid.
func (s *Service) Moderate(ctx context.Context, by Actor, d schema.Moderation) (Published, error) {
	act := ActModerate
	if d.Act.Appoints() {
		act = ActAppoint
	}
	if err := may(ctx, s.index.View, by, act, Object{}); err != nil {
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
	if !d.Account.IsZero() {
		if _, err := s.vault.Account(ctx, d.Account); err != nil {
			return Published{}, err
		}
	}
	signed := signedDocument{} // what is harmful does not wait for a signature
	if !by.Signature.IsZero() {
		if signed, err = s.sign(ctx, by, d); err != nil {
			return Published{}, err
		}
	}
	return s.append(ctx, signed, schema.Name{}, func(ctx context.Context, tx *transaction) (schema.Document, error) {
		if err := may(ctx, tx.View, by, act, Object{}); err != nil {
			return nil, err
		}
		if _, err := tx.Entry(ctx, digest); !errors.Is(err, schema.NotFound) {
			return d, err // it counts already, unless err says otherwise
		}
		if err := checkModeration(ctx, tx.View, d); err != nil {
			return nil, err
		}
		return d, appendAccount(ctx, tx, by.Account, account.Salt)
	})
}

// checkModeration refuses what is about no release, says what holds already, or
// follows another document than the last.
func checkModeration(ctx context.Context, v index.View, d schema.Moderation) error {
	if d.Act.Appoints() {
		return checkAppointment(ctx, v, d)
	}
	if !d.Release.IsZero() {
		if _, err := v.ReleaseByDigest(ctx, d.Release); err != nil {
			return err
		}
	}
	now, err := v.Moderated(ctx, d.Release, d.Account)
	if err != nil {
		return err
	}
	if now.Document != d.Follows {
		return &schema.Error{
			Kind: schema.Conflict, Detail: "something else was said of it since: " + orNothing(string(now.Act)) + ", because: " + orNothing(now.Reason),
			Fix: "look at it again, then decide",
		}
	}
	if now.Act == d.Act {
		return &schema.Error{Kind: schema.Conflict, Detail: fmt.Sprintf("%s changes nothing: it is so already", d.Act)}
	}
	return nil
}

// checkAppointment refuses to give a role that the account has, and to take none.
func checkAppointment(ctx context.Context, v index.View, d schema.Moderation) error {
	now, err := v.Appointed(ctx, d.Account)
	if err != nil {
		return err
	}
	if now.Document != d.Follows {
		return &schema.Error{
			Kind: schema.Conflict, Detail: fmt.Sprintf("something else was said of its role since: it is %s, because: %s", orNothing(string(now.Role)), orNothing(now.Reason)),
			Fix: "look at it again, then decide",
		}
	}
	if now.Role == d.Role {
		return &schema.Error{Kind: schema.Conflict, Detail: fmt.Sprintf("this changes nothing: %s is %s already", d.Account, orNothing(string(d.Role)))}
	}
	return nil
}

func orNothing(s string) string {
	if s == "" {
		return "nothing"
	}
	return s
}

// mustNotBeSuspended refuses a write by or in the name of a suspended account.
func mustNotBeSuspended(ctx context.Context, v index.View, accounts ...schema.Name) error {
	for i, account := range accounts {
		if account.IsZero() || i > 0 && account == accounts[0] {
			continue
		}
		why, err := v.Suspended(ctx, account)
		if err != nil {
			return err
		}
		if why != "" {
			return &schema.Error{
				Kind: schema.Forbidden, Detail: fmt.Sprintf("%s is suspended: %s", account, why),
				Fix: "what it has published stays; talk to the keeper of this registry",
			}
		}
	}
	return nil
}

// Appointed gives which role an account has in the registry. Error: NotFound.
func (s *Service) Appointed(ctx context.Context, account schema.Name) (schema.Appointed, error) {
	if _, err := s.vault.Account(ctx, account); err != nil {
		return schema.Appointed{}, err
	}
	return s.index.Appointed(ctx, account)
}

// AllAppointed gives the accounts that have a role in the registry, by name.
func (s *Service) AllAppointed(ctx context.Context) ([]schema.Appointed, error) {
	return s.index.AllAppointed(ctx)
}

// PreviewModeration gives what was last said of a release or an account, as text names
// it, and how much hangs on it. Errors: Forbidden, NotFound, Invalid (a release is not
// named exactly: what a looser reference means may have changed when it is acted upon).
func (s *Service) PreviewModeration(ctx context.Context, by Actor, release schema.Reference, account schema.Name) (schema.ModerationPreview, error) {
	p := schema.ModerationPreview{Account: account, Subject: account.String()}
	if err := may(ctx, s.index.View, by, ActModerate, Object{}); err != nil {
		return p, err
	}
	if account.IsZero() {
		if !release.Exact() {
			return p, &schema.Error{Kind: schema.Invalid, Detail: fmt.Sprintf("%s does not name one release", release), Fix: fmt.Sprintf("write its version, like %s@1.0.0", release.Design)}
		}
		row, err := s.index.Resolve(ctx, release)
		if err != nil {
			return p, err
		}
		p.Release, p.Subject = row.Digest, fmt.Sprintf("%s@%s", row.Design, row.Version)
	}
	var err error
	p.Now, p.Impact, err = s.moderated(ctx, p.Release, p.Account)
	return p, err
}

// moderated gives what was last said of a release or an account, of which the
// other is zero, and how much hangs on it. Error: NotFound.
func (s *Service) moderated(ctx context.Context, release schema.Digest, account schema.Name) (schema.Moderated, schema.Impact, error) {
	now, err := s.index.Moderated(ctx, release, account)
	if err != nil {
		return now, schema.Impact{}, err
	}
	var impact schema.Impact
	if release.IsZero() {
		if _, err := s.vault.Account(ctx, account); err != nil {
			return now, impact, err
		}
		impact, err = s.index.ImpactOfAccount(ctx, account)
		return now, impact, err
	}
	row, err := s.index.ReleaseByDigest(ctx, release)
	if err != nil {
		return now, impact, err
	}
	impact, err = s.index.ImpactOfRelease(ctx, row.Number)
	return now, impact, err
}
