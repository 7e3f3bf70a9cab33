package schema

import (
	"fmt"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

const maxPath = 1024 // bytes

// CheckPath checks the path of a file in a design: relative, with slashes,
// without empty, "." and ".." segments, in valid UTF-8 without control
// characters and backslashes, at most 1024 bytes.
func CheckPath(p string) error {
	why := ""
	switch {
	case p == "":
		why = "it is empty"
	case len(p) > maxPath:
		why = fmt.Sprintf("it has more than %d bytes", maxPath)
	case !utf8.ValidString(p):
		why = "it is not valid UTF-8"
	case p[0] == '/':
		why = "it begins with a slash"
	case strings.ContainsRune(p, '\\'):
		why = "it has a backslash"
	case strings.IndexFunc(p, unicode.IsControl) >= 0:
		why = "it has a control character"
	case p == ".." || strings.HasPrefix(path.Clean(p), "../"):
		why = "it leaves the design's folder"
	case path.Clean(p) != p || p == ".":
		why = "it has an empty, . or .. segment"
	}
	if why == "" {
		return nil
	}
	return invalid(Quote(p)+" is not a path of a file in a design: "+why, "write it from the design's root with slashes, like cad/base.scad")
}

// FoldPath gives the form in which paths that some file systems take for one
// (they differ only by case or by Unicode form) are equal.
func FoldPath(p string) string {
	for i := range len(p) {
		if p[i] >= utf8.RuneSelf {
			return norm.NFC.String(cases.Fold().String(norm.NFC.String(p)))
		}
	}
	return strings.ToLower(p)
}
