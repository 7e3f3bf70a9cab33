package folder

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/patternbook/patternbook/schema"
)

// A repository runs git in a folder of a work tree.
type repository struct {
	exe string
	dir string // where git runs: its paths are relative to it
}

// findRepository gives the git work tree that dir lies in. It gives nil when
// there is none, with the reason in why when there seems to be one.
func findRepository(ctx context.Context, dir string) (repo *repository, why string, err error) {
	if !belowGit(dir) {
		return nil, "", nil
	}
	exe, err := exec.LookPath("git")
	if err != nil {
		return nil, "this is a git repository, but git is not installed, so all files are taken; install git to publish what it tracks", nil
	}
	repo = &repository{exe, dir}
	out, err := repo.run(ctx, "rev-parse", "--is-inside-work-tree")
	failure, failed := errors.AsType[*gitError](err)
	switch {
	case failed && strings.Contains(failure.stderr, "dubious ownership"):
		return nil, "", &schema.Error{
			Kind:   schema.Forbidden,
			Detail: "git does not trust the repository of " + dir + ", for it belongs to somebody else",
			Fix:    "if you do, run: git config --global --add safe.directory <the repository>",
			Err:    err,
		}
	case failed && strings.Contains(failure.stderr, "not a git repository"):
		return nil, "there is a .git here, but git says that it is not a repository, so all files are taken; check what git status says", nil
	case err != nil:
		return nil, "", err
	case strings.TrimSpace(string(out)) != "true":
		return nil, "", nil
	}
	return repo, "", nil
}

// belowGit tells whether dir or a folder above it has a .git.
func belowGit(dir string) bool {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return false
	}
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	for {
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil || !errors.Is(err, fs.ErrNotExist) {
			return true
		}
		above := filepath.Dir(dir)
		if above == dir {
			return false
		}
		dir = above
	}
}

// in gives the repository of a submodule.
func (r *repository) in(sub string) *repository {
	return &repository{r.exe, filepath.Join(r.dir, filepath.FromSlash(sub))}
}

// checkedOut tells whether r.dir itself has a .git, as a submodule must: else git
// would speak of the repository around it.
func (r *repository) checkedOut() bool {
	_, err := os.Lstat(filepath.Join(r.dir, ".git"))
	return err == nil
}

// safely are the settings that keep a repository that somebody has sent from
// running anything of its own: fsmonitor and hooks are commands in its
// configuration, a bare repository may be hidden among the files.
var safely = []string{
	"-c", "core.fsmonitor=false",
	"-c", "core.hooksPath=" + os.DevNull,
	"-c", "core.quotePath=false",
	"-c", "safe.bareRepository=explicit",
	"-c", "submodule.recurse=false",
}

const maxAnswer = 256 << 20 // bytes: far more than MaxFiles paths

// run gives what git prints.
func (r *repository) run(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, r.exe, append(safely[:len(safely):len(safely)], args...)...)
	cmd.Dir = r.dir
	cmd.Env = gitEnvironment(os.Environ())
	cmd.WaitDelay = 5 * time.Second
	var out, complaint limited
	out.room, complaint.room = maxAnswer, 64<<10
	cmd.Stdout, cmd.Stderr = &out, &complaint
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, &gitError{args, strings.TrimSpace(complaint.String()), err}
	}
	if out.over {
		return nil, &schema.Error{Kind: schema.TooLarge, Detail: "git lists far more files in " + r.dir + " than a release may have"}
	}
	return out.Bytes(), nil
}

// fields gives what git prints with -z, without the last, empty field.
func (r *repository) fields(ctx context.Context, args ...string) ([]string, error) {
	out, err := r.run(ctx, args...)
	if err != nil || len(out) == 0 {
		return nil, err
	}
	return strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00"), nil
}

// gitEnvironment keeps of env what is not git's, and of git's what only says
// where it and its user's configuration are: GIT_DIR and its like, set while a
// hook runs, would point git at another repository.
func gitEnvironment(env []string) []string {
	var kept []string
	for _, e := range env {
		name, _, _ := strings.Cut(e, "=")
		if !strings.HasPrefix(name, "GIT_") || strings.HasPrefix(name, "GIT_CONFIG_") ||
			name == "GIT_EXEC_PATH" || name == "GIT_CEILING_DIRECTORIES" {
			kept = append(kept, e)
		}
	}
	return append(kept,
		"LC_ALL=C",              // its complaints are read
		"GIT_OPTIONAL_LOCKS=0",  // change nothing, not even the index's cache
		"GIT_TERMINAL_PROMPT=0", // ask nothing
		"GIT_ALLOW_PROTOCOL=",   // fetch nothing
		"GIT_NO_LAZY_FETCH=1",   // not even objects that a partial clone lacks
		"GIT_LITERAL_PATHSPECS=1")
}

// A gitError is what git said when it failed.
type gitError struct {
	args   []string
	stderr string
	err    error
}

func (e *gitError) Error() string {
	return fmt.Sprintf("git %s: %s: %v", e.args[0], e.stderr, e.err)
}

func (e *gitError) Unwrap() error { return e.err }

// A limited buffer drops what is over its room, and remembers that it did.
type limited struct {
	bytes.Buffer
	room int
	over bool
}

func (l *limited) Write(p []byte) (int, error) {
	if l.Len()+len(p) > l.room {
		l.over = true
		return len(p), nil
	}
	return l.Buffer.Write(p)
}
