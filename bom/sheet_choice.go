package bom

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/patternbook/patternbook/bom/internal/sheet"
)

const (
	surveyHeader = 60  // rows of a sheet among which its header must be
	surveyRows   = 500 // by which a sheet is judged
	surveyKeys   = 1000
	surveyKey    = 100 // bytes
)

// A sheetSurvey is what the beginning of a sheet says of it.
type sheetSurvey struct {
	sheet.Sheet
	header  int // index of its row; -1 for none
	score   int
	columns []column
	lines   int  // rows that have a part and a quantity, or designators
	empty   bool // it has no rows
	places  bool // it says where parts are on a board
	keys    [keyKinds]map[string]bool
	version sheetVersion
	good    bool // its name is one of BOMs
	bad     bool // by its name or header it is about the BOM, but not it
	strong  bool // it has what makes it a BOM beside another
}

// What lines of two sheets may have in common, the most telling first.
const (
	keyPlaced     = iota // designator and value
	keyMPN               // the part's number
	keyDesignator        // designator alone
	keyText              // name, value, description
	keyKinds
)

func (s *sheetSurvey) title() string {
	if name := cut(tidy(s.Name), maxHeader); name != "" {
		return name
	}
	return fmt.Sprintf("sheet %d", s.Index+1)
}

// candidate tells whether a sheet may be a BOM.
func (s *sheetSurvey) candidate() bool { return s.score > 0 && s.lines > 0 }

// survey looks at the beginning of every sheet.
func survey(book *sheet.Book, chosen choice) ([]*sheetSurvey, error) {
	var all []*sheetSurvey
	err := book.Walk(func(s sheet.Sheet, rows *sheet.Rows) error {
		list := take(&sheetRows{rows: rows}, surveyRows)
		s.Name = cut(s.Name, maxHeader)
		one := &sheetSurvey{Sheet: s, header: -1, empty: len(list) == 0}
		one.judge(list, chosen)
		one.name()
		all = append(all, one)
		return nil
	})
	return all, err
}

// judge finds the header, and what stands below it.
func (s *sheetSurvey) judge(list []row, chosen choice) {
	at, score := chosen.findHeader(list[:min(len(list), headerRows)])
	if score == 0 { // further down than a table looks for it
		at, score = chosen.findHeader(list[:min(len(list), surveyHeader)])
	}
	if score == 0 {
		return
	}
	below := list[at+1:]
	s.header, s.score, s.columns = at, score, chosen.columnsOf(list[at].cells, below[:min(len(below), sampleRows)])
	for i := range s.columns {
		switch headerKey(s.columns[i].header) {
		case "midx", "midy", "posx", "posy", "centerx", "centery", "refx", "refy", "rotation", "rot":
			s.places = true
		}
	}
	for i := range s.keys {
		s.keys[i] = map[string]bool{}
	}
	for _, r := range below {
		s.line(r)
	}
}

// line counts a row and notes what it has that may be in other sheets too.
func (s *sheetSurvey) line(r row) {
	var cells [fieldCount]string
	for i, cell := range r.cells {
		if i < len(s.columns) && cells[s.columns[i].field] == "" {
			cells[s.columns[i].field] = strings.ToLower(tidy(cut(cell, maxHeader)))
		}
	}
	part := ""
	for _, f := range []field{fieldName, fieldValue, fieldDescription, fieldMPN, fieldStandard, fieldOKHReference, fieldFootprint} {
		part = cmp.Or(part, cells[f])
	}
	references := splitReferences(cells[fieldReferences])
	if part == "" && len(references) == 0 {
		return
	}
	if cells[fieldQuantity] != "" || len(references) > 0 {
		s.lines++
	}
	for _, designator := range references {
		s.key(keyDesignator, designator)
		if value := cells[fieldValue]; value != "" {
			s.key(keyPlaced, designator+" "+value)
		}
	}
	if mpn := cells[fieldMPN]; mpn != "" {
		s.key(keyMPN, mpn)
	}
	s.key(keyText, cells[fieldName]+" "+cells[fieldValue]+" "+cells[fieldDescription])
}

// key notes one thing that a line has.
func (s *sheetSurvey) key(kind int, key string) {
	if len(s.keys[kind]) < surveyKeys {
		s.keys[kind][cut(key, surveyKey)] = true
	}
}

// repeats tells whether most of what a sheet lists stands in another too.
func (s *sheetSurvey) repeats(other *sheetSurvey) bool {
	for kind := range s.keys {
		mine, theirs := s.keys[kind], other.keys[kind]
		if len(mine) == 0 || len(theirs) == 0 {
			continue
		}
		common := 0
		for key := range mine {
			if theirs[key] {
				common++
			}
		}
		return 2*common >= len(mine)
	}
	return false
}

var (
	goodSheet = regexp.MustCompile(`(?i)\bboms?\b|bom$|^bom|bill of|st(ü|ue)ckliste|nomencl|\bparts?\b|teile|material list|materialliste|componen|distinta|lista de mat|\bpi(è|e)ces\b|piezas|stuklijst|onderdelen`)
	badSheet  = regexp.MustCompile(`(?i)revision|history|change ?log|summary|zusammenfassung|r(é|e)sum(é|e)|\bnotes?\b|read ?me|cover|instruction|legend|glossar|guide|lookup|drop.?down|\blists?\b.*valid|pivot|versionen|historie|historique|deckblatt|anleitung`)
	shopSheet = regexp.MustCompile(`(?i)order|bestell|commande|pedido|ordine|quote|angebot|\bcart\b|shopping|stock|inventory|lager|\bcosts?\b|kosten|pricing|budget|\bcpl\b|\bpnp\b|pick|position|centroid|placement`)
)

// name judges the sheet by its name too.
func (s *sheetSurvey) name() {
	s.version = versionOf(s.Name)
	s.good = goodSheet.MatchString(s.Name)
	s.bad = s.places || badSheet.MatchString(s.Name) || !s.good && shopSheet.MatchString(s.Name)
	s.strong = s.candidate() && !s.Hidden && !s.bad &&
		slices.ContainsFunc(s.columns, func(c column) bool { return c.field == fieldQuantity || c.field == fieldReferences })
}

// points rank the sheets.
func (s *sheetSurvey) points() int {
	points := 4*min(s.score, 12) + min(s.lines, 100)/2
	for _, bonus := range []struct {
		is     bool
		points int
	}{{!s.Hidden, 2000}, {s.candidate(), 1000}, {!s.bad, 500}, {s.strong, 200}, {s.good, 40}} {
		if bonus.is {
			points += bonus.points
		}
	}
	return points
}

// A passedSheet is one that was not read.
type passedSheet struct {
	*sheetSurvey
	reason string
}

// chooseSheets gives the sheets that are read, in their order, and the others.
// A sheet that lists other parts than the best one, with as good a header, is
// read too; copies and older versions are not.
func chooseSheets(all []*sheetSurvey) (chosen []*sheetSurvey, passed []passedSheet) {
	var ranked []*sheetSurvey
	for _, s := range all {
		switch {
		case s.empty:
		case s.score == 0:
			passed = append(passed, passedSheet{s, "no row names columns"})
		default:
			ranked = append(ranked, s)
		}
	}
	slices.SortStableFunc(ranked, func(x, y *sheetSurvey) int { return y.points() - x.points() })
	for _, s := range ranked {
		reason := ""
		if newer := s.newer(ranked); newer != nil {
			reason = fmt.Sprintf("%q is taken for the newer version", newer.title())
		} else {
			reason = s.besides(chosen)
		}
		if reason == "" {
			chosen = append(chosen, s)
		} else {
			passed = append(passed, passedSheet{s, reason})
		}
	}
	slices.SortFunc(chosen, func(x, y *sheetSurvey) int { return x.Index - y.Index })
	slices.SortStableFunc(passed, func(x, y passedSheet) int { return x.Index - y.Index })
	return chosen, passed
}

// besides says why a sheet is not read besides those chosen; "" when it is.
func (s *sheetSurvey) besides(chosen []*sheetSurvey) string {
	const most = 100 // sheets that are joined
	switch {
	case len(chosen) == 0:
		return ""
	case s.Hidden:
		return "it is hidden"
	case !s.strong || !chosen[0].strong:
		return "it is less of a bill of materials"
	case len(chosen) == most:
		return fmt.Sprintf("only %d sheets are read", most)
	}
	for _, c := range chosen {
		if s.repeats(c) {
			return fmt.Sprintf("most of it stands in %q", c.title())
		}
	}
	return ""
}

// newer gives the sheet that is by its name the newest version of this one, or nil.
func (s *sheetSurvey) newer(list []*sheetSurvey) (newest *sheetSurvey) {
	if !s.strong {
		return nil
	}
	best := s.version
	for _, other := range list {
		if v := other.version; other.strong && v.base == best.base && v.compare(best) > 0 {
			newest, best = other, v
		}
	}
	return newest
}

// A sheetVersion is what the name of a sheet says of its age.
type sheetVersion struct {
	base   string
	old    bool   // it says that it is old, or a copy
	number string // of the revision; digits have their length before them, so that they compare
}

var (
	oldWord  = regexp.MustCompile(`\bcopy of\b|\bcopy\b|\bkopie( von)?\b|\bcopie( de)?\b|\bold\b|\balt\b|\bbackup\b|\bbak\b|\barchived?\b|\bobsolete\b|\bprevious\b|\bdeprecated\b|\bsuperseded\b|\(\d+\)`)
	revision = regexp.MustCompile(`\b(?:revision|rev|version|ver)[ .]{0,2}(\d+(?:\.\d+)*[a-z]?|[a-z])\b|\bv ?(\d+(?:\.\d+)*[a-z]?)\b|\b(\d{4}-?\d{2}-?\d{2})\b`)
	digitRun = regexp.MustCompile(`\d+`)
)

func versionOf(name string) sheetVersion {
	name = strings.ToLower(strings.ReplaceAll(name, "_", " "))
	v := sheetVersion{old: oldWord.MatchString(name)}
	name = oldWord.ReplaceAllString(name, " ")
	if m := revision.FindStringSubmatch(name); m != nil {
		v.number = digitRun.ReplaceAllStringFunc(cmp.Or(m[1], m[2], m[3]), func(d string) string {
			d = strings.TrimLeft(d, "0")
			return fmt.Sprintf("%03d%s", len(d), d)
		})
	}
	v.base = strings.Trim(tidy(revision.ReplaceAllString(name, " ")), " -.,()")
	return v
}

// compare puts newer ones behind; one without a number is the current one.
func (v sheetVersion) compare(w sheetVersion) int {
	switch {
	case v.old != w.old:
		if v.old {
			return -1
		}
		return 1
	case (v.number == "") != (w.number == ""):
		if v.number == "" {
			return 1
		}
		return -1
	}
	return cmp.Compare(v.number, w.number)
}
