package schema

import "testing"

func TestRoleOfByName(t *testing.T) {
	for path, want := range map[string]Role{
		"okh.toml": RoleManifest, "hw/okh-frame.yml": RoleManifest, "README.md": RoleReadme, "docs/readme.txt": RoleReadme,
		"LICENSE": RoleLicence, "LICENCE": RoleLicence, "COPYING": RoleLicence, "LICENSES/CC0-1.0.txt": RoleLicence, "License.txt": RoleLicence,
		"sBoM.csv": RoleBOM, "BOM.csv": RoleBOM, "build/mppt-1210-hus_bom.csv": RoleBOM, "build/mppt-2420-hc_bom_(hv_supply,can).csv": RoleBOM,
		"bom.ods": RoleBOM, "Parts List.xlsx": RoleBOM, "1-click_BOM.tsv": RoleBOM, "kicad/bom.ini": RoleOther, "build/x_ibom.html": RoleOther,
		"cad/ring.scad": RoleSource, "cad/ring.FCStd": RoleSource, "cad/ring.f3d": RoleSource, "cad/ring.SLDPRT": RoleSource, "cad/a.blend": RoleSource,
		"ring.stl": RoleExport, "ring.3mf": RoleExport, "ring.obj": RoleExport, "ring.amf": RoleExport, "ring.step": RoleExport, "ring.STP": RoleExport, "ring.dxf": RoleExport,
		"kicad/a.kicad_sch": RoleSchematic, "kicad/a.sch": RoleSchematic, "kicad/a.kicad_pcb": RoleBoard, "kicad/a.brd": RoleBoard,
		"gerber/a.gbr": RoleGerber, "gerber/a.GTL": RoleGerber, "gerber/a.gbl": RoleGerber, "a-gerber.zip": RoleGerber,
		"gerber/a.drl": RoleDrill, "gerber/a.xln": RoleDrill, "fab/board-pos.csv": RolePlacement, "fab/CPL.csv": RolePlacement, "fab/x_cpl_top.csv": RolePlacement,
		"fw/a.hex": RoleFirmware, "fw/a.bin": RoleFirmware, "fw/a.uf2": RoleFirmware, "fw/a.ino": RoleFirmware,
		"3DParts/ClampRing/ClampRing.pdf": RoleDrawing, "drawings/frame.svg": RoleDrawing, "build/mppt-1210-hus_schematic.pdf": RoleDrawing,
		"logo.svg": RoleImage, "photo.jpg": RoleImage, "a.png": RoleImage, "Documentation/AssemblyGuide.md": RoleAssemblyInstructions,
		"doc/manuf/solder.md": RoleAssemblyInstructions, "doc/manuf/manufacturing_endtest.md": RoleTestProcedure, "manual/2-safety.md": RoleUserManual,
		"src/mech/plug_case.py": RoleSource, "run/generate": RoleOther, "notes.md": RoleOther, "REUSE.toml": RoleOther, "latest.md": RoleOther,
	} {
		if got := RoleOf(path, nil); got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
}

func TestRoleOfNamed(t *testing.T) {
	m, _ := read(t, "okh.toml", `okhv = "2.4"
readme = "intro.html"
bom = "list.dat"
user-manual = "Help.pdf"
manufacturing-instructions = ["src/seat.scad", "how.odp"]
source = ["src/seat.scad", "hw/a.brd", "params.csv", "mech/"]
export = ["ring.pdf"]
image = "src/other.scad"
contribution-guide = "CONTRIBUTING.md"
[[software]]
release = "fw/main.img"
`)
	for path, want := range map[string]Role{
		"okh.toml": RoleManifest, "intro.html": RoleReadme, "list.dat": RoleBOM, "Help.pdf": RoleUserManual, "how.odp": RoleAssemblyInstructions,
		"src/seat.scad": RoleSource, "hw/a.brd": RoleBoard, "params.csv": RoleSource, "mech/frame.py": RoleSource, "mech/x.stl": RoleExport,
		"ring.pdf": RoleExport, "src/other.scad": RoleSource, "CONTRIBUTING.md": RoleOther, "fw/main.img": RoleFirmware, "LICENSE": RoleLicence,
	} {
		if got := RoleOf(path, m); got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
}

func TestMediaType(t *testing.T) {
	for path, want := range map[string]string{
		"a.STL": "model/stl", "a.3mf": "model/3mf", "a.step": "model/step", "a.pdf": "application/pdf", "README.md": "text/markdown",
		"okh.toml": "application/toml", "a.csv": "text/csv", "a.tsv": "text/tab-separated-values", "a.png": "image/png", "LICENSE": "text/plain",
		"a.unheard": "application/octet-stream", "run/generate": "application/octet-stream", "a.kicad_pcb": "text/plain", "a.gtl": "application/vnd.gerber",
	} {
		if got := MediaType(path); got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
}
