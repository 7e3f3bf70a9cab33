package api_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/patternbook/patternbook/registry/api"
	"github.com/patternbook/patternbook/schema"
)

// pages follows a list to its end and gives what each gives of each page.
func pages[T any](p *place, path string, rows func(T) (rows []string, next string)) [][]string {
	p.t.Helper()
	var all [][]string
	for path != "" {
		if len(all) > 50 {
			p.t.Fatalf("the list does not end: %s", path)
		}
		a := p.get(path).is(p.t, http.StatusOK)
		got, next := rows(into[T](p.t, a))
		all = append(all, got)
		link := a.header.Get("Link")
		if want := `<` + next + `>; rel="next"`; next != "" && link != want || next == "" && link != "" {
			p.t.Errorf("the link is %q, the body says %q", link, next)
		}
		if a.header.Get("Cache-Control") != "no-cache" {
			p.t.Errorf("a list has the cache control %q", a.header.Get("Cache-Control"))
		}
		p.get(path, "If-None-Match", a.header.Get("Etag")).is(p.t, http.StatusNotModified)
		path = next
	}
	return all
}

func lengths(pages [][]string) (n []int) {
	for _, p := range pages {
		n = append(n, len(p))
	}
	return n
}

func TestPaging(t *testing.T) {
	p := newPlace(t, api.Options{})
	ada := p.open("ada")
	var receipt schema.ReleaseReceipt
	for i := range 7 {
		_, receipt = p.publish(ada, fmt.Sprintf("ada/lamp-%d", i), "1.0.0", lampFiles())
	}
	for i := range 7 {
		batch := map[string]any{
			"kind": "batch", "author": "ada", "maker": "ada", "batch": fmt.Sprintf("LOT-%d", i), "release": receipt.Digest, "status": "completed", "conformance": "as_designed",
			"serials": []string{fmt.Sprintf("S%d-{01..07}", i)}, "planned": 7,
		}
		a := p.do(ada, http.MethodPost, "/v1/batches", batch).is(t, http.StatusCreated)
		if again := p.do(ada, http.MethodPost, "/v1/batches", batch).is(t, http.StatusOK); again.body != a.body {
			t.Errorf("the same batch again gives %s, not %s", again.body, a.body)
		}
	}
	designs := func(l schema.DesignList) (rows []string, next string) {
		for _, d := range l.Designs {
			rows = append(rows, d.Design.String())
		}
		return rows, l.Next
	}
	batches := func(l schema.BatchList) (rows []string, next string) {
		for _, b := range l.Batches {
			rows = append(rows, b.Batch.String())
		}
		return rows, l.Next
	}
	units := func(l schema.UnitList) (rows []string, next string) {
		for _, u := range l.Units {
			rows = append(rows, u.String())
		}
		return rows, l.Next
	}
	for path, get := range map[string]func(path string) [][]string{
		"/v1/designs?limit=3":                                  func(path string) [][]string { return pages(p, path, designs) },
		"/v1/designs?limit=3&q=bench+lamp":                     func(path string) [][]string { return pages(p, path, designs) },
		"/v1/designs?limit=3&owner=ada":                        func(path string) [][]string { return pages(p, path, designs) },
		"/v1/designs?limit=3&licence=CERN-OHL-S-2.0&q=lamp":    func(path string) [][]string { return pages(p, path, designs) },
		"/v1/batches?limit=3":                                  func(path string) [][]string { return pages(p, path, batches) },
		"/v1/batches?limit=3&maker=ada":                        func(path string) [][]string { return pages(p, path, batches) },
		"/v1/designs/ada/lamp-6/versions/%5E1/batches?limit=3": func(path string) [][]string { return pages(p, path, batches) },
		"/v1/batches/ada/LOT-3/units?limit=3":                  func(path string) [][]string { return pages(p, path, units) },
	} {
		got := get(path)
		all := slices.Concat(got...)
		if !slices.Equal(lengths(got), []int{3, 3, 1}) {
			t.Errorf("%s has pages of %v rows, want 3, 3, 1", path, lengths(got))
		}
		slices.Sort(all)
		if n := len(slices.Compact(all)); n != 7 {
			t.Errorf("%s gives %d different rows, want 7", path, n)
		}
		whole := slices.Concat(get(strings.Replace(path, "limit=3", "limit=7", 1))...)
		if len(whole) != 7 {
			t.Errorf("%s with room for all gives %d rows", path, len(whole))
		}
	}
	for path, member := range map[string]string{"/v1/designs?q=nothing-like-it": `"designs":[]`, "/v1/designs?q=%21": `"designs":[]`, "/v1/batches?maker=nobody-here": `"batches":[]`} {
		if a := p.get(path).is(t, 200); !strings.Contains(a.body, member) {
			t.Errorf("%s gives %s", path, a.body)
		}
	}
}

func TestBatchConflicts(t *testing.T) {
	p := newPlace(t, api.Options{})
	ada := p.open("ada")
	_, receipt := p.publish(ada, "ada/lamp", "1.0.0", lampFiles())
	batch := func(name, serials string, planned int) map[string]any {
		return map[string]any{
			"kind": "batch", "author": "ada", "maker": "ada", "batch": name, "release": receipt.Digest, "status": "completed", "conformance": "as_designed",
			"serials": []string{serials}, "planned": planned,
		}
	}
	p.do(ada, http.MethodPost, "/v1/batches", batch("LOT-1", "A-{1..9}", 9)).is(t, http.StatusCreated)
	p.do(ada, http.MethodPost, "/v1/batches", batch("lot-1", "B-{1..9}", 9)).problem(t, http.StatusConflict, schema.Conflict)
	p.do(ada, http.MethodPost, "/v1/batches", batch("LOT-2", "a-{9..10}", 2)).problem(t, http.StatusConflict, schema.Conflict)
	p.do(ada, http.MethodPost, "/v1/batches", batch("LOT-3", "C-{1..9}", 8)).problem(t, http.StatusUnprocessableEntity, schema.Invalid)
	other := batch("LOT-4", "D-1", 1)
	other["release"] = schema.DigestOf(nil)
	p.do(ada, http.MethodPost, "/v1/batches", other).problem(t, http.StatusUnprocessableEntity, schema.Invalid)
	other = batch("LOT-5", "E-1", 1)
	other["maker"] = "eve"
	p.do(ada, http.MethodPost, "/v1/batches", other).problem(t, http.StatusForbidden, schema.Forbidden)
	if a := p.get("/v1/batches").is(t, 200); strings.Count(a.body, `"batch":`) != 1 {
		t.Errorf("refused batches left something: %s", a.body)
	}
	unit := into[schema.UnitAnswer](t, p.get("/v1/units/ada/a-3").is(t, 200))
	if unit.Unit.String() != "ada/A-3" || unit.Batch.Batch.String() != "ada/LOT-1" {
		t.Errorf("got %+v", unit)
	}
}
