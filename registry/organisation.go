package registry

import (
	"context"
	"errors"
	"fmt"

	"github.com/patternbook/patternbook/registry/index"
	"github.com/patternbook/patternbook/schema"
)

// OpenOrganisation opens an account for an organisation and makes by its first
// owner. displayName and about, which may be empty, are for people. The same again
// gives the same answer.
//
// Errors: Invalid (a reserved name, a text that is too long), Conflict (the name is
// taken, or would be mistaken for one that is).
func (s *Service) OpenOrganisation(ctx context.Context, by Actor, name schema.Name, displayName, about string) (Published, error) {
	if err := may(ctx, s.index.View, by, ActOrganise, Object{}); err != nil {
		return Published{}, err
	}
	if name.Reserved() {
		return Published{}, &schema.Error{Kind: schema.Invalid, Detail: "this organisation cannot be opened", At: []schema.Place{reservedName(name)}}
	}
	if err := s.ReadOnly(); err != nil {
		return Published{}, err
	}
	own, err := s.vault.Account(ctx, by.Account)
	if err != nil {
		return Published{}, err
	}
	document := schema.Account{
		Head: schema.Head{Kind: schema.KindAccount, Author: by.Account}, Account: name, Type: schema.AccountOrganisation,
		DisplayName: displayName, About: about, Salt: own.Salt, // the salt is put in below; this one is valid
	}
	if err := document.Validate(); err != nil {
		return Published{}, err
	}
	// The name is taken first. Should the rest fail, by alone can do it again.
	account, err := s.vault.OpenOrganisation(ctx, name, by.Account, s.now())
	if err != nil {
		return Published{}, err
	}
	document.Salt = account.Salt
	owner := schema.Membership{
		Head: document.Head, Organisation: name, Member: by.Account, Role: schema.RoleOwner, State: schema.MemberAccepted, Salt: account.Salt,
	}
	owner.Kind = schema.KindMembership
	return s.write(ctx, signedDocument{author: by.Account}, name, func(ctx context.Context, tx *transaction) (schema.Document, error) {
		switch found, err := tx.Account(ctx, name); {
		case err == nil && found.DisplayName == displayName && found.About == about:
			return owner, nil // it counts already
		case err == nil:
			return nil, &schema.Error{Kind: schema.Conflict, Detail: fmt.Sprintf("the organisation %s exists already", name)}
		case !errors.Is(err, schema.NotFound):
			return nil, err
		}
		if err := appendAccount(ctx, tx, by.Account, own.Salt); err != nil {
			return nil, err
		}
		if _, _, _, err := tx.Append(ctx, document); err != nil {
			return nil, err
		}
		return owner, nil
	})
}

// SetMember invites an account to be a member of an organisation in a role, or
// gives a member another role. It gives what holds then; the same again changes
// nothing. Errors: Forbidden, NotFound (there is no such account or organisation),
// Conflict (the organisation would be without an owner).
func (s *Service) SetMember(ctx context.Context, by Actor, organisation, member schema.Name, role schema.MemberRole) (schema.Member, error) {
	switch account, err := s.vault.Account(ctx, member); {
	case errors.Is(err, schema.NotFound):
		return schema.Member{}, &schema.Error{Kind: schema.NotFound, Detail: fmt.Sprintf("there is no account %s", member), Fix: "whoever it is opens one first: patternbook login --create"}
	case err != nil:
		return schema.Member{}, err
	case account.Password == "":
		return schema.Member{}, &schema.Error{Kind: schema.Invalid, Detail: fmt.Sprintf("%s is an organisation, or is closed, and cannot be a member of another", member), Fix: "invite its members"}
	}
	return s.changeMember(ctx, by, organisation, member, func(_ context.Context, _ *transaction, m *schema.Member) error {
		m.Role = role
		if m.State != schema.MemberAccepted {
			m.State = schema.MemberInvited
		}
		return nil
	})
}

// AcceptMembership makes member, who must be by itself, a member of the organisation
// that has invited it. Errors: Forbidden, NotFound (it has not).
func (s *Service) AcceptMembership(ctx context.Context, by Actor, organisation, member schema.Name) (schema.Member, error) {
	if err := may(ctx, s.index.View, by, ActAccount, Object{Owner: member}); err != nil {
		return schema.Member{}, err
	}
	return s.changeMember(ctx, by, organisation, member, func(_ context.Context, _ *transaction, m *schema.Member) error {
		if m.State != schema.MemberInvited && m.State != schema.MemberAccepted {
			return notInvited(organisation, member)
		}
		m.State = schema.MemberAccepted
		return nil
	})
}

func notInvited(organisation, account schema.Name) error {
	return &schema.Error{
		Kind: schema.NotFound, Detail: fmt.Sprintf("%s has not invited %s", organisation, account), Fix: "ask one of its owners",
	}
}

// EndMembership ends a membership or declines an invitation: by the member itself,
// or by an owner. Errors: Forbidden, NotFound, Conflict (the organisation would be
// without an owner).
func (s *Service) EndMembership(ctx context.Context, by Actor, organisation, member schema.Name) (schema.Member, error) {
	return s.changeMember(ctx, by, organisation, member, func(_ context.Context, _ *transaction, m *schema.Member) error {
		if m.State == "" {
			return &schema.Error{Kind: schema.NotFound, Detail: fmt.Sprintf("%s is no member of %s", member, organisation)}
		}
		m.State = schema.MemberEnded
		return nil
	})
}

// changeMember has change say what is to hold between an organisation and an
// account, and makes a document of it where it is something else than before. What
// concerns by alone, to accept and to leave, needs no role.
func (s *Service) changeMember(ctx context.Context, by Actor, organisation, member schema.Name, change func(context.Context, *transaction, *schema.Member) error) (schema.Member, error) {
	if err := may(ctx, s.index.View, by, ActAccount, Object{Owner: by.Account}); err != nil {
		return schema.Member{}, err
	}
	own, err := s.vault.Account(ctx, by.Account)
	if err != nil {
		return schema.Member{}, err
	}
	if err := s.ReadOnly(); err != nil {
		return schema.Member{}, err
	}
	salt := s.vault.NewSalt()
	var after schema.Member
	err = s.writer.Do(ctx, func(ctx context.Context, tx *transaction) error {
		if err := mustBeOrganisation(ctx, tx.View, organisation); err != nil {
			return err
		}
		before, err := tx.Membership(ctx, organisation, member)
		if err != nil {
			return err
		}
		m := before
		m.Organisation, m.Member = organisation, member
		if err := change(ctx, tx, &m); err != nil {
			return err
		}
		if err := mayChangeMember(ctx, tx.View, by, before, m); err != nil {
			return err
		}
		after = m
		if m == before {
			return nil
		}
		if err := appendAccount(ctx, tx, by.Account, own.Salt); err != nil {
			return err
		}
		_, after.Document, _, err = tx.Append(ctx, schema.Membership{
			Head:         schema.Head{Kind: schema.KindMembership, Author: by.Account},
			Organisation: organisation, Member: member, Role: m.Role, State: m.State, Follows: before.Document, Salt: salt,
		})
		return err
	})
	if err != nil {
		return schema.Member{}, err // after may still be written to: see Do
	}
	return after, nil
}

// mayChangeMember: the member accepts what it was invited to, and leaves; all else
// is the owners' to say. An organisation is never without an owner.
func mayChangeMember(ctx context.Context, v index.View, by Actor, before, after schema.Member) error {
	own := by.Account == after.Member && before.Role == after.Role && after.State != schema.MemberInvited
	if !own {
		if err := may(ctx, v, by, ActMembers, Object{Owner: after.Organisation}); err != nil {
			return err
		}
	}
	loses := before.Role == schema.RoleOwner && before.State == schema.MemberAccepted && (after.Role != schema.RoleOwner || after.State != schema.MemberAccepted)
	if !loses {
		return nil
	}
	owners, err := v.Owners(ctx, after.Organisation)
	if err != nil || owners > 1 {
		return err
	}
	return &schema.Error{
		Kind: schema.Conflict, Detail: fmt.Sprintf("%s is the last owner of %s", after.Member, after.Organisation),
		Fix: "make somebody else an owner first",
	}
}

func mustBeOrganisation(ctx context.Context, v index.View, name schema.Name) error {
	a, err := v.Account(ctx, name)
	if err == nil && a.Type == schema.AccountOrganisation {
		return nil
	}
	if err != nil && !errors.Is(err, schema.NotFound) {
		return err
	}
	return &schema.Error{Kind: schema.NotFound, Detail: fmt.Sprintf("there is no organisation %s", name), Fix: "open one: patternbook org create"}
}

// Members gives the members and the invited of an organisation, by name, and the
// cursor of the next page. Error: NotFound.
func (s *Service) Members(ctx context.Context, organisation schema.Name, page index.Page) ([]schema.Member, string, error) {
	if err := mustBeOrganisation(ctx, s.index.View, organisation); err != nil {
		return nil, "", err
	}
	return s.index.Members(ctx, organisation, page)
}

// Memberships gives the organisations that an account belongs to or is invited to,
// by name, and the cursor of the next page.
func (s *Service) Memberships(ctx context.Context, member schema.Name, page index.Page) ([]schema.Member, string, error) {
	return s.index.Memberships(ctx, member, page)
}
