package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/patternbook/patternbook/schema"
)

// OpenOrganisation opens an account for an organisation, of which the client's
// account becomes the first owner.
func (c *Client) OpenOrganisation(ctx context.Context, name schema.Name, displayName, about string) (schema.AccountAnswer, error) {
	return call[schema.AccountAnswer](ctx, c, request{method: http.MethodPost, path: "/v1/organisations", body: map[string]string{
		"account": name.String(), "display_name": displayName, "about": about,
	}})
}

// Members gives the members and the invited of an organisation, by name: a page of
// at most limit, 1 to 1000.
func (c *Client) Members(ctx context.Context, organisation schema.Name, limit int) (schema.MemberList, error) {
	return c.members(ctx, path("v1", "accounts", organisation.String(), "members"), limit)
}

// Memberships gives the organisations that an account belongs to, or is invited to,
// by name: a page of at most limit, 1 to 1000.
func (c *Client) Memberships(ctx context.Context, account schema.Name, limit int) (schema.MemberList, error) {
	return c.members(ctx, path("v1", "accounts", account.String(), "memberships"), limit)
}

func (c *Client) members(ctx context.Context, at string, limit int) (schema.MemberList, error) {
	return call[schema.MemberList](ctx, c, request{method: http.MethodGet, path: at, query: url.Values{"limit": {strconv.Itoa(limit)}}})
}

func memberPath(organisation, member schema.Name) string {
	return path("v1", "accounts", organisation.String(), "members", member.String())
}

// SetMember invites an account into an organisation, or gives a member another role.
func (c *Client) SetMember(ctx context.Context, organisation, member schema.Name, role schema.MemberRole) (schema.Member, error) {
	return call[schema.Member](ctx, c, request{method: http.MethodPut, path: memberPath(organisation, member), body: map[string]schema.MemberRole{"role": role}})
}

// AcceptMembership accepts the invitation of member, the client's own account.
func (c *Client) AcceptMembership(ctx context.Context, organisation, member schema.Name) (schema.Member, error) {
	return call[schema.Member](ctx, c, request{method: http.MethodPost, path: memberPath(organisation, member) + "/accept"})
}

// EndMembership ends a membership, or declines or withdraws an invitation.
func (c *Client) EndMembership(ctx context.Context, organisation, member schema.Name) error {
	_, err := c.bytes(ctx, request{method: http.MethodDelete, path: memberPath(organisation, member)})
	return err
}
