package bom

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"path"
	"reflect"
	"slices"
	"strings"

	"github.com/patternbook/patternbook/bom/internal/cyclonedx"
	"github.com/patternbook/patternbook/schema"
)

// own reads what Patternbook wrote. Components that others have added are read
// as others' are; what stands in them is passed over.
func (c *cycloneDX) own(doc *cyclonedx.Document) (*BOM, error) {
	b := c.lists(doc.Metadata.Properties)
	if err := c.ownLines(b, doc.Components, 0); err != nil {
		return nil, err
	}
	b.Findings = append(b.Findings, c.bom.Findings...)
	return c.settle(b)
}

// lists reads the members of a BOM other than its lines and tools.
func (c *cycloneDX) lists(properties []cyclonedx.Property) *BOM {
	b := New()
	for _, p := range properties {
		name, own := strings.CutPrefix(string(p.Name), cyclonedx.Own)
		if _, member := bomMembers[name]; !own || !member {
			continue
		}
		if err := unmarshalMembers(b, bomMembers, map[string]string{name: string(p.Value)}); err != nil {
			c.find(schema.SeverityWarning, "property-unreadable", 0, string(p.Name), "the property cannot be read: "+err.Error())
		}
	}
	return b
}

// ownLines reads components into the BOM they stand in.
func (c *cycloneDX) ownLines(b *BOM, components []cyclonedx.Component, depth int) error {
	if depth > MaxDepth {
		return tooLarge(c.source.Path, fmt.Sprintf("components are nested deeper than %d levels", MaxDepth))
	}
	var foreign []Line
	last := 0
	for i := range components {
		x := &components[i]
		if property(x.Properties, cyclonedx.OwnKind) == "" {
			if x.Type == "device" || installed(string(x.Type)) {
				foreign = append(foreign, c.line(x, 0))
			}
			continue
		}
		l := c.ownLine(x)
		if property(x.Properties, cyclonedx.OwnLists) != "" {
			l.BOM = c.lists(x.Properties)
			if err := c.ownLines(l.BOM, x.Components, depth+1); err != nil {
				return err
			}
		}
		last = max(last, l.Line)
		if l.Kind == KindTool {
			b.Tools = append(b.Tools, l)
		} else {
			b.Lines = append(b.Lines, l)
		}
	}
	c.added(b, foreign, last)
	return nil
}

// added numbers lines that others have added.
func (c *cycloneDX) added(b *BOM, foreign []Line, last int) {
	if len(foreign) == 0 {
		return
	}
	names := naming{taken: map[string]bool{}, next: map[string]int{}}
	for _, l := range b.all() {
		names.taken[l.Item] = true
	}
	for _, l := range foreign {
		last++
		l.number(last)
		l.Item = names.unique(l.Item)
		b.Lines = append(b.Lines, l)
	}
	c.find(schema.SeverityInfo, "components-added", 0, "", fmt.Sprintf("%d components are not of the BOM that was exported; they were read as further lines", len(foreign)))
}

// ownLine reads a component that Patternbook wrote: what CycloneDX has a place
// for from there, over it the properties of our own.
func (c *cycloneDX) ownLine(x *cyclonedx.Component) Line {
	l := Line{Item: cyclonedx.Item(x.Ref), Name: string(x.Name), Note: string(x.Description), Quantity: small[1], Unit: Pieces, Fitted: true}
	l.Part.Version = string(x.Version)
	if x.Manufacturer != nil {
		l.Part.Manufacturer = string(x.Manufacturer.Name)
	}
	if text := property(x.Properties, cyclonedx.Quantity); text != "" {
		var err error
		if l.Quantity, err = schema.ParseDecimal(text); err != nil {
			l.Quantity = readQuantity(text, Pieces, false).value
		}
	}
	for _, h := range x.Hashes {
		if d, err := schema.ParseDigest("sha256:" + strings.ToLower(string(h.Content))); err == nil && h.Algorithm == "SHA-256" {
			l.Part.Digest = d
		}
	}
	for _, r := range x.References {
		if r.Comment != cyclonedx.FileComment {
			continue
		}
		if u, err := url.Parse(string(r.URL)); err == nil && u.Path != "" {
			l.Files = append(l.Files, path.Clean(u.Path))
		}
	}
	members, part := map[string]string{}, map[string]string{}
	for _, p := range x.Properties {
		name, value := string(p.Name), string(p.Value)
		if member, ok := strings.CutPrefix(name, cyclonedx.OwnPart); ok {
			part[member] = value
		} else if column, ok := strings.CutPrefix(name, cyclonedx.OwnExtra); ok {
			if l.Extra == nil {
				l.Extra = map[string]string{}
			}
			l.Extra[column] = value
		} else if member, ok := strings.CutPrefix(name, cyclonedx.Own); ok {
			members[member] = value
		}
	}
	c.overlay(&l, lineMembers, members)
	c.overlay(&l.Part, partMembers, part)
	l.BOM = nil
	return l
}

// overlay sets members, all at once or, when one of them cannot be read, all the others.
func (c *cycloneDX) overlay(to any, known map[string]bool, members map[string]string) {
	if unmarshalMembers(to, known, members) == nil {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if err := unmarshalMembers(to, known, map[string]string{name: members[name]}); err != nil {
			c.find(schema.SeverityWarning, "property-unreadable", 0, cyclonedx.Own+name, "the property cannot be read: "+err.Error())
		}
	}
}

// Members, and whether they are texts, which properties hold as they are; other
// members stand there as JSON.
var (
	bomMembers  = membersOf(reflect.TypeFor[BOM]())
	lineMembers = membersOf(reflect.TypeFor[Line]())
	partMembers = membersOf(reflect.TypeFor[Part]())
)

func membersOf(t reflect.Type) map[string]bool {
	members := make(map[string]bool, t.NumField())
	for i := range t.NumField() {
		field := t.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		_, text := field.Type.MethodByName("MarshalText")
		members[name] = text || field.Type.Kind() == reflect.String
	}
	return members
}

// unmarshalMembers sets members of a struct; those it does not have are passed over.
func unmarshalMembers(to any, known map[string]bool, members map[string]string) error {
	raw := make(map[string]json.RawMessage, len(members))
	for name, value := range members {
		text, member := known[name]
		switch {
		case !member:
		case text:
			quoted, err := json.Marshal(value)
			if err != nil {
				return err
			}
			raw[name] = quoted
		case !json.Valid([]byte(value)):
			return fmt.Errorf("%s is not JSON", schema.Quote(cut(value, 100)))
		default:
			raw[name] = json.RawMessage(value)
		}
	}
	data, err := json.Marshal(raw)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, to)
}
