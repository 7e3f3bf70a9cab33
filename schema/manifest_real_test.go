package schema

import (
	"encoding/json"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// mailAddress is looked for independently of the expression that removes them.
var mailAddress = regexp.MustCompile(`[^\s"@/]+@[^\s"@/]+\.[A-Za-z]+`)

func realManifests(t testing.TB) []string {
	dir := realData(t)
	var files []string
	for _, pattern := range []string{"okh/*.toml", "okh/*.yml", "designs/*/okh.toml", "designs/*/3DParts/*/okh-*.toml", "okh-spec/okh-TEMPLATE*.toml"} {
		found, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil || len(found) == 0 {
			t.Fatalf("no manifests match %s: %v", pattern, err)
		}
		files = append(files, found...)
	}
	return files
}

func TestRealManifests(t *testing.T) {
	dir := realData(t)
	for _, file := range realManifests(t) {
		rel, _ := filepath.Rel(dir, file)
		t.Run(rel, func(t *testing.T) {
			inDesign := "okh" + filepath.Ext(file)
			if _, after, ok := strings.Cut(filepath.ToSlash(rel), "/3DParts/"); ok {
				inDesign = "3DParts/" + after
			}
			m, findings, err := ReadManifest(inDesign, readFile(t, file))
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range findings {
				if f.Severity == SeverityError || f.File != inDesign || f.Code == "" || f.Message == "" {
					t.Errorf("finding %+v", f)
				}
			}
			if m.About.Name == "" {
				t.Error("no name")
			}
			text, err := json.Marshal(struct {
				M *Manifest
				F []Finding
			}{m, findings})
			if err != nil {
				t.Fatal(err)
			}
			if found := mailAddress.FindString(string(text)); found != "" {
				t.Errorf("an e-mail address is left: %s", found)
			}
		})
	}
}

func TestRealManifestsAsIndexed(t *testing.T) {
	dir := realData(t)
	rows := strings.Split(strings.TrimSpace(string(readFile(t, filepath.Join(dir, "okh", "index.tsv")))), "\n")[1:]
	if len(rows) < 19 {
		t.Fatalf("%d rows", len(rows))
	}
	dialects := map[string]string{"OKH v1 YAML": "1.0", "OKH v1 YAML (1.0.0)": "1.0", "OKH-LOSHv1.0": "losh-1.0", "OKH 2.0": "2.0", "OKH 2.4": "2.4"}
	for _, row := range rows {
		cells := strings.Split(row, "\t")
		m, _, err := ReadManifest(cells[0], readFile(t, filepath.Join(dir, "okh", cells[0])))
		if err != nil {
			t.Error(err)
			continue
		}
		if m.VersionText != cells[7] {
			t.Errorf("%s: version %q, want %q", cells[0], m.VersionText, cells[7])
		}
		if m.Dialect != dialects[cells[5]] {
			t.Errorf("%s: dialect %q, want that of %q", cells[0], m.Dialect, cells[5])
		}
		hardware, _, _ := strings.Cut(strings.TrimPrefix(cells[6], "hardware="), ";")
		if want, _, err := ParseLicence(hardware); err != nil || m.Licences.Hardware != want {
			t.Errorf("%s: licence %q, want %q (%v)", cells[0], m.Licences.Hardware, want, err)
		}
	}
}

// What one manifest with nearly every trap holds, checked by eye.
func TestRealManifestWithTraps(t *testing.T) {
	m, findings := read(t, "okh.toml", string(readFile(t, filepath.Join(realData(t), "okh", "OPEN-NEXT__LOSH-dummy-MOSH-A__okh.toml"))))
	var paths []string
	for _, p := range m.Paths() {
		paths = append(paths, p.Field)
	}
	if got := strings.Join(paths, " "); got != "readme image bom manufacturing-instructions part[0].image part[0].source part[0].export[0] part[0].export[1]" {
		t.Errorf("paths of %s", got)
	}
	a := m.About
	if a.TechnologyReadiness != "OTRL-5" || a.DocumentationReadiness != "ODRL-5" || a.PatentClass != "D03D 35/00" || len(a.Standards) != 1 || a.Dimensions.Width.String() != "300" {
		t.Errorf("about %+v", a)
	}
	p := a.Parts[0]
	if len(a.Parts) != 1 || p.Dimensions.Height.String() != "30" || !p.Dimensions.Width.IsZero() || len(p.Extra) != 1 || p.Extra[0] != (Unknown{"outer-dimensions.widht", 35, "28"}) {
		t.Errorf("part %+v", p)
	}
	var codes []string
	for _, f := range findings {
		codes = append(codes, f.Code)
	}
	if got := strings.Join(codes, " "); got != "readiness-level readiness-level key-alias key-alias dimensions-from-formula unknown-key dimensions-incomplete unknown-key" {
		t.Errorf("findings %s", got)
	}
}
