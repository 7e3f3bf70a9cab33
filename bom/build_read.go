package bom

import (
	"fmt"
	"io"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/patternbook/patternbook/schema"
)

// ReadBuild reads a build file; see [Build] for what it may say. name is the
// file's, for messages. It is strict, for what it misread would be bought: a field
// that is not known is an error like any other.
//
// Errors: Invalid, with file, line and field of every fault; TooLarge; those of r.
func ReadBuild(name string, r io.Reader) (*Build, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxBuildFile+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if len(data) > maxBuildFile {
		return nil, tooLarge(name, fmt.Sprintf("it has more than %d bytes", maxBuildFile))
	}
	body, err := parseBuild(name, data)
	b := &Build{}
	if err != nil || body == nil {
		return b, err
	}
	reader := &buildReader{name: name}
	reader.build(b, body)
	if len(reader.faults) > 0 {
		return nil, noBuild(reader.faults...)
	}
	return b, nil
}

func (r *buildReader) build(b *Build, n ast.Node) {
	r.mapping(n, "",
		buildField{"design", parsed(r, &b.Design, schema.ParseReference)},
		buildField{"units", whole(r, &b.Units, 1, MaxUnits)},
		buildField{"variant", func(n ast.Node, at string) { r.list(n, at, r.variant(b)) }},
		buildField{"stop", func(n ast.Node, at string) {
			r.list(n, at, func(n ast.Node, at string) {
				var d schema.Design
				parsed(r, &d, schema.ParseDesign)(n, at)
				b.Stop = append(b.Stop, d)
			})
		}},
		buildField{"depth", whole(r, &b.Depth, 1, MaxDepth)},
		buildField{"choose", func(n ast.Node, at string) { r.list(n, at, r.choice(b)) }},
		buildField{"stock", func(n ast.Node, at string) { r.list(n, at, r.stock(b)) }},
		buildField{"cut", func(n ast.Node, at string) { r.cut(b, n, at) }},
		buildField{"batch", func(n ast.Node, at string) { r.batch(&b.Batch, n, at) }},
	)
}

func (r *buildReader) variant(b *Build) func(ast.Node, string) {
	return func(n ast.Node, at string) {
		if name, ok := r.text(n, at); ok && name != "" {
			b.Variants = append(b.Variants, name)
		}
	}
}

func (r *buildReader) choice(b *Build) func(ast.Node, string) {
	return func(n ast.Node, at string) {
		var c AlternateChoice
		before := len(r.faults)
		part := func(p *Part) func(ast.Node, string) {
			return func(n ast.Node, at string) {
				r.mapping(n, at, buildField{"manufacturer", r.into(&p.Manufacturer)}, buildField{"mpn", r.into(&p.MPN)})
			}
		}
		r.mapping(n, at,
			buildField{"line", r.into(&c.Line)},
			buildField{"rank", whole(r, &c.Rank, 1, maxOffers)},
			buildField{"mpn", r.into(&c.MPN)},
			buildField{"part", part(&c.Part)},
			buildField{"use", part(&c.Use)},
		)
		if err := c.check(len(b.Choose)); err != nil && len(r.faults) == before {
			r.refuse(n, at, err)
		}
		b.Choose = append(b.Choose, c)
	}
}

func (r *buildReader) stock(b *Build) func(ast.Node, string) {
	return func(n ast.Node, at string) {
		var h OnHand
		before := len(r.faults)
		r.mapping(n, at,
			buildField{"manufacturer", r.into(&h.Part.Manufacturer)},
			buildField{"mpn", r.into(&h.Part.MPN)},
			buildField{"standard", r.into(&h.Part.Standard)},
			buildField{"name", r.into(&h.Name)},
			buildField{"value", r.into(&h.Value)},
			buildField{"footprint", r.into(&h.Footprint)},
			buildField{"design", parsed(r, &h.Design, schema.ParseDesign)},
			buildField{"quantity", parsed(r, &h.Quantity, schema.ParseDecimal)},
			buildField{"unit", parsed(r, &h.Unit, parseUnit)},
		)
		if err := h.check(len(b.Stock)); err != nil && len(r.faults) == before {
			r.refuse(n, at, err)
		}
		b.Stock = append(b.Stock, h)
	}
}

func parseUnit(text string) (string, error) {
	unit, known := unitOf(text)
	if !known {
		return "", fmt.Errorf("%s is not a unit known here; write one like m, kg, L", schema.Quote(text))
	}
	return unit, nil
}

func (r *buildReader) cut(b *Build, n ast.Node, at string) {
	length := func(to **schema.Measure) func(ast.Node, string) {
		return func(n ast.Node, at string) {
			var m schema.Measure
			before := len(r.faults)
			if parsed(r, &m, ParseLength)(n, at); len(r.faults) == before {
				*to = &m
			}
		}
	}
	before := len(r.faults)
	r.mapping(n, at, buildField{"stock_length", length(&b.StockLength)}, buildField{"kerf", length(&b.Kerf)})
	switch {
	case len(r.faults) > before:
	case b.StockLength == nil:
		r.fault(n, at, "write stock_length, the length of the bars that are cut")
	case b.StockLength.Value.Sign() == 0:
		r.fault(n, at+".stock_length", "write a length above 0")
	}
}

func (r *buildReader) batch(b *BuildBatch, n ast.Node, at string) {
	r.mapping(n, at,
		buildField{"maker", parsed(r, &b.Maker, schema.ParseName)},
		buildField{"batch", parsed(r, &b.Batch, schema.ParseSerial)},
		buildField{"serials", func(n ast.Node, at string) {
			var parts []string
			r.list(n, at, func(n ast.Node, at string) {
				if text, ok := r.text(n, at); ok {
					parts = append(parts, text)
				}
			})
			patterns, err := schema.ParseSerialPatterns(strings.Join(parts, " "))
			if err != nil {
				r.refuse(n, at, err)
			}
			b.Serials = patterns
		}},
	)
}
