package schema

// A Role says what a file is for. The list is closed.
type Role string

// The roles of files.
const (
	RoleManifest             Role = "manifest"
	RoleReadme               Role = "readme"
	RoleLicence              Role = "licence"
	RoleBOM                  Role = "bom"
	RoleSource               Role = "source"
	RoleExport               Role = "export"
	RoleSchematic            Role = "schematic"
	RoleBoard                Role = "board"
	RoleGerber               Role = "gerber"
	RoleDrill                Role = "drill"
	RolePlacement            Role = "placement"
	RoleFirmware             Role = "firmware"
	RoleDrawing              Role = "drawing"
	RoleAssemblyInstructions Role = "assembly_instructions"
	RoleUserManual           Role = "user_manual"
	RoleTestProcedure        Role = "test_procedure"
	RoleImage                Role = "image"
	RoleOther                Role = "other"
)

// Roles lists every role.
func Roles() []Role {
	return []Role{
		RoleManifest, RoleReadme, RoleLicence, RoleBOM, RoleSource, RoleExport, RoleSchematic, RoleBoard, RoleGerber,
		RoleDrill, RolePlacement, RoleFirmware, RoleDrawing, RoleAssemblyInstructions, RoleUserManual, RoleTestProcedure,
		RoleImage, RoleOther,
	}
}

// Fabrication tells whether a file of this role decides what the hardware is.
func (r Role) Fabrication() bool {
	switch r {
	case RoleSource, RoleExport, RoleSchematic, RoleBoard, RoleGerber, RoleDrill, RolePlacement, RoleFirmware, RoleDrawing:
		return true
	}
	return false
}
