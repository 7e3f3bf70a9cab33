package schema

import (
	"fmt"
	"regexp"
	"slices"
)

// An AdvisoryID names an advisory: pba-<year>-<number>, counted in ledger order
// within the year in which it was received.
type AdvisoryID struct{ text string }

var advisoryID = regexp.MustCompile(`^pba-[0-9]{4}-[1-9][0-9]{0,8}$`)

// ParseAdvisoryID reads the name of an advisory.
func ParseAdvisoryID(s string) (AdvisoryID, error) {
	if !advisoryID.MatchString(s) {
		return AdvisoryID{}, invalid(Quote(s)+" names no advisory", "write one like pba-2026-7")
	}
	return AdvisoryID{s}, nil
}

// NewAdvisoryID gives the name of the advisory with that number among those that were
// received in the year of t.
func NewAdvisoryID(t Time, number int) AdvisoryID {
	return AdvisoryID{fmt.Sprintf("pba-%.4s-%d", t.text, number)}
}

// String gives the name.
func (id AdvisoryID) String() string { return id.text }

// IsZero tells whether id names nothing.
func (id AdvisoryID) IsZero() bool { return id.text == "" }

// MarshalText writes id as its text.
func (id AdvisoryID) MarshalText() ([]byte, error) { return []byte(id.text), nil }

// UnmarshalText reads what ParseAdvisoryID reads; empty text is the zero AdvisoryID.
func (id *AdvisoryID) UnmarshalText(b []byte) error { return unmarshalText(id, b, ParseAdvisoryID) }

// An Advisory document tells of a defect and of the units that it concerns.
type Advisory struct {
	Head
	// Issuer is in whose name it is said: the author, or an organisation for which
	// the author speaks. It decides for which units the advisory counts: see docs.
	Issuer    Name           `json:"issuer"`
	Title     string         `json:"title"`
	Selectors Selectors      `json:"selectors"`
	Severity  AdvisoryGrade  `json:"severity"`
	Hazard    string         `json:"hazard,omitempty"`   // what can happen
	Remedy    string         `json:"remedy,omitempty"`   // what to do
	FixedIn   []Reference    `json:"fixed_in,omitempty"` // releases without the defect
	Status    AdvisoryStatus `json:"status"`
	Follows   Digest         `json:"follows,omitzero"` // the advisory document that this one takes the place of
	Reason    string         `json:"reason,omitempty"` // of a revision or a withdrawal
	Evidence  []Digest       `json:"evidence,omitempty"`
}

// Selectors say which units an advisory is about: those for which all that is set
// holds.
type Selectors struct {
	Design   Design    `json:"design,omitzero"`    // made from it, from what is derived from it, or from what contains it
	Versions string    `json:"versions,omitempty"` // SemVer range; all when left out
	Part     Part      `json:"part,omitzero"`      // with this part in them
	Lot      string    `json:"lot,omitempty"`      // of the part, or of what is in them
	Firmware string    `json:"firmware,omitempty"` // version of the firmware in them
	Batch    BatchName `json:"batch,omitzero"`
	Maker    Name      `json:"maker,omitzero"`
	Serials  SerialSet `json:"serials,omitzero"` // of the batch, or of the maker
}

// An AdvisoryGrade is how bad a defect is.
type AdvisoryGrade string

// The grades of severity.
const (
	Low      AdvisoryGrade = "low"
	Medium   AdvisoryGrade = "medium"
	High     AdvisoryGrade = "high"
	Critical AdvisoryGrade = "critical"
)

// AdvisoryGrades lists the grades, the least first.
func AdvisoryGrades() []AdvisoryGrade { return []AdvisoryGrade{Low, Medium, High, Critical} }

// An AdvisoryStatus says how far an advisory has come.
type AdvisoryStatus string

// The statuses of an advisory.
const (
	AdvisoryReported  AdvisoryStatus = "reported"  // by anybody, and not confirmed
	AdvisoryPublished AdvisoryStatus = "published" // by somebody entitled to
	AdvisoryWithdrawn AdvisoryStatus = "withdrawn" // it was wrong
)

// Validate checks what the type cannot say.
func (a Advisory) Validate() error {
	f := a.faults(KindAdvisory)
	if a.Issuer.IsZero() {
		f.add("issuer", "it is missing; name in whose name it is said")
	}
	f.text("title", a.Title, 300, true)
	f.text("hazard", a.Hazard, 10_000, false)
	f.text("remedy", a.Remedy, 10_000, false)
	f.text("reason", a.Reason, maxReason, false)
	a.Selectors.check(&f)
	if !slices.Contains(AdvisoryGrades(), a.Severity) {
		f.add("severity", "it is "+Quote(string(a.Severity))+"; write low, medium, high or critical")
	}
	switch a.Status {
	case AdvisoryReported, AdvisoryPublished:
	case AdvisoryWithdrawn:
		if a.Follows.IsZero() {
			f.add("follows", "it is missing; name the advisory that is withdrawn")
		}
		if a.Reason == "" {
			f.add("reason", "it is missing; say why it is withdrawn")
		}
	default:
		f.add("status", "it is "+Quote(string(a.Status))+"; write reported, published or withdrawn")
	}
	if len(a.FixedIn) > 100 {
		f.add("fixed_in", "there are over 100 releases")
	}
	for i, r := range a.FixedIn {
		if r.Design.IsZero() || !r.Exact() && r.Range == "" {
			f.add(fmt.Sprintf("fixed_in[%d]", i), "write a release, like ada/lamp@1.2.1")
		}
	}
	f.evidence("evidence", a.Evidence)
	return f.err("the advisory")
}

func (s Selectors) check(f *faults) {
	const at = "selectors"
	if s == (Selectors{}) {
		f.add(at, "they are empty; name a design, a part, a lot, a batch or serials")
	}
	if s.Versions != "" {
		if _, err := parseRange(s.Versions); err != nil {
			f.add(at+".versions", Quote(s.Versions)+" is no range of versions; write one like >=1.0.0 <1.2.1")
		}
		if s.Design.IsZero() {
			f.add(at+".design", "it is missing; versions are of a design")
		}
	}
	f.part(at+".part", s.Part)
	f.text(at+".lot", s.Lot, 200, false)
	f.text(at+".firmware", s.Firmware, 200, false)
	if !s.Batch.Maker.IsZero() && !s.Maker.IsZero() {
		f.add(at+".maker", "leave it out: the batch names it")
	}
	if !s.Serials.IsZero() && s.Batch.Maker.IsZero() && s.Maker.IsZero() {
		f.add(at+".maker", "it is missing; serials are of a batch, or of a maker")
	}
	if s.Maker != (Name{}) && s == (Selectors{Maker: s.Maker}) {
		f.add(at, "a maker alone is no defect; name a design, a part, a lot, a batch or serials too")
	}
}

// Covers tells whether a version is among those that s selects of its design.
func (s Selectors) Covers(v Version) bool {
	if s.Versions == "" {
		return true
	}
	return inRange(s.Versions, v)
}

// An AdvisoryResponse document is what a maker says of its batches, or a maintainer
// of a design, in answer to an advisory.
type AdvisoryResponse struct {
	Head
	Advisory AdvisoryID  `json:"advisory"`
	For      Name        `json:"for"`               // in whose name: the maker's or the owner's
	Batches  []BatchName `json:"batches,omitempty"` // of the maker; all of them when neither these nor designs are named
	Designs  []Design    `json:"designs,omitempty"` // of the owner
	Status   UnitStatus  `json:"status"`
	// Justification says why not affected, or what was done.
	Justification string `json:"justification,omitempty"`
	Follows       Digest `json:"follows,omitzero"` // the answer that this one takes the place of
}

// A UnitStatus says what an advisory means for a unit, in the words of CSAF 2.0
// (section 3.2.3.9, product status).
type UnitStatus string

// The statuses of units, the worst first.
const (
	KnownAffected      UnitStatus = "known_affected"
	UnderInvestigation UnitStatus = "under_investigation"
	Fixed              UnitStatus = "fixed"
	KnownNotAffected   UnitStatus = "known_not_affected"
)

// UnitStatuses lists the statuses, the worst first.
func UnitStatuses() []UnitStatus {
	return []UnitStatus{KnownAffected, UnderInvestigation, Fixed, KnownNotAffected}
}

// A Basis says what the status of a unit rests on.
type Basis string

// The bases, the strongest first.
const (
	BasisAsBuilt   Basis = "as_built"   // what was recorded of the unit
	BasisDeclared  Basis = "declared"   // what its maker says of the batch
	BasisDesignBOM Basis = "design_bom" // what its design asks for
)

// Bases lists the bases, the strongest first.
func Bases() []Basis { return []Basis{BasisAsBuilt, BasisDeclared, BasisDesignBOM} }

// Validate checks what the type cannot say.
func (r AdvisoryResponse) Validate() error {
	f := r.faults(KindAdvisoryResponse)
	if r.Advisory.IsZero() {
		f.add("advisory", "it is missing; write its number, like pba-2026-7")
	}
	if r.For.IsZero() {
		f.add("for", "it is missing; name in whose name it is said")
	}
	if !slices.Contains(UnitStatuses(), r.Status) {
		f.add("status", "it is "+Quote(string(r.Status))+"; write known_affected, known_not_affected, fixed or under_investigation")
	}
	if len(r.Batches)+len(r.Designs) > 10_000 {
		f.add("batches", "there are over 10000 batches and designs; write several answers")
	}
	for i, b := range r.Batches {
		if b.Maker != r.For || b.Batch.IsZero() {
			f.add(fmt.Sprintf("batches[%d]", i), "it is not of "+r.For.String()+", who answers")
		}
	}
	for i, d := range r.Designs {
		if d.Owner != r.For {
			f.add(fmt.Sprintf("designs[%d]", i), "it is not of "+r.For.String()+", who answers")
		}
	}
	f.text("justification", r.Justification, 10_000, r.Status == KnownNotAffected)
	return f.err("the answer to an advisory")
}

// An AdvisorySummary is a row of a list of advisories.
type AdvisorySummary struct {
	ID       AdvisoryID     `json:"id"`
	Digest   Digest         `json:"digest"` // of the document in force
	Issuer   Name           `json:"issuer"`
	Status   AdvisoryStatus `json:"status"`
	Severity AdvisoryGrade  `json:"severity"`
	Title    string         `json:"title"`
	Time     Time           `json:"time"`    // of receipt of its first document
	Revised  Time           `json:"revised"` // likewise of that in force
}

// An Affected tells what an advisory means for units.
type Affected struct {
	Advisory AdvisoryID         `json:"advisory"`
	Status   AdvisoryStatus     `json:"advisory_status"`
	Counts   map[UnitStatus]int `json:"counts" doc:"how many items there are of each status"`
	Units    map[UnitStatus]int `json:"units" doc:"the same, with all units of batches without serials told"`
	Items    []AffectedUnit     `json:"items"`
	Next     string             `json:"next,omitempty" doc:"URL of the next page"`
}

// An AffectedUnit is a unit that an advisory concerns, or a batch that has no serials.
type AffectedUnit struct {
	Maker  Name       `json:"maker"`
	Batch  Serial     `json:"batch"`
	Unit   Serial     `json:"unit" doc:"its serial; empty for a batch without serials"`
	Status UnitStatus `json:"status" enum:"known_affected,under_investigation,fixed,known_not_affected"`
	Basis  Basis      `json:"basis" enum:"as_built,declared,design_bom"`
}

// An AdvisoryAnswer is an advisory with its document and the answers to it.
type AdvisoryAnswer struct {
	AdvisorySummary
	Document  Advisory             `json:"document"`
	Responses []AdvisoryResponseOf `json:"responses"`
}

// An AdvisoryResponseOf is an answer to an advisory, as the registry tells of it.
type AdvisoryResponseOf struct {
	Digest   Digest           `json:"digest"`
	Time     Time             `json:"time"` // of receipt
	Document AdvisoryResponse `json:"document"`
}

// An AdvisoryList is a page of advisories, the latest first.
type AdvisoryList struct {
	Advisories []AdvisorySummary `json:"advisories"`
	Next       string            `json:"next,omitempty" doc:"URL of the next page"`
}

// An AdvisoryReceipt tells of an advisory that counts.
type AdvisoryReceipt struct {
	ID          AdvisoryID     `json:"id"`
	Digest      Digest         `json:"digest"`
	Status      AdvisoryStatus `json:"status"`
	LedgerIndex int64          `json:"ledger_index"`
}

// A Receipt tells of a document that counts.
type Receipt struct {
	Digest      Digest `json:"digest"`
	LedgerIndex int64  `json:"ledger_index"`
}
