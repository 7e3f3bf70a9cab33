package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/client"
	"github.com/patternbook/patternbook/schema"
)

// A bomInput says how BOM files are to be read.
type bomInput struct {
	columns map[string]string
}

func (in *bomInput) flags(flags *pflag.FlagSet) {
	flags.StringToStringVar(&in.columns, "map", nil, `what columns of a BOM file hold, like "Comment=value,Ref=references"`)
}

// node gives the bill of materials that an argument names: of a release, a folder
// or a file. A name that can be a reference is one, unless it begins with a dot.
func (a *app) node(ctx context.Context, arg string, in bomInput) (*bom.Node, error) {
	ref, err := schema.ParseReference(arg)
	if err != nil || strings.HasPrefix(arg, ".") {
		return localNode(ctx, arg, in, err)
	}
	remote, err := a.client()
	if err != nil {
		return nil, err
	}
	release, digest, err := remote.Release(ctx, ref)
	if err != nil {
		return nil, err
	}
	if release.BOM.IsZero() {
		return nil, &schema.Error{
			Kind: schema.NotFound, Detail: fmt.Sprintf("%s %s has no bill of materials", release.Design, release.Version),
			Fix: "look into its files: patternbook get " + arg,
		}
	}
	return remote.Node(ctx, digest)
}

// fetch gives the releases that others pin.
func (a *app) fetch() bom.Fetch {
	return func(ctx context.Context, release schema.Digest) (*bom.Node, error) {
		remote, err := a.client()
		if err != nil {
			return nil, err
		}
		return remote.Node(ctx, release)
	}
}

// namesOf gives designs by the other names that they have or had. One that the
// registry does not know has none.
func (a *app) namesOf(ctx context.Context, designs []schema.Design) (map[schema.Design]schema.Design, error) {
	names := make(map[schema.Design]schema.Design)
	for _, d := range designs {
		remote, err := a.client()
		if err != nil {
			return nil, err
		}
		overview, err := remote.Design(ctx, d)
		if errors.Is(err, schema.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, name := range append(overview.Former, overview.Design) {
			names[name] = d
		}
	}
	return names, nil
}

// localNode reads the BOM of a design's folder, or a single file. Its assemblies
// are not pinned: only a registry does that. noReference is why arg is no
// reference.
func localNode(ctx context.Context, arg string, in bomInput, noReference error) (*bom.Node, error) {
	info, err := os.Stat(arg)
	if err != nil {
		return nil, &schema.Error{
			Kind: schema.NotFound, Detail: fmt.Sprintf("%s is neither a file, nor a folder, nor a reference to a design", schema.Quote(arg)),
			Fix: "write owner/name, owner/name@1.0.0, or the path of a BOM file", Err: errors.Join(noReference, err),
		}
	}
	if !info.IsDir() {
		b, err := readBOMFile(arg, in)
		return &bom.Node{BOM: b}, err
	}
	check, err := client.CheckFolder(ctx, arg, client.PublishOptions{Columns: in.columns})
	if err != nil {
		return nil, err
	}
	if check.BOM == nil {
		return nil, &schema.Error{Kind: schema.NotFound, Detail: arg + " has no bill of materials that can be read", Fix: "name one as bom in its manifest"}
	}
	return bom.NodeOf(schema.Digest{}, schema.Release{Files: check.Files}, check.BOM), nil
}

func readBOMFile(name string, in bomInput) (*bom.BOM, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	o := bom.ReadOptions{Columns: in.columns, Open: func(p string) (io.ReadCloser, error) {
		return os.OpenInRoot(filepath.Dir(name), filepath.FromSlash(path.Clean(p)))
	}}
	return o.Read(filepath.Base(name), f)
}
