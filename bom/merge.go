package bom

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/patternbook/patternbook/schema"
)

// Merge makes one BOM of several files' (electrical and mechanical, say). The
// order of parts decides, so give them in an order that stays. A single part
// is given back as it is.
//
// The first part keeps its numbers and items; the numbers of each further one
// are shifted behind those before it. Where one of its items is taken already,
// all of its items get its place among the parts as a prefix ("2-5" for item 5
// of the second part), so that items of one file still look alike. The source
// indexes of lines and findings are shifted. The parts are not changed.
func Merge(parts ...*BOM) *BOM {
	merged := New()
	names := naming{taken: map[string]bool{}, next: map[string]int{}}
	after := 0
	for i, p := range parts {
		m := merger{BOM: merged, source: len(merged.Sources), after: after, names: names}
		if p.clashes(names.taken) {
			m.prefix = strconv.Itoa(i+1) + "-"
			m.Findings = append(m.Findings, Finding{
				Severity: schema.SeverityInfo, Code: "items-prefixed", Source: m.source,
				Message: fmt.Sprintf("items occur in a file before it too; here they begin with %q", m.prefix),
			})
		}
		merged.Sources = append(merged.Sources, p.Sources...)
		merged.Lines = m.add(merged.Lines, p.Lines)
		merged.Tools = m.add(merged.Tools, p.Tools)
		for _, f := range p.Findings {
			f.Source += m.source
			merged.Findings = append(merged.Findings, f)
		}
		after = max(after, m.last)
	}
	merged.Summary = Summarize(merged.Lines)
	return merged
}

func (b *BOM) clashes(taken map[string]bool) bool {
	has := func(l Line) bool { return taken[l.Item] }
	return slices.ContainsFunc(b.Lines, has) || slices.ContainsFunc(b.Tools, has)
}

type merger struct {
	*BOM
	source int    // index of the part's first source
	after  int    // greatest line number before the part
	last   int    // greatest line number so far
	prefix string // of its items
	names  naming
}

func (m *merger) add(to, lines []Line) []Line {
	renamed := map[string]string{} // items that lines below may have as their parent
	for _, l := range lines {
		written := l.Item
		l.Line += m.after
		m.last = max(m.last, l.Line)
		l.Source += m.source
		l.Item = m.names.unique(m.prefix + cut(l.Item, maxItem-12-len(m.prefix)))
		if l.Item != written {
			renamed[written] = l.Item
		}
		l.Parent = cmp.Or(renamed[l.Parent], l.Parent)
		l.Extra = maps.Clone(l.Extra)
		to = append(to, l)
	}
	return to
}
