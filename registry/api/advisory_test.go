package api_test

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/patternbook/patternbook/registry/api"
	"github.com/patternbook/patternbook/schema"
)

// TestAffected asks what an advisory means for units: page by page, all at once, and
// for the counts alone.
func TestAffected(t *testing.T) {
	p := newPlace(t, api.Options{})
	ada := p.open("ada")
	_, receipt := p.publish(ada, "ada/lamp", "1.0.0", lampFiles())
	for i := range 3 {
		p.do(ada, http.MethodPost, "/v1/batches", map[string]any{
			"kind": "batch", "author": "ada", "maker": "ada", "batch": fmt.Sprint("LOT-", i), "release": receipt.Digest, "status": "completed", "conformance": "as_designed",
			"planned": 4, "serials": []string{fmt.Sprintf("U%d-{1..4}", i)},
		}).is(t, 201)
	}
	bare := map[string]any{"kind": "batch", "author": "ada", "maker": "ada", "batch": "BARE", "release": receipt.Digest, "status": "completed", "conformance": "modified_design", "planned": 50, "serials": []string{}}
	p.do(ada, http.MethodPost, "/v1/batches", bare).is(t, 201)
	done := into[schema.AdvisoryReceipt](t, p.do(ada, http.MethodPost, "/v1/advisories", map[string]any{
		"kind": "advisory", "author": "ada", "issuer": "ada", "title": "It burns", "selectors": map[string]string{"design": "ada/lamp"}, "severity": "high", "status": "published",
	}).is(t, 201))
	at := "/v1/advisories/" + done.ID.String()
	var seen []string
	for next := at + "/affected?limit=5"; next != ""; {
		page := into[schema.Affected](t, p.get(next).is(t, 200))
		if page.Counts[schema.KnownAffected] != 12 || page.Counts[schema.UnderInvestigation] != 1 || page.Units[schema.UnderInvestigation] != 50 || len(page.Items) > 5 {
			t.Fatalf("%s answers %+v", next, page)
		}
		for _, i := range page.Items {
			seen = append(seen, i.Batch.String()+" "+i.Unit.String())
		}
		next = page.Next
	}
	if want := "LOT-0 U0-1,LOT-0 U0-2,LOT-0 U0-3,LOT-0 U0-4,LOT-1 U1-1"; len(seen) != 13 || strings.Join(seen[:5], ",") != want || seen[12] != "BARE " {
		t.Errorf("the pages list %v", seen)
	}
	if counts := into[schema.Affected](t, p.get(at+"/affected?limit=0").is(t, 200)); len(counts.Items) != 0 || counts.Counts[schema.KnownAffected] != 12 || counts.Next != "" {
		t.Errorf("the counts alone are %+v", counts)
	}
	some := into[schema.Affected](t, p.get(at+"/affected?status=under_investigation").is(t, 200))
	if len(some.Items) != 1 || some.Items[0].Basis != schema.BasisDesignBOM {
		t.Errorf("of one status: %+v", some.Items)
	}
	rows, err := csv.NewReader(strings.NewReader(p.get(at+"/affected?format=csv").is(t, 200).body)).ReadAll()
	if err != nil || len(rows) != 14 || strings.Join(rows[1], ",") != "ada,LOT-0,U0-1,known_affected,declared" {
		t.Errorf("as CSV: %v (%v)", rows, err)
	}
	if lines := strings.Split(strings.TrimSpace(p.get(at+"/affected?format=jsonl").is(t, 200).body), "\n"); len(lines) != 13 || !strings.Contains(lines[12], `"unit":""`) {
		t.Errorf("as lines of JSON: %v", lines)
	}
	p.get(at+"/affected?cursor=x").is(t, 400)
	p.get(at+"/affected?limit=100000").is(t, 422)
	p.get("/v1/advisories/pba-2026-999/affected").is(t, 404)
	p.get("/v1/advisories/LAMP/affected").is(t, 422)
	if got := into[schema.AdvisoryAnswer](t, p.get(at).is(t, 200)); got.Document.Title != "It burns" || got.Responses == nil {
		t.Errorf("the advisory is %+v", got)
	}
	if list := into[schema.AdvisoryList](t, p.get("/v1/advisories?status=published").is(t, 200)); len(list.Advisories) != 1 {
		t.Errorf("the published are %+v", list)
	}
	if counts := into[schema.BatchCounts](t, p.get("/v1/batches/counts?design=ada/lamp&forks=true").is(t, 200)); counts.Units != 62 || counts.Batches != 4 || len(counts.By) != 1 {
		t.Errorf("what was made is %+v", counts)
	}
	p.get("/v1/batches?place=nowhere").is(t, 422)
}
