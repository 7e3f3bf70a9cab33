package registry

import (
	"context"
	"testing"
	"time"

	"github.com/patternbook/patternbook/schema"
)

// appoint has the keeper give an account a role, "" for none.
func (f *fixture) appoint(account string, role schema.InstanceRole) error {
	f.t.Helper()
	now, err := f.Appointed(context.Background(), name(account))
	check(f.t, err)
	d := schema.Moderation{
		Head: schema.Head{Kind: schema.KindModeration, Author: name("keeper")}, Act: schema.Appoint, Account: name(account), Role: role, Follows: now.Document, Reason: "Known to us.",
	}
	if role == "" {
		d.Act = schema.Dismiss
	}
	_, err = f.Moderate(context.Background(), Keeper(name("keeper")), d)
	return err
}

func TestAdministrators(t *testing.T) {
	f := open(t, "ada", "carol", "dora", "keeper", "mallory")
	ctx := context.Background()
	f.publish("ada/lamp", "1.0.0", lamp())
	carol := As(name("carol"))
	suspend := schema.Moderation{Head: schema.Head{Kind: schema.KindModeration, Author: name("carol")}, Act: schema.Suspend, Account: name("mallory"), Reason: "Advertises."}
	try := func(by Actor) error { return second(f.Moderate(ctx, by, suspend)) }
	wantKind(t, "before she is appointed", try(carol), schema.Forbidden, "carol")
	check(t, f.appoint("carol", schema.SafetyEditor))
	wantKind(t, "by a safety editor", try(carol), schema.Forbidden)
	check(t, f.appoint("carol", schema.Administrator))
	wantKind(t, "the same role again", f.appoint("carol", schema.Administrator), schema.Conflict, "already")

	limited := func(q schema.Grant) Actor { return Actor{Account: name("carol"), Token: "x", Grant: q} }
	pattern := must(schema.ParseNamePattern, "mallory/*")
	for what, grant := range map[string]schema.Grant{
		"by a token for other things": {Scopes: []schema.Scope{schema.ScopePublish}}, "by a token for some names": {Names: []schema.NamePattern{pattern}},
		"by a token for some names of an administrator": {Scopes: []schema.Scope{schema.ScopeAdmin}, Names: []schema.NamePattern{pattern}},
	} {
		wantKind(t, what, try(limited(grant)), schema.Forbidden, "token")
	}
	check(t, try(limited(schema.Grant{Scopes: []schema.Scope{schema.ScopeAdmin}})))
	if a, err := f.Account(ctx, name("carol")); err != nil || a.InstanceRole != schema.Administrator {
		t.Errorf("carol is %+v (%v)", a, err)
	}

	// What is the keeper's alone.
	appoint := schema.Moderation{Head: suspend.Head, Act: schema.Appoint, Account: name("dora"), Role: schema.Administrator, Reason: "A friend."}
	wantKind(t, "an administrator makes another", second(f.Moderate(ctx, carol, appoint)), schema.Forbidden, "only its keeper")
	redaction := schema.Redaction{Head: schema.Head{Kind: schema.KindRedaction, Author: name("carol")}, Artifact: schema.DigestOf([]byte("A lamp.")), Reason: "x"}
	wantKind(t, "an administrator removes a file", second(f.Redact(ctx, carol, redaction)), schema.Forbidden)
	for what, err := range map[string]error{
		"reports": third(f.Reports(ctx, As(name("ada")), Page{Limit: 1})), "audit": third(f.Audits(ctx, As(name("ada")), time.Time{}, schema.Name{}, Page{Limit: 1})),
		"closing a report": f.CloseReport(ctx, As(name("ada")), 1),
	} {
		wantKind(t, what+" for a stranger", err, schema.Forbidden)
	}
	check(t, third(f.Reports(ctx, carol, Page{Limit: 1})))

	// A suspended administrator is none, and does not lift it herself.
	f.moderate("keeper", schema.Moderation{Act: schema.Suspend, Account: name("carol")})
	wantKind(t, "while she is suspended", third(f.Reports(ctx, carol, Page{Limit: 1})), schema.Forbidden, "suspended")
	f.moderate("keeper", schema.Moderation{Act: schema.Lift, Account: name("carol")})
	check(t, third(f.Reports(ctx, carol, Page{Limit: 1})))
	check(t, f.appoint("carol", ""))
	wantKind(t, "once she is dismissed", third(f.Reports(ctx, carol, Page{Limit: 1})), schema.Forbidden)
	if list, err := f.AllAppointed(ctx); err != nil || len(list) != 0 {
		t.Errorf("those with a role are %+v (%v)", list, err)
	}
	f.wantSound()
}

func third[T, U any](_ T, _ U, err error) error { return err }
