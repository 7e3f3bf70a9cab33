package label

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/patternbook/patternbook/bom"
)

// TestLabelsOfFiles lays out the labels of BOMs from public repositories, on
// every sheet.
func TestLabelsOfFiles(t *testing.T) {
	root := os.Getenv("PATTERNBOOK_TESTDATA")
	if root == "" {
		t.Skip("PATTERNBOOK_TESTDATA does not name the folder with the public BOM files")
	}
	files, err := filepath.Glob(filepath.Join(root, "bom", "*"))
	if err != nil {
		t.Fatal(err)
	}
	read := 0
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			continue // a folder
		}
		b, err := bom.Read(filepath.Base(file), bytes.NewReader(data))
		if err != nil {
			continue // not a BOM
		}
		list, _ := entries(b)
		if len(list) == 0 {
			continue
		}
		read++
		t.Run(filepath.Base(file), func(t *testing.T) {
			c := newScript(false)
			for _, s := range sheets {
				for _, e := range list {
					checkInside(t, s, newSetter(s).set(contentOf(e, "ada/lamp 1.2.0", c)))
				}
			}
			if report, err := WritePDF(io.Discard, b, Options{}); err != nil || report.Labels != len(list) {
				t.Errorf("%+v, %v", report, err)
			}
		})
	}
	if read == 0 {
		t.Error("no file was read")
	}
}
