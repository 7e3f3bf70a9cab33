package sheet

// A worksheet reads the rows of one sheet of an xlsx.
type worksheet struct {
	*xlsx
	s    *scanner
	row  int // number of the last row
	next int // column of the cell after the last, from 0
	v    []byte
}

// read reads the next row.
func (w *worksheet) read(r *Row) (bool, error) {
	for {
		t, err := w.s.next()
		if err != nil || t == endOfFile {
			return false, err
		}
		switch {
		case t == endTag && w.s.is("sheetData"):
			return false, nil
		case t == startTag && w.s.is("row"):
			w.row = max(w.s.number("r", 0), w.row+1) // rows that do not go upwards are counted
			r.Number = w.row
			return true, w.cells(r)
		}
	}
}

// cells reads the cells of a row whose start was given.
func (w *worksheet) cells(r *Row) error {
	w.next = 0
	for {
		t, err := w.s.next()
		switch {
		case err != nil:
			return err
		case t == endOfFile:
			return w.s.malformed("a row has no end")
		case t == endTag && w.s.is("row"):
			return nil
		case t == startTag && w.s.is("c"):
			if err := w.cell(r); err != nil {
				return err
			}
		}
	}
}

// cell reads a cell whose start was given.
func (w *worksheet) cell(r *Row) error {
	column := w.next
	if at, ok := columnOf(w.s.attr("r")); ok {
		column = at
	}
	w.next = column + 1
	kind, style := cellType(w.s.attr("t")), w.s.number("s", 0)
	w.v = w.v[:0]
	inline, formula, within, element := "", false, false, false
	for {
		t, err := w.s.next()
		if err != nil {
			return err
		}
		switch t {
		case startTag:
			switch {
			case w.s.is("v"):
				within, element = true, true
			case w.s.is("f"):
				formula = true
			case w.s.is("is"):
				if inline, err = richText(w.s); err != nil {
					return err
				}
			}
		case text:
			if within {
				w.v = append(w.v, w.s.text...)
			}
		case endTag:
			within = false
			if w.s.is("c") {
				if formula && inline == "" && (!element || len(w.v) == 0 && kind != typeString) { // not one that gives an empty text
					r.put(column, Cell{Kind: Uncalculated})
					return nil
				}
				r.put(column, w.value(kind, style, inline))
				return nil
			}
		case endOfFile:
			return w.s.malformed("a cell has no end")
		}
	}
}

// A valueType is the type of a cell's value, by its attribute t.
type valueType uint8

const (
	typeNumber valueType = iota
	typeShared
	typeString
	typeInline
	typeBool
	typeError
	typeDate
)

func cellType(t []byte) valueType {
	switch string(t) {
	case "s":
		return typeShared
	case "str":
		return typeString
	case "inlineStr":
		return typeInline
	case "b":
		return typeBool
	case "e":
		return typeError
	case "d":
		return typeDate
	}
	return typeNumber
}

// value makes a cell of what stands in v, or of inline text.
func (w *worksheet) value(kind valueType, style int, inline string) Cell {
	if inline != "" {
		return textCell(inline)
	}
	switch kind {
	case typeShared:
		n, ok := index(w.v)
		if !ok || n >= len(w.strings) {
			return Cell{}
		}
		return textCell(w.strings[n])
	case typeString, typeInline:
		return textCell(unescape(clean(w.v)))
	}
	v := clean(w.v)
	if v == "" {
		return Cell{}
	}
	switch kind {
	case typeBool:
		return boolCell(v == "1" || v == "true")
	case typeError:
		return Cell{Text: v, Kind: Error}
	case typeDate:
		return Cell{Text: v, Kind: Date}
	}
	var f format
	if style < len(w.formats) {
		f = w.formats[style]
	}
	return f.shown(v, w.date1904)
}

func textCell(s string) Cell {
	if s == "" {
		return Cell{}
	}
	return Cell{Text: s, Kind: Text}
}

func boolCell(yes bool) Cell {
	if yes {
		return Cell{Text: "TRUE", Kind: Bool}
	}
	return Cell{Text: "FALSE", Kind: Bool}
}

// columnOf gives the column of a reference like AB12, from 0.
func columnOf(ref []byte) (int, bool) {
	n := 0
	for i, c := range ref {
		if c |= 0x20; c < 'a' || c > 'z' {
			return n - 1, i > 0
		}
		if i == 4 { // XFD is the last
			return 0, false
		}
		n = n*26 + int(c-'a') + 1
	}
	return n - 1, n > 0
}

// index reads a whole number that is not negative.
func index(digits []byte) (int, bool) {
	if len(digits) == 0 || len(digits) > 9 {
		return 0, false
	}
	n := 0
	for _, c := range digits {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}
