package schema

// A Redaction document says what the law forced out. The artifact's bytes are
// removed and are not taken again; all that names it stays, so that numbers are
// taken for ever and traces still resolve. Whoever asks for the bytes is told the
// reason.
type Redaction struct {
	Head
	// Artifact is the digest of the bytes that are gone.
	Artifact Digest `json:"artifact"`
	// Reason says why, for everybody to read: the law or the order, and who asked.
	Reason string `json:"reason"`
}

// Validate implements Document.
func (r Redaction) Validate() error {
	f := r.faults(KindRedaction)
	if r.Artifact.IsZero() {
		f.add("artifact", "it is missing; name the digest of what is removed")
	}
	f.text("reason", r.Reason, 2000, true)
	return f.err("the redaction document")
}
