package registry

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/patternbook/patternbook/schema"
)

// TestRecordIsBounded: a document whose serials stand in an order that breaks every run
// would keep the writer from others; the same in order is little.
func TestRecordIsBounded(t *testing.T) {
	f := newWorkshop(t)
	var mixed []string
	for i := 1; i <= 500; i++ {
		mixed = append(mixed, fmt.Sprintf("A-%d", i), fmt.Sprintf("B-%d", i))
	}
	items := make([]schema.BuiltItem, 700)
	for i := range items {
		items[i] = schema.BuiltItem{Line: "1", Serials: set("A-{1..500}"), Lot: fmt.Sprint(i)}
	}
	broken := batchOf(f.resolve("ada/lamp"), "coop", "BROKEN", strings.Join(mixed, " "))
	broken.Items = items
	_, err := f.RegisterBatch(context.Background(), As(name("coop")), broken)
	wantKind(t, "serials in an order that breaks every run", err, schema.TooLarge)
	f.register("ada/lamp", "coop", "WHOLE", "A-{1..500} B-{1..500}", with(items...))
	f.register("ada/lamp", "other", "LATER", strings.Join(mixed, " "))
	_, err = f.RecordBuild(context.Background(), As(name("other")), schema.BuildRecord{
		Head: schema.Head{Kind: schema.KindBuildRecord, Author: name("other")}, Record: strings.Repeat("0", 32), Maker: name("other"), Batch: serial("LATER"), AsBuilt: schema.AsBuilt{Items: items},
	})
	wantKind(t, "the same recorded later", err, schema.TooLarge)
	f.wantSound()
}

// TestRevisions: each revision follows the one before, a unit of which something is known
// stays, and a changed design under a strongly reciprocal licence is published first.
func TestRevisions(t *testing.T) {
	f := newWorkshop(t)
	ctx, coop := context.Background(), As(name("coop"))
	first := f.register("ada/lamp", "coop", "LOT", "L-{1..3}", func(b *schema.Batch) { b.Status = schema.BatchPlanned },
		with(schema.BuiltItem{Line: led, Lot: "a"}))
	f.record("coop", "LOT", func(r *schema.BuildRecord) { r.Items = []schema.BuiltItem{{Line: led, Serials: set("L-3"), Lot: "b"}} })
	_, before, err := schema.Encode(first)
	check(t, err)
	revise := func(change func(*schema.Batch)) (Published, error) {
		d := first
		d.Follows = before
		change(&d)
		return f.RegisterBatch(ctx, coop, d)
	}
	_, err = revise(func(b *schema.Batch) { b.Serials, b.Planned = must(schema.ParseSerialPatterns, "L-{1..2}"), 2 })
	wantKind(t, "a unit of which something is known", err, schema.Conflict, "L-3")
	lots := func() (got []string) {
		for _, u := range []string{"coop/L-1", "coop/L-3", "coop/L-4"} {
			trace, err := f.Trace(ctx, unit(u), 1)
			if err != nil {
				got = append(got, "none")
			} else if got = append(got, ""); len(trace.Items) > 0 {
				got[len(got)-1] = trace.Items[0].Lot
			}
		}
		return got
	}
	done, err := revise(func(b *schema.Batch) {
		b.Status, b.Serials, b.Planned = schema.BatchInProgress, must(schema.ParseSerialPatterns, "L-4 L-{1..3}"), 4
		b.Items = []schema.BuiltItem{{Line: led, Lot: "c"}}
	})
	check(t, err)
	if got := strings.Join(lots(), " "); got != "c b c" {
		t.Errorf("with a unit put before the others the lots are %s, want c b c", got)
	}
	_, err = revise(func(b *schema.Batch) { b.Status = schema.BatchCompleted })
	wantKind(t, "a second revision of the first", err, schema.Conflict, "revised since")
	before = done.Digest
	_, err = revise(func(b *schema.Batch) { b.Serials, b.Planned = must(schema.ParseSerialPatterns, "L-4 L-{1..3}"), 4 })
	wantKind(t, "from in_progress back to planned", err, schema.Invalid, "in_progress")
	changed := func(release schema.Digest) func(*schema.Batch) {
		return func(b *schema.Batch) {
			b.Status, b.Serials, b.Planned, b.Conformance = schema.BatchCompleted, must(schema.ParseSerialPatterns, "L-4 L-{1..3}"), 4, schema.ModifiedDesign
			b.Deviations = []schema.Deviation{{Kind: schema.DesignChange, Line: led, Reason: "a longer arm", Release: release}}
		}
	}
	_, err = revise(changed(schema.Digest{}))
	wantKind(t, "a changed design that is not published", err, schema.Invalid, "CERN-OHL-S-2.0")
	_, err = revise(changed(f.resolve("ada/motor").Digest))
	wantKind(t, "a design that is not derived from it", err, schema.Invalid)
	f.publish("coop/lamp", "1.0.0", madeOf("1,LED,2,Cree,XPG,,").with(files{"okh.toml": okh(`bom = "sBoM.csv"`, `fork-of = "ada/lamp@1.0.0"`)}))
	_, err = revise(changed(f.resolve("coop/lamp").Digest))
	check(t, err)
	_, err = f.RegisterBatch(ctx, coop, func() schema.Batch {
		b := batchOf(f.resolve("ada/lamp"), "coop", "SAID", "S-1")
		b.Deviations = []schema.Deviation{{Kind: schema.Omission, Line: led, Reason: "none left"}}
		return b
	}())
	wantKind(t, "as designed, and with deviations", err, schema.Invalid, "conformance")
	f.wantSound()
}
