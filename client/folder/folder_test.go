package folder

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/patternbook/patternbook/schema"
)

// write makes files with their names as content, folders where they are missing.
func write(t testing.TB, dir string, names ...string) {
	t.Helper()
	for _, name := range names {
		writeText(t, dir, name, name)
	}
}

func writeText(t testing.TB, dir, name, text string) {
	t.Helper()
	file := filepath.Join(dir, filepath.FromSlash(name))
	if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(text), 0o644)); err != nil {
		t.Fatal(err)
	}
}

func symlink(t testing.TB, target, dir, name string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("symbolic links need rights on Windows")
	}
	if err := os.Symlink(target, filepath.Join(dir, filepath.FromSlash(name))); err != nil {
		t.Fatal(err)
	}
}

func scanFolder(t testing.TB, dir string, named ...string) *Folder {
	t.Helper()
	f, err := Scan(t.Context(), dir, Options{Named: named})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func wantPaths(t *testing.T, f *Folder, want ...string) {
	t.Helper()
	var got []string
	for _, file := range f.Files {
		got = append(got, file.Path)
	}
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got the files %q, want %q; findings: %+v", got, want, f.Findings)
	}
}

// wantFindings checks severity, code and file of each finding: "error symlink x".
func wantFindings(t *testing.T, f *Folder, want ...string) {
	t.Helper()
	var got []string
	for _, finding := range f.Findings {
		got = append(got, strings.TrimSpace(string(finding.Severity)+" "+finding.Code+" "+finding.File))
		if finding.Message == "" {
			t.Errorf("finding %s says nothing", finding.Code)
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got findings\n%s\nwant\n%s\n%+v", strings.Join(got, "\n"), strings.Join(want, "\n"), f.Findings)
	}
}

func TestPlainFolder(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "okh.toml", "cad/base.scad", ".hidden", ".gitignore", "cad/.keep",
		".git-not/x", ".svn/entries", "cad/.hg/store", ".DS_Store", "cad/Thumbs.db", "DESKTOP.INI", "cad/base.scad~", "x.bak", ".base.scad.swp", "#x#",
		"node_modules/a/b.js", "__pycache__/x.pyc", ".vscode/settings.json",
		"pcb/pcb.kicad_pcb", "pcb/pcb.kicad_prl", "pcb/pcb-backups/pcb.zip", "pcb/fp-info-cache", "pcb/~pcb.kicad_pcb.lck",
		"cad/a.FCStd", "cad/a.FCStd1", "cad/a.20240101-101010.FCBak", "cad/~$a.sldprt", "cad/.~lock.b.ods#", "cad/a.dwl2", "cad/OldVersions/a.ipt", "cad/a.blend", "cad/a.blend1")
	f := scanFolder(t, dir)
	wantPaths(t, f, "okh.toml", "cad/base.scad", ".hidden", ".gitignore", "cad/.keep", ".git-not/x", "pcb/pcb.kicad_pcb", "cad/a.FCStd", "cad/a.blend")
	wantFindings(t, f, "info left-out")
	if f.Git {
		t.Error("a folder without git says that it is git's")
	}
	for _, file := range f.Files {
		if file.Size != int64(len(file.Path)) {
			t.Errorf("%s has size %d, want %d", file.Path, file.Size, len(file.Path))
		}
	}
}

func TestIgnoreFile(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.stl", "renderings/a.png", "cad/renderings/b.png", "a.mp4", "intro.mp4", "x.kicad_prl", ".git/config")
	writeText(t, dir, ignoreFile, "/renderings/\n*.mp4\n!intro.mp4\n!*.kicad_prl\n!.git\n")
	f := scanFolder(t, dir, "a.mp4", ".git/config")
	wantPaths(t, f, "a.stl", "cad/renderings/b.png", "intro.mp4", "x.kicad_prl", ignoreFile)
	wantFindings(t, f, "warning git-unusable", "warning named-but-ignored a.mp4", "error version-control .git/config")

	writeText(t, dir, ignoreFile, "ok\nbroken[\n")
	f = scanFolder(t, dir)
	if i := slices.IndexFunc(f.Findings, func(f schema.Finding) bool { return f.Code == "ignore-pattern" }); i < 0 || f.Findings[i].Line != 2 {
		t.Errorf("a broken pattern gives %+v, want a finding for line 2", f.Findings)
	}
}

func TestNamed(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a", "x.bak", "y.bak")
	f := scanFolder(t, dir, "./x.bak", "a", "gone.stl", "../out", "/etc/passwd", ".", "")
	wantPaths(t, f, "a", "x.bak")
	wantFindings(t, f, "info left-out", "warning named-missing gone.stl", "error named-path ../out", "error named-path /etc/passwd")
}

func TestLinks(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	write(t, outside, "secret")
	write(t, dir, "a", "sub/b", "x.bak", ".hg/secret")
	symlink(t, "a", dir, "good")
	symlink(t, "../a", dir, "sub/up")
	symlink(t, "good", dir, "chain")
	symlink(t, filepath.Join(outside, "secret"), dir, "out")
	symlink(t, "../"+filepath.Base(outside)+"/secret", dir, "out2")
	symlink(t, "nowhere", dir, "broken")
	symlink(t, "loop", dir, "loop")
	symlink(t, "sub", dir, "folder")
	symlink(t, outside, dir, "folder-out")
	symlink(t, ".hg/secret", dir, "vcs")
	symlink(t, "x.bak", dir, "unpublished")
	f := scanFolder(t, dir)
	wantPaths(t, f, "a", "sub/b", "good", "sub/up", "chain")
	wantFindings(t, f, "info left-out", "error symlink out", "error symlink out2", "error symlink broken", "error symlink loop",
		"warning symlink-to-folder folder", "error symlink folder-out", "error symlink vcs", "error symlink unpublished")
	for _, file := range f.Files {
		want := strings.NewReplacer("good", "a", "chain", "a", "sub/up", "a").Replace(file.Path)
		if got := read(t, f, file.Path); got != want {
			t.Errorf("%s reads as %q, want %q", file.Path, got, want)
		}
	}
}

func TestNamedThroughLink(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	write(t, outside, "secret")
	write(t, dir, "a", "sub/x.bak", ".hg/secret")
	symlink(t, "sub", dir, "folder")
	symlink(t, outside, dir, "out")
	symlink(t, ".hg", dir, "vcs")
	f := scanFolder(t, dir, "folder/x.bak", "out/secret", "vcs/secret")
	wantPaths(t, f, "a", "folder/x.bak")
	wantFindings(t, f, "info left-out", "warning symlink-to-folder folder", "error symlink out", "error symlink vcs",
		"error unreadable out/secret", "error symlink vcs/secret")
}

func TestPaths(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("other systems refuse such names themselves")
	}
	dir := t.TempDir()
	write(t, dir, "Base.stl", "base.STL", "caf\u00e9", "cafe\u0301", "stra\u00dfe", "STRASSE", "nfd-u\u0308",
		"bad\xff", "new\nline", `back\slash`, "con.txt", "x/aux", "COM1", "dot.", "space ", `qu"ote`, "what?", "com", "console")
	f := scanFolder(t, dir)
	wantPaths(t, f, "Base.stl", "caf\u00e9", "STRASSE", "nfd-\u00fc", "con.txt", "x/aux", "COM1", "dot.", "space ", `qu"ote`, "what?", "com", "console")
	wantFindings(t, f, "error path-clash base.STL", "error path-clash caf\u00e9", "error path-clash stra\u00dfe",
		"error path-invalid bad\ufffd", "error path-invalid new\ufffdline", `error path-invalid back\slash`,
		"warning path-windows con.txt", "warning path-windows x/aux", "warning path-windows COM1", "warning path-windows dot.",
		"warning path-windows space", `warning path-windows qu"ote`, "warning path-windows what?")
	if got := read(t, f, "nfd-\u00fc"); got != "nfd-u\u0308" {
		t.Errorf("the file with the decomposed name reads as %q", got)
	}
	for _, finding := range f.Findings {
		if finding.Code == "path-clash" && finding.File == "base.STL" && !strings.Contains(finding.Message, "Base.stl") {
			t.Errorf("the clash does not name the other file: %s", finding.Message)
		}
	}
}

func TestPointerOfLFS(t *testing.T) {
	dir := t.TempDir()
	pointer := "version https://git-lfs.github.com/spec/v1\noid sha256:" + strings.Repeat("0", 64) + "\nsize 12345\n"
	writeText(t, dir, "a.step", pointer)
	writeText(t, dir, "b.step", pointer+strings.Repeat("x", 1024)) // too long for a pointer
	writeText(t, dir, "c.step", pointer[:42])
	f := scanFolder(t, dir)
	wantPaths(t, f, "b.step", "c.step")
	wantFindings(t, f, "error lfs-pointer a.step")
}

func TestNoFolder(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "file")
	for name, kind := range map[string]schema.Kind{"absent": schema.NotFound, "file": schema.Invalid} {
		if _, err := Scan(t.Context(), filepath.Join(dir, name), Options{}); !errors.Is(err, kind) {
			t.Errorf("%s: got %v, want kind %s", name, err, kind)
		}
	}
	wantFindings(t, scanFolder(t, t.TempDir()), "error no-files")
}

func TestUnreadable(t *testing.T) {
	if os.Geteuid() == 0 || runtime.GOOS == "windows" {
		t.Skip("this user may read everything")
	}
	dir := t.TempDir()
	write(t, dir, "a", "locked/x")
	if err := os.Chmod(filepath.Join(dir, "locked"), 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chmod(filepath.Join(dir, "locked"), 0o755) })
	f := scanFolder(t, dir)
	wantPaths(t, f, "a")
	wantFindings(t, f, "error unreadable locked")
}

func read(t *testing.T, f *Folder, path string) string {
	t.Helper()
	r, err := f.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestHash(t *testing.T) {
	dir := t.TempDir()
	for i := range 100 {
		writeText(t, dir, "f/"+strings.Repeat("x", i+1), strings.Repeat("y", i*1000))
	}
	f := scanFolder(t, dir)
	if err := Hash(t.Context(), f); err != nil {
		t.Fatal(err)
	}
	for _, file := range f.Files {
		if want := schema.DigestOf([]byte(read(t, f, file.Path))); file.Digest != want {
			t.Errorf("%s has digest %s, want %s", file.Path, file.Digest, want)
		}
	}
}

func TestChanged(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "same", "size", "time", "gone", "link")
	f := scanFolder(t, dir)
	late, err := f.Open("size")
	if err != nil {
		t.Fatal(err)
	}
	defer late.Close()
	writeText(t, dir, "size", "larger than it was")
	if err := os.Chtimes(filepath.Join(dir, "time"), time.Time{}, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Remove(filepath.Join(dir, "gone")), os.Remove(filepath.Join(dir, "link"))); err != nil {
		t.Fatal(err)
	}
	symlink(t, "same", dir, "link")
	err = Hash(t.Context(), f)
	if !errors.Is(err, schema.Conflict) {
		t.Fatalf("Hash gives %v, want a conflict", err)
	}
	for _, name := range []string{"size", "time", "gone", "link"} {
		if !strings.Contains(err.Error(), name+":") {
			t.Errorf("the error %q does not name %s", err, name)
		}
	}
	if _, err := f.Open("time"); !errors.Is(err, schema.Conflict) {
		t.Errorf("Open of a changed file gives %v", err)
	}
	if _, err := io.Copy(io.Discard, late); !errors.Is(err, schema.Conflict) {
		t.Errorf("reading a file that changes meanwhile gives %v", err)
	}
	if _, err := f.Open("never"); !errors.Is(err, schema.NotFound) {
		t.Errorf("Open of no file of the folder gives %v", err)
	}
	if read(t, f, "same") != "same" {
		t.Error("an unchanged file cannot be read")
	}
}

func needGit(t testing.TB) {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
}
