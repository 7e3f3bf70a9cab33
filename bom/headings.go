package bom

import (
	"regexp"
	"slices"
	"strings"
)

// headings are the titles above a place in a Markdown file, by their level.
type headings [7]string

func (h *headings) set(level int, title string) {
	h[level] = title
	clear(h[level+1:])
}

// nearest gives the title just above, and the kind and whether it is of a BOM by
// the titles above it. The title of the whole file says no kind.
func (h *headings) nearest() (title string, kind Kind, named bool) {
	for level := 6; level >= 1; level-- {
		if h[level] == "" {
			continue
		}
		if title == "" {
			title = h[level]
		}
		if kind == "" && level > 1 {
			kind = sectionKind(h[level])
		}
		named = named || partsHeading.MatchString(h[level])
	}
	return title, kind, named
}

// strong tells whether a heading above is of nothing but parts.
func (h *headings) strong() bool {
	return slices.ContainsFunc(h[2:], strongHeading.MatchString) || partsOnly.MatchString(h[1])
}

var (
	strongHeading = regexp.MustCompile(`(?i)\bboms?\b|bill of|\bparts\b|\bcomponents\b|\bmaterials\b|\bhardware\b|stückliste|teileliste|\bbauteile\b|nomenclature|\bpiezas\b|\bmateriales\b|\bcomponenti\b|\bonderdelen\b`)
	partsOnly     = regexp.MustCompile(`(?i)\bbom\b|bill of|parts list|part list|list of (?:parts|materials)|stückliste`)
)

var partsHeading = regexp.MustCompile(`(?i)\bboms?\b|bill of|\bparts?\b|component|material|hardware|electronic|\btools?\b|needed|\bneed\b|require|shopping|supplies|ingredient|inventory|fasteners|stückliste|teile|bauteil|werkzeug|nomenclature|pièces|matériel|outils|piezas|materiales|lista de|componenti|materiali|onderdelen|peças|materiais`)

// headingLine reads "## Parts".
func headingLine(line string) (level int, title string, ok bool) {
	for level < len(line) && line[level] == '#' {
		level++
	}
	if level == 0 || level > 6 || level == len(line) || line[level] != ' ' {
		return 0, "", false
	}
	title, _ = plainMarkdown(strings.Trim(line[level:], "# "))
	return level, cut(tidy(title), maxHeader), true
}

// labelLine gives a line that stands for a title: bold, or with a colon.
func labelLine(line string) string {
	bold := strings.HasPrefix(line, "**") && strings.HasSuffix(strings.TrimRight(line, ": "), "**")
	if len(line) > 80 || !bold && !strings.HasSuffix(line, ":") {
		return ""
	}
	text, _ := plainMarkdown(line)
	return strings.TrimRight(tidy(text), ": ")
}
