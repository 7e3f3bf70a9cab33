package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/schema"
)

const (
	boardBOM = "Reference,Value,Footprint,Qty,Manufacturer,MPN,Supplier,Unit Price,Config\n" +
		"\"R1,R2\",10k,0603,2,Yageo,RC0603FR-0710KL,LCSC,$0.10,\n" +
		"C1,100n,0402,1,Murata,GRM155R71C104KA88D,,,\n" +
		"U1,driver,SOIC-8,1,TI,TPS54331DR,Mouser,$2.00,+drive\n"
	frameBOM = "Item,Name,Quantity,Standard\n1,Nut M8,4,ISO 4032 M8\n2,Cable tie,10,\n"
)

// required gives what a view requires, by part number, standard or name.
func required(b bom.BOM) map[string]string {
	m := map[string]string{}
	for _, l := range b.Lines {
		if l.Counts() {
			m[strings.TrimSpace(l.Part.MPN+l.Part.Standard+map[bool]string{true: l.Name}[l.Part == bom.Part{}])] = l.Required.String()
		}
	}
	return m
}

func TestBOMOfSeveral(t *testing.T) {
	dir := write(t, "board.csv", boardBOM, "frame.csv", frameBOM)
	p := newPlace(t)
	b := into[bom.BOM](t, p.as("", "bom", filepath.Join(dir, "board.csv"), filepath.Join(dir, "frame.csv"), "--units", "10,5", "--json"))
	got := required(b)
	for part, want := range map[string]string{"RC0603FR-0710KL": "20", "TPS54331DR": "10", "ISO 4032 M8": "20", "Cable tie": "50"} {
		if got[part] != want {
			t.Errorf("%s: %s are required, want %s; all are %v", part, got[part], want, got)
		}
	}
	if bad := p.as("", "bom", filepath.Join(dir, "board.csv"), "--units", "1,2"); bad.status != exitUsage {
		t.Errorf("two numbers of units for one file: exit status %d", bad.status)
	}
}

func TestBOMColumnsAreGiven(t *testing.T) {
	dir := write(t, "odd.csv", "Ref,Comment,Thing,Qty\nR1,keep dry,10k,1\nR2,keep dry,22k,1\n")
	p := newPlace(t)
	b := into[bom.BOM](t, p.as("", "bom", filepath.Join(dir, "odd.csv"), "--map", "Thing=value,Comment=note", "--json"))
	if l := b.Lines[1]; l.Value != "22k" || l.Note != "keep dry" {
		t.Errorf("the line is %+v, want the value and the note as they were mapped", l)
	}
	for _, wrong := range []string{"Thing=nonsense", "Nothing=value"} {
		if got := p.as("", "bom", filepath.Join(dir, "odd.csv"), "--map", wrong); got.status != exitFailed {
			t.Errorf("--map %s: exit status %d, %s", wrong, got.status, got.err)
		}
	}
}

func TestBOMFormats(t *testing.T) {
	dir := write(t, "board.csv", boardBOM)
	p := newPlace(t)
	file := filepath.Join(dir, "board.csv")
	for _, test := range []struct{ output, begins, note string }{
		{"order.csv", "Item,Name,", ""},
		{"order.xlsx", "PK\x03\x04", ""},
		{"order.cdx.json", `{"$schema"`, ""},
		{"order.md", "#", ""},
		{"order.html", "<!DOCTYPE html>", ""},
		{"labels.pdf", "%PDF-", "3 labels, 1 pages"},
		{"labels.svg", "<?xml", "3 labels, 1 pages"},
	} {
		output := filepath.Join(dir, test.output)
		done := p.as("", "bom", file, "--view", "flat", "--units", "10", "-o", output).ok(t)
		data, err := os.ReadFile(output)
		if err != nil || !strings.HasPrefix(string(data), test.begins) {
			t.Errorf("%s begins with %.40q, %v; want %q", test.output, data, err, test.begins)
		}
		if !strings.Contains(done.err, test.note) {
			t.Errorf("%s: standard error has %q, want %q", test.output, done.err, test.note)
		}
	}
	const unnumbered = "Name,Quantity,MPN\nScrew,4,\nResistor,2,RC0603\n"
	if err := os.WriteFile(file, []byte(unnumbered), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := p.as("", "bom", file, "--format", "cart").ok(t); !strings.Contains(got.err, "1 of 2 lines") || !strings.Contains(got.err, "Screw") {
		t.Errorf("the cart leaves the screw out and says %q", got.err)
	}
	if got := p.as("", "bom", file, "--format", "cart", "--strict"); got.status != exitFailed || got.out != "" {
		t.Errorf("a strict cart without the screw: exit status %d, %q", got.status, got.out)
	}
}

func TestBuildFile(t *testing.T) {
	dir := write(t, "okh.toml", strings.Replace(hookManifest, "Wall Hook", "Driver", 1), "README.md", "# Driver\n", "bom.csv", boardBOM,
		"build.yaml", `design: ada/driver@1.0.0
units: 20
variant: drive
stock:
  - {mpn: RC0603FR-0710KL, quantity: 15}
batch: {maker: ada, batch: LOT-7, serials: "D-{01..20}"}
`)
	p := newPlace(t)
	p.open("ada")
	p.as("ada", "publish", dir, "--as", "ada/driver").ok(t)
	build := filepath.Join(dir, "build.yaml")
	b := into[bom.BOM](t, p.as("", "bom", "--build", build, "--view", "cost", "--json"))
	for _, l := range b.Lines {
		switch l.Part.MPN {
		case "RC0603FR-0710KL":
			if l.Required.String() != "40" || l.ToOrder.String() != "25" || l.Cost == nil || l.Cost.Total.String() != "2.5" {
				t.Errorf("of the resistor %s are required, %s to order, at %+v", l.Required, l.ToOrder, l.Cost)
			}
		case "TPS54331DR":
			if l.Required.String() != "20" {
				t.Errorf("the driver is fitted in the variant, %s are required, want 20", l.Required)
			}
		}
	}
	if b.Costs == nil || len(b.Costs.Unpriced) != 1 || len(b.Costs.Totals) != 1 || b.Costs.Totals[0].Total.String() != "42.5" {
		t.Errorf("the costs are %+v, want 42.5 USD and the capacitor without a price", b.Costs)
	}
	without := into[bom.BOM](t, p.as("", "bom", "--build", build, "--variant", "", "--view", "flat", "--json"))
	if len(without.Lines) != len(b.Lines) {
		t.Errorf("without a variant there are %d lines as written, want %d", len(without.Lines), len(b.Lines))
	}
	if got := p.as("", "bom", "ada/driver", "--variant", "deluxe"); got.status != exitFailed || !strings.Contains(got.err, "drive") {
		t.Errorf("a variant that nobody knows: %d, %s", got.status, got.err)
	}
	receipt := into[schema.BatchReceipt](t, p.as("ada", "batch", "register", "--build", build, "--conformance", "as_designed", "--json"))
	if receipt.Units != 20 || receipt.Batch.String() != "ada/LOT-7" {
		t.Errorf("the build file registers %+v, want 20 units as ada/LOT-7", receipt)
	}
	if got := p.as("ada", "batch", "register", "ada/driver"); got.status != exitUsage || !strings.Contains(got.err, "--as") {
		t.Errorf("a batch without a maker: %d, %s", got.status, got.err)
	}
}

func TestDiffOfVersions(t *testing.T) {
	p := newPlace(t)
	p.open("ada")
	dir := write(t, "okh.toml", strings.Replace(hookManifest, "Wall Hook", "Driver", 1), "README.md", "# Driver\n", "bom.csv", boardBOM)
	p.as("ada", "publish", dir, "--as", "ada/driver").ok(t)
	changed := strings.Replace(strings.Replace(boardBOM, `"R1,R2",10k,0603,2`, `"R1,R2,R3",10k,0603,3`, 1), "C1,100n,0402,1,Murata,GRM155R71C104KA88D,,,\n", "", 1)
	if err := os.WriteFile(filepath.Join(dir, "bom.csv"), []byte(changed), 0o644); err != nil {
		t.Fatal(err)
	}
	local := into[bom.ReleaseDifference](t, p.as("", "diff", "ada/driver@1.0.0", dir, "--json"))
	p.as("ada", "publish", dir, "--as", "ada/driver", "--version", "1.1.0").ok(t)
	published := into[bom.ReleaseDifference](t, p.as("", "diff", "ada/driver@1.0.0", "1.1.0", "--json"))
	for what, d := range map[string]bom.ReleaseDifference{"folder": local, "release": published} {
		if s := d.BOM.Summary; s.Removed != 1 || s.Changed != 1 || s.Added != 0 || d.Before.Version.String() != "1.0.0" {
			t.Errorf("from 1.0.0 to the %s: %+v", what, s)
		}
	}
	text := p.as("", "diff", "ada/driver@1.0.0", "1.1.0", "--format", "markdown").ok(t).out
	for _, want := range []string{"GRM155R71C104KA88D", "R3"} {
		if !strings.Contains(text, want) {
			t.Errorf("the Markdown does not tell of %s:\n%s", want, text)
		}
	}
	if same := p.as("", "diff", "ada/driver@1.0.0", "1.0.0").ok(t).out; strings.Contains(same, "R1") {
		t.Errorf("a version differs from itself:\n%s", same)
	}
}
