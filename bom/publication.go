package bom

import "github.com/patternbook/patternbook/schema"

// A Publication is a release document with the bom document that it names.
type Publication struct {
	Release schema.Release `json:"release"`
	BOM     *Document      `json:"bom,omitempty"` // nil when the release has none
}

// A Draft is what would be published, for the author to check, and what was
// noticed on the way.
type Draft struct {
	Publication
	Findings []schema.Finding `json:"findings"`
}
