package web_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// readmePage publishes a README and gives what the page of the version shows of it.
func readmePage(t *testing.T, s *site, name, text string, files ...string) string {
	t.Helper()
	ada := s.account("ada-" + name)
	s.publish(ada, name, append([]string{"okh.toml", manifest(name, "1.0.0", "Stands.", `image = "docs/a b.png"`), "docs/a b.png", "PNG", "README.md", text}, files...)...)
	page := s.get("/ada-"+name+"/"+name+"/1.0.0", 200)
	_, shown, _ := strings.Cut(page, `<section id="readme"`)
	shown, _, _ = strings.Cut(shown, "</section>")
	return shown
}

// TestReadme checks that a README reads as its author meant it, with its own
// pictures, and that nobody elsewhere learns who reads.
func TestReadme(t *testing.T) {
	s := newSite(t)
	shown := readmePage(t, s, "lamp", `# Lamp
## How to build it
See [the guide](docs/guide.md#step-2), [below](#how-to-build-it), [the web](https://example.org/x "t"), [nowhere](missing.md) and [up](../../etc/passwd).

![Front view](docs/a%20b.png) ![badge](https://ci.example/badge.svg) [![linked](https://ci.example/b.svg)](https://ci.example/)
<img src="/docs/a b.png" width="4000" onerror="alert(1)">

| Part | Count |
|---|---|
| Bolt | 4 |

`+"```\ncube(1);\n```\n", "docs/guide.md", "# Guide\n")
	at := `/v1/designs/ada-lamp/lamp/versions/1.0.0/files/`
	for _, want := range []string{
		`<h3 id="readme-lamp">Lamp</h3>`, `<h4 id="readme-how-to-build-it">`, `href="` + at + `docs/guide.md"`, `href="#readme-how-to-build-it"`, `href="https://example.org/x"`,
		`src="` + at + `docs/a%20b.png" alt="Front view"`, `badge (elsewhere)</a>`, "<td>Bolt</td>", "cube(1);", "nowhere", "up",
	} {
		if !strings.Contains(shown, want) {
			t.Errorf("the README shows no %s", want)
		}
	}
	for _, unwanted := range []string{"missing.md", "passwd", "onerror", `src="http`, "4000"} {
		if strings.Contains(shown, unwanted) {
			t.Errorf("the README shows %s", unwanted)
		}
	}
	if t.Failed() {
		t.Log(shown)
	}
	if page := s.get("/ada-lamp/lamp", 200); !strings.Contains(page, `<h3 id="readme-lamp">`) {
		t.Error("the page of the design shows no README")
	}
}

// TestReadmeIsSafe checks that nothing of a README acts in the page.
func TestReadmeIsSafe(t *testing.T) {
	s := newSite(t)
	shown := readmePage(t, s, "evil", `<script>alert(1)</script><svg onload=alert(1)><style>*{display:none}</style>
<a href="javascript:alert(1)">a</a> [b](javascript:alert(1)) [c](  JaVaScRiPt:alert(1)) [d](data:text/html,x) [e](vbscript:x) [f](//evil.example/x)
<form action="https://evil.example"><input name=password><button formaction="javascript:x">g</button></form>
<iframe src="https://evil.example"></iframe><object data="x"></object><embed src="x"><base href="https://evil.example/"><meta http-equiv=refresh content="0;url=https://evil.example">
<p id="content" style="position:fixed" class="warning" onclick="x()">h</p></section></main><h1>Outside</h1>
<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">
<noscript><p title="</noscript><img src=x onerror=alert(1)>">
![x](data:image/svg+xml;base64,PHN2Zz4=) <img src="a&#10;b" srcset="https://evil.example/x 2x"> <picture><source srcset="https://evil.example/y"></picture>
[ref]: <javascript:alert(1)>
[ref]
`)
	root, err := html.Parse(strings.NewReader("<section " + shown))
	if err != nil {
		t.Fatal(err)
	}
	for n := range root.Descendants() {
		switch n.Data {
		case "script", "style", "svg", "math", "form", "input", "button", "iframe", "object", "embed", "base", "meta", "noscript", "source":
			if n.Type == html.ElementNode {
				t.Errorf("the README has the element %s", n.Data)
			}
		}
		for _, a := range n.Attr {
			bad := strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "srcset" || a.Key == "action" || a.Key == "class" && n.Data != "section" && a.Val != "wide" || a.Key == "id" && n.Data != "section" && !strings.HasPrefix(a.Val, "readme-")
			for _, scheme := range []string{"javascript:", "data:", "vbscript:", "//"} {
				bad = bad || (a.Key == "href" || a.Key == "src") && strings.HasPrefix(strings.ToLower(strings.TrimSpace(a.Val)), scheme)
			}
			if bad {
				t.Errorf("the README has %s with %s=%q", n.Data, a.Key, a.Val)
			}
		}
	}
	if !strings.Contains(shown, "Outside") {
		t.Error("the README gets out of its section")
	}
}

// What is too long or too deep to be shown costs little, and the page is there.
func TestReadmeBombs(t *testing.T) {
	s := newSite(t)
	for name, text := range map[string]string{
		"long": strings.Repeat("long ", 100_000), "quotes": strings.Repeat(">", 100_000), "brackets": strings.Repeat("[", 100_000), "stars": strings.Repeat("*a **b ", 20_000),
		"divs": strings.Repeat("<div>", 40_000), "lists": strings.Repeat("- ", 60_000), "ticks": strings.Repeat("`a``b", 40_000), "links": strings.Repeat("[a](", 50_000),
	} {
		if shown := readmePage(t, s, name, text); len(shown) > 4<<20 {
			t.Errorf("%s: %d bytes are shown", name, len(shown))
		}
	}
}

// TestRealReadmes shows those of real designs.
func TestRealReadmes(t *testing.T) {
	data := os.Getenv("PATTERNBOOK_TESTDATA")
	if data == "" {
		t.Skip("PATTERNBOOK_TESTDATA names no folder of real designs")
	}
	var paths []string
	err := filepath.WalkDir(data, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.EqualFold(filepath.Base(path), "README.md") {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil || len(paths) == 0 {
		t.Skipf("%s has no README.md (%v)", data, err)
	}
	s := newSite(t)
	for _, path := range paths[:min(len(paths), 20)] {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if shown := readmePage(t, s, "real", string(text)); shown == "" && len(text) <= 256<<10 {
			t.Errorf("%s is not shown", path)
		}
		s = newSite(t)
	}
}
