package schema

import (
	"bytes"
	"errors"
	"sort"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// A tomlReader makes a tree of a TOML file. It uses the library's syntax parser
// alone, because decoding would turn numbers into floats and stop at the first
// key that is there twice.
type tomlReader struct {
	r      *manifestReader
	data   []byte
	starts []int // where each line begins
	parser unstable.Parser
	root   *node
	table  []*node // the table that the last header opened, and what it lies in, root first
}

func parseTOML(r *manifestReader, data []byte) (*node, error) {
	t := &tomlReader{r: r, data: data, starts: lineStarts(data), root: &node{kind: tableNode, line: 1, header: true}}
	t.table = []*node{t.root}
	t.parser.Reset(data)
	for t.parser.NextExpression() {
		if err := t.expression(t.parser.Expression()); err != nil {
			return nil, err
		}
	}
	if err := t.parser.Error(); err != nil {
		var parseErr *unstable.ParserError
		line, column := 1, 0
		if errors.As(err, &parseErr) && len(parseErr.Highlight) > 0 {
			line, column = t.place(int(t.parser.Range(parseErr.Highlight).Offset))
		}
		return nil, r.unreadable(line, column, "this is not TOML: "+err.Error())
	}
	return t.root, nil
}

func lineStarts(data []byte) []int {
	starts := []int{0}
	for i, b := range data {
		if b == '\n' {
			starts = append(starts, i+1)
		}
	}
	return starts
}

func (t *tomlReader) place(offset int) (line, column int) {
	line = sort.SearchInts(t.starts, offset+1)
	return line, offset - t.starts[line-1] + 1
}

func (t *tomlReader) expression(n *unstable.Node) error {
	switch n.Kind {
	case unstable.KeyValue:
		into := t.table[len(t.table)-1]
		if err := t.keyValue(into, n, 0); err != nil {
			return err
		}
		t.note(t.table, t.parser.Raw(n.Raw))
	case unstable.Table, unstable.ArrayTable:
		return t.header(n)
	}
	return nil
}

// note adds a line to the text of the open tables, which stands in no one place.
func (t *tomlReader) note(open []*node, line []byte) {
	for _, table := range open[1:] {
		if len(table.lines) > 0 {
			table.lines = append(table.lines, '\n')
		}
		table.lines = append(table.lines, line...)
	}
}

// header opens the table that [a.b] or [[a.b]] names.
func (t *tomlReader) header(n *unstable.Node) error {
	keys, line := t.keys(n)
	if len(keys) > maxManifestDepth {
		return t.r.unreadable(line, 1, "it is nested too deeply")
	}
	open := []*node{t.root}
	at := t.root
	for i, key := range keys {
		last := i == len(keys)-1
		list := last && n.Kind == unstable.ArrayTable
		at = t.step(at, key, line, last, list)
		open = append(open, at)
	}
	t.note(open[:len(open)-1], []byte("["+strings.Join(keys, ".")+"]")) // part of the text of those it lies in
	t.table = open
	return nil
}

// step goes from a table into the one under key, making it where it is missing.
func (t *tomlReader) step(at *node, key string, line int, last, list bool) *node {
	table := &node{kind: tableNode, line: line, header: true}
	f := at.field(key)
	switch {
	case f != nil && list && f.value.kind == listNode && f.value.header:
		f.value.items = append(f.value.items, table)
		return table
	case f != nil && !list && f.value.kind == listNode && f.value.header && !last:
		return f.value.items[len(f.value.items)-1]
	case f != nil && !list && f.value.kind == tableNode && f.value.header:
		return f.value
	}
	value := table
	if list {
		value = &node{kind: listNode, line: line, header: true, items: []*node{table}}
	}
	t.put(at, &treeField{key, line, value})
	return table
}

// put adds a field. TOML forbids a key twice; the last one counts here, as in
// YAML, and the finding says that other tools refuse the file.
func (t *tomlReader) put(into *node, f *treeField) {
	if old := into.field(f.key); old != nil {
		t.r.add(SeverityError, "repeated-key", f.line, f.key, "the key is there twice, which TOML forbids: keep one of them (the last one was read)")
		*old = *f
		return
	}
	into.put(f)
}

func (t *tomlReader) keys(n *unstable.Node) (keys []string, line int) {
	for it := n.Key(); it.Next(); {
		if line == 0 {
			line, _ = t.place(int(it.Node().Raw.Offset))
		}
		keys = append(keys, string(it.Node().Data))
	}
	return keys, line
}

func (t *tomlReader) keyValue(into *node, n *unstable.Node, depth int) error {
	keys, line := t.keys(n)
	if len(keys)+depth > maxManifestDepth {
		return t.r.unreadable(line, 1, "it is nested too deeply")
	}
	for _, key := range keys[:len(keys)-1] {
		into = t.step(into, key, line, false, false)
	}
	value, err := t.value(n.Value(), line, depth+len(keys))
	if err != nil {
		return err
	}
	if value.source == "" {
		value.source = t.behindKey(n)
	}
	t.put(into, &treeField{keys[len(keys)-1], line, value})
	return nil
}

// behindKey gives the text of a value. A key in quotes may hold an equals sign
// itself, so the one that counts is looked for behind the key.
func (t *tomlReader) behindKey(n *unstable.Node) string {
	end := n.Raw.Offset
	for it := n.Key(); it.Next(); {
		end = it.Node().Raw.Offset + it.Node().Raw.Length
	}
	_, value, _ := bytes.Cut(t.data[end:n.Raw.Offset+n.Raw.Length], []byte("="))
	return string(bytes.TrimSpace(value))
}

func (t *tomlReader) value(n *unstable.Node, line, depth int) (*node, error) {
	if depth > maxManifestDepth {
		return nil, t.r.unreadable(line, 1, "it is nested too deeply")
	}
	switch n.Kind {
	case unstable.Array:
		list := &node{kind: listNode, line: line}
		for it := n.Children(); it.Next(); {
			item, err := t.value(it.Node(), line, depth+1)
			if err != nil {
				return nil, err
			}
			list.items = append(list.items, item)
		}
		return list, nil
	case unstable.InlineTable:
		table := &node{kind: tableNode, line: line, header: true}
		for it := n.Children(); it.Next(); {
			if err := t.keyValue(table, it.Node(), depth+1); err != nil {
				return nil, err
			}
		}
		table.header = false
		return table, nil
	}
	if n.Raw.Length > 0 {
		line, _ = t.place(int(n.Raw.Offset))
	}
	return &node{
		kind: scalarNode, text: string(n.Data), bare: n.Kind != unstable.String,
		source: string(t.parser.Raw(n.Raw)), line: line,
	}, nil
}
