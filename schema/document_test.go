package schema

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
)

func must[T any](t testing.TB, parse func(string) (T, error), s string) T {
	t.Helper()
	v, err := parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func sampleRelease(t testing.TB) Release {
	d := func(s string) Digest { return DigestOf([]byte(s)) }
	dec := func(s string) Decimal { return must(t, ParseDecimal, s) }
	r := Release{
		Head: Head{KindRelease, must(t, ParseName, "ada")}, Design: mustDesign(t, "ada/lamp"), Version: mustVersion(t, "1.2.0"),
		About: About{
			Name: "Bench Lamp", Function: "Lights a bench. Zündet — ✓", IntendedUse: "work", Keywords: []string{"light"}, Languages: []string{"en-GB"},
			Organisations: []string{"Open Lab"}, Repository: "https://example.org/ada/lamp", Homepage: "https://example.org", Documentation: "https://example.org/d",
			ReleaseURL: "https://example.org/r", RevisionLabel: "B", TechnologyReadiness: "OTRL-4", DocumentationReadiness: "ODRL-3", DevelopmentStage: "product",
			Standards: []string{"DIN 1"}, PatentClass: "F21S", Technologies: []string{"3DP"}, Attestations: []string{"https://example.org/a"}, Publications: []string{"paper.pdf"},
			Dimensions: &Dimensions{Width: dec("12.5"), Depth: dec("3"), Height: dec("40"), Text: "cube([12.5,3,40])"}, Mass: &Measure{dec("1.25"), "kg"}, Safety: "hot",
			Images:   []Image{{"lamp.jpg", "the lamp", []string{"photo-thing-main"}, []string{"photo"}}},
			Software: []Software{{"https://example.org/fw", "fw.md"}},
			Parts: []DesignPart{{Name: "base", Technologies: []string{"3DP"}, Material: "PLA", Source: []string{"cad/base.scad"}, Export: []string{"cad/base.stl"},
				Mass: &Measure{dec("80"), "g"}, Extra: []Unknown{{"infill", 9, "30"}}}},
			ForkOf: "eve/lamp@1.0.0",
		},
		Source:     Source{"https://example.org/ada/lamp", strings.Repeat("ab", 20), "v1.2.0", true},
		BOM:        d("bom"),
		Assemblies: []Pin{{"10", "https://example.org/motor", mustDesign(t, "ada/motor"), mustVersion(t, "2.0.0"), d("motor"), d("motor hardware"), "24V", MatchedTag}},
		Files: []File{
			{"cad/base.scad", d("base"), 4, "text/plain", RoleSource}, {"okh.toml", d("okh"), 3, "application/toml", RoleManifest},
		},
		Licences:     Licences{"CERN-OHL-S-2.0", "CC-BY-SA-4.0", "MIT"},
		Contributors: []Contributor{{"Ada", "licensor", "Open Lab", must(t, ParseName, "ada")}},
		Notes:        "brighter",
		DerivedFrom:  &Derivation{d("eve"), mustDesign(t, "eve/lamp"), mustVersion(t, "1.0.0"), "new base, 2026-11-01"},
		Manifest:     ManifestRef{"okh.toml", "2.4", "1.2", []Unknown{{"rpm", 21, "666"}}},
	}
	r.Hardware = r.HardwareDigest(d("parts"))
	return r
}

func sampleBatch(t testing.TB) Batch {
	return Batch{
		Head: Head{KindBatch, must(t, ParseName, "coop")}, Maker: must(t, ParseName, "coop"), Batch: must(t, ParseSerial, "LOT-7"), Release: DigestOf([]byte("r")),
		Variant: "24V", Lot: "2026-44", Serials: must(t, ParseSerialPatterns, "A-{0001..0010} B-1"), Planned: 11, Begun: 11, Passed: 9, Rejected: 1, Scrapped: 1,
		BeganAt: must(t, ParseTime, "2026-11-01T09:30:00Z"), EndedAt: must(t, ParseTime, "2026-11-02T09:30:00Z"), Place: "DE-BY", Status: BatchCompleted,
		Conformance: AsDesigned, Note: "first",
	}
}

// The bytes of documents are frozen: what was accepted once means the same for
// ever. A change here breaks every digest that is out in the world.
func TestGoldenDocuments(t *testing.T) {
	ada := must(t, ParseName, "ada")
	least := Release{
		Head: Head{KindRelease, ada}, Design: mustDesign(t, "ada/lamp"), Version: mustVersion(t, "1.0.0"), About: About{Name: "Lamp"},
		Files: []File{{"okh.toml", DigestOf(nil), 0, "application/toml", RoleManifest}}, Assemblies: []Pin{}, Licences: Licences{Hardware: "MIT"},
		Contributors: []Contributor{}, Manifest: ManifestRef{Path: "okh.toml", Dialect: "2.4"},
	}
	least.Hardware = least.HardwareDigest(Digest{})
	for name, d := range map[string]Document{
		"account":         Account{Head: Head{KindAccount, ada}, Account: ada, Type: AccountPerson, DisplayName: "Ada", About: "lamps", Follows: DigestOf(nil), Salt: strings.Repeat("0f", 16)},
		"account-least":   Account{Head: Head{KindAccount, ada}, Account: ada, Type: AccountOrganisation, Salt: strings.Repeat("a", 32)},
		"release":         sampleRelease(t),
		"release-least":   least,
		"release_status":  ReleaseStatus{Head{KindReleaseStatus, ada}, DigestOf(nil), Deprecated, DigestOf(nil), "cracks", must(t, ParseReference, "ada/lamp@1.3.0")},
		"release_status2": ReleaseStatus{Head{KindReleaseStatus, ada}, DigestOf(nil), Yanked, DigestOf([]byte("x")), "", Reference{}},
		"batch":           sampleBatch(t),
		"batch-least": Batch{Head: Head{KindBatch, ada}, Maker: ada, Batch: must(t, ParseSerial, "L"), Release: DigestOf(nil), Serials: []SerialPattern{}, Planned: 1,
			Status: BatchPlanned},
	} {
		t.Run(name, func(t *testing.T) {
			b, digest, err := Encode(d)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, "document-"+name+".json", append(b, []byte("\n"+digest.String()+"\n")...))
			decodeSame(t, d, b)
		})
	}
}

func decodeSame(t *testing.T, d Document, b []byte) {
	t.Helper()
	var again []byte
	var err error
	var spaced strings.Builder
	enc := json.NewEncoder(&spaced)
	enc.SetIndent("", "\t")
	if err := enc.Encode(json.RawMessage(b)); err != nil {
		t.Fatal(err)
	}
	text := []byte(spaced.String())
	switch d.(type) {
	case Account:
		_, again, err = Decode[Account](text)
	case Release:
		_, again, err = Decode[Release](text)
	case ReleaseStatus:
		_, again, err = Decode[ReleaseStatus](text)
	case Batch:
		_, again, err = Decode[Batch](text)
	}
	if err != nil || string(again) != string(b) {
		t.Errorf("read again: %v\n%s\n%s", err, again, b)
	}
	if h, err := ReadHead(b); err != nil || h != d.Header() {
		t.Errorf("head %+v %v", h, err)
	}
}

func TestDecodeRefuses(t *testing.T) {
	b, _, err := Encode(sampleBatch(t))
	if err != nil {
		t.Fatal(err)
	}
	good := string(b)
	for _, c := range []struct {
		name, old, new string
		kind           Kind
		field          string
	}{
		{"unknown member", `"kind":`, `"colour":"red","kind":`, Invalid, "colour"},
		{"other letters", `"kind":`, `"Kind":`, Invalid, ""},
		{"member twice", `"kind":`, `"kind":"batch","kind":`, Malformed, ""},
		{"empty member", `"lot":"2026-44"`, `"lot":""`, Invalid, "lot"},
		{"zero member", `"scrapped":1`, `"scrapped":0`, Invalid, "scrapped"},
		{"null", `"lot":"2026-44"`, `"lot":null`, Invalid, "lot"},
		{"null list", `"serials":["A-{0001..0010}","B-1"]`, `"serials":null`, Invalid, "serials"},
		{"missing member", `"serials":["A-{0001..0010}","B-1"],`, ``, Invalid, "serials"},
		{"number as text", `"planned":11`, `"planned":"11"`, Invalid, "planned"},
		{"fraction", `"planned":11`, `"planned":11.5`, Malformed, ""},
		{"bad name", `"maker":"coop"`, `"maker":"Coop!"`, Invalid, "maker"},
		{"bad serial", `"B-1"`, `"B 1"`, Invalid, "serials[1]"},
		{"serial twice", `"B-1"`, `"a-0001"`, Invalid, "serials[1]"},
		{"bad time", `T09:30:00Z","begun"`, `T09:30:00+01:00","begun"`, Invalid, "began_at"},
		{"bad digest", `"sha256:`, `"sha256:X`, Invalid, "release"},
		{"bad status", `"status":"completed"`, `"status":"done"`, Invalid, "status"},
		{"bad place", `"DE-BY"`, `"Bavaria"`, Invalid, "place"},
		{"other kind", `"kind":"batch"`, `"kind":"release"`, Invalid, "kind"},
		{"counts", `"passed":9`, `"passed":12`, Invalid, "passed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := strings.Replace(good, c.old, c.new, 1)
			if text == good {
				t.Fatalf("%s does not occur in %s", c.old, good)
			}
			_, _, err := Decode[Batch]([]byte(text))
			var e *Error
			if !errors.Is(err, c.kind) || !errors.As(err, &e) {
				t.Fatalf("got %v", err)
			}
			if c.field != "" && (len(e.At) == 0 || e.At[0].Field != c.field) {
				t.Errorf("at %+v, want %s", e.At, c.field)
			}
		})
	}
	if _, _, err := Decode[Batch]([]byte(good + strings.Repeat(" ", 2*MaxDocument))); !errors.Is(err, TooLarge) {
		t.Errorf("a document that is too large: %v", err)
	}
}

// Several faults are said at once.
func TestValidateSaysAll(t *testing.T) {
	var e *Error
	if err := (Batch{}).Validate(); !errors.As(err, &e) || len(e.At) < 7 {
		t.Errorf("got %v", err)
	}
	if err := (Release{}).Validate(); !errors.As(err, &e) || len(e.At) < 8 {
		t.Errorf("got %v", err)
	}
}

func TestReleaseRefuses(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Release)
		field  string
	}{
		{"order", func(r *Release) { r.Files[0], r.Files[1] = r.Files[1], r.Files[0] }, "files[1].path"},
		{"letter case", func(r *Release) { f := r.Files[0]; f.Path = "Cad/base.scad"; r.Files = append([]File{f}, r.Files...) }, "files[1].path"},
		{"Unicode form", func(r *Release) {
			f := r.Files[1]
			g := f
			f.Path, g.Path = "u\u0308.md", "ü.md"
			r.Files = append(r.Files, f, g)
		}, "files[3].path"},
		{"path", func(r *Release) { r.Files[0].Path = "../base.scad" }, "files[0].path"},
		{"role", func(r *Release) { r.Files[0].Role = "thing" }, "files[0].role"},
		{"manifest", func(r *Release) { r.Manifest.Path = "other.toml" }, "manifest.path"},
		{"pin twice", func(r *Release) { r.Assemblies = append(r.Assemblies, r.Assemblies[0]) }, "assemblies[1].item"},
		{"pin without BOM", func(r *Release) { r.BOM = Digest{} }, "bom"},
		{"commit", func(r *Release) { r.Source.Commit = "abc" }, "source.commit"},
		{"no licence", func(r *Release) { r.Licences.Hardware = "" }, "licences.hardware"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := sampleRelease(t)
			c.change(&r)
			var e *Error
			if err := r.Validate(); !errors.As(err, &e) || e.At[0].Field != c.field {
				t.Errorf("got %v, want %s", err, c.field)
			}
		})
	}
}

// The hardware digest sees what is made, and nothing else.
func TestHardwareDigest(t *testing.T) {
	parts := DigestOf([]byte("parts"))
	base := sampleRelease(t)
	same := func(name string, want bool, change func(*Release)) {
		r := sampleRelease(t)
		change(&r)
		if (r.HardwareDigest(parts) == base.HardwareDigest(parts)) != want {
			t.Errorf("%s: same hardware is not %v", name, want)
		}
	}
	same("texts", true, func(r *Release) { r.Function, r.Notes, r.Version = "x", "y", mustVersion(t, "9.0.0") })
	same("readme", true, func(r *Release) {
		r.Files = append(r.Files, File{"README.md", DigestOf(nil), 0, "text/markdown", RoleReadme})
	})
	same("moved", true, func(r *Release) { r.Files[0].Path = "base.scad" })
	same("source", false, func(r *Release) { r.Files[0].Digest = DigestOf(nil) })
	same("variant", false, func(r *Release) { r.Assemblies[0].Variant = "12V" })
	same("pinned release with the same hardware", true, func(r *Release) { r.Assemblies[0].Release = DigestOf(nil) })
	if base.HardwareDigest(parts) == base.HardwareDigest(Digest{}) {
		t.Error("the parts do not count")
	}
}

func TestTime(t *testing.T) {
	at := TimeOf(time.Date(2026, 11, 1, 10, 30, 0, 5, time.FixedZone("", 3600)))
	if at.String() != "2026-11-01T09:30:00Z" {
		t.Errorf("got %s", at)
	}
	for _, s := range []string{"", "2026-11-01", "2026-11-01T09:30:00+00:00", "2026-13-01T09:30:00Z", "2026-11-01T09:30:00.5Z"} {
		if _, err := ParseTime(s); !errors.Is(err, Invalid) {
			t.Errorf("%q: %v", s, err)
		}
	}
}
