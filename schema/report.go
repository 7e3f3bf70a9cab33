package schema

import "strings"

// A Report tells the keeper of a registry that something published there is wrong:
// harmful, misleading or unlawful. Anybody may send one, also without an account;
// nothing is kept of who did. It is no document: the keeper alone reads it.
type Report struct {
	// Release or Account is what the report is about: just one of them.
	Release Reference `json:"release,omitzero"`
	Account Name      `json:"account,omitzero"`
	// Text says what is wrong, and, where an answer is wanted, how to reach the sender.
	Text string `json:"text"`
}

// NewReport makes a report about "owner/name@version" or an account.
func NewReport(about, text string) (r Report, err error) {
	r.Text = text
	if strings.Contains(about, "/") {
		r.Release, err = ParseReference(about)
	} else {
		r.Account, err = ParseName(about)
	}
	return r, err
}

// Validate checks what the type cannot say. The error is of kind Invalid.
func (r Report) Validate() error {
	var f faults
	if r.Release.Design.IsZero() == r.Account.IsZero() {
		f.add("release", "name either a release, like ada/lamp@1.0.0, or an account")
	}
	if strings.TrimSpace(r.Text) == "" {
		f.add("text", "it is missing; say what is wrong")
	}
	f.text("text", r.Text, 10_000, false)
	return f.err("the report")
}

// A Reported is a report that is open.
type Reported struct {
	Number  int64  `json:"number"`
	Time    Time   `json:"time"`
	Subject string `json:"subject" doc:"owner/name@version, or the name of an account"`
	Release Digest `json:"release,omitzero"` // zero for an account
	Text    string `json:"text"`
}

// A ReportList is a page of the open reports, the oldest first.
type ReportList struct {
	Reports []Reported `json:"reports"`
	Next    string     `json:"next,omitempty" doc:"URL of the next page"`
}
