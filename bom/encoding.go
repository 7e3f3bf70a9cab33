package bom

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

var (
	markUTF8    = []byte("\xEF\xBB\xBF")
	markUTF16LE = []byte("\xFF\xFE")
	markUTF16BE = []byte("\xFE\xFF")
)

// isText tells whether data may be text: it is not empty, and has no NUL unless
// it is UTF-16.
func isText(data []byte) bool {
	if len(bytes.TrimSpace(data)) == 0 {
		return false
	}
	return utf16Order(data) != "" || bytes.IndexByte(data, 0) < 0
}

// utf16Order gives utf-16le or utf-16be when data is that, by its mark or,
// without one, by the NULs that Latin text has in every second place.
func utf16Order(data []byte) string {
	switch {
	case bytes.HasPrefix(data, markUTF16LE):
		return "utf-16le"
	case bytes.HasPrefix(data, markUTF16BE):
		return "utf-16be"
	}
	sample := data[:min(len(data), 1024)&^1]
	var even, odd int
	for i, b := range sample {
		if b == 0 {
			if i&1 == 0 {
				even++
			} else {
				odd++
			}
		}
	}
	switch most := len(sample) / 2 * 9 / 10; {
	case most < 4:
	case odd >= most && even == 0:
		return "utf-16le"
	case even >= most && odd == 0:
		return "utf-16be"
	}
	return ""
}

// decodeChinese decodes GB18030, if it makes headers of what is no UTF-8.
func decodeChinese(data []byte) (string, bool) {
	sample, _ := simplifiedchinese.GB18030.NewDecoder().Bytes(data[:min(len(data), 4096)])
	found := 0
	for _, word := range []string{"位号", "数量", "封装", "型号", "名称", "备注", "规格", "厂商", "料号", "物料"} {
		if bytes.Contains(sample, []byte(word)) {
			found++
		}
	}
	if found < 2 {
		return "", false
	}
	decoded, err := simplifiedchinese.GB18030.NewDecoder().Bytes(data)
	return string(decoded), err == nil
}

// decodeText gives data as valid UTF-8, without its mark, and the name of the
// encoding it was in. What is not UTF-8 is taken for Windows-1252, which every
// sequence of bytes is but for five that become U+FFFD.
func decodeText(data []byte) (text, encoding string, err error) {
	if order := utf16Order(data); order != "" {
		endian := unicode.LittleEndian
		if order == "utf-16be" {
			endian = unicode.BigEndian
		}
		decoded, err := unicode.UTF16(endian, unicode.UseBOM).NewDecoder().Bytes(data)
		if err != nil {
			return "", "", fmt.Errorf("decode %s: %w", order, err)
		}
		return strings.ReplaceAll(string(decoded), "\x00", ""), order, nil
	}
	if marked, ok := bytes.CutPrefix(data, markUTF8); ok && utf8.Valid(marked) {
		return string(marked), "utf-8-bom", nil
	}
	if utf8.Valid(data) {
		return string(data), "utf-8", nil
	}
	if text, ok := decodeChinese(data); ok {
		return text, "gb18030", nil
	}
	decoded, err := charmap.Windows1252.NewDecoder().Bytes(data)
	if err != nil {
		return "", "", fmt.Errorf("decode windows-1252: %w", err)
	}
	return string(decoded), "windows-1252", nil
}
