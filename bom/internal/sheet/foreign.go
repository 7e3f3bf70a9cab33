package sheet

import (
	"bytes"
	"unicode/utf16"
)

// foreign are files that people take for tables, by the bytes they begin with.
var foreign = []struct{ magic, what, fix string }{
	{"%PDF-", "a PDF, which has no cells", "give the table it was made from, as .xlsx, .ods or .csv"},
	{"\x89PNG\r\n", "a picture (PNG)", "give the table itself, as .xlsx, .ods or .csv"},
	{"\xFF\xD8\xFF", "a picture (JPEG)", "give the table itself, as .xlsx, .ods or .csv"},
	{"GIF8", "a picture (GIF)", "give the table itself, as .xlsx, .ods or .csv"},
	{"II*\x00", "a picture (TIFF)", "give the table itself, as .xlsx, .ods or .csv"},
	{"MM\x00*", "a picture (TIFF)", "give the table itself, as .xlsx, .ods or .csv"},
	{"\x1F\x8B", "a gzip archive", "unpack it, and give the table that is in it"},
	{"7z\xBC\xAF\x27\x1C", "a 7z archive", "unpack it, and give the table that is in it"},
	{"Rar!\x1A\x07", "a RAR archive", "unpack it, and give the table that is in it"},
	{"{\\rtf", "a text document (RTF)", "save the table in it as .xlsx, .ods or .csv"},
	{"SQLite format 3\x00", "a database (SQLite)", "export the table from it as .csv"},
}

// oldBinary is how Microsoft's compound files begin: .xls, and workbooks with a password.
const oldBinary = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"

// Foreign tells what data is, and what to do with it, when it is of a kind that
// cannot be read but is often taken for a table; otherwise both are empty.
func Foreign(data []byte) (what, fix string) {
	if bytes.HasPrefix(data, []byte(oldBinary)) {
		switch {
		case bytes.Contains(data, wide("EncryptedPackage")):
			return "a workbook that is protected by a password", "save it without a password"
		case bytes.Contains(data, wide("WordDocument")):
			return "an old text document (.doc)", "save the table in it as .xlsx or .csv"
		}
		return "an old binary workbook (.xls)", "save it as .xlsx or .csv"
	}
	if head := data[:min(len(data), 4096)]; bytes.HasPrefix(head, []byte("<?xml")) && bytes.Contains(head, []byte("urn:schemas-microsoft-com:office:spreadsheet")) {
		return "a workbook in the XML of Excel 2003", "save it as .xlsx or .csv"
	}
	for _, f := range foreign {
		if bytes.HasPrefix(data, []byte(f.magic)) {
			return f.what, f.fix
		}
	}
	return "", ""
}

// wide gives s in UTF-16, as compound files have names.
func wide(s string) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return b
}
