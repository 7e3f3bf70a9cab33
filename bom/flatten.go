package bom

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"github.com/patternbook/patternbook/schema"
)

// maxAllPaths bounds the paths of a whole flat view: beyond it every line still
// has its first.
const maxAllPaths = 200_000

// maxWays bounds the memory of flattening: a way for each part of each assembly
// on each line.
const maxWays = 2_000_000

// findings gives what the choices did, at most maxFindings of it.
func (t *Tree) findings() []Finding {
	var list []Finding
	for _, b := range t.branches {
		list = append(list, b.findings[:min(len(b.findings), maxFindings-len(list))]...)
	}
	return list
}

// Flat gives the leaf parts of the tree, equal ones summed: quantity is for one
// unit of the root, required for units of them, with [Required] applied once to
// each sum. Lines are numbered anew, in the order in which a walk down the tree
// first meets their parts. Parts in different units, with different parameters, or
// in pieces of different sizes, stay apart. An assembly that is not pinned or not
// opened, whose release has no BOM, or that is not counted in pieces, is a leaf.
//
// A line that sums several keeps what the first of them says of the part, with
// the offers of the first that has any, and loses what belongs to one place alone
// (note, extra, row; references unless all are the root's own). Paths lists the ways to it in the order of the tree, at
// most MaxPaths of them and fewer in very large trees; a finding says when some
// are left out. Lines that do not count are not in it, nor those whose parts stand
// below them in the same BOM. Tools are listed once each, with
// the largest quantity that one design asks for: they are not used up.
//
// The work grows with the number of different releases and their parts, not
// with the number of paths. It is of kind TooLarge when even that is too much.
func (t *Tree) Flat(units int64) (*BOM, error) {
	n, err := checkUnits(units)
	if err != nil {
		return nil, err
	}
	f := flattener{known: make(map[*branch]*parts)}
	sums := f.flatten(t.root)
	if f.ways > maxWays {
		return nil, &schema.Error{
			Kind: schema.TooLarge, Detail: "the tree has too many different parts on too many levels to be flattened", Fix: "ask for the flat view of its assemblies",
		}
	}
	view := New()
	view.Findings = append(view.Findings, t.findings()...)
	view.Lines = make([]Line, 0, len(sums.groups))
	left := maxAllPaths
	for _, g := range sums.groups {
		l := g.line(t.root)
		l.number(len(view.Lines) + 1)
		l.Quantity = g.sum.decimal()
		l.Required = Required(l, n)
		l.Paths = g.list(max(1, min(left, MaxPaths)))
		left -= len(l.Paths)
		if count := g.count.decimal(); count.Compare(schema.DecimalOf(int64(len(l.Paths)))) > 0 {
			view.Findings = append(view.Findings, pathsLeftOut(&l, count))
		}
		view.Lines = append(view.Lines, l)
	}
	view.Tools = t.root.tools(len(view.Lines))
	view.Summary = Summarize(view.Lines)
	return view, nil
}

func pathsLeftOut(l *Line, count schema.Decimal) Finding {
	return Finding{
		Severity: schema.SeverityInfo, Code: "paths-left-out", Field: "paths",
		Message: fmt.Sprintf("line %d (%s) comes by %s paths; the first %d are listed", l.Line, l.Name, count, len(l.Paths)),
	}
}

// number gives a line of a view its place in it.
func (l *Line) number(n int) {
	l.Line, l.Item = n, strconv.Itoa(n)
}

// Parts are the leaf parts below one branch, for one unit of it.
type parts struct {
	groups []*group // in the order of first appearance
	index  map[identity]*group
}

// A group is equal parts, summed.
type group struct {
	id    identity
	owner *branch // of the line that was met first
	first int     // its index
	sum   total
	count total // of paths
	ways  []way
	offer *Line // the first that has offers
}

// A way is how a part comes into a branch: by a line of its own (below is nil),
// or by an assembly. Ways are shared between branches, so that the paths, of
// which there may be more than fit into memory, are written out only in the end.
type way struct {
	line  int
	item  string
	below *group
}

type flattener struct {
	known map[*branch]*parts
	ways  int // so far; beyond maxWays nothing is added
}

func (f *flattener) flatten(b *branch) *parts {
	if p, ok := f.known[b]; ok {
		return p
	}
	p := &parts{}
	if b.BOM != nil {
		p.index = make(map[identity]*group, len(b.lines))
		for i := range b.lines {
			l := &b.lines[i]
			switch child, opened := b.children[i]; {
			case !l.Counts(), b.parents[l.Item]:
			case opened:
				below := f.flatten(child)
				if f.ways += len(below.groups); f.ways <= maxWays {
					p.include(below, i, l)
				}
			default:
				g := p.group(b.identityOf(i), b, i)
				g.sum.add(l.Quantity)
				if g.offer == nil && len(l.Offers) > 0 {
					g.offer = l
				}
				g.count.addWhole(1)
				f.ways++
				g.ways = append(g.ways, way{line: i, item: l.Item})
			}
		}
	}
	f.known[b] = p
	return p
}

func (p *parts) group(id identity, owner *branch, first int) *group {
	g := p.index[id]
	if g == nil {
		g = &group{id: id, owner: owner, first: first}
		p.index[id] = g
		p.groups = append(p.groups, g)
	}
	return g
}

// include adds the parts of an assembly that stands on line l, whose index is i.
func (p *parts) include(below *parts, i int, l *Line) {
	for _, g := range below.groups {
		mine := p.group(g.id, g.owner, g.first)
		mine.sum.addProduct(g.sum, l.Quantity)
		mine.count.addProduct(g.count, one)
		mine.ways = append(mine.ways, way{line: i, item: l.Item, below: g})
		mine.offer = cmp.Or(mine.offer, g.offer)
	}
}

// line gives the line that stands for the group.
func (g *group) line(root *branch) Line {
	l := g.owner.line(g.first)
	l.Source, l.Row, l.Parent = 0, 0, "" // parents are not in the view, and items are new
	if g.offer != nil {
		l.Offers = g.offer.Offers
	}
	if len(g.ways) == 1 && g.ways[0].below == nil {
		return l
	}
	l.Note, l.Extra, l.QuantityText = "", nil, ""
	if l.Unit != Pieces {
		l.PieceSize = nil
	}
	l.PieceCount, l.References = schema.Decimal{}, nil
	if l.PieceSize != nil { // which all of them have
		l.PieceCount = g.sum.decimal()
	}
	for _, w := range g.ways {
		if w.below != nil {
			l.References = nil
			break
		}
		l.References = append(l.References, root.lines[w.line].References...)
	}
	return l
}

// list writes out the first limit paths.
func (g *group) list(limit int) []string {
	var paths []string
	g.walk(nil, func(path []byte) bool {
		paths = append(paths, string(path))
		return len(paths) < limit
	})
	return paths
}

// walk calls visit with each path, until it says false. Every way leads to at
// least one path, so it never searches in vain.
func (g *group) walk(prefix []byte, visit func([]byte) bool) bool {
	for _, w := range g.ways {
		path := append(slices.Clip(prefix), w.item...)
		if w.below == nil {
			if !visit(path) {
				return false
			}
		} else if !w.below.walk(append(path, '/'), visit) {
			return false
		}
	}
	return true
}

// tools lists the tools of all releases in the tree, equal ones once. They are
// numbered after the lines.
func (b *branch) tools(after int) []Line {
	list := []Line{}
	index := map[identity]int{}
	seen := map[*branch]bool{}
	var visit func(*branch)
	visit = func(b *branch) {
		if b.BOM == nil || seen[b] {
			return
		}
		seen[b] = true
		for _, tool := range b.BOM.Tools {
			id := toolIdentity(tool)
			at, known := index[id]
			if !known {
				index[id] = len(list)
				tool.Source, tool.Row, tool.Parent = 0, 0, ""
				tool.number(after + len(list) + 1)
				list = append(list, tool)
			} else if list[at].Quantity.Compare(tool.Quantity) < 0 {
				list[at].Quantity = tool.Quantity
			}
		}
		for i := range b.lines {
			if child, opened := b.children[i]; opened {
				visit(child)
			}
		}
	}
	visit(b)
	return list
}

func toolIdentity(tool Line) identity {
	alone := branch{Node: &Node{}, lines: []Line{tool}}
	return alone.identityOf(0)
}
