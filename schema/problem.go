package schema

import "strings"

// ProblemPrefix and a [Kind] make the type of a problem. It is a name, not an
// address, so that it holds on every registry.
const ProblemPrefix = "urn:patternbook:problem:"

// A Problem is how every error leaves the API (RFC 9457).
type Problem struct {
	Type   string  `json:"type" example:"urn:patternbook:problem:not-found" doc:"stable name of the kind of error; decide by it, not by the status"`
	Title  string  `json:"title" example:"not found"`
	Status int     `json:"status" example:"404"`
	Detail string  `json:"detail,omitempty" doc:"what happened, for people"`
	Fix    string  `json:"fix,omitempty" doc:"what to do about it, for people"`
	At     []Place `json:"at,omitempty" doc:"every place at which something is wrong"`
}

// NewProblem gives the problem of an error of a kind. What the error keeps from
// the wire stays out.
func NewProblem(kind Kind, status int, e *Error) *Problem {
	p := &Problem{Type: ProblemPrefix + string(kind), Title: kind.Error(), Status: status}
	if e != nil {
		p.Detail, p.Fix, p.At = e.Detail, e.Fix, e.At
	}
	return p
}

// Err gives the error that the problem was made of. A type that this version
// does not know gives Internal.
func (p *Problem) Err() *Error {
	kind := Internal
	for _, k := range Kinds() {
		if p.Type == ProblemPrefix+string(k) {
			kind = k
		}
	}
	detail := p.Detail
	if detail == "" {
		detail = strings.TrimSpace(p.Title)
	}
	return &Error{Kind: kind, Detail: detail, Fix: p.Fix, At: p.At}
}

// Error implements error.
func (p *Problem) Error() string { return p.Err().Error() }

// GetStatus gives the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is that of a problem, whatever was asked for.
func (p *Problem) ContentType(string) string { return "application/problem+json" }
