package schema

import (
	"bytes"
	"errors"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// A yamlReader makes a tree of a YAML file. It walks the syntax tree, because
// decoding would turn version 1.10 into 1.1 and stop at the first key that is
// there twice.
type yamlReader struct {
	r       *manifestReader
	lines   []string
	anchors map[string]*node
	nodes   int // made so far; aliases count again, so that they cannot blow up
}

// maxManifestNodes is how many values a manifest may have, those behind aliases
// counted each time.
const maxManifestNodes = 200_000

func parseYAML(r *manifestReader, data []byte) (*node, error) {
	data = declaration(r, data)
	if err := checkYAMLDepth(r, data); err != nil {
		return nil, err
	}
	file, err := parser.ParseBytes(data, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		return nil, yamlError(r, err)
	}
	y := &yamlReader{r: r, lines: strings.Split(string(data), "\n"), anchors: make(map[string]*node)}
	var body ast.Node
	for _, doc := range file.Docs {
		if doc.Body == nil {
			continue
		}
		if body != nil {
			r.add(SeverityWarning, "several-documents", bodyLine(doc.Body), "", "the file has several YAML documents; only the first one was read")
			break
		}
		body = doc.Body
	}
	if body == nil {
		return &node{kind: tableNode, line: 1}, nil
	}
	root, err := y.value(body, len(y.lines)+1, 0)
	if err != nil {
		return nil, err
	}
	if root.kind != tableNode {
		return nil, r.unreadable(root.line, 1, "it is not a table of fields; write lines like title: Bench Lamp")
	}
	return root, nil
}

func bodyLine(n ast.Node) int {
	if t := n.GetToken(); t != nil && t.Position != nil {
		return t.Position.Line
	}
	return 0
}

// declaration blanks the first line that OKH 1.0 asks for: it looks like a YAML
// directive, and is none.
func declaration(r *manifestReader, data []byte) []byte {
	line, rest, _ := bytes.Cut(data, []byte("\n"))
	if !bytes.HasPrefix(line, []byte("%")) || bytes.HasPrefix(line, []byte("%YAML")) || bytes.HasPrefix(line, []byte("%TAG")) {
		return data
	}
	words := strings.Fields(string(line))
	r.declared = words[len(words)-1]
	return append([]byte("#\n"), rest...)
}

// checkYAMLDepth refuses what would take the parser's recursion deeper than any
// manifest goes. Marks inside texts count too, so the limits are wide.
func checkYAMLDepth(r *manifestReader, data []byte) error {
	const limit, lines = 200, 50_000 // the parser's time grows with the square of a list's lines
	open, number := 0, 0
	for line := range bytes.Lines(data) {
		if number++; number > lines {
			return r.unreadable(number, 1, "it has more lines than any manifest")
		}
		lead := len(line) - len(bytes.TrimLeft(line, " -?:&!*|>\t"))
		tags := 0
		for _, b := range line {
			switch b {
			case '[', '{':
				open++
			case ']', '}':
				open = max(open-1, 0)
			case '!', '&':
				tags++
			}
		}
		if open > limit || lead > limit || tags > limit {
			return r.unreadable(number, 1, "it is nested too deeply")
		}
	}
	return nil
}

func yamlError(r *manifestReader, err error) error {
	var syntax interface {
		GetMessage() string
		GetToken() *token.Token
	}
	if !errors.As(err, &syntax) {
		return r.unreadable(1, 0, "this is not YAML: "+err.Error())
	}
	line, column := 1, 0
	if t := syntax.GetToken(); t != nil && t.Position != nil {
		line, column = t.Position.Line, t.Position.Column
	}
	return r.unreadable(line, column, "this is not YAML: "+syntax.GetMessage())
}

// value makes a node of n, whose text ends before the line end.
func (y *yamlReader) value(n ast.Node, end, depth int) (*node, error) {
	line := bodyLine(n)
	if y.nodes++; y.nodes > maxManifestNodes || depth > maxManifestDepth {
		return nil, y.r.unreadable(line, 1, "it is nested too deeply or has too many values")
	}
	switch n := n.(type) {
	case *ast.MappingNode:
		return y.table(n.Values, line, end, depth)
	case *ast.MappingValueNode:
		return y.table([]*ast.MappingValueNode{n}, line, end, depth)
	case *ast.SequenceNode:
		return y.list(n, line, end, depth)
	case *ast.AnchorNode:
		v, err := y.value(n.Value, end, depth+1)
		if err == nil && n.Name != nil {
			y.anchors[n.Name.GetToken().Value] = v
		}
		return v, err
	case *ast.AliasNode:
		v := y.anchors[n.Value.GetToken().Value]
		if v == nil {
			return nil, y.r.unreadable(line, n.Start.Position.Column, "it refers to an anchor that is not there")
		}
		y.nodes += v.size
		return v, nil
	case *ast.TagNode:
		if n.Value == nil {
			return &node{line: line}, nil
		}
		return y.value(n.Value, end, depth+1)
	case *ast.LiteralNode:
		return &node{kind: scalarNode, text: n.Value.Value, source: n.Value.Value, line: line}, nil
	case *ast.StringNode:
		return &node{kind: scalarNode, text: n.Value, source: n.Token.Value, line: line}, nil
	case *ast.NullNode, nil:
		return &node{line: line}, nil
	}
	text := strings.TrimSpace(n.GetToken().Value)
	return &node{kind: scalarNode, text: text, bare: true, source: text, line: line}, nil
}

func (y *yamlReader) table(values []*ast.MappingValueNode, line, end, depth int) (*node, error) {
	table := &node{kind: tableNode, line: line, size: 1}
	for i, v := range values {
		stop := end
		if i+1 < len(values) {
			stop = bodyLine(values[i+1].Key)
		}
		if v.Key.IsMergeKey() {
			if err := y.merge(table, v.Value, stop, depth); err != nil {
				return nil, err
			}
			continue
		}
		at := bodyLine(v.Key)
		if i == 0 {
			table.line = at
		}
		value, err := y.value(v.Value, stop, depth+1)
		if err != nil {
			return nil, err
		}
		if value.source == "" && value.kind != nullNode {
			value.source = y.between(at, stop)
		}
		if value.line == 0 || value.kind == tableNode || value.kind == listNode {
			value.line = at
		}
		table.size += value.size + 1
		y.put(table, &treeField{keyText(v.Key), at, value})
	}
	return table, nil
}

func keyText(key ast.MapKeyNode) string {
	if s, ok := key.(*ast.StringNode); ok {
		return s.Value
	}
	return strings.TrimSpace(key.GetToken().Value)
}

// merge adds the fields of a table behind << that are not there yet.
func (y *yamlReader) merge(table *node, from ast.Node, end, depth int) error {
	source, err := y.value(from, end, depth+1)
	if err != nil {
		return err
	}
	table.size += source.size
	for _, f := range source.fields {
		if table.field(f.key) == nil {
			table.put(f)
		}
	}
	return nil
}

// put adds a field. A key that is there twice is forbidden, but the template of
// OKH 1.0 itself repeats sub: those make a list. Of others the last one counts,
// as with most readers of YAML.
func (y *yamlReader) put(table *node, f *treeField) {
	old := table.field(f.key)
	switch {
	case old == nil:
		table.put(f)
	case normalKey(f.key) == "sub" && f.value.kind == tableNode && old.value.kind != scalarNode:
		items := []*node{old.value}
		if old.value.kind == listNode {
			items = old.value.items
		}
		source := joinLines(old.value.sourceText(), f.value.sourceText())
		old.value = &node{kind: listNode, line: old.line, items: append(slices.Clip(items), f.value), source: source}
		y.r.add(SeverityInfo, "repeated-key", f.line, f.key, "the key is there more than once; it was read as a list")
	default:
		y.r.add(SeverityWarning, "repeated-key", f.line, f.key, "the key is there twice, which YAML forbids: keep one of them (the last one was read)")
		old.line, old.value = f.line, f.value
	}
}

func joinLines(a, b string) string {
	if a == "" {
		return b
	}
	return a + "\n" + b
}

func (y *yamlReader) list(n *ast.SequenceNode, line, end, depth int) (*node, error) {
	list := &node{kind: listNode, line: line, size: 1}
	for i, v := range n.Values {
		stop := end
		if i+1 < len(n.Values) {
			stop = bodyLine(n.Values[i+1])
		}
		item, err := y.value(v, stop, depth+1)
		if err != nil {
			return nil, err
		}
		if item.source == "" && !n.IsFlowStyle {
			item.source = y.itemText(bodyLine(v), stop)
		}
		list.size += item.size + 1
		list.items = append(list.items, item)
	}
	return list, nil
}

// itemText gives the text of a list's item without its dash.
func (y *yamlReader) itemText(from, end int) string {
	if from < 1 || from > len(y.lines) {
		return ""
	}
	text := strings.TrimSpace(y.lines[from-1])
	for strings.HasPrefix(text, "- ") {
		text = strings.TrimSpace(text[2:])
	}
	for _, line := range y.lines[from:max(from, min(end-1, len(y.lines)))] {
		text = joinLines(text, strings.TrimSpace(line))
	}
	return strings.TrimSpace(text)
}

// between gives the text of a value: what stands behind the key in the line
// from, and the lines up to the line end, without the indentation they share.
func (y *yamlReader) between(from, end int) string {
	if from < 1 || from > len(y.lines) {
		return ""
	}
	_, first, _ := strings.Cut(y.lines[from-1], ":")
	rest := y.lines[min(from, len(y.lines)):max(from, min(end-1, len(y.lines)))]
	indent := -1
	var kept []string
	for _, line := range rest {
		trimmed := strings.TrimLeft(line, " ")
		if strings.TrimSpace(trimmed) == "" || trimmed[0] == '#' {
			continue
		}
		if indent < 0 || len(line)-len(trimmed) < indent {
			indent = len(line) - len(trimmed)
		}
		kept = append(kept, strings.TrimRight(line, " \r"))
	}
	text := strings.TrimSpace(first)
	for _, line := range kept {
		text = joinLines(text, line[indent:])
	}
	return text
}
