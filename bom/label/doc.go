// Package label writes labels for the bags into which a workshop sorts the parts
// of a kit: one label for each line of a bill of materials, on a sheet of labels
// or a roll, as PDF ([WritePDF]) and SVG ([WriteSVG]).
//
// A label says, from the top: the quantity with its unit, and the line's place;
// the name; what is bought (manufacturer and part number, or the standard); value
// and footprint, or of what is made its process, material and files; the
// designators; and the title of the whole.
//
//	┌───────────────────────────────┐
//	│ 24 ×                   16/10  │
//	│ Resistor 10k                  │
//	│ Yageo RC0805FR-0710KL         │
//	│ 10k, R_0805                   │
//	│ R1, R2, R5, R7, … (+20)       │
//	│ ada/lamp 1.2.0, 10 units      │
//	└───────────────────────────────┘
//
// Nothing leaves its label: a name is set smaller, then cut with an ellipsis, and
// of designators that are cut the number is given. Where a label is cut is
// calculated once, from the widths of the Go fonts
// (https://go.dev/blog/go-fonts), which the PDF embeds; in the SVG each text is
// held to that width by textLength, whatever font the reader has. The fonts have
// Latin, Greek and Cyrillic letters. The PDF shows □ for a character that they
// lack, and the [Report] names it; the SVG leaves it to the reader's fonts.
//
// The same input gives the same bytes.
//
// Package label does no I/O beyond io.Writer, and imports packages bom and schema
// alone of this project.
package label
