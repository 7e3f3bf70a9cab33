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
	// Role is what an account is appointed to.
	Role InstanceRole `json:"role,omitempty"`
	// Follows is the moderation document before this one about the same thing,
	// zero for the first. Two that follow the same one conflict. The role of an
	// account is another thing than whether it is suspended.
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
	Appoint    ModerationAct = "appoint"    // an account: gives it a role in the registry
	Dismiss    ModerationAct = "dismiss"    // an account: takes its role
)

// An InstanceRole is what an account may do for the registry as a whole.
type InstanceRole string

// The roles in a registry.
const (
	Administrator InstanceRole = "administrator" // moderates, reads reports and who has written
	SafetyEditor  InstanceRole = "safety_editor" // publishes advisories for anything
)

// InstanceRoles are all roles in a registry.
func InstanceRoles() []InstanceRole { return []InstanceRole{Administrator, SafetyEditor} }

// Appoints tells whether the act is about the role of an account.
func (a ModerationAct) Appoints() bool { return a == Appoint || a == Dismiss }

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
	case Appoint, Dismiss:
		m.checkRole(&f)
	default:
		f.add("act", "it is "+Quote(string(m.Act))+"; write quarantine, suspend, lift, appoint or dismiss")
	}
	if m.Role != "" && m.Act != Appoint {
		f.add("role", "only who is appointed gets one; leave it out")
	}
	f.text("reason", m.Reason, 2000, true)
	return f.err("the moderation document")
}

func (m Moderation) checkRole(f *faults) {
	if m.Account.IsZero() {
		f.add("act", "what has a role is an account")
	}
	if m.Act == Appoint && m.Role != Administrator && m.Role != SafetyEditor {
		f.add("role", "it is "+Quote(string(m.Role))+"; write administrator or safety_editor")
	}
	if m.Act == Dismiss && m.Follows.IsZero() {
		f.add("follows", "it is missing; write the digest of the document that appointed the account")
	}
}

// An Appointed tells which role an account has in the registry. The zero Appointed is
// that of an account that never had one.
type Appointed struct {
	Account  Name         `json:"account"`
	Role     InstanceRole `json:"role,omitempty"`
	Reason   string       `json:"reason,omitempty"`
	Document Digest       `json:"document,omitzero"` // what the next document about its role follows
}

// A Moderated tells how the keeper of the registry treats a release or an account.
// The zero Moderated is that of what nothing was ever said of.
type Moderated struct {
	Act      ModerationAct `json:"act,omitempty" enum:"quarantine,suspend,lift"`
	Reason   string        `json:"reason,omitempty"`
	Document Digest        `json:"document,omitzero"` // what the next moderation document follows
}

// A ModerationPreview tells how the keeper and the administrators treat a release or an
// account, and what hangs on it.
type ModerationPreview struct {
	Subject string    `json:"subject" doc:"owner/name@version, or the name of an account"`
	Release Digest    `json:"release,omitzero"`
	Account Name      `json:"account,omitzero"`
	Now     Moderated `json:"now"`
	Impact  Impact    `json:"impact"`
}

// Impact tells how much hangs on something that is taken from sight.
type Impact struct {
	Releases int `json:"releases"` // of an account its own; of a release those that contain it; of a file those that have it or contain one that does
	Designs  int `json:"designs"`  // that these releases are of
	Batches  int `json:"batches"`  // made from them
	Units    int `json:"units"`    // planned in these batches
}
