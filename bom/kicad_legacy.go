package bom

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

const legacyHeader = "EESchema Schematic File Version"

func isLegacySchematic(data []byte) bool { return strings.HasPrefix(beginning(data), legacyHeader) }

func isSchematic(data []byte) bool { return isSexpr("kicad_sch")(data) }

// readLegacySchematic reads a .sch of KiCad 5 and before, with the sheets below it.
func readLegacySchematic(f input) (*BOM, error) { return readSheets(f, parseLegacySchematic) }

// A legacySheet is a .sch while it is read, line by line.
type legacySheet struct {
	schematicSheet
	within string // $Comp, $Sheet, $Descr or nothing
	symbol schematicSymbol
	sheet  sheetSymbol
}

// parseLegacySchematic reads one file, line by line. See
// https://dev-docs.kicad.org/en/file-formats/legacy-4-to-6/legacy_file_format_documentation.pdf.
func parseLegacySchematic(f input) (*schematicSheet, Source, error) {
	f.source.Format = "kicad-legacy-schematic"
	text, encoding, err := decodeText(bytes.TrimSpace(f.data))
	if err != nil {
		return nil, f.source, unreadable(f.source.Path, err.Error(), "save it as UTF-8")
	}
	f.source.Encoding = encoding
	s := &legacySheet{}
	number := 1 + bytes.Count(f.data[:len(f.data)-len(bytes.TrimLeft(f.data, " \t\r\n"))], []byte("\n"))
	for line := range strings.Lines(text) {
		s.line(strings.TrimSpace(line), number)
		number++
		if len(s.symbols) > MaxLines {
			return nil, f.source, tooLarge(f.source.Path, fmt.Sprintf("it has more than %d symbols", MaxLines))
		}
	}
	return &s.schematicSheet, f.source, nil
}

func (s *legacySheet) line(line string, number int) {
	switch line {
	case "$Comp":
		s.within, s.symbol = line, schematicSymbol{component: component{row: number}, unit: 1}
		return
	case "$EndComp":
		if s.within == "$Comp" {
			if s.symbol.value != "" || s.symbol.footprint != "" {
				s.symbol.fallback = "" // the symbol's name says less
			}
			s.symbols = append(s.symbols, s.symbol)
		}
		s.within = ""
		return
	case "$Sheet":
		s.within, s.sheet = line, sheetSymbol{row: number}
		return
	case "$EndSheet":
		if s.within == "$Sheet" {
			s.sheets = append(s.sheets, s.sheet)
		}
		s.within = ""
		return
	case "$EndDescr", "$EndBitmap":
		s.within = ""
		return
	}
	switch {
	case strings.HasPrefix(line, "$Descr"):
		s.within = "$Descr"
	case strings.HasPrefix(line, "$Bitmap"):
		s.within = "$Bitmap"
	case s.within == "$Comp":
		s.component(line)
	case s.within == "$Sheet":
		s.sheetLine(line)
	case s.within == "$Descr":
		switch words := legacyWords(line, 2); {
		case len(words) < 2:
		case words[0] == "Title":
			s.made.title = words[1]
		case words[0] == "Rev":
			s.made.revision = words[1]
		case words[0] == "Date":
			s.made.date = words[1]
		}
	}
}

// component reads a line within $Comp.
func (s *legacySheet) component(line string) {
	words := legacyWords(line, 32)
	if len(words) < 2 {
		return
	}
	c := &s.symbol
	switch words[0] {
	case "L": // L library:name R1
		c.fallback = strings.ReplaceAll(words[1], "~", " ")
		if len(words) > 2 {
			c.reference = words[2]
		}
	case "U": // U unit conversion timestamp
		if n, err := strconv.Atoi(words[1]); err == nil {
			c.unit = n
		}
		if len(words) > 3 {
			c.id = words[3]
		}
	case "AR": // AR Path="/58A68DC9/58A85D67" Ref="C10"  Part="1"
		s.path(words[1:])
	case "F":
		c.legacyField(words)
	}
}

// path reads the designator that a symbol has on one of the paths to its sheet.
func (s *legacySheet) path(words []string) {
	var at string
	in := symbolInstance{unit: s.symbol.unit}
	for _, w := range words {
		name, value, _ := strings.Cut(w, "=")
		value = strings.Trim(value, `"`)
		switch name {
		case "Path":
			at = value
		case "Ref":
			in.reference = value
		case "Part":
			if n, err := strconv.Atoi(value); err == nil {
				in.unit = n
			}
		}
	}
	cut := strings.LastIndexByte(at, '/')
	if cut < 0 {
		return
	}
	if s.symbol.instances == nil {
		s.symbol.instances = make(map[string]symbolInstance)
	}
	s.symbol.instances[at[:cut]] = in // the last part is the symbol itself
}

// legacyField reads F number "text" orientation x y size flags justification
// style "name"; the first four have no name.
func (c *schematicSymbol) legacyField(words []string) {
	if len(words) < 3 {
		return
	}
	text := words[2]
	switch words[1] {
	case "0":
		if text != "" {
			c.reference = text
		}
	case "1":
		c.set("value", strings.ReplaceAll(text, "~", " "))
	case "2":
		c.set("footprint", text)
	case "3":
		c.set("datasheet", text)
	default:
		name := "Field" + words[1]
		if last := len(words) - 1; last >= 10 {
			name = words[last]
		}
		c.set(name, text)
	}
}

// sheetLine reads a line within $Sheet.
func (s *legacySheet) sheetLine(line string) {
	words := legacyWords(line, 3)
	if len(words) < 2 {
		return
	}
	switch words[0] {
	case "U":
		s.sheet.id = words[1]
	case "F0":
		s.sheet.name = words[1]
	case "F1":
		s.sheet.file = words[1]
	}
}

// legacyWords parts a line into words. What stands in quotes at the beginning of
// a word is one, without its quotes and escapes.
func legacyWords(line string, limit int) []string {
	var words []string
	for len(words) < limit {
		if line = strings.TrimLeft(line, " \t"); line == "" {
			break
		}
		if line[0] != '"' {
			end := strings.IndexAny(line, " \t")
			if end < 0 {
				end = len(line)
			}
			words, line = append(words, line[:end]), line[end:]
			continue
		}
		var b strings.Builder
		i := 1
		for ; i < len(line) && line[i] != '"'; i++ {
			if line[i] == '\\' && i+1 < len(line) {
				i++
			}
			b.WriteByte(line[i])
		}
		words, line = append(words, b.String()), line[min(i+1, len(line)):]
	}
	return words
}
