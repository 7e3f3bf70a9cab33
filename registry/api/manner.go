package api

import (
	"mime"
	"slices"
	"strings"

	"github.com/patternbook/patternbook/schema"
)

// A manner is how a file is given to a browser. Files are what anybody uploaded,
// and come from the registry's own address: none may act as a page of it, reach
// its answers in a reader's name, or be taken for another type than is said.
type manner struct {
	mediaType string
	inline    bool   // shown by the browser, else only saved
	policy    string // Content-Security-Policy
}

const (
	// still lets a browser show a file, and nothing in it run or connect.
	still = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; media-src 'self'; sandbox"
	// apart lets the scripts of an HTML file run: interactive BOMs, of which
	// people solder, are one large page with everything in it. For the browser its
	// origin is nobody's ("opaque"): it has no cookies, no storage, and cannot read
	// anything of the registry. It can load nothing, send no form and open no
	// connection, window or dialog.
	//
	// What stays: a page can lead its own window elsewhere, and what its reader has
	// typed into it goes along in the address. It knows nothing else to tell. Nor can
	// a policy keep a page from looking like another one.
	apart = "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; font-src data:; media-src data: blob:; " +
		"connect-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
	// viewed is for PDF: browsers run what is in one inside their viewer, apart from
	// any page, and some refuse to start the viewer in a sandbox.
	viewed = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'"
)

// saved is the manner of bytes that nothing is known of.
var saved = manner{schema.DefaultMediaType, false, still}

// shown are the media types, besides those of texts, that browsers show by themselves,
// in which nothing runs under the policy still.
var shown = []string{
	"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp", "image/tiff", "image/heic", "image/x-icon",
	"image/svg+xml", // its scripts do not run, nor does it load anything
	"application/json", "video/mp4", "video/webm", "video/quicktime", "audio/mpeg", "audio/ogg", "audio/wav",
}

// mannerOf gives how a file of a release is given. Its media type is what the
// author said, so it counts only where it is a harmless one.
func mannerOf(f schema.File) manner {
	t, _, err := mime.ParseMediaType(f.MediaType)
	switch {
	case err != nil:
		return saved
	case t == "text/html":
		return manner{t, true, apart}
	case t == "application/pdf":
		return manner{t, true, viewed}
	case t == "text/csv" || t == "text/markdown" || t == "text/tab-separated-values":
		return manner{t + "; charset=utf-8", true, still}
	case strings.HasPrefix(t, "text/"), t == "application/xml", t == "application/toml", t == "application/yaml":
		// Also scripts, style sheets and XML, whose own style sheet could make a
		// page of it: for reading.
		return manner{"text/plain; charset=utf-8", true, still}
	case slices.Contains(shown, t):
		return manner{t, true, still}
	case t == schema.MediaType(f.Path) && !strings.HasSuffix(t, "xml") && t != "application/wasm":
		// A type of the table of extensions, for the program that opens it.
		return manner{t, false, still}
	}
	return saved
}
