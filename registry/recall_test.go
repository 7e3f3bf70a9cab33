package registry

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/patternbook/patternbook/registry/index"
	"github.com/patternbook/patternbook/schema"
)

// madeOf gives the files of a design whose BOM has these rows: item, name, quantity,
// manufacturer, part number, type, reference.
func madeOf(rows ...string) files {
	table := "POS,NAME,UNITS,MANUFACTURER,MPN,TYPE,REFERENCE\n" + strings.Join(rows, "\n") + "\n"
	return lamp(`bom = "sBoM.csv"`).with(files{"sBoM.csv": strings.ReplaceAll(table, ",", "\t")})
}

// a workshop is a registry with a motor of ada's, her lamp in which that stands on line
// 10, and makers.
func newWorkshop(t testing.TB) *fixture {
	f := open(t, "ada", "bob", "coop", "other", "eve")
	f.publish("ada/motor", "1.0.0", madeOf("1,Coil,1,CuCo,W1,,", "2,Bearing,2,SKF,608,,"))
	f.publish("ada/lamp", "1.0.0", madeOf("1,LED,2,Cree,XPG,,", "2,Screw,4,,,,", "10,Motor,1,,,MOSH,ada/motor@1.0.0"), accepting)
	return f
}

func parts(manufacturer, mpn string) schema.Part {
	return schema.Part{Manufacturer: manufacturer, MPN: mpn}
}

func set(s string) schema.SerialSet { return must(schema.ParseSerialSet, s) }
func unit(s string) schema.Unit     { return must(schema.ParseUnit, s) }

// register registers a batch with what change says of it.
func (f *fixture) register(r, maker, lot, serials string, change ...func(*schema.Batch)) schema.Batch {
	f.t.Helper()
	b := batchOf(f.resolve(r), maker, lot, serials)
	b.Status = schema.BatchCompleted
	for _, c := range change {
		c(&b)
	}
	_, err := f.RegisterBatch(context.Background(), As(name(maker)), b)
	check(f.t, err)
	return b
}

func with(items ...schema.BuiltItem) func(*schema.Batch) {
	return func(b *schema.Batch) { b.Items = append(b.Items, items...) }
}

func deviating(deviations ...schema.Deviation) func(*schema.Batch) {
	return func(b *schema.Batch) {
		b.Conformance, b.Deviations = schema.WithDeviations, append(b.Deviations, deviations...)
	}
}

var records int

// record appends a build record.
func (f *fixture) record(maker, lot string, change func(*schema.BuildRecord)) schema.Digest {
	f.t.Helper()
	records++
	d := schema.BuildRecord{Head: schema.Head{Kind: schema.KindBuildRecord, Author: name(maker)}, Record: fmt.Sprintf("%032x", records), Maker: name(maker), Batch: serial(lot)}
	change(&d)
	done, err := f.RecordBuild(context.Background(), As(name(maker)), d)
	check(f.t, err)
	return done.Digest
}

// event appends a unit event.
func (f *fixture) event(author, of string, kind schema.EventKind, change func(*schema.UnitEvent)) schema.Digest {
	f.t.Helper()
	d := schema.UnitEvent{Head: schema.Head{Kind: schema.KindUnitEvent, Author: name(author)}, Unit: unit(of), Event: kind, At: must(schema.ParseTime, "2026-11-02T09:30:00Z")}
	change(&d)
	done, err := f.RecordEvent(context.Background(), As(name(author)), d)
	check(f.t, err)
	return done.Digest
}

// warn publishes an advisory in somebody's name, or files it where that is told.
func (f *fixture) warn(issuer string, s schema.Selectors, status ...schema.AdvisoryStatus) schema.AdvisoryID {
	f.t.Helper()
	d := schema.Advisory{Head: schema.Head{Kind: schema.KindAdvisory, Author: name(issuer)}, Issuer: name(issuer), Title: "It burns", Selectors: s, Severity: schema.High, Status: schema.AdvisoryPublished}
	if len(status) > 0 {
		d.Status = status[0]
	}
	_, id, err := f.PublishAdvisory(context.Background(), As(name(issuer)), d)
	check(f.t, err)
	return id
}

// affected gives what an advisory means, by unit or batch, as status/basis; and looks
// that the trace of each unit says the same.
func (f *fixture) affected(id schema.AdvisoryID) map[string]string {
	f.t.Helper()
	a, err := f.Affected(context.Background(), id, "", index.Page{Limit: 100_000})
	check(f.t, err)
	got := make(map[string]string)
	counts := make(map[schema.UnitStatus]int)
	for _, i := range a.Items {
		counts[i.Status]++
		key := i.Maker.String() + "/" + i.Unit.String()
		if i.Unit.IsZero() {
			key = "batch " + i.Maker.String() + "/" + i.Batch.String()
		}
		got[key] = string(i.Status) + "/" + string(i.Basis)
	}
	if !maps.Equal(counts, a.Counts) {
		f.t.Errorf("%s counts %v, and lists %v", id, a.Counts, counts)
	}
	return got
}

// traced looks that the traces of units say of an advisory what its list says.
func (f *fixture) traced(id schema.AdvisoryID, units ...string) {
	f.t.Helper()
	listed := f.affected(id)
	for _, u := range units {
		trace, err := f.Trace(context.Background(), unit(u), 8)
		check(f.t, err)
		said := ""
		for _, a := range trace.Advisories {
			if a.ID == id {
				said = string(a.UnitStatus) + "/" + string(a.Basis)
			}
		}
		if said != listed[u] {
			f.t.Errorf("the trace of %s says %q of %s, the list says %q", u, said, id, listed[u])
		}
	}
}

func (f *fixture) wantAffected(id schema.AdvisoryID, want map[string]string) {
	f.t.Helper()
	got := f.affected(id)
	for u := range got {
		if _, wanted := want[u]; !wanted {
			want[u] = ""
		}
	}
	for _, u := range slices.Sorted(maps.Keys(want)) {
		if got[u] != want[u] {
			f.t.Errorf("%s is %q, want %q", u, got[u], want[u])
		}
		if !strings.HasPrefix(u, "batch ") {
			f.traced(id, u)
		}
	}
}

const (
	affectedBuilt   = "known_affected/as_built"
	affectedSaid    = "known_affected/declared"
	unaffectedBuilt = "known_not_affected/as_built"
	unaffectedSaid  = "known_not_affected/declared"
	mayBe           = "under_investigation/design_bom"
	mayBeBuilt      = "under_investigation/as_built"
	mayBeSaid       = "under_investigation/declared"
	fixedBuilt      = "fixed/as_built"
	none            = ""
	led             = "1"
	coil            = "10/1"
	screw           = "2"
	motor           = "10"
)

// TestRecallTable goes through the table of recalls, row by row: what is recorded of a
// unit, and what it means that its LED, or one lot of it, is bad.
func TestRecallTable(t *testing.T) {
	f := newWorkshop(t)
	item := func(line, serials string, change ...func(*schema.BuiltItem)) schema.BuiltItem {
		i := schema.BuiltItem{Line: line, Serials: set(serials)}
		for _, c := range change {
			c(&i)
		}
		return i
	}
	lot := func(s string) func(*schema.BuiltItem) { return func(i *schema.BuiltItem) { i.Lot = s } }
	part := func(p schema.Part) func(*schema.BuiltItem) { return func(i *schema.BuiltItem) { i.Part = p } }
	cree, other := parts("Cree", "XPG"), parts("Osram", "OS-1")
	instead := func(kind schema.DeviationKind, line, serials string, actual schema.Part, lot string) schema.Deviation {
		return schema.Deviation{Kind: kind, Line: line, Serials: set(serials), Actual: actual, Lot: lot, Reason: "unavailable"}
	}
	f.register("ada/lamp", "coop", "PLAIN", "P-{1..3}")
	f.register("ada/lamp", "coop", "DEV", "D-{1..3}", deviating(instead(schema.ProcessChange, led, "", schema.Part{}, ""), instead(schema.Substitution, screw, "", other, "")))
	f.register("ada/lamp", "coop", "MOD", "M-1", func(b *schema.Batch) { b.Conformance = schema.ModifiedDesign })
	f.register("ada/lamp", "coop", "BARE", "x", func(b *schema.Batch) { b.Serials, b.Planned = []schema.SerialPattern{}, 40 })
	f.register("ada/lamp", "coop", "LOTS", "L-{1..9}", with(
		item(led, "", lot("24-a")), item(led, "L-{4..9}", lot("24-B")), item(led, "L-5", lot("24-C"), part(other)), item(led, "L-6", part(cree)), item(led, "L-7"),
		item(led, "L-8", lot("24-A")), item(led, "L-8", lot("24-B"))))
	f.register("ada/lamp", "coop", "SUBST", "S-{1..6}", deviating(
		instead(schema.Substitution, led, "S-1", other, ""), instead(schema.Omission, led, "S-2", schema.Part{}, ""), instead(schema.Addition, "", "S-3", cree, "24-A"),
		instead(schema.Substitution, screw, "S-4", cree, "24-A"), instead(schema.DesignChange, led, "S-5", schema.Part{}, "")), func(b *schema.Batch) { b.Status = schema.BatchInProgress })
	f.register("ada/motor", "other", "MOTORS", "X-{1..2}") // no LED in it

	t.Run("part", func(t *testing.T) {
		f.wantAffected(f.warn("ada", schema.Selectors{Part: cree}), map[string]string{
			"coop/P-1": affectedSaid, "coop/P-2": affectedSaid, "coop/P-3": affectedSaid, "coop/D-1": mayBe, "coop/D-2": mayBe, "coop/D-3": mayBe, "coop/M-1": mayBe,
			"batch coop/BARE": affectedSaid, "coop/L-1": affectedBuilt, "coop/L-2": affectedBuilt, "coop/L-3": affectedBuilt, "coop/L-4": affectedBuilt, "coop/L-5": unaffectedBuilt,
			"coop/L-6": affectedBuilt, "coop/L-7": affectedBuilt, "coop/L-8": affectedBuilt, "coop/L-9": affectedBuilt,
			"coop/S-1": unaffectedBuilt, "coop/S-2": unaffectedBuilt, "coop/S-3": affectedBuilt, "coop/S-4": affectedBuilt, "coop/S-5": mayBeBuilt, "coop/S-6": mayBe,
		})
	})
	t.Run("lot", func(t *testing.T) {
		f.wantAffected(f.warn("ada", schema.Selectors{Part: cree, Lot: "24-A"}), map[string]string{
			"coop/P-1": mayBe, "coop/P-2": mayBe, "coop/P-3": mayBe, "coop/D-1": mayBe, "coop/D-2": mayBe, "coop/D-3": mayBe, "coop/M-1": mayBe,
			"batch coop/BARE": mayBe, "coop/L-1": affectedBuilt, "coop/L-2": affectedBuilt, "coop/L-3": affectedBuilt, "coop/L-4": unaffectedBuilt, "coop/L-5": unaffectedBuilt,
			"coop/L-6": unaffectedBuilt, "coop/L-7": unaffectedBuilt, "coop/L-8": affectedBuilt, "coop/L-9": unaffectedBuilt,
			"coop/S-1": unaffectedBuilt, "coop/S-2": unaffectedBuilt, "coop/S-3": affectedBuilt, "coop/S-4": affectedBuilt, "coop/S-5": mayBeBuilt, "coop/S-6": mayBe,
		})
	})
	t.Run("within serials", func(t *testing.T) {
		f.wantAffected(f.warn("coop", schema.Selectors{Part: cree, Batch: must(schema.ParseBatchName, "coop/lots"), Serials: set("l-{2..4} L-9")}), map[string]string{
			"coop/L-2": affectedBuilt, "coop/L-3": affectedBuilt, "coop/L-4": affectedBuilt, "coop/L-9": affectedBuilt,
		})
	})
	t.Run("a lot alone", func(t *testing.T) {
		f.wantAffected(f.warn("coop", schema.Selectors{Lot: "24-c"}), map[string]string{"coop/L-5": affectedBuilt})
	})
	t.Run("a batch alone", func(t *testing.T) {
		f.wantAffected(f.warn("coop", schema.Selectors{Batch: must(schema.ParseBatchName, "coop/PLAIN")}), map[string]string{
			"coop/P-1": affectedBuilt, "coop/P-2": affectedBuilt, "coop/P-3": affectedBuilt,
		})
	})
	t.Run("fixed", func(t *testing.T) {
		id := f.warn("ada", schema.Selectors{Part: cree, Lot: "24-A"})
		f.event("coop", "coop/L-1", schema.Repaired, func(e *schema.UnitEvent) {
			e.Removed, e.Installed = []string{led}, []schema.BuiltItem{{Line: led, Lot: "25-A"}}
		})
		f.event("coop", "coop/L-2", schema.Repaired, func(e *schema.UnitEvent) { e.Remedies = id })
		f.event("eve", "coop/L-3", schema.Repaired, func(e *schema.UnitEvent) { e.Removed = []string{led} }) // a claim
		f.event("coop", "coop/L-9", schema.Repaired, func(e *schema.UnitEvent) { e.Installed = []schema.BuiltItem{{Line: led, Lot: "24-A"}} })
		got := f.affected(id)
		for u, want := range map[string]string{"coop/L-1": fixedBuilt, "coop/L-2": fixedBuilt, "coop/L-3": affectedBuilt, "coop/L-9": affectedBuilt} {
			if got[u] != want {
				t.Errorf("%s is %q, want %q", u, got[u], want)
			}
		}
		claim := f.event("eve", "coop/L-8", schema.Repaired, func(e *schema.UnitEvent) { e.Removed = []string{led} })
		confirmed := f.event("coop", "coop/L-8", schema.Confirmed, func(e *schema.UnitEvent) { e.Confirms = claim })
		if got := f.affected(id)["coop/L-8"]; got != fixedBuilt {
			t.Errorf("after the maker has confirmed it is %q", got)
		}
		f.event("coop", "coop/L-8", schema.Voided, func(e *schema.UnitEvent) { e.Corrects = claim })
		if got := f.affected(id)["coop/L-8"]; got != affectedBuilt || confirmed.IsZero() {
			t.Errorf("after the event was voided it is %q", got)
		}
		f.traced(id, "coop/L-1", "coop/L-2", "coop/L-3", "coop/L-8", "coop/L-9")
	})
	f.wantSound()
}

// TestRecallRises: a defect rises from a unit to the one it sits in, and from a design
// to those that contain it and that are derived from it.
func TestRecallRises(t *testing.T) {
	f := newWorkshop(t)
	f.publish("bob/lamp", "3.0.0", madeOf("1,LED,2,Osram,OS-1,,", "7,Motor,1,,,MOSH,ada/motor@1.0.0").with(files{"okh.toml": okh(`bom = "sBoM.csv"`, `fork-of = "ada/lamp@1.0.0"`)}), accepting)
	f.publish("bob/motor", "1.0.0", madeOf("1,Coil,1,CuCo,W1,,").with(files{"okh.toml": okh(`bom = "sBoM.csv"`, `fork-of = "ada/motor@1.0.0"`)}), accepting)
	f.publish("eve/robot", "1.0.0", madeOf("1,Lamp,1,,,MOSH,ada/lamp@1.0.0"), accepting)
	sub := func(line, serials, u string) schema.BuiltItem {
		return schema.BuiltItem{Line: line, Serials: set(serials), Unit: unit(u)}
	}
	f.register("ada/lamp", "coop", "LAMPS", "L-{1..5}", with( // the motors are registered later
		sub(motor, "L-1", "other/M-1"), sub(motor, "L-2", "other/M-2"), sub(motor, "L-3", "other/nowhere"),
		schema.BuiltItem{Line: motor, Serials: set("L-4"), Part: parts("Maxon", "EC")}))
	f.register("ada/motor", "other", "MOTORS", "M-{1..3}", with(schema.BuiltItem{Line: "1", Serials: set("M-1"), Lot: "bad"}, schema.BuiltItem{Line: "1", Serials: set("M-2"), Lot: "good"}))
	f.register("eve/robot", "eve", "ROBOTS", "R-{1..3}", with(sub("1", "R-1", "coop/L-1"), sub("1", "R-2", "coop/L-2")))
	f.register("bob/lamp", "bob", "FORKS", "F-1")
	f.register("bob/motor", "bob", "MOTORS", "G-1")
	coils := schema.Selectors{Part: parts("CuCo", "W1"), Lot: "bad"}
	t.Run("lot in a unit in a unit", func(t *testing.T) {
		f.wantAffected(f.warn("ada", coils), map[string]string{
			"other/M-1": affectedBuilt, "coop/L-1": affectedBuilt, "eve/R-1": affectedBuilt, "other/M-2": unaffectedBuilt, "coop/L-2": unaffectedBuilt, "eve/R-2": unaffectedBuilt,
			"other/M-3": mayBe, "coop/L-3": mayBeBuilt, "coop/L-4": unaffectedBuilt, "coop/L-5": mayBe, "eve/R-3": mayBe, "bob/F-1": mayBe, "bob/G-1": mayBe,
		})
	})
	t.Run("units by serial", func(t *testing.T) {
		f.wantAffected(f.warn("other", schema.Selectors{Maker: name("other"), Serials: set("M-2")}), map[string]string{
			"other/M-2": affectedBuilt, "coop/L-2": affectedBuilt, "eve/R-2": affectedBuilt,
			"coop/L-1": none, "eve/R-1": none,
		})
	})
	t.Run("design and what contains it", func(t *testing.T) {
		f.wantAffected(f.warn("ada", schema.Selectors{Design: design("ada/motor"), Versions: ">=1.0.0 <2"}), map[string]string{
			"other/M-1": affectedSaid, "other/M-2": affectedSaid, "other/M-3": affectedSaid, "coop/L-1": affectedBuilt, "coop/L-2": affectedBuilt, "coop/L-3": mayBeBuilt,
			"coop/L-4": unaffectedBuilt, "coop/L-5": affectedSaid, "eve/R-1": affectedBuilt, "eve/R-2": affectedBuilt, "eve/R-3": affectedSaid, "bob/F-1": affectedSaid,
			"bob/G-1": mayBe, // a fork may have got rid of it
		})
		if got := f.affected(f.warn("ada", schema.Selectors{Design: design("ada/motor"), Versions: ">=2"})); len(got) != 0 {
			t.Errorf("versions that nobody has made concern %v", got)
		}
	})
	t.Run("part of a design", func(t *testing.T) {
		got := f.affected(f.warn("ada", schema.Selectors{Design: design("ada/lamp"), Part: parts("CuCo", "W1")}))
		for u, want := range map[string]string{"coop/L-5": affectedSaid, "bob/F-1": affectedSaid, "eve/R-3": affectedSaid, "bob/G-1": none, "other/M-3": none} {
			if got[u] != want {
				t.Errorf("%s is %q, want %q", u, got[u], want)
			}
		}
	})
	t.Run("repaired", func(t *testing.T) {
		id := f.warn("ada", coils)
		f.event("coop", "coop/L-1", schema.Repaired, func(e *schema.UnitEvent) {
			e.Removed, e.Installed = []string{motor}, []schema.BuiltItem{{Line: motor, Unit: unit("other/M-3")}}
		})
		got := f.affected(id)
		for u, want := range map[string]string{"other/M-1": affectedBuilt, "coop/L-1": mayBeBuilt, "eve/R-1": mayBeBuilt} {
			if got[u] != want {
				t.Errorf("%s is %q, want %q", u, got[u], want)
			}
		}
		f.event("coop", "coop/L-1", schema.Repaired, func(e *schema.UnitEvent) { e.Installed = []schema.BuiltItem{{Line: motor, Part: parts("Maxon", "EC")}} })
		got = f.affected(id)
		for u, want := range map[string]string{"coop/L-1": fixedBuilt, "eve/R-1": fixedBuilt} {
			if got[u] != want {
				t.Errorf("%s is %q, want %q", u, got[u], want)
			}
		}
		f.traced(id, "coop/L-1", "eve/R-1", "other/M-1")
	})
	f.wantSound()
}

// TestWhoMayWarn: what the issuer may not say of others is under investigation until
// they answer, and no answer hides what is recorded.
func TestWhoMayWarn(t *testing.T) {
	f := newWorkshop(t)
	ctx := context.Background()
	f.publish("bob/torch", "1.0.0", madeOf("1,LED,1,Cree,XPG,,"))
	f.register("ada/lamp", "coop", "LAMPS", "L-{1..2}", with(schema.BuiltItem{Line: led, Serials: set("L-1"), Lot: "bad"}))
	f.register("bob/torch", "other", "TORCHES", "T-{1..2}", with(schema.BuiltItem{Line: "1", Serials: set("T-1"), Lot: "bad"}))
	cree := schema.Selectors{Part: parts("Cree", "XPG")}
	answer := func(who string, id schema.AdvisoryID, status schema.UnitStatus, change ...func(*schema.AdvisoryResponse)) schema.Digest {
		t.Helper()
		d := schema.AdvisoryResponse{Head: schema.Head{Kind: schema.KindAdvisoryResponse, Author: name(who)}, Advisory: id, For: name(who), Status: status, Justification: "we looked"}
		for _, c := range change {
			c(&d)
		}
		done, err := f.AnswerAdvisory(ctx, As(name(who)), d)
		check(t, err)
		return done.Digest
	}
	id := f.warn("ada", cree)
	f.wantAffected(id, map[string]string{"coop/L-1": affectedBuilt, "coop/L-2": affectedSaid, "other/T-1": mayBeBuilt, "other/T-2": mayBeSaid})
	first := answer("other", id, schema.KnownNotAffected)
	f.wantAffected(id, map[string]string{"coop/L-1": affectedBuilt, "coop/L-2": affectedSaid, "other/T-1": mayBeBuilt, "other/T-2": unaffectedSaid})
	answer("other", id, schema.KnownAffected, func(d *schema.AdvisoryResponse) { d.Follows = first })
	f.wantAffected(id, map[string]string{"coop/L-1": affectedBuilt, "coop/L-2": affectedSaid, "other/T-1": affectedBuilt, "other/T-2": affectedSaid})
	answer("coop", id, schema.KnownNotAffected, func(d *schema.AdvisoryResponse) {
		d.Batches = []schema.BatchName{must(schema.ParseBatchName, "coop/lamps")}
	})
	f.wantAffected(id, map[string]string{"coop/L-1": affectedBuilt, "coop/L-2": unaffectedSaid, "other/T-1": affectedBuilt, "other/T-2": affectedSaid})

	again := f.warn("ada", schema.Selectors{Part: parts("Cree", "xpg")})
	answer("bob", again, schema.KnownAffected, func(d *schema.AdvisoryResponse) { d.Designs = []schema.Design{design("bob/torch")} })
	f.wantAffected(again, map[string]string{"coop/L-1": affectedBuilt, "coop/L-2": affectedSaid, "other/T-1": affectedBuilt, "other/T-2": affectedSaid})

	_, err := f.Moderate(ctx, Keeper(name("ada")), schema.Moderation{
		Head: schema.Head{Kind: schema.KindModeration, Author: name("ada")}, Act: schema.Appoint, Account: name("eve"), Role: schema.SafetyEditor, Reason: "she knows",
	})
	check(t, err)
	everywhere := f.warn("eve", schema.Selectors{Part: parts("", "XPG"), Lot: "bad"})
	f.wantAffected(everywhere, map[string]string{"coop/L-1": affectedBuilt, "coop/L-2": mayBe, "other/T-1": affectedBuilt, "other/T-2": mayBe})
	check(t, f.dismiss("eve"))
	f.wantAffected(everywhere, map[string]string{"coop/L-1": affectedBuilt, "coop/L-2": mayBe, "other/T-1": affectedBuilt, "other/T-2": mayBe})

	reported := f.warn("eve", cree, schema.AdvisoryReported)
	f.wantAffected(reported, map[string]string{"coop/L-1": mayBeBuilt, "coop/L-2": mayBeSaid, "other/T-1": mayBeBuilt, "other/T-2": mayBeSaid})
	a, d, _, err := f.Advisory(ctx, reported)
	check(t, err)
	_, _, err = f.PublishAdvisory(ctx, As(name("eve")), schema.Advisory{Head: d.Head, Issuer: d.Issuer, Title: "Mine", Selectors: cree, Severity: schema.Low, Status: schema.AdvisoryPublished})
	wantKind(t, "published by somebody who has made nothing of it", err, schema.Forbidden)
	taken := d
	taken.Author, taken.Issuer, taken.Status, taken.Follows = name("ada"), name("ada"), schema.AdvisoryPublished, a.Digest
	_, same, err := f.PublishAdvisory(ctx, As(name("ada")), taken)
	check(t, err)
	if same != reported {
		t.Errorf("the confirmed report is %s, want %s", same, reported)
	}
	f.wantAffected(reported, map[string]string{"coop/L-1": affectedBuilt, "coop/L-2": affectedSaid, "other/T-1": mayBeBuilt, "other/T-2": mayBeSaid})
	_, _, err = f.PublishAdvisory(ctx, As(name("ada")), func() schema.Advisory { again := taken; again.Title = "Other"; return again }())
	wantKind(t, "a second revision of the same one", err, schema.Conflict)
	withdrawn := taken
	a, _, _, err = f.Advisory(ctx, reported)
	check(t, err)
	withdrawn.Status, withdrawn.Follows, withdrawn.Reason = schema.AdvisoryWithdrawn, a.Digest, "it was the switch"
	_, _, err = f.PublishAdvisory(ctx, As(name("ada")), withdrawn)
	check(t, err)
	f.wantAffected(reported, map[string]string{"coop/L-1": none, "coop/L-2": none})
	_, _, err = f.PublishAdvisory(ctx, As(name("ada")), schema.Advisory{Head: taken.Head, Issuer: name("ada"), Title: "x", Selectors: schema.Selectors{Design: design("ada/none")}, Severity: schema.Low, Status: schema.AdvisoryPublished})
	wantKind(t, "a design that is not there", err, schema.Invalid, "ada/none")
	f.wantSound()
}

// dismiss takes a role of the registry away.
func (f *fixture) dismiss(account string) error {
	now, err := f.index.Appointed(context.Background(), name(account))
	if err != nil {
		return err
	}
	_, err = f.Moderate(context.Background(), Keeper(name("ada")), schema.Moderation{
		Head: schema.Head{Kind: schema.KindModeration, Author: name("ada")}, Act: schema.Dismiss, Account: name(account), Reason: "enough", Follows: now.Document,
	})
	return err
}

// TestRecallInvariants builds worlds at random and looks that what must always hold
// does: lists and traces agree, and knowing more never weakens what a status rests on.
// (Of a part that stands on several lines the worst of them tells, so that there a line
// of which less is known can come to the fore.)
func TestRecallInvariants(t *testing.T) {
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 7))
			f := newWorkshop(t)
			f.publish("eve/robot", "1.0.0", madeOf("1,Lamp,1,,,MOSH,ada/lamp@1.0.0", "2,Bolt,1,,,,"), accepting)
			conformances := schema.Conformances()
			conform := func(b *schema.Batch) { b.Conformance = conformances[r.IntN(len(conformances))] }
			f.register("ada/motor", "other", "M", "M-{1..6}", conform)
			f.register("ada/lamp", "coop", "L", "L-{1..6}", conform)
			f.register("eve/robot", "eve", "R", "R-{1..6}", conform)
			ids := []schema.AdvisoryID{
				f.warn("ada", schema.Selectors{Part: parts("CuCo", "W1")}), f.warn("ada", schema.Selectors{Part: parts("CuCo", "W1"), Lot: "a"}),
				f.warn("ada", schema.Selectors{Design: design("ada/motor")}), f.warn("ada", schema.Selectors{Part: parts("", "XPG"), Lot: "b"}),
				f.warn("other", schema.Selectors{Batch: must(schema.ParseBatchName, "other/M"), Serials: set("M-{2..4}")}),
				f.warn("eve", schema.Selectors{Design: design("eve/robot"), Part: parts("", "XPG")}), f.warn("coop", schema.Selectors{Lot: "a", Maker: name("coop")}),
			}
			var units []string
			for i := 1; i <= 6; i++ {
				units = append(units, fmt.Sprintf("other/M-%d", i), fmt.Sprintf("coop/L-%d", i), fmt.Sprintf("eve/R-%d", i))
			}
			before := make(map[schema.AdvisoryID]map[string]string)
			for step := range 14 {
				f.recordAny(r)
				for _, id := range ids {
					after := f.affected(id)
					weakened(t, step, id, before[id], after)
					before[id] = after
				}
			}
			for _, id := range ids {
				f.traced(id, units...)
			}
			f.wantSound()
		})
	}
}

// recordAny records something at random of some unit, run or batch, where a sub-unit
// sits nowhere else yet.
func (f *fixture) recordAny(r *rand.Rand) {
	f.t.Helper()
	makers := []struct {
		maker, batch string
		lines        []string
	}{{"other", "M", []string{"1", "2"}}, {"coop", "L", []string{"1", "10/1", "10"}}, {"eve", "R", []string{"1/10/1", "2", "1/1", "1"}}}
	m := makers[r.IntN(len(makers))]
	i := schema.BuiltItem{Line: m.lines[r.IntN(len(m.lines))]}
	designed := map[string]schema.Part{"other1": parts("CuCo", "W1"), "coop10/1": parts("CuCo", "W1"), "coop1": parts("Cree", "XPG"), "eve1/1": parts("Cree", "XPG"), "eve1/10/1": parts("CuCo", "W1")}
	one := r.IntN(6) + 1
	switch r.IntN(3) {
	case 0:
		i.Serials = set(fmt.Sprintf("%s-%d", m.batch, one))
	case 1:
		i.Serials = set(fmt.Sprintf("%s-{%d..6}", m.batch, min(one, 5)))
	}
	switch r.IntN(4) {
	case 0:
		i.Lot = string("abc"[r.IntN(3)])
	case 1:
		i.Part = parts("Acme", "Z9")
	case 2:
		i.Part = designed[m.maker+i.Line]
	}
	child := map[string]string{"L10": "other/M-", "R1": "coop/L-"}[m.batch+i.Line]
	if child != "" {
		i = schema.BuiltItem{Line: i.Line, Serials: set(fmt.Sprintf("%s-%d", m.batch, one)), Unit: unit(fmt.Sprintf("%s%d", child, r.IntN(6)+1))}
	}
	d := schema.BuildRecord{Head: schema.Head{Kind: schema.KindBuildRecord, Author: name(m.maker)}, Maker: name(m.maker), Batch: serial(m.batch), AsBuilt: schema.AsBuilt{Items: []schema.BuiltItem{i}}}
	records++
	d.Record = fmt.Sprintf("%032x", records)
	_, err := f.RecordBuild(context.Background(), As(name(m.maker)), d)
	if err != nil && schema.KindOf(err) != schema.Conflict { // it sits elsewhere
		f.t.Fatal(err)
	}
}

// weakened looks that no unit rests on a weaker basis than before.
func weakened(t *testing.T, step int, id schema.AdvisoryID, before, after map[string]string) {
	t.Helper()
	for u, was := range before {
		_, old, _ := strings.Cut(was, "/")
		_, now, listed := strings.Cut(after[u], "/")
		if listed && slices.Index(schema.Bases(), schema.Basis(now)) > slices.Index(schema.Bases(), schema.Basis(old)) {
			t.Errorf("step %d: %s was %s by %s, and is %s since more is known", step, u, was, id, after[u])
		}
	}
}
