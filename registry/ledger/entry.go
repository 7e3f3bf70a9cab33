package ledger

import (
	"github.com/patternbook/patternbook/schema"
)

// An Entry makes a document count. Its canonical JSON is the leaf of the Merkle
// tree, so its members are frozen: {author, document, envelope, kind, time},
// envelope only where there is a signature.
type Entry struct {
	Kind     string        `json:"kind"`
	Author   schema.Name   `json:"author"`
	Document schema.Digest `json:"document"`
	Envelope schema.Digest `json:"envelope,omitzero"`
	Time     schema.Time   `json:"time"` // of receipt; at least the time of the entry before
}

// Header gives the kind and the author of the document.
func (e Entry) Header() schema.Head { return schema.Head{Kind: e.Kind, Author: e.Author} }

// Validate checks that no member is missing. Kinds that this program does not
// know are kept.
func (e Entry) Validate() error {
	if e.Kind == "" || e.Author.IsZero() || e.Document.IsZero() || e.Time.IsZero() {
		return &schema.Error{Kind: schema.Invalid, Detail: "a ledger entry has a kind, an author, a document and a time"}
	}
	return nil
}

// A Record is an entry with what lies beside it.
type Record struct {
	Number   int64 // position in the ledger, from 0
	Entry    Entry
	Document []byte // canonical JSON whose digest is Entry.Document
	Envelope []byte // the DSSE envelope whose digest is Entry.Envelope, nil when there is none
}
