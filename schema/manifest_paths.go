package schema

import (
	"net/url"
	"path"
	"regexp"
	"strconv"
	"strings"
)

var (
	urlScheme  = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]+:`)
	driveStart = regexp.MustCompile(`^[A-Za-z]:`)
	scpURL     = regexp.MustCompile(`^(?:ssh://)?[A-Za-z0-9._-]+@([A-Za-z0-9.-]+\.[A-Za-z]{2,})[:/]([^\s@:]+)$`)
)

// locations reads paths and URLs: one, a list, or tables with path and title as
// in OKH 1.0.
func (r *manifestReader) locations(field string, n *node, role Role) []string {
	switch {
	case isBracketed(n):
		r.scalar(field, n)
		return nil
	case n.kind == listNode:
		var list []string
		for i, item := range n.items {
			at := field
			if len(n.items) > 1 {
				at += "[" + strconv.Itoa(i) + "]"
			}
			list = append(list, r.locations(at, item, role)...)
		}
		return list
	case n.kind == tableNode:
		return r.titledLocation(field, n, role)
	case n.kind == nullNode:
		r.info("empty-value", n, field, "the list has an empty item; it was left out")
		return nil
	}
	if l := r.location(field, n, role); l != "" {
		return []string{l}
	}
	return nil
}

func (r *manifestReader) titledLocation(field string, n *node, role Role) []string {
	at, ok := n.get("path", "location", "url", "web", "link")
	if !ok {
		r.warn("no-path", n, field, "a path or URL is expected here; the table has none: write path = \"…\"")
		r.keepAs(field, &treeField{field, n.line, n})
		return nil
	}
	for _, f := range n.fields {
		if f != at && f.value.kind != nullNode {
			r.keepAs(field+"."+f.key, f)
		}
	}
	return r.locations(field, at.value, role)
}

// location reads one path or URL. A path of the design is noted, with the role
// that the field gives it.
func (r *manifestReader) location(field string, n *node, role Role) string {
	raw := strings.TrimSpace(n.text)
	if raw == "" {
		r.info("empty-value", n, field, "the key has no value; it was left out")
		return ""
	}
	if templateText.MatchString(raw) {
		r.warn("placeholder", n, field, "it still says "+Quote(raw)+"; write the path of a file, or remove the key (it was left out)")
		return ""
	}
	if urlScheme.MatchString(raw) && !driveStart.MatchString(raw) && !strings.HasPrefix(strings.ToLower(raw), "file:") {
		return r.url(field, n)
	}
	p, why := r.localPath(raw)
	if why != "" {
		r.error("path-leaves-design", n, field, Quote(raw)+" "+why+"; write a path from the manifest's folder, or one from the design's root that begins with /")
		return ""
	}
	if plain := strings.TrimPrefix(strings.TrimPrefix(raw, "/"), "./"); plain != p && strings.Trim(path.Join(r.folder(), plain), "/") != strings.TrimSuffix(p, "/") ||
		strings.ContainsAny(raw, `\`) || strings.Contains(raw, "..") {
		r.info("path-normalised", n, field, Quote(raw)+" was read as "+Quote(p))
	}
	if hasAddress(p) {
		r.error("path-with-address", n, field, "the path looks like an e-mail address, which no release can hold: rename the file")
		return ""
	}
	r.m.paths = append(r.m.paths, manifestPath{NamedPath{field, n.line, p}, role})
	return p
}

// folder gives the folder of the manifest, from the design's root.
func (r *manifestReader) folder() string {
	if CheckPath(r.m.Path) != nil {
		return ""
	}
	if dir := path.Dir(r.m.Path); dir != "." {
		return dir
	}
	return ""
}

// localPath brings a path to the design's root, or says why it cannot.
func (r *manifestReader) localPath(raw string) (p, why string) {
	p = strings.ReplaceAll(raw, `\`, "/")
	switch {
	case driveStart.MatchString(p) || strings.HasPrefix(p, "//") || strings.HasPrefix(strings.ToLower(p), "file:") || strings.HasPrefix(p, "~/"):
		return "", "is a place on one computer"
	case strings.HasPrefix(raw, `\`):
		return "", "is a place on one computer"
	}
	folder := strings.HasSuffix(p, "/")
	if rest, rooted := strings.CutPrefix(p, "/"); rooted {
		p = path.Clean(rest)
	} else {
		p = path.Join(r.folder(), p)
	}
	if p == ".." || strings.HasPrefix(p, "../") {
		return "", "leaves the design"
	}
	if p == "." || p == "" {
		return "", "names the whole design, not a file in it"
	}
	if err := CheckPath(p); err != nil {
		return "", "is not a path that a design can have: " + err.Error()
	}
	if folder {
		p += "/"
	}
	return p, ""
}

// url reads a web address, without the name and password that one may hold.
func (r *manifestReader) url(field string, n *node) string {
	raw := strings.TrimSpace(n.text)
	if raw != n.text {
		r.info("whitespace", n, field, "blanks around the address were left out")
	}
	if m := scpURL.FindStringSubmatch(raw); m != nil {
		web := "https://" + m[1] + "/" + strings.TrimSuffix(m[2], ".git")
		r.info("url-normalised", n, field, "an address for git was read as "+web)
		return clean(web)
	}
	if u, err := url.Parse(raw); err == nil && u.User != nil {
		u.User = nil
		r.warn("url-with-credentials", n, field, "the address holds a user name or password; it was left out: remove it from the file")
		raw = u.String()
	}
	if strings.HasPrefix(strings.ToLower(raw), "mailto:") {
		r.warn("email-as-url", n, field, "an e-mail address is no web address; it was left out")
		return ""
	}
	return clean(raw)
}

func urlInto(into func(*Manifest) *string) func(*manifestReader, *treeField) {
	return func(r *manifestReader, f *treeField) {
		n := f.value
		if n.kind == listNode && len(n.items) > 0 && !isBracketed(n) {
			if len(n.items) > 1 {
				r.warn("one-of-many", n, f.key, "only the first of several addresses was read; the list is kept as it is")
				r.keep(f)
			}
			n = n.items[0]
		}
		if n.kind == tableNode {
			if at, ok := n.get("url", "web", "path", "link"); ok {
				r.keep(f)
				n = at.value
			}
		}
		if n.kind != scalarNode {
			r.scalar(f.key, n)
			return
		}
		r.placeholder(f.key, n, strings.TrimSpace(n.text))
		text := r.url(f.key, n)
		if text != "" && !strings.Contains(text, "://") {
			r.warn("not-a-url", n, f.key, Quote(text)+" is not a web address; write one that begins with https://")
		}
		*into(r.m) = text
	}
}

// forkOf keeps the reference to the design that this one was made from: text,
// or title, manifest and web as in OKH 1.0.
func (r *manifestReader) forkOf(f *treeField) {
	n := f.value
	if n.kind == listNode && len(n.items) == 1 && !isBracketed(n) {
		n = n.items[0]
	}
	if n.kind == tableNode {
		r.keep(f)
		at, ok := n.get("web", "manifest", "repo", "url", "title")
		if !ok {
			r.warn("no-path", n, f.key, "it does not say where the original is; write web or manifest")
			return
		}
		n = at.value
	}
	if n.kind != scalarNode {
		r.scalar(f.key, n)
		return
	}
	text := strings.TrimSpace(n.text)
	if ref, err := ParseReference(text); err == nil {
		r.m.About.ForkOf = ref.String()
		return
	}
	if urlScheme.MatchString(text) || scpURL.MatchString(text) {
		r.m.About.ForkOf = r.url(f.key, n)
		return
	}
	r.m.About.ForkOf = r.scalar(f.key, n)
}

var forge = regexp.MustCompile(`^https?://(?:www\.)?(github\.com|gitlab\.com|codeberg\.org|bitbucket\.org|git\.sr\.ht)/([^/?#\s]+)/([^/?#\s]+?)(?:\.git)?/?$`)

// inferRepository takes the repository from the two links that OKH 1.0 has in
// its place, as the official mapping does.
func (r *manifestReader) inferRepository(root *node) {
	if r.m.About.Repository != "" {
		return
	}
	for _, from := range []struct{ name, url string }{
		{"documentation-home", r.m.About.Documentation}, {"project-link", r.m.About.Homepage},
	} {
		if m := forge.FindStringSubmatch(from.url); m != nil {
			r.m.About.Repository = "https://" + m[1] + "/" + m[2] + "/" + m[3]
			r.add(SeverityInfo, "repo-inferred", r.m.lines[from.name], from.name, "there is no repo; "+r.m.About.Repository+" was taken from "+from.name)
			return
		}
	}
}
