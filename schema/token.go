package schema

import (
	"slices"
	"strings"
)

// A Scope is a kind of act that a token may be used for.
type Scope string

// The scopes of tokens.
const (
	ScopePublish  Scope = "publish"  // releases and their status
	ScopeBatch    Scope = "batch"    // batches, and what happens to units
	ScopeReview   Scope = "review"   // reviews
	ScopeAdvisory Scope = "advisory" // advisories and answers to them
	ScopeAdmin    Scope = "admin"    // what administrators do
)

// Scopes are all scopes.
func Scopes() []Scope {
	return []Scope{ScopePublish, ScopeBatch, ScopeReview, ScopeAdvisory, ScopeAdmin}
}

// A NamePattern limits a token to designs and batches: acme/lamp names one,
// acme/lamp-* those that begin so, acme/* all of acme's.
type NamePattern struct{ text string }

// ParseNamePattern reads a pattern.
func ParseNamePattern(s string) (NamePattern, error) {
	owner, name, ok := strings.Cut(s, "/")
	if _, err := ParseName(owner); !ok || err != nil || len(name) > 64 || !patternName(strings.TrimSuffix(name, "*")) || name == "" {
		return NamePattern{}, invalid(Quote(s)+" is no pattern of names", "write owner/name, owner/begins-with-* or owner/*")
	}
	return NamePattern{s}, nil
}

// patternName tells whether s may begin the name of a design or of a batch.
func patternName(s string) bool {
	for _, b := range []byte(s) {
		if (b < 'a' || b > 'z') && (b < 'A' || b > 'Z') && (b < '0' || b > '9') && !strings.ContainsRune("._-", rune(b)) {
			return false
		}
	}
	return true
}

// Matches tells whether the pattern names what is called name under owner. Of
// batches, case does not count.
func (p NamePattern) Matches(owner Name, name string) bool {
	first, rest, _ := strings.Cut(p.text, "/")
	if first != owner.text {
		return false
	}
	if begin, open := strings.CutSuffix(rest, "*"); open {
		return len(name) >= len(begin) && strings.EqualFold(name[:len(begin)], begin)
	}
	return strings.EqualFold(name, rest)
}

// String gives the pattern as written.
func (p NamePattern) String() string { return p.text }

// MarshalText writes p as its text.
func (p NamePattern) MarshalText() ([]byte, error) { return []byte(p.text), nil }

// UnmarshalText reads what ParseNamePattern reads; empty text is the zero pattern.
func (p *NamePattern) UnmarshalText(b []byte) error { return unmarshalText(p, b, ParseNamePattern) }

// A Grant is what a token may be used for. The zero Grant allows all that its
// account may do, and it alone allows to change the account itself.
type Grant struct {
	Scopes []Scope       `json:"scopes,omitempty" doc:"what the token may do; all that the account may when left out"`
	Names  []NamePattern `json:"names,omitempty" doc:"designs and batches that it may write, all when left out"`
}

// Whole tells whether g allows everything.
func (g Grant) Whole() bool { return len(g.Scopes) == 0 && len(g.Names) == 0 }

// Allows tells whether g allows an act of the scope on what is called name under
// owner.
func (g Grant) Allows(scope Scope, owner Name, name string) bool {
	return g.AllowsScope(scope) && (len(g.Names) == 0 || slices.ContainsFunc(g.Names, func(p NamePattern) bool { return p.Matches(owner, name) }))
}

// AllowsScope tells whether g allows acts of the scope on anything at all.
func (g Grant) AllowsScope(scope Scope) bool {
	return len(g.Scopes) == 0 || slices.Contains(g.Scopes, scope)
}

// maxGrant bounds how much a grant can say.
const maxGrant = 100

// Validate checks what the type cannot say.
func (g Grant) Validate() error {
	var f faults
	for _, s := range g.Scopes {
		if !slices.Contains(Scopes(), s) {
			f.add("scopes", Quote(string(s))+" is no scope; there are publish, batch, review, advisory and admin")
		}
	}
	if len(g.Scopes) > maxGrant || len(g.Names) > maxGrant {
		f.add("names", "a token has at most 100 scopes and 100 patterns of names")
	}
	return f.err("what the token may do")
}

// A TokenRequest asks for a token.
type TokenRequest struct {
	Grant
	Label string `json:"label,omitempty" maxLength:"100" doc:"what it is for, to know it by" example:"release workflow"`
	Ends  Time   `json:"ends,omitzero" doc:"when it is good no more; never when left out"`
}

// Validate checks what the type cannot say.
func (q TokenRequest) Validate() error {
	var f faults
	f.text("label", q.Label, 100, false)
	if err := q.Grant.Validate(); err != nil {
		return err
	}
	return f.err("the token")
}

// A TokenAnswer is what is told of a token; its secret only when it is made.
type TokenAnswer struct {
	ID      string `json:"id"`
	Account Name   `json:"account"`
	TokenRequest
	Made   Time   `json:"made"`
	Used   Time   `json:"used,omitzero" doc:"when it was last used, to the hour"`
	Secret string `json:"secret,omitempty" doc:"the token itself, shown only when it is made"`
}

// A TokenList is a page of an account's tokens, the latest first.
type TokenList struct {
	Tokens []TokenAnswer `json:"tokens"`
	Next   string        `json:"next,omitempty" doc:"URL of the next page"`
}
