package folder

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/patternbook/patternbook/schema"
)

// runGit runs git as a user would, without that user's own configuration.
func runGit(t testing.TB, dir string, args ...string) string {
	t.Helper()
	out, err := gitCommand(dir, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("git %q: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// gitCommand is a git command that does without the user's own settings.
func gitCommand(dir string, args ...string) *exec.Cmd {
	cmd := exec.Command("git", append([]string{"-c", "protocol.file.allow=always", "-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "init.defaultBranch=main"}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(gitEnvironment(os.Environ()), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1")
	cmd.Env = slices.DeleteFunc(cmd.Env, func(e string) bool { return strings.HasPrefix(e, "GIT_ALLOW_PROTOCOL=") })
	return cmd
}

func newRepository(t testing.TB, names ...string) string {
	t.Helper()
	needGit(t)
	dir := t.TempDir()
	runGit(t, dir, "init", "-q")
	if len(names) > 0 {
		write(t, dir, names...)
		runGit(t, dir, "add", "-f", ".")
		runGit(t, dir, "commit", "-qm", "first")
	}
	return dir
}

func TestTracked(t *testing.T) {
	dir := newRepository(t, "okh.toml", "cad/base.scad", "cad/a b\tc.stl", "cad/d\u00e9.stl", "tracked.bak", "gone")
	writeText(t, dir, ".gitignore", "*.gbr\n")
	runGit(t, dir, "add", ".gitignore")
	write(t, dir, "export/top.gbr", "export/new.stl", "notes", ".DS_Store", "gerber/fp-info-cache", "gerber/b.gbr")
	f := scanFolder(t, dir, "export/top.gbr", "cad", "gerber")
	wantPaths(t, f, "okh.toml", "cad/base.scad", "cad/d\u00e9.stl", "tracked.bak", ".gitignore", "export/top.gbr", "gone", "gerber/b.gbr")
	wantFindings(t, f, "warning untracked", "info left-out", "error path-invalid cad/a b\ufffdc.stl")
	if !f.Git {
		t.Error("the list is git's, but the folder does not say so")
	}
	for _, file := range f.Files {
		if want := strings.HasSuffix(file.Path, ".gbr"); file.Untracked != want {
			t.Errorf("%s: untracked %v, want %v", file.Path, file.Untracked, want)
		}
	}
	for _, finding := range f.Findings {
		if finding.Code == "untracked" && !strings.Contains(finding.Message, "2 files are") {
			t.Errorf("untracked are not export/new.stl and notes alone: %s", finding.Message)
		}
	}
	if err := os.Remove(filepath.Join(dir, "gone")); err != nil {
		t.Fatal(err)
	}
	wantFindings(t, scanFolder(t, filepath.Join(dir, "cad")), "error path-invalid a b\ufffdc.stl")
	runGit(t, dir, "rm", "-q", "--cached", "cad/a b\tc.stl")
	wantFindings(t, scanFolder(t, dir), "warning untracked", "error missing gone")
}

func TestSubfolder(t *testing.T) {
	dir := newRepository(t, "firmware/main.c", "hardware/okh.toml", "hardware/cad/base.scad", "LICENSE")
	f := scanFolder(t, filepath.Join(dir, "hardware"))
	wantPaths(t, f, "okh.toml", "cad/base.scad")
	wantFindings(t, f)
}

func TestNothingTracked(t *testing.T) {
	dir := newRepository(t, "elsewhere/x")
	write(t, dir, "design/okh.toml", "design/a.bak")
	f := scanFolder(t, filepath.Join(dir, "design"))
	wantPaths(t, f, "okh.toml")
	wantFindings(t, f, "warning nothing-tracked", "info left-out")
	if s, err := Source(t.Context(), filepath.Join(dir, "design"), ""); s != (schema.Source{}) || err != nil {
		t.Errorf("Source gives %+v, %v, want nothing: these files are from no commit", s, err)
	}
}

func TestConflict(t *testing.T) {
	dir := newRepository(t, "a")
	runGit(t, dir, "checkout", "-qb", "other")
	writeText(t, dir, "a", "theirs")
	runGit(t, dir, "commit", "-qam", "theirs")
	runGit(t, dir, "checkout", "-q", "main")
	writeText(t, dir, "a", "ours")
	runGit(t, dir, "commit", "-qam", "ours")
	if out, err := gitCommand(dir, "merge", "other").CombinedOutput(); err == nil {
		t.Fatalf("the merge has no conflict: %s", out)
	}
	wantFindings(t, scanFolder(t, dir), "error merge-conflict a")
}

// withSubmodule makes a repository with one submodule, and clones it.
func withSubmodule(t *testing.T) (dir string) {
	sub := newRepository(t, "part.scad", "deep/x")
	origin := newRepository(t, "okh.toml")
	runGit(t, origin, "submodule", "add", "-q", sub, "lib/sub")
	runGit(t, origin, "commit", "-qm", "submodule")
	dir = t.TempDir()
	runGit(t, dir, "clone", "-q", origin, ".")
	return dir
}

func TestSubmodule(t *testing.T) {
	dir := withSubmodule(t)
	f := scanFolder(t, dir)
	wantFindings(t, f, "error submodule-missing lib/sub")
	if !strings.Contains(f.Findings[0].Message, "git submodule update --init") {
		t.Errorf("the finding names no remedy: %s", f.Findings[0].Message)
	}
	writeText(t, dir, ignoreFile, "lib/\n")
	wantFindings(t, scanFolder(t, dir), "warning untracked")
	if err := os.Remove(filepath.Join(dir, ignoreFile)); err != nil {
		t.Fatal(err)
	}

	runGit(t, dir, "submodule", "update", "-q", "--init")
	f = scanFolder(t, dir)
	wantPaths(t, f, "okh.toml", ".gitmodules", "lib/sub/part.scad", "lib/sub/deep/x")
	wantFindings(t, f)
	wantDirty(t, dir, false)
	writeText(t, dir, "lib/sub/part.scad", "changed")
	wantDirty(t, dir, true)
	runGit(t, filepath.Join(dir, "lib/sub"), "commit", "-qam", "later")
	wantDirty(t, dir, true) // clean in itself, but not what is recorded
	runGit(t, dir, "commit", "-qam", "later")
	wantDirty(t, dir, false)
}

func wantDirty(t *testing.T, dir string, want bool) {
	t.Helper()
	s, err := Source(t.Context(), dir, "")
	if err != nil || s.Dirty != want {
		t.Errorf("Source gives %+v, %v, want dirty %v", s, err, want)
	}
}

func TestSource(t *testing.T) {
	dir := newRepository(t, "okh.toml", "sub/a")
	runGit(t, dir, "remote", "add", "origin", "https://ada:secret@example.org/ada/lamp.git")
	commit := runGit(t, dir, "rev-parse", "HEAD")
	want := schema.Source{Repository: "https://example.org/ada/lamp", Commit: commit}
	check := func(version string) {
		t.Helper()
		if got, err := Source(t.Context(), dir, version); err != nil || got != want {
			t.Errorf("Source gives %+v, %v, want %+v", got, err, want)
		}
	}
	check("1.2.0")
	runGit(t, dir, "tag", "v1.2.0")
	runGit(t, dir, "tag", "-a", "-m", "x", "v1.10.0")
	runGit(t, dir, "tag", "release-candidate")
	want.Tag = "v1.2.0"
	check("1.2.0")
	check("v1.2.0")
	want.Tag = "v1.10.0"
	check("")
	check("2.0.0")
	write(t, dir, "untracked")
	check("")
	writeText(t, dir, "sub/a", "changed")
	want.Dirty = true
	check("")
	runGit(t, dir, "commit", "-qam", "second")
	want = schema.Source{Repository: want.Repository, Commit: runGit(t, dir, "rev-parse", "HEAD")}
	check("")
}

func TestSourceOfNothing(t *testing.T) {
	if s, err := Source(t.Context(), t.TempDir(), ""); s != (schema.Source{}) || err != nil {
		t.Errorf("a plain folder gives %+v, %v", s, err)
	}
	dir := newRepository(t)
	write(t, dir, "a")
	runGit(t, dir, "add", "a")
	if s, err := Source(t.Context(), dir, ""); s != (schema.Source{Dirty: true}) || err != nil {
		t.Errorf("before the first commit: %+v, %v", s, err)
	}
}

func TestPublicURL(t *testing.T) {
	for remote, want := range map[string]string{
		"git@github.com:ada/lamp.git":                "https://github.com/ada/lamp",
		"git@github.com:/ada/lamp":                   "https://github.com/ada/lamp",
		"ssh://git@example.org:2222/ada/lamp.git":    "https://example.org/ada/lamp",
		"git+ssh://git@example.org/ada/lamp":         "https://example.org/ada/lamp",
		"git://example.org/ada/lamp.git/":            "https://example.org/ada/lamp",
		"https://ada:token@example.org/a/b.git":      "https://example.org/a/b",
		"https://token@example.org:8443/a/b?t=1#x":   "https://example.org:8443/a/b",
		"https://EXAMPLE.org/Ada/Lamp":               "https://example.org/Ada/Lamp",
		"http://localhost:3000/a/b":                  "http://localhost:3000/a/b",
		"https://example.org/a%20b":                  "https://example.org/a%20b",
		"work:ada/lamp.git":                          "",
		"/home/ada/lamp":                             "",
		"../lamp":                                    "",
		`C:\lamp`:                                    "",
		"C:/lamp":                                    "",
		"file:///home/ada/lamp":                      "",
		"https://":                                   "",
		"https://example.org":                        "",
		"ext::sh -c touch% /tmp/x":                   "",
		"":                                           "",
		"https://user:pass word@example.org/a":       "",
		"https://example.org/a/b.git\nhttps://x.org": "",
	} {
		if got := publicURL(remote); got != want {
			t.Errorf("%q gives %q, want %q", remote, got, want)
		}
	}
}

// setTrap makes a repository run a script of its own wherever git lets it, and
// gives the file that the script leaves.
func setTrap(t *testing.T, dir string) (sprung string) {
	t.Helper()
	sprung = filepath.Join(t.TempDir(), "sprung")
	script := filepath.Join(t.TempDir(), "trap.sh")
	if err := os.WriteFile(script, []byte("#!/bin/sh\ntouch '"+sprung+"'\ncat\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	writeText(t, dir, ".gitattributes", "*.txt filter=evil\n")
	gitDir := runGit(t, dir, "rev-parse", "--absolute-git-dir")
	hooks := filepath.Join(gitDir, "hooks")
	if err := os.MkdirAll(hooks, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, hook := range []string{"post-index-change", "fsmonitor-watchman", "post-checkout"} {
		symlink(t, script, hooks, hook)
	}
	for key, value := range map[string]string{
		"core.fsmonitor": script, "core.hooksPath": hooks, "core.pager": script, "core.sshCommand": script,
		"filter.evil.clean": script, "filter.evil.process": script, "filter.evil.required": "true", "alias.status": "!" + script,
		"core.alternateRefsCommand": script, "diff.external": script, "gpg.program": script,
	} {
		runGit(t, dir, "config", key, value)
	}
	later := time.Now().Add(time.Hour) // so that git must look into the file
	if err := os.Chtimes(filepath.Join(dir, "b.txt"), later, later); err != nil {
		t.Fatal(err)
	}
	return sprung
}

func wantNotSprung(t *testing.T, dir, sprung string) {
	t.Helper()
	scanFolder(t, dir)
	if _, err := Source(t.Context(), dir, ""); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(sprung); err == nil {
		t.Error("the repository ran a command of its own")
	}
}

// TestHostileRepository: a repository that somebody has sent runs nothing.
func TestHostileRepository(t *testing.T) {
	dir := newRepository(t, "a", "b.txt", ".gitattributes")
	wantNotSprung(t, dir, setTrap(t, dir))
}

// TestHostileSubmodule: nor does one inside it, to which git would not pass on
// our settings.
func TestHostileSubmodule(t *testing.T) {
	sub, dir := newRepository(t, "b.txt", ".gitattributes"), newRepository(t, "okh.toml")
	runGit(t, dir, "submodule", "add", "-q", sub, "sub")
	runGit(t, dir, "commit", "-qm", "submodule")
	wantNotSprung(t, dir, setTrap(t, filepath.Join(dir, "sub")))
}

// TestUnquenchableFilter: a filter whose name no setting can reach is refused.
func TestUnquenchableFilter(t *testing.T) {
	dir := newRepository(t, "a")
	runGit(t, dir, "config", "filter.a=b.clean", "true")
	if s, err := Source(t.Context(), dir, ""); err == nil {
		t.Errorf("Source gives %+v, want an error", s)
	}
}

// TestHookEnvironment: run from a git hook, it is still the folder that counts.
func TestHookEnvironment(t *testing.T) {
	dir, other := newRepository(t, "a"), newRepository(t, "other")
	t.Setenv("GIT_DIR", filepath.Join(other, ".git"))
	t.Setenv("GIT_INDEX_FILE", filepath.Join(other, ".git", "index"))
	wantPaths(t, scanFolder(t, dir), "a")
}

func TestWithoutGit(t *testing.T) {
	dir := newRepository(t, "a")
	write(t, dir, "b")
	t.Setenv("PATH", t.TempDir())
	f := scanFolder(t, dir)
	wantPaths(t, f, "a", "b")
	wantFindings(t, f, "warning git-unusable")
}

func TestLinkedWorktree(t *testing.T) {
	dir := newRepository(t, "a")
	other := filepath.Join(t.TempDir(), "other")
	runGit(t, dir, "worktree", "add", "-q", other)
	f := scanFolder(t, other)
	wantPaths(t, f, "a")
	wantFindings(t, f)
}

func TestTrackedFolderReplacedByLink(t *testing.T) {
	dir, outside := newRepository(t, "docs/a"), t.TempDir()
	write(t, outside, "a")
	if err := os.RemoveAll(filepath.Join(dir, "docs")); err != nil {
		t.Fatal(err)
	}
	symlink(t, outside, dir, "docs")
	f := scanFolder(t, dir)
	wantPaths(t, f)
	if !schema.HasError(f.Findings) {
		t.Errorf("a tracked folder that is now a link out gives %+v, want an error", f.Findings)
	}
}

func TestCancelled(t *testing.T) {
	dir := newRepository(t, "a")
	f := scanFolder(t, dir)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, scanned := Scan(ctx, dir, Options{})
	_, source := Source(ctx, dir, "")
	for act, err := range map[string]error{"Scan": scanned, "Source": source, "Hash": Hash(ctx, f)} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s with a cancelled context gives %v", act, err)
		}
	}
}
