package bom

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/patternbook/patternbook/schema"
)

// maxSheets is how often sheets may be part of a schematic, one counted for each
// time that it is used.
const maxSheets = 2000

// A parseSheet reads the bytes of one sheet.
type parseSheet func(input) (*schematicSheet, Source, error)

// A schematicReader walks from a schematic's root through its sheets.
type schematicReader struct {
	*table
	read    map[string]*readSheet // by path; nil for one that cannot be read
	sources []Source
	left    int // bytes that more sheets may have
	visits  int
	symbols int
	on      []string // paths of the sheets from the root to the one being visited
	parts   []placedSymbol
}

// A readSheet is a sheet that was read.
type readSheet struct {
	*schematicSheet
	source int
}

// A placedSymbol is a symbol on one of the paths to its sheet.
type placedSymbol struct {
	component
	unit   int
	symbol *schematicSymbol
	given  bool // the file says the designator for this path
}

func readSheets(f input, parse parseSheet) (*BOM, error) {
	root, source, err := parse(f)
	if err != nil {
		return nil, err
	}
	f.source = source
	r := schematicReader{table: newTable(f), read: map[string]*readSheet{}, left: MaxFile}
	root.made.find(r.table)
	name := path.Clean(source.Path)
	r.read[name] = &readSheet{schematicSheet: root}
	if err := r.visit(name, r.read[name], "", sheetSymbol{}, root); err != nil {
		return nil, err
	}
	return readComponents(r.table, r.components(), r.sources...)
}

// at notes a finding on a sheet.
func (r *schematicReader) at(source int, severity schema.Severity, code string, row int, message string) {
	before := len(r.bom.Findings)
	r.find(severity, code, row, "", message)
	for i := before; i < len(r.bom.Findings); i++ {
		r.bom.Findings[i].Source = source
	}
}

// visit takes the symbols of a sheet that lies at place, the identities of the
// sheet symbols on the way to it, and goes down into its own sheets. by says
// what holds for all that is on it.
func (r *schematicReader) visit(name string, s *readSheet, place string, by sheetSymbol, root *schematicSheet) error {
	if r.visits++; r.visits > maxSheets {
		return tooLarge(r.source.Path, fmt.Sprintf("its sheets are used more than %d times", maxSheets))
	}
	if r.symbols += len(s.symbols); r.symbols > MaxLines {
		return tooLarge(r.source.Path, fmt.Sprintf("it has more than %d symbols", MaxLines))
	}
	for i := range s.symbols {
		p := s.symbols[i].placed(place, root)
		p.source = s.source
		p.unfitted, p.notInBOM, p.notOnBoard = p.unfitted || by.unfitted, p.notInBOM || by.notInBOM, p.notOnBoard || by.notOnBoard
		if !p.isVirtual() {
			r.parts = append(r.parts, p)
		}
	}
	r.on = append(r.on, name)
	for _, sub := range s.sheets {
		sub.unfitted, sub.notInBOM, sub.notOnBoard = sub.unfitted || by.unfitted, sub.notInBOM || by.notInBOM, sub.notOnBoard || by.notOnBoard
		if err := r.enter(name, s, sub, place, root); err != nil {
			return err
		}
	}
	r.on = r.on[:len(r.on)-1]
	return nil
}

// enter goes into the sheet that sub stands for.
func (r *schematicReader) enter(from string, s *readSheet, sub sheetSymbol, place string, root *schematicSheet) error {
	name, ok := r.resolve(from, sub.file)
	if !ok {
		r.at(s.source, schema.SeverityWarning, "sheet-path", sub.row, fmt.Sprintf("the sheet %s lies outside of the design; its parts are not counted", schema.Quote(sub.file)))
		return nil
	}
	if slices.Contains(r.on, name) {
		r.at(s.source, schema.SeverityError, "sheet-recursion", sub.row, fmt.Sprintf("the sheet %s contains itself; it was not entered again", schema.Quote(name)))
		return nil
	}
	if len(r.on) >= maxDepthOfSheets {
		r.at(s.source, schema.SeverityError, "sheet-depth", sub.row, fmt.Sprintf("sheets lie more than %d deep in each other; %s was not entered", maxDepthOfSheets, schema.Quote(name)))
		return nil
	}
	below, known := r.read[name]
	if !known {
		var err error
		if below, err = r.load(name, s.source, sub); err != nil {
			return err
		}
		r.read[name] = below
	}
	if below == nil {
		return nil
	}
	return r.visit(name, below, place+"/"+sub.id, sub, root)
}

const maxDepthOfSheets = 100

// resolve gives the path of a sheet that is named on another.
func (r *schematicReader) resolve(from, file string) (string, bool) {
	file = strings.ReplaceAll(strings.TrimSpace(file), `\`, "/")
	if file == "" || path.IsAbs(file) {
		return "", false
	}
	name := path.Join(path.Dir(from), file)
	within := name
	if root := path.Clean(r.source.Path); schema.CheckPath(root) != nil { // the root is named from outside: stay in its folder
		folder := path.Dir(root)
		if folder != "." {
			var ok bool
			if within, ok = strings.CutPrefix(name, strings.TrimSuffix(folder, "/")+"/"); !ok {
				return "", false
			}
		}
	}
	return name, schema.CheckPath(within) == nil
}

// load reads a sheet's file, nil when it cannot: then a finding on the sheet that
// names it says why.
func (r *schematicReader) load(name string, source int, sub sheetSymbol) (*readSheet, error) {
	fail := func(code, why string) (*readSheet, error) {
		r.at(source, schema.SeverityWarning, code, sub.row, fmt.Sprintf("the parts of the sheet %s are not counted: %s", schema.Quote(name), why))
		return nil, nil
	}
	if r.Open == nil {
		return fail("sheet-missing", "files beside this one cannot be opened here")
	}
	if len(r.sources)+1 >= maxFiles {
		return fail("sheet-unreadable", fmt.Sprintf("the schematic has more than %d files", maxFiles))
	}
	file, err := r.Open(name)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, schema.NotFound):
		return fail("sheet-missing", "there is no such file")
	case err != nil:
		return nil, fmt.Errorf("open %s: %w", name, err)
	}
	defer func() { _ = file.Close() }()
	hash := sha256.New()
	data, err := io.ReadAll(io.TeeReader(io.LimitReader(file, int64(r.left)+1), hash))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if r.left -= len(data); r.left < 0 {
		return nil, tooLarge(r.source.Path, fmt.Sprintf("its sheets have more than %d bytes together", MaxFile))
	}
	in := input{ReadOptions: r.ReadOptions, data: data}
	in.source = Source{Path: cut(strings.ToValidUTF8(name, "\uFFFD"), maxName), Digest: schema.DigestFromHash(hash)}
	parse := parseSchematic
	switch {
	case isSchematic(data):
	case isLegacySchematic(data):
		parse = parseLegacySchematic
	default:
		return fail("sheet-unreadable", "it is no schematic")
	}
	sheet, from, err := parse(in)
	if err != nil {
		return fail("sheet-unreadable", err.Error())
	}
	r.sources = append(r.sources, from)
	return &readSheet{sheet, len(r.sources)}, nil
}

// placed gives the symbol as it is at place: with the designator that it has
// there, where the file says one.
func (s *schematicSymbol) placed(place string, root *schematicSheet) placedSymbol {
	p := placedSymbol{component: s.component, unit: s.unit, symbol: s}
	in, ok := s.instances["/"+root.id+place]
	if !ok {
		in, ok = s.instances[place]
	}
	if !ok && place == "" {
		in, ok = s.instances["/"]
	}
	if !ok {
		in, ok = root.instances[place+"/"+s.id]
	}
	if !ok || in.reference == "" {
		return p
	}
	p.given, p.reference, p.unit, p.variants = true, in.reference, in.unit, in.variants
	if in.value != "" {
		p.set("value", in.value)
	}
	if in.footprint != "" {
		p.set("footprint", in.footprint)
	}
	return p
}
