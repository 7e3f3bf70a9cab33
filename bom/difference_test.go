package bom

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/patternbook/patternbook/schema"
)

// board reads a small board's BOM.
func board(t testing.TB, rows ...string) *BOM {
	t.Helper()
	b, err := Read("bom.csv", strings.NewReader("Reference,Qty,Value,Footprint,Manufacturer,MPN,DNP,Config,Note\n"+strings.Join(rows, "\n")+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// tell writes a difference as a few words for each thing in it.
func tell(d *Difference) []string {
	var said []string
	mark := func(sign, text string, hardware bool) {
		if !hardware {
			sign = "(" + sign + ")"
		}
		said = append(said, sign+" "+text)
	}
	for _, l := range d.Added {
		mark("+", shortly(l), true)
	}
	for _, l := range d.Removed {
		mark("-", shortly(l), true)
	}
	for _, c := range d.Changed {
		for _, x := range c.Changes {
			mark("~", fmt.Sprintf("%s %s: %s → %s", shortly(c.Before), x.Field, x.Before, x.After), x.Hardware)
		}
	}
	for _, r := range d.References {
		said = append(said, fmt.Sprintf("! %s: %s %s → %s %s", r.Reference, r.Before.Value, r.Before.Part.MPN, r.After.Value, r.After.Part.MPN))
	}
	return said
}

func shortly(l Line) string {
	if l.Name == l.Value {
		return l.Name
	}
	return words(l.Name, l.Value)
}

func TestCompare(t *testing.T) {
	base := []string{
		"R1 R2 R3,3,10k,0603,Yageo,RC10K,,,",
		"C1 C2,2,100n,0402,Murata,GRM100N,,,",
		"U1,1,LM317,SOT223,TI,LM317DCY,,,",
		"R9,1,22k,0603,Yageo,RC22K,DNP,,",
	}
	for _, test := range []struct {
		name  string
		after []string
		want  []string
	}{
		{"nothing", base, nil},
		{"another order", []string{base[3], base[1], base[0], base[2]}, nil},
		{"a line above", append([]string{"J1,1,USB,USB_C,,,,,"}, base...), []string{"+ USB"}},
		{"a line less", base[1:], []string{"- 10k"}},
		{"quantity", []string{"R1-R4,4,10k,0603,Yageo,RC10K,,,", base[1], base[2], base[3]}, []string{
			"~ 10k quantity: 3 → 4", "~ 10k references: R1 R2 R3 → R1 R2 R3 R4",
		}},
		{"another part in its place", []string{base[0], base[1], "U1,1,AMS1117,SOT223,AMS,AMS1117-3.3,,,", base[3]}, []string{
			"~ LM317 name: LM317 → AMS1117", "~ LM317 part.manufacturer: TI → AMS", "~ LM317 part.mpn: LM317DCY → AMS1117-3.3", "~ LM317 value: LM317 → AMS1117",
		}},
		{"fitted", []string{base[0], base[1], base[2], "R9,1,22k,0603,Yageo,RC22K,,,"}, []string{"~ 22k fitted: false → true"}},
		{"spelling", []string{"R1 R2 R3,3,10k,0603,YAGEO,rc10k,,,", base[1], base[2], base[3]}, []string{
			"(~) 10k part.manufacturer: Yageo → YAGEO", "(~) 10k part.mpn: RC10K → rc10k",
		}},
		{"note", []string{base[0], "C1 C2,2,100n,0402,Murata,GRM100N,,,near U1", base[2], base[3]}, []string{"(~) 100n note:  → near U1"}},
		{"designator used again", []string{"R1 R2,2,10k,0603,Yageo,RC10K,,,", base[1], base[2], base[3], "R3 R4 R5,3,47k,0603,Yageo,RC47K,,,"}, []string{
			"+ 47k", "~ 10k quantity: 3 → 2", "~ 10k references: R1 R2 R3 → R1 R2", "! R3: 10k RC10K → 47k RC47K",
		}},
		{"deleted and used again", []string{base[0], base[1], base[2], "R9 R10 R11,3,1M,0805,,,,,"}, []string{
			"+ 1M", "- 22k", "! R9: 22k RC22K → 1M ",
		}},
		{"two parts change places", []string{"C1 C2,3,10k,0603,Yageo,RC10K,,,", "R1 R2 R3,2,100n,0402,Murata,GRM100N,,,", base[2], base[3]}, []string{
			"~ 10k references: R1 R2 R3 → C1 C2", "~ 100n references: C1 C2 → R1 R2 R3",
			"! C1: 100n GRM100N → 10k RC10K", "! C2: 100n GRM100N → 10k RC10K",
			"! R1: 10k RC10K → 100n GRM100N", "! R2: 10k RC10K → 100n GRM100N", "! R3: 10k RC10K → 100n GRM100N",
		}},
		{"one line becomes two", []string{"R1 R2,2,10k,0603,Yageo,RC10K,,,", "R3,1,10k,0603,Yageo,RC10K,DNP,,", base[1], base[2], base[3]}, []string{
			"+ 10k", "~ 10k quantity: 3 → 2", "~ 10k references: R1 R2 R3 → R1 R2",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			before, after := board(t, base...), board(t, test.after...)
			d := Compare(before, after)
			if got := tell(d); !slices.Equal(got, test.want) {
				t.Errorf("the difference is\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(test.want, "\n"))
			}
			checkApplies(t, before, after)
			said := strings.Join(test.want, "\n")
			if hardware := strings.HasPrefix(said, "+") || strings.HasPrefix(said, "-") || strings.HasPrefix(said, "~"); d.Hardware != hardware {
				t.Errorf("hardware is %v, want %v", d.Hardware, hardware)
			}
		})
	}
}

func TestCompareMechanical(t *testing.T) {
	read := func(rows ...string) *BOM {
		b, err := Read("sBoM.csv", strings.NewReader("POS\tNAME\tUNITS\tTYPE\tREFERENCE\n"+strings.Join(rows, "\n")+"\n"))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	before := read("10\tBolt M8 x 30\t4\tSTD\tISO 4017 M8x30", "11\tNut\t4\tSTD\tISO 4032 M8", "12\tClamp\t1\tPOSH\tclamp/clamp.stl",
		"13\tMotor\t1\tMOSH\thttps://example.org/motor/v1", "14\tCord\t0.5 m\tBUY\tpolypropylene", "15\tHammer\t1\ttool\t")
	after := read("10\tBolt M8 x 35\t4\tSTD\tISO 4017 M8x35", "11\tNut\t8\tSTD\tISO 4032  M8", "12\tClamp\t1\tPOSH\tclamp/clamp-2.stl",
		"13\tMotor\t1\tMOSH\thttps://example.org/motor/v2", "14\tCord\t0.75 m\tBUY\tpolypropylene", "16\tSaw\t1\ttool\t")
	want := []string{
		"+ Saw", "- Hammer",
		"~ Bolt M8 x 30 name: Bolt M8 x 30 → Bolt M8 x 35", "~ Bolt M8 x 30 part.standard: ISO 4017 M8x30 → ISO 4017 M8x35",
		"~ Nut quantity: 4 → 8",
		"(~) Nut extra.REFERENCE:  → ISO 4032  M8",
		"~ Clamp files: clamp/clamp.stl → clamp/clamp-2.stl",
		"~ Motor assembly.reference: https://example.org/motor/v1 → https://example.org/motor/v2",
		"~ Cord polypropylene quantity: 0.5 → 0.75", "(~) Cord polypropylene quantity_text: 0.5 m → 0.75 m",
	}
	if got := tell(Compare(before, after)); !slices.Equal(got, want) {
		t.Errorf("the difference is\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	checkApplies(t, before, after)
	after = read("10\tBolt M8 x 30\t4\tSTD\tISO 4017 M8x30", "11\tNut\t4\tSTD\tISO 4032 M8", "12\tClamp\t1\tPOSH\tclamp/clamp.stl",
		"13\tMotor\t1\tMOSH\thttps://example.org/motor/v1", "14\tCord\t0.5 m\tBUY\tpolypropylene")
	if d := Compare(before, after); d.Hardware || d.Empty() {
		t.Errorf("a tool less gave hardware %v, empty %v; want neither", d.Hardware, d.Empty())
	}
}

// TestCompareFindsEveryMember changes each member of a line, so that one that is
// new in the type cannot be forgotten in the difference.
func TestCompareFindsEveryMember(t *testing.T) {
	place := []string{"Line", "Item", "Parent", "Source", "Row", "Paths", "BOM"}
	list := New()
	list.Lines = []Line{{Line: 1, Item: "1", Name: "x", Kind: KindPurchased, Quantity: one, Unit: Pieces, Fitted: true}}
	var walk func(path string, at func(*Line) reflect.Value, kind reflect.Type)
	walk = func(path string, at func(*Line) reflect.Value, kind reflect.Type) {
		if kind.Kind() == reflect.Struct && kind != reflect.TypeFor[schema.Decimal]() {
			known := false
			for i := range kind.NumField() {
				if f := kind.Field(i); f.IsExported() {
					known = true
					walk(path+"."+f.Name, func(l *Line) reflect.Value { return at(l).Field(i) }, f.Type)
				}
			}
			if known {
				return
			}
		}
		changed := New()
		changed.Lines = []Line{list.Lines[0]}
		v := at(&changed.Lines[0])
		fill(t, v)
		if d := Compare(list, changed); len(d.Changed) != 1 && len(d.Added) != 1 {
			t.Errorf("a change of %s is not in the difference", path)
		}
	}
	kind := reflect.TypeFor[Line]()
	for i := range kind.NumField() {
		if f := kind.Field(i); !slices.Contains(place, f.Name) {
			walk(f.Name, func(l *Line) reflect.Value { return reflect.ValueOf(l).Elem().Field(i) }, f.Type)
		}
	}
}

// fill gives v a value that it did not have.
func fill(t *testing.T, v reflect.Value) {
	t.Helper()
	switch v.Kind() {
	case reflect.String:
		v.SetString("other")
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Int:
		v.SetInt(v.Int() + 1)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		if v.Type().Elem().Kind() == reflect.String {
			v.Index(0).SetString("other")
		}
	case reflect.Map:
		v.Set(reflect.ValueOf(map[string]string{"other": "other"}))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		for i := range v.Elem().NumField() {
			fill(t, v.Elem().Field(i))
		}
	default:
		text, ok := v.Addr().Interface().(interface{ UnmarshalText([]byte) error })
		if !ok {
			t.Fatalf("a test for %s is not written", v.Type())
		}
		for _, example := range []string{"7", "sha256:" + strings.Repeat("ab", 32), "ada/other", "1.2.3"} {
			if text.UnmarshalText([]byte(example)) == nil {
				return
			}
		}
		t.Fatalf("no example fits %s", v.Type())
	}
}

// checkApplies checks what holds of all differences.
func checkApplies(t interface {
	Helper()
	Fatalf(string, ...any)
}, before, after *BOM) {
	t.Helper()
	d := Compare(before, after)
	data, err := json.Marshal(d)
	if err != nil {
		t.Fatalf("%v", err)
	}
	read := new(Difference)
	if err := json.Unmarshal(data, read); err != nil {
		t.Fatalf("the difference does not read back: %v", err)
	}
	got, err := read.Apply(before)
	if err != nil {
		t.Fatalf("apply: %v\n%s", err, data)
	}
	if got, want := mustJSON(got.Lines), mustJSON(bareLines(after.Lines)); got != want {
		t.Fatalf("applied, the difference gives\n%s\nwant\n%s", got, want)
	}
	if got, want := mustJSON(got.Tools), mustJSON(bareLines(after.Tools)); got != want {
		t.Fatalf("applied, the difference gives the tools\n%s\nwant\n%s", got, want)
	}
	back := Compare(after, before)
	if len(back.Changed) != len(d.Changed) || back.Hardware != d.Hardware || mustJSON(back.Added) != mustJSON(d.Removed) || mustJSON(back.Removed) != mustJSON(d.Added) {
		t.Fatalf("turned round the difference is\n%s\nof\n%s", mustJSON(back), mustJSON(d))
	}
	if same := Compare(after, after); !same.Empty() || len(same.Moves)+len(same.References) > 0 || same.Hardware {
		t.Fatalf("a BOM differs from itself: %s", mustJSON(same))
	}
}

func bareLines(lines []Line) []Line {
	list := []Line{}
	for _, l := range lines {
		list = append(list, bare(l))
	}
	return list
}

func mustJSON(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(data)
}

// drawLines draws a list that is much like others drawn.
func drawLines(rt *rapid.T, tools bool) []Line {
	var texts = rapid.SampledFrom([]string{"", "", "a", "A", "b", "bolt 1", "bolt 2"})
	items := rapid.SliceOfNDistinct(rapid.IntRange(1, 12), 0, 8, rapid.ID).Draw(rt, "items")
	lines := []Line{}
	for i, item := range items {
		l := Line{
			Line: item, Item: fmt.Sprint(item), Name: texts.Draw(rt, "name"), Kind: rapid.SampledFrom(Kinds()[:5]).Draw(rt, "kind"),
			Quantity: schema.DecimalOf(rapid.Int64Range(0, 2).Draw(rt, "quantity")), Unit: Pieces, Fitted: rapid.Bool().Draw(rt, "fitted"),
			Value: texts.Draw(rt, "value"), Part: Part{Manufacturer: texts.Draw(rt, "manufacturer"), MPN: texts.Draw(rt, "mpn")},
			References: rapid.SliceOfN(rapid.SampledFrom([]string{"R1", "R2", "R3", "R4", "R5", "R?"}), 0, 4).Draw(rt, "references"),
			Note:       texts.Draw(rt, "note"), Row: rapid.IntRange(0, 3).Draw(rt, "row"),
		}
		if l.Kind == KindAssembly && rapid.Bool().Draw(rt, "refers") {
			l.Assembly = &Assembly{Reference: "x" + texts.Draw(rt, "reference")}
		}
		if cell := texts.Draw(rt, "cell"); cell != "" {
			l.Extra = map[string]string{"Column": cell}
		}
		if i > 0 && rapid.Bool().Draw(rt, "below") {
			l.Parent = lines[0].Item
		}
		if supplier := texts.Draw(rt, "supplier"); supplier != "" {
			l.Offers = []Offer{{Supplier: supplier, SKU: texts.Draw(rt, "sku")}}
		}
		if tools {
			l.Kind, l.Line, l.Item, l.Parent = KindTool, l.Line+100, "t"+l.Item, ""
		}
		lines = append(lines, l)
	}
	return lines
}

func TestDifferenceJSON(t *testing.T) {
	d := Compare(board(t, "R1 R2,2,10k,0603,,,,,"), board(t, "R1,1,10k,0603,,,,,", "R2 R3 R4,3,1k,0603,,,,,"))
	d.Before, d.After, d.Sources = schema.Digest{}, schema.Digest{}, []Source{}
	r1 := `{"line":1,"item":"1","name":"10k","kind":"purchased","quantity":"%s","unit":"1","references":[%s],"fitted":true,"value":"10k","footprint":"0603","row":2}`
	want := `{"before":"","after":"","hardware":true,"summary":{"added":1,"removed":0,"changed":1,"hardware_changed":1,"unchanged":0,"references":1},` +
		`"added":[{"line":2,"item":"2","name":"1k","kind":"purchased","quantity":"3","unit":"1","references":["R2","R3","R4"],"fitted":true,"value":"1k","footprint":"0603","row":3}],` +
		`"removed":[],"changed":[{"before":` + fmt.Sprintf(r1, "2", `"R1","R2"`) + `,"after":` + fmt.Sprintf(r1, "1", `"R1"`) + `,"hardware":true,"changes":[` +
		`{"field":"quantity","before":"2","after":"1","hardware":true},{"field":"references","before":"R1 R2","after":"R1","hardware":true}]}],` +
		`"references":[{"reference":"R2","before":{"item":"1","name":"10k","value":"10k","footprint":"0603"},"after":{"item":"2","name":"1k","value":"1k","footprint":"0603"}}],` +
		`"moves":[],"sources":[]}`
	if got := mustJSON(d); got != want {
		t.Errorf("the difference is\n%s\nwant\n%s", got, want)
	}
}

func TestDifferenceApplies(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		before, after := New(), New()
		before.Lines, before.Tools = drawLines(rt, false), drawLines(rt, true)
		after.Lines, after.Tools = drawLines(rt, false), drawLines(rt, true)
		checkApplies(rt, before, after)
	})
}

func TestApplyRefuses(t *testing.T) {
	before, after := board(t, "R1,1,10k,0603,,,,,"), board(t, "R1,1,22k,0603,,,,,", "R2,1,1k,0603,,,,,")
	d := Compare(before, after)
	if _, err := d.Apply(after); !errors.Is(err, schema.Conflict) {
		t.Errorf("applied to another BOM the error is %v, want a conflict", err)
	}
	for name, spoil := range map[string]func(*Difference){
		"moved out":    func(d *Difference) { d.Moves = []Move{{From: "1", To: 9}} },
		"moved before": func(d *Difference) { d.Moves = []Move{{From: "1", To: -1}} },
		"one less":     func(d *Difference) { d.Added = nil },
		"one twice":    func(d *Difference) { d.Added = append(d.Added, d.Added...) },
	} {
		spoiled := Compare(before, after)
		spoil(spoiled)
		if _, err := spoiled.Apply(before); !errors.Is(err, schema.Invalid) {
			t.Errorf("%s: the error is %v, want invalid", name, err)
		}
	}
}

func TestCompareViews(t *testing.T) {
	tree := losh(t)
	flat, err := tree.Flat(1)
	if err != nil {
		t.Fatal(err)
	}
	more, err := tree.Flat(3)
	if err != nil {
		t.Fatal(err)
	}
	checkApplies(t, flat, more)
	if d := Compare(flat, more); d.Hardware || len(d.Added)+len(d.Removed) > 0 {
		t.Errorf("the same tree for more units differs in hardware: %q", tell(d))
	}
	nested, err := tree.Tree(1)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := tree.Lines(1)
	if err != nil {
		t.Fatal(err)
	}
	if d := Compare(nested, lines); !d.Empty() {
		t.Errorf("the tree differs from its own lines: %q", tell(d))
	}
}

// TestCompareRealFiles compares files that people left in public repositories
// with copies that are edited here.
func TestCompareRealFiles(t *testing.T) {
	root := os.Getenv("PATTERNBOOK_TESTDATA")
	if root == "" {
		t.Skip("PATTERNBOOK_TESTDATA does not name the folder with the public BOM files")
	}
	for _, test := range []struct {
		file string
		edit func(string) string
		want []string
	}{
		{"LibreSolar__mppt-1210-hus__mppt-1210-hus_bom.csv", func(s string) string {
			s = strings.Replace(s, "STM32L072CZT6", "STM32L073CZT6", 2)
			rows := strings.Split(strings.TrimSpace(s), "\n")
			slices.Reverse(rows[1:]) // the order is no change
			return strings.Join(rows, "\n")
		}, []string{
			"~ ARM Cortex-M0+ MCU, 192KB flash, 20KB RAM, 32MHz, 1.65-3.6V, 37 GPIO, LQFP-48 STM32L072CZT6 part.mpn: STM32L072CZT6 → STM32L073CZT6",
			"~ ARM Cortex-M0+ MCU, 192KB flash, 20KB RAM, 32MHz, 1.65-3.6V, 37 GPIO, LQFP-48 STM32L072CZT6 value: STM32L072CZT6 → STM32L073CZT6",
		}},
		{"skuep__AIOC__BOM-k1-aioc.csv", func(s string) string {
			rows := strings.Split(s, "\n")
			return strings.Join(slices.Delete(rows, 1, 2), "\n")
		}, []string{"- 600R@100MHz"}},
	} {
		t.Run(test.file, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join(root, "bom", test.file))
			if err != nil {
				t.Fatal(err)
			}
			before, err := Read(test.file, strings.NewReader(string(data)))
			if err != nil {
				t.Fatal(err)
			}
			after, err := Read(test.file, strings.NewReader(test.edit(string(data))))
			if err != nil {
				t.Fatal(err)
			}
			if got := tell(Compare(before, after)); !slices.Equal(got, test.want) {
				t.Errorf("the difference is\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(test.want, "\n"))
			}
			checkApplies(t, before, after)
		})
	}
}

// benchmarkCompare compares n lines with as many of which every tenth has another
// quantity, every tenth another part, and one is new at the top.
// Bound: 10,000 lines within 200 ms, and ten times the lines within 15 times that.
func benchmarkCompare(b *testing.B, n int) {
	before, after := manyLines(b, n, "2"), manyLines(b, n, "2")
	for i := range before.Lines {
		before.Lines[i].References = []string{fmt.Sprintf("R%d", 2*i), fmt.Sprintf("R%d", 2*i+1)}
		after.Lines[i].References = before.Lines[i].References
		switch i % 10 {
		case 3:
			after.Lines[i].Quantity = number(b, "3")
		case 7:
			after.Lines[i].Part.MPN += "X"
		}
		after.Lines[i].number(i + 2)
	}
	after.Lines = slices.Insert(after.Lines, 0, Line{Line: 1, Item: "1", Name: "New", Kind: KindPurchased, Quantity: one, Unit: Pieces, Fitted: true})
	b.ReportAllocs()
	for b.Loop() {
		if d := Compare(before, after); d.Summary.Changed != n/5 || d.Summary.Added != 1 {
			b.Fatalf("the summary is %+v", d.Summary)
		}
	}
}

func BenchmarkCompare10k(b *testing.B)  { benchmarkCompare(b, 10_000) }
func BenchmarkCompare100k(b *testing.B) { benchmarkCompare(b, 100_000) }
