package folder

import (
	"strings"

	"github.com/patternbook/patternbook/schema"
)

// rubbishPatterns are what editors, CAD programs and systems leave in folders
// and nobody means to publish. They are in lower case and match in any case.
const rubbishPatterns = `
# systems and file managers
.ds_store
._*
.appledouble/
.spotlight-v100/
.trashes/
.fseventsd/
.directory
.trash-*/
.nfs*
thumbs.db
thumbs.db:encryptable
ehthumbs.db
desktop.ini
$recycle.bin/
*.lnk

# editors, and what programs write before they save
*~
.*.sw?
\#*\#
.\#*
*.bak
*.tmp
*.orig
*.rej
.vscode/
.idea/
*.sublime-workspace

# package managers and languages
node_modules/
__pycache__/
*.pyc
.venv/
.tox/

# office programs: locks
.~lock.*\#
~$*

# KiCad: backups, locks, autosaves, caches, and settings of one person's screen
*-backups/
_autosave-*
*.kicad_prl
*.kicad_pcb-bak
*.kicad_sch-bak
*.sch-bak
fp-info-cache
*-rescue.lib
*-rescue.dcm
*-rescue.kicad_sym
*.lck
\#auto_saved_files\#

# FreeCAD
*.fcstd[0-9]
*.fcstd[0-9][0-9]
*.fcbak

# Blender
*.blend[0-9]
*.blend[0-9][0-9]

# AutoCAD, Inventor, Altium, Eagle
*.dwl
*.dwl2
*.sv$
*.ac$
oldversions/
lockfile.lck
history/*.~(*).*
__previews/
project\ logs\ for\ */
*.b\#[0-9]
*.s\#[0-9]
*.l\#[0-9]
`

func rubbish() []rule {
	rules, _ := parseRules(rubbishPatterns)
	for i := range rules {
		rules[i].builtin = true
	}
	return rules
}

// tellLeftOut says what was left out although the author did not say so.
func (s *scan) tellLeftOut() {
	if len(s.rubbish) > 0 {
		s.find(schema.SeverityInfo, "left-out", "", count(len(s.rubbish), "entry that programs leave behind is", "entries that programs leave behind are")+
			" left out: "+some(s.rubbish)+" (to publish one after all, write !its-name into "+ignoreFile+")")
	}
	if len(s.untracked) > 0 {
		s.find(schema.SeverityWarning, "untracked", "", count(len(s.untracked), "file is", "files are")+
			" not tracked by git and left out: "+some(s.untracked)+" (git add what belongs to the design)")
	}
}

// some names the first few of many.
func some(names []string) string {
	const few = 5
	shown := make([]string, 0, few+1)
	for i, name := range names {
		if i == few {
			shown = append(shown, "…")
			break
		}
		shown = append(shown, printable(name))
	}
	return strings.Join(shown, ", ")
}
