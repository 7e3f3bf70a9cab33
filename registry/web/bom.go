package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/bom/export"
	"github.com/patternbook/patternbook/registry/index"
	"github.com/patternbook/patternbook/schema"
)

// A bomTable is a view of a BOM as a page shows it.
type bomTable struct {
	View      bom.View
	Help      string // what the view shows
	Units     int64
	Views     []viewLink
	Downloads []download
	All       string // address of the whole view as CSV
	Lines     []line
	Cut       int           // lines that are not shown
	Costs     *bom.Costs    // of the cost view
	Cuts      []bom.CutPlan // of the make view
	Tools     []bom.Line
	MoreTools int
	Remarks   []bom.Finding
	External  []*bom.Line // assemblies that are not pinned, though their designs may be here
}

// A viewLink leads to another view of the same BOM.
type viewLink struct {
	Label, URL string
	Current    bool
}

// A download is the whole view for programs.
type download struct{ Format, About, URL string }

// A line is a line of a BOM as a row of a table.
type line struct {
	bom.Line
	Path  string // items from the root to the line: 2/1
	Depth int    // 0 for the root's own lines
	Files []fileLink
	More  int // paths that are not shown
}

// A fileLink names a file that a part is made from. It has no URL when the file
// is in another release.
type fileLink struct{ Path, URL string }

// Total counts the lines of the view.
func (t *bomTable) Total() int { return len(t.Lines) + t.Cut }

// Deep is the depth as far as it is drawn.
func (l line) Deep() int { return min(l.Depth, 8) }

// bom gives the BOM of a release as the request wants to see it, nil when the
// release has none.
func (p *pages) bom(r *http.Request, row index.Release, release schema.Release) (*bomTable, error) {
	view, units, err := readView(r.URL.Query())
	if err != nil || row.BOM.IsZero() {
		return nil, err
	}
	_, tree, err := p.service.BOMTree(r.Context(), schema.Reference{Design: row.Design, Digest: row.Digest}, bom.Choices{})
	if err != nil {
		return nil, err
	}
	b, err := tree.View(bom.Query{View: view, Units: units})
	if err != nil {
		return nil, err
	}
	t := &bomTable{View: view, Help: viewHelp(view), Units: units, Costs: b.Costs, Cuts: b.Cuts, Remarks: b.Findings[:min(len(b.Findings), maxRemark)]}
	t.Tools = b.Tools[:min(len(b.Tools), maxTools)]
	t.MoreTools = len(b.Tools) - len(t.Tools)
	t.add(release, b.Lines, "", 0)
	t.link(row)
	if view != bom.ViewLines && view != bom.ViewTree { // which have lost the root's own lines
		if b, err = tree.Lines(1); err != nil {
			return nil, err
		}
	}
	t.External = slices.DeleteFunc(b.Assemblies(), func(l *bom.Line) bool { return l.Assembly != nil && !l.Assembly.Release.IsZero() })
	return t, nil
}

// readView reads how a BOM is to be shown.
func readView(q url.Values) (view bom.View, units int64, err error) {
	view, units = bom.ViewLines, 1
	if text := q.Get("view"); text != "" {
		view = bom.View(text)
	}
	if !slices.Contains(bom.Views(), view) {
		return view, units, &schema.Error{Kind: schema.Invalid, Detail: fmt.Sprintf("%q is not a way to show a bill of materials", view), Fix: "ask for lines, tree, flat, make or cost"}
	}
	if text := q.Get("units"); text != "" {
		if units, err = strconv.ParseInt(text, 10, 64); err != nil || units == 0 {
			return view, units, &schema.Error{Kind: schema.Invalid, Detail: fmt.Sprintf("%q is not a number of units", text), Fix: "write a whole number, like 10"}
		}
	}
	return view, units, nil
}

// link makes the addresses of the other views and of the downloads.
func (t *bomTable) link(row index.Release) {
	at := func(base string, view bom.View, more string) string {
		return fmt.Sprintf("%s?view=%s&units=%d%s", base, view, t.Units, more)
	}
	for _, v := range bom.Views() {
		t.Views = append(t.Views, viewLink{viewLabel(v), at(versionURL(row.Design, row.Version), v, "#bom"), v == t.View})
	}
	t.All = at(versionAPI(row.Design, row.Version)+"/bom", t.View, "&format=csv")
	for _, format := range export.Formats() {
		t.Downloads = append(t.Downloads, download{format.Name, format.About, at(versionAPI(row.Design, row.Version)+"/bom", t.View, "&format="+format.Name)})
	}
}

// add lists lines and those of the assemblies opened in them.
func (t *bomTable) add(r schema.Release, lines []bom.Line, above string, depth int) {
	for _, l := range lines {
		if len(t.Lines) < maxRows {
			t.Lines = append(t.Lines, t.row(r, l, above, depth))
		} else {
			t.Cut++
		}
		if l.BOM != nil {
			t.add(r, l.BOM.Lines, above+l.Item+"/", depth+1)
		}
	}
}

func (t *bomTable) row(r schema.Release, l bom.Line, above string, depth int) line {
	const shown = 3 // paths
	row := line{Line: l, Path: above + l.Item, Depth: depth}
	own := depth == 0 && !slices.ContainsFunc(l.Paths, func(path string) bool { return strings.Contains(path, "/") })
	for _, path := range l.Files {
		link := fileLink{Path: path}
		if _, ok := r.FileAt(path); ok && own {
			link.URL = versionAPI(r.Design, r.Version) + "/files/" + escapePath(path)
		}
		row.Files = append(row.Files, link)
	}
	if row.More = len(l.Paths) - shown; row.More > 0 {
		row.Paths = l.Paths[:shown]
	}
	return row
}
