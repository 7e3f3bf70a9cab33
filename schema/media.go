package schema

import (
	"path"
	"strings"
)

// DefaultMediaType is the media type of bytes that nothing is known of.
const DefaultMediaType = "application/octet-stream"

// mediaTypes are by file extension: those registered at
// https://www.iana.org/assignments/media-types where there is one, else what is
// in common use, else text/plain for what people can read.
var mediaTypes = table(map[string]string{
	"text/plain": `.txt .log .lst .rst .adoc .asc .ini .cfg .conf .properties .gitignore .gitattributes .scad .py .c .h .cpp .hpp .ino .s
		.rs .go .sh .bat .mk .cmake .ld .kicad_sch .kicad_pcb .kicad_pro .kicad_mod .kicad_sym .kicad_prl .kicad_wks .kicad_dru
		.lib .dcm .pro .net .cir .gcode .nc .tap .ngc .xln .drl .exc .pos .mdj .tex .bib .jscad .vhd .vhdl .v .sv .pcf .lpf`,
	"text/markdown": ".md .markdown", "text/html": ".html .htm", "text/css": ".css", "text/javascript": ".js .mjs", "text/csv": ".csv",
	"text/tab-separated-values": ".tsv .tab", "text/calendar": ".ics",
	"application/toml": ".toml", "application/yaml": ".yml .yaml", "application/json": ".json .ipynb", "application/xml": ".xml", "application/pdf": ".pdf",
	"application/rtf": ".rtf", "application/postscript": ".ps .eps .ai", "application/zip": ".zip .f3z", "application/gzip": ".gz .tgz",
	"application/x-tar": ".tar", "application/x-7z-compressed": ".7z", "application/x-bzip2": ".bz2", "application/x-xz": ".xz", "application/zstd": ".zst",
	"application/vnd.rar": ".rar", "application/epub+zip": ".epub", "application/wasm": ".wasm",
	"application/vnd.oasis.opendocument.text": ".odt", "application/vnd.oasis.opendocument.spreadsheet": ".ods",
	"application/vnd.oasis.opendocument.presentation": ".odp", "application/vnd.oasis.opendocument.graphics": ".odg",
	"application/msword": ".doc", "application/vnd.ms-excel": ".xls", "application/vnd.ms-powerpoint": ".ppt",
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document":   ".docx",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":         ".xlsx",
	"application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
	"application/vnd.gerber": ".gbr .gtl .gbl .gts .gbs .gto .gbo .gtp .gbp .gko .gm1 .gml .g2 .g3 .gbrjob .pho .art",
	"application/x-freecad":  ".fcstd", "application/x-blender": ".blend", "application/acad": ".dwg", "application/x-eagle": ".brd .lbr",
	"image/png": ".png", "image/jpeg": ".jpg .jpeg", "image/gif": ".gif", "image/webp": ".webp", "image/svg+xml": ".svg", "image/tiff": ".tif .tiff",
	"image/bmp": ".bmp", "image/avif": ".avif", "image/heic": ".heic", "image/x-icon": ".ico", "image/vnd.dxf": ".dxf", "image/x-xcf": ".xcf",
	"model/stl": ".stl", "model/3mf": ".3mf", "model/obj": ".obj", "model/mtl": ".mtl", "model/step": ".step .stp .p21", "model/iges": ".iges .igs",
	"model/gltf+json": ".gltf", "model/gltf-binary": ".glb", "model/vrml": ".wrl", "model/x3d+xml": ".x3d", "application/x-amf": ".amf",
	"model/vnd.collada+xml": ".dae", "model/x-ply": ".ply",
	"video/mp4": ".mp4 .m4v", "video/webm": ".webm", "video/quicktime": ".mov", "audio/mpeg": ".mp3", "audio/ogg": ".ogg", "audio/wav": ".wav",
	"font/ttf": ".ttf", "font/otf": ".otf", "font/woff2": ".woff2",
})

// table turns words by value into values by word.
func table[V comparable](byValue map[V]string) map[string]V {
	byWord := make(map[string]V)
	for value, words := range byValue {
		for word := range strings.FieldsSeq(words) {
			byWord[word] = value
		}
	}
	return byWord
}

// MediaType gives the media type of a file by the extension of its path alone,
// from a fixed table, so that every computer gives the same.
func MediaType(file string) string {
	if t, ok := mediaTypes[extension(file)]; ok {
		return t
	}
	switch name := strings.ToUpper(path.Base(file)); {
	case strings.HasPrefix(name, "README"), strings.HasPrefix(name, "LICEN"), strings.HasPrefix(name, "COPYING"), name == "MAKEFILE", name == "AUTHORS",
		name == "NOTICE", name == "CHANGELOG":
		if extension(file) == "" {
			return "text/plain"
		}
	}
	return DefaultMediaType
}

// extension gives the extension of a path in lower case, with its dot. A file
// whose name is nothing but an extension has that.
func extension(file string) string { return strings.ToLower(path.Ext(file)) }
