package schema

import (
	"regexp"
	"strings"

	"github.com/Masterminds/semver/v3"
)

// A Version is a SemVer 2.0.0 version without build metadata (semver.org,
// items 2 and 9; item 10 is left out because two versions that differ in
// nothing else would rank the same).
type Version struct{ text string }

const maxVersion = 128 // characters

// ParseVersion reads a strict version like 1.2.0 or 2.0.0-rc.1.
func ParseVersion(s string) (Version, error) {
	v, err := semver.StrictNewVersion(s)
	if err != nil || v.Metadata() != "" || len(s) > maxVersion {
		return Version{}, invalid(Quote(s)+" is not a version", "write three numbers, like 1.2.0, or with a pre-release, like 1.2.0-rc.1")
	}
	return Version{s}, nil
}

var looseVersion = regexp.MustCompile(`^[vV]?\.?\s*(\d{1,18})(?:\.(\d{1,18}))?(?:\.(\d{1,18}))?(-[A-Za-z][0-9A-Za-z.-]*)?$`)

// CompleteVersion makes a version of a loose one: v1.2 becomes 1.2.0. The text
// says nothing of how: a caller that gets other text back than it gave tells
// its user.
func CompleteVersion(s string) (Version, error) {
	s = strings.TrimSpace(s)
	if v, err := ParseVersion(s); err == nil {
		return v, nil
	}
	m := looseVersion.FindStringSubmatch(s)
	if m == nil {
		return ParseVersion(s)
	}
	number := func(s string) string {
		if s = strings.TrimLeft(s, "0"); s == "" {
			return "0"
		}
		return s
	}
	return ParseVersion(number(m[1]) + "." + number(m[2]) + "." + number(m[3]) + m[4])
}

// String gives the version as written.
func (v Version) String() string { return v.text }

// IsZero tells whether v is no version.
func (v Version) IsZero() bool { return v.text == "" }

// Prerelease tells whether v is a pre-release, like 1.0.0-rc.1.
func (v Version) Prerelease() bool { return strings.Contains(v.text, "-") }

// Compare ranks v and w by SemVer precedence: -1 when v is lower, 0, or 1. The
// zero Version is below all others.
func (v Version) Compare(w Version) int {
	switch {
	case v == w:
		return 0
	case v.IsZero():
		return -1
	case w.IsZero():
		return 1
	}
	return semver.MustParse(v.text).Compare(semver.MustParse(w.text))
}

// MarshalText writes v as its text.
func (v Version) MarshalText() ([]byte, error) { return []byte(v.text), nil }

// UnmarshalText reads what ParseVersion reads; empty text is the zero Version.
func (v *Version) UnmarshalText(b []byte) error { return unmarshalText(v, b, ParseVersion) }
