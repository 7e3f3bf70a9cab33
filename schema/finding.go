package schema

// A Severity ranks a finding.
type Severity string

// The severities. Only an error stops a publication.
const (
	SeverityError   Severity = "error"   // publishing would be refused
	SeverityWarning Severity = "warning" // read, but something is likely wrong
	SeverityInfo    Severity = "info"    // read, and changed or completed: said so that nothing is repaired in silence
)

// A Finding is something noticed in a file while it was read. Files are read
// leniently, so most findings do not stop anything; but nothing is repaired
// without one.
type Finding struct {
	Severity Severity `json:"severity"`
	Code     string   `json:"code"` // stable, kebab-case: "licence-not-spdx"
	File     string   `json:"file,omitempty"`
	Line     int      `json:"line,omitempty"`  // line of the file, from 1
	Field    string   `json:"field,omitempty"` // the field as the file writes it
	Message  string   `json:"message"`         // what was found and what would be right
}

// HasError tells whether one of the findings is an error.
func HasError(findings []Finding) bool {
	for _, f := range findings {
		if f.Severity == SeverityError {
			return true
		}
	}
	return false
}

// ErrorPlaces gives the places of the findings of severity error, for the error
// that says why something cannot be published. There are none when it can.
func ErrorPlaces(findings []Finding) (at []Place) {
	for _, f := range findings {
		if f.Severity == SeverityError {
			at = append(at, Place{File: f.File, Line: f.Line, Field: f.Field, Detail: f.Message})
		}
	}
	return at
}
