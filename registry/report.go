package registry

import (
	"context"
	"fmt"

	"github.com/patternbook/patternbook/registry/vault"
	"github.com/patternbook/patternbook/schema"
)

// A Reported is a report that its keeper has not closed.
type Reported = vault.Report

// Report passes on to the keeper what anybody says of a release or an account.
// Nothing is kept of who does. Errors: Invalid, NotFound (there is no such release,
// or no such account has published anything), TooMany, Unavailable.
func (s *Service) Report(ctx context.Context, r schema.Report) error {
	if err := r.Validate(); err != nil {
		return err
	}
	if err := s.ReadOnly(); err != nil {
		return err
	}
	kept := Reported{Subject: r.Account.String(), Text: r.Text}
	if r.Account.IsZero() {
		row, err := s.index.Resolve(ctx, r.Release)
		if err != nil {
			return err
		}
		kept.Subject, kept.Release = fmt.Sprintf("%s@%s", row.Design, row.Version), row.Digest
	} else if _, err := s.index.Account(ctx, r.Account); err != nil {
		return err
	}
	return s.vault.AddReport(ctx, kept, s.now())
}

// Reports gives at most limit of the open reports, the oldest first. It is for the
// keeper.
func (s *Service) Reports(ctx context.Context, limit int) ([]Reported, error) {
	return s.vault.Reports(ctx, limit)
}

// CloseReport forgets a report. It is for the keeper. Error: NotFound.
func (s *Service) CloseReport(ctx context.Context, number int64) error {
	return s.vault.CloseReport(ctx, number)
}
