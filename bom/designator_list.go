package bom

import (
	"regexp"
	"strings"

	"github.com/patternbook/patternbook/schema"
)

// readDesignators reads a list of what stands at each place of a board:
// "C1, C2 - 0.1 uF 0805", "R1 68ohm". It gives nil unless all lines but titles
// and rules are of that form, and most designators are those of electronics.
func (p plainText) readDesignators() (*BOM, error) {
	var list rowList
	electronic, parts := 0, 0
	for i, line := range p.lines() {
		if line = trim(line); line == "" || isRule(row{cells: []string{line}}) {
			continue
		}
		if _, _, heading := headingLine(line); heading || strings.HasSuffix(line, ":") {
			list = append(list, row{number: i + 1, cells: []string{"", line}})
			continue
		}
		references, name, ok := cutReferences(line)
		if !ok || len(list) >= MaxLines {
			return nil, nil
		}
		if electronicPrefix.MatchString(references) {
			electronic++
		}
		parts++
		list = append(list, row{number: i + 1, cells: []string{references, name}})
	}
	if electronic < 2 || 2*electronic < parts {
		return nil, nil
	}
	t := p.table("list")
	t.columns = []column{{field: fieldReferences, key: "references"}, {field: fieldName, key: "name"}}
	t.find(schema.SeverityInfo, "list", 0, "", "there is no table; "+were(parts)+" read as references and a name")
	for _, r := range list {
		if r.cells[0] == "" {
			title, _ := plainMarkdown(strings.Trim(r.cells[1], "#: "))
			t.enter(r.number, cut(title, maxHeader))
			continue
		}
		t.line(r, 0)
	}
	return t.end()
}

var (
	listReferences   = regexp.MustCompile(`^((?:[A-Z]{1,6}\d{1,5}(?:\s*(?:,|&|-|–|\.\.|to)\s*|\s+))*[A-Z]{1,6}\d{1,5})(?:\s*[:=]|\s+[-–—=]|)\s+(\S.*)$`)
	electronicPrefix = regexp.MustCompile(`^(?:R|C|L|D|Q|U|J|Y|IC|LED|SW|RN|FB|CN|JP|RV|VR)\d`)
)

// cutReferences parts the designators that a line begins with from what follows.
func cutReferences(line string) (references, name string, ok bool) {
	m := listReferences.FindStringSubmatch(line)
	if len(line) > maxName || m == nil || !looksLikeReferences(m[1]) {
		return "", "", false
	}
	return m[1], m[2], true
}
