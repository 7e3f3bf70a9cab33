package index

import (
	"context"
	"database/sql"
	"errors"

	"github.com/patternbook/patternbook/registry/ledger"
	"github.com/patternbook/patternbook/registry/sqlite"
	"github.com/patternbook/patternbook/schema"
)

func (t *Tx) applyMembership(ctx context.Context, r ledger.Record, m schema.Membership) error {
	return t.exec(ctx, `
		INSERT INTO members (organisation, member, role, state, document) VALUES (?1, ?2, ?3, ?4, ?5)
		ON CONFLICT DO UPDATE SET role = ?3, state = ?4, document = ?5`,
		m.Organisation.String(), m.Member.String(), m.Role, m.State, r.Entry.Document.String())
}

// Membership gives what holds between an organisation and an account: also one
// that has ended, and the zero Member where there never was one.
func (v View) Membership(ctx context.Context, organisation, member schema.Name) (schema.Member, error) {
	m := schema.Member{Organisation: organisation, Member: member}
	var document string
	err := v.q.QueryRowContext(ctx, `SELECT role, state, document FROM members WHERE organisation = ? AND member = ?`, organisation.String(), member.String()).
		Scan(&m.Role, &m.State, &document)
	if errors.Is(err, sql.ErrNoRows) {
		return schema.Member{}, nil
	}
	if err != nil {
		return schema.Member{}, err
	}
	m.Document, err = schema.ParseDigest(document)
	return m, err
}

// Owners gives how many accepted owners an organisation has.
func (v View) Owners(ctx context.Context, organisation schema.Name) (n int, err error) {
	err = v.q.QueryRowContext(ctx, `SELECT count(*) FROM members WHERE organisation = ? AND role = ? AND state = ?`,
		organisation.String(), schema.RoleOwner, schema.MemberAccepted).Scan(&n)
	return n, err
}

// Members gives the members and the invited of an organisation, by name, and the
// cursor of the next page.
func (v View) Members(ctx context.Context, organisation schema.Name, page Page) ([]schema.Member, string, error) {
	list, err := v.members(ctx, `organisation = ? AND state <> ? AND member > ? ORDER BY member`, organisation, page)
	if len(list) <= page.Limit {
		return list, "", err
	}
	return list[:page.Limit], list[page.Limit-1].Member.String(), err
}

// Memberships gives the organisations of which an account is a member, or is
// invited to be one, by name, and the cursor of the next page.
func (v View) Memberships(ctx context.Context, member schema.Name, page Page) ([]schema.Member, string, error) {
	list, err := v.members(ctx, `member = ? AND state <> ? AND organisation > ? ORDER BY organisation`, member, page)
	if len(list) <= page.Limit {
		return list, "", err
	}
	return list[:page.Limit], list[page.Limit-1].Organisation.String(), err
}

// members gives one row more than the page has.
func (v View) members(ctx context.Context, where string, of schema.Name, page Page) ([]schema.Member, error) {
	rows, err := v.q.QueryContext(ctx, `SELECT organisation, member, role, state, document FROM members WHERE `+where+` LIMIT ?`,
		of.String(), schema.MemberEnded, page.After, page.Limit+1)
	if err != nil {
		return nil, err
	}
	list := []schema.Member{}
	err = sqlite.Each(rows, func() error {
		var m schema.Member
		var organisation, member, document string
		if err := rows.Scan(&organisation, &member, &m.Role, &m.State, &document); err != nil {
			return err
		}
		err := errors.Join(m.Organisation.UnmarshalText([]byte(organisation)), m.Member.UnmarshalText([]byte(member)), m.Document.UnmarshalText([]byte(document)))
		list = append(list, m)
		return err
	})
	return list, err
}
