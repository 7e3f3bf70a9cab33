// Package bom is the bill of materials: it reads the files that tools and people
// leave, and calculates every answer a workshop asks of them.
//
// # Words
//
// A [BOM] has lines (what goes into one unit of a design), tools (what is
// needed to make it and not used up), the sources it was read from, and the
// findings of reading. A [Line] is one part, with its quantity for one unit of
// the design. A line of kind assembly stands for another design; the release of
// the upper design pins it to an exact release of the lower one. A [Tree] is a
// design with all its pinned assemblies.
//
// A line is addressed in its BOM by its item, the text of its position ("16"),
// and in a tree by the items of the way to it, joined by slashes ("16/10").
//
// As JSON, one line:
//
//	{"line": 2, "item": "2", "name": "M8 Nuts", "kind": "standard",
//	 "quantity": "4", "unit": "1", "fitted": true,
//	 "part": {"standard": "ISO 4032 M8"}, "extra": {"REFERENCE": "ISO 4032  M8"}, "row": 3}
//
// The members line, name, kind, quantity, unit and fitted are always written,
// the others where there is something. Quantities are exact decimals with a
// UCUM unit (https://ucum.org/ucum), "1" for pieces.
//
// # What is stored
//
// [Document] is the stored form: the BOM as written. It has no pins, for these
// lie in the release, and nothing that a view adds (required, on_hand,
// to_order, paths, nested BOMs, cuts), so that releases which share a BOM share
// its document.
//
// # Where to start
//
// [Read] turns a file into a BOM, [Merge] makes one of several files. [Explode]
// opens the assemblies as [Choices] say: which variants, what is bought whole, how
// deep, which alternates. [Tree.View] answers a [Query] with one of the views of
// what N units need, less what is at hand; [Required] is the formula behind them,
// and [BOM.Price] says what a view costs. [Consolidate] orders several designs at
// once; [ReadBuild] reads a file in which a workshop keeps what it has decided.
// [Compare] tells two BOMs apart, and [Difference.Apply] makes one of the other.
//
// Package export writes what is shown here; JSON is plain encoding/json, and Read
// reads it again.
//
// Package bom does no I/O beyond io.Reader and io.Writer, and imports package
// schema alone of this project.
package bom
