package schema

import (
	"fmt"
	"slices"
	"strconv"
)

// A Batch document registers the units made in one production run and ties each
// of them to the exact release that they were made from.
type Batch struct {
	Head
	Maker   Name            `json:"maker"`
	Batch   Serial          `json:"batch"`
	Release Digest          `json:"release"`
	Variant string          `json:"variant,omitempty"`
	Lot     string          `json:"lot,omitempty"` // the lot code on the product, when it is not the batch's name
	Serials []SerialPattern `json:"serials"`
	Planned int             `json:"planned"` // how many units; as many as the serials, where there are any

	Begun    int `json:"begun,omitempty"`    // units begun
	Passed   int `json:"passed,omitempty"`   // units that passed inspection
	Rejected int `json:"rejected,omitempty"` // units that did not
	Scrapped int `json:"scrapped,omitempty"` // units that will never be

	BeganAt     Time        `json:"began_at,omitzero"`
	EndedAt     Time        `json:"ended_at,omitzero"`
	Place       Place3166   `json:"place,omitempty"`
	Status      BatchStatus `json:"status"`
	Conformance Conformance `json:"conformance,omitempty"` // left out when the maker has not said
	AsBuilt
	Note string `json:"note,omitempty"`
	// Follows is the document of the same batch whose place this one takes. Two that
	// follow the same one conflict.
	Follows Digest `json:"follows,omitzero"`
	// SplitFrom is the batch of which the units of this one were a part before their
	// design changed.
	SplitFrom BatchName `json:"split_from,omitzero"`
	Reason    string    `json:"reason,omitempty"` // of a revision
}

// A BatchQuery asks for batches: those for which all that is set holds.
type BatchQuery struct {
	Maker   Name
	Release Digest
	Design  Design    // made from any version of it
	Forks   bool      // with Design: also from what is derived from it
	Place   Place3166 // made there, or in a part of there
}

// A BatchCounts tells how much was made, by whom and where.
type BatchCounts struct {
	Batches int          `json:"batches"`
	Units   int          `json:"units"`
	By      []BatchCount `json:"by"` // the most units first, at most a thousand
}

// A BatchCount is how much one maker has made in one place.
type BatchCount struct {
	Maker   Name      `json:"maker"`
	Place   Place3166 `json:"place,omitempty"` // absent when the maker has not said
	Batches int       `json:"batches"`
	Units   int       `json:"units"`
}

// A Place3166 is a country or a part of one by its ISO 3166 code: DE or DE-BY.
type Place3166 string

// Valid tells whether p is an ISO 3166 code of a country or a part of one.
func (p Place3166) Valid() bool {
	upper := func(s Place3166) bool {
		for i := range len(s) {
			if s[i] < 'A' || s[i] > 'Z' {
				return false
			}
		}
		return true
	}
	if len(p) < 2 || !upper(p[:2]) {
		return false
	}
	if len(p) == 2 {
		return true
	}
	for i := 3; i < len(p); i++ {
		if (p[i] < 'A' || p[i] > 'Z') && (p[i] < '0' || p[i] > '9') {
			return false
		}
	}
	return p[2] == '-' && len(p) >= 4 && len(p) <= 6
}

// A BatchStatus tells how far a batch is.
type BatchStatus string

// The statuses of a batch.
const (
	BatchPlanned    BatchStatus = "planned"
	BatchInProgress BatchStatus = "in_progress"
	BatchCompleted  BatchStatus = "completed"
	BatchAbandoned  BatchStatus = "abandoned"
)

// BatchStatuses lists the statuses of a batch in the order of work.
func BatchStatuses() []BatchStatus {
	return []BatchStatus{BatchPlanned, BatchInProgress, BatchCompleted, BatchAbandoned}
}

// A Conformance is what the maker says of the units and their design.
type Conformance string

// The conformances.
const (
	AsDesigned     Conformance = "as_designed"
	WithDeviations Conformance = "with_deviations"
	ModifiedDesign Conformance = "modified_design"
)

// Conformances lists what a maker can say.
func Conformances() []Conformance {
	return []Conformance{AsDesigned, WithDeviations, ModifiedDesign}
}

// Name gives maker/batch.
func (b Batch) Name() BatchName { return BatchName{b.Maker, b.Batch} }

// Units gives how many serials the batch names.
func (b Batch) Units() int {
	n := 0
	for _, p := range b.Serials {
		n += p.Count()
	}
	return n
}

// Validate checks what the type cannot say: that counts and serials agree, and
// that no serial occurs twice.
func (b Batch) Validate() error {
	f := b.faults(KindBatch)
	if b.Maker.IsZero() {
		f.add("maker", "it is missing; name the account that makes the units")
	}
	if b.Batch.IsZero() {
		f.add("batch", "it is missing; name the batch, like LOT-7")
	}
	if b.Release.IsZero() {
		f.add("release", "it is missing; write the digest of the release")
	}
	if b.Serials == nil {
		f.add("serials", "write a list, empty when there are none")
	}
	b.countFaults(&f)
	if !slices.Contains(BatchStatuses(), b.Status) {
		f.add("status", "it is "+Quote(string(b.Status))+"; write planned, in_progress, completed or abandoned")
	}
	if b.Conformance != "" && !slices.Contains(Conformances(), b.Conformance) {
		f.add("conformance", "it is "+Quote(string(b.Conformance))+"; write as_designed, with_deviations or modified_design")
	}
	if b.Place != "" && !b.Place.Valid() {
		f.add("place", Quote(string(b.Place))+" is not an ISO 3166 code; write one like DE or DE-BY")
	}
	if !b.BeganAt.IsZero() && !b.EndedAt.IsZero() && b.EndedAt.Before(b.BeganAt) {
		f.add("ended_at", "it is before began_at")
	}
	f.text("variant", b.Variant, 100, false)
	f.text("lot", b.Lot, 100, false)
	f.text("note", b.Note, 10_000, false)
	f.text("reason", b.Reason, maxReason, false)
	b.check(&f)
	return f.err("the batch document")
}

func (b Batch) countFaults(f *faults) {
	units := b.Units()
	switch {
	case b.Planned < 1 || b.Planned > MaxUnits:
		f.add("planned", fmt.Sprintf("it is %d; a batch has 1 to %d units", b.Planned, MaxUnits))
	case units > 0 && units != b.Planned:
		f.add("serials", fmt.Sprintf("they name %d units, but planned says %d; both must be the same", units, b.Planned))
	default:
		b.repeatFaults(f)
	}
	for _, c := range []struct {
		field string
		n     int
	}{{"begun", b.Begun}, {"passed", b.Passed}, {"rejected", b.Rejected}, {"scrapped", b.Scrapped}} {
		if c.n < 0 || c.n > b.Planned {
			f.add(c.field, fmt.Sprintf("it is %d; it lies between 0 and planned, %d", c.n, b.Planned))
		}
	}
}

func (b Batch) repeatFaults(f *faults) {
	seen := make(map[string]struct{}, b.Planned)
	for i, p := range b.Serials {
		for s := range p.All() {
			if _, again := seen[s.Fold()]; again {
				f.add("serials["+strconv.Itoa(i)+"]", Quote(s.text)+" is named twice (case does not count)")
				return
			}
			seen[s.Fold()] = struct{}{}
		}
	}
}
