package schema

// The answers of the registry that are no documents.

// A DesignSummary is a row of a search.
type DesignSummary struct {
	Design   Design  `json:"design"`
	Version  Version `json:"version,omitzero"` // the latest; none when every release is yanked or a pre-release
	Name     string  `json:"name"`
	Function string  `json:"function"`
	Licence  string  `json:"licence"` // SPDX expression of the hardware
	Changed  Time    `json:"changed"` // when its last release was received
}

// A DesignList is a page of a search.
type DesignList struct {
	Designs []DesignSummary `json:"designs"`
	Next    string          `json:"next,omitempty" doc:"URL of the next page"`
}

// A DesignOverview is a design with its releases, the latest published first.
type DesignOverview struct {
	Design   Design           `json:"design"`
	Name     string           `json:"name"`
	Latest   Version          `json:"latest,omitzero" doc:"what a bare reference means; absent when every release is yanked or a pre-release"`
	Former   []Design         `json:"former,omitempty" doc:"names that it had before, which lead here: documents of those times say them"`
	Versions []ReleaseSummary `json:"versions"`
}

// A ReleaseSummary is one release of a design.
type ReleaseSummary struct {
	Version        Version `json:"version"`
	Digest         Digest  `json:"digest" doc:"of the release document"`
	Licence        string  `json:"licence" doc:"SPDX expression of the hardware"`
	Hardware       Digest  `json:"hardware" doc:"equal for releases that differ only in their texts"`
	Status         Status  `json:"status,omitempty" enum:"yanked,unyanked,deprecated" doc:"absent while nothing was said of it"`
	StatusDocument Digest  `json:"status_document" doc:"what the next release_status document follows"`
	Reason         string  `json:"reason,omitempty" doc:"of the status"`
	Quarantine     string  `json:"quarantine,omitempty" doc:"why the registry's keeper hides it from search and resolution; absent when it is not hidden"`
	LedgerIndex    int64   `json:"ledger_index"`
	Time           Time    `json:"time" doc:"of receipt"`
}

// A ReleaseReceipt tells of a release, or of the status of one, that counts.
type ReleaseReceipt struct {
	Design      Design  `json:"design"`
	Version     Version `json:"version"`
	Digest      Digest  `json:"digest"`
	LedgerIndex int64   `json:"ledger_index"`
}

// A DocumentReceipt tells of a document that counts.
type DocumentReceipt struct {
	Digest      Digest `json:"digest"`
	LedgerIndex int64  `json:"ledger_index"`
}

// A PartSummary is a part that BOMs of releases ask for, in the words of the
// first of them.
type PartSummary struct {
	Key          string `json:"key" doc:"names the part in every registry: 32 hex digits"`
	Kind         string `json:"kind" doc:"of the line: purchased, standard, made, …"`
	Manufacturer string `json:"manufacturer,omitempty"`
	MPN          string `json:"mpn,omitempty" doc:"the manufacturer's part number"`
	Standard     string `json:"standard,omitempty"`
	Name         string `json:"name,omitempty"`
	Value        string `json:"value,omitempty"`
	Footprint    string `json:"footprint,omitempty"`
	Designs      int    `json:"designs" doc:"how many designs have it in their own BOM, in some version"`
}

// A PartList is a page of parts.
type PartList struct {
	Parts []PartSummary `json:"parts"`
	Next  string        `json:"next,omitempty" doc:"URL of the next page"`
}

// A Use is a release that contains a part or a design.
type Use struct {
	Design  Design  `json:"design"`
	Version Version `json:"version"`
	Release Digest  `json:"release"`
	Status  Status  `json:"status,omitempty" enum:"yanked,unyanked,deprecated"`
	Path    string  `json:"path" doc:"one way to it: items from the release's BOM down, joined by slashes"`
	Direct  bool    `json:"direct" doc:"whether it stands in the release's own BOM, not only in one of its assemblies"`
}

// A UseList is a page of the releases that contain something, the latest first.
type UseList struct {
	Uses []Use  `json:"uses"`
	Next string `json:"next,omitempty" doc:"URL of the next page"`
}

// A BatchReceipt tells of a batch that counts.
type BatchReceipt struct {
	Batch       BatchName `json:"batch"`
	Digest      Digest    `json:"digest"`
	LedgerIndex int64     `json:"ledger_index"`
	Units       int       `json:"units" doc:"how many serials are registered"`

	Advisories []AdvisorySummary `json:"advisories,omitempty" doc:"of a completed batch: those in force that concern it"`
}

// A BatchSummary is a row of a list of batches.
type BatchSummary struct {
	Digest  Digest      `json:"digest"`
	Batch   BatchName   `json:"batch"`
	Design  Design      `json:"design"`
	Version Version     `json:"version"`
	Release Digest      `json:"release"`
	Planned int         `json:"planned"` // units
	Status  BatchStatus `json:"status"`
	Time    Time        `json:"time"` // of receipt of its first document

	Conformance Conformance `json:"conformance,omitempty" doc:"absent when the maker has not said"`
	Place       Place3166   `json:"place,omitempty"`
}

// A BatchList is a page of batches, the latest first.
type BatchList struct {
	Batches []BatchSummary `json:"batches"`
	Next    string         `json:"next,omitempty" doc:"URL of the next page"`
}

// A BatchAnswer is a batch with its document.
type BatchAnswer struct {
	BatchSummary
	Document Batch `json:"document"`
}

// A UnitList is a page of the units of a batch, in their order.
type UnitList struct {
	Units []Unit `json:"units"`
	Next  string `json:"next,omitempty" doc:"URL of the next page"`
}

// A UnitAnswer is a unit and the batch it was made in.
type UnitAnswer struct {
	Unit  Unit         `json:"unit"`
	Batch BatchSummary `json:"batch"`
}

// An AccountAnswer is what is public of an account.
type AccountAnswer struct {
	Account     Name   `json:"account"`
	Type        string `json:"type"`
	DisplayName string `json:"display_name,omitempty"`
	About       string `json:"about,omitempty"`
	Document    Digest `json:"document"`

	Keys               []KeyAnswer  `json:"keys,omitempty" doc:"with which it signs, also the revoked ones"`
	RequiresSignatures bool         `json:"requires_signatures,omitempty" doc:"whatever is published under this name must be signed"`
	Closed             bool         `json:"closed,omitempty" doc:"its holder has closed it; what it published stays"`
	InstanceRole       InstanceRole `json:"instance_role,omitempty" enum:"administrator,safety_editor" doc:"what it may do for the registry as a whole"`
	Suspended          string       `json:"suspended,omitempty" doc:"why the registry's keeper lets nothing more be published under this name; absent when it may be"`
}

// A KeyAnswer is a key of an account, and from which entry of the ledger to which
// it is valid: for what is appended after Since and before Until.
type KeyAnswer struct {
	ID      KeyID     `json:"id"`
	Key     PublicKey `json:"key"`
	Name    string    `json:"name,omitempty"`
	Revoked Time      `json:"revoked,omitzero" doc:"when its holder says that it was revoked"`
	Since   int64     `json:"since" doc:"entry of the account document in which it first stands"`
	Until   int64     `json:"until,omitempty" doc:"entry of the account document that ends it; absent while it is valid"`
}

// ValidAt tells whether the key is valid for the entry of that number.
func (k KeyAnswer) ValidAt(entry int64) bool {
	return entry > k.Since && (k.Until == 0 || entry < k.Until)
}
