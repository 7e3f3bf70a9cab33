// Package export writes bills of materials in the formats that others read:
// tables for people and spreadsheets, and the files of assembly houses, tools and
// shops.
//
// [Formats] lists what there is, and [Format.Write] writes one. Not every format
// can say every line: what is written is told with what could not be, in a
// [Report].
//
// Package export imports packages bom and schema alone of this project.
package export

import (
	"encoding/json"
	"io"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/schema"
)

// Options say how to write. The zero value is right.
type Options struct {
	Title    string // of the whole, where a format shows one: "ada/lamp 1.2.0, 10 units"
	Name     string // of the design, where a format names it apart from its version: "ada/lamp"
	Version  string // of the design
	Supplier string // whose numbers a cart has; without one, those of the offer that was priced, else the first of each line
}

// A Report says what an export carries.
type Report struct {
	Lines   int       `json:"lines"`    // that the BOM has, with those of nested BOMs
	Carried int       `json:"carried"`  // of them, that the export has
	LeftOut []LeftOut `json:"left_out"` // the others, in the order of the BOM
}

// A LeftOut is a line that a format cannot carry.
type LeftOut struct {
	Item   string `json:"item"` // its path, in a tree
	Name   string `json:"name"`
	Reason string `json:"reason"` // "it has no manufacturer's part number"
}

// A Format is a way to write a BOM.
type Format struct {
	Name      string // csv
	MediaType string // with its charset
	Extension string // of files, without the dot
	About     string // what it is, in one line
	write     func(io.Writer, *bom.BOM, Options) (Report, error)
}

// Write writes b. Its errors are those of w.
func (f Format) Write(w io.Writer, b *bom.BOM, o Options) (Report, error) { return f.write(w, b, o) }

// Formats lists the formats, the one that programs get without asking first.
func Formats() []Format {
	return []Format{
		{"json", "application/json", "json", "every detail, for programs", writeJSON},
		{"csv", "text/csv; charset=utf-8", "csv", "a table that reads back whole", writeCSV},
		{"tsv", "text/tab-separated-values; charset=utf-8", "tsv", "the same with tabs between the cells", writeTSV},
		{"csv-excel", "text/csv; charset=utf-8", "csv", "the same with semicolons and decimal commas, as spreadsheets in many countries open it", writeExcelCSV},
		{"markdown", "text/markdown; charset=utf-8", "md", "a table for texts and issues", writeMarkdown},
		{"html", "text/html; charset=utf-8", "html", "a page to read and print", writeHTML},
		{"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx", "a workbook: the table with real numbers, and a sheet of findings", writeXLSX},
		{"cyclonedx", "application/vnd.cyclonedx+json; version=1.6", "cdx.json", "CycloneDX 1.6, for tools that look for weak or forbidden parts", writeCycloneDX("1.6")},
		{"cyclonedx-1.7", "application/vnd.cyclonedx+json; version=1.7", "cdx.json", "CycloneDX 1.7", writeCycloneDX("1.7")},
		{"jlcpcb", "text/csv; charset=utf-8", "csv", "the BOM of JLCPCB's assembly service", writeJLCPCB},
		{"kicad", "text/csv; charset=utf-8", "csv", "as KiCad groups parts by value", writeKiCad},
		{"cart", "text/csv; charset=utf-8", "csv", "what to buy, by manufacturer's and supplier's number", anyCart.write},
		{"digikey", "text/csv; charset=utf-8", "csv", "the same for Digi-Key", digikeyCart.write},
		{"mouser", "text/csv; charset=utf-8", "csv", "the same for Mouser", mouserCart.write},
		{"lcsc", "text/csv; charset=utf-8", "csv", "the same for LCSC", lcscCart.write},
	}
}

// ByName gives the format of that name, or an error of kind Invalid that lists
// those there are.
func ByName(name string) (Format, error) {
	names := ""
	for _, f := range Formats() {
		if f.Name == name {
			return f, nil
		}
		if names != "" {
			names += ", "
		}
		names += f.Name
	}
	return Format{}, &schema.Error{Kind: schema.Invalid, Detail: schema.Quote(name) + " is not a format of bills of materials", Fix: "choose one of " + names}
}

func writeJSON(w io.Writer, b *bom.BOM, _ Options) (Report, error) {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return carriesAll(b), enc.Encode(b)
}

// carriesAll is the report of a format that can say every line.
func carriesAll(b *bom.BOM) Report {
	n := count(b)
	return Report{Lines: n, Carried: n, LeftOut: []LeftOut{}}
}

// count counts the lines of b and of the BOMs nested in it. Tools are not counted.
func count(b *bom.BOM) int {
	n := len(b.Lines)
	for i := range b.Lines {
		if nested := b.Lines[i].BOM; nested != nil {
			n += count(nested)
		}
	}
	return n
}
