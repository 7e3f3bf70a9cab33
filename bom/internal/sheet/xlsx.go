package sheet

import (
	"path"
	"strconv"
	"strings"
)

// An xlsx is an Office Open XML workbook: a zip archive with a part for the list
// of sheets, one for each sheet, one for the texts that cells share and one for
// the number formats.
type xlsx struct {
	book     *Book
	archive  *archive
	sheets   []Sheet
	parts    []string // of the sheets
	date1904 bool
	strings  []string
	formats  []format // by the style of cells
}

// A relation is what one part names another by.
type relation struct{ kind, target string }

func openXLSX(b *Book, a *archive) (*xlsx, error) {
	x := &xlsx{book: b, archive: a}
	workbook := "xl/workbook.xml"
	if relations, err := a.relations(""); err == nil {
		for _, r := range relations {
			if r.kind == "officeDocument" && a.has(r.target) {
				workbook = r.target
			}
		}
	}
	relations, err := a.relations(workbook)
	if err != nil {
		return nil, err
	}
	if err := x.readWorkbook(workbook, relations); err != nil {
		return nil, err
	}
	if len(x.sheets) == 0 {
		return nil, damaged("it has no sheet of cells")
	}
	folder := path.Dir(workbook)
	if err := x.readStyles(partOf(relations, "styles", folder+"/styles.xml")); err != nil {
		return nil, err
	}
	return x, x.readStrings(partOf(relations, "sharedStrings", folder+"/sharedStrings.xml"))
}

func partOf(relations map[string]relation, kind, otherwise string) string {
	for _, r := range relations {
		if r.kind == kind {
			return r.target
		}
	}
	return otherwise
}

// relations reads what a part, or the whole, refers to, by id. There may be nothing.
func (a *archive) relations(part string) (map[string]relation, error) {
	folder, file := path.Split(part)
	name := folder + "_rels/" + file + ".rels"
	found := map[string]relation{}
	if !a.has(name) {
		return found, nil
	}
	s, err := a.scan(name)
	if err != nil {
		return nil, err
	}
	for {
		t, err := s.next()
		if err != nil || t == endOfFile {
			return found, err
		}
		if t != startTag || !s.is("Relationship") || string(s.attr("TargetMode")) == "External" || len(found) > MaxEntries {
			continue
		}
		target := strings.ReplaceAll(string(s.attr("Target")), `\`, "/")
		if !strings.HasPrefix(target, "/") {
			target = folder + target
		}
		found[string(s.attr("Id"))] = relation{kind: path.Base(string(s.attr("Type"))), target: entryKey(target)}
	}
}

// readWorkbook reads the list of sheets.
func (x *xlsx) readWorkbook(name string, relations map[string]relation) error {
	s, err := x.archive.scan(name)
	if err != nil {
		return err
	}
	for n := 0; ; {
		t, err := s.next()
		if err != nil || t == endOfFile {
			return err
		}
		switch {
		case t != startTag:
		case s.is("workbookPr"):
			date := string(s.attr("date1904"))
			x.date1904 = date == "1" || date == "true"
		case s.is("sheet"):
			n++
			r, known := relations[string(s.attr("id"))]
			if !known {
				r = relation{kind: "worksheet", target: path.Dir(name) + "/worksheets/sheet" + strconv.Itoa(n) + ".xml"}
			}
			if r.kind != "worksheet" || !x.archive.has(r.target) { // a chart, a dialogue, or what was taken away
				continue
			}
			if len(x.sheets) == MaxSheets {
				return large("it has more than %d sheets", MaxSheets)
			}
			state := string(s.attr("state"))
			x.sheets = append(x.sheets, Sheet{Index: len(x.sheets), Name: clean(s.attr("name")), Hidden: state == "hidden" || state == "veryHidden"})
			x.parts = append(x.parts, r.target)
		}
	}
}

// readStyles reads the number format of each style that cells may have.
func (x *xlsx) readStyles(name string) error {
	if !x.archive.has(name) {
		return nil
	}
	s, err := x.archive.scan(name)
	if err != nil {
		return err
	}
	const most = 1 << 16 // styles and formats; spreadsheet programs stop there too
	codes := map[int]format{}
	for within := false; ; {
		t, err := s.next()
		if err != nil || t == endOfFile {
			return err
		}
		switch {
		case s.is("cellXfs"):
			within = t == startTag
		case t != startTag:
		case s.is("numFmt") && len(codes) < most:
			codes[s.number("numFmtId", -1)] = parseFormat(string(s.attr("formatCode")))
		case s.is("xf") && within && len(x.formats) < most:
			id := s.number("numFmtId", 0)
			f, own := codes[id]
			if !own {
				f = builtin(id)
			}
			x.formats = append(x.formats, f)
		}
	}
}

// readStrings reads the texts that cells share.
func (x *xlsx) readStrings(name string) error {
	if !x.archive.has(name) {
		return nil
	}
	s, err := x.archive.scan(name)
	if err != nil {
		return err
	}
	for {
		t, err := s.next()
		if err != nil || t == endOfFile {
			return err
		}
		if t != startTag || !s.is("si") {
			continue
		}
		if len(x.strings) == MaxStrings {
			return large("it has more than %d texts", MaxStrings)
		}
		shared, err := richText(s)
		if err != nil {
			return err
		}
		x.strings = append(x.strings, shared)
	}
}

// richText reads the text of an element si or is, whose start was given: that of
// its t, in one or in several runs, but not the phonetic hints of Japanese.
func richText(s *scanner) (string, error) {
	var parts []byte
	depth, within := 1, false
	for depth > 0 {
		t, err := s.next()
		if err != nil {
			return "", err
		}
		switch t {
		case startTag:
			if s.is("rPh") {
				if err := s.skip(); err != nil {
					return "", err
				}
				continue
			}
			depth++
			within = s.is("t")
		case endTag:
			depth--
			within = false
		case text:
			if within {
				parts = append(parts, s.text...)
			}
		case endOfFile:
			return "", s.malformed("a text has no end")
		}
	}
	return unescape(clean(parts)), nil
}

// clean gives valid UTF-8 without NUL.
func clean(b []byte) string {
	s := strings.ToValidUTF8(string(b), "\uFFFD")
	if strings.IndexByte(s, 0) >= 0 {
		s = strings.ReplaceAll(s, "\x00", "")
	}
	return s
}

// unescape reads _x000D_, by which these files write characters that XML lacks
// (ECMA-376 part 1, 22.9.2.19).
func unescape(s string) string {
	at := strings.Index(s, "_x")
	if at < 0 {
		return s
	}
	var b strings.Builder
	for ; at >= 0; at = strings.Index(s, "_x") {
		b.WriteString(s[:at])
		s = s[at:]
		const length = len("_x000D_")
		n, err := strconv.ParseUint(s[min(2, len(s)):min(6, len(s))], 16, 16)
		if len(s) < length || s[length-1] != '_' || err != nil {
			b.WriteString("_x")
			s = s[2:]
			continue
		}
		if r := rune(n); r != 0 && (r < 0xD800 || r > 0xDFFF) {
			b.WriteRune(r)
		}
		s = s[length:]
	}
	b.WriteString(s)
	return strings.ReplaceAll(b.String(), "\r\n", "\n")
}

func (x *xlsx) walk(f visit) error {
	for i, sheet := range x.sheets {
		s, err := x.archive.scan(x.parts[i])
		if err != nil {
			return err
		}
		w := &worksheet{xlsx: x, s: s}
		rows := &Rows{read: w.read, budget: &x.book.budget}
		if err := f(sheet, rows); err != nil {
			return err
		}
		if rows.err != nil {
			return rows.err
		}
	}
	return nil
}
