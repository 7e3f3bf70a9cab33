package schema

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func files(paths ...string) []File {
	var list []File
	for _, p := range paths {
		list = append(list, File{Path: p, Digest: DigestOf([]byte(p)), Size: int64(len(p))})
	}
	return list
}

func mustDesign(t testing.TB, s string) Design {
	t.Helper()
	d, err := ParseDesign(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func mustVersion(t testing.TB, s string) Version {
	t.Helper()
	v, err := ParseVersion(s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

const lamp = `okhv = "2.4"
name = "Bench Lamp"
version = "1.2"
license = "CERN-OHL-S-2.0"
licensor = "Ada"
function = "Lights a bench."
readme = "README.md"
bom = "bom.csv"
image = "lamp.jpg"
`

func TestDraftRelease(t *testing.T) {
	m, _ := read(t, "okh.toml", lamp)
	o := DraftOptions{Author: Name{"ada"}, Design: mustDesign(t, "ada/lamp"), Notes: "first"}
	r, findings := DraftRelease(m, files("okh.toml", "cad/base.scad", "README.md", "LICENSE.txt", "bom.csv"), o)
	if HasError(findings) || !has(findings, SeverityInfo, "version-completed", 3, "1.2.0") || !has(findings, SeverityWarning, "file-missing", 9, "lamp.jpg") {
		t.Errorf("findings %+v", findings)
	}
	r.Hardware = r.HardwareDigest(Digest{})
	if err := r.Validate(); err != nil {
		t.Fatal(err)
	}
	if r.Version.String() != "1.2.0" || r.Manifest.Version != "1.2" || r.Manifest.Dialect != "2.4" || r.Notes != "first" || r.Licences.Hardware != "CERN-OHL-S-2.0" {
		t.Errorf("got %+v", r)
	}
	order := []string{"LICENSE.txt", "README.md", "bom.csv", "cad/base.scad", "okh.toml"}
	roles := []Role{RoleLicence, RoleReadme, RoleBOM, RoleSource, RoleManifest}
	for i, f := range r.Files {
		if f.Path != order[i] || f.Role != roles[i] || f.MediaType == "" {
			t.Errorf("file %d is %+v", i, f)
		}
	}
}

func TestDraftReleaseFindings(t *testing.T) {
	all := []string{"okh.toml", "README.md", "LICENSE", "bom.csv", "lamp.jpg"}
	for _, c := range []struct {
		name, text string
		files      []string
		o          DraftOptions
		severity   Severity
		code       string
		line       int
		piece      string
	}{
		{"no version", strings.Replace(lamp, `version = "1.2"`, "", 1), all, DraftOptions{}, SeverityError, "version-missing", 0, "--version"},
		{"no version that can be completed", strings.Replace(lamp, "1.2", "v0.3T and V0.4T", 1), all, DraftOptions{}, SeverityError, "version-not-semver", 3, "v0.3T"},
		{"other version", lamp, all, DraftOptions{Version: mustVersion(t, "2.0.0")}, SeverityInfo, "version-differs", 3, "2.0.0"},
		{"no licence", strings.Replace(lamp, `license = "CERN-OHL-S-2.0"`, "", 1), all, DraftOptions{}, SeverityError, "licence-missing", 0, "open"},
		{"closed licence", strings.Replace(lamp, "CERN-OHL-S-2.0", "CC-BY-NC-4.0", 1), all, DraftOptions{}, SeverityError, "licence-not-open", 4, "commercial"},
		{"licence that is none", strings.Replace(lamp, "CERN-OHL-S-2.0", "mine", 1), all, DraftOptions{}, SeverityError, "licence-not-open", 4, "mine"},
		{"closed licence given", lamp, all, DraftOptions{Licences: Licences{Documentation: "CC-BY-ND-4.0"}}, SeverityError, "licence-not-open", 4, "documentation"},
		{"no name", strings.Replace(lamp, `name = "Bench Lamp"`, "", 1), all, DraftOptions{}, SeverityError, "name-missing", 0, "name"},
		{"no function", strings.Replace(lamp, `function = "Lights a bench."`, "", 1), all, DraftOptions{}, SeverityWarning, "function-missing", 0, "search"},
		{"no licence file", lamp, []string{"okh.toml", "README.md"}, DraftOptions{}, SeverityWarning, "licence-file-missing", 4, "LICENSE"},
		{"manifest is no file", lamp, all[1:], DraftOptions{}, SeverityError, "manifest-not-a-file", 0, "okh.toml"},
		{"readme in other letters", lamp, []string{"okh.toml", "ReadMe.md"}, DraftOptions{}, SeverityWarning, "file-missing", 7, "ReadMe.md"},
		{"files that collide", lamp, append(all, "LAMP.jpg"), DraftOptions{}, SeverityError, "not-valid", 0, "differ only by case"},
		{"long name", strings.Replace(lamp, "Bench Lamp", strings.Repeat("x", 600), 1), all, DraftOptions{}, SeverityError, "not-valid", 2, "600 bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, _ := read(t, "okh.toml", c.text)
			_, findings := DraftRelease(m, files(c.files...), c.o)
			if !has(findings, c.severity, c.code, c.line, c.piece) {
				t.Errorf("no %s %s in line %d with %q: %+v", c.severity, c.code, c.line, c.piece, findings)
			}
		})
	}
}

func TestBOMFiles(t *testing.T) {
	for _, c := range []struct {
		name, bom string
		files     []string
		want      []string
		severity  Severity
		code      string
	}{
		{"there", `"bom.csv"`, []string{"bom.csv"}, []string{"bom.csv"}, "", ""},
		{"two", `["a.csv", "b.csv"]`, []string{"a.csv", "b.csv"}, []string{"a.csv", "b.csv"}, "", ""},
		{"letter case", `"bom.csv"`, []string{"BOM.csv"}, []string{"BOM.csv"}, SeverityInfo, "bom-letter-case"},
		{"ambiguous", `"bom.csv"`, []string{"BOM.csv", "Bom.csv"}, nil, SeverityError, "bom-ambiguous"},
		{"missing", `"bom.csv"`, []string{"x_bom.csv"}, nil, SeverityWarning, "file-missing"},
		{"URL", `"https://example.org/bom.csv"`, nil, nil, SeverityWarning, "bom-is-url"},
		{"folder", `"reform2-bom/"`, []string{"reform2-bom/keyboard_bom.csv"}, nil, SeverityWarning, "bom-is-folder"},
		{"folder without a slash", `"boms"`, []string{"boms/a.csv"}, nil, SeverityWarning, "bom-is-folder"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, _ := read(t, "okh.toml", "okhv = \"2.4\"\nbom = "+c.bom)
			paths, findings := m.BOMFiles(c.files)
			if !slices.Equal(paths, c.want) {
				t.Errorf("got %v, want %v", paths, c.want)
			}
			if c.code == "" && len(findings) > 0 || c.code != "" && !has(findings, c.severity, c.code, 2, "") {
				t.Errorf("findings %+v", findings)
			}
		})
	}
}

// The real designs can be published as they are, given a version.
func TestDraftRealDesigns(t *testing.T) {
	manifests, _ := filepath.Glob(filepath.Join(realData(t), "designs", "*", "okh.toml"))
	for _, manifest := range manifests {
		dir := filepath.Dir(manifest)
		var paths []string
		err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
			if rel, _ := filepath.Rel(dir, path); err == nil && !d.IsDir() {
				paths = append(paths, filepath.ToSlash(rel))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		m, _, err := ReadManifest("okh.toml", readFile(t, manifest))
		if err != nil {
			t.Fatal(err)
		}
		r, findings := DraftRelease(m, files(paths...), DraftOptions{Author: Name{"losh"}, Design: mustDesign(t, "losh/real"), Version: mustVersion(t, "1.0.0")})
		if HasError(findings) {
			t.Errorf("%s: %+v", dir, findings)
		}
		r.Hardware = r.HardwareDigest(Digest{})
		if _, _, err := Encode(r); err != nil {
			t.Errorf("%s: %v", dir, err)
		}
		if boms, findings := m.BOMFiles(paths); len(m.BOM) > 0 && (len(boms) != 1 || HasError(findings)) {
			t.Errorf("%s: %v %+v", dir, boms, findings)
		}
	}
}
