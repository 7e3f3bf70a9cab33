// Package folder finds out what of a design's folder is to be published: which
// files, from which commit, with which digests. It changes nothing in the folder
// and speaks to no registry.
//
// # Which files
//
// In a git work tree: what git tracks below the folder, with the files of its
// submodules. Elsewhere, and where git tracks nothing below the folder: all files
// but the rubbish that editors, CAD programs and systems leave behind. In either
// case also what the design's manifest names ([Options.Named]), and never what
// .patternbookignore in the folder itself excludes. That file is written like a
// .gitignore; in a folder without git it can also bring rubbish back:
//
//	# renderings are on the web site
//	/renderings/
//	*.mp4
//	!intro.mp4
//	# kept, though usually rubbish
//	!*.kicad_prl
//
// A symbolic link to a published file is published as that file's bytes; one that
// leads out of the folder is an error. The folders of version control (.git, .hg,
// .svn) are never published, whatever a pattern, a manifest or a link says.
//
// # Trust
//
// A folder may come from anybody: git runs here without hooks, file system
// monitors, network transports, prompts, and filters that the repository itself
// sets up. Whose repository it is, git checks as always (safe.directory).
package folder
