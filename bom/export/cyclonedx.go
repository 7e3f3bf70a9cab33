package export

import (
	"bytes"
	"cmp"
	"crypto/sha1" // #nosec G505 -- likewise
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/bom/internal/cyclonedx"
)

// writeCycloneDX gives the writer of one version of CycloneDX.
//
// A line is a component of type device (firmware: firmware) with its quantity,
// for one unit of what it stands in, as cdx:device:quantity. Lines of a nested BOM
// are components in that of the assembly. What is not mounted has the scope
// optional; tools, and what is excluded from the BOM, the scope excluded. Every
// member of a line that CycloneDX has no place for is a property
// patternbook:bom:… with the member's name in JSON; its value is the member's text,
// or its JSON where it is a list or an object. So reading gives the same BOM.
//
// The same BOM gives the same bytes: the serial number is made of the content, and
// there is no time stamp.
func writeCycloneDX(version string) func(io.Writer, *bom.BOM, Options) (Report, error) {
	return func(w io.Writer, b *bom.BOM, o Options) (Report, error) {
		doc, err := cycloneDX(version, b, o)
		if err != nil {
			return Report{}, err
		}
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		return carriesAll(b), enc.Encode(doc)
	}
}

func cycloneDX(version string, b *bom.BOM, o Options) (*cyclonedx.Document, error) {
	c := cycloneDXWriter{refs: map[string]bool{}}
	root := &cyclonedx.Component{
		Type: "device", Ref: c.ref("design", ""),
		Name: cyclonedx.Text(cmp.Or(o.Name, o.Title, "design")), Version: cyclonedx.Text(cut(o.Version, maxVersion)),
	}
	doc := &cyclonedx.Document{
		Schema: "http://cyclonedx.org/schema/bom-" + version + ".schema.json",
		Format: cyclonedx.Format, SpecVersion: cyclonedx.Text(version), Version: 1,
		Metadata: cyclonedx.Metadata{Component: root},
	}
	var err error
	if doc.Metadata.Properties, err = listsOf(b); err != nil {
		return nil, err
	}
	if doc.Components, err = c.components(b, root.Ref, ""); err != nil {
		return nil, err
	}
	doc.Dependencies = c.dependencies
	text, err := json.Marshal(doc)
	doc.SerialNumber = serialNumber(text)
	return doc, err
}

// serialNumber gives the UUID of version 5 (RFC 9562, section 5.5) of a content.
func serialNumber(content []byte) cyclonedx.Text {
	namespace, _ := hex.DecodeString("6ba7b8119dad11d180b400c04fd430c8") // of URLs
	hash := sha1.New()                                                   // #nosec G401 -- a name, no proof: RFC 9562 asks for it in UUIDs of version 5
	hash.Write(namespace)
	hash.Write([]byte("urn:patternbook:bom:"))
	hash.Write(content)
	id := hash.Sum(nil)[:16]
	id[6], id[8] = id[6]&0x0F|0x50, id[8]&0x3F|0x80
	return cyclonedx.Text(fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:]))
}

type cycloneDXWriter struct {
	refs         map[string]bool
	dependencies []cyclonedx.Dependency
}

// ref gives the reference of a component: its path, made unique.
func (c *cycloneDXWriter) ref(item, above string) cyclonedx.Text {
	path := above + item
	for n := 2; c.refs[path]; n++ {
		path = above + item + "#" + strconv.Itoa(n)
	}
	c.refs[path] = true
	return cyclonedx.Text(path)
}

// components gives the lines and tools of b, which belong to the component
// owner. above begins their paths.
func (c *cycloneDXWriter) components(b *bom.BOM, owner cyclonedx.Text, above string) ([]cyclonedx.Component, error) {
	list := make([]cyclonedx.Component, 0, len(b.Lines)+len(b.Tools))
	byItem := make(map[string]cyclonedx.Text, len(b.Lines))
	madeOf := map[cyclonedx.Text][]cyclonedx.Text{}
	at := len(c.dependencies)
	for _, lines := range [][]bom.Line{b.Lines, b.Tools} {
		for i := range lines {
			l := &lines[i]
			ref := c.ref(cmp.Or(l.Item, strconv.Itoa(l.Line)), above)
			component, err := c.component(l, ref)
			if err != nil {
				return nil, err
			}
			list = append(list, component)
			byItem[l.Item] = ref
			if l.Kind != bom.KindTool {
				parent := cmp.Or(byItem[l.Parent], owner)
				madeOf[parent] = append(madeOf[parent], ref)
			}
		}
	}
	own := make([]cyclonedx.Dependency, 0, len(madeOf))
	for _, ref := range append([]cyclonedx.Text{owner}, refsOf(list)...) {
		if parts := madeOf[ref]; parts != nil {
			own = append(own, cyclonedx.Dependency{Ref: ref, DependsOn: parts})
		}
	}
	c.dependencies = slices.Insert(c.dependencies, at, own...) // before those of nested BOMs
	return list, nil
}

func refsOf(list []cyclonedx.Component) []cyclonedx.Text {
	refs := make([]cyclonedx.Text, len(list))
	for i := range list {
		refs[i] = list[i].Ref
	}
	return refs
}

func (c *cycloneDXWriter) component(l *bom.Line, ref cyclonedx.Text) (cyclonedx.Component, error) {
	x := cyclonedx.Component{
		Type: "device", Ref: ref, Description: cyclonedx.Text(l.Note), Scope: scopeOf(l),
		Name:       cyclonedx.Text(cmp.Or(l.Name, l.Part.MPN, l.Part.Standard, l.Value, l.Item)),
		Version:    cyclonedx.Text(l.Part.Version),
		References: referencesOf(l),
	}
	if l.Kind == bom.KindFirmware {
		x.Type = "firmware"
	}
	if l.Part.Manufacturer != "" {
		x.Manufacturer = &cyclonedx.Entity{Name: cyclonedx.Text(l.Part.Manufacturer)}
	}
	if len(l.Offers) > 0 && l.Offers[0].Supplier != "" {
		x.Supplier = &cyclonedx.Entity{Name: cyclonedx.Text(l.Offers[0].Supplier)}
	}
	if !l.Part.Digest.IsZero() {
		x.Hashes = []cyclonedx.Hash{{Algorithm: "SHA-256", Content: cyclonedx.Text(l.Part.Digest.Hex())}}
	}
	x.Properties = append(x.Properties, cyclonedx.Property{Name: cyclonedx.Quantity, Value: cyclonedx.Text(l.Quantity.String())})
	if len(l.References) > 0 {
		x.Properties = append(x.Properties, cyclonedx.Property{Name: cyclonedx.Location, Value: cyclonedx.Text(strings.Join(l.References, ", "))})
	}
	version := versionOf(l)
	x.Version = cyclonedx.Text(cut(version, maxVersion))
	own, err := ownProperties(l, ref, version == l.Part.Version && len(version) <= maxVersion)
	if err != nil {
		return x, err
	}
	x.Properties = append(x.Properties, own...)
	if l.BOM == nil {
		return x, nil
	}
	lists, err := listsOf(l.BOM)
	if err != nil {
		return x, err
	}
	x.Properties = append(x.Properties, lists...)
	x.Components, err = c.components(l.BOM, ref, string(ref)+"/")
	return x, err
}

const maxVersion = 1024 // bytes, for which CycloneDX counts characters

// versionOf gives the version that others look for: of the part, or the one that
// an assembly is pinned to.
func versionOf(l *bom.Line) string {
	if l.Part.Version == "" && l.Assembly != nil {
		return l.Assembly.Version.String()
	}
	return l.Part.Version
}

// cut shortens s to at most limit bytes, at the end of a character.
func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "")
}

func scopeOf(l *bom.Line) cyclonedx.Text {
	switch {
	case l.Kind == bom.KindTool, l.ExcludeFromBOM:
		return "excluded"
	case !l.Fitted:
		return "optional"
	}
	return "required"
}

// referencesOf gives the files that a line is made from, and where the design of
// an assembly is.
func referencesOf(l *bom.Line) (list []cyclonedx.Reference) {
	for _, file := range l.Files {
		list = append(list, cyclonedx.Reference{URL: cyclonedx.Text((&url.URL{Path: file}).String()), Comment: cyclonedx.FileComment, Type: "other"})
	}
	if l.Assembly == nil {
		return list
	}
	u, err := url.Parse(l.Assembly.Reference)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return list
	}
	link := cyclonedx.Reference{URL: cyclonedx.Text(u.String()), Type: "other", Comment: "design"}
	if d := l.Assembly.Release; !d.IsZero() {
		link.Comment = cyclonedx.Text("design, pinned to the release document " + d.String())
	}
	return append(list, link)
}

// ownProperties gives the members that CycloneDX has no place for, but for those
// that nearly all lines have: fitted, counted in pieces, and the item that ref ends
// with.
func ownProperties(l *bom.Line, ref cyclonedx.Text, versionCarried bool) ([]cyclonedx.Property, error) {
	rest := *l
	rest.BOM, rest.Extra, rest.Files, rest.Note, rest.Part = nil, nil, nil, "", bom.Part{}
	members, err := membersOf(rest)
	if err != nil {
		return nil, err
	}
	delete(members, "quantity")
	if l.Name != "" {
		delete(members, "name")
	}
	if l.Fitted {
		delete(members, "fitted")
	}
	if l.Unit == bom.Pieces {
		delete(members, "unit")
	}
	if l.Item == cyclonedx.Item(ref) {
		delete(members, "item")
	}
	list := properties(cyclonedx.Own, members)
	part := l.Part
	if part.Digest, part.Manufacturer = rest.Part.Digest, ""; versionCarried {
		part.Version = ""
	}
	if members, err = membersOf(part); err != nil {
		return nil, err
	}
	if !versionCarried {
		members["version"] = l.Part.Version
	}
	list = append(list, properties(cyclonedx.OwnPart, members)...)
	return append(list, properties(cyclonedx.OwnExtra, l.Extra)...), nil
}

// listsOf gives the members of a BOM but for its lines and tools.
func listsOf(b *bom.BOM) ([]cyclonedx.Property, error) {
	rest := *b
	rest.Lines, rest.Tools = nil, nil
	if rest.Sources == nil {
		rest.Sources = []bom.Source{}
	}
	if rest.Findings == nil {
		rest.Findings = []bom.Finding{}
	}
	members, err := membersOf(rest)
	delete(members, "lines")
	delete(members, "tools")
	return properties(cyclonedx.Own, members), err
}

// membersOf gives the members that v has in JSON: texts as they are, all else as JSON.
func membersOf(v any) (map[string]string, error) {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(text.Bytes(), &raw); err != nil {
		return nil, err
	}
	members := make(map[string]string, len(raw))
	for name, value := range raw {
		s := string(value)
		if s[0] == '"' {
			if err := json.Unmarshal(value, &s); err != nil {
				return nil, err
			}
		}
		members[name] = s
	}
	return members, nil
}

func properties(prefix string, members map[string]string) []cyclonedx.Property {
	list := make([]cyclonedx.Property, 0, len(members))
	for _, name := range slices.Sorted(maps.Keys(members)) {
		list = append(list, cyclonedx.Property{Name: cyclonedx.Text(prefix + name), Value: cyclonedx.Text(members[name])})
	}
	return list
}
