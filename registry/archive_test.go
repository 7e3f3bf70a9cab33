package registry

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/patternbook/patternbook/artifacts"
	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/schema"
)

// given publishes files as they are, without a draft, as ada's.
func (f *fixture) given(d, v string, fs files) Published {
	f.t.Helper()
	p, _ := plain(d, v, fs["okh.toml"])
	p.Release.Files = fs.list()
	for i, file := range p.Release.Files {
		p.Release.Files[i].MediaType, p.Release.Files[i].Role = schema.MediaType(file.Path), schema.RoleOther
		f.send("ada", fs[file.Path])
	}
	p.Release.Hardware = p.Release.HardwareDigest(schema.Digest{})
	done, err := f.Publish(context.Background(), As(name("ada")), bom.Publication{Release: p.Release})
	check(f.t, err)
	return done
}

// archive gives the archive of a release, checked, in both forms.
func (f *fixture) archive(reference string) (a *Archive, zipped, tarred []byte) {
	f.t.Helper()
	a, err := f.Archive(context.Background(), ref(reference))
	check(f.t, err)
	check(f.t, a.Check(context.Background()))
	var z, t bytes.Buffer
	check(f.t, a.WriteZip(context.Background(), &z))
	check(f.t, a.WriteTar(context.Background(), &t))
	size, err := a.ZipSize()
	check(f.t, err)
	if size != int64(z.Len()) {
		f.t.Errorf("the zip file has %d bytes, and was said to have %d", z.Len(), size)
	}
	return a, z.Bytes(), t.Bytes()
}

// unzip gives what is in a zip file, in order.
func unzip(t *testing.T, b []byte) (names []string, texts files) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	check(t, err)
	texts = files{}
	for _, f := range z.File {
		if f.Method != zip.Store || f.Mode() != 0o644 || !f.Modified.Equal(archived) || f.NonUTF8 {
			t.Errorf("%s has the method %d, mode %s, time %s, not UTF-8: %v", f.Name, f.Method, f.Mode(), f.Modified, f.NonUTF8)
		}
		r, err := f.Open()
		check(t, err)
		text, err := io.ReadAll(r) // checks the CRC-32
		check(t, err)
		names, texts[f.Name] = append(names, f.Name), string(text)
	}
	return names, texts
}

// untar gives what is in a tar file, in order.
func untar(t *testing.T, b []byte) (names []string, texts files) {
	t.Helper()
	r, texts := tar.NewReader(bytes.NewReader(b)), files{}
	for {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return names, texts
		}
		check(t, err)
		if h.Typeflag != tar.TypeReg || h.Mode != 0o644 || !h.ModTime.Equal(archived) || h.Uid != 0 || h.Gid != 0 || h.Uname != "" || h.Gname != "" {
			t.Errorf("%s has the header %+v", h.Name, h)
		}
		text, err := io.ReadAll(r)
		check(t, err)
		names, texts[h.Name] = append(names, h.Name), string(text)
	}
}

// TestArchive checks what is in archives, against Go's readers and the usual tools.
func TestArchive(t *testing.T) {
	f := open(t, "ada")
	long := strings.Repeat("long folder name/", 12) + "and a file.txt"
	fs := files{
		"okh.toml": "a manifest", "cad/base.scad": "cube(1);", "cad/copy.scad": "cube(1);", "empty": "", "größe/Übersicht 日本 🔧.txt": "unicode",
		long: "deep", "large.bin": strings.Repeat("0123456789", 100_000), "..x/-rf": "odd",
	}
	f.given("ada/lamp", "1.0.0", fs)
	a, zipped, tarred := f.archive("ada/lamp@1.0.0")
	if a.Name != "lamp-1.0.0" || a.Removed || a.Contents != a.Release.Digest {
		t.Errorf("it is %+v", a)
	}
	_, document, err := f.ReleaseDocument(context.Background(), ref("ada/lamp"))
	check(t, err)
	want, order := files{"lamp-1.0.0/release.json": string(document)}, []string{"lamp-1.0.0/release.json"}
	for _, p := range slices.Sorted(maps.Keys(fs)) {
		want["lamp-1.0.0/"+p], order = fs[p], append(order, "lamp-1.0.0/"+p)
	}
	for what, read := range map[string]func(*testing.T, []byte) ([]string, files){"zip": unzip, "tar": untar} {
		names, texts := read(t, map[string][]byte{"zip": zipped, "tar": tarred}[what])
		if !slices.Equal(names, order) || !maps.Equal(texts, want) {
			t.Errorf("the %s has %q", what, names)
		}
	}
	_, again, tarredAgain := f.archive("ada/lamp@" + a.Release.Digest.String())
	if !bytes.Equal(zipped, again) || !bytes.Equal(tarred, tarredAgain) {
		t.Error("the same release gives other bytes")
	}
	for _, test := range []struct {
		file string
		data []byte
		args []string
	}{
		{"a.zip", zipped, []string{"unzip", "-tq", "a.zip"}},
		{"b.zip", zipped, []string{"unzip", "-q", "b.zip", "-d", "unzipped"}},
		{"a.tar", tarred, []string{"tar", "-xf", "a.tar"}},
	} {
		at := t.TempDir()
		if _, err := exec.LookPath(test.args[0]); err != nil {
			t.Logf("%s is not tried: %v", test.args[0], err)
			continue
		}
		check(t, os.WriteFile(filepath.Join(at, test.file), test.data, 0o600))
		command := exec.CommandContext(t.Context(), test.args[0], test.args[1:]...)
		command.Dir, command.Env = at, append(os.Environ(), "LC_ALL=C.UTF-8")
		if out, err := command.CombinedOutput(); err != nil {
			t.Errorf("%q: %v\n%s", test.args, err, out)
		}
		folder := map[string]string{"b.zip": "unzipped", "a.tar": "."}[test.file]
		for p, text := range want {
			if got, err := os.ReadFile(filepath.Join(at, folder, p)); folder != "" && (err != nil || string(got) != text) {
				t.Errorf("%s makes %s: %d bytes, %v", test.args[0], p, len(got), err)
			}
		}
	}
	_, err = f.Archive(context.Background(), ref("ada/lamp@2.0.0"))
	wantKind(t, "the archive of no release", err, schema.NotFound)
}

// TestArchiveGolden holds the bytes of a small archive for ever: whoever has
// written down the digest of one must get it again.
func TestArchiveGolden(t *testing.T) {
	f := open(t, "ada")
	f.given("ada/lamp", "1.0.0", files{"okh.toml": "a manifest", "cad/größe.scad": "cube(1);"})
	_, zipped, tarred := f.archive("ada/lamp")
	for want, got := range map[string]schema.Digest{
		"sha256:b6a0aafe4b117be3903333287b8b2d17982d18cf41990d04ec2b8f7e2274fa07": schema.DigestOf(zipped),
		"sha256:12b966de475a9620b512cb07a03df97044471db798a7a31f8109ecade6960dbd": schema.DigestOf(tarred),
	} {
		if got.String() != want {
			t.Errorf("it is %s, want %s", got, want)
		}
	}
}

// TestArchiveTakenNames archives a design whose own files have the names of ours.
func TestArchiveTakenNames(t *testing.T) {
	f := open(t, "ada")
	f.given("ada/lamp", "1.0.0", files{"okh.toml": "a manifest", "Release.JSON": "{}", "release-2.json/x": "mine", "REMOVED.txt": "mine", "evil": "to go"})
	f.redact("ada", "to go", "Order of the court.")
	_, zipped, _ := f.archive("ada/lamp")
	names, texts := unzip(t, zipped)
	want := []string{"release-3.json", "REMOVED-2.txt", "REMOVED.txt", "Release.JSON", "okh.toml", "release-2.json/x"}
	for i := range want {
		want[i] = "lamp-1.0.0/" + want[i]
	}
	if !slices.Equal(names, want) || texts["lamp-1.0.0/REMOVED.txt"] != "mine" {
		t.Errorf("it has %q", names)
	}
}

// TestArchiveOfRemoved checks that an archive says what the law forced out.
func TestArchiveOfRemoved(t *testing.T) {
	f := open(t, "ada")
	f.given("ada/lamp", "1.0.0", files{"okh.toml": "a manifest", "a/evil.txt": "evil", "b/evil.txt": "evil", "cad.scad": "cube(1);"})
	before, zippedBefore, _ := f.archive("ada/lamp")
	f.redact("ada", "evil", "Order of the court.\nSecond line.")
	a, zipped, tarred := f.archive("ada/lamp")
	if !a.Removed || a.Contents == before.Contents || bytes.Equal(zipped, zippedBefore) {
		t.Errorf("nothing tells it from the one before: %+v", a)
	}
	for _, read := range []func() ([]string, files){func() ([]string, files) { return unzip(t, zipped) }, func() ([]string, files) { return untar(t, tarred) }} {
		names, texts := read()
		if want := []string{"lamp-1.0.0/release.json", "lamp-1.0.0/REMOVED.txt", "lamp-1.0.0/cad.scad", "lamp-1.0.0/okh.toml"}; !slices.Equal(names, want) {
			t.Errorf("it has %q, want %q", names, want)
		}
		digest := schema.DigestOf([]byte("evil")).String()
		want := "These files of ada/lamp 1.0.0 were removed by law, and are not in this archive.\nThe release document still names them.\n" +
			"\na/evil.txt\n    " + digest + ", 4 bytes\n    Order of the court.\n    Second line.\n" +
			"\nb/evil.txt\n    " + digest + ", 4 bytes\n    Order of the court.\n    Second line.\n"
		if got := texts["lamp-1.0.0/REMOVED.txt"]; got != want {
			t.Errorf("it says %q, want %q", got, want)
		}
	}
	if _, again, _ := f.archive("ada/lamp"); !bytes.Equal(zipped, again) {
		t.Error("the same archive has other bytes")
	}
}

// TestArchiveOfLost checks that a store which has lost files is found out before
// an archive is begun.
func TestArchiveOfLost(t *testing.T) {
	f := open(t, "ada")
	f.given("ada/lamp", "1.0.0", files{"okh.toml": "a manifest", "a.txt": "lost", "b.txt": "kept", "c.txt": "short"})
	check(t, f.artifacts.Delete(context.Background(), schema.DigestOf([]byte("lost"))))
	hex := schema.DigestOf([]byte("short")).Hex()
	stored := filepath.Join(f.dir, "artifacts", "sha256", hex[:2], hex)
	check(t, os.Chmod(stored, 0o600))
	check(t, os.WriteFile(stored, []byte("sh"), 0o600))
	a, err := f.Archive(context.Background(), ref("ada/lamp"))
	check(t, err)
	err = a.Check(context.Background())
	wantKind(t, "the archive", err, schema.Internal, "ada/lamp 1.0.0")
	e, _ := errors.AsType[*schema.Error](err)
	if e == nil || len(e.At) != 2 || e.At[0].File != "a.txt" || e.At[1].File != "c.txt" {
		t.Errorf("it names %+v", e)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := a.Check(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("when nobody waits any more: %v", err)
	}
}

// A hollow store has one large artifact of zeros, of which it counts what is read.
type hollow struct {
	artifacts.Store
	digest schema.Digest
	size   int64
	read   int64
	fail   int64 // reading fails here, when above 0
}

var errStore = errors.New("the store does not answer")

// Stat implements artifacts.Store.
func (h *hollow) Stat(ctx context.Context, digest schema.Digest) (artifacts.Info, error) {
	if digest != h.digest {
		return h.Store.Stat(ctx, digest)
	}
	return artifacts.Info{Digest: digest, Size: h.size, Modified: time.Now()}, nil
}

// Open implements artifacts.Store.
func (h *hollow) Open(ctx context.Context, digest schema.Digest) (*artifacts.Object, error) {
	if digest != h.digest {
		return h.Store.Open(ctx, digest)
	}
	return artifacts.NewObject(artifacts.Info{Digest: digest, Size: h.size}, &zeros{h, 0})
}

type zeros struct {
	of *hollow
	at int64
}

// Read implements io.Reader.
func (z *zeros) Read(b []byte) (int, error) {
	if z.at >= z.of.size {
		return 0, io.EOF
	}
	n := min(int64(len(b)), z.of.size-z.at)
	clear(b[:n])
	z.at += n
	z.of.read += n
	if z.of.fail > 0 && z.at >= z.of.fail {
		return 0, errStore
	}
	return int(n), nil
}

// Seek implements io.Seeker.
func (z *zeros) Seek(offset int64, _ int) (int64, error) {
	z.at = offset
	return offset, nil
}

// Close implements io.Closer.
func (z *zeros) Close() error { return nil }

// TestArchiveMemory archives a large file, and checks that it goes through as it
// comes: never is more than a little of it read and not written.
func TestArchiveMemory(t *testing.T) {
	const size, most = 64 << 20, 1 << 20
	f := open(t, "ada")
	h := f.hollow(size)
	a, err := f.Archive(context.Background(), ref("ada/lamp"))
	check(t, err)
	for what, write := range map[string]func(context.Context, io.Writer) error{"zip": a.WriteZip, "tar": a.WriteTar} {
		h.read = 0
		w := &meter{of: h}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		check(t, write(context.Background(), w))
		runtime.ReadMemStats(&after)
		if w.written < size || w.ahead > most {
			t.Errorf("%s: %d bytes written, up to %d read ahead", what, w.written, w.ahead)
		}
		if took := after.TotalAlloc - before.TotalAlloc; took > 8<<20 {
			t.Errorf("%s takes %d bytes of memory for %d bytes", what, took, size)
		}
	}
}

// hollow publishes ada/lamp 1.0.0 with a file of size zeros in a store that need not keep it.
func (f *fixture) hollow(size int64) *hollow {
	f.t.Helper()
	sum := sha256.New()
	_, err := io.Copy(sum, io.NewSectionReader(zeroes{}, 0, size))
	check(f.t, err)
	h := &hollow{Store: f.artifacts, digest: schema.DigestFromHash(sum), size: size}
	p, _ := plain("ada/lamp", "1.0.0", "a manifest")
	f.send("ada", "a manifest")
	p.Release.Files = []schema.File{
		{Path: "large.bin", Digest: h.digest, Size: size, MediaType: schema.DefaultMediaType, Role: schema.RoleOther}, p.Release.Files[0],
	}
	p.Release.Files[1].Path, p.Release.Manifest.Path = "okh.toml", "okh.toml"
	p.Release.Hardware = p.Release.HardwareDigest(schema.Digest{})
	check(f.t, f.PutArtifact(context.Background(), As(name("ada")), h.digest, size, io.NewSectionReader(zeroes{}, 0, size)))
	_, err = f.Publish(context.Background(), As(name("ada")), p)
	check(f.t, err)
	f.artifacts = h
	return h
}

type zeroes struct{}

// ReadAt implements io.ReaderAt.
func (zeroes) ReadAt(b []byte, _ int64) (int, error) {
	clear(b)
	return len(b), nil
}

// A meter sees how far reading is ahead of writing.
type meter struct {
	of             *hollow
	written, ahead int64
}

// Write implements io.Writer.
func (m *meter) Write(b []byte) (int, error) {
	m.ahead = max(m.ahead, m.of.read-m.written)
	m.written += int64(len(b))
	return len(b), nil
}

// TestArchiveFaults breaks the store, the writer and the context in the middle.
func TestArchiveFaults(t *testing.T) {
	const size = 2 << 20
	f := open(t, "ada")
	h := f.hollow(size)
	for what, write := range map[string]func(*Archive, context.Context, io.Writer) error{"zip": (*Archive).WriteZip, "tar": (*Archive).WriteTar} {
		a, err := f.Archive(context.Background(), ref("ada/lamp"))
		check(t, err)
		h.fail = size / 2
		if err := write(a, context.Background(), io.Discard); !errors.Is(err, errStore) {
			t.Errorf("%s: a store that fails gives %v", what, err)
		}
		h.fail = 0
		gone := errors.New("the client has gone")
		h.read = 0
		if err := write(a, context.Background(), &brittle{left: 1 << 20, err: gone}); !errors.Is(err, gone) || h.read > 3<<19 {
			t.Errorf("%s: a client that goes gives %v, after %d bytes were read", what, err, h.read)
		}
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if err := write(a, ctx, io.Discard); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: a context that has ended gives %v", what, err)
		}
	}
}

// A brittle writer fails after some bytes.
type brittle struct {
	left int
	err  error
}

// Write implements io.Writer.
func (b *brittle) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, b.err
	}
	return len(p), nil
}
