package schema

import (
	"slices"
	"strings"
)

// Compatibility tells whether a fork may be under its licence.
type Compatibility string

// The answers of [Compatible].
const (
	LicencesFit          Compatibility = "compatible"
	Incompatible         Compatibility = "incompatible"
	CompatibilityUnknown Compatibility = "unknown" // no rule covers the pair: to be flagged, not blocked
)

var compatibilityRank = map[Compatibility]int{Incompatible: 0, CompatibilityUnknown: 1, LicencesFit: 2}

// A verdict is an answer with the stable name of the rule that gave it.
type verdict struct {
	answer Compatibility
	rule   string
}

func (v verdict) above(w verdict) bool {
	return compatibilityRank[v.answer] > compatibilityRank[w.answer]
}

// Compatible tells whether a design derived from one under the licence parent
// may be published under the licence child (both SPDX expressions), and the
// stable name of the rule that says so. It speaks of the licence of the
// hardware alone, and is no legal advice: what no rule here covers is unknown,
// with the rule "no-rule".
//
// When the parent offers alternatives (OR), one that allows it is enough; when
// the child does, each must be allowed, for anybody may choose it. All parts of
// a parent (AND) must allow it; a child is measured by the part that fits.
func Compatible(parent, child string) (Compatibility, string) {
	p, err1 := parseExpression(parent)
	c, err2 := parseExpression(child)
	if err1 != nil || err2 != nil {
		return CompatibilityUnknown, "not-spdx"
	}
	if p.String() == c.String() {
		return LicencesFit, "same-licence"
	}
	v := weigh(p, c)
	return v.answer, v.rule
}

func weigh(parent, child *licenceExpr) verdict {
	either := func(a, b verdict, best bool) verdict {
		if b.above(a) == best && a.answer != b.answer {
			return b
		}
		return a
	}
	switch {
	case child.op == "OR":
		return either(weigh(parent, child.left), weigh(parent, child.right), false)
	case parent.op == "OR":
		return either(weigh(parent.left, child), weigh(parent.right, child), true)
	case parent.op == "AND":
		return either(weigh(parent.left, child), weigh(parent.right, child), false)
	case child.op == "AND":
		return either(weigh(parent, child.left), weigh(parent, child.right), true)
	case child.exception != "" && child.exception != parent.exception && classOf(parent.id) != Permissive:
		return verdict{CompatibilityUnknown, "added-exception"}
	}
	return weighOne(parent, child)
}

// A shareAlike rule covers the licences of one family.
type shareAlike struct {
	parent string // id, or the beginning of ids when it ends with a hyphen
	rule   string
	allow  []string // children besides the parent itself
	doubt  []string // children that nothing is said of here
}

// shareAlikes lists what may follow a reciprocal licence. A child that is
// neither allowed nor in doubt is incompatible.
var shareAlikes = []shareAlike{
	// Section 3.3 d): modified Covered Source is licensed under this licence as a
	// whole, or under a later version where section 8.3 lets it. There is none yet.
	{parent: "CERN-OHL-S-2.0", rule: "cern-ohl-s-2.0-section-3.3"},
	// Section 3.3 d) as above; section 8.3 lets Covered Source be treated as under
	// CERN-OHL-S when all Available Components fit that licence, too. Whether they
	// do is for the author to know.
	{parent: "CERN-OHL-W-2.0", rule: "cern-ohl-w-2.0-section-3.3", allow: []string{"CERN-OHL-S-2.0"}},
	// Versions 1.1 and 1.2 want modified documentation under the same licence. What
	// they mean for version 2, which came as three licences, is disputed.
	{parent: "CERN-OHL-1.1", rule: "cern-ohl-1-same-licence", allow: []string{"CERN-OHL-1.2"}, doubt: []string{"CERN-OHL-S-2.0", "CERN-OHL-W-2.0"}},
	{parent: "CERN-OHL-1.2", rule: "cern-ohl-1-same-licence", doubt: []string{"CERN-OHL-1.1", "CERN-OHL-S-2.0", "CERN-OHL-W-2.0"}},
	{parent: "TAPR-OHL-1.0", rule: "tapr-ohl-same-licence"},
	// Section 3(b)(1): the same elements, this version or later, or a BY-SA
	// Compatible License: https://creativecommons.org/share-your-work/licensing-considerations/compatible-licenses
	// lists GPL-3.0 (one way, no later version) and the Free Art License 1.3.
	{parent: "CC-BY-SA-4.0", rule: "cc-by-sa-4.0-section-3b", allow: []string{"GPL-3.0-only", "LAL-1.3"}, doubt: []string{"GPL-3.0-or-later"}},
	// Section 4(b) of 3.0, 2.5 and 2.0: this version, a later one with the same
	// elements, or another jurisdiction's of the same elements.
	{parent: "CC-BY-SA-3.0", rule: "cc-by-sa-3.0-section-4b", allow: []string{"CC-BY-SA-3.0-", "CC-BY-SA-4.0"}},
	{parent: "CC-BY-SA-3.0-", rule: "cc-by-sa-3.0-section-4b", allow: []string{"CC-BY-SA-3.0", "CC-BY-SA-3.0-", "CC-BY-SA-4.0"}},
	{parent: "CC-BY-SA-2.5", rule: "cc-by-sa-2.x-section-4b", allow: []string{"CC-BY-SA-3.0", "CC-BY-SA-3.0-", "CC-BY-SA-4.0"}},
	{parent: "CC-BY-SA-2.1-", rule: "cc-by-sa-2.x-section-4b", allow: []string{"CC-BY-SA-2.5", "CC-BY-SA-3.0", "CC-BY-SA-3.0-", "CC-BY-SA-4.0"}},
	{parent: "CC-BY-SA-2.0", rule: "cc-by-sa-2.x-section-4b", allow: []string{"CC-BY-SA-2.0-", "CC-BY-SA-2.1-", "CC-BY-SA-2.5", "CC-BY-SA-3.0", "CC-BY-SA-3.0-", "CC-BY-SA-4.0"}},
	{parent: "CC-BY-SA-2.0-", rule: "cc-by-sa-2.x-section-4b", allow: []string{"CC-BY-SA-2.0", "CC-BY-SA-2.1-", "CC-BY-SA-2.5", "CC-BY-SA-3.0", "CC-BY-SA-3.0-", "CC-BY-SA-4.0"}},
	// 1.0 knows no later version.
	{parent: "CC-BY-SA-1.0", rule: "cc-by-sa-1.0-same-licence"},
	{parent: "CC-SA-1.0", rule: "cc-sa-1.0-same-licence"},
	// GPL: a work based on the program is under this licence as a whole (section 5
	// of version 3, section 2 of version 2); "or later" lets it go on to a later
	// one. Section 13 of GPL 3 and AGPL 3 lets the two be combined, which a fork
	// may or may not be.
	{parent: "GPL-3.0-only", rule: "gpl-3.0-section-5", doubt: []string{"AGPL-3.0-"}},
	{parent: "GPL-3.0-or-later", rule: "gpl-3.0-section-5", allow: []string{"GPL-3.0-only"}, doubt: []string{"AGPL-3.0-"}},
	{parent: "GPL-2.0-only", rule: "gpl-2.0-section-2"},
	{parent: "GPL-2.0-or-later", rule: "gpl-2.0-section-2", allow: []string{"GPL-2.0-only", "GPL-3.0-"}, doubt: []string{"AGPL-3.0-"}},
	{parent: "AGPL-3.0-only", rule: "agpl-3.0-section-5", doubt: []string{"GPL-3.0-"}},
	{parent: "AGPL-3.0-or-later", rule: "agpl-3.0-section-5", allow: []string{"AGPL-3.0-only"}, doubt: []string{"GPL-3.0-"}},
	// Section 3 of LGPL 2.1 lets the GPL, version 2 or later, be applied instead;
	// LGPL 3 is GPL 3 with further permissions, which section 7 lets one remove.
	{parent: "LGPL-2.1-only", rule: "lgpl-2.1-section-3", allow: []string{"GPL-2.0-", "GPL-3.0-"}},
	{parent: "LGPL-2.1-or-later", rule: "lgpl-2.1-section-3", allow: []string{"LGPL-2.1-only", "LGPL-3.0-", "GPL-2.0-", "GPL-3.0-"}},
	{parent: "LGPL-3.0-only", rule: "lgpl-3.0-gpl-3.0-section-7", allow: []string{"GPL-3.0-only"}, doubt: []string{"GPL-3.0-or-later"}},
	{parent: "LGPL-3.0-or-later", rule: "lgpl-3.0-gpl-3.0-section-7", allow: []string{"LGPL-3.0-only", "GPL-3.0-"}},
	// Section 3.1: modifications stay under this licence; section 3.3 speaks of
	// larger works with the GPL family, which a fork may or may not be.
	{parent: "MPL-2.0", rule: "mpl-2.0-section-3.1", doubt: []string{"GPL-", "LGPL-", "AGPL-"}},
}

func weighOne(parent, child *licenceExpr) verdict {
	if closedBecause(child.id) != "" {
		if strings.HasPrefix(child.id, "LicenseRef-") {
			return verdict{CompatibilityUnknown, "no-rule"}
		}
		return verdict{Incompatible, "not-open"}
	}
	if parent.id == child.id {
		if parent.later || !child.later || classOf(parent.id) == Permissive {
			return verdict{LicencesFit, "same-licence"}
		}
		// A later version would be allowed that the parent does not allow.
		return verdict{CompatibilityUnknown, "later-version"}
	}
	if classOf(parent.id) == Permissive {
		return verdict{LicencesFit, "permissive"}
	}
	for _, s := range shareAlikes {
		if !matchesID(parent.id, s.parent) {
			continue
		}
		matches := func(pattern string) bool { return matchesID(child.id, pattern) }
		switch {
		case slices.ContainsFunc(s.allow, matches):
			return verdict{LicencesFit, s.rule}
		case slices.ContainsFunc(s.doubt, matches), parent.later, classOf(child.id) == UnknownClass:
			return verdict{CompatibilityUnknown, s.rule}
		}
		return verdict{Incompatible, s.rule}
	}
	return verdict{CompatibilityUnknown, "no-rule"}
}

// matchesID compares an id with another, or with the beginning of ids. CC-BY-SA-3.0-
// stands for the ports of that licence, and not for it itself.
func matchesID(id, pattern string) bool {
	return id == pattern || strings.HasSuffix(pattern, "-") && strings.HasPrefix(id, pattern)
}
