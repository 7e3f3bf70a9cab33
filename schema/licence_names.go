package schema

import (
	"regexp"
	"strings"
)

// orLater finds "or later", which is no operator.
var orLater = regexp.MustCompile(`(?i)\s*,?\s*\b(?:or|and)\s+(?:\(?at your option\)?\s+)?(?:any\s+)?(?:later|newer)(?:\s+versions?)?\b`)

var (
	fillWords   = regexp.MustCompile(`(?i)\b(?:the|licen[cs]ed?|version|ver|under|a|public|unported|international|universal|hardware|open|gnu|foundation|software)\b`)
	betweenText = regexp.MustCompile(`[^a-z0-9.]+`)
	versionMark = regexp.MustCompile(`\bv\.?\s*([0-9])`)
	versionText = regexp.MustCompile(`[0-9]+(?:\.[0-9]+)*`)
)

// longNames are how licences are called where their names are written out.
var longNames = strings.NewReplacer(
	"creative commons zero", "cc0", "cc zero", "cc0", "creative commons", "cc", "attribution", "by", "share-alike", "sa", "share alike", "sa", "sharealike", "sa", "shared alike", "sa",
	"non-commercial", "nc", "noncommercial", "nc", "no derivatives", "nd", "noderivatives", "nd", "no-derivatives", "nd", "noderivs", "nd",
	"cern open hardware", "cern ohl", "strongly reciprocal", "s", "weakly reciprocal", "w", "permissive", "p",
	"strongly-reciprocal", "s", "weakly-reciprocal", "w", "lesser general public", "lgpl", "affero general public", "agpl", "general public", "gpl",
	"mozilla public", "mpl", "tapr open hardware", "tapr ohl", "solderpad", "shl", "expat", "mit",
	"european union public", "eupl", "two clause", "2 clause", "three clause", "3 clause",
)

// nearLicence finds the SPDX licence that a name means without a doubt. It is
// an error to guess: "GPL" without a version, or CERN-OHL 2.0 without saying
// which of the three, is refused with the choices.
func nearLicence(name string, later bool) (*licenceExpr, error) {
	low := longNames.Replace(strings.ToLower(name))
	low = versionMark.ReplaceAllString(low, "$1")
	low = fillWords.ReplaceAllString(low, " ")
	words := strings.Fields(betweenText.ReplaceAllString(low, " "))
	version := ""
	var letters []string
	for _, w := range words {
		w = strings.Trim(w, ".")
		if v := versionText.FindString(w); v != "" && version == "" && w != "cc0" {
			version = v
			w = strings.Trim(strings.TrimSuffix(w[:strings.Index(w, v)], "v")+" "+w[strings.Index(w, v)+len(v):], " ")
		}
		letters = append(letters, strings.Fields(w)...)
	}
	if version != "" && !strings.Contains(version, ".") {
		version += ".0"
	}
	id := nearID(strings.Join(letters, "-"), version)
	if l, ok := spdxLicences[strings.ToLower(id)]; ok {
		return current(l.id, later), nil
	}
	if base, exception, ok := strings.Cut(id, " WITH "); ok {
		return &licenceExpr{id: base, exception: exception}, nil
	}
	fix := "write the id from https://spdx.org/licenses/, like CERN-OHL-S-2.0"
	if choices, ok := strings.CutPrefix(id, "?"); ok {
		fix = "write which one: " + choices
	}
	return nil, invalid(Quote(name)+" is not an SPDX licence", fix)
}

// nearID puts an id together from a name without its version. An id that begins
// with ? lists choices.
func nearID(name, version string) string {
	parts := strings.Split(name, "-")
	switch parts[0] {
	case "cc", "by":
		return nearCC(parts, version)
	case "cc0":
		return "CC0-1.0"
	case "cern", "cernohl", "ohl":
		return nearCERN(parts, version)
	case "gpl", "lgpl", "agpl":
		return nearGPL(parts, version)
	case "mit":
		if len(parts) == 1 && version == "" {
			return "MIT"
		}
	case "apache", "apachev", "asl":
		if version == "" {
			return "?Apache-2.0"
		}
		return "Apache-" + version
	case "mpl", "eupl", "osl", "epl":
		return parts[0] + "-" + version
	case "tapr":
		return "TAPR-OHL-1.0"
	case "shl":
		if version == "2.0" || version == "2.1" { // SPDX lists these as additions to Apache-2.0
			return "Apache-2.0 WITH SHL-" + version
		}
		if version == "" {
			return "?SHL-0.51, Apache-2.0 WITH SHL-2.1"
		}
		return "SHL-" + version
	case "bsd", "clause", "new", "simplified", "modified":
		return nearBSD(name, version)
	case "unlicense":
		return "Unlicense"
	case "odbl":
		return "ODbL-1.0"
	}
	return ""
}

func nearCC(parts []string, version string) string {
	var elements []string
	for _, p := range parts {
		switch p {
		case "cc":
		case "by", "sa", "nc", "nd":
			elements = append(elements, strings.ToUpper(p))
		default:
			return ""
		}
	}
	if len(elements) == 0 {
		return ""
	}
	id := "CC-" + strings.Join(elements, "-")
	if version == "" {
		return "?" + id + "-4.0 or another version"
	}
	return id + "-" + version
}

func nearCERN(parts []string, version string) string {
	kind := ""
	for _, p := range parts {
		switch p {
		case "cern", "ohl", "cernohl":
		case "s", "w", "p":
			kind = strings.ToUpper(p)
		default:
			return ""
		}
	}
	switch {
	case kind != "" && (version == "2.0" || version == ""):
		return "CERN-OHL-" + kind + "-2.0"
	case kind == "" && (version == "1.1" || version == "1.2"):
		return "CERN-OHL-" + version
	}
	return "?CERN-OHL-S-2.0 (strongly reciprocal), CERN-OHL-W-2.0 (weakly), CERN-OHL-P-2.0 (permissive) or CERN-OHL-1.2"
}

func nearGPL(parts []string, version string) string {
	family := strings.ToUpper(parts[0])
	if version == "" {
		return "?" + family + "-3.0-only or " + family + "-3.0-or-later"
	}
	switch strings.Join(parts[1:], "-") {
	case "", "only":
		return family + "-" + version
	case "or-later", "later":
		return family + "-" + version + "-or-later"
	}
	return ""
}

func nearBSD(name, version string) string {
	switch {
	case version == "3.0" || strings.Contains(name, "new") || strings.Contains(name, "modified"):
		return "BSD-3-Clause"
	case version == "2.0" || strings.Contains(name, "simplified"):
		return "BSD-2-Clause"
	}
	return "?BSD-2-Clause or BSD-3-Clause"
}
