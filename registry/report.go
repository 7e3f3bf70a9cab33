package registry

import (
	"context"
	"fmt"
	"strconv"

	"github.com/patternbook/patternbook/registry/index"
	"github.com/patternbook/patternbook/schema"
)

// A Page bounds a list.
type Page = index.Page

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
	kept := schema.Reported{Subject: r.Account.String(), Text: r.Text}
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

// Reports gives the open reports, the oldest first, and the cursor of the next page.
// Error: Forbidden.
func (s *Service) Reports(ctx context.Context, by Actor, page index.Page) ([]schema.Reported, string, error) {
	if err := may(ctx, s.index.View, by, ActReports, Object{}); err != nil {
		return nil, "", err
	}
	after, err := page.Number(0)
	if err != nil {
		return nil, "", err
	}
	list, err := s.vault.Reports(ctx, after, page.Limit+1)
	if err != nil || len(list) <= page.Limit {
		return list, "", err
	}
	return list[:page.Limit], strconv.FormatInt(list[page.Limit-1].Number, 10), nil
}

// CloseReport forgets a report. Errors: Forbidden, NotFound.
func (s *Service) CloseReport(ctx context.Context, by Actor, number int64) error {
	if err := may(ctx, s.index.View, by, ActReports, Object{}); err != nil {
		return err
	}
	return s.vault.CloseReport(ctx, number)
}
