package folder

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/patternbook/patternbook/schema"
)

// Source tells from which commit the files of dir come. It is zero where git
// tracks none of them. Where several tags name the commit it is the one that
// says version, which may be empty, or else the highest.
func Source(ctx context.Context, dir, version string) (schema.Source, error) {
	s, err := source(ctx, dir, version)
	if err != nil {
		return schema.Source{}, fmt.Errorf("ask git about %s: %w", dir, err)
	}
	return s, nil
}

func source(ctx context.Context, dir, version string) (s schema.Source, err error) {
	repo, _, err := findRepository(ctx, dir)
	if repo == nil || err != nil {
		return s, err
	}
	entries, err := repo.tracked(ctx)
	if len(entries) == 0 || err != nil {
		return s, err
	}
	if s.Repository, err = repo.origin(ctx); err != nil {
		return s, err
	}
	if s.Commit, err = repo.head(ctx); err != nil {
		return s, err
	}
	if s.Commit != "" {
		if s.Tag, err = repo.tag(ctx, version); err != nil {
			return s, err
		}
	}
	s.Dirty, err = repo.dirty(ctx, entries)
	return s, err
}

// answer gives the first line that git prints, or "" when it fails: most often
// that is its way of saying no.
func (r *repository) answer(ctx context.Context, args ...string) (string, error) {
	out, err := r.run(ctx, args...)
	if err != nil {
		if ctx.Err() != nil {
			return "", err
		}
		return "", nil
	}
	line, _, _ := strings.Cut(string(out), "\n")
	return strings.TrimSpace(line), nil
}

// head gives the commit, "" before the first.
func (r *repository) head(ctx context.Context) (string, error) {
	return r.answer(ctx, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
}

// origin gives the URL under which anybody can find the repository.
func (r *repository) origin(ctx context.Context) (string, error) {
	name := "origin"
	out, err := r.run(ctx, "remote")
	if err != nil {
		return "", err
	}
	if remotes := strings.Fields(string(out)); len(remotes) == 1 {
		name = remotes[0]
	}
	// First as the repository has it: what the user's insteadOf makes of it
	// holds on their machine alone. But it may be short for the real one.
	for _, ask := range [][]string{{"config", "--get", "remote." + name + ".url"}, {"remote", "get-url", name}} {
		remote, err := r.answer(ctx, ask...)
		if err != nil {
			return "", err
		}
		if public := publicURL(remote); public != "" {
			return public, nil
		}
	}
	return "", nil
}

// publicURL makes of a remote's address one that anybody can open: https where
// it was ssh or git, no user, no password, no query, no .git. It is "" for a path
// on this machine, or a host that only this user's ssh knows.
func publicURL(remote string) string {
	if !strings.Contains(remote, "://") {
		remote = fromSCP(remote)
	}
	u, err := url.Parse(remote)
	if err != nil || u.Hostname() == "" {
		return ""
	}
	public := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}
	switch u.Scheme {
	case "https", "http":
	case "ssh", "git", "git+ssh", "ssh+git":
		if !strings.Contains(u.Hostname(), ".") {
			return ""
		}
		public.Scheme, public.Host = "https", u.Hostname() // the port was ssh's
	default:
		return ""
	}
	public.Host = strings.ToLower(public.Host)
	public.Path = strings.TrimSuffix(strings.TrimRight(public.Path, "/"), ".git")
	if public.Path == "" {
		return ""
	}
	return public.String()
}

// fromSCP reads git@host:owner/repo.git; it gives "" for anything else.
func fromSCP(remote string) string {
	host, path, ok := strings.Cut(remote, ":")
	if !ok || strings.ContainsAny(host, `/\[`) || len(host) < 2 { // C:\ is a drive
		return ""
	}
	return "ssh://" + host + "/" + strings.TrimLeft(path, "/")
}

// tag gives a tag of the commit.
func (r *repository) tag(ctx context.Context, version string) (string, error) {
	out, err := r.run(ctx, "for-each-ref", "--points-at=HEAD", "--sort=-version:refname", "--format=%(refname:strip=2)", "refs/tags")
	if err != nil {
		return "", err
	}
	tags := strings.Fields(string(out))
	for _, tag := range tags {
		if version != "" && saysVersion(tag, version) {
			return tag, nil
		}
	}
	if len(tags) == 0 {
		return "", nil
	}
	return tags[0], nil
}

// saysVersion tells whether a tag means the version: 1.2.0, v1.2.0, lamp-v1.2.0.
func saysVersion(tag, version string) bool {
	rest, ok := strings.CutSuffix(tag, strings.TrimPrefix(version, "v"))
	rest = strings.TrimSuffix(strings.TrimSuffix(rest, "v"), "V")
	return ok && (rest == "" || strings.ContainsAny(rest[len(rest)-1:], "-_/@"))
}

// dirty tells whether a tracked file, of a submodule too, is not as committed.
func (r *repository) dirty(ctx context.Context, entries []entry) (bool, error) {
	filters, err := r.withoutFilters(ctx)
	if err != nil {
		return false, err
	}
	// Submodules are looked into below, for git would look without our settings.
	out, err := r.run(ctx, append(filters, "status", "--porcelain", "-z", "--untracked-files=no", "--ignore-submodules=all", "--no-renames", "--", ".")...)
	if err != nil || len(out) > 0 {
		return len(out) > 0, err
	}
	for _, e := range entries {
		if !e.submodule {
			continue
		}
		if dirty, err := r.in(e.path).dirtySubmodule(ctx, e.object); err != nil || dirty {
			return dirty, err
		}
	}
	return false, nil
}

func (r *repository) dirtySubmodule(ctx context.Context, recorded string) (bool, error) {
	if !r.checkedOut() {
		return false, nil // Scan says what is missing
	}
	head, err := r.head(ctx)
	if err != nil || head != recorded {
		return true, err
	}
	entries, err := r.tracked(ctx)
	if err != nil {
		return false, err
	}
	return r.dirty(ctx, entries)
}

// withoutFilters gives settings that keep git from running filters (commands
// that turn stored files into those of the work tree) which the repository sets
// up itself. Those of the user's own configuration, like git LFS, stay.
func (r *repository) withoutFilters(ctx context.Context) ([]string, error) {
	fields, err := r.fields(ctx, "config", "--show-scope", "-z", "--get-regexp", `^filter\.`)
	if failure, failed := err.(*gitError); failed && failure.stderr == "" {
		return nil, nil // there are none
	}
	if err != nil {
		return nil, err
	}
	trusted := map[string]string{}
	var own []string
	for i := 0; i+1 < len(fields); i += 2 { // "local", "filter.lfs.clean\ngit-lfs clean -- %f"
		key, value, _ := strings.Cut(fields[i+1], "\n")
		switch fields[i] {
		case "local", "worktree":
			own = append(own, key)
		default:
			trusted[key] = value
		}
	}
	var settings []string
	for _, key := range own {
		if strings.Contains(key, "=") {
			return nil, fmt.Errorf("the repository sets up a filter with the name %q, which cannot be turned off", key)
		}
		settings = append(settings, "-c", key+"="+trusted[key])
	}
	return settings, nil
}
