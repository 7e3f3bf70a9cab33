package client_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/patternbook/patternbook/client"
	"github.com/patternbook/patternbook/schema"
)

func contextWithCancel(t *testing.T) (context.Context, context.CancelFunc) {
	return context.WithCancel(t.Context())
}

func TestGet(t *testing.T) {
	p := newPlace(t)
	published := p.lamp()
	c := p.client()
	for _, ref := range []string{"ada/lamp", "ada/lamp@1.0.0", "ada/lamp@^1.0", "ada/lamp@" + published.Digest.String()} {
		at := filepath.Join(t.TempDir(), "new", "folder")
		got, err := c.Get(t.Context(), reference(t, ref), at, false, nil)
		if err != nil {
			t.Fatalf("%s: %v", ref, err)
		}
		if got.Digest != published.Digest || got.Files != 5 || got.Kept != 0 || got.Version.String() != "1.0.0" {
			t.Errorf("%s gives %+v", ref, got)
		}
		holds(t, at, lampFiles())
	}
	for _, ref := range []string{"ada/lamp@2.0.0", "ada/lamp@^2", "ada/lump", "ada/lamp@" + schema.DigestOf(nil).String()} {
		at := filepath.Join(t.TempDir(), "new")
		if _, err := c.Get(t.Context(), reference(t, ref), at, false, nil); !errors.Is(err, schema.NotFound) {
			t.Errorf("%s gives %v", ref, err)
		}
		if _, err := os.Stat(at); err == nil {
			t.Errorf("%s left a folder", ref)
		}
	}
}

// TestGetOverExisting fetches into folders that have something already.
func TestGetOverExisting(t *testing.T) {
	p := newPlace(t)
	p.lamp()
	c := p.client()
	at := folder(t, map[string]string{"cad/base.scad": "cube(1);\n", "mine.txt": "mine"})
	p.behave(nil)
	got, err := c.Get(t.Context(), reference(t, "ada/lamp"), at, false, nil)
	if err != nil || got.Kept != 1 || p.count("GET /v1/artifacts/") != 4 {
		t.Errorf("got %+v, %v after %d files", got, err, p.count("GET /v1/artifacts/"))
	}
	want := lampFiles()
	want["mine.txt"] = "mine"
	holds(t, at, want)
	p.behave(nil)
	if again, err := c.Get(t.Context(), reference(t, "ada/lamp"), at, false, nil); err != nil || again.Kept != 5 || p.count("GET /v1/artifacts/") != 0 {
		t.Errorf("again: %+v, %v after %d files", again, err, p.count("GET /v1/artifacts/"))
	}
	write(t, filepath.Join(at, "cad/base.scad"), "cube(7);\n") // of the same size
	write(t, filepath.Join(at, "bom.csv"), "mine")
	want["cad/base.scad"], want["bom.csv"] = "cube(7);\n", "mine"
	_, err = c.Get(t.Context(), reference(t, "ada/lamp"), at, false, nil)
	e, ok := errors.AsType[*schema.Error](err)
	if !ok || e.Kind != schema.Conflict || len(e.At) != 2 || e.At[0].File != "bom.csv" || e.At[1].File != "cad/base.scad" {
		t.Errorf("other files in the way give %v", err)
	}
	holds(t, at, want)
	if _, err := c.Get(t.Context(), reference(t, "ada/lamp"), at, true, nil); err != nil {
		t.Errorf("overwriting gives %v", err)
	}
	want = lampFiles()
	want["mine.txt"] = "mine"
	holds(t, at, want)
	// A folder where a file should be is in the way, and is not removed.
	at = folder(t, map[string]string{"bom.csv/keep.txt": "kept"})
	if _, err := c.Get(t.Context(), reference(t, "ada/lamp"), at, false, nil); !errors.Is(err, schema.Conflict) {
		t.Errorf("a folder in the way gives %v", err)
	}
	if _, err := c.Get(t.Context(), reference(t, "ada/lamp"), at, true, nil); err == nil {
		t.Error("a folder was overwritten")
	}
	if b, err := os.ReadFile(filepath.Join(at, "bom.csv/keep.txt")); err != nil || string(b) != "kept" {
		t.Errorf("what was in it is %q, %v", b, err)
	}
}

// TestGetWrongBytes flips, cuts and lengthens what comes: nothing appears under
// the file's name.
func TestGetWrongBytes(t *testing.T) {
	p := newPlace(t)
	p.lamp()
	target := schema.DigestOf([]byte(lampFiles()["bom.csv"])).String()
	for what, test := range map[string]struct {
		change func([]byte) []byte
		kind   schema.Kind
	}{
		"a flipped bit": {func(b []byte) []byte { b = bytes.Clone(b); b[7] ^= 1; return b }, schema.DigestMismatch},
		"less":          {func(b []byte) []byte { return b[:len(b)-1] }, schema.Invalid},
		"more":          {func(b []byte) []byte { return append(bytes.Clone(b), '\n') }, schema.Invalid},
		"nothing":       {func([]byte) []byte { return nil }, schema.Invalid},
	} {
		t.Run(what, func(t *testing.T) {
			p.behave(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				if strings.HasSuffix(r.URL.Path, target) {
					altered(w, r, next, test.change)
					return
				}
				next.ServeHTTP(w, r)
			})
			at := t.TempDir()
			_, err := p.client().Get(t.Context(), reference(t, "ada/lamp"), at, false, nil)
			if !errors.Is(err, test.kind) || !strings.Contains(err.Error(), "bom.csv") {
				t.Errorf("got %v", err)
			}
			want := lampFiles()
			delete(want, "bom.csv")
			holds(t, at, want)
		})
	}
	t.Run("cut", func(t *testing.T) {
		p.behave(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			if strings.HasSuffix(r.URL.Path, target) {
				w.Header().Set("Content-Length", "70")
				_, _ = w.Write([]byte("Item,"))
				panic(http.ErrAbortHandler)
			}
			next.ServeHTTP(w, r)
		})
		at := t.TempDir()
		c, err := client.New(p.address, client.Options{Retries: -1})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Get(t.Context(), reference(t, "ada/lamp"), at, false, nil); !errors.Is(err, schema.Unavailable) || !strings.Contains(err.Error(), "bom.csv") {
			t.Errorf("got %v", err)
		}
		want := lampFiles()
		delete(want, "bom.csv")
		holds(t, at, want)
	})
}

// TestGetLyingRelease has the release document altered on its way.
func TestGetLyingRelease(t *testing.T) {
	p := newPlace(t)
	published := p.lamp()
	outside := t.TempDir()
	for what, test := range map[string]struct {
		ref  string
		lie  func(r map[string]any)
		kind schema.Kind
	}{
		"path that leaves":    {"ada/lamp", func(r map[string]any) { file(r, 4)["path"] = "../evil.txt" }, schema.Invalid},
		"absolute path":       {"ada/lamp", func(r map[string]any) { file(r, 0)["path"] = outside + "/evil.txt" }, schema.Invalid},
		"path with backslash": {"ada/lamp", func(r map[string]any) { file(r, 4)["path"] = `..\evil.txt` }, schema.Invalid},
		"path in the middle":  {"ada/lamp", func(r map[string]any) { file(r, 1)["path"] = "cad/../../evil.txt" }, schema.Invalid},
		"two by case":         {"ada/lamp", func(r map[string]any) { file(r, 1)["path"] = "cad/COPY.scad" }, schema.Invalid},
		"empty path":          {"ada/lamp", func(r map[string]any) { file(r, 0)["path"] = "" }, schema.Invalid},
		"another design":      {"ada/lamp", func(r map[string]any) { r["design"] = "eve/lamp" }, schema.Internal},
		"another version":     {"ada/lamp@1.0.0", func(r map[string]any) { r["version"] = "0.9.0" }, schema.Internal},
		"out of the range":    {"ada/lamp@^1", func(r map[string]any) { r["version"] = "2.0.0" }, schema.Internal},
		"a pre-release":       {"ada/lamp", func(r map[string]any) { r["version"] = "2.0.0-rc.1" }, schema.Internal},
		"another digest":      {"ada/lamp@" + published.Digest.String(), func(r map[string]any) { r["function"] = "Burns." }, schema.DigestMismatch},
		"an unknown member":   {"ada/lamp", func(r map[string]any) { r["run"] = "rm -rf" }, schema.Invalid},
	} {
		t.Run(what, func(t *testing.T) {
			p.behave(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				if !strings.Contains(r.URL.Path, "/versions/") {
					next.ServeHTTP(w, r)
					return
				}
				altered(w, r, next, func(b []byte) []byte {
					var release map[string]any
					if err := json.Unmarshal(b, &release); err != nil {
						t.Error(err)
					}
					test.lie(release)
					b, err := json.Marshal(release)
					if err != nil {
						t.Error(err)
					}
					return b
				})
			})
			parent := t.TempDir()
			if _, err := p.client().Get(t.Context(), reference(t, test.ref), filepath.Join(parent, "in", "here"), true, nil); !errors.Is(err, test.kind) {
				t.Errorf("got %v, want %s", err, test.kind)
			}
			holds(t, parent, map[string]string{})
			holds(t, outside, map[string]string{})
		})
	}
}

func file(r map[string]any, i int) map[string]any { return r["files"].([]any)[i].(map[string]any) }

// TestGetThroughLinks has links in the target folder that lead elsewhere.
func TestGetThroughLinks(t *testing.T) {
	p := newPlace(t)
	p.lamp()
	for _, overwrite := range []bool{false, true} {
		outside := folder(t, map[string]string{"bom.csv": "keep me"})
		// The folder cad is a link that leads out.
		at := t.TempDir()
		if err := os.Symlink(outside, filepath.Join(at, "cad")); err != nil {
			t.Skip(err)
		}
		if _, err := p.client().Get(t.Context(), reference(t, "ada/lamp"), at, overwrite, nil); err == nil {
			t.Error("a link that leads out of the folder was followed")
		}
		holds(t, outside, map[string]string{"bom.csv": "keep me"})
		// So is the file itself.
		at = t.TempDir()
		if err := os.Symlink(filepath.Join(outside, "bom.csv"), filepath.Join(at, "bom.csv")); err != nil {
			t.Skip(err)
		}
		if _, err := p.client().Get(t.Context(), reference(t, "ada/lamp"), at, overwrite, nil); err == nil {
			if b, err := os.Readlink(filepath.Join(at, "bom.csv")); err == nil {
				t.Errorf("bom.csv is still a link to %s", b)
			}
		}
		holds(t, outside, map[string]string{"bom.csv": "keep me"})
	}
}

// TestSetStatus yanks a release and takes that back, twice over.
func TestSetStatus(t *testing.T) {
	p := newPlace(t)
	p.lamp()
	c := p.client()
	exact := reference(t, "ada/lamp@1.0.0")
	for range 2 {
		for _, status := range []schema.Status{schema.Yanked, schema.Unyanked} {
			if _, err := c.SetStatus(t.Context(), name(t, "ada"), exact, status, "because"); err != nil {
				t.Fatalf("%s: %v", status, err)
			}
			_, _, err := c.Release(t.Context(), reference(t, "ada/lamp"))
			if found := err == nil; found != (status == schema.Unyanked) {
				t.Errorf("after %s a bare reference gives %v", status, err)
			}
			if _, _, err := c.Release(t.Context(), exact); err != nil {
				t.Errorf("after %s the exact version gives %v", status, err)
			}
		}
	}
}

// TestQueries asks what the command asks, through the typed methods.
func TestQueries(t *testing.T) {
	p := newPlace(t)
	published := p.lamp()
	c := p.client()
	list, err := c.Search(t.Context(), client.Search{Text: "bench", Owner: "ada", Licence: "CERN-OHL-S-2.0", Limit: 5})
	if err != nil || len(list.Designs) != 1 || list.Designs[0].Design.String() != "ada/lamp" {
		t.Errorf("search gives %+v, %v", list, err)
	}
	node, err := c.Node(t.Context(), published.Digest)
	if err != nil || node.BOM == nil || node.Release != published.Digest || len(node.Files) != 5 {
		t.Errorf("the node is %+v, %v", node, err)
	}
	if _, err := c.Node(t.Context(), schema.DigestOf(nil)); !errors.Is(err, schema.NotFound) {
		t.Errorf("the node of no release gives %v", err)
	}
	exact, _, err := c.Exact(t.Context(), reference(t, "ada/lamp"))
	if err != nil || exact.Digest != published.Digest {
		t.Errorf("the exact reference is %s, %v", exact, err)
	}
	pattern, err := schema.ParseSerialPattern("A-{1..3}")
	if err != nil {
		t.Fatal(err)
	}
	lot, err := schema.ParseSerial("LOT-1")
	if err != nil {
		t.Fatal(err)
	}
	batch := schema.Batch{
		Head: schema.Head{Kind: schema.KindBatch, Author: name(t, "ada")}, Maker: name(t, "ada"), Batch: lot, Release: published.Digest,
		Serials: []schema.SerialPattern{pattern}, Planned: 3, Status: schema.BatchCompleted, Conformance: schema.AsDesigned,
	}
	receipt, err := c.RegisterBatch(t.Context(), batch)
	if err != nil || receipt.Units != 3 {
		t.Fatalf("got %+v, %v", receipt, err)
	}
	if got, err := c.Batch(t.Context(), batch.Name()); err != nil || got.Digest != receipt.Digest {
		t.Errorf("the batch is %+v, %v", got, err)
	}
	if got, err := c.Batches(t.Context(), schema.BatchQuery{Maker: name(t, "ada")}, 10); err != nil || len(got.Batches) != 1 {
		t.Errorf("the batches are %+v, %v", got, err)
	}
	unit, err := schema.ParseUnit("ada/A-2")
	if err != nil {
		t.Fatal(err)
	}
	trace, err := c.Trace(t.Context(), unit, 8)
	if err != nil || trace.Release.Digest != published.Digest || len(trace.Files) != 5 {
		t.Errorf("the trace is %+v, %v", trace, err)
	}
	batch.Planned = 4
	p.behave(nil)
	if _, err := c.RegisterBatch(t.Context(), batch); !errors.Is(err, schema.Invalid) || p.count("") != 0 {
		t.Errorf("a wrong batch gives %v after %d requests", err, p.count(""))
	}
	who, err := c.Whoami(t.Context())
	if err != nil || who.Account.String() != "ada" {
		t.Errorf("whoami gives %+v, %v", who, err)
	}
	if err := c.Logout(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := c.Whoami(t.Context()); !errors.Is(err, schema.Unauthenticated) {
		t.Errorf("after logging out whoami gives %v", err)
	}
}
