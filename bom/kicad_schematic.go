package bom

import (
	"strconv"
	"strings"

	"github.com/patternbook/patternbook/bom/internal/sexpr"
)

// A schematicSheet is one file of a schematic.
type schematicSheet struct {
	id        string // of the sheet, with which paths begin when it is the root
	symbols   []schematicSymbol
	sheets    []sheetSymbol
	instances map[string]symbolInstance // of KiCad 6's root: by the path of sheets and symbol
	made      preamble
}

// A schematicSymbol is drawn on a sheet, and is a component for each path by
// which the sheet is part of the schematic.
type schematicSymbol struct {
	component
	id        string
	unit      int                       // of a part that is drawn as several symbols
	instances map[string]symbolInstance // by the path of the sheet
}

// A symbolInstance is a symbol on one of the paths to its sheet.
type symbolInstance struct {
	reference        string
	unit             int
	value, footprint string
	variants         []componentVariant
}

// A sheetSymbol stands for another sheet.
type sheetSymbol struct {
	id, name, file       string
	unfitted             bool
	notInBOM, notOnBoard bool
	row                  int
}

// drawn are the lists of a schematic that say nothing of parts.
var drawn = map[string]bool{
	"effects": true, "graphics": true, "wire": true, "bus": true, "junction": true, "label": true, "global_label": true,
	"hierarchical_label": true, "text": true, "text_box": true, "polyline": true, "rectangle": true, "arc": true, "circle": true,
	"bezier": true, "image": true, "no_connect": true, "bus_entry": true, "pin": true, "at": true, "embedded_files": true,
	"table": true, "netclass_flag": true, "rule_area": true,
}

// parseSchematic reads a .kicad_sch of KiCad 6 and later.
func parseSchematic(in input) (*schematicSheet, Source, error) {
	f, err := newKicadFile(in, "kicad-schematic")
	if err != nil {
		return nil, in.source, err
	}
	s := &schematicSheet{}
	power := map[string]bool{}
	var library []string // names in the library, by symbol
	err = f.each(drawn, func(l *sexpr.List) error {
		switch l.Name {
		case "uuid":
			s.id = l.Text(0)
		case "generator":
			s.made.tool = l.Text(0)
		case "generator_version":
			s.made.tool = strings.TrimSpace(s.made.tool + " " + l.Text(0))
		case "title_block":
			s.made.title, s.made.revision, s.made.date = l.TextOf("title"), l.TextOf("rev"), l.TextOf("date")
		case "lib_symbols":
			for one := range l.All("symbol") {
				if one.Find("power") != nil {
					power[one.Text(0)] = true
				}
			}
		case "symbol":
			name := l.TextOf("lib_name") // when it differs from the library's own
			if name == "" {
				name = l.TextOf("lib_id")
			}
			library = append(library, name)
			s.symbols = append(s.symbols, schematicSymbolOf(l))
			if len(s.symbols) > MaxLines {
				return tooLarge(f.source.Path, "it has more than "+strconv.Itoa(MaxLines)+" symbols")
			}
		case "sheet":
			s.sheets = append(s.sheets, sheetSymbolOf(l))
		case "symbol_instances":
			s.instances = make(map[string]symbolInstance)
			for path := range l.All("path") {
				s.instances[path.Text(0)] = symbolInstanceOf(path, nil)
			}
		}
		return nil
	})
	if err != nil {
		return nil, f.source, err
	}
	parts := s.symbols[:0]
	for i, one := range s.symbols {
		if !power[library[i]] {
			parts = append(parts, one)
		}
	}
	s.symbols = parts
	return s, f.source, nil
}

// flagsOf reads (in_bom no) (on_board no) (dnp yes).
func flagsOf(l *sexpr.List, unfitted, notInBOM, notOnBoard *bool) {
	set := func(name, when string, flag *bool) {
		switch text := l.TextOf(name); {
		case text == "":
		case text == when:
			*flag = true
		default:
			*flag = false
		}
	}
	set("dnp", "yes", unfitted)
	set("in_bom", "no", notInBOM)
	set("on_board", "no", notOnBoard)
}

func schematicSymbolOf(l *sexpr.List) schematicSymbol {
	s := schematicSymbol{component: component{row: l.Line}, id: l.TextOf("uuid"), unit: unitNumber(l)}
	flagsOf(l, &s.unfitted, &s.notInBOM, &s.notOnBoard)
	for p := range l.All("property") {
		s.set(propertyOf(p))
	}
	for project := range l.Find("instances").All("project") {
		for path := range project.All("path") {
			if s.instances == nil {
				s.instances = make(map[string]symbolInstance)
			}
			s.instances[path.Text(0)] = symbolInstanceOf(path, &s.component)
		}
	}
	if s.value == "" && s.footprint == "" {
		s.fallback = l.TextOf("lib_id")
	}
	return s
}

// propertyOf reads (property "Value" "10k" …); since KiCad 9 a property may be
// private, which stands before its name.
func propertyOf(l *sexpr.List) (name, text string) {
	if n := l.Text(0); n == "private" && l.Text(2) != "" {
		return l.Text(1), l.Text(2)
	}
	return l.Text(0), l.Text(1)
}

func unitNumber(l *sexpr.List) int {
	n, err := strconv.Atoi(l.TextOf("unit"))
	if err != nil {
		return 1
	}
	return n
}

func symbolInstanceOf(l *sexpr.List, c *component) symbolInstance {
	in := symbolInstance{
		reference: strings.TrimSpace(l.TextOf("reference")), unit: unitNumber(l),
		value: l.TextOf("value"), footprint: l.TextOf("footprint"),
	}
	for v := range l.All("variant") {
		one := component{}
		if c != nil {
			one.unfitted, one.notInBOM = c.unfitted, c.notInBOM
		}
		flagsOf(v, &one.unfitted, &one.notInBOM, &one.notOnBoard)
		for f := range v.All("field") {
			one.set(f.TextOf("name"), f.TextOf("value"))
		}
		in.variants = append(in.variants, one.variant(v.TextOf("name")))
	}
	return in
}

func sheetSymbolOf(l *sexpr.List) sheetSymbol {
	s := sheetSymbol{id: l.TextOf("uuid"), row: l.Line}
	flagsOf(l, &s.unfitted, &s.notInBOM, &s.notOnBoard)
	for p := range l.All("property") {
		switch name, text := propertyOf(p); strings.ReplaceAll(strings.ToLower(name), " ", "") {
		case "sheetfile":
			s.file = text
		case "sheetname":
			s.name = text
		}
	}
	return s
}

// readSchematic reads a schematic from its root, with the sheets below it.
func readSchematic(f input) (*BOM, error) { return readSheets(f, parseSchematic) }
