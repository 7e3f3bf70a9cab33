package schema

import (
	"slices"
	"strings"
)

// A licenceExpr is an SPDX expression: a licence, or two expressions with AND or
// OR between them.
//
// The grammar: https://spdx.github.io/spdx-spec/v2.3/SPDX-license-expressions/
type licenceExpr struct {
	op          string // AND, OR, or "" for a licence
	left, right *licenceExpr
	id          string
	later       bool   // with a +
	exception   string // behind WITH
}

const (
	maxLicence      = 1000 // characters
	maxLicenceDepth = 32   // parentheses
)

// ParseLicence reads an SPDX expression and gives its normal form: operators in
// upper case, ids as the SPDX License List writes them, current ids in the
// place of deprecated ones, no needless parentheses. Names that are not SPDX's
// but mean one of its licences without a doubt are taken for it; each note says
// what was changed. The error is of kind Invalid and says what would be right.
func ParseLicence(s string) (expr string, notes []string, err error) {
	p := &licenceParser{}
	e, err := p.parse(s)
	if err != nil {
		return "", nil, err
	}
	return e.String(), p.notes, nil
}

// parseExpression is ParseLicence without its notes.
func parseExpression(s string) (*licenceExpr, error) { return new(licenceParser).parse(s) }

// String writes the expression in its normal form.
func (e *licenceExpr) String() string {
	if e.op == "" {
		s := e.id
		if e.later {
			s += "+"
		}
		if e.exception != "" {
			s += " WITH " + e.exception
		}
		return s
	}
	return e.side(e.left) + " " + e.op + " " + e.side(e.right)
}

// side writes one side of an expression: AND binds more strongly than OR.
func (e *licenceExpr) side(s *licenceExpr) string {
	if e.op == "AND" && s.op == "OR" {
		return "(" + s.String() + ")"
	}
	return s.String()
}

type licenceParser struct {
	tokens []string
	depth  int
	notes  []string
}

func (p *licenceParser) parse(s string) (*licenceExpr, error) {
	if len(s) > maxLicence {
		return nil, invalid("the licence has more than 1000 characters", "write an SPDX expression, like CERN-OHL-S-2.0")
	}
	p.tokens = licenceTokens(s)
	if len(p.tokens) == 0 {
		return nil, invalid("there is no licence", "write an SPDX expression, like CERN-OHL-S-2.0")
	}
	e, err := p.either()
	if err != nil {
		return nil, err
	}
	if len(p.tokens) > 0 {
		return nil, invalid(Quote(s)+" is not an SPDX expression: "+Quote(p.tokens[0])+" stands where AND, OR or the end is expected",
			"write ids with AND or OR between them, like CERN-OHL-S-2.0 OR GPL-3.0-or-later")
	}
	return e, nil
}

// licenceTokens splits an expression into parentheses, operators and names. A
// name may be of several words, like "CERN OHL v1.2".
func licenceTokens(s string) []string {
	s = orLater.ReplaceAllString(s, "+")
	s = strings.NewReplacer("(", " ( ", ")", " ) ").Replace(s)
	var tokens, name []string
	flush := func() {
		if len(name) > 0 {
			tokens = append(tokens, strings.Join(name, " "))
			name = nil
		}
	}
	for word := range strings.FieldsSeq(s) {
		switch upper := strings.ToUpper(word); upper {
		case "(", ")", "AND", "OR", "WITH":
			flush()
			tokens = append(tokens, upper)
		default:
			name = append(name, word)
		}
	}
	flush()
	return tokens
}

func (p *licenceParser) next() string {
	if len(p.tokens) == 0 {
		return ""
	}
	return p.tokens[0]
}

func (p *licenceParser) take(token string) bool {
	if p.next() != token {
		return false
	}
	p.tokens = p.tokens[1:]
	return true
}

func (p *licenceParser) either() (*licenceExpr, error) { return p.chain("OR", p.both) }

func (p *licenceParser) both() (*licenceExpr, error) { return p.chain("AND", p.one) }

func (p *licenceParser) chain(op string, operand func() (*licenceExpr, error)) (*licenceExpr, error) {
	left, err := operand()
	if err != nil {
		return nil, err
	}
	for p.take(op) {
		right, err := operand()
		if err != nil {
			return nil, err
		}
		left = &licenceExpr{op: op, left: left, right: right}
	}
	return left, nil
}

func (p *licenceParser) one() (*licenceExpr, error) {
	if p.take("(") {
		if p.depth++; p.depth > maxLicenceDepth {
			return nil, invalid("the licence has too many parentheses", "write an SPDX expression, like CERN-OHL-S-2.0")
		}
		e, err := p.either()
		if err == nil && !p.take(")") {
			err = invalid("the licence lacks a closing parenthesis", "write one ) for each (")
		}
		p.depth--
		return e, err
	}
	name := p.next()
	switch name {
	case "", ")", "AND", "OR", "WITH":
		return nil, invalid("the licence lacks a name where "+Quote(name)+" stands", "write ids with AND or OR between them, like CERN-OHL-S-2.0 OR GPL-3.0-or-later")
	}
	p.tokens = p.tokens[1:]
	e, err := p.licence(name)
	if err != nil || !p.take("WITH") {
		return e, err
	}
	return e, p.exception(e)
}

func (p *licenceParser) exception(e *licenceExpr) error {
	name := p.next()
	i := slices.IndexFunc(licenceExceptions, func(known string) bool { return strings.EqualFold(known, name) })
	if i < 0 {
		return invalid(Quote(name)+" is not an exception that is known here", "write one of SPDX's, like Classpath-exception-2.0")
	}
	p.tokens = p.tokens[1:]
	e.exception = licenceExceptions[i]
	return nil
}

func (p *licenceParser) note(was, is string) {
	p.notes = append(p.notes, Quote(was)+" was read as "+is+", its SPDX name")
}

// licence reads the name of one licence, with a + when any later version will do.
func (p *licenceParser) licence(name string) (*licenceExpr, error) {
	bare, later := strings.CutSuffix(name, "+")
	bare = strings.TrimSpace(bare)
	if ref, ok := licenceRef(bare); ok && !later {
		if e, err := new(licenceParser).licence(ref); err == nil && !strings.HasPrefix(e.id, "LicenseRef-") {
			p.notes = append(p.notes, Quote(name)+" was read as "+e.String()+": LicenseRef- is for licences that SPDX does not list")
			return e, nil
		}
		return &licenceExpr{id: "LicenseRef-" + ref}, nil
	}
	if l, ok := spdxLicences[strings.ToLower(bare)]; ok {
		e := current(l.id, later)
		if e.String() != name {
			p.note(name, e.String())
		}
		return e, nil
	}
	e, err := nearLicence(bare, later)
	if err != nil {
		return nil, err
	}
	p.note(name, e.String())
	return e, nil
}

// licenceRef reads LicenseRef-idstring.
func licenceRef(name string) (string, bool) {
	const prefix = "licenseref-"
	if len(name) <= len(prefix) || !strings.EqualFold(name[:len(prefix)], prefix) {
		return "", false
	}
	ref := name[len(prefix):]
	for i := range len(ref) {
		b := ref[i]
		if (b < 'a' || b > 'z') && (b < 'A' || b > 'Z') && (b < '0' || b > '9') && b != '-' && b != '.' {
			return "", false
		}
	}
	return ref, true
}

// current gives the licence that SPDX names today for an id: GPL-3.0 is
// GPL-3.0-only, GPL-3.0+ is GPL-3.0-or-later.
func current(id string, later bool) *licenceExpr {
	if successor, ok := successors[id]; ok {
		license, exception, _ := strings.Cut(successor, " WITH ")
		return &licenceExpr{id: license, exception: exception}
	}
	base := strings.TrimSuffix(id, "+")
	if id != base {
		later = true
	}
	switch {
	case strings.HasSuffix(base, "-or-later"):
		return &licenceExpr{id: base}
	case later && hasSPDX(strings.TrimSuffix(base, "-only")+"-or-later"):
		return &licenceExpr{id: strings.TrimSuffix(base, "-only") + "-or-later"}
	case !later && hasSPDX(base+"-only"):
		return &licenceExpr{id: base + "-only"}
	}
	return &licenceExpr{id: base, later: later}
}

func hasSPDX(id string) bool {
	_, ok := spdxLicences[strings.ToLower(id)]
	return ok
}

// successors are what SPDX says to use for deprecated ids that are no pair of
// -only and -or-later.
var successors = map[string]string{
	"BSD-2-Clause-FreeBSD": "BSD-2-Clause-Views", "BSD-2-Clause-NetBSD": "BSD-2-Clause", "bzip2-1.0.5": "bzip2-1.0.6", "StandardML-NJ": "SMLNJ",
	"GPL-2.0-with-autoconf-exception": "GPL-2.0-only WITH Autoconf-exception-2.0", "GPL-2.0-with-bison-exception": "GPL-2.0-only WITH Bison-exception-2.2",
	"GPL-2.0-with-classpath-exception": "GPL-2.0-only WITH Classpath-exception-2.0", "GPL-2.0-with-font-exception": "GPL-2.0-only WITH Font-exception-2.0",
	"GPL-2.0-with-GCC-exception": "GPL-2.0-only WITH GCC-exception-2.0", "GPL-3.0-with-autoconf-exception": "GPL-3.0-only WITH Autoconf-exception-3.0",
	"GPL-3.0-with-GCC-exception": "GPL-3.0-only WITH GCC-exception-3.1", "eCos-2.0": "GPL-2.0-or-later WITH eCos-exception-2.0",
	"wxWindows": "GPL-2.0-or-later WITH WxWindows-exception-3.1",
}

// licenceExceptions are the exceptions of SPDX that designs are likely to name.
var licenceExceptions = strings.Fields(`
	389-exception Autoconf-exception-2.0 Autoconf-exception-3.0 Bison-exception-2.2 Bootloader-exception Classpath-exception-2.0
	CLISP-exception-2.0 eCos-exception-2.0 Fawkes-Runtime-exception FLTK-exception Font-exception-2.0 freertos-exception-2.0
	GCC-exception-2.0 GCC-exception-3.1 gnu-javamail-exception GPL-3.0-linking-exception GPL-3.0-linking-source-exception GPL-CC-1.0
	GStreamer-exception-2005 GStreamer-exception-2008 i2p-gpl-java-exception KiCad-libraries-exception LGPL-3.0-linking-exception
	Libtool-exception Linux-syscall-note LLVM-exception LZMA-exception mif-exception OCaml-LGPL-linking-exception OCCT-exception-1.0
	OpenJDK-assembly-exception-1.0 openvpn-openssl-exception PS-or-PDF-font-exception-20170817 Qt-GPL-exception-1.0
	Qt-LGPL-exception-1.1 Qwt-exception-1.0 SHL-2.0 SHL-2.1 Swift-exception u-boot-exception-2.0 Universal-FOSS-exception-1.0
	WxWindows-exception-3.1`)
