package web_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/patternbook/patternbook/registry"
	"github.com/patternbook/patternbook/schema"
)

func manifest(name, version, function, more string) string {
	return fmt.Sprintf("okhv = \"2.4\"\nname = %q\nversion = %q\nlicense = \"CERN-OHL-S-2.0\"\nlicensor = \"Ada\"\nfunction = %q\nreadme = \"README.md\"\n%s", name, version, function, more)
}

func TestPages(t *testing.T) {
	s := newSite(t)
	if page := s.get("/", 200); !strings.Contains(page, "patternbook publish") {
		t.Errorf("an empty registry does not say how to publish: %s", page)
	}
	ada, coop := s.account("ada"), s.account("coop")
	hostile := `<script>alert("&")</script>`
	s.publish(ada, "foot", "okh.toml", manifest("Foot", "1.0.0", hostile, ""), "README.md", "#\n", "a b/ü#?.scad", "cube(1);")
	s.publish(ada, "table", "okh.toml", manifest("Table", "1.0.0", "Stands.", `bom = "bom.tsv"`), "README.md", "# Table\n",
		"bom.tsv", "POS\tNAME\tUNITS\tTYPE\tREFERENCE\n1\tFoot\t4\tMOSH\tada/foot@^1\n2\tScrew\t8\tSTD\tISO 4017 M8 x 20\n3\tBoard\t1\tMOSH\thttps://example.org/board\n")
	s.batch(coop, ada, "table", "LOT-1", "T-{1..3}", 3)
	for path, want := range map[string][]string{
		"/":                                  {"Foot", "Table", "/ada/table"},
		"/?q=stan":                           {"Table", `value="stan"`},
		"/?q=nothing":                        {"Nothing fits"},
		"/?owner=Ada&licence=cern-ohl-s-2.0": {"Table", `value="ada"`},
		"/?owner=coop":                       {"Nothing fits"},
		"/batches":                           {"coop/LOT-1", "ada/table 1.0.0", "completed"},
		"/batches/coop":                      {"Batches of coop", "coop/LOT-1"},
		"/batches/ada":                       {"None was registered yet"},
		"/ada":                               {"Designs of ada", "Table"},
		"/coop":                              {"Designs of coop", "None yet", "coop/LOT-1"},
		"/ada/table":                         {"Stands.", "/ada/table/1.0.0", "in use"},
		"/ada/table/1.0.0":                   {"ISO 4017 M8 x 20", "/ada/foot/1.0.0", "https://example.org/board", "bom.tsv", "coop/LOT-1", "One assembly is not tied to a release", "named by the author", "patternbook get ada/table@1.0.0", "/bom?view=lines&amp;units=1&amp;format=csv"},
		"/ada/table/1.0.0?view=tree&units=3": {`value="3"`, "<td class=\"number\">24</td>\n<td class=\"long\">Screw", "<td class=\"number\">8</td></tr>"},
		"/ada/foot/1.0.0":                    {"&lt;script&gt;", "/files/a%20b/%C3%BC%23%3F.scad", "This version has none that could be read"},
		"/batches/coop/LOT-1":                {"/u/coop/T-3", "/ada/table/1.0.0", "as designed"},
		"/batches/coop/lot-1":                {"/u/coop/T-3"},
		"/u/coop/t-2":                        {"T-2", "/ada/table/1.0.0", "/ada/foot/1.0.0", "/batches/coop/LOT-1"},
	} {
		page := s.get(path, 200)
		for _, text := range want {
			if !strings.Contains(page, text) {
				t.Errorf("%s does not say %q:\n%s", path, text, page)
			}
		}
		if strings.Contains(page, hostile) {
			t.Errorf("%s does not escape what an author wrote", path)
		}
	}
	for path, want := range map[string]string{"/ada/table/latest": "/ada/table/1.0.0", "/ada/table/^1": "/ada/table/1.0.0", "/ada/table/latest?view=tree": "/ada/table/1.0.0?view=tree",
		"/Ada": "/ada", "/Ada/TABLE": "/ada/table", "/Ada/Table/1.0.0?units=2": "/ada/table/1.0.0?units=2", "/Ada/table/latest": "/ada/table/latest",
		"/batches/Coop/LOT-1": "/batches/coop/LOT-1", "/u/COOP/T-1": "/u/coop/T-1", "/u/coop": "/batches/coop"} {
		if got := s.get(path, 302); got != want {
			t.Errorf("%s leads to %s, want %s", path, got, want)
		}
	}
	if got := s.get("/ada/table/", 301); got != "/ada/table" {
		t.Errorf("/ada/table/ leads to %s", got)
	}
	for _, path := range []string{"/eve", "/ada/none", "/ada/table/9.0.0", "/batches/coop/none", "/u/coop/none", "/assets/none", "/a/b/c/d", "/Eve", "/batches/eve", "/u/coop/-", "/ada/table/one"} {
		if page := s.get(path, 404); !strings.Contains(page, "<form") {
			t.Errorf("%s: an unknown page offers no search", path)
		}
	}
	s.get("/ada/table/1.0.0?units=many", 422)
	s.get("/ada/table/1.0.0?view=none", 422)
}

// TestProblems asks as a program does.
func TestProblems(t *testing.T) {
	s := newSite(t)
	for _, test := range []struct {
		method, path string
		status       int
	}{{http.MethodGet, "/nobody", 404}, {http.MethodPost, "/", 405}, {http.MethodDelete, "/ada/lamp", 405}, {http.MethodGet, "/a/b/c/d", 404}} {
		r, _ := http.NewRequest(test.method, s.url+test.path, nil)
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		var p schema.Problem
		err = json.NewDecoder(response.Body).Decode(&p)
		_ = response.Body.Close()
		if err != nil || response.StatusCode != test.status || p.Status != test.status || response.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s %s: %d %+v %v", test.method, test.path, response.StatusCode, p, err)
		}
	}
}

// TestRedirectsStayHere checks that no address leads to another site: browsers
// read a backslash as a slash, and two slashes as the beginning of a host.
func TestRedirectsStayHere(t *testing.T) {
	s := newSite(t)
	for _, path := range []string{
		"/%5Cevil.example/", "/%5cevil.example//", "/%2Fevil.example/", "/%09/evil.example/", "//evil.example/", "///evil.example/", "/ada/..//evil.example/",
		"/u/%5Cevil.example", "/u/%2F%2Fevil.example", "/%5CEVIL.example/x/", "/ada/lamp/%5C%5Cevil.example/", "/ada%3Fx/?q=1", "/ada%0d%0aX:y/",
	} {
		response := s.ask(http.MethodGet, path, "text/html")
		to := response.Header.Get("Location")
		if strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n\t") || to != "" && to[0] != '/' {
			t.Errorf("%s leads to %q", path, to)
		}
	}
	if got := s.get("/ada%3Fx/?q=1", 301); got != "/ada%3Fx?q=1" {
		t.Errorf("an escaped address with a query leads to %q", got)
	}
}

func TestAssets(t *testing.T) {
	s := newSite(t)
	page := s.get("/", 200)
	_, rest, _ := strings.Cut(page, `rel="stylesheet" href="`)
	style, _, _ := strings.Cut(rest, `"`)
	for path, want := range map[string]struct{ mediaType, cache string }{
		style:                         {"text/css", "public, max-age=31536000, immutable"},
		"/assets/style.css":           {"text/css", "no-cache"},
		"/assets/style.css?v=another": {"text/css", "no-cache"},
		"/favicon.ico":                {"image/svg+xml", "no-cache"},
		"/robots.txt":                 {"text/plain", "no-cache"},
	} {
		response := s.ask(http.MethodGet, path, "*/*")
		if got := response.Header; response.StatusCode != 200 || got.Get("Content-Type") != want.mediaType || got.Get("Cache-Control") != want.cache || got.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %d %v", path, response.StatusCode, got)
		}
	}
	for _, path := range []string{"/assets/%2e%2e", "/assets/%2e%2e%2fweb.go", "/assets/..%2ftemplates%2flayout.html"} {
		if response := s.ask(http.MethodGet, path, "*/*"); response.StatusCode == 200 {
			t.Errorf("%s is served", path)
		}
	}
}

// TestCaching checks that an unchanged page is not sent twice, and that errors
// are not kept.
func TestCaching(t *testing.T) {
	s := newSite(t)
	first := s.ask(http.MethodGet, "/", "text/html")
	etag := first.Header.Get("Etag")
	if etag == "" || first.Header.Get("Cache-Control") != "no-cache" {
		t.Fatalf("the page has the headers %v", first.Header)
	}
	for _, match := range []string{etag, `"other", ` + etag, "W/" + etag, "*"} {
		if again := s.ask(http.MethodGet, "/", "text/html", "If-None-Match", match); again.StatusCode != http.StatusNotModified {
			t.Errorf("If-None-Match: %s: %d", match, again.StatusCode)
		}
	}
	s.publish(s.account("ada"), "foot", "okh.toml", manifest("Foot", "1.0.0", "Stands.", ""), "README.md", "#\n")
	if again := s.ask(http.MethodGet, "/", "text/html", "If-None-Match", etag); again.StatusCode != 200 {
		t.Errorf("a changed page: %d", again.StatusCode)
	}
	missing := s.ask(http.MethodGet, "/none", "text/html")
	if missing.Header.Get("Etag") != "" || missing.Header.Get("Vary") != "Accept" {
		t.Errorf("an error has the headers %v", missing.Header)
	}
	if head := s.ask(http.MethodHead, "/", "text/html"); head.StatusCode != 200 || head.Header.Get("Etag") == "" {
		t.Errorf("HEAD: %d %v", head.StatusCode, head.Header)
	}
}

// TestWhoReadsHTML checks who gets a page for an error, and who a problem.
func TestWhoReadsHTML(t *testing.T) {
	s := newSite(t)
	for accept, want := range map[string]string{
		"text/html,application/xhtml+xml;q=0.9,*/*;q=0.8": "text/html; charset=utf-8",
		"text/*;q=0.1, TEXT/HTML;level=1":                 "text/html; charset=utf-8",
		"*/*":                                             "application/problem+json", "": "application/problem+json", "application/json": "application/problem+json",
		"text/html;q=0, application/json": "application/problem+json",
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			response := s.ask(method, "/nobody", accept)
			if got := response.Header.Get("Content-Type"); got != want || response.StatusCode < 400 {
				t.Errorf("%s with Accept %q: %d %s, want %s", method, accept, response.StatusCode, got, want)
			}
			if method == http.MethodPost && (response.StatusCode != 405 || response.Header.Get("Allow") != "GET, HEAD") {
				t.Errorf("%s: %d %v", method, response.StatusCode, response.Header)
			}
		}
	}
}

// TestPaging walks through more designs and units than one page has.
func TestPaging(t *testing.T) {
	s := newSite(t)
	ada := s.account("ada")
	for i := range 53 {
		s.publish(ada, fmt.Sprintf("foot-%d", i), "okh.toml", manifest(fmt.Sprintf("Foot %d", i), "1.0.0", "Stands.", ""), "README.md", "#\n")
	}
	for _, path := range []string{"/", "/ada", "/?q=stands", "/?owner=ada&q=foot"} {
		if got := s.walk(path, `<h2><a href="/ada/foot-`); got != 53 {
			t.Errorf("%s lists %d designs, want 53", path, got)
		}
	}
	s.batch(s.account("coop"), ada, "foot-1", "LOT-1", "T-{1..450}", 450)
	if got := s.walk("/batches/coop/LOT-1", `<li><a href="/u/coop/T-`); got != 450 {
		t.Errorf("%d units are listed, want 450", got)
	}
	s.get("/?cursor=nonsense", 422)
}

// TestHostile publishes a design whose every word is an attack.
func TestHostile(t *testing.T) {
	s := newSite(t)
	eve := s.account("eve")
	attack := `"'><script>alert(1)</script><img src=x onerror=alert(1)>`
	s.publish(eve, "trap", "okh.toml", manifest(attack, "1.0.0", attack, fmt.Sprintf(
		"repo = \"javascript:alert(1)\"\nkeywords = [%q, \"a&b=c#d\"]\nbom = \"bom.tsv\"\n", attack)),
		"README.md", "#\n", "a\"><script>.scad", "cube(1);",
		"bom.tsv", "POS\tNAME\tUNITS\tTYPE\tREFERENCE\n1\t<script>alert(2)</script>\t4\tBUY\t<b>x</b>\n2\tBoard\t1\tMOSH\tjavascript:alert(3)\n")
	s.batch(s.account("coop"), eve, "trap", "LOT-1", "T-{1..3}", 3)
	query := "?q=" + url.QueryEscape(attack)
	for _, path := range []string{"/" + query, "/eve" + query, "/eve/trap", "/eve/trap/1.0.0", "/eve/trap/1.0.0?view=tree", "/eve/trap/1.0.0?view=flat", "/batches/coop/LOT-1", "/u/coop/T-1"} {
		page := s.get(path, 200) // which also looks for scripts and handlers in it
		if strings.Contains(page, `href="javascript`) || strings.Contains(page, "<b>x") {
			t.Errorf("%s lets an author write into it", path)
		}
	}
	s.get("/"+url.PathEscape(attack), 404)
	s.get("/eve/trap/"+url.PathEscape(attack), 404)
	s.get("/eve/trap/1.0.0?view="+url.QueryEscape(attack), 422)
}

// TestStatus checks that what was yanked says so wherever it is met.
func TestStatus(t *testing.T) {
	s := newSite(t)
	ada := s.account("ada")
	s.publish(ada, "foot", "okh.toml", manifest("Foot", "1.0.0", "Stands.", ""), "README.md", "#\n")
	s.batch(s.account("coop"), ada, "foot", "LOT-1", "T-{1..3}", 3)
	s.yank(ada, "foot", "1.0.0", "the foot <breaks>")
	for _, path := range []string{"/ada/foot", "/ada/foot/1.0.0", "/batches/coop/LOT-1", "/u/coop/T-1"} {
		if page := s.get(path, 200); !strings.Contains(page, "yanked") || !strings.Contains(page, "the foot &lt;breaks&gt;") {
			t.Errorf("%s does not say that the version was yanked, and why", path)
		}
	}
	if page := s.get("/ada/foot", 200); !strings.Contains(page, "no version to recommend") {
		t.Error("the design recommends a yanked version")
	}
	s.get("/ada/foot/latest", 404)
	s.publish(ada, "foot", "okh.toml", manifest("Foot", "1.1.0", "Stands.", ""), "README.md", "#\n")
	if got := s.get("/ada/foot/latest", 302); got != "/ada/foot/1.1.0" {
		t.Errorf("latest leads to %s", got)
	}
}

// TestMembers checks that one sees who acts for an organisation, from both sides.
func TestMembers(t *testing.T) {
	s := newSite(t)
	ada, bob := s.account("ada"), s.account("bob")
	lab, err := schema.ParseName("lamp-lab")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.service.OpenOrganisation(t.Context(), registry.As(ada), lab, "Lamp <lab>", ""); err != nil {
		t.Fatal(err)
	}
	if _, err := s.service.SetMember(t.Context(), registry.As(ada), lab, bob, schema.RoleMaker); err != nil {
		t.Fatal(err)
	}
	if page := s.get("/lamp-lab", 200); !strings.Contains(page, "Lamp &lt;lab&gt;") || !strings.Contains(page, `<a href="/ada">ada</a>, owner`) || !strings.Contains(page, `<a href="/bob">bob</a>, maker (invited)`) {
		t.Errorf("the organisation's page does not show its members:\n%s", page)
	}
	if page := s.get("/ada", 200); !strings.Contains(page, `<a href="/lamp-lab">lamp-lab</a>, owner`) {
		t.Error("a member's page does not show the organisation")
	}
}

// TestRemoved checks that a file that the law forced out is not offered, that the
// page says why, and that all files can be had as one.
func TestRemoved(t *testing.T) {
	s := newSite(t)
	ada := s.account("ada")
	s.publish(ada, "near", "okh.toml", manifest("Near", "1.0.0", "Stands.", `image = "a.png"`), "README.md", "#\n", "a.png", "PNG")
	for _, path := range []string{"archive.zip", "archive.tar.zst", "files/a.png", "files/README.md"} {
		if page := s.get("/ada/near/1.0.0", 200); !strings.Contains(page, `"/v1/designs/ada/near/versions/1.0.0/`+path+`"`) {
			t.Errorf("the page has no link to %s", path)
		}
	}
	_, err := s.service.Redact(t.Context(), registry.Keeper(ada), schema.Redaction{
		Head: schema.Head{Kind: schema.KindRedaction, Author: ada}, Artifact: schema.DigestOf([]byte("PNG")), Reason: "Order of the <court>.",
	})
	if err != nil {
		t.Fatal(err)
	}
	if page := s.get("/ada/near/1.0.0", 200); strings.Contains(page, "files/a.png") || !strings.Contains(page, "removed by law: Order of the &lt;court&gt;.") || !strings.Contains(page, "files/README.md") {
		t.Error("the page of the version offers what was removed, or does not say why it is gone")
	}
	if page := s.get("/ada/near", 200); strings.Contains(page, "files/a.png") {
		t.Error("the page of the design shows what was removed")
	}
}

// TestQuarantine checks that the pages say why a release is hidden, and that those
// who have its address still read it.
func TestQuarantine(t *testing.T) {
	s := newSite(t)
	ada := s.account("ada")
	s.publish(ada, "near", "okh.toml", manifest("Near", "1.0.0", "Stands.", ""), "README.md", "#\n")
	row, _, err := s.service.Release(t.Context(), schema.Reference{Design: schema.Design{Owner: ada, Name: "near"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range []schema.Moderation{{Act: schema.Quarantine, Release: row.Digest}, {Act: schema.Suspend, Account: ada}} {
		d.Head, d.Reason = schema.Head{Kind: schema.KindModeration, Author: ada}, "It <burns>."
		if _, err := s.service.Moderate(t.Context(), registry.Keeper(ada), d); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{"/ada/near", "/ada/near/1.0.0", "/ada"} {
		if page := s.get(path, 200); !strings.Contains(page, "It &lt;burns&gt;.") {
			t.Errorf("%s does not say why it is hidden", path)
		}
	}
	for _, path := range []string{"/", "/?q=near", "/ada"} {
		if page := s.get(path, 200); strings.Contains(page, `href="/ada/near"`) {
			t.Errorf("%s lists what is hidden", path)
		}
	}
}

// TestPicture checks that only a file of the release is shown as its picture.
func TestPicture(t *testing.T) {
	s := newSite(t)
	ada := s.account("ada")
	s.publish(ada, "near", "okh.toml", manifest("Near", "1.0.0", "Stands.", `image = "a b.png"`), "README.md", "#\n", "a b.png", "PNG")
	s.publish(ada, "far", "okh.toml", manifest("Far", "1.0.0", "Stands.", `image = "https://example.org/x.png"`), "README.md", "#\n")
	s.publish(ada, "flat", "okh.toml", manifest("Flat", "1.0.0", "Stands.", `image = "plate.dxf"`), "README.md", "#\n", "plate.dxf", "DXF")
	if page := s.get("/ada/flat/1.0.0", 200); strings.Contains(page, "class=\"picture\"") {
		t.Error("a drawing that no browser shows is shown as a picture")
	}
	for _, path := range []string{"/ada/near", "/ada/near/1.0.0"} {
		if page := s.get(path, 200); !strings.Contains(page, `src="/v1/designs/ada/near/versions/1.0.0/files/a%20b.png"`) {
			t.Errorf("%s does not show its picture", path)
		}
	}
	if page := s.get("/ada/far/1.0.0", 200); strings.Contains(page, "x.png") {
		t.Error("a picture from elsewhere is shown")
	}
}

// TestLongBOM checks that a page stays of bounded size.
func TestLongBOM(t *testing.T) {
	s := newSite(t)
	var b strings.Builder
	b.WriteString("POS\tNAME\tUNITS\tTYPE\tREFERENCE\n")
	for i := range 2100 {
		fmt.Fprintf(&b, "%d\tScrew %d\t1\tSTD\tISO %d\n", i+1, i, i)
	}
	s.publish(s.account("ada"), "many", "okh.toml", manifest("Many", "1.0.0", "Is long.", `bom = "bom.tsv"`), "README.md", "#\n", "bom.tsv", b.String())
	page := s.get("/ada/many/1.0.0?units=5", 200)
	if !strings.Contains(page, "100 more lines not shown here") || strings.Contains(page, "Screw 2000<") || !strings.Contains(page, "Screw 1999<") ||
		!strings.Contains(page, `<a href="/v1/designs/ada/many/versions/1.0.0/bom?view=lines&amp;units=5&amp;format=csv">All of them as CSV</a>`) {
		t.Error("the page does not say that lines are missing, and where they are")
	}
	for _, units := range []string{"0", "-1", "1.5", "99999999999999999999", "1000000001"} {
		s.get("/ada/many/1.0.0?units="+units, 422)
	}
}
