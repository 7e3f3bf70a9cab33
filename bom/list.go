package bom

import (
	"fmt"
	"slices"
	"strings"

	"github.com/patternbook/patternbook/schema"
)

// A listLine is a line of a list of parts.
type listLine struct {
	row            int
	quantity, name string
	link           string
	bullet         bool
	numbered       bool
	loose          looseness
	title          bool // it is the title of those below it
	kind           Kind // of a title
	named          bool // of a title: it says that parts follow
	strong         bool // of a title: and nothing else that one may need
}

// Looseness is why a line is a part only where most others surely are.
type looseness int

const (
	firmLine     looseness = iota
	shortLine              // it has no quantity, and no form but that of a name
	numberedLine           // it has nothing but a number in front
	sentenceLine           // it ends with a full stop
)

// readList reads a list with a part on each line: "8 x Cup Hooks", "- 4 M3
// screws", "M3 nut: 4". It gives nil when the text is none. Where Markdown has
// headings, only the lists under those of parts are read.
func (p plainText) readList() (*BOM, error) {
	list, others, headed := listLines(p.lines())
	list, others = settleLoose(list, others, headed)
	whole := list
	if headed {
		list = underHeadings(list, func(l listLine) bool { return l.named })
	}
	if parts := countList(list); !parts.isList(others, headed) {
		if headed {
			list = underHeadings(whole, func(l listLine) bool { return l.strong })
		}
		if parts = countList(list); parts.all < 2 || parts.bullets < parts.all || !headed && others > 0 {
			return nil, nil
		}
	}
	t := p.table("list")
	t.columns = []column{{field: fieldQuantity, header: "", key: "quantity"}, {field: fieldName, header: "", key: "name"}, {field: fieldExtra, header: "Link", key: "Link"}}
	t.find(schema.SeverityInfo, "list", 0, "", fmt.Sprintf("there is no table; %s read as a quantity and a name", were(countList(list).all)))
	if others > 0 && !headed {
		t.find(schema.SeverityWarning, "lines-passed-over", 0, "", fmt.Sprintf("%s of the text have the form of no part; passed over", plural(others, "line")))
	}
	for _, l := range list {
		if l.title {
			t.section, t.sectionKind = "", ""
			if l.name != "" {
				t.enter(l.row, l.name)
				t.sectionKind = l.kind
			}
			continue
		}
		t.line(row{number: l.row, cells: []string{l.quantity, l.name, l.link}}, 0)
		if err := t.limits(); err != nil {
			return nil, err
		}
	}
	return t.end()
}

// A listCount is how many lines of a list there are, of what kind.
type listCount struct{ all, counted, bullets int }

func countList(list []listLine) (n listCount) {
	for _, l := range list {
		if l.title {
			continue
		}
		n.all++
		if l.quantity != "" {
			n.counted++
		}
		if l.bullet {
			n.bullets++
		}
	}
	return n
}

// isList tells whether so many lines of a text have a quantity that it is a list.
func (n listCount) isList(others int, headed bool) bool {
	const least = 2
	return (n.counted >= least || n.counted == 1 && others == 0) && 3*n.counted >= n.all && (headed || n.counted >= others+n.all-n.counted)
}

func were(n int) string {
	if n == 1 {
		return "1 line was"
	}
	return plural(n, "line") + " were"
}

// listLines reads the lines of a text. others counts those that are no part of a
// list; headed says that it has headings of Markdown.
func listLines(lines []string) (list []listLine, others int, headed bool) {
	var above headings
	fenced := false
	const enough = 2000 // lines without a part of a list, after which there is none
	for i, line := range lines {
		if line = trim(line); i == enough && len(list) == 0 || len(list) > MaxLines+1 {
			break
		}
		switch {
		case strings.HasPrefix(line, "```"):
			fenced = !fenced
			continue
		case line == "" || isRule(row{cells: []string{line}}) || len(line) > maxName:
			continue
		}
		if level, title, ok := headingLine(line); ok && !fenced {
			headed = true
			above.set(level, title)
			one := listLine{row: i + 1, title: true}
			one.name, one.kind, one.named = above.nearest()
			one.strong = above.strong()
			list = append(list, one)
			continue
		}
		one, ok := readListLine(line)
		one.row = i + 1
		switch n := len(list); {
		case ok:
			list = append(list, one)
		case one.name == "" && one.link != "" && n > 0 && !list[n-1].title: // the address of the part above
			list[n-1].link = cut(trim(list[n-1].link+" "+one.link), maxText)
		case !one.bullet && (strings.HasSuffix(line, ":") && len(line) < 80 || len(line) < 60 && i+1 < len(lines) && isBullet(lines[i+1])):
			list = append(list, titleLine(i+1, line, &above))
		case one.bullet && strings.HasSuffix(line, ":") && i+1 < len(lines) && isDeeper(lines[i], lines[i+1]):
			list = append(list, titleLine(i+1, one.name, &above))
		case one.bullet && one.name != "" && len(one.name) <= 120 && !strings.HasSuffix(one.name, "."):
			list = append(list, one)
		default:
			others++
			if one.loose = loosenessOf(one, line); one.loose != firmLine {
				list = append(list, one)
			}
		}
	}
	return list, others, headed
}

// titleLine takes a line for the title of those below it, within the headings
// above it.
func titleLine(row int, line string, above *headings) listLine {
	title, _ := plainMarkdown(strings.TrimRight(line, ": "))
	one := listLine{row: row, title: true, name: cut(title, maxHeader), kind: sectionKind(title), named: partsHeading.MatchString(title)}
	_, outer, named := above.nearest()
	if one.named = one.named || named; one.kind == "" {
		one.kind = outer
	}
	one.strong = above.strong() || strongHeading.MatchString(title)
	return one
}

func isBullet(line string) bool {
	one, _ := readListLine(trim(line))
	return one.bullet
}

// isDeeper tells whether a line is a bullet with a part, below and within another.
func isDeeper(above, line string) bool {
	indent := func(line string) int { return len(line) - len(strings.TrimLeft(line, " \t")) }
	one, _ := readListLine(trim(line))
	return one.bullet && one.name != "" && indent(line) > indent(above)
}

func loosenessOf(one listLine, line string) looseness {
	switch {
	case one.bullet && len(one.name) <= 120 && one.name != "":
		return sentenceLine
	case one.numbered && len(one.name) <= 120 && one.name != "":
		return numberedLine
	case len(line) <= 40 && len(strings.Fields(line)) <= 5 && !strings.ContainsAny(line, ".:,;!?|#"):
		return shortLine
	}
	return firmLine
}

// settleLoose takes lines without a quantity for parts where most others surely
// are: short ones where nearly all have a quantity, numbered ones where half of
// these have, bullets with a full stop where most have none.
func settleLoose(list []listLine, others int, headed bool) ([]listLine, int) {
	counted, numbered, bullets := 0, 0, 0
	var loose [sentenceLine + 1]int
	for _, l := range list {
		if loose[l.loose]++; l.quantity != "" {
			counted++
		}
		if l.numbered && l.loose != sentenceLine {
			numbered++
		}
		if l.bullet {
			bullets++
		}
	}
	keep := map[looseness]bool{
		firmLine:     true,
		shortLine:    !headed && counted >= 3*others,
		numberedLine: !headed && 2*(numbered-loose[numberedLine]) >= numbered,
		sentenceLine: !headed && bullets >= 4*loose[sentenceLine],
	}
	for kind := shortLine; kind <= sentenceLine; kind++ {
		if keep[kind] {
			others -= loose[kind]
		}
	}
	return slices.DeleteFunc(list, func(l listLine) bool { return !keep[l.loose] }), others
}

// underHeadings keeps the lists that stand under the titles that is says.
func underHeadings(list []listLine, is func(listLine) bool) (kept []listLine) {
	under := false
	for _, l := range list {
		if l.title {
			under = is(l)
		}
		if under && (l.title || l.quantity != "" || l.bullet) {
			kept = append(kept, l)
		}
	}
	return kept
}
