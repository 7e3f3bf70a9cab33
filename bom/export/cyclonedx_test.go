package export

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/bom/bomtest"
	"github.com/patternbook/patternbook/schema"
)

var cycloneDXFormats = map[string]string{"cyclonedx": "1.6", "cyclonedx-1.7": "1.7"}

// write gives b in a format.
func write(t testing.TB, format string, b *bom.BOM, o Options) []byte {
	t.Helper()
	f, err := ByName(format)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if _, err := f.Write(&out, b, o); err != nil {
		t.Fatalf("%s: %v", format, err)
	}
	return out.Bytes()
}

func asJSON(t testing.TB, v any) string {
	t.Helper()
	text, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestWrittenReadsBack(t *testing.T) {
	for _, format := range []string{"cyclonedx", "cyclonedx-1.7", "json"} {
		t.Run(format, func(t *testing.T) {
			rapid.Check(t, func(rt *rapid.T) {
				b := bomtest.Draw(rt)
				text := write(t, format, b, Options{})
				again, err := bom.Read("export", bytes.NewReader(text))
				if err != nil {
					rt.Fatalf("%v\n%s", err, text)
				}
				if len(b.Sources) == 0 && len(again.Sources) == 1 { // then it is the export
					again.Sources = b.Sources
				}
				if got, want := asJSON(t, again), asJSON(t, b); got != want {
					rt.Fatalf("it came back as\n%s\nwant\n%s\nfrom\n%s", got, want, text)
				}
			})
		})
	}
}

// testdata gives a folder of the public files that are read with the tests.
func testdata(t testing.TB, folder string) string {
	t.Helper()
	root := os.Getenv("PATTERNBOOK_TESTDATA")
	if root == "" {
		t.Skip("PATTERNBOOK_TESTDATA does not name the folder with the public files")
	}
	return filepath.Join(root, folder)
}

// cycloneDXSchemas gives the schemas by format.
func cycloneDXSchemas(t *testing.T) map[string]*jsonschema.Schema {
	folder := testdata(t, "cyclonedx")
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	for _, name := range []string{"bom-1.6", "bom-1.7", "spdx", "jsf-0.82", "cryptography-defs"} {
		f, err := os.Open(filepath.Join(folder, name+".schema.json"))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		doc, err := jsonschema.UnmarshalJSON(f)
		if err != nil {
			t.Fatal(err)
		}
		if err := compiler.AddResource("http://cyclonedx.org/schema/"+name+".schema.json", doc); err != nil {
			t.Fatal(err)
		}
	}
	schemas := map[string]*jsonschema.Schema{}
	for format, version := range cycloneDXFormats {
		s, err := compiler.Compile("http://cyclonedx.org/schema/bom-" + version + ".schema.json")
		if err != nil {
			t.Fatal(err)
		}
		schemas[format] = s
	}
	return schemas
}

func validate(t testing.TB, s *jsonschema.Schema, text []byte) {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(doc); err != nil {
		t.Fatalf("%v\n%.3000s", err, text)
	}
	var ids struct {
		Components   []refComponent
		Dependencies []struct {
			Ref       string
			DependsOn []string
		}
		Metadata struct{ Component refComponent }
	}
	if err := json.Unmarshal(text, &ids); err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	ids.Metadata.Component.note(t, known)
	for _, c := range ids.Components {
		c.note(t, known)
	}
	for _, d := range ids.Dependencies {
		for _, ref := range append(d.DependsOn, d.Ref) {
			if !known[ref] {
				t.Fatalf("no component has the bom-ref %q", ref)
			}
		}
	}
}

type refComponent struct {
	Ref        string `json:"bom-ref"`
	Components []refComponent
}

func (c refComponent) note(t testing.TB, known map[string]bool) {
	if known[c.Ref] {
		t.Fatalf("the bom-ref %q occurs twice", c.Ref)
	}
	known[c.Ref] = true
	for _, below := range c.Components {
		below.note(t, known)
	}
}

func TestCycloneDXIsValid(t *testing.T) {
	schemas := cycloneDXSchemas(t)
	t.Run("drawn", func(t *testing.T) {
		rapid.Check(t, func(rt *rapid.T) {
			root := &bom.Node{BOM: bomtest.Draw(rt), Pins: map[string]schema.Pin{}}
			below := schema.DigestOf([]byte("below"))
			for _, l := range root.BOM.Assemblies() {
				root.Pins[l.Item] = schema.Pin{Item: l.Item, Release: below, Design: schema.Design{}, Version: drawVersion(t)}
			}
			nested := &bom.Node{Release: below, BOM: bomtest.Draw(rt)}
			checkViews(t, schemas, root, func(context.Context, schema.Digest) (*bom.Node, error) { return nested, nil })
		})
	})
	for _, file := range []string{
		"emard__ulx3s__bom-ulx3s-v1.7.6.csv", "pcbsz__SimpleAmp__1-click-bom.tsv", "OPEN-NEXT__LOSH-dummy-MOSH-A__sBoM.csv",
		"BadenLab__Spikeling__1-click_BOM.tsv", "im-tomu__tomu-hardware__bom-digikey.csv", "CycloneDX__bom-examples__bom.json",
	} {
		t.Run(file, func(t *testing.T) {
			checkViews(t, schemas, &bom.Node{BOM: readFile(t, file)}, nil)
		})
	}
}

func drawVersion(t testing.TB) schema.Version {
	v, err := schema.ParseVersion("1.2.3")
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func readFile(t testing.TB, file string) *bom.BOM {
	t.Helper()
	f, err := os.Open(filepath.Join(testdata(t, "bom"), file))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b, err := bom.Read(file, f)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// checkViews writes every view of a tree, and reads what was written.
func checkViews(t *testing.T, schemas map[string]*jsonschema.Schema, root *bom.Node, fetch bom.Fetch) {
	tree, err := bom.Explode(context.Background(), root, fetch, bom.Choices{})
	if err != nil {
		t.Fatal(err)
	}
	for _, view := range bom.Views() {
		b, err := tree.View(bom.Query{View: view, Units: 3})
		if err != nil {
			t.Fatal(err)
		}
		for format := range cycloneDXFormats {
			text := write(t, format, b, Options{Title: "ada/lamp 1.2.0", Name: "ada/lamp", Version: "1.2.0"})
			validate(t, schemas[format], text)
			if !bytes.Equal(text, write(t, format, b, Options{Title: "ada/lamp 1.2.0", Name: "ada/lamp", Version: "1.2.0"})) {
				t.Fatal("the same BOM gave other bytes")
			}
			again, err := bom.Read("export", bytes.NewReader(text))
			if err != nil {
				t.Fatalf("%s view: %v\n%s", view, err, text)
			}
			if len(again.Lines) != count(b) {
				t.Fatalf("%s view: %d lines came back, want %d", view, len(again.Lines), count(b))
			}
			if view == bom.ViewLines && root.Pins == nil && asJSON(t, again) != asJSON(t, root.BOM) {
				t.Fatalf("it came back as\n%s\nwant\n%s", asJSON(t, again), asJSON(t, root.BOM))
			}
		}
	}
}

func TestCycloneDXComponents(t *testing.T) {
	b, err := bom.Read("parts.csv", strings.NewReader("Item,Name,Qty,References,Manufacturer,MPN,Kind,DNP\n"+
		"1,capacitor,2,C1 C2,Murata,GRM155,,\n2,resistor,1,R1,,,,yes\n3,pliers,1,,,,tool,\n"))
	if err != nil {
		t.Fatal(err)
	}
	b.Findings = []bom.Finding{}
	var got bytes.Buffer
	if err := json.Indent(&got, write(t, "cyclonedx", b, Options{Name: "ada/lamp", Version: "1.2.0"}), "", " "); err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/cyclonedx.json")
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("it is\n%s\nwant\n%s", got.String(), want)
	}
}
