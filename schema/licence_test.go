package schema

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"testing"
)

// The table agrees with the list that SPDX publishes.
func TestSPDXList(t *testing.T) {
	var list struct {
		Licenses []struct {
			LicenseID             string
			IsDeprecatedLicenseID bool
			IsOsiApproved         bool
			IsFsfLibre            bool
		}
	}
	if err := json.Unmarshal(readFile(t, filepath.Join(realData(t), "okh-spec", "spdx-licenses.json")), &list); err != nil {
		t.Fatal(err)
	}
	if len(list.Licenses) != len(spdxLicences) {
		t.Errorf("SPDX has %d ids, the table %d", len(list.Licenses), len(spdxLicences))
	}
	for _, l := range list.Licenses {
		want := spdxLicence{l.LicenseID, l.IsDeprecatedLicenseID, l.IsOsiApproved || l.IsFsfLibre}
		if got := spdxLicences[strings.ToLower(l.LicenseID)]; got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
		expr, _, err := ParseLicence(l.LicenseID)
		if err != nil || !l.IsDeprecatedLicenseID && expr != l.LicenseID && !strings.HasSuffix(expr, "-only") {
			t.Errorf("%s is read as %q: %v", l.LicenseID, expr, err)
		}
	}
}

// The classes agree with those that the crawler of OKH uses.
func TestLicenceClassesOfOKH(t *testing.T) {
	var list struct {
		Licenses []struct {
			LicenseID string
			Type      string
		}
	}
	if err := json.Unmarshal(readFile(t, filepath.Join(realData(t), "okh-spec", "losh-licence-types.json")), &list); err != nil {
		t.Fatal(err)
	}
	for _, l := range list.Licenses {
		id := strings.TrimSpace(l.LicenseID)
		want := LicenceClass(l.Type)
		if l.Type == "" {
			want = NotOpen
		}
		if got := classOf(id); got != want {
			t.Errorf("%s: got %s, want %s", id, got, want)
		}
		if err := CheckOpen(id); hasSPDX(id) && (err == nil) != (want != NotOpen) {
			t.Errorf("%s (%s): %v", id, want, err)
		}
	}
}

func TestParseLicence(t *testing.T) {
	for _, c := range []struct {
		text, want string // want is empty for an error
		notes      int
	}{
		{"CERN-OHL-S-2.0", "CERN-OHL-S-2.0", 0},
		{"cern-ohl-s-2.0", "CERN-OHL-S-2.0", 1},
		{"mit or apache-2.0", "MIT OR Apache-2.0", 2},
		{"MIT AND (Apache-2.0 OR CC0-1.0)", "MIT AND (Apache-2.0 OR CC0-1.0)", 0},
		{"(MIT AND Apache-2.0) OR CC0-1.0", "MIT AND Apache-2.0 OR CC0-1.0", 0},
		{"((MIT))", "MIT", 0},
		{"GPL-2.0-only WITH Classpath-exception-2.0", "GPL-2.0-only WITH Classpath-exception-2.0", 0},
		{"GPL-3.0", "GPL-3.0-only", 1},
		{"GPL-3.0+", "GPL-3.0-or-later", 1},
		{"CERN-OHL-S-2.0+", "CERN-OHL-S-2.0+", 0},
		{"GPLv3", "GPL-3.0-only", 1},
		{"GPL v3 or later", "GPL-3.0-or-later", 1},
		{"GNU General Public License v2.0", "GPL-2.0-only", 1},
		{"LGPL 2.1", "LGPL-2.1-only", 1},
		{"AGPLv3+", "AGPL-3.0-or-later", 1},
		{"CC-BY-SA 4.0", "CC-BY-SA-4.0", 1},
		{"BY-SA 4.0", "CC-BY-SA-4.0", 1},
		{"CC BY-NC-SA 4.0", "CC-BY-NC-SA-4.0", 1},
		{"Creative Commons Attribution-ShareAlike 4.0 International", "CC-BY-SA-4.0", 1},
		{"CC BY 4.0", "CC-BY-4.0", 1},
		{"CC0", "CC0-1.0", 1},
		{"CC0 1.0 Universal", "CC0-1.0", 1},
		{"CERN OHL v1.2", "CERN-OHL-1.2", 1},
		{"CERN-OHL-S v2", "CERN-OHL-S-2.0", 1},
		{"CERN OHL-S 2.0", "CERN-OHL-S-2.0", 1},
		{"CERN-OHL-W-2", "CERN-OHL-W-2.0", 1},
		{"CERN-OHL-P", "CERN-OHL-P-2.0", 1},
		{"CERN Open Hardware Licence Version 2 - Strongly Reciprocal", "CERN-OHL-S-2.0", 1},
		{"LicenseRef-CC-BY-SA-4.0", "CC-BY-SA-4.0", 1},
		{"LicenseRef-MyOwn-1", "LicenseRef-MyOwn-1", 0},
		{"MIT License", "MIT", 1},
		{"The MIT License", "MIT", 1},
		{"Apache 2.0", "Apache-2.0", 1},
		{"Apache License, Version 2.0", "Apache-2.0", 1},
		{"TAPR OHL", "TAPR-OHL-1.0", 1},
		{"TAPR Open Hardware License", "TAPR-OHL-1.0", 1},
		{"Solderpad Hardware License v0.51", "SHL-0.51", 1},
		{"Solderpad 2.1", "Apache-2.0 WITH SHL-2.1", 1},
		{"BSD 3-Clause", "BSD-3-Clause", 1},
		{"MPL 2.0", "MPL-2.0", 1},
		{"CERN OHL v2", "", 0},
		{"GPL", "", 0},
		{"BSD", "", 0},
		{"CC BY-SA", "", 0},
		{"mine", "", 0},
		{"", "", 0},
		{"MIT OR", "", 0},
		{"MIT WITH nothing", "", 0},
		{"(MIT", "", 0},
		{"MIT)", "", 0},
		{strings.Repeat("(", 100) + "MIT" + strings.Repeat(")", 100), "", 0},
	} {
		got, notes, err := ParseLicence(c.text)
		if got != c.want || len(notes) != c.notes || (err == nil) != (c.want != "") {
			t.Errorf("%q: got %q %q %v, want %q", c.text, got, notes, err, c.want)
		}
		if err != nil && !errors.Is(err, Invalid) {
			t.Errorf("%q: %v is not Invalid", c.text, err)
		}
		if again, notes, err := ParseLicence(got); got != "" && (again != got || len(notes) > 0 || err != nil) {
			t.Errorf("%q is read again as %q %q %v", got, again, notes, err)
		}
	}
}

func TestCheckOpen(t *testing.T) {
	for _, c := range []struct{ expr, why string }{
		{"CERN-OHL-S-2.0", ""}, {"GPL-3.0-only", ""}, {"MIT", ""}, {"CC0-1.0", ""}, {"TAPR-OHL-1.0", ""},
		{"CC-BY-NC-4.0 OR MIT", ""}, {"Apache-2.0 WITH SHL-2.1", ""}, {"Entessa", ""},
		{"CC-BY-NC-SA-4.0", "commercial"}, {"CC-BY-ND-4.0", "changes"}, {"CC-BY-NC-ND-4.0", "commercial use (NC) and"},
		{"MIT AND CC-BY-NC-4.0", "commercial"}, {"LicenseRef-MyOwn", "not known"}, {"LicenseRef-NOASSERTION", "not known"},
		{"PolyForm-Noncommercial-1.0.0", "commercial"}, {"Hippocratic-2.1", "kinds of use"}, {"", "no licence"}, {"Glide", "not known"},
	} {
		err := CheckOpen(c.expr)
		if (err == nil) != (c.why == "") || err != nil && (!errors.Is(err, Invalid) || !strings.Contains(err.Error(), c.why)) {
			t.Errorf("%q: %v, want %q", c.expr, err, c.why)
		}
	}
}

func TestCompatible(t *testing.T) {
	for _, c := range []struct {
		parent, child string
		want          Compatibility
		rule          string
	}{
		{"CERN-OHL-S-2.0", "CERN-OHL-S-2.0", LicencesFit, "same-licence"},
		{"CERN-OHL-S-2.0", "MIT", Incompatible, "cern-ohl-s-2.0-section-3.3"},
		{"CERN-OHL-S-2.0", "CERN-OHL-W-2.0", Incompatible, "cern-ohl-s-2.0-section-3.3"},
		{"CERN-OHL-S-2.0", "CC-BY-SA-4.0", Incompatible, "cern-ohl-s-2.0-section-3.3"},
		{"CERN-OHL-S-2.0", "CERN-OHL-S-2.0 AND MIT", LicencesFit, "same-licence"},
		{"CERN-OHL-S-2.0", "CERN-OHL-S-2.0 OR MIT", Incompatible, "cern-ohl-s-2.0-section-3.3"},
		{"CERN-OHL-S-2.0 OR MIT", "Apache-2.0", LicencesFit, "permissive"},
		{"CERN-OHL-S-2.0 OR MIT", "CERN-OHL-S-2.0 OR MIT", LicencesFit, "same-licence"},
		{"CERN-OHL-S-2.0 AND MIT", "MIT", Incompatible, "cern-ohl-s-2.0-section-3.3"},
		{"CERN-OHL-W-2.0", "CERN-OHL-S-2.0", LicencesFit, "cern-ohl-w-2.0-section-3.3"},
		{"CERN-OHL-W-2.0", "CERN-OHL-P-2.0", Incompatible, "cern-ohl-w-2.0-section-3.3"},
		{"CERN-OHL-P-2.0", "CERN-OHL-S-2.0", LicencesFit, "permissive"},
		{"CERN-OHL-1.2", "CERN-OHL-S-2.0", CompatibilityUnknown, "cern-ohl-1-same-licence"},
		{"CERN-OHL-1.2", "MIT", Incompatible, "cern-ohl-1-same-licence"},
		{"CC-BY-SA-4.0", "GPL-3.0-only", LicencesFit, "cc-by-sa-4.0-section-3b"},
		{"GPL-3.0-only", "CC-BY-SA-4.0", Incompatible, "gpl-3.0-section-5"},
		{"CC-BY-SA-3.0", "CC-BY-SA-4.0", LicencesFit, "cc-by-sa-3.0-section-4b"},
		{"CC-BY-SA-4.0", "CC-BY-SA-3.0", Incompatible, "cc-by-sa-4.0-section-3b"},
		{"CC-BY-SA-4.0", "CC-BY-4.0", Incompatible, "cc-by-sa-4.0-section-3b"},
		{"CC-BY-4.0", "CC-BY-SA-4.0", LicencesFit, "permissive"},
		{"MIT", "CC-BY-NC-4.0", Incompatible, "not-open"},
		{"GPL-2.0-or-later", "GPL-3.0-only", LicencesFit, "gpl-2.0-section-2"},
		{"GPL-2.0-only", "GPL-3.0-only", Incompatible, "gpl-2.0-section-2"},
		{"GPL-3.0-only", "GPL-3.0-only WITH GCC-exception-3.1", CompatibilityUnknown, "added-exception"},
		{"LGPL-2.1-only", "GPL-2.0-or-later", LicencesFit, "lgpl-2.1-section-3"},
		{"TAPR-OHL-1.0", "MIT", Incompatible, "tapr-ohl-same-licence"},
		{"OSL-3.0", "MIT", CompatibilityUnknown, "no-rule"},
		{"CERN-OHL-S-2.0", "LicenseRef-X", CompatibilityUnknown, "no-rule"},
		{"nonsense", "MIT", CompatibilityUnknown, "not-spdx"},
	} {
		got, rule := Compatible(c.parent, c.child)
		if got != c.want || rule != c.rule {
			t.Errorf("%s -> %s: got %s (%s), want %s (%s)", c.parent, c.child, got, rule, c.want, c.rule)
		}
	}
}

// A fork is never freer than its parent asks: whatever is compatible with a
// strongly reciprocal licence is itself strongly reciprocal.
func TestCompatibleKeepsReciprocity(t *testing.T) {
	for _, parent := range spdxLicences {
		if classOf(parent.id) != StronglyReciprocal || parent.deprecated {
			continue
		}
		for _, child := range spdxLicences {
			if got, rule := Compatible(parent.id, child.id); got == LicencesFit && classOf(child.id) != StronglyReciprocal {
				t.Errorf("%s -> %s is compatible by %s", parent.id, child.id, rule)
			}
		}
	}
}

func FuzzParseLicence(f *testing.F) {
	for _, s := range []string{"MIT", "GPLv3 or later", "(CC-BY-SA 4.0 OR CERN OHL v1.2) AND MIT", "GPL-2.0 WITH Classpath-exception-2.0", "LicenseRef-x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		expr, _, err := ParseLicence(s)
		if err != nil {
			return
		}
		again, notes, err := ParseLicence(expr)
		if again != expr || len(notes) > 0 || err != nil {
			t.Errorf("%q is %q, read again %q %q %v", s, expr, again, notes, err)
		}
	})
}
