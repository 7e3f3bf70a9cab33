package schema

import "fmt"

// An Account document is the public side of an account. It is appended with the
// account's first public act, never before.
type Account struct {
	Head
	Account     Name   `json:"account"`
	Type        string `json:"type"` // person or organisation
	DisplayName string `json:"display_name,omitempty"`
	About       string `json:"about,omitempty"`
	Follows     Digest `json:"follows,omitzero"` // the account document that this one takes the place of
	// Keys are those with which the account signs, also the revoked ones. A key is
	// valid for what is appended after the document in which it first stands, until
	// one in which it is revoked or stands no more.
	Keys []AccountKey `json:"keys,omitempty"`
	// RequiresSignatures demands that whatever is published under this name is signed.
	RequiresSignatures bool `json:"requires_signatures,omitempty"`
	// Closed says that its holder has closed it. The name stays taken.
	Closed bool `json:"closed,omitempty"`
	// Salt is 32 random hex digits, so that the digest of a redacted document
	// tells nothing of what it said.
	Salt string `json:"salt"`
}

// An AccountKey is a key with which an account signs.
type AccountKey struct {
	Key     PublicKey `json:"key"`
	Name    string    `json:"name,omitempty"`   // for people, like the machine it is on
	Revoked Time      `json:"revoked,omitzero"` // when its holder says that it was revoked; what counts is the document that says so
}

// MaxKeys is how many keys an account may have, the revoked ones told.
const MaxKeys = 100

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
	a.checkKeys(&f)
	if !isHex(a.Salt, 32) {
		f.add("salt", "write 32 random lower-case hex digits")
	}
	return f.err("the account document")
}

func (a Account) checkKeys(f *faults) {
	if len(a.Keys) > MaxKeys {
		f.add("keys", fmt.Sprintf("there are %d; an account has at most %d", len(a.Keys), MaxKeys))
		return
	}
	seen := make(map[PublicKey]bool)
	for i, k := range a.Keys {
		field := fmt.Sprintf("keys[%d]", i)
		if k.Key.IsZero() || seen[k.Key] {
			f.add(field+".key", "it is missing, or there twice")
		}
		seen[k.Key] = true
		f.text(field+".name", k.Name, 100, false)
	}
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
