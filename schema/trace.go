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

	Items       []TracedItem       `json:"items"` // what is known to be in the unit, by lines: what holds of all that was recorded
	Deviations  []TracedDeviation  `json:"deviations"`
	Inspections []TracedInspection `json:"inspections"`
	Events      []TracedEvent      `json:"events"`
	Units       []TracedUnit       `json:"units"`      // the units in it
	SitsIn      []Unit             `json:"sits_in"`    // the unit it is in; several where makers contradict each other
	Advisories  []TracedAdvisory   `json:"advisories"` // in force, that concern it, the worst first
	Findings    []Finding          `json:"findings"`   // what does not fit together
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
	Lot         string      `json:"lot,omitempty"`
	Variant     string      `json:"variant,omitempty"`
	BeganAt     Time        `json:"began_at,omitzero"`
	EndedAt     Time        `json:"ended_at,omitzero"`
	Records     int         `json:"records"` // build records of the batch
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

// A TracedInspection is a test of a traced unit.
type TracedInspection struct {
	Inspection
	Document    Digest `json:"document"`
	LedgerIndex int64  `json:"ledger_index"`
}

// A TracedItem is something that is known to be in a traced unit, or not to be.
type TracedItem struct {
	Line     string    `json:"line"`           // path of items, empty for an addition to no line
	Kind     string    `json:"kind,omitempty"` // absent for an item; a kind of deviation, or removed
	Part     Part      `json:"part,omitzero"`  // absent when it is the BOM's
	Lot      string    `json:"lot,omitempty"`
	Serial   string    `json:"serial,omitempty"`
	Unit     Unit      `json:"unit,omitzero"`
	Batch    BatchName `json:"batch,omitzero"`
	Quantity Decimal   `json:"quantity,omitzero"`
	Of       ItemScope `json:"of"` // what it was recorded of

	Document    Digest `json:"document"` // that says it
	LedgerIndex int64  `json:"ledger_index"`
}

// An ItemScope tells of how many units something was recorded. What is said of fewer
// counts before what is said of more.
type ItemScope string

// The scopes of items, what counts least first.
const (
	OfBatch ItemScope = "batch"
	OfRun   ItemScope = "run"
	OfUnit  ItemScope = "unit"
	OfEvent ItemScope = "event"
)

// A TracedDeviation tells where a traced unit differs from its design.
type TracedDeviation struct {
	Deviation
	Document    Digest `json:"document"`
	LedgerIndex int64  `json:"ledger_index"`
}

// A TracedEvent is something that happened to a traced unit.
type TracedEvent struct {
	Event       EventKind  `json:"event"`
	At          Time       `json:"at"`
	Author      Name       `json:"author"`
	Claim       bool       `json:"claim"` // said by somebody else than the maker, and not confirmed
	Remedies    AdvisoryID `json:"remedies,omitzero"`
	Document    Digest     `json:"document"`
	LedgerIndex int64      `json:"ledger_index"`
}

// A TracedUnit is a unit in a traced unit, with those in it in turn.
type TracedUnit struct {
	Line    string       `json:"line"`
	Unit    Unit         `json:"unit"`
	Batch   BatchName    `json:"batch,omitzero"` // absent, as the next three, while its maker has not registered it
	Design  Design       `json:"design,omitzero"`
	Version Version      `json:"version,omitzero"`
	Release Digest       `json:"release,omitzero"`
	Units   []TracedUnit `json:"units"`
}

// A TracedAdvisory is an advisory that concerns a traced unit.
type TracedAdvisory struct {
	AdvisorySummary
	UnitStatus UnitStatus `json:"unit_status"`
	Basis      Basis      `json:"basis"`
	Hazard     string     `json:"hazard,omitempty"`
	Remedy     string     `json:"remedy,omitempty"`
}
