package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/patternbook/patternbook/artifacts"
	"github.com/patternbook/patternbook/artifacts/dir"
	"github.com/patternbook/patternbook/registry"
	"github.com/patternbook/patternbook/registry/api"
	"github.com/patternbook/patternbook/schema"
)

// Each step of a transfer is somebody's, whatever else they may.
func TestWhoTransfers(t *testing.T) {
	p, tokens := newLab(t)
	friend := tokens["friend"]
	send := func(token, author string, change func(*schema.Transfer)) answered {
		d := p.lampTransfer(author)
		change(&d)
		return p.do(token, http.MethodPost, "/v1/transfers", d)
	}
	renaming := func(d *schema.Transfer) {
		d.State, d.To, d.Name = schema.TransferCompleted, d.Design.Owner, "lantern"
	}
	for _, who := range []string{"stranger", "maintainer", "publisher", "maker", "invited", "ended", "friend"} {
		send(tokens[who], "a-"+who, renaming).is(t, http.StatusForbidden)
	}
	send(tokens["publish-token"], "a-owner", renaming).is(t, http.StatusForbidden)
	send(tokens["owner"], "a-stranger", renaming).is(t, http.StatusForbidden) // in another's name

	send(tokens["owner"], "a-owner", func(*schema.Transfer) {}).is(t, http.StatusCreated)
	accepting := func(d *schema.Transfer) { d.State = schema.TransferAccepted }
	for _, who := range []string{"stranger", "owner", "maintainer", "publisher", "maker", "invited", "ended"} {
		send(tokens[who], "a-"+who, accepting).is(t, http.StatusForbidden)
		if who != "owner" {
			send(tokens[who], "a-"+who, func(*schema.Transfer) {}).is(t, http.StatusForbidden) // to stop it
		}
	}
	send(friend, "a-friend", accepting).is(t, http.StatusCreated)
	completing := func(d *schema.Transfer) { d.State = schema.TransferCompleted }
	send(friend, "a-friend", completing).is(t, http.StatusConflict)
	list := into[schema.TransferList](t, p.get("/v1/accounts/a-owner/transfers").is(t, 200))
	if len(list.Transfers) != 1 || list.Transfers[0].CompleteFrom.IsZero() {
		t.Errorf("the owner of lab sees %+v", list)
	}
	send(tokens["stranger"], "a-stranger", completing).is(t, http.StatusForbidden)
	send(friend, "a-friend", func(*schema.Transfer) {}).is(t, http.StatusCreated) // the receiver stops it, too
}

// Whatever was read of a design under a former name is read under it still.
func TestFormerAddresses(t *testing.T) {
	p := &place{t: t, rates: registry.Rates{}, wait: -1}
	p.begin(api.Options{}, registry.Limits{}, func(s *dir.Store) artifacts.Store { return s })
	ada, bob := p.open("ada"), p.open("bob")
	p.publish(ada, "ada/lamp", "1.0.0", lampFiles())
	var paths []string
	for _, rest := range []string{"", "/versions/1.0.0", "/versions/latest", "/versions/1.0.0/bom?view=flat", "/versions/1.0.0/files/okh.toml", "/versions/1.0.0/archive.zip", "/versions/1.0.0/used-by", "/used-by", "/versions/1.0.0/batches"} {
		paths = append(paths, "/v1/designs/ada/lamp"+rest)
		p.get(paths[len(paths)-1]).is(t, 200) // and is cached
	}
	step := func(token string, d schema.Transfer) {
		t.Helper()
		p.do(token, http.MethodPost, "/v1/transfers", d).is(t, http.StatusCreated)
	}
	last := func() schema.TransferAnswer {
		t.Helper()
		return into[schema.TransferAnswer](t, p.follow("/v1/designs/ada/lamp/transfer"))
	}
	d := schema.Transfer{Head: schema.Head{Kind: schema.KindTransfer}, State: schema.TransferCompleted, Name: "light"}
	d.Author, _ = schema.ParseName("ada")
	d.Design, _ = schema.ParseDesign("ada/lamp")
	d.To = d.Author
	step(ada, d)
	d.State, d.Name, d.Follows = schema.TransferOffered, "", last().Document
	d.Design, _ = schema.ParseDesign("ada/light")
	d.To, _ = schema.ParseName("bob")
	step(ada, d)
	step(bob, last().Step(d.To, schema.TransferAccepted, ""))
	step(bob, last().Step(d.To, schema.TransferCompleted, ""))

	for _, path := range paths {
		want := strings.Replace(path, "/ada/lamp", "/bob/light", 1)
		for _, from := range []string{path, strings.Replace(path, "/ada/lamp", "/ada/light", 1), strings.Replace(path, "/ada/lamp", "/%61da/l%61mp", 1)} {
			if got := p.get(from).is(t, http.StatusPermanentRedirect); got.header.Get("Location") != want {
				t.Errorf("%s leads to %s, want %s", from, got.header.Get("Location"), want)
			}
		}
		p.get(want).is(t, 200)
	}
	overview := into[schema.DesignOverview](t, p.get("/v1/designs/bob/light").is(t, 200))
	if overview.Design.String() != "bob/light" || len(overview.Former) != 2 {
		t.Errorf("the design is %+v", overview)
	}
	p.draft(ada, "ada/lamp", "1.1.0", lampFiles()).problem(t, http.StatusConflict, schema.Conflict) // a write is not sent elsewhere
}

// follow asks for what may have moved once.
func (p *place) follow(path string) answered {
	p.t.Helper()
	a := p.get(path)
	if a.status == http.StatusPermanentRedirect {
		a = p.get(a.header.Get("Location"))
	}
	return a.is(p.t, http.StatusOK)
}
