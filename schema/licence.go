package schema

import (
	_ "embed"
	"strings"
)

//go:embed spdx_ids.txt
var spdxText string

// An spdxLicence is one entry of the SPDX License List.
type spdxLicence struct {
	id         string
	deprecated bool
	found      bool // open or free, as the OSI or the FSF has found
}

// spdxLicences are the entries by their ids in lower case.
var spdxLicences = func() map[string]spdxLicence {
	all := make(map[string]spdxLicence)
	for line := range strings.Lines(spdxText) {
		words := strings.Fields(line)
		if len(words) == 0 || words[0] == "#" {
			continue
		}
		l := spdxLicence{id: words[0]}
		for _, flag := range words[1:] {
			l.deprecated = l.deprecated || flag == "deprecated"
			l.found = l.found || flag == "osi" || flag == "fsf"
		}
		all[strings.ToLower(l.id)] = l
	}
	return all
}()

// A LicenceClass tells how far a licence asks that what is made of a work stays
// open.
type LicenceClass string

// The classes of licences.
const (
	Permissive         LicenceClass = "permissive" // asks at most for credit
	WeaklyReciprocal   LicenceClass = "weak"       // asks it of changes, not of what a work becomes a part of
	StronglyReciprocal LicenceClass = "strong"     // asks it of everything that contains the work
	NotOpen            LicenceClass = "not_open"   // withholds a freedom, see [CheckOpen]
	UnknownClass       LicenceClass = "unknown"
)

// classes gives the class of the ids that are, or begin with, a pattern. The
// first match counts.
var classes = []struct {
	class    LicenceClass
	patterns string
}{
	{NotOpen, `CC-BY-NC- CC-BY-ND- NCGL-UK-2.0 NPOSL-3.0 PolyForm- Aladdin BUSL-1.1 SSPL-1.0 Elastic-2.0 Hippocratic-2.1 C-UDA-1.0
		BSD-3-Clause-No-Military-License BSD-3-Clause-No-Nuclear-License JSON CPOL-1.02 MS-LPL CC-BY-SA-NC`},
	{StronglyReciprocal, `CERN-OHL-1.1 CERN-OHL-1.2 CERN-OHL-S- CC-BY-SA- CC-SA-1.0 GPL- AGPL- TAPR-OHL- OSL- EUPL- CECILL-1 CECILL-2
		ODbL- LAL- GFDL- copyleft-next- RPL- MS-RL OFL- QPL- Sleepycat`},
	{WeaklyReciprocal, `CERN-OHL-W- LGPL- MPL- EPL- CDDL- CECILL-C CPL- APSL- SPL-1.0 IPL-1.0 CPAL-`},
	{Permissive, `CERN-OHL-P- CC0-1.0 CC-BY- CC-PDDC CC-PDM- MIT Apache- BSD- 0BSD ISC Zlib Unlicense SHL- BSL-1.0 ECL- AFL- UPL- X11 NCSA
		PostgreSQL BlueOak- FSFAP WTFPL PDDL- ODC-By- CECILL-B Artistic-2.0 Python- PSF- HPND Libpng curl`},
}

// classOf gives the class of one SPDX id.
func classOf(id string) LicenceClass {
	for _, c := range classes {
		for pattern := range strings.FieldsSeq(c.patterns) {
			if id == pattern || strings.HasSuffix(pattern, "-") && strings.HasPrefix(id, pattern) ||
				(pattern == "MIT" || pattern == "HPND") && strings.HasPrefix(id, pattern+"-") {
				return c.class
			}
		}
	}
	return UnknownClass
}

// ClassOfLicence gives the class of an SPDX expression: of alternatives (OR) the
// least demanding, of parts under different licences (AND) the most demanding.
func ClassOfLicence(expr string) LicenceClass {
	e, err := parseExpression(expr)
	if err != nil {
		return UnknownClass
	}
	return e.class()
}

var classRank = map[LicenceClass]int{Permissive: 0, WeaklyReciprocal: 1, StronglyReciprocal: 2, UnknownClass: 3, NotOpen: 4}

func (e *licenceExpr) class() LicenceClass {
	if e.op == "" {
		return classOf(e.id)
	}
	a, b := e.left.class(), e.right.class()
	if (classRank[a] < classRank[b]) == (e.op == "OR") {
		return a
	}
	return b
}

// CheckOpen tells whether hardware may be published under an SPDX expression:
// everybody may study, change, make and sell it. The error, of kind Invalid,
// names the freedom that is missing. A licence that is not known to be open
// (an unknown LicenseRef-, a proprietary one) is refused; of alternatives one
// open licence is enough.
//
// What open means: https://oshwa.org/definition, items 3 to 9.
func CheckOpen(expr string) error {
	if strings.TrimSpace(expr) == "" {
		return invalid("there is no licence, so nobody else may use the design", "choose an open hardware licence, like CERN-OHL-S-2.0, CERN-OHL-W-2.0 or CERN-OHL-P-2.0")
	}
	e, err := parseExpression(expr)
	if err != nil {
		return err
	}
	return e.checkOpen()
}

func (e *licenceExpr) checkOpen() error {
	switch e.op {
	case "OR":
		if err := e.left.checkOpen(); err != nil {
			if e.right.checkOpen() == nil {
				return nil
			}
			return err
		}
		return nil
	case "AND":
		if err := e.left.checkOpen(); err != nil {
			return err
		}
		return e.right.checkOpen()
	}
	why := closedBecause(e.id)
	if why == "" {
		return nil
	}
	return invalid(e.id+" is not a licence that Patternbook publishes under: "+why, "choose an open hardware licence, like CERN-OHL-S-2.0, CERN-OHL-W-2.0 or CERN-OHL-P-2.0")
}

// closedBecause says which freedom a licence withholds, "" for an open one.
func closedBecause(id string) string {
	nc, nd := strings.Contains(id, "-NC"), strings.Contains(id, "-ND")
	switch class := classOf(id); {
	case class == NotOpen && nc && nd:
		return "it does not allow commercial use (NC) and does not allow changes (ND)"
	case class == NotOpen && (nc || strings.HasPrefix(id, "NC") || strings.HasPrefix(id, "PolyForm") || strings.HasPrefix(id, "NPOSL")):
		return "it does not allow commercial use (NC)"
	case class == NotOpen && nd:
		return "it does not allow changes (ND)"
	case class == NotOpen:
		return "it forbids some kinds of use"
	case class != UnknownClass || spdxLicences[strings.ToLower(id)].found:
		return ""
	}
	return "it is not known to be an open licence"
}

// licence reads one licence for all, or those of hardware, documentation and
// software.
func (r *manifestReader) licence(f *treeField) {
	l := &r.m.Licences
	if f.value.kind != tableNode {
		l.Hardware = r.licenceText(f.key, f.value)
		return
	}
	for _, g := range f.value.fields {
		if g.value.kind == nullNode {
			r.info("empty-value", g.value, f.key+"."+g.key, "the key has no value; it was left out")
			continue
		}
		at := f.key + "." + g.key
		switch normalKey(g.key) {
		case "hardware":
			l.Hardware = r.licenceText(at, g.value)
		case "documentation":
			l.Documentation = r.licenceText(at, g.value)
		case "software":
			l.Software = r.licenceText(at, g.value)
		default:
			r.unknownKey(f.key+".", g, []string{"hardware", "documentation", "software"})
			r.keepAs(at, g)
		}
	}
	if l.Hardware == "" && l.Documentation != "" {
		l.Hardware = l.Documentation
		r.warn("licence-from-documentation", f.value, f.key, "there is no licence of the hardware; that of the documentation was taken: write hardware")
	}
}

// licenceText brings a licence to SPDX. What cannot be read stays as it is, and
// publishing under it is refused unless another licence is given.
func (r *manifestReader) licenceText(field string, n *node) string {
	if n.kind == listNode && len(n.items) > 1 {
		r.warn("licence-list", n, field, "several licences were read as holding together (AND); write OR between those that one may choose from")
		var parts []string
		for _, item := range n.items {
			if text := r.licenceText(field, item); text != "" {
				parts = append(parts, "("+text+")")
			}
		}
		if expr, _, err := ParseLicence(strings.Join(parts, " AND ")); err == nil {
			return expr
		}
		return strings.Join(parts, " AND ")
	}
	text := r.scalar(field, n)
	if text == "" {
		return ""
	}
	expr, notes, err := ParseLicence(text)
	if err != nil {
		r.warn("licence-not-spdx", n, field, err.Error())
		return text
	}
	for _, note := range notes {
		r.info("licence-normalised", n, field, note)
	}
	return expr
}
