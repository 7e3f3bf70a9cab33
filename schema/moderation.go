package schema

// A Moderation document is an act of the registry's keeper on what somebody else
// has published, with the reason for everybody to read. It changes nothing in what
// it is about: whoever has pinned a quarantined release still gets it.
type Moderation struct {
	Head
	Act ModerationAct `json:"act"`
	// Release or Account is what the act is about: just one of them.
	Release Digest `json:"release,omitzero"`
	Account Name   `json:"account,omitzero"`
	// Follows is the moderation document before this one about the same thing,
	// zero for the first. Two that follow the same one conflict.
	Follows Digest `json:"follows,omitzero"`
	Reason  string `json:"reason"` // in plain words
}

// A ModerationAct is what a moderation document does.
type ModerationAct string

// The acts of moderation.
const (
	Quarantine ModerationAct = "quarantine" // a release: hidden from search and passed over unless named exactly
	Suspend    ModerationAct = "suspend"    // an account: nothing more is published by it or under its name
	Lift       ModerationAct = "lift"       // either: ends it
)

// Validate implements Document.
func (m Moderation) Validate() error {
	f := m.faults(KindModeration)
	if m.Release.IsZero() == m.Account.IsZero() {
		f.add("release", "name either a release, by its digest, or an account")
	}
	switch m.Act {
	case Quarantine:
		if m.Release.IsZero() {
			f.add("act", "what is put under quarantine is a release; an account is suspended: write suspend")
		}
	case Suspend:
		if m.Account.IsZero() {
			f.add("act", "what is suspended is an account; a release is put under quarantine: write quarantine")
		}
	case Lift:
		if m.Follows.IsZero() {
			f.add("follows", "it is missing; write the digest of the document that is lifted")
		}
	default:
		f.add("act", "it is "+Quote(string(m.Act))+"; write quarantine, suspend or lift")
	}
	f.text("reason", m.Reason, 2000, true)
	return f.err("the moderation document")
}

// A Moderated tells how the keeper of the registry treats a release or an account.
// The zero Moderated is that of what nothing was ever said of.
type Moderated struct {
	Act      ModerationAct `json:"act,omitempty"`
	Reason   string        `json:"reason,omitempty"`
	Document Digest        `json:"document,omitzero"` // what the next moderation document follows
}

// Impact tells how much hangs on something that is taken from sight.
type Impact struct {
	Releases int `json:"releases"` // of an account its own; of a release those that contain it
	Designs  int `json:"designs"`  // that these releases are of
	Batches  int `json:"batches"`  // made from them
	Units    int `json:"units"`    // planned in these batches
}
