package folder

import (
	"context"
	"fmt"
	"strings"

	"github.com/patternbook/patternbook/schema"
)

// An entry is a file of git's index.
type entry struct {
	path      string // from where git ran
	object    string // the hex digits of what it holds: for a submodule, its commit
	submodule bool
	conflict  bool // it has several stages, since a merge is not finished
}

// tracked lists what git tracks below r.dir, in git's order. Submodules are
// entries; their files are for a repository of their own.
func (r *repository) tracked(ctx context.Context) ([]entry, error) {
	fields, err := r.fields(ctx, "ls-files", "--stage", "-z")
	if err != nil {
		return nil, err
	}
	entries := make([]entry, 0, len(fields))
	for _, f := range fields { // "100644 <object> 0\tcad/base.scad"
		about, path, ok := strings.Cut(f, "\t")
		words := strings.Fields(about)
		if !ok || len(words) != 3 {
			return nil, fmt.Errorf("git ls-files: it printed %q", f)
		}
		e := entry{path: path, object: words[1], submodule: words[0] == "160000", conflict: words[2] != "0"}
		if n := len(entries); n > 0 && entries[n-1].path == path {
			continue // another stage
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// addTracked takes the entries of a repository that lies at prefix, and of its
// submodules.
func (s *scan) addTracked(repo *repository, entries []entry, prefix string) error {
	for _, e := range entries {
		name := prefix + e.path
		switch {
		case s.full():
			return nil
		case s.author.excludes(name, e.submodule):
		case e.submodule:
			if err := s.addSubmodule(repo.in(e.path), name); err != nil {
				return err
			}
		case e.conflict:
			s.find(schema.SeverityError, "merge-conflict", name, "a merge of it is not finished; resolve the conflict and git add it")
		default:
			s.add(candidate{name: name, listed: true})
		}
	}
	return s.tellUntracked(repo, prefix)
}

func (s *scan) addSubmodule(repo *repository, name string) error {
	if !repo.checkedOut() {
		s.find(schema.SeverityError, "submodule-missing", name,
			"the git submodule is not checked out, so its files are missing; run git submodule update --init --recursive")
		return nil
	}
	entries, err := repo.tracked(s.ctx)
	if err != nil {
		return err
	}
	return s.addTracked(repo, entries, name+"/")
}

// tellUntracked says which files stay out only because nobody has added them:
// the usual mistake of a first publication.
func (s *scan) tellUntracked(repo *repository, prefix string) error {
	names, err := repo.fields(s.ctx, "ls-files", "--others", "--exclude-standard", "-z")
	if err != nil {
		return err
	}
	for _, name := range names {
		// A repository in a folder of its own is printed with a slash at the end.
		folder := strings.HasSuffix(name, "/")
		plain := prefix + strings.TrimSuffix(name, "/")
		if !s.usual.excludes(plain, folder) {
			s.untracked = append(s.untracked, plain)
		}
	}
	return nil
}
