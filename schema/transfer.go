package schema

// A Transfer document is a step by which a design with all its releases, or the
// ownership of an organisation, changes hands: an owner offers it, the receiving
// account accepts, and after a waiting time, in which any owner can stop it, either
// side completes it. Only the last step has an effect. A design that stays with its
// owner and is called otherwise from then on is renamed in one step, completed.
//
// The terms (Design or Organisation, To, Name, Leaves) are the same in each step.
type Transfer struct {
	Head
	State TransferState `json:"state"`
	// Design or Organisation is what changes hands: just one of them. A design is
	// called as it is before the transfer.
	Design       Design `json:"design,omitzero"`
	Organisation Name   `json:"organisation,omitzero"`
	// To is the account that gets the design, or becomes an owner of the organisation.
	To Name `json:"to"`
	// Name is the name of the design from then on, empty where it stays as it is.
	Name string `json:"name,omitempty"`
	// Leaves is the owner who offers an organisation and leaves it when another is
	// owner, zero when who offers stays.
	Leaves Name `json:"leaves,omitzero"`
	// Follows is the transfer document before this one about the same thing, zero for
	// the first. Two that follow the same one conflict.
	Follows Digest `json:"follows,omitzero"`
	// Salt is 32 random hex digits where an organisation is transferred, as it stands
	// in a membership document.
	Salt string `json:"salt,omitempty"`
}

// A TransferState is how far a transfer has come.
type TransferState string

// The states of a transfer.
const (
	TransferOffered   TransferState = "offered"   // by an owner
	TransferAccepted  TransferState = "accepted"  // by the receiving account; the waiting time begins
	TransferStopped   TransferState = "stopped"   // by either side
	TransferCompleted TransferState = "completed" // by either side, after the waiting time; or a design was renamed
)

// Open tells whether the transfer is under way.
func (s TransferState) Open() bool { return s == TransferOffered || s == TransferAccepted }

// Target is what the design is called after the transfer, zero for an organisation.
func (t Transfer) Target() Design {
	switch {
	case t.Design.IsZero():
		return Design{}
	case t.Name == "":
		return Design{t.To, t.Design.Name}
	}
	return Design{t.To, t.Name}
}

// Renames tells whether a design stays with its owner and only gets another name.
func (t Transfer) Renames() bool { return !t.Design.IsZero() && t.To == t.Design.Owner }

// SameTerms tells whether two documents are steps of a transfer on the same terms.
func (t Transfer) SameTerms(u Transfer) bool {
	return t.Design == u.Design && t.Organisation == u.Organisation && t.To == u.To && t.Name == u.Name && t.Leaves == u.Leaves
}

// Validate implements Document.
func (t Transfer) Validate() error {
	f := t.faults(KindTransfer)
	if t.Design.IsZero() == t.Organisation.IsZero() {
		f.add("design", "name either a design or an organisation")
	}
	if t.To.IsZero() {
		f.add("to", "it is missing; write the account that receives it")
	}
	switch t.State {
	case TransferOffered, TransferCompleted:
	case TransferAccepted, TransferStopped:
	default:
		f.add("state", "it is "+Quote(string(t.State))+"; write offered, accepted, stopped or completed")
	}
	switch {
	case t.Renames() && t.State != TransferCompleted:
		f.add("state", "a design that stays with its owner is renamed in one step; write completed")
	case t.Renames() && t.Name == "":
		f.add("name", "it is missing; write what the design is called from now on")
	case !t.Renames() && t.State != TransferOffered && t.Follows.IsZero():
		f.add("follows", "it is missing; write the digest of the step before")
	}
	if t.Design.IsZero() {
		t.checkOwnership(&f)
	} else {
		t.checkDesign(&f)
	}
	return f.err("the transfer document")
}

func (t Transfer) checkDesign(f *faults) {
	if t.Name != "" {
		if why := slugFault(t.Name, 64); why != "" {
			f.add("name", Quote(t.Name)+" is not a design's name: "+why)
		}
	}
	if t.Name == t.Design.Name {
		f.add("name", "it is what the design is called already; leave it out")
	}
	if !t.Leaves.IsZero() {
		f.add("leaves", "only an organisation is left; leave it out")
	}
	if t.Salt != "" {
		f.add("salt", "only the transfer of an organisation has one; leave it out")
	}
}

func (t Transfer) checkOwnership(f *faults) {
	if t.Name != "" {
		f.add("name", "an organisation keeps its name; leave it out")
	}
	if t.To == t.Organisation && !t.To.IsZero() {
		f.add("to", "an organisation is no owner of itself")
	}
	if t.Leaves == t.To && !t.To.IsZero() {
		f.add("leaves", "who becomes an owner does not leave")
	}
	if t.State == TransferOffered && !t.Leaves.IsZero() && t.Leaves != t.Author {
		f.add("leaves", "only who offers can say that they leave")
	}
	if !isHex(t.Salt, 32) {
		f.add("salt", "write 32 random lower-case hex digits")
	}
}

// A TransferAnswer tells of the last transfer of a design or of the ownership of an
// organisation.
type TransferAnswer struct {
	Design       Design        `json:"design,omitzero" doc:"as it is called now; absent for an organisation"`
	Organisation Name          `json:"organisation,omitzero"`
	State        TransferState `json:"state" enum:"offered,accepted,stopped,completed"`
	From         Name          `json:"from" doc:"the owner before: the account of the design, or the organisation"`
	OfferedBy    Name          `json:"offered_by"`
	To           Name          `json:"to"`
	Name         string        `json:"name,omitempty" doc:"what the design is called from then on; absent where it stays as it is"`
	Leaves       Name          `json:"leaves,omitzero" doc:"the owner who leaves the organisation with it"`
	Document     Digest        `json:"document" doc:"what the next transfer document follows"`
	Time         Time          `json:"time" doc:"of receipt of that document"`
	CompleteFrom Time          `json:"complete_from,omitzero" doc:"when it can be completed, unless it is stopped before; only while it is accepted"`
}

// Step makes the next step of the transfer, on the same terms.
func (a TransferAnswer) Step(author Name, state TransferState, salt string) Transfer {
	return Transfer{
		Head: Head{Kind: KindTransfer, Author: author}, State: state, Design: a.Design, Organisation: a.Organisation, To: a.To, Name: a.Name, Leaves: a.Leaves,
		Follows: a.Document, Salt: salt,
	}
}

// A TransferList is a page of transfers under way, the latest first.
type TransferList struct {
	Transfers []TransferAnswer `json:"transfers"`
	Next      string           `json:"next,omitempty" doc:"URL of the next page"`
}
