package bom

import (
	"github.com/patternbook/patternbook/schema"
)

// A Build is what a workshop has decided about building a design, kept in a file
// so that every view, every export and the batch are asked for the same way. The
// file is YAML; every part of it may be left out:
//
//	design: ada/lamp@1.2.0              # what is built
//	units: 20
//	variant: lite                       # or a list
//	stop: [ada/psu]                     # bought whole
//	depth: 2                            # levels of assemblies that are opened
//	choose:                             # alternates, by line or by part
//	  - {line: "16/10", rank: 2}
//	  - {line: driver, mpn: TPS54331DR}
//	  - part: {manufacturer: Yageo, mpn: RC0603FR-0710KL}
//	    use: {manufacturer: Vishay, mpn: CRCW060310K0FKEA}
//	stock:                              # at hand; the unit is pieces when it is left out
//	  - {mpn: RC0603FR-0710KL, quantity: 40}
//	  - {standard: ISO 4032 M8, quantity: 100}
//	  - {name: cord, quantity: 3, unit: m}
//	  - {design: ada/psu, quantity: 2}
//	cut: {stock_length: 3 m, kerf: 2 mm}
//	batch: {maker: coop, batch: LOT-7, serials: "LAMP-{0001..0020}"}
type Build struct {
	Design      schema.Reference // zero when the file does not say it
	Units       int64            // 0 when the file does not say it
	Variants    []string
	Stop        []schema.Design
	Depth       int
	Choose      []AlternateChoice
	Stock       []OnHand
	StockLength *schema.Measure
	Kerf        *schema.Measure
	Batch       BuildBatch
}

// A BuildBatch says as what the units are registered. What the file leaves out is
// zero.
type BuildBatch struct {
	Maker   schema.Name
	Batch   schema.Serial
	Serials []schema.SerialPattern
}

// Choices gives what [Explode] is to do.
func (b *Build) Choices() Choices {
	return Choices{Variants: b.Variants, Stop: b.Stop, Depth: b.Depth, Alternates: b.Choose}
}

// Query asks for a view of what the build needs.
func (b *Build) Query(view View) Query {
	return Query{View: view, Units: b.Units, Stock: b.Stock, StockLength: b.StockLength, Kerf: b.Kerf}
}
