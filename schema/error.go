package schema

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// A Kind says what whoever called can do about an error. It is an error itself,
// so errors.Is(err, schema.NotFound) holds on both sides of the wire, and it
// ends the type of the RFC 9457 problem that carries it over HTTP.
type Kind string

// The kinds. Each is another answer to "what can the caller do?".
const (
	Malformed        Kind = "malformed"          // the request cannot be read: send another
	Invalid          Kind = "invalid"            // it can be read but breaks a rule: correct what At names
	NotFound         Kind = "not-found"          // nothing has that name: look for another
	Conflict         Kind = "conflict"           // the name is taken by something else: choose another
	Ambiguous        Kind = "ambiguous"          // several things fit: name one of them
	Unauthenticated  Kind = "unauthenticated"    // nobody is known to ask: log in
	Forbidden        Kind = "forbidden"          // who asks may not: ask somebody who may
	DigestMismatch   Kind = "digest-mismatch"    // bytes are not what their digest says: send the right ones
	MissingArtifacts Kind = "missing-artifacts"  // files are named that are not stored: upload them first
	ChecksumMismatch Kind = "checksum-mismatch"  // a piece is not what its checksum says: send it again
	Removed          Kind = "removed"            // the law forced it out: At or Detail says why, and it cannot come back
	TooLarge         Kind = "too-large"          // over a stated limit: send less
	NoRoom           Kind = "no-room"            // the store, a quota or the disk is full: make room, or ask the keeper to
	TooMany          Kind = "too-many"           // too often: wait as long as Retry-After says
	MethodNotAllowed Kind = "method-not-allowed" // the path exists, the method does not: use another
	Unavailable      Kind = "unavailable"        // the registry cannot now: try the same again later
	Internal         Kind = "internal"           // the registry is at fault: tell its keeper
)

// Kinds lists every kind, for tables that must not forget one.
func Kinds() []Kind {
	return []Kind{
		Malformed, Invalid, NotFound, Conflict, Ambiguous, Unauthenticated, Forbidden, DigestMismatch,
		MissingArtifacts, ChecksumMismatch, Removed, TooLarge, NoRoom, TooMany, MethodNotAllowed, Unavailable, Internal,
	}
}

// Error makes a kind an error of its own, for errors.Is.
func (k Kind) Error() string { return strings.ReplaceAll(string(k), "-", " ") }

// A Place is where a fault lies. Lines, columns and rows are counted from 1; 0
// means that there is none.
type Place struct {
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
	Field  string `json:"field,omitempty"`
	Detail string `json:"detail,omitempty"` // what is wrong just here
}

// String writes a place as file:line:column field: detail, leaving out what it lacks.
func (p Place) String() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		if p.File == "" {
			b.WriteString("line ")
		} else {
			b.WriteByte(':')
		}
		b.WriteString(strconv.Itoa(p.Line))
		if p.Column > 0 {
			b.WriteByte(':')
			b.WriteString(strconv.Itoa(p.Column))
		}
	}
	if p.Field != "" {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(p.Field)
	}
	if p.Detail != "" {
		if b.Len() > 0 {
			b.WriteString(": ")
		}
		b.WriteString(p.Detail)
	}
	return b.String()
}

// An Error says what was wrong, where, and what would be right.
type Error struct {
	Kind   Kind
	Detail string  // what happened: "ada/lamp 1.2.0 exists already"
	Fix    string  // what to do: "publish 1.2.1"
	At     []Place // every fault, not the first alone
	Err    error   // the cause: for the log, never for the wire
	// Wait is how long to wait before the same may succeed, 0 when that is not known.
	Wait time.Duration
}

// Error writes the detail, the places and the fix on one line. The cause stays out.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Detail)
	if e.Detail == "" {
		b.WriteString(e.Kind.Error())
	}
	for i, p := range e.At {
		if i == 0 {
			b.WriteString(": ")
		} else {
			b.WriteString("; ")
		}
		b.WriteString(p.String())
	}
	if e.Fix != "" {
		b.WriteString(" (")
		b.WriteString(e.Fix)
		b.WriteString(")")
	}
	return b.String()
}

// Unwrap gives the kind and the cause, so errors.Is finds either.
func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.Err}
}

// KindOf gives the kind of an error, Internal when it has none.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	if k, ok := errors.AsType[Kind](err); ok {
		return k
	}
	return Internal
}

// invalid is the error of a value that breaks a rule; fix says what would be right.
func invalid(detail, fix string) *Error {
	return &Error{Kind: Invalid, Detail: detail, Fix: fix}
}

// Quote shows a caller's text in a message, shortened when it is long.
func Quote(s string) string {
	if len(s) > 80 {
		cut := 77
		for cut > 0 && s[cut]&0xC0 == 0x80 {
			cut--
		}
		s = s[:cut] + "…"
	}
	return strconv.Quote(s)
}

// WaitOf gives how long to wait before what failed with err may succeed: 5 seconds
// when err does not say.
func WaitOf(err error) time.Duration {
	if e, ok := errors.AsType[*Error](err); ok && e.Wait > 0 {
		return e.Wait
	}
	return 5 * time.Second
}
