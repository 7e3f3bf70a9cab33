package api

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/danielgtaylor/huma/v2"

	"github.com/patternbook/patternbook/registry/index"
	"github.com/patternbook/patternbook/schema"
)

const membersURL = "/v1/accounts/{account}/members"

func (a *API) registerOrganisations() {
	tags := []string{"accounts"}
	handle(a, huma.Operation{
		OperationID: "open-organisation", Method: http.MethodPost, Path: "/v1/organisations", Summary: "Open an account for an organisation",
		Description: "A cooperative, a makerspace, a design team. You become its first owner. Nobody logs in to it: its members act for it.",
		Tags:        tags, Security: needsToken, DefaultStatus: http.StatusOK,
		Responses: responds[schema.AccountAnswer](a, 200, "the organisation", "application/json"),
	}, a.openOrganisation)
	handle(a, huma.Operation{
		OperationID: "list-members", Method: http.MethodGet, Path: membersURL, Summary: "List the members of an organisation, and those who are invited",
		Tags: tags, Responses: responds[schema.MemberList](a, 200, "a page of members", "application/json"),
	}, a.listMembers)
	handle(a, huma.Operation{
		OperationID: "list-memberships", Method: http.MethodGet, Path: "/v1/accounts/{account}/memberships", Summary: "List the organisations that an account belongs to, or is invited to",
		Tags: tags, Responses: responds[schema.MemberList](a, 200, "a page of memberships", "application/json"),
	}, a.listMemberships)
	handle(a, huma.Operation{
		OperationID: "set-member", Method: http.MethodPut, Path: membersURL + "/{member}", Summary: "Invite a member, or give one another role",
		Description: "For owners. Who is invited becomes a member by accepting.", Tags: tags, Security: needsToken,
		Responses: responds[schema.Member](a, 200, "what holds now", "application/json"),
	}, a.setMember)
	handle(a, huma.Operation{
		OperationID: "accept-membership", Method: http.MethodPost, Path: membersURL + "/{member}/accept", Summary: "Accept an invitation",
		Description: "For the member that was invited.", Tags: tags, Security: needsToken,
		Responses: responds[schema.Member](a, 200, "what holds now", "application/json"),
	}, a.acceptMembership)
	handle(a, huma.Operation{
		OperationID: "end-membership", Method: http.MethodDelete, Path: membersURL + "/{member}", Summary: "Leave, decline, or remove a member",
		Description: "For the member itself, and for owners. The last owner cannot go.", Tags: tags, Security: needsToken, DefaultStatus: http.StatusNoContent,
	}, a.endMembership)
}

func (a *API) openOrganisation(ctx context.Context, in *struct {
	Body struct {
		Account     string `json:"account" doc:"name of the organisation" example:"coop"`
		DisplayName string `json:"display_name,omitempty" maxLength:"200" doc:"its name for people" example:"Cooperative Lights"`
		About       string `json:"about,omitempty" maxLength:"10000" doc:"what it is"`
	}
}) (*huma.StreamResponse, error) {
	name, err := schema.ParseName(in.Body.Account)
	if err != nil {
		return nil, err
	}
	if _, err := a.service.OpenOrganisation(ctx, by(ctx), name, in.Body.DisplayName, in.Body.About); err != nil {
		return nil, err
	}
	account, err := a.service.Account(ctx, name)
	if err != nil {
		return nil, err
	}
	return a.sendJSON(account)
}

// AccountPath names an account.
type AccountPath struct {
	Account string `path:"account" example:"coop"`
}

func (a *API) listMembers(ctx context.Context, in *struct {
	AccountPath
	Paging
}) (*huma.StreamResponse, error) {
	return a.sendMembers(ctx, in.AccountPath, in.Paging, "members", a.service.Members)
}

func (a *API) listMemberships(ctx context.Context, in *struct {
	AccountPath
	Paging
}) (*huma.StreamResponse, error) {
	return a.sendMembers(ctx, in.AccountPath, in.Paging, "memberships", a.service.Memberships)
}

func (a *API) sendMembers(ctx context.Context, at AccountPath, p Paging, what string, list func(context.Context, schema.Name, index.Page) ([]schema.Member, string, error)) (*huma.StreamResponse, error) {
	name, err := schema.ParseName(at.Account)
	if err != nil {
		return nil, err
	}
	members, cursor, err := list(ctx, name, p.page())
	if err != nil {
		return nil, err
	}
	next := nextPage(fmt.Sprintf("/v1/accounts/%s/%s", name, what), url.Values{"limit": {fmt.Sprint(p.Limit)}}, cursor)
	return a.sendList(schema.MemberList{Members: members, Next: next}, next)
}

// MemberPath names a member of an organisation.
type MemberPath struct {
	AccountPath
	Member string `path:"member" example:"ada"`
}

func (p MemberPath) names() (organisation, member schema.Name, err error) {
	if organisation, err = schema.ParseName(p.Account); err != nil {
		return organisation, member, err
	}
	member, err = schema.ParseName(p.Member)
	return organisation, member, err
}

func (a *API) setMember(ctx context.Context, in *struct {
	MemberPath
	Body struct {
		Role schema.MemberRole `json:"role"`
	}
}) (*huma.StreamResponse, error) {
	organisation, member, err := in.names()
	if err != nil {
		return nil, err
	}
	role, err := schema.ParseMemberRole(string(in.Body.Role))
	if err != nil {
		return nil, err
	}
	m, err := a.service.SetMember(ctx, by(ctx), organisation, member, role)
	if err != nil {
		return nil, err
	}
	return a.sendJSON(m)
}

func (a *API) acceptMembership(ctx context.Context, in *MemberPath) (*huma.StreamResponse, error) {
	organisation, member, err := in.names()
	if err != nil {
		return nil, err
	}
	m, err := a.service.AcceptMembership(ctx, by(ctx), organisation, member)
	if err != nil {
		return nil, err
	}
	return a.sendJSON(m)
}

func (a *API) endMembership(ctx context.Context, in *MemberPath) (*struct{}, error) {
	organisation, member, err := in.names()
	if err != nil {
		return nil, err
	}
	_, err = a.service.EndMembership(ctx, by(ctx), organisation, member)
	return nil, err
}
