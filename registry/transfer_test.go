package registry

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/patternbook/patternbook/registry/index"
	"github.com/patternbook/patternbook/schema"
)

// A changing is a registry with a clock that the test sets.
type changing struct {
	*fixture
	now time.Time
}

func newChanging(t *testing.T, accounts ...string) *changing {
	f := &changing{fixture: open(t), now: time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC)}
	f.o.Now = func() time.Time { return f.now }
	f.reopen()
	for _, a := range accounts {
		f.account(a)
	}
	return f
}

const someSalt = "00112233445566778899aabbccddeeff"

// offer gives the document by which an account offers something.
func offer(author, what, to, newName string) schema.Transfer {
	d := schema.Transfer{Head: schema.Head{Kind: schema.KindTransfer, Author: name(author)}, State: schema.TransferOffered, To: name(to), Name: newName}
	if strings.Contains(what, "/") {
		d.Design = design(what)
	} else {
		d.Organisation, d.Salt = name(what), someSalt
	}
	return d
}

func (f *changing) last(what string) schema.TransferAnswer {
	f.t.Helper()
	var t schema.TransferAnswer
	var err error
	if strings.Contains(what, "/") {
		t, err = f.TransferOfDesign(context.Background(), design(what))
	} else {
		t, err = f.TransferOfOwnership(context.Background(), name(what))
	}
	check(f.t, err)
	return t
}

// step makes the next step of a transfer.
func (f *changing) step(author, what string, state schema.TransferState) error {
	f.t.Helper()
	salt := ""
	if !strings.Contains(what, "/") {
		salt = someSalt
	}
	return f.say(author, f.last(what).Step(name(author), state, salt))
}

func (f *changing) say(author string, d schema.Transfer) error {
	_, err := f.Transfer(context.Background(), As(name(author)), d)
	return err
}

func (f *changing) rename(author, what, to string) error {
	d := offer(author, what, design(what).Owner.String(), to)
	d.State = schema.TransferCompleted
	if t, err := f.index.TransferOfDesign(context.Background(), design(what)); err == nil {
		d.Follows = t.Document
	}
	return f.say(author, d)
}

func TestTransferOfADesign(t *testing.T) {
	f := newChanging(t, "ada", "bob", "mallory")
	f.publish("ada/lamp", "1.0.0", lamp())
	f.publish("ada/desk", "1.0.0", containing("ada/lamp"))
	check(t, f.say("ada", offer("ada", "ada/lamp", "bob", "")))
	check(t, f.say("ada", offer("ada", "ada/lamp", "bob", ""))) // the same again

	wantKind(t, "a second offer", f.say("ada", offer("ada", "ada/lamp", "mallory", "")), schema.Conflict)
	second := offer("ada", "ada/lamp", "mallory", "")
	second.Follows = f.last("ada/lamp").Document
	wantKind(t, "an offer while one is open", f.say("ada", second), schema.Conflict, "bob")
	wantKind(t, "accepted by a stranger", f.step("mallory", "ada/lamp", schema.TransferAccepted), schema.Forbidden)
	wantKind(t, "accepted by who offers", f.step("ada", "ada/lamp", schema.TransferAccepted), schema.Forbidden)
	wantKind(t, "completed before it is accepted", f.step("bob", "ada/lamp", schema.TransferCompleted), schema.Conflict, "accept")
	wantKind(t, "renamed meanwhile", f.rename("ada", "ada/lamp", "light"), schema.Conflict, "stop")
	other := f.last("ada/lamp").Step(name("bob"), schema.TransferAccepted, "")
	other.Name = "other"
	wantKind(t, "accepted on other terms", f.say("bob", other), schema.Conflict, "terms")

	accepted := f.last("ada/lamp").Step(name("bob"), schema.TransferAccepted, "")
	stopped := f.last("ada/lamp").Step(name("ada"), schema.TransferStopped, "")
	check(t, f.say("bob", accepted))
	wantKind(t, "a second step after the same one", f.say("ada", stopped), schema.Conflict)
	if got := f.last("ada/lamp").CompleteFrom.String(); got != "2026-11-08T09:00:00Z" {
		t.Errorf("it can be completed from %s", got)
	}
	for _, who := range []string{"ada", "bob"} {
		list, _, err := f.Transfers(context.Background(), name(who), index.Page{Limit: 10})
		if err != nil || len(list) != 1 || list[0].CompleteFrom.IsZero() {
			t.Errorf("%s sees the transfers %+v (%v)", who, list, err)
		}
	}
	f.now = f.now.Add(7*day - time.Second)
	wantKind(t, "completed too early", f.step("bob", "ada/lamp", schema.TransferCompleted), schema.Conflict, "2026-11-08T09:00:00Z")
	f.now = f.now.Add(time.Second)
	wantKind(t, "completed by a stranger", f.step("mallory", "ada/lamp", schema.TransferCompleted), schema.Forbidden)
	check(t, f.step("bob", "ada/lamp", schema.TransferCompleted))
	f.isMoved("ada/lamp", "bob/lamp")
	if list, _, _ := f.Transfers(context.Background(), name("bob"), index.Page{Limit: 10}); len(list) != 0 {
		t.Errorf("bob still sees %+v", list)
	}
	f.remake()
	f.isMoved("ada/lamp", "bob/lamp")
}

// remake makes the index anew from the ledger.
func (f *changing) remake() {
	f.t.Helper()
	check(f.t, f.Close())
	f.Service = nil
	_, err := Reindex(context.Background(), f.dir)
	check(f.t, err)
	f.reopen()
}

// isMoved checks that a design lives under another name, and is found by the first.
func (f *changing) isMoved(from, to string) {
	f.t.Helper()
	ctx := context.Background()
	for _, reference := range []string{from, from + "@1.0.0", from + "@^1", to, to + "@1.0.0", from + "@" + f.resolve(to).Digest.String()} {
		if r := f.resolve(reference); r.Design.String() != to {
			f.t.Errorf("%s is %s, want %s", reference, r.Design, to)
		}
	}
	if now, moved, err := f.Forward(ctx, design(from)); err != nil || !moved || now.String() != to {
		f.t.Errorf("%s leads to %s (%v, %v)", from, now, moved, err)
	}
	list, _, err := f.Search(ctx, index.Query{Text: strings.ReplaceAll(to, "-", " ")}, index.Page{Limit: 10})
	if err != nil || len(list) != 1 || list[0].Design.String() != to {
		f.t.Errorf("the search finds %+v (%v)", list, err)
	}
}

func TestAMovedDesign(t *testing.T) {
	f := newChanging(t, "ada", "bob")
	ctx := context.Background()
	first := lamp()
	f.publish("ada/lamp", "1.0.0", first)
	published := f.draft("ada/desk", "1.0.0", containing("ada/lamp")).Publication
	check(t, second(f.Publish(ctx, As(name("ada")), published)))
	f.publish("bob/torch", "1.0.0", lamp(`version = "1.0.0"`))
	check(t, f.rename("ada", "ada/lamp", "light"))
	check(t, f.rename("ada", "ada/light", "sun"))
	f.isMoved("ada/lamp", "ada/sun")
	f.isMoved("ada/light", "ada/sun")

	wantKind(t, "a new version under an old name", second(f.Draft(ctx, As(name("ada")), f.request("ada/lamp", "1.1.0", lamp(`version = "1.1.0"`)))), schema.Conflict, "ada/sun")
	wantKind(t, "the same under the new name", second(f.Draft(ctx, As(name("ada")), f.request("ada/sun", "1.0.0", first))), schema.Conflict, "ada/lamp")
	wantKind(t, "an old name for another", f.rename("ada", "ada/desk", "lamp"), schema.Conflict, "never given again")
	wantKind(t, "its own old name", f.rename("ada", "ada/sun", "lamp"), schema.Conflict, "never given again")
	wantKind(t, "by an old name", f.rename("ada", "ada/lamp", "moon"), schema.Conflict, "ada/sun")
	check(t, f.rename("ada", "ada/sun", "lamp-1"))
	wantKind(t, "one that is mistaken for another", f.rename("ada", "ada/desk", "lampl"), schema.Conflict, "mistaken")
	check(t, f.rename("ada", "ada/lamp-1", "lamp-l")) // only for itself

	// What was published says the old name, and is still what it was.
	done, err := f.Publish(ctx, As(name("ada")), published)
	if err != nil || done.New {
		t.Errorf("publishing the same again: %+v, %v", done, err)
	}
	f.publish("ada/lamp-l", "1.1.0", lamp(`version = "1.1.0"`))
	d := f.draft("ada/desk", "1.1.0", containing("ada/lamp", `version = "1.1.0"`))
	if len(d.Release.Assemblies) != 1 || d.Release.Assemblies[0].Design.String() != "ada/lamp-l" {
		t.Errorf("the old name is pinned as %+v", d.Release.Assemblies)
	}
	for _, what := range []string{"ada/lamp", "ada/sun", "ada/lamp-l"} {
		uses, _, err := f.DesignUses(ctx, design(what), index.Page{Limit: 10})
		if err != nil || len(uses) != 1 || uses[0].Design.String() != "ada/desk" {
			t.Errorf("%s is used by %+v (%v)", what, uses, err)
		}
	}
	f.yank("ada/lamp", "1.0.0")
	names, err := f.FormerNames(ctx, design("ada/sun"))
	if err != nil || fmt.Sprint(names) != "[ada/lamp ada/lamp-1 ada/light ada/sun]" {
		t.Errorf("it was called %v (%v)", names, err)
	}

	offered := offer("ada", "ada/lamp-l", "bob", "torch")
	offered.Follows = f.last("ada/lamp").Document
	wantKind(t, "a name that the receiver has", f.say("ada", offered), schema.Conflict, "bob/torch")
	offered.Name = ""
	check(t, f.say("ada", offered))
	check(t, f.step("bob", "ada/lamp", schema.TransferStopped))
	wantKind(t, "what was stopped", f.step("bob", "ada/lamp", schema.TransferAccepted), schema.Conflict)
	offered.Follows, offered.Name = f.last("ada/lamp").Document, "lantern"
	check(t, f.say("ada", offered))
	check(t, f.step("bob", "ada/lamp", schema.TransferAccepted))
	f.publish("bob/lantern", "1.0.0", lamp(`version = "1.0.0"`, `keywords = ["x"]`))
	f.now = f.now.Add(8 * day)
	wantKind(t, "a name that was taken meanwhile", f.step("ada", "ada/lamp", schema.TransferCompleted), schema.Conflict, "bob/lantern")
}

func TestADesignHasSoManyNames(t *testing.T) {
	f := newChanging(t, "ada")
	f.publish("ada/lamp", "1.0.0", lamp())
	last := "ada/lamp"
	for i := range maxNames {
		next := fmt.Sprintf("lamp%c%c", 'a'+i%26, 'a'+i/26)
		check(t, f.rename("ada", last, next))
		last = "ada/" + next
	}
	wantKind(t, "one name more", f.rename("ada", last, "lantern"), schema.Conflict, "100 other names")
	f.isMoved("ada/lamp", last)
}

func TestTransferOfAnOrganisation(t *testing.T) {
	f := newChanging(t, "ada", "bob", "carol", "dora")
	ctx := context.Background()
	for _, o := range []string{"lab", "coop"} {
		_, err := f.OpenOrganisation(ctx, As(name("ada")), name(o), "", "")
		check(t, err)
	}
	_, err := f.SetMember(ctx, As(name("ada")), name("lab"), name("dora"), schema.RoleOwner)
	check(t, err)
	_, err = f.AcceptMembership(ctx, As(name("dora")), name("lab"), name("dora"))
	check(t, err)

	d := offer("ada", "lab", "bob", "")
	d.Leaves = name("ada")
	wantKind(t, "by a stranger", f.say("carol", offer("carol", "lab", "carol", "")), schema.Forbidden)
	wantKind(t, "to an organisation", f.say("ada", offer("ada", "lab", "coop", "")), schema.Invalid)
	wantKind(t, "to nobody", f.say("ada", offer("ada", "lab", "nobody-here", "")), schema.NotFound)
	wantKind(t, "to an owner", f.say("ada", offer("ada", "lab", "dora", "")), schema.Conflict)
	check(t, f.say("ada", d))
	check(t, f.step("bob", "lab", schema.TransferAccepted))
	if list, _, err := f.Transfers(ctx, name("dora"), index.Page{Limit: 10}); err != nil || len(list) != 1 {
		t.Errorf("another owner sees %+v (%v)", list, err)
	}
	check(t, f.step("dora", "lab", schema.TransferStopped)) // any owner can
	f.now = f.now.Add(8 * day)
	wantKind(t, "what was stopped", f.step("bob", "lab", schema.TransferCompleted), schema.Conflict)

	d.Follows = f.last("lab").Document
	check(t, f.say("ada", d))
	check(t, f.step("bob", "lab", schema.TransferAccepted))
	f.now = f.now.Add(8 * day)
	check(t, f.step("bob", "lab", schema.TransferCompleted))
	for who, want := range map[string]schema.MembershipState{"ada": schema.MemberEnded, "bob": schema.MemberAccepted, "dora": schema.MemberAccepted} {
		m, err := f.index.Membership(ctx, name("lab"), name(who))
		if err != nil || m.State != want || m.Role != schema.RoleOwner {
			t.Errorf("%s is %+v (%v), want %s", who, m, err, want)
		}
	}
	// A membership goes on from what the transfer made it.
	_, err = f.SetMember(ctx, As(name("dora")), name("lab"), name("bob"), schema.RoleMaker)
	check(t, err)
}

// Who offered must still be able to when it is completed.
func TestTransferByWhoIsNoOwnerAnyMore(t *testing.T) {
	f := newChanging(t, "ada", "bob", "dora")
	ctx := context.Background()
	_, err := f.OpenOrganisation(ctx, As(name("ada")), name("lab"), "", "")
	check(t, err)
	_, err = f.SetMember(ctx, As(name("ada")), name("lab"), name("dora"), schema.RoleOwner)
	check(t, err)
	_, err = f.AcceptMembership(ctx, As(name("dora")), name("lab"), name("dora"))
	check(t, err)
	check(t, f.say("ada", offer("ada", "lab", "bob", "")))
	check(t, f.step("bob", "lab", schema.TransferAccepted))
	_, err = f.EndMembership(ctx, As(name("dora")), name("lab"), name("ada"))
	check(t, err)
	f.now = f.now.Add(8 * day)
	wantKind(t, "completed", f.step("bob", "lab", schema.TransferCompleted), schema.Conflict, "ada")
	check(t, f.step("bob", "lab", schema.TransferStopped))
}
