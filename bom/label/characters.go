package label

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	lacking     = '□' // stands for a character that the fonts lack
	maxText     = 600 // bytes of one text that are looked at: more fit on no label
	maxReplaced = 100 // characters that are reported
)

// alike are characters that the fonts lack, and that others stand for without a
// loss.
var alike = map[rune]string{
	'⌀': "Ø", '‐': "-", '‑': "-", '⁃': "-", '－': "-", '✕': "×", '✖': "×", '⨯': "×", '∙': "·", '⋅': "·", '・': "·",
	'、': ", ", '。': ". ", '≙': "=", '⩽': "≤", '⩾': "≥",
}

// A script sets texts in the characters that can be shown, and notes those that
// cannot.
type script struct {
	known    *face
	any      bool // the reader has more fonts than ours: only what is no character is lacking
	seen     map[rune]bool
	replaced []rune
}

func newScript(anyCharacter bool) *script {
	return &script{known: faces().regular, any: anyCharacter, seen: map[rune]bool{}}
}

// has tells whether a character can be shown.
func (c *script) has(r rune) bool { return c.known.has(r) || c.any && unicode.IsGraphic(r) }

// plain gives s in one line: spaces single, letters composed, invisible marks left
// out, and what cannot be shown replaced. A very long s is cut, with an ellipsis.
func (c *script) plain(s string) string {
	if isPlain(s) {
		return s
	}
	long := len(s) > maxText
	if long {
		s = cutBytes(s, maxText)
	}
	var b strings.Builder
	space := false
	for _, r := range norm.NFC.String(strings.ToValidUTF8(s, string(utf8.RuneError))) {
		switch {
		case unicode.IsSpace(r) || unicode.Is(unicode.Z, r):
			space = b.Len() > 0
			continue
		case unicode.In(r, unicode.Cc, unicode.Cf):
			continue
		}
		if known := c.has(r); !known && unicode.Is(unicode.M, r) {
			continue
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		c.write(&b, r)
	}
	if long {
		b.WriteString("…")
	}
	return b.String()
}

// cutBytes shortens s to at most limit bytes, at the end of a character.
func cutBytes(s string, limit int) string {
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit]
}

// isPlain tells whether s can stay as it is, as nearly all texts can.
func isPlain(s string) bool {
	if len(s) > maxText || strings.HasPrefix(s, " ") || strings.HasSuffix(s, " ") || strings.Contains(s, "  ") {
		return false
	}
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// write writes r, or what is the same in characters that the fonts have.
func (c *script) write(b *strings.Builder, r rune) {
	if c.known.has(r) {
		b.WriteRune(r)
		return
	}
	text, ok := alike[r]
	if !ok {
		text = norm.NFKC.String(string(r)) // full width letters, ㎜
	}
	switch {
	case c.knows(text):
		b.WriteString(text)
	case c.has(r):
		b.WriteRune(r)
	default:
		c.note(r)
		b.WriteRune(lacking)
	}
}

func (c *script) knows(text string) bool {
	for _, r := range text {
		if !c.known.has(r) {
			return false
		}
	}
	return true
}

func (c *script) note(r rune) {
	if !c.seen[r] && len(c.replaced) < maxReplaced {
		c.seen[r] = true
		c.replaced = append(c.replaced, r)
	}
}
