package client

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/patternbook/patternbook/schema"
)

// A GetResult tells of a release that was fetched.
type GetResult struct {
	Design  schema.Design  `json:"design"`
	Version schema.Version `json:"version"`
	Digest  schema.Digest  `json:"digest"` // of the release document
	Dir     string         `json:"dir"`
	Files   int            `json:"files"`
	Bytes   int64          `json:"bytes"`
	Kept    int            `json:"kept"` // files that were there already, with the right bytes
}

// Get fetches the files of the release that a reference means into the folder
// dir, which it makes. Each file is checked against its digest before it appears
// under its name. A file that is there already with the right bytes is kept; one
// with other bytes is an error of kind Conflict, unless overwrite says that it
// may go.
func (c *Client) Get(ctx context.Context, ref schema.Reference, dir string, overwrite bool, progress Progress) (*GetResult, error) {
	if progress == nil {
		progress = silent{}
	}
	r, digest, err := c.Release(ctx, ref)
	if err != nil {
		return nil, err
	}
	if dir == "" {
		dir = ref.Design.Name + "-" + r.Version.String() // the release may say a former name
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make the folder: %w", err)
	}
	root, err := os.OpenRoot(dir) // nothing is written elsewhere, whatever links the folder has
	if err != nil {
		return nil, fmt.Errorf("open the folder: %w", err)
	}
	defer func() { _ = root.Close() }()
	g := getter{client: c, root: root, overwrite: overwrite, progress: progress}
	fetch, result, err := g.plan(r.Files)
	if err != nil {
		return nil, err
	}
	result.Design, result.Version, result.Digest, result.Dir = ref.Design, r.Version, digest, dir
	defer progress.Done()
	return result, transfer(ctx, fetch, g.fetch)
}

type getter struct {
	client    *Client
	root      *os.Root
	overwrite bool
	progress  Progress
}

// plan sorts out which files have to be fetched.
func (g *getter) plan(files []schema.File) (fetch []schema.File, result *GetResult, err error) {
	result = &GetResult{Files: len(files)}
	var total int64
	var at []schema.Place
	for _, f := range files {
		result.Bytes += f.Size
		there, same, err := g.compare(f)
		switch {
		case err != nil:
			return nil, nil, err
		case same:
			result.Kept++
			continue
		case there && !g.overwrite:
			at = append(at, schema.Place{File: f.Path, Detail: "a file with other bytes is there"})
		}
		fetch = append(fetch, f)
		total += f.Size
	}
	if len(at) > 0 {
		return nil, nil, &schema.Error{Kind: schema.Conflict, Detail: "the folder has other files under these names", Fix: "name another folder with -o, or overwrite them with --force", At: at}
	}
	g.progress.Start(len(fetch), total)
	return fetch, result, nil
}

// compare tells whether a file is there, and whether it has the right bytes.
func (g *getter) compare(f schema.File) (there, same bool, err error) {
	name := filepath.FromSlash(f.Path)
	info, err := g.root.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, false, nil
	}
	if err != nil {
		return false, false, fmt.Errorf("look for %s: %w", f.Path, err)
	}
	if !info.Mode().IsRegular() || info.Size() != f.Size { // a pipe would never be read to its end
		return true, false, nil
	}
	file, err := g.root.Open(name)
	if err != nil {
		return true, false, fmt.Errorf("open %s: %w", f.Path, err)
	}
	defer func() { _ = file.Close() }()
	h := sha256.New()
	if _, err := io.Copy(h, file); err != nil {
		return true, false, fmt.Errorf("read %s: %w", f.Path, err)
	}
	return true, schema.DigestFromHash(h) == f.Digest, nil
}

// fetch gets one file: into a temporary one, which gets its name once its bytes
// are known to be right.
func (g *getter) fetch(ctx context.Context, f schema.File) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("fetch %s: %w", f.Path, err)
		}
	}()
	name := filepath.FromSlash(f.Path)
	if err := g.root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	temporary := filepath.Join(filepath.Dir(name), ".patternbook-"+rand.Text())
	if err := g.write(ctx, f, temporary); err != nil {
		return errors.Join(err, g.discard(temporary))
	}
	if err := g.root.Rename(temporary, name); err != nil {
		return errors.Join(err, g.discard(temporary))
	}
	return nil
}

func (g *getter) discard(temporary string) error {
	if err := g.root.Remove(temporary); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func (g *getter) write(ctx context.Context, f schema.File, temporary string) (err error) {
	body, err := g.client.OpenArtifact(ctx, f.Digest, f.Size)
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }()
	file, err := g.root.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	_, err = io.Copy(file, &counted{r: body, told: g.progress.Add})
	return err
}
