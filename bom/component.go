package bom

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/patternbook/patternbook/schema"
)

// A component is one thing on a schematic or a board, with one designator.
type component struct {
	reference              string
	value, footprint       string
	datasheet, description string
	fallback               string // what the library says of it; of no account for what is equal
	fields                 []componentField
	unfitted               bool
	notInBOM, notOnBoard   bool
	variants               []componentVariant
	source, row            int
}

// A componentField is what a component says beside the four that all have.
type componentField struct{ name, text string }

// A componentVariant is what a component is in a variant of the design. What it
// leaves empty is as in the component.
type componentVariant struct {
	name             string
	fitted           bool
	value, footprint string
	fields           []componentField
}

// set gives a component one of its fields by the name that KiCad has for it.
func (c *component) set(name, text string) {
	name, text = strings.TrimSpace(name), strings.TrimSpace(text)
	if text == "~" { // how KiCad writes an empty field
		text = ""
	}
	switch strings.ToLower(name) {
	case "":
	case "reference":
		c.reference = text
	case "value":
		c.value = text
	case "footprint":
		c.footprint = text
	case "datasheet":
		c.datasheet = text
	case "description":
		c.description = text
	case "ki_description":
		c.fallback = text
	case "ki_keywords", "ki_fp_filters", "ki_locked", "sheetname", "sheetfile", "sheet name", "sheet file", "intersheetrefs":
	default:
		if text == "" {
			return
		}
		for i := range c.fields {
			if c.fields[i].name == name { // said twice: as a field and as a property
				c.fields[i].text = text
				return
			}
		}
		if len(c.fields) < maxColumns/2 {
			c.fields = append(c.fields, componentField{name, text})
		}
	}
}

// flag takes a property that says something by being there.
func (c *component) flag(name, value string) bool {
	on := value == "" || isYes(value)
	switch strings.ToLower(name) {
	case "dnp":
		c.unfitted = on
	case "exclude_from_bom":
		c.notInBOM = on
	case "exclude_from_board":
		c.notOnBoard = on
	case "exclude_from_sim", "exclude_from_pos_files":
	default:
		return false
	}
	return true
}

func isYes(value string) bool { return value == "yes" || value == "1" || value == "true" }

// isVirtual tells whether a designator is one of KiCad's own: #PWR01, #FLG02.
func (c *component) isVirtual() bool { return strings.HasPrefix(c.reference, "#") }

// key is the same for components that are equal but for their designators.
func (c *component) key() string {
	fields := slices.Clone(c.fields)
	slices.SortFunc(fields, func(x, y componentField) int { return strings.Compare(x.name, y.name) })
	var b strings.Builder
	for _, s := range []string{c.value, c.footprint, c.datasheet, c.description} {
		b.WriteString(strconv.Quote(s))
	}
	fmt.Fprint(&b, c.unfitted, c.notInBOM, c.notOnBoard)
	for _, f := range fields {
		fmt.Fprintf(&b, "%q=%q", f.name, f.text)
	}
	for _, v := range c.variants {
		fmt.Fprintf(&b, "%q%t%q%q%q", v.name, v.fitted, v.value, v.footprint, fmt.Sprint(v.fields))
	}
	return b.String()
}

// Components that are alike are one line.
type alike struct {
	component
	references []string
}

// groupComponents makes one group of equal components. Groups and references
// are in the order of designators.
func groupComponents(list []component) []*alike {
	slices.SortStableFunc(list, func(x, y component) int { return compareReferences(x.reference, y.reference) })
	var groups []*alike
	byKey := make(map[string]*alike, len(list))
	for i := range list {
		c := &list[i]
		key := c.key()
		g := byKey[key]
		if g == nil || len(g.references) >= maxReferences {
			g = &alike{component: *c}
			groups = append(groups, g)
			byKey[key] = g
		}
		g.references = append(g.references, cut(c.reference, maxReference))
		if g.fallback == "" {
			g.fallback = c.fallback
		}
	}
	return groups
}

// readComponents makes a BOM of components: equal ones are one line. Their
// fields go the way of a table's columns, so that both are read alike. The first
// source is t's; more are the files that components have as theirs.
func readComponents(t *table, list []component, more ...Source) (*BOM, error) {
	if len(list) > MaxLines {
		return nil, tooLarge(t.source.Path, fmt.Sprintf("it has more than %d components", MaxLines))
	}
	groups := groupComponents(list)
	columns := newComponentColumns(groups)
	t.begin(row{cells: columns.header}, columns.sample(groups))
	if columns.leftOut > 0 {
		t.find(schema.SeverityWarning, "fields-left-out", 0, "", fmt.Sprintf("there are too many different fields; %d of them were left out", columns.leftOut))
	}
	counted := t.hasColumn(fieldQuantity)
	for _, g := range groups {
		lines, tools, findings := len(t.bom.Lines), len(t.bom.Tools), len(t.bom.Findings)
		t.line(row{number: g.row, cells: columns.cells(g)}, 0)
		for i := findings; i < len(t.bom.Findings); i++ {
			t.bom.Findings[i].Source = g.source
		}
		switch {
		case len(t.bom.Lines) > lines:
			g.complete(&t.bom.Lines[lines], counted)
		case len(t.bom.Tools) > tools:
			g.complete(&t.bom.Tools[tools], counted)
		}
	}
	b, err := t.end()
	if err != nil {
		return nil, err
	}
	b.Sources = append(b.Sources, more...)
	return b, nil
}

// complete gives a line what cannot go through cells. counted says that a field
// of the components has their quantity.
func (g *alike) complete(l *Line, counted bool) {
	l.Source, l.References = g.source, nil
	for _, r := range g.references {
		if r != "" {
			l.References = append(l.References, r)
		}
	}
	if !counted {
		l.Quantity = decimalOf(len(g.references))
	}
	l.Fitted = l.Fitted && !g.unfitted
	l.ExcludeFromBOM = l.ExcludeFromBOM || g.notInBOM
	l.ExcludeFromBoard = l.ExcludeFromBoard || g.notOnBoard
	for _, v := range g.variants {
		if v.name != "" && len(l.Variants) < maxOffers {
			l.Variants = append(l.Variants, v.line())
		}
	}
}

func (v *componentVariant) line() LineVariant {
	one := LineVariant{Name: cut(v.name, maxReference), Fitted: v.fitted, Value: cut(v.value, maxName), Footprint: cut(v.footprint, maxName)}
	for _, f := range v.fields {
		switch field, _ := known(f.name); field {
		case fieldManufacturer:
			one.Part.Manufacturer = cut(f.text, maxName)
		case fieldMPN:
			one.Part.MPN = cut(f.text, maxName)
		}
	}
	return one
}

// componentColumns are the header of groups, and where their fields belong.
type componentColumns struct {
	header  []string
	at      map[string]int // by the name of the field
	row     []string       // reused
	leftOut int
}

func newComponentColumns(groups []*alike) *componentColumns {
	c := &componentColumns{header: []string{"References", "Value", "Footprint", "Description", "Datasheet"}, at: map[string]int{}}
	out := map[string]bool{}
	for _, g := range groups {
		for _, f := range g.fields {
			if _, ok := c.at[f.name]; ok {
				continue
			}
			if len(c.header) >= maxColumns/2 {
				out[f.name] = true
				continue
			}
			c.at[f.name] = len(c.header)
			c.header = append(c.header, f.name)
		}
	}
	c.leftOut = len(out)
	c.row = make([]string, len(c.header))
	return c
}

// cells gives the row of a group, valid until the next call.
func (c *componentColumns) cells(g *alike) []string {
	clear(c.row)
	description := g.description
	if description == "" {
		description = g.fallback
	}
	if description == "" && g.value == "" && g.footprint == "" { // or nothing would say what it is
		description = strings.Join(g.references[:1], "")
	}
	copy(c.row, []string{strings.Join(g.references, ","), g.value, g.footprint, description, g.datasheet})
	for _, f := range g.fields {
		if i, ok := c.at[f.name]; ok {
			c.row[i] = f.text
		}
	}
	return c.row
}

// sample gives the first rows, by which ambiguous names of fields are settled.
func (c *componentColumns) sample(groups []*alike) []row {
	var rows []row
	for _, g := range groups[:min(len(groups), sampleRows)] {
		rows = append(rows, row{number: g.row, cells: slices.Clone(c.cells(g))})
	}
	return rows
}
