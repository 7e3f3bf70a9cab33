package folder

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestMatcher(t *testing.T) {
	for _, c := range []struct {
		rules, path string
		folder      bool
		want        bool
	}{
		{"", "a", false, false},
		{"# a\n\n  \n", "a", false, false},
		{"a", "a", false, true},
		{"a", "x/a", false, true},
		{"a", "a/x", false, true},
		{"/a", "a", false, true},
		{"/a", "x/a", false, false},
		{"x/a", "x/a", false, true},
		{"x/a", "y/x/a", false, false},
		{"a/", "a", false, false},
		{"a/", "a", true, true},
		{"a/", "a/b/c", false, true},
		{"*.stl", "x/y.stl", false, true},
		{"*.stl", "x/y.STL", false, false},
		{"x/*.stl", "x/y/z.stl", false, false},
		{"x/**/z.stl", "x/z.stl", false, true},
		{"x/**/z.stl", "x/a/b/z.stl", false, true},
		{"**/z", "z", false, true},
		{"**/z", "a/b/z", false, true},
		{"x/**", "x", true, false},
		{"x/**", "x/a/b", false, true},
		{"**", "a/b", false, true},
		{"***/**", "a", false, true},
		{"a?c", "abc", false, true},
		{"a?c", "a/c", false, false},
		{"a?c", "aéc", false, true},
		{"[a-c]x", "bx", false, true},
		{"[!a-c]x", "bx", false, false},
		{"[^a-c]x", "dx", false, true},
		{"[]x]", "]", false, true},
		{"[a-]", "-", false, true},
		{"[[:digit:]]x", "7x", false, true},
		{"[[:digit:]]x", "ax", false, false},
		{`\#a`, "#a", false, true},
		{`\!a`, "!a", false, true},
		{`a\*`, "a*", false, true},
		{`a\*`, "ab", false, false},
		{"a   ", "a", false, true},
		{`a\ `, "a ", false, true},
		{"*.mp4\n!intro.mp4", "intro.mp4", false, false},
		{"*.mp4\n!intro.mp4", "x/other.mp4", false, true},
		{"x/\n!x/a", "x/a", false, true}, // nothing comes back into an excluded folder
		{"x/*\n!x/a", "x/a", false, false},
		{"a\r\nb\r\n", "b", false, true},
		{"\ufeffa", "a", false, true},
		{"/", "a", false, false},
		{"a[", "a[", false, false},
	} {
		rules, _ := parseRules(c.rules)
		if got := newMatcher(rules).excludes(c.path, c.folder); got != c.want {
			t.Errorf("rules %q, path %q, folder %v: excluded %v, want %v", c.rules, c.path, c.folder, got, c.want)
		}
	}
}

func TestBadPatterns(t *testing.T) {
	_, bad := parseRules("ok\nset[a-\nback\\\n[]\n!fine\n")
	if got, want := len(bad), 3; got != want || bad[0] != 2 || bad[1] != 3 || bad[2] != 4 {
		t.Errorf("got lines %v, want 2, 3 and 4", bad)
	}
}

// TestMatcherAgainstGit lets git itself judge the same rules and paths.
func TestMatcherAgainstGit(t *testing.T) {
	needGit(t)
	dir := t.TempDir()
	runGit(t, dir, "init", "-q")
	// No segment has two stars beside other characters: what git makes of those
	// has changed between its versions.
	segment := rapid.StringMatching(`[ab.?]{1,2}\*?[ab.?]{0,2}|\*[ab.?]{0,2}|\*\*|\[[!ab]?[a-b]\]|[ab]\*`)
	pattern := rapid.Custom(func(t *rapid.T) string {
		p := strings.Join(rapid.SliceOfN(segment, 1, 3).Draw(t, "segments"), "/")
		return rapid.SampledFrom([]string{"", "", "/", "!"}).Draw(t, "head") + p + rapid.SampledFrom([]string{"", "", "/"}).Draw(t, "tail")
	})
	name := rapid.Map(rapid.SliceOfN(rapid.StringMatching(`[ab]{1,3}`), 1, 4), func(s []string) string { return strings.Join(s, "/") })
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(pattern, 1, 5).Draw(t, "rules"), "\n")
		paths := rapid.SliceOfNDistinct(name, 1, 20, rapid.ID).Draw(t, "paths")
		if err := os.WriteFile(filepath.Join(dir, ".gitignore"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command("git", "check-ignore", "--no-index", "--stdin", "-z")
		cmd.Dir, cmd.Stdin = dir, strings.NewReader(strings.Join(paths, "\x00")+"\x00")
		out, _ := cmd.Output() // its exit status says whether there was any
		ignored := map[string]bool{}
		for p := range strings.SplitSeq(string(out), "\x00") {
			ignored[p] = true
		}
		rules, _ := parseRules(text)
		m := newMatcher(rules)
		for _, p := range paths {
			if got := m.excludes(p, false); got != ignored[p] {
				t.Fatalf("rules %q, path %q: excluded %v, but git says %v", text, p, got, ignored[p])
			}
		}
	})
}

// FuzzRules: whatever is in the file, reading and matching end soon and agree
// with themselves.
func FuzzRules(f *testing.F) {
	f.Add("*a*b*c*\n[!x-]\\", "aaabbbccc/x")
	f.Add("**/a/**/b/**", "a/a/a/b/b/b")
	f.Fuzz(func(t *testing.T, text, name string) {
		rules, _ := parseRules(text)
		m := newMatcher(rules)
		if m.excludes("x/"+name, false) != newMatcher(rules).excludes("x/"+name, false) {
			t.Error("the verdict depends on what was asked before")
		}
	})
}
