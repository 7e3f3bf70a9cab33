package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/patternbook/patternbook/artifacts"
	"github.com/patternbook/patternbook/artifacts/dir"
	"github.com/patternbook/patternbook/artifacts/s3"
	"github.com/patternbook/patternbook/client"
	"github.com/patternbook/patternbook/registry"
	"github.com/patternbook/patternbook/schema"
)

// An openedStore is a store with what is known of it besides.
type openedStore struct {
	artifacts.Store
	folders []string // in which it writes on this machine
	close   func() error
}

// openStore opens the store that a text names: a folder, which is made where there
// is none, or an s3:// URL. temp is the folder for parts on their way to S3, empty
// for that of the system.
func (a *app) openStore(ctx context.Context, text, temp string) (*openedStore, error) {
	if strings.HasPrefix(text, s3.Scheme) {
		c, err := s3.Parse(text, a.env)
		if err != nil {
			return nil, err
		}
		c.TempDir = temp
		store, err := s3.Open(ctx, c)
		if err != nil {
			return nil, err
		}
		return &openedStore{store, nil, store.Close}, nil
	}
	store, err := dir.Open(text)
	if err != nil {
		return nil, err
	}
	return &openedStore{store, []string{text}, store.Close}, nil
}

// openFilled opens a store from which artifacts are taken: a folder must be there.
func (a *app) openFilled(ctx context.Context, text string) (*openedStore, error) {
	if !strings.HasPrefix(text, s3.Scheme) {
		if info, err := os.Stat(text); err != nil || !info.IsDir() {
			return nil, &schema.Error{Kind: schema.NotFound, Detail: "there is no folder " + schema.Quote(text), Fix: "name a folder of artifacts, like patternbook-data/artifacts, or s3://bucket/prefix", Err: err}
		}
	}
	return a.openStore(ctx, text, "")
}

// artifactsPlace is where the registry in a folder keeps its artifacts.
func (s *settings) artifactsPlace(data string) string {
	if s.Artifacts != "" {
		return s.Artifacts
	}
	return filepath.Join(data, "artifacts")
}

// openSource opens what artifacts can be fetched from: another registry by its
// URL, or a store.
func (a *app) openSource(ctx context.Context, text string) (registry.Source, func() error, error) {
	if strings.HasPrefix(text, "http://") || strings.HasPrefix(text, "https://") {
		mirror, err := client.New(text, client.Options{UserAgent: "patternbook/" + version})
		return mirror.OpenArtifact, func() error { return nil }, err
	}
	store, err := a.openFilled(ctx, text)
	if err != nil {
		return nil, nil, err
	}
	open := func(ctx context.Context, digest schema.Digest, _ int64) (io.ReadCloser, error) {
		o, err := store.Open(ctx, digest)
		if err != nil {
			return nil, err
		}
		return o, nil
	}
	return open, store.close, nil
}
