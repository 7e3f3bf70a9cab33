package index

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/registry/ledger"
	"github.com/patternbook/patternbook/schema"
)

// A fixture is an index and what was applied to it.
type fixture struct {
	*Index
	t    testing.TB
	next int64
}

func fresh(t testing.TB) *fixture {
	t.Helper()
	x, err := Open(context.Background(), filepath.Join(t.TempDir(), "index.db"))
	check(t, err)
	t.Cleanup(func() { check(t, x.Close()) })
	return &fixture{Index: x, t: t}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

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

func wantKind(t testing.TB, what string, err error, kind schema.Kind, texts ...string) {
	t.Helper()
	if err == nil || schema.KindOf(err) != kind {
		t.Errorf("%s: got %v, want an error of kind %s", what, err, kind)
		return
	}
	for _, text := range texts {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("%s: %q does not name %q", what, err, text)
		}
	}
}

// recordOf makes the record of a document's bytes.
func recordOf(t testing.TB, number int64, data []byte) ledger.Record {
	t.Helper()
	head, err := schema.ReadHead(data)
	check(t, err)
	return ledger.Record{
		Number: number, Document: data,
		Entry: ledger.Entry{Kind: head.Kind, Author: head.Author, Document: schema.DigestOf(data), Time: must(schema.ParseTime, "2026-11-01T09:30:00Z")},
	}
}

// apply applies documents in one transaction and gives their digests.
func (f *fixture) apply(documents ...schema.Document) (digests []schema.Digest) {
	f.t.Helper()
	var list [][]byte
	for _, d := range documents {
		b, digest, err := schema.Encode(d)
		check(f.t, err)
		list, digests = append(list, b), append(digests, digest)
	}
	check(f.t, f.applyBytes(list...))
	return digests
}

func (f *fixture) applyBytes(documents ...[]byte) error {
	ctx := context.Background()
	tx, err := f.Begin(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	next := f.next
	for _, data := range documents {
		if err := tx.Apply(ctx, recordOf(f.t, next, data)); err != nil {
			return err
		}
		next++
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	f.next = next
	return nil
}

// release makes a release document; change may make it another.
func release(d, v string, change ...func(*schema.Release)) schema.Release {
	r := schema.Release{
		Head: schema.Head{Kind: schema.KindRelease, Author: design(d).Owner}, Design: design(d), Version: version(v),
		About: schema.About{Name: "Thing", Function: "Is a thing."}, Licences: schema.Licences{Hardware: "CERN-OHL-S-2.0"},
		Files:      []schema.File{{Path: "okh.toml", Digest: schema.DigestOf([]byte(d + v)), Size: 3, MediaType: "application/toml", Role: schema.RoleManifest}},
		Assemblies: []schema.Pin{}, Contributors: []schema.Contributor{}, Manifest: schema.ManifestRef{Path: "okh.toml", Dialect: "2.4"},
	}
	for _, c := range change {
		c(&r)
	}
	r.Hardware = r.HardwareDigest(schema.Digest{})
	return r
}

func titled(title string) func(*schema.Release) {
	return func(r *schema.Release) { r.About.Name = title }
}

func doing(function string) func(*schema.Release) {
	return func(r *schema.Release) { r.Function = function }
}

func keyed(words ...string) func(*schema.Release) {
	return func(r *schema.Release) { r.Keywords = words }
}

func under(licence string) func(*schema.Release) {
	return func(r *schema.Release) { r.Licences.Hardware = licence }
}

func at(repository string) func(*schema.Release) {
	return func(r *schema.Release) { r.Repository = repository }
}

// parts makes a bom document with a line for each name.
func parts(author string, names ...string) bom.Document {
	b := bom.New()
	for i, n := range names {
		b.Lines = append(b.Lines, bom.Line{
			Line: i + 1, Item: string(rune('a' + i)), Name: n, Kind: bom.KindPurchased, Quantity: schema.DecimalOf(1), Unit: bom.Pieces, Fitted: true,
			Part: bom.Part{Manufacturer: "Acme", MPN: "MPN-" + n},
		})
	}
	b.Summary = bom.Summarize(b.Lines)
	return bom.Document{Head: schema.Head{Kind: schema.KindBOM, Author: name(author)}, BOM: *b}
}

// status makes the document of a release's next status.
func (f *fixture) status(reference string, s schema.Status) schema.ReleaseStatus {
	f.t.Helper()
	r, err := f.Resolve(context.Background(), ref(reference))
	check(f.t, err)
	return schema.ReleaseStatus{Head: schema.Head{Kind: schema.KindReleaseStatus, Author: r.Design.Owner}, Release: r.Digest, Status: s, Follows: r.StatusBy, Reason: "because"}
}

// batch makes a batch document.
func batch(release schema.Digest, maker, lot, serials string) schema.Batch {
	patterns := must(schema.ParseSerialPatterns, serials)
	n := 0
	for _, p := range patterns {
		n += p.Count()
	}
	return schema.Batch{
		Head: schema.Head{Kind: schema.KindBatch, Author: name(maker)}, Maker: name(maker), Batch: serial(lot), Release: release,
		Serials: patterns, Planned: n, Status: schema.BatchPlanned,
	}
}
