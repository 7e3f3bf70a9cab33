// Package cyclonedx holds those parts of CycloneDX documents that bills of
// materials of hardware use, as their JSON has them
// (https://cyclonedx.org/docs/1.7/json/), and the names of properties.
package cyclonedx

import (
	"bytes"
	"encoding/json"
	"strings"
)

// Format is what a document's bomFormat says.
const Format = "CycloneDX"

// Names of properties: those of the taxonomy
// (https://cyclonedx.github.io/cyclonedx-property-taxonomy/cdx/device), and our own
// namespace, in which every member that CycloneDX has no place for is
// Own + its name in JSON.
const (
	Device   = "cdx:device:"
	Quantity = Device + "quantity"
	Location = Device + "location"
	SKU      = Device + "sku"

	Own      = "patternbook:bom:"
	OwnPart  = Own + "part:"    // members of a line's part
	OwnExtra = Own + "extra:"   // cells, by column
	OwnKind  = Own + "kind"     // every component that is a line of ours has it
	OwnLists = Own + "sources"  // every document of ours has it, in its metadata
	Nested   = Own + "findings" // with OwnLists, every component that holds a nested BOM
)

// FileComment is the comment of an external reference to a file of the design.
const FileComment = "file of the design"

// Item gives the item that the reference of a component of ours ends with.
func Item(ref Text) string { return string(ref[strings.LastIndexByte(string(ref), '/')+1:]) }

// A Document is a BOM.
type Document struct {
	Schema       string       `json:"$schema,omitempty"`
	Format       Text         `json:"bomFormat"`
	Draft        Text         `json:"specFormat,omitempty"` // bomFormat's name in drafts of 2.0
	SpecVersion  Text         `json:"specVersion"`
	SerialNumber Text         `json:"serialNumber,omitempty"`
	Version      int          `json:"version"`
	Metadata     Metadata     `json:"metadata"`
	Components   []Component  `json:"components"`
	Dependencies []Dependency `json:"dependencies,omitempty"`
}

// Metadata says what a document is about.
type Metadata struct {
	Component  *Component `json:"component,omitempty"`
	Properties []Property `json:"properties,omitempty"`
}

// A Component is a part of a thing.
type Component struct {
	Type         Text        `json:"type"`
	Ref          Text        `json:"bom-ref,omitempty"`
	Supplier     *Entity     `json:"supplier,omitempty"`
	Manufacturer *Entity     `json:"manufacturer,omitempty"`
	Publisher    Text        `json:"publisher,omitempty"`
	Group        Text        `json:"group,omitempty"`
	Name         Text        `json:"name"`
	Version      Text        `json:"version,omitempty"`
	Description  Text        `json:"description,omitempty"`
	Scope        Text        `json:"scope,omitempty"`
	Hashes       []Hash      `json:"hashes,omitempty"`
	Licences     []Licence   `json:"licenses,omitempty"`
	Copyright    Text        `json:"copyright,omitempty"`
	CPE          Text        `json:"cpe,omitempty"`
	PURL         Text        `json:"purl,omitempty"`
	References   []Reference `json:"externalReferences,omitempty"`
	Components   []Component `json:"components,omitempty"`
	Properties   []Property  `json:"properties,omitempty"`

	// Of drafts of 2.0.
	DraftQuantity *Amount        `json:"quantity,omitempty"`
	BoardLocation *BoardLocation `json:"boardLocation,omitempty"`
}

// An Entity is an organisation.
type Entity struct {
	Name Text `json:"name"`
}

// A Hash is the digest of a file, in hexadecimal.
type Hash struct {
	Algorithm Text `json:"alg"`
	Content   Text `json:"content"`
}

// A Licence is a licence, or an expression of several.
type Licence struct {
	Licence    *LicenceName `json:"license,omitempty"`
	Expression Text         `json:"expression,omitempty"`
}

// A LicenceName names a licence: by its SPDX identifier or otherwise.
type LicenceName struct {
	ID   Text `json:"id,omitempty"`
	Name Text `json:"name,omitempty"`
}

// A Reference leads to something outside the document.
type Reference struct {
	URL     Text   `json:"url"`
	Comment Text   `json:"comment,omitempty"`
	Type    Text   `json:"type"`
	Hashes  []Hash `json:"hashes,omitempty"`
}

// A Property is a name with a value. Names may occur again.
type Property struct {
	Name  Text `json:"name"`
	Value Text `json:"value"`
}

// A Dependency says what a component is made of.
type Dependency struct {
	Ref       Text   `json:"ref"`
	DependsOn []Text `json:"dependsOn,omitempty"`
}

// An Amount is a quantity of a draft of 2.0.
type Amount struct {
	Value Text `json:"value"`
	Unit  Text `json:"unit,omitempty"`
}

// A BoardLocation is a place on a board, of a draft of 2.0.
type BoardLocation struct {
	Designators []Text `json:"designators,omitempty"`
}

// Text is a string. A number or a truth value, which some tools write in its
// place, is read as its text, and anything else as none.
type Text string

// UnmarshalJSON never fails on valid JSON.
func (t *Text) UnmarshalJSON(data []byte) error {
	*t = ""
	if len(data) > 0 && data[0] == '"' {
		var s string
		err := json.Unmarshal(data, &s)
		*t = Text(s)
		return err
	}
	if !bytes.Equal(data, []byte("null")) && !strings.ContainsRune("{[", rune(data[0])) {
		*t = Text(data)
	}
	return nil
}
