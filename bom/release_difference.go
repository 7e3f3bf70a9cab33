package bom

import (
	"context"

	"github.com/patternbook/patternbook/schema"
)

// A ReleaseDifference is what changed from one design to another: two releases,
// of one design or of a design and its fork, or what is not published yet.
type ReleaseDifference struct {
	Before ReleaseName `json:"before"`
	After  ReleaseName `json:"after"`
	View   View        `json:"view"` // of the BOMs compared: lines or flat
	BOM    *Difference `json:"bom"`
}

// A ReleaseName says which release is meant. It is empty for what is not
// published.
type ReleaseName struct {
	Design  schema.Design  `json:"design,omitzero"`
	Version schema.Version `json:"version,omitzero"`
	Release schema.Digest  `json:"release,omitzero"`
}

// CompareNodes compares the BOMs of two designs: as written, or the flat views of
// one unit of each, with all assemblies opened. A design without a BOM has one
// without lines. Errors: Invalid for another view; those of fetch and of exploding.
func CompareNodes(ctx context.Context, before, after *Node, view View, fetch Fetch) (*ReleaseDifference, error) {
	if view != ViewLines && view != ViewFlat {
		return nil, &schema.Error{Kind: schema.Invalid, Detail: "the view " + schema.Quote(string(view)) + " cannot be compared", Fix: "compare lines or flat"}
	}
	d := &ReleaseDifference{View: view}
	var boms [2]*BOM
	for i, side := range []struct {
		node *Node
		name *ReleaseName
	}{{before, &d.Before}, {after, &d.After}} {
		*side.name = ReleaseName{side.node.Design, side.node.Version, side.node.Release}
		tree, err := Explode(ctx, side.node, fetch, Choices{})
		if err != nil {
			return nil, err
		}
		if boms[i], err = tree.View(Query{View: view}); err != nil {
			return nil, err
		}
	}
	d.BOM = Compare(boms[0], boms[1])
	return d, nil
}
