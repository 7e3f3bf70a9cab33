package api_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/patternbook/patternbook/registry/api"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestOpenAPIGolden compares the served description with the one that was
// reviewed. A change here is a change of the API's contract.
func TestOpenAPIGolden(t *testing.T) {
	p := newPlace(t, api.Options{Version: "golden"})
	served := p.get("/openapi.json").is(t, 200)
	if again := newPlace(t, api.Options{Version: "golden"}).get("/openapi.json"); again.body != served.body {
		t.Error("two servers describe themselves otherwise")
	}
	if got := served.header.Get("Content-Type"); got != "application/openapi+json" {
		t.Errorf("the content type is %q", got)
	}
	p.get("/openapi.json", "If-None-Match", served.header.Get("Etag")).is(t, 304)
	var indented bytes.Buffer
	if err := json.Indent(&indented, []byte(served.body), "", "  "); err != nil {
		t.Fatal(err)
	}
	indented.WriteByte('\n')
	const golden = "testdata/openapi.json"
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, indented.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, indented.Bytes()) {
		t.Errorf("the API's description is not %s: if the change is meant, run go test ./registry/api -run OpenAPI -update and review the difference%s", golden, firstChange(want, indented.Bytes()))
	}
}

func firstChange(want, got []byte) string {
	a, b := strings.Split(string(want), "\n"), strings.Split(string(got), "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("; line %d is %q, was %q", i+1, b[i], a[i])
		}
	}
	return "; one is longer"
}

// TestOpenAPISound reads the description as a stranger's program would.
func TestOpenAPISound(t *testing.T) {
	p := newPlace(t, api.Options{})
	doc := into[map[string]any](t, p.get("/openapi.json").is(t, 200))
	if v, _ := doc["openapi"].(string); !strings.HasPrefix(v, "3.1.") {
		t.Errorf("it is OpenAPI %q", v)
	}
	ids := map[string]string{}
	for path, item := range doc["paths"].(map[string]any) {
		for method, o := range item.(map[string]any) {
			op, where := o.(map[string]any), method+" "+path
			id, _ := op["operationId"].(string)
			if id == "" || op["summary"] == nil || op["tags"] == nil {
				t.Errorf("%s has the id %q, summary %v, tags %v", where, id, op["summary"], op["tags"])
			}
			if ids[id] != "" {
				t.Errorf("%s and %s have the id %s", where, ids[id], id)
			}
			ids[id] = where
			checkResponses(t, where, op["responses"].(map[string]any))
			checkParameters(t, where, path, op["parameters"])
		}
	}
	if len(ids) < 20 {
		t.Errorf("there are only %d operations", len(ids))
	}
	for _, name := range []string{"ErrorModel", "ErrorDetail"} {
		if strings.Contains(p.get("/openapi.json").body, name) {
			t.Errorf("huma's own %s is in it", name)
		}
	}
	resolveRefs(t, doc, doc, "#")
	schemas := doc["components"].(map[string]any)["schemas"].(map[string]any)
	for name, property := range map[string]string{"Release": "design,version,hardware,bom", "Batch": "maker,batch,release,status,place", "BOMLine": "quantity,kind", "ReleaseReceipt": "digest", "File": "digest,role"} {
		properties := schemas[name].(map[string]any)["properties"].(map[string]any)
		for member := range strings.SplitSeq(property, ",") {
			s := properties[member].(map[string]any)
			if s["type"] != "string" || s["description"] == nil || s["examples"] == nil && s["enum"] == nil {
				t.Errorf("%s.%s is described as %v", name, member, s)
			}
		}
	}
}

func checkResponses(t *testing.T, where string, responses map[string]any) {
	t.Helper()
	problem, _ := json.Marshal(responses["default"])
	if !strings.Contains(string(problem), `"application/problem+json":{"schema":{"$ref":"#/components/schemas/Problem"}}`) {
		t.Errorf("%s documents its errors as %s", where, problem)
	}
	good := 0
	for status, r := range responses {
		if status >= "400" && status != "default" {
			t.Errorf("%s documents %s beside the problem", where, status)
		}
		if status < "300" {
			good++
		}
		if r.(map[string]any)["description"] == "" {
			t.Errorf("%s does not describe %s", where, status)
		}
	}
	if good == 0 {
		t.Errorf("%s documents no success", where)
	}
}

func checkParameters(t *testing.T, where, path string, list any) {
	t.Helper()
	var named []string
	parameters, _ := list.([]any)
	for _, p := range parameters {
		p := p.(map[string]any)
		if p["in"] == "path" {
			named = append(named, p["name"].(string))
		}
	}
	for part := range strings.SplitSeq(path, "/") {
		if name, ok := strings.CutPrefix(part, "{"); ok && !slices.Contains(named, strings.TrimSuffix(name, "}")) {
			t.Errorf("%s has no parameter %s, only %v", where, part, named)
		}
	}
}

// resolveRefs fails for a reference to what is not there.
func resolveRefs(t *testing.T, doc map[string]any, v any, at string) {
	t.Helper()
	switch v := v.(type) {
	case map[string]any:
		if ref, ok := v["$ref"].(string); ok {
			var target any = doc
			for name := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
				m, _ := target.(map[string]any)
				target = m[name]
			}
			if target == nil {
				t.Errorf("%s refers to %s, which is not there", at, ref)
			}
		}
		for name, member := range v {
			resolveRefs(t, doc, member, at+"/"+name)
		}
	case []any:
		for i, item := range v {
			resolveRefs(t, doc, item, fmt.Sprint(at, "/", i))
		}
	}
}
