package bom

import (
	"fmt"
	"slices"
	"strings"

	"github.com/patternbook/patternbook/schema"
)

func (t *ownTable) text(to *string, cell string) {
	if len(cell) > maxName {
		t.find(schema.SeverityWarning, "cell-cut", t.number, t.header, fmt.Sprintf("the cell has %d bytes; it was cut to %d", len(cell), maxName))
		cell = cut(cell, maxName)
	}
	*to = cell
}

func (t *ownTable) exact(cell string) (schema.Decimal, bool) {
	if t.decimalComma && strings.IndexByte(cell, '.') < 0 {
		cell = strings.Replace(cell, ",", ".", 1)
	}
	n, err := schema.ParseDecimal(cell)
	return n, err == nil && n.Sign() >= 0
}

func (t *ownTable) decimal(to *schema.Decimal, cell string) {
	n, ok := t.exact(cell)
	if !ok {
		t.unreadable("number-unreadable", cell, "is not a number that can stand here")
		return
	}
	*to = n
}

func (t *ownTable) multiple(cell string) {
	t.decimal(&t.line.RoundingMultiple, cell)
	if m := t.line.RoundingMultiple; !m.IsZero() && m.Sign() == 0 {
		t.line.RoundingMultiple = schema.Decimal{}
		t.unreadable("number-unreadable", cell, "is not a number that can stand here")
	}
}

func (t *ownTable) item(cell string) {
	if len(cell) > maxItem || strings.Contains(cell, "/") {
		t.line.keep(t.header, cut(cell, maxText))
		t.find(schema.SeverityInfo, "item-unusable", t.number, t.header, schema.Quote(cell)+" cannot be part of a path; the line is called by its number")
		return
	}
	t.line.Item = cell
}

func (t *ownTable) readKind(cell string) {
	t.kind = cell
	if slices.Contains(Kinds(), Kind(cell)) {
		t.line.Kind = Kind(cell)
		return
	}
	t.line.keep(t.header, cut(cell, maxText))
	if len(cell) <= maxHeader {
		if kind, ok := kindWords[headerKey(cell)]; ok {
			t.line.Kind = kind
		}
	}
}

func (t *ownTable) unit(cell string) {
	var f faults
	if unit, ok := unitOf(cell); ok {
		cell = unit
	} else if f.unit("", cell); len(f) > 0 {
		t.unreadable("unit-unknown", cell, "is not a unit known here; the quantity was read in pieces")
		return
	}
	t.line.Unit = cell
}

// readQuantity reads the quantity when all else of the row is known.
func (t *ownTable) readQuantity() {
	l, cell := &t.line, t.quantity
	t.header = "Quantity"
	var ok bool
	switch l.Quantity, ok = t.exact(cell); {
	case ok:
		t.compareReferences(l, t.header)
	case cell == "" && len(l.References) > 0:
		l.Quantity = decimalOf(len(l.References))
		t.find(schema.SeverityInfo, "quantity-counted", t.number, t.header, fmt.Sprintf("there is no quantity; the %d references were counted", len(l.References)))
	case cell == "":
		l.Quantity = small[1]
		t.find(schema.SeverityWarning, "quantity-missing", t.number, t.header, "there is no quantity; it was read as 1")
	default:
		a := readQuantity(cell, l.Unit, t.decimalComma)
		l.Quantity, l.Unit, l.PieceCount, l.PieceSize = a.value, a.unit, a.count, a.size
		l.QuantityText = cut(cell, maxName)
		if a.fault != nil {
			t.find(a.fault.Severity, a.fault.Code, t.number, t.header, a.fault.Message)
		}
	}
}

func (t *ownTable) references(cell string) {
	list := splitOwnReferences(cell)
	if len(list) > maxReferences {
		t.find(schema.SeverityWarning, "references-cut", t.number, t.header, fmt.Sprintf("there are %d references; the first %d were kept", len(list), maxReferences))
		list = list[:maxReferences]
	}
	t.line.References = slices.DeleteFunc(list, func(r string) bool { return r == "" })
}

func (t *ownTable) files(cell string) {
	for _, part := range splitCell(cell, ';') {
		p := plainCell(part)
		if p == "" {
			continue
		}
		if schema.CheckPath(p) == nil && len(t.line.Files) < maxFiles {
			t.line.Files = append(t.line.Files, p)
			continue
		}
		t.table.file(&t.line, &column{header: t.header, key: t.header}, p, t.number)
	}
}

func (t *ownTable) assembly() *Assembly {
	if t.line.Assembly == nil {
		t.line.Assembly = &Assembly{}
	}
	return t.line.Assembly
}

func (t *ownTable) excluded(cell string) {
	for word := range strings.SplitSeq(cell, ",") {
		switch strings.ToLower(trim(word)) {
		case "bom":
			t.line.ExcludeFromBOM = true
		case "board":
			t.line.ExcludeFromBoard = true
		default:
			t.unreadable("exclusion-unknown", cell, `names something else than "bom" and "board"`)
			return
		}
	}
}

func (t *ownTable) partDigest(cell string) {
	digest, err := schema.ParseDigest(cell)
	if err != nil {
		t.unreadable("digest-unreadable", cell, "is not a digest")
		return
	}
	t.line.Part.Digest = digest
}

func (t *ownTable) pieceSize(cell string) {
	value, unit, _ := strings.Cut(cell, " ")
	n, ok := t.exact(value)
	probe := Line{Quantity: small[1], Unit: Pieces, PieceSize: &schema.Measure{Value: n, Unit: unit}}
	var f faults
	if f.amounts("", &probe); !ok || len(f) > 0 {
		t.unreadable("size-unreadable", cell, "is not a number with a unit")
		return
	}
	t.line.PieceSize = probe.PieceSize
}
