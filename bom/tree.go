package bom

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/patternbook/patternbook/schema"
)

const (
	// MaxDepth is how many assemblies may stand one in another.
	MaxDepth = 64
	// MaxTreeLines is how many lines the tree view may have.
	MaxTreeLines = 250_000
	// MaxReleases is how many different releases a tree may be made of.
	MaxReleases = 10_000
	// MaxPaths is how many paths the flat view lists for one line.
	MaxPaths = 1000
)

// A Node is what exploding needs to know of one release.
type Node struct {
	Release schema.Digest            // of the release document; zero for what is not published, which only a root can be
	Design  schema.Design            // made parts are equal by name within one design
	Version schema.Version           // for messages
	BOM     *BOM                     // as written; nil when the release has none
	Pins    map[string]schema.Pin    // of the assembly lines, by item
	Files   map[string]schema.Digest // by path: made parts are equal by the digests of their files
}

// NodeOf makes a node of a release document, its digest and its BOM, which is nil
// when it has none.
func NodeOf(digest schema.Digest, r schema.Release, b *BOM) *Node {
	n := &Node{
		Release: digest, Design: r.Design, Version: r.Version, BOM: b,
		Pins:  make(map[string]schema.Pin, len(r.Assemblies)),
		Files: make(map[string]schema.Digest, len(r.Files)),
	}
	for _, p := range r.Assemblies {
		n.Pins[p.Item] = p
	}
	for _, f := range r.Files {
		n.Files[f.Path] = f.Digest
	}
	return n
}

// A Fetch gives the node of a release. Explode calls it once for each release,
// not at the same time. For a release whose BOM cannot be had any more it may
// give a Node without a BOM: that is a leaf.
type Fetch func(ctx context.Context, release schema.Digest) (*Node, error)

// A Tree is a design with all its pinned assemblies. It does not change, and
// may be used by several goroutines at once. Its views share lists with the BOMs
// that were exploded: change none of them.
type Tree struct {
	root *branch
}

// A branch is one release in a tree. A release that several lines pin is one
// branch, so a tree costs what its different releases cost, not its paths.
type branch struct {
	*Node
	children map[int]*branch // by index into BOM.Lines; only fitted, pinned lines counted in pieces, whose release has a BOM
	pins     map[int]schema.Pin
	parents  map[string]bool // items of the lines whose parts stand below them in this BOM
	depth    int             // of the assemblies below
}

// Explode opens the pinned assemblies of root, and theirs. Lines that are not
// fitted, or not pinned, are not opened. fetch may be nil when nothing is pinned.
//
// Errors: Invalid for a design that contains itself, in whatever version, with
// the path that closes the cycle; TooLarge for nesting deeper than MaxDepth and
// for more than MaxReleases releases; those of fetch, and of ctx.
func Explode(ctx context.Context, root *Node, fetch Fetch) (*Tree, error) {
	x := exploder{ctx: ctx, fetch: fetch, known: make(map[schema.Digest]*branch)}
	b, err := x.open(root)
	if err != nil {
		return nil, err
	}
	return &Tree{root: b}, nil
}

type exploder struct {
	ctx   context.Context
	fetch Fetch
	known map[schema.Digest]*branch // nil while a release is being opened: meeting it then is a cycle
	path  []string                  // items from the root to what is being opened
	above []schema.Design           // designs on that path
}

func (x *exploder) open(n *Node) (*branch, error) {
	b := &branch{Node: n, children: map[int]*branch{}, pins: map[int]schema.Pin{}}
	if len(x.path) > MaxDepth {
		return nil, x.fault(schema.TooLarge, fmt.Sprintf("assemblies are nested deeper than %d levels", MaxDepth))
	}
	if !n.Release.IsZero() {
		x.known[n.Release] = nil
	}
	x.above = append(x.above, n.Design)
	if n.BOM != nil {
		b.parents = Parents(n.BOM.Lines)
		for i := range n.BOM.Lines {
			if err := x.openLine(b, i); err != nil {
				return nil, err
			}
		}
	}
	x.above = x.above[:len(x.above)-1]
	if !n.Release.IsZero() {
		x.known[n.Release] = b
	}
	return b, nil
}

func (x *exploder) openLine(b *branch, i int) error {
	line := &b.BOM.Lines[i]
	pin, pinned := b.Pins[line.Item]
	if line.Kind != KindAssembly || !pinned {
		return nil
	}
	b.pins[i] = pin
	if !line.Counts() || line.Unit != Pieces || b.parents[line.Item] {
		return nil
	}
	x.path = append(x.path, line.Item)
	child, err := x.child(pin)
	if err != nil {
		return err
	}
	x.path = x.path[:len(x.path)-1]
	if child.depth+1+len(x.path) > MaxDepth {
		return x.fault(schema.TooLarge, fmt.Sprintf("assemblies are nested deeper than %d levels", MaxDepth))
	}
	b.depth = max(b.depth, child.depth+1)
	if child.BOM != nil {
		b.children[i] = child
	}
	return nil
}

func (x *exploder) child(pin schema.Pin) (*branch, error) {
	child, met := x.known[pin.Release]
	switch {
	case met && child == nil, !pin.Design.IsZero() && slices.Contains(x.above, pin.Design):
		return nil, x.cycle(pin)
	case met:
		return child, nil
	case len(x.known) >= MaxReleases:
		return nil, x.fault(schema.TooLarge, fmt.Sprintf("the tree is made of more than %d releases", MaxReleases))
	}
	if err := x.ctx.Err(); err != nil {
		return nil, err
	}
	if x.fetch == nil {
		return nil, x.fault(schema.NotFound, pin.Design.String()+" is pinned, and there is nowhere to fetch it from")
	}
	n, err := x.fetch(x.ctx, pin.Release)
	if err != nil {
		return nil, fmt.Errorf("open %s at %s: %w", pin.Design, strings.Join(x.path, "/"), err)
	}
	if n.Release != pin.Release { // what is opened must be what is pinned: the cycle check stands on it
		copied := *n
		copied.Release, n = pin.Release, &copied
	}
	return x.open(n)
}

func (x *exploder) cycle(pin schema.Pin) error {
	var way strings.Builder
	for _, d := range x.above[max(0, slices.Index(x.above, pin.Design)):] {
		way.WriteString(d.String() + " → ")
	}
	return x.fault(schema.Invalid, pin.Design.String()+" contains itself: "+way.String()+pin.Design.String())
}

func (x *exploder) fault(kind schema.Kind, detail string) error {
	return &schema.Error{Kind: kind, Detail: detail, At: []schema.Place{{Field: strings.Join(x.path, "/")}}}
}

// line gives the branch's line i as views show it: with its pin.
func (b *branch) line(i int) Line {
	l := b.BOM.Lines[i]
	if pin, pinned := b.pins[i]; pinned {
		a := Assembly{Reference: pin.Reference}
		if l.Assembly != nil {
			a = *l.Assembly
		}
		a.Design, a.Version, a.Release, a.Variant = pin.Design, pin.Version, pin.Release, pin.Variant
		l.Assembly = &a
	}
	l.Extra = maps.Clone(l.Extra)
	return l
}

// Root gives the node that was exploded.
func (t *Tree) Root() *Node { return t.root.Node }
