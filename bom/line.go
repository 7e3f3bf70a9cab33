package bom

import (
	"github.com/patternbook/patternbook/schema"
)

// A Kind says how a part comes to be at hand.
type Kind string

// The kinds of line. The list is closed.
const (
	KindPurchased  Kind = "purchased"
	KindStandard   Kind = "standard"   // bought by a standard: ISO 4032 M8
	KindMade       Kind = "made"       // made by the workshop, from files
	KindAssembly   Kind = "assembly"   // another design
	KindMaterial   Kind = "material"   // what parts are made from
	KindConsumable Kind = "consumable" // glue, solder
	KindPackaging  Kind = "packaging"
	KindFirmware   Kind = "firmware"
	KindTool       Kind = "tool" // in a BOM's Tools, never in its Lines
)

// Kinds lists every kind.
func Kinds() []Kind {
	return []Kind{
		KindPurchased, KindStandard, KindMade, KindAssembly, KindMaterial, KindConsumable, KindPackaging, KindFirmware, KindTool,
	}
}

// Pieces is the unit of things that are counted.
const Pieces = "1"

// A Line is one line of a BOM.
type Line struct {
	// Line is the line's number in its BOM, from 1. Where the file numbers its
	// rows by whole numbers that differ, it is that number.
	Line int `json:"line"`
	// Item is the line's position as the file writes it ("10", "1.2"), else its
	// number. It is unique in the BOM and has no slash: paths are made of items.
	Item string `json:"item,omitempty"`
	Name string `json:"name"`
	Kind Kind   `json:"kind"`
	// Quantity is for one unit of the design whose BOM this is. In the flat view
	// it is the sum over the tree, for one unit of the root.
	Quantity schema.Decimal `json:"quantity"`
	// Required is for the number of units that was asked for. Views alone have it.
	Required schema.Decimal `json:"required,omitzero"`
	// OnHand is what of Required is taken from stock, and ToOrder the rest in whole
	// multiples. Views for which stock was given alone have them.
	OnHand       schema.Decimal  `json:"on_hand,omitzero"`
	ToOrder      schema.Decimal  `json:"to_order,omitzero"`
	Unit         string          `json:"unit"`                    // UCUM; Pieces for what is counted
	QuantityText string          `json:"quantity_text,omitempty"` // the quantity as written, where that says more than Quantity
	PieceCount   schema.Decimal  `json:"piece_count,omitzero"`    // pieces, of "2 x 180 mm"
	PieceSize    *schema.Measure `json:"piece_size,omitempty"`    // of one piece
	References   []string        `json:"references,omitempty"`    // designators: R1, R2
	// Fitted is false for what is drawn but not to be mounted (DNP). Such a line
	// counts in no sum.
	Fitted bool `json:"fitted"`
	// ExcludeFromBOM is of what is drawn but is no part: a logo, a fiducial mark.
	// Such a line counts in no sum. ExcludeFromBoard is of what belongs to the
	// design but is not on the board.
	ExcludeFromBOM   bool `json:"exclude_from_bom,omitempty"`
	ExcludeFromBoard bool `json:"exclude_from_board,omitempty"`
	// Variants say how the line differs in variants of the design.
	Variants []LineVariant `json:"variants,omitempty"`
	// Parent is the item of the line that this one is a part of, in a file whose
	// rows have levels. Quantity is for one unit of the design all the same; a line
	// that is the parent of others is not summed with them.
	Parent     string      `json:"parent,omitempty"`
	Part       Part        `json:"part,omitzero"`
	Value      string      `json:"value,omitempty"` // 100n, or what a purchase is described by
	Footprint  string      `json:"footprint,omitempty"`
	Process    string      `json:"process,omitempty"` // how it is made: 3DP, LAS, as OKH's tsdc says it
	Material   string      `json:"material,omitempty"`
	Files      []string    `json:"files,omitempty"` // paths from the root of the design
	Assembly   *Assembly   `json:"assembly,omitempty"`
	Alternates []Alternate `json:"alternates,omitempty"`
	Offers     []Offer     `json:"offers,omitempty"`
	// AttritionPercent, SetupQuantity and RoundingMultiple are the parameters of
	// [Required]. Left out they are 0, 0 and 1.
	AttritionPercent schema.Decimal    `json:"attrition_percent,omitzero"`
	SetupQuantity    schema.Decimal    `json:"setup_quantity,omitzero"`
	RoundingMultiple schema.Decimal    `json:"rounding_multiple,omitzero"`
	Note             string            `json:"note,omitempty"`
	Extra            map[string]string `json:"extra,omitempty"`  // cells that have no other place, by column
	Source           int               `json:"source,omitempty"` // index into the BOM's sources
	Row              int               `json:"row,omitempty"`    // line of that file on which the row begins, from 1; 0 when it came from no file

	// BOM is the BOM of a pinned assembly. The tree view alone has it.
	BOM *BOM `json:"bom,omitempty"`
	// Paths are the ways by which the part comes into the root. The flat view
	// alone has them, [MaxPaths] at most.
	Paths []string `json:"paths,omitempty"`
	// Cost is what to order. Views that were priced alone have it.
	Cost *Cost `json:"cost,omitempty"`
}

// OtherVariants is the name of the variant that stands for all those that a line
// does not name.
const OtherVariants = "*"

// A LineVariant says what a line is in one variant of the design, or in all that
// the line does not name. What it leaves empty is as in the line.
type LineVariant struct {
	Name      string `json:"name"` // of the variant, or OtherVariants
	Fitted    bool   `json:"fitted"`
	Value     string `json:"value,omitempty"`
	Footprint string `json:"footprint,omitempty"`
	Part      Part   `json:"part,omitzero"`
}

// A Part identifies what is bought.
type Part = schema.Part

// An Assembly is another design, as the BOM refers to it and, in views, as the
// release has pinned it.
type Assembly struct {
	Reference string         `json:"reference"` // as written: a URL, owner/name@1.2
	Design    schema.Design  `json:"design,omitzero"`
	Version   schema.Version `json:"version,omitzero"`
	Release   schema.Digest  `json:"release,omitzero"`
	Variant   string         `json:"variant,omitempty"`
}

// An Alternate may take the part's place.
type Alternate struct {
	Rank         int    `json:"rank"` // the part itself is 1; from 2
	Manufacturer string `json:"manufacturer,omitempty"`
	MPN          string `json:"mpn,omitempty"`
}

// An Offer is a supplier's, as the file states it.
type Offer struct {
	Supplier     string         `json:"supplier"`
	SKU          string         `json:"sku,omitempty"`
	Currency     string         `json:"currency,omitempty"`     // ISO 4217
	PackQuantity schema.Decimal `json:"pack_quantity,omitzero"` // pieces in one pack
	Minimum      schema.Decimal `json:"minimum,omitzero"`       // that can be ordered
	PriceBreaks  []PriceBreak   `json:"price_breaks,omitempty"` // in the order of From
	Seen         string         `json:"seen,omitempty"`         // date, like 2026-11-01
}

// A PriceBreak is the price of one piece, from a number of pieces on.
type PriceBreak struct {
	From  schema.Decimal `json:"from"`
	Price schema.Decimal `json:"price"`
}
