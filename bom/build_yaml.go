package bom

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/patternbook/patternbook/schema"
)

// Limits of a build file. The parser's time grows with the square of a list's
// lines, and its recursion with nesting.
const (
	maxBuildFile  = 1 << 20 // bytes
	maxBuildLines = 10_000
	maxBuildDepth = 20 // braces and brackets in one another, and marks before a line's text
)

// A buildReader walks the syntax tree of a build file, because decoding would
// turn version 1.10 into 1.1, and gathers what is wrong.
type buildReader struct {
	name   string
	faults []schema.Place
}

func (r *buildReader) fault(n ast.Node, field, detail string) {
	const shown = 100
	if len(r.faults) < shown {
		r.faults = append(r.faults, schema.Place{File: r.name, Line: lineOf(n), Field: field, Detail: detail})
	}
}

// refuse adds the fault that an error tells.
func (r *buildReader) refuse(n ast.Node, field string, err error) {
	detail := err.Error()
	if e, ok := errors.AsType[*schema.Error](err); ok && len(e.At) == 1 {
		detail = e.At[0].Detail
		if e.Fix != "" {
			detail += " (" + e.Fix + ")"
		}
	}
	r.fault(n, field, detail)
}

func lineOf(n ast.Node) int {
	if t := n.GetToken(); t != nil && t.Position != nil {
		return t.Position.Line
	}
	return 0
}

// parseBuild gives the file's one value, nil for an empty file.
func parseBuild(name string, data []byte) (ast.Node, error) {
	if err := checkBuildShape(name, data); err != nil {
		return nil, err
	}
	file, err := parser.ParseBytes(data, 0)
	if err != nil {
		return nil, noBuild(yamlFault(name, err))
	}
	var body ast.Node
	for _, doc := range file.Docs {
		switch {
		case doc.Body == nil || doc.Body.Type() == ast.CommentType:
		case body == nil:
			body = doc.Body
		default:
			return nil, noBuild(schema.Place{File: name, Line: lineOf(doc.Body), Detail: "the file has several YAML documents; write one"})
		}
	}
	return body, nil
}

func noBuild(at ...schema.Place) error {
	return &schema.Error{Kind: schema.Invalid, Detail: "the build file cannot be used", At: at}
}

func yamlFault(name string, err error) schema.Place {
	var syntax interface {
		GetMessage() string
		GetToken() *token.Token
	}
	if !errors.As(err, &syntax) {
		return schema.Place{File: name, Detail: "this is not YAML: " + err.Error()}
	}
	p := schema.Place{File: name, Detail: "this is not YAML: " + syntax.GetMessage()}
	if t := syntax.GetToken(); t != nil && t.Position != nil {
		p.Line, p.Column = t.Position.Line, t.Position.Column
	}
	return p
}

// checkBuildShape refuses what would take the parser too long or too deep. Marks
// inside texts count too: no build comes near the limits.
func checkBuildShape(name string, data []byte) error {
	open, number := 0, 0
	for line := range bytes.Lines(data) {
		if number++; number > maxBuildLines {
			return tooLarge(name, fmt.Sprintf("it has more than %d lines", maxBuildLines))
		}
		marks := bytes.Count(line, []byte("- ")) + bytes.Count(line, []byte("? ")) + bytes.Count(line, []byte("!")) + bytes.Count(line, []byte("&"))
		for _, b := range line {
			switch b {
			case '[', '{':
				open++
			case ']', '}':
				open = max(open-1, 0)
			}
		}
		indent := len(line) - len(bytes.TrimLeft(line, " \t"))
		if open > maxBuildDepth || marks > 10*maxBuildDepth || indent > 10*maxBuildDepth {
			return noBuild(schema.Place{File: name, Line: number, Detail: "it is nested too deeply"})
		}
	}
	return nil
}

// A buildField is one that a mapping may have.
type buildField struct {
	name string
	read func(n ast.Node, at string)
}

// mapping reads the fields of a mapping, each at most once. It tells whether n is one.
func (r *buildReader) mapping(n ast.Node, at string, fields ...buildField) bool {
	var values []*ast.MappingValueNode
	switch n := n.(type) {
	case *ast.MappingNode:
		values = n.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{n}
	default:
		r.fault(n, at, "write fields here: "+listFields(fields))
		return false
	}
	for _, v := range values {
		key := v.Key.GetToken().Value
		i := slices.IndexFunc(fields, func(f buildField) bool { return f.name == key })
		field := strings.TrimPrefix(at+"."+key, ".")
		switch {
		case i < 0:
			r.fault(v.Key, field, schema.Quote(key)+" is not known here; known are "+listFields(fields))
		case v.Value == nil || v.Value.Type() == ast.NullType:
		default:
			fields[i].read(v.Value, field)
		}
	}
	return true
}

func listFields(fields []buildField) string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	return strings.Join(names, ", ")
}

// list calls read with each value of a list; a single value is a list of it.
func (r *buildReader) list(n ast.Node, at string, read func(n ast.Node, at string)) {
	sequence, is := n.(*ast.SequenceNode)
	if !is {
		read(n, at)
		return
	}
	for i, v := range sequence.Values {
		if v != nil && v.Type() != ast.NullType {
			read(v, at+"["+strconv.Itoa(i)+"]")
		}
	}
}

// text gives a plain value as it is written: 0805 stays so.
func (r *buildReader) text(n ast.Node, at string) (string, bool) {
	s := ""
	switch n := n.(type) {
	case *ast.StringNode:
		s = n.Value
	case *ast.LiteralNode:
		s = n.Value.Value
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		s = n.GetToken().Value
	default:
		r.fault(n, at, "write a single value here")
		return "", false
	}
	if s = strings.TrimSpace(s); len(s) > maxName {
		r.fault(n, at, fmt.Sprintf("it has more than %d bytes", maxName))
		return "", false
	}
	return s, true
}

// into gives a reader that stores text.
func (r *buildReader) into(to *string) func(ast.Node, string) {
	return func(n ast.Node, at string) { *to, _ = r.text(n, at) }
}

// parsed gives a reader that stores what parse makes of text.
func parsed[T any](r *buildReader, to *T, parse func(string) (T, error)) func(ast.Node, string) {
	return func(n ast.Node, at string) {
		s, ok := r.text(n, at)
		if !ok {
			return
		}
		v, err := parse(s)
		if err != nil {
			r.refuse(n, at, err)
			return
		}
		*to = v
	}
}

// whole gives a reader that stores a whole number from least to most.
func whole[T int | int64](r *buildReader, to *T, least, most int64) func(ast.Node, string) {
	return parsed(r, to, func(s string) (T, error) {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil || n < least || n > most {
			return 0, fmt.Errorf("%s is not a whole number from %d to %d", schema.Quote(s), least, most)
		}
		return T(n), nil
	})
}
