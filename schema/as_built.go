package schema

import (
	"fmt"
	"slices"
	"strings"
)

// An AsBuilt is what is known of how units were made: what is in them, where they
// differ from their design, and how they were tested. Batch documents and build
// records have one; together they are the as-built record.
type AsBuilt struct {
	Items       []BuiltItem  `json:"items,omitempty"`
	Deviations  []Deviation  `json:"deviations,omitempty"`
	Inspections []Inspection `json:"inspections,omitempty"`
}

// A BuiltItem is something that went into units: what it states takes the place of
// what the design's BOM says of its line. What is said of single units counts before
// what is said of runs of them, and that before what is said of the whole batch.
type BuiltItem struct {
	Line    string    `json:"line"`             // path of items in the BOM's tree, like 16/10
	Serials SerialSet `json:"serials,omitzero"` // the units that have it; left out for the whole batch
	Part    Part      `json:"part,omitzero"`    // left out when it is the BOM's
	Lot     string    `json:"lot,omitempty"`    // of the part, as its supplier calls it
	Serial  string    `json:"serial,omitempty"` // of the part, as its maker calls it
	Unit    Unit      `json:"unit,omitzero"`    // the registered unit that it is; it sits in one unit at a time
	Batch   BatchName `json:"batch,omitzero"`   // the registered batch that it is from
	// Quantity is how much of it one unit has, in the line's unit; left out when it is
	// all that the line asks for.
	Quantity Decimal `json:"quantity,omitzero"`
}

// A Deviation tells where units differ from their design.
type Deviation struct {
	Kind     DeviationKind `json:"kind"`
	Line     string        `json:"line,omitempty"` // path of items; an addition may have none
	Serials  SerialSet     `json:"serials,omitzero"`
	Actual   Part          `json:"actual,omitzero"`  // what is there instead
	Lot      string        `json:"lot,omitempty"`    // of what is there instead
	Release  Digest        `json:"release,omitzero"` // of a design change: the derived release
	Reason   string        `json:"reason"`
	Evidence []Digest      `json:"evidence,omitempty"` // artifacts
}

// A DeviationKind says in what way units differ from their design.
type DeviationKind string

// The kinds of deviation.
const (
	Substitution  DeviationKind = "substitution"   // another part than the BOM's
	Omission      DeviationKind = "omission"       // the line's part is not there
	Addition      DeviationKind = "addition"       // something that the BOM has not
	ProcessChange DeviationKind = "process_change" // made in another way
	DesignChange  DeviationKind = "design_change"  // the thing itself is another
)

// DeviationKinds lists the kinds of deviation.
func DeviationKinds() []DeviationKind {
	return []DeviationKind{Substitution, Omission, Addition, ProcessChange, DesignChange}
}

// An Inspection is a test of units and its result.
type Inspection struct {
	Procedure    Digest        `json:"procedure,omitzero"` // the artifact that says how, one of the design's
	Serials      SerialSet     `json:"serials,omitzero"`
	Result       string        `json:"result"`       // passed or failed
	By           string        `json:"by,omitempty"` // a pseudonym
	At           Time          `json:"at,omitzero"`
	Measurements []Measurement `json:"measurements,omitempty"`
	Note         string        `json:"note,omitempty"`
	Evidence     []Digest      `json:"evidence,omitempty"` // artifacts
}

// The results of an inspection.
const (
	Passed = "passed"
	Failed = "failed"
)

// A Measurement is what an inspection measured, with the limits it must keep.
type Measurement struct {
	Name  string  `json:"name"`
	Value Decimal `json:"value"`
	Unit  string  `json:"unit"` // UCUM; 1 for a bare number
	Lower Decimal `json:"lower,omitzero"`
	Upper Decimal `json:"upper,omitzero"`
}

// Limits of an as-built record. What a document may have in all bounds the rest.
const (
	maxBuiltItems   = 100_000
	maxInspections  = 10_000
	maxLinePath     = 1000 // bytes
	maxEvidence     = 100
	maxMeasurements = 1000
	maxReason       = 2000 // bytes
)

// IsZero tells whether a says nothing.
func (a AsBuilt) IsZero() bool {
	return len(a.Items) == 0 && len(a.Deviations) == 0 && len(a.Inspections) == 0
}

// Evidence gives the artifacts that a names, each once.
func (a AsBuilt) Evidence() []Digest {
	var list []Digest
	for _, d := range a.Deviations {
		list = append(list, d.Evidence...)
	}
	for _, i := range a.Inspections {
		list = append(list, i.Evidence...)
		if !i.Procedure.IsZero() {
			list = append(list, i.Procedure)
		}
	}
	slices.SortFunc(list, func(a, b Digest) int { return strings.Compare(a.String(), b.String()) })
	return slices.Compact(list)
}

func (a AsBuilt) check(f *faults) {
	if len(a.Items) > maxBuiltItems || len(a.Deviations) > maxBuiltItems || len(a.Inspections) > maxInspections {
		f.add("items", fmt.Sprintf("a document has at most %d items, as many deviations, and %d inspections; write several build records", maxBuiltItems, maxInspections))
		return
	}
	for i, item := range a.Items {
		item.check(f, fmt.Sprintf("items[%d]", i))
	}
	for i, d := range a.Deviations {
		d.check(f, fmt.Sprintf("deviations[%d]", i))
	}
	for i, n := range a.Inspections {
		n.check(f, fmt.Sprintf("inspections[%d]", i))
	}
}

func (i BuiltItem) check(f *faults, at string) {
	f.linePath(at+".line", i.Line, true)
	f.part(at+".part", i.Part)
	f.text(at+".lot", i.Lot, 200, false)
	f.text(at+".serial", i.Serial, 200, false)
	if i.Unit != (Unit{}) && i.Batch != (BatchName{}) {
		f.add(at+".batch", "name the unit, or the batch it is from: the unit's batch is known")
	}
	if !i.Quantity.IsZero() && i.Quantity.Sign() <= 0 {
		f.add(at+".quantity", "it is "+i.Quantity.String()+"; write how much one unit has, or leave it out")
	}
}

func (d Deviation) check(f *faults, at string) {
	if !slices.Contains(DeviationKinds(), d.Kind) {
		f.add(at+".kind", "it is "+Quote(string(d.Kind))+"; write substitution, omission, addition, process_change or design_change")
	}
	f.linePath(at+".line", d.Line, d.Kind != Addition && d.Kind != DesignChange && d.Kind != ProcessChange)
	f.part(at+".actual", d.Actual)
	f.text(at+".lot", d.Lot, 200, false)
	f.text(at+".reason", d.Reason, maxReason, true)
	f.evidence(at+".evidence", d.Evidence)
	switch {
	case d.Kind == Omission && !d.Actual.IsZero():
		f.add(at+".actual", "what is left out has nothing in its place; with a part it is a substitution")
	case (d.Kind == Substitution || d.Kind == Addition) && d.Actual.IsZero():
		f.add(at+".actual", "it is missing; say which part is there")
	case d.Kind != DesignChange && !d.Release.IsZero():
		f.add(at+".release", "only a design_change has a derived release")
	}
}

func (n Inspection) check(f *faults, at string) {
	if n.Result != Passed && n.Result != Failed {
		f.add(at+".result", "it is "+Quote(n.Result)+"; write passed or failed")
	}
	f.text(at+".by", n.By, 100, false)
	f.text(at+".note", n.Note, maxReason, false)
	f.evidence(at+".evidence", n.Evidence)
	if len(n.Measurements) > maxMeasurements {
		f.add(at+".measurements", fmt.Sprintf("there are %d; at most %d are allowed", len(n.Measurements), maxMeasurements))
		return
	}
	for i, m := range n.Measurements {
		field := fmt.Sprintf("%s.measurements[%d]", at, i)
		f.text(field+".name", m.Name, 200, true)
		f.text(field+".unit", m.Unit, 32, true)
		if m.Value.IsZero() {
			f.add(field+".value", "it is missing")
		}
		if !m.Lower.IsZero() && !m.Upper.IsZero() && m.Lower.Compare(m.Upper) > 0 {
			f.add(field+".lower", "it is above the upper limit")
		}
	}
}

// Within tells whether a measured value keeps its limits.
func (m Measurement) Within() bool {
	return (m.Lower.IsZero() || m.Value.Compare(m.Lower) >= 0) && (m.Upper.IsZero() || m.Value.Compare(m.Upper) <= 0)
}

func (f *faults) linePath(field, path string, required bool) {
	f.text(field, path, maxLinePath, required)
	if strings.HasPrefix(path, "/") || strings.HasSuffix(path, "/") || strings.Contains(path, "//") {
		f.add(field, Quote(path)+" is no path of items; write one like 16/10")
	}
}

func (f *faults) evidence(field string, list []Digest) {
	if len(list) > maxEvidence {
		f.add(field, fmt.Sprintf("there are %d files; at most %d are allowed", len(list), maxEvidence))
	}
	for i, d := range list {
		if d.IsZero() {
			f.add(fmt.Sprintf("%s[%d]", field, i), "it is empty; write the digest of an artifact")
		}
	}
}
