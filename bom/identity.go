package bom

import (
	"cmp"
	"slices"
	"strings"

	"golang.org/x/text/cases"

	"github.com/patternbook/patternbook/schema"
)

// An identity is what makes two lines the same thing to buy or make: the part,
// the unit it is counted in, and the parameters by which it is rounded.
type identity struct {
	by        string // mpn, standard, bought, files, made, release, assembly
	a, b, c   string
	unit      string
	attrition schema.Decimal
	setup     schema.Decimal
	multiple  schema.Decimal
	size      string // of one piece, where pieces are counted: 180 mm of rod are not 300 mm
}

// identityOf tells what line i of the branch is equal by: manufacturer and MPN,
// else standard, else, if bought, name, value and footprint; what is made by
// the digests of its files, else by its name in its design; an assembly that is
// not opened by its release, else by what its line says it is. Case and spaces
// do not count. Pieces of different sizes stay apart.
func (br *branch) identityOf(i int) identity {
	l := &br.lines[i]
	id := identity{unit: l.Unit, attrition: l.AttritionPercent, setup: l.SetupQuantity, multiple: cmp.Or(l.RoundingMultiple, one)}
	if id.attrition.Sign() == 0 {
		id.attrition = schema.Decimal{}
	}
	if id.setup.Sign() == 0 {
		id.setup = schema.Decimal{}
	}
	if l.PieceSize != nil && l.Unit == Pieces {
		id.size = sizeText(*l.PieceSize)
	}
	br.identify(&id, i)
	return id
}

func (br *branch) identify(id *identity, i int) {
	l := &br.lines[i]
	if l.Kind == KindAssembly {
		br.identifyAssembly(id, i)
		return
	}
	switch {
	case l.Part.MPN != "":
		id.by, id.a, id.b = "mpn", fold(l.Part.Manufacturer), fold(l.Part.MPN)
	case l.Part.Standard != "":
		id.by, id.a = "standard", fold(l.Part.Standard)
	case !l.Part.Digest.IsZero():
		id.by, id.a = "files", l.Part.Digest.String()
	case l.Kind == KindMade:
		if digests := br.filesOf(l); digests != "" {
			id.by, id.a = "files", digests
			return
		}
		id.by, id.a, id.b = "made", br.scope(), fold(l.Name)
	default:
		id.by, id.a, id.b, id.c = "bought", fold(l.Name), fold(l.Value), fold(l.Footprint)
	}
}

func (br *branch) identifyAssembly(id *identity, i int) {
	l := &br.lines[i]
	switch pin, pinned := br.pins[i]; {
	case pinned:
		id.by, id.a, id.b = "release", pin.Release.String(), fold(pin.Variant)
	case l.Assembly != nil && l.Assembly.Reference != "":
		id.by, id.a = "assembly", l.Assembly.Reference
	default:
		id.by, id.a, id.b = "assembly", br.scope(), fold(l.Name)
	}
}

// scope names the design within which made parts are equal by name: in every
// version of it.
func (br *branch) scope() string {
	if br.Design.IsZero() {
		return br.Release.String()
	}
	return br.Design.String()
}

// filesOf gives the digests of a made part's files, in order, or "" when it has
// none or one of them is not known.
func (br *branch) filesOf(l *Line) string {
	digests := make([]string, 0, len(l.Files))
	for _, f := range l.Files {
		d, known := br.Files[f]
		if !known {
			return ""
		}
		digests = append(digests, d.String())
	}
	slices.Sort(digests)
	return strings.Join(slices.Compact(digests), " ")
}

var folder = cases.Fold()

// Fold gives the form in which names of parts and lots that differ by case or spaces
// alone are equal.
func Fold(s string) string { return fold(s) }

// fold gives the form in which texts that differ by case or spaces alone are equal.
func fold(s string) string {
	plain := true
	for i := range len(s) {
		if c := s[i]; c >= 0x80 || c >= 'A' && c <= 'Z' || c < ' ' || c == ' ' && (i == 0 || i == len(s)-1 || s[i-1] == ' ') {
			plain = false
			break
		}
	}
	if plain {
		return s
	}
	s = tidy(s)
	for i := range len(s) {
		if s[i] >= 0x80 {
			return folder.String(s)
		}
	}
	return strings.ToLower(s)
}

// tidy makes one space of every run of white space, and none at the ends.
func tidy(s string) string {
	if isTidy(s) {
		return s
	}
	return strings.Join(strings.Fields(s), " ")
}

// isTidy tells whether s has nothing that tidy would change, for sure: nearly all
// cells have not.
func isTidy(s string) bool {
	space := true
	for i := range len(s) {
		switch c := s[i]; {
		case c == ' ' && space, c < ' ', c >= 0x80:
			return false
		default:
			space = c == ' '
		}
	}
	return !space || s == ""
}
