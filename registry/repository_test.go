package registry

import (
	"strings"
	"testing"
)

const commit = "fe8b313af59c3da576b96878eac7e86a9cad2ac9"

func TestParseRepositoryRef(t *testing.T) {
	for _, test := range []struct {
		url  string
		want repositoryRef
	}{
		// GitHub
		{"https://github.com/o/r", repositoryRef{Repository: "https://github.com/o/r"}},
		{" https://github.com/o/r/ ", repositoryRef{Repository: "https://github.com/o/r"}},
		{"http://github.com/o/r", repositoryRef{Repository: "http://github.com/o/r"}},
		{"https://github.com/o/r?tab=readme#top", repositoryRef{Repository: "https://github.com/o/r"}},
		{"https://github.com/o/r/commit/" + commit, repositoryRef{Repository: "https://github.com/o/r", Commit: commit}},
		{"https://github.com/o/r/commits/" + commit, repositoryRef{Repository: "https://github.com/o/r", Commit: commit}},
		{"https://github.com/o/r/releases/tag/v1.0.0", repositoryRef{Repository: "https://github.com/o/r", Tag: "v1.0.0"}},
		{"https://github.com/o/r/releases/tag/hw/v1.0.0", repositoryRef{Repository: "https://github.com/o/r", Tag: "hw/v1.0.0"}},
		{"https://github.com/o/r/releases/tag/hw%2Fv1.0.0", repositoryRef{Repository: "https://github.com/o/r", Tag: "hw/v1.0.0"}},
		{"https://github.com/o/r/releases", repositoryRef{Repository: "https://github.com/o/r"}},
		{"https://github.com/o/r/tree/" + commit, repositoryRef{Repository: "https://github.com/o/r", Tree: commit}},
		{"https://github.com/o/r/tree/main/hardware", repositoryRef{Repository: "https://github.com/o/r", Tree: "main"}},
		{"https://github.com/o/r/blob/v2/okh.toml", repositoryRef{Repository: "https://github.com/o/r", Tree: "v2"}},
		{"https://github.com/o/r/issues/7", repositoryRef{Repository: "https://github.com/o/r"}},
		{"https://github.com/o", repositoryRef{Repository: "https://github.com/o"}},
		// GitLab, whose groups nest
		{"https://gitlab.com/g/s/t/r/-/commit/" + commit, repositoryRef{Repository: "https://gitlab.com/g/s/t/r", Commit: commit}},
		{"https://gitlab.com/g/r/-/tree/main", repositoryRef{Repository: "https://gitlab.com/g/r", Tree: "main"}},
		{"https://gitlab.com/g/s/r/-/tags/v1", repositoryRef{Repository: "https://gitlab.com/g/s/r", Tag: "v1"}},
		{"https://gitlab.com/g/s/r/-/releases/v1.2", repositoryRef{Repository: "https://gitlab.com/g/s/r", Tag: "v1.2"}},
		{"https://gitlab.com/g/s/r/-/", repositoryRef{Repository: "https://gitlab.com/g/s/r"}},
		// Gitea, Forgejo
		{"https://codeberg.org/o/r/src/commit/" + commit, repositoryRef{Repository: "https://codeberg.org/o/r", Commit: commit}},
		{"https://codeberg.org/o/r/src/tag/v1/cad", repositoryRef{Repository: "https://codeberg.org/o/r", Tag: "v1"}},
		{"https://codeberg.org/o/r/src/branch/main/cad", repositoryRef{Repository: "https://codeberg.org/o/r", Tree: "main"}},
		{"https://codeberg.org/o/r/commit/" + commit, repositoryRef{Repository: "https://codeberg.org/o/r", Commit: commit}},
		{"https://codeberg.org/o/r/releases/tag/v1", repositoryRef{Repository: "https://codeberg.org/o/r", Tag: "v1"}},
		// SourceHut, Bitbucket
		{"https://git.sr.ht/~o/r/commit/" + commit, repositoryRef{Repository: "https://git.sr.ht/~o/r", Commit: commit}},
		{"https://git.sr.ht/~o/r/tree/v1/item/cad", repositoryRef{Repository: "https://git.sr.ht/~o/r", Tree: "v1"}},
		{"https://git.sr.ht/~o/r/refs/v1", repositoryRef{Repository: "https://git.sr.ht/~o/r", Tag: "v1"}},
		{"https://bitbucket.org/o/r/src/" + commit + "/cad/", repositoryRef{Repository: "https://bitbucket.org/o/r", Tree: commit}},
	} {
		got, ok := parseRepositoryRef(test.url)
		if !ok || got != test.want {
			t.Errorf("%s: got %+v (%v), want %+v", test.url, got, ok, test.want)
		}
	}
	for _, url := range []string{"", "lamp", "ada/lamp", "git@github.com:o/r.git", "ssh://git@github.com/o/r", "ftp://example.org/o/r", "https://", "https:///o/r", "https://exa mple.org/o/r", "://x"} {
		if got, ok := parseRepositoryRef(url); ok {
			t.Errorf("%q is taken for the repository %+v", url, got)
		}
	}
}

func TestIsCommit(t *testing.T) {
	for _, test := range []struct {
		asked, published string
		want             bool
	}{
		{commit, commit, true},
		{commit[:7], commit, true},
		{strings.ToUpper(commit[:12]), commit, true},
		{commit[:6], commit, false}, // too short to tell
		{"", commit, false},
		{commit, "", false},
		{"main", commit, false},
		{commit[1:9], commit, false},
		{commit + "0", commit, false},
	} {
		for _, ref := range []repositoryRef{{Commit: test.asked}, {Tree: test.asked}} {
			if got := ref.isCommit(test.published); got != test.want {
				t.Errorf("%+v is a release of the commit %q: got %v, want %v", ref, test.published, got, test.want)
			}
		}
	}
}

func TestIsTagOrVersion(t *testing.T) {
	for _, test := range []struct {
		asked, tag, version    string
		wantTag, wantByVersion bool
	}{
		{"v1.0.0", "v1.0.0", "1.0.0", true, true},
		{"v1.0", "", "1.0.0", false, true},
		{"1", "", "1.0.0", false, true},
		{"1.0.1", "v1.0.0", "1.0.0", false, false},
		{"rev-b", "rev-b", "1.0.0", true, false},
		{"rev-b", "REV-B", "1.0.0", false, false}, // tags are told apart by case
		{"main", "", "1.0.0", false, false},
		{"", "", "1.0.0", false, false},
	} {
		for _, ref := range []repositoryRef{{Tag: test.asked}, {Tree: test.asked}} {
			if got := ref.isTag(test.tag); got != test.wantTag {
				t.Errorf("%+v is the tag %q: got %v, want %v", ref, test.tag, got, test.wantTag)
			}
			if got := ref.isVersion(version(test.version)); got != test.wantByVersion {
				t.Errorf("%+v is the version %s: got %v, want %v", ref, test.version, got, test.wantByVersion)
			}
		}
	}
}
