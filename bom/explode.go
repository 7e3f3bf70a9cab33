package bom

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/patternbook/patternbook/schema"
)

// Explode opens the pinned assemblies of root, and theirs, as the choices say.
// Lines that are not fitted, or not pinned, are not opened. fetch may be nil when
// nothing is pinned.
//
// Errors: Invalid for a design that contains itself, in whatever version, with
// the path that closes the cycle, and for a choice that fits nothing; Ambiguous
// for a line chosen by a name that several have; TooLarge for nesting deeper than
// MaxDepth and for more than MaxReleases releases; those of fetch, and of ctx.
func Explode(ctx context.Context, root *Node, fetch Fetch, choices Choices) (*Tree, error) {
	x, err := newExploder(ctx, root, fetch, choices)
	if err != nil {
		return nil, err
	}
	chosen, err := root.BOM.chooseVariants(choices.Variants)
	if err != nil {
		return nil, err
	}
	b, err := x.open(root, opening{release: root.Release, variant: chosen.key(), left: x.left}, chosen)
	if err != nil {
		return nil, err
	}
	if err := x.checkStops(); err != nil {
		return nil, err
	}
	t := &Tree{root: b, branches: x.branches}
	if err := t.substitute(choices.Alternates); err != nil {
		return nil, err
	}
	return t, nil
}

// An opening is what a branch is shared by: the release, its variant, and how
// many levels below it may be opened.
type opening struct {
	release schema.Digest
	variant string
	left    int // allLevels without a limit
}

const allLevels = -1

type exploder struct {
	ctx      context.Context
	fetch    Fetch
	nodes    map[schema.Digest]*Node
	known    map[opening]*branch
	branches []*branch
	within   map[schema.Digest]bool // releases being opened: meeting one of them is a cycle
	path     []string               // items from the root to what is being opened
	above    []schema.Design        // designs on that path
	stops    map[schema.Design]bool // true when the tree has it
	closed   []schema.Pin           // of what is not opened
	left     int                    // levels to be opened below the root
}

func newExploder(ctx context.Context, root *Node, fetch Fetch, choices Choices) (*exploder, error) {
	x := &exploder{
		ctx: ctx, fetch: fetch, nodes: map[schema.Digest]*Node{}, known: map[opening]*branch{},
		within: map[schema.Digest]bool{}, stops: map[schema.Design]bool{}, left: allLevels,
	}
	if choices.Depth < 0 {
		return nil, &schema.Error{Kind: schema.Invalid, Detail: strconv.Itoa(choices.Depth) + " is not a depth", Fix: "ask for 1 or more levels, or 0 for all"}
	}
	if choices.Depth > 0 && choices.Depth < MaxDepth {
		x.left = choices.Depth
		if root.ordered != nil {
			x.left++ // the root is no design
		}
	}
	for _, d := range choices.Stop {
		x.stops[d] = false
	}
	for digest, n := range root.ordered {
		x.nodes[digest] = n
	}
	return x, nil
}

func (x *exploder) open(n *Node, as opening, chosen variants) (*branch, error) {
	b := &branch{Node: n, children: map[int]*branch{}, pins: map[int]schema.Pin{}}
	if len(x.path) > MaxDepth {
		return nil, x.fault(schema.TooLarge, fmt.Sprintf("assemblies are nested deeper than %d levels", MaxDepth))
	}
	x.above = append(x.above, n.Design)
	if !n.Release.IsZero() {
		x.within[n.Release] = true
	}
	x.branches = append(x.branches, b)
	if n.BOM != nil {
		b.lines = n.BOM.Lines
		b.vary(chosen)
		b.parents = Parents(b.lines)
		for i := range b.lines {
			if err := x.openLine(b, i, as.left); err != nil {
				return nil, err
			}
		}
	}
	x.above = x.above[:len(x.above)-1]
	delete(x.within, n.Release)
	if !n.Release.IsZero() {
		x.known[as] = b
	}
	return b, nil
}

func (x *exploder) openLine(b *branch, i, left int) error {
	line := &b.lines[i]
	if line.Kind != KindAssembly {
		return nil
	}
	pin, pinned := b.Pins[line.Item]
	if !pinned {
		x.meet(line)
		return nil
	}
	b.pins[i] = pin
	_, stopped := x.stops[pin.Design]
	if stopped {
		x.stops[pin.Design] = true
	}
	if !line.Counts() || line.Unit != Pieces || b.parents[line.Item] || stopped || left == 0 {
		x.closed = append(x.closed, pin)
		return nil
	}
	x.path = append(x.path, line.Item)
	child, err := x.child(b, pin, max(left-1, allLevels))
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

func (x *exploder) child(b *branch, pin schema.Pin, left int) (*branch, error) {
	if x.within[pin.Release] || !pin.Design.IsZero() && slices.Contains(x.above, pin.Design) {
		return nil, x.cycle(pin)
	}
	n, err := x.node(pin)
	if err != nil {
		return nil, err
	}
	chosen, unknown := n.BOM.pinnedVariants(pin.Variant)
	for _, name := range unknown {
		b.findings = append(b.findings, unknownVariant(b, x.path[len(x.path)-1], pin, name, n.BOM.VariantNames()))
	}
	as := opening{release: pin.Release, variant: chosen.key(), left: left}
	if child, met := x.known[as]; met {
		return child, nil
	}
	if len(x.known) >= MaxReleases {
		return nil, x.tooMany()
	}
	return x.open(n, as, chosen)
}

// node gives the node of a release: the same one each time.
func (x *exploder) node(pin schema.Pin) (*Node, error) {
	if n, met := x.nodes[pin.Release]; met {
		return n, nil
	}
	if len(x.nodes) >= MaxReleases {
		return nil, x.tooMany()
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
	x.nodes[pin.Release] = n
	return n, nil
}

func (x *exploder) tooMany() error {
	return x.fault(schema.TooLarge, fmt.Sprintf("the tree is made of more than %d releases", MaxReleases))
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
