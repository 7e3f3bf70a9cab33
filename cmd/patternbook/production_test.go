package main

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/patternbook/patternbook/schema"
)

// production is a registry with a lamp in which a motor of another design sits, both
// designed by ada and made by coop.
func production(t *testing.T) *place {
	p := newPlace(t)
	for _, who := range []string{"ada", "coop", "eve"} {
		p.open(who)
	}
	motor := write(t, "okh.toml", strings.Replace(hookManifest, "Wall Hook", "Motor", 1), "README.md", "# Motor\n",
		"bom.csv", "POS,NAME,UNITS,MANUFACTURER,MPN\n1,Coil,1,CuCo,W1\n2,Bearing,2,SKF,608\n")
	p.as("ada", "publish", motor, "--as", "ada/motor").ok(t)
	lamp := write(t, "okh.toml", strings.Replace(hookManifest, "Wall Hook", "Lamp", 1), "README.md", "# Lamp\n",
		"bom.csv", "POS\tNAME\tUNITS\tMANUFACTURER\tMPN\tTYPE\tREFERENCE\n1\tLED\t2\tCree\tXPG\t\t\n16\tMotor\t1\t\t\tMOSH\tada/motor@1.0.0\n")
	p.as("ada", "publish", lamp, "--as", "ada/lamp").ok(t)
	return p
}

// statuses gives what an advisory means, by unit or batch.
func statuses(t *testing.T, p *place, id schema.AdvisoryID) map[string]string {
	t.Helper()
	got := into[schema.Affected](t, p.as("", "advisory", "affected", id.String(), "--json"))
	list := make(map[string]string)
	for _, i := range got.Items {
		name := i.Unit.String()
		if i.Unit.IsZero() {
			name = "batch " + i.Batch.String()
		}
		list[name] = string(i.Status) + " " + string(i.Basis)
	}
	return list
}

func wantStatuses(t *testing.T, p *place, id schema.AdvisoryID, want map[string]string) {
	t.Helper()
	got := statuses(t, p, id)
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if got[name] != want[name] {
			t.Errorf("%s: %s is %q, want %q", id, name, got[name], want[name])
		}
	}
	if len(got) != len(want) {
		t.Errorf("%s concerns %v, want %v", id, got, want)
	}
}

// TestProduction goes the way of units that are made, recorded, recalled and repaired.
func TestProduction(t *testing.T) {
	p := production(t)
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	register := func(args ...string) result { return p.as("coop", append([]string{"batch", "register"}, args...)...) }
	built := file("built.json", `{"items": [{"line": "Coil", "serials": "M-{1..2}", "lot": 2431}, {"line": 1, "serials": "M-3", "lot": "2432"}]}`)
	register("ada/motor@1.0.0", "--as", "coop", "--batch", "MOTORS", "--quantity", "5", "--serials", "M-{1..5}", "--conformance", "as_designed", "--as-built", built).ok(t)
	if got := register("ada/lamp@1.0.0", "--as", "coop", "--batch", "LAMPS", "--quantity", "4", "--serials", "L-{1..4}"); got.status != exitFailed || !strings.Contains(got.err, "conformance") {
		t.Errorf("a batch that does not say how far it is as designed: %s%s", got.out, got.err)
	}
	receipt := into[schema.BatchReceipt](t, register("ada/lamp@1.0.0", "--as", "coop", "--batch", "LAMPS", "--quantity", "4", "--serials", "L-{1..4}", "--conformance", "as_designed", "--status", "in_progress", "--json"))
	if receipt.Units != 4 {
		t.Errorf("the receipt is %+v", receipt)
	}
	register("ada/lamp@1.0.0", "--as", "coop", "--batch", "BARE", "--quantity", "9", "--conformance", "with_deviations").ok(t)

	register("ada/motor@1.0.0", "--as", "coop", "--batch", "SOUTH", "--quantity", "6", "--conformance", "as_designed", "--place", "DE-BY").ok(t)
	p.mustSay("", []string{"batch", "list", "--design", "ada/motor", "--place", "DE"}, "coop/SOUTH", "DE-BY")
	p.mustSay("", []string{"batch", "list", "--design", "ada/motor", "--forks", "--counts"}, "11 units in 2 batches")
	template := p.as("", "batch", "template", "ada/lamp@1.0.0", "--format", "csv").ok(t).out
	if !strings.Contains(template, "\n16/1,Coil CuCo W1,") || !strings.Contains(template, "\n16,Motor,") {
		t.Errorf("the template is\n%s", template)
	}
	p.as("coop", "batch", "record", "coop/LAMPS", file("template.csv", template), "--note", "nothing filled in").fails(t, "say what to record")
	p.as("coop", "batch", "record", "coop/LAMPS", file("motors.csv", "line,serials,unit\nMotor,L-1,coop/M-1\n16,L-2,coop/M-3\n")).ok(t)
	p.as("coop", "batch", "record", "coop/LAMPS", file("again.csv", "line,serials,unit\n16,L-3,coop/M-1\n")).fails(t, "coop/M-1 cannot sit in two units", "coop/L-1")
	p.as("coop", "batch", "record", "coop/LAMPS", file("wrong.yaml", "items:\n  - line: 99\n    lot: x\n")).fails(t, "wrong.yaml", "99")
	p.as("coop", "batch", "record", "coop/LAMPS", file("wrong.csv", "line,serials,lot\n1,L-9,x\n")).fails(t, "no unit L-9")
	p.as("eve", "batch", "record", "coop/LAMPS", file("eve.csv", "line,lot\n1,x\n")).fails(t, "eve cannot")

	bad := into[schema.AdvisoryReceipt](t, p.as("ada", "advisory", "publish", "--part-manufacturer", "CuCo", "--part-mpn", "W1", "--lot", "2431", "--title", "The coil burns",
		"--severity", "high", "--remedy", "Unplug it.", "--json"))
	if bad.Status != schema.AdvisoryPublished || bad.Digest.IsZero() {
		t.Errorf("the receipt is %+v", bad)
	}
	wantStatuses(t, p, bad.ID, map[string]string{
		"M-1": "known_affected as_built", "M-2": "known_affected as_built", "M-3": "known_not_affected as_built", "M-4": "under_investigation design_bom", "M-5": "under_investigation design_bom",
		"L-1": "known_affected as_built", "L-2": "known_not_affected as_built", "L-3": "under_investigation design_bom", "L-4": "under_investigation design_bom",
		"batch BARE": "under_investigation design_bom", "batch SOUTH": "under_investigation design_bom",
	})
	counted := into[schema.Affected](t, p.as("", "advisory", "affected", bad.ID.String(), "--counts", "--json"))
	if counted.Counts[schema.KnownAffected] != 3 || counted.Counts[schema.UnderInvestigation] != 6 || counted.Units[schema.UnderInvestigation] != 19 || len(counted.Items) != 0 {
		t.Errorf("the counts are %+v", counted)
	}
	p.as("coop", "batch", "record", "coop/LAMPS", "--swap", "L-1=L-2", "--line", "Motor").ok(t)
	if got := statuses(t, p, bad.ID); got["L-1"] != "known_not_affected as_built" || got["L-2"] != "known_affected as_built" {
		t.Errorf("after the motors were swapped: %v", got)
	}
	done := p.as("coop", "batch", "revise", "coop/LAMPS", "--status", "completed", "--begun", "4", "--passed", "4").ok(t)
	if !strings.Contains(done.out, bad.ID.String()) {
		t.Errorf("completing the batch does not warn: %s", done.out)
	}
	p.mustSay("", []string{"trace", "coop/L-2"}, "AFFECTED", "The coil burns", "Unplug it.", "coop/M-1 at 16")
	p.as("eve", "unit", "event", "coop/L-2", "repaired", "--removed", "Motor").ok(t) // a claim
	if got := statuses(t, p, bad.ID)["L-2"]; got != "known_affected as_built" {
		t.Errorf("a stranger's repair makes it %s", got)
	}
	p.as("coop", "unit", "event", "coop/L-2", "repaired", "--installed", file("new.csv", "line,unit\n16,coop/M-4\n"), "--remedies", bad.ID.String()).ok(t)
	if got := statuses(t, p, bad.ID)["L-2"]; got != "fixed as_built" {
		t.Errorf("after the repair it is %s", got)
	}
	p.mustSay("", []string{"unit", "show", "coop/L-2"}, "was fixed", "coop/M-4", "as eve says")

	filed := p.as("eve", "advisory", "publish", "--design", "ada/lamp@>=1.0.0", "--title", "It hums", "--severity", "low", "--json")
	report := into[schema.AdvisoryReceipt](t, filed)
	if report.Status != schema.AdvisoryReported || !strings.Contains(filed.err, "unconfirmed") {
		t.Errorf("a stranger's warning is %+v: %s", report, filed.err)
	}
	p.as("eve", "advisory", "publish", "--design", "ada/lamp", "--title", "It hums", "--severity", "low", "--status", "published").fails(t, "neither designed nor made")
	for name, got := range statuses(t, p, report.ID) {
		if !strings.HasPrefix(got, "under_investigation") {
			t.Errorf("by an unconfirmed report %s is %s", name, got)
		}
	}
	p.as("ada", "advisory", "revise", report.ID.String(), "--as", "ada", "--status", "published", "--severity", "medium", "--reason", "heard it too").ok(t)
	p.mustSay("", []string{"advisory", "affected", report.ID.String(), "--status", "known_affected"}, "coop/L-1", "AFFECTED", "declared")
	p.as("coop", "advisory", "answer", report.ID.String(), "--status", "known_not_affected", "--justification", "another foot", "--batch", "coop/LAMPS").ok(t)
	p.mustSay("", []string{"advisory", "show", report.ID.String()}, "It hums", "coop: known not affected. another foot")
	p.as("ada", "advisory", "withdraw", report.ID.String(), "--reason", "it was the table").ok(t)
	if got := statuses(t, p, report.ID); len(got) != 0 {
		t.Errorf("withdrawn, it still concerns %v", got)
	}
	p.mustSay("", []string{"advisory", "list"}, bad.ID.String(), "withdrawn")
}

// TestOutbox records without a network and sends it later: nothing is lost, and
// nothing comes twice.
func TestOutbox(t *testing.T) {
	p := production(t)
	p.as("coop", "batch", "register", "ada/lamp@1.0.0", "--as", "coop", "--batch", "LOT-1", "--quantity", "2", "--serials", "L-{1..2}", "--conformance", "as_designed").ok(t)
	dir := t.TempDir()
	one, wrong := filepath.Join(dir, "one.csv"), filepath.Join(dir, "wrong.csv")
	for path, text := range map[string]string{one: "line,serials,lot\nLED,L-1,7\n", wrong: "line,serials,lot\nLens,L-1,7\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	away := func(args ...string) result { // where no registry can be reached
		return p.as("coop", append(args, "--registry", "http://127.0.0.1:9")...)
	}
	kept := into[map[string]string](t, away("batch", "record", "coop/LOT-1", one, "--offline", "--json"))
	away("batch", "record", "coop/LOT-1", wrong, "--offline").ok(t)
	away("sync").fails(t, "cannot be reached")
	copied, err := os.ReadFile(kept["file"])
	if err != nil {
		t.Fatalf("what was kept is gone: %v", err)
	}
	got := p.as("coop", "sync", "--json")
	if got.status != exitFailed || !strings.Contains(got.out, kept["record"]) || !strings.Contains(got.out, "Lens") {
		t.Errorf("one is sent, and the one with a line that is not there kept: %s%s", got.out, got.err)
	}
	if err := os.WriteFile(kept["file"], copied, 0o600); err != nil { // as if the answer had been lost
		t.Fatal(err)
	}
	p.as("coop", "sync").fails(t, "Lens")
	trace := into[schema.Trace](t, p.as("", "trace", "coop/L-1", "--json"))
	if len(trace.Items) != 1 || trace.Items[0].Lot != "7" || trace.Items[0].Line != "1" || trace.Production.Records != 1 {
		t.Errorf("the trace has %d records and the items %+v, want one", trace.Production.Records, trace.Items)
	}
	if _, err := os.Stat(kept["file"]); err == nil {
		t.Error("what was sent is still there")
	}
}
