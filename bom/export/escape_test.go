package export

import (
	"encoding/csv"
	"maps"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/schema"
)

// hostile are cells that would do something where they are not escaped.
var hostile = []string{
	"=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "'=1", "<script>alert(1)</script>", `"><img src=x onerror=alert(1)>`,
	"a|b", "line\nbreak\r\n| x |", `quote " and ""`, "`code` *bold* _it_ [l](javascript:x) <!-- -->", "\x00nul", "{{.}}", "</style>",
}

// hostileBOM has each hostile text in every place that texts have.
func hostileBOM() *bom.BOM {
	b := bom.New()
	for i, s := range hostile {
		l := bom.Line{
			Line: i + 1, Item: s, Name: s, Kind: bom.KindPurchased, Quantity: schema.DecimalOf(1), Unit: bom.Pieces, Fitted: true, References: []string{s},
			Part: bom.Part{Manufacturer: s, MPN: s, Standard: s}, Value: s, Footprint: s, Process: s, Material: s, Note: s,
			Assembly: &bom.Assembly{Reference: s}, Offers: []bom.Offer{{Supplier: s, SKU: s}, {Supplier: "LCSC", SKU: s}}, Extra: map[string]string{s: s},
		}
		b.Lines = append(b.Lines, l)
		b.Findings = append(b.Findings, bom.Finding{Severity: schema.SeverityInfo, Code: "x", Field: s, Message: s})
	}
	b.Lines[0].Assembly.Reference = "javascript:alert(1)"
	b.Lines[1].Assembly.Reference = "https://example.org/?a=\"><script>"
	b.Summary = bom.Summarize(b.Lines)
	return b
}

func TestNoCellIsAFormula(t *testing.T) {
	commas := map[string]rune{"csv": ',', "tsv": '\t', "csv-excel": ';', "jlcpcb": ',', "kicad": ',', "cart": ',', "digikey": ',', "mouser": ',', "lcsc": ','}
	for _, name := range slices.Sorted(maps.Keys(commas)) {
		out, _ := written(t, name, hostileBOM(), Options{})
		r := csv.NewReader(strings.NewReader(strings.TrimPrefix(out, "\uFEFF")))
		r.Comma = commas[name]
		rows, err := r.ReadAll()
		if err != nil {
			t.Errorf("%s is no table: %v", name, err)
			continue
		}
		if len(rows) != len(hostile)+1 {
			t.Errorf("%s has %d rows, want %d", name, len(rows), len(hostile)+1)
		}
		for _, row := range rows {
			for _, cell := range row {
				if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r\n") {
					t.Errorf("%s: a spreadsheet runs the cell %q", name, cell)
				}
			}
		}
	}
}

func TestHTMLIsInert(t *testing.T) {
	out, _ := written(t, "html", hostileBOM(), Options{Title: "</title><script>alert(1)</script>"})
	root, err := html.Parse(strings.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	allowed := strings.Fields("html head meta title style body h1 h2 p div table thead tbody tr th td a ul li")
	var links []string
	rows := 0
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if !slices.Contains(allowed, n.Data) {
			t.Errorf("there is an element %s", n.Data)
		}
		if n.Data == "tr" {
			rows++
		}
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "src" {
				t.Errorf("%s has the attribute %s=%q", n.Data, a.Key, a.Val)
			}
			if a.Key == "href" {
				links = append(links, a.Val)
			}
		}
	}
	if rows != len(hostile)+1 {
		t.Errorf("there are %d rows, want %d", rows, len(hostile)+1)
	}
	if len(links) != 1 || !strings.HasPrefix(links[0], "https://example.org/") {
		t.Errorf("links are %q, want the one of a web address", links)
	}
}

func TestHTMLShowsTheTree(t *testing.T) {
	out, _ := written(t, "html", must[*bom.BOM](t)(lamp(t).View(bom.Query{View: bom.ViewTree, Units: 5})), Options{Title: "ada/lamp"})
	root, err := html.Parse(strings.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	depths, unfitted := map[string]string{}, ""
	for n := range root.Descendants() {
		if n.Data != "tr" || n.FirstChild == nil || n.FirstChild.Data != "td" {
			continue
		}
		item := n.FirstChild.FirstChild.Data
		for _, a := range n.Attr {
			switch a.Key {
			case "style":
				depths[item] = a.Val
			case "class":
				unfitted += item + " " + a.Val
			}
		}
	}
	if len(depths) != 4 || depths["3/1"] != "--depth: 1" || unfitted != "3/3 unfitted" {
		t.Errorf("depths are %v and unfitted is %q, want 1 for the four lines of 3, and 3/3", depths, unfitted)
	}
}

func TestMarkdownIsOneTable(t *testing.T) {
	out, _ := written(t, "markdown", hostileBOM(), Options{Title: "a\n# b"})
	table, findings, _ := strings.Cut(out, "\n## Findings\n\n")
	lines := strings.Split(strings.TrimSuffix(table, "\n"), "\n")
	if lines[0] != "# a<br># b" || len(lines) != len(hostile)+4 {
		t.Fatalf("there are %d lines below %q, want %d", len(lines), lines[0], len(hostile)+4)
	}
	bars := func(s string) int {
		return strings.Count(strings.ReplaceAll(strings.ReplaceAll(s, `\\`, ""), `\|`, ""), "|")
	}
	for _, l := range lines[2:] {
		if bars(l) != bars(lines[2]) {
			t.Errorf("the row has %d bars, the header %d: %s", bars(l), bars(lines[2]), l)
		}
		if strings.Contains(strings.ReplaceAll(l, "<br>", ""), "<") {
			t.Errorf("the row has an element: %s", l)
		}
	}
	if n := strings.Count(findings, "\n"); n != len(hostile) {
		t.Errorf("there are %d lines of findings, want %d", n, len(hostile))
	}
}
