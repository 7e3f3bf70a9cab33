package bom

import (
	"fmt"
	"slices"

	"github.com/patternbook/patternbook/schema"
)

// Make gives what the workshop makes itself: the lines of the flat view whose
// kind is made, with their files, process and material, and in Cuts the pieces
// that are cut from rod, tube and sheet. A made line that names no file, or a file
// that its release does not have, is a finding; of a node whose files are not known
// only the former.
func (t *Tree) Make(units int64) (*BOM, error) { return t.workshop(units, Query{}) }

func (t *Tree) workshop(units int64, q Query) (*BOM, error) {
	view, err := t.Flat(units)
	if err != nil {
		return nil, err
	}
	if err := view.take(q.Stock); err != nil {
		return nil, err
	}
	view.Lines = slices.DeleteFunc(view.Lines, func(l Line) bool { return l.Kind != KindMade })
	for i := range view.Lines {
		view.Lines[i].number(i + 1)
	}
	places := t.occurrences()
	view.Findings = append(view.Findings, missingFiles(places)...)
	if err := view.cut(places, units, q); err != nil {
		return nil, err
	}
	view.Summary = Summarize(view.Lines)
	return view, nil
}

// An occurrence is a branch as it stands in the whole tree.
type occurrence struct {
	*branch
	path  string // the first that leads to it, with a slash behind
	times total  // how many of it one unit of the root has
}

// occurrences gives each branch that is opened once, in the order in which a walk
// down the tree first meets them.
func (t *Tree) occurrences() []*occurrence {
	met := map[*branch]*occurrence{}
	var list, up []*occurrence
	var visit func(b *branch, path string)
	visit = func(b *branch, path string) {
		o := &occurrence{branch: b, path: path}
		met[b], list = o, append(list, o)
		for i := range b.lines {
			if child, opened := b.children[i]; opened && met[child] == nil {
				visit(child, path+b.lines[i].Item+"/")
			}
		}
		up = append(up, o)
	}
	visit(t.root, "")
	met[t.root].times.addWhole(1)
	for _, o := range slices.Backward(up) { // above before below
		for i := range o.lines {
			if child, opened := o.children[i]; opened {
				met[child].times.addProduct(o.times, o.lines[i].Quantity)
			}
		}
	}
	return list
}

// leaves calls visit with each line of the branch that the flat view sums.
func (o *occurrence) leaves(visit func(i int, l *Line)) {
	for i := range o.lines {
		l := &o.lines[i]
		if _, opened := o.children[i]; !opened && l.Counts() && !o.parents[l.Item] {
			visit(i, l)
		}
	}
}

func missingFiles(places []*occurrence) []Finding {
	var list []Finding
	for _, o := range places {
		o.leaves(func(_ int, l *Line) {
			if l.Kind != KindMade || len(list) >= maxFindings {
				return
			}
			where := fmt.Sprintf("item %s%s (%s, at %s)", l.Item, o.within(), l.Name, o.path+l.Item)
			if len(l.Files) == 0 {
				list = append(list, fileMissing(where+" is made, and names no file to make it from"))
			}
			for _, path := range l.Files {
				if _, there := o.Files[path]; !there && o.Files != nil && len(list) < maxFindings {
					list = append(list, fileMissing(fmt.Sprintf("%s is made from %s, which is not among the files", where, schema.Quote(path))))
				}
			}
		})
	}
	return list
}

func fileMissing(message string) Finding {
	return Finding{Severity: schema.SeverityWarning, Code: "file-missing", Field: "files", Message: message}
}
