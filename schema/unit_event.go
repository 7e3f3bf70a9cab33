package schema

import (
	"fmt"
	"slices"
	"strings"
)

// A UnitEvent document is what happened to a unit after it was made. Of its maker it
// counts; of anybody else it stands as a claim until the maker confirms it.
type UnitEvent struct {
	Head
	Unit      Unit        `json:"unit"`
	Event     EventKind   `json:"event"`
	At        Time        `json:"at"`                  // when it happened, as its author says
	Removed   []string    `json:"removed,omitempty"`   // paths of the lines whose items were taken out
	Installed []BuiltItem `json:"installed,omitempty"` // in the place of what their lines had; without serials
	// Remedies is an advisory that the event makes good.
	Remedies AdvisoryID `json:"remedies,omitzero"`
	Corrects Digest     `json:"corrects,omitzero"` // an earlier event of this unit whose place this one takes
	Confirms Digest     `json:"confirms,omitzero"` // somebody else's claim, which counts then
	By       string     `json:"by,omitempty"`      // a pseudonym
	Note     string     `json:"note,omitempty"`
	Evidence []Digest   `json:"evidence,omitempty"` // artifacts
}

// An EventKind says what happened to a unit.
type EventKind string

// The kinds of event.
const (
	Commissioned EventKind = "commissioned"
	Shipped      EventKind = "shipped"
	Repaired     EventKind = "repaired"
	Modified     EventKind = "modified"
	Reflashed    EventKind = "reflashed"
	Scrapped     EventKind = "scrapped"
	Recalled     EventKind = "recalled"
	Retired      EventKind = "retired"
	Confirmed    EventKind = "confirmed" // the maker stands by what another has said
	Voided       EventKind = "voided"    // what the event that it corrects says did not happen
)

// EventKinds lists the kinds of event.
func EventKinds() []EventKind {
	return []EventKind{Commissioned, Shipped, Repaired, Modified, Reflashed, Scrapped, Recalled, Retired, Confirmed, Voided}
}

// maxEventItems is how many items an event takes out or puts in.
const maxEventItems = 1000

// Validate checks what the type cannot say.
func (e UnitEvent) Validate() error {
	f := e.faults(KindUnitEvent)
	if e.Unit.Maker.IsZero() || e.Unit.Serial.IsZero() {
		f.add("unit", "it is missing; write maker/serial")
	}
	if !slices.Contains(EventKinds(), e.Event) {
		kinds := make([]string, 0, len(EventKinds()))
		for _, k := range EventKinds() {
			kinds = append(kinds, string(k))
		}
		f.add("event", "it is "+Quote(string(e.Event))+"; write one of "+strings.Join(kinds, ", "))
	}
	if e.At.IsZero() {
		f.add("at", "it is missing; write when it happened")
	}
	if (e.Event == Confirmed) == e.Confirms.IsZero() {
		f.add("confirms", "confirmed names the document that it confirms, and nothing else does")
	}
	if e.Event == Voided && e.Corrects.IsZero() {
		f.add("corrects", "it is missing; name the event that is voided")
	}
	if len(e.Removed) > maxEventItems || len(e.Installed) > maxEventItems {
		f.add("installed", fmt.Sprintf("an event takes out and puts in at most %d items", maxEventItems))
		return f.err("the unit event")
	}
	for i, line := range e.Removed {
		f.linePath(fmt.Sprintf("removed[%d]", i), line, true)
	}
	for i, item := range e.Installed {
		at := fmt.Sprintf("installed[%d]", i)
		item.check(&f, at)
		if !item.Serials.IsZero() {
			f.add(at+".serials", "leave it out: the event is of one unit")
		}
	}
	f.text("by", e.By, 100, false)
	f.text("note", e.Note, 10_000, false)
	f.evidence("evidence", e.Evidence)
	return f.err("the unit event")
}
