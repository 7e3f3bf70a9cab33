package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"time"

	"github.com/patternbook/patternbook/schema"
)

// An asset is a file that pages refer to. Its address carries its hash, so that
// it can be kept for ever.
type asset struct {
	body []byte
	hash string
}

func readAssets() (map[string]asset, error) {
	names, err := fs.Glob(files, "assets/*")
	if err != nil {
		return nil, err
	}
	assets := make(map[string]asset, len(names))
	for _, name := range names {
		body, err := files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(body)
		assets[path.Base(name)] = asset{body, hex.EncodeToString(sum[:8])}
	}
	return assets, nil
}

// assetURL gives the address of an asset.
func (p *pages) assetURL(name string) string { return "/assets/" + name + "?v=" + p.assets[name].hash }

// serveAsset answers with an asset. Under an address without its hash, or with
// that of another release, it must be asked for again each time.
func (p *pages) serveAsset(w http.ResponseWriter, r *http.Request, name string) {
	a, ok := p.assets[name]
	if !ok {
		p.fail(w, r, nothing)
		return
	}
	h := w.Header()
	h.Set("Content-Type", schema.MediaType(name))
	h.Set("Etag", `"`+a.hash+`"`)
	h.Set("Cache-Control", "no-cache")
	if r.URL.Query().Get("v") == a.hash {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(a.body))
}
