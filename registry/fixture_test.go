package registry

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/patternbook/patternbook/artifacts/dir"
	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/registry/index"
	"github.com/patternbook/patternbook/schema"
)

// A fixture is a registry in a folder of its own. Its methods fail the test.
type fixture struct {
	*Service
	t   testing.TB
	dir string
	o   Options
}

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

// open opens the registry in a new folder.
func open(t testing.TB, accounts ...string) *fixture {
	t.Helper()
	f := &fixture{t: t, dir: t.TempDir(), o: Options{Log: quiet}}
	f.reopen()
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	for _, a := range accounts {
		f.account(a)
	}
	return f
}

// openDir opens the registry in a folder. It is used by child processes, too.
func openDir(folder string, o Options) (*Service, error) {
	store, err := dir.Open(filepath.Join(folder, "artifacts"))
	if err != nil {
		return nil, err
	}
	return Open(context.Background(), folder, store, o)
}

// reopen closes the registry, if it is open, and opens it again.
func (f *fixture) reopen() {
	f.t.Helper()
	if f.Service != nil {
		check(f.t, f.Close())
	}
	s, err := openDir(f.dir, f.o)
	check(f.t, err)
	f.Service = s
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// must reads a value that the test knows to be right.
func must[T any](parse func(string) (T, error), s string) T {
	v, err := parse(s)
	if err != nil {
		panic(err)
	}
	return v
}

func name(s string) schema.Name       { return must(schema.ParseName, s) }
func design(s string) schema.Design   { return must(schema.ParseDesign, s) }
func version(s string) schema.Version { return must(schema.ParseVersion, s) }
func ref(s string) schema.Reference   { return must(schema.ParseReference, s) }
func serial(s string) schema.Serial   { return must(schema.ParseSerial, s) }

// wantKind fails unless err is of a kind and names all of the texts.
func wantKind(t testing.TB, what string, err error, kind schema.Kind, texts ...string) {
	t.Helper()
	if err == nil || schema.KindOf(err) != kind {
		t.Errorf("%s: got %v (%s), want an error of kind %s", what, err, schema.KindOf(err), kind)
		return
	}
	for _, text := range texts {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("%s: %q does not name %q", what, err, text)
		}
	}
}

// account opens an account without the cost of hashing a password.
func (f *fixture) account(account string) schema.Name {
	f.t.Helper()
	check(f.t, f.vault.OpenAccount(context.Background(), name(account), "no hash", time.Now()))
	return name(account)
}

// send uploads bytes.
func (f *fixture) send(by string, data string) schema.Digest {
	f.t.Helper()
	d, err := send(f.Service, name(by), data)
	check(f.t, err)
	return d
}

func send(s *Service, by schema.Name, data string) (schema.Digest, error) {
	d := schema.DigestOf([]byte(data))
	return d, s.PutArtifact(context.Background(), As(by), d, int64(len(data)), strings.NewReader(data))
}

// files are the contents of a design by path; okh.toml is its manifest.
type files map[string]string

// with gives the files with more, which take the place of those of the same path.
func (fs files) with(more files) files {
	all := maps.Clone(fs)
	maps.Copy(all, more)
	return all
}

// lamp gives the files of a small design.
func lamp(manifest ...string) files {
	return files{"okh.toml": okh(manifest...), "LICENSE": "CERN-OHL-S-2.0", "README.md": "A lamp.", "lamp.scad": "cube(1);"}
}

// okh gives a manifest with more lines.
func okh(lines ...string) string {
	text := strings.Join(lines, "\n") + "\n"
	for key, line := range map[string]string{
		"name": `name = "Lamp"`, "license": `license = "CERN-OHL-S-2.0"`, "function": `function = "Gives light."`, "licensor": `licensor = "Ada"`,
	} {
		if !strings.Contains("\n"+text, "\n"+key+" ") {
			text = line + "\n" + text
		}
	}
	return "okhv = \"OKH-LOSHv1.0\"\n" + text
}

// containing gives the files of a lamp whose BOM has a screw, on line 1, and
// assemblies with these references, from line 2 on. More lines are the manifest's.
func containing(assembly string, more ...string) files {
	return containingAll([]string{assembly}, more...)
}

func containingAll(assemblies []string, more ...string) files {
	var b strings.Builder
	b.WriteString("POS\tNAME\tUNITS\tTYPE\tREFERENCE\n1\tScrew\t4\tSTD\tISO 4762 M3x10\n")
	for i, a := range assemblies {
		fmt.Fprintf(&b, "%d\tModule %d\t2\tMOSH\t%s\n", i+2, i+2, a)
	}
	return lamp(append([]string{`bom = "sBoM.csv"`}, more...)...).with(files{"sBoM.csv": b.String()})
}

// list gives the files as a draft names them.
func (fs files) list() (list []schema.File) {
	for _, p := range slices.Sorted(maps.Keys(fs)) {
		list = append(list, schema.File{Path: p, Digest: schema.DigestOf([]byte(fs[p])), Size: int64(len(fs[p]))})
	}
	return list
}

// request sends the files and gives the request to draft them.
func (f *fixture) request(d, v string, fs files) DraftRequest {
	f.t.Helper()
	for _, data := range fs {
		f.send(design(d).Owner.String(), data)
	}
	return DraftRequest{Design: design(d), Manifest: "okh.toml", Files: fs.list(), DraftOptions: schema.DraftOptions{Version: version(v)}}
}

// draft sends the files and drafts a release of them.
func (f *fixture) draft(d, v string, fs files, change ...func(*DraftRequest)) *bom.Draft {
	f.t.Helper()
	q := f.request(d, v, fs)
	for _, c := range change {
		c(&q)
	}
	drafted, err := f.Draft(context.Background(), As(q.Design.Owner), q)
	if err != nil {
		f.t.Fatalf("draft %s %s: %v", d, v, err)
	}
	return drafted
}

func accepting(q *DraftRequest) { q.AcceptMatches = true }

// from says what a draft was made from.
func from(commit, tag string) func(*DraftRequest) {
	return func(q *DraftRequest) { q.Source.Commit, q.Source.Tag = commit, tag }
}

// publish drafts and publishes a release.
func (f *fixture) publish(d, v string, fs files, change ...func(*DraftRequest)) Published {
	f.t.Helper()
	p, err := f.Publish(context.Background(), As(design(d).Owner), f.draft(d, v, fs, change...).Publication)
	if err != nil {
		f.t.Fatalf("publish %s %s: %v", d, v, err)
	}
	return p
}

// yank yanks a release.
func (f *fixture) yank(d, v string) {
	f.t.Helper()
	r := f.resolve(d + "@" + v)
	_, err := f.SetStatus(context.Background(), As(r.Design.Owner), statusOf(r, schema.Yanked))
	check(f.t, err)
}

func statusOf(r index.Release, s schema.Status) schema.ReleaseStatus {
	return schema.ReleaseStatus{Head: schema.Head{Kind: schema.KindReleaseStatus, Author: r.Design.Owner}, Release: r.Digest, Status: s, Follows: r.StatusBy}
}

func (f *fixture) resolve(reference string) index.Release {
	f.t.Helper()
	r, err := f.Resolve(context.Background(), ref(reference))
	check(f.t, err)
	return r
}

// plain makes a publication of a few bytes by hand: what Draft would give for a
// design without BOM.
func plain(d, v, text string) (bom.Publication, files) {
	fs := files{"okh.toml": text}
	r := schema.Release{
		Head: schema.Head{Kind: schema.KindRelease, Author: design(d).Owner}, Design: design(d), Version: version(v),
		About: schema.About{Name: "Thing", Function: "Is a thing."}, Files: fs.list(), Assemblies: []schema.Pin{},
		Licences: schema.Licences{Hardware: "CERN-OHL-S-2.0"}, Contributors: []schema.Contributor{},
		Manifest: schema.ManifestRef{Path: "okh.toml", Dialect: "losh-1.0"},
	}
	r.Files[0].Role, r.Files[0].MediaType = schema.RoleManifest, "application/toml"
	r.Hardware = r.HardwareDigest(schema.Digest{})
	return bom.Publication{Release: r}, fs
}

// plain sends what plain makes, and gives the publication.
func (f *fixture) plain(d, v, text string) bom.Publication {
	f.t.Helper()
	p, fs := plain(d, v, text)
	for _, data := range fs {
		f.send(design(d).Owner.String(), data)
	}
	return p
}

// redact removes the artifact that has these bytes.
func (f *fixture) redact(by, data, reason string) {
	f.t.Helper()
	d := schema.Redaction{Head: schema.Head{Kind: schema.KindRedaction, Author: name(by)}, Artifact: schema.DigestOf([]byte(data)), Reason: reason}
	_, err := f.Redact(context.Background(), Keeper(name(by)), d)
	check(f.t, err)
}

// moderate makes a moderation by an account count, after the last about the same.
func (f *fixture) moderate(by string, d schema.Moderation) {
	f.t.Helper()
	ctx := context.Background()
	now, _, err := f.moderated(ctx, d.Release, d.Account)
	check(f.t, err)
	d.Head, d.Follows = schema.Head{Kind: schema.KindModeration, Author: name(by)}, now.Document
	if d.Reason == "" {
		d.Reason = "It advertises."
	}
	_, err = f.Moderate(ctx, Keeper(name(by)), d)
	check(f.t, err)
}

// size gives how many entries the ledger has.
func (f *fixture) size() int64 {
	f.t.Helper()
	n, err := f.ledger.Size(context.Background())
	check(f.t, err)
	return n
}

// read gives the bytes of an artifact.
func (f *fixture) read(by schema.Name, d schema.Digest) (string, error) {
	o, err := f.OpenArtifact(context.Background(), As(by), d)
	if err != nil {
		return "", err
	}
	defer func() { _ = o.Close() }()
	var b bytes.Buffer
	_, err = io.Copy(&b, o)
	return b.String(), err
}

// hasFinding tells whether a finding of that code is about a field.
func hasFinding(findings []schema.Finding, code, field string) bool {
	return slices.ContainsFunc(findings, func(f schema.Finding) bool { return f.Code == code && strings.Contains(f.Field, field) })
}

// placesOf gives where an error says that something is wrong.
func placesOf(err error) []schema.Place {
	if e, ok := errors.AsType[*schema.Error](err); ok {
		return e.At
	}
	return nil
}
