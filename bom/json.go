package bom

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/patternbook/patternbook/bom/internal/cyclonedx"
	"github.com/patternbook/patternbook/schema"
)

// Limits of a JSON file, which bound the memory that reading it takes.
const (
	maxValues      = 5_000_000
	maxObjects     = 100_000 // and lists, beside maxLineObjects for each line
	maxLineObjects = 30      // on average
	maxNesting     = 1000    // objects and lists, one in another
)

const jsonExpected = `give CycloneDX JSON of hardware ("bomFormat": "CycloneDX", with components of type device), Patternbook's own JSON of a BOM, or a table`

// isJSON tells whether data begins as a JSON object or list does, not as a table
// whose first cell has a brace in it.
func isJSON(data []byte) bool {
	data = bytes.TrimLeft(bytes.TrimPrefix(data, markUTF8), " \t\r\n")
	if len(data) == 0 {
		return false
	}
	inside := bytes.TrimLeft(data[1:], " \t\r\n")
	switch data[0] {
	case '{':
		return len(inside) > 0 && (inside[0] == '"' || inside[0] == '}')
	case '[':
		return len(inside) > 0 && (inside[0] == '{' || inside[0] == '[')
	}
	return false
}

// readJSON reads a BOM that is JSON: CycloneDX, or what Patternbook itself wrote.
func readJSON(f input) (*BOM, error) {
	f.data = bytes.TrimPrefix(f.data, markUTF8)
	rows, err := f.outline()
	if err != nil {
		return nil, err
	}
	var top struct {
		Format cyclonedx.Text  `json:"bomFormat"`
		Draft  cyclonedx.Text  `json:"specFormat"`
		Schema cyclonedx.Text  `json:"$schema"`
		Lines  json.RawMessage `json:"lines"`
	}
	switch err := json.Unmarshal(f.data, &top); {
	case err != nil && !mistyped(err):
		return nil, unreadable(f.source.Path, "it is not valid JSON: "+err.Error(), jsonExpected)
	case top.Format == cyclonedx.Format, top.Draft == cyclonedx.Format, strings.Contains(string(top.Schema), "cyclonedx.org/schema/bom"):
		return readCycloneDX(f, rows)
	case len(top.Lines) > 0 && top.Lines[0] == '[':
		return readOwnJSON(f)
	}
	return nil, unreadable(f.source.Path, "it is JSON, but no bill of materials known here", jsonExpected)
}

// mistyped tells whether JSON is valid, and only a value of another type than was
// expected: it is left out, and the rest is read.
func mistyped(err error) bool {
	var e *json.UnmarshalTypeError
	return errors.As(err, &e)
}

// readOwnJSON reads what the format json, the API or a stored document holds. What
// belongs to a view is left away.
func readOwnJSON(f input) (*BOM, error) {
	var b BOM
	if err := json.Unmarshal(f.data, &b); err != nil {
		detail := strings.TrimPrefix(err.Error(), "json: ")
		return nil, unreadable(f.source.Path, "it is not Patternbook's JSON of a BOM: "+detail, jsonExpected)
	}
	f.source.Format = "patternbook-json"
	return f.settle(&b)
}

// settle makes a BOM as written of one that Patternbook wrote, and checks it.
func (f input) settle(b *BOM) (*BOM, error) {
	if len(b.Sources) == 0 {
		b.Sources = []Source{f.source}
	}
	b, err := b.written()
	if err != nil {
		return nil, unreadable(f.source.Path, err.Error(), "export it again")
	}
	if len(b.Lines)+len(b.Tools) > MaxLines {
		return nil, tooLarge(f.source.Path, fmt.Sprintf("it has more than %d lines", MaxLines))
	}
	if faults := b.faults(); len(faults) > 0 {
		for i := range faults {
			faults[i].File = f.source.Path
		}
		return nil, &schema.Error{
			Kind: schema.Invalid, Detail: schema.Quote(f.source.Path) + " is a bill of materials that Patternbook wrote, but it is not valid any more",
			Fix: "export it again", At: slices.Clip(faults[:min(len(faults), 100)]),
		}
	}
	return b, nil
}

// outline checks, in one pass and before memory is taken, that the file has no
// more of anything than may be read, and gives the line of the file on which each
// of a document's components begins, in their order.
func (f input) outline() (rows []int, err error) {
	var (
		inside         []byte // what is open: c for a list of components that are read, l for another list of lines, [ or {
		key            []byte // the last string
		values, things int
		lines, row     = 0, 1
		data           = f.data
	)
	for i := 0; i < len(data); i++ {
		switch b := data[i]; b {
		case '\n':
			row++
		case '"':
			start := i + 1
			for i++; i < len(data) && data[i] != '"'; i++ {
				if data[i] == '\\' {
					i++
				}
			}
			key = data[min(start, len(data)):min(i, len(data))]
		case ',':
			values++
		case '{', '[':
			things++
			above := byte(0)
			if n := len(inside); n > 0 {
				above = inside[n-1]
			}
			switch {
			case b == '{' && above == 'c':
				rows = append(rows, row)
				lines++
			case b == '{' && above == 'l':
				lines++
			}
			if b == '[' {
				if b = listOf(key); b == 'c' && len(inside) != 1 && (len(inside) < 2 || inside[len(inside)-2] != 'c') {
					b = 'l'
				}
			}
			inside, key = append(inside, b), nil
		case '}', ']':
			inside = inside[:max(0, len(inside)-1)]
		}
		switch {
		case len(inside) > maxNesting:
			return nil, tooLarge(f.source.Path, fmt.Sprintf("its values are nested deeper than %d levels", maxNesting))
		case lines > MaxLines:
			return nil, tooLarge(f.source.Path, fmt.Sprintf("it has more than %d lines", MaxLines))
		case values > maxValues || things > maxObjects+maxLineObjects*lines:
			return nil, tooLarge(f.source.Path, fmt.Sprintf("it has more than %d values, or more than %d objects and %d for each line", maxValues, maxObjects, maxLineObjects))
		}
	}
	return rows, nil
}

// listOf tells what a list of that name holds. A name with an escape may be any.
func listOf(key []byte) byte {
	switch {
	case bytes.EqualFold(key, []byte("components")), bytes.IndexByte(key, '\\') >= 0:
		return 'c'
	case bytes.EqualFold(key, []byte("lines")), bytes.EqualFold(key, []byte("tools")):
		return 'l'
	}
	return '['
}

// isCycloneDXML tells whether data is CycloneDX in XML, which is not read.
func isCycloneDXML(data []byte) bool {
	data = bytes.TrimLeft(bytes.TrimPrefix(data, markUTF8), " \t\r\n")
	return bytes.HasPrefix(data, []byte("<")) && bytes.Contains(data[:min(len(data), 4096)], []byte("cyclonedx.org/schema/bom"))
}

func refuseCycloneDXML(f input) (*BOM, error) {
	return nil, unreadable(f.source.Path, "it is CycloneDX as XML, of which only the JSON form is read", "give the JSON form; cyclonedx-cli makes it: cyclonedx convert --output-format json")
}

// sorted lists the keys of a set, in order.
func sorted(set map[string]bool) string { return strings.Join(slices.Sorted(maps.Keys(set)), ", ") }
