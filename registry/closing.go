package registry

import (
	"context"
	"errors"
	"fmt"

	"github.com/patternbook/patternbook/registry/index"
	"github.com/patternbook/patternbook/schema"
)

// CloseAccount closes the account of by, for good: nobody logs in to it any more, its
// tokens and keys end, and what it said of itself is said no more. What it has
// published stays, and so does its name, which nobody else gets. Errors:
// Unauthenticated (the password is not right), Conflict (it is a member of an
// organisation, or invited).
func (s *Service) CloseAccount(ctx context.Context, by Actor, password string) error {
	if err := may(ctx, s.index.View, by, ActAccount, Object{Owner: by.Account}); err != nil {
		return err
	}
	if err := s.checkPassword(ctx, by.Account, password); err != nil {
		return err
	}
	if err := mustBelongNowhere(ctx, s.index.View, by.Account); err != nil {
		return err
	}
	_, err := s.index.Account(ctx, by.Account)
	if err == nil {
		_, err = s.changeAccount(ctx, by, by.Account, ActAccount, func(a *schema.Account, _ schema.AccountAnswer) error {
			a.Closed, a.DisplayName, a.About, a.Keys, a.RequiresSignatures = true, "", "", nil, false
			return nil
		})
	}
	if err != nil && !errors.Is(err, schema.NotFound) { // nobody has heard of one that is not found
		return err
	}
	return s.vault.CloseAccount(ctx, by.Account, s.now())
}

// mustBelongNowhere refuses to let somebody go on whom organisations count.
func mustBelongNowhere(ctx context.Context, v index.View, account schema.Name) error {
	list, _, err := v.Memberships(ctx, account, index.Page{Limit: 1})
	if err != nil || len(list) == 0 {
		return err
	}
	organisation := list[0].Organisation
	return &schema.Error{
		Kind: schema.Conflict, Detail: fmt.Sprintf("%s belongs to %s, or is invited", account, organisation),
		Fix: fmt.Sprintf("leave first: patternbook org leave %s; as its last owner invite another before", organisation),
	}
}
