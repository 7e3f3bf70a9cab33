package schema

import (
	"path"
	"regexp"
	"strings"
)

// rolesByExtension hold wherever a file lies, unless its name says more.
var rolesByExtension = table(map[Role]string{
	RoleSource: `.scad .fcstd .f3d .f3z .sldprt .sldasm .slddrw .ipt .iam .idw .prt .catpart .catproduct .blend .dwg .skp .3dm .jscad .cdr .ai
		.kicad_pro .kicad_mod .kicad_sym .kicad_dru .kicad_wks .lib .lbr .dcm .pro .fzz .diy .m3d`,
	RoleExport:    ".stl .3mf .obj .amf .step .stp .iges .igs .dxf .gltf .glb .ply .wrl .x3d .gcode .nc .tap .ngc .dae .x_t .x_b .sat .brep .off",
	RoleSchematic: ".kicad_sch .sch .schdoc .dsn",
	RoleBoard:     ".kicad_pcb .brd .pcbdoc",
	RoleGerber:    ".gbr .gtl .gbl .gts .gbs .gto .gbo .gtp .gbp .gko .gm1 .gml .g2 .g3 .gbrjob .pho",
	RoleDrill:     ".drl .xln .exc",
	RolePlacement: ".pos .mnt",
	RoleFirmware:  ".hex .bin .uf2 .elf .ino .dfu .bit .jed",
	RoleImage:     ".png .jpg .jpeg .gif .webp .avif .heic .bmp .tif .tiff",
})

var (
	placementName    = regexp.MustCompile(`(?i)(^|[-_. ])(pos|cpl|placement|pick[-_ ]?(and|n|&)?[-_ ]?place|pnp|centroid|xy)([-_. ]|$)`)
	bomName          = regexp.MustCompile(`(?i)(^|[^a-z])[st]?(bom|bill[-_ ]?of[-_ ]?materials|parts?[-_ ]?list|st(ü|ue)ckliste)([^a-z]|$)`)
	gerberName       = regexp.MustCompile(`(?i)gerber|fab(rication)?[-_ ]?files`)
	schematicName    = regexp.MustCompile(`(?i)schematic|(^|[^a-z])sch([^a-z]|$)|schaltplan`)
	instructionsName = regexp.MustCompile(`(?i)assembl|build[-_ ]?(guide|instruct|manual)|instruction|bauanleitung|making|manufactur|montage|solder`)
	manualName       = regexp.MustCompile(`(?i)user[-_ ]?(guide|manual)|manual|operating|operation|bedienung|handbuch|maintenance`)
	testName         = regexp.MustCompile(`(?i)(^|[^a-z])(end)?tests?([^a-z]|$)|endtest|test[-_ ]?(procedure|plan|protocol)|inspection|quality|calibrat`)
	drawingFolder    = regexp.MustCompile(`(?i)(^|/)(drawings?|blueprints?|zeichnung(en)?|parts?|3dparts|woodparts|cad|mech(anical)?|dxf|laser)(/|$)`)
)

// RoleOf gives the role of a file of a design: what the manifest names it as,
// or else what its name, its extension and its folder tell. m may be nil. Where
// the manifest speaks broadly (source, export, instructions), a file that is
// clearly something of fabrication, like a board, stays that, since
// [Release.HardwareDigest] goes by it.
func RoleOf(file string, m *Manifest) Role {
	guess := roleByName(file)
	if m == nil {
		return guess
	}
	if file == m.Path {
		return RoleManifest
	}
	named, ok := m.roleOf(file, guess)
	switch {
	case !ok:
		return guess
	case named == RoleSource && guess.Fabrication() && guess != RoleExport && guess != RoleDrawing,
		named == RoleExport && guess.Fabrication() && guess != RoleSource && guess != RoleDrawing,
		named == RoleSchematic && guess == RoleBoard:
		return guess
	case named == RoleSource || named == RoleExport || named == RoleSchematic || named == RoleBOM || named == RoleReadme:
		return named
	case named == RoleOther, guess.Fabrication() && guess != RoleDrawing && named != RoleFirmware:
		return guess
	}
	return named
}

// roleOf gives the role under which the manifest names a file, or, for one of
// which nothing else is known, a folder that it lies in. The first one that is
// neither image nor other counts: a file may be named as source and as a picture
// of it.
func (m *Manifest) roleOf(file string, guess Role) (Role, bool) {
	best, found := RoleOther, false
	for _, p := range m.paths {
		within := strings.HasSuffix(p.Path, "/") && strings.HasPrefix(file, p.Path) && p.role != RoleBOM && guess == RoleOther
		if p.Path != file && !within {
			continue
		}
		if !found || best == RoleOther || best == RoleImage || p.role == RoleBOM || p.role == RoleSource && best != RoleBOM {
			best = p.role
		}
		found = true
	}
	return best, found
}

func roleByName(file string) Role {
	name := path.Base(file)
	upper := strings.ToUpper(name)
	ext := extension(file)
	switch {
	case isManifestName(name):
		return RoleManifest
	case strings.HasPrefix(upper, "README"):
		return RoleReadme
	case isLicenceFile(file):
		return RoleLicence
	}
	if role, ok := roleOfTable(name, ext); ok {
		return role
	}
	if role, ok := rolesByExtension[ext]; ok {
		return role
	}
	switch ext {
	case ".zip":
		if gerberName.MatchString(name) {
			return RoleGerber
		}
	case ".pdf", ".svg", ".ps", ".eps":
		return sheetRole(file, ext)
	case ".md", ".txt", ".rst", ".adoc", ".html", ".htm", ".odt", ".docx", ".doc", ".odp", ".pptx":
		return textRole(file)
	case ".py":
		if drawingFolder.MatchString(path.Dir(file)) { // CAD as code
			return RoleSource
		}
	}
	return RoleOther
}

func isManifestName(name string) bool {
	low := strings.ToLower(name)
	ext := extension(low)
	return strings.HasPrefix(low, "okh") && (ext == ".toml" || ext == ".yml" || ext == ".yaml")
}

func isLicenceFile(file string) bool {
	upper := strings.ToUpper(path.Base(file))
	return strings.HasPrefix(upper, "LICENSE") || strings.HasPrefix(upper, "LICENCE") || strings.HasPrefix(upper, "COPYING") ||
		strings.HasPrefix(upper, "UNLICENSE") || strings.HasPrefix(file, "LICENSES/") || strings.HasPrefix(file, "LICENCES/") || strings.Contains(file, "/LICENSES/")
}

// roleOfTable looks at tables: parts, or where a machine puts them.
func roleOfTable(name, ext string) (Role, bool) {
	switch ext {
	case ".csv", ".tsv", ".tab", ".xlsx", ".xls", ".ods", ".xml", ".txt", ".html", ".json":
	default:
		return "", false
	}
	stem := strings.TrimSuffix(name, path.Ext(name))
	switch {
	case bomName.MatchString(stem) && !strings.Contains(strings.ToLower(stem), "ibom"):
		return RoleBOM, true
	case (ext == ".csv" || ext == ".txt" || ext == ".tsv") && placementName.MatchString(stem):
		return RolePlacement, true
	}
	return "", false
}

// sheetRole tells drawings and schematics from texts and pictures.
func sheetRole(file, ext string) Role {
	name := path.Base(file)
	switch {
	case schematicName.MatchString(name):
		return RoleDrawing // a sheet to read; the schematic itself is the file of the CAD program
	case instructionsName.MatchString(name), manualName.MatchString(name), testName.MatchString(name):
		return textRole(file)
	case drawingFolder.MatchString(path.Dir(file)), strings.Contains(strings.ToLower(name), "drawing"):
		return RoleDrawing
	case ext == ".svg":
		return RoleImage
	}
	return textRole(file)
}

// textRole tells what a text is for by its name, then by its folder.
func textRole(file string) Role {
	name, folder := path.Base(file), path.Dir(file)
	for _, s := range []string{name, folder} {
		switch {
		case testName.MatchString(s):
			return RoleTestProcedure
		case instructionsName.MatchString(s):
			return RoleAssemblyInstructions
		case manualName.MatchString(s):
			return RoleUserManual
		}
	}
	return RoleOther
}
