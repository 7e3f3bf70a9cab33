package registry

import (
	"context"
	"fmt"
	"slices"

	"github.com/patternbook/patternbook/registry/index"
	"github.com/patternbook/patternbook/schema"
)

// An Actor is who asks for something: an account, and what the token by which it
// proves itself may be used for. The zero Actor is anybody.
type Actor struct {
	Account schema.Name
	Token   string // its id, "" when there is none
	schema.Grant
	// Signature is over the document that it sends, zero when it does not sign.
	Signature schema.Signature

	keeper bool // see Keeper
}

// As is an account that may do all that is its own.
func As(account schema.Name) Actor { return Actor{Account: account} }

// Keeper is the keeper of the registry, who can read its files, and the account in
// whose name the keeper acts.
func Keeper(account schema.Name) Actor { return Actor{Account: account, keeper: true} }

// An Act is a kind of write, or of reading what is not public.
type Act string

// The acts.
const (
	ActPublish  Act = "publish"
	ActStatus   Act = "change the status of a release"
	ActBatch    Act = "register a batch"
	ActSend     Act = "send files"
	ActMembers  Act = "change who is a member"
	ActAccount  Act = "change the account"
	ActOrganise Act = "open an organisation"
	ActTransfer Act = "give a design or an organisation away"
	ActReceive  Act = "take over what is offered"
	ActRedact   Act = "remove a file by law"
	ActModerate Act = "moderate what others publish"
	ActEvent    Act = "tell what happened to a unit"
	ActAdvisory Act = "warn of a defect"
	ActReports  Act = "read what was reported"
	ActAudit    Act = "read who has written"
	ActAppoint  Act = "give roles in the registry"
)

// An Object is what is written, by its tuple key: a design, a batch, or an account,
// which has no Name. The zero Object is what belongs to nobody else yet.
type Object struct {
	Owner schema.Name
	Name  string
}

func designObject(d schema.Design) Object { return Object{d.Owner, d.Name} }

// A right says who may do an act: the owner of the object, and the owner's members
// in these roles, by a token of these scopes. Without scopes only a token that may
// do everything will do.
type right struct {
	scopes []schema.Scope
	roles  []schema.MemberRole
}

// instanceRights are the acts that are about no owner's object but for the registry as a
// whole. The keeper may do them all, and those who have one of these roles in it, by a
// token that may do everything or has the scope for it and is not limited to names.
var instanceRights = map[Act][]schema.InstanceRole{
	ActModerate: {schema.Administrator},
	ActReports:  {schema.Administrator},
	ActAudit:    {schema.Administrator},
	ActAppoint:  nil,
	ActRedact:   nil,
}

// rights are all other acts. There is no other place in which it is decided who may write.
var rights = map[Act]right{
	ActPublish:  {[]schema.Scope{schema.ScopePublish}, []schema.MemberRole{schema.RoleOwner, schema.RoleMaintainer, schema.RolePublisher}},
	ActStatus:   {[]schema.Scope{schema.ScopePublish}, []schema.MemberRole{schema.RoleOwner, schema.RoleMaintainer}},
	ActBatch:    {[]schema.Scope{schema.ScopeBatch}, []schema.MemberRole{schema.RoleOwner, schema.RoleMaker}},
	ActSend:     {[]schema.Scope{schema.ScopePublish, schema.ScopeBatch}, nil},
	ActMembers:  {nil, []schema.MemberRole{schema.RoleOwner}},
	ActAccount:  {nil, nil},
	ActOrganise: {nil, nil},
	ActEvent:    {[]schema.Scope{schema.ScopeBatch}, nil},
	ActAdvisory: {[]schema.Scope{schema.ScopeAdvisory}, []schema.MemberRole{schema.RoleOwner, schema.RoleMaintainer, schema.RoleMaker}},
	ActTransfer: {nil, []schema.MemberRole{schema.RoleOwner}},
	ActReceive:  {nil, []schema.MemberRole{schema.RoleOwner}},
}

// may refuses an act on an object that is not by's to do. Whoever writes asks again
// inside the writer: v is what holds there. Errors: Unauthenticated, Forbidden.
func may(ctx context.Context, v index.View, by Actor, act Act, o Object) error {
	roles, instance := instanceRights[act]
	if instance && by.keeper {
		return nil
	}
	if err := MustBeKnown(by); err != nil {
		return err
	}
	if instance {
		return mayForInstance(ctx, v, by, act, roles)
	}
	r := rights[act]
	if err := by.mayByToken(r, act, o); err != nil {
		return err
	}
	if act != ActAccount { // a suspended account is still its holder's
		if err := mustNotBeSuspended(ctx, v, by.Account, o.Owner); err != nil {
			return err
		}
	}
	if o.Owner.IsZero() || o.Owner == by.Account {
		return nil
	}
	if len(r.roles) > 0 {
		m, err := v.Membership(ctx, o.Owner, by.Account)
		if err != nil || m.State == schema.MemberAccepted && slices.Contains(r.roles, m.Role) {
			return err
		}
	}
	return &schema.Error{
		Kind: schema.Forbidden, Detail: fmt.Sprintf("%s cannot %s as %s", by.Account, act, o.Owner),
		Fix: fmt.Sprintf("do it under your own name, %s, or ask %s", by.Account, o.Owner),
	}
}

// mayForInstance refuses an act for the registry as a whole to all but those who have
// a role for it.
func mayForInstance(ctx context.Context, v index.View, by Actor, act Act, roles []schema.InstanceRole) error {
	if !by.Whole() && (len(by.Names) > 0 || !slices.Contains(by.Scopes, schema.ScopeAdmin)) {
		return notByThisToken(act)
	}
	if err := mustNotBeSuspended(ctx, v, by.Account); err != nil {
		return err
	}
	a, err := v.Appointed(ctx, by.Account)
	if err != nil || a.Role != "" && slices.Contains(roles, a.Role) {
		return err
	}
	who := "its keeper may"
	if len(roles) > 0 {
		who = "its keeper and its administrators may"
	}
	return &schema.Error{Kind: schema.Forbidden, Detail: fmt.Sprintf("%s cannot %s: only %s", by.Account, act, who), Fix: "ask the keeper of this registry"}
}

// mayByToken refuses what the account may do and this token may not.
func (by Actor) mayByToken(r right, act Act, o Object) error {
	if by.Whole() {
		return nil
	}
	for _, scope := range r.scopes {
		if o.Owner.IsZero() && by.Grant.AllowsScope(scope) || !o.Owner.IsZero() && by.Grant.Allows(scope, o.Owner, o.Name) {
			return nil
		}
	}
	return notByThisToken(act)
}

func notByThisToken(act Act) error {
	return &schema.Error{
		Kind: schema.Forbidden, Detail: fmt.Sprintf("this token is not for that: it may not %s", act),
		Fix: "use one that is, or log in: patternbook login",
	}
}

// mustSpeak lets an account sign only what it says itself.
func mustSpeak(by Actor, author schema.Name) error {
	if author == by.Account {
		return nil
	}
	return &schema.Error{
		Kind: schema.Forbidden, Detail: fmt.Sprintf("%s cannot speak as %s", by.Account, author),
		Fix: fmt.Sprintf("write %s as the author", by.Account),
	}
}

// MustBeKnown is the error of an act that needs an account, of kind
// Unauthenticated, where nobody is known to ask.
func MustBeKnown(by Actor) error {
	if by.Account.IsZero() {
		return &schema.Error{Kind: schema.Unauthenticated, Detail: "this needs an account", Fix: "log in: patternbook login --create opens an account for anybody"}
	}
	return nil
}
