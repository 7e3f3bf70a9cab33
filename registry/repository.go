package registry

import (
	"net/url"
	"strings"

	"github.com/patternbook/patternbook/schema"
)

// A repositoryRef is what a URL into a repository names: the repository, and the
// state of it, if it says one.
type repositoryRef struct {
	Repository string // URL of the repository alone
	Commit     string // of …/commit/…, else ""
	Tag        string // of …/releases/tag/…, else ""
	Tree       string // of …/tree/…: a commit, a tag or a branch, else ""
}

// parseRepositoryRef reads the forms that GitHub, GitLab, Gitea, Forgejo, SourceHut
// and Bitbucket give to links:
//
//	https://host/owner/repo/commit/<sha>       GitLab: /-/commit/<sha>
//	https://host/owner/repo/releases/tag/<tag> GitLab: /-/releases/<tag>, /-/tags/<tag>
//	                                           SourceHut: /refs/<tag>
//	https://host/owner/repo/tree/<any>         Gitea: /src/commit/<sha>, /src/tag/<tag>, /src/branch/<name>
//	                                           Bitbucket: /src/<any>
//	https://host/owner/repo
//
// What is no http or https URL gives false.
func parseRepositoryRef(s string) (repositoryRef, bool) {
	u, err := url.Parse(strings.TrimSpace(s))
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return repositoryRef{}, false
	}
	parts := strings.FieldsFunc(u.Path, func(r rune) bool { return r == '/' })
	at := 2 // owner/repo, then what is asked of it
	for i, p := range parts {
		if p == "-" { // GitLab, whose groups nest
			parts = append(parts[:i:i], parts[i+1:]...)
			at = i
			break
		}
	}
	ref := repositoryRef{}
	rest := []string{}
	if len(parts) > at {
		parts, rest = parts[:at], parts[at:]
	}
	u.Path, u.RawPath, u.RawQuery, u.Fragment = "/"+strings.Join(parts, "/"), "", "", ""
	ref.Repository = u.String()
	get := func(i int) string {
		if i < len(rest) {
			return rest[i]
		}
		return ""
	}
	from := func(i int) string { // a tag may have slashes, where no path follows it
		return strings.Join(rest[min(i, len(rest)):], "/")
	}
	switch get(0) {
	case "commit", "commits":
		ref.Commit = get(1)
	case "tree", "blob":
		ref.Tree = get(1)
	case "tags", "refs":
		ref.Tag = from(1)
	case "releases":
		if ref.Tag = from(1); get(1) == "tag" {
			ref.Tag = from(2)
		}
	case "src":
		switch get(1) {
		case "commit":
			ref.Commit = get(2)
		case "tag":
			ref.Tag = get(2)
		case "branch":
			ref.Tree = get(2)
		default:
			ref.Tree = get(1)
		}
	}
	return ref, true
}

// state names the state of the repository that the reference asks for, "" when
// it asks for none.
func (ref repositoryRef) state() string {
	switch {
	case ref.Commit != "":
		return "commit " + ref.Commit
	case ref.Tag != "":
		return "tag " + ref.Tag
	case ref.Tree != "":
		return ref.Tree
	}
	return ""
}

// isCommit tells whether a release that was published from commit is what the
// reference asks for. Short names of commits have at least 7 digits.
func (ref repositoryRef) isCommit(commit string) bool {
	for _, asked := range []string{ref.Commit, ref.Tree} {
		if len(asked) >= 7 && commit != "" && strings.HasPrefix(commit, strings.ToLower(asked)) {
			return true
		}
	}
	return false
}

// isTag tells whether a release that was published from tag is what the reference
// asks for.
func (ref repositoryRef) isTag(tag string) bool {
	return tag != "" && (tag == ref.Tag || tag == ref.Tree)
}

// isVersion tells whether a release that was published as version is what the
// reference asks for.
func (ref repositoryRef) isVersion(version schema.Version) bool {
	for _, asked := range []string{ref.Tag, ref.Tree} {
		if v, err := schema.CompleteVersion(asked); asked != "" && err == nil && v == version {
			return true
		}
	}
	return false
}
