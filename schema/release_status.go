package schema

// A ReleaseStatus document changes how a release is treated. It changes nothing
// in the release: its bytes stay, and whoever has pinned it still gets them.
type ReleaseStatus struct {
	Head
	Release Digest `json:"release"`
	Status  Status `json:"status"`
	// Follows is the release itself for its first status, else the status
	// document before this one. Two that follow the same one conflict.
	Follows     Digest    `json:"follows"`
	Reason      string    `json:"reason,omitempty"`     // in plain words, for those who use the release
	Replacement Reference `json:"replacement,omitzero"` // what to use instead
}

// A Status is how a release is treated.
type Status string

// The statuses. A release without a status document is Current.
const (
	Current    Status = ""           // as published
	Yanked     Status = "yanked"     // passed over unless named exactly
	Unyanked   Status = "unyanked"   // yanked or deprecated once, no longer
	Deprecated Status = "deprecated" // still resolved; another is better
)

// Validate checks what the type cannot say.
func (s ReleaseStatus) Validate() error {
	f := s.faults(KindReleaseStatus)
	if s.Release.IsZero() {
		f.add("release", "it is missing; write the digest of the release")
	}
	if s.Follows.IsZero() {
		f.add("follows", "it is missing; write the digest of the release's last status document, or of the release when it has none")
	}
	switch s.Status {
	case Yanked, Unyanked, Deprecated:
	default:
		f.add("status", "it is "+Quote(string(s.Status))+"; write yanked, unyanked or deprecated")
	}
	f.text("reason", s.Reason, 2000, false)
	if !s.Replacement.Design.IsZero() && s.Status != Deprecated {
		f.add("replacement", "only a deprecated release has one")
	}
	return f.err("the release_status document")
}
