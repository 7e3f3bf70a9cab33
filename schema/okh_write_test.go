package schema

import (
	"testing"

	"pgregory.net/rapid"
)

func TestWriteManifest(t *testing.T) {
	full := NewManifest{
		Name: `Lamp "Ada"`, Repository: "https://example.org/ada/lamp", Version: "1.0.0", Licence: "CERN-OHL-W-2.0", Licensor: "Ada", Organisation: "Open Lab",
		Function: "Lights a bench.\nWell.", Language: "en-GB", Readme: "README.md", BOM: []string{"build/electrical.csv", "build/mechanical.csv"}, Source: []string{"cad/"},
		Instructions: []string{"docs/build.md"}, Image: "lamp.jpg",
	}
	for name, n := range map[string]NewManifest{"full": full, "least": {Name: "Lamp"}} {
		b := WriteManifest(n)
		golden(t, "written-"+name+".toml", b)
		m, findings := read(t, "okh.toml", string(b))
		if len(findings) > 0 || m.About.Name != n.Name || m.VersionText != n.Version || m.Dialect != "2.4" || len(m.BOM) != len(n.BOM) || m.About.Function != n.Function {
			t.Errorf("%s is read as %+v with %+v", name, m, findings)
		}
	}
}

func TestWrittenManifestReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringN(1, 100, 400).Draw(t, "name")
		m, _, err := ReadManifest("okh.toml", WriteManifest(NewManifest{Name: name, Function: name}))
		if err != nil {
			t.Fatal(err)
		}
		if m.About.Name != clean(name) {
			t.Errorf("got %q, want %q", m.About.Name, clean(name))
		}
	})
}
