package bom

import (
	"fmt"
	"strings"

	"github.com/patternbook/patternbook/schema"
)

// A plainText is a text file, decoded.
type plainText struct {
	input
	text string
}

// readPlain reads text: the tables of a Markdown file, cells parted by one
// character, columns aligned with tabs or spaces, a table without a header, or a
// list.
func readPlain(f input) (*BOM, error) {
	text, encoding, err := decodeText(f.data)
	if err != nil {
		return nil, unreadable(f.source.Path, err.Error(), "save it as UTF-8")
	}
	f.source.Encoding = encoding
	p := plainText{f, text}
	for _, read := range []func() (*BOM, error){p.readMarkdown, p.readTabbed, p.readDelimited, p.readAligned, p.readHeaderless, p.readDesignators, p.readList} {
		b, err := read()
		if b != nil || err != nil {
			return b, err
		}
	}
	return nil, unreadable(f.source.Path,
		fmt.Sprintf("none of its first %d rows names columns, with comma, semicolon, tab and pipe between the cells, or with columns aligned by spaces; "+
			"it has no Markdown table of parts; and it is no list like: 4 x M3 screw", headerRows),
		"begin the table with a row like: Reference, Value, Quantity, Manufacturer, MPN; or say with a choice of columns what the headers mean")
}

// table makes the table of a text of that format.
func (p plainText) table(format string) *table {
	t := newTable(p.input)
	t.source.Format = format
	if p.source.Encoding == "windows-1252" {
		t.find(schema.SeverityInfo, "encoding-guessed", 0, "", "the file is not UTF-8; it was read as Windows-1252")
	}
	return t
}

// lines gives the lines of the text, as many as a BOM may be made of.
func (p plainText) lines() []string {
	text := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(p.text)
	const most = 4 * MaxLines
	return strings.SplitN(text, "\n", most)
}
