package api_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/patternbook/patternbook/registry"
	"github.com/patternbook/patternbook/registry/api"
	"github.com/patternbook/patternbook/schema"
)

const lampArchive = "/v1/designs/ada/lamp/versions/1.0.0/archive."

// TestArchives fetches a release as one file.
func TestArchives(t *testing.T) {
	p := newPlace(t, api.Options{})
	ada := p.open("ada")
	files := lampFiles()
	files["large.bin"] = strings.Repeat("0123456789", 100_000)
	_, receipt := p.publish(ada, "ada/lamp", "1.0.0", files)
	zipped := p.get(lampArchive+"zip").is(t, http.StatusOK)
	z, err := zip.NewReader(strings.NewReader(zipped.body), int64(len(zipped.body)))
	if err != nil || len(z.File) != len(files)+1 {
		t.Fatalf("the zip file has %v, %v", z, err)
	}
	compressed := p.get(lampArchive+"tar.zst").is(t, http.StatusOK)
	if len(compressed.body) > len(zipped.body)/10 {
		t.Errorf("%d bytes are compressed to %d", len(zipped.body), len(compressed.body))
	}
	d, err := zstd.NewReader(strings.NewReader(compressed.body))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	found := 0
	for r := tar.NewReader(d); ; found++ {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if want, ok := files[strings.TrimPrefix(h.Name, "lamp-1.0.0/")]; err != nil || ok && want != string(b) {
			t.Errorf("%s comes as %d bytes, %v", h.Name, len(b), err)
		}
	}
	if found != len(files)+1 {
		t.Errorf("the tar file has %d files", found)
	}
	for extension, mediaType := range map[string]string{"zip": "application/zip", "tar.zst": "application/zstd"} {
		first := p.get(lampArchive + extension)
		h := first.header
		if h.Get("Content-Type") != mediaType || h.Get("Content-Disposition") != "attachment; filename=lamp-1.0.0."+extension || h.Get("Cache-Control") != forever ||
			h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf(".%s has %v", extension, h)
		}
		if weak := strings.HasPrefix(h.Get("Etag"), "W/"); weak != (extension == "tar.zst") || !strings.Contains(h.Get("Etag"), receipt.Digest.String()) {
			t.Errorf(".%s has the ETag %s", extension, h.Get("Etag"))
		}
		head := p.do("", http.MethodHead, lampArchive+extension, nil).is(t, http.StatusOK)
		if head.body != "" || head.header.Get("Etag") != h.Get("Etag") {
			t.Errorf("HEAD of .%s is %v %q", extension, head.header, head.body)
		}
		if length := head.header.Get("Content-Length"); extension == "zip" && (length != strconv.Itoa(len(first.body)) || h.Get("Content-Length") != length) {
			t.Errorf("HEAD says that it has %s bytes, GET %s, and it has %d", length, h.Get("Content-Length"), len(first.body))
		}
		p.get(lampArchive+extension, "If-None-Match", h.Get("Etag")).is(t, http.StatusNotModified)
		p.get(lampArchive+extension, "If-None-Match", `"other"`).is(t, http.StatusOK)
		latest := p.get("/v1/designs/ada/lamp/versions/latest/archive."+extension).is(t, http.StatusOK)
		if latest.header.Get("Cache-Control") != "no-cache" || latest.header.Get("Etag") != h.Get("Etag") || latest.body != first.body {
			t.Errorf("the latest version's .%s has %v", extension, latest.header)
		}
		p.get("/v1/designs/ada/lamp/versions/2.0.0/archive."+extension).problem(t, http.StatusNotFound, schema.NotFound)
	}
	p.get(lampArchive+"rar").problem(t, http.StatusNotFound, schema.NotFound)
	// The usual tool reads it, too.
	at := filepath.Join(t.TempDir(), "a.tar.zst")
	if err := os.WriteFile(at, []byte(compressed.body), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "zstd", "-t", at).CombinedOutput(); errors.Is(err, exec.ErrNotFound) {
		t.Logf("zstd is not tried: %v", err)
	} else if err != nil {
		t.Errorf("zstd: %v: %s", err, out)
	}
}

// TestArchiveOfRemoved checks that caches do not keep for ever what can change.
func TestArchiveOfRemoved(t *testing.T) {
	p := newPlace(t, api.Options{})
	p.publish(p.open("ada"), "ada/lamp", "1.0.0", lampFiles())
	before := p.get(lampArchive+"zip").is(t, http.StatusOK)
	p.redact("ada", "cube(1);\n")
	after := p.get(lampArchive+"zip", "If-None-Match", before.header.Get("Etag")).is(t, http.StatusOK)
	if after.header.Get("Cache-Control") != "no-cache" || after.header.Get("Etag") == before.header.Get("Etag") {
		t.Errorf("it has %v", after.header)
	}
	if !strings.Contains(after.body, "lamp-1.0.0/REMOVED.txt") || !strings.Contains(after.body, "Order of the court.") || strings.Contains(after.body, "cube(1);") {
		t.Error("it does not say what was removed, or still has it")
	}
	p.get("/v1/designs/ada/lamp/versions/1.0.0/files/cad/base.scad").problem(t, http.StatusUnavailableForLegalReasons, schema.Removed)
}

// redact removes the artifact that has these bytes, by order of the court.
func (p *place) redact(by, content string) {
	p.t.Helper()
	owner, err := schema.ParseName(by)
	if err != nil {
		p.t.Fatal(err)
	}
	if _, err := p.service.Redact(p.t.Context(), registry.Keeper(owner), schema.Redaction{
		Head: schema.Head{Kind: schema.KindRedaction, Author: owner}, Artifact: schema.DigestOf([]byte(content)), Reason: "Order of the court.",
	}); err != nil {
		p.t.Fatal(err)
	}
}

// TestArchiveFaults loses a file, and has another one rot: the first is told
// before the archive begins, the second cuts it.
func TestArchiveFaults(t *testing.T) {
	p := newPlace(t, api.Options{})
	ada := p.open("ada")
	files := lampFiles()
	files["large.bin"] = strings.Repeat("0123456789", 100_000)
	p.publish(ada, "ada/lamp", "1.0.0", files)
	hex := strings.TrimPrefix(digestOf(files["large.bin"]), "sha256:")
	stored := filepath.Join(p.folder, "artifacts", "sha256", hex[:2], hex)
	if err := os.Chmod(stored, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(stored, bytes.Repeat([]byte("rotten...."), 100_000), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, extension := range []string{"zip", "tar.zst"} {
		response, err := http.Get(p.server.URL + lampArchive + extension)
		if err != nil {
			continue // cut before its head was sent
		}
		b, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if err == nil || response.StatusCode != http.StatusOK {
			t.Errorf("a rotten .%s arrives whole: %d, %d bytes", extension, response.StatusCode, len(b))
		}
	}
	if log := p.log.String(); !strings.Contains(log, "an archive could not be written to its end") || !strings.Contains(log, hex) {
		t.Errorf("the log does not tell it: %s", log)
	}
	if err := os.Remove(stored); err != nil {
		t.Fatal(err)
	}
	for _, extension := range []string{"zip", "tar.zst"} {
		problem := p.get(lampArchive+extension).problem(t, http.StatusInternalServerError, schema.Internal)
		if len(problem.At) != 1 || problem.At[0].File != "large.bin" {
			t.Errorf(".%s of what is lost says %+v", extension, problem)
		}
		p.do("", http.MethodHead, lampArchive+extension, nil).is(t, http.StatusInternalServerError)
	}
}
