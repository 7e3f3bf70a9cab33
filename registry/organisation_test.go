package registry

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/registry/index"
	"github.com/patternbook/patternbook/schema"
)

func (f *fixture) organisation(by, org string) {
	f.t.Helper()
	_, err := f.OpenOrganisation(context.Background(), As(name(by)), name(org), "The "+org, "")
	check(f.t, err)
}

func (f *fixture) member(org, member string, role schema.MemberRole) {
	f.t.Helper()
	_, err := f.SetMember(context.Background(), As(name("ada")), name(org), name(member), role)
	check(f.t, err)
	_, err = f.AcceptMembership(context.Background(), As(name(member)), name(org), name(member))
	check(f.t, err)
}

// draftBy sends files and drafts a release of an organisation's design as a member.
func (f *fixture) draftBy(member, d, v string, fs files) *bom.Draft {
	f.t.Helper()
	for _, data := range fs {
		f.send(member, data)
	}
	drafted, err := f.Draft(context.Background(), As(name(member)), DraftRequest{
		Design: design(d), Manifest: "okh.toml", Files: fs.list(), DraftOptions: schema.DraftOptions{Version: version(v)},
	})
	check(f.t, err)
	return drafted
}

func (f *fixture) publishBy(member, d, v string, fs files) {
	f.t.Helper()
	_, err := f.Publish(context.Background(), As(name(member)), f.draftBy(member, d, v, fs).Publication)
	check(f.t, err)
}

func TestOpenOrganisation(t *testing.T) {
	f := open(t, "ada", "bob")
	ctx := context.Background()
	first, err := f.OpenOrganisation(ctx, As(name("ada")), name("lamp-lab"), "Lamp lab", "Lamps.")
	check(t, err)
	again, err := f.OpenOrganisation(ctx, As(name("ada")), name("lamp-lab"), "Lamp lab", "Lamps.")
	if err != nil || again.Digest != first.Digest || again.New {
		t.Errorf("the same again is %+v (%v), first it was %+v", again, err, first)
	}
	a, err := f.Account(ctx, name("lamp-lab"))
	if err != nil || a.Type != schema.AccountOrganisation || a.DisplayName != "Lamp lab" || a.About != "Lamps." {
		t.Errorf("the organisation is %+v (%v)", a, err)
	}
	for what, test := range map[string]struct {
		by, org string
		kind    schema.Kind
	}{
		"another's":                  {"bob", "lamp-lab", schema.Conflict},
		"the same with another text": {"ada", "lamp-lab", schema.Conflict},
		"a person's name":            {"ada", "bob", schema.Conflict},
		"one that looks alike":       {"ada", "1amp-1ab", schema.Conflict},
		"a reserved one":             {"ada", "admin", schema.Invalid},
	} {
		_, err := f.OpenOrganisation(ctx, As(name(test.by)), name(test.org), "Other", "")
		wantKind(t, what, err, test.kind)
	}
	_, err = f.OpenOrganisation(ctx, Actor{}, name("lab-two"), "", "")
	wantKind(t, "by nobody", err, schema.Unauthenticated)
	_, _, err = f.Login(ctx, name("lamp-lab"), "", schema.TokenRequest{})
	wantKind(t, "logging in to it", err, schema.Unauthenticated)
	_, _, err = f.OpenAccount(ctx, name("lamp-lab"), "a long enough one")
	wantKind(t, "opening an account of its name", err, schema.Conflict)
}

// TestLastOwner: an organisation is never without an owner, however owners go.
func TestLastOwner(t *testing.T) {
	f := open(t, "ada", "bob", "eve")
	f.organisation("ada", "lab-one")
	ctx := context.Background()
	_, err := f.EndMembership(ctx, As(name("ada")), name("lab-one"), name("ada"))
	wantKind(t, "the last owner leaves", err, schema.Conflict, "last owner")
	_, err = f.SetMember(ctx, As(name("ada")), name("lab-one"), name("ada"), schema.RoleMaker)
	wantKind(t, "the last owner becomes a maker", err, schema.Conflict, "last owner")
	_, err = f.SetMember(ctx, As(name("ada")), name("lab-one"), name("bob"), schema.RoleOwner)
	check(t, err)
	_, err = f.EndMembership(ctx, As(name("ada")), name("lab-one"), name("ada"))
	wantKind(t, "while the other has not accepted", err, schema.Conflict)
	_, err = f.AcceptMembership(ctx, As(name("bob")), name("lab-one"), name("bob"))
	check(t, err)
	_, err = f.EndMembership(ctx, As(name("ada")), name("lab-one"), name("ada"))
	check(t, err)
	_, err = f.SetMember(ctx, As(name("ada")), name("lab-one"), name("eve"), schema.RoleMaker)
	wantKind(t, "who is owner no more invites", err, schema.Forbidden)

	// Of many owners who go at once one stays.
	f.organisation("ada", "lab-two")
	var all []schema.Name
	for i := range 8 {
		n := fmt.Sprintf("owner-%d", i)
		f.account(n)
		f.member("lab-two", n, schema.RoleOwner)
		all = append(all, name(n))
	}
	all = append(all, name("ada"))
	var work sync.WaitGroup
	for _, n := range all {
		work.Go(func() { _, _ = f.EndMembership(ctx, As(n), name("lab-two"), n) })
	}
	work.Wait()
	if n, err := f.index.Owners(ctx, name("lab-two")); err != nil || n != 1 {
		t.Errorf("when all owners go at once %d stay (%v), want 1", n, err)
	}
}

// TestMembership goes the way of a member, and tries what others must not do.
func TestMembership(t *testing.T) {
	f := open(t, "ada", "bob", "eve")
	f.organisation("ada", "lab-one")
	f.organisation("eve", "lab-two")
	ctx := context.Background()
	org, ada, bob, eve := name("lab-one"), As(name("ada")), As(name("bob")), As(name("eve"))

	_, err := f.AcceptMembership(ctx, bob, org, bob.Account)
	wantKind(t, "accepting what was not offered", err, schema.NotFound)
	_, err = f.SetMember(ctx, bob, org, bob.Account, schema.RoleOwner)
	wantKind(t, "inviting oneself", err, schema.Forbidden)
	_, err = f.SetMember(ctx, eve, org, bob.Account, schema.RoleMaker)
	wantKind(t, "an owner of another organisation invites", err, schema.Forbidden)
	_, err = f.SetMember(ctx, ada, org, name("nobody-here"), schema.RoleMaker)
	wantKind(t, "inviting who is not there", err, schema.NotFound)
	_, err = f.SetMember(ctx, ada, org, name("lab-two"), schema.RoleMaker)
	wantKind(t, "inviting an organisation", err, schema.Invalid)
	_, err = f.SetMember(ctx, ada, name("bob"), eve.Account, schema.RoleMaker)
	wantKind(t, "inviting into a person", err, schema.NotFound)
	_, err = f.SetMember(ctx, ada, org, bob.Account, "boss")
	wantKind(t, "a role that there is not", err, schema.Invalid)

	invited, err := f.SetMember(ctx, ada, org, bob.Account, schema.RolePublisher)
	if err != nil || invited.State != schema.MemberInvited {
		t.Fatalf("bob is %+v (%v), want him invited", invited, err)
	}
	if same, err := f.SetMember(ctx, ada, org, bob.Account, schema.RolePublisher); err != nil || same != invited {
		t.Errorf("the same again gives %+v (%v), want %+v", same, err, invited)
	}
	_, err = f.AcceptMembership(ctx, eve, org, bob.Account)
	wantKind(t, "accepting for another", err, schema.Forbidden)
	_, err = f.AcceptMembership(ctx, Actor{Account: bob.Account, Grant: schema.Grant{Scopes: []schema.Scope{schema.ScopePublish}}}, org, bob.Account)
	wantKind(t, "accepting by a token for something else", err, schema.Forbidden)
	if m, err := f.AcceptMembership(ctx, bob, org, bob.Account); err != nil || m.State != schema.MemberAccepted || m.Role != schema.RolePublisher {
		t.Errorf("bob is %+v (%v), want him a publisher", m, err)
	}
	_, err = f.SetMember(ctx, bob, org, bob.Account, schema.RoleOwner)
	wantKind(t, "raising oneself", err, schema.Forbidden)
	_, err = f.EndMembership(ctx, bob, org, ada.Account)
	wantKind(t, "a publisher removes an owner", err, schema.Forbidden)

	list, next, err := f.Members(ctx, org, index.Page{Limit: 1})
	if err != nil || len(list) != 1 || list[0].Member != ada.Account || next != "ada" {
		t.Errorf("the first page has %+v, then %q (%v)", list, next, err)
	}
	list, next, err = f.Members(ctx, org, index.Page{After: next, Limit: 1})
	if err != nil || len(list) != 1 || list[0].Member != bob.Account || next != "" {
		t.Errorf("the second page has %+v, then %q (%v)", list, next, err)
	}
	if list, _, err := f.Memberships(ctx, bob.Account, index.Page{Limit: 10}); err != nil || len(list) != 1 || list[0].Organisation != org {
		t.Errorf("bob belongs to %+v (%v)", list, err)
	}

	_, err = f.EndMembership(ctx, bob, org, bob.Account)
	check(t, err)
	_, err = f.AcceptMembership(ctx, bob, org, bob.Account)
	wantKind(t, "coming back uninvited", err, schema.NotFound)
	if list, _, err := f.Memberships(ctx, bob.Account, index.Page{Limit: 10}); err != nil || len(list) != 0 {
		t.Errorf("bob has left, and belongs to %+v (%v)", list, err)
	}
}

// TestPublishForOrganisation: members publish in its name and speak in their own.
func TestPublishForOrganisation(t *testing.T) {
	f := open(t, "ada", "bob", "eve")
	f.organisation("ada", "lab-one")
	f.member("lab-one", "bob", schema.RolePublisher)
	f.publishBy("bob", "lab-one/lamp", "1.0.0", lamp())
	r, release, err := f.Release(context.Background(), ref("lab-one/lamp"))
	if err != nil || r.Design.Owner != name("lab-one") || release.Author != name("bob") {
		t.Errorf("the release is of %s by %s (%v)", r.Design, release.Author, err)
	}
	// A member who has gone publishes nothing, not even what was drafted before.
	d := f.draftBy("bob", "lab-one/lamp", "1.1.0", lamp(`keywords = ["new"]`))
	_, err = f.EndMembership(context.Background(), As(name("ada")), name("lab-one"), name("bob"))
	check(t, err)
	_, err = f.Publish(context.Background(), As(name("bob")), d.Publication)
	wantKind(t, "a former member publishes", err, schema.Forbidden)
	_, err = f.Publish(context.Background(), As(name("eve")), d.Publication)
	wantKind(t, "a stranger publishes", err, schema.Forbidden)
	// Nor does somebody publish what another says.
	_, err = f.Publish(context.Background(), As(name("ada")), d.Publication)
	if !errors.Is(err, schema.Invalid) {
		t.Errorf("an owner publishes what bob said: %v", err)
	}
}
