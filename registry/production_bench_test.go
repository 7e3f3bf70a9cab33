package registry

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/registry/index"
	"github.com/patternbook/patternbook/registry/sqlite"
	"github.com/patternbook/patternbook/schema"
)

const (
	benchLevels = 6   // of assemblies
	benchLines  = 200 // of each BOM
	benchBatch  = 100 // units of a batch
	benchMakes  = 10  // batches of a design
)

// appendAll appends documents without asking the rules, many in one commit.
func (f *fixture) appendAll(documents []schema.Document) {
	f.t.Helper()
	for some := range slices.Chunk(documents, 500) {
		check(f.t, f.writer.Do(context.Background(), func(ctx context.Context, tx *transaction) error {
			for _, d := range some {
				if _, _, _, err := tx.Append(ctx, d); err != nil {
					return err
				}
			}
			return nil
		}))
	}
}

// benchDesigns makes designs of several levels: each but the lowest contains one of the
// level below, and all have one common part.
func benchDesigns(n int) (documents []schema.Document, releases []schema.Release) {
	digests := make([]schema.Digest, 0, n)
	for i := range n {
		b := bom.New()
		for line := 1; line <= benchLines; line++ {
			l := bom.Line{
				Line: line, Item: fmt.Sprint(line), Name: fmt.Sprintf("Part %d", line), Kind: bom.KindPurchased, Quantity: schema.DecimalOf(1), Unit: bom.Pieces, Fitted: true,
				Part: schema.Part{Manufacturer: "Acme", MPN: fmt.Sprintf("P-%d-%d", i%50, line)},
			}
			if line == 1 {
				l.Part.MPN = "COMMON"
			}
			b.Lines = append(b.Lines, l)
		}
		r := schema.Release{
			Head: schema.Head{Kind: schema.KindRelease, Author: name("ada")}, Design: design(fmt.Sprintf("ada/d-%d", i)), Version: version("1.0.0"), Assemblies: []schema.Pin{},
			Files: []schema.File{}, Contributors: []schema.Contributor{}, Manifest: schema.ManifestRef{Path: "okh.toml", Dialect: "okh-2.4", Version: "1.0.0"},
			Licences: schema.Licences{Hardware: "MIT"},
		}
		r.Name, r.Function = fmt.Sprint("Design ", i), "Is measured."
		for j := range 20 {
			r.Files = append(r.Files, schema.File{Path: fmt.Sprintf("part-%02d.stl", j), Digest: schema.DigestOf(fmt.Appendf(nil, "%d %d", i, j)), Size: 1000, MediaType: "model/stl", Role: schema.RoleExport})
		}
		r.Files = append(r.Files, schema.File{Path: "zz-okh.toml", Digest: schema.DigestOf(nil), MediaType: "application/toml", Role: schema.RoleManifest})
		r.Manifest.Path = "zz-okh.toml"
		if below := i - max(n/benchLevels, 1); below >= 0 {
			l := &b.Lines[benchLines-1]
			l.Kind, l.Part, l.Assembly = bom.KindAssembly, schema.Part{}, &bom.Assembly{Reference: releases[below].Design.String()}
			r.Assemblies = append(r.Assemblies, schema.Pin{
				Item: l.Item, Reference: l.Assembly.Reference, Design: releases[below].Design, Version: releases[below].Version, Release: digests[below], Hardware: releases[below].Hardware, Matched: schema.MatchedManifest,
			})
		}
		b.Summary = bom.Summarize(b.Lines)
		d := bom.NewDocument(name("ada"), b)
		_, digest, err := schema.Encode(d)
		if err != nil {
			panic(err)
		}
		r.BOM = digest
		r.Hardware = r.HardwareDigest(d.PartsDigest())
		_, own, err := schema.Encode(r)
		if err != nil {
			panic(err)
		}
		documents, releases, digests = append(documents, d, r), append(releases, r), append(digests, own)
	}
	return documents, releases
}

// benchWorld makes a registry with so many units. Of every other batch it is recorded
// which lots of the common part went into each half, and in which unit each unit of the
// level below sits.
func benchWorld(b *testing.B, units int) (f *fixture, serials []string) {
	f = open(b, "ada", "coop")
	designs, releases := benchDesigns(units / benchBatch / benchMakes)
	f.appendAll(designs)
	var documents []schema.Document
	step := max(len(releases)/benchLevels, 1)
	for i, r := range releases {
		_, digest, err := schema.Encode(r)
		check(b, err)
		for m := range benchMakes {
			lot := fmt.Sprintf("D%d-%d", i, m)
			d := schema.Batch{
				Head: schema.Head{Kind: schema.KindBatch, Author: name("coop")}, Maker: name("coop"), Batch: serial(lot), Release: digest, Planned: benchBatch, Status: schema.BatchCompleted,
				Conformance: schema.AsDesigned, Serials: must(schema.ParseSerialPatterns, fmt.Sprintf("%s-{1..%d}", lot, benchBatch)),
			}
			if m%2 == 0 {
				d.Items = append(d.Items, schema.BuiltItem{Line: "1", Serials: set(fmt.Sprintf("%s-{1..%d}", lot, benchBatch/2)), Lot: fmt.Sprint("L", i%7)},
					schema.BuiltItem{Line: "1", Serials: set(fmt.Sprintf("%s-{%d..%d}", lot, benchBatch/2+1, benchBatch)), Lot: fmt.Sprint("L", i%5)})
				for u := 1; i >= step && u <= benchBatch; u++ {
					d.Items = append(d.Items, schema.BuiltItem{Line: fmt.Sprint(benchLines), Serials: set(fmt.Sprintf("%s-%d", lot, u)), Unit: unit(fmt.Sprintf("coop/D%d-%d-%d", i-step, m, u))})
				}
			}
			documents = append(documents, d)
			serials = append(serials, fmt.Sprintf("coop/%s-%d", lot, 1+m))
		}
	}
	f.appendAll(documents)
	return f, serials
}

// BenchmarkProduction measures what is asked of many units, beside what SQLite takes for
// the least of it: to read the release's document for a trace, and to count the units
// of the batches for a recall.
func BenchmarkProduction(b *testing.B) {
	for _, units := range []int{10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprintf("units=%d", units), func(b *testing.B) {
			f, serials := benchWorld(b, units)
			size := fileSize(b, filepath.Join(f.dir, indexFile))
			b.Run("trace", func(b *testing.B) { benchTrace(b, f, serials) })
			b.Run("affected", func(b *testing.B) { benchAffected(b, f) })
			b.Run("register-10000", func(b *testing.B) { benchRegister(b, f) })
			b.Logf("%d units: the index has %d bytes for each", units, size/int64(units))
		})
	}
}

func fileSize(b *testing.B, path string) (n int64) {
	for _, suffix := range []string{"", "-wal"} {
		if info, err := os.Stat(path + suffix); err == nil {
			n += info.Size()
		}
	}
	return n
}

// quantile gives how long a share of the runs took at most, in milliseconds.
func quantile(times []time.Duration, share float64) float64 {
	slices.Sort(times)
	return float64(times[int(float64(len(times)-1)*share)].Microseconds()) / 1000
}

func benchTrace(b *testing.B, f *fixture, serials []string) {
	ctx := context.Background()
	r := rand.New(rand.NewPCG(1, 2))
	var times, bound []time.Duration
	for b.Loop() {
		u := unit(serials[r.IntN(len(serials))])
		begun := time.Now()
		trace, err := f.Trace(ctx, u, 1)
		times = append(times, time.Since(begun))
		check(b, err)
		begun = time.Now()
		_, err = index.Read[schema.Release](ctx, f.index.View, trace.Release.Digest)
		bound = append(bound, time.Since(begun))
		check(b, err)
	}
	b.ReportMetric(quantile(times, .5), "p50-ms")
	b.ReportMetric(quantile(times, .99), "p99-ms")
	b.ReportMetric(quantile(times, .5)/quantile(bound, .5), "x-document")
}

func benchAffected(b *testing.B, f *fixture) {
	ctx := context.Background()
	id := f.warn("ada", schema.Selectors{Part: parts("Acme", "COMMON"), Lot: fmt.Sprint("L", f.size()%5)})
	bare, err := sqlite.Open(ctx, filepath.Join(f.dir, indexFile), sqlite.Normal)
	check(b, err)
	defer func() { check(b, bare.Close()) }()
	var times, bound []time.Duration
	for b.Loop() {
		f.recalls = recalls{}
		begun := time.Now()
		a, err := f.Affected(ctx, id, "", index.Page{})
		times = append(times, time.Since(begun))
		check(b, err)
		if len(a.Counts) == 0 {
			b.Fatal("nothing is affected")
		}
		begun = time.Now()
		n, err := countUnits(bare)
		bound = append(bound, time.Since(begun))
		if check(b, err); n == 0 {
			b.Fatal("there are no units")
		}
	}
	b.ReportMetric(quantile(times, .5), "p50-ms")
	b.ReportMetric(quantile(times, .5)/quantile(bound, .5), "x-count")
}

// countUnits is what SQLite alone takes to look at each batch and what is recorded of
// the line, without judging any of it.
func countUnits(db *sqlite.DB) (n int, err error) {
	err = db.Read.QueryRow(`SELECT count(*) FROM batches b LEFT JOIN items i ON i.batch = b.number AND i.path = '1'`).Scan(&n)
	return n, err
}

func benchRegister(b *testing.B, f *fixture) {
	r := f.resolve("ada/d-0")
	var peak uint64
	n := 0
	for b.Loop() {
		n++
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		d := batchOf(r, "coop", fmt.Sprintf("BIG-%d-%d", f.size(), n), fmt.Sprintf("BIG%d-%d-{00001..10000}", f.size(), n))
		_, err := f.RegisterBatch(context.Background(), As(name("coop")), d)
		check(b, err)
		runtime.ReadMemStats(&after)
		peak = max(peak, after.HeapInuse)
	}
	b.ReportMetric(float64(peak)/(1<<20), "heap-MiB")
}
