package registry

import (
	"context"
	"strings"
	"testing"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/schema"
)

func TestPublishAsWhom(t *testing.T) {
	f := open(t, "ada", "bob")
	p := f.plain("ada/lamp", "1.0.0", "a")
	ctx := context.Background()
	_, err := f.Publish(ctx, Actor{}, p)
	wantKind(t, "publishing without an account", err, schema.Unauthenticated)
	_, err = f.Publish(ctx, As(name("bob")), p)
	wantKind(t, "publishing in another's name", err, schema.Forbidden, "bob", "ada")
	p.Release.Author = name("bob")
	_, err = f.Publish(ctx, As(name("ada")), p)
	wantKind(t, "publishing in another's words", err, schema.Invalid, "author")
	p.Release.Author, p.Release.Design = name("bob"), design("ada/lamp")
	_, err = f.Publish(ctx, As(name("bob")), p)
	wantKind(t, "publishing another's design", err, schema.Forbidden)
	if f.size() != 0 {
		t.Errorf("refused publications left %d entries", f.size())
	}
}

// The account's document is appended with its first public act, once.
func TestAccountDocument(t *testing.T) {
	f := open(t, "ada", "bob")
	ctx := context.Background()
	_, err := f.Account(ctx, name("ada"))
	wantKind(t, "an account that has done nothing in public", err, schema.NotFound)
	if done := f.publish("ada/lamp", "1.0.0", lamp()); done.LedgerIndex != 1 {
		t.Errorf("the first release is entry %d, want 1, after the account", done.LedgerIndex)
	}
	if done := f.publish("ada/lamp", "1.0.1", lamp("keywords = [\"x\"]")); done.LedgerIndex != 2 {
		t.Errorf("the second release is entry %d, want 2", done.LedgerIndex)
	}
	a, err := f.Account(ctx, name("ada"))
	check(t, err)
	data, err := f.index.Document(ctx, a.Document)
	check(t, err)
	secret, err := f.vault.Account(ctx, name("ada"))
	check(t, err)
	if want := `{"account":"ada","author":"ada","kind":"account","salt":"` + secret.Salt + `","type":"person"}`; string(data) != want {
		t.Errorf("the account's document is %s, want %s", data, want)
	}
}

func TestPublishNeedsItsFiles(t *testing.T) {
	f := open(t, "ada", "bob")
	ctx := context.Background()
	p, _ := plain("ada/lamp", "1.0.0", "my manifest")
	digest := p.Release.Files[0].Digest
	_, err := f.Publish(ctx, As(name("ada")), p)
	wantKind(t, "a file that nobody has sent", err, schema.MissingArtifacts, "okh.toml", digest.String())

	f.send("bob", "my manifest")
	_, err = f.Publish(ctx, As(name("ada")), p)
	wantKind(t, "a file that another has sent", err, schema.MissingArtifacts, "okh.toml")

	f.send("ada", "my manifest")
	wrong := f.plain("ada/lamp", "1.0.0", "my manifest")
	wrong.Release.Files[0].Size++
	_, err = f.Publish(ctx, As(name("ada")), wrong)
	wantKind(t, "a file of another size", err, schema.MissingArtifacts, "okh.toml", "11 bytes, not 12")

	_, err = f.Publish(ctx, As(name("ada")), p)
	check(t, err)
	// What is published may be taken by all, at its true size.
	q, _ := plain("bob/lamp", "1.0.0", "my manifest")
	_, err = f.Publish(ctx, As(name("bob")), q)
	check(t, err)
	q, _ = plain("bob/lamp", "1.0.1", "my manifest")
	q.Release.Files[0].Size = 1
	_, err = f.Publish(ctx, As(name("bob")), q)
	wantKind(t, "a published file of another size", err, schema.MissingArtifacts, "okh.toml", "11 bytes, not 1")
}

// Every file that is missing is named, not the first alone.
func TestEveryMissingFileIsNamed(t *testing.T) {
	f := open(t, "ada")
	p := f.draft("ada/lamp", "1.0.0", lamp()).Publication
	for i := range p.Release.Files {
		if p.Release.Files[i].Path != "okh.toml" {
			p.Release.Files[i].Digest = schema.DigestOf([]byte(p.Release.Files[i].Path))
		}
	}
	p.Release.Hardware = p.Release.HardwareDigest(schema.Digest{})
	_, err := f.Publish(context.Background(), As(name("ada")), p)
	wantKind(t, "three files are missing", err, schema.MissingArtifacts, "LICENSE", "README.md", "lamp.scad")
	if at := placesOf(err); len(at) != 3 {
		t.Errorf("%d places are named, want 3: %v", len(at), at)
	}
}

// The author's side may change a draft, but not make it say what is not so.
func TestTamperedDraft(t *testing.T) {
	f := published(t)
	f.publish("ada/strict", "1.0.0", lamp())
	strict := f.resolve("ada/strict")
	ctx := context.Background()
	seal := func(p *bom.Publication) { // the digests as they ought to be
		var parts schema.Digest
		if p.BOM != nil {
			_, digest, err := schema.Encode(*p.BOM)
			check(t, err)
			p.Release.BOM, parts = digest, p.BOM.PartsDigest()
		}
		p.Release.Hardware = p.Release.HardwareDigest(parts)
	}
	for _, test := range []struct {
		what   string
		tamper func(*bom.Publication)
		kind   schema.Kind
		says   []string
	}{
		{"nothing", func(*bom.Publication) {}, "", nil},
		{"notes", func(p *bom.Publication) { p.Release.Notes = "new" }, "", nil},
		{"the hardware's digest", func(p *bom.Publication) { p.Release.Hardware = schema.DigestOf(nil) }, schema.Invalid, []string{"hardware"}},
		{"a fabrication file's role", func(p *bom.Publication) { p.Release.Files[2].Role = schema.RoleOther }, schema.Invalid, []string{"hardware"}},
		{"the BOM's digest", func(p *bom.Publication) { p.Release.BOM = schema.DigestOf(nil) }, schema.Invalid, []string{"bom"}},
		{"the BOM left out", func(p *bom.Publication) { p.BOM = nil }, schema.Invalid, []string{"bom"}},
		{"a quantity", func(p *bom.Publication) {
			p.BOM.Lines[0].Quantity = schema.DecimalOf(5)
			p.BOM.Summary = bom.Summarize(p.BOM.Lines)
		}, schema.Invalid, []string{"bom"}},
		{"a BOM that is not valid", func(p *bom.Publication) { p.BOM.Lines[0].Line = 1 << 60; seal(&bom.Publication{Release: p.Release}) }, schema.Invalid, []string{"bom"}},
		{"the BOM's author", func(p *bom.Publication) { p.BOM.Author = name("ada"); seal(p) }, schema.Invalid, []string{"author is ada"}},
		{"the BOM's source", func(p *bom.Publication) { p.BOM.Sources[0].Digest = schema.DigestOf(nil); seal(p) }, schema.Invalid, []string{"sBoM.csv"}},
		{"a pin to nothing", func(p *bom.Publication) { p.Release.Assemblies[0].Release = schema.DigestOf(nil); seal(p) }, schema.Invalid, []string{"assemblies[0]", "ada/bulb 1.1.0"}},
		{"a pin to what another calls so", func(p *bom.Publication) { p.Release.Assemblies[0].Design = design("bob/vice"); seal(p) }, schema.Invalid, []string{"assemblies[0]", "bob/vice"}},
		{"a pin's version", func(p *bom.Publication) { p.Release.Assemblies[0].Version = version("1.0.0"); seal(p) }, schema.Invalid, []string{"assemblies[0]"}},
		{"a pin's hardware", func(p *bom.Publication) { p.Release.Assemblies[0].Hardware = schema.DigestOf(nil); seal(p) }, schema.Invalid, []string{"assemblies[0]"}},
		{"a pin's reference", func(p *bom.Publication) { p.Release.Assemblies[0].Reference = "ada/bulb"; seal(p) }, schema.Invalid, []string{"assemblies[0]", "ada/bulb"}},
		{"a pin's line", func(p *bom.Publication) { p.Release.Assemblies[0].Item = "77"; seal(p) }, schema.Invalid, []string{"assemblies[0]", "77"}},
		{"a pin on a screw", func(p *bom.Publication) { p.Release.Assemblies[0].Item = "1"; seal(p) }, schema.Invalid, []string{"assemblies[0]"}},
		{"pins without a BOM", func(p *bom.Publication) { p.BOM, p.Release.BOM = nil, schema.Digest{}; seal(p) }, schema.Invalid, []string{"bom"}},
		{"a licence that is not open", func(p *bom.Publication) { p.Release.Licences.Hardware = "CC-BY-NC-4.0" }, schema.Invalid, []string{"licences.hardware", "CC-BY-NC-4.0"}},
		{"an origin whose licence does not allow it", func(p *bom.Publication) {
			p.Release.Licences.Hardware = "MIT"
			p.Release.DerivedFrom = &schema.Derivation{Release: strict.Digest, Design: strict.Design, Version: strict.Version}
		}, schema.Invalid, []string{"derived_from", "cern-ohl-s-2.0-section-3.3"}},
		{"an origin that is not published", func(p *bom.Publication) {
			p.Release.DerivedFrom = &schema.Derivation{Release: schema.DigestOf(nil), Design: strict.Design, Version: strict.Version}
		}, schema.Invalid, []string{"derived_from", "ada/strict"}},
		{"an origin's name", func(p *bom.Publication) {
			p.Release.DerivedFrom = &schema.Derivation{Release: strict.Digest, Design: design("ada/lamp"), Version: strict.Version}
		}, schema.Invalid, []string{"derived_from"}},
		{"several things", func(p *bom.Publication) {
			p.Release.Licences.Hardware, p.Release.Hardware = "CC-BY-NC-4.0", schema.DigestOf(nil)
		}, schema.Invalid, []string{"licences.hardware", " hardware"}},
	} {
		t.Run(test.what, func(t *testing.T) {
			v := "1.0.0"
			p := f.draft("bob/tampered", v, containing("ada/bulb@1.1.0")).Publication
			p.Release.Design.Name = strings.ReplaceAll(strings.ToLower(strings.Map(func(r rune) rune {
				if r == '\'' || r == ',' {
					return -1
				}
				return r
			}, test.what)), " ", "-")
			before := f.size()
			test.tamper(&p)
			_, err := f.Publish(ctx, As(name("bob")), p)
			if test.kind == "" {
				check(t, err)
				return
			}
			wantKind(t, "tampered", err, test.kind, test.says...)
			if f.size() != before {
				t.Errorf("the refused publication left %d entries", f.size()-before)
			}
		})
	}
	f.wantSound()
}

// A release may not contain its own design, in whatever version, however deep.
func TestCyclesAreRefused(t *testing.T) {
	f := open(t, "ada")
	ctx := context.Background()
	f.publish("ada/inner", "1.0.0", lamp())
	f.publish("ada/outer", "1.0.0", containing("ada/inner"))
	// By hand, since a draft is refused before.
	pinTo := func(d, v, target string) bom.Publication {
		p := f.draft("ada/scratch", v, containing(target)).Publication
		p.Release.Design = design(d)
		return p
	}
	_, err := f.Publish(ctx, As(name("ada")), pinTo("ada/inner", "2.0.0", "ada/outer@1.0.0"))
	wantKind(t, "what contains its own older version", err, schema.Invalid, "ada/inner contains itself", "ada/outer")
	_, err = f.Publish(ctx, As(name("ada")), pinTo("ada/inner", "3.0.0", "ada/inner@1.0.0"))
	wantKind(t, "what contains itself", err, schema.Invalid, "ada/inner contains itself")
	_, err = f.Versions(ctx, design("ada/scratch"))
	wantKind(t, "what was only drafted", err, schema.NotFound)
	// The same child twice is no cycle.
	f.publish("ada/outermost", "1.0.0", containingAll([]string{"ada/outer", "ada/inner", "ada/inner"}))
}

func TestVersionsNeverChange(t *testing.T) {
	f := open(t, "ada")
	ctx := context.Background()
	first := f.plain("ada/lamp", "1.0.0", "a")
	done, err := f.Publish(ctx, As(name("ada")), first)
	check(t, err)
	again, err := f.Publish(ctx, As(name("ada")), first)
	if err != nil || again.New || again.LedgerIndex != done.LedgerIndex {
		t.Errorf("the same again is %+v, %v; want %+v, not new", again, err, done)
	}
	_, err = f.Publish(ctx, As(name("ada")), f.plain("ada/lamp", "1.0.0", "b"))
	wantKind(t, "other content", err, schema.Conflict, "ada/lamp 1.0.0")
	// Yanking does not free the number.
	f.yank("ada/lamp", "1.0.0")
	_, err = f.Publish(ctx, As(name("ada")), f.plain("ada/lamp", "1.0.0", "b"))
	wantKind(t, "other content under a yanked version", err, schema.Conflict, "ada/lamp 1.0.0")
	again, err = f.Publish(ctx, As(name("ada")), first)
	if err != nil || again.New {
		t.Errorf("the yanked release again is %+v, %v; want it not new", again, err)
	}
	if got := f.resolve("ada/lamp@1.0.0").Status; got != schema.Yanked {
		t.Errorf("publishing it again made it %q, want it yanked still", got)
	}
}

// Two versions with one BOM share its document.
func TestBOMIsStoredOnce(t *testing.T) {
	f := open(t, "ada")
	f.publish("ada/bulb", "1.0.0", lamp())
	f.publish("ada/lamp", "1.0.0", containing("ada/bulb"))
	before := f.size()
	f.publish("ada/lamp", "1.0.1", containing("ada/bulb", `keywords = ["x"]`))
	if got := f.size() - before; got != 1 {
		t.Errorf("the second version made %d entries, want 1", got)
	}
	if a, b := f.resolve("ada/lamp@1.0.0"), f.resolve("ada/lamp@1.0.1"); a.BOM != b.BOM || a.BOM.IsZero() || a.Hardware != b.Hardware {
		t.Errorf("the BOMs are %s and %s, the hardware %s and %s; want them equal", a.BOM, b.BOM, a.Hardware, b.Hardware)
	}
}

func TestStatus(t *testing.T) {
	f := open(t, "ada", "bob")
	ctx := context.Background()
	f.publish("ada/lamp", "1.0.0", lamp())
	f.publish("ada/lamp", "1.1.0", lamp(`keywords = ["x"]`))
	r := f.resolve("ada/lamp@1.1.0")
	set := func(by schema.Name, d schema.ReleaseStatus) (Published, error) { return f.SetStatus(ctx, As(by), d) }
	ada := name("ada")

	yank := statusOf(r, schema.Yanked)
	yank.Reason = "cracks"
	_, err := set(schema.Name{}, yank)
	wantKind(t, "without an account", err, schema.Unauthenticated)
	_, err = set(name("bob"), yank)
	wantKind(t, "by another", err, schema.Forbidden, "bob", "ada")
	byBob := yank
	byBob.Author = name("bob")
	_, err = set(ada, byBob)
	wantKind(t, "in another's words", err, schema.Forbidden)
	of := yank
	of.Release = schema.DigestOf(nil)
	_, err = set(ada, of)
	wantKind(t, "of no release", err, schema.NotFound)
	wrong := yank
	wrong.Status = "gone"
	_, err = set(ada, wrong)
	wantKind(t, "to a status that does not exist", err, schema.Invalid, "status")
	early := statusOf(r, schema.Unyanked)
	_, err = set(ada, early)
	wantKind(t, "unyanking what is not yanked", err, schema.Conflict, "not yanked already")
	stray := yank
	stray.Follows = f.resolve("ada/lamp@1.0.0").Digest
	_, err = set(ada, stray)
	wantKind(t, "following another document", err, schema.Conflict, "has changed since")

	first, err := set(ada, yank)
	check(t, err)
	if got := f.resolve("ada/lamp"); got.Version != version("1.0.0") {
		t.Errorf("with 1.1.0 yanked, ada/lamp is %s, want 1.0.0", got.Version)
	}
	if got := f.resolve("ada/lamp@1.1.0"); got.Status != schema.Yanked || got.Reason != "cracks" || got.StatusBy != first.Digest {
		t.Errorf("named exactly it is %+v, want it yanked by %s", got, first.Digest)
	}
	again, err := set(ada, yank)
	if err != nil || again.New || again.LedgerIndex != first.LedgerIndex {
		t.Errorf("the same again is %+v, %v; want %+v, not new", again, err, first)
	}
	_, err = set(ada, statusOf(f.resolve("ada/lamp@1.1.0"), schema.Yanked))
	wantKind(t, "yanking what is yanked", err, schema.Conflict, "yanked already")
	rival := statusOf(r, schema.Deprecated) // follows the release, as the first did
	_, err = set(ada, rival)
	wantKind(t, "a second document that follows the same one", err, schema.Conflict, "has changed since")

	unyank := statusOf(f.resolve("ada/lamp@1.1.0"), schema.Unyanked)
	_, err = set(ada, unyank)
	check(t, err)
	if got := f.resolve("ada/lamp"); got.Version != version("1.1.0") {
		t.Errorf("with 1.1.0 back, ada/lamp is %s, want 1.1.0", got.Version)
	}
	if again, err = set(ada, yank); err != nil || again.New {
		t.Errorf("the first yank again is %+v, %v; want it not new", again, err)
	}
	if got := f.resolve("ada/lamp@1.1.0").Status; got != schema.Unyanked {
		t.Errorf("sending an old document again made it %q, want unyanked", got)
	}
	deprecate := statusOf(f.resolve("ada/lamp@1.1.0"), schema.Deprecated)
	deprecate.Replacement = ref("ada/lamp@^2")
	_, err = set(ada, deprecate)
	check(t, err)
	if got := f.resolve("ada/lamp"); got.Version != version("1.1.0") || got.Status != schema.Deprecated {
		t.Errorf("deprecated, it is %s %q; want 1.1.0, still resolved", got.Version, got.Status)
	}
	f.wantSound()
}
