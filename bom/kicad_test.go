package bom

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/patternbook/patternbook/schema"
)

// readFiles reads the first of files given as paths and texts; it may open the
// others.
func readFiles(t *testing.T, files ...string) *BOM {
	t.Helper()
	o := ReadOptions{Open: func(p string) (io.ReadCloser, error) {
		for i := 0; i < len(files); i += 2 {
			if files[i] == p {
				return io.NopCloser(strings.NewReader(files[i+1])), nil
			}
		}
		return nil, fs.ErrNotExist
	}}
	b, err := o.Read(files[0], strings.NewReader(files[1]))
	if err != nil {
		t.Fatal(err)
	}
	checkDocument(t, b)
	return b
}

// short writes lines as "R1,R2 10k", with what is odd behind.
func short(b *BOM) string {
	var list []string
	for _, l := range b.Lines {
		s := strings.Join(l.References, ",") + " " + l.Value
		if l.Quantity.String() != decimalOf(len(l.References)).String() {
			s += " x" + l.Quantity.String()
		}
		for _, flag := range []struct {
			on   bool
			word string
		}{{!l.Fitted, " dnp"}, {l.ExcludeFromBOM, " nobom"}, {l.ExcludeFromBoard, " noboard"}} {
			if flag.on {
				s += flag.word
			}
		}
		if l.Part.MPN != "" {
			s += " " + l.Part.MPN
		}
		list = append(list, s)
	}
	return strings.Join(list, "; ")
}

func hasFinding(b *BOM, code string) bool {
	return slices.ContainsFunc(b.Findings, func(f Finding) bool { return f.Code == code })
}

const netlistXMLText = `<?xml version="1.0" encoding="utf-8"?>
<export version="E"><design><source>/x/a.kicad_sch</source><tool>Eeschema 8.0.1</tool></design>
<components>
<comp ref="R10"><value>10k</value><footprint>R_0603</footprint><fields><field name="MPN">ABC</field></fields><property name="MPN" value="ABC"/><property name="Sheetname" value="Root"/></comp>
<comp ref="R2"><value>10k</value><footprint>R_0603</footprint><fields><field name="MPN">ABC</field></fields><property name="Sheetname" value="Other"/></comp>
<comp ref="R3"><value>10k</value><footprint>R_0603</footprint><fields><field name="MPN">ABC</field></fields><property name="dnp"/>
<variants><variant name="full"><property name="dnp" value="0"/><fields><field name="Value">11k</field></fields></variant></variants></comp>
<comp ref="LOGO1"><value>~</value><libsource lib="x" part="Logo" description="A logo"/><property name="exclude_from_bom"/></comp>
<comp ref="H1"><value>Hole</value><property name="exclude_from_board"/></comp>
</components><libparts/></export>`

func TestNetlists(t *testing.T) {
	b := readFiles(t, "a.xml", netlistXMLText)
	if got, want := short(b), "H1 Hole noboard; LOGO1  nobom; R2,R10 10k ABC; R3 10k dnp ABC"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if v := b.Lines[3].Variants; len(v) != 1 || v[0].Name != "full" || !v[0].Fitted || v[0].Value != "11k" {
		t.Errorf("variants are %+v", v)
	}
	if b.Lines[1].Name != "A logo" || b.Lines[2].Row != 5 || b.Sources[0].Format != "kicad-netlist-xml" || !hasFinding(b, "source") {
		t.Errorf("%+v", b)
	}
	b = readFiles(t, "a.net", `(export (version D)
  (design (source /x/a.sch) (tool "Eeschema 5.1"))
  (components
    (comp (ref C1) (value 100n) (footprint C_0603) (datasheet ~) (fields (field (name MPN) X1)) (libsource (lib device) (part C) (description "")))
    (comp (ref C2) (value "100n") (footprint "C_0603") (fields (field (name "MPN") "X1") (field (name "Datasheet"))) (property (name "Sheetfile") (value "x")))
    (comp (ref C3) (value 100n) (footprint C_0603) (property (name "dnp"))))
  (libparts (libpart)) (nets))`)
	if got, want := short(b), "C1,C2 100n X1; C3 100n dnp"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	b = readFiles(t, "old.net", "# EESchema Netlist Version 1.1 created  20/7/2010\n(\n ( /32568D1E $noname  R1 100K {Lib=R}\n  (    1 N-1 )\n )\n ( /32568D1F DIP8  U1 LM358 {Lib=X}\n )\n)\n*\n")
	if got, want := short(b), "R1 100K; U1 LM358"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestNetlistXMLIsGuarded(t *testing.T) {
	for name, text := range map[string]string{
		"dtd":   `<!DOCTYPE export [<!ENTITY a "b">]><export version="D"><components></components></export>`,
		"deep":  `<export version="D"><components><comp ref="R1">` + strings.Repeat("<a>", 300),
		"early": `<export version="D"><components><comp ref="R1">`,
	} {
		if _, err := Read(name, strings.NewReader(text)); schema.KindOf(err) != schema.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	latin := `<?xml version="1.0" encoding="ISO-8859-1"?><export version="D"><components><comp ref="R1"><value>10` + "\xB5" + `</value></comp></components></export>`
	if b := readFiles(t, "latin.xml", latin); b.Lines[0].Value != "10µ" {
		t.Errorf("the value is %q", b.Lines[0].Value)
	}
}

const subSheetText = `(kicad_sch (version 20231120) (generator "eeschema") (uuid "sub")
 (symbol (lib_id "Device:R") (unit 1) (in_bom yes) (on_board yes) (dnp no) (uuid "s1")
  (property "Reference" "R1" (at 0 0 0)) (property "Value" "10k") (property "Footprint" "R_0603")
  (instances (project "p" (path "/root/a" (reference "R1") (unit 1)) (path "/root/b" (reference "R2") (unit 1)
   (variant (name "lite") (dnp yes) (field (name "MPN") (value "Z9")))))))
)`

const rootSheetText = `(kicad_sch (version 20231120) (generator "eeschema") (generator_version "8.0") (uuid "root")
 (lib_symbols (symbol "power:GND" (power) (pin)) (symbol "Amp" (property "Reference" "U")))
 (symbol (lib_id "power:GND") (unit 1) (uuid "p1") (property "Reference" "GND1") (property "Value" "GND"))
 (symbol (lib_id "power:PWR_FLAG") (unit 1) (uuid "p2") (property "Reference" "#FLG1"))
 (symbol (lib_id "Amp") (unit 2) (uuid "u2") (property "Reference" "U1") (property "Value" "LM358") (property "MPN" "LM358D")
  (instances (project "p" (path "/root" (reference "U1") (unit 2)))))
 (symbol (lib_id "Amp") (unit 1) (uuid "u1") (property "Reference" "U1") (property "Value" "LM358")
  (instances (project "p" (path "/root" (reference "U1") (unit 1)))))
 (symbol (lib_id "Logo") (unit 1) (in_bom no) (on_board no) (dnp yes) (uuid "l") (property "Reference" "LOGO1") (property "Value" "~"))
 (symbol (lib_id "C") (unit 1) (uuid "c1") (property "Reference" "C?") (property "Value" "1u"))
 (symbol (lib_id "C") (unit 1) (uuid "c2") (property "Reference" "C?") (property "Value" "1u"))
 (sheet (uuid "a") (property "Sheetname" "A") (property "Sheetfile" "parts/sub.kicad_sch"))
 (sheet (uuid "b") (property "Sheetname" "B") (property "Sheet file" "parts\\sub.kicad_sch"))
 (sheet (uuid "c") (property "Sheetfile" "gone.kicad_sch"))
 (sheet (uuid "d") (property "Sheetfile" "../../out.kicad_sch"))
 (sheet (uuid "e") (property "Sheetfile" "root.kicad_sch"))
 (sheet_instances (path "/" (page "1"))))`

func TestSchematic(t *testing.T) {
	b := readFiles(t, "hw/root.kicad_sch", rootSheetText, "hw/parts/sub.kicad_sch", subSheetText)
	if got, want := short(b), "C?,C? 1u; LOGO1  dnp nobom noboard; R1 10k; R2 10k; U1 LM358 LM358D"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	r2 := b.Lines[3]
	if r2.Source != 1 || r2.Row != 2 || len(b.Sources) != 2 || b.Sources[1].Path != "hw/parts/sub.kicad_sch" || b.Sources[1].Digest != schema.DigestOf([]byte(subSheetText)) {
		t.Errorf("R2 comes from %+v", r2)
	}
	if len(r2.Variants) != 1 || r2.Variants[0].Fitted || r2.Variants[0].Part.MPN != "Z9" {
		t.Errorf("variants are %+v", r2.Variants)
	}
	for _, code := range []string{"sheet-missing", "sheet-path", "sheet-recursion", "reference-unnumbered", "source"} {
		if !hasFinding(b, code) {
			t.Errorf("there is no finding %s in %+v", code, b.Findings)
		}
	}
}

func TestSchematicOfKicad6(t *testing.T) {
	sub := `(kicad_sch (version 20211123) (generator eeschema) (uuid sub)
 (symbol (lib_id "Device:R") (unit 1) (in_bom yes) (on_board yes) (uuid s1) (property "Reference" "R1" (id 0)) (property "Value" "1k" (id 1))))`
	root := `(kicad_sch (version 20211123) (generator eeschema) (uuid root)
 (sheet (uuid a) (property "Sheet name" "A" (id 0)) (property "Sheet file" "sub.kicad_sch" (id 1)))
 (sheet (uuid b) (property "Sheet name" "B" (id 0)) (property "Sheet file" "sub.kicad_sch" (id 1)))
 (symbol_instances (path "/a/s1" (reference "R1") (unit 1) (value "1k") (footprint "F"))
  (path "/b/s1" (reference "R101") (unit 1) (value "1k") (footprint "F"))))`
	if got, want := short(readFiles(t, "root.kicad_sch", root, "sub.kicad_sch", sub)), "R1,R101 1k"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestLegacySchematic(t *testing.T) {
	root := "EESchema Schematic File Version 4\n$Descr A4 1 1\nTitle \"Box\"\n$EndDescr\n$Comp\nL power:GND #PWR01\nU 1 1 1\nF 0 \"#PWR01\" H 0 0 50 0001 C CNN\n$EndComp\n" +
		"$Sheet\nU AA\nF0 \"a\" 50\nF1 \"sub.sch\" 50\n$EndSheet\n$Sheet\nU BB\nF0 \"b\" 50\nF1 \"sub.sch\" 50\n$EndSheet\n$EndSCHEMATC\n"
	sub := "EESchema Schematic File Version 4\n$Comp\nL Device:R R1\nU 1 1 CC\nAR Path=\"/AA/CC\" Ref=\"R1\"  Part=\"1\" \nAR Path=\"/BB/CC\" Ref=\"R2\"  Part=\"1\" \n" +
		"F 0 \"R1\" H 0 0 50  0000 L CNN\nF 1 \"10k \\\"x\\\"\" H 0 0 50  0000 L CNN\nF 2 \"R_0603\" H 0 0 50  0001 C CNN\nF 3 \"~\" H 0 0 50  0001 C CNN\nF 4 \"ABC 1\" H 0 0 50  0001 C CNN \"MPN\"\n$EndComp\n"
	if got, want := short(readFiles(t, "root.sch", root, "sub.sch", sub)), `R1,R2 10k "x" ABC 1`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestBoard(t *testing.T) {
	b := readFiles(t, "a.kicad_pcb", `(kicad_pcb (version 20240108) (generator "pcbnew")
 (footprint "R_0603" (layer "F.Cu") (property "Reference" "R1") (property "Value" "1k") (property "MPN" "A") (attr smd) (pad "1" smd))
 (footprint "Logo" (property "Reference" "G1") (property "Value" "Logo") (attr board_only exclude_from_bom dnp))
 (module R_0603 (layer F.Cu) (fp_text reference R2 (at 0 0)) (fp_text value 2k (at 0 0)) (attr virtual)))`)
	if got, want := short(b), "G1 Logo dnp nobom; R1 1k A; R2 2k nobom"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestOtherFilesOfKicad(t *testing.T) {
	for _, text := range []string{
		"(kicad_symbol_lib (version 1))", `{"meta": {"filename": "x.kicad_pro"}, "schematic": {}}`, "EESchema-LIBRARY Version 2.4\n", "update=2020\n[general]\n", "(kicad_sch (symbol",
	} {
		if _, err := Read("x", strings.NewReader(text)); schema.KindOf(err) != schema.Invalid || !strings.Contains(err.Error(), "KiCad") {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// TestKicadFiles reads public designs. What the schematic of mppt-1210-hus has is
// compared with the table that KiBoM made of it.
func TestKicadFiles(t *testing.T) {
	root := os.Getenv("PATTERNBOOK_TESTDATA")
	if root == "" {
		t.Skip("PATTERNBOOK_TESTDATA does not name the folder with the public files")
	}
	read := func(name string) *BOM {
		t.Helper()
		f, err := os.Open(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		b, err := ReadOptions{Open: func(p string) (io.ReadCloser, error) { return os.Open(filepath.Join(root, p)) }}.Read(name, f)
		if err != nil {
			t.Fatal(err)
		}
		checkDocument(t, b)
		return b
	}
	for _, test := range []struct {
		file            string
		lines, unfitted int
		quantity        string
	}{
		{"bom/eulerlab__open-visual-stimulator__Lcr_addon.xml", 19, 0, "19"},
		{"designs/rotary-encoder-protection/src/elec/RotaryEncoderProtection.kicad_sch", 9, 1, "14"}, // four holes are excluded
		{"designs/rotary-encoder-protection/src/elec/RotaryEncoderProtection.kicad_pcb", 9, 1, "14"},
	} {
		if s := read(test.file).Summary; s.Lines != test.lines || s.UnfittedLines != test.unfitted || s.Quantity.String() != test.quantity {
			t.Errorf("%s: summary is %+v", test.file, s)
		}
	}
	drawn, table := read("designs/mppt-1210-hus/kicad/mppt-1210-hus.sch"), read("bom/LibreSolar__mppt-1210-hus__mppt-1210-hus_bom.csv")
	mpn := map[string]string{}
	for _, l := range drawn.Lines {
		for _, r := range l.References {
			mpn[r] = l.Part.MPN
		}
	}
	if len(drawn.Sources) != 4 || len(table.Lines) < 40 {
		t.Errorf("%d files make the schematic, and %d lines the table", len(drawn.Sources), len(table.Lines))
	}
	for _, l := range table.Lines {
		for _, r := range l.References {
			if got, ok := mpn[r]; !ok || got != l.Part.MPN {
				t.Errorf("%s is %q in the schematic, %q in the table", r, got, l.Part.MPN)
			}
		}
	}
}

// TestDesignCountsSheetsOnce names a root and its sheet in the manifest.
func TestDesignCountsSheetsOnce(t *testing.T) {
	m, _, err := schema.ReadManifest("okh.toml", []byte("okhv = \"2.4\"\nname = \"Box\"\nbom = [\"parts/sub.kicad_sch\", \"root.kicad_sch\"]\n"))
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{"parts/sub.kicad_sch": subSheetText, "root.kicad_sch": rootSheetText}
	var files []schema.File
	for p, text := range texts {
		files = append(files, schema.File{Path: p, Digest: schema.DigestOf([]byte(text)), Size: int64(len(text))})
	}
	b, findings, err := ReadDesign(m, files, nil, func(f schema.File) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(texts[f.Path])), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := short(b), "C?,C? 1u; LOGO1  dnp nobom noboard; R1 10k; R2 10k; U1 LM358 LM358D"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if !slices.ContainsFunc(findings, func(f schema.Finding) bool {
		return f.Code == "bom-read-already" && f.File == "parts/sub.kicad_sch"
	}) {
		t.Errorf("findings are %+v", findings)
	}
}

// TestComponentWithoutReference reads a component that is drawn but has no name.
func TestComponentWithoutReference(t *testing.T) {
	b := mustRead(t, "x.xml", `<?xml version="1.0"?><export version="E"><components><comp ref=""><value>10k</value></comp><comp ref="R1"><value>22k</value></comp></components></export>`)
	if b.Summary.Quantity.String() != "2" {
		t.Errorf("the summary is %+v, want both components", b.Summary)
	}
}
