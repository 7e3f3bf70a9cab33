package registry

import (
	"context"
	"testing"

	"github.com/patternbook/patternbook/registry/index"
	"github.com/patternbook/patternbook/schema"
)

// batchOf makes the document of a batch whose units have the serials of a pattern.
func batchOf(r index.Release, maker, lot, serials string) schema.Batch {
	patterns := must(schema.ParseSerialPatterns, serials)
	n := 0
	for _, p := range patterns {
		n += p.Count()
	}
	return schema.Batch{
		Head: schema.Head{Kind: schema.KindBatch, Author: name(maker)}, Maker: name(maker), Batch: serial(lot), Release: r.Digest,
		Serials: patterns, Planned: n, Status: schema.BatchPlanned, Conformance: schema.AsDesigned,
	}
}

func TestRegisterBatch(t *testing.T) {
	f := open(t, "ada", "coop", "other")
	f.publish("ada/lamp", "1.0.0", lamp())
	r := f.resolve("ada/lamp")
	ctx := context.Background()
	register := func(by string, b schema.Batch) (Published, error) {
		var who schema.Name
		if by != "" {
			who = name(by)
		}
		return f.RegisterBatch(ctx, As(who), b)
	}
	first := batchOf(r, "coop", "LOT-1", "Lamp-{001..010}")
	done, err := register("coop", first)
	check(t, err)
	if !done.New {
		t.Error("the batch counted before it was registered")
	}
	before := f.size()
	again, err := register("coop", first)
	if err != nil || again.New || again.LedgerIndex != done.LedgerIndex || again.Digest != done.Digest {
		t.Errorf("the same again is %+v, %v; want %+v, not new", again, err, done)
	}
	unknown, foreign := first, first
	unknown.Release, unknown.Batch, unknown.Serials = schema.DigestOf(nil), serial("LOT-2"), []schema.SerialPattern{}
	foreign.Author = name("other")
	other := batchOf(r, "coop", "lot-1", "B-1")
	for _, test := range []struct {
		what, by string
		batch    schema.Batch
		kind     schema.Kind
		says     []string
	}{
		{"without an account", "", first, schema.Unauthenticated, nil},
		{"as another maker", "other", first, schema.Forbidden, []string{"other", "coop"}},
		{"in another's words", "coop", foreign, schema.Forbidden, nil},
		{"of what is not published", "coop", unknown, schema.Invalid, []string{"release", unknown.Release.String()}},
		{"under a name that differs in case", "coop", other, schema.Conflict, []string{"coop/LOT-1"}},
		{"with a serial that differs in case", "coop", batchOf(r, "coop", "LOT-2", "A-1 LAMP-{009..012}"), schema.Conflict, []string{"coop/Lamp-009", "coop/LOT-1"}},
		{"with a serial twice", "coop", batchOf(r, "coop", "LOT-2", "A-1 a-1"), schema.Invalid, []string{"serials"}},
	} {
		_, err := register(test.by, test.batch)
		wantKind(t, "a batch "+test.what, err, test.kind, test.says...)
	}
	if f.size() != before {
		t.Errorf("refused batches left %d entries", f.size()-before)
	}
	// Another maker may use the same names, and a batch need not name its units.
	if _, err := register("other", batchOf(r, "other", "LOT-1", "Lamp-001")); err != nil {
		t.Error(err)
	}
	bare := batchOf(r, "coop", "LOT-3", "x")
	bare.Serials, bare.Planned = []schema.SerialPattern{}, 500
	if _, err := register("coop", bare); err != nil {
		t.Error(err)
	}
	unit, err := f.Unit(ctx, schema.Unit{Maker: name("coop"), Serial: serial("LAMP-003")})
	check(t, err)
	b := unit.Batch
	if unit.String() != "coop/Lamp-003" || b.Batch.String() != "coop/LOT-1" || b.Release != r.Digest {
		t.Errorf("the unit is %s of %s, made from %s", unit, b.Batch, b.Release)
	}
	f.wantSound()
}

func TestTrace(t *testing.T) {
	f := open(t, "ada", "bob")
	populate(f)
	ctx := context.Background()
	trace, err := f.Trace(ctx, must(schema.ParseUnit, "bob/a1-03"), 8)
	check(t, err)
	r := f.resolve("ada/lamp@1.0.0")
	if trace.Unit.String() != "bob/A1-03" || trace.Batch.String() != "bob/lot-2" || trace.Release.Digest != r.Digest || trace.BOM == nil || trace.BOM.Digest != r.BOM {
		t.Errorf("the trace leads elsewhere: %+v", trace)
	}
	if len(trace.Files) != 5 || len(trace.Contributors) != 1 {
		t.Errorf("the trace names %d files and %d contributors, want 5 and 1", len(trace.Files), len(trace.Contributors))
	}
	if len(trace.Assemblies) != 1 || trace.Assemblies[0].Design.String() != "ada/bulb" || trace.Assemblies[0].Item != "2" || trace.Assemblies[0].Assemblies == nil {
		t.Errorf("the trace has the assemblies %+v", trace.Assemblies)
	}
	_, err = f.Trace(ctx, must(schema.ParseUnit, "bob/A1-13"), 8)
	wantKind(t, "a unit that nobody registered", err, schema.NotFound, "bob", "A1-13")
}
