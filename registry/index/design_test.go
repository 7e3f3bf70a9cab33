package index

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/patternbook/patternbook/schema"
)

// found gives the designs that a query finds, all pages of it, a page at a time.
func (f *fixture) found(q Query, limit int) (list []string) {
	f.t.Helper()
	after := ""
	for range 10_000 {
		page, next, err := f.Search(context.Background(), q, Page{After: after, Limit: limit})
		if err != nil {
			f.t.Fatalf("search %+v after %q: %v", q, after, err)
		}
		if len(page) > limit || next != "" && len(page) != limit {
			f.t.Fatalf("search %+v: a page of %d, want %d", q, len(page), limit)
		}
		for _, d := range page {
			list = append(list, d.Design.String())
		}
		if next == "" {
			return list
		}
		after = next
	}
	f.t.Fatalf("search %+v does not end", q)
	return nil
}

func shop(t *testing.T) *fixture {
	f := fresh(t)
	clamp := release("bob/clamp", "1.0.0", titled("Clamp"), doing("Holds things. Goes with a lamp."), under("CERN-OHL-W-2.0"))
	list := parts("bob", "Flügelmutter", "Spindle")
	clamp.BOM = f.apply(list)[0]
	clamp.Hardware = clamp.HardwareDigest(list.PartsDigest())
	f.apply(
		release("ada/lamp", "1.0.0", titled("Bench Lamp"), doing("Gives light on a bench."), keyed("LED", "Beleuchtung")),
		clamp,
		release("ada/ventilator", "1.0.0", titled("Ventilator"), doing("Breathes for you."), under("MIT"), keyed("médecine")),
		release("lamplight/chair", "1.0.0", titled("Chair"), doing("To sit upon.")),
		release("ada/drill-press", "0.1.0-rc.1", titled("Tischbohrmaschine"), doing("Drills.")),
	)
	return f
}

func TestSearch(t *testing.T) {
	f := shop(t)
	for _, test := range []struct{ text, want string }{
		{"bench", "ada/lamp"},
		{"BENCH lamp", "ada/lamp"},
		{"ben", "ada/lamp"},                                // a prefix
		{"b", "ada/lamp ada/ventilator bob/clamp"},         // of one letter, also of owner and text
		{"lamp", "ada/lamp bob/clamp lamplight/chair"},     // a name is above an owner and a text
		{"lamp gives", "ada/lamp"},                         // each word must occur
		{"lamp nowhere", ""},                               //
		{"ada", "ada/lamp ada/drill-press ada/ventilator"}, // the owner
		{"medecine", "ada/ventilator"},                     // without the accent
		{"MÉDECINE", "ada/ventilator"},
		{"me\u0301decine", "ada/ventilator"}, // in its other Unicode form
		{"flugelmutter", "bob/clamp"},        // a part
		{"spin acme", "bob/clamp"},           // a part's maker
		{"mpn-spindle", "bob/clamp"},         // its number
		{"drill press", "ada/drill-press"},   // has only a pre-release: found all the same
		{"drill-press", "ada/drill-press"},
		{"ench", ""}, // not the middle of a word
	} {
		got := f.found(Query{Text: test.text}, 100)
		want := strings.Fields(test.want)
		if test.text != "lamp" { // where the order matters
			slices.Sort(got)
			slices.Sort(want)
		}
		if test.text == "lamp" && (len(got) != 3 || got[0] != "ada/lamp") {
			t.Errorf("lamp: got %v, want the one of that name first, of %v", got, want)
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%q: got %v, want %v", test.text, got, want)
		}
	}
}

func TestNamesRankAboveTexts(t *testing.T) {
	f := fresh(t)
	f.apply(
		release("ada/aaa", "1.0.0", titled("Stand"), doing("Stands beside a spectrometer. A spectrometer needs it, whatever spectrometer.")),
		release("ada/bbb", "1.0.0", titled("Other"), keyed("spectrometer"), doing("Is something else altogether and has many words to say about it.")),
		release("ada/ccc", "1.0.0", titled("Spectrometer"), doing("Splits light, and has many more words to say about that than anybody would like to read here.")))
	if got, want := f.found(Query{Text: "spectrometer"}, 10), []string{"ada/ccc", "ada/bbb", "ada/aaa"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestSearchFilters(t *testing.T) {
	f := shop(t)
	for _, test := range []struct {
		q    Query
		want string
	}{
		{Query{Owner: name("ada")}, "ada/drill-press ada/lamp ada/ventilator"},
		{Query{Owner: name("ada"), Text: "lamp"}, "ada/lamp"},
		{Query{Owner: name("eve")}, ""},
		{Query{Licence: "MIT"}, "ada/ventilator"},
		{Query{Licence: "cern-ohl-w-2.0"}, "bob/clamp"},
		{Query{Licence: "CERN"}, ""},
		{Query{Licence: "MIT", Owner: name("bob")}, ""},
		{Query{Text: "lamp", Licence: "CERN-OHL-S-2.0"}, "ada/lamp lamplight/chair"},
		{Query{Text: " ... "}, ""}, // nothing but punctuation is no wish for everything
		{Query{Text: "  "}, "ada/drill-press ada/lamp ada/ventilator bob/clamp lamplight/chair"},
	} {
		got := f.found(test.q, 2)
		slices.Sort(got)
		if strings.Join(got, " ") != test.want {
			t.Errorf("%+v: got %v, want %s", test.q, got, test.want)
		}
	}
}

// Nothing that a user types is taken for syntax of FTS5 or of SQL.
func TestHostileSearches(t *testing.T) {
	f := shop(t)
	for _, text := range []string{
		`"`, `""`, `"lamp`, `lamp"`, `'`, `lamp'--`, `*`, `lamp*`, `^lamp`, `lamp OR clamp`, `lamp AND`, `NOT`, `lamp NOT clamp`, `NEAR(lamp bench)`,
		`name:lamp`, `{name}:lamp`, `-name:lamp`, `(lamp`, `lamp)`, `+lamp`, `lamp + bench`, `\`, "\x00", "lamp\x00bench", "\xff\xfe", "a\u0301", "\u0301", "🔧", "lamp 🔧",
		`; DROP TABLE designs`, strings.Repeat("lamp ", 1000), strings.Repeat("x", 100_000), strings.Repeat(`"`, 1000), "ﬁ", "\u00ad", "lamp\u200bbench", "१२३", "\ue000",
	} {
		for _, q := range []Query{{Text: text}, {Text: text, Licence: text}, {Licence: text}} {
			if _, _, err := f.Search(context.Background(), q, Page{Limit: 10}); err != nil {
				t.Errorf("%.40q: %v", text, err)
			}
		}
	}
	for _, text := range []string{`"lamp`, `lamp*`, `^lamp`, `(lamp`, `+lamp`, "lamp 🔧", `'lamp'`} {
		if got := f.found(Query{Text: text}, 10); !slices.Contains(got, "ada/lamp") {
			t.Errorf("%q: got %v, want ada/lamp among them", text, got)
		}
	}
	for _, text := range []string{`lamp OR spindle`, `name:ventilator`, `NOT lamp`} { // words like others
		if got := f.found(Query{Text: text}, 10); len(got) != 0 {
			t.Errorf("%q: got %v, want nothing", text, got)
		}
	}
	for _, cursor := range []string{"x", "1", ",", "1,", ",1", "1,x", "x,1", "'", "1,1,1"} {
		_, _, err := f.Search(context.Background(), Query{Text: "lamp"}, Page{After: cursor, Limit: 10})
		wantKind(t, "the cursor "+cursor, err, schema.Invalid, "cursor")
	}
}

// Pages have every match once, in one order, whatever their size.
func TestSearchPages(t *testing.T) {
	f := fresh(t)
	const designs = 130
	for i := range designs {
		// Many are equal in rank, which must not lose or repeat any.
		f.apply(release(fmt.Sprintf("owner-%d/thing-%03d", i%3, i), "1.0.0", titled("Common Thing"), doing(strings.Repeat("common ", 1+i%4))))
	}
	for _, q := range []Query{{Text: "common"}, {Text: "comm", Owner: name("owner-1")}, {}, {Owner: name("owner-2")}, {Text: "thing", Licence: "CERN-OHL-S-2.0"}} {
		whole := f.found(q, designs+1)
		want := designs
		if !q.Owner.IsZero() {
			want = designs / 3
		}
		if distinct := slices.Compact(slices.Sorted(slices.Values(whole))); len(distinct) != want || len(whole) != want {
			t.Errorf("%+v: %d results, %d of them different, want %d", q, len(whole), len(distinct), want)
		}
		for _, limit := range []int{1, 7, 50} {
			if got := f.found(q, limit); !slices.Equal(got, whole) {
				t.Errorf("%+v by %d: got\n%v, want\n%v", q, limit, got, whole)
			}
		}
	}
	if got := f.found(Query{}, 10); got[0] != "owner-0/thing-129" || got[designs-1] != "owner-0/thing-000" {
		t.Errorf("without text the first is %s and the last %s, want the latest first", got[0], got[designs-1])
	}
}

// A design is found by what its latest release says, and shown as it.
func TestSearchShowsTheLatest(t *testing.T) {
	f := fresh(t)
	f.apply(release("ada/lamp", "1.0.0", titled("Old Name")), release("ada/lamp", "2.0.0", titled("New Name")), release("ada/lamp", "1.5.0", titled("Patch Name")),
		release("ada/lamp", "3.0.0-rc.1", titled("Coming Name")))
	show := func(word string) string {
		list, _, err := f.Search(context.Background(), Query{Text: word}, Page{Limit: 10})
		check(t, err)
		if len(list) == 0 {
			return ""
		}
		return list[0].Name + " " + list[0].Version.String()
	}
	expect := func(what string, words map[string]string) {
		t.Helper()
		for word, want := range words {
			if got := show(word); got != want {
				t.Errorf("%s, %q shows %q, want %q", what, word, got, want)
			}
		}
	}
	expect("published", map[string]string{"old": "", "new": "New Name 2.0.0", "patch": "", "coming": ""})
	f.apply(f.status("ada/lamp@2.0.0", schema.Yanked))
	expect("yanked", map[string]string{"old": "", "new": "", "patch": "Patch Name 1.5.0"})
	f.apply(f.status("ada/lamp@1.5.0", schema.Yanked), f.status("ada/lamp@1.0.0", schema.Yanked), f.status("ada/lamp@3.0.0-rc.1", schema.Yanked))
	expect("all yanked", map[string]string{"coming": "Coming Name "})
	f.apply(f.status("ada/lamp@2.0.0", schema.Unyanked))
	expect("unyanked", map[string]string{"new": "New Name 2.0.0", "coming": ""})
}
