package bom

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/patternbook/patternbook/schema"
)

// An AlternateChoice takes another part in the place of a line's own: either of
// one line (Line, with Rank or MPN) or wherever a part occurs (Part, with Use).
type AlternateChoice struct {
	// Line is the path of the line's items, like "16/10", or its name where only one
	// line has it. The choice holds for that line of that release wherever it is
	// built in.
	Line string
	Rank int    // of the alternate, from 2
	MPN  string // of the alternate, when Rank is 0

	// Part is replaced in all lines that have it: by its MPN, and its manufacturer
	// when that is said.
	Part Part
	// Use takes its place. It need not be among the alternates of the line: a
	// finding says when it is not.
	Use Part
}

// String says what the choice is about, for messages.
func (c AlternateChoice) String() string {
	if c.Line != "" {
		return "line " + schema.Quote(c.Line)
	}
	return "part " + partText(c.Part)
}

// partText names a part in messages.
func partText(p Part) string {
	return schema.Quote(tidy(p.Manufacturer + " " + cmp.Or(p.MPN, p.Standard)))
}

// substitute makes the choices of alternates. Those for a line go first, so that
// those for a part leave it alone.
func (t *Tree) substitute(choices []AlternateChoice) error {
	s := substitution{tree: t, done: map[*branch]map[int]bool{}}
	for n, c := range choices {
		if err := c.check(n); err != nil {
			return err
		}
		if c.Line == "" {
			continue
		}
		if err := s.line(n, c); err != nil {
			return err
		}
	}
	for n, c := range choices {
		if c.Line != "" {
			continue
		}
		if !s.part(c) {
			return c.fault(n, "no line has it", "write the MPN as the bill of materials writes it")
		}
	}
	return nil
}

func (c AlternateChoice) check(n int) error {
	switch {
	case c.Line != "" && (c.Part != Part{} || c.Use != Part{}):
		return c.fault(n, "it names a line and a part", "name one of them")
	case c.Line != "" && (c.Rank == 0) == (c.MPN == ""):
		return c.fault(n, "it does not say which alternate", "write its rank or its MPN")
	case c.Line == "" && c.Part.MPN == "":
		return c.fault(n, "it names neither a line nor a part", "write a line, or the MPN of a part")
	case c.Line == "" && c.Use.MPN == "":
		return c.fault(n, "it does not say what to use", "write the MPN to be used")
	}
	return nil
}

func (c AlternateChoice) fault(n int, detail, fix string) error {
	return &schema.Error{
		Kind: schema.Invalid, Detail: "a choice of an alternate fits nothing", Fix: fix,
		At: []schema.Place{{Field: "alternates[" + strconv.Itoa(n) + "]", Detail: c.String() + ": " + detail}},
	}
}

// A substitution knows which lines were chosen for already, so that what takes a
// part's place is not replaced in turn.
type substitution struct {
	tree *Tree
	done map[*branch]map[int]bool
}

func (s *substitution) mark(b *branch, i int) {
	if s.done[b] == nil {
		s.done[b] = map[int]bool{}
	}
	s.done[b][i] = true
}

func (s *substitution) line(n int, c AlternateChoice) error {
	node, i, err := s.tree.locate(c.Line)
	if errors.Is(err, schema.NotFound) {
		return c.fault(n, "there is no such line", "write the items of the way to it with slashes, like 16/10, or its name")
	}
	if err != nil {
		return err
	}
	for _, b := range s.tree.branches {
		if b.Node != node {
			continue
		}
		if s.done[b][i] {
			return c.fault(n, "another choice is for the same line", "leave one of them")
		}
		s.mark(b, i)
		if c.Rank == 1 {
			continue
		}
		l := &b.lines[i]
		at := slices.IndexFunc(l.Alternates, func(a Alternate) bool {
			return c.Rank != 0 && a.Rank == c.Rank || c.Rank == 0 && fold(a.MPN) == fold(c.MPN)
		})
		if at < 0 {
			return c.fault(n, "it has no such alternate", alternatesOf(l))
		}
		b.use(i, at)
	}
	return nil
}

func alternatesOf(l *Line) string {
	if len(l.Alternates) == 0 {
		return "the line has none"
	}
	list := "it has"
	for _, a := range l.Alternates[:min(len(l.Alternates), 20)] {
		list += fmt.Sprintf(" %d (%s)", a.Rank, tidy(a.Manufacturer+" "+a.MPN))
	}
	return list
}

// part makes a choice for all lines that have the part, and tells whether there
// are any.
func (s *substitution) part(c AlternateChoice) bool {
	found := false
	for _, b := range s.tree.branches {
		for i := range b.lines {
			if s.done[b][i] {
				found = found || Covers(c.Part, b.Node.BOM.Lines[i].Part)
				continue
			}
			if !Covers(c.Part, b.lines[i].Part) {
				continue
			}
			found = true
			s.mark(b, i)
			b.use(i, b.alternate(i, c.Use))
		}
	}
	return found
}

// Covers tells whether q is the part that p describes: all that p states, q states
// too, without regard to case and spaces; a manufacturer that q leaves out is no
// other one. A p that states nothing but a manufacturer covers nothing.
func Covers(p, q Part) bool {
	if p.MPN == "" && p.Standard == "" && p.Digest.IsZero() {
		return false
	}
	agrees := func(asked, has string) bool { return asked == "" || fold(asked) == fold(has) }
	return agrees(p.MPN, q.MPN) && agrees(p.Standard, q.Standard) && agrees(p.Version, q.Version) && (p.Digest.IsZero() || p.Digest == q.Digest) &&
		(q.Manufacturer == "" || agrees(p.Manufacturer, q.Manufacturer))
}

// alternate gives the place of a part among the alternates of line i, and puts it
// there when it is none of them.
func (b *branch) alternate(i int, use Part) int {
	b.own()
	l := &b.lines[i]
	at := slices.IndexFunc(l.Alternates, func(a Alternate) bool {
		return Covers(use, Part{Manufacturer: a.Manufacturer, MPN: a.MPN})
	})
	if at >= 0 {
		return at
	}
	rank := 2
	for _, a := range l.Alternates {
		rank = max(rank, a.Rank+1)
	}
	l.Alternates = append(slices.Clip(l.Alternates), Alternate{Rank: rank, Manufacturer: use.Manufacturer, MPN: use.MPN})
	if len(b.findings) < maxFindings {
		b.findings = append(b.findings, Finding{
			Severity: schema.SeverityInfo, Code: "alternate-foreign", Field: "alternates",
			Message: fmt.Sprintf("%s, chosen for item %s%s (%s), is not among its alternates", partText(use), l.Item, b.within(), l.Name),
		})
	}
	return len(l.Alternates) - 1
}

// use lets an alternate of line i take the part's place, and the part the
// alternate's.
func (b *branch) use(i, at int) {
	b.own()
	l := &b.lines[i]
	chosen, former := l.Alternates[at], l.Part
	l.Part = Part{Manufacturer: chosen.Manufacturer, MPN: chosen.MPN, Standard: former.Standard}
	l.Alternates = slices.Clone(l.Alternates)
	if former.MPN == "" {
		l.Alternates = slices.Delete(l.Alternates, at, at+1)
	} else {
		l.Alternates[at] = Alternate{Rank: chosen.Rank, Manufacturer: former.Manufacturer, MPN: former.MPN}
	}
	b.dropOffers(i, "the chosen alternate")
}

// locate gives the line that text means as its node and its index there. Unlike
// with [Tree.Find], a name that one line has is plain, by however many paths that
// line comes.
func (t *Tree) locate(text string) (*Node, int, error) {
	if p, found := t.byPath(tidy(text)); found {
		if i := slices.IndexFunc(p.Node.BOM.Lines, func(l Line) bool { return l.Item == p.Line.Item }); i >= 0 {
			return p.Node, i, nil
		}
	}
	var node *Node
	index, name := -1, fold(text)
	for _, b := range t.branches {
		for i := range b.lines {
			if name == "" || fold(b.lines[i].Name) != name || node == b.Node && index == i {
				continue
			}
			if node != nil {
				_, err := t.Find(text) // says which
				return nil, 0, err
			}
			node, index = b.Node, i
		}
	}
	if node == nil {
		return nil, 0, schema.NotFound
	}
	return node, index, nil
}
