package web

import (
	"fmt"
	"html/template"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/schema"
)

const (
	pageRows  = 50   // rows of a list on one page
	maxRows   = 2000 // rows of a table that is not paged
	maxTools  = 200
	maxRemark = 100
)

// functions are what templates can call.
func (p *pages) functions() template.FuncMap {
	return template.FuncMap{
		"asset":     p.assetURL,
		"batchURL":  func(b schema.BatchName) string { return "/batches/" + b.String() },
		"count":     count,
		"day":       day,
		"designURL": func(d schema.Design) string { return "/" + d.String() },
		"excerpt":   excerpt,
		"heading":   heading,
		"link":      httpURL,
		"matched":   howMatched,
		"plain":     plain,
		"sentence":  sentence,
		"short":     func(d schema.Digest) string { return d.Hex()[:12] },
		"size":      humanSize,
		"versionFile": func(d schema.Design, v schema.Version, path string) string {
			return versionAPI(d, v) + "/files/" + escapePath(path)
		},
		"versionURL": versionURL,
	}
}

func versionURL(d schema.Design, v schema.Version) string { return "/" + d.String() + "/" + v.String() }

// versionAPI gives the address of a version for programs.
func versionAPI(d schema.Design, v schema.Version) string {
	return "/v1/designs/" + d.String() + "/versions/" + v.String()
}

// day gives the date of a time.
func day(t schema.Time) string {
	date, _, _ := strings.Cut(t.String(), "T")
	return date
}

// httpURL gives a URL that somebody wrote if it can be followed safely, else "".
func httpURL(s string) string {
	u, err := url.Parse(strings.TrimSpace(s))
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	u.User = nil // nobody's password, and no name that looks like another site
	return u.String()
}

// escapePath escapes the segments of a path, and keeps its slashes.
func escapePath(p string) string {
	segments := strings.Split(p, "/")
	for i, s := range segments {
		segments[i] = url.PathEscape(s)
	}
	return strings.Join(segments, "/")
}

// excerpt gives the beginning of a text, at most 300 characters of it.
func excerpt(s string) string {
	const limit = 300
	s = strings.Join(strings.Fields(s), " ")
	n := 0
	for i := range s {
		if n++; n == limit {
			cut := s[:i]
			if space := strings.LastIndexByte(cut, ' '); space > i/2 {
				cut = cut[:space]
			}
			return cut + "…"
		}
	}
	return s
}

// plain writes a word of a document's closed lists, such as in_progress, as
// people write it.
func plain(word any) string { return strings.ReplaceAll(fmt.Sprint(word), "_", " ") }

// count writes a number, an int or an int64, of things.
func count(n any, thing string) string {
	if fmt.Sprint(n) == "1" {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// sentence writes the text of an error as a sentence. A name at its beginning
// stays as it is.
func sentence(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if word, _, _ := strings.Cut(s, " "); strings.IndexFunc(word, func(r rune) bool { return !unicode.IsLetter(r) }) < 0 {
		s = string(unicode.ToUpper(first)) + s[size:]
	}
	if s != "" && !strings.ContainsAny(s[len(s)-1:], ".!?:") {
		s += "."
	}
	return s
}

// howMatched tells how the release of an assembly was found.
func howMatched(m schema.Matched) string {
	switch m {
	case schema.MatchedManifest:
		return "named by the author"
	case schema.MatchedCommit:
		return "published from the commit that the parts list names"
	case schema.MatchedTag:
		return "published from the tag that the parts list names"
	case schema.MatchedLatest:
		return "the latest at that time: the parts list names no version or state that is published here"
	}
	return plain(m)
}

// viewLabel says what a view of a BOM shows.
func viewLabel(v bom.View) string {
	switch v {
	case bom.ViewLines:
		return "As written"
	case bom.ViewTree:
		return "Tree"
	case bom.ViewFlat:
		return "Shopping list"
	case bom.ViewMake:
		return "To make"
	case bom.ViewCost:
		return "Cost"
	}
	return string(v)
}

// viewHelp says it in a sentence.
func viewHelp(v bom.View) string {
	switch v {
	case bom.ViewTree:
		return "Every assembly is opened, down to its parts. A quantity is for one of the assembly that the line is in."
	case bom.ViewFlat:
		return "All assemblies are opened and equal parts are summed."
	case bom.ViewMake:
		return "Only what the workshop makes itself, summed over all assemblies."
	case bom.ViewCost:
		return "The shopping list with what to order, from whom, at the prices that its files state. They may be old."
	}
	return "The lines as the author wrote them; assemblies are one line each."
}

func humanSize(n int64) string {
	const unit = 1024
	if n < unit {
		return fmt.Sprintf("%d bytes", n)
	}
	value, units := float64(n)/unit, []string{"KiB", "MiB", "GiB", "TiB"}
	for len(units) > 1 && value >= unit {
		value, units = value/unit, units[1:]
	}
	return fmt.Sprintf("%.1f %s", value, units[0])
}
