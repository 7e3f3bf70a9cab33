package api_test

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/registry"
	"github.com/patternbook/patternbook/registry/api"
	"github.com/patternbook/patternbook/schema"
)

// An actor of the table of rights: what it is to the organisation lab or to the
// registry, or what its token may do. Each person has an account of that name, after a-.
var actors = []string{
	"nobody", "stranger", "owner", "maintainer", "publisher", "maker", "invited", "ended", "administrator", "safety-editor",
	"publish-token", "batch-token", "other-token", // of an owner: for lab's designs, for lab's batches, for what is another's
	"admin-token", // of an administrator: for what administrators do
}

// persons are those of them with an account.
var persons = actors[1:10]

// accountOf gives the account of an actor.
func accountOf(who string) string {
	switch {
	case who == "admin-token":
		return "a-administrator"
	case strings.HasSuffix(who, "-token"):
		return "a-owner"
	}
	return "a-" + who
}

// An attempt is a request of the table; n is another for each.
type attempt func(p *place, token string, account string, n int) answered

// A rule of the table: who may do it on what is the organisation lab's.
type rule struct {
	may []string
	try attempt
}

// everybody but those who are nobody, and tokens that are for other things.
var (
	wholeOwn = persons
	admins   = []string{"administrator", "admin-token"}
	senders  = append(slices.Clone(wholeOwn), "publish-token", "batch-token", "other-token")
)

func newKey(n int) string {
	seed := sha256.Sum256(fmt.Appendf(nil, "seed %d", n))
	return schema.PublicKeyOf(ed25519.NewKeyFromSeed(seed[:])).String()
}

func version(n int) string { return fmt.Sprintf("1.%d.0", n) }

// rules has every operation that writes. What needs no right says why.
var rules = map[string]rule{
	"open-account": {actors, func(p *place, token, account string, n int) answered { // anybody
		return p.do(token, http.MethodPost, "/v1/accounts", map[string]string{"account": fmt.Sprintf("fresh-%d", n+1000), "password": "four words to remember"})
	}},
	"make-token": {wholeOwn, func(p *place, token, _ string, _ int) answered {
		return p.do(token, http.MethodPost, "/v1/tokens", map[string]string{"label": "x"})
	}},
	"list-tokens": {wholeOwn, func(p *place, token, _ string, _ int) answered { return p.do(token, http.MethodGet, "/v1/tokens", nil) }},
	"revoke-token": {wholeOwn, func(p *place, token, _ string, _ int) answered { // one's own: another's is not found
		return p.do(token, http.MethodDelete, "/v1/tokens/"+strings.Repeat("0", 16), nil)
	}},
	"missing-artifacts": {senders, func(p *place, token, _ string, _ int) answered {
		return p.do(token, http.MethodPost, "/v1/artifacts/missing", map[string][]schema.Digest{"digests": {schema.DigestOf(nil)}})
	}},
	"put-artifact": {senders, func(p *place, token, _ string, n int) answered {
		b := fmt.Sprint("bytes ", n)
		return p.do(token, http.MethodPut, "/v1/artifacts/"+schema.DigestOf([]byte(b)).String(), b)
	}},
	"create-upload": {senders, func(p *place, token, _ string, n int) answered {
		return p.tus(token, http.MethodPost, "/v1/uploads", nil, "Upload-Length", "5", "Upload-Metadata", metadata(fmt.Sprintf("%5d", n)))
	}},
	"patch-upload": {senders, func(p *place, token, _ string, _ int) answered { // one's own: another's is not found
		return p.tus(token, http.MethodPatch, "/v1/uploads/"+strings.Repeat("A", 26), []byte("x"), "Upload-Offset", "0", "Content-Type", "application/offset+octet-stream")
	}},
	"end-upload": {senders, func(p *place, token, _ string, _ int) answered { // likewise
		return p.tus(token, http.MethodDelete, "/v1/uploads/"+strings.Repeat("A", 26), nil)
	}},
	"draft-release": {[]string{"owner", "maintainer", "publisher", "publish-token"}, func(p *place, token, _ string, n int) answered {
		return p.do(token, http.MethodPost, "/v1/designs/lab/lamp/versions/"+version(n)+"/draft", p.lampDraft())
	}},
	"publish-release": {[]string{"owner", "maintainer", "publisher", "publish-token"}, func(p *place, token, account string, n int) answered {
		d := p.lampRelease(account, version(n))
		return p.do(token, http.MethodPut, "/v1/designs/lab/lamp/versions/"+version(n), d)
	}},
	"set-release-status": {[]string{"owner", "maintainer", "publish-token"}, func(p *place, token, account string, n int) answered {
		return p.do(token, http.MethodPost, "/v1/designs/lab/lamp/versions/1.0.0/status", p.lampStatus(account, fmt.Sprint("reason ", n)))
	}},
	"register-batch": {[]string{"owner", "maker", "batch-token"}, func(p *place, token, account string, n int) answered {
		return p.do(token, http.MethodPost, "/v1/batches", p.lampBatch(account, fmt.Sprintf("LOT-%d", n)))
	}},
	"record-build": {[]string{"owner", "maker", "batch-token"}, func(p *place, token, account string, n int) answered {
		return p.do(token, http.MethodPost, "/v1/batches/lab/LOT-MADE/records", map[string]any{
			"kind": "build_record", "author": account, "record": fmt.Sprintf("%032x", n), "maker": "lab", "batch": "LOT-MADE", "inspections": []any{map[string]string{"result": "passed"}},
		})
	}},
	"record-event": {slices.Concat(wholeOwn, []string{"batch-token", "other-token"}), func(p *place, token, account string, n int) answered { // anybody, as a claim
		return p.do(token, http.MethodPost, "/v1/units/lab/U-1/events", map[string]any{
			"kind": "unit_event", "author": account, "unit": "lab/U-1", "event": "shipped", "at": "2026-11-02T09:30:00Z", "note": fmt.Sprint("parcel ", n),
		})
	}},
	"publish-advisory": {[]string{"owner", "maintainer", "maker"}, func(p *place, token, account string, n int) answered {
		return p.do(token, http.MethodPost, "/v1/advisories", map[string]any{
			"kind": "advisory", "author": account, "issuer": "lab", "title": fmt.Sprint("defect ", n), "selectors": map[string]string{"design": "lab/lamp"}, "severity": "low", "status": "published",
		})
	}},
	"answer-advisory": {[]string{"owner", "maintainer", "maker"}, func(p *place, token, account string, n int) answered {
		id := schema.NewAdvisoryID(schema.TimeOf(time.Now()), 1)
		return p.do(token, http.MethodPost, "/v1/advisories/"+id.String()+"/responses", map[string]any{
			"kind": "advisory_response", "author": account, "advisory": id, "for": "lab", "status": "fixed", "justification": fmt.Sprint("done ", n),
		})
	}},
	"open-organisation": {wholeOwn, func(p *place, token, _ string, n int) answered {
		return p.do(token, http.MethodPost, "/v1/organisations", map[string]string{"account": fmt.Sprintf("team-%d", n+1000)})
	}},
	"set-member": {[]string{"owner"}, func(p *place, token, _ string, _ int) answered {
		return p.do(token, http.MethodPut, "/v1/accounts/lab/members/a-friend", map[string]string{"role": "maker"})
	}},
	"accept-membership": {nil, func(p *place, token, _ string, _ int) answered { // another's invitation
		return p.do(token, http.MethodPost, "/v1/accounts/lab/members/a-friend/accept", nil)
	}},
	"add-key": {wholeOwn, func(p *place, token, account string, n int) answered {
		return p.do(token, http.MethodPost, "/v1/accounts/"+account+"/keys", map[string]string{"key": newKey(n)})
	}},
	"revoke-key": {wholeOwn, func(p *place, token, account string, _ int) answered { // one's own: another's is refused below
		return p.do(token, http.MethodDelete, "/v1/accounts/"+account+"/keys/0123456789abcdef", nil)
	}},
	"require-signatures": {[]string{"owner"}, func(p *place, token, _ string, _ int) answered {
		return p.do(token, http.MethodPut, "/v1/accounts/lab/requires-signatures", map[string]bool{"required": false})
	}},
	"change-password": {wholeOwn, func(p *place, token, account string, _ int) answered { // it would end the tokens of those who come after
		a := p.do(token, http.MethodPut, "/v1/accounts/"+account+"/password", map[string]string{"old": "a password for " + account, "new": "short"})
		if a.status == http.StatusUnprocessableEntity { // let through, and too short
			a.status = http.StatusNoContent
		}
		return a
	}},
	"make-recovery-codes": {wholeOwn, func(p *place, token, account string, _ int) answered {
		return p.do(token, http.MethodPost, "/v1/accounts/"+account+"/recovery-codes", nil)
	}},
	"recover-account": {nil, func(p *place, token, account string, _ int) answered { // no token helps: a code does
		return p.do(token, http.MethodPost, "/v1/accounts/"+account+"/recovery", map[string]string{"code": "wrong", "new": "five words to remember well"})
	}},
	"close-account": {wholeOwn, func(p *place, token, account string, n int) answered { // those who come after need theirs
		whole := len(into[schema.TokenAnswer](p.t, p.do(token, http.MethodGet, "/v1/tokens/current", nil)).Scopes) == 0
		if whole && slices.Contains([]string{"a-stranger", "a-ended", "a-administrator", "a-safety-editor"}, account) {
			account = fmt.Sprintf("closing-%d", n)
			token = p.open(account)
		}
		a := p.do(token, http.MethodPost, "/v1/accounts/"+account+"/close", map[string]string{"password": "a password for " + account})
		if a.status == http.StatusConflict { // let through, and a member of lab
			a.status = http.StatusNoContent
		}
		return a
	}},
	"moderate": {admins, func(p *place, token, account string, _ int) answered {
		return p.do(token, http.MethodPost, "/v1/moderations", p.friendModerated(account))
	}},
	"preview-moderation": {admins, func(p *place, token, _ string, _ int) answered {
		return p.do(token, http.MethodGet, "/v1/moderations?about=lab/lamp@1.0.0", nil)
	}},
	"list-reports": {admins, func(p *place, token, _ string, _ int) answered {
		return p.do(token, http.MethodGet, "/v1/reports", nil)
	}},
	"close-report": {admins, func(p *place, token, _ string, _ int) answered {
		return p.do(token, http.MethodDelete, "/v1/reports/4711", nil)
	}},
	"list-audit": {admins, func(p *place, token, _ string, _ int) answered { return p.do(token, http.MethodGet, "/v1/audit", nil) }},
	"transfer": {[]string{"owner"}, func(p *place, token, account string, _ int) answered { // to offer and to stop, to rename and to accept: below
		return p.do(token, http.MethodPost, "/v1/transfers", p.lampTransfer(account))
	}},
	"report": {actors, func(p *place, token, _ string, _ int) answered { // anybody
		return p.do(token, http.MethodPost, "/v1/reports", map[string]string{"release": "lab/lamp@1.0.0", "text": "It burns."})
	}},
	"end-membership": {[]string{"owner"}, func(p *place, token, _ string, _ int) answered {
		return p.do(token, http.MethodDelete, "/v1/accounts/lab/members/a-friend", nil)
	}},
}

// TestRights tries every operation that writes, and every that needs a token, as
// everybody. One that is not in the table fails.
func TestRights(t *testing.T) {
	p, tokens := newLab(t)
	for _, id := range guardedOperations(t, p) {
		r, ok := rules[id]
		if !ok {
			t.Errorf("the operation %s has no rule in the table of rights", id)
			continue
		}
		for _, who := range actors {
			p.attempts++
			got := r.try(p.place, tokens[who], accountOf(who), p.attempts)
			refused := got.status == http.StatusForbidden || got.status == http.StatusUnauthorized
			if want := !slices.Contains(r.may, who); refused != want || !want && got.status >= 400 && got.status != http.StatusNotFound || want && who == "nobody" && got.status != http.StatusUnauthorized {
				t.Errorf("%s as %s: %d, want it refused: %v\n%s", id, who, got.status, want, got.body)
			}
		}
	}
	for id := range rules {
		if !slices.Contains(guardedOperations(t, p), id) {
			t.Errorf("there is no operation %s", id)
		}
	}
}

// guardedOperations lists what writes or needs a token, by the API's own description.
func guardedOperations(t *testing.T, p *lab) (ids []string) {
	t.Helper()
	var d struct {
		Paths map[string]map[string]struct {
			OperationID string `json:"operationId"`
			Security    []any  `json:"security"`
		} `json:"paths"`
	}
	if err := json.Unmarshal([]byte(p.get("/openapi.json").is(t, http.StatusOK).body), &d); err != nil {
		t.Fatal(err)
	}
	for _, operations := range d.Paths {
		for method, o := range operations {
			reads := method == "get" || method == "head" || method == "options"
			own := o.OperationID == "get-token" || o.OperationID == "list-uploads" || o.OperationID == "head-upload" // by whom: one's own alone is found
			if !reads || len(o.Security) > 0 && !own {
				ids = append(ids, o.OperationID)
			}
		}
	}
	slices.Sort(ids)
	return ids
}

// A lab is an organisation with a design and members of every sort.
type lab struct {
	*place
	attempts int
}

func newLab(t *testing.T) (*lab, map[string]string) {
	p := &lab{place: newPlace(t, api.Options{})}
	tokens := map[string]string{"nobody": ""}
	for _, who := range append(slices.Clone(persons), "friend") {
		tokens[who] = p.open("a-" + who)
	}
	owner := tokens["owner"]
	p.do(owner, http.MethodPost, "/v1/organisations", map[string]string{"account": "lab", "display_name": "The lab"}).is(t, 200)
	for _, who := range []string{"maintainer", "publisher", "maker", "invited", "ended", "friend"} {
		role := who
		if !slices.Contains(schema.MemberRoles(), schema.MemberRole(role)) {
			role = "owner"
		}
		p.do(owner, http.MethodPut, "/v1/accounts/lab/members/a-"+who, map[string]string{"role": role}).is(t, 200)
		if who != "invited" && who != "friend" {
			p.do(tokens[who], http.MethodPost, "/v1/accounts/lab/members/a-"+who+"/accept", nil).is(t, 200)
		}
	}
	p.do(owner, http.MethodDelete, "/v1/accounts/lab/members/a-ended", nil).is(t, 204)
	for who, grant := range map[string]string{
		"publish-token": `{"scopes": ["publish"], "names": ["lab/*"]}`, "batch-token": `{"scopes": ["batch"], "names": ["lab/lot-*"]}`,
		"other-token": `{"names": ["a-owner/*", "lab/lam", "labs/*"]}`,
	} {
		tokens[who] = into[schema.TokenAnswer](t, p.do(owner, http.MethodPost, "/v1/tokens", grant).is(t, 201)).Secret
	}
	for who, role := range map[string]schema.InstanceRole{"administrator": schema.Administrator, "safety-editor": schema.SafetyEditor} {
		p.appoint("a-"+who, role)
	}
	tokens["admin-token"] = into[schema.TokenAnswer](t, p.do(tokens["administrator"], http.MethodPost, "/v1/tokens", `{"scopes": ["admin"]}`).is(t, 201)).Secret
	p.publish(owner, "lab/lamp", "1.0.0", lampFiles())
	made := p.lampBatch("a-owner", "LOT-MADE")
	made["serials"] = []string{"U-1"}
	p.do(owner, http.MethodPost, "/v1/batches", made).is(t, 201)
	p.do(owner, http.MethodPost, "/v1/advisories", map[string]any{
		"kind": "advisory", "author": "a-owner", "issuer": "lab", "title": "It burns", "selectors": map[string]string{"design": "lab/lamp"}, "severity": "low", "status": "published",
	}).is(t, 201)
	return p, tokens
}

// appoint has the keeper give an account a role.
func (p *place) appoint(account string, role schema.InstanceRole) {
	p.t.Helper()
	name, err := schema.ParseName(account)
	if err != nil {
		p.t.Fatal(err)
	}
	keeper, _ := schema.ParseName("a-friend") // anybody will do
	d := schema.Moderation{Head: schema.Head{Kind: schema.KindModeration, Author: keeper}, Act: schema.Appoint, Account: name, Role: role, Reason: "Known to us."}
	if _, err := p.service.Moderate(p.t.Context(), registry.Keeper(keeper), d); err != nil {
		p.t.Fatal(err)
	}
}

// friendModerated suspends a friend, or takes that back.
func (p *place) friendModerated(account string) schema.Moderation {
	p.t.Helper()
	keeper := registry.Keeper(schema.Name{})
	author, err := schema.ParseName(account)
	if err != nil {
		p.t.Fatal(err)
	}
	friend, _ := schema.ParseName("a-friend")
	now, err := p.service.PreviewModeration(p.t.Context(), keeper, schema.Reference{}, friend)
	if err != nil {
		p.t.Fatal(err)
	}
	d := schema.Moderation{Head: schema.Head{Kind: schema.KindModeration, Author: author}, Act: schema.Suspend, Account: friend, Follows: now.Now.Document, Reason: "Advertises."}
	if now.Now.Act == schema.Suspend {
		d.Act = schema.Lift
	}
	return d
}

func (p *place) lampDraft() api.Draft {
	d := api.Draft{Manifest: "okh.toml"}
	for path, content := range lampFiles() {
		d.Files = append(d.Files, api.DraftFile{Path: path, Digest: schema.DigestOf([]byte(content)), Size: int64(len(content))})
	}
	return d
}

// lampRelease makes the documents of another version, as the account would say them.
func (p *place) lampRelease(account, version string) bom.Publication {
	p.t.Helper()
	r := into[schema.Release](p.t, p.get("/v1/designs/lab/lamp/versions/1.0.0").is(p.t, 200))
	b := into[bom.Document](p.t, p.get("/v1/documents/"+r.BOM.String()).is(p.t, 200))
	author, err := schema.ParseName(account)
	if err != nil {
		p.t.Fatal(err)
	}
	r.Author, b.Author = author, author
	if r.Version, err = schema.ParseVersion(version); err != nil {
		p.t.Fatal(err)
	}
	if _, r.BOM, err = schema.Encode(b); err != nil {
		p.t.Fatal(err)
	}
	r.Hardware = r.HardwareDigest(b.PartsDigest())
	return bom.Publication{Release: r, BOM: &b}
}

// lampStatus yanks the lamp, or takes that back.
func (p *place) lampStatus(account, reason string) map[string]any {
	p.t.Helper()
	v := into[schema.DesignOverview](p.t, p.get("/v1/designs/lab/lamp").is(p.t, 200))
	i := slices.IndexFunc(v.Versions, func(r schema.ReleaseSummary) bool { return r.Version.String() == "1.0.0" })
	status := "yanked"
	if v.Versions[i].Status == schema.Yanked {
		status = "unyanked"
	}
	d := map[string]any{"kind": "release_status", "author": account, "release": v.Versions[i].Digest, "status": status, "reason": reason}
	if follows := v.Versions[i].StatusDocument; !follows.IsZero() {
		d["follows"] = follows
	}
	return d
}

// lampTransfer offers the lamp to a friend, or stops that.
func (p *place) lampTransfer(account string) schema.Transfer {
	p.t.Helper()
	author, err := schema.ParseName(account)
	if err != nil {
		p.t.Fatal(err)
	}
	if got := p.get("/v1/designs/lab/lamp/transfer"); got.status == http.StatusOK {
		last := into[schema.TransferAnswer](p.t, got)
		if last.State.Open() {
			return last.Step(author, schema.TransferStopped, "")
		}
		return last.Step(author, schema.TransferOffered, "")
	}
	d := schema.Transfer{Head: schema.Head{Kind: schema.KindTransfer, Author: author}, State: schema.TransferOffered}
	d.Design, _ = schema.ParseDesign("lab/lamp")
	d.To, _ = schema.ParseName("a-friend")
	return d
}

func (p *place) lampBatch(account, lot string) map[string]any {
	p.t.Helper()
	r := p.get("/v1/designs/lab/lamp/versions/1.0.0").is(p.t, 200)
	return map[string]any{
		"kind": "batch", "author": account, "maker": "lab", "batch": lot, "release": schema.DigestOf([]byte(r.body)), "planned": 1, "conformance": "as_designed",
		"status": "planned", "serials": []string{},
	}
}
