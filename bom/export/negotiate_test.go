package export

import (
	"strings"
	"testing"
)

func TestNegotiate(t *testing.T) {
	for accept, want := range map[string]string{
		"":                                  "json",
		"*/*":                               "json",
		"application/json, text/plain, */*": "json",
		"text/csv":                          "csv",
		"text/csv; charset=utf-8":           "csv",
		"text/*":                            "csv",
		"text/tab-separated-values":         "tsv",
		"text/markdown, text/html;q=0.9":    "markdown",
		"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8": "html",
		"text/html, */*":                           "html",
		"text/html;q=0.5, */*":                     "json",
		"application/json;q=0.2, text/csv;q=0.3":   "csv",
		"text/csv, application/json":               "csv",
		"application/json;q=0, */*":                "csv",
		"image/png":                                "",
		"text/csv;q=0":                             "",
		"text/csv;q=x, text/html;q=0.1":            "html",
		"text/csv; header=absent, text/html;q=0.1": "html",
		"nonsense":                                 "",
		strings.Repeat(",", 9999):                  "",
	} {
		f, ok := Negotiate(accept)
		if f.Name != want || ok != (want != "") {
			t.Errorf("Negotiate(%.80q) is %q, %v, want %q", accept, f.Name, ok, want)
		}
	}
}
