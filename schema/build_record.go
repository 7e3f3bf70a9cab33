package schema

import "fmt"

// A BuildRecord document is what one bench says of the units of a batch. Many are
// appended at once, in any order, also later from a workshop without a network; with
// the batch document they are the as-built record.
type BuildRecord struct {
	Head
	Record string `json:"record"` // 32 random hex digits of whoever records: two that say the same are two
	Maker  Name   `json:"maker"`
	Batch  Serial `json:"batch"`
	AsBuilt
	// Swaps exchange what was recorded for two units before this record, for serials
	// that were scanned the wrong way round.
	Swaps []Swap `json:"swaps,omitempty"`
	// Corrects is an earlier record of the same batch whose place this one takes. One
	// that says nothing else voids it.
	Corrects Digest `json:"corrects,omitzero"`
	By       string `json:"by,omitempty"` // a pseudonym
	At       Time   `json:"at,omitzero"`  // when it was recorded, by the bench's clock
	Note     string `json:"note,omitempty"`
}

// A Swap names two units of which each has what was recorded for the other.
type Swap struct {
	Line   string `json:"line,omitempty"` // path of items; left out for all that was recorded
	Serial Serial `json:"serial"`
	With   Serial `json:"with"`
}

// maxSwaps is how many swaps a record may have.
const maxSwaps = 1000

// Name gives maker/batch.
func (r BuildRecord) Name() BatchName { return BatchName{r.Maker, r.Batch} }

// Validate checks what the type cannot say.
func (r BuildRecord) Validate() error {
	f := r.faults(KindBuildRecord)
	if !isHex(r.Record, 32) {
		f.add("record", "write 32 random lower-case hex digits")
	}
	if r.Maker.IsZero() {
		f.add("maker", "it is missing; name the account that makes the units")
	}
	if r.Batch.IsZero() {
		f.add("batch", "it is missing; name the batch, like LOT-7")
	}
	if r.IsZero() && len(r.Swaps) == 0 && r.Corrects.IsZero() {
		f.add("items", "the record says nothing: write items, deviations, inspections or swaps")
	}
	r.check(&f)
	if len(r.Swaps) > maxSwaps {
		f.add("swaps", fmt.Sprintf("there are %d; at most %d are allowed", len(r.Swaps), maxSwaps))
	}
	for i, s := range r.Swaps {
		field := fmt.Sprintf("swaps[%d]", i)
		f.linePath(field+".line", s.Line, false)
		if s.Serial.IsZero() || s.With.IsZero() || s.Serial.Fold() == s.With.Fold() {
			f.add(field, "name two different serials")
		}
	}
	f.text("by", r.By, 100, false)
	f.text("note", r.Note, 10_000, false)
	return f.err("the build record")
}
