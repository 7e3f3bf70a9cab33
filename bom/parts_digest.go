package bom

import (
	"encoding/json"

	"github.com/patternbook/patternbook/schema"
)

// PartsDigest gives the digest of what a BOM asks for: the SHA-256 of the
// canonical JSON {"lines": […], "tools": […]}, whose lines leave out what does
// not change the hardware: note, offers, quantity_text, source and row. It enters
// [schema.Release.HardwareDigest].
func (b *BOM) PartsDigest() schema.Digest {
	bare := func(lines []Line) []Line {
		lines = append([]Line{}, lines...)
		for i := range lines {
			l := &lines[i]
			l.Note, l.Offers, l.QuantityText, l.Source, l.Row = "", nil, "", 0, 0
		}
		return lines
	}
	data, err := json.Marshal(map[string][]Line{"lines": bare(b.Lines), "tools": bare(b.Tools)})
	if err == nil {
		data, err = schema.Canonicalize(data)
	}
	if err != nil {
		panic("bom: lines that cannot be written as JSON: " + err.Error()) // Validate refuses what could not
	}
	return schema.DigestOf(data)
}
