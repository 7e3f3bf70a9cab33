package bom

import (
	"context"
	"maps"
	"slices"

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
	Files   map[string]schema.Digest // by path: made parts are equal by the digests of their files; nil when they are not known

	ordered map[schema.Digest]*Node // of a consolidated order: what its lines are pinned to
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

// Calling is f with each node as [Node.Calling] gives it.
func (f Fetch) Calling(names map[schema.Design]schema.Design) Fetch {
	return func(ctx context.Context, release schema.Digest) (*Node, error) {
		n, err := f(ctx, release)
		if err != nil {
			return nil, err
		}
		return n.Calling(names), nil
	}
}

// Calling is n for those who ask for designs by other names than it says: one that was
// renamed is pinned by the name that it had then. names gives the name asked for by the
// others of the same design.
func (n *Node) Calling(names map[schema.Design]schema.Design) *Node {
	if len(names) == 0 {
		return n
	}
	called := *n
	called.Pins = make(map[string]schema.Pin, len(n.Pins))
	for item, pin := range n.Pins {
		if asked, ok := names[pin.Design]; ok {
			pin.Design = asked
		}
		called.Pins[item] = pin
	}
	return &called
}

// A Tree is a design with all its pinned assemblies. It does not change, and
// may be used by several goroutines at once. Its views share lists with the BOMs
// that were exploded: change none of them.
type Tree struct {
	root     *branch
	branches []*branch // all that are in it
}

// A branch is one release in a tree, in one variant. A release that several
// lines pin is one branch, so a tree costs what its different releases cost, not
// its paths.
type branch struct {
	*Node
	lines    []Line          // the BOM's as the choices make them
	owned    bool            // lines are no longer the BOM's own list
	children map[int]*branch // by index into lines; only fitted, pinned lines counted in pieces, whose release has a BOM
	pins     map[int]schema.Pin
	parents  map[string]bool // items of the lines whose parts stand below them in this BOM
	depth    int             // of the assemblies below
	findings []Finding       // what the choices did
}

// own gives the branch a list of lines that may be changed.
func (b *branch) own() {
	if !b.owned {
		b.lines, b.owned = slices.Clone(b.lines), true
	}
}

// line gives the branch's line i as views show it: with its pin.
func (b *branch) line(i int) Line {
	l := b.lines[i]
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
