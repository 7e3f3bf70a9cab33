package schema

import (
	"strings"
)

// A Name is the name of an account: a person's or an organisation's.
// [a-z0-9] then [a-z0-9-], 2 to 39 characters, no double or trailing hyphen.
type Name struct{ text string }

// ParseName reads an account name. Reserved words are names too: only opening
// an account under one is refused, see [Name.Reserved].
func ParseName(s string) (Name, error) {
	if why := slugFault(s, 39); why != "" {
		return Name{}, invalid(Quote(s)+" is not an account name: "+why,
			"use 2 to 39 lower-case letters, digits and single hyphens, like open-lab")
	}
	return Name{s}, nil
}

// String gives the name as written.
func (n Name) String() string { return n.text }

// IsZero tells whether n is no name.
func (n Name) IsZero() bool { return n.text == "" }

// MarshalText writes n as its text.
func (n Name) MarshalText() ([]byte, error) { return []byte(n.text), nil }

// UnmarshalText reads what ParseName reads; empty text is the zero Name.
func (n *Name) UnmarshalText(b []byte) error { return unmarshalText(n, b, ParseName) }

// Reserved tells whether n is kept from accounts: the first path segments that
// pages and the API use, or may, and words that would mislead.
func (n Name) Reserved() bool {
	_, found := reserved[n.text]
	return found
}

// Skeleton folds n to what the eye sees: hyphens fall away and letters that
// are easily taken for one another become one. Two accounts whose skeletons
// are equal would be mistaken for each other.
func (n Name) Skeleton() string {
	return skeleton.Replace(n.text)
}

var skeleton = strings.NewReplacer("-", "", "0", "o", "1", "l", "i", "l", "5", "s", "rn", "m", "vv", "w")

var reserved = func() map[string]struct{} {
	m := make(map[string]struct{})
	for word := range strings.FieldsSeq(`
		about abuse account accounts admin administrator advisories advisory all anonymous api app archive
		artifact artifacts assets atom auth authorize batch batches billing blog bom bot browse bug bugs
		build callback catalog cdn changelog checkpoint client code compare config contact contribute
		copyright css dashboard data debug default demo design designs diff digest dmca dns doc docs document
		documents download downloads draft edit email embed error errors events everyone explore export faq
		favicon feed feeds file files follow forgot forum forums fork forks ftp get git graphql guest guide
		healthz help home host hostmaster id image images imprint inbox index info install invite issues
		javascript join js key keys label labels latest law ledger legal licence licences license licenses
		list login logout mail maker makers manifest me media member members membership metrics mirror mirrors
		moderation moderator new news nobody none null oauth official openapi openid operator org organisation
		organisations organization organizations orgs owner owners page pages part parts password patternbook
		ping policy post postmaster press print privacy production profile public publish qr readyz recall
		recalls reciprocity recover redaction register registry release releases report reports reset
		resolve review reviews robots root rss safety scan schema schemas search security self server service
		session sessions settings setup share shop sign-in sign-up signin signout signup sitemap smtp
		source ssl staff standard standards start static stats status store support sync system tag tags team
		teams terms test tile token tokens tool tools topic topics trace transfer translate trust u undefined
		unit units unyank update upload uploads user users v1 v2 v3 vault verify version versions view wiki
		webmaster well-known witness world www yank`) {
		m[word] = struct{}{}
	}
	return m
}()

// A Design is the name of a design, owner/name: the owner's account and a name
// of up to 64 characters in the same alphabet.
type Design struct {
	Owner Name
	Name  string
}

// ParseDesign reads "owner/name".
func ParseDesign(s string) (Design, error) {
	owner, name, ok := strings.Cut(s, "/")
	if !ok {
		return Design{}, invalid(Quote(s)+" is not a design", "write owner/name, like ada/bench-lamp")
	}
	o, err := ParseName(owner)
	if err != nil {
		return Design{}, err
	}
	if why := slugFault(name, 64); why != "" {
		return Design{}, invalid(Quote(name)+" is not a design's name: "+why,
			"use 2 to 64 lower-case letters, digits and single hyphens, like bench-lamp")
	}
	return Design{o, name}, nil
}

// String gives "owner/name", or "" for the zero Design.
func (d Design) String() string {
	if d.IsZero() {
		return ""
	}
	return d.Owner.text + "/" + d.Name
}

// IsZero tells whether d names nothing.
func (d Design) IsZero() bool { return d == Design{} }

// Skeleton folds the name under its owner as [Name.Skeleton] folds an account's.
func (d Design) Skeleton() string { return skeleton.Replace(d.Name) }

// MarshalText writes d as its text.
func (d Design) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what ParseDesign reads; empty text is the zero Design.
func (d *Design) UnmarshalText(b []byte) error { return unmarshalText(d, b, ParseDesign) }

// slugFault says what keeps s from being a name of at most limit characters.
func slugFault(s string, limit int) string {
	switch {
	case len(s) < 2:
		return "it is too short"
	case len(s) > limit:
		return "it is too long"
	case s[0] == '-':
		return "it begins with a hyphen"
	case s[len(s)-1] == '-':
		return "it ends with a hyphen"
	case strings.Contains(s, "--"):
		return "it has two hyphens in a row"
	}
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' {
			return "it has a character " + Quote(string(r))
		}
	}
	return ""
}
