package api

import (
	"context"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/klauspost/compress/zstd"

	"github.com/patternbook/patternbook/registry"
)

// An archiveFormat is a way to give a release as one file.
type archiveFormat struct {
	extension string // of the address and of the file
	mediaType string
	weak      bool // whether the bytes, but not what is in them, may change with the program
	size      func(*registry.Archive) (int64, error)
	write     func(context.Context, *registry.Archive, io.Writer) error
}

var archiveFormats = []archiveFormat{
	{"zip", "application/zip", false, (*registry.Archive).ZipSize, func(ctx context.Context, ar *registry.Archive, w io.Writer) error { return ar.WriteZip(ctx, w) }},
	{"tar.zst", "application/zstd", true, nil, writeTarZstd},
}

func (a *API) registerArchives() {
	for _, f := range archiveFormats {
		content := octets()
		content[f.mediaType] = content["application/octet-stream"]
		delete(content, "application/octet-stream")
		handle(a, huma.Operation{
			OperationID: "get-archive-" + strings.ReplaceAll(f.extension, ".", "-"), Method: http.MethodGet, Path: versionURL + "/archive." + f.extension, Summary: "Get all files of a release as ." + f.extension,
			Description: "With the release document as release.json, in one folder. A release always gives the same files in the same order; the zip file is the same byte for byte. What was removed by law is left out, and named in REMOVED.txt.",
			Tags:        []string{"designs"}, Responses: map[string]*huma.Response{"200": {Description: "the archive", Content: content}},
		}, func(ctx context.Context, in *struct {
			VersionPath
			RequestInput
		}) (*huma.StreamResponse, error) {
			return a.getArchive(ctx, in.VersionPath, in.RequestInput, f)
		})
	}
}

func (a *API) getArchive(ctx context.Context, at VersionPath, in RequestInput, f archiveFormat) (*huma.StreamResponse, error) {
	ref, err := at.reference()
	if err != nil {
		return nil, err
	}
	ar, err := a.service.Archive(ctx, ref)
	if err != nil {
		return nil, err
	}
	etag := `"` + ar.Contents.String() + "." + f.extension + `"`
	known := matches(in.header.Get("If-None-Match"), etag)
	if !known {
		if err := ar.Check(ctx); err != nil {
			return nil, err
		}
	}
	if f.weak {
		etag = "W/" + etag
	}
	return &huma.StreamResponse{Body: func(ctx huma.Context) {
		r, w := humago.Unwrap(ctx)
		h := w.Header()
		h.Set("Etag", etag)
		asFile(h, r, still, ref.Exact() && !ar.Removed)
		if known {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		h.Set("Content-Type", f.mediaType)
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": ar.Name + "." + f.extension}))
		a.sendArchive(w, r, ar, f)
	}}, nil
}

// sendArchive writes an archive as it is made. An error on the way cuts the
// connection, so that nobody takes for whole what is not.
func (a *API) sendArchive(w http.ResponseWriter, r *http.Request, ar *registry.Archive, f archiveFormat) {
	if f.size != nil {
		size, err := f.size(ar)
		if err != nil {
			WriteProblem(w, r, a.log, err)
			return
		}
		w.Header().Set("Content-Length", strconv.FormatInt(size, 10))
	}
	if r.Method == http.MethodHead {
		return
	}
	to := newUnhurried(w, r)
	err := f.write(r.Context(), ar, to)
	if err == nil {
		return
	}
	if !to.gone && r.Context().Err() == nil {
		a.log.ErrorContext(r.Context(), "an archive could not be written to its end", "release", ar.Release.Digest, "error", err)
	}
	panic(http.ErrAbortHandler)
}

// writeTarZstd writes a compressed tar file, on the one goroutine and with little
// memory, for many may be asked for at once.
func writeTarZstd(ctx context.Context, ar *registry.Archive, w io.Writer) error {
	const window = 1 << 20 // bytes
	z, err := zstd.NewWriter(w, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(window), zstd.WithLowerEncoderMem(true))
	if err != nil {
		return err
	}
	if err := ar.WriteTar(ctx, z); err != nil {
		return err
	}
	return z.Close()
}
