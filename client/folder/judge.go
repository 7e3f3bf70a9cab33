package folder

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode"

	"github.com/patternbook/patternbook/schema"
)

// judge makes files of the candidates, or says what is wrong with them.
func (s *scan) judge() error {
	s.untracked = slices.DeleteFunc(s.untracked, func(name string) bool { return s.seen[name] })
	s.tellLeftOut()
	taken := make(map[string]string, len(s.found)) // by schema.FoldPath
	for _, c := range s.found {
		if s.ctx.Err() != nil {
			return s.ctx.Err()
		}
		fi, ok := s.inspect(&c)
		if !ok || !s.checkName(c.name) {
			continue
		}
		file := File{Path: normal(c.name), Size: fi.Size(), Untracked: s.git && c.named, name: c.resolved, modified: fi.ModTime()}
		fold := schema.FoldPath(file.Path)
		if other, twice := taken[fold]; twice {
			s.find(schema.SeverityError, "path-clash", c.name, fmt.Sprintf(
				"it differs from %s only by case or Unicode form, and many systems take them for one file; rename one of them", printable(other)))
			continue
		}
		taken[fold] = c.name
		if s.isPointer(c, fi) {
			s.find(schema.SeverityError, "lfs-pointer", c.name, "it is only the pointer of git LFS and not the file; run git lfs pull")
			continue
		}
		s.files = append(s.files, file)
	}
	return nil
}

// inspect finds out what the candidate really is and sets where it lies.
func (s *scan) inspect(c *candidate) (fs.FileInfo, bool) {
	fi, err := s.root.Lstat(c.name)
	plain := true
	if err == nil || !errors.Is(err, fs.ErrNotExist) {
		plain, _ = s.isPlain(path.Dir(c.name))
	}
	c.resolved = c.name
	switch {
	case !plain || err == nil && fi.Mode()&fs.ModeSymlink != 0:
		return s.follow(c)
	case errors.Is(err, fs.ErrNotExist):
		s.find(schema.SeverityError, "missing", c.name, "git tracks it, but it is not there; git restore it, or git rm it")
		return nil, false
	case err != nil:
		s.find(schema.SeverityError, "unreadable", c.name, "it cannot be read: "+cause(err))
		return nil, false
	case fi.Mode().IsRegular():
		return fi, true
	case c.listed:
		s.find(schema.SeverityError, "not-a-file", c.name, "it is "+kindOf(fi.Mode())+"; only files are published")
	default:
		s.find(schema.SeverityWarning, "not-a-file", c.name, "it is "+kindOf(fi.Mode())+" and left out; only files are published")
	}
	return nil, false
}

// follow finds out where a link leads. It must lead to a file that is published
// too: else it would carry out what nobody meant to show.
func (s *scan) follow(c *candidate) (fs.FileInfo, bool) {
	target, err := s.resolve(c.name)
	if err != nil {
		s.find(schema.SeverityError, "symlink", c.name, err.Error())
		return nil, false
	}
	fi, err := s.root.Lstat(target)
	switch {
	case err != nil:
		s.find(schema.SeverityError, "symlink", c.name, "what the symbolic link leads to cannot be read: "+cause(err))
	case fi.IsDir():
		s.find(schema.SeverityWarning, "symlink-to-folder", c.name,
			"it is a symbolic link to the folder "+printable(target)+" and left out; the folder's files are published under their own paths")
	case !fi.Mode().IsRegular():
		s.find(schema.SeverityError, "symlink", c.name, "the symbolic link leads to "+kindOf(fi.Mode())+"; only files are published")
	case !s.seen[target] && !c.named:
		s.find(schema.SeverityError, "symlink", c.name,
			"the symbolic link leads to "+printable(target)+", which is not published; put the file itself in its place, or publish that too")
	default:
		c.resolved = target
		return fi, true
	}
	return nil, false
}

func kindOf(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "a folder"
	case mode&fs.ModeNamedPipe != 0:
		return "a pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&fs.ModeDevice != 0:
		return "a device"
	}
	return "something special"
}

// checkName checks a path: against the rules, then against what Windows refuses.
func (s *scan) checkName(name string) bool {
	if err := schema.CheckPath(normal(name)); err != nil {
		message := err.Error()
		if e, ok := errors.AsType[*schema.Error](err); ok {
			message = e.Detail + "; rename it"
		}
		s.find(schema.SeverityError, "path-invalid", name, message)
		return false
	}
	if why := windowsFault(name); why != "" {
		s.find(schema.SeverityWarning, "path-windows", name, why+", which Windows refuses: who fetches the design there cannot write it")
	}
	return true
}

// windowsFault says what keeps Windows from having such a path:
// https://learn.microsoft.com/windows/win32/fileio/naming-a-file
func windowsFault(name string) string {
	for segment := range strings.SplitSeq(name, "/") {
		if i := strings.IndexAny(segment, `<>:"|?*`); i >= 0 {
			return "its name has the character " + segment[i:i+1]
		}
		if strings.HasSuffix(segment, ".") || strings.HasSuffix(segment, " ") {
			return "a name in it ends with a dot or a space"
		}
		stem, _, _ := strings.Cut(segment, ".")
		if isDevice(strings.ToUpper(strings.TrimRight(stem, " "))) {
			return "a name in it is that of a device (" + stem + ")"
		}
	}
	return ""
}

func isDevice(stem string) bool {
	switch stem {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$":
		return true
	}
	digit, ok := strings.CutPrefix(stem, "COM")
	if !ok {
		digit, ok = strings.CutPrefix(stem, "LPT")
	}
	return ok && digit != "" && strings.Contains("0 1 2 3 4 5 6 7 8 9 ¹ ² ³", digit)
}

// pointers are how a pointer file of git LFS begins:
// https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
var pointers = []string{"version https://git-lfs.github.com/spec/v1\n", "version https://hawser.github.com/spec/v1\n"}

const maxPointer = 1024 // bytes; a pointer has fewer

// isPointer tells whether the file is what git LFS leaves in the place of one
// that it has not fetched. A file that cannot be read is for Hash to report.
func (s *scan) isPointer(c candidate, fi fs.FileInfo) bool {
	if fi.Size() >= maxPointer || fi.Size() < int64(len(pointers[1])) {
		return false
	}
	f, err := s.root.Open(c.resolved)
	if err != nil {
		s.find(schema.SeverityError, "unreadable", c.name, "it cannot be read: "+cause(err))
		return false
	}
	defer f.Close()
	head := make([]byte, len(pointers[0]))
	n, _ := io.ReadFull(f, head)
	return slices.ContainsFunc(pointers, func(p string) bool { return strings.HasPrefix(string(head[:n]), p) })
}

// printable makes a name from disk fit for a message.
func printable(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return unicode.ReplacementChar
		}
		return r
	}, strings.ToValidUTF8(name, string(unicode.ReplacementChar)))
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
