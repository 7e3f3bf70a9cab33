package bom

import (
	"os"
	"path/filepath"
	"testing"
)

// TestReadFiles reads tables that tools and people have left in public
// repositories. The numbers are those that another CSV reader counts.
func TestReadFiles(t *testing.T) {
	root := os.Getenv("PATTERNBOOK_TESTDATA")
	if root == "" {
		t.Skip("PATTERNBOOK_TESTDATA does not name the folder with the public BOM files")
	}
	for _, test := range []struct {
		file, delimiter string
		lines, unfitted int
		quantity        string
	}{
		{"BDelectrics__Dela-Eprommer-I__bom.csv", "semicolon", 24, 0, "40"}, // pcbnew; its first row names no part
		{"BadenLab__Spikeling__1-click_BOM.tsv", "comma", 19, 0, "29"},      // alternates in repeated columns
		{"PlanktoScope__PlanktoScope__Planktoscope-Hat-bom.csv", "comma", 28, 0, "56"},
		{"PlanktoScope__PlanktoScope__bom.csv", "comma", 34, 0, "156"},
		{"Ribbit-Network__ribbit-network-frog-hardware__ribbit_network_frog_sensor_bom.csv", "comma", 17, 0, "19.64"}, // sections, a total
		{"emard__ulx3s__bom-ulx3s-v1.7.6.csv", "semicolon", 57, 0, "152"},
		{"eulerlab__open-visual-stimulator__1-click-bom.csv", "comma", 5, 0, "31"}, // ranges: U1-12
		{"im-tomu__tomu-hardware__bom-digikey.csv", "comma", 7, 0, "10"},
		{"less-smog__hardware__1-click-bom.tsv", "tab", 27, 4, "60"}, // N.C. in the text that stands for the value
		{"pcbsz__SimpleAmp__1-click-bom.tsv", "tab", 10, 0, "14"},
		{"sci-bots__teensy-3.2-clone.kicad__T32_ref_BOM.csv", "comma", 17, 0, "29"},
		{"skuep__AIOC__BOM-k1-aioc.csv", "comma", 18, 2, "45"}, // JLCPCB: no quantity; N.M.
		{"LibreSolar__mppt-1210-hus__mppt-1210-hus_bom.csv", "comma", 50, 0, "117"},
		{"LibreSolar__mppt-2420-hc__mppt-2420-hc_bom_mechanical.csv", "comma", 5, 0, "13"},
		{"MaslowCNC__Mechanics__BOM.txt", "", 14, 0, "61"}, // a list; 3 m of cord besides
		{"OPEN-NEXT__LOSH-dummy-MOSH-A__sBoM.csv", "tab", 13, 0, "54"},
		{"TheTesla__rotary-encoder-protection__BOM.csv", "comma", 9, 0, "14"},
		{"afternoon__microgroove__bom.csv", "comma", 12, 0, "22"},
		{"makersmakingchange__OpenAT-Template__Device_Name_BOM.csv", "comma", 3, 0, "9"}, // a template; shipping is no part
		{"tm-miha__Upcyling-stool-Precious-hocker-IF-Demo__bom.csv", "comma", 8, 0, "14"},
	} {
		t.Run(test.file, func(t *testing.T) {
			f, err := os.Open(filepath.Join(root, "bom", test.file))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			b, err := Read(test.file, f)
			if err != nil {
				t.Fatal(err)
			}
			checkDocument(t, b)
			if s := b.Summary; s.Lines != test.lines || s.UnfittedLines != test.unfitted || s.Quantity.String() != test.quantity {
				t.Errorf("summary is %+v, want %d lines of %s pieces and %d unfitted", s, test.lines, test.quantity, test.unfitted)
			}
			if got := b.Sources[0].Delimiter; got != test.delimiter {
				t.Errorf("delimiter is %s, want %s", got, test.delimiter)
			}
		})
	}
}
