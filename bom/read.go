package bom

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/patternbook/patternbook/bom/internal/sheet"
	"github.com/patternbook/patternbook/schema"
)

// MaxFile is how many bytes a file may have to be read.
const MaxFile = 64 << 20

// ReadOptions say how to read a file where its own words do not suffice.
type ReadOptions struct {
	// Columns says what columns hold: the name of a field by the header of the
	// column ("Comment": "value"), without regard to case. See [Fields].
	Columns map[string]string
	// Open opens a file that the one being read refers to (a sheet of a schematic)
	// by its path, written from the same root as the name given to Read. It may be
	// nil: such files are then findings. An error that wraps fs.ErrNotExist, or is
	// of kind NotFound, says that there is no such file.
	Open func(path string) (io.ReadCloser, error)
}

// Read reads one BOM file without options. See [ReadOptions.Read].
func Read(name string, r io.Reader) (*BOM, error) { return ReadOptions{}.Read(name, r) }

// Read reads one BOM file, whatever its name ends with: the bytes tell the
// format. name is the file's path, for the BOM's source and for messages. The
// file is read leniently: what is odd in it becomes a finding that names row
// and column, and the row is kept. Columns that have no other place lie in the
// Extra of their lines.
//
// What it gives passes [Document.Validate]. Errors name the file: Invalid when
// it is no BOM in any format known here, TooLarge over MaxFile bytes or MaxLines
// lines, and those of r and of Open.
//
// Read does not keep r, and holds the file in memory while it works.
func (o ReadOptions) Read(name string, r io.Reader) (*BOM, error) {
	columns, err := o.choose()
	if err != nil {
		return nil, err
	}
	data, err := readAll(r)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if len(data) > MaxFile {
		return nil, tooLarge(name, fmt.Sprintf("it has more than %d bytes", MaxFile))
	}
	f := input{ReadOptions: o, data: data, chosen: columns, headers: &headersRead{keys: map[string]bool{}}}
	f.source = Source{Path: cut(strings.ToValidUTF8(name, "\uFFFD"), maxName), Digest: schema.DigestOf(data)}
	for _, format := range formats {
		if !format.is(data) {
			continue
		}
		b, err := format.read(f)
		if err == nil {
			err = f.checkChoice()
		}
		if err != nil {
			return nil, err
		}
		return b, nil
	}
	return nil, unreadable(name, "it is empty, or no text and of no format known here", "give a table as text (comma, semicolon, tab or pipe between the cells), XLSX, ODS, a KiCad file or CycloneDX")
}

// readAll reads up to one byte more than a file may have, at once where r knows
// how many there are.
func readAll(r io.Reader) ([]byte, error) {
	var b bytes.Buffer
	if sized, ok := r.(interface{ Len() int }); ok {
		b.Grow(min(sized.Len(), MaxFile) + bytes.MinRead)
	}
	_, err := b.ReadFrom(io.LimitReader(r, MaxFile+1))
	return b.Bytes(), err
}

// An input is a file that a format reads.
type input struct {
	ReadOptions
	source  Source
	data    []byte
	chosen  choice       // Columns, by the keys of headers
	headers *headersRead // of all its tables
}

// A format is a kind of file: how its bytes are told from others', and how they
// are read.
type format struct {
	is   func(data []byte) bool
	read func(input) (*BOM, error)
}

// formats are tried in this order. Text, which nothing marks, is last.
var formats = []format{
	{sheet.Is, readSpreadsheet},
	{isForeign, refuseForeign},
	{isOtherKicad, refuseKicad},
	{isJSON, readJSON},
	{isCycloneDXML, refuseCycloneDXML},
	{isNetlistXML, readNetlistXML},
	{isSexpr("export"), readNetlist},
	{isOldNetlist, readOldNetlist},
	{isSchematic, readSchematic},
	{isLegacySchematic, readLegacySchematic},
	{isBoard, readBoard},
	{isText, readPlain},
}

func unreadable(name, detail, fix string) error {
	return &schema.Error{
		Kind: schema.Invalid, Detail: schema.Quote(name) + " cannot be read as a bill of materials", Fix: fix,
		At: []schema.Place{{File: name, Detail: detail}},
	}
}

func tooLarge(name, detail string) error {
	return &schema.Error{Kind: schema.TooLarge, Detail: schema.Quote(name) + " is too large to be read", At: []schema.Place{{File: name, Detail: detail}}}
}
