package bom

import (
	"regexp"
	"strings"
)

const listNumber = `(?:~|ca\.? ?|approx\.? ?)?\d+(?:[.,/]\d+)?(?:\s?[-–]\s?\d+)?`

var (
	listBullet   = regexp.MustCompile(`^(?:[-*+•·–◦▪]\s+)?(?:\[[ xX]?\]\s+)?(?:\(?\d+[.)]\s+)?`)
	listTimes    = regexp.MustCompile(`^\(?(` + listNumber + `)\s*([a-zA-Z]{1,6})?\s*(?:[x×*]\)?\s+|[X]\)?\s+|×|x\)\s*)(\S.*)$`)
	listUnit     = regexp.MustCompile(`^\(?(` + listNumber + `)\)?\s*([a-zA-Zäöüéçãõ]{1,10}\.?)\s+(?:of |de |di |von )?(\S.*)$`)
	listPlain    = regexp.MustCompile(`^\(?(\d{1,4})\)?\s*[-–:]?\s+([^\d\s.,)].*|M?\d+.*[a-zA-Z].*)$`)
	listWord     = regexp.MustCompile(`^(?i:qty|quantity|menge|anzahl|qté|cant)\.?\s*:?\s*(` + listNumber + `)[\s,;:–-]+(\S.*)$`)
	listEndTimes = regexp.MustCompile(`^(.*[^\d\s(\[])\s*[(\[]?\s*\b[xX×]\s?(\d{1,5})\s*[)\]]?$|^(.*\S)\s+[(\[]\s*(\d{1,5})\s*[xX×]\s*[)\]]$|^(.*\S)\s+(\d{1,5})[x×]$` +
		`|^(.*[a-wyzA-WYZ-]\S{2,}\d)\s+[xX×]\s+(\d{1,2})$`) // a part number before it, and no size
	listAddress  = regexp.MustCompile(`\s*[:–-]?\s*<?\b(https?://[^\s<>]+)>?`)
	listQuantity = regexp.MustCompile(`^(.*\S)\s*[(\[]\s*(?i:qty\.?:?|quantity:?)\s*(\d{1,4})\s*,\s*([^()]*)[)\]]$`)
	listEnd      = regexp.MustCompile(`^(.*[\pL)"'])\s*(?::|\s[-–—]|\s?=|\.{3,})\s+(` + listNumber + `)\s*([a-zA-Zäöü]{1,10}\.?)?$`)
	listEndCount = regexp.MustCompile(`^(.*\S)\s+[(\[]\s*(?i:qty\.?:?|quantity:?)?\s*(\d{1,4})\s*(?i:pcs\.?|pieces|stk\.?|off|units|ea)?\s*[)\]]$`)
)

// readListLine reads one line. It tells yes when the line says how many there are.
func readListLine(line string) (listLine, bool) {
	text, link := plainMarkdown(line)
	marks := listBullet.FindString(text + " ")
	text = text[min(len(marks), len(text)):]
	switch m := listAddress.FindStringSubmatchIndex(text); {
	case m == nil || link != "":
	case m[0] == 0: // an address, and what is there
		text, link = "", text
	default:
		link = strings.TrimRight(text[m[2]:m[3]], ".,;)")
		text = trim(text[:m[0]] + text[m[1]:])
	}
	one := listLine{link: link, bullet: strings.ContainsAny(marks, "-*+•·–◦▪["), name: strings.TrimRight(text, " ,;:")}
	one.numbered = !one.bullet && marks != ""
	s := one.name
	set := func(quantity, name string) (listLine, bool) {
		one.quantity, one.name = quantity, strings.Trim(trim(name), "-–:; ")
		return one, one.name != "" && strings.ContainsFunc(one.name, func(r rune) bool { return r >= 'A' })
	}
	if m := listWord.FindStringSubmatch(s); m != nil {
		return set(m[1], m[2])
	}
	if m := listTimes.FindStringSubmatch(s); m != nil {
		if _, ok := unitOf(m[2]); ok || m[2] == "" {
			quantity := m[1] + m[2]
			if !strings.Contains(s, quantity) {
				quantity = m[1] + " " + m[2]
			}
			return set(quantity, m[3])
		}
	}
	if m := listUnit.FindStringSubmatch(s); m != nil {
		capital := len(m[2]) == 1 && m[2] == strings.ToUpper(m[2]) // 2 L brackets, 4 T nuts
		if _, ok := unitOf(m[2]); ok && !capital && m[2] != "in" && m[2] != "off" {
			return set(m[1]+" "+m[2], m[3])
		}
	}
	if m := listPlain.FindStringSubmatch(s); m != nil {
		return set(m[1], m[2])
	}
	if m := listEndTimes.FindStringSubmatch(s); m != nil {
		return set(m[2]+m[4]+m[6]+m[8], m[1]+m[3]+m[5]+m[7])
	}
	if m := listQuantity.FindStringSubmatch(s); m != nil {
		return set(m[2], m[1]+" ("+trim(m[3])+")")
	}
	if m := listEndCount.FindStringSubmatch(s); m != nil {
		return set(m[2], m[1])
	}
	if m := listEnd.FindStringSubmatch(s); m != nil {
		if _, ok := unitOf(m[3]); ok || m[3] == "" {
			return set(trim(m[2]+" "+m[3]), m[1])
		}
	}
	return one, false
}
