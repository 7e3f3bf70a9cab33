package schema

// An Account document is the public side of an account. It is appended with the
// account's first public act, never before.
type Account struct {
	Head
	Account     Name   `json:"account"`
	Type        string `json:"type"` // person or organisation
	DisplayName string `json:"display_name,omitempty"`
	About       string `json:"about,omitempty"`
	Follows     Digest `json:"follows,omitzero"` // the account document that this one takes the place of
	// Salt is 32 random hex digits, so that the digest of a redacted document
	// tells nothing of what it said.
	Salt string `json:"salt"`
}

// The types of account.
const (
	AccountPerson       = "person"
	AccountOrganisation = "organisation"
)

// Validate checks what the type cannot say.
func (a Account) Validate() error {
	f := a.faults(KindAccount)
	if a.Account.IsZero() {
		f.add("account", "it is missing; write the account's name")
	}
	if a.Type != AccountPerson && a.Type != AccountOrganisation {
		f.add("type", "it is "+Quote(a.Type)+"; write person or organisation")
	}
	f.text("display_name", a.DisplayName, 200, false)
	f.text("about", a.About, 10_000, false)
	if !isHex(a.Salt, 32) {
		f.add("salt", "write 32 random lower-case hex digits")
	}
	return f.err("the account document")
}

func isHex(s string, digits int) bool {
	if len(s) != digits {
		return false
	}
	for _, b := range []byte(s) {
		if (b < '0' || b > '9') && (b < 'a' || b > 'f') {
			return false
		}
	}
	return true
}
