package api_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/patternbook/patternbook/registry/api"
)

// browser gives the context of a new browser, or skips the test.
func browser(t *testing.T) context.Context {
	t.Helper()
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Skip("there is no Chromium here to show files in")
	}
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()), chromedp.WSURLReadTimeout(time.Minute))
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox) // Chromium's own, which it refuses to use as root
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx)
		cancel()
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	return ctx
}

// interactive is a page like an interactive BOM, which draws with inline scripts,
// styles and data, and then tries what it must not.
const interactive = `<!DOCTYPE html><html><head><meta charset="UTF-8"><style>#bom { width: 123px }</style></head>
<body onload="begin()"><table id="bom"><tr><td style="color: red">R1</td></tr></table><canvas id="front" width="10" height="10"></canvas>
<img id="data" src="data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7">
<iframe name="frame" src="/v1/designs?frame"></iframe>
<form id="form" action="/v1/designs" method="get" target="frame"><input name="form" value="sent"></form>
<script>
var got = {};
function attempt(name, f) { try { got[name] = "" + f(); } catch (e) { got[name] = "refused"; } }
async function begin() {
	document.getElementById("front").getContext("2d").fillRect(0, 0, 5, 5);
	got.drawn = "" + document.getElementById("front").getContext("2d").getImageData(1, 1, 1, 1).data[3];
	got.style = getComputedStyle(document.getElementById("bom")).width;
	got.data = "" + document.getElementById("data").naturalWidth;
	got.origin = window.origin;
	attempt("cookie", () => document.cookie);
	attempt("localStorage", () => { localStorage.setItem("x", "kept"); return localStorage.getItem("x"); });
	attempt("sessionStorage", () => { sessionStorage.setItem("x", "kept"); return sessionStorage.getItem("x"); });
	attempt("popup", () => window.open("/v1/designs?popup") === null ? "refused" : "open");
	attempt("xhr", () => { const r = new XMLHttpRequest(); r.open("GET", "/v1/designs?xhr", false); r.send(); return r.status; });
	for (const [name, path] of [["fetch", "/v1/designs?fetch"], ["open", "/open"]]) {
		try { got[name] = "" + (await fetch(path)).status; } catch (e) { got[name] = "refused"; }
	}
	const image = new Image(); image.src = "/v1/designs?image";
	const script = document.createElement("script"); script.src = "/v1/designs?script"; document.body.append(script);
	navigator.sendBeacon && attempt("beacon", () => navigator.sendBeacon("/v1/designs?beacon"));
	try { document.getElementById("form").submit(); } catch (e) {}
	setTimeout(() => { document.title = JSON.stringify(got); }, 500);
}
</script></body></html>`

const drawing = `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40" onload="document.documentElement.setAttribute('data-ran', 'handler')"><rect id="r" width="40" height="40"/>
<script>document.documentElement.setAttribute("data-ran", "yes"); fetch("/v1/designs?svg")</script></svg>`

const styled = `<?xml version="1.0"?><?xml-stylesheet type="text/xml" href="#s"?>
<!DOCTYPE x [<!ATTLIST xsl:stylesheet id ID #REQUIRED>]>
<x><xsl:stylesheet id="s" version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:template match="/">
<html xmlns="http://www.w3.org/1999/xhtml"><body data-ran="yes"><script>document.documentElement.setAttribute("data-ran", "yes")</script></body></html></xsl:template></xsl:stylesheet></x>`

// A visited place is a registry behind a handler that knows who was asked, and
// that also gives files the naive way, for a browser to show what they would do.
type visited struct {
	*place
	mu   sync.Mutex
	seen []string // queries of /v1/designs, and paths that a browser asked for
}

func visit(t *testing.T, files map[string]string) *visited {
	t.Helper()
	v := &visited{place: newPlace(t, api.Options{})}
	v.publish(v.open("ada"), "ada/lamp", "1.0.0", files)
	registry := v.server.Config.Handler
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v.mu.Lock()
		v.seen = append(v.seen, r.URL.RequestURI())
		v.mu.Unlock()
		path, naive := strings.CutPrefix(r.URL.Path, "/naive/")
		switch {
		case naive:
			w.Header().Set("Content-Type", map[string]string{"ibom.html": "text/html", "x.svg": "image/svg+xml", "x.xml": "application/xml"}[path])
			_, _ = w.Write([]byte(files[path]))
		case r.URL.Path == "/open": // to all origins: that it is not reached is the policy's doing
			w.Header().Set("Access-Control-Allow-Origin", "*")
		default:
			registry.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(server.Close)
	v.server = server
	return v
}

// asked tells what was asked for since the last time.
func (v *visited) asked() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	seen := v.seen
	v.seen = nil
	return seen
}

// wait waits until a page that was shown has asked for path: what a script asks for
// may come after the page.
func (v *visited) wait(path string) {
	v.t.Helper()
	var seen []string
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if seen = append(seen, v.asked()...); slices.Contains(seen, path) {
			return
		}
	}
	v.t.Errorf("the page asked for %q, and not for %s", seen, path)
}

const lampAt = "/v1/designs/ada/lamp/versions/1.0.0/files/"

// TestInBrowser shows files in a real browser: an interactive BOM works, and
// reaches nothing of the registry.
func TestInBrowser(t *testing.T) {
	files := lampFiles()
	files["ibom.html"] = interactive
	v, ctx := visit(t, files), browser(t)
	at, err := url.Parse(v.server.URL)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: "session", Value: "secret", Domain: at.Hostname(), Path: "/"}); err != nil {
		t.Fatal(err)
	}
	// The naive way first: it must be able to do all that is refused below.
	got := v.run(ctx, "/naive/ibom.html")
	for name, want := range map[string]string{"cookie": "session=secret", "localStorage": "kept", "fetch": "200", "xhr": "200", "open": "200", "drawn": "255"} {
		if got[name] != want {
			t.Errorf("the naive way %s is %q, want %q", name, got[name], want)
		}
	}
	asked := v.asked()
	for _, query := range []string{"frame", "fetch", "xhr", "image", "script", "beacon", "popup", "form=sent"} {
		if !slices.Contains(asked, "/v1/designs?"+query) {
			t.Errorf("the naive way it does not ask for %s: %q", query, asked)
		}
	}
	got = v.run(ctx, lampAt+"ibom.html")
	for name, want := range map[string]string{
		"drawn": "255", "style": "123px", "data": "1", "origin": "null",
		"cookie": "refused", "localStorage": "refused", "sessionStorage": "refused", "fetch": "refused", "xhr": "refused", "open": "refused", "popup": "refused",
	} {
		if got[name] != want {
			t.Errorf("%s is %q, want %q", name, got[name], want)
		}
	}
	for _, path := range v.asked() {
		if path != lampAt+"ibom.html" && path != "/favicon.ico" {
			t.Errorf("the page asked for %s", path)
		}
	}
}

// run shows a page and gives what it got.
func (v *visited) run(ctx context.Context, path string) map[string]string {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.Navigate(v.server.URL+path)); err != nil {
		v.t.Fatalf("show %s: %v", path, err)
	}
	got, err := chromedp.Run(ctx, chromedp.Poll[map[string]string](`document.title ? JSON.parse(document.title) : null`, chromedp.WithPollingInterval(50*time.Millisecond)))
	if err != nil {
		v.t.Fatalf("show %s: %v", path, err)
	}
	return got
}

// TestPicturesDoNotRun opens an SVG and an XML file in a real browser.
func TestPicturesDoNotRun(t *testing.T) {
	files := lampFiles()
	files["x.svg"], files["x.xml"] = drawing, styled
	v, ctx := visit(t, files), browser(t)
	for path, ran := range map[string]bool{"/naive/x.svg": true, "/naive/x.xml": true, lampAt + "x.svg": false, lampAt + "x.xml": false} {
		if err := chromedp.Do(ctx, chromedp.Navigate(v.server.URL+path)); err != nil {
			t.Fatalf("show %s: %v", path, err)
		}
		whole := int64(-1)
		document, err := chromedp.Call(ctx, dom.GetDocument, dom.GetDocumentParams{Depth: &whole}) // asks the browser and not the page
		if err != nil {
			t.Fatalf("look into %s: %v", path, err)
		}
		if got := marked(document.Root); got != ran {
			t.Errorf("%s ran: %v, want %v", path, got, ran)
		}
		if path == "/naive/x.svg" {
			v.wait("/v1/designs?svg")
			continue
		}
		if asked := v.asked(); slices.Contains(asked, "/v1/designs?svg") {
			t.Errorf("%s asked for %q", path, asked)
		}
	}
	// In a page of another site the picture is shown.
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("<!DOCTYPE html><img id=i src='" + v.server.URL + lampAt + "x.svg'>"))
	}))
	defer other.Close()
	if err := chromedp.Do(ctx, chromedp.Navigate(other.URL)); err != nil {
		t.Fatal(err)
	}
	width, err := chromedp.Run(ctx, chromedp.Evaluate[int](`document.getElementById("i").naturalWidth`))
	if err != nil || width != 40 {
		t.Errorf("as a picture the SVG is %d wide, %v: %q", width, err, v.asked())
	}
}

// marked tells whether a script has left its mark on a document.
func marked(n *cdp.Node) bool {
	return slices.Contains(n.Attributes, "data-ran") || slices.ContainsFunc(n.Children, marked)
}
