package schema

// A Membership document says that somebody acts for an organisation, is asked to,
// or does so no more. Each names the one before it of the same member.
type Membership struct {
	Head
	Organisation Name            `json:"organisation"`
	Member       Name            `json:"member"`
	Role         MemberRole      `json:"role"`
	State        MembershipState `json:"state"`
	Follows      Digest          `json:"follows,omitzero"` // the membership document that this one takes the place of
	// Salt is 32 random hex digits, so that the digest of a redacted document
	// tells nothing of what it said.
	Salt string `json:"salt"`
}

// A MemberRole is what a member does for an organisation.
type MemberRole string

// The roles of members.
const (
	RoleOwner      MemberRole = "owner"      // everything, also who is a member
	RoleMaintainer MemberRole = "maintainer" // releases and their status
	RolePublisher  MemberRole = "publisher"  // releases
	RoleMaker      MemberRole = "maker"      // batches
)

// MemberRoles are all roles.
func MemberRoles() []MemberRole {
	return []MemberRole{RoleOwner, RoleMaintainer, RolePublisher, RoleMaker}
}

// A MembershipState says how far a membership has come.
type MembershipState string

// The states of a membership.
const (
	MemberInvited  MembershipState = "invited"  // by an owner, and the member has not answered
	MemberAccepted MembershipState = "accepted" // by the member
	MemberEnded    MembershipState = "ended"    // declined, left, or removed by an owner
)

// Validate checks what the type cannot say.
func (m Membership) Validate() error {
	f := m.faults(KindMembership)
	if m.Organisation.IsZero() {
		f.add("organisation", "it is missing; write the organisation's name")
	}
	if m.Member.IsZero() {
		f.add("member", "it is missing; write the member's account")
	}
	if m.Member == m.Organisation && !m.Member.IsZero() {
		f.add("member", "an organisation is no member of itself")
	}
	checkMemberRole(&f, m.Role)
	switch m.State {
	case MemberInvited, MemberAccepted, MemberEnded:
	default:
		f.add("state", "it is "+Quote(string(m.State))+"; write invited, accepted or ended")
	}
	if !isHex(m.Salt, 32) {
		f.add("salt", "write 32 random lower-case hex digits")
	}
	return f.err("the membership document")
}

func checkMemberRole(f *faults, r MemberRole) {
	switch r {
	case RoleOwner, RoleMaintainer, RolePublisher, RoleMaker:
	default:
		f.add("role", "it is "+Quote(string(r))+"; write owner, maintainer, publisher or maker")
	}
}

// ParseMemberRole reads a role.
func ParseMemberRole(s string) (MemberRole, error) {
	var f faults
	checkMemberRole(&f, MemberRole(s))
	return MemberRole(s), f.err("the role of a member")
}

// A Member is a member of an organisation, as the registry tells of it.
type Member struct {
	Organisation Name            `json:"organisation"`
	Member       Name            `json:"member"`
	Role         MemberRole      `json:"role"`
	State        MembershipState `json:"state"` // invited or accepted
	Document     Digest          `json:"document"`
}

// A MemberList is a page of members, by their names.
type MemberList struct {
	Members []Member `json:"members"`
	Next    string   `json:"next,omitempty" doc:"URL of the next page"`
}
