package registry

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/schema"
)

// pins writes the pins of a draft as item=design@version(matched).
func pins(d *bom.Draft) string {
	var list []string
	for _, p := range d.Release.Assemblies {
		list = append(list, fmt.Sprintf("%s=%s@%s(%s)", p.Item, p.Design, p.Version, p.Matched))
	}
	return strings.Join(list, " ")
}

const (
	hub    = "https://example.org/ada/bulb"
	other  = "https://example.org/bob/vice"
	shared = "https://example.org/both"
)

// published makes a registry with designs that others can contain:
//
//	ada/bulb  1.0.0 from commit aaa… tag v1.0.0, 1.1.0 from bbb… tag rev-b, 2.0.0 yanked, from ccc… tag v2.0.0, 3.0.0-rc.1 from ddd…
//	bob/vice  1.0.0
//	ada/one and ada/two under one URL, ada/mine and bob/yours under another
func published(t *testing.T) *fixture {
	f := open(t, "ada", "bob", "eve")
	at := func(url string) files { return lamp(`repo = "` + url + `"`) }
	f.publish("ada/bulb", "1.0.0", at(hub), from(strings.Repeat("a", 40), "v1.0.0"))
	f.publish("ada/bulb", "1.1.0", at(hub+".git"), from(strings.Repeat("b", 40), "rev-b"))
	f.publish("ada/bulb", "2.0.0", at(hub), from(strings.Repeat("c", 40), "v2.0.0"))
	f.publish("ada/bulb", "3.0.0-rc.1", at(hub+"/"), from(strings.Repeat("d", 40), ""))
	f.yank("ada/bulb", "2.0.0")
	f.publish("bob/vice", "1.0.0", at(other))
	f.publish("bob/vice", "1.1.0", at(other))
	f.publish("ada/one", "1.0.0", at(shared))
	f.publish("ada/two", "1.0.0", at(shared))
	f.publish("ada/mine", "1.0.0", at("https://example.org/claimed"))
	f.publish("bob/yours", "9.0.0", at("https://example.org/claimed"))
	f.publish("ada/soon", "0.1.0-beta.1", at("https://example.org/ada/soon"))
	f.publish("ada/folder", "1.0.0", at("https://example.org/ada/mono/tree/main/folder"))
	f.publish("ada/nested", "1.0.0", at("https://gitlab.example/group/sub/nested"))
	return f
}

func TestPins(t *testing.T) {
	f := published(t)
	digest := f.resolve("ada/bulb@1.0.0").Digest.String()
	for _, test := range []struct {
		asked, want string // want is "" when it stays unresolved
		finding     string // "" for none
	}{
		// by name
		{"ada/bulb", "ada/bulb@1.1.0(manifest)", ""},
		{"ada/bulb@1.0.0", "ada/bulb@1.0.0(manifest)", ""},
		{"ada/bulb@^1", "ada/bulb@1.1.0(manifest)", ""},
		{"ada/bulb@2.0.0", "ada/bulb@2.0.0(manifest)", ""}, // yanked, but named exactly
		{"ada/bulb@" + digest, "ada/bulb@1.0.0(manifest)", ""},
		{"bob/vice", "bob/vice@1.1.0(manifest)", ""}, // a name is nobody else's
		{"ada/bulb@7.0.0", "", "assembly-unresolved"},
		{"ada/none", "", "assembly-unresolved"},
		// by commit
		{hub + "/commit/" + strings.Repeat("a", 40), "ada/bulb@1.0.0(commit)", ""},
		{hub + "/commit/" + strings.Repeat("A", 7), "ada/bulb@1.0.0(commit)", ""},
		{hub + "/commit/aaaaaa", "ada/bulb@1.1.0(latest)", "assembly-state-not-published"},
		{hub + "/tree/" + strings.Repeat("b", 40), "ada/bulb@1.1.0(commit)", ""},
		{hub + "/commit/" + strings.Repeat("d", 40), "ada/bulb@3.0.0-rc.1(commit)", ""},
		{hub + "/commit/" + strings.Repeat("e", 40), "ada/bulb@1.1.0(latest)", "assembly-state-not-published"},
		{hub + "/commit/" + strings.Repeat("c", 40), "ada/bulb@1.1.0(latest)", "assembly-state-not-published"}, // yanked
		// by tag
		{hub + "/releases/tag/v1.0.0", "ada/bulb@1.0.0(tag)", ""},
		{hub + "/releases/tag/rev-b", "ada/bulb@1.1.0(tag)", ""},
		{hub + "/tree/rev-b", "ada/bulb@1.1.0(tag)", ""},
		{hub + "/releases/tag/v1.1", "ada/bulb@1.1.0(tag)", ""}, // its version
		{hub + "/releases/tag/v2.0.0", "ada/bulb@1.1.0(latest)", "assembly-state-not-published"},
		{hub + "/tree/main", "ada/bulb@1.1.0(latest)", "assembly-state-not-published"},
		// bare
		{hub, "ada/bulb@1.1.0(latest)", ""},
		{"http://WWW.Example.org/Ada/Bulb.git", "ada/bulb@1.1.0(latest)", ""},
		{"https://example.org/ada/soon", "", "assembly-unresolved"},                            // pre-releases alone
		{"https://example.org/ada/mono/tree/main/folder", "ada/folder@1.0.0(latest)", ""},      // a design that is a folder
		{"https://gitlab.example/group/sub/nested", "ada/nested@1.0.0(latest)", ""},            // nested groups
		{"https://gitlab.example/group/sub/nested/-/tags/v1.0.0", "ada/nested@1.0.0(tag)", ""}, // and a state of it
		{"https://example.org/claimed", "ada/mine@1.0.0(latest)", ""},                          // one's own before another's
		{shared, "", "assembly-ambiguous"},                                                     // two of one's own
		{other, "", "assembly-candidate"},                                                      // another's
		{"https://example.org/nobody/nothing/commit/" + commit, "", "assembly-unresolved"},     // nobody's
		{"see the drawing", "", "assembly-unresolved"},                                         // no reference at all
		{"git@github.com:ada/bulb.git", "", "assembly-unresolved"},                             //
		{"https://example.org/ada/bulb/commit/" + strings.Repeat("a", 41), "ada/bulb@1.1.0(latest)", "assembly-state-not-published"},
	} {
		d := f.draft("ada/lamp", "1.0.0", containing(test.asked))
		want := ""
		if test.want != "" {
			want = "2=" + test.want
		}
		if got := pins(d); got != want {
			t.Errorf("%s: got %q, want %q", test.asked, got, want)
		}
		var codes []string
		for _, finding := range d.Findings {
			if strings.HasPrefix(finding.Code, "assembly-") {
				codes = append(codes, finding.Code)
			}
		}
		if got := strings.Join(codes, " "); got != test.finding {
			t.Errorf("%s: the findings are %q, want %q", test.asked, got, test.finding)
		}
		// Resolved or not, it can be published.
		if err := d.Release.Validate(); err != nil {
			t.Errorf("%s: %v", test.asked, err)
		}
		if err := f.checkPublication(context.Background(), name("ada"), d.Publication); err != nil {
			t.Errorf("%s: %v", test.asked, err)
		}
	}
}

// An exact tag says more than a version that reads alike.
func TestTagBeforeVersion(t *testing.T) {
	f := open(t, "ada")
	f.publish("ada/bulb", "3.0.0", lamp(`repo = "`+hub+`"`), from("", "r5"))
	f.publish("ada/bulb", "1.0.0", lamp(`repo = "`+hub+`"`), from("", "v3.0.0"))
	if got, want := pins(f.draft("ada/lamp", "1.0.0", containing(hub+"/releases/tag/v3.0.0"))), "2=ada/bulb@1.0.0(tag)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAcceptMatches(t *testing.T) {
	f := published(t)
	if got, want := pins(f.draft("ada/lamp", "1.0.0", containing(other), accepting)), "2=bob/vice@1.1.0(latest)"; got != want {
		t.Errorf("accepted: got %q, want %q", got, want)
	}
	// Accepting does not put another's before one's own, nor guess between two.
	if got, want := pins(f.draft("ada/lamp", "1.0.0", containing("https://example.org/claimed"), accepting)), "2=ada/mine@1.0.0(latest)"; got != want {
		t.Errorf("one's own: got %q, want %q", got, want)
	}
	d := f.draft("eve/lamp", "1.0.0", containing("https://example.org/claimed"), accepting)
	if pins(d) != "" || !hasFinding(d.Findings, "assembly-ambiguous", "line 2") {
		t.Errorf("two others' under one URL: got %q and %v, want a finding", pins(d), d.Findings)
	}
}

func TestAssemblyTables(t *testing.T) {
	f := published(t)
	d := f.draft("ada/lamp", "1.0.0", containingAll([]string{other, shared, shared, ""},
		"[[assembly]]", `line = "2"`, `release = "bob/vice@1.0.0"`, `variant = "left"`,
		"[[assembly]]", `reference = "`+shared+`"`, `release = "ada/two@1.0.0"`,
		"[[assembly]]", `line = "5"`, `release = "ada/bulb@2.0.0"`,
		"[[assembly]]", `line = "99"`, `release = "ada/one@1.0.0"`))
	if got, want := pins(d), "2=bob/vice@1.0.0(manifest) 3=ada/two@1.0.0(manifest) 4=ada/two@1.0.0(manifest) 5=ada/bulb@2.0.0(manifest)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if p := d.Release.Assemblies[0]; p.Variant != "left" || p.Reference != other {
		t.Errorf("line 2 is pinned as %+v; want the variant left and the reference as the BOM has it", p)
	}
	done, err := f.Publish(context.Background(), As(name("ada")), d.Publication)
	check(t, err)
	_, tree, err := f.BOM(context.Background(), schema.Reference{Design: design("ada/lamp"), Digest: done.Digest}, bom.Query{View: bom.ViewTree}, bom.Choices{})
	check(t, err)
	for _, item := range []string{"2", "3", "4", "5"} {
		if l := tree.At(item); l == nil || l.Assembly == nil || l.Assembly.Release.IsZero() {
			t.Errorf("line %s of the tree is %+v, want it pinned", item, l)
		}
	}
}

// An assembly line that does not say which design it is stays open.
func TestAssemblyWithoutReference(t *testing.T) {
	f := open(t, "ada")
	d := f.draft("ada/lamp", "1.0.0", containing(""))
	if pins(d) != "" || !hasFinding(d.Findings, "assembly-unresolved", "line 2") {
		t.Errorf("got %q and %v, want a finding", pins(d), d.Findings)
	}
	_, err := f.Publish(context.Background(), As(name("ada")), d.Publication)
	check(t, err)
}

func TestDraftIsWhatIsPublished(t *testing.T) {
	f := published(t)
	ctx := context.Background()
	fs := containing(hub)
	q := f.request("ada/lamp", "1.0.0", fs)
	q.Notes = "first"
	d, err := f.Draft(ctx, As(name("ada")), q)
	check(t, err)
	done, err := f.Publish(ctx, As(name("ada")), d.Publication)
	check(t, err)
	f.publish("ada/bulb", "1.2.0", lamp(`repo = "`+hub+`"`)) // the same draft would now pin this
	q.Notes, q.Source.Tag = "second", "v9"
	slices.Reverse(q.Files)
	again, err := f.Draft(ctx, As(name("ada")), q)
	check(t, err)
	if _, digest, err := schema.Encode(again.Release); err != nil || digest != done.Digest {
		t.Errorf("drafting the same files again gives %s (%v), want the stored %s", digest, err, done.Digest)
	}
	if again.BOM == nil || len(again.BOM.Lines) != 2 {
		t.Errorf("the stored BOM is not given: %+v", again.BOM)
	}
	repeated, err := f.Publish(ctx, As(name("ada")), again.Publication)
	if err != nil || repeated.New || repeated.Digest != done.Digest {
		t.Errorf("publishing them again: %+v, %v; want %+v, not new", repeated, err, done)
	}
	for what, files := range map[string]files{
		"with another file":       fs.with(files{"lamp.scad": "cube(2);"}),
		"with one file more":      fs.with(files{"more.scad": "cube(2);"}),
		"with another manifest":   fs.with(files{"okh.toml": fs["okh.toml"] + "\n# a remark\n"}),
		"with a file less":        {"okh.toml": fs["okh.toml"], "sBoM.csv": fs["sBoM.csv"]},
		"with a file moved":       {"okh.toml": fs["okh.toml"], "sBoM.csv": fs["sBoM.csv"], "LICENSE": fs["LICENSE"], "README.md": fs["README.md"], "cad/lamp.scad": fs["lamp.scad"]},
		"with a file named twice": nil,
	} {
		q := f.request("ada/lamp", "1.0.0", files)
		if files == nil {
			q.Files = append(fs.list(), fs.list()[0])
		}
		_, err := f.Draft(ctx, As(name("ada")), q)
		wantKind(t, "drafting 1.0.0 "+what, err, schema.Conflict, "ada/lamp 1.0.0")
	}
}

func TestDraftRefuses(t *testing.T) {
	f := published(t)
	f.publish("ada/strict", "1.0.0", lamp())
	ctx := context.Background()
	for _, test := range []struct {
		what  string
		files files
		kind  schema.Kind
		says  []string
	}{
		{"a licence that forbids commerce", lamp(`license = "CC-BY-NC-4.0"`), schema.Invalid, []string{"okh.toml", "CC-BY-NC-4.0"}},
		{"a licence that forbids change", lamp(`license = "CC-BY-ND-4.0"`), schema.Invalid, []string{"okh.toml", "CC-BY-ND-4.0"}},
		{"everything wrong at once", lamp(`license = "CC-BY-NC-4.0"`, `name = ""`), schema.Invalid, []string{"CC-BY-NC-4.0", "name"}},
		{"what is no manifest", lamp().with(files{"okh.toml": "= ="}), schema.Invalid, []string{"okh.toml:1"}},
		{"paths that differ in case", lamp().with(files{"LAMP.scad": "x"}), schema.Invalid, []string{"LAMP.scad", "lamp.scad"}},
		{"a path that leaves the design", lamp().with(files{"../x": "x"}), schema.Invalid, []string{"../x"}},
		{"a fork under an incompatible licence", lamp(`license = "MIT"`, `fork-of = "ada/strict@1.0.0"`), schema.Invalid, []string{"derived_from", "ada/strict", "cern-ohl-s-2.0-section-3.3"}},
		{"a design that contains itself", containing("ada/bulb@1.0.0"), schema.Invalid, []string{"ada/bulb contains itself"}},
	} {
		d := "ada/lamp"
		if strings.Contains(test.what, "itself") {
			d = "ada/bulb"
		}
		q := f.request(d, "5.0.0", test.files)
		_, err := f.Draft(ctx, As(name("ada")), q)
		wantKind(t, test.what, err, test.kind, test.says...)
	}
	q := f.request("ada/lamp", "5.0.0", containing(hub))
	_, err := f.Draft(ctx, As(name("bob")), q)
	wantKind(t, "drafting in another's name", err, schema.Forbidden, "bob", "ada")
	_, err = f.Draft(ctx, Actor{}, q)
	wantKind(t, "drafting without an account", err, schema.Unauthenticated)
	q.Manifest = "none.toml"
	_, err = f.Draft(ctx, As(name("ada")), q)
	wantKind(t, "a manifest that is not among the files", err, schema.Invalid, "none.toml")
	q.Manifest = "lamp.scad"
	if _, err = f.Draft(ctx, As(name("ada")), q); err == nil {
		t.Error("a file that is no manifest was taken for one")
	}
}

// Only what the author has sent, or anybody may read, is read for a draft.
func TestDraftOfWhatIsNotStored(t *testing.T) {
	f := open(t, "ada", "bob")
	fs := containing(hub)
	secret := "POS\tNAME\tUNITS\tTYPE\tREFERENCE\n1\tSecret\t1\tBUY\tx\n"
	f.send("bob", secret)
	for _, path := range []string{"okh.toml", "sBoM.csv"} {
		q := f.request("ada/lamp", "1.0.0", fs)
		for i := range q.Files {
			if q.Files[i].Path == path {
				q.Files[i].Digest, q.Files[i].Size = schema.DigestOf([]byte("nowhere")), 7
			}
		}
		_, err := f.Draft(context.Background(), As(name("ada")), q)
		wantKind(t, "a draft whose "+path+" is not stored", err, schema.MissingArtifacts, path)
		for i := range q.Files {
			if q.Files[i].Path == path {
				q.Files[i].Digest, q.Files[i].Size = schema.DigestOf([]byte(secret)), int64(len(secret))
			}
		}
		_, err = f.Draft(context.Background(), As(name("ada")), q)
		wantKind(t, "a draft whose "+path+" another has sent", err, schema.MissingArtifacts, path)
	}
}

func TestDerivedFrom(t *testing.T) {
	f := published(t)
	f.publish("ada/strict", "1.0.0", lamp())
	f.publish("ada/odd", "1.0.0", lamp(`license = "CERN-OHL-1.2"`))
	digest := f.resolve("ada/strict").Digest.String()
	for i, test := range []struct {
		forkOf, licence, want, finding string
	}{
		{"ada/odd", "CERN-OHL-S-2.0", "ada/odd@1.0.0", "licence-compatibility-unknown"},
		{"ada/strict", "CERN-OHL-S-2.0", "ada/strict@1.0.0", ""},
		{"ada/strict@1.0.0", "CERN-OHL-S-2.0", "ada/strict@1.0.0", ""},
		{"ada/strict@" + digest, "CERN-OHL-S-2.0", "ada/strict@1.0.0", ""},
		{"ada/nothing", "CERN-OHL-S-2.0", "", "origin-unresolved"},
		{hub, "CERN-OHL-S-2.0", "", "origin-candidate"}, // anyone can claim a URL
		{"https://example.org/nobody", "CERN-OHL-S-2.0", "", "origin-unresolved"},
	} {
		d := f.draft("eve/fork", fmt.Sprintf("1.0.%d", i), lamp(`license = "`+test.licence+`"`, `fork-of = "`+test.forkOf+`"`))
		got := ""
		if from := d.Release.DerivedFrom; from != nil {
			got = from.Design.String() + "@" + from.Version.String()
		}
		if got != test.want {
			t.Errorf("fork-of %s: derived from %q, want %q", test.forkOf, got, test.want)
		}
		if test.finding != "" && !hasFinding(d.Findings, test.finding, "") {
			t.Errorf("fork-of %s: the findings are %v, want %s", test.forkOf, d.Findings, test.finding)
		}
		if _, err := f.Publish(context.Background(), As(name("eve")), d.Publication); err != nil {
			t.Errorf("fork-of %s: %v", test.forkOf, err)
		}
	}
	d := f.draft("eve/fork", "2.0.0", lamp(`fork-of = "`+hub+`"`), accepting)
	if d.Release.DerivedFrom == nil || d.Release.DerivedFrom.Design != design("ada/bulb") {
		t.Errorf("an accepted origin is %+v, want ada/bulb", d.Release.DerivedFrom)
	}
}
