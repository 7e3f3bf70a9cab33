package bom

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/patternbook/patternbook/schema"
)

// An Order asks for units of a design.
type Order struct {
	Node     *Node
	Units    int64
	Variants []string
	// Name is what paths begin with when the node names no design: a file's name.
	Name string
}

// Consolidate makes one design of several orders, so that exploding it and asking
// for the flat view of one unit gives one order list for all. Each order is a
// line of kind assembly whose quantity is its units; its item tells the design
// ("ada:lamp@1.2.0"), and so do paths ("ada:lamp@1.2.0/16/10"). The
// nodes need not be published.
//
// Errors are of kind Invalid: no orders, units below 1 or above MaxUnits, a node
// without a BOM, a variant that its BOM does not know; TooLarge for more than
// MaxReleases orders.
func Consolidate(orders []Order) (*Node, error) {
	if len(orders) == 0 {
		return nil, &schema.Error{Kind: schema.Invalid, Detail: "nothing is ordered", Fix: "name at least one design"}
	}
	if len(orders) > MaxReleases {
		return nil, &schema.Error{Kind: schema.TooLarge, Detail: fmt.Sprintf("there are more than %d orders", MaxReleases)}
	}
	root := &Node{BOM: New(), Pins: map[string]schema.Pin{}, ordered: map[schema.Digest]*Node{}}
	names := naming{taken: map[string]bool{}, next: map[string]int{}}
	for i, o := range orders {
		if err := o.check(); err != nil {
			return nil, fmt.Errorf("order %d, %s: %w", i+1, o.title(i), err)
		}
		node := o.released()
		item := names.unique(cut(o.item(i), maxItem-12))
		root.ordered[node.Release] = node
		root.BOM.Lines = append(root.BOM.Lines, Line{
			Line: i + 1, Item: item, Name: o.title(i), Kind: KindAssembly, Quantity: schema.DecimalOf(o.Units), Unit: Pieces, Fitted: true,
			Assembly: &Assembly{Reference: o.title(i)},
		})
		root.Pins[item] = schema.Pin{
			Item: item, Reference: o.title(i), Design: node.Design, Version: node.Version, Release: node.Release, Variant: strings.Join(o.Variants, ","),
		}
	}
	root.BOM.Summary = Summarize(root.BOM.Lines)
	return root, nil
}

func (o Order) check() error {
	if o.Node == nil || o.Node.BOM == nil {
		return &schema.Error{Kind: schema.Invalid, Detail: "it has no bill of materials", Fix: "leave it out"}
	}
	if _, err := checkUnits(o.Units); err != nil {
		return err
	}
	_, err := o.Node.BOM.chooseVariants(o.Variants)
	return err
}

// title names what is ordered.
func (o Order) title(i int) string {
	if o.Node == nil || o.Node.Design.IsZero() {
		return cmp.Or(cut(o.Name, maxName), "order "+strconv.Itoa(i+1))
	}
	if o.Node.Version.IsZero() {
		return o.Node.Design.String()
	}
	return o.Node.Design.String() + "@" + o.Node.Version.String()
}

// item is the title without slashes, which part the items of a path.
func (o Order) item(i int) string {
	title := o.title(i)
	if o.Node.Design.IsZero() {
		return strings.Trim(strings.ReplaceAll(title, "/", ":"), ":")
	}
	return strings.ReplaceAll(title, "/", ":")
}

// released gives the node with a digest. One that is not published gets the digest
// of all that exploding needs to know of it, so that the same file ordered twice
// is one design.
func (o Order) released() *Node {
	if !o.Node.Release.IsZero() {
		return o.Node
	}
	known, err := json.Marshal(map[string]any{
		"design": o.Node.Design, "version": o.Node.Version, "bom": o.Node.BOM, "pins": o.Node.Pins, "files": o.Node.Files,
	})
	if err != nil {
		panic("bom: a node that cannot be written as JSON: " + err.Error()) // its members are all texts
	}
	n := *o.Node
	n.Release = schema.DigestOf(known)
	return &n
}
