package schema

// An Audited is a write, or one that was refused, as a registry writes it down for its
// administrators.
type Audited struct {
	Number    int64  `json:"number"`
	Time      Time   `json:"time"`
	Account   Name   `json:"account,omitzero"`
	Token     string `json:"token,omitempty" doc:"its id"`
	Address   string `json:"address,omitempty" doc:"where it came from"`
	Operation string `json:"operation" doc:"method and pattern of the path"`
	Object    string `json:"object" doc:"path as it was asked for"`
	Status    int    `json:"status" doc:"of the answer"`
}

// An AuditList is a page of what was written down, the latest first.
type AuditList struct {
	Audits []Audited `json:"audits"`
	Next   string    `json:"next,omitempty" doc:"URL of the next page"`
}
