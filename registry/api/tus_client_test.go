package api_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/patternbook/patternbook/artifacts/artifactstest"
	"github.com/patternbook/patternbook/registry"
	"github.com/patternbook/patternbook/registry/api"
	"github.com/patternbook/patternbook/schema"
)

// tusClient gives the folder that has tus-js-client, installed on first use.
func tusClient(t *testing.T) string {
	t.Helper()
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("tus-js-client needs Node, and there is no %s here", program)
		}
	}
	folder, err := filepath.Abs("../../.tools/tus-js-client")
	if err != nil {
		t.Fatal(err)
	}
	const installed = "node_modules/tus-js-client/package.json"
	if _, err := os.Stat(filepath.Join(folder, installed)); errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		npm := exec.CommandContext(t.Context(), "npm", "install", "--no-audit", "--no-fund", "--prefix", folder, "tus-js-client@4.3.1")
		if out, err := npm.CombinedOutput(); err != nil {
			t.Skipf("tus-js-client cannot be installed: %v\n%s", err, out)
		}
	}
	return folder
}

// TestTusJS uploads with tus-js-client, which knows nothing of this registry.
func TestTusJS(t *testing.T) {
	modules := tusClient(t)
	p := newPlace(t, api.Options{})
	ada := p.open("ada")
	run := func(way string, data []byte, digest schema.Digest, more ...string) (answer struct {
		URL    string `json:"url"`
		Status int    `json:"status"`
		Error  string `json:"error"`
	}) {
		t.Helper()
		file := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		node := exec.CommandContext(t.Context(), "node", append([]string{"testdata/tus.mjs", way, p.server.URL + "/v1/uploads", ada, digest.String(), file}, more...)...)
		node.Env = append(os.Environ(), "TUS_MODULES="+modules)
		var errors strings.Builder
		node.Stderr = &errors
		out, err := node.Output()
		if err == nil {
			err = json.Unmarshal(out, &answer)
		}
		if err != nil {
			t.Fatalf("%s: %v\n%s%s", way, err, out, &errors)
		}
		return answer
	}
	size := 1 << 20
	wantStored := func(way string, data []byte) {
		t.Helper()
		if got := p.do(ada, http.MethodGet, "/v1/artifacts/"+schema.DigestOf(data).String(), nil); got.status != http.StatusOK || got.body != string(data) {
			t.Errorf("%s: it reads %d bytes, status %d", way, len(got.body), got.status)
		}
	}
	for _, way := range []string{"whole", "chunks", "stream", "during creation", "override"} {
		size++ // bytes that are not stored yet
		data := artifactstest.Bytes(size)
		if a := run(way, data, schema.DigestOf(data)); a.Error != "" {
			t.Errorf("%s: %s", way, a.Error)
		}
		wantStored(way, data)
	}

	data := artifactstest.Bytes(2 << 20)
	a := run("interrupt", data, schema.DigestOf(data))
	if a.URL == "" {
		t.Fatalf("interrupted: %+v", a)
	}
	p.do(ada, http.MethodGet, "/v1/artifacts/"+schema.DigestOf(data).String(), nil).is(t, http.StatusNotFound)
	before := p.server.URL
	p.stop()
	p.start(api.Options{}, registry.Limits{})
	url := strings.Replace(a.URL, before, p.server.URL, 1)
	if a = run("resume", data, schema.DigestOf(data), url); a.Error != "" || a.URL != url {
		t.Errorf("resumed after a restart: %+v, want %s", a, url)
	}
	wantStored("resume", data)

	data = artifactstest.Bytes(3 << 20)
	a = run("terminate", data, schema.DigestOf(data))
	p.tus(ada, http.MethodHead, strings.TrimPrefix(a.URL, p.server.URL), nil).is(t, http.StatusNotFound)

	data = artifactstest.Bytes(size + 1)
	a = run("chunks", data, schema.DigestOf([]byte("other bytes")))
	if a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Error, "digest-mismatch") {
		t.Errorf("with a wrong digest: %+v", a)
	}
	p.do(ada, http.MethodGet, "/v1/artifacts/"+schema.DigestOf(data).String(), nil).is(t, http.StatusNotFound)
}
