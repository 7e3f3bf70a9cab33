package schema

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// Limits of an as-built file. YAML's parser takes a time that grows with the square
// of a list's lines; long lists are written as JSON or CSV.
const (
	MaxAsBuiltFile   = MaxDocument // bytes
	maxAsBuiltYAML   = 1 << 20     // bytes
	maxAsBuiltColumn = 100
)

// ReadAsBuilt reads an as-built file: what a workshop has filled in. By its name, or
// where that says nothing by its first character, it is JSON, YAML, or CSV with one row
// for each item; the members are those of [AsBuilt], and numbers may be written as
// numbers. Lines may be named as a person would: whoever makes a document of it looks
// them up in the bill of materials and writes their paths.
//
// Errors: Invalid, with file, row and field of every fault; TooLarge.
func ReadAsBuilt(name string, data []byte) (AsBuilt, error) {
	if len(data) > MaxAsBuiltFile {
		return AsBuilt{}, &Error{Kind: TooLarge, Detail: fmt.Sprintf("the as-built file has %d bytes; at most %d are allowed", len(data), MaxAsBuiltFile), At: []Place{{File: name}}}
	}
	data = bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF"))
	switch strings.ToLower(path.Ext(name)) {
	case ".csv", ".tsv", ".txt":
		return readAsBuiltCSV(name, data)
	case ".json":
		return readAsBuiltJSON(name, data)
	case ".yml", ".yaml":
		return readAsBuiltYAML(name, data)
	}
	if trimmed := bytes.TrimSpace(data); len(trimmed) > 0 && trimmed[0] == '{' {
		return readAsBuiltJSON(name, data)
	}
	if first, _, _ := bytes.Cut(data, []byte("\n")); bytes.ContainsAny(first, ",;\t") && !bytes.Contains(first, []byte(":")) {
		return readAsBuiltCSV(name, data)
	}
	return readAsBuiltYAML(name, data)
}

func noAsBuilt(at ...Place) error {
	return &Error{Kind: Invalid, Detail: "the as-built file cannot be used", Fix: "patternbook batch template writes one to fill in", At: at}
}

func readAsBuiltJSON(name string, data []byte) (AsBuilt, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		p := Place{File: name, Detail: "this is not JSON: " + err.Error()}
		if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
			p.Line = bytes.Count(data[:min(int(syntax.Offset), len(data))], []byte("\n")) + 1
		}
		return AsBuilt{}, noAsBuilt(p)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return AsBuilt{}, noAsBuilt(Place{File: name, Detail: "something follows the value; write one object"})
	}
	return asBuiltOf(name, v, nil)
}

func readAsBuiltYAML(name string, data []byte) (AsBuilt, error) {
	if len(data) > maxAsBuiltYAML {
		return AsBuilt{}, &Error{Kind: TooLarge, Detail: fmt.Sprintf("the as-built file has %d bytes; as YAML at most %d are allowed", len(data), maxAsBuiltYAML), Fix: "write it as JSON or CSV", At: []Place{{File: name}}}
	}
	r := &manifestReader{m: &Manifest{Path: name, lines: make(map[string]int)}, unknown: make(map[string]int)}
	data, err := r.decodeText(data)
	if err != nil {
		return AsBuilt{}, err
	}
	root, err := parseYAML(r, data)
	if e, ok := errors.AsType[*Error](err); ok {
		return AsBuilt{}, noAsBuilt(e.At...)
	}
	if err != nil {
		return AsBuilt{}, err
	}
	lines := make(map[string]int)
	return asBuiltOf(name, root.plain("", lines), lines)
}

// plain gives the value as encoding/json would, all scalars as text, and notes on
// which line of the file each part of it stands.
func (n *node) plain(at string, lines map[string]int) any {
	lines[at] = n.line
	switch n.kind {
	case listNode:
		list := make([]any, len(n.items))
		for i, item := range n.items {
			list[i] = item.plain(at+"["+strconv.Itoa(i)+"]", lines)
		}
		return list
	case tableNode:
		table := make(map[string]any, len(n.fields))
		for _, f := range n.fields {
			table[f.key] = f.value.plain(strings.TrimPrefix(at+"."+f.key, "."), lines)
		}
		return table
	case scalarNode:
		return n.text
	}
	return nil
}

// asBuiltOf reads what a file says, whichever way it was written.
func asBuiltOf(name string, v any, lines map[string]int) (AsBuilt, error) {
	var a AsBuilt
	if _, object := v.(map[string]any); !object {
		return a, noAsBuilt(Place{File: name, Line: 1, Detail: "it is not an object with items, deviations and inspections"})
	}
	data, err := json.Marshal(asTexts("", v))
	if err != nil {
		return a, err
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&a); err != nil {
		field, cause := locate(data, reflect.TypeFor[AsBuilt]())
		if cause == nil {
			cause = err
		}
		return a, noAsBuilt(Place{File: name, Line: lineOfPath(lines, field), Field: field, Detail: strings.TrimPrefix(cause.Error(), "json: ")})
	}
	var f faults
	a.check(&f)
	for i := range f {
		f[i].File, f[i].Line = name, lineOfPath(lines, f[i].Field)
	}
	if len(f) > 0 {
		return a, noAsBuilt(f[:min(len(f), 100)]...)
	}
	return a, nil
}

// lineOfPath gives the line of the innermost part of a path that the file has.
func lineOfPath(lines map[string]int, path string) int {
	for path != "" {
		if line, known := lines[path]; known {
			return line
		}
		path = path[:max(strings.LastIndexAny(path, ".["), 0)]
	}
	return 0
}

// asTexts makes text of all scalars, in the one spelling of documents where they are
// decimals or times. Nothing is left of what is null, and of sealed: false.
func asTexts(key string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		table := make(map[string]any, len(v))
		for k, member := range v {
			if text := asTexts(k, member); text != nil && (k != "sealed" || text != "false") {
				table[k] = text
			}
		}
		return table
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = asTexts(key, item)
		}
		return list
	case nil:
		return nil
	default:
		return oneSpelling(key, strings.TrimSpace(fmt.Sprint(v)))
	}
}

func oneSpelling(key, text string) string {
	switch key {
	case "quantity", "value", "lower", "upper":
		if d, err := ParseDecimal(text); err == nil {
			return d.String()
		}
	case "at":
		if t, err := time.Parse(time.RFC3339, text); err == nil {
			return TimeOf(t).String()
		}
	}
	return text
}

// asBuiltColumns are the columns of a CSV file, by the member of an item that they
// hold. A row with a deviation is one, of what is actually there.
var asBuiltColumns = []string{
	"line", "serials", "manufacturer", "mpn", "standard", "version", "digest", "lot", "serial", "unit", "batch", "quantity", "deviation", "reason", "release",
}

func readAsBuiltCSV(name string, data []byte) (AsBuilt, error) {
	r := csv.NewReader(bytes.NewReader(data))
	r.FieldsPerRecord, r.Comma, r.TrimLeadingSpace = -1, delimiterOf(data), true
	header, err := r.Read()
	if err != nil {
		return AsBuilt{}, noAsBuilt(Place{File: name, Line: 1, Detail: "it has no header; write one: " + strings.Join(asBuiltColumns, ",")})
	}
	columns, err := columnsOf(name, header)
	if err != nil {
		return AsBuilt{}, err
	}
	var a AsBuilt
	var at []Place
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		row, _ := r.FieldPos(0)
		if err != nil {
			return a, noAsBuilt(Place{File: name, Line: row, Detail: "this is not CSV: " + err.Error()})
		}
		cells := make(map[string]string, len(columns))
		filled := false
		for i, cell := range record {
			if cell = strings.TrimSpace(cell); i < len(columns) && cell != "" && cell != "false" {
				cells[columns[i]] = oneSpelling(columns[i], cell)
				filled = filled || columns[i] != "line" && columns[i] != "name"
			}
		}
		if !filled { // a line of the template that nobody filled in says nothing
			continue
		}
		if err := a.addRow(cells); err != nil {
			if at = append(at, rowPlace(name, row, err)); len(at) >= 100 {
				break
			}
		}
	}
	if len(at) > 0 {
		return a, noAsBuilt(at...)
	}
	return a, nil
}

// rowPlace says where in a row the fault of an error lies.
func rowPlace(name string, row int, err error) Place {
	p := Place{File: name, Line: row, Detail: err.Error()}
	if e, ok := errors.AsType[*Error](err); ok && len(e.At) > 0 {
		p.Field, p.Detail = e.At[0].Field, e.At[0].Detail
	}
	return p
}

func columnsOf(name string, header []string) ([]string, error) {
	columns := make([]string, len(header))
	known := strings.Join(asBuiltColumns, ", ")
	line := false
	for i, text := range header {
		c := strings.ToLower(strings.ReplaceAll(strings.TrimSpace(text), " ", "_"))
		if i >= maxAsBuiltColumn || c != "name" && c != "" && !strings.Contains(", "+known+",", ", "+c+",") {
			return nil, noAsBuilt(Place{File: name, Line: 1, Field: text, Detail: "there is no such column; known are " + known + ", and name, which is only read by people"})
		}
		columns[i] = c
		line = line || c == "line"
	}
	if !line {
		return nil, noAsBuilt(Place{File: name, Line: 1, Field: "line", Detail: "the column is missing"})
	}
	return columns, nil
}

// delimiterOf gives the character that separates the cells of a header.
func delimiterOf(data []byte) rune {
	first, _, _ := bytes.Cut(data, []byte("\n"))
	best, most := ',', 0
	for _, c := range []rune{',', ';', '\t'} {
		if n := bytes.Count(first, []byte(string(c))); n > most {
			best, most = c, n
		}
	}
	return best
}

// addRow adds what a row of a CSV file says.
func (a *AsBuilt) addRow(cells map[string]string) error {
	member := func(names ...string) map[string]any {
		m := make(map[string]any)
		for _, n := range names {
			if cells[n] != "" {
				m[n] = cells[n]
			}
		}
		return m
	}
	part := member("manufacturer", "mpn", "standard", "version", "digest")
	row, list := member("line", "serials", "lot", "serial", "unit", "batch", "quantity"), "items"
	if len(part) > 0 {
		row["part"] = part
	}
	if kind := cells["deviation"]; kind != "" {
		for _, n := range []string{"serial", "unit", "batch", "quantity"} {
			if cells[n] != "" {
				return &Error{Kind: Invalid, At: []Place{{Field: n, Detail: "a deviation has none; write what is there in a row of its own"}}}
			}
		}
		row, list = member("line", "serials", "lot", "reason", "release"), "deviations"
		if row["kind"] = kind; len(part) > 0 {
			row["actual"] = part
		}
	}
	one, err := asBuiltOf("", map[string]any{list: []any{row}}, nil)
	if err != nil {
		e, _ := errors.AsType[*Error](err)
		e.At[0].Field = strings.TrimPrefix(strings.TrimPrefix(e.At[0].Field, list+"[0]."), "part.")
		return e
	}
	a.Items, a.Deviations = append(a.Items, one.Items...), append(a.Deviations, one.Deviations...)
	return nil
}

// EachLine has change write the path of each line that a names as a person would.
func (a *AsBuilt) EachLine(change func(field, line string) (string, error)) error {
	for i := range a.Items {
		path, err := change(fmt.Sprintf("items[%d].line", i), a.Items[i].Line)
		if err != nil {
			return err
		}
		a.Items[i].Line = path
	}
	for i := range a.Deviations {
		if a.Deviations[i].Line == "" {
			continue
		}
		path, err := change(fmt.Sprintf("deviations[%d].line", i), a.Deviations[i].Line)
		if err != nil {
			return err
		}
		a.Deviations[i].Line = path
	}
	return nil
}
