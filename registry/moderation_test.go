package registry

import (
	"context"
	"testing"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/registry/index"
	"github.com/patternbook/patternbook/schema"
)

// wantFound checks which designs a search for words gives, and the latest without words.
func (f *fixture) wantFound(words string, want int) {
	f.t.Helper()
	list, _, err := f.Search(context.Background(), index.Query{Text: words}, index.Page{Limit: 100})
	if err != nil || len(list) != want {
		f.t.Errorf("a search for %q finds %d designs (%v), want %d", words, len(list), err, want)
	}
}

func TestQuarantine(t *testing.T) {
	f := open(t, "ada", "bob", "keeper")
	ctx := context.Background()
	f.publish("ada/bulb", "1.0.0", lamp(`name = "Bulb"`, `repo = "https://example.org/ada/bulb"`))
	f.publish("ada/lamp", "1.0.0", containing("https://example.org/ada/bulb"))
	f.publish("ada/bulb", "1.1.0", lamp(`name = "Pyrophore"`, `repo = "https://example.org/ada/bulb"`))
	_, err := f.RegisterBatch(ctx, As(name("bob")), batchOf(f.resolve("ada/lamp"), "bob", "LOT-1", "A-{01..12}"))
	check(t, err)
	f.wantFound("pyrophore", 1)

	newer := f.resolve("ada/bulb@1.1.0")
	f.moderate("keeper", schema.Moderation{Act: schema.Quarantine, Release: newer.Digest, Reason: "It burns."})
	f.wantFound("pyrophore", 0)
	if r := f.resolve("ada/bulb"); r.Version != version("1.0.0") {
		t.Errorf("a bare reference means %s, want the version that is not under quarantine", r.Version)
	}
	for _, pinned := range []string{"ada/bulb@1.1.0", "ada/bulb@" + newer.Digest.String()} {
		if r := f.resolve(pinned); r.Digest != newer.Digest || r.Quarantine != "It burns." {
			t.Errorf("%s is %s, under quarantine because %q", pinned, r.Version, r.Quarantine)
		}
	}

	older := f.resolve("ada/bulb@1.0.0")
	_, impact, err := f.moderated(ctx, older.Digest, schema.Name{})
	if want := (schema.Impact{Releases: 1, Designs: 1, Batches: 1, Units: 12}); err != nil || impact != want {
		t.Errorf("on the bulb hangs %+v (%v), want %+v", impact, err, want)
	}
	f.wantFound("", 2)
	f.moderate("keeper", schema.Moderation{Act: schema.Quarantine, Release: older.Digest})
	f.wantFound("", 1) // the lamp
	f.wantFound("bulb", 0)
	_, err = f.Service.index.Resolve(ctx, ref("ada/bulb"))
	wantKind(t, "a design with nothing else", err, schema.NotFound, "under quarantine")

	f.moderate("keeper", schema.Moderation{Act: schema.Lift, Release: newer.Digest, Reason: "It does not burn."})
	f.wantFound("pyrophore", 1)
	if r := f.resolve("ada/bulb"); r.Version != version("1.1.0") || r.Quarantine != "" {
		t.Errorf("after lifting a bare reference means %s, %q", r.Version, r.Quarantine)
	}
	f.wantSound()
}

// A quarantined release is never what a draft pins a loose reference to.
func TestQuarantinedIsNotMatched(t *testing.T) {
	f := open(t, "ada", "keeper")
	f.publish("ada/bulb", "1.0.0", lamp(`repo = "https://example.org/ada/bulb"`))
	f.publish("ada/bulb", "1.1.0", lamp(`repo = "https://example.org/ada/bulb"`))
	f.moderate("keeper", schema.Moderation{Act: schema.Quarantine, Release: f.resolve("ada/bulb@1.1.0").Digest})
	f.publish("ada/lamp", "1.0.0", containing("https://example.org/ada/bulb"))
	_, r, err := f.Release(context.Background(), ref("ada/lamp"))
	if err != nil || len(r.Assemblies) != 1 || r.Assemblies[0].Version != version("1.0.0") {
		t.Errorf("the lamp contains %+v (%v), want the bulb 1.0.0", r.Assemblies, err)
	}
}

func TestSuspension(t *testing.T) {
	f := open(t, "ada", "bob", "keeper")
	ctx := context.Background()
	f.publish("ada/lamp", "1.0.0", lamp())
	p := f.plain("ada/other", "1.0.0", "cube(2);")
	_, err := f.OpenOrganisation(ctx, As(name("ada")), name("lamp-lab"), "Lamp lab", "")
	check(t, err)
	f.moderate("keeper", schema.Moderation{Act: schema.Suspend, Account: name("ada"), Reason: "It advertises."})
	_, err = f.Publish(ctx, As(name("ada")), p)
	wantKind(t, "publishing", err, schema.Forbidden, "ada is suspended: It advertises.")
	_, err = f.SetMember(ctx, As(name("ada")), name("lamp-lab"), name("bob"), schema.RoleMaker)
	wantKind(t, "inviting", err, schema.Forbidden, "ada is suspended")
	_, err = send(f.Service, name("ada"), "bytes")
	wantKind(t, "sending", err, schema.Forbidden, "ada is suspended")
	if a, err := f.Account(ctx, name("ada")); err != nil || a.Suspended != "It advertises." {
		t.Errorf("the account says %+v (%v)", a, err)
	}
	if _, _, err := f.MakeToken(ctx, As(name("ada")), schema.TokenRequest{}); err != nil {
		t.Errorf("the account is no longer its holder's: %v", err)
	}
	f.wantFound("lamp", 1)
	f.moderate("keeper", schema.Moderation{Act: schema.Lift, Account: name("ada"), Reason: "It was a mistake."})
	_, err = f.Publish(ctx, As(name("ada")), p)
	check(t, err)

	f.moderate("keeper", schema.Moderation{Act: schema.Suspend, Account: name("lamp-lab")})
	_, err = f.SetMember(ctx, As(name("ada")), name("lamp-lab"), name("bob"), schema.RoleMaker)
	wantKind(t, "acting for a suspended organisation", err, schema.Forbidden, "lamp-lab is suspended")
	f.wantSound()
}

func TestModerationIsChecked(t *testing.T) {
	f := open(t, "ada", "keeper")
	ctx := context.Background()
	f.publish("ada/lamp", "1.0.0", lamp())
	lampDigest := f.resolve("ada/lamp").Digest
	head := schema.Head{Kind: schema.KindModeration, Author: name("keeper")}
	act := func(by string, d schema.Moderation) error {
		d.Head, d.Reason = head, "It burns."
		_, err := f.Moderate(ctx, Keeper(name(by)), d)
		return err
	}
	first := schema.Moderation{Act: schema.Quarantine, Release: lampDigest}
	wantKind(t, "in another's name", act("ada", first), schema.Forbidden)
	wantKind(t, "of what was never published", act("keeper", schema.Moderation{Act: schema.Quarantine, Release: schema.DigestOf(nil)}), schema.NotFound)
	wantKind(t, "of nobody", act("keeper", schema.Moderation{Act: schema.Suspend, Account: name("nobody")}), schema.NotFound)
	wantKind(t, "of nothing", act("keeper", schema.Moderation{Act: schema.Quarantine}), schema.Invalid)
	wantKind(t, "lifting what follows nothing", act("keeper", schema.Moderation{Act: schema.Lift, Release: lampDigest}), schema.Invalid, "follows")
	wantKind(t, "following what was never said", act("keeper", schema.Moderation{Act: schema.Lift, Release: lampDigest, Follows: lampDigest}), schema.Conflict)
	check(t, act("keeper", first))
	check(t, act("keeper", first)) // the same again is the same
	now, _, err := f.moderated(ctx, lampDigest, schema.Name{})
	check(t, err)
	again := first
	again.Follows = now.Document
	wantKind(t, "once more", act("keeper", again), schema.Conflict, "so already")
	again.Act, again.Follows = schema.Lift, lampDigest
	wantKind(t, "following what is not the last", act("keeper", again), schema.Conflict, "said of it since")
}

// What only a release under quarantine has is listed no more.
func TestPartsUnderQuarantine(t *testing.T) {
	f := open(t, "ada", "keeper")
	ctx := context.Background()
	f.publish("ada/bulb", "1.0.0", containingAll(nil))
	f.publish("ada/lamp", "1.0.0", lamp(`bom = "sBoM.csv"`).with(files{"sBoM.csv": "POS\tNAME\tUNITS\tTYPE\tREFERENCE\n1\tScrew\t2\tSTD\tISO 4762 M3x10\n2\tPoisoned glue\t1\tBUY\tGlue\n3\tBulb\t1\tMOSH\tada/bulb\n"}))
	parts := func(text string) []schema.PartSummary {
		list, _, err := f.Parts(ctx, text, index.Page{Limit: 10})
		check(t, err)
		return list
	}
	glue := parts("glue")
	if len(parts("")) != 2 || len(glue) != 1 {
		t.Fatalf("the parts are %+v", parts(""))
	}
	used := func(key string) (designs []string) {
		list, _, err := f.PartUses(ctx, bom.PartKey(key), index.Page{Limit: 10})
		if err != nil {
			return []string{string(schema.KindOf(err))}
		}
		for _, u := range list {
			designs = append(designs, u.Design.String())
		}
		return designs
	}
	screw := parts("ISO 4762")[0]
	if got := used(screw.Key); len(got) != 2 || screw.Designs != 2 {
		t.Errorf("the screw is used by %v, in %d designs", got, screw.Designs)
	}
	f.moderate("keeper", schema.Moderation{Act: schema.Quarantine, Release: f.resolve("ada/lamp").Digest})
	if list := parts(""); len(list) != 1 || list[0].Key != screw.Key || list[0].Designs != 1 || len(parts("glue")) != 0 {
		t.Errorf("the parts are %+v", list)
	}
	if got := used(glue[0].Key); len(got) != 1 || got[0] != string(schema.NotFound) {
		t.Errorf("the glue is used by %v", got)
	}
	if got := used(screw.Key); len(got) != 1 || got[0] != "ada/bulb" {
		t.Errorf("the screw is used by %v", got)
	}
	if list, _, err := f.DesignUses(ctx, design("ada/bulb"), index.Page{Limit: 10}); err != nil || len(list) != 0 {
		t.Errorf("the bulb is used by %+v (%v)", list, err)
	}
	_, impact, err := f.moderated(ctx, f.resolve("ada/bulb").Digest, schema.Name{})
	if err != nil || impact.Releases != 1 { // the keeper is told of all
		t.Errorf("on the bulb hangs %+v (%v)", impact, err)
	}
	f.moderate("keeper", schema.Moderation{Act: schema.Lift, Release: f.resolve("ada/lamp@1.0.0").Digest})
	if len(parts("")) != 2 {
		t.Errorf("after lifting the parts are %+v", parts(""))
	}
}
