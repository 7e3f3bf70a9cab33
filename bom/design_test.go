package bom_test

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/schema"
)

// readDesign reads the BOM of a design given as paths and texts; the first is
// the manifest.
func readDesign(t *testing.T, files ...string) (*bom.BOM, []schema.Finding) {
	t.Helper()
	m, _, err := schema.ReadManifest(files[0], []byte(files[1]))
	if err != nil {
		t.Fatal(err)
	}
	texts := make(map[string]string)
	var list []schema.File
	for i := 0; i < len(files); i += 2 {
		texts[files[i]] = files[i+1]
		list = append(list, schema.File{Path: files[i], Digest: schema.DigestOf([]byte(files[i+1])), Size: int64(len(files[i+1]))})
	}
	b, findings, err := bom.ReadDesign(m, list, nil, func(f schema.File) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(texts[f.Path])), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b, findings
}

const boxManifest = `okhv = "2.4"
name = "Box"
bom = ["bom.tsv", "extra.csv"]

[[part]]
name = "Lid"
tsdc = "LAS"
material = "plywood 4 mm"
export = "lid.dxf"
`

func TestReadDesignDescribesWhatIsMade(t *testing.T) {
	b, findings := readDesign(t,
		"okh.toml", boxManifest,
		"bom.tsv", "POS\tNAME\tUNITS\tTYPE\tREFERENCE\n1\tRing\t2\tPOSH\t/parts/ring/okh-ring.toml\n2\tLid\t1\tPOSH\t\n3\tGone\t1\tPOSH\t/parts/gone.toml\n",
		"extra.csv", "Item,Name,Quantity\n1,Screw,4\n",
		"lid.dxf", "0\n",
		"parts/ring/okh-ring.toml", "okhv = \"2.4\"\nname = \"Ring\"\ntsdc = \"3DP\"\nmaterial = \"PETG\"\nsource = \"ring.scad\"\nexport = [\"ring.stl\", \"absent.stl\"]\n",
		"parts/ring/ring.scad", "cube(1);", "parts/ring/ring.stl", "solid\n",
	)
	if b == nil || len(b.Lines) != 4 || len(b.Sources) != 2 {
		t.Fatalf("two files make one BOM of four lines; got %+v", b)
	}
	ring, lid := b.Lines[0], b.Lines[1]
	if ring.Process != "3DP" || ring.Material != "PETG" || !slices.Equal(ring.Files, []string{"parts/ring/ring.stl", "parts/ring/ring.scad"}) {
		t.Errorf("the ring is not as its part manifest says: %+v", ring)
	}
	if lid.Process != "LAS" || lid.Material != "plywood 4 mm" || !slices.Equal(lid.Files, []string{"lid.dxf"}) {
		t.Errorf("the lid is not as the design's manifest says: %+v", lid)
	}
	if !slices.ContainsFunc(findings, func(f schema.Finding) bool { return f.Code == "part-manifest" && f.File == "bom.tsv" && f.Line == 4 }) {
		t.Errorf("nothing is said of the part manifest that is missing: %v", findings)
	}
}

func TestReadDesignWithoutBOM(t *testing.T) {
	b, findings := readDesign(t, "okh.toml", "okhv = \"2.4\"\nname = \"Box\"\nbom = \"bom.pdf\"\n", "bom.pdf", "%PDF-1.4\x00\x01\x02")
	if b != nil {
		t.Errorf("a PDF became %+v", b)
	}
	if !slices.ContainsFunc(findings, func(f schema.Finding) bool {
		return f.Code == "bom-unreadable" && f.Severity == schema.SeverityWarning && f.File == "bom.pdf"
	}) {
		t.Errorf("nothing is said of the BOM that cannot be read: %v", findings)
	}
}

func TestReadDesignGivesTheErrorOfOpening(t *testing.T) {
	m, _, err := schema.ReadManifest("okh.toml", []byte(boxManifest))
	if err != nil {
		t.Fatal(err)
	}
	broken := errors.New("the disk is broken")
	_, _, err = bom.ReadDesign(m, []schema.File{{Path: "bom.tsv"}, {Path: "extra.csv"}}, nil, func(schema.File) (io.ReadCloser, error) { return nil, broken })
	if !errors.Is(err, broken) || !strings.Contains(err.Error(), "bom.tsv") {
		t.Errorf("got %v, want the cause and the file", err)
	}
}

// TestPartsDigest changes what is hardware and what is not.
func TestPartsDigest(t *testing.T) {
	read := func(text string) schema.Digest {
		b, _ := readDesign(t, "okh.toml", "okhv = \"2.4\"\nname = \"Box\"\nbom = \"bom.csv\"\n", "bom.csv", text)
		return b.PartsDigest()
	}
	same := read("Item,Name,Quantity,Note\n1,Screw,4,use the long ones\n")
	if got := read("Item,Name,Quantity,Note\n\n1,Screw,4,any length\n"); got != same {
		t.Error("another note on another row is other hardware")
	}
	if got := read("Item,Name,Quantity,Note\n1,Screw,5,use the long ones\n"); got == same {
		t.Error("five screws for four are the same hardware")
	}
	empty := bom.New().PartsDigest()
	if want := schema.DigestOf([]byte(`{"lines":[],"tools":[]}`)); empty != want {
		t.Errorf("no parts have the digest %s, want %s", empty, want)
	}
}
