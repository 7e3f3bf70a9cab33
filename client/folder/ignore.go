package folder

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/patternbook/patternbook/schema"
)

const (
	ignoreFile = ".patternbookignore"
	maxIgnore  = 1 << 20 // bytes
)

// readIgnore reads the author's rules.
func (s *scan) readIgnore() ([]rule, error) {
	fi, err := s.root.Lstat(ignoreFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if !fi.Mode().IsRegular() || fi.Size() > maxIgnore {
		s.find(schema.SeverityError, "ignore-file", ignoreFile, fmt.Sprintf("it is not a plain file of at most %d bytes", maxIgnore))
		return nil, nil
	}
	f, err := s.root.Open(ignoreFile)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(f, maxIgnore))
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	rules, bad := parseRules(string(text))
	for _, line := range bad {
		s.findings = append(s.findings, schema.Finding{
			Severity: schema.SeverityError, Code: "ignore-pattern", File: ignoreFile, Line: line,
			Message: "the pattern cannot match: a bracket is not closed, or nothing follows a backslash",
		})
	}
	return rules, nil
}

// A rule is one line of a file like .gitignore, as
// https://git-scm.com/docs/gitignore describes it. Unlike git, ? and [] match
// characters and not bytes.
type rule struct {
	segments []string // patterns, one a path segment, or "**"
	anchored bool     // matches the whole path, not its last segment alone
	negated  bool     // takes back what an earlier rule excludes
	folder   bool     // matches folders alone
	builtin  bool     // of ours, not the author's; matches without regard to case
}

// parseRules reads rules, and gives the lines, from 1, that can match nothing.
func parseRules(text string) (rules []rule, bad []int) {
	text = strings.TrimPrefix(text, "\ufeff")
	line := 0
	for text := range strings.SplitSeq(text, "\n") {
		line++
		r, ok, err := parseRule(strings.TrimSuffix(text, "\r"))
		if err != nil {
			bad = append(bad, line)
		} else if ok {
			rules = append(rules, r)
		}
	}
	return rules, bad
}

var errPattern = errors.New("the pattern is not complete")

func parseRule(p string) (r rule, ok bool, err error) {
	p = trimSpaces(p)
	if p == "" || p[0] == '#' {
		return r, false, nil
	}
	p, r.negated = strings.CutPrefix(p, "!")
	p, r.folder = strings.CutSuffix(p, "/")
	p, rooted := strings.CutPrefix(p, "/")
	if p == "" {
		return r, false, nil
	}
	r.segments = strings.Split(p, "/")
	r.anchored = rooted || len(r.segments) > 1
	for i, segment := range r.segments {
		if !complete(segment) {
			return r, false, errPattern
		}
		if len(segment) > 2 && strings.Trim(segment, "*") == "" {
			r.segments[i] = "**" // as git takes it
		}
	}
	return r, true, nil
}

// trimSpaces cuts spaces off the end, but for one that a backslash keeps.
func trimSpaces(p string) string {
	trimmed := strings.TrimRight(p, " \t")
	if len(trimmed) < len(p) && strings.HasSuffix(trimmed, `\`) && !strings.HasSuffix(trimmed, `\\`) {
		return p[:len(trimmed)+1]
	}
	return trimmed
}

// A matcher says which paths a list of rules excludes: the last rule that
// matches decides, and nothing comes back into a folder that is excluded.
type matcher struct {
	rules   []rule
	folders map[string]verdict
}

// A verdict tells whether a path is excluded, and whether by a rule of ours.
type verdict struct{ excluded, builtin bool }

func newMatcher(rules []rule) *matcher {
	return &matcher{rules, map[string]verdict{}}
}

func (m *matcher) excludes(name string, folder bool) bool { return m.judge(name, folder).excluded }

func (m *matcher) byBuiltin(name string, folder bool) bool {
	v := m.judge(name, folder)
	return v.excluded && v.builtin
}

func (m *matcher) judge(name string, folder bool) verdict {
	if len(m.rules) == 0 || name == "." {
		return verdict{}
	}
	if folder {
		if v, known := m.folders[name]; known {
			return v
		}
	}
	v := m.judge(path.Dir(name), true)
	if !v.excluded {
		v = m.decide(name, folder)
	}
	if folder {
		m.folders[name] = v
	}
	return v
}

func (m *matcher) decide(name string, folder bool) (v verdict) {
	segments := strings.Split(name, "/")
	lower := strings.Split(strings.ToLower(name), "/")
	for _, r := range m.rules {
		if r.folder && !folder {
			continue
		}
		of := segments
		if r.builtin {
			of = lower
		}
		if r.matches(of) {
			v = verdict{!r.negated, r.builtin}
		}
	}
	return v
}

func (r rule) matches(name []string) bool {
	if !r.anchored {
		return matchSegment(r.segments[0], name[len(name)-1])
	}
	return matchSegments(r.segments, name)
}
