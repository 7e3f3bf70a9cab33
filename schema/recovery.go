package schema

// KindRecovery is the kind under which a Recovery is signed. It is no document: it
// is said to one registry, once.
const KindRecovery = "recovery"

// A Recovery is what the holder of a key signs to give their account another password.
type Recovery struct {
	Account  Name   `json:"account"`
	Origin   string `json:"origin"`   // of the ledger, so that it is good at one registry
	Password Digest `json:"password"` // SHA-256 of the new one
	Time     Time   `json:"time"`
}

// RecoveryCodes are the codes by which an account is opened when its password is lost.
type RecoveryCodes struct {
	Codes []string `json:"codes" doc:"each is good once"`
}

// EncodeRecovery checks a recovery and gives the canonical bytes that are signed.
func EncodeRecovery(r Recovery) ([]byte, error) {
	var f faults
	for field, missing := range map[string]bool{
		"account": r.Account.IsZero(), "origin": r.Origin == "", "password": r.Password.IsZero(), "time": r.Time.IsZero(),
	} {
		if missing {
			f.add(field, "it is missing")
		}
	}
	if err := f.err("the recovery"); err != nil {
		return nil, err
	}
	return canonicalOf(r)
}
