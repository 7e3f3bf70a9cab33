package bom

import (
	"path"
	"strings"

	"github.com/patternbook/patternbook/schema"
)

// kindWords are the words for kinds, in the form of headerKey. The first four are
// OKH's (https://www.opensourceecology.de/ simple BOM): standard part, part to
// buy, part of open source hardware, module of open source hardware.
var kindWords = func() map[string]Kind {
	m := make(map[string]Kind)
	for kind, words := range map[Kind]string{
		KindStandard:   `std standard standardpart standardteil norm normteil normpart dinteil`,
		KindPurchased:  `buy purchased purchase bought buypart boughtpart offtheshelf cots kaufteil kaufteile zukaufteil zukauf zugekauft procured electronic electronics electrical smd smt tht thruhole throughhole hardware achete comprado acquistato comprada inkoop`,
		KindMade:       `posh made make manufactured manufacture custom custommade fabricated fabricate printed 3dprinted 3dprint 3dprinting fdm sla sls 3dprintedpart printedpart 3dp lasercut lasercutpart machined machinedpart cnc eigenfertigung fertigungsteil eigenteil gefertigt 3ddruck imprime impreso stampato fabrique fabricado`,
		KindAssembly:   `mosh assembly subassembly module baugruppe unterbaugruppe submodule assemblage ensemble conjunto insieme sousensemble subconjunto`,
		KindMaterial:   `material rawmaterial raw rohmaterial halbzeug stock matierepremiere materiaprima`,
		KindConsumable: `consumable consumables verbrauchsmaterial consommable consumible`,
		KindPackaging:  `packaging verpackung emballage embalaje`,
		KindFirmware:   `firmware software`,
		KindTool:       `tool tools werkzeug outil herramienta ferramenta utensile gereedschap`,
	} {
		for word := range strings.FieldsSeq(words) {
			m[word] = kind
		}
	}
	return m
}()

// kind reads the kind, and tells whether the row says it. Without a word for it a
// line is what the section says, standard when it names a standard, or else
// purchased.
func (t *table) kind(d *draft, l *Line) bool {
	l.Kind = KindPurchased
	switch {
	case t.sectionKind != "":
		l.Kind = t.sectionKind
	case l.Part.Standard != "":
		l.Kind = KindStandard
	}
	cell := d.cells[fieldKind]
	if cell == "" {
		return t.sectionKind != ""
	}
	if len(cell) <= 100 {
		if kind, ok := kindWords[headerKey(cell)]; ok {
			l.Kind = kind
			if !isOKHType(cell) && cell != string(kind) {
				l.keepColumn(d.columns[fieldKind], cell)
			}
			return true
		}
	}
	l.keepColumn(d.columns[fieldKind], cell)
	return t.sectionKind != ""
}

// okhReference reads OKH's REFERENCE: what it is depends on the kind.
func (t *table) okhReference(d *draft, l *Line) {
	cell, c := d.cells[fieldOKHReference], d.columns[fieldOKHReference]
	if cell == "" {
		if l.Kind != KindAssembly && l.Kind != KindMade {
			return
		}
		if c := t.headerOf(fieldOKHReference); c != "" {
			t.find(schema.SeverityWarning, "reference-missing", d.row, c, "a line of kind "+string(l.Kind)+" names its design or manifest here")
		}
		return
	}
	short := cut(tidy(cell), maxName)
	switch {
	case l.Kind == KindAssembly:
		l.Assembly = &Assembly{Reference: short}
	case l.Kind == KindMade:
		t.file(l, c, cell, d.row)
	case isURL(cell):
		l.keepColumn(c, cell)
		return
	case l.Kind == KindStandard:
		l.Part.Standard = short
	case l.Value == "":
		l.Value = short
	default:
		l.keepColumn(c, cell)
		return
	}
	if short != cell {
		l.keepColumn(c, cell)
	}
}

func isURL(s string) bool {
	return strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://")
}

// file adds the path of a file of the design. A leading slash is the design's
// root.
func (t *table) file(l *Line, c *column, cell string, row int) {
	p := strings.TrimLeft(strings.ReplaceAll(cell, `\`, "/"), "/")
	if p != "" {
		p = path.Clean(p)
	}
	if err := schema.CheckPath(p); err != nil || isURL(cell) {
		l.keepColumn(c, cell)
		t.find(schema.SeverityWarning, "file-unusable", row, c.header, schema.Quote(cell)+" is not the path of a file in the design")
		return
	}
	if len(l.Files) >= maxFiles {
		l.keepColumn(c, cell)
		return
	}
	l.Files = append(l.Files, p)
	if "/"+p != cell && p != cell {
		l.keepColumn(c, cell)
	}
}

func (t *table) filesAndAssembly(d *draft, l *Line) {
	if cell := d.cells[fieldFiles]; cell != "" {
		for p := range strings.SplitSeq(cell, ";") {
			if p = strings.TrimSpace(p); p != "" {
				t.file(l, d.columns[fieldFiles], p, d.row)
			}
		}
	}
	cell := d.cells[fieldAssembly]
	if cell == "" {
		return
	}
	if l.Kind == KindAssembly && l.Assembly == nil {
		l.Assembly = &Assembly{Reference: tidy(t.limit(d, fieldAssembly))}
		return
	}
	l.keepColumn(d.columns[fieldAssembly], cell)
}
