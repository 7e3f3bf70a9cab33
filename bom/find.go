package bom

import (
	"strings"

	"github.com/patternbook/patternbook/schema"
)

// A Place is a line in a tree.
type Place struct {
	Path     string         // items from the root, like "16/10"
	Line     Line           // with its pin; its quantity is for one unit of the design it stands in
	Quantity schema.Decimal // for one unit of the root, in the line's unit
	Node     *Node          // the release whose BOM has the line
}

// Find gives the line or tool that text means: the path of its items ("16/10"),
// or its name where only one place of the tree has it, without regard to case.
// When several have it the error is of kind Ambiguous, and its places name the
// paths to choose from; when none has, NotFound.
func (t *Tree) Find(text string) (Place, error) {
	text = strings.TrimSpace(text)
	if p, found := t.byPath(text); found {
		return p, nil
	}
	const enough = 20 // candidates shown
	s := search{name: fold(text), below: map[*branch]bool{}, limit: enough + 1}
	if text != "" {
		s.walk(t.root, "")
	}
	switch len(s.paths) {
	case 0:
		return Place{}, &schema.Error{
			Kind: schema.NotFound, Detail: "no line is called " + schema.Quote(text),
			Fix: "write the items of the way to it with slashes, like 16/10, or its name",
		}
	case 1:
		p, _ := t.byPath(s.paths[0])
		return p, nil
	}
	e := &schema.Error{Kind: schema.Ambiguous, Detail: "several lines are called " + schema.Quote(text), Fix: "write the path of one"}
	for i, path := range s.paths {
		if i == enough {
			e.At = append(e.At, schema.Place{Detail: "and others"})
			break
		}
		p, _ := t.byPath(path)
		e.At = append(e.At, schema.Place{Field: path, Detail: p.Line.Name + " in " + p.Node.Design.String()})
	}
	return Place{}, e
}

func (t *Tree) byPath(path string) (Place, bool) {
	p := Place{Path: path, Quantity: one}
	b := t.root
	items := strings.Split(path, "/")
	for depth, item := range items {
		if b == nil || b.BOM == nil {
			return Place{}, false
		}
		i, ok := b.at(item)
		if !ok {
			tool := b.tool(item)
			if tool == nil || depth < len(items)-1 {
				return Place{}, false
			}
			p.Line, p.Node, p.Quantity = *tool, b.Node, tool.Quantity
			return p, true
		}
		p.Line, p.Node = b.line(i), b.Node
		p.Quantity = multiply(p.Quantity, p.Line.Quantity)
		b = b.children[i]
	}
	return p, true
}

func (b *branch) at(item string) (int, bool) {
	for i := range b.lines {
		if b.lines[i].Item == item {
			return i, true
		}
	}
	return 0, false
}

func (b *branch) tool(item string) *Line {
	for i := range b.BOM.Tools {
		if b.BOM.Tools[i].Item == item {
			return &b.BOM.Tools[i]
		}
	}
	return nil
}

// A search looks for a name in a tree, and stops at limit paths. It enters an
// assembly only when the name is in it, so it never walks more paths than it finds.
type search struct {
	name  string
	below map[*branch]bool
	limit int
	paths []string
}

func (s *search) has(b *branch) bool {
	if found, known := s.below[b]; known {
		return found
	}
	found := false
	for _, list := range [][]Line{b.lines, b.BOM.Tools} {
		for i := range list {
			found = found || fold(list[i].Name) == s.name
		}
	}
	for _, child := range b.children {
		found = found || s.has(child)
	}
	s.below[b] = found
	return found
}

func (s *search) walk(b *branch, prefix string) {
	if b.BOM == nil || !s.has(b) {
		return
	}
	for i := range b.lines {
		l := &b.lines[i]
		if len(s.paths) >= s.limit {
			return
		}
		if fold(l.Name) == s.name {
			s.paths = append(s.paths, prefix+l.Item)
		}
		if child, opened := b.children[i]; opened {
			s.walk(child, prefix+l.Item+"/")
		}
	}
	for i := range b.BOM.Tools {
		if tool := &b.BOM.Tools[i]; fold(tool.Name) == s.name && len(s.paths) < s.limit {
			s.paths = append(s.paths, prefix+tool.Item)
		}
	}
}
