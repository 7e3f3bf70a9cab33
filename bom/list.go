package bom

import (
	"fmt"
	"regexp"
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
	short          bool // it has no quantity, and no form but that of a name
	title          bool // it is the title of those below it
	kind           Kind // of a title
	named          bool // of a title: it says that parts follow
}

// readList reads a list with a part on each line: "8 x Cup Hooks", "- 4 M3
// screws", "M3 nut: 4". It gives nil when the text is none. Where Markdown has
// headings, only the lists under those of parts are read.
func (p plainText) readList() (*BOM, error) {
	list, others, headed := listLines(p.lines())
	if headed {
		list = underPartHeadings(list)
	}
	list, others = shortLines(list, others, headed)
	counted, parts := 0, 0
	for _, l := range list {
		if l.title {
			continue
		}
		if parts++; l.quantity != "" {
			counted++
		}
	}
	const least = 2
	if counted < least && !(counted == 1 && others == 0) || 3*counted < parts || !headed && counted < others+(parts-counted) {
		return nil, nil
	}
	t := p.table("list")
	t.columns = []column{{field: fieldQuantity, header: "", key: "quantity"}, {field: fieldName, header: "", key: "name"}, {field: fieldExtra, header: "Link", key: "Link"}}
	t.find(schema.SeverityInfo, "list", 0, "", fmt.Sprintf("there is no table; %s read as a quantity and a name", were(parts)))
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
			list = append(list, one)
			continue
		}
		one, ok := readListLine(line)
		one.row = i + 1
		switch {
		case ok:
			list = append(list, one)
		case strings.HasSuffix(line, ":") && len(line) < 80 && !one.bullet:
			title, _ := plainMarkdown(strings.TrimRight(line, ": "))
			kind := sectionKind(title)
			named := partsHeading.MatchString(title)
			if headed {
				_, outer, outerNamed := above.nearest()
				if named = named || outerNamed; kind == "" {
					kind = outer
				}
			}
			list = append(list, listLine{row: i + 1, title: true, name: cut(title, maxHeader), kind: kind, named: named})
		case one.bullet && one.name != "" && len(one.name) <= 120 && !strings.HasSuffix(one.name, "."):
			list = append(list, one)
		default:
			others++
			if one.short = len(line) <= 40 && len(strings.Fields(line)) <= 5 && !strings.ContainsAny(line, ".:,;!?|#"); one.short {
				list = append(list, one)
			}
		}
	}
	return list, others, headed
}

// shortLines takes short lines without a quantity for parts where nearly all
// others have one.
func shortLines(list []listLine, others int, headed bool) ([]listLine, int) {
	counted, short := 0, 0
	for _, l := range list {
		if l.quantity != "" {
			counted++
		}
		if l.short {
			short++
		}
	}
	if !headed && counted >= 3*others {
		return list, others - short
	}
	return slices.DeleteFunc(list, func(l listLine) bool { return l.short }), others
}

// underPartHeadings keeps the lists that stand under a heading of parts.
func underPartHeadings(list []listLine) (kept []listLine) {
	under := false
	for _, l := range list {
		if l.title {
			under = l.named
		}
		if under && (l.title || l.quantity != "" || l.bullet) {
			kept = append(kept, l)
		}
	}
	return kept
}

const listNumber = `(?:~|ca\.? ?|approx\.? ?)?\d+(?:[.,/]\d+)?(?:\s?[-–]\s?\d+)?`

var (
	listBullet   = regexp.MustCompile(`^(?:[-*+•·–◦▪]\s+)?(?:\[[ xX]?\]\s+)?(?:\(?\d+[.)]\s+)?`)
	listTimes    = regexp.MustCompile(`^\(?(` + listNumber + `)\s*([a-zA-Z]{1,6})?\s*(?:[x×*]\)?\s+|[X]\)?\s+|×|x\)\s*)(\S.*)$`)
	listUnit     = regexp.MustCompile(`^\(?(` + listNumber + `)\)?\s*([a-zA-Zäöüéçãõ]{1,10}\.?)\s+(?:of |de |di |von )?(\S.*)$`)
	listPlain    = regexp.MustCompile(`^\(?(\d{1,4})\)?\s*[-–:]?\s+([^\d\s.,)].*|M?\d+.*[a-zA-Z].*)$`)
	listWord     = regexp.MustCompile(`^(?i:qty|quantity|menge|anzahl|qté|cant)\.?\s*:?\s*(` + listNumber + `)[\s,;:–-]+(\S.*)$`)
	listEndTimes = regexp.MustCompile(`^(.*[^\d\s(\[])\s*[(\[]?\s*\b[xX×]\s?(\d{1,5})\s*[)\]]?$|^(.*\S)\s+[(\[]\s*(\d{1,5})\s*[xX×]\s*[)\]]$|^(.*\S)\s+(\d{1,5})[x×]$`)
	listEnd      = regexp.MustCompile(`^(.*[\pL)"'])\s*(?::|\s[-–—]|\s?=|\.{3,})\s+(` + listNumber + `)\s*([a-zA-Zäöü]{1,10}\.?)?$`)
	listEndCount = regexp.MustCompile(`^(.*\S)\s+[(\[]\s*(?i:qty\.?:?|quantity:?)?\s*(\d{1,4})\s*(?i:pcs\.?|pieces|stk\.?|off|units|ea)?\s*[)\]]$`)
)

// readListLine reads one line. It tells yes when the line says how many there are.
func readListLine(line string) (listLine, bool) {
	text, link := plainMarkdown(line)
	marks := listBullet.FindString(text)
	one := listLine{link: link, bullet: strings.ContainsAny(marks, "-*+•·–◦▪["), name: trim(text[len(marks):])}
	s := one.name
	set := func(quantity, name string) (listLine, bool) {
		one.quantity, one.name = quantity, strings.Trim(trim(name), "-–:; ")
		return one, one.name != "" && strings.ContainsFunc(one.name, func(r rune) bool { return r >= 'A' })
	}
	if m := listWord.FindStringSubmatch(s); m != nil {
		return set(m[1], m[2])
	}
	if m := listTimes.FindStringSubmatch(s); m != nil {
		if _, ok := unitOf(m[2]); ok || m[2] == "" {
			quantity := m[1] + m[2]
			if !strings.Contains(s, quantity) {
				quantity = m[1] + " " + m[2]
			}
			return set(quantity, m[3])
		}
	}
	if m := listUnit.FindStringSubmatch(s); m != nil {
		capital := len(m[2]) == 1 && m[2] == strings.ToUpper(m[2]) // 2 L brackets, 4 T nuts
		if _, ok := unitOf(m[2]); ok && !capital && m[2] != "in" && m[2] != "off" {
			return set(m[1]+" "+m[2], m[3])
		}
	}
	if m := listPlain.FindStringSubmatch(s); m != nil {
		return set(m[1], m[2])
	}
	if m := listEndTimes.FindStringSubmatch(s); m != nil {
		return set(m[2]+m[4]+m[6], m[1]+m[3]+m[5])
	}
	if m := listEndCount.FindStringSubmatch(s); m != nil {
		return set(m[2], m[1])
	}
	if m := listEnd.FindStringSubmatch(s); m != nil {
		if _, ok := unitOf(m[3]); ok || m[3] == "" {
			return set(trim(m[2]+" "+m[3]), m[1])
		}
	}
	return one, false
}
