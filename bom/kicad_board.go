package bom

import (
	"fmt"
	"strings"

	"github.com/patternbook/patternbook/bom/internal/sexpr"
)

func isBoard(data []byte) bool { return isSexpr("kicad_pcb")(data) }

// plotted are the lists of a board that say nothing of parts.
var plotted = map[string]bool{
	"pad": true, "model": true, "fp_line": true, "fp_circle": true, "fp_arc": true, "fp_poly": true, "fp_rect": true, "fp_curve": true,
	"segment": true, "via": true, "zone": true, "gr_line": true, "gr_arc": true, "gr_text": true, "gr_poly": true, "gr_circle": true,
	"gr_rect": true, "net": true, "setup": true, "layers": true, "effects": true, "dimension": true, "group": true, "arc": true,
	"embedded_files": true, "net_class": true, "image": true, "points": true,
}

// readBoard reads the footprints of a .kicad_pcb. It knows less than the
// schematic does, and stands for it where that is missing.
func readBoard(in input) (*BOM, error) {
	f, err := newKicadFile(in, "kicad-board")
	if err != nil {
		return nil, err
	}
	var n netlist
	err = f.each(plotted, func(l *sexpr.List) error {
		switch l.Name {
		case "host":
			n.made.tool = strings.TrimSpace(l.Text(0) + " " + l.Text(1))
		case "generator":
			n.made.tool = l.Text(0)
		case "generator_version":
			n.made.tool = strings.TrimSpace(n.made.tool + " " + l.Text(0))
		case "title_block":
			n.made.title, n.made.revision, n.made.date = l.TextOf("title"), l.TextOf("rev"), l.TextOf("date")
		case "footprint", "module":
			c := boardComponent(l)
			if c.reference == "" && c.value == "" {
				return nil
			}
			if n.components = append(n.components, c); len(n.components) > MaxLines {
				return tooLarge(f.source.Path, fmt.Sprintf("it has more than %d footprints", MaxLines))
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return n.bom(f.input)
}

// boardComponent reads (footprint "library:name" …), or (module …) of KiCad 5.
func boardComponent(l *sexpr.List) component {
	c := component{row: l.Line}
	for text := range l.All("fp_text") {
		switch kind := text.Text(0); kind {
		case "reference", "value":
			c.set(kind, text.Text(1))
		}
	}
	for p := range l.All("property") {
		c.set(propertyOf(p))
	}
	c.set("footprint", l.Text(0))
	if c.value == "" { // what a footprint says of itself names the package, not the part
		c.fallback = l.TextOf("descr")
	}
	attr := l.Find("attr")
	c.unfitted = attr.Has("dnp")
	c.notInBOM = attr.Has("exclude_from_bom") || attr.Has("virtual")
	for v := range l.All("variant") {
		one := component{unfitted: c.unfitted, notInBOM: c.notInBOM}
		flagsOf(v, &one.unfitted, &one.notInBOM, &one.notOnBoard)
		switch v.TextOf("exclude_from_bom") {
		case "yes":
			one.notInBOM = true
		case "no":
			one.notInBOM = false
		}
		for f := range v.All("field") {
			one.set(f.TextOf("name"), f.TextOf("value"))
		}
		c.variants = append(c.variants, one.variant(v.TextOf("name")))
	}
	return c
}

// otherKicad are files of KiCad that are no BOM.
var otherKicad = []struct {
	is   func(data []byte) bool
	what string
}{
	{isSexpr("kicad_symbol_lib"), "a library of symbols"},
	{isSexpr("footprint", "module"), "a footprint"},
	{isSexpr("kicad_wks", "page_layout"), "a drawing sheet"},
	{isSexpr("sym_lib_table", "fp_lib_table"), "a table of libraries"},
	{begins("EESchema-LIBRARY"), "a library of symbols"},
	{begins("EESchema-DOCLIB"), "the descriptions of a library"},
	{begins("PCBNEW-BOARD"), "a board of KiCad before version 4"},
	{isProject, "the settings of a project"},
}

func begins(with string) func([]byte) bool {
	return func(data []byte) bool { return strings.HasPrefix(beginning(data), with) }
}

// isProject tells a .kicad_pro or .kicad_prl, and the .pro before KiCad 6.
func isProject(data []byte) bool {
	begin := beginning(data)
	if strings.HasPrefix(begin, "update=") || strings.HasPrefix(begin, "[pcbnew") {
		return strings.Contains(begin, "[pcbnew") || strings.Contains(begin, "[general]") || strings.Contains(begin, "[eeschema]")
	}
	if !strings.HasPrefix(begin, "{") {
		return false
	}
	text := string(data)
	return strings.Contains(text, `.kicad_pro"`) && (strings.Contains(text, `"schematic"`) || strings.Contains(text, `"pcbnew"`)) ||
		strings.Contains(text, `.kicad_prl"`)
}

func isOtherKicad(data []byte) bool {
	for _, other := range otherKicad {
		if other.is(data) {
			return true
		}
	}
	return false
}

func refuseKicad(f input) (*BOM, error) {
	for _, other := range otherKicad {
		if other.is(f.data) {
			return nil, unreadable(f.source.Path, "it is "+other.what+" of KiCad", "give the schematic (.kicad_sch or .sch), the netlist or a BOM that KiCad exported")
		}
	}
	return nil, unreadable(f.source.Path, "it is no BOM", "give the schematic")
}
