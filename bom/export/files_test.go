package export

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/patternbook/patternbook/bom"
)

// TestRealFilesReadBack writes what real files say as tables, and reads it again.
func TestRealFilesReadBack(t *testing.T) {
	root := os.Getenv("PATTERNBOOK_TESTDATA")
	if root == "" {
		t.Skip("PATTERNBOOK_TESTDATA does not name the folder with the public files")
	}
	files, err := filepath.Glob(filepath.Join(root, "bom", "*__*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("there are no files: %v", err)
	}
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		b, err := bom.Read(filepath.Base(file), f)
		_ = f.Close()
		if err != nil {
			continue
		}
		want := placeless(t, b)
		for _, name := range tables {
			out, _ := written(t, name, b, Options{})
			again := must[*bom.BOM](t)(bom.Read("again", strings.NewReader(out)))
			if got := placeless(t, again); got != want {
				t.Errorf("%s as %s came back as\n%s\nwant\n%s", filepath.Base(file), name, got, want)
			}
		}
	}
}

// placeless gives the lines and tools without their places in the file.
func placeless(t *testing.T, b *bom.BOM) string {
	t.Helper()
	var texts []string
	for _, list := range [][]bom.Line{b.Lines, b.Tools} {
		for _, l := range list {
			l.Row, l.Source, l.Line = 0, 0, 0
			texts = append(texts, asJSON(t, l))
		}
	}
	return strings.Join(texts, "\n")
}
