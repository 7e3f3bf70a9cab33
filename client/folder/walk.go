package folder

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/patternbook/patternbook/schema"
)

// walk takes all files at and below a name that are not excluded.
func (s *scan) walk(from string, named bool) error {
	return fs.WalkDir(s.root.FS(), from, func(name string, d fs.DirEntry, err error) error {
		switch {
		case s.ctx.Err() != nil:
			return s.ctx.Err()
		case err != nil:
			s.find(schema.SeverityError, "unreadable", name, "it cannot be read: "+cause(err))
			if d != nil && d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case name == ".":
			return nil
		case s.full():
			return fs.SkipAll
		}
		if inVersionControl(name) || s.usual.excludes(name, d.IsDir()) {
			s.noteRubbish(name, d)
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if !d.IsDir() {
			s.add(candidate{name: name, named: named})
		}
		return nil
	})
}

// noteRubbish remembers what is left out without the author having said so.
func (s *scan) noteRubbish(name string, d fs.DirEntry) {
	if inVersionControl(name) || !s.usual.byBuiltin(name, d.IsDir()) {
		return
	}
	if d.IsDir() {
		name += "/"
	}
	s.rubbish = append(s.rubbish, name)
}

// addNamed takes a file, or a folder, that the manifest names.
func (s *scan) addNamed(named string) error {
	name := path.Clean(named)
	if name == "." {
		return nil // the folder itself
	}
	if err := schema.CheckPath(name); err != nil {
		s.find(schema.SeverityError, "named-path", named, "the manifest names it, but it is no path in the folder: "+err.Error())
		return nil
	}
	name, fi, err := s.onDisk(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		s.find(schema.SeverityWarning, "named-missing", named, "the manifest names it, but it is not in the folder")
		return nil
	case err != nil:
		s.find(schema.SeverityError, "unreadable", named, "the manifest names it, but it cannot be read: "+cause(err))
		return nil
	case inVersionControl(name):
		s.find(schema.SeverityError, "version-control", named, "the manifest names a file of version control; these are never published")
		return nil
	case s.seen[name]:
		return nil
	case s.author.excludes(name, fi.IsDir()):
		s.find(schema.SeverityWarning, "named-but-ignored", named,
			"the manifest names it, but .patternbookignore excludes it, so it stays out; take it out of one of them")
		return nil
	case fi.IsDir():
		return s.addNamedFolder(name)
	}
	s.add(candidate{name: name, listed: true, named: true})
	return nil
}

// addNamedFolder takes what is in a folder, unless git has its say there.
func (s *scan) addNamedFolder(name string) error {
	for _, c := range s.found {
		if strings.HasPrefix(c.name, name+"/") {
			return nil
		}
	}
	return s.walk(name, true)
}

// onDisk finds a file whose name may have another Unicode form on disk.
func (s *scan) onDisk(name string) (string, fs.FileInfo, error) {
	fi, err := s.root.Lstat(name)
	if !errors.Is(err, fs.ErrNotExist) {
		return name, fi, err
	}
	for _, form := range []norm.Form{norm.NFC, norm.NFD} {
		other := form.String(name)
		if fi, err := s.root.Lstat(other); err == nil {
			return other, fi, nil
		}
	}
	return name, nil, err
}

// inVersionControl tells whether a path leads into what must never be published:
// it may hold credentials and what was taken out of the design.
func inVersionControl(name string) bool {
	for segment := range strings.SplitSeq(name, "/") {
		switch strings.ToLower(segment) {
		case ".git", ".hg", ".svn", ".bzr", ".jj":
			return true
		}
	}
	return false
}

// cause is an error of the file system without the path, which the finding has.
func cause(err error) string {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err.Error()
	}
	return err.Error()
}

// isPlain tells whether the folder is reached from the root without links.
func (s *scan) isPlain(folder string) (bool, error) {
	if folder == "." {
		return true, nil
	}
	if plain, known := s.plain[folder]; known {
		return plain, nil
	}
	plain, err := s.isPlain(path.Dir(folder))
	if err != nil {
		return false, err
	}
	if plain {
		fi, err := s.root.Lstat(folder)
		if err != nil {
			return false, err
		}
		plain = fi.Mode()&fs.ModeSymlink == 0
	}
	s.plain[folder] = plain
	return plain, nil
}

// resolve gives where a name that goes over links really leads, or why it may not.
func (s *scan) resolve(name string) (string, error) {
	target, err := filepath.EvalSymlinks(filepath.Join(s.realDir, filepath.FromSlash(name)))
	if errors.Is(err, fs.ErrNotExist) {
		return "", errors.New("it is a symbolic link to a file that is not there; correct the link or remove it")
	}
	if err != nil {
		return "", errors.New("it is a symbolic link that cannot be followed: " + cause(err))
	}
	inside, err := filepath.Rel(s.realDir, target)
	if err != nil || !filepath.IsLocal(inside) {
		return "", errors.New("it is a symbolic link that leads out of the folder; put the file itself in its place")
	}
	inside = filepath.ToSlash(inside)
	if inVersionControl(inside) {
		return "", fmt.Errorf("it is a symbolic link to %s, which is never published; remove it", inside)
	}
	return inside, nil
}
