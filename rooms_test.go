package patternbook_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/patternbook/patternbook/"

// rooms says what each room may import of our own. Arrows point down only.
var rooms = map[string][]string{
	"schema":                  {},
	"bom":                     {"schema", "bom/internal/cyclonedx", "bom/internal/sexpr", "bom/internal/sheet"},
	"bom/bomtest":             {"schema", "bom"},
	"bom/internal/cyclonedx":  {},
	"bom/internal/sexpr":      {},
	"bom/internal/sheet":      {},
	"bom/export":              {"schema", "bom", "bom/internal/cyclonedx"},
	"bom/label":               {"schema", "bom"},
	"artifacts":               {"schema"},
	"artifacts/dir":           {"schema", "artifacts"},
	"artifacts/s3":            {"schema", "artifacts"},
	"artifacts/s3/s3test":     {},
	"artifacts/artifactstest": {"schema", "artifacts"},
	"registry/sqlite":         {"schema"},
	"registry/ledger":         {"schema", "registry/sqlite"},
	"registry/vault":          {"schema", "registry/sqlite"},
	"registry/index":          {"schema", "bom", "registry/sqlite", "registry/ledger"},
	"registry":                {"schema", "bom", "artifacts", "registry/sqlite", "registry/ledger", "registry/vault", "registry/index"},
	"registry/api":            {"schema", "bom", "bom/export", "artifacts", "registry", "registry/index", "registry/vault"},
	"registry/web":            {"schema", "bom", "bom/export", "artifacts", "registry", "registry/index"},
	"client/folder":           {"schema"},
	"client":                  {"schema", "bom", "artifacts", "client/folder"},
	"cmd/patternbook":         {"schema", "bom", "bom/export", "bom/label", "artifacts", "artifacts/dir", "artifacts/s3", "registry", "registry/api", "registry/web", "client", "client/folder"},
}

// without lists packages that rooms do without: SQL and HTTP have their places.
var without = map[string][]string{
	"schema":          {"database/sql", "net/http", "os"},
	"bom":             {"database/sql", "net/http", "os"},
	"artifacts":       {"database/sql"},
	"registry":        {"net/http"},
	"registry/index":  {"net/http"},
	"registry/ledger": {"net/http"},
	"registry/vault":  {"net/http"},
	"registry/api":    {"database/sql"},
	"registry/web":    {"database/sql"},
	"client":          {"database/sql"},
}

// TestRooms fails for an import that points up, and for a room that is not named
// above.
func TestRooms(t *testing.T) {
	list := exec.Command("go", "list", "-tags", "sqlite_fts5,sqlite_math_functions", "-json=ImportPath,Imports", "./...")
	out, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		room, ours := strings.CutPrefix(p.ImportPath, module)
		if !ours {
			continue // this folder
		}
		allowed, known := rooms[room]
		if !known {
			t.Errorf("%s is a room without a rule: say here what it may import", room)
		}
		for _, path := range p.Imports {
			if own, ours := strings.CutPrefix(path, module); ours && !slices.Contains(allowed, own) {
				t.Errorf("%s imports %s; it may import %v", room, own, allowed)
			}
			if slices.Contains(without[room], path) {
				t.Errorf("%s imports %s, which has no place there", room, path)
			}
		}
	}
}
