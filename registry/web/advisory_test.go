package web_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/patternbook/patternbook/registry"
	"github.com/patternbook/patternbook/schema"
)

// record records of coop's units what a workshop can.
func (s *site) record(coop schema.Name) {
	s.t.Helper()
	built, err := schema.ReadAsBuilt("built.json", []byte(`{"items": [{"line": "1", "serials": "T-2", "lot": "L-77", "part": {"manufacturer": "<b>Acme", "mpn": "A1"}}],
		"deviations": [{"kind": "process_change", "line": "1", "reason": "by hand"}],
		"inspections": [{"result": "passed", "by": "tester-3", "at": "2026-11-02T09:30:00Z", "measurements": [{"name": "load", "value": 50, "unit": "kg"}]}]}`))
	if err != nil {
		s.t.Fatal(err)
	}
	batch, err := schema.ParseBatchName("coop/LOT-1")
	if err != nil {
		s.t.Fatal(err)
	}
	unit, err := schema.ParseUnit("coop/T-2")
	if err != nil {
		s.t.Fatal(err)
	}
	_, err = s.service.RecordBuild(context.Background(), registry.As(coop), schema.BuildRecord{
		Head: schema.Head{Kind: schema.KindBuildRecord, Author: coop}, Record: strings.Repeat("0", 32), Maker: batch.Maker, Batch: batch.Batch, AsBuilt: built,
	})
	if err != nil {
		s.t.Fatal(err)
	}
	_, err = s.service.RecordEvent(context.Background(), registry.As(coop), schema.UnitEvent{
		Head: schema.Head{Kind: schema.KindUnitEvent, Author: coop}, Unit: unit, Event: schema.Shipped, At: schema.TimeOf(time.Now()),
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// TestAdvisoryPages: a passport says in plain words what warns of its unit, and what
// authors write stays text.
func TestAdvisoryPages(t *testing.T) {
	s := newSite(t)
	ada, coop := s.account("ada"), s.account("coop")
	hostile := `<script>alert(1)</script>`
	if page := s.get("/advisories", 200); !strings.Contains(page, "There are none") {
		t.Errorf("without advisories: %s", page)
	}
	s.publish(ada, "table", "okh.toml", manifest("Table", "1.0.0", "Stands.", `bom = "bom.tsv"`), "README.md", "# Table\n", "bom.tsv", "POS\tNAME\tUNITS\n1\tBoard\t1\n")
	s.batch(coop, ada, "table", "LOT-1", "T-{1..3}", 3)
	s.record(coop)
	design, err := schema.ParseDesign("ada/table")
	if err != nil {
		t.Fatal(err)
	}
	d := schema.Advisory{
		Head: schema.Head{Kind: schema.KindAdvisory, Author: ada}, Issuer: ada, Title: "It tips " + hostile, Hazard: "It falls on you.", Remedy: "Screw it to the wall.",
		Selectors: schema.Selectors{Design: design}, Severity: schema.Critical, Status: schema.AdvisoryPublished,
	}
	_, id, err := s.service.PublishAdvisory(context.Background(), registry.As(ada), d)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string][]string{
		"/advisories":                {"It tips &lt;script&gt;", id.String(), "critical"},
		"/advisories/" + id.String(): {"It falls on you.", "Screw it to the wall.", "/u/coop/T-2", "affected", "its maker says so of the batch"},
		"/u/coop/T-2":                {"This unit is affected", "It falls on you.", "Screw it to the wall.", "/advisories/" + id.String(), "L-77", "&lt;b&gt;Acme", "by hand", "tester-3", "load 50 kg", "shipped"},
	} {
		page := s.get(path, 200)
		for _, text := range want {
			if !strings.Contains(page, text) {
				t.Errorf("%s does not say %q:\n%s", path, text, page)
			}
		}
		if strings.Contains(page, hostile) {
			t.Errorf("%s does not escape what an author wrote", path)
		}
	}
	s.get("/advisories/pba-2026-99999", 404)
	s.get("/advisories/table", 404)
	answer := s.ask(http.MethodGet, "/u/coop/T-2", "application/json")
	if to := answer.Header.Get("Location"); answer.StatusCode != http.StatusSeeOther || to != "/v1/units/coop/T-2/trace" || !strings.Contains(answer.Header.Get("Vary"), "Accept") {
		t.Errorf("a program is led to %q with the status %d", to, answer.StatusCode)
	}
}
