package schema

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// read reads a manifest that can be read.
func read(t *testing.T, file, text string) (*Manifest, []Finding) {
	t.Helper()
	m, findings, err := ReadManifest(file, []byte(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return m, findings
}

// has looks for a finding by code, line and a piece of its message.
func has(findings []Finding, severity Severity, code string, line int, piece string) bool {
	return slices.ContainsFunc(findings, func(f Finding) bool {
		return f.Severity == severity && f.Code == code && f.Line == line && strings.Contains(f.Message, piece)
	})
}

func TestManifestTraps(t *testing.T) {
	about := func(get func(About) any) func(*Manifest) any { return func(m *Manifest) any { return get(m.About) } }
	extra := func(m *Manifest) any { return m.Extra }
	hardware := func(m *Manifest) any { return m.Licences.Hardware }
	languages := about(func(a About) any { return a.Languages })
	dimensions := about(func(a About) any {
		if a.Dimensions == nil {
			return nil
		}
		return *a.Dimensions
	})
	mass := about(func(a About) any {
		if a.Mass == nil {
			return nil
		}
		return *a.Mass
	})
	const toml, yaml = "okh.toml", "okh.yml"
	for _, c := range []struct {
		name, file, text string
		get              func(*Manifest) any
		want             string // as fmt writes it
		severity         Severity
		code             string
		line             int
		piece            string
	}{
		{"toml version as number", toml, "okhv = \"2.4\"\nversion = 1.10", func(m *Manifest) any { return m.VersionText }, "1.10", SeverityInfo, "version-not-text", 2, "1.10"},
		{"yaml version as number", yaml, "title: x\nversion: 1.10", func(m *Manifest) any { return m.VersionText }, "1.10", SeverityInfo, "version-not-text", 2, "1.10"},
		{"camel case", toml, "okhv = \"2.4\"\ndocumentationLanguage = \"de\"", languages, "[de]", SeverityInfo, "key-spelling", 2, "documentation-language"},
		{"snake case", toml, "okhv = \"2.4\"\nintended_use = \"x\"", about(func(a About) any { return a.IntendedUse }), "x", SeverityInfo, "key-spelling", 2, "intended-use"},
		{"British organisation", toml, "okhv = \"2.4\"\norganisation = \"x\"", about(func(a About) any { return a.Organisations }), "[x]", SeverityInfo, "key-alias", 2, "organization"},
		{"unknown key is kept", toml, "okhv = \"2.4\"\nrpm = 666", extra, "[{rpm 2 666}]", SeverityWarning, "unknown-key", 2, "kept"},
		{"typo in a size", toml, "okhv = \"2.4\"\n[outer-dimensions]\nwidht = 28\nheight = 30\ndepth = 28", extra, "[{outer-dimensions.widht 3 28}]", SeverityWarning, "unknown-key", 3, "did you mean width?"},
		{"typo in a key", toml, "okhv = \"2.4\"\nfunctoin = \"x\"", extra, "[{functoin 2 \"x\"}]", SeverityWarning, "unknown-key", 2, "did you mean function?"},
		{"formula with unit", toml, "okhv = \"OKH-LOSHv1.0\"\n[outer-dimensions]\nopenSCAD = \"cube(size = [4,3.5,1])\"\nunit = \"cm\"", dimensions, "{40 35 10 cube(size = [4,3.5,1]) [cm]}", SeverityInfo, "dimensions-from-formula", 3, "40 × 35 × 10 mm"},
		{"plain formula", toml, "okhv = \"2.0\"\nouter-dimensions = \"cube(size = [300,300,300]\"", dimensions, "{300 300 300 cube(size = [300,300,300]}", SeverityInfo, "dimensions-from-formula", 2, "300"},
		{"other formula", toml, "okhv = \"2.0\"\nouter-dimensions = \"hull() {}\"", dimensions, "{   hull() {}}", SeverityInfo, "dimensions-as-text", 2, "width"},
		{"inches", toml, "okhv = \"2.4\"\nouter-dimensions = {width = 1, depth = 0.5, height = \"2 in\", unit = \"in\"}", dimensions, "{25.4 12.7 50.8 }", SeverityInfo, "unit-converted", 2, "12.7 mm"},
		{"metres", toml, "okhv = \"2.4\"\nouter-dimensions = {width = 1.2345, depth = 1, height = 1, unit = \"m\"}", dimensions, "{1234.5 1000 1000 }", SeverityInfo, "unit-converted", 2, "1234.5 mm"},
		{"unknown unit", toml, "okhv = \"2.4\"\nouter-dimensions = {width = 1, unit = \"ell\"}", dimensions, "<nil>", SeverityWarning, "unknown-unit", 2, "ell"},
		{"size in quotes", toml, "okhv = \"2.4\"\nouter-dimensions = {width = \"180\", depth = \"9,5\", height = \"30\"}", dimensions, "{180 9.5 30 }", SeverityInfo, "number-as-text", 2, "9.5"},
		{"no size", toml, "okhv = \"2.4\"\nouter-dimensions = {width = 0, depth = 1, height = 1}", dimensions, "{ 1 1 }", SeverityWarning, "not-a-size", 2, "above 0"},
		{"mass with unit", toml, "okhv = \"OKH-LOSHv1.0\"\nmass = {value = 50.330, unit = \"kg\"}", mass, "{50.33 kg}", "", "", 0, ""},
		{"mass as number", toml, "okhv = \"2.4\"\nmass = 50330.0", mass, "{50330 g}", "", "", 0, ""},
		{"mass as number in an old dialect", toml, "okhv = \"OKH-LOSHv1.0\"\nmass= 200.0", mass, "{200 g}", SeverityInfo, "mass-in-grams", 2, "grams"},
		{"mass as text", toml, "okhv = \"2.4\"\nmass = \"2 lbs\"", mass, "{2 [lb_av]}", SeverityInfo, "number-as-text", 2, "2"},
		{"exponent", toml, "okhv = \"2.4\"\nmass = 1_5e2", mass, "{1500 g}", "", "", 0, ""},
		{"not a number", toml, "okhv = \"2.4\"\nmass = \"heavy\"", mass, "<nil>", SeverityWarning, "not-a-number", 2, "heavy"},
		{"repeated key in YAML", yaml, "title: a\nversion: \"1\"\ntitle: b", about(func(a About) any { return a.Name }), "b", SeverityWarning, "repeated-key", 3, "last"},
		{"repeated key in TOML", toml, "okhv = \"2.4\"\nname = \"a\"\nname = \"b\"", about(func(a About) any { return a.Name }), "b", SeverityError, "repeated-key", 3, "forbids"},
		{"repeated sub", yaml, "title: a\nsub:\n  title: b\nsub:\n  title: c", func(m *Manifest) any { return len(m.Extra) }, "1", SeverityInfo, "repeated-key", 4, "list"},
		{"null in a list", yaml, "title: a\nkeywords:\n  - x\n  - null\n  - y", about(func(a About) any { return a.Keywords }), "[x y]", SeverityInfo, "empty-value", 4, "empty"},
		{"null", yaml, "title: a\nbom:\nversion: v1", func(m *Manifest) any { return m.BOM }, "[]", SeverityInfo, "empty-value", 2, "no value"},
		{"placeholder", yaml, "title: a\ndevelopment-stage: [value]", about(func(a About) any { return a.DevelopmentStage }), "", SeverityWarning, "placeholder", 2, "value"},
		{"todo", yaml, "title: a\nintended-use: TODO", about(func(a About) any { return a.IntendedUse }), "TODO", SeverityWarning, "placeholder", 2, "TODO"},
		{"todo as a path", yaml, "title: a\nbom: TODO", func(m *Manifest) any { return m.BOM }, "[]", SeverityWarning, "placeholder", 2, "left out"},
		{"near-SPDX", yaml, "title: a\nlicense: CERN OHL v1.2", hardware, "CERN-OHL-1.2", SeverityInfo, "licence-normalised", 2, "CERN-OHL-1.2"},
		{"needless LicenseRef", toml, "okhv = \"2.4\"\nlicense = \"LicenseRef-CC-BY-SA-4.0\"", hardware, "CC-BY-SA-4.0", SeverityInfo, "licence-normalised", 2, "LicenseRef"},
		{"three licences", yaml, "title: a\nlicense:\n  hardware: CERN-OHL-W-2.0\n  documentation: BY-SA 4.0\n  software: MIT", func(m *Manifest) any { return m.Licences }, "{CERN-OHL-W-2.0 CC-BY-SA-4.0 MIT}", SeverityInfo, "licence-normalised", 4, "CC-BY-SA-4.0"},
		{"licence of the documentation alone", yaml, "title: a\nlicense:\n  documentation: CC-BY-4.0", hardware, "CC-BY-4.0", SeverityWarning, "licence-from-documentation", 2, "hardware"},
		{"no licence that is known", toml, "okhv = \"2.4\"\nlicense = \"mine\"", hardware, "mine", SeverityWarning, "licence-not-spdx", 2, "mine"},
		{"fork of", toml, "okhv = \"2.4\"\nforkOf = \"ada/lamp@1.2.0\"", about(func(a About) any { return a.ForkOf }), "ada/lamp@1.2.0", "", "", 0, ""},
		{"derivative of", yaml, "title: a\nderivative-of:\n  title: Lamp\n  web: https://example.org/lamp", about(func(a About) any { return a.ForkOf }), "https://example.org/lamp", "", "", 0, ""},
		{"fork twice", yaml, "title: a\nderivative-of: https://example.org/lamp\nvariant-of: https://example.org/b", about(func(a About) any { return a.ForkOf }), "https://example.org/lamp", SeverityWarning, "repeated-field", 3, "derivative-of"},
		{"standard", toml, "okhv = \"2.0\"\nstandard = \"DIN 1\"", about(func(a About) any { return a.Standards }), "[DIN 1]", SeverityInfo, "key-alias", 2, "standard-compliance"},
		{"patent class", toml, "okhv = \"2.0\"\npatent-class = \"D03D 35/00\"", about(func(a About) any { return a.PatentClass }), "D03D 35/00", SeverityInfo, "key-alias", 2, "cpc-patent-class"},
		{"readiness", toml, "okhv = \"2.0\"\ntechnology-readiness-level = \"OTLR-5\"", about(func(a About) any { return a.TechnologyReadiness }), "OTRL-5", SeverityInfo, "readiness-level", 2, "OTRL-5"},
		{"readiness with a star", toml, "okhv = \"2.0\"\ndocumentation-readiness-level = \"ODRL-3*\"", about(func(a About) any { return a.DocumentationReadiness }), "ODRL-3*", "", "", 0, ""},
		{"English-UK", yaml, "title: a\ndocumentation-language: English-UK", languages, "[en-GB]", SeverityInfo, "language", 2, "en-GB"},
		{"en-UK", yaml, "title: a\ndocumentation-language: en-UK", languages, "[en-GB]", SeverityInfo, "language", 2, "en-GB"},
		{"no language", yaml, "title: a\ndocumentation-language: Klingonian", languages, "[]", SeverityWarning, "language", 2, "BCP 47"},
		{"scalar that is no text", yaml, "title: 2020\nmade: true", about(func(a About) any { return a.Name }), "2020", "", "", 0, ""},
		{"list where one is expected", yaml, "title:\n  - Lamp", about(func(a About) any { return a.Name }), "Lamp", SeverityInfo, "list-of-one", 1, "item"},
		{"declaration", yaml, "%Open Know-How Manifest 1.0\n---\ntitle: a", about(func(a About) any { return a.Name }), "a", "", "", 0, ""},
		{"byte order mark", yaml, "\xEF\xBB\xBFtitle: a", about(func(a About) any { return a.Name }), "a", "", "", 0, ""},
		{"Windows", yaml, "title: caf\xE9\r\nversion: 1.0\r\n", about(func(a About) any { return a.Name }), "café", SeverityWarning, "encoding", 0, "1252"},
		{"address beside a name", toml, "okhv = \"2.4\"\nlicensor = \"Ada L. <ada@example.org>\"", func(m *Manifest) any { return m.Contributors }, "[{Ada L. licensor  }]", SeverityWarning, "email-in-file", 2, "e-mail"},
		{"address alone", toml, "okhv = \"2.4\"\nlicensor = \"ada@example.org\"", func(m *Manifest) any { return m.Contributors }, "[]", SeverityWarning, "no-name", 2, "credit"},
		{"address in a text", toml, "okhv = \"2.4\"\nfunction = \"ask ada@example.org\"", about(func(a About) any { return a.Function }), "ask [e-mail address]", SeverityWarning, "email-in-file", 2, "e-mail"},
		{"address in an extra", yaml, "title: a\nhelp:\n  who: Ada\n  email: ada@example.org", extra, "[{help 2 who: Ada\nemail: [e-mail address]}]", SeverityWarning, "email-in-file", 4, "e-mail"},
		{"hidden address", toml, "okhv = \"2.4\"\nfunction = \"ask ada (at) example.org\"", about(func(a About) any { return a.Function }), "ask [e-mail address]", SeverityWarning, "email-in-file", 2, "e-mail"},
		{"password in a URL", toml, "okhv = \"2.4\"\nrepo = \"https://ada:secret@example.org/x\"", about(func(a About) any { return a.Repository }), "https://example.org/x", SeverityWarning, "url-with-credentials", 2, "password"},
		{"git URL", toml, "okhv = \"2.4\"\nrepo = \"git@github.com:ada/lamp.git\"", about(func(a About) any { return a.Repository }), "https://github.com/ada/lamp", SeverityInfo, "url-normalised", 2, "github.com"},
		{"repository from the documentation", yaml, "title: a\ndocumentation-home: https://github.com/ada/lamp/", about(func(a About) any { return a.Repository }), "https://github.com/ada/lamp", SeverityInfo, "repo-inferred", 2, "documentation-home"},
		{"no version of OKH", toml, "name = \"a\"", func(m *Manifest) any { return m.Dialect }, "2.4", SeverityWarning, "okhv-missing", 0, "2.4"},
		{"unheard-of version of OKH", toml, "okhv = \"9.1\"", func(m *Manifest) any { return m.Dialect }, "2.4", SeverityWarning, "okhv-unknown", 1, "9.1"},
		{"version 2.3", toml, "okhv = \"OKHv2.3\"", func(m *Manifest) any { return m.Dialect }, "2.3", "", "", 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, findings := read(t, c.file, c.text)
			if got := fmt.Sprint(c.get(m)); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			if c.code != "" && !has(findings, c.severity, c.code, c.line, c.piece) {
				t.Errorf("no finding %s %s in line %d with %q: %+v", c.severity, c.code, c.line, c.piece, findings)
			}
		})
	}
}

func TestManifestPaths(t *testing.T) {
	for _, c := range []struct {
		manifest, path, want string // want is empty for a path that is refused
	}{
		{"okh.toml", "bom.csv", "bom.csv"},
		{"okh.toml", "./bom.csv", "bom.csv"},
		{"okh.toml", "/hw/bom.csv", "hw/bom.csv"},
		{"okh.toml", "hw/../bom.csv", "bom.csv"},
		{"okh.toml", `hw\\bom.csv`, "hw/bom.csv"},
		{"okh.toml", "reform2-bom/", "reform2-bom/"},
		{"okh.toml", "Stückliste 1.csv", "Stückliste 1.csv"},
		{"hw/okh.toml", "bom.csv", "hw/bom.csv"},
		{"hw/okh.toml", "/bom.csv", "bom.csv"},
		{"hw/okh.toml", "../bom.csv", "bom.csv"},
		{"okh.toml", "https://example.org/bom.csv", "https://example.org/bom.csv"},
		{"okh.toml", "../bom.csv", ""},
		{"hw/okh.toml", "../../bom.csv", ""},
		{"hw/okh.toml", "/../bom.csv", ""},
		{"okh.toml", "hw/../../bom.csv", ""},
		{"okh.toml", `C:\\hw\\bom.csv`, ""},
		{"okh.toml", "C:/hw/bom.csv", ""},
		{"okh.toml", "file:///etc/passwd", ""},
		{"okh.toml", `\\\\server\\share\\bom.csv`, ""},
		{"okh.toml", "//server/share", ""},
		{"okh.toml", "~/bom.csv", ""},
		{"okh.toml", ".", ""},
	} {
		m, findings := read(t, c.manifest, "okhv = \"2.4\"\nname = \"x\"\nbom = \""+c.path+"\"")
		if got := strings.Join(m.BOM, "|"); got != c.want {
			t.Errorf("%s in %s: got %q, want %q", c.path, c.manifest, got, c.want)
		}
		if refused := has(findings, SeverityError, "path-leaves-design", 3, ""); refused != (c.want == "") {
			t.Errorf("%s in %s: findings %+v", c.path, c.manifest, findings)
		}
	}
}

func TestManifestPathsNamed(t *testing.T) {
	m, _ := read(t, "okh.toml", `okhv = "2.4"
readme = "README.md"
bom = ["a.csv", "b.csv", "https://example.org/c.csv"]
source = ["cad/", "README.md"]
[[image]]
location = "pic.png"
[[part]]
name = "ring"
export = "ring.stl"
`)
	want := []NamedPath{
		{"readme", 2, "README.md"}, {"bom[0]", 3, "a.csv"}, {"bom[1]", 3, "b.csv"}, {"source[0]", 4, "cad/"},
		{"image.location", 6, "pic.png"}, {"part[0].export", 9, "ring.stl"},
	}
	if got := m.Paths(); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestManifestAssemblies(t *testing.T) {
	digest := "sha256:" + strings.Repeat("0", 64)
	m, findings := read(t, "okh.toml", `okhv = "2.4"
[[assembly]]
line = 10
release = "ada/motor@1.2.0"
[[assembly]]
reference = "git@example.org:ada/frame.git"
release = "ada/frame@`+digest+`"
variant = "24V"
[[assembly]]
line = "12"
release = "ada/frame@^1"
[[assembly]]
release = "ada/frame@1.0.0"
[[assembly]]
item = "13"
`)
	if len(m.Assemblies) != 2 || m.Assemblies[0].Line != "10" || m.Assemblies[0].Release.String() != "ada/motor@1.2.0" ||
		m.Assemblies[1].Reference != "git@example.org:ada/frame.git" || m.Assemblies[1].Variant != "24V" || m.Assemblies[1].Release.Digest.String() != digest {
		t.Errorf("got %+v", m.Assemblies)
	}
	for line, piece := range map[int]string{11: "version or the digest", 12: "which line", 14: "names no release"} {
		if !has(findings, SeverityError, "assembly", line, piece) {
			t.Errorf("no error in line %d with %q: %+v", line, piece, findings)
		}
	}
}

func TestUnreadableManifests(t *testing.T) {
	for _, c := range []struct {
		name, file, text string
		kind             Kind
		line             int
	}{
		{"TOML", "okh.toml", "okhv = \"2.4\"\nname = \n", Invalid, 2},
		{"YAML", "okh.yml", "title: a\nlist: [a, b\n", Invalid, 2},
		{"no table", "okh.yml", "- a\n- b\n", Invalid, 1},
		{"zero byte", "okh.toml", "okhv = \"2.4\"\n\x00", Invalid, 2},
		{"too large", "okh.toml", strings.Repeat("#", MaxManifest+1), TooLarge, 0},
		{"deep TOML", "okh.toml", "a = " + strings.Repeat("[", 1000) + strings.Repeat("]", 1000), Invalid, 1},
		{"deep keys", "okh.toml", "[" + strings.Repeat("a.", 1000) + "a]", Invalid, 1},
		{"deep YAML", "okh.yml", "a: " + strings.Repeat("[", 100_000), Invalid, 1},
		{"deep lists", "okh.yml", strings.Repeat("- ", 100_000) + "a", Invalid, 1},
		{"laughs", "okh.yml", laughs(), Invalid, 0},
		{"many lines", "okh.yml", strings.Repeat("- \n", 300_000), Invalid, 50_001},
		{"no anchor", "okh.yml", "a: *b", Invalid, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, err := ReadManifest(c.file, []byte(c.text))
			var e *Error
			if !errors.Is(err, c.kind) || !errors.As(err, &e) || len(e.At) != 1 || e.At[0].File != c.file {
				t.Fatalf("got %v", err)
			}
			if c.line > 0 && e.At[0].Line != c.line {
				t.Errorf("line %d, want %d: %v", e.At[0].Line, c.line, err)
			}
		})
	}
}

// laughs is a file in which each anchor doubles the one before.
func laughs() string {
	var b strings.Builder
	b.WriteString("a0: &a0 [x, x]\n")
	for i := range 30 {
		fmt.Fprintf(&b, "a%d: &a%d [*a%d, *a%d]\n", i+1, i+1, i, i)
	}
	return b.String()
}

// A file of many keys takes time in proportion.
func TestLargeManifest(t *testing.T) {
	var toml, yaml strings.Builder
	toml.WriteString("okhv = \"2.4\"\n[x]\n")
	yaml.WriteString("title: a\n")
	for i := range 20_000 {
		fmt.Fprintf(&toml, "key%d = %d\n", i, i)
		fmt.Fprintf(&yaml, "key%d: %d\n", i, i)
	}
	read(t, "okh.toml", toml.String())
	read(t, "okh.yml", yaml.String())
	_, findings := read(t, "okh.yml", "title: a\nkeywords: ["+strings.Repeat("~,", 10_000)+"]\nbom: ../x")
	if len(findings) != maxManifestFindings+2 || !has(findings, SeverityError, "path-leaves-design", 3, "") {
		t.Errorf("%d findings", len(findings))
	}
}

func FuzzReadManifest(f *testing.F) {
	f.Add("okh.toml", []byte("okhv = \"2.4\"\nname = \"a\"\n[[part]]\nname = \"b\"\nmass = 1.5\n[part.outer-dimensions]\nwidth = 1\n"))
	f.Add("okh.yml", []byte("%Open Know-How Manifest 1.0\n---\ntitle: a\nlicensor:\n  name: x\n  email: a@b.de\nkeywords: [a, null]\nsub:\n  title: a\nsub:\n  title: b\n"))
	f.Add("okh.yml", []byte("a: &x {b: [1, *x]}\n<<: *x\n- \nb: |\n  text\n"))
	f.Fuzz(func(t *testing.T, file string, data []byte) {
		m, findings, err := ReadManifest(file, data)
		if err != nil {
			if k := KindOf(err); k != Invalid && k != TooLarge {
				t.Fatalf("an error of kind %s: %v", k, err)
			}
			return
		}
		for _, p := range m.Paths() {
			if err := CheckPath(strings.TrimSuffix(p.Path, "/")); err != nil {
				t.Errorf("path %q: %v", p.Path, err)
			}
		}
		for _, text := range textsOf(m) {
			if hasAddress(text) {
				t.Errorf("an e-mail address is left in %q", text)
			}
		}
		again, same, err := ReadManifest(file, data)
		if err != nil || fmt.Sprint(again) != fmt.Sprint(m) && len(m.lines) == 0 || len(same) != len(findings) {
			t.Errorf("read again it differs")
		}
		DraftRelease(m, []File{{Path: file, Digest: DigestOf(data), Size: int64(len(data))}}, DraftOptions{})
	})
}

// textsOf gives the free texts of a manifest.
func textsOf(m *Manifest) []string {
	texts := []string{m.VersionText, m.About.Name, m.About.Function, m.About.IntendedUse, m.About.Repository, m.About.Homepage, m.About.Safety, m.ModificationNotice}
	for _, c := range m.Contributors {
		texts = append(texts, c.Name, c.Affiliation)
	}
	for _, x := range m.Extra {
		texts = append(texts, x.Field, x.Text)
	}
	return append(append(texts, m.About.Keywords...), m.About.Organisations...)
}
