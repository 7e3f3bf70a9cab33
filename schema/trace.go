package schema

// A Trace is everything that a unit came from: what /trace answers.
type Trace struct {
	Unit         Unit             `json:"unit"`
	Batch        BatchName        `json:"batch"`
	Production   TracedBatch      `json:"production"`
	Release      TracedRelease    `json:"release"`
	Files        []TracedFile     `json:"files"`
	BOM          *TracedBOM       `json:"bom,omitempty"` // absent when the release has none
	Licences     Licences         `json:"licences"`
	Contributors []Contributor    `json:"contributors"`
	Assemblies   []TracedAssembly `json:"assemblies"`
}

// A TracedBatch is the batch of a traced unit.
type TracedBatch struct {
	Digest      Digest      `json:"digest"` // of the batch document
	LedgerIndex int64       `json:"ledger_index"`
	Registered  Time        `json:"registered"`
	Status      BatchStatus `json:"status"`
	Conformance Conformance `json:"conformance,omitempty"` // absent when the maker has not said
	Units       int         `json:"units"`
	Place       Place3166   `json:"place,omitempty"`
}

// A TracedRelease is the release that a traced unit was made from.
type TracedRelease struct {
	Design        Design  `json:"design"`
	Version       Version `json:"version"`
	Digest        Digest  `json:"digest"`
	LedgerIndex   int64   `json:"ledger_index"`
	Name          string  `json:"name"`
	Status        Status  `json:"status,omitempty"` // absent while nothing was said of it
	Reason        string  `json:"reason,omitempty"`
	Quarantine    string  `json:"quarantine,omitempty"` // why it is hidden from search and resolution, absent when it is not
	RevisionLabel string  `json:"revision_label,omitempty"`
	Source        Source  `json:"source,omitzero"`
}

// A TracedFile is one file of the release.
type TracedFile struct {
	Path   string `json:"path"`
	Digest Digest `json:"digest"`
	Size   int64  `json:"size"`
	Role   Role   `json:"role"`
}

// A TracedBOM names the bom document.
type TracedBOM struct {
	Digest Digest `json:"digest"`
}

// A TracedAssembly is a release that the unit contains by its design, with those
// that it contains in turn.
type TracedAssembly struct {
	Item       string           `json:"item"` // of the BOM's line
	Design     Design           `json:"design"`
	Version    Version          `json:"version"`
	Release    Digest           `json:"release"`
	Variant    string           `json:"variant,omitempty"`
	Matched    Matched          `json:"matched"`
	Assemblies []TracedAssembly `json:"assemblies"`
}
