package schema

import "strings"

// maxManifestDepth is how deep lists and tables of a manifest may be nested.
// Real ones need four levels.
const maxManifestDepth = 32

type nodeKind int

const (
	nullNode nodeKind = iota
	scalarNode
	listNode
	tableNode
)

// A node is a value of a TOML or YAML file with the place where it stands. What
// the two formats call numbers, dates and booleans stay the text that they are
// in the file, so that a version 1.10 does not become 1.1.
type node struct {
	kind   nodeKind
	text   string // of a scalar: its value
	bare   bool   // a scalar that the file does not write as a string: 1.10, true
	source string // the text of the value in the file
	line   int
	size   int // YAML: how many values it has within
	items  []*node
	fields []*treeField
	index  map[string]*treeField // fields by their keys
	header bool                  // TOML: made by a [table] header or a dotted key, so more may be added to it
	lines  []byte                // TOML: the lines of a table that a header opened
}

// A treeField is one member of a table.
type treeField struct {
	key   string // as written
	line  int
	value *node
}

func (n *node) field(key string) *treeField { return n.index[key] }

func (n *node) put(f *treeField) {
	if n.index == nil {
		n.index = make(map[string]*treeField)
	}
	n.index[f.key] = f
	n.fields = append(n.fields, f)
}

// sourceText gives the text of the value as the file has it.
func (n *node) sourceText() string {
	switch {
	case n.source != "":
		return n.source
	case len(n.lines) > 0:
		return string(n.lines)
	case n.kind == listNode && n.header:
		var parts []string
		for _, item := range n.items {
			parts = append(parts, item.sourceText())
		}
		return strings.Join(parts, "\n\n")
	}
	return n.text
}

// get gives the value of the first field whose normal name is one of names.
func (n *node) get(names ...string) (*treeField, bool) {
	for _, name := range names {
		for _, f := range n.fields {
			if normalKey(f.key) == name {
				return f, true
			}
		}
	}
	return nil, false
}

// normalKey brings the spellings of a key to one: documentationLanguage,
// documentation_language and Documentation-Language are documentation-language.
func normalKey(key string) string {
	var b strings.Builder
	lower := false // whether the character before was a lower-case letter or a digit
	for _, c := range strings.TrimSpace(key) {
		switch {
		case c == '_' || c == ' ':
			b.WriteByte('-')
			lower = false
			continue
		case c >= 'A' && c <= 'Z':
			if lower {
				b.WriteByte('-')
			}
			c += 'a' - 'A'
			lower = false
		default:
			lower = c >= 'a' && c <= 'z' || c >= '0' && c <= '9'
		}
		b.WriteRune(c)
	}
	return b.String()
}
