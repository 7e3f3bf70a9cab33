package web_test

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/patternbook/patternbook/registry"
	"github.com/patternbook/patternbook/schema"
)

// post sends a form, with header lines, and gives the status and the page.
func (s *site) post(path string, form url.Values, header ...string) (int, string) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", "text/html")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	b, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return response.StatusCode, string(b)
}

// TestReport checks that anybody can report what a page shows, that no page of
// another site can send it, and that what is written is text wherever it is shown.
func TestReport(t *testing.T) {
	s := newSite(t)
	ada := s.account("ada")
	s.publish(ada, "near", "okh.toml", manifest("Near", "1.0.0", "Stands.", ""), "README.md", "#\n")
	if page := s.get("/ada/near/1.0.0", 200); !strings.Contains(page, `href="/report?about=ada%2fnear@1.0.0"`) {
		t.Errorf("the page of the version does not lead to the form\n%s", page)
	}
	if page := s.get("/report?about=ada/near@1.0.0", 200); !strings.Contains(page, `value="ada/near@1.0.0"`) {
		t.Errorf("the form is\n%s", page)
	}
	s.get("/report?about=%22%3E%3Cscript%3E", 404)
	form := url.Values{"about": {"ada/near@1.0.0"}, "text": {"It falls.\r\nOften."}}
	if status, page := s.post("/report", form, "Sec-Fetch-Site", "same-origin"); status != 200 || !strings.Contains(page, "Thank you") {
		t.Errorf("reporting gives %d\n%s", status, page)
	}
	for _, header := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}, {"Origin", "null"}} {
		if status, _ := s.post("/report", form, header...); status != http.StatusForbidden {
			t.Errorf("with %v it is answered %d", header, status)
		}
	}
	for name, bad := range map[string]url.Values{
		"no text": {"about": {"ada/near@1.0.0"}}, "nothing": {}, "too long": {"about": {"ada"}, "text": {strings.Repeat("x", 10_001)}},
	} {
		if status, page := s.post("/report", bad); status != http.StatusUnprocessableEntity || strings.Contains(page, "Thank you") {
			t.Errorf("%s is answered %d", name, status)
		}
	}
	if status, _ := s.post("/report", url.Values{"about": {"ada"}, "text": {strings.Repeat("x", 1<<20)}}); status != http.StatusRequestEntityTooLarge {
		t.Errorf("a form of a megabyte is answered %d", status)
	}
	if status, _ := s.post("/report", url.Values{"about": {"ada/far@1.0.0"}, "text": {"x"}}); status != http.StatusNotFound {
		t.Errorf("a report of nothing is answered %d", status)
	}
	if status, _ := s.post("/ada", form); status != http.StatusMethodNotAllowed {
		t.Errorf("a form sent to another page is answered %d", status)
	}
	list, _, err := s.service.Reports(context.Background(), registry.Keeper(schema.Name{}), registry.Page{Limit: 10})
	if err != nil || len(list) != 1 || list[0].Subject != "ada/near@1.0.0" || list[0].Text != "It falls.\nOften." {
		t.Errorf("the keeper reads %+v (%v)", list, err)
	}
}
