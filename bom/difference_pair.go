package bom

import (
	"cmp"
	"slices"
	"strings"
)

// A pairing finds which lines of two lists are the same line.
type pairing struct {
	before, after []candidate
	left          int // lines of before without a mate; no round is run when there are none
}

// A candidate is a line that looks for its mate in the other list.
type candidate struct {
	*Line
	mate       int      // index into the other list, or -1
	part       string   // what it is, or "" when it says nothing of that
	references []string // each once, in order
	joined     string   // the references as one text
}

func candidates(lines []Line) []candidate {
	list := make([]candidate, len(lines))
	for i := range lines {
		l := &lines[i]
		c := candidate{Line: l, mate: -1, part: partOf(l), references: slices.Compact(slices.Sorted(slices.Values(l.References)))}
		c.joined = strings.Join(c.references, separator)
		list[i] = c
	}
	return list
}

// separator parts the texts of a key; no text of a line that was read has it.
const separator = "\x00"

// partOf says what a line is, as [identity] does, but without the unit and the
// parameters, which may change, and without what a registry knows of it. A made
// part is its files by their paths.
func partOf(l *Line) string {
	key := func(by string, texts ...string) string {
		joined := strings.Join(texts, separator)
		if strings.Trim(joined, separator) == "" {
			return ""
		}
		return by + separator + joined
	}
	switch {
	case l.Kind == KindAssembly:
		if a := l.Assembly; a != nil {
			if !a.Design.IsZero() {
				return key("design", a.Design.String())
			}
			return key("assembly", a.Reference)
		}
	case l.Part.MPN != "":
		return key("mpn", fold(l.Part.Manufacturer), fold(l.Part.MPN))
	case l.Part.Standard != "":
		return key("standard", fold(l.Part.Standard))
	case !l.Part.Digest.IsZero():
		return key("digest", l.Part.Digest.String())
	case l.Kind == KindMade && len(l.Files) > 0:
		return key("files", slices.Sorted(slices.Values(l.Files))...)
	}
	return described(l)
}

// described is what a line is by its own words.
func described(l *Line) string {
	if l.Name == "" && l.Value == "" && l.Footprint == "" {
		return ""
	}
	return "described" + separator + fold(l.Name) + separator + fold(l.Value) + separator + fold(l.Footprint)
}

// pairLines finds the mates, the surest first. Every rule is the same in both
// directions, so that a difference turned round is the difference of the BOMs
// turned round.
func pairLines(before, after []Line) *pairing {
	p := &pairing{before: candidates(before), after: candidates(after), left: len(before)}
	p.pair(func(c *candidate) string { return c.key(c.Name, c.Quantity.String(), c.Unit, c.Note) })
	p.pair(func(c *candidate) string { return onlyWith(c.part+c.joined, c.key(c.Item)) })
	p.pair(func(c *candidate) string { return onlyWith(c.part+c.joined, c.key()) })
	p.vote(func(b, a *candidate) bool { return b.part == a.part })
	p.pair(func(c *candidate) string { return onlyWith(c.part, fitted(c.Line)) })
	p.pair(func(c *candidate) string { return c.part })
	p.vote(func(b, a *candidate) bool { return true })
	p.pairSingle(func(c *candidate) string { return fold(c.Part.MPN) })
	p.pairSingle(func(c *candidate) string { return described(c.Line) })
	p.pairSingle(func(c *candidate) string { return onlyWith(fold(c.Name), c.Item) })
	p.pairSingle(func(c *candidate) string { return fold(c.Name) })
	p.pairSingle(func(c *candidate) string { return onlyWith(c.Item, firstWord(c.Name)) })
	return p
}

// key joins what the line is, its designators, whether it is fitted, and texts.
func (c *candidate) key(texts ...string) string {
	return c.part + separator + c.joined + separator + fitted(c.Line) + separator + strings.Join(texts, separator)
}

func fitted(l *Line) string {
	if l.Fitted {
		return "fitted"
	}
	return "unfitted"
}

// onlyWith joins two texts, or gives none when one of them is empty.
func onlyWith(text, other string) string {
	if text == "" || other == "" {
		return ""
	}
	return text + separator + other
}

// firstWord gives the word that most often says what kind of thing it is: the
// bolt of "Bolt M8 x 30".
func firstWord(name string) string {
	word, _, _ := strings.Cut(fold(name), " ")
	return strings.TrimRight(word, ",;:")
}

// waiting lists what has no mate yet by its key; the empty key is none.
func waiting(list []candidate, key func(*candidate) string) map[string][]int {
	found := map[string][]int{}
	for i := range list {
		if list[i].mate >= 0 {
			continue
		}
		if k := key(&list[i]); k != "" {
			found[k] = append(found[k], i)
		}
	}
	return found
}

// pair makes mates of those with the same key, in the order they stand in.
func (p *pairing) pair(key func(*candidate) string) {
	if p.left == 0 {
		return
	}
	mates := waiting(p.after, key)
	for i := range p.before {
		if p.before[i].mate >= 0 {
			continue
		}
		k := key(&p.before[i])
		if found := mates[k]; k != "" && len(found) > 0 {
			p.marry(i, found[0])
			mates[k] = found[1:]
		}
	}
}

// pairSingle makes mates of those whose key no other line has, unless their
// designators say that they are two things.
func (p *pairing) pairSingle(key func(*candidate) string) {
	if p.left == 0 {
		return
	}
	mates := waiting(p.after, key)
	for k, mine := range waiting(p.before, key) {
		if found := mates[k]; len(mine) == 1 && len(found) == 1 && !apart(&p.before[mine[0]], &p.after[found[0]]) {
			p.marry(mine[0], found[0])
		}
	}
}

// apart tells whether both have designators, and none in common.
func apart(b, a *candidate) bool {
	if len(b.references) == 0 || len(a.references) == 0 {
		return false
	}
	mine, theirs := b.references, a.references
	for len(mine) > 0 && len(theirs) > 0 {
		switch c := cmp.Compare(mine[0], theirs[0]); {
		case c == 0:
			return false
		case c < 0:
			mine = mine[1:]
		default:
			theirs = theirs[1:]
		}
	}
	return true
}

func (p *pairing) marry(i, j int) {
	p.before[i].mate, p.after[j].mate = j, i
	p.left--
}

// owners gives the line on which each designator stands, -1 when there are
// several. Designators without a number (R?) stand for no one part.
func owners(list []candidate, single bool) map[string]int {
	found := map[string]int{}
	for i := range list {
		if single && list[i].mate >= 0 {
			continue
		}
		for _, r := range list[i].references {
			if at, met := found[r]; met && at != i {
				found[r] = -1
			} else if !strings.ContainsAny(r, "?*") {
				found[r] = i
			}
		}
	}
	return found
}

// A tie is what two lines without mates have in common.
type tie struct {
	shared int // designators
	i, j   int
}

// vote makes mates of lines that share at least half of their designators, those
// that share most first.
func (p *pairing) vote(allowed func(before, after *candidate) bool) {
	if p.left == 0 {
		return
	}
	mine, theirs := owners(p.before, true), owners(p.after, true)
	var ties []tie
	for i := range p.before {
		b := &p.before[i]
		if b.mate >= 0 {
			continue
		}
		shared := map[int]int{}
		for _, r := range b.references {
			if j, ok := theirs[r]; ok && j >= 0 && mine[r] == i {
				shared[j]++
			}
		}
		for j, n := range shared {
			if a := &p.after[j]; 2*n >= max(len(b.references), len(a.references)) && allowed(b, a) {
				ties = append(ties, tie{n, i, j})
			}
		}
	}
	slices.SortFunc(ties, func(s, t tie) int {
		return cmp.Or(-cmp.Compare(s.shared, t.shared), cmp.Compare(s.i, t.i), cmp.Compare(s.j, t.j))
	})
	for _, t := range ties {
		if p.before[t.i].mate < 0 && p.after[t.j].mate < 0 {
			p.marry(t.i, t.j)
		}
	}
}
