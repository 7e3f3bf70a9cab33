package bom

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/patternbook/patternbook/schema"
)

const buildExample = `# what we build in December
design: ada/lamp@1.2.0
units: 20
variant: lite
stop: [ada/psu]
depth: 2
choose:
  - {line: "16/10", rank: 2}
  - {line: driver, mpn: 0805}
  - part: {manufacturer: Yageo, mpn: X}
    use: {manufacturer: Vishay, mpn: Y}
stock:
  - {mpn: 00123, quantity: 40}
  - {standard: ISO 4032 M8, quantity: 100}
  - {name: cord, quantity: 3.50, unit: m}
  - {design: ada/psu, quantity: 2}
cut: {stock_length: 3 m, kerf: 2 mm}
batch: {maker: coop, batch: LOT-7, serials: "LAMP-{0001..0020}"}
`

func TestReadBuild(t *testing.T) {
	b, err := ReadBuild("build.yaml", strings.NewReader(buildExample))
	if err != nil {
		t.Fatal(err)
	}
	c, q := b.Choices(), b.Query(ViewFlat)
	if b.Design.Design.String() != "ada/lamp" || b.Design.Version.String() != "1.2.0" || q.Units != 20 || q.View != ViewFlat || c.Depth != 2 {
		t.Errorf("the build is %+v", b)
	}
	if len(c.Variants) != 1 || c.Variants[0] != "lite" || len(c.Stop) != 1 || c.Stop[0] != stopAt(t, "psu") {
		t.Errorf("the choices are %+v", c)
	}
	if a := c.Alternates; len(a) != 3 || a[0] != (AlternateChoice{Line: "16/10", Rank: 2}) || a[1] != (AlternateChoice{Line: "driver", MPN: "0805"}) ||
		a[2] != (AlternateChoice{Part: Part{Manufacturer: "Yageo", MPN: "X"}, Use: Part{Manufacturer: "Vishay", MPN: "Y"}}) {
		t.Errorf("the alternates are %+v", a)
	}
	if s := q.Stock; len(s) != 4 || s[0].Part.MPN != "00123" || s[1].Part.Standard != "ISO 4032 M8" || s[2].Unit != "m" || s[2].Quantity.String() != "3.5" || s[3].Design != stopAt(t, "psu") {
		t.Errorf("the stock is %+v", s)
	}
	if q.StockLength.Value.String() != "3" || q.StockLength.Unit != "m" || q.Kerf.Value.String() != "2" || q.Kerf.Unit != "mm" {
		t.Errorf("bars are %+v cut with %+v", q.StockLength, q.Kerf)
	}
	if b.Batch.Maker.String() != "coop" || b.Batch.Batch.String() != "LOT-7" || len(b.Batch.Serials) != 1 || b.Batch.Serials[0].Count() != 20 {
		t.Errorf("the batch is %+v", b.Batch)
	}
	for _, text := range []string{"", "# nothing yet\n", "units:\nvariant:\n", "variant: [a, b]\nbatch: {serials: [A-1, A-2]}", "---\nunits: 2\n"} {
		if _, err := ReadBuild("build.yaml", strings.NewReader(text)); err != nil {
			t.Errorf("%q gives %v", text, err)
		}
	}
}

func TestReadBuildRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"unit: 20\n":                                       `build.yaml:1 unit: "unit" is not known here; known are design, units, variant, stop, depth, choose, stock, cut, batch`,
		"design: ada/lamp\nunits: 0\n":                     "build.yaml:2 units: \"0\" is not a whole number from 1 to 1000000000",
		"units: 1.5\n":                                     "whole number",
		"units: [1]\n":                                     "build.yaml:1 units: write a single value here",
		"design: lamp\n":                                   "build.yaml:1 design: \"lamp\" is not a design (write owner/name",
		"stop: ada\n":                                      "build.yaml:1 stop: ",
		"choose:\n- {line: x}\n":                           "build.yaml:2 choose[0]: line \"x\": it does not say which alternate",
		"choose:\n- {line: x, rank: 2, nth: 3}\n":          "choose[0].nth: \"nth\" is not known here; known are line, rank, mpn, part, use",
		"choose:\n- part: X\n  use: {mpn: Y}\n":            "build.yaml:2 choose[0].part: write fields here: manufacturer, mpn",
		"stock:\n- {mpn: X}\n":                             "build.yaml:2 stock[0]: \"X\": write how much there is",
		"stock:\n- {quantity: 3}\n":                        "it names nothing",
		"stock:\n- {mpn: X, quantity: 3e5}\n":              "build.yaml:2 stock[0].quantity",
		"stock:\n- {mpn: X, quantity: 1, unit: furlong}\n": "\"furlong\" is not a unit known here",
		"cut: {stock_length: 3 kg}\n":                      "build.yaml:1 cut.stock_length: \"3 kg\" is not a length",
		"cut: {stock_length: 0 m}\n":                       "a length above 0",
		"cut: {kerf: 3 mm}\n":                              "write stock_length",
		"batch: {serials: \"A-{9..1}\"}\n":                 "build.yaml:1 batch.serials: ",
		"batch: {maker: Coop!}\n":                          "build.yaml:1 batch.maker: ",
		"units: 1\nunits: 2\n":                             "build.yaml:2:1: this is not YAML",
		"- units\n":                                        "write fields here",
		"units\n":                                          "write fields here",
		"units: {\n":                                       "this is not YAML",
		"units: &a 1\n":                                    "write a single value here",
		"units: 1\n---\nunits: 2\n":                        "several YAML documents",
		"x: " + strings.Repeat("[", 100):                   "nested too deeply",
		strings.Repeat("- a\n", maxBuildLines+1):           "has more than",
		"units: " + strings.Repeat("1", 1<<20):             "has more than",
		"variant: " + strings.Repeat("a", 3000):            "it has more than 2000 bytes",
		"unit: 1\nstops: 2\n":                              "build.yaml:2 stops",
	} {
		b, err := ReadBuild("build.yaml", strings.NewReader(text))
		if err == nil || !strings.Contains(err.Error(), want) || schema.KindOf(err) != schema.Invalid && schema.KindOf(err) != schema.TooLarge {
			t.Errorf("%.60q gives %+v, %v; want an error with %q", text, b, err, want)
		}
	}
	broken := errors.New("broken")
	if _, err := ReadBuild("build.yaml", brokenReader{broken}); !errors.Is(err, broken) {
		t.Errorf("a broken reader gives %v", err)
	}
}

type brokenReader struct{ err error }

func (r brokenReader) Read([]byte) (int, error) { return 0, r.err }

func FuzzReadBuild(f *testing.F) {
	for _, seed := range []string{
		buildExample, "", "units: 1\n", "stock:\n- {mpn: X, quantity: 1}\n", "? [a]\n: b\n", "<<: *x\n", "a: &b {c: *b}\n", "variant: !!str x\n",
		"cut: {stock_length: 8 ft, kerf: 0.125 in}\n", "choose:\n- {line: x, rank: 2}\n- {line: y, mpn: \"\"}\n", "{units: 1, stop: []}\n", "units: |\n  3\n",
		"\"units\": 3\n", "stop:\n- ada/psu\n-\n", "batch: {serials: [\"A-{1..3}\", B-1]}\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := ReadBuild("build.yaml", bytes.NewReader(data))
		if err != nil {
			if k := schema.KindOf(err); k != schema.Invalid && k != schema.TooLarge {
				t.Fatalf("error is of kind %s: %v", k, err)
			}
			return
		}
		tree, err := Explode(t.Context(), &Node{BOM: New()}, nil, b.Choices())
		if err != nil {
			if schema.KindOf(err) != schema.Invalid {
				t.Fatal(err)
			}
			return
		}
		if _, err := tree.View(b.Query(ViewMake)); err != nil && schema.KindOf(err) != schema.Invalid {
			t.Fatal(err)
		}
	})
}
