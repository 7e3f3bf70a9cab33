package folder

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/text/unicode/norm"

	"github.com/patternbook/patternbook/schema"
)

// A Folder is what of a design's folder is to be published. Close it.
type Folder struct {
	Dir      string           // the folder, as it was given to Scan
	Git      bool             // the list is what git tracks
	Files    []File           // in the order of their paths
	Findings []schema.Finding // publish only where schema.HasError(Findings) is false

	root *os.Root
}

// A File is one file to publish.
type File struct {
	Path      string        // from the folder, with slashes, in Unicode form NFC
	Size      int64         // bytes
	Digest    schema.Digest // zero until Hash
	Untracked bool          // it is published since the manifest names it; git does not track it

	name     string    // under which the root opens it: as on disk, links resolved
	modified time.Time // when it was scanned
}

// Options say what Scan cannot see in the folder.
type Options struct {
	// Named are the paths of files, or folders, that the manifest names,
	// relative to the design's folder with slashes. They are published even
	// when git does not track them.
	Named []string
}

// Scan lists the files of the folder dir that are to be published, and says what
// stands in the way. Faults in the folder are findings of severity error, all of
// them at once; the error is for a folder that cannot be read at all.
func Scan(ctx context.Context, dir string, opts Options) (*Folder, error) {
	root, err := openFolder(dir)
	if err != nil {
		return nil, err
	}
	s := &scan{ctx: ctx, dir: dir, root: root, seen: map[string]bool{}, plain: map[string]bool{}}
	if err := s.run(opts); err != nil {
		return nil, errors.Join(fmt.Errorf("scan %s: %w", dir, err), root.Close())
	}
	slices.SortFunc(s.files, func(a, b File) int { return cmp.Compare(a.Path, b.Path) })
	return &Folder{Dir: dir, Git: s.git, Files: s.files, Findings: s.findings, root: root}, nil
}

// Close frees the folder. Its files cannot be opened any more.
func (f *Folder) Close() error { return f.root.Close() }

func openFolder(dir string) (*os.Root, error) {
	fi, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, &schema.Error{Kind: schema.NotFound, Detail: "there is no folder " + dir, Fix: "name the folder of a design", Err: err}
	case err != nil:
		return nil, fmt.Errorf("scan %s: %w", dir, err)
	case !fi.IsDir():
		return nil, &schema.Error{Kind: schema.Invalid, Detail: dir + " is not a folder", Fix: "name the folder that holds the design's files"}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("scan %s: %w", dir, err)
	}
	return root, nil
}

// A candidate is a file that is to be published if nothing is wrong with it.
type candidate struct {
	name     string // as on disk, from the folder, with slashes
	listed   bool   // by git or by the manifest, not merely found
	named    bool   // by the manifest alone
	resolved string // where it really lies, when that is elsewhere
}

// A scan gathers candidates, then judges them.
type scan struct {
	ctx      context.Context
	dir      string
	realDir  string // dir with links resolved
	root     *os.Root
	git      bool
	author   *matcher // what the author leaves out
	usual    *matcher // and what we leave out where git does not say
	seen     map[string]bool
	found    []candidate
	plain    map[string]bool // folders, and whether they are reached without links
	files    []File
	findings []schema.Finding

	rubbish   []string // left out by our own rules
	untracked []string // left out since git does not track them
}

func (s *scan) run(opts Options) (err error) {
	if s.realDir, err = filepath.EvalSymlinks(s.dir); err != nil {
		return err
	}
	own, err := s.readIgnore()
	if err != nil {
		return err
	}
	if err := s.list(own); err != nil {
		return err
	}
	for _, name := range opts.Named {
		if err := s.addNamed(name); err != nil {
			return err
		}
	}
	if len(s.found) > schema.MaxFiles {
		s.find(schema.SeverityError, "too-many-files", "", fmt.Sprintf(
			"there are more than %d files; leave some out with .patternbookignore, or publish the design in parts", schema.MaxFiles))
		return nil
	}
	if err := s.judge(); err != nil {
		return err
	}
	if len(s.files) == 0 && !schema.HasError(s.findings) {
		s.find(schema.SeverityError, "no-files", "", "there is no file to publish in the folder")
	}
	return nil
}

// list gathers what git tracks, or else what is there.
func (s *scan) list(own []rule) error {
	s.author = newMatcher(own)
	s.usual = newMatcher(append(rubbish(), own...))
	repo, why, err := findRepository(s.ctx, s.dir)
	if err != nil {
		return err
	}
	if why != "" {
		s.find(schema.SeverityWarning, "git-unusable", "", why)
	}
	if repo != nil {
		entries, err := repo.tracked(s.ctx)
		if err != nil {
			return err
		}
		if len(entries) > 0 {
			s.git = true
			return s.addTracked(repo, entries, "")
		}
		s.find(schema.SeverityWarning, "nothing-tracked", "",
			"the folder lies in a git repository that tracks none of its files, so all of them are taken; git add those that belong to the design")
	}
	return s.walk(".", false)
}

// add takes a candidate, once.
func (s *scan) add(c candidate) {
	if !s.seen[c.name] {
		s.seen[c.name] = true
		s.found = append(s.found, c)
	}
}

func (s *scan) full() bool { return len(s.found) > schema.MaxFiles }

func (s *scan) find(severity schema.Severity, code, file, message string) {
	s.findings = append(s.findings, schema.Finding{Severity: severity, Code: code, File: printable(file), Message: message})
}

// normal is the form in which a path is published.
func normal(name string) string { return norm.NFC.String(name) }
