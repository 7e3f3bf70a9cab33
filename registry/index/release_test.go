package index

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/patternbook/patternbook/schema"
)

func TestResolve(t *testing.T) {
	f := fresh(t)
	digests := f.apply(
		release("ada/lamp", "1.0.0"), release("ada/lamp", "1.10.0"), release("ada/lamp", "1.9.0"), release("ada/lamp", "2.0.0"),
		release("ada/lamp", "3.0.0-rc.1"), release("ada/lamp", "3.0.0-rc.2"), release("ada/next", "0.1.0-alpha"), release("ada/gone", "1.0.0"), release("ada/gone", "0.9.0"))
	f.apply(f.status("ada/lamp@2.0.0", schema.Yanked), f.status("ada/lamp@1.9.0", schema.Deprecated), f.status("ada/gone@1.0.0", schema.Yanked), f.status("ada/gone@0.9.0", schema.Yanked))
	for _, test := range []struct{ ref, want string }{
		{"ada/lamp", "1.10.0"},        // the highest by precedence, not by text, neither yanked nor a pre-release
		{"ada/lamp@latest", "1.10.0"}, //
		{"ada/lamp@1.0.0", "1.0.0"},
		{"ada/lamp@2.0.0", "2.0.0"}, // yanked, but named exactly
		{"ada/lamp@3.0.0-rc.1", "3.0.0-rc.1"},
		{"ada/lamp@^1", "1.10.0"},
		{"ada/lamp@~1.9", "1.9.0"}, // deprecated is resolved still
		{"ada/lamp@>=1.0 <1.10", "1.9.0"},
		{"ada/lamp@1.x", "1.10.0"},
		{"ada/lamp@>=3.0.0-rc.0", "3.0.0-rc.2"},
		{"ada/lamp@" + digests[3].String(), "2.0.0"},
		{"ada/next@0.1.0-alpha", "0.1.0-alpha"},
		{"ada/gone@1.0.0", "1.0.0"},
	} {
		r, err := f.Resolve(context.Background(), ref(test.ref))
		if err != nil || r.Version.String() != test.want {
			t.Errorf("%s: got %s (%v), want %s", test.ref, r.Version, err, test.want)
		}
	}
	for _, test := range []struct {
		ref  string
		says []string
	}{
		{"ada/lamp@^2", []string{"ada/lamp", "^2", "2.0.0 (yanked)", "1.10.0"}}, // only a yanked one fits
		{"ada/lamp@^3", []string{"3.0.0-rc.1"}},                                 // only pre-releases do
		{"ada/lamp@1.0.1", []string{"1.0.1", "1.0.0"}},
		{"ada/next", []string{"0.1.0-alpha"}},
		{"ada/gone", []string{"1.0.0 (yanked)"}},
		{"ada/none", []string{"ada/none"}},
		{"ada/none@1.0.0", []string{"ada/none"}},
		{"ada/next@" + digests[0].String(), []string{"ada/next"}}, // another design's
		{"ada/lamp@" + schema.DigestOf(nil).String(), []string{"ada/lamp"}},
	} {
		_, err := f.Resolve(context.Background(), ref(test.ref))
		wantKind(t, test.ref, err, schema.NotFound, test.says...)
	}
	r, err := f.ReleaseByDigest(context.Background(), digests[3])
	if err != nil || r.Status != schema.Yanked || r.Reason != "because" || r.Number != 3 {
		t.Errorf("by its digest 2.0.0 is %+v (%v)", r, err)
	}
	_, err = f.ReleaseByDigest(context.Background(), schema.Digest{})
	wantKind(t, "no digest", err, schema.NotFound)
}

func TestVersionsAreListedShortly(t *testing.T) {
	f := fresh(t)
	for i := range 15 {
		f.apply(release("ada/lamp", fmt.Sprintf("1.%d.0", i)))
	}
	_, err := f.Resolve(context.Background(), ref("ada/lamp@^2"))
	wantKind(t, "many versions", err, schema.NotFound, "1.14.0", "and 5 more")
	list, err := f.Versions(context.Background(), design("ada/lamp"))
	check(t, err)
	if len(list) != 15 || list[0].Version != version("1.14.0") || list[14].Version != version("1.0.0") {
		t.Errorf("there are %d versions from %s to %s, want 15, the latest first", len(list), list[0].Version, list[len(list)-1].Version)
	}
}

func TestRepositoryKey(t *testing.T) {
	const want = "github.com/o/r"
	for _, url := range []string{
		"https://github.com/o/r", "http://github.com/o/r", "https://github.com/o/r/", "https://github.com/o/r.git", "https://github.com/o/r.git/",
		"https://www.github.com/o/r", "https://WWW.GitHub.com/O/R.GIT", " https://github.com/o/r\n", "https://user:secret@github.com/o/r",
		"https://github.com/o/r?tab=readme#x", "ssh://git@github.com/o/r.git", "git://github.com/o/r", "//github.com/o/r", "https://github.com:443/o/r",
	} {
		if got := RepositoryKey(url); got != want {
			t.Errorf("%q: got %q, want %q", url, got, want)
		}
	}
	for _, test := range []struct{ url, want string }{
		{"https://github.com/o/r/tree/main/sub", "github.com/o/r/tree/main/sub"},
		{"https://github.com/o/r.github.io", "github.com/o/r.github.io"},
		{"https://github.com", "github.com"},
		{"", ""}, {"o/r", ""}, {"ada/lamp@1.0.0", ""}, {"git@github.com:o/r.git", ""}, {"https://", ""}, {"https://%zz/", ""}, {"mailto:x@example.org", ""},
	} {
		if got := RepositoryKey(test.url); got != test.want {
			t.Errorf("%q: got %q, want %q", test.url, got, test.want)
		}
	}
}

func TestByRepository(t *testing.T) {
	f := fresh(t)
	f.apply(release("ada/lamp", "1.0.0", at("https://github.com/O/R")), release("ada/lamp", "1.1.0", at("https://github.com/o/r.git")),
		release("bob/lamp", "1.0.0", at("https://www.github.com/o/r/")), release("bob/other", "1.0.0", at("https://github.com/o/r2")), release("bob/bare", "1.0.0"))
	list, err := f.ByRepository(context.Background(), "http://github.com/o/r")
	check(t, err)
	var got []string
	for _, r := range list {
		got = append(got, r.Design.String()+"@"+r.Version.String())
	}
	if want := "bob/lamp@1.0.0 ada/lamp@1.1.0 ada/lamp@1.0.0"; strings.Join(got, " ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
	for _, url := range []string{"", "no url", "https://github.com/o"} {
		if list, err := f.ByRepository(context.Background(), url); err != nil || len(list) != 0 {
			t.Errorf("%q: got %v (%v), want nothing", url, list, err)
		}
	}
}

func TestNamed(t *testing.T) {
	f := fresh(t)
	var asked []schema.Digest
	r := release("ada/lamp", "1.0.0")
	for i := range 1200 { // more than one query asks about
		d := schema.DigestOf([]byte(fmt.Sprint(i)))
		asked = append(asked, d)
		if i%3 == 0 {
			r.Files = append([]schema.File{{Path: fmt.Sprintf("a/%04d", 1200-i), Digest: d, Size: int64(i), MediaType: "text/plain", Role: schema.RoleOther}}, r.Files...)
		}
	}
	r.Hardware = r.HardwareDigest(schema.Digest{})
	f.apply(r)
	f.apply(f.status("ada/lamp@1.0.0", schema.Yanked)) // changes nothing: its bytes stay
	named, err := f.Named(context.Background(), asked)
	check(t, err)
	if len(named) != 400 {
		t.Errorf("%d are named, want 400", len(named))
	}
	for i, d := range asked {
		if size, ok := named[d]; ok != (i%3 == 0) || ok && size != int64(i) {
			t.Fatalf("number %d is named %v with %d bytes", i, ok, size)
		}
	}
}
