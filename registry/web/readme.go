package web

import (
	"bytes"
	"context"
	"html/template"
	"io"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	markup "github.com/yuin/goldmark/renderer/html"
	"golang.org/x/net/html"

	"github.com/patternbook/patternbook/registry"
	"github.com/patternbook/patternbook/schema"
)

const (
	// maxReadme is how many bytes of Markdown are shown: more is a book, to be
	// opened as a file.
	maxReadme = 256 << 10
	// maxReadmes is how many rendered ones are kept: some 64 MiB at worst.
	maxReadmes = 128
)

var (
	// markdown writes the HTML that is in a README as it stands: readmePolicy sees
	// to it that nothing of it acts.
	markdown = goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithParserOptions(parser.WithAutoHeadingID()), goldmark.WithRendererOptions(markup.WithUnsafe()))
	// readmePolicy has the last word on what of a README comes into a page.
	readmePolicy = newReadmePolicy()
)

// scrolled are the attributes of the box in which a wide table is scrolled.
var scrolled = regexp.MustCompile(`^(?:wide|region|Table)$`)

func newReadmePolicy() *bluemonday.Policy {
	p := bluemonday.UGCPolicy()
	p.AllowAttrs("rel").OnElements("a") // readmeLinks says what stands in it
	p.AllowAttrs("tabindex").Matching(bluemonday.Integer).OnElements("pre", "div")
	p.AllowAttrs("class", "role", "aria-label").Matching(scrolled).OnElements("div")
	return p
}

// readme gives the README of a release as safe HTML, "" when it has none that can
// be shown. removed are the files that are gone by law.
func (p *pages) readme(ctx context.Context, digest schema.Digest, r schema.Release, removed map[string]string) template.HTML {
	var file schema.File
	for _, f := range r.Files {
		extension := strings.ToLower(path.Ext(f.Path))
		if _, gone := removed[f.Path]; gone || f.Role != schema.RoleReadme || f.Size > maxReadme || extension != ".md" && extension != ".markdown" {
			continue
		}
		if file.Path == "" || len(f.Path) < len(file.Path) { // that of the design rather than of a folder in it
			file = f
		}
	}
	if file.Path == "" {
		return ""
	}
	if shown, ok := p.readmes.GetIfPresent(digest); ok {
		return shown
	}
	text, err := p.bytesOf(ctx, file)
	if err != nil {
		p.log.WarnContext(ctx, "a README cannot be read", "release", digest, "error", err)
		return "" // the page can be read without it
	}
	shown := renderReadme(text, file.Path, r, removed)
	p.readmes.Set(digest, shown)
	return shown
}

func (p *pages) bytesOf(ctx context.Context, f schema.File) (_ []byte, err error) {
	o, err := p.service.OpenArtifact(ctx, registry.Actor{}, f.Digest)
	if err != nil {
		return nil, err
	}
	defer func() { _ = o.Close() }() // what was read was verified
	return io.ReadAll(io.LimitReader(o, maxReadme))
}

// renderReadme makes the HTML of a README at a path of a release. Its links and
// pictures lead to the release's own files; a picture that lies elsewhere becomes a
// link, for its keeper would learn who reads.
func renderReadme(text []byte, at string, r schema.Release, removed map[string]string) template.HTML {
	var rendered, b bytes.Buffer
	if isTangled(text) || markdown.Convert(text, &rendered) != nil {
		return ""
	}
	root, err := html.Parse(&rendered)
	if err != nil { // nested too deep
		return ""
	}
	l := readmeLinks{release: r, folder: path.Dir(at), removed: removed}
	for n := range root.Descendants() {
		l.settle(n)
	}
	for _, table := range slices.Collect(root.Descendants()) {
		box(table)
	}
	if html.Render(&b, root) != nil {
		return ""
	}
	return template.HTML(readmePolicy.SanitizeBytes(b.Bytes())) // #nosec G203 -- it was made safe just now
}

// isTangled tells whether a text has so many brackets, or lines that begin with so
// many marks, that reading it as Markdown would take seconds: goldmark's time grows
// with the square of both.
func isTangled(text []byte) bool {
	const brackets, marks, markedLines = 4000, 100, 4000
	if bytes.Count(text, []byte("[")) > brackets {
		return true
	}
	marked := 0
	for line := range bytes.Lines(text) {
		line = bytes.TrimSpace(line)
		begin := line[:len(line)-len(bytes.TrimLeft(line, "> \t-*+0123456789.)"))]
		rule := len(begin) == len(line) && !bytes.ContainsAny(line, "> \t")
		if len(begin) > marks && !rule || bytes.Count(line[:min(len(line), 2*marks)], []byte(">")) > marks/2 {
			return true
		}
		if len(begin) > 10 {
			marked++
		}
	}
	return marked > markedLines
}

// box puts a table into a box that a keyboard can scroll.
func box(n *html.Node) {
	if n.Type != html.ElementNode || n.Data != "table" || n.Parent == nil {
		return
	}
	b := &html.Node{Type: html.ElementNode, Data: "div", Attr: []html.Attribute{
		{Key: "class", Val: "wide"}, {Key: "role", Val: "region"}, {Key: "aria-label", Val: "Table"}, {Key: "tabindex", Val: "0"},
	}}
	n.Parent.InsertBefore(b, n)
	n.Parent.RemoveChild(n)
	b.AppendChild(n)
}

// readmeLinks are what the links of a README may lead to.
type readmeLinks struct {
	release schema.Release
	folder  string // of the README
	removed map[string]string
}

// ownID keeps what a README names apart from the names of the page itself.
const ownID = "readme-"

func (l readmeLinks) settle(n *html.Node) {
	if n.Type != html.ElementNode {
		return
	}
	switch n.Data {
	case "h1", "h2", "h3", "h4", "h5", "h6": // below the headings of the page
		level, _ := strconv.Atoi(n.Data[1:])
		n.Data = "h" + strconv.Itoa(min(level+2, 6))
		n.DataAtom = 0
	case "pre":
		n.Attr = append(n.Attr, html.Attribute{Key: "tabindex", Val: "0"})
	case "th":
		n.Attr = []html.Attribute{{Key: "scope", Val: "col"}}
	case "img":
		l.picture(n)
		return
	}
	n.Attr = slices.DeleteFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "rel" })
	elsewhere := false
	for i := range n.Attr {
		switch a := &n.Attr[i]; a.Key {
		case "id", "name":
			a.Val = ownID + a.Val
		case "href":
			a.Val = l.link(a.Val)
			elsewhere = strings.Contains(a.Val, ":")
		}
	}
	if elsewhere {
		n.Attr = append(n.Attr, html.Attribute{Key: "rel", Val: vouchesNot})
	}
}

// vouchesNot is what the pages say of a link to somewhere else.
const vouchesNot = "nofollow noopener"

// link gives where a link of the README leads, "" for nowhere.
func (l readmeLinks) link(to string) string {
	u, err := url.Parse(strings.TrimSpace(to))
	switch {
	case err != nil:
		return ""
	case u.IsAbs():
		return u.String()
	case u.Path == "" && u.Fragment != "" && u.Host == "":
		return "#" + ownID + u.EscapedFragment()
	}
	f, ok := l.file(u)
	if !ok {
		return ""
	}
	return versionAPI(l.release.Design, l.release.Version) + "/files/" + escapePath(f.Path)
}

// file gives the file of the release that a relative address means.
func (l readmeLinks) file(u *url.URL) (schema.File, bool) {
	if u.IsAbs() || u.Host != "" {
		return schema.File{}, false
	}
	name := path.Join(l.folder, u.Path)
	if strings.HasPrefix(u.Path, "/") { // of the repository
		name = strings.TrimPrefix(path.Clean(u.Path), "/")
	}
	f, ok := l.release.FileAt(name)
	if _, gone := l.removed[f.Path]; gone {
		return f, false
	}
	return f, ok
}

// picture lets a picture show a file of the release, or makes it a link or a text.
func (l readmeLinks) picture(n *html.Node) {
	var source, alt string
	for _, a := range n.Attr {
		switch a.Key {
		case "src":
			source = a.Val
		case "alt":
			alt = a.Val
		}
	}
	u, err := url.Parse(strings.TrimSpace(source))
	if err == nil {
		if f, ok := l.file(u); ok && isImage(f) {
			n.Attr = []html.Attribute{{Key: "src", Val: l.link(source)}, {Key: "alt", Val: alt}, {Key: "loading", Val: "lazy"}}
			return
		}
	}
	if alt == "" {
		alt = "a picture"
	}
	n.Data, n.DataAtom, n.Attr = "span", 0, nil
	if err == nil && (u.Scheme == "http" || u.Scheme == "https") && !insideLink(n) {
		n.Data, n.Attr = "a", []html.Attribute{{Key: "href", Val: u.String()}, {Key: "rel", Val: vouchesNot}}
		alt += " (elsewhere)"
	}
	n.AppendChild(&html.Node{Type: html.TextNode, Data: alt})
}

func insideLink(n *html.Node) bool {
	for a := range n.Ancestors() {
		if a.Type == html.ElementNode && a.Data == "a" {
			return true
		}
	}
	return false
}
