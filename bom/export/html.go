package export

import (
	"bufio"
	"cmp"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"net/url"
	"slices"

	"github.com/patternbook/patternbook/bom"
)

//go:embed page.html
var pageText string

var page = template.Must(template.New("page").Parse(pageText))

type pageData struct {
	Title    string
	Lines    int
	Pieces   string
	Unfitted int
	Columns  []pageColumn
	Rows     []pageRow
	Findings []string
}

type pageColumn struct {
	Header string
	Number bool
}

type pageRow struct {
	Fitted bool
	Depth  int
	Cells  []pageCell
}

type pageCell struct {
	Text, Link string
	Number     bool
}

// writeHTML writes one page that stands alone: no script, nothing from another
// host. What is not fitted is grey, and lines of opened assemblies are indented.
func writeHTML(w io.Writer, b *bom.BOM, o Options) (Report, error) {
	list := usedOf(b, anyway(columns(b)))
	data := pageData{
		Title: cmp.Or(o.Title, "Bill of materials"),
		Lines: b.Summary.Lines, Pieces: b.Summary.Quantity.String(), Unfitted: b.Summary.UnfittedLines,
	}
	assembly := slices.IndexFunc(list, func(c column) bool { return c.header == "Assembly" })
	for _, c := range list {
		data.Columns = append(data.Columns, pageColumn{c.header, c.number})
	}
	each(b, func(l *bom.Line, depth int) {
		row := pageRow{Fitted: l.Counts(), Depth: depth, Cells: make([]pageCell, len(list))}
		for i, c := range list {
			row.Cells[i] = pageCell{Text: c.cell(l), Number: c.number}
			if i == assembly && l.Assembly != nil {
				row.Cells[i].Link = webAddress(l.Assembly.Reference)
			}
		}
		data.Rows = append(data.Rows, row)
	})
	data.Findings = findings(b, "")
	out := bufio.NewWriter(w)
	if err := page.Execute(out, data); err != nil {
		return Report{}, fmt.Errorf("write the page: %w", err)
	}
	if err := out.Flush(); err != nil {
		return Report{}, fmt.Errorf("write the page: %w", err)
	}
	return carriesAll(b), nil
}

// webAddress gives s when it is a web address, else "".
func webAddress(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	return s
}
