package index

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/patternbook/patternbook/schema"
)

func TestBatchesAndUnits(t *testing.T) {
	f := fresh(t)
	ctx := context.Background()
	lamp := f.apply(release("ada/lamp", "1.0.0"), release("ada/vice", "1.0.0"))
	bare := batch(lamp[0], "coop", "Bare", "x")
	bare.Serials, bare.Planned = []schema.SerialPattern{}, 7
	f.apply(batch(lamp[0], "coop", "LOT-7", "A-{08..12} b-1 C"), batch(lamp[1], "coop", "LOT-8", "A-13"), batch(lamp[0], "other", "lot-7", "a-08"), bare)
	for _, written := range []string{"coop/LOT-7", "coop/lot-7", "coop/Lot-7"} {
		b, err := f.Batch(ctx, must(schema.ParseBatchName, written))
		if err != nil || b.Batch.String() != "coop/LOT-7" || b.Design != design("ada/lamp") || b.Release != lamp[0] || b.Planned != 7 {
			t.Errorf("%s: got %+v (%v)", written, b, err)
		}
	}
	_, err := f.Batch(ctx, must(schema.ParseBatchName, "ada/LOT-7"))
	wantKind(t, "another maker's", err, schema.NotFound, "ada/LOT-7")
	for _, test := range []struct{ asked, unit, batch string }{
		{"coop/A-08", "coop/A-08", "coop/LOT-7"}, {"coop/a-12", "coop/A-12", "coop/LOT-7"}, {"coop/B-1", "coop/b-1", "coop/LOT-7"},
		{"coop/c", "coop/C", "coop/LOT-7"}, {"coop/a-13", "coop/A-13", "coop/LOT-8"}, {"other/A-08", "other/a-08", "other/lot-7"},
	} {
		unit, err := f.Unit(ctx, must(schema.ParseUnit, test.asked))
		if err != nil || unit.String() != test.unit || unit.Batch.Batch.String() != test.batch {
			t.Errorf("%s: got %s of %s (%v), want %s of %s", test.asked, unit, unit.Batch.Batch, err, test.unit, test.batch)
		}
	}
	for _, missing := range []string{"coop/A-07", "coop/A-8", "ada/A-08"} {
		_, err := f.Unit(ctx, must(schema.ParseUnit, missing))
		wantKind(t, missing, err, schema.NotFound)
	}
	s, taken, err := f.TakenSerial(ctx, name("coop"), 0, must(schema.ParseSerialPatterns, "Z-{1..3} a-{12..14}"))
	if err != nil || !taken || s.String() != "a-12" {
		t.Errorf("taken is %s, %v (%v), want a-12", s, taken, err)
	}
	s, taken, err = f.TakenSerial(ctx, name("coop"), 0, must(schema.ParseSerialPatterns, "Z-{1..1200} c B-1")) // more than one query asks about
	if err != nil || !taken || s.String() != "c" {
		t.Errorf("taken is %s, %v (%v), want c", s, taken, err)
	}
	if s, taken, err := f.TakenSerial(ctx, name("ada"), 0, must(schema.ParseSerialPatterns, "A-{08..13}")); err != nil || taken {
		t.Errorf("another maker's %s is taken (%v)", s, err)
	}
	// What Apply must never be given is refused and leaves nothing.
	b, _, err := schema.Encode(batch(schema.DigestOf(nil), "coop", "LOT-9", "Z"))
	check(t, err)
	if err := f.applyBytes(b); err == nil || !strings.Contains(err.Error(), "not in the index") {
		t.Errorf("a batch of no release: got %v", err)
	}
}

func TestUnitPages(t *testing.T) {
	f := fresh(t)
	ctx := context.Background()
	lamp := f.apply(release("ada/lamp", "1.0.0"))[0]
	f.apply(batch(lamp, "coop", "LOT-1", "Z-{1..40} A-{001..100} m"), batch(lamp, "coop", "LOT-2", "Q-{1..5}"))
	b, err := f.Batch(ctx, must(schema.ParseBatchName, "coop/LOT-1"))
	check(t, err)
	var want []string
	for _, p := range must(schema.ParseSerialPatterns, "Z-{1..40} A-{001..100} m") {
		for s := range p.All() {
			want = append(want, s.String())
		}
	}
	for _, limit := range []int{1, 7, 141, 1000} {
		var got []string
		for after := ""; ; {
			page, next, err := f.Units(ctx, b, Page{After: after, Limit: limit})
			check(t, err)
			for _, s := range page {
				got = append(got, s.String())
			}
			if after = next; after == "" {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("by %d: got %d serials %v, want %d in their order", limit, len(got), got, len(want))
		}
	}
	for _, cursor := range []string{"x", "-1", "1.5", "99999999999999999999"} {
		_, _, err := f.Units(ctx, b, Page{After: cursor, Limit: 10})
		wantKind(t, "the cursor "+cursor, err, schema.Invalid, "cursor")
	}
	if page, next, err := f.Units(ctx, b, Page{After: "1000", Limit: 10}); err != nil || len(page) != 0 || next != "" {
		t.Errorf("after the end: got %v, %q (%v)", page, next, err)
	}
}

func TestBatchPages(t *testing.T) {
	f := fresh(t)
	ctx := context.Background()
	d := f.apply(release("ada/lamp", "1.0.0"), release("ada/vice", "1.0.0"))
	for i := range 30 {
		f.apply(batch(d[i%2], fmt.Sprintf("maker-%d", i%3), fmt.Sprintf("LOT-%d", i), "S-"+fmt.Sprint(i)))
	}
	for _, test := range []struct {
		maker   schema.Name
		release schema.Digest
		want    int
	}{
		{schema.Name{}, schema.Digest{}, 30}, {name("maker-1"), schema.Digest{}, 10}, {schema.Name{}, d[0], 15}, {name("maker-1"), d[0], 5}, {name("nobody-1"), d[0], 0},
	} {
		var got []int64
		for after := ""; ; {
			page, next, err := f.Batches(ctx, schema.BatchQuery{Maker: test.maker, Release: test.release}, Page{After: after, Limit: 4})
			check(t, err)
			for _, b := range page {
				got = append(got, b.Number)
				if !test.maker.IsZero() && b.Batch.Maker != test.maker || !test.release.IsZero() && b.Release != test.release {
					t.Errorf("%+v: %s is among them", test, b.Batch)
				}
			}
			if after = next; after == "" {
				break
			}
		}
		latestFirst := slices.Clone(got)
		slices.Sort(latestFirst)
		slices.Reverse(latestFirst)
		if len(got) != test.want || !slices.Equal(got, slices.Compact(latestFirst)) {
			t.Errorf("%+v: got %v, want %d, each once, the latest first", test, got, test.want)
		}
	}
	_, _, err := f.Batches(ctx, schema.BatchQuery{}, Page{After: "x", Limit: 4})
	wantKind(t, "a wrong cursor", err, schema.Invalid, "cursor")
}
