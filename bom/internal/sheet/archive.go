package sheet

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"path"
	"strings"
)

// An archive is the zip file that a spreadsheet is packed in.
type archive struct {
	files  map[string]*zip.File // by name in lower case: programs differ
	budget *budget
}

// openArchive reads the directory of a zip file.
func openArchive(data []byte, b *budget) (*archive, error) {
	if n := bytes.Count(data, []byte("PK\x01\x02")); n > MaxEntries { // before memory is spent on them
		return nil, large("as a zip archive it has more than %d entries", MaxEntries)
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, damaged("it begins as a zip archive does, but is cut off or damaged: %s", strings.TrimPrefix(err.Error(), "zip: "))
	}
	a := &archive{files: make(map[string]*zip.File, len(z.File)), budget: b}
	for _, f := range z.File {
		if key := entryKey(f.Name); a.files[key] == nil {
			a.files[key] = f
		}
	}
	return a, nil
}

// entryKey gives the name of an entry as it is looked up.
func entryKey(name string) string {
	return strings.ToLower(strings.TrimPrefix(path.Clean("/"+strings.ReplaceAll(name, `\`, "/")), "/"))
}

func (a *archive) has(name string) bool { return a.files[entryKey(name)] != nil }

// open opens an entry. What is read of it is taken from the budget.
func (a *archive) open(name string) (io.Reader, error) {
	f := a.files[entryKey(name)]
	if f == nil {
		return nil, damaged("it lacks its part %s", name)
	}
	if f.Flags&1 != 0 {
		return nil, &Fault{Detail: "it is protected by a password", Fix: "save it without a password"}
	}
	r, err := f.Open()
	if err != nil {
		return nil, damaged("its part %s cannot be unpacked: %s", name, strings.TrimPrefix(err.Error(), "zip: "))
	}
	return &bounded{r: r, budget: a.budget, name: name}, nil
}

// scan opens an entry that is XML.
func (a *archive) scan(name string) (*scanner, error) {
	r, err := a.open(name)
	if err != nil {
		return nil, err
	}
	return newScanner(name, r), nil
}

// head gives the first bytes of an entry, or nothing.
func (a *archive) head(name string) string {
	if !a.has(name) {
		return ""
	}
	r, err := a.open(name)
	if err != nil {
		return ""
	}
	head, _ := io.ReadAll(io.LimitReader(r, 1<<16))
	return string(head)
}

// what tells what is packed: xlsx, ods, or in words what it is else.
func (a *archive) what() string {
	mime := strings.TrimSpace(a.head("mimetype"))
	types := a.head("[Content_Types].xml")
	switch {
	case strings.HasPrefix(mime, "application/vnd.oasis.opendocument.spreadsheet"):
		return "ods"
	case strings.HasPrefix(mime, "application/vnd.oasis.opendocument"):
		return "an OpenDocument file, but no spreadsheet (" + strings.TrimPrefix(mime, "application/vnd.oasis.opendocument.") + ")"
	case a.has("xl/workbook.bin"):
		return "a binary workbook (.xlsb), which is not read"
	case a.has("xl/workbook.xml"), strings.Contains(types, "spreadsheetml.sheet.main+xml"), strings.Contains(types, "sheet.macroEnabled.main+xml"),
		strings.Contains(types, "spreadsheetml.template.main+xml"):
		return "xlsx"
	case a.has("word/document.xml"):
		return "a text document (.docx), no spreadsheet"
	case a.has("ppt/presentation.xml"):
		return "a presentation (.pptx), no spreadsheet"
	case a.has("Index/Document.iwa"), a.has("Index.zip"):
		return "a document of Apple Numbers or Pages, which is not read"
	case a.has("content.xml"):
		return "ods"
	case a.has("Document.xml"):
		return "a FreeCAD document, no spreadsheet"
	}
	return fmt.Sprintf("a zip archive of %d files, no spreadsheet", len(a.files))
}

// bounded takes what is read from the budget.
type bounded struct {
	r      io.Reader
	budget *budget
	name   string
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if b.budget.unpacked -= int64(n); b.budget.unpacked < 0 {
		return 0, large("unpacked it has more than %d bytes; that is more than any bill of materials needs", MaxUnpacked)
	}
	if err != nil && err != io.EOF {
		err = damaged("its part %s cannot be unpacked: %s", b.name, strings.TrimPrefix(err.Error(), "zip: "))
	}
	return n, err
}

// scan reads XML that is not packed.
func (b *Book) scan(name string, r io.Reader) *scanner {
	return newScanner(name, &bounded{r: r, budget: &b.budget, name: name})
}
