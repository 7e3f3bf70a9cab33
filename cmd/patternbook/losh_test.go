package main

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/client"
	"github.com/patternbook/patternbook/schema"
)

// TestLOSHTree publishes six real designs that contain one another, and asks of
// them what a workshop and a cooperative ask.
func TestLOSHTree(t *testing.T) {
	designs := testdata(t, "designs")
	p := newPlace(t)
	for _, account := range []string{"libresolar", "losh", "coop"} {
		p.open(account)
	}
	publishBoard(t, p, designs, "mppt-1210-hus", "build/mppt-1210-hus_bom.csv")
	publishBoard(t, p, designs, "mppt-2420-hc", "build/mppt-2420-hc_bom_(hv_supply,can).csv", "build/mppt-2420-hc_bom_mechanical.csv")
	publish := func(name string, more ...string) client.PublishResult {
		t.Helper()
		args := append([]string{"publish", filepath.Join(designs, "losh-dummy-"+name), "--as", "losh/" + name, "--json"}, more...)
		return into[client.PublishResult](t, p.as("losh", args...))
	}
	// The boards are another owner's: their URL alone is no proof.
	refused := publish("mosh-d", "--version", "0.9.0")
	if !hasFinding(refused.Findings, "assembly-candidate") {
		t.Errorf("mosh-d took another owner's design by its URL: %v", refused.Findings)
	}
	publish("mosh-d", "--version", "1.0.0", "--accept-matches")
	publish("mosh-b", "--version", "1.0.0", "--accept-matches")
	publish("mosh-c", "--version", "1.0.0")
	again := publish("mosh-c", "--version", "1.0.0")
	a := publish("mosh-a")
	if a.Version.String() != "1.0.2" {
		t.Errorf("mosh-a is published as %s, not as its manifest says", a.Version)
	}
	if again.LedgerIndex >= a.LedgerIndex {
		t.Errorf("publishing the same again made a new entry, %d", again.LedgerIndex)
	}
	t.Run("pins", func(t *testing.T) { checkPins(t, p) })
	t.Run("flat", func(t *testing.T) { checkFlat(t, p) })
	t.Run("where-used", func(t *testing.T) { checkWhereUsed(t, p) })
	t.Run("tree", func(t *testing.T) { checkTree(t, p) })
	t.Run("get", func(t *testing.T) { checkGet(t, p, filepath.Join(designs, "losh-dummy-mosh-a")) })
	t.Run("trace", func(t *testing.T) { checkTrace(t, p, a) })
}

// publishBoard publishes a design that has no manifest.
func publishBoard(t *testing.T, p *place, designs, name string, boms ...string) {
	t.Helper()
	dir := copyFolder(t, filepath.Join(designs, name))
	args := []string{"init", dir, "--repo", "https://github.com/LibreSolar/" + name, "--licence", "CERN-OHL-W-2.0"}
	for _, b := range boms {
		args = append(args, "--bom", b)
	}
	p.as("libresolar", args...).ok(t)
	p.as("libresolar", "publish", dir, "--as", "libresolar/"+name, "--version", "1.0.0").ok(t)
}

func hasFinding(findings []schema.Finding, code string) bool {
	return slices.ContainsFunc(findings, func(f schema.Finding) bool { return f.Code == code })
}

func checkPins(t *testing.T, p *place) {
	type shown struct{ Release schema.Release }
	for _, test := range []struct{ design, item, pinned, matched string }{
		{"losh/mosh-a", "16", "losh/mosh-b@1.0.0", "latest"}, // …/commit/… of a commit that was not published
		{"losh/mosh-a", "17", "losh/mosh-c@1.0.0", "latest"},
		{"losh/mosh-c", "16", "losh/mosh-d@1.0.0", "tag"}, // …/releases/tag/v1.0.0
		{"losh/mosh-b", "17", "libresolar/mppt-2420-hc@1.0.0", "latest"},
		{"losh/mosh-d", "16", "libresolar/mppt-1210-hus@1.0.0", "latest"}, // …/tree/…
	} {
		r := into[shown](t, p.as("", "show", test.design, "--json")).Release
		i := slices.IndexFunc(r.Assemblies, func(pin schema.Pin) bool { return pin.Item == test.item })
		if i < 0 {
			t.Errorf("line %s of %s is not pinned", test.item, test.design)
			continue
		}
		pin := r.Assemblies[i]
		if got := pin.Design.String() + "@" + pin.Version.String(); got != test.pinned || string(pin.Matched) != test.matched {
			t.Errorf("line %s of %s is pinned to %s by %s, want %s by %s", test.item, test.design, got, pin.Matched, test.pinned, test.matched)
		}
	}
}

func checkFlat(t *testing.T, p *place) {
	one := into[bom.BOM](t, p.as("", "bom", "losh/mosh-a", "--view", "flat", "--units", "1", "--format", "json"))
	seven := into[bom.BOM](t, p.as("", "bom", "losh/mosh-a", "--view", "flat", "--units", "7", "--format", "json"))
	find := func(b bom.BOM, fits func(bom.Line) bool) (found []bom.Line) {
		for _, l := range b.Lines {
			if fits(l) {
				found = append(found, l)
			}
		}
		return found
	}
	for _, test := range []struct{ standard, one, seven string }{
		{"ISO 4032 M8", "20", "140"}, {"DIN 7997 4 x 12", "80", "560"}, {"ISO 7040 M8", "10", "70"},
	} {
		fits := func(l bom.Line) bool { return l.Part.Standard == test.standard }
		a, b := find(one, fits), find(seven, fits)
		if len(a) != 1 || len(b) != 1 {
			t.Errorf("%s is on %d and %d lines, want one each", test.standard, len(a), len(b))
			continue
		}
		if a[0].Quantity.String() != test.one || a[0].Required.String() != test.one || b[0].Required.String() != test.seven {
			t.Errorf("%s comes to %s, and %s for 7; want %s and %s", test.standard, a[0].Required, b[0].Required, test.one, test.seven)
		}
		if len(a[0].Paths) != 5 {
			t.Errorf("%s comes by %v, want 5 paths", test.standard, a[0].Paths)
		}
	}
	// D, and with it the board, is in B and in C.
	mcu := find(one, func(l bom.Line) bool { return l.Part.MPN == "STM32L072CZT6" })
	if len(mcu) != 1 || mcu[0].Quantity.String() != "2" {
		t.Errorf("the microcontroller of the board that is in it twice: %v", mcu)
	}
	for i := range one.Lines {
		want := one.Lines[i].Quantity.Mul(schema.DecimalOf(7))
		if seven.Lines[i].Required != want {
			t.Errorf("%s requires %s for 7, want %s", one.Lines[i].Name, seven.Lines[i].Required, want)
		}
	}
}

func checkTree(t *testing.T, p *place) {
	tree := into[bom.BOM](t, p.as("", "bom", "losh/mosh-a", "--view", "tree", "--format", "json"))
	b := tree.At("16")
	if b == nil || b.Assembly == nil || b.BOM == nil {
		t.Fatalf("line 16 does not carry its BOM: %+v", b)
	}
	if b.Assembly.Version.String() != "1.0.0" || b.Assembly.Release.IsZero() {
		t.Errorf("line 16 is not pinned: %+v", b.Assembly)
	}
	d := b.BOM.At("16")
	if d == nil || d.BOM == nil || d.BOM.At("16").BOM == nil {
		t.Fatal("D in B does not carry the board's BOM")
	}
}

func checkGet(t *testing.T, p *place, original string) {
	dir := filepath.Join(t.TempDir(), "fetched")
	got := into[client.GetResult](t, p.as("", "get", "losh/mosh-a", "-o", dir, "--json"))
	n := 0
	err := filepath.WalkDir(original, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		n++
		rel, _ := filepath.Rel(original, path)
		want, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if have, err := os.ReadFile(filepath.Join(dir, rel)); err != nil || string(have) != string(want) {
			t.Errorf("%s came back otherwise: %v", rel, err)
		}
		return nil
	})
	if err != nil || n != got.Files {
		t.Errorf("%d files came back of %d: %v", got.Files, n, err)
	}
}

func checkTrace(t *testing.T, p *place, a client.PublishResult) {
	receipt := into[schema.BatchReceipt](t, p.as("coop", "batch", "register", "losh/mosh-a", "--as", "coop", "--batch", "LOT-7",
		"--quantity", "200", "--serials", "A-{0001..0200}", "--conformance", "as_designed", "--json"))
	if receipt.Units != 200 {
		t.Errorf("%d units are registered, want 200", receipt.Units)
	}
	trace := into[schema.Trace](t, p.as("", "trace", "coop/A-0133", "--json"))
	if trace.Release.Digest != a.Digest || trace.Batch.String() != "coop/LOT-7" || trace.BOM == nil || len(trace.Files) != 12 {
		t.Errorf("the trace leads elsewhere: %+v", trace)
	}
	if len(trace.Assemblies) != 2 || len(trace.Assemblies[0].Assemblies) != 2 {
		t.Errorf("the trace has the assemblies %+v", trace.Assemblies)
	}
	if !slices.ContainsFunc(trace.Contributors, func(c schema.Contributor) bool { return strings.Contains(c.Name, "Häuer") }) {
		t.Errorf("the trace credits %v", trace.Contributors)
	}
	missing := p.as("", "trace", "coop/A-0201", "--json")
	if missing.status != exitFailed || !strings.Contains(missing.err, "urn:patternbook:problem:not-found") {
		t.Errorf("an unknown unit: status %d, %s", missing.status, missing.err)
	}
}

// checkWhereUsed asks which releases contain a part and a design, however deep.
func checkWhereUsed(t *testing.T, p *place) {
	for what, want := range map[string]map[string]bool{
		"ISO 4032 M8":                 {"losh/mosh-a": true, "losh/mosh-b": true, "losh/mosh-c": true, "losh/mosh-d": true},
		"libresolar/mppt-1210-hus":    {"losh/mosh-d": true, "losh/mosh-c": false, "losh/mosh-b": false, "losh/mosh-a": false},
		"losh/mosh-a":                 {},
		"libresolar/mppt-1210-hus@^9": nil,
	} {
		got := p.as("", "where-used", what, "--json")
		if want == nil {
			if got.status != exitFailed {
				t.Errorf("where-used %s succeeds: %s", what, got.out)
			}
			continue
		}
		found := map[string]bool{}
		for _, u := range into[schema.UseList](t, got).Uses {
			found[u.Design.String()] = u.Direct
		}
		if !maps.Equal(found, want) {
			t.Errorf("where-used %s gives %v, want %v", what, found, want)
		}
	}
	if got := p.as("", "where-used", "ISO 40"); got.status != exitFailed || !strings.Contains(got.err, "ISO 4032 M6") {
		t.Errorf("a text that fits several parts does not list them: %s%s", got.out, got.err)
	}
}
