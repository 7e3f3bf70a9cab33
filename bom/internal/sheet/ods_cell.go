package sheet

import "strings"

// An odsValue is what the attributes of a cell say.
type odsValue struct {
	kind, value, currency string
	formula, fault        bool
}

func (w *odsWalk) attributes() odsValue {
	s := w.s
	v := odsValue{kind: string(s.attr("value-type")), formula: s.attr("formula") != nil, currency: clean(s.attr("currency"))}
	for i := range s.attrs {
		a := &s.attrs[i]
		v.fault = v.fault || string(a.prefix) == "calcext" && string(a.local) == "value-type" && string(a.value) == "error"
	}
	name := "value"
	switch v.kind {
	case "string":
		name = "string-value"
	case "date":
		name = "date-value"
	case "time":
		name = "time-value"
	case "boolean":
		name = "boolean-value"
	}
	v.value = clean(s.attr(name))
	return v
}

// cell reads the cell whose start was given.
func (w *odsWalk) cell() (Cell, error) {
	v := w.attributes()
	shown, err := w.paragraphs()
	if err != nil {
		return Cell{}, err
	}
	switch v.kind {
	case "float", "percentage", "currency":
		return v.number(shown), nil
	case "date":
		if v.value != "" {
			return Cell{Text: strings.TrimSuffix(v.value, "T00:00:00"), Kind: Date}, nil
		}
	case "time":
		if v.value != "" {
			return Cell{Text: clock(v.value), Kind: Date}, nil
		}
	case "boolean":
		return boolCell(v.value == "true"), nil
	}
	if shown == "" {
		shown = v.value
	}
	if v.fault || v.formula && isError(shown) {
		return Cell{Text: shown, Kind: Error}, nil
	}
	if shown == "" && v.formula && v.kind == "" {
		return Cell{Kind: Uncalculated}, nil
	}
	return textCell(shown), nil
}

// isError tells whether the text of a formula is that of an error, like #REF! or Err:502.
func isError(s string) bool {
	switch s {
	case "#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!":
		return true
	}
	return strings.HasPrefix(s, "Err:")
}

// number makes a cell of a number. What is shown tells of zeros before it, of
// scientific notation and of a unit behind it.
func (v odsValue) number(shown string) Cell {
	f := format{currency: v.currency}
	digits := strings.Trim(shown, "0123456789") == ""
	switch number := strings.TrimLeft(shown, "-0123456789.,' \u00a0\u202f"); {
	case v.kind == "percentage":
		f.kind = formatPercent
	case digits && len(shown) > 1 && shown[0] == '0':
		f.kind, f.digits = formatPadded, min(len(shown), 20)
	case len(number) > 1 && number[0] == 'E' && strings.Trim(number[1:], "+-0123456789") == "":
		f.kind = formatScientific
	case v.kind == "float" && number != shown && number != "" && len(number) <= 12 && strings.Trim(number, "0123456789") == number:
		if isCurrency(number) {
			f.currency = number
		} else {
			f.suffix = " " + number
		}
	case v.kind == "float" && f.currency == "":
		if sign := strings.TrimSpace(strings.TrimRight(shown, "-0123456789.,' \u00a0\u202f")); isCurrency(sign) {
			f.currency = sign
		}
	}
	if v.value == "" {
		return textCell(shown)
	}
	return f.shown(v.value, false)
}

// clock writes a duration like PT08H09M00S as 08:09:00.
func clock(s string) string {
	rest, ok := strings.CutPrefix(s, "PT")
	h, rest, ok1 := strings.Cut(rest, "H")
	m, rest, ok2 := strings.Cut(rest, "M")
	sec, _, ok3 := strings.Cut(rest, "S")
	if !ok || !ok1 || !ok2 || !ok3 {
		return s
	}
	sec, _, _ = strings.Cut(sec, ".")
	return h + ":" + m + ":" + sec
}

// paragraphs reads the text of a cell whose start was given: a line for each of
// its paragraphs. Comments and drawings are no text.
func (w *odsWalk) paragraphs() (string, error) {
	var b []byte
	count, within, spaces := 0, 0, 0
	for depth := 1; depth > 0; {
		t, err := w.s.next()
		if err != nil {
			return "", err
		}
		switch t {
		case endOfFile:
			return "", w.s.malformed("a cell has no end")
		case text:
			if within > 0 {
				b = append(b, collapse(w.s.text, b)...)
			}
		case endTag:
			depth--
			if within > depth {
				within = 0
			}
		case startTag:
			depth++
			switch {
			case within == 0 && w.s.is("p"):
				if within = depth; count > 0 {
					b = append(b, '\n')
				}
				count++
			case within > 0 && w.s.is("s"):
				const most = 1000 // spaces in one cell
				n := min(w.s.number("c", 1), most-spaces)
				spaces += n
				b = append(b, strings.Repeat(" ", n)...)
			case within > 0 && w.s.is("tab"):
				b = append(b, '\t')
			case within > 0 && w.s.is("line-break"):
				b = append(b, '\n')
			case w.s.is("annotation"), w.s.is("table"), w.s.is("note"), string(w.s.prefix) == "draw":
				if err := w.s.skip(); err != nil {
					return "", err
				}
				depth--
			}
		}
	}
	return clean(b), nil
}

// collapse makes one space of white space, as in HTML; none after a space or at
// the beginning of a line. It changes p.
func collapse(p, before []byte) []byte {
	space := len(before) == 0 || before[len(before)-1] == ' ' || before[len(before)-1] == '\n'
	out := p[:0]
	for _, c := range p {
		if c == ' ' || c == '\t' || c == '\n' || c == '\r' {
			if space {
				continue
			}
			c, space = ' ', true
		} else {
			space = false
		}
		out = append(out, c)
	}
	return out
}
