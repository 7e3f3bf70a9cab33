package schema

import (
	"strings"

	"github.com/Masterminds/semver/v3"
)

// A Reference names a release of a design, exactly or by what it must be:
//
//	ada/lamp                 the highest version that is neither yanked nor a pre-release
//	ada/lamp@1.2.0           that version
//	ada/lamp@^1.2            the highest such version in the range
//	ada/lamp@sha256:2c26…    the release with that digest
//
// At most one of Version, Range and Digest is set.
type Reference struct {
	Design  Design
	Version Version
	Range   string // a SemVer range, as written
	Digest  Digest
}

// ParseReference reads a reference.
func ParseReference(s string) (Reference, error) {
	name, at, pinned := strings.Cut(s, "@")
	design, err := ParseDesign(name)
	if err != nil {
		return Reference{}, err
	}
	if !pinned {
		return Reference{Design: design}, nil
	}
	return design.At(at)
}

// At makes a reference to d of what stands behind the @ of one: a version, a
// range or a digest; "latest" is the reference without any.
func (d Design) At(at string) (Reference, error) {
	r := Reference{Design: d}
	if at == "latest" {
		return r, nil
	}
	if strings.HasPrefix(at, digestPrefix) {
		digest, err := ParseDigest(at)
		r.Digest = digest
		return r, err
	}
	if v, err := ParseVersion(at); err == nil {
		r.Version = v
		return r, nil
	}
	if _, err := parseRange(at); err != nil {
		return Reference{}, invalid(Quote(at)+" is not a version, a range or a digest",
			"write "+d.String()+"@1.2.0, "+d.String()+"@^1.2 or "+d.String()+"@sha256:<64 hex digits>")
	}
	r.Range = at
	return r, nil
}

func parseRange(s string) (*semver.Constraints, error) {
	if len(s) > maxVersion {
		return nil, Invalid
	}
	return semver.NewConstraint(s)
}

// String writes the reference so that ParseReference reads it again.
func (r Reference) String() string {
	switch {
	case !r.Digest.IsZero():
		return r.Design.String() + "@" + r.Digest.String()
	case !r.Version.IsZero():
		return r.Design.String() + "@" + r.Version.String()
	case r.Range != "":
		return r.Design.String() + "@" + r.Range
	}
	return r.Design.String()
}

// Exact tells whether the reference always means the same release.
func (r Reference) Exact() bool { return !r.Version.IsZero() || !r.Digest.IsZero() }

// MarshalText writes r as its text.
func (r Reference) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads what ParseReference reads; empty text is the zero Reference.
func (r *Reference) UnmarshalText(b []byte) error { return unmarshalText(r, b, ParseReference) }

// Choose gives the index of the highest version that the reference allows, or
// -1. It passes over pre-releases, unless the range names one itself; the caller
// leaves out yanked versions. Exact references are not for Choose.
func (r Reference) Choose(versions []Version) int {
	var allowed *semver.Constraints
	if r.Range != "" {
		c, err := parseRange(r.Range)
		if err != nil {
			return -1
		}
		allowed = c
	}
	best := -1
	for i, v := range versions {
		switch {
		case allowed == nil && v.Prerelease():
			continue
		case allowed != nil && !allowed.Check(semver.MustParse(v.text)):
			continue
		}
		if best < 0 || versions[best].Compare(v) < 0 {
			best = i
		}
	}
	return best
}

// inRange tells whether a version is in a range. Unlike [Reference.Choose] it counts
// a pre-release by its place among the versions: a defect is in it all the same.
func inRange(text string, v Version) bool {
	c, err := parseRange(text)
	if err != nil {
		return false
	}
	c.IncludePrerelease = true
	return c.Check(semver.MustParse(v.text))
}
